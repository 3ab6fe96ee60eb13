"""Long jobs outside requests: told durably, done in processes of their own, watched from a thread.

Hides processes and the table. Keeps the invariants that a job lives on when the server ends, that its process never
outlives what the table says of it unseen, and that a job is only ever shown in its own workspace.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.jobs_folders import Folders
from tuoguan.site.jobs_kinds import KINDS, Asked, Kind, params_of
from tuoguan.site.jobs_rows import Rows
from tuoguan.site.jobs_watch import Watch
from tuoguan.site.words import Job, JobState
from tuoguan.site.workspaces import Workspaces

__all__ = ["KINDS", "Jobs", "Kind"]

TAKEN_UP = (JobState.INTERRUPTED, JobState.FAILED, JobState.CANCELLED)
KEY_LENGTH = 200


class Jobs:
    """The jobs of one server; at most ``at_once`` run at a time."""

    def __init__(self, keep: Path, workspaces: Workspaces, *, at_once: int = 2) -> None:
        self._keep, self._workspaces = keep, workspaces
        self.folders = Folders(keep)
        self._rows = Rows(keep)
        self._watch = Watch(keep, self._rows, at_once)

    def start(self, workspace: str, kind: str, params: Mapping[str, Any], by: str, *, key: str | None = None) -> Job:
        """A job, on the disk and waiting for its turn; the same ``key`` gives the same job.

        Refused for an unknown kind, parameters that it does not take, or a key used for something else.
        """
        found = self._workspaces.find(workspace)
        what = _kind(kind)
        wanted = params_of(kind, what, params)
        plain = msgspec.to_builtins(wanted)
        if key is not None:
            _require_key(key)
        now = int(time.time())
        made = Job(new_id(), workspace, kind, plain, JobState.QUEUED, by, now)
        known = self._rows.by_key(workspace, key) if key is not None else None
        if known is None:
            if what.require is not None:
                what.require(Asked(found.folder, wanted, now, self.folders.of(workspace), made.id))
            known = self._rows.add(made, found.folder, key, what.alone)
        if (known.kind, dict(known.params)) != (kind, plain):
            fix = "use a new key for another job"
            raise Refused([Problem("key", repr(key), "a key of the same job", fix, "key_reused")])
        self._watch.look()
        return known

    def get(self, workspace: str, job_id: str) -> Job:
        """The job. Refused, in the same words for all, when it is not this workspace's."""
        job = self._rows.get(job_id)
        if job is None or job.workspace != workspace:
            fix = "choose it from the list"
            raise Refused([Problem("job", repr(job_id[:40]), "a job of this workspace", fix, "no_job")])
        return job

    def page(
        self, workspace: str, *, kind: str | None = None, states: Sequence[JobState] = (), after: str | None = None,
        limit: int = 50,
    ) -> tuple[list[Job], str | None]:  # fmt: skip
        """Jobs, newest first, and the mark of the next page; None behind the last."""
        found = self._rows.page(workspace, kind, states, after, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def counts(self, workspace: str) -> dict[JobState, int]:
        """How many of the workspace's jobs are in which state; states without any left out."""
        return self._rows.counts(workspace)

    def ended(self, workspace: str, since: int) -> list[Job]:
        """Jobs that were over at the instant (UTC seconds) or later, the earliest first."""
        return self._rows.ended(workspace, since)

    def cancel(self, workspace: str, job_id: str) -> Job:
        """Asks the job to end; it does within seconds, and writes nothing half. One that is over stays as it is."""
        job = self.get(workspace, job_id)
        if not job.over:
            self._rows.ask_to_stop(job_id, int(time.time()))
            self._watch.look()
        return self.get(workspace, job_id)

    def again(self, workspace: str, job_id: str, by: str) -> Job:
        """The job taken up again, from what it kept where its kind keeps something.

        Refused for one that is done or not over.
        """
        job = self.get(workspace, job_id)
        _kind(job.kind)
        if not self._rows.queue_again(job_id, by, TAKEN_UP):
            fix = "wait until it is over" if not job.over else "start a new one"
            raise Refused([Problem("job", job.state.value, "interrupted, failed or cancelled", fix, "job_state")])
        self._watch.look()
        return self.get(workspace, job_id)

    def wait(self, workspace: str, job_id: str, seconds: float) -> Job:
        """The job when it is over, or as it is after so many seconds."""
        until = time.monotonic() + seconds
        while not (job := self.get(workspace, job_id)).over and time.monotonic() < until:
            time.sleep(0.05)
        return job

    def file(self, workspace: str, job_id: str, number: int) -> Path:
        """The output of a done job by its place in ``result["files"]``. Refused when there is none any more."""
        job = self.get(workspace, job_id)
        names, of = job.result.get("files", ()), self.folders.of(workspace)
        base = of.backups if _kind(job.kind).outputs == "backups" else self._workspaces.find(workspace).folder
        path = (base / names[number]).resolve() if 0 <= number < len(names) else base
        if not path.is_file() or not path.is_relative_to(base.resolve()):
            fix = "do the job again"
            raise Refused([Problem("file", f"output {number}", "a file that is still there", fix, "no_page")])
        return path

    def close(self) -> None:
        """Lets go of the database; jobs go on."""
        self._watch.close()
        self._rows.close()


def new_id() -> str:
    """An id that sorts by time and tells nobody how many there are."""
    return f"{time.time_ns() // 1_000:013x}{secrets.token_hex(6)}"


def _kind(name: str) -> Kind:
    found = KINDS.get(name)
    if found is None:
        fix = "name one of them"
        raise Refused([Problem("kind", repr(name[:40]), ", ".join(sorted(KINDS)), fix, "unknown_kind")])
    return found


def _require_key(key: str) -> None:
    if not 0 < len(key) <= KEY_LENGTH or not key.isprintable():
        expected = f"1 to {KEY_LENGTH} printable characters"
        raise Refused([Problem("key", repr(key[:40]), expected, "choose another key", "bad_key")])
