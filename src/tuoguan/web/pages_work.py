"""Pages: documents as lists, one screen for every flow, made from the flow's own data.

Hides which path shows which flow. Keeps the invariant that a list, its counts and its export are one query: the URL's.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tuoguan.app.document_lists import Page, page_of, table_of
from tuoguan.app.document_lists import Query as Asked
from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Flow, final_states, load_flows
from tuoguan.web import pages_work_bulk, pages_work_document, pages_work_tracking
from tuoguan.web.asking import Asking, reading
from tuoguan.web.menu import GROUPS
from tuoguan.web.pages_work_words import PATH_BY_FLOW, flow_of, words

pages = APIRouter()
ROWS = 50


def query_of(ask: Asking, flow: str) -> Asked:
    """The list that the URL asks for. ``state`` is a state, "open" for all that are not final, or "" for all."""
    said = ask.request.query_params
    state = said.get("state", "")
    known = load_flows()[flow]
    if state == "open":
        states = tuple(one.name for one in known.states if one.name not in final_states(known))
    elif state in ("", "all"):
        states = ()
    else:
        states = (state,)
    named = {name: said.get(name, "").strip() for name in ("find", "contract", "market", "place", "sku")}
    return Asked(flow, ask.desk, states, sort=said.get("sort") or "-opened_at", **named)


def show_list(ask: Asking, flow: str) -> Response:
    """The list of one flow, a part of it alone where htmx asks."""
    query = query_of(ask, flow)
    page = page_of(ask.work, query, after=ask.request.query_params.get("after"), at=ask.now, limit=ROWS)
    known = load_flows()[flow]
    opened = ask.request.query_params.get("open", "")
    values = pages_work_document.parts_of(ask, opened) if opened else {}
    return ask.page(
        "work/list.html", **values | {
            "title": title_of(ask, known), "tabs": tabs_of(ask, known, page), "flow": known, "query": query,
            "page": page,
            "state": ask.request.query_params.get("state", ""), "path": PATH_BY_FLOW[flow], "words": words(ask),
            "moves": [move for move in known.moves if move.sources and pages_work_document.may(ask, flow, move.name)],
        },
    )  # fmt: skip


def title_of(ask: Asking, flow: Flow) -> str:
    """What the menu calls the screen; the flow's own title where it has no place there."""
    screens = (screen for _, group in GROUPS for screen in group)
    found = next((screen for screen in screens if screen.path == PATH_BY_FLOW[flow.name]), None)
    return ask.t(found.title) if found is not None else words(ask).title(flow)


def tabs_of(ask: Asking, flow: Flow, page: Page) -> list[tuple[str, str, int]]:
    """Tabs by state with how many are there: all, those not finished, then each state that has any."""
    final, counts = final_states(flow), page.counts
    open_count = sum(count for name, count in counts.items() if name not in final)
    tabs = [("", ask.t("All"), sum(counts.values())), ("open", ask.t("Not finished"), open_count)]
    return tabs + [(one.name, words(ask).title(one), counts[one.name]) for one in flow.states if counts.get(one.name)]


def export_list(ask: Asking, flow: str, form: str) -> Response:
    """Every row of the list as a file."""
    chosen = form_of(form)
    data, media_type = table_bytes(table_of(ask.work, query_of(ask, flow)), chosen)
    named = f'attachment; filename="{ask.place.name}-{PATH_BY_FLOW[flow].replace("/", "-")}.{chosen}"'
    return Response(data, media_type=media_type, headers={"Content-Disposition": named, "Cache-Control": "no-store"})


def _screen(flow: str) -> tuple[Callable[..., Response], Callable[..., Response]]:
    """The handlers of one flow's list and of its export."""

    def show(ask: Annotated[Asking, Depends(reading())]) -> Response:
        return show_list(ask, flow)

    def export(form: str, ask: Annotated[Asking, Depends(reading())]) -> Response:
        return export_list(ask, flow, form)

    return show, export


for _flow, _path in PATH_BY_FLOW.items():
    _show, _export = _screen(_flow)
    pages.add_api_route(f"/w/{{workspace}}/{_path}", _show, methods=["GET"])
    pages.add_api_route(f"/w/{{workspace}}/{_path}.{{form}}", _export, methods=["GET"])


@pages.get("/w/{workspace}/pick-list")
def pick_list(
    stream: Annotated[list[str], Query()] = [],  # noqa: B006 FastAPI copies it
    ask: Asking = Depends(reading()),
) -> Response:
    """What to fetch for the marked orders, by place and SKU, to print; without any, for those still to be packed."""
    if len(stream) > pages_work_bulk.MOST:
        found, expected = f"{len(stream)} orders", f"at most {pages_work_bulk.MOST}"
        raise Refused([Problem("pick list", found, expected, "mark fewer", "too_many_rows")])
    if not stream:
        query = Asked("order", ask.desk, ("reserved", "placed"), sort="opened_at")
        page = page_of(ask.work, query, after=None, at=ask.now, limit=pages_work_bulk.MOST)
        stream = [row.stream for row in page.rows]
    documents = [ask.work.document(one, ask.desk) for one in stream if flow_of(one) == "order"]
    units: dict[tuple[str, str], int] = {}
    for document in documents:
        for line in document.lines:
            units[document.place, line.sku] = units.get((document.place, line.sku), 0) + line.quantity
    return ask.page(
        "work/pick_list.html", documents=documents, units=sorted(units.items()), words=words(ask), path="orders"
    )  # fmt: skip


pages.include_router(pages_work_bulk.pages)
pages.include_router(pages_work_tracking.pages)
pages.include_router(pages_work_document.pages)
