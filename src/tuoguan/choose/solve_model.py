"""The kept rows of a problem as a mixed-integer model for HiGHS, risk as cuts.

Hides highspy. Keeps the invariant that every height it reports bounds the core from above: groups with one kept row are
settled, they leave the model and only take from its limits and add to its outcomes.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_packed import Packed, tail_weights
from tuoguan.choose.solve_search import Best
from tuoguan.foundation.arrays import Flags, Floats, Ints

TAIL_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Core:
    """Which rows may still be chosen: ``kept`` [row], and ``settled`` [row] those alone in their group."""

    problem: Packed
    kept: Flags
    settled: Flags

    @property
    def rows(self) -> Ints:
        """Rows that are open."""
        return np.flatnonzero(self.kept & ~self.settled)

    def settled_choice(self) -> Ints:
        """[group] the settled row, 0 where the group is open."""
        choice = np.zeros(self.problem.groups, np.int64)
        choice[self.problem.group_of[self.settled]] = np.flatnonzero(self.settled)
        return choice


class Model:
    """One binary per open row; with risk also the height of the tail, below every cut."""

    def __init__(self, core: Core) -> None:
        self.core, self.problem, self.rows = core, core.problem, core.rows
        self.apart = core.problem.matrix[core.settled].sum(0)
        self.base = float(core.problem.base[core.settled].sum())
        self.binaries, self.tail = len(self.rows), bool(core.problem.tail)
        self.highs = highspy.Highs()
        self.highs.silent()
        self.highs.passModel(self._lp())

    def _lp(self) -> highspy.HighsLp:
        count = self.binaries + self.tail
        lp = highspy.HighsLp()
        lp.num_col_, lp.sense_ = count, highspy.ObjSense.kMaximize
        cost, low, high = np.zeros(count), np.zeros(count), np.ones(count)
        cost[: self.binaries] = self.problem.base[self.rows]
        if self.tail:
            cost[-1], low[-1], high[-1] = 1.0, -highspy.kHighsInf, highspy.kHighsInf
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, low, high
        lp.integrality_ = [highspy.HighsVarType.kInteger] * self.binaries + [
            highspy.HighsVarType.kContinuous
        ] * self.tail
        _, group = np.unique(self.problem.group_of[self.rows], return_inverse=True)
        groups, limits = int(group.max()) + 1, self.problem.limits
        use = -self.problem.matrix[self.rows, :limits].T
        row, column = np.nonzero(use)
        lp.num_row_ = groups + limits
        lp.row_lower_ = np.concatenate([np.ones(groups), np.full(limits, -highspy.kHighsInf)])
        lp.row_upper_ = np.concatenate([np.ones(groups), self.problem.limit + self.apart[:limits]])
        sizes = np.concatenate([np.bincount(group), np.bincount(row, minlength=limits)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        lp.a_matrix_.index_ = np.concatenate([np.arange(self.binaries), column]).astype(np.int32)
        lp.a_matrix_.value_ = np.concatenate([np.ones(self.binaries), use[row, column]])
        return lp

    def add_cut(self, weights: Floats) -> None:
        """The tail is at most the outcomes weighed so, for any weights that add up to 1 within the tail."""
        scenarios = self.problem.matrix[:, self.problem.limits :]
        what = np.append(-(scenarios[self.rows] @ weights), 1.0)
        index = np.arange(self.binaries + 1, dtype=np.int32)
        apart = float(self.apart[self.problem.limits :] @ weights)
        self.highs.addRow(-highspy.kHighsInf, apart, len(index), index, what)

    def start(self, choice: Ints | None) -> None:
        """Tells HiGHS a choice, as a complete solution, so that it need not search for the rest of it."""
        if choice is None:
            return
        solution = np.isin(self.rows, choice).astype(float)
        if self.tail:
            outcomes = self.problem.matrix[choice, self.problem.limits :].sum(0)
            solution = np.append(solution, tail_weights(outcomes, self.problem.tail) @ outcomes)
        self.highs.setSolution(len(solution), np.arange(len(solution), dtype=np.int32), solution)

    def relax(self, deadline: float) -> tuple[float, Floats | None]:
        """(height of the linear relaxation, its outcomes [scenario] or None where it was not solved)."""
        self._options(deadline, relax=True, nodes=1)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.inf, None
        share = np.array(self.highs.getSolution().col_value[: self.binaries])
        outcomes = share @ self.problem.matrix[self.rows, self.problem.limits :] + self.apart[self.problem.limits :]
        return float(self.highs.getInfo().objective_function_value) + self.base, np.asarray(outcomes)

    def branch(self, deadline: float, nodes: int, stop: Ints) -> tuple[Ints | None, float, bool]:
        """(best choice of the core or None, its upper bound, whether that choice is best in the model)."""
        self._options(deadline, relax=False, nodes=nodes)

        def look(event: highspy.HighsCallbackEvent) -> None:
            if stop[0]:
                event.interrupt()

        self.highs.cbMipInterrupt.subscribe(look)
        self.highs.run()
        self.highs.cbMipInterrupt.unsubscribe(look)
        info, status = self.highs.getInfo(), self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None, -np.inf, True
        bound = float(info.mip_dual_bound) + self.base
        bound = bound + 1e-9 * max(abs(bound), 1.0) if np.isfinite(bound) else np.inf
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, bound, False
        picked = np.array(self.highs.getSolution().col_value[: self.binaries]) > 0.5
        best = self.core.settled_choice()
        best[self.problem.group_of[self.rows][picked]] = self.rows[picked]
        return best, bound, status == highspy.HighsModelStatus.kOptimal

    def nodes_taken(self) -> int:
        """Nodes of the last branch and bound, at least one."""
        return max(int(self.highs.getInfo().mip_node_count), 1)

    def _options(self, deadline: float, *, relax: bool, nodes: int) -> None:
        # HiGHS counts its time limit over all runs of one model.
        seconds = self.highs.getRunTime() + max(deadline - time.monotonic(), 0.01)
        stops = ("time_limit", seconds), ("mip_max_nodes", min(nodes, 2**31 - 1))
        exact = ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-7)
        for name, value in (("threads", 1), ("solve_relaxation", relax), *stops, *exact):
            self.highs.setOptionValue(name, value)


def solve_core(core: Core, dual: Dual, best: Best, deadline: float, nodes: int) -> tuple[float, bool]:
    """(upper bound of the core, whether the best choice is proven against it).

    Risk comes in as cuts: the tail is at most the outcomes under any weights of scenarios. The cuts that the relaxation
    needs come first; then each solution of branch and bound adds its own, until its tail is what the model thought.
    """
    problem = core.problem
    if not len(core.rows):
        best.offer(core.settled_choice())
        return problem.objective(core.settled_choice()), True
    model = Model(core)
    if problem.tail:
        model.add_cut(dual.point[problem.limits :])
        _tighten(core, model, deadline)
    bound = np.inf
    for _ in range(TAIL_ROUNDS if problem.tail else 1):
        model.start(best.choice)
        found, height, proven = model.branch(deadline, nodes, best.stop)
        nodes -= model.nodes_taken()
        bound = min(bound, height)
        best.offer(found)
        if not problem.tail or found is None or not proven:
            return bound, proven
        if bound - best.value <= 1e-7 * max(abs(bound), 1.0):
            return bound, True
        if nodes <= 0:
            return bound, False
        model.add_cut(tail_weights(problem.matrix[found, problem.limits :].sum(0), problem.tail))
    return bound, False


def _tighten(core: Core, model: Model, deadline: float) -> None:
    """Adds the cuts that the relaxation's own outcomes ask for, until they change it no more."""
    problem, before = core.problem, np.inf
    for _ in range(TAIL_ROUNDS):
        height, outcomes = model.relax(deadline)
        if outcomes is None or before - height <= 1e-6 * max(abs(height), 1.0):
            return
        before = height
        model.add_cut(tail_weights(outcomes, problem.tail))
