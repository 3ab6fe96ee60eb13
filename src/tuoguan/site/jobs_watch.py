"""The thread that starts queued jobs, ends those that were asked to, and finds those that died.

Hides processes. Keeps the invariants that not more run at once than allowed, that every running job has a living
process or is told to be interrupted, and that a job asked to end does, within `PATIENCE_SECONDS`.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import tuoguan
from tuoguan.foundation.problems import Problem
from tuoguan.site.jobs_alive import FOLDER, is_alive, lock_file
from tuoguan.site.jobs_rows import Rows
from tuoguan.site.jobs_run import main
from tuoguan.site.words import Job, JobState

PROGRAM = f"import sys; from {main.__module__} import {main.__name__}; sys.exit(main(*sys.argv[1:]))"
PATIENCE_SECONDS = 10  # between asking a process to end and ending it
PAUSE_SECONDS = 0.1  # between two looks while there are jobs
TROUBLE_SECONDS = 5.0
IDLE_SECONDS = 3_600.0
KEPT_SECONDS, KEPT_MOST = 90 * 86_400, 1_000
log = logging.getLogger("tuoguan.site")


class Watch:
    """Looks after the jobs of one server."""

    def __init__(self, keep: Path, rows: Rows, at_once: int) -> None:
        self._keep, self._rows, self._at_once = keep, rows, at_once
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._asked: set[str] = set()
        self._woken, self._closing = Event(), False
        (keep / FOLDER).mkdir(exist_ok=True)
        self._thread = Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Something changed."""
        self._woken.set()

    def close(self) -> None:
        """Ends the thread; processes go on."""
        self._closing = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        pruned = -IDLE_SECONDS
        while not self._closing:
            self._woken.clear()
            try:
                if time.monotonic() - pruned >= IDLE_SECONDS:
                    self._prune()
                    pruned = time.monotonic()
                pause = PAUSE_SECONDS if self._step() else IDLE_SECONDS
            except Exception:
                log.exception("jobs: looked in vain; looks again")
                pause = TROUBLE_SECONDS
            self._woken.wait(pause)

    def _step(self) -> bool:
        """One look at everything; True while there is something to look after."""
        self._reap()
        for job in self._rows.open():
            if job.state is JobState.RUNNING:
                self._look_at(job)
        for job_id in self._rows.startable(self._at_once, self._children):
            self._spawn(job_id)
        return bool(self._children) or bool(self._rows.open())

    def _reap(self) -> None:
        """Takes leave of processes that ended; one that never took its job is told as failed."""
        for job_id, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[job_id]
            if code != 0:
                self._rows.end(job_id, JobState.QUEUED, JobState.FAILED, _now(), [_not_started(code)])

    def _look_at(self, job: Job) -> None:
        """Ends a running job that should, and tells one whose process is gone."""
        stop_at = self._rows.stop_at(job.id)
        if not is_alive(self._keep, job.id):
            state = JobState.INTERRUPTED if stop_at is None else JobState.CANCELLED
            self._rows.end(job.id, JobState.RUNNING, state, _now())
            self._asked.discard(job.id)
        elif stop_at is not None:
            if job.id not in self._asked:
                self._asked.add(job.id)
                self._signal(job.id, signal.SIGTERM)
            elif time.time() - stop_at > PATIENCE_SECONDS:
                self._signal(job.id, signal.SIGKILL)

    def _signal(self, job_id: str, number: signal.Signals) -> None:
        """Sends the signal to the job's process, which lives: it holds the job's lock."""
        pid = self._rows.pid(job_id)
        if pid is not None and is_alive(self._keep, job_id):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return

    def _spawn(self, job_id: str) -> None:
        """A process of its own session, so that nothing that ends the server ends it."""
        command = [sys.executable, "-c", PROGRAM, str(self._keep.resolve()), job_id]
        with (self._keep / FOLDER / f"{job_id}.log").open("ab") as log:
            self._children[job_id] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=same_program()
            )  # fmt: skip

    def _prune(self) -> None:
        for job_id in self._rows.prune(_now() - KEPT_SECONDS, KEPT_MOST):
            lock_file(self._keep, job_id).unlink(missing_ok=True)
            (self._keep / FOLDER / f"{job_id}.log").unlink(missing_ok=True)


def same_program() -> dict[str, str]:
    """The environment in which a process finds this very package, wherever it was started from."""
    root = str(Path(tuoguan.__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _now() -> int:
    return int(time.time())


def _not_started(code: int) -> Problem:
    fix = "take it up again; the log beside jobs.db says more"
    return Problem("job", f"its process ended with {code} before it began", "a process that begins", fix, "not_started")
