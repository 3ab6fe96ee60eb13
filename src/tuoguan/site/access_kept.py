"""The database of access: one SQLite file that only its owner may read.

Hides the schema, connections and locks. Keeps the invariants that a change is on the disk when it returns, that
threads and processes may share the file, and that ``mark`` differs whenever anything was changed since.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from tuoguan.foundation.problems import Problem, Refused

FILE = "access.db"
VERSION = 1
SCHEMA = """
CREATE TABLE account (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '', totp BLOB, totp_next BLOB, totp_step INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL) STRICT;
CREATE TABLE member (
    account_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE, workspace TEXT NOT NULL, role TEXT NOT NULL,
    desks TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (account_id, workspace)) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_workspace ON member (workspace);
CREATE TABLE session (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE INDEX session_by_account ON session (account_id);
CREATE TABLE step (
    hash BLOB PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE recovery (
    account_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE, hash BLOB NOT NULL,
    PRIMARY KEY (account_id, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE token (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, workspace TEXT NOT NULL,
    title TEXT NOT NULL, scopes TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    used_at INTEGER) STRICT;
CREATE INDEX token_by_account ON token (account_id);
CREATE TABLE link (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account_id TEXT REFERENCES account ON DELETE CASCADE,
    workspace TEXT NOT NULL, role TEXT NOT NULL, desks TEXT NOT NULL, note TEXT NOT NULL, made_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE failure (
    who BLOB PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL, until_at INTEGER NOT NULL) STRICT;
CREATE TABLE told (
    id TEXT PRIMARY KEY, workspace TEXT NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    details TEXT NOT NULL) STRICT;
"""


class Kept:
    """Rows of access; everything goes through one connection, a thread at a time."""

    def __init__(self, keep: Path) -> None:
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / FILE
        # Made before SQLite opens it: its log and shared memory take over the mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        self.lock = RLock()
        self._changes = 0
        self._link = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._link.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._link.execute(f"PRAGMA {pragma}")
        with self.changing():
            version = self._link.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in SCHEMA.split(";"):
                    self._link.execute(statement)
                self._link.execute(f"PRAGMA user_version = {VERSION}")
        if version > VERSION:
            self.close()
            expected = f"version {VERSION} at most"
            raise Refused([Problem(str(path), f"version {version}", expected, "use the newer release", "newer_access")])

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self.lock:
            return self._link.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query; None: there is none."""
        with self.lock:
            return self._link.execute(sql, values).fetchone()  # type: ignore[no-any-return]

    def change(self, sql: str, *values: Any) -> int:
        """Number of rows that one statement changed; part of the block of `changing` where it stands in one."""
        with self.changing():
            return self._link.execute(sql, values).rowcount

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All changes of the block together or none; nobody else changes anything meanwhile. Blocks may be nested."""
        with self.lock:
            if self._link.in_transaction:
                yield
                return
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._link.execute("COMMIT")
                self._changes += 1
            except BaseException:
                self._link.rollback()
                raise

    def touch(self, sql: str, *values: Any) -> None:
        """A change that nothing in hand depends on: it leaves the mark."""
        with self.lock:
            self._link.execute(sql, values)

    def mark(self) -> tuple[int, int]:
        """Another value whenever we, or another process, changed something."""
        with self.lock:
            return self._changes, self._link.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Lets go of the file."""
        with self.lock:
            self._link.close()
