"""A kept study under changed terms: what must be played is played on the luck it had, all else is taken as it stands.

Hides how a workspace is opened again. Keeps the invariant that the workspace, its contracts and the program are those
of the study wherever something is played, so that new rows stand beside old ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from tuoguan.app.decide import Progress
from tuoguan.app.study_kept import Kept
from tuoguan.app.whatif_asked import Asked
from tuoguan.app.whatif_contracts import as_of, changes, with_file
from tuoguan.app.whatif_shift import separable, shifted, touched
from tuoguan.app.whatif_terms import Term
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import Groups, Study, contents, enumerate_options, options_again, play_again
from tuoguan.contracts import Changed, Library
from tuoguan.foundation.arrays import Flags
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import input_hash
from tuoguan.simulate import Option


@dataclass(frozen=True, slots=True)
class Again:
    """The study after the change. ``shifted``, ``played`` and ``gone`` are flags by option: answered from kept means,
    played again, no longer to be had. ``terms`` are those of contracts that differ; ``fresh`` are contracts that are
    open now and were not, for which no policy is known.
    """

    study: Study
    shifted: Flags
    played: Flags
    gone: Flags
    terms: tuple[Changed, ...] = ()
    fresh: tuple[str, ...] = ()


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
    kept: Kept, asked: Asked, terms: Sequence[Term], workspace: Path | None, threads: int | None,
    progress: Progress | None,
) -> Again:  # fmt: skip
    """The study under the terms and contracts asked for: played where it must be, shifted where that will do."""
    study, recipe = kept.study, kept.recipe
    none = np.zeros(len(study.key), np.bool_)
    own = [touched(study, recipe, term) for term in terms]
    apart = [separable(recipe, term) & (not asked.is_exact) for term in terms]
    to_play = np.logical_or.reduce([none, *(rows & ~can for rows, can in zip(own, apart, strict=True))])
    found, settled = Again(study, none, none, none), none
    if asked.contracts_on is not None or asked.contract_file is not None or to_play.any():
        if workspace is None:
            raise Refused([_no_workspace(int(to_play.sum()))])
        opened = opened_again(kept, workspace)
        market = _other_contracts(opened, asked)
        found, settled = _played(kept, opened, market, terms, to_play, threads, progress)
    rest = [rows & ~settled & ~found.gone for rows in own]
    for term, rows in zip(terms, rest, strict=True):
        found = replace(found, study=shifted(found.study, recipe, term, rows)) if rows.any() else found
    return replace(found, shifted=np.logical_or.reduce([none, *rest]))


def _no_workspace(options: int) -> Problem:
    found = f"{options} options must be played again" if options else "contracts must be read again"
    return Problem(
        "--workspace", f"no workspace, and {found}", "the workspace that the study was made of",
        "give the workspace in place of its outputs, or name it with --workspace", "no_workspace",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Market:
    """The library to play under, and its terms that differ from those of the study."""

    library: Library
    is_other: bool
    terms: tuple[Changed, ...]


def _other_contracts(opened: Opened, asked: Asked) -> Market:
    """The contracts asked for: with the file among them, then as of the other day."""
    library, told = opened.library, tuple[Changed, ...]()
    if asked.contract_file is not None:
        library = with_file(opened.library, asked.contract_file, opened.on)
        told = changes(opened.library, library, opened.on, None)
    if asked.contracts_on is not None:
        told = (*told, *changes(library, library, opened.on, asked.contracts_on))
        library = as_of(library, asked.contracts_on)
    return Market(library, library is not opened.library, told)


def _played(
    kept: Kept, opened: Opened, market: Market, terms: Sequence[Term], to_play: Flags, threads: int | None,
    progress: Progress | None,
) -> tuple[Again, Flags]:  # fmt: skip
    """The study with what must be played played, and [option] True where its terms were moved, played or not.

    Under other contracts the content of every option is compared.
    """
    study, recipe = kept.study, kept.recipe
    groups = enumerate_options(opened.batch, market.library, opened.demand, on=opened.on, fx=opened.fx)
    rows = np.arange(len(study.key)) if market.is_other else np.flatnonzero(to_play)
    made = dict(zip(rows.tolist(), options_again(groups, study, recipe, rows.tolist()), strict=True))
    gone = np.zeros(len(study.key), np.bool_)
    gone[[row for row, option in made.items() if option is None]] = True
    present = {row: option for row, option in made.items() if option is not None}
    wanted = to_play | _differ(kept, opened, present)
    moved = {row: _moved(option, terms) for row, option in present.items() if wanted[row]}
    differ = _differ(kept, opened, moved)
    needed = {row: option for row, option in moved.items() if differ[row]}
    tell = None if progress is None else partial(progress, "outcomes")
    study = play_again(study, needed, opened.demand, kept.scenario, threads=threads, progress=tell)
    return Again(study, np.zeros_like(gone), differ, gone, market.terms, _fresh(kept, groups, market)), wanted


def _fresh(kept: Kept, groups: Groups, market: Market) -> tuple[str, ...]:
    """Contracts with options now and none in the study whose status differs: they have opened in between."""
    known = set(kept.recipe.contracts)
    offered = {listing.contract.id for option in groups.options for listing in option.listings}
    return tuple(sorted((offered - known) & {row.id for row in market.terms if row.term == "status"}))


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
