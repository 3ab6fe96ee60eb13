"""The process of one job: takes it, does it, says how it ended.

Hides signals and the writing of progress. Keeps the invariants that a job is done by one process at a time, and that
how it ended is on the disk before the process is gone.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.jobs_alive import hold
from tuoguan.site.jobs_folders import Folders
from tuoguan.site.jobs_kinds import KINDS, Asked, params_of
from tuoguan.site.jobs_rows import Rows
from tuoguan.site.words import Job, JobState

NICE = 5
TELL_SECONDS = 0.25  # between two writes of progress


def main(folder: str, job_id: str) -> int:
    """Does the job unless it is somebody else's; 0 whatever came out, as the table in the folder tells it."""
    keep = Path(folder)
    rows = Rows(keep, is_durable=False)
    known = rows.get(job_id)
    if known is None or known.state is not JobState.QUEUED:
        return 0
    hold(keep, job_id)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not rows.claim(job_id, os.getpid(), int(time.time())):
            return 0
        _be_modest()
        job = rows.get(job_id)
        assert job is not None
        state, problems, result = _done(job, rows, keep)
    except KeyboardInterrupt:
        state, problems, result = JobState.INTERRUPTED, (), {}
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if state is JobState.INTERRUPTED and rows.stop_at(job_id) is not None:
        state = JobState.CANCELLED
    rows.be_durable(True)
    rows.end(job_id, JobState.RUNNING, state, int(time.time()), problems, result)
    rows.close()
    return 0


Ended = tuple[JobState, tuple[Problem, ...], Mapping[str, Any]]


def _done(job: Job, rows: Rows, keep: Path) -> Ended:
    """Does the job and says how it ended."""
    kind = KINDS[job.kind]
    try:
        asked = Asked(
            rows.folder(job.id), params_of(job.kind, kind, job.params), job.created_at,
            Folders(keep).of(job.workspace), job.id,
        )  # fmt: skip
        done = kind.run(asked, _teller(job.id, rows, kind.stages))
        if kind.alone:  # it wrote: what pages read of that is made here, where nobody waits for it
            _make_ready(asked.folder, keep)
        return JobState.DONE, tuple(_inside(asked.folder, problem) for problem in done.problems), done.result
    except Refused as refused:
        return JobState.FAILED, tuple(_inside(rows.folder(job.id), problem) for problem in refused.problems), {}
    except OSError as error:
        traceback.print_exc()
        found = (error.strerror or str(error)).lower()
        fix = "look at the free space and at who may write there, then take it up again"
        name = Path(str(error.filename)).name if error.filename else "files"
        return JobState.FAILED, (Problem(name, found, "a file that can be used", fix, "unusable_path"),), {}
    except Exception as error:
        traceback.print_exc()
        found = f"{type(error).__name__}: {error}"[:300]
        fix = "take it up again; if it happens again, report it with the log of the job"
        return JobState.FAILED, (Problem(job.kind, found, "a job that ends", fix, "job_broke"),), {}


def _make_ready(folder: Path, keep: Path) -> None:
    """Makes what pages read; a page makes itself what was not made."""
    from tuoguan.app.ready import make_ready

    try:
        make_ready(folder, keep)
    except (Exception, KeyboardInterrupt):  # the job itself is done
        traceback.print_exc()


def _inside(folder: Path, problem: Problem) -> Problem:
    """The problem with paths as they stand in the workspace: nobody is shown where it lies on this machine."""

    def cut(text: str) -> str:
        return text.replace(f"{folder}{os.sep}", "").replace(str(folder), folder.name)

    return replace(problem, at=cut(problem.at), found=cut(problem.found), expected=cut(problem.expected))


def _teller(job_id: str, rows: Rows, stages: Mapping[str, float]) -> Callable[[str, int, int], None]:
    """What a use case calls with its progress; written at most every `TELL_SECONDS`, and at each new stage.

    ``stages`` are the parts of the whole by stage; without them the share is that of the stage.
    """
    told_at, told_stage, most = 0.0, "", 0.0
    before, passed = dict[str, float](), 0.0
    for name, part in stages.items():
        before[name], passed = passed, passed + part

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told_at, told_stage, most
        now = time.monotonic()
        if stage == told_stage and now - told_at < TELL_SECONDS:
            return
        part = min(1.0, done / total) if total > 0 else 0.0
        if stages:
            most = max(most, (before[stage] + part * stages[stage]) / passed if stage in before else 0.0)
            part = most
        rows.tell(job_id, stage, part)
        told_at, told_stage = now, stage

    return tell


def _be_modest() -> None:
    """Pages come first: less of the processor, and the first to go when memory ends."""
    os.nice(NICE)
    try:
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    except OSError:
        return  # not on this system
