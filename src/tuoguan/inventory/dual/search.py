"""The best numbers of each index policy: a screen on one path of common luck, then exact costs of the finalists.

Hides lattice and descent. Keeps the invariant that nothing is reported on the path it was chosen on.
"""

import math
from collections.abc import Iterable
from itertools import product

import numpy as np

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.dual.costs import index_cost, is_solvable, paths_of
from tuoguan.inventory.dual.model import Model, summed
from tuoguan.inventory.dual.rules import levels_of
from tuoguan.inventory.dual.surplus import counted_surplus, single_index_surplus, surge_surplus
from tuoguan.inventory.policies import CappedDualIndex, DualIndex, Found, Policy, SingleIndex, TailoredBaseSurge

SCREEN_PERIODS = 20_000
FINAL_PERIODS = 400_000  # where the finalists are too large to be compared exactly
LATTICE = 8  # points of each number that the screen starts from
STARTS = 4
FINALISTS = 6
ORDERS_TRIED = 64
FINALIST_WORK_MAX = 2e6  # multiplications of a sweep

Shape = tuple[int, int]  # the gap between the two levels, and the cap
Screened = dict[Shape, tuple[float, int]]  # the cost above the unavoidable, and the best level


def best_single_index(model: Model) -> Found:
    """The best single index policy; exact."""
    bests: list[tuple[float, Policy]] = []
    for gap in range(model.demand_max + 1):
        surplus = single_index_surplus(model, gap)
        level, cost = surplus.best(model)
        slow = level + len(surplus.share) - 1
        bests.append((cost, SingleIndex(slow - gap, slow)))
    return _found(model, [min(bests, key=lambda best: best[0])[1]], len(bests))


def best_tailored_base_surge(model: Model) -> Found:
    """The best tailored base-surge policy, but for orders so near the mean that stock hardly returns.

    All orders up to `ORDERS_TRIED`, of more a lattice and then ever finer steps around the best.
    """
    count = max(1, math.ceil(model.mean))
    step = -(-count // ORDERS_TRIED)
    wanted = list(range(0, count, step))
    bests: dict[int, tuple[float, int]] = {}
    while True:
        for units in wanted:
            if units not in bests and 0 <= units < count and (surplus := surge_surplus(model, units)) is not None:
                level, cost = surplus.best(model)
                bests[units] = cost, level
        best = min(bests, key=lambda units: bests[units])
        if step == 1:
            return _found(model, [TailoredBaseSurge(bests[best][1], best)], len(bests))
        step = -(-step // 2)
        wanted = [best - step, best + step]


def best_dual_index(model: Model) -> Found:
    """The best dual index policy."""
    return _best_of_screen(model, is_capped=False)


def best_capped_dual_index(model: Model) -> Found:
    """The best capped dual index policy."""
    return _best_of_screen(model, is_capped=True)


def _best_of_screen(model: Model, is_capped: bool) -> Found:
    demand = paths_of(model, 0, 1, SCREEN_PERIODS)[0]
    screened = _screen(model, demand, is_capped)
    policies = _policies(screened, FINALISTS, is_capped)
    if not all(is_solvable(model, levels_of(policy, model), FINALIST_WORK_MAX) for policy in policies):
        finalists = _leaders(screened, FINALISTS * FINALISTS)
        longer = paths_of(model, 0, 1, FINAL_PERIODS)[0]
        policies = _policies({shape: _look_at(model, longer, shape) for shape in finalists}, 1, is_capped)
    return _found(model, policies, len(screened))


def _screen(model: Model, demand: Ints, is_capped: bool) -> Screened:
    """The cost and best level of each shape looked at: on a lattice, then in ever finer steps around the best."""
    gap_max = _quantile(summed(model.probability, model.lead))
    cap_max = max(1, _quantile(model.probability))
    cap_min = 1 if is_capped else cap_max
    screened: Screened = {}

    def look_at(shapes: Iterable[Shape]) -> None:
        for gap, cap in shapes:
            if 0 <= gap <= gap_max and cap_min <= cap <= cap_max and (gap, cap) not in screened:
                screened[gap, cap] = _look_at(model, demand, (gap, cap))

    steps = max(1, gap_max // LATTICE), max(1, (cap_max - cap_min) // LATTICE)
    look_at(product(range(0, gap_max + 1, steps[0]), range(cap_max, cap_min - 1, -steps[1])))
    while True:
        before = len(screened)
        for gap, cap in _leaders(screened, STARTS):
            look_at(product((gap - steps[0], gap, gap + steps[0]), (cap - steps[1], cap, cap + steps[1])))
        if len(screened) > before:
            continue
        if steps == (1, 1):
            return screened
        steps = max(1, steps[0] // 2), max(1, steps[1] // 2)


def _look_at(model: Model, demand: Ints, shape: Shape) -> tuple[float, int]:
    gap, cap = shape
    level, cost = counted_surplus(model, demand, gap, cap, gap + 1).best(model)
    return cost, level


def _policies(screened: Screened, count: int, is_capped: bool) -> list[Policy]:
    """The policies of the first ``count`` shapes."""
    policies: list[Policy] = []
    for gap, cap in _leaders(screened, count):
        level = screened[gap, cap][1]
        policies.append(CappedDualIndex(level, level + gap, cap) if is_capped else DualIndex(level, level + gap))
    return policies


def _leaders(screened: Screened, count: int) -> list[Shape]:
    return sorted(screened, key=lambda shape: screened[shape])[:count]


def _quantile(probability: Floats) -> int:
    """The units below which all but one in a million draws lie."""
    return int(np.searchsorted(np.cumsum(probability), 1.0 - 1e-6))


def _found(model: Model, policies: list[Policy], tried: int) -> Found:
    """The best of ``policies``; where costs are counted there is only one."""
    costs = [index_cost(model, levels_of(policy, model)) for policy in policies]
    best = min(range(len(costs)), key=lambda place: costs[place].value)
    return Found(policies[best], costs[best], tried)
