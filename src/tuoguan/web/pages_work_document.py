"""Pages: one document with what can be done about it, as a drawer beside a list and as a page of its own; new ones.

Keeps the invariants that a move goes out with the version that its form was made for, and that it wants its own right
beside the desk's rule.
"""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from tuoguan.app.document_forms import details_of, fields_of, instant_of, lines_of
from tuoguan.app.document_opening import open_document, terms_on
from tuoguan.app.documents import doer_of, previews, shown
from tuoguan.app.price_reviews import advice_of
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk, Document, Request, load_flows, move_of
from tuoguan.site import Right, may_move, rights_of
from tuoguan.web.asking import Asking, form_values, reading, writing
from tuoguan.web.pages_work_words import PATH_BY_FLOW, flow_of, words
from tuoguan.web.people_words import RIGHT_TITLES
from tuoguan.web.zones import SELLER_ZONE

pages = APIRouter()
OPENED_BY_FORM = ("order", "stock_order", "price_review", "promotion", "return", "case", "violation", "purchase")
LINES = 8  # rows of a form for a new document


def may(ask: Asking, flow: str, move: str) -> bool:
    """True when who asks holds one of the move's rights, and sits at the desk."""
    at_desk = ask.signed.may(ask.place.name, Right.VIEW, ask.desk)
    return at_desk and may_move(ask.signed, ask.place.name, flow, move)


def require(ask: Asking, flow: str, move: str) -> None:
    """Refused without a right to the move."""
    if not may(ask, flow, move):
        wanted = " or ".join(RIGHT_TITLES[right] for right in sorted(rights_of(flow, move)))
        fix = "ask an owner of the workspace for a role that has it"
        raise Refused([Problem(f"{flow}: {move}", "a role without it", f"the right “{wanted}”", fix, "not_allowed")])


def parts_of(ask: Asking, stream: str) -> dict[str, Any]:
    """What the template of a document needs."""
    flow = flow_of(stream)
    found = shown(ask.work, stream, ask.desk, ask.now)
    allowed = {action.move.name: may(ask, flow, action.move.name) for action in found.actions}
    advice = (
        advice_of(ask.place.folder, ask.site.keep / "decisions", found.document) if flow == "price_review" else None
    )
    return {
        "shown": found, "allowed": allowed, "advice": advice, "path": PATH_BY_FLOW[flow], "words": words(ask),
        "back": _back(ask, stream),
    }  # fmt: skip


def _back(ask: Asking, stream: str) -> str:
    """Where a move leads back to: the list that the drawer stands beside, or the document's own page."""
    beside = urlsplit(ask.request.headers.get("HX-Current-URL", "")) if ask.is_part else ask.request.url
    own = ask.url(f"documents/{stream}")
    if not beside.path.startswith(f"/w/{ask.place.name}/") or "/documents/" in beside.path:
        return own
    query = dict(parse_qsl(beside.query)) | {"open": stream}
    return f"{beside.path}?{urlencode(query)}"


@pages.get("/w/{workspace}/documents/{flow}/{number:path}")
def document(flow: str, number: str, ask: Asking = Depends(reading())) -> Response:
    """The document on a page of its own, or its part for the drawer."""
    parts = parts_of(ask, f"{flow}/{number}")
    return ask.page("work/document_part.html" if ask.is_part else "work/document.html", **parts)


@pages.post("/w/{workspace}/documents/{flow}/{number:path}")
async def do_move(
    flow: str, number: str, ask: Annotated[Asking, Depends(writing(Right.VIEW))]
) -> Response:  # fmt: skip
    """Does the move that the form names, or shows what it would do (``go`` = "preview")."""
    form = await ask.request.form()
    return await run_in_threadpool(_do_move, ask, f"{flow}/{number}", form)


def _do_move(ask: Asking, stream: str, form: FormData) -> Response:
    flow, values = flow_of(stream), form_values(form)
    document = ask.work.document(stream, ask.desk)
    move = values.get("move", "")
    require(ask, flow, move)
    version = values.get("version", "")
    request = request_of(ask, document, move, values, int(version) if version.isdecimal() else None)
    if values.get("go") == "preview":
        preview = previews(ask.work, [request])
        return ask.page(
            "work/preview.html", previews=preview, unread={}, flow=load_flows()[flow],
            move=move_of(load_flows()[flow], move),
            values=[(name, value) for name, value in values.items() if name != "go"], words=words(ask),
            path=PATH_BY_FLOW[flow], action=ask.url(f"documents/{stream}"), back=ask.url(f"documents/{stream}"),
        )  # fmt: skip
    answer = ask.work.do_all([request])[0]
    if isinstance(answer, Refused):
        raise answer
    back = values.get("back", "")
    return ask.go(back if back.startswith(f"/w/{ask.place.name}/") else ask.url(f"documents/{stream}"))


def request_of(ask: Asking, document: Document, move: str, values: dict[str, str], version: int | None) -> Request:
    """The move as the form tells it. Refused with everything that cannot be read."""
    flow = load_flows()[document.flow]
    found, compiled = move_of(flow, move), ask.work.terms.find(document.contract)
    if found is None:
        known = ", ".join(one.name for one in flow.moves)
        raise Refused([Problem("move", repr(move)[:40], f"one of {known}", "choose one", "unknown_move")])
    fields = fields_of(document.flow, move, document, compiled)
    details = details_of(fields, values, document.currency, SELLER_ZONE, document.stream)
    by = doer_of(found, compiled, ask.desk)
    return Request(document.stream, move, _at(ask, values), by, details, None, version, who=ask.signed.name)


def _at(ask: Asking, values: dict[str, str]) -> int:
    """When it happened: as the form says, by the seller's clock, else now."""
    text = values.get("at", "")
    if not text:
        return ask.now
    at = instant_of(text, SELLER_ZONE, "when it happened")
    if isinstance(at, Problem):
        raise Refused([at])
    if at > ask.now + 60:
        fix = "record it when it has happened"
        raise Refused([Problem("when it happened", text, "no later than now", fix, "in_future")])
    return at


@pages.get("/w/{workspace}/new/{flow}")
def new(flow: str, ask: Asking = Depends(reading())) -> Response:
    """The form of a new document."""
    return _new_form(ask, _openable(flow), dict(ask.request.query_params), ())


@pages.post("/w/{workspace}/new/{flow}")
async def open_new(flow: str, ask: Annotated[Asking, Depends(writing(Right.VIEW))]) -> Response:
    """Opens the document."""
    form = await ask.request.form()
    return await run_in_threadpool(_open_new, ask, _openable(flow), form)


def _open_new(ask: Asking, flow: str, form: FormData) -> Response:
    require(ask, flow, "open")
    values = form_values(form)
    try:
        work = ask.site.work(ask.place, make=True)
        contract, at = values.get("contract", ""), _at(ask, values)
        compiled = terms_on(ask.place.folder, work, contract, at)
        currency = compiled.currency if compiled is not None else values.get("currency", "").upper()
        fields = fields_of(flow, "open", None, compiled)
        opened = open_document(
            ask.place.folder, work, flow, values.get("number", ""), desk=ask.desk, at=at, who=ask.signed.name,
            contract=contract, currency=currency, place=values.get("place", ""), lines=lines_of(values, currency),
            details=details_of(fields, values, currency, SELLER_ZONE, flow),
        )  # fmt: skip
    except Refused as refused:
        if ask.is_part:
            raise
        return _new_form(ask, flow, values, refused.problems)
    return ask.go(ask.url(f"documents/{opened.stream}"))


def _new_form(ask: Asking, flow: str, values: dict[str, str], problems: tuple[Problem, ...]) -> Response:
    """The form with what was typed; a document of whoever opens it at this desk."""
    require(ask, flow, "open")
    known = load_flows()[flow]
    opening = known.moves[0] if not known.moves[0].sources else move_of(known, "open")
    assert opening is not None
    by = doer_of(opening, None, ask.desk)
    return ask.page(
        "work/new.html", status=422 if problems else 200, flow=known, fields=fields_of(flow, "open", None, None),
        values=values, problems=problems, lines=range(LINES), words=words(ask), path=PATH_BY_FLOW[flow],
        contracts=_contracts(ask), places=_places(ask, flow), by=by.value if isinstance(by, Desk | Party) else "",
    )  # fmt: skip


def _openable(flow: str) -> str:
    if flow not in OPENED_BY_FORM:
        expected = ", ".join(OPENED_BY_FORM)
        raise Refused([Problem("new", repr(flow)[:40], f"one of {expected}", "open it from its list", "no_page")])
    return flow


def _contracts(ask: Asking) -> tuple[str, ...]:
    """Contracts to choose from, those first that the seller works under."""
    from tuoguan.app.decision_fresh import library_of

    known = tuple(library_of(ask.place.folder).ids())
    own = _chosen(ask, "listing", "contract_id")
    return (*own, *(name for name in known if name not in own))


def _places(ask: Asking, flow: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_chosen(ask, flow, "place"), *_chosen(ask, "listing", "place"))))


def _chosen(ask: Asking, flow: str, name: str) -> tuple[str, ...]:
    try:
        work = ask.work
    except Refused:
        return ()
    work.catch_up()
    return work.register.choices(work.ledger.store, flow, desk=Desk.PLATFORM)[name]
