"""Documents as their entries left them, and how a move is written into an entry.

Hides the layout of an entry's details. Keeps the invariant that a document is a function of its entries alone: the
engine, the projections and a reader of years later fold them by the same code.

Details of an entry are what came with the move, and three of the engine's own: ``document`` (place, currency, contract
and lines, with the move that opens), ``facts`` and ``charges``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import astuple

from tuoguan.contracts import Compiled
from tuoguan.foundation.parties import Party
from tuoguan.operate.flow_words import Desk, Document, Line
from tuoguan.operate.postings_kept import KeptFact, Said
from tuoguan.operate.words import Draft, Entry

OWN = frozenset(["document", "facts", "charges"])


class Request(msgspec.Struct, frozen=True):
    """A move as somebody wants it recorded; with the move "open", the document that it makes.

    by                who does it, at a desk or as a party (what another party did is told with its name)
    key               what makes a redelivery harmless; None: the move and its instant
    expected_version  number of entries the writer knows the document to have; None: whatever it has
    contract          hash of terms that `Terms` holds; "" and ``currency`` for documents outside any contract
    who               the person at the desk, who stands behind it in the ledger ("seller/li"); "": nobody is named
    """

    stream: str
    move: str
    at: int
    by: Desk | Party
    details: Mapping[str, Any] = {}
    key: str | None = None
    expected_version: int | None = None
    contract: str = ""
    currency: str = ""
    place: str = ""
    lines: tuple[Line, ...] = ()
    who: str = ""

    @property
    def actor(self) -> str:
        """Who did it, as the ledger keeps it."""
        return f"{self.by.value}/{self.who}" if self.who else self.by.value


def stream_of(flow: str, number: str) -> str:
    """The stream of a document."""
    return f"{flow}/{number}"


def opened(request: Request, compiled: Compiled | None) -> Document:
    """The document that a request to open speaks of, before it is recorded: without state, version 0."""
    flow, _, number = request.stream.partition("/")
    currency = compiled.currency if compiled is not None else request.currency
    name = compiled.id if compiled is not None else ""
    return Document(
        request.stream, flow, number, "", 0, request.contract, name, currency, request.place, request.lines,
        request.at, {}, {},
    )  # fmt: skip


def written(
    document: Document, details: Mapping[str, Any], facts: Sequence[KeptFact], charges: Sequence[Said]
) -> dict[str, Any]:
    """The details of the entry that the move makes; ``document`` is as it was before."""
    told = dict(details)
    if not document.version:
        lines = [astuple(line) for line in document.lines]
        told["document"] = [document.contract_id, document.currency, document.place, lines]
    if facts:
        told["facts"] = facts
    if charges:
        told["charges"] = charges
    return told


def moved(document: Document, state: str, at: int, details: Mapping[str, Any]) -> Document:
    """The document behind a move; ``details`` are those that came with it."""
    changed = state != document.state
    return Document(
        document.stream, document.flow, document.number, state, document.version + 1, document.contract,
        document.contract_id, document.currency, document.place, document.lines, document.opened_at,
        {**document.at_by_state, state: at} if changed else document.at_by_state,
        {**document.details, **details} if details else document.details,
    )  # fmt: skip


def fold(document: Document | None, stream: str, draft: Draft, state: str) -> Document | None:
    """The document behind one more entry; None for streams that are no document's.

    A reversal takes the entry's postings back and leaves the document where it is: what happened then is another move.
    """
    if document is None:
        own = draft.details.get("document")
        if own is None:
            return None
        flow, _, number = stream.partition("/")
        name, currency, place, lines = own
        document = Document(
            stream, flow, number, "", 0, draft.contract, name, currency, place,
            tuple(Line(*line) for line in lines), draft.occurred_at, {}, {},
        )  # fmt: skip
    told: Mapping[str, Any] = {} if draft.reverses else draft.details
    if not told.keys().isdisjoint(OWN):
        told = {name: value for name, value in told.items() if name not in OWN}
    return moved(document, state, draft.occurred_at, told)


def document_of(entries: Iterable[Entry]) -> Document | None:
    """The document that the entries of one stream make; None when they make none."""
    document = None
    for entry in entries:
        document = fold(document, entry.stream, entry.draft, entry.state)
    return document
