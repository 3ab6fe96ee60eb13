"""The search in one block of groups: policies of an option by halving, then options of a group until one is settled.

Hides stages and bookkeeping. Keeps three invariants: whatever is compared has seen the same luck; policies are found on
other paths than those on which options are compared, so that no winner's curse is in the comparison; and the answer
does not depend on how many threads play.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tuoguan.choose.policies_numbers import CAP, FAST, UP_TO, neighbors, unique_rows
from tuoguan.choose.policies_settle import PAIR, against_best, ranks, settled, student_quantile
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.simulate import Candidates, Option, Scenario

TUNING_DOUBT = 0.2  # part of the doubt that is spent on dropping options while policies are tuned


class Compare(Protocol):
    """Profits of candidates on common luck: int64 [candidate, path]."""

    def __call__(
        self, scenario: Scenario, demand: Demand, candidates: Candidates, *, first_path: int = 0, paths: int,
        threads: int | None = None,
    ) -> Ints: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the search tries. Paths are even, because they are mirrored in pairs.

    tune        per round: paths, policies of an option that go on, step of their neighbors (0: none join)
    looks       paths after which the options of a group are compared; the last one is the budget
    confidence  of the pick of every group, and of what was dropped on the way
    indifference_ppm  of the best mean: a difference that nobody minds, but at least one unit of the currency
    hopeless_ppm      of the best mean: an option is dropped while it is tuned when it is surely further behind
    pairs       at most so many pairs of listings per group
    whole       True: every option is searched and reported, however far behind
    """

    tune: tuple[tuple[int, int, float], ...] = ((8, 4, 0.3), (16, 3, 0.2), (32, 2, 0.1), (64, 2, 0.05), (128, 1, 0.0))
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

    def fresh(self, option: Ints, number: Ints, until: int) -> Field:
        """New candidates after ``until`` paths."""
        self.tried += np.bincount(option, minlength=len(self.tried))
        return Field(option, number, self.play(option, number, 0, until))


class Stopped(Exception):
    """Someone asked the search to stop; what is kept is whole."""


def tune(player: Player, option: Ints, number: Ints, group_of: Ints, effort: Effort, best: "Best") -> Field:
    """The best policy found for each option that is not hopeless, one row per option, on the tuning paths.

    Successive halving on growing luck: after each round the best few of an option stay, their neighbors join them, and
    options surely far behind their group's best leave. Those that stay are played again beside those that join, since
    the luck of an option costs more than a policy on it. ``best`` is told every option's leader of each round.
    """
    field = Field(option[:0], number[:0], np.zeros((0, 0)))
    for paths, keep, step in effort.tune:
        if not len(option):
            return Field(option, number, np.zeros((0, paths)))
        field = player.fresh(option, number, paths)
        place = ranks(field.option, field.profit.mean(axis=1), field.size)
        leaders = field.take(place == 0)
        best.note(leaders)
        hopeful = np.isin(field.option, leaders.option[_hopeful(leaders, group_of, effort)])
        field = field.take((place < keep) & hopeful)
        option, number = _with_neighbors(field, step)
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


def _with_neighbors(field: Field, step: float) -> tuple[Ints, Ints]:
    """The policies of the field and their neighbors, each once."""
    source, number = neighbors(field.number, step)
    return unique_rows(np.concatenate([field.option, field.option[source]]), np.concatenate([field.number, number]))


def _hopeful(leaders: Field, group_of: Ints, effort: Effort) -> Flags:
    """[row] False for options whose best policy is surely behind the group's best by more than tuning could bring."""
    group = group_of[leaders.option]
    leader, lead, error = against_best(group, leaders.profit, leaders.size)
    best = np.where(leader >= 0, leaders.profit[leader].mean(axis=1), 0.0)
    doubt = TUNING_DOUBT * (1.0 - effort.confidence) / len(effort.tune)
    rivals = np.bincount(group)
    freedom = leaders.profit.shape[1] // PAIR - 1
    t = np.array([student_quantile(1.0 - doubt / max(count, 1), freedom) for count in rivals.tolist()])
    return np.asarray(lead - t[group] * error <= best * effort.hopeless_ppm / 1e6)


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

    ``unit_minor`` is one unit of the currency. What the tuning left of the doubt is shared by the looks; options surely
    behind are not played on.
    """
    start, doubt = effort.tune[-1][0], (1.0 - TUNING_DOUBT) * (1.0 - effort.confidence) / len(effort.looks)
    mean = np.zeros(len(field.option))
    paths, decided = np.zeros(groups, np.int64), np.ones(groups, bool)
    rows = np.arange(len(field.option))
    running, seen = replace(field, profit=np.zeros((len(rows), 0))), 0
    for look in effort.looks:
        if not len(rows):
            break
        more = player.play(running.option, running.number, start + seen, start + look)
        running, seen = replace(running, profit=np.concatenate([running.profit, more], axis=1)), look
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
