"""The facts of one contract at one place for many products at once: `policies_facts` over arrays instead of objects.

Hides which number of an option depends on the product and which on the terms alone: the latter are read off one listing
and one set of fields made for an example. Keeps the invariant that each column equals what `read_facts` would give for
the option itself (a test compares them).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuoguan.choose.columns_sheet import Sheet
from tuoguan.choose.options import _facts
from tuoguan.choose.options_listings import Quote, listing, parcel_cost
from tuoguan.choose.options_market import NONE
from tuoguan.choose.options_places import Spot, in_time
from tuoguan.choose.options_terms import CODE_BY_DISTRIBUTION, FIXED, ONE, PPM, mean
from tuoguan.choose.policies_facts import CM3_PER_CBM, DAYS_PER_YEAR, THOUSANDTHS_PER_HOUR, Facts, _sale_charges
from tuoguan.contracts import Compiled, Distribution, QuantityName, SettingName, Uncertain
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Lane, Listing, PolicyKind


@dataclass(frozen=True, slots=True)
class Ground:
    """What all options of a run share: demand, its seasons [profile, 2], minor per thousandth of a minute, capital."""

    demand: Demand
    seasons: Floats
    wage: float
    capital_day: float
    horizon_days: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Quotes of the products under the contract, minor; -1 where there is none."""

    supply: Ints
    retail: Ints


def label_means(contract: Compiled, sheet: Sheet, spot: Spot) -> tuple[Floats, Flags]:
    """Mean micro per parcel of each product, and where a carrier takes it at all: asked once per class of size."""
    from_origin = contract.settings.get(SettingName.STOCK_AT) == "seller_origin"
    first, kind = sheet.weights if from_origin and contract.owns(Duty.LINE_HAUL) else sheet.tiers
    terms = sheet.ground.terms
    asked = [parcel_cost(contract, sheet.products[row], spot, terms) for row in first.tolist()]
    means = np.array([np.nan if one is None else mean(one) for one in asked])
    return means[kind], np.array([one is not None for one in asked])[kind]


def ways_facts(
    contract: Compiled, sheet: Sheet, spot: Spot, prices: Prices, label: Floats, on_hand: Floats, ground: Ground
) -> tuple[Facts, float]:  # fmt: skip
    """(columns of the option of each product, `doubt` of its demand); every product must have a carrier."""
    example, today = sheet.products[0], sheet.todays[0]
    made = listing(
        contract, example, spot, sheet.ground.terms, sheet.ground.seller, today, Quote(), ground.horizon_days
    )
    assert made is not None, "products without a carrier are left out before"
    one, fields = made[0], _facts(contract, example, sheet.ground, today, spot)
    demand, lane, fast = ground.demand, spot.place.lane, spot.place.fast_lane
    minor = float(10 ** (6 - EXPONENT_BY_CURRENCY[contract.currency]))
    price = _price(contract, sheet, prices)
    season, swing = ground.seasons[demand.profile[sheet.series]].T
    freight = _freight(sheet, lane)
    landed = sheet.cost * (1.0 + mean(fields["duty_ad_valorem"]) / PPM) + freight
    lead = sheet.supplier + mean(lane.lead_days)
    count = len(sheet.products)
    nought = np.zeros(count)
    just_in_time, review = _policies(contract, sheet, spot)
    stops = contract.quantities.get(QuantityName.REGIME_CHANGES_PER_YEAR)
    income = _income(contract, sheet, one, prices, price, minor) - mean(one.pick_order) - label
    columns = Facts(
        base=demand.level_mean[sheet.series] * _response(one, fields, price, sheet.price), season=season, swing=swing,
        dispersion=demand.dispersion[sheet.series], shape=demand.level_shape[sheet.series], lead=lead,
        lead_variance=nought + (lane.lead_days.high - lane.lead_days.low) ** 2 / 24.0,
        fast_lead=sheet.supplier + mean(fast.lead_days) if fast else nought - 1.0,
        live=np.maximum(mean(one.live_after_days), np.where(on_hand > 0, 0.0, lead)),
        stops=nought + (mean(stops) / PPM if stops else 0.0), margin=income - landed,
        fast_extra=_freight(sheet, fast) - freight if fast else nought,
        landed=landed, loss=landed - sheet.cost * mean(fields["salvage"]) / PPM,
        holding=mean(spot.place.storage_cbm_day) * sheet.volume / CM3_PER_CBM + landed * ground.capital_day,
        fixed=nought + (lane.minimum_minor + mean(one.minutes_stock_order) * ground.wage) * minor, batch=sheet.batch,
        on_hand=on_hand, review=review, may_jit=just_in_time, minutes_order=nought + mean(one.minutes_order),
        minutes_week=nought + mean(one.minutes_week),
    )  # fmt: skip
    return columns, doubt(one.reach, one.visibility)


def doubt(*terms: Uncertain) -> float:
    """Standard deviation of the product of these unknowns over its mean: what all products under a contract share."""
    square = 1.0
    for term in terms:
        square *= 1.0 + variance(term) / max(mean(term), 1.0) ** 2
    return float(np.sqrt(square - 1.0))


def variance(term: Uncertain) -> float:
    """Variance of one draw; a log-uniform one by its integral."""
    low, value, high = float(term.low), float(term.value), float(term.high)
    if low == high or term.distribution == FIXED:
        return 0.0
    if term.distribution == CODE_BY_DISTRIBUTION[Distribution.UNIFORM]:
        return (high - low) ** 2 / 12.0
    if term.distribution == CODE_BY_DISTRIBUTION[Distribution.LOGUNIFORM] and low > 0:
        return float((high**2 - low**2) / (2.0 * np.log(high / low)) - mean(term) ** 2)
    return (low**2 + value**2 + high**2 - low * value - low * high - value * high) / 18.0


def shared_ground(
    demand: Demand, seasons: Floats, horizon_days: int, wage_per_hour_minor: int, capital_ppm: int
) -> Ground:
    """As `read_facts` counts wages and capital."""
    wage, capital = wage_per_hour_minor / THOUSANDTHS_PER_HOUR, capital_ppm / PPM / DAYS_PER_YEAR
    return Ground(demand, seasons, wage, capital, horizon_days)


def _policies(contract: Compiled, sheet: Sheet, spot: Spot) -> tuple[Floats, Floats]:
    """(1 where the place sells first and buys then, days between reviews) of each product."""
    days, kind = np.unique(sheet.supplier_days, return_inverse=True)
    places = [in_time(spot.place, contract, int(one)).policy for one in days]
    just_in_time = np.array([one.kind is PolicyKind.JIT for one in places], np.float64)
    return just_in_time[kind], np.array([one.review_days for one in places], np.float64)[kind]


def _price(contract: Compiled, sheet: Sheet, prices: Prices) -> Floats:
    """Mean retail price: the seller's quote, else today's where the seller sets it, else the platform's share of it."""
    if contract.owns(Duty.RETAIL_PRICE):
        own = sheet.price.astype(np.float64)
    else:
        own = scaled_mean(contract.quantities.get(QuantityName.PRICE_FACTOR, ONE), sheet.price, PPM)
    return np.where(prices.retail >= 0, prices.retail, own)


def scaled_mean(term: Uncertain, numerator: Ints, denominator: int) -> Floats:
    """`mean` of `scaled` for many numerators: bounds are floored before the mean is taken."""
    low, value, high = (np.floor_divide(bound * numerator, denominator) for bound in (term.low, term.value, term.high))
    if term.distribution == FIXED:
        return value.astype(np.float64)
    if term.distribution == CODE_BY_DISTRIBUTION[Distribution.UNIFORM]:
        middle = (low + high) / 2.0
    elif term.distribution == CODE_BY_DISTRIBUTION[Distribution.LOGUNIFORM]:
        safe = np.maximum(low, 1)
        wide = np.log(np.maximum(high, safe + 1) / safe)
        middle = np.where(low > 0, (high - low) / wide, (low + value + high) / 3.0)
    else:
        middle = (low + value + high) / 3.0
    return np.where(low == high, value, middle)


def _response(one: Listing, fields: dict[str, Any], price: Floats, today: Ints) -> Floats:
    """Expected demand as a share of today's, see `policies_facts.response`."""
    by_price = np.maximum(price / np.maximum(today, 1), 1e-6) ** (mean(fields["elasticity"]) / PPM)
    saved = fields["delivery_days_today"] - mean(one.delivery_days)
    by_speed = max(0.1, 1.0 + saved * mean(fields["speed_response"]) / PPM)
    return np.asarray(mean(one.reach) / PPM * mean(one.visibility) / PPM * by_price * by_speed)


def _freight(sheet: Sheet, lane: Lane) -> Floats:
    """Micro per unit along the lane, see `policies_facts.freight_unit`."""
    grams = sheet.weight.astype(np.float64)
    if lane.divisor_cm3_per_kg > 0:
        grams = np.maximum(grams, sheet.volume * 1000.0 / lane.divisor_cm3_per_kg)
    return np.asarray(mean(lane.per_kg) * grams / 1000.0 + mean(lane.per_cbm) * sheet.volume / CM3_PER_CBM)


def _income(
    contract: Compiled, sheet: Sheet, one: Listing, prices: Prices, price: Floats, minor: float
) -> Floats:  # fmt: skip
    """Expected micro that the contract's charges move for one delivered unit."""
    supply = np.where(prices.supply >= 0, prices.supply, price * (1.0 - mean(one.spread) / PPM))
    values = (0.0, price * minor, supply * minor, supply * minor)
    total = np.zeros(len(price))
    for basis, by_weight, divisor, lower, upper, amount in _sale_charges(contract):
        grams = np.maximum(sheet.weight, sheet.volume * 1000 // divisor) if divisor > 0 else sheet.weight
        due = (grams >= lower) & ((upper == NONE) | (grams < upper))
        total += np.where(due, amount * (values[basis] if basis else grams / 1000.0 if by_weight else 1.0), 0.0)
    return total
