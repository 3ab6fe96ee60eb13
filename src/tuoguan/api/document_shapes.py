"""Shapes of documents as the API takes and shows them. Computes nothing.

Keeps the invariant that a number that is sent is a number: neither text nor true stands for one.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from tuoguan.api.contracts import ProblemShown
from tuoguan.api.shapes import shape
from tuoguan.operate import Line, Step
from tuoguan.site import Right

MOST_MOVES = 1_000
Name = Annotated[str, Field(max_length=160)]
Whole = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Instant = Annotated[int, Field(ge=0, lt=4_102_444_800, strict=True)]
Details = dict[str, Any]


class StateShown(BaseModel):
    """Where a document can be."""

    name: str
    title: str
    title_zh: str
    final: bool


class MoveShown(BaseModel):
    """What can happen to a document; ``needs`` are details that must come with it, ``rights``: any one is enough."""

    name: str
    title: str
    title_zh: str
    sources: list[str]
    target: str
    duty: str | None
    needs: list[str]
    rights: list[Right]


class FlowShown(BaseModel):
    """One kind of document."""

    name: str
    title: str
    title_zh: str
    states: list[StateShown]
    moves: list[MoveShown]


class LineSent(BaseModel):
    """Goods; prices per unit in minor units of the document's currency, 0 where unknown."""

    model_config = {"extra": "forbid"}

    sku: Name = Field(min_length=1)
    quantity: int = Field(ge=1, le=2**31, strict=True)
    retail_price_minor: Whole = 0
    supply_price_minor: Whole = 0
    weight_g: Whole = 0
    volume_cm3: Whole = 0
    customs_value_minor: Whole = 0


class NewDocument(BaseModel):
    """A document to open, under a contract (its name, or the hash of terms in the ledger) or in a currency."""

    model_config = {"extra": "forbid"}

    number: Name = Field(min_length=1)
    contract: Name = ""
    currency: str = Field("", max_length=3)
    place: Name = ""
    lines: list[LineSent] = Field([], max_length=1_000)
    at: Instant | None = Field(None, description="When it happened; now without it.")
    details: Details = {}


class Move(BaseModel):
    """A move to make; what it needs stands in GET …/flows and beside the document."""

    model_config = {"extra": "forbid"}

    move: Name = Field(min_length=1, examples=["reserve"])
    details: Details = {}
    at: Instant | None = Field(None, description="When it happened; now without it.")


class MoveOf(Move):
    """A move of one of many documents; ``version`` is the one that you saw."""

    stream: Name = Field(min_length=1, examples=["order/s1/1001"])
    version: int | None = Field(None, ge=0, le=10**9, strict=True)
    key: str | None = Field(None, min_length=1, max_length=60, description="What makes sending it again harmless.")


class Moves(BaseModel):
    """Up to 1,000 moves, each standing alone; with ``preview`` nothing is recorded."""

    model_config = {"extra": "forbid"}

    moves: list[MoveOf] = Field(min_length=1, max_length=MOST_MOVES)
    preview: bool = Field(False, strict=True)


LineShown = shape(Line)


class DocumentShown(BaseModel):
    """A document as it is; instants are UTC seconds, money minor units of ``currency``."""

    stream: str
    flow: str
    number: str
    state: str
    version: int
    contract: str
    contract_id: str
    currency: str
    place: str
    lines: list[LineShown]  # type: ignore[valid-type]
    opened_at: int
    at_by_state: dict[str, int]
    details: Details


class Allowed(BaseModel):
    """A move out of where the document is: who does it, what it needs, and what speaks against it now."""

    move: str
    title: str
    title_zh: str
    by: str
    needs: list[str]
    due_at: int | None
    stake_minor: int
    proposed: bool
    why_not: list[ProblemShown]


class ChargeShown(BaseModel):
    """What the contract takes or gives for it, with its source."""

    term: str
    kind: str
    minor: int
    currency: str
    source: str
    evidence: str


class EntryShown(BaseModel):
    """One entry of the document's history, the latest first."""

    position: int
    kind: str
    actor: str
    state: str
    occurred_at: int
    recorded_at: int
    details: Details
    charges: list[ChargeShown]
    postings: list[tuple[str, str, int]]
    taken_back: bool


class DocumentWhole(BaseModel):
    """A document with its steps, what it allows, its history and documents beside it."""

    document: DocumentShown
    steps: list[Step]
    allowed: list[Allowed]
    history: list[EntryShown]
    links: list[str]


class MoveAnswer(BaseModel):
    """What became of one of many moves."""

    stream: str
    status: int
    document: DocumentShown | None = None
    problems: list[ProblemShown] = []


class MovesDone(BaseModel):
    """Answers in the order of the request."""

    done: int
    refused: int
    answers: list[MoveAnswer]
