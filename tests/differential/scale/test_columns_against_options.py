"""Options listed as columns against options built one by one: the same names, the same facts, on awkward workspaces."""

from dataclasses import fields, replace

import numpy as np
import pytest

from choose_workspace import ON, batch, demand, groups, library, product, rates
from tuoguan.choose import list_ways, read_terms
from tuoguan.choose.policies_facts import Facts, read_facts
from tuoguan.contracts import Library
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Batch, Control, Lane, Limits, Site

MARKETS = ("EU", "UK", "US")


def catalog() -> list[dict[str, object]]:
    """Products that differ in all that a rule may look at."""
    random = np.random.default_rng(11)
    made = []
    for number in range(60):
        price = int(np.exp(random.normal(7.5, 0.9)))
        made.append(
            product(
                f"P{number:02d}", retail_price_minor=price, unit_cost_minor=max(1, price // int(random.integers(2, 6))),
                weight_g=int(np.exp(random.normal(5.8, 1.3))) + 1, volume_cm3=int(np.exp(random.normal(7.5, 1.2))) + 1,
                moq=int(random.choice([1, 12, 200])), carton=int(random.choice([1, 24])),
                supplier_lead_days=int(random.choice([0, 1, 3, 20, 80])),
                category=str(random.choice(["home", "toys", "100"])), brand=str(random.choice(["", "Own"])),
                keep=["retail_price"] if number % 11 == 0 else [],
                today=str(random.choice(["", "temu/semi", "aliexpress/pop"])),
                assumed=list(random.choice(["unit_cost_minor", "supplier_lead_days", "weight_g"], number % 3)),
            )
        )  # fmt: skip
    made.append(product("NO-PRICE", retail_price_minor=0) | {"retail_price_minor": 0})
    made.append(product("NO-WEIGHT", weight_g=0))
    made.append(product("NO-COST", unit_cost_minor=-1))
    return made


def cases() -> dict[str, Batch]:
    """Workspaces by what is special in them."""
    products = catalog()
    stock = [
        (f"P{number:02d}", "eu-home" if number % 2 else "platform", None, 5 * number) for number in range(0, 60, 3)
    ]
    quotes = [
        (f"P{number:02d}", market, contract, None, 900 + number, 2_000 + 7 * number if number % 2 else None)
        for number in range(0, 60, 4) for market in MARKETS
        for contract in (f"temu/full/{market}", f"shein/full/{market}", f"aliexpress/pop/{market}")
    ]  # fmt: skip
    site = Site(id="eu-home", market="EU", volume_cbm=2.0, currency="USD", pick_per_order="0.80", label_per_parcel="4")
    lane = Lane(id="own-sea", market="EU", mode="sea", currency="USD", per_cbm="130", minimum="50", lead_days=(30, 50))
    keep = Control(keep_by_brand={"Own": (Duty.RETAIL_PRICE,)})
    limits = Limits(cash="10000", hours_per_week=20.0, wage_per_hour="11")
    return {
        "plain": batch(*products, markets=MARKETS),
        "sites": batch(*products, markets=MARKETS, sites=(site,), lanes=(lane,), stock=stock, limits=limits),
        "quotes": batch(*products, markets=MARKETS, prices=quotes, control=keep, today={"*": "temu/full"}),
        "stores": batch(*products, markets=MARKETS, stores=("temu/full",), reach={"*": ("0.2", "0.5", "0.9")}),
    }


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_columns_say_what_options_say(name: str) -> None:
    compare(CASES[name], library())


def compare(work: Batch, terms: Library) -> None:
    """Names in the same order, groups alike, every fact within rounding of a sum."""
    known = demand(work)
    random = np.random.default_rng(3)
    level = np.exp(random.normal(-1.0, 1.0, len(known.sku)))
    known = replace(known, level_mean=level, dispersion=1.0 + random.random(len(level)))
    made = groups(work, known)
    ways = list_ways(read_terms(work.seller, terms, on=ON, fx=rates()), work, known)
    assert len(made.options) > 500
    assert [option.key for option in made.options] == [ways.names[at] for at in ways.way]
    assert [ways.contracts[at] for at in ways.contract] == [one.listings[0].contract.id for one in made.options]
    assert made.group_of().tolist() == ways.group.tolist()
    assert list(zip(made.sku, made.market, strict=True)) == list(ways.groups)
    facts = read_facts(made.options, known, made.horizon_days, made.wage_per_hour_minor, made.capital_rate_ppm_year)
    for column in fields(Facts):
        expected, found = getattr(facts, column.name), getattr(ways.facts, column.name)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-6, err_msg=column.name)
    assert ways.volume.tolist() == [option.unit_volume_cm3 for option in made.options]
    own = {site.id for site in work.seller.sites}
    at_own = [one.places[0].owner_is_seller and one.places[0].id.split("/")[0] in own for one in made.options]
    assert (ways.site >= 0).tolist() == at_own
