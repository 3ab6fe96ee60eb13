"""From prices to a choice in stages: few open groups first, more where that is needed, branch and bound at the end.

Hides how much of a problem each stage looks at. Keeps the invariant that the bound is one for the whole problem: a
proof about some of the rows counts only when every row left out loses more than the gap that is left.
"""

import time
from dataclasses import dataclass

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_blocks import Blocks, Shared
from tuoguan.choose.solve_core import Core, core_of, loss_of, repriced
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_exact import finish
from tuoguan.choose.solve_master import Point
from tuoguan.choose.solve_polish import polished
from tuoguan.choose.solve_prices import Prices, find_prices
from tuoguan.choose.solve_primal import feasible_choice
from tuoguan.foundation.arrays import Flags, Ints

DUAL_SHARE = 0.6  # of the time limit
CORE_GROUPS, CORE_CELLS = 16_000, 300_000  # groups, and groups x columns, of the first core looked at
CORE_GROWTH = 8
EXACT_CELLS, EXACT_ROWS = 100_000, 1_500  # rows x columns, and rows, that branch and bound is asked to look at
EXACT_TAIL_CELLS = 18_000  # the same with risk: a row left in a group comes with the one that is taken
CORE_SHARE = 0.05  # of the time limit for branch and bound that can prove nothing
MOST_CELLS = 4_000_000  # rows x columns of a problem that branch and bound may look for a first choice in
GOOD_ENOUGH = 1e-6  # gap below which a problem with a core is not searched further


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to: options [group] or None, the proven bound (scaled), and whether nothing is better."""

    chosen: Ints | None
    bound: float
    optimal: bool
    prices: Prices


def search(
    blocks: Blocks, shared: Shared, point: Point | None, began: float, time_limit: float, node_limit: int
) -> Found:
    """Prices, then the best choice among groups that are still open there: first few of them, all if that must be."""
    deadline = began + time_limit
    prices = find_prices(blocks, shared, began + DUAL_SHARE * time_limit, point)
    columns = max(len(shared.limit) + len(prices.point.weight), 1)
    wanted = min(CORE_GROUPS, CORE_CELLS // columns)
    while True:
        loss = loss_of(blocks, prices.point.column, wanted)
        core = core_of(blocks, shared, prices, loss)
        if loss < np.inf:
            core = repriced(core, shared, prices, blocks.groups, deadline)
        choice = feasible_choice(core.problem, core.dual)
        if choice is not None or loss == np.inf:
            break
        wanted *= CORE_GROWTH
    if choice is not None:
        choice = polished(core.problem, core.dual, choice, deadline)
    return _finished(blocks, prices, core, choice, loss, deadline, CORE_SHARE * time_limit, node_limit)


def _finished(
    blocks: Blocks, prices: Prices, core: Core, choice: Ints | None, loss: float, deadline: float, seconds: float,
    node_limit: int,
) -> Found:  # fmt: skip
    """The choice after branch and bound on the rows that matter most, and what is proven of the whole problem."""
    problem, bound, optimal = core.problem, prices.bound, False
    known = problem.objective(choice) if choice is not None else -np.inf
    unasked = choice is not None and node_limit == 0
    hopeless = choice is None and problem.matrix.size > MOST_CELLS
    if not unasked and not hopeless and (loss == np.inf or prices.bound - known > GOOD_ENOUGH * abs(prices.bound)):
        rows, left_out = _rows_worth_it(core, choice, known)
        if choice is not None and min(loss, left_out) < core.dual.bound - known:
            deadline = min(deadline, time.monotonic() + seconds)  # it can improve the choice, but prove nothing
        part = problem.only(rows)
        place = np.cumsum(rows) - 1
        dual = Dual(core.dual.point, core.dual.bound, place[core.dual.choice], core.dual.iterations)
        given = None if choice is None else place[choice]
        exact = finish(part, dual, given, deadline, node_limit)
        if exact.choice is not None:
            choice = np.flatnonzero(rows)[exact.choice]
            known = max(known, problem.objective(choice))
            if prices.bound - known <= loss and core.dual.bound - known <= left_out:
                bound, optimal = known if exact.optimal else min(bound, exact.bound), exact.optimal
    if choice is None:
        return Found(None, bound, False, prices)
    return Found(core.spread(choice, blocks.choose(prices.point.column)), max(bound, known), optimal, prices)


def _rows_worth_it(core: Core, choice: Ints | None, known: float) -> tuple[Flags, float]:
    """[row] the rows for branch and bound, and the least loss at the core's prices of those left out."""
    problem, dual = core.problem, core.dual
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    behind = priced[dual.choice][problem.group_of] - priced
    cells = EXACT_TAIL_CELLS if problem.tail else EXACT_CELLS
    most = problem.groups + min(EXACT_ROWS, cells // max(problem.matrix.shape[1], 1))
    if choice is None or len(behind) <= most:
        return np.ones(len(behind), bool), np.inf
    room = dual.bound - known
    least = max(float(np.partition(behind, most)[most]), 0.0)
    rows = behind <= min(least, room * (1 + 1e-9))
    left_out = float(behind[~rows].min(initial=np.inf))
    rows[choice] = True
    rows[dual.choice] = True
    return rows, left_out
