"""Pages: statements. What was received and checked, the runs that check them, the files that go to a platform."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse, Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import load_flows
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.listing import form_of_request, iso_day, today_of
from tuoguan.web.pages_differences import pages as difference_pages
from tuoguan.web.pages_statement import pages as statement_pages
from tuoguan.web.pages_statements_profit import pages as profit_pages
from tuoguan.web.verdict_words import verdict_words

pages = APIRouter()
for part in (difference_pages, statement_pages, profit_pages):
    pages.include_router(part)
PACK_FILES = tuple(f"claims.{language}.{kind}" for language in ("en", "zh") for kind in ("xlsx", "html"))
SORTS = ("opened_at", "moved_at", "number")


@pages.get("/w/{workspace}/statements")
def statements(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What the last run found by verdict, and the statements by state."""
    from tuoguan.app import statements_view

    query, folder = ask.request.query_params, ask.place.folder
    state, sort = query.get("state", ""), query.get("sort", "-opened_at")
    sort = sort if sort.removeprefix("-") in SORTS else "-opened_at"
    rows, after = statements_view.statement_page(
        ask.work, folder, state=state, sort=sort, find=query.get("find", "").strip()[:80],
        after=query.get("after") or None,
    )  # fmt: skip
    run = statements_view.run_of(folder)
    lacking = statements_view.difference_page(folder, {}, limit=1).lacking if run else ()
    flow = load_flows()["statement"]
    titles = {one.name: one.title_zh if ask.language == "zh" else one.title for one in flow.states}
    return ask.page(
        "statements/statements.html", rows=rows, after=after, counts=statements_view.statement_counts(ask.work),
        state=state, sort=sort, find=query.get("find", ""), run=run, lacking=lacking, titles=titles,
        files=[name for name in PACK_FILES if (folder / "reconcile" / name).is_file()], words=verdict_words(ask),
        today=iso_day(today_of(ask)),
    )  # fmt: skip


@pages.post("/w/{workspace}/statements/reconcile")
def reconcile(
    ask: Asking = Depends(writing(Right.MONEY)), form: Mapping[str, str] = Depends(form_of_request)
) -> Response:  # fmt: skip
    """Starts the job that checks everything, or one statement with a claim pack of its own."""
    params = {name: form[name] for name in ("until", "appeal_days", "statement") if form.get(name)}
    job = ask.site.jobs.start(ask.place.name, "reconcile", params, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.get("/w/{workspace}/statements/packs/{name}")
def pack(name: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The claim pack of one statement."""
    folder = _pack_folder(ask, name)
    files = [one for one in PACK_FILES if (folder / one).is_file()]
    return ask.page("statements/pack.html", name=name, files=files)


@pages.get("/w/{workspace}/statements/packs/{name}/{file}")
def pack_file(name: str, file: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """A file of it."""
    return _file(ask, _pack_folder(ask, name), file)


@pages.get("/w/{workspace}/statements/claims/{file}")
def claims_file(file: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """A file of the pack over all statements."""
    return _file(ask, ask.place.folder / "reconcile", file)


def _pack_folder(ask: Asking, name: str) -> Path:
    if len(name) != 16 or not name.isalnum():
        raise _no_file(name)
    return ask.place.folder / "reconcile" / "packs" / name


def _file(ask: Asking, folder: Path, name: str) -> Response:
    if name not in PACK_FILES or not (folder / name).is_file():
        raise _no_file(name)
    return FileResponse(folder / name, filename=name, content_disposition_type="attachment")


def _no_file(name: str) -> Refused:
    fix = "reconcile first, then take it from the page"
    return Refused([Problem("claim pack", repr(name)[:40], "a file of a run", fix, "no_page")])
