"""What the columns of a file mean that nobody knows: its layout, and a mapping tried on it and kept.

Keeps the invariant that a mapping which reads no row is not kept.
"""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.routing import keyed_router
from tuoguan.api.uploads import FileLookShown, export_files, file_shown, words_of
from tuoguan.app.import_mapping import (
    PART,
    choices_of,
    drawn_of,
    first_guess,
    keep_mapping,
    layout_of,
    try_mapping,
)
from tuoguan.app.uploads import file_of
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Layout, Table
from tuoguan.site import Right

routes = keyed_router()
Word = Annotated[str, Field(max_length=200)]
Short = Annotated[str, Field(max_length=60)]


class ColumnShown(BaseModel):
    """A column of the file with its first cells; ``meaning`` is what known files call so, "" where none does."""

    header: str
    samples: list[str]
    meaning: str


class Choices(BaseModel):
    """What may be said of a file of the table: our fields, those needed, kinds of amounts, and where it comes from."""

    fields: list[str]
    needed: list[str]
    kinds: list[str]
    platforms: list[str]
    models: list[str]
    states: list[str]
    types: list[str]


class LayoutShown(BaseModel):
    """A file's first table: ``row`` is its header's number; ``withheld`` columns speak of buyers and are not shown."""

    file: str
    row: int
    table: Table
    columns: list[ColumnShown]
    withheld: int
    choices: Choices


class NewMapping(BaseModel):
    """What a file's columns mean."""

    model_config = {"extra": "forbid"}

    file: str = Field(max_length=200, examples=["orders-2026-11.xlsx"])
    table: Table
    columns: dict[Word, Word] = Field(
        max_length=2_000, examples=[{"Pedido": "order_number", "Codigo": "sku", "Qtd": "quantity"}],
        description=f"A meaning by header: one of our fields, or `{PART}` and a kind of amount.",
    )  # fmt: skip
    title: Word = Field(min_length=1, description="How the format is called from now on.")
    platform: Short = ""
    models: list[Short] = Field([], max_length=20)
    currency: Short = Field("", description="Of amounts, where no column says it.")
    zone: Short = Field("", description="Of instants, such as Asia/Shanghai.")
    states: Short = Field("", description="How states are written.")
    types: Short = Field("", description="How kinds of amounts are written.")
    kind: Short = Field("", description="Of all amounts, where no column says it.")


class MappingShown(BaseModel):
    """The file as the mapping reads it; ``name`` is the mapping's file, null when it was only tried."""

    look: FileLookShown
    name: str | None


@routes.get("/uploads/{upload}/layout", tags=["import"], summary="Columns of a file", operation_id="layout_of_upload")
def layout(
    upload: str,
    file: str = Query(max_length=200, examples=["orders-2026-11.xlsx"]),
    table: Table = Query(Table.ORDER_LINES, description="What the file is about."),
    caller: Caller = Depends(asking(Right.IMPORT)),
) -> LayoutShown:
    """Its header with samples, what each column may be, and a first guess."""
    found = layout_of(file_of(export_files(caller, upload), file))
    guess, choices = first_guess(found, table), choices_of(table)
    columns = [ColumnShown(header=one.header, samples=list(one.samples), meaning=guess.get(one.header, ""))
               for one in found.columns]  # fmt: skip
    return LayoutShown(
        file=file, row=found.row, table=table, columns=columns, withheld=found.withheld,
        choices=Choices(**{name: list(getattr(choices, name)) for name in Choices.model_fields}),
    )  # fmt: skip


@routes.post("/uploads/{upload}/mappings", tags=["import"], summary="Say what columns mean", operation_id="map_upload")
def draw(
    upload: str,
    body: NewMapping,
    preview: bool = Query(False, description="Look at what it would read; nothing is kept."),
    caller: Caller = Depends(asking(Right.IMPORT)),
) -> MappingShown:
    """The file as the mapping reads it. Said once: files with these columns are known from then on."""
    found = export_files(caller, upload)
    path = file_of(found, body.file)
    seen = layout_of(path)
    text = body.model_dump(include={"title", "platform", "currency", "zone", "states", "types", "kind"})
    drawn = drawn_of(seen, body.table.value, _meanings(seen, body.columns), text, body.models)
    tried = try_mapping(path, drawn, words_of(found))
    name = None if preview else keep_mapping(caller.place.folder, path, drawn, tried)
    return MappingShown(look=file_shown(tried), name=name)


def _meanings(layout: Layout, columns: dict[str, str]) -> list[str]:
    """What each column of the layout means, in its order. Refused for one that it has not."""
    headers = [column.header for column in layout.columns]
    fix = "write the header as the layout shows it"
    strange = [Problem(f"column {header[:60]}", "no such column", "a column of the file", fix, "bad_mapping")
               for header in columns if header not in headers]  # fmt: skip
    if strange:
        raise Refused(strange)
    return [columns.get(header, "") for header in headers]
