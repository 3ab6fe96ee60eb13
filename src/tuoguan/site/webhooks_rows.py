"""The tables of webhooks.

Hides SQL. Keeps the invariant that messages and the position up to which the ledger was looked at are written in one
transaction, so that nothing that happened is left out, and nothing becomes two messages.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from tuoguan.site.webhooks_words import Delivery, DeliveryState, Hook, Message, Try

FILE = "webhooks.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS hook (
  id TEXT PRIMARY KEY, workspace TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL, active INTEGER NOT NULL,
  by TEXT NOT NULL, created_at INTEGER NOT NULL, why_off TEXT NOT NULL DEFAULT '', failing_since INTEGER,
  position INTEGER NOT NULL, jobs_at INTEGER NOT NULL, secret BLOB NOT NULL, secret_before BLOB, before_until INTEGER
);
CREATE TABLE IF NOT EXISTS delivery (
  id TEXT PRIMARY KEY, hook TEXT NOT NULL REFERENCES hook (id) ON DELETE CASCADE, event TEXT NOT NULL,
  body BLOB NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL, since INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, ended_at INTEGER, status INTEGER NOT NULL DEFAULT 0,
  said TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (hook, next_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS delivery_hook ON delivery (hook);
CREATE INDEX IF NOT EXISTS delivery_state ON delivery (hook, state);
CREATE TABLE IF NOT EXISTS try (
  delivery TEXT NOT NULL REFERENCES delivery (id) ON DELETE CASCADE, at INTEGER NOT NULL, status INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL, said TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS try_delivery ON try (delivery);
CREATE TABLE IF NOT EXISTS allowed (workspace TEXT, host TEXT, by TEXT, at INTEGER, PRIMARY KEY (workspace, host));
"""


class Rows:
    """Subscriptions and messages of one server; threads share it."""

    def __init__(self, keep: Path) -> None:
        self._lock = RLock()
        self._link = sqlite3.connect(keep / FILE, timeout=30, isolation_level=None, check_same_thread=False)
        self._link.row_factory = sqlite3.Row
        self._link.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;" + SCHEMA)

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._link.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction; what it encloses stands or falls together."""
        with self._lock:
            if self._link.in_transaction:
                yield
                return
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")

    def run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """One statement with its rows."""
        with self._lock:
            return self._link.execute(sql, values).fetchall()

    def hooks(self, workspace: str) -> list[Hook]:
        """The subscriptions of a workspace, oldest first."""
        return [_hook(row) for row in self.run("SELECT * FROM hook WHERE workspace = ? ORDER BY rowid", workspace)]

    def hook(self, hook_id: str) -> Hook | None:
        """The subscription of the id."""
        rows = self.run("SELECT * FROM hook WHERE id = ?", hook_id)
        return _hook(rows[0]) if rows else None

    def active(self) -> list[Hook]:
        """All subscriptions that are switched on."""
        return [_hook(row) for row in self.run("SELECT * FROM hook WHERE active ORDER BY workspace, rowid")]

    def add(self, messages: Iterable[Message], at: int) -> None:
        """Messages to be sent now; those that are there already stay as they are."""
        with self.changing():
            self._link.executemany(
                "INSERT OR IGNORE INTO delivery (id, hook, event, body, state, created_at, since, next_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(one.id, one.hook, one.event, one.body, DeliveryState.WAITING, at, at, at) for one in messages],
            )

    def due(self, at: int, busy: Iterable[str]) -> list[Delivery]:
        """The next message of every switched-on subscription that is not busy, the one that waits longest first."""
        rows = self.run(
            "SELECT delivery.* FROM hook JOIN delivery ON delivery.rowid = (SELECT rowid FROM delivery d "
            "WHERE d.hook = hook.id AND d.state = 'waiting' AND d.next_at <= ? ORDER BY d.next_at, d.rowid LIMIT 1) "
            "WHERE hook.active",
            at,
        )
        taken = set(busy)
        return [_delivery(row) for row in rows if row["hook"] not in taken]

    def deliveries(self, hook_id: str, state: str, after: str | None, limit: int) -> list[Delivery]:
        """Messages of a subscription, newest first, behind the one of the id."""
        rows = self.run(
            "SELECT * FROM delivery WHERE hook = ? AND (? = '' OR state = ?) AND rowid < coalesce((SELECT rowid "
            "FROM delivery WHERE id = ?), 9223372036854775807) ORDER BY rowid DESC LIMIT ?",
            hook_id, state, state, after or "", limit,
        )  # fmt: skip
        return [_delivery(row) for row in rows]

    def delivery(self, delivery_id: str) -> Delivery | None:
        """The message of the id."""
        rows = self.run("SELECT * FROM delivery WHERE id = ?", delivery_id)
        return _delivery(rows[0]) if rows else None

    def counts(self, hook_id: str) -> dict[DeliveryState, int]:
        """How many messages of a subscription are in which state."""
        rows = self.run("SELECT state, count(*) FROM delivery WHERE hook = ? GROUP BY state", hook_id)
        return {DeliveryState(state): count for state, count in rows}

    def tries(self, delivery_id: str) -> list[Try]:
        """All tries of a message, first to last."""
        rows = self.run(
            "SELECT at, status, milliseconds, said FROM try WHERE delivery = ? ORDER BY rowid", delivery_id
        )  # fmt: skip
        return [Try(*row) for row in rows]


def _hook(row: sqlite3.Row) -> Hook:
    return Hook(
        row["id"], row["workspace"], row["url"], tuple(json.loads(row["events"])), bool(row["active"]), row["by"],
        row["created_at"], row["why_off"], row["failing_since"], row["position"],
    )  # fmt: skip


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        row["id"], row["hook"], row["event"], row["body"], DeliveryState(row["state"]), row["created_at"],
        row["tries"], row["next_at"], row["ended_at"], row["status"], row["said"],
    )  # fmt: skip
