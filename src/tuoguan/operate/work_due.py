"""By when a step is due under the contract, and what the contract takes when it is late.

Hides clocks. Keeps the invariant that a stake is what `postings_of` would book for the missed deadline, never an amount
computed here.
"""

from functools import lru_cache
from typing import NamedTuple

from tuoguan.contracts import Compiled, DeadlineTerm
from tuoguan.foundation.days import add_business_days
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.parties import Party
from tuoguan.operate.flow_words import Document, Flow, Line, Move
from tuoguan.operate.flows import DOCUMENT, OPEN, final_states, load_flows, moves_from
from tuoguan.operate.postings import postings_of
from tuoguan.operate.work_rules import owner_of, wait_seconds

DAY_SECONDS = 86_400
# How stock orders come in, by the kind they are of; the contract's clocks name the ways for which they count.
WAY_BY_KIND = {"normal": "stock_order", "urgent": "urgent_order", "jit": "jit"}
OTHER_WAY = "stock_order"


class Clock(NamedTuple):
    """A deadline that binds a move.

    minutes_late  the shortest lateness that is punished, 0: none is
    started_in    states that it began in, the first that the document came into counts; none: with its opening
    """

    term: DeadlineTerm
    minutes_late: int
    started_in: tuple[str, ...]


class Proposal(NamedTuple):
    """A usual move out of a state, with all that the contract says of it whatever the document.

    turn          its place among the moves of the flow: of steps that are otherwise equal the first comes first
    from_opening  True when the move's clock begins with the document
    wait_seconds  the days it can be expected after; None: none
    """

    move: Move
    turn: int
    owner: Party | None
    clocks: tuple[Clock, ...]
    from_opening: bool
    wait_seconds: int | None


class Due(NamedTuple):
    """When a step is due (None: no deadline), and what its lateness costs the seller."""

    at: int | None
    stake_minor: int


def proposals_of(document: Document, compiled: Compiled | None) -> tuple[Proposal, ...]:
    """The usual moves from where the document is; none where it has come to its end."""
    kind = document.details.get("kind", "")
    way = WAY_BY_KIND.get(kind, OTHER_WAY) if isinstance(kind, str) and kind else ""
    return _proposals(compiled, document.flow, document.state, way)


@lru_cache(maxsize=20_000)
def _proposals(compiled: Compiled | None, name: str, state: str, way: str) -> tuple[Proposal, ...]:
    flow = load_flows()[name]
    if state in final_states(flow):
        return ()
    return tuple(
        Proposal(
            move, flow.moves.index(move), owner_of(move, compiled), _binding(compiled, flow, move, way),
            not _started_in(flow, move.clock), wait_seconds(move, compiled),
        )
        for move in moves_from(flow, state)
        if move.proposed_in(state)
    )  # fmt: skip


def due_of(proposal: Proposal, document: Document, compiled: Compiled | None) -> Due:
    """The earliest deadline that binds the move, and the money at stake."""
    move, clocks = proposal.move, proposal.clocks
    at = _own_due(proposal, document) if document.details else None
    punished: Clock | None = None
    if clocks:
        ends = sorted((_end(_started(clock, document), clock.term), index) for index, clock in enumerate(clocks))
        at = ends[0][0] if at is None else at
        punished = next((clocks[index] for _, index in ends if clocks[index].minutes_late), None)
    elif at is None and proposal.wait_seconds is not None:
        at = document.at_by_state.get(document.state, document.opened_at) + proposal.wait_seconds
    if move.stake:
        stake = document.details.get(move.stake, 0)
        return Due(at, abs(stake) if type(stake) is int else 0)
    if punished is None or compiled is None:
        return Due(at, 0)
    return Due(at, _stake(compiled, document.flow, punished.term.name, punished.minutes_late, document.lines))


def _binding(compiled: Compiled | None, flow: Flow, move: Move, way: str) -> tuple[Clock, ...]:
    """The contract's clocks that start with the move's fact and name one of its duties."""
    if compiled is None or not move.clock or move.clock == DOCUMENT:
        return ()
    found = _clocks(compiled, flow, move, move.clock, way)
    if move.later_clock:
        others = _clocks(compiled, flow, move, move.later_clock, way)
        shortest = min((clock.term.minutes.value for clock in others), default=0)
        found += tuple(clock for clock in others if clock.term.minutes.value > shortest)
    return found


def _clocks(compiled: Compiled, flow: Flow, move: Move, fact: str, way: str) -> tuple[Clock, ...]:
    start, duties = int(FactKind[fact.upper()]), move.clock_duties or (move.duty,)
    return tuple(
        Clock(term, _shortest_punished(compiled, term), _started_in(flow, fact))
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


def _started_in(flow: Flow, clock: str) -> tuple[str, ...]:
    """States that a document comes into with the clock's fact; none where that is its opening."""
    recording = [move for move in flow.moves if clock in move.facts]
    return () if any(move.name == OPEN for move in recording) else tuple(move.target for move in recording)


def _started(clock: Clock, document: Document) -> int:
    """When the clock's fact happened to the document; when it came into its state, where the fact is yet to come."""
    if not clock.started_in:
        return document.opened_at
    for state in clock.started_in:
        if state in document.at_by_state:
            return document.at_by_state[state]
    return document.at_by_state.get(document.state, document.opened_at)


def _end(start: int, term: DeadlineTerm) -> int:
    """The instant at which the clock ends. Business days end at the time of day at which the clock began."""
    if term.business_days < 0:
        return start + 60 * term.minutes.value
    day, second = divmod(start, DAY_SECONDS)
    return add_business_days(day, term.business_days) * DAY_SECONDS + second


def _own_due(proposal: Proposal, document: Document) -> int | None:
    """What the platform told for this document: "MOVE_due_at" for one move, "due_at" for those due from its opening."""
    move, details = proposal.move, document.details
    own = details.get(f"{move.name}_due_at")
    if own is None and move.clock and (move.clock == DOCUMENT or proposal.from_opening):
        own = details.get("due_at")
    return own if type(own) is int else None
