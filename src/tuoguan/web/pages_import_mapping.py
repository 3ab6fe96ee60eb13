"""Pages: what the columns of an unknown file mean: said on a form, tried on the file itself, saved."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.import_mapping import (
    PART,
    choices_of,
    drawn_of,
    first_guess,
    keep_mapping,
    layout_of,
    try_mapping,
)
from tuoguan.app.uploads import Upload, file_of, find
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Layout, Table
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.import_words import ACCOUNT_TITLES, FIELD_TITLES, KIND_TITLES, TABLE_TITLES
from tuoguan.web.receiving import Filled, filled, uploads_of

pages = APIRouter()
UNSAID = dict.fromkeys(("title", "platform", "currency", "zone", "states", "types", "kind"), "")


@pages.get("/w/{workspace}/import/{upload_id}/map")
def mapping(upload_id: str, file: str = "", table: str = "", ask: Asking = Depends(reading(Right.IMPORT))) -> Response:
    """The form: the file's columns with samples, and what each may be."""
    upload, path = _file(ask, upload_id, file)
    kind = Table(table) if table in set(Table) else Table.ORDER_LINES
    layout = layout_of(path)
    return _page(ask, upload, path, layout, kind, first_guess(layout, kind), {"title": path.stem})


@pages.post("/w/{workspace}/import/{upload_id}/map")
def map_columns(upload_id: str, sent: Filled = Depends(filled(Right.IMPORT))) -> Response:
    """Tries the mapping on the file and shows what it reads, or saves it and goes back to the preview."""
    ask, values = sent.ask, sent.values
    upload, path = _file(ask, upload_id, values.get("file", ""))
    layout, kind = layout_of(path), _table(values)
    meanings = sent.texts.get("meaning", [])
    chosen = {column.header: meaning for column, meaning in zip(layout.columns, meanings, strict=False) if meaning}
    try:
        drawn = drawn_of(layout, kind.value, meanings, values, sent.texts.get("models", []))
        found = try_mapping(path, drawn, upload.about.said)
        if values.get("do") == "save":
            keep_mapping(ask.place.folder, path, drawn, found)
            return ask.go(ask.url(f"import/{upload_id}"))
    except Refused as refused:
        return _page(ask, upload, path, layout, kind, chosen, values, sent.texts.get("models", []), None,
                     refused.problems)  # fmt: skip
    return _page(ask, upload, path, layout, kind, chosen, values, sent.texts.get("models", []), found)


def _page(
    ask: Asking, upload: Upload, path: Path, layout: Layout, kind: Table, chosen: Mapping[str, str],
    values: Mapping[str, str], models: Sequence[str] = (), tried: object = None, problems: Sequence[Problem] = (),
) -> Response:  # fmt: skip
    kinds = ACCOUNT_TITLES if kind is Table.STOCK else KIND_TITLES
    return ask.page(
        "import/mapping.html", status=422 if problems else 200, upload=upload, file=path.name, layout=layout,
        table=kind.value, tables=[one.value for one in Table], choices=choices_of(kind), chosen=chosen,
        values=UNSAID | dict(values), models=models, tried=tried, problems=problems, titles=TABLE_TITLES,
        fields=FIELD_TITLES, kinds=kinds, part=PART,
    )  # fmt: skip


def _file(ask: Asking, upload_id: str, name: str) -> tuple[Upload, Path]:
    """The upload and its file. Refused when there is none of the name."""
    upload = find(uploads_of(ask), upload_id)
    return upload, file_of(upload, name)


def _table(values: Mapping[str, str]) -> Table:
    table = values.get("table", "")
    return Table(table) if table in set(Table) else Table.ORDER_LINES
