"""Why no set respects the limits: limits that cannot hold together though every smaller set of them can.

Hides the model. Keeps two invariants: what is called a clash is proven infeasible, and with any of its limits left out
it is not (a deletion filter, Chinneck & Dravnieks 1991).
"""

import time
from collections.abc import Sequence

import highspy
import numpy as np

from tuoguan.choose.problem import Capacity, Clash, Infeasible
from tuoguan.choose.problem_family import family_of
from tuoguan.foundation.arrays import Flags, Floats, Ints

SECONDS = 20.0
TOLERANCE = 1e-7
# Breaking a limit costs nothing below nought, so the objective is never unbounded.
NO_CHOICE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
FEASIBLE, IMPOSSIBLE, UNKNOWN = 1, 0, -1


def find_clash(
    uses: Floats, capacities: Sequence[Capacity], group: Ints, *, may_skip: bool = True, whole: bool = True,
    seconds: float = SECONDS,
) -> Clash | None:  # fmt: skip
    """The clash of limits that no choice of one option per group respects; None when some choice does, or time is out.

    uses [option, capacity], group [option]; with ``may_skip`` a group may go without. First on the linear relaxation,
    where what is infeasible is so for whole choices too; if that is feasible, on whole choices, unless ``whole`` is
    False. A limit that time leaves undecided stays in the set. How much a limit gives is the least of whole choices
    when the limits of its setting (all weeks) give together and all others are held, or where time runs out the best
    known; infinite when no change of that setting alone would do.
    """
    model = _Model(uses, capacities, group, may_skip, time.monotonic() + seconds)
    held = model.breakable.copy()
    if model.state(held, whole=False) == IMPOSSIBLE:
        # What clashes even in parts of options is few limits; whole choices may clash over fewer still.
        found = _filtered(model, _filtered(model, model.support(held), whole=False), whole=True)
    elif whole and model.state(held, whole=True) == IMPOSSIBLE:
        found = _filtered(model, held, whole=True)
    else:
        return None
    places = np.flatnonzero(found).tolist()
    return Clash(tuple(capacities[k] for k in places), tuple(model.give(held, k) for k in places))


def infeasible(uses: Floats, capacities: Sequence[Capacity], group: Ints, *, may_skip: bool = True) -> Infeasible:
    """What to raise when no choice was found: with the clash, or with what is not known."""
    clash = find_clash(uses, capacities, group, may_skip=may_skip)
    if clash is None:
        return Infeasible("no set of options that respects the limits was found in time; none is proven impossible")
    return clashing(clash)


def clashing(clash: Clash) -> Infeasible:
    """What to raise for a clash."""
    names = ", ".join(capacity.name for capacity in clash.capacities)
    return Infeasible(f"these limits cannot hold together: {names}", clash)


def _filtered(model: "_Model", held: Flags, *, whole: bool) -> Flags:
    """Leave out one limit after the other for good, unless the rest could then be met."""
    found = held.copy()
    for k in np.flatnonzero(held):
        found[k] = False
        if model.state(found, whole=whole) != IMPOSSIBLE:
            found[k] = True
    return found


class _Model:
    """Choices x and what each limit is broken by, s >= 0; a limit is held by s = 0. All limits are scaled to about 1.

    Options of a group with the same uses are one column.
    """

    def __init__(
        self, uses: Floats, capacities: Sequence[Capacity], group: Ints, may_skip: bool, deadline: float
    ) -> None:
        sign = np.array([-1.0 if capacity.at_least else 1.0 for capacity in capacities])
        limit = sign * np.array([capacity.limit for capacity in capacities])
        signed = np.asarray(uses, float).reshape(len(group), len(sign)) * sign
        self.deadline, self.count = deadline, len(sign)
        families = [family_of(capacity)[0] for capacity in capacities]
        self.family = np.array([families.index(one) for one in families], np.int64)
        self.breakable = _largest(signed, group, may_skip) > limit
        self.scale = np.maximum(np.maximum(np.abs(limit), np.abs(signed).max(axis=0, initial=0.0)), 1e-12)
        rows = np.unique(np.column_stack([group, signed / self.scale]), axis=0)
        self.highs = highspy.Highs()
        self.highs.silent()
        self.highs.setOptionValue("threads", 1)
        self.highs.passModel(_lp(rows[:, 0].astype(np.int64), rows[:, 1:], limit / self.scale, may_skip))
        self.choices = len(rows)

    def state(self, held: Flags, *, whole: bool) -> int:
        """Whether the held limits can be met together."""
        self._hold(held, cost=np.zeros(self.count), whole=whole)
        status = self._run()
        if status in NO_CHOICE:
            return IMPOSSIBLE
        return FEASIBLE if status == highspy.HighsModelStatus.kOptimal else UNKNOWN

    def support(self, held: Flags) -> Flags:
        """The limits that a proof of infeasibility of the relaxation needs, or all where rounding hides them."""
        self._hold(np.zeros_like(held), cost=held.astype(float), whole=False)
        if self._run() != highspy.HighsModelStatus.kOptimal:
            return held
        price = np.array(self.highs.getSolution().row_dual)[: self.count]
        needed = held & (np.abs(price) > TOLERANCE)
        return needed if needed.any() and self.state(needed, whole=False) == IMPOSSIBLE else held

    def give(self, held: Flags, k: int) -> float:
        """The least by which the limits of ``k``'s setting are broken together when all others are held, unscaled."""
        own = np.flatnonzero(self.family == self.family[k]).tolist()
        scale, shared = float(self.scale[own].max()), self.choices + self.count
        self._hold(held, cost=np.zeros(self.count), whole=True)
        for row in own:
            self.highs.changeCoeff(row, shared, -scale / float(self.scale[row]))
        self.highs.changeColBounds(shared, 0.0, highspy.kHighsInf)
        found = self._run() not in NO_CHOICE
        given = self.highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        least = float(self.highs.getSolution().col_value[shared]) * scale if found and given else np.inf
        self.highs.changeColBounds(shared, 0.0, 0.0)
        for row in own:
            self.highs.changeCoeff(row, shared, 0.0)
        return max(0.0, least)

    def _hold(self, held: Flags, cost: Floats, *, whole: bool) -> None:
        index = np.arange(self.choices, self.choices + self.count, dtype=np.int32)
        upper = np.where(held, 0.0, highspy.kHighsInf)
        self.highs.changeColsBounds(self.count, index, np.zeros(self.count), upper)
        self.highs.changeColsCost(self.count, index, cost)
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        columns = np.arange(self.choices, dtype=np.int32)
        self.highs.changeColsIntegrality(self.choices, columns, np.full(self.choices, int(kind), np.uint8))

    def _run(self) -> highspy.HighsModelStatus:
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.1, self.deadline - time.monotonic()))
        self.highs.run()
        return self.highs.getModelStatus()


def _largest(signed: Floats, group: Ints, may_skip: bool) -> Floats:
    """[capacity] the most that any choice uses."""
    top = np.full((int(group.max(initial=-1)) + 1, signed.shape[1]), 0.0 if may_skip else -np.inf)
    np.maximum.at(top, group, signed)
    return np.asarray(top.sum(axis=0))


def _lp(group: Ints, uses: Floats, limit: Floats, may_skip: bool) -> highspy.HighsLp:
    """Rows: use - s <= limit for each limit, then one choice per group (at most, or exactly).

    Columns x, then s, then what the limits of one setting give together: nought, and in no row, until it is asked for.
    """
    choices, count, groups = len(group), len(limit), int(group.max(initial=-1)) + 1
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = choices + count + 1, count + groups
    lp.col_cost_, lp.col_lower_ = np.eye(1, lp.num_col_, lp.num_col_ - 1)[0], np.zeros(lp.num_col_)
    lp.col_upper_ = np.concatenate([np.ones(choices), np.full(count, highspy.kHighsInf), [0.0]])
    lp.row_lower_ = np.concatenate([np.full(count, -highspy.kHighsInf), np.full(groups, 0.0 if may_skip else 1.0)])
    lp.row_upper_ = np.concatenate([limit, np.ones(groups)])
    lp.integrality_ = [highspy.HighsVarType.kContinuous] * lp.num_col_
    at, k = np.nonzero(uses)
    row = np.concatenate([k, count + group, np.arange(count)])
    column = np.concatenate([at, np.arange(choices), choices + np.arange(count)])
    value = np.concatenate([uses[at, k], np.ones(choices), np.full(count, -1.0)])
    order = np.lexsort((row, column))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=lp.num_col_))]).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = row[order].astype(np.int32), value[order]
    return lp
