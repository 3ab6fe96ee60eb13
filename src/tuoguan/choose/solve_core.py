"""The part of a large problem that is still open at the dual's prices, as a small problem of its own.

Hides how many groups are worth looking at. Keeps the invariant that a choice of the core is one of the whole problem
with the same objective, uses and bound: all other groups take their best rows and stand in the core as one group
with one row.
"""

from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose.solve_blocks import Blocks, Shared
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_local import LocalBlocks, held
from tuoguan.choose.solve_packed import Packed
from tuoguan.choose.solve_prices import Prices, find_prices
from tuoguan.foundation.arrays import Floats, Ints

SAMPLE_GROUPS, SAMPLE_CELLS = 20_000, 400_000
CORE_TOLERANCE = 1e-3  # of the mean worth of a group


@dataclass(frozen=True, slots=True)
class Core:
    """``problem`` holds the open groups ``group`` and, last, all the others in one; ``dual`` are the prices there.

    ``blocks`` are the same rows with factors not yet made scenarios.
    """

    problem: Packed
    dual: Dual
    group: Ints
    blocks: LocalBlocks

    def spread(self, choice: Ints, chosen: Ints) -> Ints:
        """[group] options of the whole problem: the core's choice put into the best rows ``chosen``."""
        result = chosen.copy()
        result[self.group] = self.problem.option[choice[: len(self.group)]]
        return result


def loss_of(blocks: Blocks, point: Floats, groups: int) -> float:
    """About the loss within which so many groups have a second row; infinite where all shall be looked at."""
    if groups >= blocks.groups:
        return np.inf
    part = blocks.sample(max(blocks.groups // min(SAMPLE_GROUPS, SAMPLE_CELLS // blocks.columns), 1))
    near = part.near(point, np.inf)
    first = np.flatnonzero(np.diff(near.group, prepend=-1))
    second = np.sort(_second_least(near.loss, first))
    at = min(-(-groups * part.groups // blocks.groups), len(second) - 1)
    return float(second[at]) if len(second) else np.inf


def core_of(blocks: Blocks, shared: Shared, prices: Prices, loss: float) -> Core:
    """The groups with more than one row within the loss."""
    near, limits = blocks.near(prices.point.column, loss), len(shared.limit)
    group, first = np.unique(near.group, return_index=True)
    best = _first_without_loss(near.loss, first)
    rest = prices.totals - near.matrix[best].sum(axis=0)
    fixed = prices.best_base - float(near.base[best].sum())
    start = np.concatenate([first, [len(near.group), len(near.group) + 1]]).astype(np.int64)
    base, option = np.append(near.base, fixed), np.append(near.option, -1)
    table = np.ascontiguousarray(np.concatenate([near.matrix, rest[None, :]]))
    outcomes = table[:, limits:] if shared.factor is None else table[:, limits:] @ shared.factor.T
    problem = Packed(
        start, option, base, np.ascontiguousarray(np.concatenate([table[:, :limits], outcomes], axis=1)), shared.limit,
        shared.limit_scale, shared.value_scale, shared.tail,
    )  # fmt: skip
    dual = _dual(prices, np.append(best, len(near.group)))
    return Core(problem, dual, group, held(start, base, table, option))


def repriced(core: Core, shared: Shared, prices: Prices, groups: int, deadline: float) -> Core:
    """The core at prices of its own: where the groups left out stay as they are, others balance the limits better."""
    found = find_prices(core.blocks, shared, deadline, prices.point, CORE_TOLERANCE / groups, prices.width)
    return replace(core, dual=_dual(found, core.blocks.rows(found.point.column)))


def _dual(prices: Prices, choice: Ints) -> Dual:
    point = np.concatenate([prices.point.price, prices.point.weight])
    return Dual(point, prices.bound, choice, prices.evaluations)


def _second_least(loss: Floats, first: Ints) -> Floats:
    """[group] the least loss but one."""
    rest = loss.copy()
    rest[_first_without_loss(loss, first)] = np.inf
    return np.minimum.reduceat(rest, first) if len(first) else rest


def _first_without_loss(loss: Floats, first: Ints) -> Ints:
    """[group] the first row whose loss is 0."""
    zero = np.flatnonzero(loss == 0.0)
    return zero[np.searchsorted(zero, first)]
