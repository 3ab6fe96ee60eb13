"""Random years of documents under every contract, played through the engine into a real ledger."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from small_ledger import ledger_in
from tuoguan.contracts import Compiled, compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Document, Line, Move, Request, Work, load_flows, moves_from
from tuoguan.operate.work_rules import owner_of

ON = parse_day("2026-11-23")
SKUS = ("cup", "lamp", "rug")
OPENED = (
    "purchase", "purchase", "stock_order", "stock_order", "order", "order", "order", "return", "violation", "store",
    "statement", "payout", "listing", "price_review", "case", "holding", "labor",
)  # fmt: skip
USUAL_SHARE = 0.8


@cache
def open_contracts() -> tuple[Compiled, ...]:
    """Every contract that can be signed on the day, in its own currency."""
    library, found = load(), []
    for name in library.ids():
        try:
            found.append(compile(library.contract(name), on=ON))
        except Refused:
            continue  # a base, or not open
    return tuple(found)


@dataclass
class Play:
    """One contract's documents and the dice that move them."""

    compiled: Compiled
    dice: Random
    place: str
    documents: dict[str, Document] = field(default_factory=dict)
    count: int = 0

    def request(self, at: int) -> Request:
        """Something that somebody may try at ``at``."""
        movable = [one for one in self.documents.values() if moves_from(load_flows()[one.flow], one.state)]
        if not movable or self.dice.random() < 0.3:
            return self._open(at)
        document = self.dice.choice(movable)
        flow = load_flows()[document.flow]
        moves = moves_from(flow, document.state)
        usual = [move for move in moves if move.usual]
        move = self.dice.choice(usual if usual and self.dice.random() < USUAL_SHARE else moves)
        by = owner_of(move, self.compiled if document.contract else None) or Party.SELLER
        return Request(document.stream, move.name, at, by, self.details(document.flow, move, document))

    def _open(self, at: int) -> Request:
        name, flows = self.dice.choice(OPENED), load_flows()
        move = next(move for move in flows[name].moves if not move.sources)
        self.count += 1
        many = 12 if name in ("purchase", "stock_order") else 1
        lines = tuple(self._line(sku, many) for sku in self.dice.sample(SKUS, self.dice.randint(1, 2)))
        own = name in ("purchase", "labor") and self.dice.random() < 0.5
        details, number = self.details(name, move, None), f"{self.place}/{self.count}"
        if name == "return":
            sold = [one for one in self.documents.values() if one.flow == "order" and one.state in RETURNABLE]
            if sold:
                order = self.dice.choice(sold)
                lines, details = order.lines, {**details, "order": order.stream}
        by = owner_of(move, None if own else self.compiled) or Party.SELLER
        contract, currency = ("", "CNY") if own else (self.compiled.hash, "")
        return Request(f"{name}/{number}", "open", at, by, details, None, None, contract, currency, self.place, lines)

    def _line(self, sku: str, many: int) -> Line:
        dice = self.dice
        scale = 1 if self.compiled.currency in ("JPY", "KRW") else 100
        supply = dice.randint(3, 40) * scale + dice.randint(0, 99)
        return Line(
            sku, many * dice.randint(1, 4), supply + dice.randint(0, 30) * scale, supply, dice.randint(1, 3000),
            dice.randint(1, 20_000), dice.choice((0, supply // 2)),
        )  # fmt: skip

    def details(self, flow: str, move: Move, document: Document | None) -> dict[str, Any]:
        """What the move needs, and now and then what it may come with."""
        dice = self.dice
        known: Mapping[str, Any] = {
            "reason": dice.choice(("quality", "change_of_mind", "wrong_goods", "seller_fault", "not_received")),
            "deadline": dice.choice([term.name for term in self.compiled.deadlines] or ["none"]),
            "minutes_late": dice.choice((1, 2000, 9000)), "amount_minor": dice.randint(0, 9999), "kind": "normal",
            "fact": dice.choice(("quality_incident", "fake_tracking", "conduct_breached", "safety_incident")),
            "outcome": self._outcome(document), "quote_minor": 900, "counter_minor": 800, "price_minor": 700,
            "evidence": "kept", "to_contract": "", "to_listing": "", "difference_minor": 5,
            "tracking_number": "T1", "supply_price_minor": 900, "retail_price_minor": 990, "buffer_units": 0,
        }  # fmt: skip
        found = {name: known.get(name, 900 if name.endswith("_minor") else "told") for name in move.needs}
        return found | self._extra(flow, move.name, document)

    def _outcome(self, document: Document | None) -> Any:
        if document is None or self.dice.random() < 0.6:
            return self.dice.choice(("resale", "scrap", "refused"))
        units = {line.sku: line.quantity for line in document.lines}
        return {"resale": {sku: count - 1 for sku, count in units.items()}, "scrap": dict.fromkeys(units, 1)}

    def _extra(self, flow: str, move: str, document: Document | None) -> dict[str, Any]:
        dice, key = self.dice, f"{flow}.{move}"
        own = {line.sku: line.quantity for line in document.lines} if document else {}
        if key in ("stock_order.receive", "purchase.arrive") and dice.random() < 0.4:
            return {"received": {sku: max(0, units + dice.randint(-1, 1)) for sku, units in own.items()}}
        choices: Mapping[str, tuple[dict[str, Any], ...]] = {
            "stock_order.check": ({}, {"refused": dict.fromkeys(own, 1)}),
            "order.settle": ({}, {}, {"statement": True}, {"paid_minor": dice.randint(-50, 5000)}, self._fx()),
            "order.ship": ({}, {"work_minor": 85}), "return.receive": ({}, {"work_minor": 85}, {"how": "paid"}),
            "statement.match": ({"unknown_minor": dice.randint(-300, 300)},),
            "statement.settle": ({"cleared": {"service": dice.randint(-200, 0), "subsidy": dice.randint(0, 50)}},),
            "holding.open": ({"days_held": dice.choice((0, 61, 200))}, {"amount_minor": 321}),
            "store.approve": ({}, {"deposit_minor": 1000}),
        }  # fmt: skip
        if key in choices:
            return dice.choice(choices[key])
        if flow == "purchase" and move.startswith(("pay", "bill_")):
            return {"how": dice.choice(("paid", "billed", "settled", "billed"))} | dice.choice(({}, self._fx()))
        return {"how": "paid"} if dice.random() < 0.2 else {}

    def _fx(self) -> dict[str, Any]:
        return {"fx": {"currency": "CNY", "minor": self.dice.randint(0, 9999)}}


RETURNABLE = frozenset({"shipped", "delivered", "settled", "closed"})


def play(folder: Path, *, seed: int, rounds: int) -> tuple[Work, Counter[str]]:
    """A ledger in which every contract's documents moved ``rounds`` times at random, and what came of the moves."""
    work, dice = Work(ledger_in(folder)), Random(seed)
    plays = [Play(compiled, Random(dice.random()), f"site{index}") for index, compiled in enumerate(open_contracts())]
    for one in plays:
        work.terms.add(one.compiled)
    done = Counter[str]()
    for count in range(rounds):
        requests = [one.request(ON * 86_400 + count * 7200) for one in plays]
        for one, request, answer in zip(plays, requests, work.do_all(requests), strict=True):
            name = f"{request.stream.split('/')[0]}.{request.move}"
            if isinstance(answer, Refused):
                done[f"refused {name} {answer.problems[0].code}"] += 1
            else:
                one.documents[request.stream] = answer
                done[name] += 1
    return work, done
