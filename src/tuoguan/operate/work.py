"""The engine: documents move along their flows, each step done by whom the contract gives it to.

Hides the ledger, the documents in hand and the queue. Keeps the invariant that a document's state moves along the data
of its flow alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.accounts import StockAccount, goods, stock
from tuoguan.operate.flow_words import Desk, Document, Line, Step, StepKind
from tuoguan.operate.flows import OPEN, load_flows, move_of
from tuoguan.operate.ledger import Ledger
from tuoguan.operate.queue import Queue
from tuoguan.operate.register import Register
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Draft
from tuoguan.operate.work_deciding import Answer, Deciding
from tuoguan.operate.work_documents import Request, stream_of
from tuoguan.operate.work_rules import EXPIRE, owner_of, sees


class Work:
    """Documents of one ledger; threads may share it, other processes may work on the same ledger.

    reservation_minutes  how long a reservation holds when nobody says so; None: until somebody gives it back
    rates                millionths of the home currency's minor unit for one of a currency's, to order by alone
    """

    def __init__(
        self,
        ledger: Ledger,
        terms: Terms | None = None,
        *,
        reservation_minutes: int | None = None,
        rates: Mapping[str, int] | None = None,
    ) -> None:
        self.ledger = ledger
        self.terms = terms or Terms(ledger)
        self.queue = Queue(self.terms, rates)
        self.register = Register(self.terms, rates)
        self._deciding = Deciding(ledger, self.terms, reservation_minutes)

    def open(
        self, flow: str, number: str, *, contract: str = "", place: str = "", lines: Sequence[Line] = (), at: int,
        by: Desk | Party, details: Mapping[str, Any] | None = None, key: str | None = None, currency: str = "",
    ) -> Document:  # fmt: skip
        """The new document, durable; the one that is there already when the same was opened before. Raises Refused."""
        stream = stream_of(flow, number)
        return self._one(
            Request(stream, OPEN, at, by, details or {}, key, None, contract, currency, place, tuple(lines))
        )

    def record(
        self, stream: str, move: str, *, at: int, by: Desk | Party, details: Mapping[str, Any] | None = None,
        key: str | None = None, expected_version: int | None = None,
    ) -> Document:  # fmt: skip
        """The document behind the move, durable. Raises Refused with the reason when the move is illegal."""
        return self._one(Request(stream, move, at, by, details or {}, key, expected_version))

    def do_all(self, requests: Sequence[Request]) -> list[Answer]:
        """What became of each request, in order; all that can be done in one commit, each standing alone.

        Later requests see what earlier ones of the same document did. Where the ledger refuses one, those behind it are
        decided again on the document as it then is.
        """
        return self._deciding.do_all(requests)

    def preview(self, request: Request) -> Document:
        """The document as the request would leave it; nothing is recorded. Raises Refused when it may not be done."""
        return self._deciding.preview(request)[0]

    def drafted(self, request: Request) -> Draft:
        """The entry that the request would write: its postings, facts and charges. Refused as `preview` is."""
        return self._deciding.preview(request)[1]

    def document(self, stream: str, desk: Desk | None = None) -> Document:
        """The document as it is now. Raises Refused when there is none, or the contract hides it from the desk."""
        hands = self._deciding.hands
        hands.drop_stale([stream])
        document = hands.take([stream])[stream].document
        if document is None:
            raise Refused([Problem(stream, "no such document", "one that was opened", "open it first", "no_document")])
        if desk is not None and not sees(desk, load_flows()[document.flow], self.terms.find(document.contract)):
            found, fix = f"hidden by {document.contract_id}", "ask at the platform's desk"
            raise Refused([Problem(stream, found, f"a document that the {desk}'s desk sees", fix, "not_visible")])
        return document

    def sellable(self, place: str, sku: str, buffer_units: int = 0) -> int:
        """Units that a listing with this buffer may offer: what is free at the place less the buffer, never below 0."""
        account = (stock(StockAccount.AT, place), goods(sku))
        with self.ledger.store.reading() as view:
            return max(0, view.balances([account]).get(account, 0) - buffer_units)

    def expire_reservations(self, now: int) -> list[Answer]:
        """Gives back what reservations hold that ran out by ``now``; the keeper of the stock is the one who does it."""
        self.ledger.catch_up(self.queue)
        documents = [self.document(stream) for stream in self.queue.expired(self.ledger.store, now)]
        return self.do_all([Request(document.stream, EXPIRE, now, self._keeper(document)) for document in documents])

    def catch_up(self) -> None:
        """Brings the queue and the register up to the ledger's end; first thing before either is read directly."""
        self.ledger.catch_up(self.queue)
        self.ledger.catch_up(self.register)

    def next_steps(
        self, desk: Desk, now: int, *, flow: str | None = None, kind: StepKind | None = None, after: Step | None = None,
        limit: int = 100,
    ) -> list[Step]:  # fmt: skip
        """What is next at the desk: most money at risk first, then the earliest due; behind ``after``, at most
        ``limit``. Each open document has a step for every usual move, a task or a watch.
        """
        self.ledger.catch_up(self.queue)
        return self.queue.steps(self.ledger.store, desk, now, flow=flow, kind=kind, after=after, limit=limit)

    def status_counts(self, desk: Desk) -> dict[tuple[str, str, str], int]:
        """Documents that the desk sees, by (flow, contract id, state)."""
        self.ledger.catch_up(self.queue)
        return self.queue.status_counts(self.ledger.store, desk)

    def _keeper(self, document: Document) -> Party:
        move = move_of(load_flows()[document.flow], EXPIRE)
        owner = owner_of(move, self.terms.find(document.contract)) if move is not None else None
        return owner or Party.SELLER

    def _one(self, request: Request) -> Document:
        answer = self.do_all([request])[0]
        if isinstance(answer, Refused):
            raise answer
        return answer
