"""What a flow is: states and moves as data, documents that go through them, and the steps that are next.

Computes nothing. A flow says who does a move by naming the duty; which party owns the duty is the contract's answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from tuoguan.foundation.parties import Duty, Party


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a document can be; nothing leads out of a ``final`` one (bills and fines may still come to it)."""

    name: str
    title: str
    title_zh: str
    final: bool = False


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can happen to a document. The move "open" has no source and makes it.

    target    "": the document stays in its state
    duty      who does it: the owner of this duty under the document's contract (the seller where there is no contract);
              or ``party`` names the doer outright; neither: whoever comes first
    clock     fact whose deadlines bind the move: the contract's deadlines that start with it and name the same duty, or
              one of ``clock_duties`` where they are given; a document's own ``due_at`` (told by the platform) goes
              before them; "document": no deadline of the contract, the document's own alone
    later_clock  fact whose longer deadlines bind the move too; the shortest of them binds a move before it
    days      quantities of the contract; their sum of days, from when the document came into its state, says by when
              the move can be expected
    waits     True: it is refused before these days are over
    facts     facts it records, in order; the contract prices them. Of parcel_imported and bulk_imported only the one
              that the contract's customs regime speaks of happens
    picks     detail that names which one of ``facts`` it is; "": all of them
    needs     details that must come with it
    requires  (detail that names another document, state that this one must be in), where the detail is given
    stake     detail that says what is at stake, where no deadline of the contract does
    evidence  what to keep in case of an appeal
    minutes   which of the seller's minutes it takes ("order", "stock_order", "week", ""), if the seller does it
    usual     False: possible, but never proposed as the next step (cancel, lose, miss)
    usual_in  sources in which alone it is proposed; none: in all
    """

    name: str
    sources: tuple[str, ...]
    target: str
    title: str
    title_zh: str
    duty: Duty | None = None
    party: Party | None = None
    clock: str = ""
    clock_duties: tuple[Duty, ...] = ()
    later_clock: str = ""
    days: tuple[str, ...] = ()
    waits: bool = False
    facts: tuple[str, ...] = ()
    picks: str = ""
    needs: tuple[str, ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    stake: str = ""
    evidence: tuple[str, ...] = ()
    minutes: str = ""
    usual: bool = True
    usual_in: tuple[str, ...] = ()

    def proposed_in(self, state: str) -> bool:
        """True when it is what usually comes next in the state."""
        return self.usual and state in (self.usual_in or self.sources)


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of document: its states, the first of them being where it opens, and its moves.

    history  what the contract's setting `history` must say for the seller's desk to see such documents; "": anything
    """

    name: str
    title: str
    title_zh: str
    history: str = ""
    states: tuple[State, ...]
    moves: tuple[Move, ...]


class Line(msgspec.Struct, frozen=True):
    """Goods on a document; prices per unit in minor units of the document's currency, 0 where unknown."""

    sku: str
    quantity: int
    retail_price_minor: int = 0
    supply_price_minor: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    customs_value_minor: int = 0


class Document(msgspec.Struct, frozen=True):
    """One document as its entries left it. ``stream`` is "flow/number".

    contract  hash of the compiled terms, "" where none applies; ``contract_id`` names them for people
    place     where its goods lie or go to
    details   what its entries said, later ones over earlier ones
    at_by_state  when it came into each state it has been in (UTC seconds)
    """

    stream: str
    flow: str
    number: str
    state: str
    version: int
    contract: str
    contract_id: str
    currency: str
    place: str
    lines: tuple[Line, ...]
    opened_at: int
    at_by_state: Mapping[str, int]
    details: Mapping[str, Any] = {}


class Desk(StrEnum):
    """At which desk somebody works."""

    SELLER = "seller"
    PLATFORM = "platform"


class StepKind(StrEnum):
    """task: the desk does it; watch: somebody else does, and the desk looks whether they do."""

    TASK = "task"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Step:
    """What is next for one document at one desk.

    due_at       the earliest deadline that binds the move, None: none
    stake_minor  what the contract takes from the seller when the deadline is missed by the shortest time it punishes
    overdue      True when the deadline has passed
    """

    stream: str
    flow: str
    move: str
    desk: Desk
    kind: StepKind
    owner: Party
    due_at: int | None
    stake_minor: int
    currency: str
    evidence: tuple[str, ...]
    overdue: bool = False
