"""Keeping a ledger safe: back it up, restore it, verify it.

Straight line: open, do, close. Keeps the invariant that a store is closed however it ends.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tuoguan.foundation.problems import Problem
from tuoguan.operate import Head, Ledger
from tuoguan.store import back_up, open_store
from tuoguan.store import restore as restore_into


@dataclass(frozen=True, slots=True)
class Care:
    """What was looked at or carried: the end of the ledger, and what does not hold."""

    entries: int
    hash: str
    problems: tuple[Problem, ...] = ()


def backup(folder: Path, file: Path, store: str | None = None) -> Care:
    """Backs up the ledger of the workspace, or of ``store`` ("postgresql://…#workspace"), into a new file."""
    with closing(open_store(store or folder, make=False)) as opened:
        return _care(back_up(opened, file))


def restore(file: Path, folder: Path, store: str | None = None) -> Care:
    """Restores a backup into the workspace, or into ``store``, which must not have entries yet."""
    with closing(open_store(store or folder)) as opened:
        return _care(restore_into(file, opened))


def verify(folder: Path, store: str | None = None) -> Care:
    """Walks the whole ledger again and lists everything that does not hold."""
    with closing(open_store(store or folder, make=False)) as opened:
        problems = Ledger(opened, clock=lambda: 0).verify()
        with opened.reading() as view:
            return _care(view.head(), problems)


def _care(head: Head, problems: list[Problem] | None = None) -> Care:
    return Care(head.position, head.hash.hex(), tuple(problems or ()))
