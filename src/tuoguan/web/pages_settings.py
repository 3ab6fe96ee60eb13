"""Pages: settings. The seller's file as forms, products as they were understood, backups, and what this is."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse, Response

from tuoguan.app.about import about, assumed_settings
from tuoguan.app.backups import backup_file, backups
from tuoguan.app.checked import check_and_keep, kept, product_problems, product_rows
from tuoguan.app.settings import Current, current, save, versions, wanted
from tuoguan.app.settings_fields import PAGES
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.import_words import FIELD_TITLES
from tuoguan.web.pages_start import checks_of
from tuoguan.web.receiving import Filled, filled, store_of
from tuoguan.web.settings_form import FIELD_WORDS, form_words, problems_by_path

pages = APIRouter()
ROWS = 50


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


TABS = (
    ("shop", _("Your shop")), ("means", _("Means and limits")), ("places", _("Sites, lanes, suppliers")),
    ("assumed", _("Assumptions")), ("products", _("Products")), ("backups", _("Backups")), ("about", _("About")),
)  # fmt: skip


@pages.get("/w/{workspace}/settings")
def settings(tab: str = "shop", ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """One tab of the settings."""
    if tab == "products":
        return _products(ask)
    if tab == "backups":
        return _backups(ask)
    if tab == "about":
        return _about(ask)
    if tab not in PAGES:
        raise Refused([Problem("tab", f'"{tab[:20]}"', "one of the tabs", "choose one on the page", "no_page")])
    try:
        now = current(ask.place.folder)
    except Refused as refused:
        return _form(ask, tab, Current("", "", {}), {}, refused.problems)
    return _form(ask, tab, now, now.values)


@pages.post("/w/{workspace}/settings")
def keep_settings(sent: Filled = Depends(filled(Right.SETTINGS))) -> Response:
    """Writes what one tab's form says, unless the file was changed meanwhile or would not be accepted."""
    ask, tab, seen = sent.ask, sent.values.get("tab", ""), sent.values.get("seen", "")
    if tab not in PAGES:
        raise Refused([Problem("tab", f'"{tab[:20]}"', "one of the forms", "open the page again", "no_page")])
    try:
        changed = save(ask.place.folder, PAGES[tab], sent.texts, seen, lang=ask.language)
    except Refused as refused:
        now = current(ask.place.folder)
        values, _wrong = wanted(now.values, PAGES[tab], sent.texts)
        late = any(problem.code == "changed_meanwhile" for problem in refused.problems)
        return _form(ask, tab, now, values, refused.problems, seen=seen, status=409 if late else 422)
    if changed:
        ask.site.access.audit.tell(ask.place.name, ask.signed.name, "settings_changed", settings=changed)
    return ask.go(ask.url("settings", tab=tab, saved=len(changed)))


def _form(
    ask: Asking, tab: str, now: Current, values: Mapping[str, Any], problems: Sequence[Problem] = (), *,
    seen: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    page = PAGES[tab]
    saved = ask.request.query_params.get("saved", "")
    return ask.page(
        "settings/page.html", status=status, tab=tab, tabs=TABS, page=page, values=values,
        seen=now.digest if seen is None else seen, problems=problems, wrong=problems_by_path(problems),
        saved=int(saved) if saved.isdigit() else None, versions=versions(ask.place.folder), **form_words(ask),
    )  # fmt: skip


def _products(ask: Asking) -> Response:
    """The catalogue as it was understood, with what is assumed and what was left out."""
    query = ask.request.query_params
    keep, folder = checks_of(ask), ask.place.folder
    facts = kept(keep, folder)
    rows, after = product_rows(keep, folder, find=query.get("find", ""), after=query.get("after"), limit=ROWS)
    return ask.page(
        "settings/products.html", tab="products", tabs=TABS, facts=facts, rows=rows.to_dicts(), after=after,
        find=query.get("find", ""), wrong=product_problems(keep, folder).to_dicts(), fields=FIELD_TITLES,
        told_by_code={str(problem["code"]): problem for problem in facts.problems} if facts else {},
    )  # fmt: skip


@pages.get("/w/{workspace}/settings/check")
def check_now(ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """Reads the files where nobody did yet, then leads to the products."""
    check_and_keep(checks_of(ask), ask.place.folder)
    return ask.go(ask.url("settings", tab="products"))


def _backups(ask: Asking) -> Response:
    """Backups of the ledger; what can be done with each."""
    folder = ask.site.jobs.folders.of(ask.place.name).backups
    asked = ask.request.query_params.get("restore", "")
    found = backups(folder)
    store, head = store_of(ask), None
    if store is not None:
        with store.reading() as view:
            head = view.head()
    jobs = [job for kind in ("backup", "verify", "restore") for job in
            ask.site.jobs.page(ask.place.name, kind=kind, limit=5)[0]]  # fmt: skip
    jobs.sort(key=lambda job: -job.created_at)
    return ask.page(
        "settings/backups.html", tab="backups", tabs=TABS, backups=found, head=head, jobs=jobs[:8],
        asked=next((one for one in found if one.name == asked), None),
    )  # fmt: skip


@pages.post("/w/{workspace}/settings/backups/{kind}")
def care(kind: str, sent: Filled = Depends(filled(Right.SETTINGS))) -> Response:
    """Starts a backup, a check of the ledger, or restoring, which is asked for twice."""
    ask, values = sent.ask, sent.values
    if kind not in ("backup", "verify", "restore"):
        raise Refused([Problem("job", f'"{kind[:20]}"', "backup, verify or restore", "choose one", "no_page")])
    params = {"file": values.get("file", "")} if kind == "restore" else {}
    if kind == "restore" and values.get("name") != ask.place.name:
        fix = "write the workspace's name into the field, exactly as it stands there"
        raise Refused([Problem("restore", f'"{values.get("name", "")[:40]}"', ask.place.name, fix, "not_confirmed")])
    if kind == "restore":  # what is open here is not what will lie there
        ask.site.forget(ask.place)
    job = ask.site.jobs.start(ask.place.name, kind, params, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.get("/w/{workspace}/settings/backups/{name}")
def take_backup(name: str, ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """A backup to keep elsewhere."""
    path = backup_file(ask.site.jobs.folders.of(ask.place.name).backups, name)
    return FileResponse(path, filename=name, media_type="application/vnd.sqlite3")


def _about(ask: Asking) -> Response:
    """Versions, hashes, and what is assumed where nobody said."""
    facts = kept(checks_of(ask), ask.place.folder)
    try:
        defaults = assumed_settings(ask.place.folder)
    except Refused:
        defaults = []
    return ask.page("settings/about.html", tab="about", tabs=TABS, about=about(), facts=facts, defaults=defaults,
                    words=FIELD_WORDS, fields=FIELD_TITLES)  # fmt: skip
