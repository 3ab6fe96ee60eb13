"""A chosen path of the decided plan lived through on a ledger that a person can walk through.

Hides where the ledger lies and how the decision is found again. Keeps two invariants: the ledger is of one decision and
one path, and a rehearsal that was stopped goes on where it stopped.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuoguan.app.study_kept import FILE, Kept, load_study
from tuoguan.app.whatif_again import opened_again
from tuoguan.choose import enumerate_options, options_again
from tuoguan.demand import Demand
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Append, Desk, Draft, Ledger, Step, Work
from tuoguan.rehearse import Difference, Simulated, World, days_done, differences, rehearse, world_of
from tuoguan.simulate import Option, Scenario, trace
from tuoguan.store import open_sqlite

Progress = Callable[[str, int, int], None]
FOLDER, LEDGER, DECISION = "rehearsal", "ledger.db", "decision"
ABOUT = "rehearsal/about"
DAY_SECONDS = 86_400
PAGE = 20


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was lived through.

    days         lived through, from ``start_on``
    documents    number by (flow, state)
    balances     by (account, unit), those of nought left out
    cash_minor   what the bank gained or lost;  staff_milliminutes  the seller's time
    differences  between ledger and simulator, none when they are the same world
    steps        the first page of work by desk, at the end of the last day
    """

    ledger: Path
    path: int
    start_on: Day
    days: int
    currency: str
    worlds: tuple[World, ...]
    entries: int
    documents: Mapping[tuple[str, str], int]
    balances: Mapping[tuple[str, str], int]
    cash_minor: int
    staff_milliminutes: int
    differences: tuple[Difference, ...]
    steps: Mapping[Desk, tuple[Step, ...]]


def rehearse_decision(
    folder: Path, *, path: int = 0, until: Day | None = None, desks: Sequence[Desk] = tuple(Desk), again: bool = False,
    progress: Progress | None = None,
) -> Rehearsal:  # fmt: skip
    """Live through path ``path`` of the workspace's decision until the end of day ``until`` (default: its last day).

    ``again`` throws away what was rehearsed before. Refused when there is no decision, nothing is sold, the workspace,
    its contracts or the program are no longer those of the decision, or the ledger is of another decision or path.
    """
    kept = load_study(folder / DECISION / FILE)
    scenario, demand, options = _chosen(kept, folder)
    days = _days(kept, until)
    worlds, simulated = _worlds(scenario, demand, options, path, progress)
    place = folder / FOLDER / LEDGER
    work = _open(place, kept, path, days, again)
    try:
        tell = None if progress is None else lambda done, total: progress("ledger", done, total)
        diary = rehearse(work, worlds, until=days, progress=tell)
        now = (kept.study.start_on + days) * DAY_SECONDS - 1
        currency = worlds[0].listings[0].contract.currency
        return Rehearsal(
            ledger=place, path=path, start_on=kept.study.start_on, days=days, currency=currency, worlds=worlds,
            entries=diary.position, documents=_documents(work),
            balances={(account, unit): held for account, unit, held in work.ledger.store.all_balances() if held},
            cash_minor=sum(sum(by_day.values()) for by_day in diary.cash.values()),
            staff_milliminutes=sum(sum(by_day.values()) for by_day in diary.staff.values()),
            differences=tuple(differences(diary, simulated, days)),
            steps={desk: tuple(work.next_steps(desk, now, limit=PAGE)) for desk in desks},
        )  # fmt: skip
    finally:
        work.ledger.store.close()


def _chosen(kept: Kept, folder: Path) -> tuple[Scenario, Demand, tuple[Option, ...]]:
    """The options that were chosen, with the policies found, and what they were played in."""
    opened = opened_again(kept, folder)
    groups = enumerate_options(opened.batch, opened.library, opened.demand, on=opened.on, fx=opened.fx)
    rows = kept.portfolio.chosen[kept.portfolio.chosen >= 0].tolist()
    found = [option for option in options_again(groups, kept.study, kept.recipe, rows) if option is not None]
    if not found or len(found) < len(rows):
        what = f"{len(found)} of {len(rows)} chosen options to be had"
        raise Refused([Problem(str(folder), what, "products that are sold", "run `tuoguan decide` again", "none_sold")])
    return kept.scenario, opened.demand, tuple(found)


def _days(kept: Kept, until: Day | None) -> int:
    """Days to live through; Refused when the day lies outside the horizon of the decision."""
    start, horizon = kept.study.start_on, kept.scenario.horizon_days
    if until is None:
        return horizon
    if not start <= until < start + horizon:
        fix = "name a day of the decision's horizon"
        expected = f"{iso(start)} to {iso(start + horizon - 1)}"
        raise Refused([Problem("--until", iso(until), expected, fix, "outside_horizon")])
    return until - start + 1


def _worlds(
    scenario: Scenario, demand: Demand, options: tuple[Option, ...], path: int, progress: Progress | None
) -> tuple[tuple[World, ...], Simulated]:
    """Each option traced on the path: its world, and what the simulator says of it."""
    worlds, simulated = list[World](), Simulated(scenario.horizon_days)
    for at, option in enumerate(options):
        alone = replace(scenario, options=(option,))
        traced = trace(alone, demand, 0, path)
        world = world_of(alone, option, traced)
        simulated.add(world, traced)
        worlds.append(world)
        if progress is not None:
            progress("paths", at + 1, len(options))
    return tuple(worlds), simulated


def _open(place: Path, kept: Kept, path: int, days: int, again: bool) -> Work:
    """The engine over the rehearsal's ledger; Refused when the ledger is of another one, or further on."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if again:
        for file in place.parent.glob(f"{LEDGER}*"):
            file.unlink()
    work = Work(Ledger(open_sqlite(place), clock=lambda: int(time.time())))
    about = {"decision": content_hash(json_bytes(dict(kept.hashes))), "path": path, "seed": kept.scenario.seed}
    told = work.ledger.store.stream(ABOUT)
    problem = None
    if told and dict(told[0].draft.details) != about:
        problem = f"a rehearsal of path {told[0].draft.details['path']}, or of another decision"
    elif days_done(work) > days:
        problem = f"a rehearsal that has lived through {days_done(work)} days"
    if problem is not None:
        work.ledger.store.close()
        expected = f"a rehearsal of path {path} of this decision, at most {days} days long"
        raise Refused([Problem(str(place), problem, expected, "start anew with --again", "other_rehearsal")])
    draft = Draft("rehearsal.about", kept.study.start_on * DAY_SECONDS, (), about)
    work.ledger.append(Append(ABOUT, "about", (draft,), actor="rehearsal"))
    return work


def _documents(work: Work) -> Mapping[tuple[str, str], int]:
    """Documents by flow and state; the platform's desk sees them all."""
    found = Counter[tuple[str, str]]()
    for (flow, _, state), count in work.status_counts(Desk.PLATFORM).items():
        found[flow, state] += count
    return dict(sorted(found.items()))
