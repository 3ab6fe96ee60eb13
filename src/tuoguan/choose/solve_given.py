"""What the caller gave, checked and laid out for the solver: nothing of it is changed, large arrays are not copied.

Hides the two ways to lay a problem out: small ones are packed (dominated options left out), large ones read in place.
Keeps the invariant that every mistake found is told, one sentence each, before anything is solved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.choose import kernels
from tuoguan.choose.problem import Capacity, Factors, Portfolio
from tuoguan.choose.solve_blocks import Shared
from tuoguan.choose.solve_local import LocalBlocks, local_blocks, shared_by
from tuoguan.choose.solve_master import Point, point_of
from tuoguan.choose.solve_packed import largest_weight, lower_tail, pack, power_of_two
from tuoguan.foundation.arrays import Floats, Ints

PACKED_CELLS = 1_000_000  # rows x columns up to which a copy without dominated options pays


@dataclass(frozen=True, slots=True)
class Given:
    """The caller's problem in plain arrays. ``sign`` [limit] is -1 where at least the limit must be used."""

    value: Floats
    use: Floats
    limit: Floats
    group: Ints
    named: tuple[Capacity, ...]
    paths: Floats | None
    factors: Factors | None
    weight: float
    level: float
    may_skip: bool

    @property
    def sign(self) -> Floats:
        """[limit] 1, or -1 for "at least"."""
        return np.array([-1.0 if capacity.at_least else 1.0 for capacity in self.named])

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def scenarios(self) -> int:
        """Number of scenarios that the objective looks at."""
        if self.weight == 0.0:
            return 0
        return self.paths.shape[1] if self.paths is not None else len(self.factors.factor) if self.factors else 0

    def outcomes(self, picked: Ints) -> Floats:
        """[scenario] what these options are worth together; their value where no scenarios were given."""
        mean = self.value[picked].sum()
        if self.paths is not None:
            return np.asarray(self.paths[picked].sum(axis=0))
        if self.factors is not None:
            return np.asarray(mean + self.factors.factor @ self.factors.loading[picked].sum(axis=0))
        return np.array([mean])

    def objective(self, picked: Ints) -> tuple[float, float, float]:
        """(objective, mean, CVaR)."""
        mean, outcomes = float(self.value[picked].sum()), self.outcomes(picked)
        cvar = lower_tail(outcomes, min(1.0 / ((1.0 - self.level) * len(outcomes)), 1.0))
        return (1.0 - self.weight) * mean + self.weight * cvar if self.scenarios else mean, mean, cvar


@dataclass(frozen=True, slots=True)
class Layout:
    """The caller's options as blocks, and what they share."""

    blocks: LocalBlocks
    shared: Shared

    def start(self, earlier: Portfolio | None, named: Sequence[Capacity]) -> Point | None:
        """An earlier answer's prices, limits matched by name; None without one."""
        if earlier is None:
            return None
        known = {capacity.name: price for capacity, price in zip(earlier.capacities, earlier.shadow_price, strict=True)}
        price = np.array([known.get(capacity.name, 0.0) for capacity in named])
        price *= self.shared.value_scale / self.shared.limit_scale
        columns = self.blocks.columns - len(named)
        size = columns if self.shared.factor is None else len(self.shared.factor)
        weight = earlier.scenario_weight if len(earlier.scenario_weight) == size else np.full(size, 1.0 / max(size, 1))
        return point_of(self.shared, price, weight)


def laid_out(given: Given, threads: int | None) -> Layout:
    """The problem as blocks: packed when small, in place when large."""
    expanded = len(given.named) + given.scenarios
    if (len(given.value) + given.groups) * (1 + expanded) > PACKED_CELLS:
        return _in_place(given, threads)
    paths = given.paths
    if given.factors is not None and given.scenarios:
        paths = given.value[:, None] + given.factors.loading @ given.factors.factor.T
    problem = pack(
        given.value, given.use * given.sign, given.limit * given.sign, given.group, paths, given.weight, given.level,
        given.may_skip,
    )  # fmt: skip
    return Layout(local_blocks(problem, threads), shared_by(problem))


def _in_place(given: Given, threads: int | None) -> Layout:
    """Blocks over the caller's arrays; options that are not in order of their groups are sorted into a copy."""
    value, use, second, option = given.value, given.use, _second(given), None
    in_order, start = kernels.starts(given.group, given.groups)
    if not in_order:
        option = np.argsort(given.group, kind="stable")
        value, use, second = value[option], use[option], second[option]
        start = np.searchsorted(given.group[option], np.arange(given.groups + 1)).astype(np.int64)
    tail, weight = largest_weight(given.scenarios, given.level), given.weight if given.scenarios else 0.0
    share = 1.0 - weight if given.paths is not None and given.scenarios else 1.0
    if given.scenarios and not tail:
        value = share * value + weight * (second.mean(axis=1) if given.paths is not None else second @ _mean(given))
        second, share = second[:, :0], 1.0
    sizes = [kernels.largest(table, 0, len(table))[0] for table in (value[:, None], use, second)]
    value_scale = power_of_two(float(max(sizes[0][0], sizes[2].max(initial=0.0))))
    limit_scale = np.array([power_of_two(float(size)) for size in sizes[1]])
    scale = np.concatenate([
        [share * value_scale], -given.sign * limit_scale, np.full(second.shape[1], weight * value_scale)
    ])  # fmt: skip
    blocks = LocalBlocks(
        start, value, use, second, scale, given.may_skip, np.concatenate(sizes) * np.abs(scale), option, threads
    )
    factor = given.factors.factor if given.factors is not None and tail else None
    return Layout(blocks, Shared(given.limit * given.sign * limit_scale, limit_scale, value_scale, tail, factor))


def _second(given: Given) -> Floats:
    """[option, scenario or factor] what the risk term looks at."""
    if not given.scenarios:
        return np.zeros((len(given.value), 0))
    return given.paths if given.paths is not None else given.factors.loading if given.factors else given.value[:, None]


def _mean(given: Given) -> Floats:
    return np.asarray(given.factors.factor.mean(axis=0)) if given.factors is not None else np.zeros(0)


def checked(
    values: npt.ArrayLike, uses: npt.ArrayLike, capacities: Sequence[Capacity] | npt.ArrayLike, groups: npt.ArrayLike,
    scenario_values: npt.ArrayLike | None, factors: Factors | None, weight: float, level: float, may_skip: bool,
) -> Given:  # fmt: skip
    """The problem as given; ValueError with a sentence for each mistake."""
    named = _named(capacities)
    value, group = _floats(values), np.ascontiguousarray(groups, np.int64)
    use, limit = _floats(uses), np.array([capacity.limit for capacity in named], float)
    if use.size == len(value) * len(limit):
        use = use.reshape(len(value), len(limit))
    paths = None if scenario_values is None else _floats(scenario_values)
    both = None if factors is None else Factors(_floats(factors.loading), _floats(factors.factor))
    wrong = list(_shapes(value, use, limit, group, paths, both)) or [
        *_numbers(value, use, named, paths, both), *_group_mistakes(group, may_skip)
    ]  # fmt: skip
    wrong += _risk_mistakes(paths, both, weight, level)
    if wrong:
        raise ValueError("\n".join(wrong))
    return Given(value, use, limit, group, named, paths, both, weight, level, may_skip)


def _floats(numbers: npt.ArrayLike) -> Floats:
    return np.ascontiguousarray(numbers, np.float64)


def _named(capacities: Sequence[Capacity] | npt.ArrayLike) -> tuple[Capacity, ...]:
    if isinstance(capacities, Sequence) and all(isinstance(item, Capacity) for item in capacities):
        return tuple(item for item in capacities if isinstance(item, Capacity))
    return tuple(
        Capacity(f"resource {number + 1}", "resource", float(limit), "unit")
        for number, limit in enumerate(np.asarray(capacities, float).ravel())
    )


def _shapes(
    value: Floats, use: Floats, limit: Floats, group: Ints, paths: Floats | None, factors: Factors | None
) -> list[str]:
    """What does not fit together."""
    wrong, count = [], len(value)
    if value.ndim != 1:
        wrong.append(f"values: shape {value.shape} found, one number per option expected.")
    if use.shape != (count, len(limit)):
        wrong.append(f"uses: shape {use.shape} found, [option, capacity] = {(count, len(limit))} expected.")
    if group.shape != (count,):
        wrong.append(f"groups: shape {group.shape} found, one number per option, {(count,)}, expected.")
    if paths is not None and (paths.ndim != 2 or len(paths) != count or not paths.shape[1]):
        wrong.append(f"scenario_values: shape {paths.shape} found, [option, path] with {count} options expected.")
    if factors is not None:
        loading, factor = factors.loading, factors.factor
        if loading.ndim != 2 or len(loading) != count:
            wrong.append(
                f"factors.loading: shape {loading.shape} found, [option, factor] with {count} options expected."
            )
        elif factor.ndim != 2 or not len(factor) or factor.shape[1] != loading.shape[1]:
            wrong.append(
                f"factors.factor: shape {factor.shape} found, [scenario, {loading.shape[1]} factors] expected."
            )
    return wrong


def _numbers(
    value: Floats, use: Floats, named: tuple[Capacity, ...], paths: Floats | None, factors: Factors | None
) -> list[str]:
    """Which numbers are not finite, or limits below nought."""
    tables = {"values": value[:, None], "uses": use}
    tables |= {} if paths is None else {"scenario_values": paths}
    tables |= {} if factors is None else {"factors.loading": factors.loading, "factors.factor": factors.factor}
    wrong = []
    for name, table in tables.items():
        broken = int(kernels.largest(table, 0, len(table))[1].sum())
        if broken:
            row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
            wrong.append(
                f"{name}: {broken} numbers are not finite, the first in row {row}; give a finite number for each."
            )
    for capacity in named:
        if not 0.0 <= capacity.limit < np.inf:
            wrong.append(
                f"capacity {capacity.name!r}: limit {capacity.limit} found, a finite number of at least 0 expected."
            )
    return wrong


def _group_mistakes(group: Ints, may_skip: bool) -> list[str]:
    """Whether groups are numbered 0, 1, 2 … without a hole."""
    if not len(group):
        return []
    if group.min() < 0 or group.max() >= len(group):
        outside = int(group[(group < 0) | (group >= len(group))][0])
        return [f"groups: {outside} found; number the groups 0, 1, 2 … without a hole, each with an option at least."]
    empty = np.flatnonzero(np.bincount(group) == 0)
    if not len(empty):
        return []
    why = "" if may_skip else ", and nothing may be skipped"
    return [
        f"groups: group {int(empty[0])} has no option{why}; number the groups that have one 0, 1, 2 … without a hole."
    ]


def _risk_mistakes(paths: Floats | None, factors: Factors | None, weight: float, level: float) -> list[str]:
    wrong = []
    if not 0.0 <= weight <= 1.0:
        wrong.append(f"weight: {weight} found, a share from 0 to 1 expected.")
    if not 0.0 <= level < 1.0:
        wrong.append(f"level: {level} found, a share from 0 to below 1 expected.")
    if paths is not None and factors is not None:
        wrong.append("scenario_values and factors: both found; give the one or the other.")
    if weight > 0.0 and paths is None and factors is None:
        wrong.append(f"weight: {weight} found, but neither scenario_values nor factors to see the risk in; give one.")
    return wrong
