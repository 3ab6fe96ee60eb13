"""Options of many products as columns, worth and needs in closed form: what a catalog of a million is chosen from.

Hides that no option is ever built: products that share their terms are counted together. Keeps the invariant that the
ways listed are exactly the single options of `enumerate_options`, in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import count

import numpy as np

from tuoguan.choose.columns_facts import Ground, Prices, label_means, shared_ground, ways_facts
from tuoguan.choose.columns_sheet import Named, Sheet, classes, named_by, sheet_of
from tuoguan.choose.options import Ground as Market
from tuoguan.choose.options import _ground, _supplier_lead, _wage
from tuoguan.choose.options_excluded import product_exclusion
from tuoguan.choose.options_library import read_market, seller_converter
from tuoguan.choose.options_places import Spot
from tuoguan.choose.options_products import History, product_facts, read_history
from tuoguan.choose.options_terms import mean
from tuoguan.choose.policies_facts import Facts, _seasons
from tuoguan.contracts import Compiled, Library, QuantityName
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxTable
from tuoguan.intake import Batch, Seller

ANY_WEIGHT_G = 10**9  # above every least weight, so that only other reasons are asked for
NO_HISTORY = History({}, {}, {}, frozenset())


@dataclass(frozen=True, slots=True)
class Terms:
    """What every block of a catalog shares: markets with their contracts and cards, as of the day of the decision."""

    markets: dict[str, Market]
    named: Named
    seller: Seller
    on: Day
    wage_per_hour_minor: int
    capital_rate_ppm_year: int


@dataclass(frozen=True, slots=True)
class Ways:
    """Single options [row], sorted by group and then as `enumerate_options` does.

    group     row of ``groups`` (sku, market), which has every product x market with a demand row
    way       index into ``names`` of "contract@place"; ``contract`` and ``site`` index ``contracts`` and the
              seller's own sites (-1: the place is not one of them)
    volume    cm3 of a unit
    doubt     of reach and visibility, as a share of their mean
    lag       days from a sale to the money
    facts     as `policies_facts` defines them
    """

    groups: tuple[tuple[str, str], ...]
    group: Ints
    way: Ints
    contract: Ints
    site: Ints
    volume: Floats
    doubt: Floats
    lag: Floats
    facts: Facts
    names: tuple[str, ...]
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one contract at one place, with their place in the order of the market."""

    group: Ints
    order: int
    contract: str
    place: str
    site: int
    volume: Floats
    doubt: float
    lag: float
    facts: Facts


def read_terms(seller: Seller, library: Library, *, on: Day, fx: FxTable) -> Terms:
    """Contracts and cards of the seller's markets; read once, however many blocks there are."""
    convert = seller_converter(fx, seller.currency)
    markets = {
        market: _ground(
            read_market(library, market, seller.origin, on, seller.currency, fx), seller, convert, NO_HISTORY
        )
        for market in sorted(seller.markets)
    }
    first = next(iter(markets.values())).terms
    rate = first.number("capital.rate_year")
    return Terms(
        markets, named_by(library, list(markets.values())), seller, on, _wage(seller, first), rate.value if rate else 0
    )


def list_ways(terms: Terms, batch: Batch, demand: Demand) -> Ways:
    """Every single option of the products of ``batch`` that have a row in ``demand``."""
    history = read_history(batch, terms.on)
    products = product_facts(batch)
    seller = terms.seller
    asked = [row for row in range(len(demand.sku)) if seller.cold_start or demand.method[row] != "cold_start"]
    rows = sorted((demand.sku[row], demand.market[row], row) for row in asked)
    wanted = [one for one in rows if one[1] in terms.markets and one[0] in products]
    horizon = seller.horizon_days
    ground = shared_ground(
        demand, _seasons(demand, horizon), horizon, terms.wage_per_hour_minor, terms.capital_rate_ppm_year
    )
    parts: list[_Part] = []
    for name, market in terms.markets.items():
        here = [(group, sku, row) for group, (sku, other, row) in enumerate(wanted) if other == name]
        if not here:
            continue
        groups, skus, series = zip(*here, strict=True)
        sheet = sheet_of(replace(market, history=history), [products[sku] for sku in skus], groups, series)
        for own in classes(sheet, terms.named) if sheet.products else ():
            parts += _class_parts(own, ground)
    return _joined(parts, tuple((sku, market) for sku, market, _ in wanted))


def _class_parts(sheet: Sheet, ground: Ground) -> list[_Part]:
    """The ways of one class of products in the order of `enumerate_options`."""
    found, numbers, market = [], count(), sheet.ground
    example = replace(sheet.products[0], weight_g=ANY_WEIGHT_G)
    for general in market.terms.contracts:
        contract = market.terms.contract_for(general, example.sku, example.category)
        categories = market.terms.excluded_categories.get(contract.id, ())
        out = market.out_by_contract.get(contract.id) or product_exclusion(contract, example, market.seller, categories)
        for spot in () if out else market.spots_by_contract[contract.id]:
            part = _part(contract, spot, sheet, ground, next(numbers))
            found += [part] if part is not None else []
    return found


def _part(contract: Compiled, spot: Spot, sheet: Sheet, ground: Ground, order: int) -> _Part | None:
    """The rows of the products that the place takes; None when it takes none."""
    on_hand = _on_hand(contract, spot, sheet)
    label, carried = label_means(contract, sheet, spot)
    minimum = contract.quantities.get(QuantityName.MIN_WEIGHT_G)
    heavy = sheet.weight >= (minimum.value if minimum is not None else 0)
    lead = np.array([_supplier_lead(one).value for one in sheet.products]) + spot.place.lane.lead_days.value
    rows = np.flatnonzero(carried & heavy & ((lead < ground.horizon_days) | (on_hand > 0)))
    if not len(rows):
        return None
    part = sheet if len(rows) == len(sheet.products) else sheet.take(rows.tolist())
    facts, doubt = ways_facts(contract, part, spot, _prices(contract, part), label[rows], on_hand[rows], ground)
    own = [site.id for site in sheet.ground.seller.sites]
    name = spot.place.id.split("/")[0]
    site = own.index(name) if spot.place.owner_is_seller and name in own else -1
    return _Part(
        part.group,
        order,
        contract.id,
        spot.place.id,
        site,
        part.volume.astype(np.float64),
        doubt,
        _lag(contract),
        facts,
    )


def _lag(contract: Compiled) -> float:
    """Mean days from delivery until the money is at the seller's bank."""
    names = (QuantityName.SETTLEMENT_LAG_DAYS, QuantityName.TRANSFER_DAYS)
    return sum(mean(contract.quantities[name]) for name in names if name in contract.quantities)


def _on_hand(contract: Compiled, spot: Spot, sheet: Sheet) -> Floats:
    history, site = sheet.ground.history, spot.place.id.split("/")[0]
    if not history.stock:
        return np.zeros(len(sheet.products))
    today = sheet.todays[0].contract
    platform = today is not None and today.id == contract.id and not spot.place.owner_is_seller
    return np.array([history.on_hand(one.sku, site, platform) for one in sheet.products], np.float64)


def _prices(contract: Compiled, sheet: Sheet) -> Prices:
    history, market = sheet.ground.history, sheet.ground.terms.market
    if not history.quotes:
        none = np.full(len(sheet.products), -1, np.int64)
        return Prices(none, none)
    quotes = [history.quote(one.sku, market, contract.id) for one in sheet.products]
    return Prices(
        np.array([one.supply_price_minor for one in quotes], np.int64),
        np.array([one.retail_price_minor for one in quotes], np.int64),
    )


def _joined(parts: Sequence[_Part], groups: tuple[tuple[str, str], ...]) -> Ways:
    """All parts as one table in the order of groups."""
    names = sorted({f"{part.contract}@{part.place}" for part in parts})
    contracts = sorted({part.contract for part in parts})
    sizes = [len(part.group) for part in parts]

    def each(values: Sequence[int]) -> Ints:
        return np.repeat(np.array(values, np.int64), sizes)

    def laid(of: Sequence[Floats] | Sequence[Ints]) -> Floats:
        return np.concatenate([np.zeros(0), *of])

    group = laid([part.group for part in parts]).astype(np.int64)
    order = np.lexsort((each([part.order for part in parts]), group))
    return Ways(
        groups, group[order], each([names.index(f"{part.contract}@{part.place}") for part in parts])[order],
        each([contracts.index(part.contract) for part in parts])[order], each([part.site for part in parts])[order],
        laid([part.volume for part in parts])[order],
        np.repeat(np.array([part.doubt for part in parts], np.float64), sizes)[order],
        np.repeat(np.array([part.lag for part in parts], np.float64), sizes)[order],
        Facts(*(laid([getattr(part.facts, one.name) for part in parts])[order] for one in fields(Facts))),
        tuple(names), tuple(contracts),
    )  # fmt: skip


__all__ = ["Terms", "Ways", "list_ways", "read_terms"]
