"""A ledger in one file, and back from it into either store.

Hides how rows are carried. Keeps the invariants that a backup which has its name was verified and is on the disk, that
it is one moment of the ledger, and that nothing is ever restored over a ledger that has entries.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TypeVar

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Head, Ledger, Store, Written
from tuoguan.store.sqlite import SqliteStore, open_sqlite
from tuoguan.store.sqlite_errors import refused

ROWS_AT_ONCE = 5_000
Item = TypeVar("Item")


def back_up(store: Store, file: Path) -> Head:
    """Writes the ledger as it stands at one moment into a new file, a ledger in SQLite; returns its end.

    Others may go on writing meanwhile. The end's hash, noted elsewhere, later proves that nothing before it changed.
    Raises Refused when the file exists, when there is no space, or when the ledger does not hold.
    """
    if file.exists():
        fix = "name a new file; a backup is never written over"
        raise Refused([Problem(str(file), "a file that exists", "a new file", fix, "file_exists")])
    part = file.with_name(f"{file.name}.part")
    _remove(part)
    try:
        if isinstance(store, SqliteStore):
            _copy_pages(store.path, part)
        else:
            with closing(open_sqlite(part)) as copy:
                copy_rows(store, copy)
        with closing(open_sqlite(part)) as copy:
            end = _verified(copy)
        _sync(part)
        part.rename(file)
        _sync(file.parent)
    finally:
        _remove(part)
    return end


def copy_ledger(store: Store, file: Path) -> None:
    """The ledger as it stands at one moment in a new file, for a trial that is thrown away: nothing is verified."""
    if isinstance(store, SqliteStore):
        _copy_pages(store.path, file)
    else:
        with closing(open_sqlite(file)) as copy:
            copy_rows(store, copy)


def restore(file: Path, store: Store) -> Head:
    """Fills an empty store from a backup, of this release or an older one, and verifies both; returns the end.

    Tables of projections are not carried: they are made again when they are asked for. Raises Refused when the store
    has entries, or when the file is no sound ledger; then nothing was restored.
    """
    if not file.is_file():
        raise Refused([Problem(str(file), "no such file", "a backup", "look at the path", "no_ledger")])
    with tempfile.TemporaryDirectory() as folder:
        # Opening may bring an old layout up to date; the backup itself stays as it is.
        copied = shutil.copy(file, folder)
        with closing(open_sqlite(Path(copied))) as source:
            end = _verified(source)
            copy_rows(source, store)
    if _verified(store) != end:
        fix = "restore into an empty workspace that nobody else writes to"
        raise Refused([Problem(str(file), "another end than in the backup", "the same end", fix, "restored_wrong")])
    return end


def copy_rows(source: Store, target: Store) -> None:
    """Carries all rows of one moment into an empty store, in one transaction."""
    with source.reading() as view, target.transaction() as into:
        end, empty = view.head(), into.head()
        if empty.position or next(iter(into.all_streams()), None) is not None:
            fix = "restore into a new folder or workspace; a ledger is never written over"
            found = f"a ledger with {empty.position} entries"
            raise Refused([Problem("target", found, "an empty ledger", fix, "target_not_empty")])
        for streams in _parts(view.all_streams()):
            into.write(Written((), streams, {}, empty))
        for rows in _parts(view.rows()):
            into.write(Written([row[:-2] for row in rows], (), {}, empty))
        for balances in _parts(view.all_balances()):
            into.write(Written((), (), {(account, unit): amount for account, unit, amount in balances}, empty))
        into.write(Written((), (), {}, end))


def _copy_pages(path: Path, part: Path) -> None:
    """SQLite's own copy of a database in use: all pages in one step, so that it is one moment."""
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise refused(error, part) or error from error


def _verified(store: Store) -> Head:
    ledger = Ledger(store, clock=lambda: 0)
    if problems := ledger.verify():
        raise Refused(problems)
    with store.reading() as view:
        return view.head()


def _parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    walk = iter(items)
    while part := list(islice(walk, ROWS_AT_ONCE)):
        yield part


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _remove(part: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + ending).unlink(missing_ok=True)
