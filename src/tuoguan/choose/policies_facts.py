"""Options as columns of plain numbers: what closed forms need to know of each.

Hides the objects. Keeps two invariants: one row per option in order of rows, and money here is float statistics in
micro of the book currency that starts a search or screens, never booked.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from tuoguan.choose.options_market import NONE
from tuoguan.choose.options_terms import PPM, mean
from tuoguan.contracts import Basis, Compiled, Per, QuantityName, Uncertain
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.simulate import Lane, Listing, Option, PolicyKind

SALE_FACTS = (
    FactKind.ORDER_PLACED, FactKind.UNITS_SHIPPED, FactKind.UNITS_DELIVERED, FactKind.UNITS_INBOUND,
    FactKind.PARCEL_IMPORTED,
)  # fmt: skip
DAYS_PER_YEAR = 365
CM3_PER_CBM = 1_000_000
THOUSANDTHS_PER_HOUR = 60_000  # of a minute
SEASON_DAYS = 28  # a season is looked at in windows of this many days
Mean = Callable[[Uncertain], float]


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns [option], floats. Days, units, micro; its first place and the first listing that draws on it.

    base            units a day at season 1; ``season`` the mean of the horizon, ``swing`` its highest over its lowest
    dispersion      variance to mean of a day; ``shape`` of the level's posterior
    lead, fast_lead days from the order to the shelf by the lane, by the fast lane (-1: none); ``lead_variance`` days^2
    live            days until it can sell; ``stops`` expected ends of the contract per year
    margin          of a unit sold after charges, seller's work and landed cost; ``fast_extra`` dearer by the fast lane
    landed, loss    of a unit; what is lost of it when it is left over at the end
    holding         of a unit and day; ``fixed`` what a stock order costs whatever its size, at most
    batch           least order: MOQ and carton
    """

    base: Floats
    season: Floats
    swing: Floats
    dispersion: Floats
    shape: Floats
    lead: Floats
    lead_variance: Floats
    fast_lead: Floats
    live: Floats
    stops: Floats
    margin: Floats
    fast_extra: Floats
    landed: Floats
    loss: Floats
    holding: Floats
    fixed: Floats
    batch: Floats
    on_hand: Floats
    review: Floats
    may_jit: Floats
    minutes_order: Floats
    minutes_week: Floats

    @property
    def daily(self) -> Floats:
        """Units a day at the horizon's mean season."""
        return self.base * self.season

    def take(self, rows: Ints) -> "Facts":
        """The same columns for some options."""
        return Facts(*(getattr(self, one.name)[rows] for one in fields(self)))

    def at_season_one(self) -> "Facts":
        """The same options as if every day had season 1: what levels that follow the season are given at."""
        return replace(self, season=np.ones_like(self.season))


def read_facts(
    options: tuple[Option, ...], demand: Demand, horizon_days: int, wage_per_hour_minor: int, capital_ppm: int
) -> Facts:
    """The columns of these options."""
    seasons = _seasons(demand, horizon_days)
    known: dict[int, tuple[Uncertain, float]] = {}

    def remembered(term: Uncertain) -> float:
        # Options share most of their numbers; the tuple keeps the object, and so its identity, alive.
        found = known.get(id(term))
        if found is None:
            found = known[id(term)] = (term, mean(term))
        return found[1]

    wage = wage_per_hour_minor / THOUSANDTHS_PER_HOUR  # minor units per thousandth of a minute
    rows = [_row(option, demand, seasons, wage, capital_ppm / PPM / DAYS_PER_YEAR, remembered) for option in options]
    table = np.array(rows, np.float64).reshape(len(rows), len(fields(Facts)))
    return Facts(*np.ascontiguousarray(table.T))


def _seasons(demand: Demand, horizon_days: int) -> Floats:
    """[profile, 2] mean over the horizon, and the highest over the lowest mean of a window."""
    season = demand.season[:, :horizon_days]
    width = min(SEASON_DAYS, season.shape[1])
    running = np.cumsum(np.pad(season, ((0, 0), (1, 0))), axis=1)
    windows = (running[:, width:] - running[:, :-width]) / width
    swing = windows.max(axis=1) / np.maximum(windows.min(axis=1), 1e-9)
    return np.stack([season.mean(axis=1), swing], axis=1)


def _row(
    option: Option, demand: Demand, seasons: Floats, wage: float, capital_day: float, of: Mean
) -> tuple[float, ...]:  # fmt: skip
    place, listing, series = option.places[0], option.listings[0], option.series
    contract, lane, fast = listing.contract, place.lane, place.fast_lane
    minor = 10.0 ** (6 - EXPONENT_BY_CURRENCY[contract.currency])
    season, swing = seasons[demand.profile[series]]
    cost, supplier = of(option.unit_cost), of(option.supplier_lead_days)
    freight = freight_unit(option, lane, of)
    landed = cost * (1.0 + of(option.duty_ad_valorem) / PPM) + freight
    stops = contract.quantities.get(QuantityName.REGIME_CHANGES_PER_YEAR)
    lead = supplier + of(lane.lead_days)
    live = max(of(listing.live_after_days), 0.0 if option.on_hand > 0 else lead)
    return (
        demand.level_mean[series] * response(option, listing, of), season, swing, demand.dispersion[series],
        demand.level_shape[series], lead, (lane.lead_days.high - lane.lead_days.low) ** 2 / 24.0,
        supplier + of(fast.lead_days) if fast else -1.0, live, of(stops) / PPM if stops else 0.0,
        unit_income(option, listing, of) - landed, freight_unit(option, fast, of) - freight if fast else 0.0,
        landed, landed - cost * of(option.salvage) / PPM,
        of(place.storage_cbm_day) * option.unit_volume_cm3 / CM3_PER_CBM + landed * capital_day,
        (lane.minimum_minor + of(listing.minutes_stock_order) * wage) * minor, max(option.moq, option.carton),
        option.on_hand, place.policy.review_days, place.policy.kind is PolicyKind.JIT,
        of(listing.minutes_order), of(listing.minutes_week),
    )  # fmt: skip


def response(option: Option, listing: Listing, of: Mean = mean) -> float:
    """Expected demand under the listing as a share of today's: reach, visibility, price and delivery speed."""
    price = of(listing.retail_price) / max(option.retail_price_today_minor, 1)
    by_price = max(price, 1e-6) ** (of(option.elasticity) / PPM)
    days_saved = option.delivery_days_today - of(listing.delivery_days)
    by_speed = max(0.1, 1.0 + days_saved * of(option.speed_response) / PPM)
    return float(of(listing.reach) / PPM * of(listing.visibility) / PPM * by_price * by_speed)


def freight_unit(option: Option, lane: Lane, of: Mean = mean) -> float:
    """Micro per unit along the lane: chargeable weight and volume at the lane's rates."""
    grams = float(option.unit_weight_g)
    if lane.divisor_cm3_per_kg > 0:
        grams = max(grams, option.unit_volume_cm3 * 1000.0 / lane.divisor_cm3_per_kg)
    return of(lane.per_kg) * grams / 1000.0 + of(lane.per_cbm) * option.unit_volume_cm3 / CM3_PER_CBM


def unit_income(option: Option, listing: Listing, of: Mean = mean) -> float:
    """Expected micro that one delivered unit brings after the contract's charges and the seller's own parcel costs."""
    contract, price = listing.contract, of(listing.retail_price)
    supply = listing.supply_price_minor if listing.supply_price_minor >= 0 else price * (1 - of(listing.spread) / PPM)
    minor = float(10 ** (6 - EXPONENT_BY_CURRENCY[contract.currency]))
    values = (0.0, price * minor, supply * minor, supply * minor)  # in the order of `Basis`
    own = of(listing.pick_order) + of(listing.label_parcel)
    return _charged(contract, values, option.unit_weight_g, option.unit_volume_cm3) - own


def _charged(contract: Compiled, values: tuple[float, ...], weight_g: int, volume_cm3: int) -> float:
    total = 0.0
    for basis, by_weight, divisor, lower, upper, amount in _sale_charges(contract):
        grams = max(weight_g, volume_cm3 * 1000 // divisor) if divisor > 0 else weight_g
        if grams < lower or (upper != NONE and grams >= upper):
            continue
        total += amount * (values[basis] if basis else grams / 1000.0 if by_weight else 1.0)
    return total


@lru_cache(maxsize=4_096)
def _sale_charges(contract: Compiled) -> tuple[tuple[int, bool, int, int, int, float], ...]:
    """What the contract moves for a unit sold: (basis, per kg, divisor, tier from, tier to, signed rate or micro)."""
    found = []
    for row in contract.charges:
        basis, per = int(Basis(int(row["basis"]))), int(row["per"])
        untimely = int(row["fact"]) not in SALE_FACTS or int(row["reason"]) != 0 or int(row["deadline"]) != NONE
        if untimely or per in (Per.UNIT_DAY, Per.CBM_DAY):
            continue
        amount = float(row["sign"]) * float(row["value"]) * float(row["share_ppm"]) / PPM
        tier = int(row["divisor_cm3_per_kg"]), int(row["weight_from_g"]), int(row["weight_to_g"])
        found.append((basis, per == Per.KG, *tier, amount / PPM if basis else amount))
    return tuple(found)


def estimates(facts: Facts, horizon_days: int, wage_per_hour_minor: int, currency: str) -> Floats:
    """Rough profit of each option in closed form, minor: margin of a unit x expected units once goods are there."""
    units = facts.daily * np.maximum(horizon_days - facts.live, 0.0)
    weeks = horizon_days / 7.0
    scale = 10 ** (6 - EXPONENT_BY_CURRENCY[currency])
    labor = (facts.minutes_order * units + facts.minutes_week * weeks) / THOUSANDTHS_PER_HOUR * wage_per_hour_minor
    return np.asarray(facts.margin * units / scale - labor)
