"""The table of jobs: every change of a job's state is one statement here.

Hides SQL. Keeps the invariants that a job is on the disk before it is told, that it changes from one state to the next
only from the state it was seen in, and that two jobs which write the same outputs never run at once.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from tuoguan.foundation.problems import Problem, Severity
from tuoguan.site.words import Job, JobState

FILE = "jobs.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, workspace TEXT NOT NULL, folder TEXT NOT NULL, kind TEXT NOT NULL, params TEXT NOT NULL,
  key TEXT, by TEXT NOT NULL, alone INTEGER NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
  started_at INTEGER, ended_at INTEGER, pid INTEGER, attempt INTEGER NOT NULL DEFAULT 1, stop_at INTEGER,
  share REAL, stage TEXT NOT NULL DEFAULT '', problems TEXT NOT NULL DEFAULT '[]', result TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_key ON jobs (workspace, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_workspace ON jobs (workspace, id);
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (state) WHERE state IN ('queued', 'running');
"""
OPEN = (JobState.QUEUED, JobState.RUNNING)


class Rows:
    """The jobs of one server; threads share it.

    is_durable  False: the last moments may be lost with the power, which only costs them to be done again
    """

    def __init__(self, keep: Path, *, is_durable: bool = True) -> None:
        self._lock = RLock()
        self._link = sqlite3.connect(keep / FILE, timeout=30, isolation_level=None, check_same_thread=False)
        self._link.row_factory = sqlite3.Row
        self._link.execute("PRAGMA journal_mode=WAL")
        self._link.executescript(SCHEMA)
        self.be_durable(is_durable)

    def be_durable(self, yes: bool) -> None:
        """Whether every change is on the disk before it returns."""
        self._run(f"PRAGMA synchronous={'FULL' if yes else 'NORMAL'}")

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._link.close()

    def add(self, job: Job, folder: Path, key: str | None, alone: bool) -> Job:
        """The job, queued; or the one that was made with the same key before."""
        with self._writing():
            if key is not None:
                known = self.by_key(job.workspace, key)
                if known is not None:
                    return known
            self._run(
                "INSERT INTO jobs (id, workspace, folder, kind, params, key, by, alone, state, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                job.id, job.workspace, str(folder), job.kind, _json(job.params), key, job.by, alone,
                JobState.QUEUED, job.created_at,
            )  # fmt: skip
        return job

    def by_key(self, workspace: str, key: str) -> Job | None:
        """The job that was made with the key."""
        return self._one("SELECT * FROM jobs WHERE workspace = ? AND key = ?", workspace, key)

    def get(self, job_id: str) -> Job | None:
        """The job of the id."""
        return self._one("SELECT * FROM jobs WHERE id = ?", job_id)

    def folder(self, job_id: str) -> Path:
        """The folder of the job's workspace when it was made."""
        return Path(self._run("SELECT folder FROM jobs WHERE id = ?", job_id).fetchone()[0])

    def page(
        self, workspace: str, kind: str | None, states: Sequence[JobState], after: str | None, limit: int
    ) -> list[Job]:  # fmt: skip
        """Newest first, older than ``after``."""
        where, values = ["workspace = ?"], [workspace]
        if kind:
            where, values = [*where, "kind = ?"], [*values, kind]
        if states:
            where, values = [*where, f"state IN ({', '.join('?' * len(states))})"], [*values, *states]
        if after:
            where, values = [*where, "id < ?"], [*values, after]
        found = self._run(
            f"SELECT * FROM jobs WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?", *values, limit
        ).fetchall()  # fmt: skip
        return [_job(row) for row in found]

    def counts(self, workspace: str) -> dict[JobState, int]:
        """How many jobs are in which state."""
        found = self._run("SELECT state, count(*) FROM jobs WHERE workspace = ? GROUP BY state", workspace)
        return {JobState(state): count for state, count in found.fetchall()}

    def ended(self, workspace: str, since: int) -> list[Job]:
        """Jobs of the workspace that were over at the instant or later, the earliest first."""
        found = self._run(
            "SELECT * FROM jobs WHERE workspace = ? AND ended_at >= ? ORDER BY ended_at, id", workspace, since
        )  # fmt: skip
        return [_job(row) for row in found.fetchall()]

    def open(self) -> list[Job]:
        """All that are not over, oldest first."""
        found = self._run("SELECT * FROM jobs WHERE state IN (?, ?) ORDER BY id", *OPEN).fetchall()
        return [_job(row) for row in found]

    def pid(self, job_id: str) -> int | None:
        """The process that took the job last."""
        found = self._run("SELECT pid FROM jobs WHERE id = ?", job_id).fetchone()
        return None if found is None else found[0]

    def stop_at(self, job_id: str) -> int | None:
        """Since when the job is asked to end."""
        found = self._run("SELECT stop_at FROM jobs WHERE id = ?", job_id).fetchone()
        return None if found is None else found[0]

    def startable(self, limit: int, underway: Iterable[str]) -> list[str]:
        """Ids of queued jobs to start now, the workspace with the fewest running ones first, then the oldest.

        ``underway`` are started already and may still stand as queued. Of a workspace only one runs at a time that
        must be alone.
        """
        started, every = set(underway), self._run("SELECT id, workspace, alone, state FROM jobs "
                                                  "WHERE state IN (?, ?) ORDER BY id", *OPEN).fetchall()  # fmt: skip
        taken = [row for row in every if row["state"] == JobState.RUNNING or row["id"] in started]
        waiting = [row for row in every if row not in taken]
        found: list[str] = []
        while waiting and len(taken) < limit:
            alone = {row["workspace"] for row in taken if row["alone"]}
            count = {row["workspace"]: 0 for row in waiting}
            for row in taken:
                count[row["workspace"]] = count.get(row["workspace"], 0) + 1
            free = [row for row in waiting if not (row["alone"] and row["workspace"] in alone)]
            if not free:
                break
            chosen = min(free, key=lambda row: (count[row["workspace"]], row["id"]))
            waiting.remove(chosen)
            taken.append(chosen)
            found.append(chosen["id"])
        return found

    def claim(self, job_id: str, pid: int, at: int) -> bool:
        """Makes a queued job the process's own; False when it is no longer to be had, or another must end first."""
        with self._writing():
            taken = self._run(
                "UPDATE jobs SET state = ?, pid = ?, started_at = ?, ended_at = NULL, share = NULL, stage = '', "
                "problems = '[]', result = '{}' WHERE id = ? AND state = ? AND NOT (alone AND EXISTS (SELECT 1 "
                "FROM jobs other WHERE other.workspace = jobs.workspace AND other.alone AND other.state = ?))",
                JobState.RUNNING, pid, at, job_id, JobState.QUEUED, JobState.RUNNING,
            )  # fmt: skip
        return taken.rowcount == 1

    def tell(self, job_id: str, stage: str, share: float | None) -> None:
        """How far a running job is."""
        self._run("UPDATE jobs SET stage = ?, share = ? WHERE id = ? AND state = ?", stage, share, job_id,
                  JobState.RUNNING)  # fmt: skip

    def end(
        self, job_id: str, seen: JobState, state: JobState, at: int,
        problems: Iterable[Problem] = (), result: Mapping[str, Any] | None = None,
    ) -> bool:  # fmt: skip
        """Over; False when it was not in the state that it was seen in."""
        told = _json([problem.as_json() for problem in problems])
        share = 1.0 if state is JobState.DONE else None
        done = self._run(
            "UPDATE jobs SET state = ?, ended_at = ?, problems = ?, result = ?, share = coalesce(?, share), "
            "stop_at = NULL WHERE id = ? AND state = ?",
            state, at, told, _json(result or {}), share, job_id, seen,
        )  # fmt: skip
        return done.rowcount == 1

    def ask_to_stop(self, job_id: str, at: int) -> None:
        """Notes that somebody wants it to end; a queued one is over at once."""
        with self._writing():
            if not self.end(job_id, JobState.QUEUED, JobState.CANCELLED, at):
                self._run("UPDATE jobs SET stop_at = coalesce(stop_at, ?) WHERE id = ? AND state = ?", at, job_id,
                          JobState.RUNNING)  # fmt: skip

    def queue_again(self, job_id: str, by: str, states: Sequence[JobState]) -> bool:
        """Queued once more from one of the states; False when it is in another."""
        done = self._run(
            "UPDATE jobs SET state = ?, by = ?, attempt = attempt + 1, started_at = NULL, ended_at = NULL, "
            "share = NULL, stage = '', problems = '[]', result = '{}', stop_at = NULL "
            f"WHERE id = ? AND state IN ({', '.join('?' * len(states))})",
            JobState.QUEUED, by, job_id, *states,
        )  # fmt: skip
        return done.rowcount == 1

    def prune(self, before: int, most: int) -> list[str]:
        """Takes out jobs that were over before the instant, and all but the ``most`` newest of a workspace."""
        with self._writing():
            gone = self._run(
                "SELECT id FROM (SELECT id, state, ended_at, row_number() OVER (PARTITION BY workspace ORDER BY id "
                "DESC) AS place FROM jobs) WHERE state NOT IN (?, ?) AND (ended_at < ? OR place > ?)",
                *OPEN, before, most,
            ).fetchall()  # fmt: skip
            for row in gone:
                self._run("DELETE FROM jobs WHERE id = ?", row["id"])
        return [row["id"] for row in gone]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction."""
        with self._lock:
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        with self._lock:
            return self._link.execute(sql, values)

    def _one(self, sql: str, *values: object) -> Job | None:
        row = self._run(sql, *values).fetchone()
        return None if row is None else _job(row)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _job(row: sqlite3.Row) -> Job:
    problems = [Problem(**{**one, "severity": Severity(one["severity"])}) for one in json.loads(row["problems"])]
    return Job(
        row["id"], row["workspace"], row["kind"], json.loads(row["params"]), JobState(row["state"]), row["by"],
        row["created_at"], row["started_at"], row["ended_at"], row["share"], row["stage"], tuple(problems),
        json.loads(row["result"]), row["attempt"], row["stop_at"] is not None,
    )  # fmt: skip
