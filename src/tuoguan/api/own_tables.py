"""The workspace's own tables from files of any layout: sent, looked at, said, tried on a copy, written.

Keeps the invariants that nothing is written before the caller says so, and that what is written is what was seen where
If-Match says what that was.
"""

from typing import Annotated, Literal

from fastapi import Depends, File, Response, UploadFile
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.contracts import ProblemShown
from tuoguan.api.etags import IfMatch, tag
from tuoguan.api.routing import keyed_router, strict_router
from tuoguan.api.tables import Form, table_answer
from tuoguan.api.uploads import FileShown, files_of, problems_of, received, root_of, unchanged
from tuoguan.app.own_tables import (
    FileLook,
    Pick,
    first_rows,
    look,
    say,
    trouble_rows,
    try_tables,
    write_tables,
)
from tuoguan.app.templates_out import templates
from tuoguan.app.uploads import OWN_TABLES, Upload, discard, find, uploads, version
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import TABLES, fields_of
from tuoguan.site import Right

routes = keyed_router()
files = strict_router()
Word = Annotated[str, Field(max_length=200)]


class TableKind(BaseModel):
    """One of our tables: the fields that it can hold, and those that it needs."""

    table: str
    fields: list[str]
    needed: list[str]


class TablesUpload(BaseModel):
    """Files kept together; ``written``: they are tables of the workspace by now."""

    id: str
    at: int
    by: str
    files: list[FileShown]
    written: bool


class OwnColumn(BaseModel):
    """A column of a file with its first cells; ``field`` is what it is taken for, "" where it is left out."""

    header: str
    samples: list[str]
    field: str


class OwnSheetShown(BaseModel):
    """A sheet as one of our tables ("": nobody knows which), with its first rows under our fields."""

    file: str
    table: str
    rows_in: int
    fields: list[str]
    missing: list[str] = Field(description="Fields that the table cannot do without.")
    rows: list[list[str]]
    problems: list[ProblemShown]


class TableFileShown(BaseModel):
    """What a file is taken for; ``known``: it can be written as it is understood, ``how`` it will be."""

    file: str
    table: str
    how: str
    known: bool
    columns: list[OwnColumn]
    withheld: int = Field(description="Columns that speak of buyers; they are not shown.")
    sheets: list[OwnSheetShown]
    problems: list[ProblemShown]


class TablesLook(BaseModel):
    """An upload with what each of its files is taken for."""

    upload: TablesUpload
    files: list[TableFileShown]


class TableSaid(BaseModel):
    """What one file holds, what its columns are, and what to do with it."""

    model_config = {"extra": "forbid"}

    file: Word = Field(examples=["catalog.xlsx"])
    table: Literal["", *TABLES] = Field("", description="Empty: as it is recognized.")  # type: ignore[valid-type]
    columns: dict[Word, Word] = Field(
        {}, max_length=2_000, examples=[{"Artikel": "sku", "EK": "unit_cost"}],
        description="Our field by header, empty for one that is left out; none: as they are recognized.",
    )  # fmt: skip
    how: Literal["add", "replace", "leave"] = Field("add", description="replace puts what is there aside; leave: not.")


class RowShown(BaseModel):
    """A row that is not used, or used with a doubt, in the file as it was sent."""

    file: str
    row: int
    column: str
    found: str
    code: str
    used: bool


class TriedShown(BaseModel):
    """What a check would say of the workspace with the tables; ``rows`` are the first hundred of ``row_count``."""

    usable: bool
    products: int
    sales_days: int
    problems: list[ProblemShown]
    rows: list[RowShown]
    row_count: int


class TablesWritten(BaseModel):
    """Names of the files that were written into the workspace."""

    names: list[str]


@routes.get("/table-kinds", tags=["import"], summary="Tables of a workspace", operation_id="table_kinds")
def kinds(caller: Caller = Depends(asking())) -> list[TableKind]:
    """Every table that a workspace can hold, with its fields."""
    told = [(table, fields_of(table)) for table in TABLES]
    return [TableKind(table=table, fields=list(every), needed=list(needed)) for table, (every, needed) in told]


@routes.get(
    "/templates/{language}/{form}", tags=["import"], summary="Empty templates", operation_id="templates",
    response_class=Response,
)  # fmt: skip
def take_templates(
    language: Literal["en", "zh"], form: Literal["xlsx", "csv"], caller: Caller = Depends(asking())
) -> Response:
    """A ZIP of every table with its head, and a seller.toml, to be filled in."""
    headers = {"Content-Disposition": f'attachment; filename="tuoguan-{form}-{language}.zip"'}
    return Response(templates(form, language), 200, headers, "application/octet-stream")


@files.post("/table-uploads", tags=["import"], summary="Send own tables", operation_id="send_tables", status_code=201)
def send(
    response: Response,
    caller: Caller = Depends(asking(Right.IMPORT)),
    files: list[UploadFile] = File(description="Products, sales, stock and the like in any layout; up to 20."),
) -> TablesLook:
    """Keeps the files and says what each is taken for; nothing is written yet."""
    found = received(caller, OWN_TABLES, files)
    response.headers["Location"] = caller.url(f"table-uploads/{found.about.id}")
    return _looked(caller, response, found)


@routes.get("/table-uploads", tags=["import"], summary="Own tables that were sent", operation_id="table_uploads")
def sent(caller: Caller = Depends(asking(Right.IMPORT))) -> list[TablesUpload]:
    """The newest first; what was not written goes a week after it came."""
    return [_upload(one) for one in uploads(root_of(caller), OWN_TABLES)]


@routes.get("/table-uploads/{upload}", tags=["import"], summary="What own tables are", operation_id="table_upload")
def one(upload: str, response: Response, caller: Caller = Depends(asking(Right.IMPORT))) -> TablesLook:
    """What each file is taken for, its columns and first rows."""
    return _looked(caller, response, _own(caller, upload))


@routes.delete(
    "/table-uploads/{upload}", tags=["import"], summary="Throw own tables away", operation_id="discard_tables",
    status_code=204,
)  # fmt: skip
def throw(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> None:
    """Throws the files away; what was written of them stays in the workspace."""
    discard(_own(caller, upload))


@routes.put(
    "/table-uploads/{upload}/said", tags=["import"], summary="Say what a file holds", operation_id="say_of_table"
)
def tell(
    upload: str,
    body: TableSaid,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.IMPORT)),
) -> TablesLook:
    """The files as they are understood then; what was said of the others stays."""
    found = _own(caller, upload)
    unchanged(found, if_match)
    pick = Pick(table=body.table, named=body.columns, how=body.how)
    return _looked(caller, response, say(caller.place.folder, found, body.file, pick))


@routes.get(
    "/table-uploads/{upload}/check", tags=["import"], summary="What a check would say", operation_id="try_tables"
)
def tried(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> TriedShown:
    """The workspace with the tables, checked on a copy; nothing is written."""
    found = try_tables(caller.place.folder, _own(caller, upload))
    rows = [RowShown(**{name: getattr(row, name) for name in RowShown.model_fields}) for row in found.rows[:100]]
    return TriedShown(usable=found.usable, products=found.products, sales_days=found.sales_days,
                      problems=problems_of(found.problems), rows=rows, row_count=found.row_count)  # fmt: skip


@routes.get(
    "/table-uploads/{upload}/rows.{form}",
    tags=["import"],
    summary="Rows with troubles, as a file",
    operation_id="export_table_rows",
    response_class=Response,
)
def rows(upload: str, form: Form, caller: Caller = Depends(asking(Right.IMPORT))) -> Response:
    """Every row that would be left out, or is doubtful."""
    return table_answer(trouble_rows(try_tables(caller.place.folder, _own(caller, upload))), form, "rows")


@routes.post("/table-uploads/{upload}/write", tags=["import"], summary="Write own tables", operation_id="write_tables")
def write(upload: str, if_match: str | None = IfMatch, caller: Caller = Depends(asking(Right.IMPORT))) -> TablesWritten:
    """The tables in the workspace, and what was said of columns kept for the next time. Once: then refused with 409."""
    found = _own(caller, upload)
    unchanged(found, if_match)
    return TablesWritten(names=write_tables(caller.place.folder, found))


def _own(caller: Caller, name: str) -> Upload:
    return find(root_of(caller), name, OWN_TABLES)


def _upload(upload: Upload) -> TablesUpload:
    about = upload.about
    return TablesUpload(id=about.id, at=about.at, by=about.by, files=files_of(upload), written=bool(about.job))


def _looked(caller: Caller, response: Response, upload: Upload) -> TablesLook:
    response.headers["ETag"] = tag(version(upload))
    return TablesLook(upload=_upload(upload), files=[_file(one) for one in look(caller.place.folder, upload)])


def _file(one: FileLook) -> TableFileShown:
    fields, layout = one.field_by_header(), one.layout
    columns = [OwnColumn(header=column.header, samples=list(column.samples), field=fields[column.header])
               for column in layout.columns] if layout else []  # fmt: skip
    sheets = [
        OwnSheetShown(file=sheet.file, table=sheet.table, rows_in=sheet.rows_in, fields=list(sheet.fields),
                      missing=list(sheet.missing), rows=first_rows(sheet), problems=_told(sheet.problems))
        for sheet in one.sheets
    ]  # fmt: skip
    return TableFileShown(
        file=one.name, table=one.table, how=one.pick.how, known=one.known, columns=columns,
        withheld=layout.withheld if layout else 0, sheets=sheets, problems=_told(one.problems),
    )  # fmt: skip


def _told(problems: tuple[Problem, ...]) -> list[ProblemShown]:
    return problems_of([one.as_json() for one in (Refused(problems).problems if problems else ())])
