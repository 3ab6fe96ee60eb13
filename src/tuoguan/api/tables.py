"""Tables as files: the same rows that a list shows, all of them.

Keeps the invariant that a file's name is ours, whatever was asked for.
"""

from typing import TYPE_CHECKING, Literal

from starlette.responses import Response

from tuoguan.app.tables_out import table_bytes

if TYPE_CHECKING:
    import polars as pl

Form = Literal["xlsx", "csv", "parquet", "jsonl"]


def table_answer(frame: "pl.DataFrame", form: Form, name: str) -> Response:
    """The table as a file to be saved."""
    body, kind = table_bytes(frame, form)
    return Response(body, 200, {"Content-Disposition": f'attachment; filename="{name}.{form}"'}, kind)
