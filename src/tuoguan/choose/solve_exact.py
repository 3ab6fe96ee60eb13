"""The last stretch by branch and bound: only rows that could still be part of something better go to HiGHS.

Keeps the invariant of reduced-cost fixing: a row whose priced value lies further below its group's best than the bound
lies above the best known value is in no better solution, so the core's bound, or the best known value, is a bound.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_packed import Packed
from tuoguan.foundation.arrays import Flags, Floats, Ints

EXACT_CELLS = 240_000  # free rows x columns of a model that branch and bound may prove
TAIL_CELLS = 40_000  # the same with risk, whose dense rows make every node slow
CORE_CELLS = 60_000  # of one that may only improve the choice
GOOD_ENOUGH = 1e-6  # share of the bound below which no model too large to prove is tried


@dataclass(frozen=True, slots=True)
class Exact:
    """The better of the given and the found choice, and what is proven about it."""

    choice: Ints | None
    bound: float
    optimal: bool


def finish(problem: Packed, dual: Dual, choice: Ints | None, deadline: float, nodes: int) -> Exact:
    """The choice after branch and bound on the core, with the least bound proven."""
    known = problem.objective(choice) if choice is not None else -np.inf
    if dual.bound - known <= 1e-9 * max(abs(dual.bound), 1.0):
        return Exact(choice, max(dual.bound, known), True)
    behind = _behind(problem, dual)
    room = dual.bound - known + 1e-7 * max(abs(dual.bound), 1.0)
    kept = behind <= room
    columns = max(problem.matrix.shape[1], 1)
    cells = TAIL_CELLS if problem.tail else EXACT_CELLS
    whole = int((kept & ~_alone(problem, kept)).sum()) * columns <= cells
    if not whole:
        last = min(problem.groups + CORE_CELLS // columns, len(behind) - 1)
        kept = behind <= np.partition(behind, last)[last]
    if choice is not None:
        kept[choice] = True
    left = deadline - time.monotonic()
    if left <= 0.05 or (not whole and (problem.tail or room <= GOOD_ENOUGH * abs(dual.bound))):
        return Exact(choice, dual.bound, False)
    found, bound, proven = _branch_and_bound(problem, kept, choice, left, nodes)
    if found is not None and problem.feasible(found) and problem.objective(found) > known:
        choice, known = found, problem.objective(found)
    if not whole:
        return Exact(choice, dual.bound, False)
    optimal = proven and np.isfinite(known)
    return Exact(choice, known if optimal else max(min(dual.bound, bound), known), optimal)


def _behind(problem: Packed, dual: Dual) -> Floats:
    """[row] how far its priced value lies below the best of its group."""
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    return np.asarray(priced[dual.choice][problem.group_of] - priced)


def _alone(problem: Packed, kept: Flags) -> Flags:
    return np.asarray(np.bincount(problem.group_of, kept, problem.groups)[problem.group_of] <= 1)


def _branch_and_bound(
    problem: Packed, kept: Flags, choice: Ints | None, seconds: float, nodes: int
) -> tuple[Ints | None, float, bool]:
    """(best choice among the kept rows or None, its upper bound, whether it is proven best).

    Groups with one kept row are settled: they leave the model and only take from its limits and add to its outcomes.
    """
    alone = kept & _alone(problem, kept)
    free = kept & ~alone
    settled = problem.matrix[alone].sum(0)
    best = np.zeros(problem.groups, np.int64)
    best[problem.group_of[alone]] = np.flatnonzero(alone)
    rows = np.flatnonzero(free)
    if not len(rows):
        return best, float(problem.objective(best)), True
    highs = _model(problem, rows, settled, seconds, nodes)
    if choice is not None:
        start = _start(problem, rows, choice)
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    highs.run()
    info, status = highs.getInfo(), highs.getModelStatus()
    bound = float(info.mip_dual_bound) + float(problem.base[alone].sum())
    bound = bound + 1e-9 * max(abs(bound), 1.0) if np.isfinite(bound) else np.inf
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, bound, False
    picked = np.array(highs.getSolution().col_value[: len(rows)])
    best[problem.group_of[rows][picked > 0.5]] = rows[picked > 0.5]
    return best, bound, status == highspy.HighsModelStatus.kOptimal


def _start(problem: Packed, rows: Ints, choice: Ints) -> Floats:
    """The choice as a complete solution of the model, so that HiGHS need not search for the rest of it."""
    picked = np.isin(rows, choice).astype(float)
    if not problem.tail:
        return picked
    outcomes = problem.matrix[choice, problem.limits :].sum(0)
    threshold = float(np.sort(outcomes)[min(int(1.0 / problem.tail), len(outcomes) - 1)])
    return np.concatenate([picked, [threshold], np.maximum(threshold - outcomes, 0.0)])


def _model(problem: Packed, rows: Ints, settled: Floats, seconds: float, nodes: int) -> highspy.Highs:
    """One binary per row; with risk also the tail's threshold and each scenario's shortfall below it."""
    binaries, scenarios = len(rows), problem.matrix.shape[1] - problem.limits
    extra = scenarios + 1 if problem.tail else 0
    count = binaries + extra
    lp = highspy.HighsLp()
    lp.num_col_ = count
    lp.sense_ = highspy.ObjSense.kMaximize
    cost, low, high = np.zeros(count), np.zeros(count), np.ones(count)
    cost[:binaries] = problem.base[rows]
    if problem.tail:
        cost[binaries], cost[binaries + 1 :] = 1.0, -problem.tail
        low[binaries], high[binaries:] = -highspy.kHighsInf, highspy.kHighsInf
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, low, high
    binary = [highspy.HighsVarType.kInteger] * binaries
    lp.integrality_ = binary + [highspy.HighsVarType.kContinuous] * extra
    _put_rows(lp, problem, rows, settled, extra)
    highs = highspy.Highs()
    highs.silent()
    stops = (("time_limit", float(seconds)), ("mip_max_nodes", nodes), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-7))
    for name, value in (("threads", 1), *stops):
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    return highs


def _put_rows(lp: highspy.HighsLp, problem: Packed, rows: Ints, settled: Floats, extra: int) -> None:
    """Rows: one choice per group; use within what the settled groups leave; threshold - shortfall <= outcome."""
    _, group = np.unique(problem.group_of[rows], return_inverse=True)
    dense = np.zeros((problem.matrix.shape[1], len(rows) + extra))
    dense[:, : len(rows)] = -problem.matrix[rows].T
    for s in range(extra - 1):
        dense[problem.limits + s, len(rows)] = 1.0
        dense[problem.limits + s, len(rows) + 1 + s] = -1.0
    upper = settled + np.concatenate([problem.limit, np.zeros(max(extra - 1, 0))])
    groups = int(group.max()) + 1
    row, column = np.nonzero(dense)
    lp.num_row_ = groups + len(dense)
    lp.row_lower_ = np.concatenate([np.ones(groups), np.full(len(dense), -highspy.kHighsInf)])
    lp.row_upper_ = np.concatenate([np.ones(groups), upper])
    count = np.concatenate([np.bincount(group), np.bincount(row, minlength=len(dense))])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([np.arange(len(rows)), column]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([np.ones(len(rows)), dense[row, column]])
