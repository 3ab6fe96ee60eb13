"""A small world for tests of the work: one ledger in a file, contracts as of one day, goods at one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tuoguan.contracts import Compiled, Library, compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Document, Ledger, Line, Step, StepKind, Work, moves_between
from tuoguan.store import open_sqlite

DAY = parse_day("2026-03-02")  # a Monday
NOON = DAY * 86_400 + 43_200
HOUR = 3_600
LINE = Line("CUP", 2, retail_price_minor=1_999, supply_price_minor=1_200, weight_g=300, volume_cm3=800)
FULL = ("temu/full/US", "aliexpress/full/US", "tiktok_shop/full/US")
SELF_STOCKED = ("temu/semi/US", "aliexpress/semi/US", "tiktok_shop/self/US")
ALL = (*FULL, *SELF_STOCKED, "tiktok_shop/fbt/US")
# What the moves of a life need to be told.
TOLD: Mapping[str, Any] = {
    "outcome": "resale", "reason": "quality", "kind": "normal", "quote_minor": 1_300, "counter_minor": 1_100,
    "price_minor": 1_000, "evidence": "proof_of_delivery", "amount_minor": 500, "fact": "quality_incident",
    "supply_price_minor": 1_100, "asked_price_minor": 1_150, "retail_price_minor": 1_899, "buffer_units": 1,
    "tracking_number": "1Z",
}  # fmt: skip


@cache
def library() -> Library:
    """The contracts that come with the program."""
    return load()


@cache
def terms_of(name: str) -> Compiled:
    """A contract as of the day of this world."""
    return compile(library().contract(name), on=DAY)


@dataclass
class World:
    """One ledger with an engine; ``done`` lists (flow, move, who did it)."""

    path: Path
    now: int = NOON
    done: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.work = Work(Ledger(open_sqlite(self.path), clock=lambda: self.now))

    def add(self, name: str) -> str:
        """The hash of a contract whose terms the ledger now holds."""
        return self.work.terms.add(terms_of(name))

    def stock(self, place: str, units: int, sku: str = LINE.sku, number: str = "first") -> None:
        """Units bought and put away at a place of the seller's."""
        lines = [Line(sku, units, supply_price_minor=700)]
        self.work.open(
            "purchase", number, currency="CNY", place=place, lines=lines, at=self.now - 30 * 86_400, by=Desk.SELLER
        )
        for move in moves_between("purchase", "ordered", "stocked") or ():
            self.work.record(f"purchase/{number}", move, at=self.now - 20 * 86_400, by=Desk.SELLER)

    def steps(self, desk: Desk, stream: str) -> list[Step]:
        """The steps of one document at a desk."""
        return [step for step in self.work.next_steps(desk, self.now) if step.stream == stream]

    def live(self, stream: str, until: str = "") -> Document:
        """Walks the document to the end of its life, or to a state, by doing the first step that is proposed for it.

        Whoever owns the step does it; nothing else decides who.
        """
        document = self.work.document(stream)
        while document.state != until and (steps := self.steps(Desk.PLATFORM, stream)):
            document = self.do(steps[0])
        return document

    def do(self, step: Step) -> Document:
        """The step done by its owner, not before it can be expected."""
        from tuoguan.operate import load_flows, move_of

        move = move_of(load_flows()[step.flow], step.move)
        assert move is not None
        waits = step.due_at if move.waits and step.due_at is not None else 0
        self.now = max(self.now + HOUR, waits)
        self.done.append((step.flow, step.move, step.owner.value))
        details = {name: TOLD[name] for name in move.needs}
        return self.work.record(step.stream, step.move, at=self.now, by=step.owner, details=details)

    def kinds(self, stream: str) -> dict[Desk, set[StepKind]]:
        """What each desk has to do about a document."""
        return {desk: {step.kind for step in self.steps(desk, stream)} for desk in Desk}


def other(owner: Party) -> Desk:
    """The desk that does not own the step."""
    return Desk.PLATFORM if owner is Party.SELLER else Desk.SELLER
