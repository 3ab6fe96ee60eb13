"""Stock orders of one chosen option on the mean path.

Hides the day-by-day bookkeeping. Keeps the simulator's rule: the first order leaves so that goods arrive when the
first listing goes live, and on every review day after it the position (on hand plus under way) is raised to the level,
rounded up to the MOQ and to whole cartons. Sales are the option's expected sales, spread over its live days with stock
like the season.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.demand import Demand
from tuoguan.simulate import Option, Place, PolicyKind

JIT_DAYS = 7  # orders to the supplier are added up by week where goods are bought to order


@dataclass(frozen=True, slots=True)
class Order:
    """One stock order: days count from the start of the horizon."""

    place: int
    day: int
    ready: int
    arrive: int
    arrive_early: int
    arrive_late: int
    units: int
    why: str


def expected_sales(option: Option, demand: Demand, units_sold: float, horizon_days: int) -> npt.NDArray[np.float64]:
    """[place, day] expected units; adds up to ``units_sold``."""
    season = demand.season[demand.profile[option.series], :horizon_days]
    weight = np.zeros((len(option.places), horizon_days))
    for listing in option.listings:
        live = np.arange(horizon_days) >= max(listing.live_after_days.value, _stocked_from(option, listing.place))
        weight[listing.place] += season * live * (listing.reach.value / 1e6) * (listing.visibility.value / 1e6)
    total = weight.sum()
    return np.asarray(weight * (units_sold / total)) if total > 0.0 else weight


def first_review(option: Option, number: int) -> int:
    """The day of the place's first stock order: its lead time before its first listing goes live, today at soonest."""
    live = [listing.live_after_days.value for listing in option.listings if listing.place == number]
    return max(0, min(live, default=0) - _lead(option, option.places[number], "value"))


def _stocked_from(option: Option, number: int) -> int:
    """The first day on which the place can have stock."""
    place = option.places[number]
    if place.policy.kind is PolicyKind.JIT or (number == 0 and option.on_hand > 0):
        return 0
    return first_review(option, number) + _lead(option, place, "value")


def orders(option: Option, sales: npt.NDArray[np.float64]) -> tuple[Order, ...]:
    """All stock orders of the option, by place and day."""
    found: list[Order] = []
    for number, place in enumerate(option.places):
        rule = _to_order if place.policy.kind is PolicyKind.JIT else _to_stock
        found += rule(option, number, sales[number])
    return tuple(found)


def _lead(option: Option, place: Place, which: str) -> int:
    supplier, lane = option.supplier_lead_days, place.lane.lead_days
    return int(getattr(supplier, which) + getattr(lane, which))


def _order(option: Option, number: int, day: int, units: int, why: str) -> Order:
    place = option.places[number]
    early, mode, late = (day + _lead(option, place, which) for which in ("low", "value", "high"))
    return Order(number, day, day + option.supplier_lead_days.value, mode, early, late, units, why)


def _to_stock(option: Option, number: int, sales: npt.NDArray[np.float64]) -> Iterator[Order]:
    place, first = option.places[number], first_review(option, number)
    on_hand = float(option.on_hand) if number == 0 else 0.0
    under_way: dict[int, int] = {}
    lead = _lead(option, place, "value")
    for day in range(len(sales)):
        on_hand += under_way.pop(day, 0)
        if day >= first and (day - first) % place.policy.review_days == 0:
            wanted = math.ceil(place.policy.order_up_to - on_hand - sum(under_way.values()) - 1e-9)
            if wanted > 0:
                units = in_cartons(wanted, option.moq, option.carton)
                yield _order(option, number, day, units, "first_order" if day == first else "review")
                under_way[day + lead] = under_way.get(day + lead, 0) + units
                on_hand += under_way.pop(day, 0)
        on_hand = max(on_hand - sales[day], 0.0)


def in_cartons(wanted: int, moq: int, carton: int) -> int:
    """``wanted`` raised to the MOQ and then to whole cartons.

    >>> in_cartons(25, 50, 12), in_cartons(61, 50, 12)
    (60, 72)
    """
    size = max(carton, 1)
    return -(-max(wanted, moq) // size) * size


def _to_order(option: Option, number: int, sales: npt.NDArray[np.float64]) -> Iterator[Order]:
    """Weekly sums of what is bought to order: the stock at hand first, then whole units as they add up."""
    have = float(option.on_hand) if number == 0 else 0.0
    bought = 0
    running = np.cumsum(sales)
    for first in range(0, len(sales), JIT_DAYS):
        last = min(first + JIT_DAYS, len(sales)) - 1
        due = round(max(float(running[last]) - have, 0.0)) - bought
        if due > 0:
            bought += due
            yield _order(option, number, first, due, "jit")
