"""Files in and out: the size of those in a form is refused before a byte of them is read.

Hides the multipart body. Keeps the invariant that nobody without the right, and no body of unknown or excessive length,
is taken in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.app.uploads import FILES_MOST, TOTAL_MOST
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Store
from tuoguan.site import Right
from tuoguan.web.asking import CSRF_FIELD, Asking, asking, form_values, writing

MARGIN = 1 << 20  # of a body beside its files


@dataclass(frozen=True, slots=True)
class Received:
    """Who sent it, its text fields, and its files by name; each file is on disk or small."""

    ask: Asking
    values: dict[str, str]
    files: list[tuple[str, IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Filled:
    """Who sent a form, and everything in it: texts by name, in order."""

    ask: Asking
    texts: dict[str, list[str]]

    @property
    def values(self) -> dict[str, str]:
        """The first text of each field, stripped."""
        return {name: texts[0].strip() for name, texts in self.texts.items()}


def filled(right: Right | None) -> Callable[..., Any]:
    """A dependency for POST of a form with many fields: ``sent: Filled = Depends(filled(Right.SETTINGS))``."""
    checked = writing(right)

    async def depend(request: Request) -> Filled:
        form = await request.form(max_files=0, max_fields=20_000)
        ask = await checked(request)
        names = [name for name in form if name != CSRF_FIELD]
        return Filled(ask, {name: [str(one) for one in form.getlist(name)] for name in names})

    return depend


def receiving(right: Right, most: int = TOTAL_MOST) -> Callable[..., Any]:
    """A dependency for POST with files: ``sent: Received = Depends(receiving(Right.IMPORT))``."""
    checked = writing(right)

    async def depend(request: Request) -> Received:
        asking(request, request.path_params.get("workspace"), right)
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > most + MARGIN:
            found = f"{int(length) >> 20} MB" if length.isdigit() else "a body of unknown length"
            fix = "send fewer or smaller files, such as an export by month"
            raise Refused([Problem("upload", found, f"at most {most >> 20} MB in all", fix, "too_large")])
        form = await request.form(max_files=FILES_MOST + 1, max_fields=200)
        ask = await checked(request)
        sent = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        files: list[tuple[str, IO[bytes]]] = [(one.filename, one.file) for one in sent if one.filename]
        return Received(ask, form_values(form), files)

    return depend


def uploads_of(ask: Asking) -> Path:
    """The workspace's folder of uploads, where jobs look for them."""
    return ask.site.jobs.folders.of(ask.place.name).uploads


def store_of(ask: Asking) -> Store | None:
    """The store of the workspace's ledger, None where there is none yet."""
    try:
        return ask.work.ledger.store
    except Refused:
        return None


def file_answer(rows: pl.DataFrame, form: str, name: str) -> Response:
    """The rows as a file to take away. Refused for a form that there is none of."""
    data, kind = table_bytes(rows, form_of(form))
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'})
