"""A good stock policy for every option, found on one stream of luck and reported on another.

Hides the search: a grid around the newsvendor's level, sequential halving on common random numbers, then pairs of
listings built from the best singles. Keeps two invariants: what is reported was never used to choose, and every
candidate of a round has seen the same luck.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tuoguan.choose.options import Groups, with_options
from tuoguan.choose.options_excluded import Exclusion
from tuoguan.choose.options_pairs import pairs_of_group
from tuoguan.choose.policies_start import estimate_parts, start_levels
from tuoguan.demand import Demand
from tuoguan.foundation.ids import address
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, to_minor
from tuoguan.simulate import Option, Outcomes, Policy, PolicyKind, Scenario, run

Progress = Callable[[str, int, int], None]
Candidate = tuple[int, Option]  # (row of the option it belongs to, the option with this policy)

PAIR_MULTIPLES = (0.7, 1.0, 1.3)
KEEP = 2
BLOCK_ROWS = 20_000  # candidates played at a time, so that memory does not grow with the catalogue


@dataclass(frozen=True, slots=True)
class Effort:
    """How much search a catalogue gets: multiples of the start level, paths per round, options per group that stay.

    ``screen`` and ``report`` are the most options per group that enter the search and the report (0: all of them).
    """

    multiples: tuple[float, ...]
    round_paths: tuple[int, ...]
    screen: int
    report: int
    pairs: int


THOROUGH = Effort((0.0, 0.35, 0.6, 0.8, 1.0, 1.3, 1.7, 2.4), (8, 24, 64), 0, 0, 2)
BALANCED = Effort((0.2, 0.4, 0.6, 0.8, 1.1, 1.6, 2.4), (16, 64), 12, 10, 2)
QUICK = Effort((0.2, 0.5, 0.8, 1.2, 1.8), (16, 64), 8, 6, 1)
FRUGAL = Effort((0.2, 0.5, 0.8, 1.2, 1.8), (16, 64), 6, 4, 1)


def effort_for(options: int) -> Effort:
    """The search that keeps a run in minutes: thorough up to 1,000 options, frugal past 40,000."""
    sizes = ((1_000, THOROUGH), (10_000, BALANCED), (40_000, QUICK))
    return next((effort for most, effort in sizes if options <= most), FRUGAL)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Every option with its best policy and what then happened, on luck the search never saw.

    ``scenario`` replays ``outcomes`` row by row; ``searched`` counts the candidate policies that were tried.
    """

    groups: Groups
    scenario: Scenario
    outcomes: Outcomes
    searched: int
    _mean: npt.NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Every group asks for it, so it is taken once.
        object.__setattr__(self, "_mean", np.asarray(self.outcomes.profit.mean(axis=1)))

    def mean(self) -> npt.NDArray[np.float64]:
        """Mean profit by option, minor."""
        return self._mean


def evaluate(
    groups: Groups, demand: Demand, *, paths: int, seed: int, threads: int | None = None,
    progress: Progress | None = None, effort: Effort | None = None,
) -> Evaluated:  # fmt: skip
    """Best policy per option by search on one stream, then what happens on ``paths`` paths of the stream ``seed``.

    Options of a large catalogue that are far behind are left out with the reason "screened" in ``groups.excluded``.
    ValueError when there is no option at all.
    """
    if not groups.options:
        raise ValueError("no option to evaluate: every product is excluded")
    effort = effort or effort_for(len(groups.options))
    groups = kept(groups, estimates(groups, demand), effort.screen)
    player = Player(scenario_of(groups, 1, search_seed(seed)), demand, threads, progress)
    singles, means = player.search(_grid(groups, demand, effort), effort.round_paths)
    groups = kept(with_policies(groups, singles), means, effort.report)
    means = means_of(groups, singles, means)
    doubles = _pairs(groups, means, effort.pairs)
    played, _ = player.search(_around(doubles), effort.round_paths[-1:]) if doubles else ([], [])
    final = with_options(groups, _merged(groups, played))
    scenario = scenario_of(final, paths, seed)
    outcomes = run(scenario, demand, threads=threads, progress=_named(progress, "outcomes"))
    return Evaluated(final, scenario, outcomes, player.searched)


def with_policies(groups: Groups, options: list[Option]) -> Groups:
    """The same groups whose options carry the policies found."""
    return replace(groups, options=tuple(options))


def kept(groups: Groups, worth: npt.NDArray[np.float64], most: int) -> Groups:
    """The best ``most`` options of each group by ``worth``; the others are recorded as screened. 0 keeps all."""
    if most == 0:
        return groups
    own: list[list[Option]] = []
    out: list[Exclusion] = []
    for group in range(groups.count):
        rows = sorted(groups.rows(group), key=lambda row: (-worth[row], row))
        own.append([groups.options[row] for row in sorted(rows[:most])])
        out += [_screened(groups.options[row], worth[row] - worth[rows[0]]) for row in rows[most:]]
    return replace(with_options(groups, own), excluded=groups.excluded + tuple(out))


def _screened(option: Option, behind: float) -> Exclusion:
    amount = to_minor(-behind)
    en = f"{option.key}: about {amount} minor units behind the best option before the full evaluation"
    zh = f"{option.key}：初筛时比最佳方案约少 {amount} 最小货币单位"
    return Exclusion(option.sku, option.market, option.listings[0].contract.id, "screened", en, zh)


def means_of(groups: Groups, options: list[Option], means: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The search means of the options that are left."""
    by_key = {(one.sku, one.market, one.key): mean for one, mean in zip(options, means, strict=True)}
    return np.array([by_key[one.sku, one.market, one.key] for one in groups.options])


def scenario_of(groups: Groups, paths: int, seed: int) -> Scenario:
    """The scenario of these groups; a store's deposit is shared by the products in it."""
    overlaps = [groups.cannibalization[market] for market in sorted(groups.cannibalization)]
    return Scenario(
        options=groups.options, start_on=groups.start_on, horizon_days=groups.horizon_days, paths=paths, seed=seed,
        wage_per_hour_minor=groups.wage_per_hour_minor, capital_rate_ppm_year=groups.capital_rate_ppm_year,
        deposit_ppm=1_000_000 // groups.store_products, **({"overlap": overlaps[0]} if overlaps else {}),
    )  # fmt: skip


def search_seed(seed: int) -> int:
    """The seed of the stream on which policies are chosen; never the one on which they are reported."""
    return address(f"policy search of {seed}")


def _named(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(name, done, total)


class Player:
    """Plays candidates in blocks and remembers how many there were."""

    def __init__(self, scenario: Scenario, demand: Demand, threads: int | None, progress: Progress | None) -> None:
        self.scenario, self.demand, self.threads, self.progress = scenario, demand, threads, progress
        self.searched = 0

    def means(self, candidates: list[Candidate], paths: int) -> npt.NDArray[np.float64]:
        """Mean profit of each candidate on the first ``paths`` paths, minor."""
        self.searched += len(candidates)
        found = []
        for first in range(0, len(candidates), BLOCK_ROWS):
            block = tuple(option for _, option in candidates[first : first + BLOCK_ROWS])
            scenario = replace(self.scenario, options=block, paths=paths)
            found.append(run(scenario, self.demand, threads=self.threads).profit.mean(axis=1))
            if self.progress is not None:
                self.progress(f"policies, {paths} paths", min(first + BLOCK_ROWS, len(candidates)), len(candidates))
        return np.concatenate(found) if found else np.zeros(0)

    def search(
        self, candidates: list[Candidate], rounds: tuple[int, ...]
    ) -> tuple[list[Option], npt.NDArray[np.float64]]:
        """Each option (in order of rows) with its best candidate's policies, and that candidate's mean.

        Sequential halving: after every round the best ``KEEP`` of each option stay; after the first of several rounds
        the levels beside the leader join them. Ties go to the lower level.
        """
        scores = np.zeros(0)
        for number, paths in enumerate(rounds):
            scores = self.means(candidates, paths)
            last = number == len(rounds) - 1
            candidates, scores = _best(candidates, scores, 1 if last else KEEP)
            if not last and number == 0:
                candidates = _refined(candidates)
        return [option for _, option in candidates], scores


def _best(
    candidates: list[Candidate], scores: npt.NDArray[np.float64], keep: int
) -> tuple[list[Candidate], npt.NDArray[np.float64]]:
    order = sorted(range(len(candidates)), key=lambda i: (candidates[i][0], -scores[i], _units(candidates[i][1]), i))
    kept: list[int] = []
    count, current = 0, -1
    for index in order:
        row = candidates[index][0]
        count, current = (count + 1, row) if row == current else (1, row)
        if count <= keep:
            kept.append(index)
    return [candidates[index] for index in kept], scores[kept]


def _units(option: Option) -> int:
    return sum(place.policy.order_up_to for place in option.places)


def with_levels(option: Option, levels: Iterable[int]) -> Option:
    """The option with these order-up-to levels at its places; -1 means JIT."""
    places = tuple(
        replace(
            place,
            policy=Policy(PolicyKind.JIT, 0, place.policy.review_days)
            if level < 0
            else Policy(PolicyKind.BASE_STOCK, level, place.policy.review_days),
        )
        for place, level in zip(option.places, levels, strict=True)
    )
    return replace(option, places=places)


def levels_of(option: Option) -> tuple[int, ...]:
    """The order-up-to level of each place, -1 for JIT."""
    return tuple(-1 if place.policy.kind is PolicyKind.JIT else place.policy.order_up_to for place in option.places)


def _grid(groups: Groups, demand: Demand, effort: Effort) -> list[Candidate]:
    """JIT where it is allowed, and multiples of the analytic level; a level of nought only runs down what is there."""
    starts = start_levels(groups.options, demand, groups.horizon_days, groups.capital_rate_ppm_year)
    found: list[Candidate] = []
    for row, (option, (start, *_)) in enumerate(zip(groups.options, starts, strict=True)):
        least = 0 if option.on_hand > 0 else 1
        levels = {max(least, round(start * multiple)) for multiple in effort.multiples}
        if option.places[0].policy.kind is PolicyKind.JIT:
            levels.add(-1)
        found += [(row, with_levels(option, (level,))) for level in sorted(levels)]
    return found


def estimates(groups: Groups, demand: Demand) -> npt.NDArray[np.float64]:
    """Rough profit of each option in closed form, minor: margin of a unit x expected units once goods are there."""
    margins, units, minutes = estimate_parts(groups.options, demand, groups.horizon_days)
    weeks = groups.horizon_days / 7.0
    scale = 10 ** (6 - EXPONENT_BY_CURRENCY[groups.currency])
    labor = (minutes[:, 0] * units + minutes[:, 1] * weeks) / 60_000.0 * groups.wage_per_hour_minor
    return np.asarray(margins * units / scale - labor)


def _refined(candidates: list[Candidate]) -> list[Candidate]:
    """The survivors and the levels beside each option's leader, a step of about an eighth away."""
    found: dict[tuple[int, tuple[int, ...]], Candidate] = {}
    led: set[int] = set()
    for row, option in candidates:
        levels = levels_of(option)
        wanted = [levels]
        if row not in led:
            wanted += [tuple(_step(level, share) for level in levels) for share in (0.88, 1.14)]
        led.add(row)
        for own in wanted:
            found.setdefault((row, own), (row, with_levels(option, own)))
    return list(found.values())


def _step(level: int, share: float) -> int:
    if level <= 0:
        return level
    moved = round(level * share)
    return max(1, moved if moved != level else level + (1 if share > 1 else -1))


def _around(doubles: tuple[Option, ...]) -> list[Candidate]:
    found: dict[tuple[int, tuple[int, ...]], Candidate] = {}
    for row, option in enumerate(doubles):
        for multiple in PAIR_MULTIPLES:
            levels = tuple(level if level <= 0 else max(1, round(level * multiple)) for level in levels_of(option))
            found.setdefault((row, levels), (row, with_levels(option, levels)))
    return list(found.values())


def _pairs(groups: Groups, means: npt.NDArray[np.float64], most: int) -> tuple[Option, ...]:
    made: list[Option] = []
    for group in range(groups.count):
        rows = groups.rows(group)
        own = list(groups.options[rows.start : rows.stop])
        made += pairs_of_group(own, means[rows.start : rows.stop], most)
    return tuple(made)


def _merged(groups: Groups, doubles: list[Option]) -> list[list[Option]]:
    """Singles of each group, then its pairs."""
    by_group: dict[tuple[str, str], list[Option]] = {}
    for option in doubles:
        by_group.setdefault((option.sku, option.market), []).append(option)
    return [
        [groups.options[row] for row in groups.rows(group)]
        + by_group.get((groups.sku[group], groups.market[group]), [])
        for group in range(groups.count)
    ]
