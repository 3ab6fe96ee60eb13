"""Pages: products, sales, stock and the like brought in: recognized, mapped, tried on a twin, written."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.freshness import own_sources
from tuoguan.app.own_tables import ADD, Pick, first_rows, look, say, trouble_rows, try_tables, write_tables
from tuoguan.app.uploads import OWN_TABLES, Upload, discard, file_of, find, receive, uploads
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import TABLES, fields_of
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.import_words import FIELD_TITLES, TABLE_TITLES
from tuoguan.web.receiving import Filled, Received, file_answer, filled, receiving, uploads_of

pages = APIRouter()


@pages.get("/w/{workspace}/start/files")
def files(ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """Where the workspace's own tables are sent to, which there are, and what waits to be written."""
    waiting = [upload for upload in uploads(uploads_of(ask), OWN_TABLES) if upload.paths and not upload.about.job]
    return ask.page(
        "start/files.html", waiting=waiting, own={source.name: source for source in own_sources(ask.place.folder)},
        tables=TABLES, titles=TABLE_TITLES, shop=(ask.place.folder / "seller.toml").is_file(),
    )  # fmt: skip


@pages.post("/w/{workspace}/start/files")
def send(sent: Received = Depends(receiving(Right.IMPORT))) -> Response:
    """Keeps the files and leads to what they are."""
    ask = sent.ask
    upload = receive(uploads_of(ask), OWN_TABLES, sent.files, ask.signed.name, ask.now)
    return ask.go(ask.url(f"start/files/{upload.about.id}"))


@pages.get("/w/{workspace}/start/files/{upload_id}")
def understood(upload_id: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """What each file is taken for, its columns and first rows; every word can be corrected."""
    return _page(ask, _own(ask, upload_id), ())


@pages.post("/w/{workspace}/start/files/{upload_id}/said")
def keep_words(upload_id: str, sent: Filled = Depends(filled(Right.IMPORT))) -> Response:
    """Keeps what a person says one file holds and what its columns are."""
    ask, values, upload = sent.ask, sent.values, _own(sent.ask, upload_id)
    name, table = file_of(upload, values.get("file", "")).name, values.get("table", "")
    layout = next(file.layout for file in look(ask.place.folder, upload) if file.name == name)
    headers = [column.header for column in layout.columns] if layout else []
    meanings = sent.texts.get("meaning", []) if values.get("shown") == table else []  # else of another table's fields
    named = dict(zip(headers, meanings, strict=False))
    try:
        say(ask.place.folder, upload, name, Pick(table=table, named=named, how=values.get("how", ADD)))
    except Refused as refused:
        return _page(ask, upload, refused.problems)
    return ask.go(ask.url(f"start/files/{upload_id}"))


@pages.get("/w/{workspace}/start/files/{upload_id}/check")
def would(upload_id: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """What a check would say of the workspace with these tables: a part, and a page of its own."""
    upload = _own(ask, upload_id)
    tried = try_tables(ask.place.folder, upload)
    template = "start/tried_part.html" if ask.is_part else "start/tried.html"
    told = {str(problem["code"]): problem for problem in tried.problems}
    return ask.page(template, upload=upload, tried=tried, told_by_code=told)


@pages.get("/w/{workspace}/start/files/{upload_id}/rows.{form}")
def rows_out(upload_id: str, form: str, ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """Every row that is left out or doubtful, as a file."""
    return file_answer(trouble_rows(try_tables(ask.place.folder, _own(ask, upload_id))), form, "rows")


@pages.post("/w/{workspace}/start/files/{upload_id}/go")
def write(upload_id: str, ask: Asking = Depends(writing(Right.IMPORT))) -> Response:
    """Writes the tables into the workspace and leads on to the check."""
    upload = _own(ask, upload_id)
    if not upload.about.job:
        write_tables(ask.place.folder, upload)
    return ask.go(ask.url("start"))


@pages.post("/w/{workspace}/start/files/{upload_id}/discard")
def throw_away(upload_id: str, ask: Asking = Depends(writing(Right.IMPORT))) -> Response:
    """Throws the files away; nothing of them was written."""
    upload = _own(ask, upload_id)
    if not upload.about.job:
        discard(upload)
    return ask.go(ask.url("start/files"))


def _own(ask: Asking, upload_id: str) -> Upload:
    return find(uploads_of(ask), upload_id, OWN_TABLES)


def _page(ask: Asking, upload: Upload, problems: tuple[Problem, ...]) -> Response:
    if upload.about.job:
        return ask.go(ask.url("start"))
    own = {source.name for source in own_sources(ask.place.folder)}
    return ask.page(
        "start/understood.html", status=422 if problems else 200, upload=upload, files=look(ask.place.folder, upload),
        problems=problems, tables=TABLES, titles=TABLE_TITLES, fields=FIELD_TITLES, fields_of=fields_of, own=own,
        first_rows=first_rows, shop=(ask.place.folder / "seller.toml").is_file(),
    )  # fmt: skip
