"""(r, Q): stock watched all the time, Q units ordered when the position falls to r.

Hides nothing. Keeps the invariant that cost is charged at a rate: holding and penalty per unit and unit of time, demand
per unit of time. ``lead`` is the law of the demand over a lead time. Source: Snyder & Shen (2019), 2nd ed., ch. 5.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from tuoguan.inventory.classic.laws import Law, losses, mean_of, quantile, require_positive, root
from tuoguan.inventory.classic.lots import economic_lot
from tuoguan.inventory.classic.newsvendor import newsvendor
from tuoguan.inventory.instances import Discrete

ROUNDS = 1_000
SETTLED = 1e-9


class ReorderQuantity(NamedTuple):
    """Order ``quantity`` units when the position falls to ``reorder_point``."""

    reorder_point: float
    quantity: float


class Stream(NamedTuple):
    """What an (r, Q) policy faces; ``demand`` is the mean per unit of time."""

    lead: Law
    demand: float
    holding: float
    penalty: float
    fixed_cost: float


def quantity_cost(stream: Stream, policy: ReorderQuantity) -> float:
    """Exact cost of a unit of time: (K demand + sum of g over r to r + Q) / Q, g the newsvendor's cost (eq. 5.7, 5.48).

    The integral of what is missing is a difference of second losses. Example 5.1 at (126.8, 328.5): 78.0712.
    """
    r, q = policy
    require_positive(quantity=q)
    if isinstance(stream.lead, Discrete):
        levels = range(int(r) + 1, int(r + q) + 1)
        total = math.fsum(newsvendor(stream.lead, stream.holding, stream.penalty, y).cost for y in levels)
    else:
        low, high = losses(stream.lead, r), losses(stream.lead, r + q)
        total = stream.holding * (high.left_second - low.left_second)
        total += stream.penalty * (low.missing_second - high.missing_second)
    return (stream.fixed_cost * stream.demand + total) / q


def best_point(stream: Stream, quantity: float) -> float:
    """The best r of a Q: where g(r) = g(r + Q) (eq. 5.9). Example 5.1, Q = 318: 127.788."""

    def rise(r: float) -> float:
        return _rate(stream, r + quantity) - _rate(stream, r)

    best = quantile(stream.lead, stream.penalty / (stream.penalty + stream.holding))
    return root(rise, best - quantity, best)


def whitin(stream: Stream) -> tuple[ReorderQuantity, float]:
    """Whitin's r and Q and their approximate cost: missing units are charged once each, as if few (algorithm 5.1).

    Example 5.2: (213.970, 318.590) at 95.4511.
    """

    def point(q: float) -> float:
        return quantile(stream.lead, 1.0 - q * stream.holding / (stream.penalty * stream.demand))

    def order(r: float) -> float:
        cycle = stream.fixed_cost + stream.penalty * losses(stream.lead, r).missing
        return math.sqrt(2.0 * stream.demand * cycle / stream.holding)

    r, q = found = _settled(stream, point, order)
    cycle = stream.fixed_cost + stream.penalty * losses(stream.lead, r).missing
    return found, stream.holding * (r - mean_of(stream.lead) + q / 2.0) + cycle * stream.demand / q


def backorder_lot(stream: Stream) -> ReorderQuantity:
    """The economic lot with backorders and its best r (Zheng 1992). Example 5.4: (128.638, 308.574)."""
    q = economic_lot(stream.fixed_cost, stream.holding, stream.demand, stream.penalty).quantity
    return ReorderQuantity(best_point(stream, q), q)


def lot_and_safety(stream: Stream) -> ReorderQuantity:
    """The economic lot, and the newsvendor's level as r (eq. 5.21). Example 5.5: (190.337, 304.047)."""
    q = economic_lot(stream.fixed_cost, stream.holding, stream.demand).quantity
    return ReorderQuantity(quantile(stream.lead, stream.penalty / (stream.penalty + stream.holding)), q)


def loss_approximation(stream: Stream) -> ReorderQuantity:
    """r and Q that neglect what is missing at r + Q (Hadley & Whitin 1963). Example 5.6: (126.867, 328.449)."""
    both = stream.holding + stream.penalty
    far = quantile(stream.lead, 1.0 - 1e-12)

    def point(q: float) -> float:
        share = stream.holding * q / both
        return root(lambda r: share - losses(stream.lead, r).missing, mean_of(stream.lead) - 2.0 * share, far)

    def order(r: float) -> float:
        cycle = stream.fixed_cost * stream.demand + both * losses(stream.lead, r).missing_second
        return math.sqrt(2.0 * cycle / stream.holding)

    return _settled(stream, point, order)


def best_quantity(stream: Stream) -> tuple[ReorderQuantity, float]:
    """The exact best whole r and Q and their cost (Federgruen & Zheng 1992). Example 5.8: (3, 5) at 107.924.

    The Q best positions lie side by side; the next best joins them as long as it costs less than their average.
    """
    low = high = int(quantile(stream.lead, stream.penalty / (stream.penalty + stream.holding)))
    total = stream.fixed_cost * stream.demand + _rate(stream, low)
    below, above = _rate(stream, low - 1), _rate(stream, high + 1)
    while min(below, above) < total / (high - low + 1):
        if below < above:
            low, total = low - 1, total + below
            below = _rate(stream, low - 1)
        else:
            high, total = high + 1, total + above
            above = _rate(stream, high + 1)
    count = high - low + 1
    return ReorderQuantity(low - 1, count), total / count


def _rate(stream: Stream, level: float) -> float:
    return newsvendor(stream.lead, stream.holding, stream.penalty, level).cost


def _settled(
    stream: Stream, point: Callable[[float], float], order: Callable[[float], float]
) -> ReorderQuantity:  # fmt: skip
    """r and Q that agree with each other, from the economic lot on."""
    q = economic_lot(stream.fixed_cost, stream.holding, stream.demand).quantity
    for _ in range(ROUNDS):
        r = point(q)
        before, q = q, order(r)
        if abs(q - before) <= SETTLED * q:
            return ReorderQuantity(r, q)
    raise ValueError(f"penalty is {stream.penalty}: r and Q do not settle; expected a penalty well above holding")
