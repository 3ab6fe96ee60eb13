"""Pages: one move for many documents: chosen, filled in, previewed, confirmed, answered document by document.

Keeps the invariants that nothing is written before the preview was confirmed, that each document goes with the version
that was previewed, and that what one is refused does not hold up the others.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from tuoguan.app.document_forms import Field, fields_of
from tuoguan.app.documents import previews
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Document, Move, Request, load_flows, move_of
from tuoguan.site import Right
from tuoguan.web.asking import Asking, form_values, reading, writing
from tuoguan.web.pages_work_document import may, request_of, require
from tuoguan.web.pages_work_words import PATH_BY_FLOW, flow_of, words

pages = APIRouter()
MOST = 200
"""Documents of one go."""
ROW_FIELDS = frozenset({"tracking_number", "carrier"})
"""Fields that each document has its own of."""


@pages.get("/w/{workspace}/bulk/{flow}")
def choose(
    flow: str,
    stream: Annotated[list[str], Query()] = [],  # noqa: B006 FastAPI copies it
    move: str = "",
    ask: Asking = Depends(reading()),
) -> Response:
    """The moves that the marked documents can make, and the form of the chosen one."""
    documents = _documents(ask, flow, stream)
    known = load_flows()[flow]
    states = {document.state for document in documents}
    offered = [(one, sum(document.state in one.sources for document in documents))
               for one in known.moves if states & set(one.sources) and may(ask, flow, one.name)]  # fmt: skip
    found = move_of(known, move) if move else None
    shared, own = _fields(ask, flow, found, documents) if found is not None else ((), ())
    return ask.page(
        "work/bulk.html", flow=known, documents=documents, offered=offered, move=found, shared=shared, own=own,
        words=words(ask), path=PATH_BY_FLOW[flow], streams=stream,
    )  # fmt: skip


@pages.post("/w/{workspace}/bulk/{flow}")
async def go(flow: str, ask: Annotated[Asking, Depends(writing(Right.VIEW))]) -> Response:
    """Shows what the move would do to each document (``go`` = "preview"), or does it."""
    form = await ask.request.form()
    return await run_in_threadpool(_go, ask, flow, form)


def _go(ask: Asking, flow: str, form: FormData) -> Response:
    values = form_values(form)
    streams = [value for value in form.getlist("stream") if isinstance(value, str)]
    require(ask, flow, values.get("move", ""))
    documents = _documents(ask, flow, streams)
    return proceed(ask, flow, documents, values, form)


def proceed(ask: Asking, flow: str, documents: Sequence[Document], values: dict[str, str], form: FormData) -> Response:
    """The preview of the move on the documents, or with ``go`` = "do" what became of each."""
    known = load_flows()[flow]
    requests, unread = _requests(ask, documents, values)
    common: dict[str, Any] = {
        "flow": known, "move": move_of(known, values.get("move", "")), "words": words(ask), "path": PATH_BY_FLOW[flow],
    }  # fmt: skip
    if values.get("go") != "do":
        kept = [
            (name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in ("csrf", "go")
        ]
        # The versions that the preview speaks of go along, so that what others do meanwhile is told and not overrun.
        kept = [one for one in kept if not one[0].startswith("version:")]
        kept += [(f"version:{document.stream}", str(document.version)) for document in documents]
        return ask.page(
            "work/preview.html", previews=previews(ask.work, requests), unread=unread, values=kept,
            action=ask.url(f"bulk/{flow}"), back=ask.url(PATH_BY_FLOW[flow]), **common,
        )  # fmt: skip
    answers = dict(zip((one.stream for one in requests), ask.work.do_all(requests), strict=True))
    return ask.page("work/result.html", documents=documents, answers=answers | unread, **common)


def _requests(
    ask: Asking, documents: Sequence[Document], values: dict[str, str]
) -> tuple[list[Request], dict[str, Refused]]:
    """The move for each document; those whose own fields cannot be read stand aside with the reason."""
    requests, unread = [], dict[str, Refused]()
    for document in documents:
        told = values.get(f"version:{document.stream}", "")
        version = int(told) if told.isdecimal() else document.version
        own = {name: values[key] for name in ROW_FIELDS if (key := f"{name}:{document.stream}") in values}
        try:
            requests.append(request_of(ask, document, values.get("move", ""), {**values, **own}, version))
        except Refused as refused:
            unread[document.stream] = refused
    return requests, unread


def _documents(ask: Asking, flow: str, streams: Sequence[str]) -> list[Document]:
    """The marked documents, all of the flow. Refused for none, too many, or one that the desk does not see."""
    chosen = list(dict.fromkeys(streams))
    if flow not in PATH_BY_FLOW or not chosen or len(chosen) > MOST:
        fix = "mark rows of the list (x marks one), then choose the move"
        found = f"{len(chosen)} marked"
        raise Refused([Problem("bulk", found, f"1 to {MOST} documents of one list", fix, "nothing_marked")])
    return [ask.work.document(one, ask.desk) for one in chosen if flow_of(one) == flow]


def _fields(
    ask: Asking, flow: str, move: Move, documents: Sequence[Document]
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Fields asked once, and those that each document has its own of. Units by SKU are asked on the document."""
    compiled = ask.work.terms.find(documents[0].contract)
    fields = [one for one in fields_of(flow, move.name, None, compiled) if one.kind != "units"]
    return (
        tuple(one for one in fields if one.name not in ROW_FIELDS),
        tuple(one for one in fields if one.name in ROW_FIELDS),
    )
