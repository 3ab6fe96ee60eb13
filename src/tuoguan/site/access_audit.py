"""The audit trail: who let whom do what, kept in the ledger of the workspace that it is about.

Hides how a line gets there: it is written into the database of access together with the change that it tells of, and
brought to the ledger by a thread of its own. Keeps the invariants that a change without its line cannot be, that a line
reaches the ledger once, and that nobody who waits for an answer waits for the ledger, so that the time an answer takes
tells nothing. A workspace without a ledger keeps its lines until it has one.
"""

import json
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Draft, Ledger
from tuoguan.site.access_kept import Kept
from tuoguan.site.access_words import Told

PREFIX, STREAM = "audit.", "audit"
PATIENCE_SECONDS = 5.0
log = logging.getLogger("tuoguan.site")


class Audit:
    """Lines of all workspaces. ``ledger_of`` gives the ledger of a workspace, or is Refused where there is none."""

    def __init__(self, kept: Kept, clock: Callable[[], int], ledger_of: Callable[[str], Ledger] | None) -> None:
        self._kept, self._clock, self._ledger_of = kept, clock, ledger_of
        self._wake, self._end = Event(), Event()
        self._thread: Thread | None = None

    def tell(self, workspace: str, actor: str, kind: str, **details: Any) -> None:
        """Adds a line such as ``tell("shop", "wei", "role_changed", who="li", role="viewer")``; JSON values, no secret.

        Called inside of a change, it stands or falls with it.
        """
        row = (secrets.token_hex(12), workspace, self._clock(), actor, kind, json.dumps(details, ensure_ascii=False))
        with self._kept.changing():
            self._kept.change("DELETE FROM told WHERE workspace = ''")  # those of nobody, which no ledger wants
            self._kept.change("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)", *row)
        self._hurry()

    def month(self, workspace: str, month: str) -> list[Told]:
        """Lines of a month such as "2026-11", the latest first."""
        # What waits is read first: a line that is brought meanwhile is then in both, and is told once.
        waiting = self._kept.rows("SELECT * FROM told WHERE workspace = ? ORDER BY at, rowid", workspace)
        if waiting:
            self._hurry()  # a server that was killed, or a ledger that has come meanwhile
        entries = self._ledger(workspace).store.stream(f"{STREAM}/{month}") if self._has_ledger(workspace) else []
        told = [
            Told(
                entry.draft.occurred_at, entry.actor, entry.draft.kind.removeprefix(PREFIX), entry.draft.details,
                entry.position,
            )
            for entry in entries
        ]  # fmt: skip
        brought = {entry.key for entry in entries}
        for row in waiting:
            if month_of(row["at"]) == month and row["id"] not in brought:
                told.append(Told(row["at"], row["actor"], row["kind"], json.loads(row["details"])))
        return told[::-1]

    def deliver(self) -> None:
        """Brings to the ledgers what waits; what cannot be brought now stays."""
        without: set[str] = set()
        for row in self._kept.rows("SELECT * FROM told WHERE workspace <> '' ORDER BY rowid"):
            workspace = row["workspace"]
            if workspace in without or not self._has_ledger(workspace):
                without.add(workspace)
                continue
            draft = Draft(PREFIX + row["kind"], row["at"], (), json.loads(row["details"]))
            stream = f"{STREAM}/{month_of(row['at'])}"
            try:
                self._ledger(workspace).append(Append(stream, row["id"], (draft,), actor=row["actor"]))
            except Refused as refused:
                log.warning("audit trail of %s waits: %s", workspace, refused)
                without.add(workspace)
                continue
            self._kept.touch("DELETE FROM told WHERE id = ?", row["id"])

    def close(self) -> None:
        """Brings what waits, and ends."""
        self._end.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS)
            self._deliver_or_log()

    def _hurry(self) -> None:
        if self._ledger_of is not None and self._thread is None:
            self._thread = Thread(target=self._run, name="audit", daemon=True)
            self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.wait()
            self._wake.clear()
            self._deliver_or_log()

    def _deliver_or_log(self) -> None:
        try:
            self.deliver()
        except Exception:
            log.exception("audit trail: not all of it reached its ledger; it is tried again with the next line")

    def _ledger(self, workspace: str) -> Ledger:
        assert self._ledger_of is not None
        return self._ledger_of(workspace)

    def _has_ledger(self, workspace: str) -> bool:
        try:
            return self._ledger_of is not None and self._ledger(workspace) is not None
        except Refused:
            return False


def month_of(at: int) -> str:
    """The month of an instant in UTC, as the stream is named.

    >>> month_of(0)
    '1970-01'
    """
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
