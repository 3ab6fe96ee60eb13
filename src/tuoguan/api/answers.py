"""Answers kept for a day under the key that their request came with, so that a write sent again is not done again.

For writes whose key the ledger or the jobs do not keep themselves. Hides the table. Keeps the invariants that a key is
its caller's alone, that the same key with another request is refused, and that a secret is never kept to be told again.
"""

import json
import sqlite3
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from threading import Lock

from tuoguan.foundation.problems import Problem, Refused

KEPT_SECONDS = 86_400
WAITS_SECONDS = 600  # how long a request may be under way; then it is taken for lost, and may be sent again
Kept = tuple[int, dict[str, str], bytes]  # status, headers, body


class Answers:
    """One table of one server; threads may share it."""

    def __init__(self, keep: Path) -> None:
        self._lock = Lock()
        self._table = sqlite3.connect(keep / "answers.db", check_same_thread=False, isolation_level=None)
        self._table.execute("PRAGMA journal_mode = WAL")
        self._table.execute(
            "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, asked BLOB NOT NULL, at INTEGER NOT NULL,"
            " status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB) WITHOUT ROWID"
        )

    def begin(self, key: str, asked: bytes) -> Kept | None:
        """The answer that the key's request had before; None: it is new, and now under way.

        Refused where the key stands for another request, for one under way, or for a secret that was told.
        """
        digest, now = sha256(asked).digest(), int(time.time())
        with self._lock:
            self._table.execute("DELETE FROM answer WHERE at < ? OR (status = 0 AND at < ?)",
                                (now - KEPT_SECONDS, now - WAITS_SECONDS))  # fmt: skip
            row = self._table.execute(
                "SELECT asked, status, headers, body FROM answer WHERE key = ?", (key,)
            ).fetchone()
            if row is None:
                self._table.execute("INSERT INTO answer VALUES (?, ?, ?, 0, '{}', NULL)", (key, digest, now))
                return None
        known, status, headers, body = row
        if known != digest:
            raise _refused("another request under this key", "the same request", "use a new key", "key_used")
        if status == 0:
            raise _refused("the same request under way", "its answer", "wait a moment and send it again", "in_progress")
        if body is None:
            raise _refused("a request that was done", "a new key", "make another; its secret was shown once",
                           "shown_once")  # fmt: skip
        return status, json.loads(headers), body

    def end(self, key: str, status: int, headers: Mapping[str, str], body: bytes | None) -> None:
        """Keeps the answer; None in place of a body that holds a secret."""
        with self._lock:
            self._table.execute("UPDATE answer SET status = ?, headers = ?, body = ? WHERE key = ?",
                                (status, json.dumps(dict(headers)), body, key))  # fmt: skip

    def drop(self, key: str) -> None:
        """Forgets a request that came to nothing, so that it may be mended and sent again."""
        with self._lock:
            self._table.execute("DELETE FROM answer WHERE key = ?", (key,))

    def close(self) -> None:
        """Lets go of the file."""
        self._table.close()


def _refused(found: str, expected: str, fix: str, code: str) -> Refused:
    return Refused([Problem("Idempotency-Key", found, expected, fix, code)])
