"""What SQLite's errors mean to whoever keeps a ledger, said so that they can mend it.

Keeps the invariant that whatever is said here has left nothing recorded: the transaction was taken back before.
"""

import sqlite3
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused

_SPACE = ("no space left for new rows", "free space on the disk", "free space and do it again", "store_full")
_WRITE = (
    "a disk that failed to write",
    "a disk that can be written",
    "look at the disk and do it again",
    "store_failed",
)
_DAMAGED = (
    "a file that is damaged or no ledger", "a ledger", "restore the last backup", "store_damaged",
)  # fmt: skip
_TOLD = {
    sqlite3.SQLITE_FULL: _SPACE,
    sqlite3.SQLITE_IOERR: _WRITE,
    sqlite3.SQLITE_BUSY: (
        "another program that keeps on writing", "a turn within a minute", "end the other program", "store_busy",
    ),
    sqlite3.SQLITE_READONLY: (
        "a file that may not be written", "a file that you may write", "look at its permissions", "store_read_only",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "a place where no file can be made", "a folder that you may write", "look at the path", "store_unreachable",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}  # fmt: skip
"""By SQLite's primary error code: found, expected, fix and code."""


def refused(error: sqlite3.Error, path: Path) -> Refused | None:
    """The error as a problem; None for what only a mistake in this program can cause."""
    told = _TOLD.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)
    if told is None:
        return None
    found, expected, fix, code = told
    return Refused([Problem(str(path), found, expected, f"{fix}; nothing was recorded", code)])
