"""Stock policies again at the prices of the shared limits: what earns most alone is not what earns most together.

Hides the search at prices and how its answer joins the book. Keeps three invariants: the policies of the first search
stay in the book, so that the answer is never worse than without; nothing that is reported was used to choose a policy;
and the bytes do not depend on threads.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.choose.options import Groups
from tuoguan.choose.policies import Evaluated, Search
from tuoguan.choose.policies_numbers import with_policies
from tuoguan.choose.portfolio import choose
from tuoguan.choose.portfolio_limits import build_limits
from tuoguan.choose.portfolio_switching import switched
from tuoguan.choose.priced_play import Stage
from tuoguan.choose.priced_search import Pool, Round, Thrift, search_priced
from tuoguan.choose.problem import Portfolio
from tuoguan.choose.study import study_of
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Ints
from tuoguan.intake import Seller
from tuoguan.simulate import Outcomes, run

Progress = Callable[[str, int, int], None]
CAREFUL = Thrift()
BRISK = Thrift(ways=2, keep=4)
BRISK_WAYS = 5_000  # past so many ways that earn the search is brisk
STAGE = "prices"  # what progress is told under
MARK = "#"  # between the key of a way of selling and the number of a further policy of it


@dataclass(frozen=True, slots=True)
class Retuned:
    """The book with further rows, the best set found in it with a bound for all of it, and the rounds of the search.

    A further row is another policy of a way of selling; its key is that of the way and "#2", "#3" and so on.
    """

    evaluated: Evaluated
    portfolio: Portfolio
    rounds: tuple[Round, ...]


def retune(
    evaluated: Evaluated, demand: Demand, seller: Seller, *, portfolio: Portfolio, thrift: Thrift | None = None,
    threads: int | None = None, progress: Progress | None = None, keep: Path | None = None, time_limit: float = 60.0,
) -> Retuned:  # fmt: skip
    """Leaner and fatter policies where the shared limits have a price, and the best set with them.

    ``portfolio`` is a good set of ``evaluated`` to set out from. ``keep`` is a folder for what has been played, as
    in `evaluate`: name it after the inputs, the contracts and the code. Where no policy is found, the book comes back
    as it is.
    """
    earning = int((evaluated.mean() > 0.0).sum())
    if not earning:
        return Retuned(evaluated, choose(study_of(evaluated), seller, start=portfolio, time_limit=time_limit), ())
    thrift = thrift or (CAREFUL if earning <= BRISK_WAYS else BRISK)
    limits, _ = build_limits(study_of(evaluated), seller, whole=True)
    # Least numbers are met by ways of selling, whatever their policies; ways that lose are not searched again.
    upper = tuple(limit for limit in limits if not limit.at_least)
    stage = Stage(evaluated, demand, seller, upper, thrift.paths, threads, keep)
    pool = search_priced(stage, thrift, lambda done, total: progress(STAGE, done, total) if progress else None)
    book, moved = evaluated, np.arange(len(evaluated.groups.options))
    if len(pool.row):
        book, moved = extended(evaluated, pool, demand, threads)
        book = switched(book, seller)
    answer = choose(study_of(book), seller, start=portfolio, time_limit=time_limit)
    if answer.objective < portfolio.objective:
        # The clock or the nodes ran out before the larger book gave as much: the first set is still in it.
        chosen = np.append(moved, -1)[portfolio.chosen]
        answer = replace(portfolio, chosen=chosen, bound=answer.bound, scenario_weight=answer.scenario_weight)
    return Retuned(book, answer, pool.rounds)


def further(groups: Groups) -> Flags:
    """[option] True for rows that `retune` added: another policy of a way of selling that stands in the group too."""
    found = np.zeros(len(groups.options), np.bool_)
    for group in range(groups.count):
        keys = {groups.options[row].key for row in groups.rows(group)}
        for row in groups.rows(group):
            way, mark, _ = groups.options[row].key.rpartition(MARK)
            found[row] = bool(mark) and way in keys
    return found


def extended(evaluated: Evaluated, pool: Pool, demand: Demand, threads: int | None) -> tuple[Evaluated, Ints]:
    """(the book and the pool's policies played on the book's luck, last of their groups; new row of each old row)."""
    groups, old = evaluated.groups, evaluated.groups.options
    made, seen = [], np.ones(len(old), np.int64)
    for row, number in zip(pool.row.tolist(), pool.number, strict=True):
        seen[row] += 1
        made.append(replace(with_policies(old[row], number), key=f"{old[row].key}{MARK}{seen[row]}"))
    outcomes = run(replace(evaluated.scenario, options=tuple(made)), demand, threads=threads)
    owner = np.concatenate([groups.group_of(), groups.group_of()[pool.row]])
    order = np.argsort(owner, kind="stable")
    options = tuple((*old, *made)[at] for at in order)
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=groups.count))]).astype(np.int64)
    moved = np.empty(len(order), np.int64)
    moved[order] = np.arange(len(order))
    study = study_of(evaluated)
    # What a further row costs to switch to is entered by the caller, as for every other row.
    book = Evaluated(
        replace(groups, options=options, first=first), replace(evaluated.scenario, options=options),
        _merged(evaluated.outcomes, outcomes, order), _searched(evaluated, pool),
        np.pad(study.switch_minor, (0, len(made)))[order], np.pad(study.switch_hours, (0, len(made)))[order],
    )  # fmt: skip
    return book, moved[: len(old)]


def _merged(one: Outcomes, two: Outcomes, order: Ints) -> Outcomes:
    """Both outcomes, rows in this order of the one and then the other."""
    columns = [each.name for each in fields(Outcomes) if each.name not in ("error", "daily")]
    both = {name: _stacked(getattr(one, name), getattr(two, name))[order] for name in columns}
    error = {name: np.concatenate([one.error[name], two.error[name]])[order] for name in one.error}
    return replace(one, **both, error=error, daily=None)


def _stacked(one: Any, two: Any) -> Any:
    """The rows of both; a table by places is as wide as the option with most places."""
    wide = [max(sizes) for sizes in zip(one.shape[1:], two.shape[1:], strict=True)]
    grown = [np.zeros((len(table), *wide), table.dtype) for table in (one, two)]
    for room, table in zip(grown, (one, two), strict=True):
        room[tuple(slice(size) for size in table.shape)] = table
    return np.concatenate(grown)


def _searched(evaluated: Evaluated, pool: Pool) -> Search:
    """The policies tried at prices count too; how sure the pick of a group is by itself does not change."""
    groups, known = evaluated.groups, evaluated.search
    more = np.bincount(groups.group_of(), pool.tried, groups.count).astype(np.int64)
    return Search(known.tried + more, known.paths, known.settled)
