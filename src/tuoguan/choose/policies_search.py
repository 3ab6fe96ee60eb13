"""The search in one block of groups: policies of an option by halving, then options of a group until one is settled.

Hides stages and bookkeeping. Keeps three invariants: whatever is compared has seen the same luck; policies are found on
other paths than those on which options are compared, so that no winner's curse is in the comparison; and the answer
does not depend on how many threads play.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tuoguan.choose.policies_numbers import CAP, FAST, UP_TO, neighbors
from tuoguan.choose.policies_settle import PAIR, against_best, ranks, settled, student_quantile
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.simulate import Candidates, Option, Scenario


class Compare(Protocol):
    """Profits of candidates on common luck: int64 [candidate, path]."""

    def __call__(
        self, scenario: Scenario, demand: Demand, candidates: Candidates, *, first_path: int = 0, paths: int,
        threads: int | None = None,
    ) -> Ints: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the search tries. Paths are even, because they are mirrored in pairs.

    tune        per round: paths played so far, policies of an option that go on, step of their neighbors (0: none)
    looks       paths after which the options of a group are compared; the last one is the budget
    confidence  of the pick of every group, and of what was dropped on the way
    indifference_ppm  of the best mean: a difference that nobody minds, but at least one unit of the currency
    hopeless_ppm      of the best mean: an option is dropped while it is tuned when it is surely further behind
    pairs       at most so many pairs of listings per group
    whole       True: every option is searched and reported, however far behind
    """

    tune: tuple[tuple[int, int, float], ...] = ((16, 2, 0.2), (32, 2, 0.1), (64, 1, 0.0))
    looks: tuple[int, ...] = (32, 64, 128, 256, 512)
    confidence: float = 0.95
    indifference_ppm: int = 5_000
    hopeless_ppm: int = 100_000
    pairs: int = 2
    whole: bool = True


@dataclass(slots=True)
class Field:
    """Policies that are still in the running; rows of one option stand together and all have seen the same paths."""

    option: Ints  # [candidate] row of the scenario's options
    number: Ints  # [candidate, place, NUMBERS]
    profit: Floats  # [candidate, path]

    def take(self, rows: Ints | Flags) -> "Field":
        """Some of the candidates."""
        return Field(self.option[rows], self.number[rows], self.profit[rows])

    @property
    def size(self) -> Ints:
        """[candidate] what ties are broken by: the smaller levels are the simpler policy."""
        return np.asarray(self.number[:, :, [UP_TO, CAP, FAST]].sum(axis=(1, 2)))


class Player:
    """Plays candidates of one block, counts them, and stops where someone asked to."""

    def __init__(
        self, scenario: Scenario, demand: Demand, compare: Compare, stopped: Callable[[], bool] = lambda: False
    ) -> None:  # fmt: skip
        self.scenario, self.demand, self.compare, self.stopped = scenario, demand, compare, stopped
        self.tried = np.zeros(len(scenario.options), np.int64)

    def add(self, options: tuple[Option, ...]) -> None:
        """Makes room for more options."""
        self.scenario = replace(self.scenario, options=self.scenario.options + options)
        self.tried = np.concatenate([self.tried, np.zeros(len(options), np.int64)])

    def play(self, option: Ints, number: Ints, first: int, until: int) -> Floats:
        """Profits [candidate, path] on paths ``first`` to ``until`` - 1."""
        if self.stopped():
            raise Stopped
        if not len(option):
            return np.zeros((0, until - first))
        present, row = np.unique(option, return_inverse=True)
        scenario = replace(self.scenario, options=tuple(self.scenario.options[at] for at in present))
        candidates = Candidates(row.astype(np.int64), np.ascontiguousarray(number))
        found = self.compare(scenario, self.demand, candidates, first_path=first, paths=until - first, threads=1)
        return found.astype(np.float64)

    def on(self, field: Field, first: int, until: int) -> Field:
        """The field after the paths ``first`` to ``until`` - 1 too."""
        more = self.play(field.option, field.number, first, until)
        return replace(field, profit=np.concatenate([field.profit, more], axis=1))

    def fresh(self, option: Ints, number: Ints, until: int) -> Field:
        """New candidates after ``until`` paths."""
        self.tried += np.bincount(option, minlength=len(self.tried))
        return Field(option, number, self.play(option, number, 0, until))


class Stopped(Exception):
    """Someone asked the search to stop; what is kept is whole."""


def tune(player: Player, option: Ints, number: Ints, group_of: Ints, effort: Effort, best: "Best") -> Field:
    """The best policy found for each option that is not hopeless, one row per option, on the tuning paths.

    Successive halving on growing luck: after each round the best few of an option stay, their leader's neighbors join
    them, and options surely far behind their group's best leave. ``best`` is told every option's leader of each round.
    """
    field, joining, seen = Field(option[:0], number[:0], np.zeros((0, 0))), (option, number), 0
    for paths, keep, step in effort.tune:
        field = joined(player.on(field, seen, paths), player.fresh(*joining, paths))
        place = ranks(field.option, field.profit.mean(axis=1), field.size)
        best.note(field.take(place == 0))
        hopeful = _hopeful(field, group_of, effort)
        joining = _beside(field, (place == 0) & hopeful, step)
        field, seen = field.take((place < keep) & hopeful), paths
    return field


@dataclass(slots=True)
class Best:
    """The best policy of every option so far, [option, place, NUMBERS], and its mean profit."""

    number: Ints
    mean: Floats

    def add(self, more: "Best") -> None:
        """Makes room for more options."""
        self.number = np.concatenate([self.number, more.number])
        self.mean = np.concatenate([self.mean, more.mean])

    def note(self, field: Field) -> None:
        """Takes over one row per option."""
        self.number[field.option], self.mean[field.option] = field.number, field.profit.mean(axis=1)


def joined(one: Field, two: Field) -> Field:
    """Both, rows of an option together."""
    option = np.concatenate([one.option, two.option])
    order = np.argsort(option, kind="stable")
    number, profit = np.concatenate([one.number, two.number]), np.concatenate([one.profit, two.profit])
    return Field(option[order], number[order], profit[order])


def _beside(field: Field, leading: Flags, step: float) -> tuple[Ints, Ints]:
    """Neighbors of the leading policies that are not in the field."""
    if step <= 0.0:
        return field.option[:0], field.number[:0]
    rows = np.flatnonzero(leading)
    source, number = neighbors(field.number[rows], step)
    every = np.concatenate([field.option, field.option[rows][source]]), np.concatenate([field.number, number])
    table = np.column_stack([every[0], every[1].reshape(len(every[1]), -1)])
    _, first = np.unique(table, axis=0, return_index=True)
    fresh = first[first >= len(field.option)]
    fresh = fresh[np.argsort(every[0][fresh], kind="stable")]
    return every[0][fresh], every[1][fresh]


def _hopeful(field: Field, group_of: Ints, effort: Effort) -> Flags:
    """False for options whose best policy is surely behind the group's best by more than tuning could bring."""
    group = group_of[field.option]
    leader, lead, error = against_best(group, field.profit, field.size)
    best = np.where(leader >= 0, field.profit[leader].mean(axis=1), 0.0)
    doubt = (1.0 - effort.confidence) / 5.0 / len(effort.tune)
    t = student_quantile(1.0 - doubt / max(int(np.bincount(group).max()), 1), field.profit.shape[1] // PAIR - 1)
    near = lead - t * error <= best * effort.hopeless_ppm / 1e6
    return np.asarray(np.bincount(field.option, near, len(group_of))[field.option] > 0)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found on paths that no policy was tuned on.

    mean [option row of the field], paths [group of the block] paths the comparison took, decided [group] False where
    luck left it open at the budget.
    """

    mean: Floats
    paths: Ints
    decided: Flags


def settle(player: Player, field: Field, group_of: Ints, groups: int, effort: Effort, unit_minor: int) -> Settled:
    """Options of each group played on fresh paths until the pick is settled at the asked confidence.

    ``unit_minor`` is one unit of the currency. Of the doubt a fifth was spent on tuning and the rest is shared by the
    looks; options surely behind are not played on.
    """
    start, doubt = effort.tune[-1][0], 0.8 * (1.0 - effort.confidence) / len(effort.looks)
    mean = np.zeros(len(field.option))
    paths, decided = np.zeros(groups, np.int64), np.ones(groups, bool)
    rows = np.arange(len(field.option))
    running, seen = replace(field, profit=np.zeros((len(rows), 0))), 0
    for look in effort.looks:
        if not len(rows):
            break
        running, seen = player.on(running, start + seen, start + look), look
        group, average = group_of[running.option], running.profit.mean(axis=1)
        mean[rows], paths[group] = average, look
        top = np.zeros(groups)
        np.maximum.at(top, group, average)
        margin = np.maximum(top[group] * effort.indifference_ppm / 1e6, unit_minor)
        fine, behind = settled(group, running.profit, running.size, doubt, margin)
        decided[group] = fine
        going_on = ~fine & ~behind
        running, rows = running.take(going_on), rows[going_on]
    return Settled(mean, paths, decided)
