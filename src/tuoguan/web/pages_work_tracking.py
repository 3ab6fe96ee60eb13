"""Pages: tracking numbers of many orders pasted at once, then previewed and confirmed like any other move of many.

Keeps the invariant that a row which names no order is told, and the others go on.
"""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Document
from tuoguan.site import Right
from tuoguan.web.asking import Asking, form_values, reading, writing
from tuoguan.web.pages_work_bulk import MOST, proceed
from tuoguan.web.pages_work_document import require
from tuoguan.web.pages_work_words import words

pages = APIRouter()
MOVES = ("ship", "track")


@pages.get("/w/{workspace}/tracking")
def tracking(ask: Asking = Depends(reading())) -> Response:
    """The form: rows of order number, tracking number and carrier, as copied from a sheet."""
    require(ask, "order", "ship")
    return ask.page("work/tracking.html", words=words(ask), path="orders", most=MOST, moves=MOVES)


@pages.post("/w/{workspace}/tracking")
async def upload(ask: Annotated[Asking, Depends(writing(Right.VIEW))]) -> Response:
    """The preview of what the rows would do."""
    form = await ask.request.form()
    return await run_in_threadpool(_upload, ask, form)


def _upload(ask: Asking, form: FormData) -> Response:
    values = form_values(form)
    move = values.get("move", "ship")
    require(ask, "order", move)
    rows = rows_of(values.get("rows", ""))
    store = values.get("store", "").strip("/")
    documents, told, problems = list[Document](), dict[str, str](), list[Problem]()
    for at, (number, code, carrier) in rows:
        document = _find(ask, number, store)
        if document is None:
            fix = "write the number as the list of orders shows it, or name the store"
            problems.append(Problem(f"row {at}", repr(number)[:80], "the number of an order", fix, "no_document"))
            continue
        documents.append(document)
        told[f"tracking_number:{document.stream}"], told[f"carrier:{document.stream}"] = code, carrier
    if problems or not documents:
        empty = [Problem("rows", "nothing", "order number, tracking number", "paste them", "missing_detail")]
        raise Refused(problems or empty)
    sent = FormData([("move", move), *(("stream", one.stream) for one in documents), *told.items()])
    return proceed(ask, "order", documents, {"move": move, **told}, sent)


def rows_of(text: str) -> list[tuple[int, tuple[str, str, str]]]:
    """(row, (order number, tracking number, carrier)) of pasted text, split by tabs, commas or semicolons; a head row
    and empty rows are left out. Refused when there are too many.

    >>> rows_of("order,tracking\\nPO-1,1Z9,UPS\\n\\nPO-2;1Z8")
    [(2, ('PO-1', '1Z9', 'UPS')), (4, ('PO-2', '1Z8', ''))]
    """
    found = []
    for at, line in enumerate(text.splitlines(), start=1):
        mark = next((one for one in "\t;," if one in line), ",")
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=mark), [])]
        if len(cells) < 2 or not cells[0] or not any(one.isdigit() for one in cells[1]):
            continue
        found.append((at, (cells[0], cells[1], cells[2] if len(cells) > 2 else "")))
    if len(found) > MOST:
        raise Refused(
            [Problem("rows", f"{len(found)} rows", f"at most {MOST}", "paste them in parts", "too_many_rows")]
        )
    return found


def _find(ask: Asking, number: str, store: str) -> Document | None:
    for stream in (f"order/{number}", f"order/{store}/{number}" if store else ""):
        try:
            return ask.work.document(stream, ask.desk) if stream else None
        except Refused:
            continue
    return None
