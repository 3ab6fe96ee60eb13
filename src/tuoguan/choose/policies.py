"""A good stock policy for every option, found on one stream of luck and reported on another.

Hides the search: closed-form starts, halving on common luck, options compared until the pick is settled, pairs of
listings built from the best singles. Keeps the invariant that what is reported was never used to choose.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tuoguan.choose.options import Groups, is_handed_over, with_options
from tuoguan.choose.options_excluded import Exclusion
from tuoguan.choose.policies_blocks import Block, Task, made_pair, search_blocks
from tuoguan.choose.policies_facts import Facts, estimates, read_facts
from tuoguan.choose.policies_kept import Found
from tuoguan.choose.policies_numbers import with_policies
from tuoguan.choose.policies_search import Compare, Effort
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.ids import address
from tuoguan.foundation.money import to_minor
from tuoguan.simulate import Option, Outcomes, Policy, Scenario, compare, run

Progress = Callable[[str, int, int], None]

THOROUGH = Effort()
LEAN = Effort(
    tune=((8, 3, 0.25), (16, 2, 0.15), (32, 1, 0.0)), looks=(32, 64, 128, 256), pairs=1, whole=False,
)  # fmt: skip
WHOLE_OPTIONS = 5_000  # a larger catalogue is screened before and after the search
STOCK_MOST = 10**12  # units, more than any level
SCREEN_MARGIN = 0.5  # of the best estimate of a group: how far behind a closed form may put an option that is searched


def effort_for(options: int) -> Effort:
    """Thorough for a catalogue that a person looks through; lean past `WHOLE_OPTIONS` options."""
    return THOROUGH if options <= WHOLE_OPTIONS else LEAN


@dataclass(frozen=True, slots=True)
class Search:
    """How sure the search is, by group: policies tried, paths the comparison of options took, whether it was settled.

    Settled: at the asked confidence no other option, nor not selling, earns more than an indifferent amount above the
    best. Where it is False, luck left the choice open when the paths were spent.
    """

    tried: Ints
    paths: Ints
    settled: Flags


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Every option with its best policy and what then happened, on luck the search never saw.

    ``scenario`` replays ``outcomes`` row by row, but for what leaving today's contract costs once (``switch_minor``,
    ``switch_hours`` [option]; empty where nothing was added, see `tuoguan.choose.portfolio_switching`).
    """

    groups: Groups
    scenario: Scenario
    outcomes: Outcomes
    search: Search
    switch_minor: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    switch_hours: Floats = field(default_factory=lambda: np.zeros(0))
    _mean: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Every group asks for it, so it is taken once.
        object.__setattr__(self, "_mean", np.asarray(self.outcomes.profit.mean(axis=1)))

    def mean(self) -> Floats:
        """Mean profit by option, minor."""
        return self._mean

    def error(self) -> Floats:
        """Standard error of the mean profit by option, minor; paths of the report are independent."""
        paths = max(self.scenario.paths - 1, 1)
        return np.asarray(self.outcomes.profit.std(axis=1) / np.sqrt(paths))

    @property
    def searched(self) -> int:
        """Candidate policies that were tried."""
        return int(self.search.tried.sum())


def evaluate(
    groups: Groups, demand: Demand, *, paths: int, seed: int, threads: int | None = None,
    progress: Progress | None = None, effort: Effort | None = None, keep: Path | None = None,
    compare: Compare = compare,
) -> Evaluated:  # fmt: skip
    """Best policy per option by search on one stream, then what happens on ``paths`` paths of the stream ``seed``.

    Options of a large catalogue that are far behind are left out with the reason "screened" in ``groups.excluded``.
    ``keep`` is a folder for what has been found so far: a search that was stopped goes on from there. Name it after
    the inputs, the contracts and the code. ValueError when there is no option at all.
    """
    if not groups.options:
        raise ValueError("no option to evaluate: every product is excluded")
    effort = effort or effort_for(len(groups.options))
    facts = _facts(groups, demand)
    if not effort.whole:
        worth = estimates(facts, groups.horizon_days, groups.wage_per_hour_minor, groups.currency)
        rows = np.flatnonzero(promising(groups, worth))
        groups, facts = kept(groups, rows, worth, "before the search"), facts.take(rows)
    luck = replace(scenario_of(groups, 1, search_seed(seed)), options=(), antithetic=True)
    task = Task(groups, facts, demand, luck, effort, compare, keep)
    answers = list(search_blocks(task, threads, _named(progress, "policies")))
    final = _found(groups, answers, effort)
    scenario = scenario_of(final, paths, seed)
    outcomes = run(scenario, demand, threads=threads, progress=_named(progress, "outcomes"))
    return Evaluated(final, scenario, outcomes, _search(groups, answers))


def _facts(groups: Groups, demand: Demand) -> Facts:
    wage, capital = groups.wage_per_hour_minor, groups.capital_rate_ppm_year
    return read_facts(groups.options, demand, groups.horizon_days, wage, capital)


def _search(groups: Groups, answers: list[tuple[Block, Found]]) -> Search:
    """What is known of every group; a group without options is settled without a look."""
    tried, paths = np.zeros(groups.count, np.int64), np.zeros(groups.count, np.int64)
    settled = np.ones(groups.count, np.bool_)
    for block, found in answers:
        here = slice(block.first, block.last)
        tried[here], paths[here], settled[here] = found.tried, found.paths, found.decided
    return Search(tried, paths, settled)


def _found(groups: Groups, answers: list[tuple[Block, Found]], effort: Effort) -> Groups:
    """The groups with the policies found, their pairs at the end of each group, and only what is worth a report."""
    own: list[list[Option]] = [[] for _ in range(groups.count)]
    mean: list[list[float]] = [[] for _ in range(groups.count)]
    owner = groups.group_of()
    for block, found in answers:
        options = groups.options[block.rows.start : block.rows.stop]
        at = owner[block.rows.start : block.rows.stop]
        for row, option in enumerate(options):
            own[at[row]].append(with_policies(option, found.number[row]))
            mean[at[row]].append(float(found.mean[row]))
        for row, parts in enumerate(found.pair):
            double = with_policies(made_pair(options, found.number, parts), found.pair_number[row])
            own[at[parts[0]]].append(double)
            mean[at[parts[0]]].append(float(found.pair_mean[row]))
    whole = with_options(groups, own)
    if effort.whole:
        return whole
    worth = np.array([value for means in mean for value in means])
    return kept(whole, np.flatnonzero(reported(whole, worth)), worth, "in the search")


def promising(groups: Groups, worth: Floats) -> Flags:
    """[option] True where the closed form puts it within the safety margin of its group's best, or it is today's."""
    group = groups.group_of()
    top = np.full(groups.count, -np.inf)
    np.maximum.at(top, group, worth)
    near = worth >= top[group] - SCREEN_MARGIN * np.abs(top[group])
    return np.asarray(near | _protected(groups, worth))


def reported(groups: Groups, worth: Floats) -> Flags:
    """[option] True where it may matter to a choice under limits: nothing in the group earns more with less stock.

    Stock stands for cash and volume; how much of it an option needs is the sum of its levels. The best of today's way
    and of either side of the rule of thumb always stay.
    """
    group = groups.group_of()
    stock = np.array([sum(_most(one.policy) for one in option.places) for option in groups.options])
    order = np.lexsort((stock, -worth, group))
    least = np.minimum.accumulate(stock[order] - group[order] * STOCK_MOST) + group[order] * STOCK_MOST
    first = np.diff(group[order], prepend=-1) != 0
    leaner = np.empty(len(group), np.bool_)
    leaner[order] = first | (stock[order] < np.append(0, least[:-1]))
    return np.asarray((leaner & (worth > 0.0)) | _protected(groups, worth))


def _most(policy: Policy) -> int:
    return max(policy.order_up_to, policy.order_cap)


def _protected(groups: Groups, worth: Floats) -> Flags:
    """The best option of each group, of today's contract in it, and of what is handed over or kept."""
    handed = np.array([is_handed_over(option) for option in groups.options])
    today = np.array(
        [len(one.listings) == 1 and one.listings[0].contract.id == groups.today[group]
         for one, group in zip(groups.options, groups.group_of(), strict=True)]
    )  # fmt: skip
    keep = np.zeros(len(worth), np.bool_)
    for flags in (today, handed, ~handed):
        rows = np.flatnonzero(flags)
        order = rows[np.lexsort((rows, -worth[rows], groups.group_of()[rows]))]
        keep[order[np.diff(groups.group_of()[order], prepend=-1) != 0]] = True
    return keep


def kept(groups: Groups, rows: Ints, worth: Floats, when: str) -> Groups:
    """Only these options; the others are recorded as screened, with how far they are behind."""
    group = groups.group_of()
    top = np.full(groups.count, -np.inf)
    np.maximum.at(top, group, worth)
    gone = np.setdiff1d(np.arange(len(groups.options)), rows)
    out = tuple(_screened(groups.options[row], float(top[group[row]] - worth[row]), when) for row in gone)
    by_group: list[list[Option]] = [[] for _ in range(groups.count)]
    for row in rows:
        by_group[group[row]].append(groups.options[row])
    return replace(with_options(groups, by_group), excluded=groups.excluded + out)


WHEN_ZH = {"before the search": "搜索前估算", "in the search": "搜索中"}


def _screened(option: Option, behind: float, when: str) -> Exclusion:
    amount = str(to_minor(behind)) if np.isfinite(behind) else "far"
    en = f"{option.key}: about {amount} minor units behind the best option {when}"
    zh = f"{option.key}：{WHEN_ZH[when]}比最佳方案约少 {amount} 最小货币单位"
    return Exclusion(option.sku, option.market, option.listings[0].contract.id, "screened", en, zh)


def scenario_of(groups: Groups, paths: int, seed: int) -> Scenario:
    """The scenario of these groups; a store's deposit is shared by the products in it."""
    overlaps = [groups.cannibalization[market] for market in sorted(groups.cannibalization)]
    world = groups.world
    plain = Scenario(
        options=groups.options, start_on=groups.start_on, horizon_days=groups.horizon_days, paths=paths, seed=seed,
        wage_per_hour_minor=groups.wage_per_hour_minor, capital_rate_ppm_year=groups.capital_rate_ppm_year,
        deposit_ppm=1_000_000 // groups.store_products, terminal_cover_days=world.terminal_cover_days,
        shocks_per_year=world.shocks_per_year, shock_factor=world.shock_factor,
        freight_month_sd=world.freight_month_sd, fx_month_sd=world.fx_month_sd,
    )  # fmt: skip
    return replace(plain, overlap=overlaps[0]) if overlaps else plain


def search_seed(seed: int) -> int:
    """The seed of the stream on which policies are chosen; never the one on which they are reported."""
    return address(f"policy search of {seed}")


def _named(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(name, done, total)
