"""What a policy for two suppliers costs: in closed form, from relative values, or counted on paths.

Hides which of the three it was, but names it in `Cost.method`. Keeps the invariant that a cost without a standard error
is exact to the bounds that were asked for.
"""

import math

import numpy as np

from tuoguan.foundation.arrays import Ints
from tuoguan.foundation.random import Stream
from tuoguan.inventory.dual.kernels import draw_demand
from tuoguan.inventory.dual.model import Model
from tuoguan.inventory.dual.rules import ENDLESS, Levels, grid_of, order_max_of, rule_of
from tuoguan.inventory.dual.states import Grid
from tuoguan.inventory.dual.surplus import (
    Surplus,
    counted_surplus,
    single_index_surplus,
    surge_surplus,
)
from tuoguan.inventory.dual.values import Board, Values
from tuoguan.inventory.policies import Cost

WORK_MAX = 1e8  # multiplications of a sweep that are still offered: some ten seconds for all of them
SEED = 1
PATHS = 64  # that a counted cost is reported on; path 0 is the one policies are chosen on
PERIODS = 32_768
SPAN_WIDENED = 1e-9  # relative gain of a wider grid that counts as none
MARGIN_MAX = 50


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
    if not is_solvable(model, levels):
        return _counted_cost(model, levels)
    board = Board(model, grid_of(levels, model))
    found = board.values(rule_of(levels, board))
    return _cost_of(model, found) if found.is_settled else _counted_cost(model, levels)


def is_solvable(model: Model, levels: Levels, work_max: float = WORK_MAX) -> bool:
    """True where the states of an index policy are few enough for its exact cost."""
    return grid_of(levels, model).work(model.demand_max) <= work_max


def improved_costs(model: Model, levels: Levels, steps: int) -> list[Cost]:
    """The cost after each of ``steps`` policy improvements on an index policy (Howard 1960), until they change nothing.

    Refuses a policy with too many states.
    """
    board = Board(model, _grid_around(model, levels, steps))
    found = board.values(rule_of(levels, board))
    costs: list[Cost] = []
    for _ in range(steps):
        before, found = found, board.values(board.improved(found.values))
        if not (before.is_settled and found.is_settled):
            raise ValueError(f"steps is {steps}: expected none, as the cost depends on the state one starts from")
        if costs and before.least - found.largest <= SPAN_WIDENED * max(1.0, before.least):
            break
        costs.append(_cost_of(model, found))
    return costs


def _grid_around(model: Model, levels: Levels, steps: int) -> Grid:
    """The states of an index policy and, as far as there is room, those around it that a better one may visit."""
    for margin in range(2 + math.ceil(model.deviation), 0, -1):
        grid = grid_of(levels, model, margin)
        if grid.work(model.demand_max) <= WORK_MAX:
            return grid
    raise ValueError(f"steps is {steps}: expected none, as the states are too many to improve a policy on")


def optimal_cost(model: Model, levels: Levels) -> Cost | None:
    """The least cost of any policy; ``levels`` says where to look first. None where the states are too many.

    A grid is an upper bound, as it leaves out states and orders. It is widened until that changes nothing.
    """
    cost = None
    for margin in range(1, MARGIN_MAX):
        wider = grid_of(levels, model, margin + 1)
        if wider.work(model.demand_max) > WORK_MAX:
            return None
        cost = cost or Board(model, grid_of(levels, model, margin)).values()
        before, cost = cost, Board(model, wider).values()
        if before.largest - cost.largest <= SPAN_WIDENED * max(1.0, before.largest):
            return _cost_of(model, cost) if cost.is_settled else None
    return None


def solved_surplus(model: Model, levels: Levels) -> Surplus | None:
    """The surplus of a policy that needs neither states nor paths; None for others, which have a gap above 0."""
    if levels.is_single:
        return single_index_surplus(model, max(0, levels.slow - levels.fast))
    if levels.slow <= levels.fast:
        return surge_surplus(model, 0)
    if levels.slow != ENDLESS:
        return None
    if (surplus := surge_surplus(model, levels.cap)) is None:
        raise ValueError(
            f"slow_units is {levels.cap}: expected farther below the mean demand {model.mean:.6g}, "
            "as stock hardly returns"
        )
    return surplus


def _cost_of(model: Model, found: Values) -> Cost:
    value = float(model.unavoidable + 0.5 * (found.least + found.largest))
    return Cost(value, 0.0, f"relative values, bounds {found.largest - found.least:.0e} apart")


def _counted_cost(model: Model, levels: Levels) -> Cost:
    gap, order_max = levels.slow - levels.fast, order_max_of(levels, model)
    costs = np.array(
        [
            counted_surplus(model, demand, gap, order_max, gap + 1).cost(model, levels.fast)
            for demand in paths_of(model, 1, PATHS, PERIODS)
        ]
    )
    error = float(costs.std(ddof=1)) / PATHS**0.5
    return Cost(model.unavoidable + float(costs.mean()), error, f"{PATHS} paths of {PERIODS} periods")
