"""The plan beside what was done: which purchases were ordered, which are late, by the documents of the ledger.

Hides how documents of a plan are numbered. Keeps the invariant that nothing is told of a purchase but what its own
documents say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuoguan.app.plan_read import Asked, Plan, before
from tuoguan.foundation.days import Day, day_of
from tuoguan.operate import Desk, Listed, Work, stream_of

LOOKED_AT = 400  # purchases whose day has passed, the longest ago first
PROPOSED, ORDERED = "proposed", "ordered"
IN_HAND = ("stocked", "arrived")


@dataclass(frozen=True, slots=True)
class Done:
    """One planned purchase: the state of its proposal, and the number and state of the purchase made of it.

    All are "" where there is no such document.
    """

    state: str = ""
    purchase: str = ""
    purchase_state: str = ""

    @property
    def is_ordered(self) -> bool:
        """True when somebody ordered it."""
        return self.state == ORDERED


@dataclass(frozen=True, slots=True)
class Late:
    """Purchases whose day has passed: to be ordered, and ordered but not in hand. ``is_all``: False when more were due
    than are looked at.
    """

    to_order: Sequence[tuple[Mapping[str, Any], Done]]
    to_arrive: Sequence[tuple[Mapping[str, Any], Done]]
    is_all: bool


def counts(work: Work) -> Mapping[str, int]:
    """Proposals of purchases by state."""
    found: dict[str, int] = {}
    for (flow, _, state), count in work.status_counts(Desk.SELLER).items():
        if flow == "restock":
            found[state] = found.get(state, 0) + count
    return found


def done(work: Work, plan: Plan, rows: Iterable[Mapping[str, Any]]) -> dict[int, Done]:
    """What became of each of the rows, by number of the purchase."""
    stream_by_number = {
        row["purchase"]: stream_of("restock", f"{row['sku']}/{plan.mark}-{row['purchase']}") for row in rows
    }
    listed = _listed(work, list(stream_by_number.values()))
    names = {
        stream: str(work.document(stream).details.get("purchase", ""))
        for stream, one in listed.items()
        if one.state == ORDERED
    }
    bought = _listed(work, [stream_of("purchase", name) for name in names.values() if name])
    found = {}
    for number, stream in stream_by_number.items():
        one, name = listed.get(stream), names.get(stream, "")
        document = bought.get(stream_of("purchase", name)) if name else None
        found[number] = Done(one.state if one else "", name if document else "", document.state if document else "")
    return found


def _listed(work: Work, streams: Sequence[str]) -> Mapping[str, Listed]:
    work.catch_up()
    return work.register.find(work.ledger.store, streams, desk=Desk.SELLER)


def late(work: Work, plan: Plan, asked: Asked, today: Day) -> Late:
    """What should have been ordered by today and was not, and what should have arrived and is not there."""
    due, awaited = (before(plan, asked, today, column, LOOKED_AT) for column in ("order_on", "arrive_on"))
    told = done(work, plan, [*due, *awaited])
    to_order = [(row, told[row["purchase"]]) for row in due if told[row["purchase"]].state == PROPOSED]
    to_arrive = [
        (row, told[row["purchase"]])
        for row in awaited
        if told[row["purchase"]].is_ordered and told[row["purchase"]].purchase_state not in IN_HAND
    ]
    return Late(to_order, to_arrive, len(due) < LOOKED_AT and len(awaited) < LOOKED_AT)


def days_late(row: Mapping[str, Any], column: str, today: Day) -> int:
    """How long ago the row's day was."""
    return today - day_of(row[column])
