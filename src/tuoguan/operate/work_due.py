"""By when a step is due under the contract, and what the contract takes when it is late.

Hides clocks. Keeps the invariant that a stake is what `postings_of` would book for the missed deadline, never an amount
computed here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from tuoguan.contracts import Compiled, DeadlineTerm
from tuoguan.foundation.days import add_business_days
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.parties import Party
from tuoguan.operate.flow_words import Document, Flow, Line, Move
from tuoguan.operate.flows import DOCUMENT, OPEN, move_of
from tuoguan.operate.postings import postings_of
from tuoguan.operate.work_rules import wait_until

DAY_SECONDS = 86_400
# How stock orders come in, by the kind they are of; the contract's clocks name the ways for which they count.
WAY_BY_KIND = {"normal": "stock_order", "urgent": "urgent_order", "jit": "jit"}
OTHER_WAY = "stock_order"


class Clock(NamedTuple):
    """A deadline that binds a move; ``minutes_late`` is the shortest lateness that is punished, 0: none is."""

    term: DeadlineTerm
    minutes_late: int


class Due(NamedTuple):
    """When a step is due (None: no deadline), and what its lateness costs the seller."""

    at: int | None
    stake_minor: int


def due_of(flow: Flow, move: Move, document: Document, compiled: Compiled | None) -> Due:
    """The earliest deadline that binds the move, and the money at stake."""
    clocks = _clocks(flow, move, document, compiled)
    start = _started(flow, move.clock, document)
    ends = sorted((_end(start, clock.term), index) for index, clock in enumerate(clocks))
    own = _own_due(flow, move, document)
    at = own if own is not None else ends[0][0] if ends else wait_until(move, document, compiled)
    if move.stake:
        stake = document.details.get(move.stake, 0)
        return Due(at, abs(stake) if type(stake) is int else 0)
    punished = next((clocks[index] for _, index in ends if clocks[index].minutes_late), None)
    if punished is None or compiled is None:
        return Due(at, 0)
    return Due(at, _stake(compiled, document.flow, punished.term.name, punished.minutes_late, document.lines))


def _clocks(flow: Flow, move: Move, document: Document, compiled: Compiled | None) -> tuple[Clock, ...]:
    if compiled is None or not move.clock or move.clock == DOCUMENT:
        return ()
    kind = document.details.get("kind", "")
    return _binding(compiled, flow.name, move, WAY_BY_KIND.get(kind, OTHER_WAY) if kind else "")


@lru_cache(maxsize=10_000)
def _binding(compiled: Compiled, flow: str, move: Move, way: str) -> tuple[Clock, ...]:
    """The contract's clocks that start with the move's fact and name one of its duties."""
    start, duties = int(FactKind[move.clock.upper()]), move.clock_duties or (move.duty,)
    return tuple(
        Clock(term, _shortest_punished(compiled, term))
        for term in compiled.deadlines
        if term.starts == start and term.duty in duties and (not term.inbound or not way or way in term.inbound)
    )


def _shortest_punished(compiled: Compiled, term: DeadlineTerm) -> int:
    """Minutes late from which the contract takes something from the seller; 0 where it never does."""
    if compiled.owner[term.duty] is not Party.SELLER:
        return 0
    index, rows = compiled.deadline_index(term.name), compiled.charges
    minutes = [
        int(row["after_minutes"]) + 1
        for row in rows
        if row["fact"] == FactKind.DEADLINE_MISSED and row["deadline"] in (index, -1) and row["sign"] < 0
    ]
    return min(minutes, default=0)


@lru_cache(maxsize=100_000)
def _stake(compiled: Compiled, flow: str, deadline: str, minutes_late: int, lines: tuple[Line, ...]) -> int:
    """What a document with these lines is charged, as a positive amount."""
    document = Document(
        f"{flow}/stake", flow, "stake", "", 0, compiled.hash, compiled.id, compiled.currency, "", lines, 0, {}, {}
    )
    told = {"deadline": deadline, "minutes_late": minutes_late}
    return -sum(charge.minor for charge in postings_of(flow, "miss", document, told, compiled).charges)


def _started(flow: Flow, clock: str, document: Document) -> int:
    """When the clock's fact happened to the document; when it came into its state, where the fact is yet to come."""
    if clock in _facts_of_opening(flow):
        return document.opened_at
    for move in flow.moves:
        if clock in move.facts and move.target in document.at_by_state:
            return document.at_by_state[move.target]
    return document.at_by_state.get(document.state, document.opened_at)


def _facts_of_opening(flow: Flow) -> tuple[str, ...]:
    opening = move_of(flow, OPEN)
    return opening.facts if opening is not None else ()


def _end(start: int, term: DeadlineTerm) -> int:
    """The instant at which the clock ends. Business days end at the time of day at which the clock began."""
    if term.business_days < 0:
        return start + 60 * term.minutes.value
    day, second = divmod(start, DAY_SECONDS)
    return add_business_days(day, term.business_days) * DAY_SECONDS + second


def _own_due(flow: Flow, move: Move, document: Document) -> int | None:
    """What the platform told for this document: "MOVE_due_at" for one move, "due_at" for those due from its opening."""
    details: Mapping[str, object] = document.details
    own = details.get(f"{move.name}_due_at")
    if own is None and (move.clock == DOCUMENT or (move.clock and move.clock in _facts_of_opening(flow))):
        own = details.get("due_at")
    return own if type(own) is int else None
