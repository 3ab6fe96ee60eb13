"""Documents of every flow: listed, shown with their history and what they allow, opened, moved one by one or many.

Keeps the invariants that a move is taken only from who has its right at their desk, that who names the version they saw
never writes over another's, and that a write with a key is in the ledger at most once.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Depends, Path, Query, Request, Response

from tuoguan.api import refusing
from tuoguan.api.asking import Caller, asking
from tuoguan.api.bodies import key_in
from tuoguan.api.contracts import ProblemShown
from tuoguan.api.document_shapes import (
    Allowed,
    ChargeShown,
    DocumentShown,
    DocumentWhole,
    EntryShown,
    FlowShown,
    Move,
    MoveAnswer,
    Moves,
    MovesDone,
    MoveShown,
    NewDocument,
    StateShown,
)
from tuoguan.api.etags import IfMatch, seen_version, tag
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import strict_router
from tuoguan.api.shapes import told
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.document_lists import Query as Wanted
from tuoguan.app.document_lists import table_of
from tuoguan.app.documents import Action, Written, doer_of, shown
from tuoguan.app.opening import Opener, told_before
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Document, Line, Listed, Posting, load_flows, move_of
from tuoguan.operate import Request as Asked
from tuoguan.site import rights_of

routes = strict_router()
FlowName = Path(max_length=40, description="A flow of GET …/flows.", examples=["order"])


@routes.get("/flows", tags=["documents"], summary="Kinds of documents", operation_id="flows")
def flows(caller: Caller = Depends(asking())) -> list[FlowShown]:
    """Every flow with its states and moves, and the rights that each move wants."""
    return [
        FlowShown(
            name=flow.name, title=flow.title, title_zh=flow.title_zh,
            states=[StateShown(name=one.name, title=one.title, title_zh=one.title_zh, final=one.final)
                    for one in flow.states],
            moves=[MoveShown(name=one.name, title=one.title, title_zh=one.title_zh, sources=list(one.sources),
                             target=one.target, duty=one.duty, needs=list(one.needs),
                             rights=sorted(rights_of(flow.name, one.name))) for one in flow.moves],
        )
        for flow in load_flows().values()
    ]  # fmt: skip


def wanted(
    flow: str = FlowName,
    state: list[str] = Query([], max_length=20, description="These states alone; may be repeated."),
    find: str = Query("", max_length=160, description="Numbers that begin so."),
    contract: str = Query("", max_length=100),
    market: str = Query("", max_length=20),
    place: str = Query("", max_length=160),
    sku: str = Query("", max_length=160, description="Goods on any line."),
    sort: str = Query(
        "-opened_at", max_length=20, description="opened_at, moved_at, amount or number; - before it: falling."
    ),
    caller: Caller = Depends(asking()),
) -> Wanted:
    """Which documents to list."""
    _known(flow)
    return Wanted(flow, caller.desk, tuple(state), find, contract, market, place, sku, sort)


@routes.get(
    "/documents/{flow}.{form}",
    tags=["documents"],
    summary="Documents as a file",
    operation_id="export_documents",
    response_class=Response,
)
def export(form: Form, asked: Wanted = Depends(wanted), caller: Caller = Depends(asking())) -> Response:
    """All rows of the same query."""
    return table_answer(table_of(caller.work, asked), form, asked.flow)


@routes.get("/documents/{flow}", tags=["documents"], summary="Documents of a flow", operation_id="documents")
def documents(
    request: Request,
    response: Response,
    limit: int = Limit,
    after: str | None = After,
    asked: Wanted = Depends(wanted),
    caller: Caller = Depends(asking()),
) -> Page[Listed]:
    """A page of them, as the desk may see them."""
    work = caller.work
    work.catch_up()
    found, mark = work.register.page(
        work.ledger.store, asked.flow, desk=asked.desk, states=asked.states, find=asked.find, contract=asked.contract,
        market=asked.market, place=asked.place, sku=asked.sku, sort=asked.sort, after=after, limit=limit,
    )  # fmt: skip
    return paged(request, response, found, mark)


@routes.get(
    "/document-counts/{flow}", tags=["documents"], summary="How many stand where", operation_id="document_counts"
)
def counts(flow: str = FlowName, caller: Caller = Depends(asking())) -> dict[str, int]:
    """Documents of the flow by state; states without any are left out."""
    _known(flow)
    caller.work.catch_up()
    return caller.work.register.counts(caller.work.ledger.store, flow, desk=caller.desk)


@routes.get("/documents/{flow}/{number:path}", tags=["documents"], summary="One document", operation_id="document")
def document(
    response: Response, flow: str = FlowName, number: str = Path(max_length=180), caller: Caller = Depends(asking())
) -> DocumentWhole:
    """The document with its history, charges and their sources, and every move that it allows."""
    _known(flow)
    found = shown(caller.work, f"{flow}/{number}", caller.desk, caller.now)
    response.headers["ETag"] = tag(found.document.version)
    return DocumentWhole(
        document=document_shown(found.document), steps=list(found.steps), links=[one.stream for one in found.links],
        allowed=[_allowed(one) for one in found.actions], history=[_entry(one) for one in found.history],
    )  # fmt: skip


@routes.post(
    "/documents/{flow}", tags=["documents"], summary="Open a document", operation_id="open_document", status_code=201
)
def open_(
    new: NewDocument, request: Request, response: Response, flow: str = FlowName, caller: Caller = Depends(asking())
) -> DocumentShown:
    """The new document, durable. The same number and content again: the same document."""
    _known(flow)
    _require(caller, flow, "open")
    work = caller.site.work(caller.place, make=True)
    lines = [Line(**one.model_dump()) for one in new.lines]
    asked = Opener(caller.place.folder, work).request(
        flow, new.number, contract=new.contract, currency=new.currency, place=new.place, lines=lines,
        at=caller.now if new.at is None else new.at, by=caller.desk, details=new.details,
        key=key_in(request, caller.signed), who=caller.signed.name,
    )  # fmt: skip
    found = _done(caller, asked, timed=new.at is not None)
    response.headers["ETag"] = tag(found.version)
    response.headers["Location"] = caller.url(f"documents/{found.stream}")
    return document_shown(found)


@routes.post(
    "/documents/{flow}/{number:path}", tags=["documents"], summary="Move a document", operation_id="move_document"
)
def move(
    body: Move,
    request: Request,
    response: Response,
    flow: str = FlowName,
    number: str = Path(max_length=180),
    preview: bool = Query(False, description="Look at what it would do; nothing is recorded."),
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking()),
) -> DocumentShown:
    """The document behind the move, durable. With If-Match it is refused (412) when somebody was quicker."""
    _known(flow)
    asked = _asked(caller, f"{flow}/{number}", body, seen_version(if_match), key_in(request, caller.signed))
    found = caller.work.preview(asked) if preview else _done(caller, asked, timed=body.at is not None)
    response.headers["ETag"] = tag(found.version)
    return document_shown(found)


@routes.post("/moves", tags=["documents"], summary="Move many documents", operation_id="move_documents")
def moves(body: Moves, request: Request, caller: Caller = Depends(asking())) -> MovesDone:
    """Each stands alone; those that can be done are in one commit. Later ones see what earlier ones did."""
    key = key_in(request, caller.signed)
    asked: list[Asked | Refused] = []
    for index, one in enumerate(body.moves):
        own = f"api/{caller.signed.id}/{one.key}" if one.key is not None else f"{key}/{index}" if key else None
        try:
            asked.append(_asked(caller, one.stream, one, one.version, own))
        except Refused as refused:
            asked.append(refused)
    good = [one for one in asked if not isinstance(one, Refused)]
    timed = [body.moves[index].at is not None for index, one in enumerate(asked) if not isinstance(one, Refused)]
    found = iter(_previewed(caller, good) if body.preview else _all_done(caller, good, timed))
    answers = [_moved(one.stream, answer if isinstance(answer, Refused) else next(found))
               for one, answer in zip(body.moves, asked, strict=True)]  # fmt: skip
    done = sum(one.document is not None for one in answers)
    return MovesDone(done=done, refused=len(answers) - done, answers=answers)


def document_shown(document: Document) -> DocumentShown:
    """The document as an answer."""
    lines = [told(line) for line in document.lines]
    own = {"lines": lines, "at_by_state": dict(document.at_by_state), "details": dict(document.details)}
    return DocumentShown(**told(document) | own)


def _asked(caller: Caller, stream: str, body: Move, version: int | None, key: str | None) -> Asked:
    """The move as a request to the engine. Refused without the move's right."""
    flow = _known(stream.partition("/")[0])
    _require(caller, flow, body.move)
    rule = move_of(load_flows()[flow], body.move)
    document = caller.work.document(stream, caller.desk)
    by = doer_of(rule, caller.work.terms.find(document.contract), caller.desk) if rule is not None else caller.desk
    by = caller.desk if isinstance(by, Party) and by.value in ("seller", "platform") else by
    at = caller.now if body.at is None else body.at
    return Asked(stream, body.move, at, by, body.details, key, version, who=caller.signed.name)


def _done(caller: Caller, asked: Asked, *, timed: bool) -> Document:
    found = _all_done(caller, [asked], [timed])[0]
    if isinstance(found, Refused):
        raise found
    return found


def _all_done(caller: Caller, asked: list[Asked], timed: list[bool]) -> list[Document | Refused]:
    """What became of each; one that was sent before without an instant is known by its key and content."""
    work = caller.site.work(caller.place)
    found = work.do_all(asked)
    return [
        (told_before(work, one, timed=at_told) or answer) if isinstance(answer, Refused) and again(answer) else answer
        for one, answer, at_told in zip(asked, found, timed, strict=True)
    ]


def again(refused: Refused) -> bool:
    """True when it may be that the same was told before."""
    return {problem.code for problem in refused.problems} <= {"key_used", "opened_before"}


def _previewed(caller: Caller, asked: list[Asked]) -> list[Document | Refused]:
    found: list[Document | Refused] = []
    for one in asked:
        try:
            found.append(caller.work.preview(one))
        except Refused as refused:
            found.append(refused)
    return found


def _moved(stream: str, found: Document | Refused) -> MoveAnswer:
    if isinstance(found, Document):
        return MoveAnswer(stream=stream, status=200, document=document_shown(found))
    problems = [ProblemShown(**one.as_json()) for one in found.problems]  # type: ignore[arg-type]
    return MoveAnswer(stream=stream, status=refusing.status_of(found.problems), problems=problems)


def _allowed(action: Action) -> Allowed:
    move, step = action.move, action.step
    return Allowed(
        move=move.name, title=move.title, title_zh=move.title_zh, by=action.by.value, needs=list(move.needs),
        due_at=step.due_at if step else None, stake_minor=step.stake_minor if step else 0, proposed=step is not None,
        why_not=[ProblemShown(**one.as_json()) for one in action.why],  # type: ignore[arg-type]
    )  # fmt: skip


def _entry(one: Written) -> EntryShown:
    entry, draft = one.entry, one.entry.draft
    charges = [
        ChargeShown(
            term=charge.term,
            kind=str(charge.kind),
            minor=charge.minor,
            currency=charge.currency,
            source=_text(charge.source),
            evidence=_text(charge.evidence),
        )  # fmt: skip
        for charge in one.charges
    ]
    return EntryShown(
        position=entry.position, kind=draft.kind, actor=entry.actor, state=entry.state, occurred_at=draft.occurred_at,
        recorded_at=entry.recorded_at, details=dict(one.details), charges=charges,
        postings=[_posting(posting) for posting in draft.postings], taken_back=one.taken_back,
    )  # fmt: skip


def _posting(posting: Posting) -> tuple[str, str, int]:
    return posting.account, posting.unit, posting.amount


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)


def _known(flow: str) -> str:
    flows: Mapping[str, object] = load_flows()
    if flow not in flows:
        raise Refused(
            [Problem("flow", repr(flow)[:60], f"a flow: {', '.join(flows)}", "name one of them", "unknown_flow")]
        )
    return flow


def _require(caller: Caller, flow: str, move: str) -> None:
    """Refused without one of the rights that the move wants, at the desk."""
    rights = rights_of(flow, move)
    if not any(caller.signed.may(caller.place.name, right, caller.desk) for right in rights):
        found, fix = "a role or token without it", "ask an owner of the workspace for a role or a token that has it"
        names = " or ".join(sorted(rights))
        raise Refused([Problem(f"{flow}.{move}", found, f"the right to {names}", fix, "not_allowed")])
