"""Every sensible way to sell each product in each market, and the recorded reason for every way that is not.

Hides how contracts, sites, lanes and cards combine. Keeps the invariant that each contract of a market gives a product
either options or one exclusion, in an order that depends on names only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tuoguan.choose.options_excluded import Exclusion, Product, contract_exclusion, product_exclusion
from tuoguan.choose.options_library import read_market, seller_converter
from tuoguan.choose.options_listings import Quote, Today, listing, return_rate
from tuoguan.choose.options_market import MarketTerms, bulk_duty
from tuoguan.choose.options_places import Convert, Spot, in_time, salvage, spots
from tuoguan.choose.options_products import History, product_facts, read_history
from tuoguan.choose.options_terms import NOUGHT, fixed, ranged, scaled
from tuoguan.choose.options_world import World, cost_currency, read_world
from tuoguan.contracts import Compiled, Library, QuantityName, SettingName, Uncertain
from tuoguan.demand import Demand
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.money import parse_minor
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.random import Stream
from tuoguan.intake import Batch, Seller
from tuoguan.simulate import Option, Place

ELASTICITY_UNKNOWN = ranged(-4_500_000, -2_620_000, -1_000_000, int(Stream.ELASTICITY), ("E05",))
SPEED_UNKNOWN = ranged(5_000, 15_000, 20_000, int(Stream.TERM) + 8, ("E03",))
CANNIBALIZATION_UNKNOWN = ranged(100_000, 300_000, 600_000, int(Stream.TERM) + 9)  # domain, part E, row 21
DELIVERY_DAYS_TODAY = 8


@dataclass(frozen=True, slots=True)
class Groups:
    """Options by group (product x market). Options of group ``g`` are rows ``first[g]`` to ``first[g + 1]`` - 1.

    A place whose policy is JIT may also be stocked; one whose policy is base stock may not go without stock.
    ``today[g]`` is the contract of the history, "" when unknown. ``cannibalization`` by market: ppm of
    a further listing's buyers who would have bought at the strongest one anyway.
    """

    options: tuple[Option, ...]
    first: npt.NDArray[np.int64]
    sku: tuple[str, ...]
    market: tuple[str, ...]
    today: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    cannibalization: Mapping[str, Uncertain]
    start_on: Day
    horizon_days: int
    wage_per_hour_minor: int
    capital_rate_ppm_year: int
    currency: str
    store_products: int  # products among which a store's deposit is shared
    world: World = World()
    supplier: tuple[str, ...] = ()  # of each group's product, "" when unknown

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.sku)

    def rows(self, group: int) -> range:
        """Rows of ``options`` that belong to the group."""
        return range(int(self.first[group]), int(self.first[group + 1]))

    def only(self, sku: str, market: str) -> "Groups":
        """The groups of one product in one market: one, or none."""
        keep = [g for g in range(self.count) if (self.sku[g], self.market[g]) == (sku, market)]
        options = [self.options[self.first[g] : self.first[g + 1]] for g in keep]
        return replace(
            self, options=tuple(option for own in options for option in own),
            first=np.cumsum(np.array([0, *map(len, options)], dtype=np.int64)),
            sku=tuple(self.sku[g] for g in keep), market=tuple(self.market[g] for g in keep),
            today=tuple(self.today[g] for g in keep), supplier=tuple(self.supplier[g] for g in keep if self.supplier),
            excluded=tuple(item for item in self.excluded if (item.sku, item.market) == (sku, market)),
        )  # fmt: skip

    def group_of(self) -> npt.NDArray[np.int64]:
        """The group of every option row."""
        return np.repeat(np.arange(self.count, dtype=np.int64), np.diff(self.first))


@dataclass(frozen=True, slots=True)
class Ground:
    """What all products of one market share while options are made."""

    terms: MarketTerms
    seller: Seller
    spots_by_contract: Mapping[str, tuple[Spot, ...]]
    out_by_contract: Mapping[str, tuple[str, str, str]]
    history: History
    horizon_days: int


def enumerate_options(batch: Batch, library: Library, demand: Demand, *, on: Day, fx: FxTable) -> Groups:
    """All options of every product x market that has a demand row, with exclusions; book currency is the seller's.

    Groups follow the rows of ``demand`` sorted by sku and market; markets outside the seller's settings are left out,
    and so are products without a history in a market when the seller wants no cold start.
    """
    seller, history = batch.seller, read_history(batch, on)
    convert = seller_converter(fx, seller.currency)
    grounds = {
        market: _ground(read_market(library, market, seller.origin, on, seller.currency, fx), seller, convert, history)
        for market in sorted(seller.markets)
    }
    products = product_facts(batch)
    asked = [row for row in range(len(demand.sku)) if seller.cold_start or demand.method[row] != "cold_start"]
    rows = sorted((demand.sku[row], demand.market[row], row) for row in asked)
    wanted = [(sku, market, row) for sku, market, row in rows if market in grounds and sku in products]
    made = [_group(products[sku], grounds[market], row) for sku, market, row in wanted]
    groups = _collected(wanted, made, grounds, seller, on)
    return replace(groups, supplier=tuple(products[sku].supplier for sku, _, _ in wanted))


def _ground(terms: MarketTerms, seller: Seller, convert: Convert, history: History) -> Ground:
    out = {item.id: reason for item in terms.contracts if (reason := contract_exclusion(item, seller))}
    places = {item.id: spots(item, seller, terms, convert) for item in terms.contracts if item.id not in out}
    return Ground(terms, seller, places, out, history, seller.horizon_days)


def _group(product: Product, ground: Ground, series: int) -> tuple[list[Option], list[Exclusion], str]:
    """Options and exclusions of one product in one market, and the id of today's contract."""
    today = _today(product, ground)
    today_id = today.contract.id if today.contract else ""
    missing = _missing(product, today)
    options: list[Option] = []
    excluded: list[Exclusion] = []
    for general in ground.terms.contracts:
        contract = ground.terms.contract_for(general, product.sku, product.category)
        reason = ground.out_by_contract.get(contract.id) or missing or _out(contract, product, ground)
        found = [] if reason else _options_of(contract, product, ground, today, series)
        options += found
        if not found:
            code, en, zh = reason or _no_way(contract, product, ground)
            excluded.append(Exclusion(product.sku, ground.terms.market, contract.id, code, en, zh))
    return options, excluded, today_id


NO_CARRIER = ("no_carrier", "no lane or carrier of the cards takes this product", "没有可承运该商品的线路或承运商")


def _too_slow(place: Place, product: Product, ground: Ground) -> bool:
    """True when a first order by the place's lane is not likely to arrive before the horizon ends."""
    return _supplier_lead(product).value + place.lane.lead_days.value >= ground.horizon_days


def _no_way(contract: Compiled, product: Product, ground: Ground) -> tuple[str, str, str]:
    """Why no place is left: every lane is too slow for the horizon, or nothing carries the product."""
    places = [spot.place for spot in ground.spots_by_contract[contract.id]]
    if not places or not all(_too_slow(place, product, ground) for place in places):
        return NO_CARRIER
    days = _supplier_lead(product).value + min(place.lane.lead_days.value for place in places)
    en = f"goods take {days} days to arrive, the horizon is {ground.horizon_days} days"
    return "too_slow", en, f"到货需 {days} 天，而规划期只有 {ground.horizon_days} 天"


def _out(contract: Compiled, product: Product, ground: Ground) -> tuple[str, str, str] | None:
    categories = ground.terms.excluded_categories.get(contract.id, ())
    return product_exclusion(contract, product, ground.seller, categories)


def _missing(product: Product, today: Today) -> tuple[str, str, str] | None:
    if today.retail_price_minor <= 0:
        return "no_price", "the product has no retail price", "商品没有零售价"
    if product.unit_cost_minor < 0:
        return "no_cost", "the product has no unit cost", "商品没有进货成本"
    if product.weight_g <= 0:
        return "no_weight", "the product has no weight", "商品没有重量"
    return None


def _today(product: Product, ground: Ground) -> Today:
    market, seller = ground.terms.market, ground.seller
    named = product.today or seller.today.get(market) or seller.today.get("*") or ""
    names = {named, f"{named}/{market}"}
    contract = next((item for item in ground.terms.contracts if item.id in names), None)
    delivery = contract.quantities.get(QuantityName.DELIVERY_DAYS) if contract else None
    price = ground.history.retail_price_minor(product.sku, market, named) or product.retail_price_minor
    return Today(contract, delivery.value if delivery else DELIVERY_DAYS_TODAY, price)


def _options_of(contract: Compiled, product: Product, ground: Ground, today: Today, series: int) -> list[Option]:
    quote = ground.history.quote(product.sku, ground.terms.market, contract.id)
    found: list[Option] = []
    for spot in ground.spots_by_contract[contract.id]:
        facts = _facts(contract, product, ground, today, spot)
        if _too_slow(spot.place, product, ground) and not facts["on_hand"]:
            continue
        made = listing(contract, product, spot, ground.terms, ground.seller, today, quote, ground.horizon_days)
        if made is None:
            continue
        one, words = made
        found.append(
            Option(
                sku=product.sku, market=ground.terms.market, key=f"{contract.id}@{spot.place.id}",
                listings=(one,), places=(in_time(spot.place, contract, product.supplier_lead_days),), series=series,
                assumed=tuple(dict.fromkeys((*words, *spot.assumed, *_assumed(product)))),
                **facts,
            )
        )  # fmt: skip
    return found


def _facts(contract: Compiled, product: Product, ground: Ground, today: Today, spot: Spot) -> dict[str, Any]:
    """The fields of an option that do not depend on its listing."""
    terms = ground.terms
    site = spot.place.id.split("/")[0]
    is_today = today.contract is not None and today.contract.id == contract.id
    return {
        "unit_cost": _unit_cost(product, ground, today), "unit_weight_g": product.weight_g,
        "unit_volume_cm3": product.volume_cm3, "moq": product.moq, "carton": product.carton,
        "supplier_lead_days": _supplier_lead(product), "return_rate": return_rate(contract, product, terms),
        "elasticity": terms.number("price_elasticity") or ELASTICITY_UNKNOWN,
        "speed_response": terms.number("speed_response") or SPEED_UNKNOWN,
        "delivery_days_today": today.delivery_days, "retail_price_today_minor": today.retail_price_minor,
        "duty_ad_valorem": _duty(contract, terms), "salvage": salvage(contract),
        "cost_currency": cost_currency(ground.seller.origin, ground.seller.currency),
        "on_hand": ground.history.on_hand(product.sku, site, is_today and not spot.place.owner_is_seller),
    }  # fmt: skip


def _duty(contract: Compiled, terms: MarketTerms) -> Uncertain:
    bulk = contract.settings.get(SettingName.CUSTOMS_REGIME, "none") == "bulk"
    if not bulk or not contract.owns(Duty.CUSTOMS):
        return NOUGHT
    return terms.once(("bulk duty",), lambda: bulk_duty(terms.duty)) or NOUGHT


def _unit_cost(product: Product, ground: Ground, today: Today) -> Uncertain:
    """Micro per unit; where intake had to assume it, the seller's share of the retail price with its range."""
    value = ground.terms.micro(product.unit_cost_minor)
    shares = ground.seller.unit_cost_share
    if "unit_cost_minor" not in product.assumed:
        return fixed(value)
    if shares is None:
        return ranged(value * 7 // 10, value, value * 13 // 10, int(Stream.COST))
    low, mode, high = (int(float(share) * 1_000_000) for share in shares)
    retail = ground.terms.micro(product.retail_price_minor)
    return scaled(ranged(low, mode, high, int(Stream.COST)), retail, 1_000_000)


def _supplier_lead(product: Product) -> Uncertain:
    days = product.supplier_lead_days
    if "supplier_lead_days" in product.assumed:
        return ranged(days // 2, days, 2 * days, int(Stream.SUPPLIER_LEAD))
    return fixed(days)


WORD_BY_COLUMN = {
    "unit_cost_minor": "unit cost", "weight_g": "weight", "volume_cm3": "volume", "moq": "MOQ", "carton": "carton",
    "supplier_lead_days": "supplier lead time", "return_rate_ppm": "return rate", "retail_price_minor": "retail price",
    "category": "category",
}  # fmt: skip


def _assumed(product: Product) -> tuple[str, ...]:
    return tuple(word for column, word in WORD_BY_COLUMN.items() if column in product.assumed)


def _collected(
    wanted: Iterable[tuple[str, str, int]], made: list[tuple[list[Option], list[Exclusion], str]],
    grounds: Mapping[str, Ground], seller: Seller, on: Day,
) -> Groups:  # fmt: skip
    names = [(sku, market) for sku, market, _ in wanted]
    counts = np.array([0, *(len(options) for options, _, _ in made)], dtype=np.int64)
    any_terms = next(iter(grounds.values())).terms
    rate = any_terms.number("capital.rate_year")
    return Groups(
        options=tuple(option for options, _, _ in made for option in options),
        first=np.cumsum(counts), sku=tuple(sku for sku, _ in names), market=tuple(market for _, market in names),
        today=tuple(today for _, _, today in made),
        excluded=tuple(item for _, excluded, _ in made for item in excluded),
        cannibalization={
            market: ground.terms.number("cannibalization") or CANNIBALIZATION_UNKNOWN
            for market, ground in grounds.items()
        },
        start_on=on, horizon_days=seller.horizon_days, wage_per_hour_minor=_wage(seller, any_terms),
        capital_rate_ppm_year=rate.value if rate else 0, currency=seller.currency,
        store_products=max(1, len({sku for sku, _ in names})),
        world=read_world(any_terms, seller.origin, seller.currency, on),
    )  # fmt: skip


def _wage(seller: Seller, terms: MarketTerms) -> int:
    """Minor per staff hour: the seller's own word, else the operations card."""
    own = parse_minor(seller.limits.wage_per_hour, seller.currency)
    card = terms.number("wage.per_hour")
    return own if own > 0 else terms.minor(card.value) if card else 0


def is_handed_over(option: Option) -> bool:
    """True when storage and last mile are the platform's under every contract of the option."""
    return not any(one.contract.owns(Duty.STORAGE) or one.contract.owns(Duty.LAST_MILE) for one in option.listings)


def with_options(groups: Groups, options: list[list[Option]]) -> Groups:
    """The same groups with other options, one list per group."""
    counts = np.array([0, *map(len, options)], dtype=np.int64)
    return replace(groups, options=tuple(option for own in options for option in own), first=np.cumsum(counts))


__all__ = ["Groups", "Quote", "enumerate_options", "is_handed_over", "with_options"]
