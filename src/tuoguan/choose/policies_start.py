"""Where the search for an order-up-to level starts: the newsvendor's critical ratio on lead-time demand.

Hides the textbook. Keeps two invariants: with one period and no lead time the level is the newsvendor's, and everything
here is a starting point whose money is float statistics, never booked.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from tuoguan.choose.options_market import NONE
from tuoguan.choose.options_terms import PPM, mean
from tuoguan.contracts import Basis, Compiled, Per
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.simulate import Listing, Option, Place

SALE_FACTS = (
    FactKind.ORDER_PLACED, FactKind.UNITS_SHIPPED, FactKind.UNITS_DELIVERED, FactKind.UNITS_INBOUND,
    FactKind.PARCEL_IMPORTED,
)  # fmt: skip
RECURRENCE_MEAN_MAX = 400.0
DAYS_PER_YEAR = 365
CM3_PER_CBM = 1_000_000


@dataclass(frozen=True, slots=True)
class Need:
    """Demand at one place over lead time and review (units), and the worth of one unit short or over (micro)."""

    mean: float
    variance: float
    underage: float
    overage: float
    horizon_units: float


def critical_ratio(underage: float, overage: float) -> float:
    """Share of periods in which all demand should be met: cu / (cu + co); 0 when a sale earns nothing.

    Snyder & Shen, Fundamentals of Supply Chain Theory, example 4.3: a newspaper with cu = 0.12 and co = 0.18.

    >>> round(critical_ratio(0.12, 0.18), 6)
    0.4
    """
    if underage <= 0:
        return 0.0
    return underage / (underage + max(overage, 1e-12))


def quantile(means: Floats, variances: Floats, shares: Floats) -> Ints:
    """Smallest whole x with P(D <= x) >= share, element by element: negative binomial, Poisson where variance <= mean.

    By recurrence up to a mean of 400, by the Wilson-Hilferty gamma above. A share of 0 gives 0.
    """
    found = np.zeros(means.shape, dtype=np.int64)
    small = (means > 0) & (means <= RECURRENCE_MEAN_MAX) & (shares > 0)
    large = (means > RECURRENCE_MEAN_MAX) & (shares > 0)
    found[small] = _by_recurrence(means[small], variances[small], np.minimum(shares[small], 0.9999))
    found[large] = _by_gamma(means[large], variances[large], np.minimum(shares[large], 0.9999))
    return found


def _by_recurrence(means: Floats, variances: Floats, shares: Floats) -> Ints:
    """Panjer's recurrence p(k) = p(k - 1) (a + b / k): a = 0 for Poisson, a = 1 - mean / variance otherwise."""
    ratio = np.maximum(variances / means, 1.0)
    spread = ratio > 1.0 + 1e-9
    a = np.where(spread, 1.0 - 1.0 / ratio, 0.0)
    shape = np.where(spread, means / np.where(spread, ratio - 1.0, 1.0), 0.0)
    b = np.where(spread, (shape - 1.0) * a, means)
    log_mass = np.where(spread, -shape * np.log(ratio), -means)
    cumulative = np.exp(log_mass)
    found = np.zeros(means.shape, dtype=np.int64)
    open_ = np.flatnonzero(cumulative < shares)
    step = 0
    while open_.size:
        step += 1
        log_mass[open_] += np.log(np.maximum(a[open_] + b[open_] / step, 1e-300))
        cumulative[open_] += np.exp(log_mass[open_])
        found[open_] = step
        open_ = open_[cumulative[open_] < shares[open_]]
    return found


def _by_gamma(means: Floats, variances: Floats, shares: Floats) -> Ints:
    normal = NormalDist()
    z = np.array([normal.inv_cdf(share) for share in shares])
    shape = means * means / np.maximum(variances, means)
    cube = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * np.sqrt(shape))
    found: Ints = np.ceil(means * np.maximum(cube, 0.0) ** 3).astype(np.int64)
    return found


def start_levels(options: tuple[Option, ...], demand: Demand, horizon_days: int, capital_ppm: int) -> list[list[int]]:
    """Order-up-to levels to start from, per option and place, in units."""
    season = demand.season[:, :horizon_days].mean(axis=1)
    needs = [
        [_need(option, index, demand, season, horizon_days, capital_ppm) for index in range(len(option.places))]
        for option in options
    ]
    flat = [need for own in needs for need in own]
    table = np.array([(n.mean, n.variance, critical_ratio(n.underage, n.overage), n.horizon_units) for n in flat])
    levels = iter(_levels(table.reshape(-1, 4)))
    return [[next(levels) for _ in own] for own in needs]


def _levels(table: Floats) -> list[int]:
    found = quantile(table[:, 0], table[:, 1], table[:, 2])
    return [int(level) for level in np.minimum(found, np.ceil(table[:, 3]).astype(np.int64))]


def _need(option: Option, index: int, demand: Demand, season: Floats, horizon_days: int, capital_ppm: int) -> Need:
    place, row = option.places[index], option.series
    listings = [one for one in option.listings if one.place == index]
    base = float(demand.level_mean[row]) * float(season[demand.profile[row]])
    shares = [response(option, one) for one in listings]
    daily = base * sum(shares)
    review = place.policy.review_days
    days = mean(option.supplier_lead_days) + mean(place.lane.lead_days) + review
    lead = place.lane.lead_days
    lead_variance = (lead.high - lead.low) ** 2 / 24.0
    level_variance = (daily * days) ** 2 / max(float(demand.level_shape[row]), 1e-6)
    variance = daily * days * float(demand.dispersion[row]) + daily**2 * lead_variance + level_variance
    under, over = _worth(option, place, listings, shares, review, horizon_days, capital_ppm)
    # Stock for more than the horizon cannot be sold in it, but the level must outlast the spread of the draw.
    return Need(daily * days, variance, under, over, daily * horizon_days + 3.0 * float(np.sqrt(variance)) + 1.0)


def response(option: Option, listing: Listing) -> float:
    """Expected demand under the listing as a share of today's: reach, visibility, price and delivery speed."""
    price = mean(listing.retail_price) / max(option.retail_price_today_minor, 1)
    by_price = max(price, 1e-6) ** (mean(option.elasticity) / PPM)
    days_saved = option.delivery_days_today - mean(listing.delivery_days)
    by_speed = max(0.1, 1.0 + days_saved * mean(option.speed_response) / PPM)
    return float(mean(listing.reach) / PPM * mean(listing.visibility) / PPM * by_price * by_speed)


def _worth(
    option: Option,
    place: Place,
    listings: list[Listing],
    shares: list[float],
    review: int,
    horizon_days: int,
    capital: int,
) -> tuple[float, float]:
    """(underage, overage) of one unit, micro: margin of a sale; holding for a review and its part of the last loss."""
    cost = mean(option.unit_cost)
    landed = cost * (1.0 + mean(option.duty_ad_valorem) / PPM) + freight_unit(option, place)
    weight = max(sum(shares), 1e-12)
    income = sum(share * unit_income(option, one) for share, one in zip(shares, listings, strict=True)) / weight
    holding = (
        mean(place.storage_cbm_day) * option.unit_volume_cm3 / CM3_PER_CBM + landed * capital / PPM / DAYS_PER_YEAR
    )
    loss = landed - cost * mean(option.salvage) / PPM
    return income - landed, holding * review + loss * min(1.0, review / max(horizon_days, 1))


def freight_unit(option: Option, place: Place) -> float:
    """Micro per unit along the lane: chargeable weight or volume, whichever the lane prices."""
    lane, grams = place.lane, float(option.unit_weight_g)
    if lane.divisor_cm3_per_kg > 0:
        grams = max(grams, option.unit_volume_cm3 * 1000.0 / lane.divisor_cm3_per_kg)
    return mean(lane.per_kg) * grams / 1000.0 + mean(lane.per_cbm) * option.unit_volume_cm3 / CM3_PER_CBM


def unit_income(option: Option, listing: Listing) -> float:
    """Expected micro that one delivered unit brings after the contract's charges and the seller's own parcel costs."""
    contract, price = listing.contract, mean(listing.retail_price)
    supply = listing.supply_price_minor if listing.supply_price_minor >= 0 else price * (1 - mean(listing.spread) / PPM)
    minor = float(10 ** (6 - EXPONENT_BY_CURRENCY[contract.currency]))
    values = {
        Basis.RETAIL_VALUE: price * minor,
        Basis.SUPPLY_VALUE: supply * minor,
        Basis.CUSTOMS_VALUE: supply * minor,
    }
    own = mean(listing.pick_order) + mean(listing.label_parcel)
    return _charged(contract, values, option.unit_weight_g, option.unit_volume_cm3) - own


def _charged(contract: Compiled, values: dict[Basis, float], weight_g: int, volume_cm3: int) -> float:
    total = 0.0
    for basis, by_weight, divisor, lower, upper, amount in _sale_charges(contract):
        grams = max(weight_g, volume_cm3 * 1000 // divisor) if divisor > 0 else weight_g
        if grams < lower or (upper != NONE and grams >= upper):
            continue
        total += amount * (values[basis] if basis else grams / 1000.0 if by_weight else 1.0)
    return total


@lru_cache(maxsize=4_096)
def _sale_charges(contract: Compiled) -> tuple[tuple[Basis, bool, int, int, int, float], ...]:
    """What the contract moves for a unit sold: (basis, per kg, divisor, tier from, tier to, signed rate or micro)."""
    found = []
    for row in contract.charges:
        basis, per = Basis(int(row["basis"])), int(row["per"])
        untimely = int(row["fact"]) not in SALE_FACTS or int(row["reason"]) != 0 or int(row["deadline"]) != NONE
        if untimely or per in (Per.UNIT_DAY, Per.CBM_DAY):
            continue
        amount = float(row["sign"]) * float(row["value"]) * float(row["share_ppm"]) / PPM
        tier = int(row["divisor_cm3_per_kg"]), int(row["weight_from_g"]), int(row["weight_to_g"])
        found.append((basis, per == Per.KG, *tier, amount / PPM if basis else amount))
    return tuple(found)


def estimate_parts(options: tuple[Option, ...], demand: Demand, horizon_days: int) -> tuple[Floats, Floats, Floats]:
    """(micro margin of a unit, units in the horizon, thousandths of minutes [per order, per week]) of each option."""
    season = demand.season[:, :horizon_days].mean(axis=1)
    margins, units, minutes = [], [], []
    for option in options:
        place, listing = option.places[0], option.listings[0]
        landed = mean(option.unit_cost) * (1.0 + mean(option.duty_ad_valorem) / PPM) + freight_unit(option, place)
        lead = mean(option.supplier_lead_days) + mean(place.lane.lead_days)
        idle = max(mean(listing.live_after_days), 0.0 if option.on_hand > 0 else lead)
        base = float(demand.level_mean[option.series]) * float(season[demand.profile[option.series]])
        units.append(base * response(option, listing) * max(horizon_days - idle, 0.0))
        margins.append(unit_income(option, listing) - landed)
        minutes.append((mean(listing.minutes_order), mean(listing.minutes_week)))
    return np.array(margins), np.array(units), np.array(minutes).reshape(-1, 2)
