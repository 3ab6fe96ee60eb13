"""Documents, the steps that are next, and how many documents stand where: rows made from the entries.

Hides the tables. Keeps the invariant that the rows are a function of the entries: an open document has one row for each
usual move out of its state, with what each desk has to do about it, and nothing else has any.

Steps are ordered by the money at stake in the home currency, then by when they are due, then by the
document's name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice

import msgspec

from tuoguan.foundation.parties import Party
from tuoguan.operate.flow_words import Desk, Document, Step, StepKind
from tuoguan.operate.flows import load_flows, move_of
from tuoguan.operate.storing import Row, Store, Table, TableShape, Transaction
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Entry
from tuoguan.operate.work_documents import fold
from tuoguan.operate.work_due import due_of, proposals_of
from tuoguan.operate.work_rules import EXPIRE, EXPIRES_AT, sees

MILLION = 1_000_000
NEVER = 2**62  # stands for "no deadline", behind all that have one
PAGE = 1_000
HIDDEN = ""  # in place of a kind of step: the desk does not see it
ORDER = ("-rank", "due_at", "stream", "turn")

DOCUMENTS = TableShape(
    "document",
    {
        "stream": "text", "flow": "text", "state": "text", "contract_id": "text", "opened_at": "int", "hidden": "int",
        "body": "bytes",
    },
    key=("stream",),
    indexes=(("flow", "state", "-opened_at", "stream"),),
)  # fmt: skip
STEPS = TableShape(
    "step",
    {
        "stream": "text", "move": "text", "turn": "int", "flow": "text", "seller": "text", "platform": "text",
        "owner": "text",
        "rank": "int", "due_at": "int", "stake_minor": "int", "currency": "text",
    },
    key=("stream", "move"),
    indexes=(("seller", "flow", *ORDER), ("platform", "flow", *ORDER)),
)  # fmt: skip
EXPIRIES = TableShape(
    "expiry", {"stream": "text", "expires_at": "int"}, key=("stream",), indexes=(("expires_at", "stream"),)
)
STATUSES = TableShape(
    "status",
    {"flow": "text", "contract_id": "text", "state": "text", "hidden": "int", "documents": "int"},
    key=("flow", "contract_id", "state", "hidden"),
)

_body = msgspec.msgpack.Encoder().encode
_document = msgspec.msgpack.Decoder(Document).decode


class Queue:
    """The projection behind work queues and lists of documents; `Ledger.catch_up` keeps it up to date."""

    name = "queue"
    shapes = (DOCUMENTS, STEPS, EXPIRIES, STATUSES)

    def __init__(self, terms: Terms, rates: Mapping[str, int] | None = None) -> None:
        self._terms, self._rates = terms, dict(rates or {})
        self._flows = load_flows()
        self._hides: dict[tuple[str, str], bool] = {}
        self._expiring = {
            name: move.sources if (move := move_of(flow, EXPIRE)) is not None else ()
            for name, flow in self._flows.items()
        }

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Carries the entries into the tables; each document that they touch is written once."""
        before = self._before(entries, transaction.table(DOCUMENTS.name))
        after: dict[str, Document | None] = dict(before)
        for entry in entries:
            document = after.get(entry.stream)
            if document is not None or "document" in entry.draft.details:
                after[entry.stream] = fold(document, entry.stream, entry.draft, entry.state)
        documents = [document for document in after.values() if document is not None]
        self._write_documents(transaction, documents)
        self._write_steps(transaction, before, documents)
        self._count(transaction.table(STATUSES.name), before.values(), documents)

    def steps(
        self, store: Store, desk: Desk, now: int, *, flow: str | None, kind: StepKind | None, after: Step | None,
        limit: int,
    ) -> list[Step]:  # fmt: skip
        """A page of steps, in order."""
        cursor = None if after is None else self._cursor(after)
        kinds = [kind] if kind is not None else list(StepKind)
        with store.reading() as view:
            table = view.table(STEPS.name)
            pages = [
                table.page({desk.value: one.value, "flow": name}, ORDER, cursor, limit)
                for one in kinds
                for name in ([flow] if flow is not None else self._flows)
            ]
        rows = islice(merge(*pages, key=_order), limit)
        return [self._step(row, desk, now) for row in rows]

    def steps_of(self, store: Store, streams: Sequence[str], desk: Desk, now: int) -> dict[str, list[Step]]:
        """What is next for these documents at the desk, in their flows' order; nothing for those it does not see."""
        with store.reading() as view:
            table = view.table(STEPS.name)
            rows = {stream: table.page({"stream": stream}, ("turn", "move")) for stream in streams}
        kind = list(STEPS.columns).index(desk.value)
        return {
            stream: [self._step(row, desk, now) for row in found if row[kind] != HIDDEN]
            for stream, found in rows.items()
        }

    def status_counts(self, store: Store, desk: Desk) -> dict[tuple[str, str, str], int]:
        """Documents that the desk sees, by (flow, contract id, state)."""
        found: Counter[tuple[str, str, str]] = Counter()
        with store.reading() as view:
            for flow, name, state, hidden, count in _all(view, STATUSES, STATUSES.key):
                if count and not (hidden and desk is Desk.SELLER):
                    found[flow, name, state] += count
        return dict(found)

    def expired(self, store: Store, now: int) -> list[str]:
        """Documents whose reservation ran out by ``now``, the longest ago first."""
        found = []
        with store.reading() as view:
            for stream, expires_at in _all(view, EXPIRIES, ("expires_at", "stream")):
                if expires_at > now:
                    break
                found.append(stream)
        return found

    def _before(self, entries: Sequence[Entry], table: Table) -> dict[str, Document]:
        streams = {entry.stream for entry in entries if entry.stream.partition("/")[0] in self._flows}
        rows = table.get([(stream,) for stream in streams])
        return {stream: _document(row[-1]) for (stream,), row in rows.items()}

    def _write_documents(self, transaction: Transaction, documents: Sequence[Document]) -> None:
        transaction.table(DOCUMENTS.name).put(
            (one.stream, one.flow, one.state, one.contract_id, one.opened_at, int(self._hidden(one)), _body(one))
            for one in documents
        )

    def _write_steps(
        self, transaction: Transaction, before: Mapping[str, Document], documents: Sequence[Document]
    ) -> None:
        table, expiries = transaction.table(STEPS.name), transaction.table(EXPIRIES.name)
        gone, rows, waits, ended = [], [], [], []
        for document in documents:
            old, new = before.get(document.stream), list(self._rows(document))
            kept = {row[1] for row in new}
            if old is not None:
                gone += [(old.stream, name) for name in self._proposed(old) if name not in kept]
            rows += new
            expires_at = self._expires_at(document)
            if expires_at is not None:
                waits.append((document.stream, expires_at))
            elif old is not None and self._expires_at(old) is not None:
                ended.append((old.stream,))
        table.drop(gone)
        table.put(rows)
        expiries.drop(ended)
        expiries.put(waits)

    def _count(self, table: Table, before: Iterable[Document], documents: Iterable[Document]) -> None:
        change: Counter[Row] = Counter()
        for document in documents:
            change[self._status(document)] += 1
        for document in before:
            change[self._status(document)] -= 1
        keys = [key for key, count in change.items() if count]
        known = table.get(keys)
        table.put((*key, (known[key][-1] if key in known else 0) + change[key]) for key in keys)

    def _status(self, document: Document) -> Row:
        return (document.flow, document.contract_id, document.state, int(self._hidden(document)))

    def _hidden(self, document: Document) -> bool:
        """True when the contract does not show the document to the seller's desk."""
        place = (document.flow, document.contract)
        hidden = self._hides.get(place)
        if hidden is None:
            flow, compiled = self._flows[document.flow], self._terms.find(document.contract)
            hidden = self._hides[place] = not sees(Desk.SELLER, flow, compiled)
        return hidden

    def _expires_at(self, document: Document) -> int | None:
        expires_at = document.details.get(EXPIRES_AT)
        return expires_at if type(expires_at) is int and document.state in self._expiring[document.flow] else None

    def _proposed(self, document: Document) -> Iterator[str]:
        """Names of the moves that are usual from where the document is."""
        for proposal in proposals_of(document, self._terms.find(document.contract)):
            yield proposal.move.name

    def _rows(self, document: Document) -> Iterator[Row]:
        compiled = self._terms.find(document.contract)
        for proposal in proposals_of(document, compiled):
            owner, due = proposal.owner, due_of(proposal, document, compiled)
            rank = due.stake_minor * self._rates.get(document.currency, MILLION) // MILLION
            yield (
                document.stream, proposal.move.name, proposal.turn, document.flow,
                HIDDEN if self._hidden(document) else _kind(owner, Party.SELLER), _kind(owner, Party.PLATFORM),
                owner.value if owner is not None else "", rank, NEVER if due.at is None else due.at, due.stake_minor,
                document.currency,
            )  # fmt: skip

    def _cursor(self, step: Step) -> Row:
        """Where the step stands in the order."""
        rank = step.stake_minor * self._rates.get(step.currency, MILLION) // MILLION
        turn = [move.name for move in self._flows[step.flow].moves].index(step.move)
        return (rank, NEVER if step.due_at is None else step.due_at, step.stream, turn)

    def _step(self, row: Row, desk: Desk, now: int) -> Step:
        stream, name, _, flow, seller, platform, owner, _, due_at, stake_minor, currency = row
        move = move_of(self._flows[flow], name)
        kind = StepKind(seller if desk is Desk.SELLER else platform)
        return Step(
            stream, flow, name, desk, kind, Party(owner or desk.value), None if due_at == NEVER else due_at,
            stake_minor, currency, move.evidence if move is not None else (), due_at < now,
        )  # fmt: skip


def _kind(owner: Party | None, desk: Party) -> str:
    """A step that anybody may do is a task at both desks."""
    return StepKind.TASK.value if owner is None or owner is desk else StepKind.WATCH.value


def _order(row: Row) -> Row:
    return (-row[7], row[8], row[0], row[2])


def _all(view: Transaction, shape: TableShape, order: Sequence[str]) -> Iterator[Row]:
    """Every row in order, page by page."""
    table, after = view.table(shape.name), None
    columns = [list(shape.columns).index(name) for name in order]
    while rows := table.page({}, order, after, PAGE):
        yield from rows
        after = tuple(rows[-1][index] for index in columns)
