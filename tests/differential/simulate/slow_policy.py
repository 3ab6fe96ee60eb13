"""How much a place orders on a review day, as docs/rooms/simulate.md says it, kind by kind."""

import math
from fractions import Fraction

from scipy import stats

from differential.simulate.slow_luck import MILLION, half_up, season_at
from tuoguan.simulate import PolicyKind as P


def orders(slow, site, day):
    """[(lane, units)] of the orders that the place's policy makes on the day, the fast lane first."""
    policy = site.place.policy
    if (day - site.first) % policy.review_days:
        return []
    scaled = scaling(slow, site, day)
    level, point, fast_level = (scaled(n) for n in (policy.order_up_to, policy.reorder_point, policy.fast_order_up_to))
    cap = scaled(policy.order_cap) if "capped" in policy.kind else math.inf
    on_hand = slow.on_hand(site)
    position = on_hand + sum(site.coming.values())
    if policy.kind is P.NEWSVENDOR:
        return slow_lane(slow, level - position if day == site.first else 0)
    if policy.kind in (P.BASE_STOCK, P.CAPPED_BASE_STOCK):
        return slow_lane(slow, level - position, cap)
    if policy.kind in (P.REORDER, P.CAPPED_REORDER):
        return slow_lane(slow, level - position if position <= point else 0, cap)
    if policy.kind in (P.PROJECTED, P.CAPPED_PROJECTED):
        return slow_lane(slow, math.ceil(level - projected(slow, site, day) - 1e-9), cap)
    if policy.kind is P.SINGLE_INDEX:
        fast = whole(slow, fast_level - position)
    else:
        soon = sum(units for arrival, units in site.coming.items() if arrival <= day + site.leads[1])
        fast = whole(slow, fast_level - on_hand - soon)
    wanted = level - position - fast
    if policy.kind is P.TAILORED_BASE_SURGE:
        wanted = scaled(policy.order_cap)
    return [(1, fast)] * (fast > 0) + slow_lane(slow, wanted, cap)


def slow_lane(slow, wanted, cap=math.inf):
    units = whole(slow, wanted, cap)
    return [(0, units)] if units else []


def whole(slow, wanted, cap=math.inf):
    """Units ordered when so many are wanted: at most the cap, at least the MOQ, whole cartons."""
    wanted = min(wanted, cap)
    return math.ceil(Fraction(max(wanted, slow.o.moq), slow.o.carton)) * slow.o.carton if wanted > 0 else 0


def scaling(slow, site, day):
    """How a number of the policy is scaled today: by a season, and by a change of demand once it is known."""
    policy = site.place.policy

    def scaled(number):
        if policy.follows_season == 2:  # noqa: PLR2004 the season of the review day
            today = season_at(slow.demand, slow.s, slow.o.series, day)
            number = half_up(Fraction(number * math.floor(today * 1e6 + 0.5), MILLION))
        elif policy.follows_season:
            number = half_up(Fraction(number * season_ahead(slow, site, day), MILLION))
        if day >= site.answers:
            number = half_up(Fraction(number * slow.luck.shock_factor, MILLION))
        return max(0, number)

    return scaled


def season_ahead(slow, site, day):
    """Mean season of the review period and the leads ahead, in ppm."""
    days = range(day, day + site.place.policy.review_days + site.leads[0])
    mean = sum(season_at(slow.demand, slow.s, slow.o.series, each) for each in days) / max(1, len(days))
    return math.floor(mean * 1e6 + 0.5)


def projected(slow, site, day):
    """Expected units on hand when an order placed today arrives, from arrival to arrival by the normal loss."""
    until = day + site.leads[0]
    expected, since = float(slow.on_hand(site)), day
    for arrival in sorted({*(each for each in site.coming if each <= until), until}):
        expected = left_over(expected, *forecast(slow, site, since, arrival)) + site.coming.get(arrival, 0)
        since = arrival
    return expected


def forecast(slow, site, first, end):
    """Mean and variance of what the place's listings sell from ``first`` until before ``end``, as one would expect."""
    level, dispersion = slow.demand.level_mean[slow.o.series], slow.demand.dispersion[slow.o.series]
    mean = 0.0
    for each in range(first, end):
        mean += level * slow.expected(site, each) * season_at(slow.demand, slow.s, slow.o.series, each)
    return mean, mean * dispersion


def left_over(units, mean, variance):
    """E[(units - D)+] for normal D."""
    if variance <= 0:
        return max(0.0, units - mean)
    sd = math.sqrt(variance)
    z = (units - mean) / sd
    return (units - mean) * stats.norm.cdf(z) + sd * stats.norm.pdf(z)
