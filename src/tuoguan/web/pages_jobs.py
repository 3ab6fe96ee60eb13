"""Pages: long jobs, as a list and one by one with live progress.

Hides how progress is brought to the page: it asks for its own part every second until the job is over. Keeps the
invariant that a job is started, ended and taken up again only by somebody with the right that its kind wants.
"""

import secrets
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from tuoguan.foundation.problems import Problem, Refused, Severity
from tuoguan.site import KINDS, Job, JobState
from tuoguan.web.asking import Asking, form_values, reading, writing
from tuoguan.web.menu import GROUPS

pages = APIRouter()
PAGE = 50
PROBLEMS_SHOWN = 100
WITHOUT_WORDS = ("check", "verify", "backup", "reconcile", "calibrate")  # kinds that need nothing to be said
FIELDS = ("kind", "key", "desk", "lang")


def _(text: str) -> str:
    """Marks a text for the translators; translated where it is shown."""
    return text


STATES: dict[JobState, tuple[str, str]] = {
    JobState.QUEUED: (_("waiting"), ""), JobState.RUNNING: (_("under way"), "info"), JobState.DONE: (_("done"), "good"),
    JobState.FAILED: (_("failed"), "bad"), JobState.CANCELLED: (_("stopped"), ""),
    JobState.INTERRUPTED: (_("interrupted"), "warn"),
}  # fmt: skip
WEIGHTS = {
    Severity.ERROR: (_("error"), "bad"), Severity.WARNING: (_("warning"), "warn"), Severity.NOTE: (_("note"), ""),
}  # fmt: skip
TABS: dict[str, tuple[JobState, ...]] = {
    "": (), "open": (JobState.QUEUED, JobState.RUNNING), "done": (JobState.DONE,),
    "other": (JobState.FAILED, JobState.INTERRUPTED, JobState.CANCELLED),
}  # fmt: skip
TAB_TITLES = {"": _("All"), "open": _("Not over"), "done": _("Done"), "other": _("Not finished")}
STAGES = {
    "read": _("reading the workspace"), "policies": _("finding the best policy of every option"),
    "outcomes": _("playing every option"), "choose": _("choosing under the shared limits"),
    "prices": _("trying other prices"), "reasons": _("finding the reasons"), "limits": _("what each limit costs"),
    "outputs": _("writing the outputs"), "reading": _("reading the files"), "orders": _("orders"),
    "tracking": _("tracking numbers"), "statements": _("statements"), "stock orders": _("stock orders"),
    "documents": _("opening documents"), "paths": _("tracing the products"), "ledger": _("walking the ledger"),
    "cells": _("replaying cells of the grid"), "picks": _("judging the picks"), "other views": _("other views"),
    "matching": _("matching lines"), "learning": _("learning from own lines"),
}  # fmt: skip
PARAMS = {
    "seed": _("seed"), "paths": _("futures"), "language": _("language"), "upload": _("upload"), "files": _("files"),
    "store": _("store"), "contract": _("contract"), "place": _("place"), "currency": _("currency"), "zone": _("zone"),
    "counted_on": _("counted on"), "format": _("format"), "until": _("as known on"), "statement": _("statement"),
    "appeal_days": _("days to object"), "path": _("future"), "again": _("from the start"), "decide_on": _("decided on"),
    "weeks": _("weeks"), "grid": _("grid"), "seller": _("seller"), "file": _("file"),
}  # fmt: skip


async def _fields(request: Request) -> dict[str, str]:
    return form_values(await request.form())


@pages.get("/w/{workspace}/jobs")
def jobs(ask: Asking = Depends(reading())) -> Response:
    """All jobs, newest first; the part of the table alone where htmx asks for it."""
    query = ask.request.query_params
    tab = query.get("state", "")
    kind = query.get("kind") or None
    found, after = ask.site.jobs.page(
        ask.place.name, kind=kind, states=TABS.get(tab, ()), after=query.get("after") or None, limit=PAGE
    )
    counted = ask.site.jobs.counts(ask.place.name)
    counts = {name: sum(counted.get(state, 0) for state in states or JobState) for name, states in TABS.items()}
    template = "jobs/table.html" if ask.is_part else "jobs/jobs.html"
    startable = [name for name in WITHOUT_WORDS if ask.may(KINDS[name].right)]
    return _page(
        ask, template, jobs=found, after=after, tab=tab, counts=counts, kind=kind or "", startable=startable,
        tab_titles=TAB_TITLES, key=secrets.token_hex(8),
    )  # fmt: skip


@pages.post("/w/{workspace}/jobs")
def start(values: dict[str, str] = Depends(_fields), ask: Asking = Depends(writing(None))) -> Response:
    """A job of the kind that the form names; its other fields are the parameters."""
    kind = KINDS.get(values.get("kind", ""))
    if kind is not None:
        ask.require(kind.right)
    params: dict[str, Any] = {name: value for name, value in values.items() if name not in FIELDS and value}
    job = ask.site.jobs.start(
        ask.place.name, values.get("kind", ""), params, ask.signed.name, key=values.get("key") or None
    )
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.get("/w/{workspace}/jobs/running")
def running(ask: Asking = Depends(reading())) -> HTMLResponse:
    """What is under way, in one line for the top of every page; it asks again by itself."""
    found, _after = ask.site.jobs.page(ask.place.name, states=TABS["open"], limit=5)
    return _page(ask, "jobs/running.html", jobs=found)


@pages.get("/w/{workspace}/jobs/{job_id}")
def job(job_id: str, ask: Asking = Depends(reading())) -> Response:
    """One job; the live part alone where htmx asks for it."""
    found = ask.site.jobs.get(ask.place.name, job_id)
    template = "jobs/live.html" if ask.is_part else "jobs/job.html"
    kind = KINDS[found.kind]
    way = str(found.result.get("next", ""))
    return _page(
        ask, template, job=found, kind=kind, way=way, way_title=_screen(way), may=ask.may(kind.right),
        problems=found.problems[:PROBLEMS_SHOWN],
    )  # fmt: skip


@pages.post("/w/{workspace}/jobs/{job_id}/cancel")
def cancel(job_id: str, ask: Asking = Depends(writing(None))) -> Response:
    """Asks the job to end."""
    found = _own(ask, job_id)
    ask.site.jobs.cancel(ask.place.name, found.id)
    return ask.go(ask.url(f"jobs/{found.id}"))


@pages.post("/w/{workspace}/jobs/{job_id}/again")
def again(job_id: str, ask: Asking = Depends(writing(None))) -> Response:
    """Takes the job up again."""
    found = _own(ask, job_id)
    ask.site.jobs.again(ask.place.name, found.id, ask.signed.name)
    return ask.go(ask.url(f"jobs/{found.id}"))


@pages.get("/w/{workspace}/jobs/{job_id}/files/{number}")
def output(job_id: str, number: int, ask: Asking = Depends(reading())) -> Response:
    """An output of the job to be kept; a backup holds everything, so that it wants the right of its kind."""
    found = ask.site.jobs.get(ask.place.name, job_id)
    if KINDS[found.kind].outputs == "backups":
        ask.require(KINDS[found.kind].right)
    path = ask.site.jobs.file(ask.place.name, job_id, number)
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})


def _own(ask: Asking, job_id: str) -> Job:
    """The job, if who asks may start such a one. Refused when it is of no kind that is known here."""
    found = ask.site.jobs.get(ask.place.name, job_id)
    if found.kind not in KINDS:
        raise Refused([Problem("job", found.kind, "a kind of this release", "start another", "unknown_kind")])
    ask.require(KINDS[found.kind].right)
    return found


def _page(ask: Asking, template: str, **values: Any) -> HTMLResponse:
    return ask.page(template, kinds=KINDS, states=STATES, stages=STAGES, params=PARAMS, weights=WEIGHTS, **values)


def _screen(path: str) -> str:
    """The title of the screen that a result leads to."""
    return next((one.title for _group, screens in GROUPS for one in screens if one.path == path.partition("/")[0]), "")
