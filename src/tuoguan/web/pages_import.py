"""Pages: import. Files are received, looked at, tried, and handed to a job once a person has seen what would change."""

from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.freshness import imported_before, imported_sources, own_sources
from tuoguan.app.import_mapping import contract_ids
from tuoguan.app.import_preview import SAID, Effect, asked_of, effect, look, refused_rows
from tuoguan.app.uploads import EXPORTS, Upload, discard, find, note, receive, uploads
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import formats
from tuoguan.operate import load_flows, move_of
from tuoguan.site import Right
from tuoguan.web import pages_import_mapping
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.import_words import FIELD_TITLES, MOVE_TITLES, TABLE_TITLES
from tuoguan.web.receiving import Filled, Received, file_answer, filled, receiving, store_of, uploads_of

pages = APIRouter()
pages.include_router(pages_import_mapping.pages)
HISTORY = 20
SILENT = dict.fromkeys(SAID, "")


@pages.get("/w/{workspace}/import")
def imports(ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """Where files are sent to, what waits for a confirmation, how fresh each source is, and what was imported."""
    root = uploads_of(ask)
    waiting = [upload for upload in uploads(root, EXPORTS) if not upload.about.job and upload.paths]
    jobs, _next = ask.site.jobs.page(ask.place.name, kind="import", limit=HISTORY)
    by_job = {upload.about.job: upload for upload in uploads(root, EXPORTS) if upload.about.job}
    try:
        known = formats(ask.place.folder)
    except Refused as refused:
        return ask.page("import/import.html", waiting=waiting, jobs=jobs, by_job=by_job, sources=imported_sources(root),
                        own=own_sources(ask.place.folder), known=(), titles=TABLE_TITLES,
                        problems=refused.problems)  # fmt: skip
    return ask.page("import/import.html", waiting=waiting, jobs=jobs, by_job=by_job, sources=imported_sources(root),
                    own=own_sources(ask.place.folder), known=known, titles=TABLE_TITLES, problems=())  # fmt: skip


@pages.post("/w/{workspace}/import")
def send(sent: Received = Depends(receiving(Right.IMPORT))) -> Response:
    """Keeps the files and leads to their preview."""
    ask = sent.ask
    upload = receive(uploads_of(ask), EXPORTS, sent.files, ask.signed.name, ask.now)
    with suppress(Refused):  # of settings or mappings: the preview says so, and the files are not lost for it
        look(ask.place.folder, upload.folder, upload.paths, {}, now=ask.now)
    return ask.go(ask.url(f"import/{upload.about.id}"))


@pages.get("/w/{workspace}/import/{upload_id}")
def preview(upload_id: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """What the files are, their first rows, what was wrong, and what would change."""
    root, upload = uploads_of(ask), _exports(ask, upload_id)
    if upload.about.job:
        return ask.go(ask.url(f"jobs/{upload.about.job}"))
    found, problems = None, tuple[Problem, ...]()
    try:
        found = look(ask.place.folder, upload.folder, upload.paths, _said(upload), now=ask.now)
    except Refused as refused:
        problems = refused.problems
    before = imported_before(root, upload_id, {file.digest for file in upload.about.files})
    again = {file.name: before[file.digest] for file in upload.about.files if file.digest in before}
    return ask.page(
        "import/preview.html", upload=upload, look=found, problems=problems, again=again, titles=TABLE_TITLES,
        said=SILENT | _said(upload), spoken=bool(_said(upload)), contracts=contract_ids(), sites=_sites(ask),
        known=_known(ask), field_titles=FIELD_TITLES,
    )  # fmt: skip


@pages.get("/w/{workspace}/import/{upload_id}/effect")
def would(upload_id: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """What importing would do to the ledger as it is: a part of the preview, and a page of its own."""
    upload, found, problems = _exports(ask, upload_id), None, tuple[Problem, ...]()
    try:
        found = effect(ask.place.folder, upload.folder, upload.paths, _said(upload), store_of(ask), now=ask.now)
    except Refused as refused:
        problems = refused.problems
    template = "import/effect_part.html" if ask.is_part else "import/effect.html"
    return ask.page(template, upload=upload, effect=found, problems=problems, words_of=_words(ask),
                    steps_of=_steps(ask), said=SILENT | _said(upload),
                    asks=_asks(ask, upload, found))  # fmt: skip


@pages.get("/w/{workspace}/import/{upload_id}/rows.{form}")
def rows_out(upload_id: str, form: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """Every row that is not used, or used with a doubt, as a file."""
    rows = refused_rows(_exports(ask, upload_id).folder)
    return file_answer(rows, form, "rows")


@pages.post("/w/{workspace}/import/{upload_id}/said")
def say(upload_id: str, sent: Filled = Depends(filled(Right.IMPORT))) -> Response:
    """Keeps a person's words about the files, checked, and shows the preview again."""
    ask, values = sent.ask, sent.values
    said = {name: values[name] for name in SAID if values.get(name)}
    asked_of(said)
    note(_exports(ask, upload_id), said=said)
    return ask.go(ask.url(f"import/{upload_id}"))


@pages.post("/w/{workspace}/import/{upload_id}/go")
def go(upload_id: str, ask: Asking = Depends(writing(Right.IMPORT))) -> Response:
    """Hands the files to a job; pressing twice is pressing once."""
    upload = _exports(ask, upload_id)
    if not upload.about.job:
        params = {"upload": upload_id, **_said(upload)}
        job = ask.site.jobs.start(ask.place.name, "import", params, ask.signed.name, key=f"import/{upload_id}")
        upload = note(upload, job=job.id)
    return ask.go(ask.url(f"jobs/{upload.about.job}"))


@pages.post("/w/{workspace}/import/{upload_id}/discard")
def throw_away(upload_id: str, ask: Asking = Depends(writing(Right.IMPORT))) -> Response:
    """Throws the files away; nothing of them was recorded."""
    upload = _exports(ask, upload_id)
    if not upload.about.job:
        discard(upload)
    return ask.go(ask.url("import"))


def _exports(ask: Asking, upload_id: str) -> Upload:
    return find(uploads_of(ask), upload_id, EXPORTS)


def _asks(ask: Asking, upload: Upload, found: Effect | None) -> dict[str, list[str]]:
    """What has to be asked before the files can be recorded, with what can be answered."""
    codes = {str(problem["code"]) for problem in found.problems} if found is not None else set()
    asks = {}
    if "which_contract" in codes:
        seen = look(ask.place.folder, upload.folder, upload.paths, _said(upload), now=ask.now)
        platforms = {sheet.platform for file in seen.files for sheet in file.sheets}
        asks["contract"] = [name for name in contract_ids() if name.partition("/")[0] in platforms]
    if "which_place" in codes:
        asks["place"] = _sites(ask)
    return asks


def _words(ask: Asking) -> Callable[[str], tuple[str, str]]:
    """What gives an entry's kind as the flow's and the move's own words."""

    def words_of(kind: str) -> tuple[str, str]:
        flow, _, move = kind.rpartition(".")
        known = load_flows().get(flow)
        if known is None:
            return ask.t(MOVE_TITLES[kind]) if kind in MOVE_TITLES else flow, ""
        rule = move_of(known, move)
        chinese = ask.language == "zh"
        title = known.title_zh if chinese else known.title
        return title, (rule.title_zh if chinese else rule.title) if rule is not None else move

    return words_of


def _steps(ask: Asking) -> Callable[[str, str], str]:
    """What gives the moves of one document in words."""
    words_of = _words(ask)
    return lambda stream, steps: " → ".join(words_of(f"{stream.partition('/')[0]}.{step}")[1] or step
                                            for step in steps.split())  # fmt: skip


def _said(upload: Upload) -> dict[str, str]:
    return {name: text for name, text in upload.about.said.items() if name in SAID}


def _known(ask: Asking) -> list[tuple[str, str, str]]:
    """Formats a person may name: id, title, Chinese title; none where a saved mapping is broken."""
    try:
        return [(one.id, one.title, one.title_zh or one.title) for one in formats(ask.place.folder)]
    except Refused:
        return []


def _sites(ask: Asking) -> list[str]:
    from tuoguan.app.settings import current

    try:
        return [str(site.get("id", "")) for site in current(ask.place.folder).values.get("sites", [])]
    except Refused:
        return []
