"""One document as a person reads it, and what they can do about it: steps, money, history, links, moves.

Hides which rooms know what. Keeps the invariants that a move is offered exactly when the engine would take it, that one
that is not says why in the engine's words, and that looking at a document or at a preview writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuoguan.app.document_forms import Field, fields_of
from tuoguan.contracts import Charge, Compiled
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import (
    Desk,
    Document,
    Draft,
    Entry,
    Flow,
    Move,
    Posting,
    Request,
    State,
    Step,
    Work,
    charges_in,
    is_floored,
    load_flows,
    moves_from,
    owner_of,
)

ASKED = frozenset({"missing_detail", "unknown_reason", "unknown_fact", "not_whole", "not_units"})
"""What the engine says of a move when only its form is still empty."""
LINKED = 4  # documents that a document's number leads to, of one flow
OWN_DETAILS = frozenset({"document", "facts", "charges"})


@dataclass(frozen=True, slots=True)
class Action:
    """A move as the desk could do it.

    by        as whom: the desk, or the party whose deed the desk writes down
    why       what speaks against it now; empty: it may be done
    step      the proposed step that it is, None: possible, not proposed
    """

    move: Move
    by: Desk | Party
    fields: tuple[Field, ...]
    why: tuple[Problem, ...] = ()
    step: Step | None = None

    @property
    def own(self) -> bool:
        """True when it is the desk's own step, and not somebody else's written down."""
        return isinstance(self.by, Desk)


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of the document's history; ``charges`` are in ``currency`` with the source of each."""

    entry: Entry
    move: Move | None
    charges: tuple[Charge, ...]
    details: Mapping[str, Any]
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """One state on the document's way: ``at`` when it came there, None while it is ahead."""

    state: State
    at: int | None
    now: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A document with all that its page says."""

    document: Document
    flow: Flow
    compiled: Compiled | None
    steps: tuple[Step, ...]
    actions: tuple[Action, ...]
    way: tuple[Stop, ...]
    history: tuple[Written, ...]
    links: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a request would do to its document; ``problems``: why it would be refused."""

    request: Request
    before: Document | None
    after: Document | None = None
    draft: Draft | None = None
    charges: tuple[Charge, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def shown(work: Work, stream: str, desk: Desk, at: int) -> Shown:
    """The document for the desk. Refused where there is none, or the contract hides it."""
    work.catch_up()
    document = work.document(stream, desk)
    flow, compiled = load_flows()[document.flow], work.terms.find(document.contract)
    steps = tuple(work.queue.steps_of(work.ledger.store, [stream], desk, at)[stream])
    return Shown(
        document, flow, compiled, steps, tuple(actions_of(work, document, desk, at, steps)),
        tuple(way_of(document, flow)), history_of(work, stream), tuple(_links(work, document, desk)),
    )  # fmt: skip


def actions_of(work: Work, document: Document, desk: Desk, at: int, steps: Sequence[Step] = ()) -> Iterator[Action]:
    """Every move out of where the document is, those that can be done first in the flow's order."""
    flow, compiled = load_flows()[document.flow], work.terms.find(document.contract)
    step_by_move = {step.move: step for step in steps}
    for move in moves_from(flow, document.state):
        by = doer_of(move, compiled, desk)
        request = Request(document.stream, move.name, at, by, expected_version=document.version)
        why = tuple(one for one in _refusals(work, request) if one.code not in ASKED)
        fields = fields_of(document.flow, move.name, document, compiled)
        yield Action(move, by, fields, why, step_by_move.get(move.name))


def doer_of(move: Move, compiled: Compiled | None, desk: Desk) -> Desk | Party:
    """As whom somebody at the desk does the move: the desk itself where it may, else the party whose deed it is."""
    owner = owner_of(move, compiled)
    return desk if owner is None or owner.value == desk.value else owner


def way_of(document: Document, flow: Flow) -> Iterator[Stop]:
    """The states it has been in, by time, and those that usually come next."""
    states = {state.name: state for state in flow.states}
    been = sorted(document.at_by_state.items(), key=lambda item: (item[1], list(states).index(item[0])))
    for name, at in been:
        if name != document.state:
            yield Stop(states[name], at, now=False)
    yield Stop(states[document.state], document.at_by_state.get(document.state), now=True)
    seen, here = set(document.at_by_state) | {document.state}, document.state
    while not states[here].final:
        ahead = (move.target for move in flow.moves if move.target and move.proposed_in(here))
        target = next((name for name in ahead if name not in seen), None)
        if target is None:
            return
        seen.add(target)
        here = target
        yield Stop(states[here], None, now=False)


def history_of(work: Work, stream: str) -> tuple[Written, ...]:
    """Every entry, the latest first."""
    entries = work.ledger.store.stream(stream)
    gone = {entry.draft.reverses for entry in entries if entry.draft.reverses}
    moves = {move.name: move for move in load_flows()[stream.partition("/")[0]].moves}
    return tuple(
        Written(
            entry, moves.get(entry.draft.kind.partition(".")[2]), _charges(work, entry.draft),
            {name: value for name, value in entry.draft.details.items() if name not in OWN_DETAILS},
            entry.position in gone,
        )
        for entry in reversed(entries)
    )  # fmt: skip


def previews(work: Work, requests: Sequence[Request]) -> tuple[Preview, ...]:
    """What each request would do, those before it done: goods that one takes are not there for the next."""
    found: list[Preview] = []
    drawn: dict[tuple[str, str], int] = {}
    for request in requests:
        before = None if request.move == "open" else work.document(request.stream)
        try:
            draft = work.drafted(request)
            short = _short(work, request, draft.postings, drawn)
            if short:
                raise Refused(short)
            found.append(Preview(request, before, work.preview(request), draft, _charges(work, draft)))
        except Refused as refused:
            found.append(Preview(request, before, problems=refused.problems))
    return tuple(found)


def _refusals(work: Work, request: Request) -> tuple[Problem, ...]:
    try:
        work.preview(request)
    except Refused as refused:
        return refused.problems
    return ()


def _short(
    work: Work, request: Request, postings: Sequence[Posting], drawn: dict[tuple[str, str], int]
) -> list[Problem]:
    """Goods that are not there; what is taken counts as drawn for those that come after."""
    wanted = {(one.account, one.unit): one.amount for one in postings if is_floored(one.account)}
    with work.ledger.store.reading() as view:
        there = view.balances(list(wanted))
    short = []
    for place, amount in wanted.items():
        left = there.get(place, 0) + drawn.get(place, 0)
        if amount < 0 and left + amount < 0:
            fix = "take less, or bring goods there first"
            at, found = f"{request.stream}: {request.move}", f"{left} {place[1]} in {place[0]}"
            short.append(Problem(at, found, f"{-amount} or more", fix, "below_nought"))
    if not short:
        for place, amount in wanted.items():
            drawn[place] = drawn.get(place, 0) + amount
    return short


def _charges(work: Work, draft: Draft) -> tuple[Charge, ...]:
    compiled = work.terms.find(draft.contract)
    return charges_in(draft, compiled) if compiled is not None else ()


def _links(work: Work, document: Document, desk: Desk) -> Iterator[Document]:
    """Documents that it names or that share its number, as far as the desk sees them."""
    flows, number = load_flows(), document.number
    named = [f"{flow}/{number}" for flow in flows if flow != document.flow]
    store = number.rpartition("/")[0]
    for name, value in document.details.items():
        if not isinstance(value, str):
            continue
        flow = "order" if name == "order_number" else name
        named += [value, f"{flow}/{value}", f"{flow}/{store}/{value}"]
    with work.ledger.store.reading() as view:
        there = list(view.streams([one for one in dict.fromkeys(named) if one.partition("/")[0] in flows]))
    for flow in flows:
        part, _ = work.register.page(work.ledger.store, flow, desk=desk, find=number, limit=LINKED)
        there += [one.stream for one in part]
    for stream in dict.fromkeys(there):
        if stream != document.stream:
            try:
                yield work.document(stream, desk)
            except Refused:
                continue
