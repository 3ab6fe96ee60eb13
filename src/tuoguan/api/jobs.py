"""Long jobs: decide, accept, import, reconcile, rehearse, back up; started, watched, ended and taken up again."""

from typing import Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.bodies import key_in
from tuoguan.api.contracts import ProblemShown
from tuoguan.api.etags import IfMatch, seen_text
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import strict_router
from tuoguan.api.uploads import taken_over, with_words
from tuoguan.app.decision_read import require_seen
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import KINDS, Job, JobState, Right

routes = strict_router()


class NewJob(BaseModel):
    """A job to start: its kind, and what that kind takes."""

    model_config = {"extra": "forbid"}

    kind: str = Field(max_length=40, examples=["decide"])
    params: dict[str, Any] = Field({}, description="As GET …/job-kinds says of the kind.", examples=[{"seed": 1}])


class JobShown(BaseModel):
    """A job as it is now; instants are UTC seconds."""

    id: str
    kind: str
    params: dict[str, Any]
    state: JobState
    by: str
    created_at: int
    started_at: int | None
    ended_at: int | None
    share: float | None = Field(description="Done so far, 0 to 1; null while nobody can tell.")
    stage: str
    over: bool
    problems: list[ProblemShown]
    result: dict[str, Any]


class JobKind(BaseModel):
    """A kind of job; ``params`` is the JSON Schema of what it takes."""

    kind: str
    title: str
    title_zh: str
    right: Right
    params: dict[str, Any]


@routes.get("/job-kinds", tags=["jobs"], summary="Kinds of jobs", operation_id="job_kinds")
def kinds(caller: Caller = Depends(asking())) -> list[JobKind]:
    """Every kind with the right that it wants and the schema of what it takes."""
    import msgspec

    return [
        JobKind(
            kind=name, title=one.title, title_zh=one.title_zh, right=one.right, params=msgspec.json.schema(one.params)
        )
        for name, one in KINDS.items()
    ]


@routes.post("/jobs", tags=["jobs"], summary="Start a job", operation_id="start_job", status_code=202)
def start(
    new: NewJob,
    response: Response,
    request: Request,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking()),
) -> JobShown:
    """The job, on the disk and waiting for its turn; `Location` is where to watch it. The same key: the same job.

    `accept` with If-Match takes the decision that was seen, and is refused with 412 when another was made since.
    """
    _require(caller, new.kind)
    if new.kind == "accept" and (seen := seen_text(if_match)) is not None:
        require_seen(caller.place.folder, seen)
    key = key_in(request, caller.signed)
    params = with_words(caller, new.params) if new.kind == "import" else new.params
    if new.kind == "restore":  # what is open here is not what will lie there
        caller.site.forget(caller.place)
    job = caller.site.jobs.start(caller.place.name, new.kind, params, caller.signed.name, key=key)
    if new.kind == "import":
        taken_over(caller, job)
    response.headers["Location"] = caller.url(f"jobs/{job.id}")
    return job_shown(job)


@routes.get("/jobs", tags=["jobs"], summary="Jobs of the workspace", operation_id="jobs")
def jobs(
    request: Request,
    response: Response,
    kind: str | None = Query(None, max_length=40),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[JobShown]:
    """The newest first."""
    found, mark = caller.site.jobs.page(caller.place.name, kind=kind, after=after, limit=limit)
    return paged(request, response, [job_shown(one) for one in found], mark)


@routes.get("/jobs/{job}", tags=["jobs"], summary="One job", operation_id="job")
def job(
    job: str,
    wait: float = Query(0.0, ge=0, le=30, description="Seconds to wait for its end."),
    caller: Caller = Depends(asking()),
) -> JobShown:
    """How far it is, and what came of it."""
    found = caller.site.jobs.get(caller.place.name, job)
    return job_shown(caller.site.jobs.wait(caller.place.name, job, wait) if wait and not found.over else found)


@routes.post("/jobs/{job}/cancel", tags=["jobs"], summary="End a job", operation_id="cancel_job")
def cancel(job: str, caller: Caller = Depends(asking())) -> JobShown:
    """Asks it to end; it does within seconds and writes nothing half. One that is over stays as it is."""
    _require(caller, caller.site.jobs.get(caller.place.name, job).kind)
    return job_shown(caller.site.jobs.cancel(caller.place.name, job))


@routes.post("/jobs/{job}/again", tags=["jobs"], summary="Take a job up again", operation_id="job_again")
def again(job: str, caller: Caller = Depends(asking())) -> JobShown:
    """An interrupted, failed or cancelled one goes on, from what it kept where its kind keeps something."""
    _require(caller, caller.site.jobs.get(caller.place.name, job).kind)
    return job_shown(caller.site.jobs.again(caller.place.name, job, caller.signed.name))


@routes.get(
    "/jobs/{job}/files/{number}",
    tags=["jobs"],
    summary="A file that a job made",
    operation_id="job_file",
    response_class=Response,
)
def file(job: str, number: int, caller: Caller = Depends(asking())) -> Response:
    """The output by its place in ``result.files``, counted from 0."""
    _require(caller, caller.site.jobs.get(caller.place.name, job).kind)
    path = caller.site.jobs.file(caller.place.name, job, min(max(number, -1), 10**6))
    return FileResponse(path, filename=path.name, media_type="application/octet-stream")


def job_shown(job: Job) -> JobShown:
    """The job as an answer."""
    return JobShown(
        id=job.id, kind=job.kind, params=dict(job.params), state=job.state, by=job.by, created_at=job.created_at,
        started_at=job.started_at, ended_at=job.ended_at, share=job.share, stage=job.stage, over=job.over,
        problems=[ProblemShown(**one.as_json()) for one in job.problems], result=dict(job.result),  # type: ignore[arg-type]
    )  # fmt: skip


def _require(caller: Caller, kind: str) -> None:
    found = KINDS.get(kind)
    if found is None:
        fix = "name one of them"
        raise Refused([Problem("kind", repr(kind)[:60], ", ".join(sorted(KINDS)), fix, "unknown_kind")])
    caller.require(found.right)
