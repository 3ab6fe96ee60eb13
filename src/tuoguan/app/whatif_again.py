"""A kept study under changed terms: what must be played is played on the luck it had, all else is taken as it stands.

Hides how a workspace is opened again. Keeps the invariant that the workspace, its contracts and the program are those of
the study wherever something is played, so that new rows stand beside old ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tuoguan.app.decide import Progress
from tuoguan.app.study_kept import Kept
from tuoguan.app.whatif_contracts import as_of, changes, with_file
from tuoguan.app.whatif_shift import separable, shifted, touched
from tuoguan.app.whatif_terms import Term
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import Study, contents, enumerate_options, options_again, play_again
from tuoguan.contracts import Changed
from tuoguan.foundation.arrays import Flags
from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import input_hash
from tuoguan.simulate import Option


@dataclass(frozen=True, slots=True)
class Again:
    """The study after the change. ``touched``, ``shifted`` and ``played`` count options; ``gone`` [option] can no longer
    be taken; ``fresh`` are contracts that are open now and were not, for which no policy is known.
    """

    study: Study
    gone: Flags
    touched: int = 0
    shifted: int = 0
    played: int = 0
    terms: tuple[Changed, ...] = field(default=())
    fresh: tuple[str, ...] = field(default=())


def checked(kept: Kept, workspace: Path) -> None:
    """Refused when the workspace's files are not those that the study was made from."""
    now, then = input_hash(workspace), kept.hashes["inputs"]
    if now != then:
        raise Refused([_other("files", f"files with hash {now}", f"the files of the study, hash {then}", workspace)])


def _other(what: str, found: str, expected: str, workspace: Path) -> Problem:
    return Problem(f"{workspace}: {what}", found, expected, "run `tuoguan decide` again", "other_state")


def opened_again(kept: Kept, workspace: Path) -> Opened:
    """The workspace on the day of the study; Refused when contracts or program are others now."""
    checked(kept, workspace)
    opened = open_workspace(workspace, kept.study.start_on)
    now = opened.hashes()
    wrong = [name for name in ("contracts", "code") if now[name] != kept.hashes[name]]
    if wrong:
        raise Refused(
            _other(name, f"{name} with hash {now[name]}", f"those of the study, hash {kept.hashes[name]}", workspace)
            for name in wrong
        )
    return opened


def again(
    kept: Kept, terms: Sequence[Term], *, workspace: Path | None, contracts_on: Day | None, contract_file: Path | None,
    is_exact: bool, threads: int | None, progress: Progress | None,
) -> Again:  # fmt: skip
    """The study under the terms and contracts asked for."""
    study, recipe = kept.study, kept.recipe
    none = np.zeros(len(study.key), np.bool_)
    own = [touched(study, recipe, term) for term in terms]
    apart = [separable(recipe, term) & (not is_exact) for term in terms]
    to_play = np.logical_or.reduce([none, *(one & ~can for one, can in zip(own, apart, strict=True))])
    other = contracts_on is not None or contract_file is not None
    found = Again(study, none, touched=int(np.logical_or.reduce([none, *own]).sum()))
    if other or to_play.any():
        if workspace is None:
            raise Refused([_no_workspace(int(to_play.sum()))])
        opened = opened_again(kept, workspace)
        found, to_play = _played(kept, opened, terms, to_play, contracts_on, contract_file, threads, progress)
    count = np.zeros(len(study.key), np.bool_)
    study = found.study
    for term, rows in zip(terms, own, strict=True):
        left = rows & ~to_play & ~found.gone
        count |= left
        study = shifted(study, recipe, term, left) if left.any() else study
    whole = int(np.logical_or.reduce([to_play, *own]).sum())
    return Again(study, found.gone, whole, int(count.sum()), found.played, found.terms, found.fresh)


def _no_workspace(options: int) -> Problem:
    found = f"{options} options must be played again" if options else "contracts must be read again"
    return Problem(
        "--workspace", f"no workspace, and {found}", "the workspace that the study was made of",
        "give the workspace in place of its outputs, or name it with --workspace", "no_workspace",
    )  # fmt: skip


def _played(
    kept: Kept, opened: Opened, terms: Sequence[Term], to_play: Flags, contracts_on: Day | None,
    contract_file: Path | None, threads: int | None, progress: Progress | None,
) -> tuple[Again, Flags]:  # fmt: skip
    """The study with what must be played played, and the rows that were; under other contracts all rows are compared."""
    study, recipe, before = kept.study, kept.recipe, opened.library
    library = before if contract_file is None else with_file(before, contract_file, opened.on)
    told = changes(before, library, opened.on, None) if contract_file is not None else ()
    if contracts_on is not None:
        told = (*told, *changes(library, library, opened.on, contracts_on))
        library = as_of(library, contracts_on)
    groups = enumerate_options(opened.batch, library, opened.demand, on=opened.on, fx=opened.fx)
    rows = np.arange(len(study.key)) if library is not before else np.flatnonzero(to_play)
    made = dict(zip(rows.tolist(), options_again(groups, study, recipe, rows.tolist()), strict=True))
    gone = np.zeros(len(study.key), np.bool_)
    gone[[row for row, option in made.items() if option is None]] = True
    present = {row: option for row, option in made.items() if option is not None}
    if library is not before:
        to_play = to_play | _differ(kept, opened, present)
    wanted = {row: _moved(option, terms) for row, option in present.items() if to_play[row]}
    differ = _differ(kept, opened, wanted)
    needed = {row: option for row, option in wanted.items() if differ[row]}
    tell = None if progress is None else lambda done, total: progress("outcomes", done, total)
    study = play_again(study, needed, opened.demand, kept.scenario, threads=threads, progress=tell)
    opens = {listing.contract.id for option in groups.options for listing in option.listings}
    fresh = opens - {part.partition("@")[0] for parts in recipe.parts for part in parts.split(" + ")}
    known = fresh & _new(told)
    return Again(study, gone, played=len(needed), terms=told, fresh=tuple(sorted(known))), to_play & ~gone


def _new(told: Sequence[Changed]) -> set[str]:
    """Contracts whose status changed: only they can be open now and not before."""
    return {row.id for row in told if row.term == "status"}


def _moved(option: Option, terms: Sequence[Term]) -> Option:
    for term in terms:
        option = term.move(option)
    return option


def _differ(kept: Kept, opened: Opened, options: dict[int, Option]) -> Flags:
    """[option] True where the content of the option is not what was played."""
    found = np.zeros(len(kept.study.key), np.bool_)
    rows = np.array(sorted(options), np.int64)
    now = contents([options[int(row)] for row in rows], opened.demand, kept.scenario)
    found[rows] = now != kept.recipe.content[rows]
    return found
