"""One option per group under shared limits: the best set found, and a bound that nobody can beat.

Hides the three stages (dual prices, feasible choice, branch and bound on what is left open). Keeps the invariant
objective <= optimum <= bound, whatever the time limit cut short.
"""

import time
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from tuoguan.choose import kernels
from tuoguan.choose.problem import Capacity, Infeasible, Portfolio
from tuoguan.choose.solve_dual import Dual, solve_dual
from tuoguan.choose.solve_exact import finish
from tuoguan.choose.solve_packed import Packed, lower_tail, pack
from tuoguan.choose.solve_primal import feasible_choice
from tuoguan.foundation.arrays import Floats, Ints

DUAL_SHARE = 0.6  # of the time limit
NODE_LIMIT = 1_000


def solve(
    values: npt.ArrayLike, uses: npt.ArrayLike, capacities: Sequence[Capacity] | npt.ArrayLike, *,
    groups: npt.ArrayLike, scenario_values: npt.ArrayLike | None = None, weight: float = 0.0, level: float = 0.9,
    may_skip: bool = True, time_limit: float = 20.0, node_limit: int = NODE_LIMIT,
) -> Portfolio:  # fmt: skip
    """The best portfolio found: at most one option per group (exactly one unless ``may_skip``) within every capacity.

    values [option], uses [option, capacity] (negative use gives room), groups [option] 0, 1, 2 …; scenario_values
    [option, path]. Maximizes (1 - weight) x value + weight x CVaR, the CVaR being the mean of the portfolio's worst
    ``1 - level`` of paths. ``node_limit`` ends branch and bound at the same place on every machine; only a run that the
    clock cuts short depends on its speed. `Infeasible` when nothing
    fits, which cannot happen with ``may_skip`` and limits >= 0.
    """
    _compile_kernels()
    began = time.monotonic()
    value, use, group = np.asarray(values, float), np.asarray(uses, float), np.asarray(groups, np.int64)
    named = _named(capacities)
    limit = np.array([capacity.limit for capacity in named], float)
    paths = None if scenario_values is None else np.asarray(scenario_values, float)
    _check(value, use, limit, group, paths, weight, level)
    problem = pack(value, use.reshape(len(value), len(limit)), limit, group, paths, weight, level, may_skip)
    if problem.groups == 0:
        return _report(problem, None, None, np.zeros(0, np.int64), 0.0, value, use, paths, weight, level, named)
    dual = solve_dual(problem, began + DUAL_SHARE * time_limit)
    exact = finish(problem, dual, feasible_choice(problem, dual), began + time_limit, node_limit)
    if exact.choice is None:
        raise Infeasible("no set of options that respects the limits was found")
    method = "branch and bound, proven" if exact.optimal else "Lagrangian dual with repair and branch and bound"
    chosen = problem.option[exact.choice]
    return _report(problem, dual, method, chosen, exact.bound, value, use, paths, weight, level, named)


@cache
def _compile_kernels() -> None:
    """Loads or compiles the kernels on a toy problem, so that no time limit pays for it."""
    one, row = np.ones(2), np.array([0, 2], np.int64)
    toy = Packed(row, np.array([0, -1]), one, -np.ones((2, 1)), np.ones(1), np.ones(1), 1.0, 0.0)
    kernels.undominated(toy.start, toy.base, toy.matrix)
    feasible_choice(toy, solve_dual(toy, time.monotonic() + 1.0))


def _report(
    problem: Packed, dual: Dual | None, method: str | None, chosen: Ints, bound: float,
    value: Floats, use: Floats, paths: Floats | None, weight: float, level: float, named: tuple[Capacity, ...],
) -> Portfolio:  # fmt: skip
    """The answer in the caller's own numbers."""
    picked = chosen[chosen >= 0]
    mean = float(value[picked].sum())
    outcomes = paths[picked].sum(0) if paths is not None else np.array([mean])
    cvar = lower_tail(outcomes, min(1.0 / ((1.0 - level) * len(outcomes)), 1.0))
    risky = paths is not None and weight > 0.0
    objective = (1.0 - weight) * mean + weight * cvar if risky else mean
    price = dual.point[: problem.limits] * problem.limit_scale / problem.value_scale if dual else np.zeros(len(named))
    return Portfolio(
        chosen=chosen, objective=objective, bound=max(bound / problem.value_scale, objective),
        mean=mean, cvar=cvar, shadow_price=price, used=use[picked].reshape(-1, len(named)).sum(0),
        capacities=named, method=method or "nothing to choose",
        scenario_weight=dual.point[problem.limits :] if dual else np.zeros(0),
    )  # fmt: skip


def _named(capacities: Sequence[Capacity] | npt.ArrayLike) -> tuple[Capacity, ...]:
    if isinstance(capacities, Sequence) and all(isinstance(item, Capacity) for item in capacities):
        return tuple(item for item in capacities if isinstance(item, Capacity))
    return tuple(
        Capacity(f"resource {number + 1}", "resource", float(limit), "unit")
        for number, limit in enumerate(np.asarray(capacities, float).ravel())
    )


def _check(
    value: Floats, use: Floats, limit: Floats, group: Ints, paths: Floats | None, weight: float, level: float
) -> None:
    assert use.size == len(value) * len(limit), "uses must be [option, capacity]"
    assert len(group) == len(value), "groups must name a group for every option"
    assert not len(group) or len(np.unique(group)) == group.max() + 1, "groups must be 0, 1, 2 … without a hole"
    assert paths is None or (paths.ndim == 2 and len(paths) == len(value)), "scenario_values must be [option, path]"
    assert 0.0 <= weight <= 1.0 and 0.0 <= level < 1.0, "weight within [0, 1], level within [0, 1)"
    assert np.isfinite(value).all() and np.isfinite(use).all(), "values and uses must be finite"
    assert weight == 0.0 or paths is not None, "a risk weight needs scenario_values"
