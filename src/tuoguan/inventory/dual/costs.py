"""What a policy for two suppliers costs: in closed form, from relative values, or counted on paths.

Hides which of the three it was, but names it in `Cost.method`. Keeps the invariant that a cost without a standard error
is exact to the bounds that were asked for.
"""

import numpy as np

from tuoguan.foundation.arrays import Ints
from tuoguan.foundation.random import Stream
from tuoguan.inventory.dual.kernels import draw_demand
from tuoguan.inventory.dual.model import Model
from tuoguan.inventory.dual.rules import ENDLESS, Levels, grid_of, order_max_of, rule_of
from tuoguan.inventory.dual.surplus import (
    Surplus,
    counted_surplus,
    single_index_surplus,
    surge_max,
    surge_surplus,
)
from tuoguan.inventory.dual.values import Values, improve, relative_values, work
from tuoguan.inventory.policies import Cost

WORK_MAX = 1e8  # multiplications of a sweep that are still offered: some ten seconds for all of them
SEED = 1
PATHS = 64  # that a counted cost is reported on; path 0 is the one policies are chosen on
PERIODS = 32_768
SPAN_WIDENED = 1e-9  # relative gain of a wider grid that counts as none
IMPROVEMENT_MARGIN = 2  # units by which an improved policy may leave the states of its base


def paths_of(model: Model, first: int, count: int, periods: int) -> Ints:
    """Demand [path, period]; a path is the same whoever asks for it."""
    cumulative = np.cumsum(model.probability)
    cumulative[-1] = 1.0
    demand = np.empty((count, periods), dtype=np.int64)
    draw_demand(cumulative, SEED, int(Stream.DEMAND), first, demand)
    return demand


def index_cost(model: Model, levels: Levels) -> Cost:
    """The cost of an index policy, exact where a closed form or the number of states allows it."""
    surplus = solved_surplus(model, levels)
    if surplus is not None:
        level = max(levels.slow, levels.fast) - len(surplus.share) + 1 if levels.is_single else levels.fast
        return Cost(model.unavoidable + surplus.cost(model, level), 0.0, "stationary distribution")
    grid = grid_of(levels, model)
    if work(model, grid) > WORK_MAX:
        return _counted_cost(model, levels)
    return _cost_of(model, relative_values(model, grid, rule_of(levels, grid)))


def improved_cost(model: Model, levels: Levels, steps: int) -> Cost:
    """The cost after ``steps`` policy improvements on an index policy (Howard 1960)."""
    grid = grid_of(levels, model, IMPROVEMENT_MARGIN)
    if work(model, grid) > WORK_MAX:
        raise ValueError(
            f"{grid.shape[0] * grid.shape[1]} states are too many to improve a policy on: simulate its base"
        )
    found = relative_values(model, grid, rule_of(levels, grid))
    for _ in range(steps):
        found = relative_values(model, grid, improve(model, grid, found.values))
    return _cost_of(model, found)


def optimal_cost(model: Model, levels: Levels) -> Cost | None:
    """The least cost of any policy; ``levels`` says where to look first. None where the states are too many.

    A grid is an upper bound, as it leaves out states and orders. It is widened until that changes nothing.
    """
    margin = IMPROVEMENT_MARGIN
    before = None
    while work(model, grid := grid_of(levels, model, margin)) <= WORK_MAX:
        found = relative_values(model, grid)
        if before is not None and before - found.largest <= SPAN_WIDENED * max(1.0, before):
            return _cost_of(model, found)
        before = found.largest
        margin += 2
    return None


def solved_surplus(model: Model, levels: Levels) -> Surplus | None:
    """The surplus of a policy that needs neither states nor paths; None for others."""
    if levels.is_single:
        return single_index_surplus(model, max(0, levels.slow - levels.fast))
    if levels.slow == ENDLESS or levels.slow <= levels.fast:
        return surge_surplus(model, levels.cap)
    return None


def _cost_of(model: Model, found: Values) -> Cost:
    value = model.unavoidable + 0.5 * (found.least + found.largest)
    return Cost(value, 0.0, f"relative values, bounds {found.largest - found.least:.0e} apart")


def _counted_cost(model: Model, levels: Levels) -> Cost:
    size = max(1, levels.slow - levels.fast + 1)
    if levels.slow == ENDLESS:
        size = 4 * surge_max(model, levels.cap)
    order_max = order_max_of(levels, model)
    gap = max(0, levels.slow - levels.fast)
    costs = np.array(
        [
            counted_surplus(model, demand, gap, order_max, size).cost(model, levels.fast)
            for demand in paths_of(model, 1, PATHS, PERIODS)
        ]
    )
    error = float(costs.std(ddof=1)) / PATHS**0.5
    return Cost(model.unavoidable + float(costs.mean()), error, f"{PATHS} paths of {PERIODS} periods")
