"""Pages: the way in. One workspace is opened at once; of many, those are listed that who asks may see.

A workspace without files offers the sample, a guided import or templates; from there the page leads to daily work.
"""

from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from tuoguan.app.beginning import standing_of
from tuoguan.app.checked import check_and_keep
from tuoguan.app.settings import current, save, wanted
from tuoguan.app.settings_fields import FIRST
from tuoguan.app.templates_out import templates
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Work
from tuoguan.site import JobState, Right
from tuoguan.web import pages_start_files
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.receiving import Filled, filled
from tuoguan.web.settings_form import form_words, problems_by_path

pages = APIRouter()
pages.include_router(pages_start_files.pages)
SELLERS = ("solo", "team", "brand")


@pages.get("/")
def way_in(ask: Asking = Depends(reading(None))) -> Response:
    """The only workspace there is to see, or the list of them; on a server of many, a new one."""
    names = sorted(ask.signed.memberships)
    many = ask.site.workspaces.many
    if len(names) == 1 and not many:
        return RedirectResponse(f"/w/{names[0]}/home", 303)
    may_make = many and ask.site.access.may_found(ask.signed)
    return ask.page("start/workspaces.html", names=names, may_make=may_make)


@pages.post("/workspaces")
def found(sent: Filled = Depends(filled(None))) -> Response:
    """Makes a workspace; who makes it owns it."""
    ask, name = sent.ask, sent.values.get("name", "")
    if not ask.site.access.may_found(ask.signed):
        fix = "ask the owner of the server"
        raise Refused([Problem("workspace", "a role without it", "the right to make workspaces", fix, "not_allowed")])
    made = ask.site.workspaces.make(name)
    ask.site.access.found(made.name, ask.signed)
    return ask.go(f"/w/{made.name}/start")


@pages.get("/w/{workspace}/start")
def start(ask: Asking = Depends(reading())) -> Response:
    """Three ways in where there is nothing yet; then what is done and what comes next."""
    standing = standing_of(ask.place.folder, checks_of(ask), _work(ask))
    jobs, _after = ask.site.jobs.page(ask.place.name, limit=10)
    going = {job.kind: job for job in jobs if not job.over}
    failed = {job.kind: job for job in reversed(jobs) if job.state is JobState.FAILED}
    template = "start/steps.html" if standing.begun else "start/ways.html"
    return ask.page(template, standing=standing, going=going, failed=failed, sellers=SELLERS)


@pages.get("/w/{workspace}/start/check")
def check(ask: Asking = Depends(reading())) -> Response:
    """What a check says of the files as they are; made first where nobody did since they changed."""
    facts = check_and_keep(checks_of(ask), ask.place.folder)
    if ask.is_part:  # the steps are shown anew, for the next one can begin
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return ask.page("start/check.html", facts=facts)


@pages.post("/w/{workspace}/start/sample")
def sample(sent: Filled = Depends(filled(Right.SETTINGS))) -> Response:
    """Begins the sample: real order history for one of three sellers."""
    ask = sent.ask
    params = {"seller": sent.values.get("seller", "team")}
    job = ask.site.jobs.start(ask.place.name, "sample", params, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.post("/w/{workspace}/start/templates")
def put_templates(ask: Asking = Depends(writing(Right.SETTINGS))) -> Response:
    """Puts empty templates into the workspace's folder, for somebody who works in it."""
    job = ask.site.jobs.start(ask.place.name, "init", {"language": ask.language}, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.get("/w/{workspace}/start/templates.{form}.zip")
def take_templates(form: str, ask: Asking = Depends(reading())) -> Response:
    """Templates to take away, in the reader's language."""
    if form not in ("xlsx", "csv"):
        raise Refused([Problem("page", f".{form[:20]}", ".xlsx or .csv", "choose one", "no_page")])
    headers = {"Content-Disposition": f'attachment; filename="tuoguan-{form}-{ask.language}.zip"'}
    return Response(templates(form, ask.language), media_type="application/zip", headers=headers)


@pages.get("/w/{workspace}/start/shop")
def shop(ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """The few settings that nothing can do without."""
    now = current(ask.place.folder)
    values = now.values or {"limits": {}, "currency": "CNY"}
    return ask.page("start/shop.html", page=FIRST, values=values, seen=now.digest, wrong={}, problems=(),
                    **form_words(ask))  # fmt: skip


@pages.post("/w/{workspace}/start/shop")
def keep_shop(sent: Filled = Depends(filled(Right.SETTINGS))) -> Response:
    """Writes them, as a new seller.toml with comments, and leads on to the files."""
    ask = sent.ask
    try:
        changed = save(ask.place.folder, FIRST, sent.texts, sent.values.get("seen", ""), lang=ask.language)
    except Refused as refused:
        values, _wrong = wanted(current(ask.place.folder).values, FIRST, sent.texts)
        return ask.page("start/shop.html", status=422, page=FIRST, values=values, seen=sent.values.get("seen", ""),
                        wrong=problems_by_path(refused.problems), problems=refused.problems,
                        **form_words(ask))  # fmt: skip
    if changed:
        ask.site.access.audit.tell(ask.place.name, ask.signed.name, "settings_changed", settings=changed)
    return ask.go(ask.url("start/files"))


@pages.post("/w/{workspace}/start/{kind}")
def begin(kind: str, ask: Asking = Depends(writing(Right.DECIDE))) -> Response:
    """Starts the next step: a decision, or taking it."""
    if kind not in ("decide", "accept"):
        raise Refused([Problem("step", f'"{kind[:20]}"', "decide or accept", "choose one on the page", "no_page")])
    params = {"language": ask.language} if kind == "decide" else {}
    job = ask.site.jobs.start(ask.place.name, kind, params, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


def checks_of(ask: Asking) -> Path:
    """Where the server keeps checks of the workspace."""
    return ask.site.keep / "checks" / ask.place.name


def _work(ask: Asking) -> Work | None:
    try:
        return ask.work
    except Refused:
        return None
