"""One option per group under shared limits: the best set found, and a bound that nobody can beat.

Hides the stages (prices, the core that is still open there, a feasible choice of it, branch and bound). Keeps the
invariant objective <= optimum <= bound, whatever the time limit cut short.
"""

import time
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from tuoguan.choose import kernels
from tuoguan.choose.problem import Capacity, Factors, Portfolio
from tuoguan.choose.solve_blocks import Shared
from tuoguan.choose.solve_clash import infeasible
from tuoguan.choose.solve_dual import solve_dual
from tuoguan.choose.solve_given import Given, checked, laid_out
from tuoguan.choose.solve_packed import Packed
from tuoguan.choose.solve_primal import feasible_choice
from tuoguan.choose.solve_staged import Found, search
from tuoguan.foundation.arrays import Ints

NODE_LIMIT = 1_000


def solve(
    values: npt.ArrayLike, uses: npt.ArrayLike, capacities: Sequence[Capacity] | npt.ArrayLike, *,
    groups: npt.ArrayLike, scenario_values: npt.ArrayLike | None = None, factors: Factors | None = None,
    weight: float = 0.0, level: float = 0.9, may_skip: bool = True, start: Portfolio | None = None,
    threads: int | None = None, time_limit: float = 20.0, node_limit: int = NODE_LIMIT,
) -> Portfolio:  # fmt: skip
    """The best portfolio found: at most one option per group (exactly one unless ``may_skip``) within every capacity.

    values [option], uses [option, capacity] (negative use gives room), groups [option] 0, 1, 2 …; scenario_values
    [option, path], or ``factors`` that all options share. Maximizes (1 - weight) x value + weight x CVaR, the CVaR
    being the mean of the portfolio's worst ``1 - level`` of scenarios. ``start``: an earlier answer whose prices are
    set out from. float64 arrays in order of groups are read in place; the answer is the same for any number of
    ``threads``. ``node_limit`` ends branch and bound at the same place on every machine, 0 leaves it out; only a run
    that the clock cuts short depends on its speed. ValueError with a sentence for each mistake in the input;
    `Infeasible` when nothing fits, which cannot happen with ``may_skip`` and upper limits alone.
    """
    _compile_kernels()
    began = time.monotonic()
    given = checked(values, uses, capacities, groups, scenario_values, factors, weight, level, may_skip)
    if given.groups == 0:
        return _nothing(given)
    layout = laid_out(given, threads)
    point = layout.start(start, given.named)
    found = search(layout.blocks, layout.shared, point, began, time_limit, node_limit)
    if found.chosen is None:
        raise infeasible(given.use, given.named, given.group, may_skip=may_skip)
    return _report(given, layout.shared, found, found.chosen)


@cache
def _compile_kernels() -> None:
    """Loads or compiles the kernels on a toy problem, so that no time limit pays for it."""
    one, row = np.ones(2), np.array([0, 2], np.int64)
    toy = Packed(row, np.array([0, -1]), one, -np.ones((2, 1)), np.ones(1), np.ones(1), 1.0, 0.0)
    kernels.undominated(toy.start, toy.base, toy.matrix)
    kernels.starts(row, 1)
    feasible_choice(toy, solve_dual(toy, time.monotonic() + 1.0))


def _report(given: Given, shared: Shared, found: Found, chosen: Ints) -> Portfolio:
    """The answer in the caller's own numbers."""
    picked = chosen[chosen >= 0]
    objective, mean, cvar = given.objective(picked)
    point = found.prices.point
    # What is proven best is worth its own value, whatever way that was added up.
    bound = objective if found.optimal else max(found.bound / shared.value_scale, objective)
    return Portfolio(
        chosen=chosen, objective=objective, bound=bound, mean=mean,
        cvar=cvar,
        shadow_price=point.price * shared.limit_scale / shared.value_scale, used=given.use[picked].sum(axis=0),
        capacities=given.named, scenario_weight=point.weight,
        method="branch and bound, proven" if found.optimal else "Lagrangian dual with repair and branch and bound",
    )  # fmt: skip


def _nothing(given: Given) -> Portfolio:
    none = np.zeros(len(given.named))
    return Portfolio(np.zeros(0, np.int64), 0.0, 0.0, 0.0, 0.0, none, none.copy(), given.named, "nothing to choose")
