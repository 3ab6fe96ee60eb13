"""Whether a move may be done: by whom, from which state, when, with what.

Hides nothing but the wording. Keeps the invariant that a document moves along its flow alone, that each step is done by
whom the contract gives it to, and that nothing about a buyer is recorded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import astuple

from tuoguan.contracts import Compiled, QuantityName, SettingName
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem
from tuoguan.intake import speaks_of_buyer
from tuoguan.operate.flow_words import Desk, Document, Flow, Move
from tuoguan.operate.flows import OPEN, final_states, moves_from
from tuoguan.operate.work_documents import OWN, Request

DAY_SECONDS = 86_400
EXPIRE, EXPIRES_AT = "expire", "expires_at"  # the move that gives a reservation back, and the detail that says when
WHOLE = {int}  # what a line's numbers are: true and false are none
DESK_PARTIES = frozenset(Party(desk.value) for desk in Desk)


def owner_of(move: Move, compiled: Compiled | None) -> Party | None:
    """Who does the move: the party it names, the owner of its duty (the seller without a contract), None: anybody."""
    if move.party is not None:
        return move.party
    if move.duty is None:
        return None
    return Party.SELLER if compiled is None else compiled.owner[move.duty]


def sees(desk: Desk, flow: Flow, compiled: Compiled | None) -> bool:
    """True when the contract shows such documents to the desk."""
    if desk is Desk.PLATFORM or not flow.history or compiled is None:
        return True
    return compiled.settings.get(SettingName.HISTORY) == flow.history


def wait_seconds(move: Move, compiled: Compiled | None) -> int | None:
    """How long after the document came into its state the move can be expected; None: the contract says nothing."""
    if not move.days or compiled is None:
        return None
    known = [compiled.quantities.get(QuantityName(name)) for name in move.days]
    days = [quantity.value for quantity in known if quantity is not None]
    return DAY_SECONDS * sum(days) if days else None


def check_move(
    request: Request, flow: Flow, move: Move, document: Document, compiled: Compiled | None
) -> list[Problem]:
    """Everything that speaks against the move on the document as it is."""
    at, found = f"{request.stream}: {request.move}", list[Problem]()
    if document.version and document.state not in move.sources:
        found.append(_wrong_state(at, flow, move, document))
    if (wrong_doer := _wrong_doer(at, request.by, flow, move, compiled)) is not None:
        found.append(wrong_doer)
    if request.details or move.needs:
        found += _details(at, request.details, document.details, move)
    if move.waits and (wait := wait_seconds(move, compiled)) is not None:
        until = document.at_by_state.get(document.state, document.opened_at) + wait
        if request.at < until:
            days = (until - request.at + DAY_SECONDS - 1) // DAY_SECONDS
            fix = "wait for the contract's days"
            found.append(Problem(at, f"{days} days too early", f"at {until} or later", fix, "too_early"))
    if move.name == EXPIRE:
        expires_at = document.details.get(EXPIRES_AT)
        if type(expires_at) is int and request.at < expires_at:
            fix = "wait until then, or cancel the order"
            held = f"a reservation that holds until {expires_at}"
            found.append(Problem(at, held, f"{expires_at} or later", fix, "too_early"))
    if request.expected_version is not None and request.expected_version != document.version:
        found.append(wrong_version(at, document.version, request.expected_version))
    return found


def check_opening(request: Request, compiled: Compiled | None) -> list[Problem]:
    """Everything wrong with what a document is opened with."""
    at, found = f"{request.stream}: {OPEN}", []
    if not request.stream.partition("/")[2]:
        found.append(Problem(at, "no number", "flow/number", "give the document a number", "no_number"))
    if compiled is None and not request.currency:
        found.append(Problem(at, "no currency", "a contract or a currency", "name one of them", "no_currency"))
    for index, line in enumerate(request.lines):
        sku, *numbers = astuple(line)
        if sku and {*map(type, numbers)} == WHOLE and line.quantity > 0 and min(numbers) >= 0:
            continue
        if not line.sku or type(line.quantity) is not int or line.quantity < 1:
            fix = "leave the line out, or mend it"
            said = f"{line.quantity!r} of {line.sku!r}"
            found.append(Problem(f"{at}: lines[{index}]", said, "a SKU and at least one unit", fix, "bad_line"))
        if any(type(number) is not int or number < 0 for number in numbers[1:]):
            fix = "give minor units, grams and cubic centimeters as whole numbers, 0 where unknown"
            found.append(Problem(f"{at}: lines[{index}]", str(line), "whole numbers from 0", fix, "bad_line"))
    return found


def wrong_version(at: str, found: int, expected: int) -> Problem:
    """Somebody else was quicker."""
    fix = "read what has happened since, then decide again"
    return Problem(at, f"{found} entries on the document", str(expected), fix, "wrong_version")


def _wrong_state(at: str, flow: Flow, move: Move, document: Document) -> Problem:
    if document.state in final_states(flow):
        fix = "nothing leads on from here; correct the entry that brought it here if it was wrong"
    else:
        fix = f"from {document.state}: {', '.join(item.name for item in moves_from(flow, document.state))}"
    return Problem(at, f"a document that is {document.state}", " or ".join(move.sources), fix, "illegal_move")


def _wrong_doer(at: str, doer: Desk | Party, flow: Flow, move: Move, compiled: Compiled | None) -> Problem | None:
    """Only who owns the step does it; what a carrier or a buyer did, either desk may tell. A desk is its party."""
    owner = owner_of(move, compiled)
    if doer == Party.SELLER and not sees(Desk.SELLER, flow, compiled):
        fix = "the platform's desk does it; the seller works with the counters that the contract shows"
        found = f"the seller's desk, to which {compiled.id if compiled else ''} does not show such documents"
        return Problem(at, found, "a desk that sees them", fix, "not_visible")
    if owner is None or owner == doer or (owner not in DESK_PARTIES and doer in DESK_PARTIES):
        return None
    if move.duty is not None and compiled is not None:
        why = f"{owner.value}: {compiled.id} gives it the duty {move.duty.value}"
    else:
        why = f"{owner.value}: this step is its own under every contract"
    return Problem(at, doer.value, why, f"watch, and record it once the {owner.value} has done it", "not_yours")


def _details(at: str, details: Mapping[str, Any], kept: Mapping[str, Any], move: Move) -> Iterator[Problem]:
    for name in move.needs:
        if details.get(name) is None and not (move.name != OPEN and name in kept and name == move.picks):
            yield Problem(f"{at}: {name}", "nothing", f"the detail {name}", "give it with the move", "missing_detail")
    for name, value in details.items():
        if name in OWN:
            yield Problem(f"{at}: {name}", "a word of the engine's own", "another name", "rename it", "reserved_detail")
        elif not isinstance(value, bool | int) and speaks_of_buyer(name):
            fix = "leave it out: nothing about a buyer is recorded"
            yield Problem(f"{at}: {name}", "a detail about a person", "none", fix, "buyer_data")
