"""Stock orders of one chosen option on the mean path.

Hides the day-by-day bookkeeping. Keeps the simulator's rule: the first order leaves so that goods arrive when the
first listing goes live, and on every review day after it the place's policy orders by the same rules as the simulator
(`tuoguan.inventory.orders.kernels`), rounded up to the MOQ and to whole cartons. Sales are the option's expected sales,
spread over its live days with stock like the season.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.orders.kernels import capped, fast_order, order_up_to, reorder, slow_order
from tuoguan.simulate import Lane, Option, Place, Policy, PolicyKind

CAPPED = (PolicyKind.CAPPED_BASE_STOCK, PolicyKind.CAPPED_PROJECTED, PolicyKind.CAPPED_REORDER)
PROJECTED = (PolicyKind.PROJECTED, PolicyKind.CAPPED_PROJECTED)
REORDER = (PolicyKind.REORDER, PolicyKind.CAPPED_REORDER)
TWO_LANES = (
    PolicyKind.SINGLE_INDEX, PolicyKind.DUAL_INDEX, PolicyKind.CAPPED_DUAL_INDEX, PolicyKind.TAILORED_BASE_SURGE,
)  # fmt: skip
EDGE = 1e-9
JIT_DAYS = 7  # orders to the supplier are added up by week where goods are bought to order


@dataclass(frozen=True, slots=True)
class Order:
    """One stock order: days count from the start of the horizon."""

    place: int
    lane: Lane
    day: int
    ready: int
    arrive: int
    arrive_early: int
    arrive_late: int
    units: int
    why: str


def expected_sales(option: Option, demand: Demand, units_sold: float, horizon_days: int) -> Floats:
    """[place, day] expected units; adds up to ``units_sold``."""
    season = season_of(option, demand, horizon_days)
    weight = np.zeros((len(option.places), horizon_days))
    for listing in option.listings:
        live = np.arange(horizon_days) >= max(listing.live_after_days.value, _stocked_from(option, listing.place))
        weight[listing.place] += season * live * (listing.reach.value / 1e6) * (listing.visibility.value / 1e6)
    total = weight.sum()
    return np.asarray(weight * (units_sold / total)) if total > 0.0 else weight


def season_of(option: Option, demand: Demand, horizon_days: int) -> Floats:
    """[day] season of the option's series over the horizon."""
    return np.asarray(demand.season[demand.profile[option.series], :horizon_days])


def first_review(option: Option, number: int) -> int:
    """The day of the place's first stock order: its lead time before its first listing goes live, today at soonest."""
    live = [listing.live_after_days.value for listing in option.listings if listing.place == number]
    return max(0, min(live, default=0) - _lead(option, option.places[number].lane, "value"))


def _stocked_from(option: Option, number: int) -> int:
    """The first day on which the place can have stock."""
    place = option.places[number]
    if place.policy.kind is PolicyKind.JIT or (number == 0 and option.on_hand > 0):
        return 0
    fast = place.fast_lane if place.policy.kind in TWO_LANES and place.policy.fast_order_up_to > 0 else None
    return first_review(option, number) + _lead(option, fast or place.lane, "value")


def orders(option: Option, sales: Floats, season: Floats) -> tuple[Order, ...]:
    """All stock orders of the option, by place and day; ``sales`` [place, day], ``season`` [day]."""
    found: list[Order] = []
    for number, place in enumerate(option.places):
        if place.policy.kind is PolicyKind.JIT:
            found += _to_order(option, number, sales[number])
        else:
            found += _to_stock(option, number, sales[number], season)
    return tuple(found)


def _lead(option: Option, lane: Lane, which: str) -> int:
    return int(getattr(option.supplier_lead_days, which) + getattr(lane.lead_days, which))


def _order(option: Option, number: int, lane: Lane, day: int, units: int, why: str) -> Order:
    early, mode, late = (day + _lead(option, lane, which) for which in ("low", "value", "high"))
    return Order(number, lane, day, day + option.supplier_lead_days.value, mode, early, late, units, why)


@dataclass(slots=True)
class Stock:
    """On hand and under way (units by day of arrival) at one place."""

    on_hand: float
    under_way: dict[int, int] = field(default_factory=dict)

    def arriving(self, until: int) -> int:
        """Units that arrive by the day."""
        return sum(units for day, units in self.under_way.items() if day <= until)

    def expect(self, day: int, units: int) -> None:
        """More units that arrive on the day."""
        self.under_way[day] = self.under_way.get(day, 0) + units


def _to_stock(option: Option, number: int, sales: Floats, season: Floats) -> Iterator[Order]:
    place, first = option.places[number], first_review(option, number)
    stock = Stock(float(option.on_hand) if number == 0 else 0.0, dict(option.on_order) if number == 0 else {})
    for day in range(len(sales)):
        stock.on_hand += stock.under_way.pop(day, 0)
        if _reviews(place.policy, day - first):
            policy = _today(option, place, season, day)
            for lane, wanted in _wanted(option, place, policy, stock, sales, day):
                units = in_cartons(wanted, option.moq, option.carton)
                order = _order(option, number, lane, day, units, "first_order" if day == first else "review")
                yield order
                stock.expect(order.arrive, units)
            stock.on_hand += stock.under_way.pop(day, 0)
        stock.on_hand = max(stock.on_hand - sales[day], 0.0)


def _reviews(policy: Policy, since: int) -> bool:
    """True on a review day; one order at the start is all that a newsvendor gives."""
    return since == 0 if policy.kind is PolicyKind.NEWSVENDOR else since >= 0 and since % policy.review_days == 0


def _today(option: Option, place: Place, season: Floats, day: int) -> Policy:
    """The policy with its levels scaled by the season ahead, half up, where it follows it."""
    policy = place.policy
    if not policy.follows_season:
        return policy
    ahead = season[day : day + policy.review_days + _lead(option, place.lane, "value")]
    scale = float(ahead.mean()) if len(ahead) else float(season[-1])

    def scaled(level: int) -> int:
        return int(level * scale + 0.5)

    return Policy(
        policy.kind, scaled(policy.order_up_to), policy.review_days, scaled(policy.reorder_point),
        scaled(policy.order_cap), scaled(policy.fast_order_up_to),
    )  # fmt: skip


def _wanted(
    option: Option, place: Place, policy: Policy, stock: Stock, sales: Floats, day: int
) -> list[tuple[Lane, int]]:  # fmt: skip
    """What is ordered today by which lane, before MOQ and cartons; the fast lane first."""
    position = stock.on_hand + stock.arriving(max(stock.under_way, default=day))
    if policy.kind in TWO_LANES and place.fast_lane is not None:
        return _by_two_lanes(option, place.lane, place.fast_lane, policy, stock, position, day)
    if policy.kind in REORDER:
        units = reorder(_whole(position), policy.reorder_point, policy.order_up_to)
    elif policy.kind in PROJECTED:
        units = order_up_to(_whole(_projected(option, place, stock, sales, day)), policy.order_up_to)
    else:
        units = order_up_to(_whole(position), policy.order_up_to)
    if policy.kind in CAPPED:
        units = capped(units, policy.order_cap)
    return [(place.lane, units)] if units > 0 else []


def _by_two_lanes(
    option: Option, slow_lane: Lane, fast_lane: Lane, policy: Policy, stock: Stock, position: float, day: int
) -> list[tuple[Lane, int]]:
    soon = stock.on_hand + stock.arriving(day + _lead(option, fast_lane, "value"))
    fast = fast_order(_whole(position if policy.kind is PolicyKind.SINGLE_INDEX else soon), policy.fast_order_up_to)
    bought = in_cartons(fast, option.moq, option.carton) if fast > 0 else 0
    if policy.kind is PolicyKind.TAILORED_BASE_SURGE:
        slow = policy.order_cap
    else:
        cap = policy.order_cap if policy.kind is PolicyKind.CAPPED_DUAL_INDEX else 0
        slow = slow_order(_whole(position) + bought, policy.order_up_to, cap)
    return [(lane, units) for lane, units in ((fast_lane, fast), (slow_lane, slow)) if units > 0]


def _whole(units: float) -> int:
    """Whole units that are surely there."""
    return int(np.floor(units + EDGE))


def _projected(option: Option, place: Place, stock: Stock, sales: Floats, day: int) -> float:
    """Units on hand on the mean path when an order placed today arrives; past the horizon sales go on as on its end."""
    until, units = day + _lead(option, place.lane, "value"), stock.on_hand
    for later in range(day, until):
        units = max(units - sales[min(later, len(sales) - 1)], 0.0) + stock.under_way.get(later + 1, 0)
    return units


def in_cartons(wanted: int, moq: int, carton: int) -> int:
    """``wanted`` raised to the MOQ and then to whole cartons.

    >>> in_cartons(25, 50, 12), in_cartons(61, 50, 12)
    (60, 72)
    """
    size = max(carton, 1)
    return -(-max(wanted, moq) // size) * size


def _to_order(option: Option, number: int, sales: Floats) -> Iterator[Order]:
    """Weekly sums of what is bought to order: the stock at hand first, then whole units as they add up."""
    have = float(option.on_hand) if number == 0 else 0.0
    bought = 0
    running = np.cumsum(sales)
    for first in range(0, len(sales), JIT_DAYS):
        last = min(first + JIT_DAYS, len(sales)) - 1
        due = round(max(float(running[last]) - have, 0.0)) - bought
        if due > 0:
            bought += due
            yield _order(option, number, option.places[number].lane, first, due, "jit")
