"""Prices of limits and weights of scenarios: Newton's method on the dual function with its corners rounded off.

Hides warm starts on samples and the schedule of rounding. Keeps the invariant that ``Prices.bound`` is the dual
function at ``point`` with every rounding error counted: by weak duality no feasible choice is worth more, however early
the search stopped. With risk the weights are minimized over {0 <= q <= tail, sum q = 1} (Rockafellar & Uryasev 2000), so
the bound is that of the portfolio. The rounded-off dual is smooth and convex; its curvature comes from the groups that
are nearly undecided, and the more there are the fewer steps are needed (smoothing: Nesterov 2005).
"""

import time
from dataclasses import dataclass

import numpy as np

from tuoguan.choose.solve_blocks import Blocks, Shared
from tuoguan.choose.solve_master import Master, Point, point_of
from tuoguan.foundation.arrays import Floats

SAMPLES = (1_000, 10_000, 100_000)  # groups that prices are found on first
TOLERANCE, FINEST = 1e-6, 1e-7  # of the bound; finer with more groups
ITERATIONS = 120
FIRST_WIDTH, WARM_WIDTH = 0.2, 0.003  # of the mean worth of a group
NARROWING = 0.2
UNIT_ROUNDOFF = 2.0**-53


@dataclass(frozen=True, slots=True)
class Prices:
    """A dual point, the bound proven there, base and columns of the best rows there added up, and the work it took."""

    point: Point
    bound: float
    best_base: float
    totals: Floats
    width: float
    evaluations: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """The rounded-off dual function at a point."""

    point: Point
    exact: float
    height: float
    slope: Floats
    curvature: Floats


def find_prices(
    blocks: Blocks, shared: Shared, deadline: float, start: Point | None = None, tolerance: float | None = None,
    width: float | None = None,
) -> Prices:  # fmt: skip
    """The best dual point found before ``deadline`` (`time.monotonic`).

    ``start`` is where to set out from, and ``width`` over how much of a value to round corners off there.
    """
    point, spent = start, 0
    for wanted in SAMPLES if start is None else ():
        stride = blocks.groups // wanted
        if stride >= 3:
            part = blocks.sample(stride)
            share = part.groups / blocks.groups
            seen, width, used = _descend(part, shared.part(share), point, width, 0.1 / wanted, deadline)
            point, spent = seen.point, spent + used
    last = tolerance or min(max(0.1 / max(blocks.groups, 1), FINEST), TOLERANCE)
    seen, width, used = _descend(blocks, shared, point, width, last, deadline)
    return proven(blocks, shared, seen.point, width, spent + used)


def proven(blocks: Blocks, shared: Shared, point: Point, width: float = 0.0, evaluations: int = 0) -> Prices:
    """The bound at a point, rounded up by all that its arithmetic may have lost."""
    sums, gradient = blocks.price(point.column)
    terms = shared.limit * point.price
    size = blocks.magnitude @ np.concatenate([[1.0], np.abs(point.column)])
    additions = blocks.longest + len(sums) + blocks.columns + len(terms) + 16
    lost = UNIT_ROUNDOFF * additions * (blocks.groups * size + float(np.abs(terms).sum()))
    if shared.tail:
        # Weights add up to 1 but for rounding; what is missing counts at the worst outcome there could be.
        counted = abs(1.0 - float(point.weight.sum())) + UNIT_ROUNDOFF * len(point.weight)
        factor = 1.0 if shared.factor is None else np.abs(shared.factor).max(axis=0)
        lost += counted * blocks.groups * float((blocks.magnitude[1 + len(terms) :] * factor).sum())
    totals = gradient.sum(axis=0)
    base, bound = float(sums.sum() - totals @ point.column), float(terms.sum() + sums.sum()) + lost
    return Prices(point, bound, base, totals, width, evaluations + 1)


def _descend(
    blocks: Blocks, shared: Shared, start: Point | None, width: float | None, tolerance: float, deadline: float
) -> tuple[_Seen, float, int]:
    """(the best point seen, the last width, evaluations): steps at one width until it costs more than the way that
    is left, then at a narrower one."""
    first = start or _origin(blocks, shared)
    radius = 0.2 if start is None else 0.02
    sums, gradient = blocks.price(first.column)
    worth = abs(float(sums.sum() + shared.limit @ first.price))
    share = FIRST_WIDTH if start is None else WARM_WIDTH
    width = max(2.0 * width if width else share * worth / max(blocks.groups, 1), 1e-12)
    unit = _unit(blocks, shared, worth, gradient.sum(axis=0))
    center = _look(blocks, shared, first, width)
    best, evaluations = center, 2
    while evaluations < ITERATIONS and time.monotonic() < deadline:
        point, drop = Master(shared, center.point, center.slope, center.curvature, unit).lowest(radius)
        least, excess = tolerance * max(abs(best.exact), 1e-12), center.height - center.exact
        moved = float((np.abs(point.column - center.point.column) / unit).max(initial=0.0))
        # A way that only the radius keeps short says nothing about the width.
        narrow = drop <= 0.2 * (max(excess, least) if moved <= 0.9 * radius else least)
        if narrow and excess <= least:
            break
        width = width * NARROWING if narrow else width
        seen = _look(blocks, shared, point, width)
        evaluations += 1
        best = seen if seen.exact < best.exact else best
        if narrow:
            center = seen
            continue
        gained = center.height - seen.height
        if gained >= 0.5 * drop:
            radius = max(radius, 3.0 * moved)
        elif gained < 0.1 * drop:
            radius = 0.25 * min(radius, moved)
        center = seen if gained >= 0.05 * drop else center
    return best, width, evaluations


def _origin(blocks: Blocks, shared: Shared) -> Point:
    """No prices; all scenarios alike."""
    count = len(shared.limit)
    size = blocks.columns - count if shared.factor is None else len(shared.factor)
    return point_of(shared, np.zeros(count), np.full(size, 1.0 / max(size, 1)))


def _look(blocks: Blocks, shared: Shared, point: Point, width: float) -> _Seen:
    seen = blocks.smooth(point.column, width)
    fixed = float(shared.limit @ point.price)
    slope = seen.gradient.sum(axis=0)
    slope[: len(shared.limit)] += shared.limit
    return _Seen(
        point, fixed + float(seen.exact.sum()), fixed + float(seen.sums.sum()), slope, seen.curvature.sum(axis=0)
    )


def _unit(blocks: Blocks, shared: Shared, worth: float, totals: Floats) -> Floats:
    """One unit of trust: a limit worth the whole objective, any weight of a scenario, a factor's usual size."""
    count = len(shared.limit)
    size = np.maximum(np.abs(shared.limit), np.abs(totals[:count]))
    size = np.maximum(size, 1e-4 * blocks.groups * blocks.magnitude[1 : 1 + count])
    reach = max(worth, 1e-6) / np.maximum(size, 1e-9)
    if shared.factor is None:
        return np.concatenate([reach, np.full(blocks.columns - count, shared.tail)])
    return np.concatenate([reach, np.maximum(np.abs(shared.factor).mean(axis=0), 1e-9)])
