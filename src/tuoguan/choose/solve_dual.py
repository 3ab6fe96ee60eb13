"""The Lagrangian dual: prices of limits and weights of scenarios, found by cutting planes in a trust region.

Hides the linear master program. Keeps the invariant that ``Dual.bound`` is the dual function evaluated at ``point``:
by weak duality no feasible choice is worth more, however early the search stopped. With risk, the weights of scenarios
are minimized over {0 <= q <= tail, sum q = 1} (Rockafellar & Uryasev 2000), so the bound is that of the portfolio.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_packed import Packed
from tuoguan.foundation.arrays import Floats, Ints

BLOCKS = 8
SAMPLE_ABOVE_GROUPS = 3000
SAMPLE_SHARE = 8
TOLERANCE = 2e-6
ITERATIONS = 400


@dataclass(frozen=True, slots=True)
class Dual:
    """``point`` [limit + scenario]: prices, then scenario weights; ``choice`` is best under them; ``bound`` scaled."""

    point: Floats
    bound: float
    choice: Ints
    iterations: int


def solve_dual(problem: Packed, deadline: float) -> Dual:
    """The best dual point found before ``deadline`` (`time.monotonic`), warm-started on an eighth of large problems."""
    start, radius = _origin(problem), 0.05
    if problem.groups > SAMPLE_ABOVE_GROUPS:
        groups = np.arange(0, problem.groups, SAMPLE_SHARE)
        share = len(groups) / problem.groups
        now = time.monotonic()
        warm = _descend(problem.sample(groups, share), start, radius, 1e-4, now + (deadline - now) / 3)
        start, radius = warm.point, 0.005
    return _descend(problem, start, radius, TOLERANCE, deadline)


def _origin(problem: Packed) -> Floats:
    scenarios = problem.matrix.shape[1] - problem.limits
    return np.concatenate([np.zeros(problem.limits), np.full(scenarios, 1.0 / max(scenarios, 1))])


def _descend(problem: Packed, center: Floats, radius: float, tolerance: float, deadline: float) -> Dual:
    """Linderoth & Wright's trust-region cutting planes: move on real descent, refine the model otherwise."""
    blocks = min(BLOCKS, max(problem.groups, 1))
    block = np.arange(problem.groups, dtype=np.int64) * blocks // max(problem.groups, 1)
    slope = np.concatenate([problem.limit, np.zeros(len(center) - problem.limits)])
    master = _Master(problem, blocks, slope)

    def evaluate(point: Floats) -> tuple[float, Ints]:
        sums, gradient, choice = kernels.price_groups(problem.start, problem.base, problem.matrix, point, block, blocks)
        master.add_cuts(sums - gradient @ point, gradient)
        return float(slope @ point + sums.sum()), choice

    value, choice = evaluate(center)
    scale = _price_scale(problem, abs(value))
    misses, number = 0, 0
    for number in range(1, ITERATIONS + 1):  # noqa: B007
        point, predicted = master.lowest(center, radius * scale)
        drop = value - predicted
        free = bool((np.abs(point - center) < 0.999 * radius * scale).all())
        if time.monotonic() > deadline or (drop <= tolerance * max(abs(value), 1e-9) and (free or radius > 0.5)):
            break
        if drop <= tolerance * max(abs(value), 1e-9):
            radius *= 4.0
            continue
        candidate, candidate_choice = evaluate(point)
        if candidate <= value - 0.1 * drop:
            radius = radius * 2.0 if candidate <= value - 0.5 * drop and not free else radius
            center, value, choice, misses = point, candidate, candidate_choice, 0
        else:
            misses += 1
            if misses >= 3 or candidate > value + 10.0 * drop:
                radius, misses = radius * 0.5, 0
    return Dual(center, value, choice, number)


def _price_scale(problem: Packed, value: float) -> Floats:
    """How far one unit of trust radius reaches in each coordinate: a limit worth the whole objective; any weight."""
    size = np.maximum(np.abs(problem.limit), np.abs(problem.matrix[:, : problem.limits]).mean(0) * problem.groups)
    reach = max(value, 1e-6) / np.maximum(size, 1e-9)
    return np.concatenate([reach, np.full(problem.matrix.shape[1] - problem.limits, problem.tail)])


class _Master:
    """min slope . point + sum of block models, subject to the cuts seen so far, inside a box around the center."""

    def __init__(self, problem: Packed, blocks: int, slope: Floats) -> None:
        self.size, self.blocks, self.limits, self.tail = len(slope), blocks, problem.limits, problem.tail
        self.highs = highspy.Highs()
        self.highs.silent()
        self.highs.setOptionValue("threads", 1)
        count = self.size + blocks
        cost = np.concatenate([slope, np.ones(blocks)])
        low = np.concatenate([np.zeros(self.size), np.full(blocks, -highspy.kHighsInf)])
        none = np.zeros(0, np.int32)
        self.highs.addCols(count, cost, low, np.full(count, highspy.kHighsInf), 0, none, none, np.zeros(0))
        if self.tail:
            index = np.arange(self.limits, self.size, dtype=np.int32)
            self.highs.addRow(1.0, 1.0, len(index), index, np.ones(len(index)))

    def add_cuts(self, constant: Floats, gradient: Floats) -> None:
        """Block model b >= constant[b] + gradient[b] . point, tight at the point where it was seen."""
        index = np.arange(self.size, dtype=np.int32)
        for b in range(self.blocks):
            where = np.append(index, np.int32(self.size + b))
            what = np.append(-gradient[b], 1.0)
            keep = what != 0.0
            self.highs.addRow(float(constant[b]), highspy.kHighsInf, int(keep.sum()), where[keep], what[keep])

    def lowest(self, center: Floats, box: Floats) -> tuple[Floats, float]:
        """The model's lowest point inside the box, and its height there."""
        low, high = np.maximum(center - box, 0.0), center + box
        if self.tail:
            high[self.limits :] = np.minimum(high[self.limits :], self.tail)
        index = np.arange(self.size, dtype=np.int32)
        self.highs.changeColsBounds(self.size, index, low, np.maximum(low, high))
        self.highs.run()
        point = np.array(self.highs.getSolution().col_value[: self.size])
        return self._proper(point), float(self.highs.getInfo().objective_function_value)

    def _proper(self, point: Floats) -> Floats:
        """The point without the master's rounding: no negative price, weights within the tail that add up to 1."""
        point = np.maximum(point, 0.0)
        if self.tail:
            weights = np.minimum(point[self.limits :], self.tail)
            room = self.tail - weights
            rest = 1.0 - weights.sum()
            weights = weights + rest * room / room.sum() if rest > 0.0 and room.sum() > 0 else weights / weights.sum()
            point[self.limits :] = weights
        return point
