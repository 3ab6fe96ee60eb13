"""Both models on three platforms in one ledger, happenings in any order from several threads and two connections.

What comes out is held against a table of where goods go, written here by hand: it knows neither postings nor states.
"""

import random
import threading
from collections import Counter
from pathlib import Path

import pytest

from operate_world import ALL, DAY, LINE, NOON, TOLD, terms_of
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import (
    Desk,
    Document,
    Ledger,
    Line,
    Request,
    Work,
    final_states,
    goods,
    load_flows,
    moves_between,
    moves_from,
    owner_of,
)
from tuoguan.store import open_sqlite

PLACE, UNITS, THREADS, ROUNDS = "shelf", 40, 3, 60
FLOWS = ("order", "order", "order", "stock_order", "return", "return", "case", "violation")
OPENED_WITH = {
    "return": {"reason": "quality"}, "stock_order": {"kind": "normal"},
    "violation": {"fact": "quality_incident", "due_at": NOON + 86_400, "amount_minor": 900},
}  # fmt: skip
OPENED_BY = {"order": Party.BUYER, "return": Party.BUYER, "case": Party.BUYER}
LEFT_OUT = {"sort", "miss"}
# Where the goods of a document go, whatever else is true of it.
GOES = {
    "order.reserve": ("at", "reserved"), "order.expire": ("reserved", "at"), "order.ship": ("reserved", "buyer"),
    "order.lose": ("buyer", "lost"), "return.receive": ("buyer", "quarantined"),
    "return.inspect": ("quarantined", "at"), "stock_order.send": ("supplier", "in_transit"),
    "stock_order.receive": ("in_transit", "quarantined"), "stock_order.put_away": ("quarantined", "at"),
    "stock_order.send_back": ("quarantined", "supplier"), "stock_order.lose": ("in_transit", "lost"),
}  # fmt: skip
CANCELS = {"order.cancel", "order.grant_cancel"}


class Hand:
    """One thread: opens documents and does what can be done to any, now and then what cannot, or twice."""

    def __init__(self, path: Path, number: int, terms: dict[str, str], shared: Work | None) -> None:
        self.luck = random.Random(number)
        self.number, self.terms = number, terms
        self.work = shared or Work(Ledger(open_sqlite(path), clock=lambda: NOON))
        self.at, self.opened = NOON, 0
        self.answers: list[tuple[Request, Document]] = []
        self.refusals: Counter[str] = Counter()

    def run(self, streams: list[str]) -> None:
        for _ in range(ROUNDS):
            self.at += self.luck.randrange(1, 3 * 86_400)
            asked = [self._open() for _ in range(self.luck.randint(0, 1))]
            asked += filter(None, (self._move(self._pick(streams)) for _ in range(6) if streams))
            asked += self.luck.sample(asked, min(len(asked), self.luck.randint(0, 1)))  # told twice
            for request, answer in zip(asked, self.work.do_all(asked), strict=True):
                if isinstance(answer, Refused):
                    self.refusals.update({problem.code for problem in answer.problems})
                    continue
                self.answers.append((request, answer))
                if request.move == "open":
                    streams.append(request.stream)

    def _open(self) -> Request:
        flow = self.luck.choice(FLOWS)
        self.opened += 1
        return Request(
            f"{flow}/{self.number}-{self.opened}", "open", self.at, OPENED_BY.get(flow, Desk.PLATFORM),
            OPENED_WITH.get(flow, {}), contract=self.terms[self.luck.choice(ALL)], place=PLACE, lines=(LINE,),
        )  # fmt: skip

    def _pick(self, streams: list[str]) -> str:
        """A document, rather one that is open."""
        for _ in range(6):
            stream = self.luck.choice(streams)
            document = self.work.document(stream)
            if document.state not in final_states(load_flows()[document.flow]):
                break
        return stream

    def _move(self, stream: str) -> Request | None:
        document = self.work.document(stream)
        flow = load_flows()[document.flow]
        state = document.state if self.luck.random() < 0.9 else self.luck.choice(flow.states).name
        moves = [move for move in moves_from(flow, state) if move.name not in LEFT_OUT]
        if not moves:
            return None
        move = self.luck.choice([move for move in moves if move.usual] or moves) if self.luck.random() < 0.8 else (
            self.luck.choice(moves)
        )  # fmt: skip
        by = owner_of(move, self.work.terms.find(document.contract)) or Party.PLATFORM
        if self.luck.random() < 0.05:
            by = self.luck.choice(list(Party))
        details = {name: TOLD[name] for name in move.needs}
        return Request(stream, move.name, self.at, by, details, key=f"{move.name}/{self.luck.randrange(3)}")


@pytest.fixture(name="hands", scope="module")
def hands_fixture(tmp_path_factory: pytest.TempPathFactory) -> list[Hand]:
    """Three threads that are done: two share an engine, the third has its own connection as another process would."""
    path = tmp_path_factory.mktemp("soak") / "ledger.db"
    work = Work(Ledger(open_sqlite(path), clock=lambda: NOON))
    terms = {name: work.terms.add(terms_of(name)) for name in ALL}
    at = DAY * 86_400
    work.open("purchase", "1", currency="CNY", place=PLACE, lines=[Line(LINE.sku, UNITS)], at=at, by=Desk.SELLER)
    for move in moves_between("purchase", "ordered", "stocked") or ():
        work.record("purchase/1", move, at=at, by=Desk.SELLER)
    hands = [Hand(path, number, terms, work if number < 2 else None) for number in range(THREADS)]
    streams: list[str] = []
    failed: list[BaseException] = []

    def run(hand: Hand) -> None:
        try:
            hand.run(streams)
        except BaseException as error:  # noqa: BLE001 told by the test, not lost in the thread
            failed.append(error)

    threads = [threading.Thread(target=run, args=(hand,)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return hands


def test_every_answer_is_in_the_ledger_once(hands: list[Hand]) -> None:
    ledger = hands[0].work.ledger
    recorded = Counter((entry.stream, entry.key) for entry in ledger.store.entries())
    assert set(recorded.values()) == {1}
    moves = {(request.stream, request.key or "") for hand in hands for request, _ in hand.answers if request.key}
    assert moves <= recorded.keys()
    assert len(moves) > 100
    refused = sum((hand.refusals for hand in hands), Counter[str]())
    assert {"illegal_move", "not_yours"} <= set(refused), refused  # the soak also tried what cannot be


def test_goods_are_where_a_hand_written_table_says(hands: list[Hand]) -> None:
    store = hands[0].work.ledger.store
    expected, reserved, moved = Counter({"supplier": -UNITS, "at": UNITS}), set(), Counter[str]()
    for entry in store.entries():
        kind, stream = entry.draft.kind, entry.stream
        source, target = GOES.get(kind, ("", ""))
        if kind in CANCELS and stream in reserved:
            source, target = "reserved", "at"
        if source:
            moved[kind] += 1
            expected[source] -= LINE.quantity
            expected[target] += LINE.quantity
            reserved = reserved | {stream} if target == "reserved" else reserved - {stream}
    found: Counter[str] = Counter()
    for account, unit, amount in store.all_balances("stock:"):
        assert unit == goods(LINE.sku)
        found[account.split(":")[1]] += amount
    assert {kind: units for kind, units in found.items() if units} == {
        kind: units for kind, units in expected.items() if units
    }
    assert sum(moved.values()) > 60 and moved["order.ship"] > 5 and moved["stock_order.put_away"], moved


def test_the_chain_holds_and_everything_made_again_is_the_same(hands: list[Hand]) -> None:
    work = hands[0].work
    ledger = work.ledger
    assert ledger.verify() == []
    later = NOON + 400 * 86_400
    steps = {desk: work.next_steps(desk, later, limit=10_000) for desk in Desk}
    shown = {desk: work.status_counts(desk) for desk in Desk}
    balances = list(ledger.store.all_balances())
    assert steps[Desk.PLATFORM] and steps[Desk.SELLER]
    ledger.rebuild()
    ledger.rebuild(work.queue)
    assert list(ledger.store.all_balances()) == balances
    assert {desk: work.next_steps(desk, later, limit=10_000) for desk in Desk} == steps
    assert {desk: work.status_counts(desk) for desk in Desk} == shown
    fresh = Work(Ledger(open_sqlite(ledger.store.path), clock=lambda: 0))  # type: ignore[attr-defined]
    for hand in hands:
        for request, _ in hand.answers:
            assert fresh.document(request.stream) == hand.work.document(request.stream)
