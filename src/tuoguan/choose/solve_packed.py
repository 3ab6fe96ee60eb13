"""The problem as the solver wants it: contiguous groups, scaled numbers, one matrix for limits and scenarios.

Keeps two invariants: scales are powers of two, so scaling loses no bit, and every figure that leaves the solver is
computed again from the caller's own numbers.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose import kernels
from tuoguan.foundation.arrays import Flags, Floats, Ints

SCALED_SIZE = 10  # largest value and largest use of a limit become about 2**10


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows are options, and one "do not sell" per group where that is allowed (``option`` -1, all zeros).

    base   [row]          the part of the objective that no scenario weighs
    matrix [row, column]  minus the use of each limit, then the risk-weighted value in each scenario
    limit  [limit]        capacities; ``tail`` is the largest weight a scenario may get (0: no risk term)
    """

    start: Ints
    option: Ints
    base: Floats
    matrix: Floats
    limit: Floats
    limit_scale: Floats
    value_scale: float
    tail: float

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.start) - 1

    @property
    def limits(self) -> int:
        """Number of limits."""
        return len(self.limit)

    @property
    def use(self) -> Floats:
        """[row, limit] scaled use."""
        return np.ascontiguousarray(-self.matrix[:, : self.limits])

    @property
    def group_of(self) -> Ints:
        """[row] group."""
        return np.repeat(np.arange(self.groups), np.diff(self.start))

    def only(self, rows: Flags) -> "Packed":
        """The same problem with some rows left out; every group must keep one."""
        count = np.bincount(self.group_of[rows], minlength=self.groups)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return replace(self, start=start, option=self.option[rows], base=self.base[rows], matrix=self.matrix[rows])

    def objective(self, choice: Ints) -> float:
        """Scaled objective of one row per group, the risk term included."""
        total = float(self.base[choice].sum())
        return total + lower_tail(self.matrix[choice, self.limits :].sum(0), self.tail) if self.tail else total

    def feasible(self, choice: Ints) -> bool:
        """True when no limit is exceeded by more than rounding."""
        used = -self.matrix[choice, : self.limits].sum(0)
        return bool((used <= self.limit + 1e-9 * np.maximum(np.abs(self.limit), 1.0)).all())


def lower_tail(outcomes: Floats, tail: float) -> float:
    """Mean of the worst outcomes when none may weigh more than ``tail``: the least sum of weight x outcome."""
    return float(tail_weights(outcomes, tail) @ outcomes)


def tail_weights(outcomes: Floats, tail: float) -> Floats:
    """[scenario] weights that add up to 1 and lie on the worst outcomes."""
    order = np.argsort(outcomes, kind="stable")
    before = np.minimum(tail * np.arange(len(outcomes)), 1.0)
    weights = np.zeros(len(outcomes))
    weights[order] = np.minimum(tail, 1.0 - before)
    return weights


def pack(
    values: Floats, uses: Floats, limit: Floats, groups: Ints, scenarios: Floats | None, weight: float, level: float,
    may_skip: bool,
) -> Packed:  # fmt: skip
    """The scaled problem with dominated options left out."""
    count = int(groups.max()) + 1 if len(groups) else 0
    option, group = np.arange(len(values)), groups
    if may_skip:
        option = np.concatenate([option, np.full(count, -1)])
        group = np.concatenate([group, np.arange(count)])
    order = np.lexsort((np.where(option < 0, len(values), option), group))
    option, group = option[order], group[order]
    risky = scenarios is not None and weight > 0.0
    table = scenarios if risky and scenarios is not None else np.zeros((len(values), 0))
    base, tail = ((1.0 - weight) * values if risky else values), largest_weight(table.shape[1], level)
    if not tail:  # every scenario weighs the same
        base, table = (base + weight * table.mean(axis=1) if risky else base), table[:, :0]
    value_scale = power_of_two(max(float(np.abs(values).max(initial=0.0)), float(np.abs(table).max(initial=0.0))))
    limit_scale = np.array([power_of_two(float(np.abs(column).max(initial=0.0))) for column in uses.T])
    columns = np.concatenate([-uses * limit_scale, (weight * value_scale) * table], axis=1)
    full = Packed(
        np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))]).astype(np.int64), option.astype(np.int64),
        _with_skip(value_scale * base, option), np.ascontiguousarray(_with_skip(columns, option)),
        limit * limit_scale, limit_scale, value_scale, tail,
    )  # fmt: skip
    return full.only(kernels.undominated(full.start, full.base, full.matrix))


def largest_weight(scenarios: int, level: float) -> float:
    """What one scenario may weigh at most in the mean of the worst ``1 - level``; 0 where all must weigh the same."""
    tail = min(1.0 / ((1.0 - level) * scenarios), 1.0) if scenarios else 0.0
    return tail if tail * scenarios > 1.0 + 1e-12 else 0.0


def _with_skip(values: Floats, option: Ints) -> Floats:
    padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
    return np.asarray(padded[option])


def power_of_two(size: float) -> float:
    """The power of two that brings this size to about 2**10."""
    return 2.0 ** (SCALED_SIZE - math.frexp(size)[1]) if size > 0.0 else 1.0
