"""Requests decided and recorded: what each move writes, in as few commits as can be.

Hides versions, batches and races. Keeps the invariants that whatever was answered is in the ledger, that every request
gets an answer, and that one whose ground was wrong (a move before it refused, a document that others moved on) is
decided again on the document as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from tuoguan.foundation.cycles import uncollected
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.accounts import StockAccount
from tuoguan.operate.flow_words import Document, Flow, Move
from tuoguan.operate.flows import OPEN, load_flows
from tuoguan.operate.ledger import Ledger
from tuoguan.operate.postings import postings_of
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Append, Draft, Posting, Recorded
from tuoguan.operate.work_documents import Request, moved, opened, written
from tuoguan.operate.work_held import Hands, Held, same
from tuoguan.operate.work_rules import EXPIRE, EXPIRES_AT, check_move, check_opening

TRIES = 50  # of one call; only somebody who is quicker every time can use them up
FREE = f"{StockAccount.AT.value}:"
LISTING, BUFFER = "listing", "buffer_units"  # an order's listing, and the units that a listing leaves alone
MINUTE_SECONDS = 60
Answer = Document | Refused


class Ready(NamedTuple):
    """A move that may be done: what is appended, and the document behind it."""

    append: Append
    held: Held


@dataclass(slots=True)
class Round:
    """Requests decided together: documents as they would be, what is to be appended, what has to be looked at again."""

    current: dict[str, Held]
    ready: list[tuple[int, Ready]] = field(default_factory=list)
    moved_on: set[str] = field(default_factory=set)  # documents with an append that is not recorded yet
    refused: list[tuple[int, Refused, bool]] = field(default_factory=list)  # (request, why, on such a document)
    again: list[int] = field(default_factory=list)
    free: dict[tuple[str, str], int] = field(default_factory=dict)  # units left where a buffer was looked at


class Deciding:
    """Decides requests on documents in hand and records them."""

    def __init__(self, ledger: Ledger, terms: Terms, reservation_minutes: int | None) -> None:
        self._ledger, self._terms = ledger, terms
        self._reservation_minutes = reservation_minutes
        self.hands = Hands(ledger.store)

    def do_all(self, requests: Sequence[Request]) -> list[Answer]:
        """What became of each request, in order."""
        answers: dict[int, Answer] = {}
        waiting = list(range(len(requests)))
        with uncollected():
            for tries_left in reversed(range(TRIES)):
                waiting = self._do(requests, waiting, answers, tries_left)
                if not waiting:
                    break
        return [answers[index] for index in range(len(requests))]

    def preview(self, request: Request) -> tuple[Document, Draft]:
        """The document as the request would leave it, and the entry that it would write; what only the ledger knows
        (balances) is not looked at.
        """
        self.hands.drop_stale([request.stream])
        one = Round(self.hands.take([request.stream]))
        ready = self._decide(one, request, key_of(request), one.current[request.stream])
        assert ready.held.document is not None
        return ready.held.document, ready.append.entries[0]

    def _do(
        self, requests: Sequence[Request], waiting: Sequence[int], answers: dict[int, Answer], tries_left: int
    ) -> list[int]:
        """Decides and records what waits; returns what has to be decided again."""
        one = Round(self.hands.take(requests[index].stream for index in waiting))
        for index in waiting:
            self._take(one, index, requests[index], answers)
        failed: set[str] = set()
        results = self._record([ready.append for _, ready in one.ready])
        for (index, ready), result in zip(one.ready, results, strict=True):
            stream = ready.append.stream
            if isinstance(result, Recorded) and not result.again and stream not in failed:
                self.hands.put(stream, ready.held)
                answers[index] = ready.held.document  # type: ignore[assignment]
                continue
            failed.add(stream)
            self.hands.drop(stream)
            # What the ledger refuses for the version, or was told before, is decided again on what is there now.
            if tries_left and (isinstance(result, Recorded) or _is_late(result)):
                one.again.append(index)
            else:
                answers[index] = result if isinstance(result, Refused) else self._now(stream)
        self._settle_refused(one, requests, failed, answers, tries_left)
        return sorted(one.again)

    def _settle_refused(
        self, one: Round, requests: Sequence[Request], failed: set[str], answers: dict[int, Answer], tries_left: int
    ) -> None:
        """Refusals stand when the document they were decided on is the one in the ledger."""
        stale = self.hands.drop_stale(list({requests[index].stream for index, _, _ in one.refused})) | failed
        for index, why, on_moved in one.refused:
            stream = requests[index].stream
            if tries_left and stream in stale and (on_moved or stream not in failed):
                one.again.append(index)
            else:
                answers[index] = why

    def _take(self, one: Round, index: int, request: Request, answers: dict[int, Answer]) -> None:
        """One request into the round."""
        held = one.current[request.stream]
        key = key_of(request)
        if key in held.keys:
            if request.stream in one.moved_on:
                one.again.append(index)  # told twice in one batch: look again when the first is recorded
            else:
                answers[index] = self._told_before(request, key, held)
            return
        try:
            ready = self._decide(one, request, key, held)
        except Refused as refused:
            one.refused.append((index, refused, request.stream in one.moved_on))
            return
        one.ready.append((index, ready))
        one.moved_on.add(request.stream)
        one.current[request.stream] = ready.held

    def _decide(self, one: Round, request: Request, key: str, held: Held) -> Ready:
        """What the request writes; raises Refused when it may not be done."""
        flow, move = _flow_and_move(request)
        document = held.document
        opening = move.name == OPEN
        if opening and document is not None:
            raise Refused([_there_already(request, document)])
        if not opening and document is None:
            raise Refused([Problem(f"{request.stream}: {request.move}", "no such document", "one that was opened",
                                   "open it first", "no_document")])  # fmt: skip
        compiled = self._terms.find(request.contract if document is None else document.contract)
        before = opened(request, compiled) if document is None else document
        problems = check_opening(request, compiled) if opening else []
        problems += check_move(request, flow, move, before, compiled)
        if move.requires:
            problems += self._not_ready(request, move, before)
        if problems:
            raise Refused(problems)
        details = self._with_expiry(flow, move, request)
        made = postings_of(flow.name, move.name, before, details, compiled, request.at)
        self._leave_buffer(one, request, before, made.postings)
        state = move.target or before.state
        told = written(before, details, made.facts, made.told.said)
        draft = Draft(f"{flow.name}.{move.name}", request.at, made.postings, told, before.contract)
        append = Append(request.stream, key, (draft,), before.version, state, request.actor)
        return Ready(append, Held(moved(before, state, request.at, details), held.keys | {key}))

    def _not_ready(self, request: Request, move: Move, document: Document) -> list[Problem]:
        """Documents that the move leans on and that are not where they must be."""
        found = []
        for name, state in move.requires:
            stream = request.details.get(name) or document.details.get(name)
            if stream:
                other = self.hands.take([stream])[stream].document
                there = other.state if other is not None else "not there"
                if there != state:
                    at, fix = f"{request.stream}: {move.name}: {name}", f"do it once {stream} is {state}"
                    found.append(Problem(at, f"{stream}, which is {there}", state, fix, "not_ready"))
        return found

    def _with_expiry(self, flow: Flow, move: Move, request: Request) -> Mapping[str, Any]:
        """The details of a move into a state that a reservation can run out of, with the instant when it does."""
        if self._reservation_minutes is None or not move.target:
            return request.details
        expire = _moves(flow.name).get(EXPIRE)
        if expire is None or move.target not in expire.sources:
            return request.details
        return {EXPIRES_AT: request.at + MINUTE_SECONDS * self._reservation_minutes, **request.details}

    def _leave_buffer(self, one: Round, request: Request, document: Document, postings: Sequence[Posting]) -> None:
        """Refused when the move takes free units that the document's listing leaves to others."""
        listing = request.details.get(LISTING) or document.details.get(LISTING)
        if not listing:
            return
        shown = self.hands.take([listing])[listing].document
        buffer_units = shown.details.get(BUFFER, 0) if shown is not None else 0
        for account, unit, amount in postings if buffer_units else ():
            if amount >= 0 or not account.startswith(FREE):
                continue
            place = (account, unit)
            if place not in one.free:
                with self._ledger.store.reading() as view:
                    one.free[place] = view.balances([place]).get(place, 0)
            if one.free[place] + amount < buffer_units:
                fix = "take less, or set the listing's buffer lower"
                found = f"{-amount} of {one.free[place]} free, of which {listing} leaves {buffer_units} alone"
                expected = f"at most {max(0, one.free[place] - buffer_units)}"
                raise Refused([Problem(f"{request.stream}: {request.move}", found, expected, fix, "buffer_kept")])
            one.free[place] += amount

    def _told_before(self, request: Request, key: str, held: Held) -> Answer:
        """The document, when the key's first delivery said the same."""
        flow = request.stream.partition("/")[0]
        entry = self.hands.entry(request.stream, key)
        if held.document is not None and entry is not None:
            told = same(entry, f"{flow}.{request.move}", request.at, request.details)
            if told and (request.move != OPEN or request.lines == held.document.lines):
                return held.document
            found = f"{entry.draft.kind} recorded under the key {key!r} with other content"
            fix = "use a key of its own for something new; reverse the entry if it was wrong"
            return Refused([Problem(f"{request.stream}: {request.move}", found, "the same content", fix, "key_used")])
        return Refused([Problem(request.stream, "no such document", "one that was opened", "open it", "no_document")])

    def _now(self, stream: str) -> Answer:
        document = self.hands.take([stream])[stream].document
        if document is None:
            return Refused([Problem(stream, "no document", "one that was opened", "open it first", "no_document")])
        return document

    def _record(self, appends: Sequence[Append]) -> Sequence[Recorded | Refused]:
        """What the ledger makes of the appends; a single one shares its commit with other threads."""
        if len(appends) != 1:
            return self._ledger.append_all(appends) if appends else []
        try:
            return [self._ledger.append(appends[0])]
        except Refused as refused:
            return [refused]


def key_of(request: Request) -> str:
    """The key under which the request is recorded: its own, or the move and its instant."""
    return request.key if request.key is not None else f"{request.move}/{request.at}"


@cache
def _moves(flow: str) -> dict[str, Move]:
    return {move.name: move for move in load_flows()[flow].moves}


@cache
def _steps() -> dict[tuple[str, str], tuple[Flow, Move]]:
    return {(flow.name, move.name): (flow, move) for flow in load_flows().values() for move in flow.moves}


def _flow_and_move(request: Request) -> tuple[Flow, Move]:
    """The flow and move that the request names; raises Refused when there is none."""
    name = request.stream.partition("/")[0]
    if (known := _steps().get((name, request.move))) is not None:
        return known
    flow = load_flows().get(name)
    if flow is None:
        flows = ", ".join(load_flows())
        raise Refused([Problem(request.stream, repr(name), f"a flow: {flows}", "name one of them", "unknown_flow")])
    at, moves = f"{request.stream}: {request.move}", ", ".join(_moves(name))
    raise Refused([Problem(at, repr(request.move), f"a move: {moves}", "name one of them", "unknown_move")])


def _there_already(request: Request, document: Document) -> Problem:
    fix = "give it another number; or the key under which it was opened, when it is the same"
    return Problem(
        f"{request.stream}: {OPEN}", f"a document that is {document.state}", "none yet", fix, "opened_before"
    )


def _is_late(result: Refused) -> bool:
    return all(problem.code == "wrong_version" for problem in result.problems)
