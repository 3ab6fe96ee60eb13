"""The thread that makes messages of what happened, and carries them.

Hides threads and when a message is tried again. Keeps the invariants that a subscription's slowness holds up nobody
else, that one message at a time goes to it, and that a message is told as sent only when the other side took it.
"""

import logging
import random
import sqlite3
from collections.abc import Callable, Collection
from itertools import groupby
from threading import Event, Lock, Thread

from tuoguan.foundation.problems import Refused
from tuoguan.operate import Ledger
from tuoguan.site.access_secrets import Secrets
from tuoguan.site.jobs import Jobs
from tuoguan.site.webhooks_events import kinds, of_entries, of_jobs
from tuoguan.site.webhooks_rows import Rows
from tuoguan.site.webhooks_sending import Answered, send
from tuoguan.site.webhooks_words import Delivery, DeliveryState, Hook

DAY_SECONDS = 86_400
AT_ONCE = 8
PAUSE_SECONDS, IDLE_SECONDS = 1.0, 3_600.0
ENTRIES_AT_ONCE = 2_000
FIRST_WAIT, GROWTH, MOST_WAIT = 5, 4, DAY_SECONDS
PATIENCE_SECONDS = 5 * DAY_SECONDS  # until a message is given up, and a subscription that never answers switched off
KEPT_SECONDS = 30 * DAY_SECONDS
LATE_SECONDS = 3_600  # a job's end may be written so much after the second it names
GONE = 410
log = logging.getLogger("tuoguan.site")


class Carrier:
    """Makes and carries the messages of all subscriptions.

    ledger_of  gives the ledger of a workspace by its name; Refused where there is none yet
    hosts_of   hosts that a workspace may call though they are near
    """

    def __init__(
        self, rows: Rows, sealed: Secrets, clock: Callable[[], int], ledger_of: Callable[[str], Ledger] | None,
        jobs: Jobs | None, hosts_of: Callable[[str], Collection[str]],
    ) -> None:  # fmt: skip
        self._rows, self._secrets, self._clock = rows, sealed, clock
        self._ledger_of, self._jobs, self._hosts_of = ledger_of, jobs, hosts_of
        self._woken, self._closing, self._lock = Event(), False, Lock()
        self._busy: set[str] = set()
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def look(self) -> None:
        """Something changed."""
        self._woken.set()

    def close(self) -> None:
        """Ends; a call under way is not waited for, its message is sent again under the same id."""
        self._closing = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pruned = 0
        while not self._closing:
            self._woken.clear()
            pause = PAUSE_SECONDS
            try:
                self.collect()
                self._send_due()
                if self._clock() - pruned > DAY_SECONDS:
                    self._prune()
                    pruned = self._clock()
                pause = PAUSE_SECONDS if self._rows.active() else IDLE_SECONDS
            except Exception:
                log.exception("webhooks: looked in vain; looks again")
            self._woken.wait(pause)

    def collect(self) -> None:
        """Makes messages of everything behind each subscription's position."""
        for workspace, group in groupby(self._rows.active(), key=lambda hook: hook.workspace):
            for hook in group:
                if self._jobs is not None:
                    self._collect_jobs(hook, self._jobs)
                if self._ledger_of is not None:
                    try:
                        ledger = self._ledger_of(workspace)
                    except Refused:
                        continue
                    while self._collect_entries(hook.id, ledger):
                        pass

    def _collect_entries(self, hook_id: str, ledger: Ledger) -> bool:
        """Takes the next entries; True when there may be more."""
        hook = self._rows.hook(hook_id)
        if hook is None:
            return False
        with ledger.store.reading() as view:
            end = view.head().position
        if hook.position >= end:
            if hook.position > end:  # another ledger was put in its place
                self._rows.run("UPDATE hook SET position = ? WHERE id = ?", end, hook.id)
            return False
        until = min(end, hook.position + ENTRIES_AT_ONCE)
        messages = list(of_entries(hook, ledger.store.entries(hook.position, until, kinds())))
        with self._rows.changing():
            moved = self._rows.run(
                "UPDATE hook SET position = ? WHERE id = ? AND position = ? RETURNING id", until, hook.id, hook.position
            )
            if moved:
                self._rows.add(messages, self._clock())
        return until < end and bool(moved) and not self._closing

    def _collect_jobs(self, hook: Hook, jobs: Jobs) -> None:
        since = self._rows.run("SELECT jobs_at FROM hook WHERE id = ?", hook.id)[0][0]
        ended = jobs.ended(hook.workspace, max(hook.created_at, since - LATE_SECONDS))
        if not ended or ended[-1].ended_at is None:
            return
        with self._rows.changing():
            self._rows.add(of_jobs(hook, ended), self._clock())
            self._rows.run("UPDATE hook SET jobs_at = ? WHERE id = ?", ended[-1].ended_at, hook.id)

    def _send_due(self) -> None:
        """Starts a call for each subscription that has a message due and none under way."""
        with self._lock:
            for delivery in self._rows.due(self._clock(), self._busy):
                if len(self._busy) >= AT_ONCE:
                    break
                self._busy.add(delivery.hook)
                Thread(target=self._call, args=(delivery,), name="webhook", daemon=True).start()

    def _call(self, delivery: Delivery) -> None:
        try:
            self.carry(delivery)
        except sqlite3.ProgrammingError:
            if not self._closing:  # the database is closed under us at the end only
                raise
        except Exception:
            log.exception("webhooks: a call ended badly; it is tried again")
            self._rows.run("UPDATE delivery SET next_at = ? WHERE id = ?", self._clock() + MOST_WAIT, delivery.id)
        finally:
            with self._lock:
                self._busy.discard(delivery.hook)
            self._woken.set()

    def carry(self, delivery: Delivery) -> None:
        """Sends the message once and notes what came of it."""
        hook = self._rows.hook(delivery.hook)
        if hook is None:
            return
        at = self._clock()
        answer = send(hook.url, delivery.id, delivery.body, self._keys(hook.id, at), at, self._hosts_of(hook.workspace))
        with self._rows.changing():
            self._rows.run(
                "INSERT INTO try SELECT id, ?, ?, ?, ? FROM delivery WHERE id = ?",
                at, answer.status, answer.milliseconds, answer.said, delivery.id,
            )  # fmt: skip
            if answer.is_good:
                self._note_good(delivery, answer, at)
            else:
                self._note_bad(hook, delivery, answer, at)

    def _keys(self, hook_id: str, at: int) -> list[str]:
        """The secret, and the one before for as long as it may still be used."""
        row = self._rows.run("SELECT secret, secret_before, before_until FROM hook WHERE id = ?", hook_id)[0]
        keys = [self._secrets.open(row["secret"], f"webhook/{hook_id}")]
        if row["secret_before"] is not None and row["before_until"] > at:
            keys.append(self._secrets.open(row["secret_before"], f"webhook/{hook_id}"))
        return keys

    def _note_good(self, delivery: Delivery, answer: Answered, at: int) -> None:
        self._rows.run(
            "UPDATE delivery SET state = ?, tries = tries + 1, ended_at = ?, status = ?, said = '' WHERE id = ?",
            DeliveryState.SENT, at, answer.status, delivery.id,
        )  # fmt: skip
        self._rows.run("UPDATE hook SET failing_since = NULL WHERE id = ?", delivery.hook)

    def _note_bad(self, hook: Hook, delivery: Delivery, answer: Answered, at: int) -> None:
        since = self._rows.run("SELECT since FROM delivery WHERE id = ?", delivery.id)[0][0]
        is_lost = at - since >= PATIENCE_SECONDS
        self._rows.run(
            "UPDATE delivery SET state = ?, tries = tries + 1, next_at = ?, ended_at = ?, status = ?, said = ? "
            "WHERE id = ?",
            DeliveryState.GIVEN_UP if is_lost else DeliveryState.WAITING,
            at + max(wait_seconds(delivery.tries, random.random()), min(answer.retry_after, MOST_WAIT)),
            at if is_lost else None, answer.status, answer.said, delivery.id,
        )  # fmt: skip
        failing = hook.failing_since or at
        self._rows.run("UPDATE hook SET failing_since = ? WHERE id = ?", failing, hook.id)
        if answer.status == GONE or at - failing >= PATIENCE_SECONDS:
            why = "gone" if answer.status == GONE else "failing"
            self._rows.run("UPDATE hook SET active = 0, why_off = ? WHERE id = ?", why, hook.id)

    def _prune(self) -> None:
        self._rows.run(
            "DELETE FROM delivery WHERE state <> ? AND ended_at < ?", DeliveryState.WAITING,
            self._clock() - KEPT_SECONDS,
        )  # fmt: skip


def wait_seconds(tries: int, luck: float) -> int:
    """How long to wait behind a try that failed, after so many before it; ``luck`` from 0 to 1 spreads a fifth.

    >>> [wait_seconds(tries, 0.5) for tries in range(9)]
    [5, 20, 80, 320, 1280, 5120, 20480, 81920, 86400]
    """
    base: int = min(MOST_WAIT, FIRST_WAIT * GROWTH ** min(tries, 12))
    return max(1, round(base * (0.8 + 0.4 * luck)))
