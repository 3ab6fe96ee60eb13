"""Records of the API, made by tools/make_client.py from its description. Over 400 lines: it has all.

Computes nothing. Keeps the invariant that each is exactly what the description says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

DeliveryState = Literal["waiting", "sent", "given_up"]
Desk = Literal["seller", "platform"]
Evidence = Literal[
    "official",
    "official-api",
    "official-copy",
    "academic",
    "analyst",
    "press",
    "vendor",
    "forum",
    "derived",
    "negotiated",
    "assumed",
]
JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
Party = Literal["seller", "platform", "carrier", "buyer"]
Right = Literal["view", "work", "handle", "decide", "money", "import", "settings", "people"]
Role = Literal["owner", "decider", "operator", "warehouse", "finance", "viewer"]
State = Literal["planned", "open", "suspended", "ended"]
StepKind = Literal["task", "watch"]
Table = Literal[
    "order_lines", "tracking", "stock", "stock_orders", "statement", "account", "unsettled", "payout", "bill"
]
Verdict = Literal["matched", "timing", "fee", "penalty", "missing", "unknown", "fx", "rounding", "duplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup of the ledger that the server keeps."""

    name: str
    size: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What one state of one contract ("" for the bank) holds; ``home_minor`` is None without a rate."""

    contract: str
    currency: str
    state: str
    minor: int
    home_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancesShown:
    """What every state of every contract ("" for the bank) holds now; ``home_minor`` is null without …"""

    home_currency: str
    balances: list[Balance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodysendtables:
    """Bodysendtables."""

    files: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodyupload:
    """Bodyupload."""

    files: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerShown:
    """Who the server takes the caller for."""

    id: str
    name: str
    via: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Moves of one kind that documents would make."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One term that differs between two days; None where it did not hold. ``at`` is the place of the …"""

    id: str
    term: str
    before: str | None
    after: str | None
    source: list[str]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeShown:
    """What the contract takes or gives for it, with its source."""

    term: str
    kind: str
    minor: int
    currency: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be said of a file of the table: our fields, those needed, kinds of amounts, and where …"""

    fields: list[str]
    needed: list[str]
    kinds: list[str]
    platforms: list[str]
    models: list[str]
    states: list[str]
    types: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How many products x markets of one market go one way, and what they earn."""

    market: str
    way: str
    count: int
    undecided: int
    profit_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShown:
    """A column of the file with its first cells; ``meaning`` is what known files call so, "" where …"""

    header: str
    samples: list[str]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingShown:
    """Units on their way, and the days they can be expected on."""

    inbound: InboundShown
    early_on: str | None
    late_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonShown:
    """Two contracts on one day in one currency. ``stories`` have one line per term; `total_minor` …"""

    first: str
    second: str
    currency: str
    duties: list[Pair]
    settings: list[Pair]
    quantities: list[Pair]
    deadlines: list[Pair]
    on: str
    stories: list[StoryLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractShown:
    """Every term of a contract that holds on the day, each with its source, date and evidence."""

    id: str
    on: str
    terms: list[Explained]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLineShown:
    """A SKU as the ledger had it at the end of the day, and as it was counted."""

    sku: str
    account: str
    believed: int
    counted: int
    difference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountShown:
    """A count; ``position`` is where it stands in the ledger, null for one that was looked at."""

    place: str
    counted_on: str
    lines: list[CountLineShown]
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLine:
    """Units of a SKU as they were counted."""

    sku: str
    units: int
    account: Literal["at", "quarantined"] = "at"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveShown:
    """Units on hand at a place at the end of each day from today on. by "plan", "sales" or "none": …"""

    place: str
    by: str
    units_a_day: float
    ends_on: str | None
    levels: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown:
    """The decision that is kept: what it earns, what was chosen, and whether it still stands for …"""

    seller: str
    currency: str
    decide_on: str
    seed: int
    is_fresh: bool
    changed: list[str]
    days_old: int
    whole: Whole
    chosen: list[Chosen]
    hashes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryShown:
    """A message on its way; ``status`` is of the last answer, 0 for none."""

    id: str
    event: str
    state: DeliveryState
    body: dict[str, Any]
    created_at: int
    tries: int
    next_at: int
    ended_at: int | None
    status: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """A match that differs, with its numbers in minor units of its currency."""

    id: str
    verdict: str
    currency: str
    difference_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceShown:
    """A difference with both sides: what the contract says term by term with its sources, and the …"""

    row: DifferenceRow
    said: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    documents: list[str]
    more_due: int
    more_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentShown:
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
    lines: list[Line]
    opened_at: int
    at_by_state: dict[str, int]
    details: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWhole:
    """A document with its steps, what it allows, its history and documents beside it."""

    document: DocumentShown
    steps: list[Step]
    allowed: list[Allowed]
    history: list[EntryShown]
    links: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueShown:
    """What one state of one contract changed by on a day; ``contract`` is a party for debts, "" for …"""

    contract: str
    currency: str
    state: str
    minor: int
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectShown:
    """What importing the files would do to the ledger as it is; ``documents`` are the first of them."""

    opened: int
    moved: int
    unchanged: int
    statements: int
    lines: int
    listed: int
    changes: list[Change]
    documents: list[WouldMove]
    problems: list[ProblemShown]
    nothing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """One entry of the document's history, the latest first."""

    position: int
    kind: str
    actor: str
    state: str
    occurred_at: int
    recorded_at: int
    details: dict[str, Any]
    charges: list[ChargeShown]
    postings: list[tuple[str, str, int]]
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventShown:
    """Something that can be subscribed to."""

    name: str
    title: str
    title_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeShown:
    """A payout whose bank has another currency: what left the platform's, what came, and what a …"""

    position: int
    stream: str
    currency: str
    minor: int
    bank_currency: str
    bank_minor: int
    published_minor: int | None
    difference_minor: int | None
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One term in words: ``section`` and ``name`` are its key, ``at`` is its place in a file."""

    section: str
    name: str
    text: str
    evidence: Evidence
    source: list[str]
    held: str | None
    effective_from: str | None
    until: str | None
    note: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWeek:
    """What one kind of charge or cost of a contract ("" for the seller's own costs) brought or took …"""

    contract: str
    kind: str
    currency: str
    minor: int
    week_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLookShown:
    """A file with its known sheets (none: nobody knows it), and what is wrong with it."""

    file: str
    sheets: list[SheetShown]
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """One file as it came, with what was seen at a first look."""

    name: str
    size: int
    digest: str
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowShown:
    """One kind of document."""

    name: str
    title: str
    title_zh: str
    states: list[StateShown]
    moves: list[MoveShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDay:
    """A day of the forecast: what is expected to come or go, the bank behind it, and what was …"""

    expected_minor: int
    bank_minor: int
    planned_minor: int | None
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """One answer of many: with more or less weight on the worst futures, or less of a limit."""

    risk_weight: float
    limit_share: float
    cash_share: float
    expected_profit_minor: int
    cvar_minor: int
    hours: float
    cash_minor: int
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One product in one market: the pick, what it earns over the horizon, and how sure that is. way …"""

    n: int
    product: int
    sku: str
    name: str
    market: str
    way: str
    contract: str
    place: str
    today: str
    profit_minor: int
    gain_minor: int
    low_minor: int
    high_minor: int
    chance: float
    undecided: bool
    runner_up: str
    hours: float
    cash_minor: int
    reason_en: str
    reason_zh: str
    rule_option: str
    rule_gain_minor: int
    floor_minor: int | None
    quote_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookShown:
    """A subscription; ``why_off`` says why the server switched it off."""

    id: str
    url: str
    events: list[str]
    is_active: bool
    by: str
    created_at: int
    why_off: str
    failing_since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Hosts of this network that messages may go to; all others of it are refused."""

    hosts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundShown:
    """Units of a SKU that a document has on its way to a place."""

    stream: str
    sku: str
    lane: str
    place: str
    units: int
    sent_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationShown:
    """A link that was sent and not used yet."""

    id: str
    role: Role
    desks: list[Desk]
    note: str
    made_by: str
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job; ``params`` is the JSON Schema of what it takes."""

    kind: str
    title: str
    title_zh: str
    right: Right
    params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShown:
    """A job as it is now; instants are UTC seconds."""

    id: str
    kind: str
    params: dict[str, Any]
    state: JobState
    by: str
    created_at: int
    started_at: int | None
    ended_at: int | None
    share: float | None
    stage: str
    over: bool
    problems: list[ProblemShown]
    result: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept result as plain values."""

    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LateShown:
    """What should have come from a contract and has not, by how many days late (`AGES`)."""

    contract: str
    currency: str
    state: str
    minor_by_age: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerShown:
    """Units that one document brought, and what one of them cost."""

    place: str
    document: str
    units: int
    value: list[ValueShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutShown:
    """A file's first table: ``row`` is its header's number; ``withheld`` columns speak of buyers and …"""

    file: str
    row: int
    table: Table
    columns: list[ColumnShown]
    withheld: int
    choices: Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShown:
    """One limit over all its weeks. worth_all_minor, worth_week_minor of one unit more in every …"""

    kind: str
    subject: str
    at_least: bool
    weeks: list[Week]
    worth_all_minor: int
    worth_week_minor: int
    without_minor: int | None
    binding: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods on a document; prices per unit in minor units of the document's currency, 0 where unknown."""

    sku: str
    quantity: int
    retail_price_minor: int = 0
    supply_price_minor: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    customs_value_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSent:
    """Goods; prices per unit in minor units of the document's currency, 0 where unknown."""

    sku: str
    quantity: int
    retail_price_minor: int = 0
    supply_price_minor: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    customs_value_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link must carry; shown once."""

    secret: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One document in a list. sku the first line's; ``lines`` says how many there are amount_minor …"""

    stream: str
    flow: str
    number: str
    state: str
    contract_id: str
    market: str
    place: str
    sku: str
    lines: int
    units: int
    amount_minor: int
    currency: str
    opened_at: int
    moved_at: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A chosen listing: under which contract, from where, with which stock policy and at which prices."""

    contract: str
    contract_hash: str
    place: str
    lane: str
    policy: str
    order_up_to: int
    reorder_point: int
    review_days: int
    retail_price_minor: int
    supply_price_minor: int
    live_after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingOfProduct:
    """A listing of the product: what it leaves alone, and what it may offer."""

    stream: str
    contract: str
    state: str
    place: str
    buffer_units: int
    sellable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingShown:
    """The file as the mapping reads it; ``name`` is the mapping's file, null when it was only tried."""

    look: FileLookShown
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberShown:
    """Somebody of the workspace; ``etag`` is the version of their part."""

    id: str
    name: str
    role: Role
    desks: list[Desk]
    second_factor: bool
    since: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move to make; what it needs stands in GET …/flows and beside the document."""

    move: str
    details: dict[str, Any] = field(default_factory=dict)
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAnswer:
    """What became of one of many moves."""

    stream: str
    status: int
    document: DocumentShown | None = None
    problems: list[ProblemShown] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOf:
    """A move of one of many documents; ``version`` is the one that you saw."""

    move: str
    details: dict[str, Any] = field(default_factory=dict)
    at: int | None = None
    stream: str
    version: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShown:
    """What can happen to a document; ``needs`` are details that must come with it, ``rights``: any …"""

    name: str
    title: str
    title_zh: str
    sources: list[str]
    target: str
    duty: str | None
    needs: list[str]
    rights: list[Right]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An entry that moved a state."""

    position: int
    at: int
    kind: str
    stream: str
    actor: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementShown:
    """One entry that moved the product: units into each kind of account and place."""

    position: int
    at: int
    kind: str
    stream: str
    actor: str
    units: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Up to 1,000 moves, each standing alone; with ``preview`` nothing is recorded."""

    moves: list[MoveOf]
    preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesDone:
    """Answers in the order of the request."""

    done: int
    refused: int
    answers: list[MoveAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCount:
    """What was counted at a place at the end of a day."""

    place: str
    counted_on: str
    lines: list[CountedLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document to open, under a contract (its name, or the hash of terms in the ledger) or in a …"""

    number: str
    contract: str = ""
    currency: str = ""
    place: str = ""
    lines: list[LineSent] = field(default_factory=list)
    at: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHook:
    """Where to call, and about what."""

    url: str
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """Somebody to be let in, once, within a week."""

    role: Role
    desks: list[Desk] = field(default_factory=lambda: ["seller", "platform"])
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to start: its kind, and what that kind takes."""

    kind: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMapping:
    """What a file's columns mean."""

    file: str
    table: Table
    columns: dict[str, str]
    title: str
    platform: str = ""
    models: list[str] = field(default_factory=list)
    currency: str = ""
    zone: str = ""
    states: str = ""
    types: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """One consumer order. It has no place for anything about a buyer: such fields are refused by …"""

    number: str
    placed_at: int
    lines: list[OrderLine]
    contract: str = ""
    currency: str = ""
    place: str = ""
    due_at: int | None = None
    details: dict[str, str | bool | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrders:
    """Up to 1,000 orders, each standing alone: one that is refused leaves the others alone."""

    orders: list[NewOrder]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A key for a program: what it is for, what it may do of what its owner may, and for how long."""

    title: str
    scopes: list[Right]
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace:
    """An empty workspace to make."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option with its policy: money in minor units over the horizon, positive is money to the …"""

    key: str
    contracts: str
    chosen: bool
    policy: str
    mean_minor: int
    mean_error_minor: int
    p05_minor: int
    p50_minor: int
    p95_minor: int
    worst_minor: int
    cash_minor: int
    hours_per_week: float
    units_sold: float
    units_ordered: float
    fill_rate: float
    delivery_days: float
    late_rate: float
    return_rate: float
    volume_cm3: int
    components: dict[str, int]
    assumed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """One line of the answer to many: the order as it was taken, or why it was not."""

    number: str
    status: int
    order: TakenOrder | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """Goods of an order; prices per unit in minor units of the order's currency, 0 where unknown."""

    sku: str
    quantity: int
    retail_price_minor: int = 0
    supply_price_minor: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    customs_value_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayReview:
    """What a text would change, and what is wrong with it."""

    can_be_saved: bool
    problems: list[ProblemShown]
    changed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayShown:
    """A file of the seller's own terms; ``etag`` is its version."""

    name: str
    etag: str
    is_learned: bool
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayText:
    """The file's text, TOML."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnColumn:
    """A column of a file with its first cells; ``field`` is what it is taken for, "" where it is …"""

    header: str
    samples: list[str]
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSheetShown:
    """A sheet as one of our tables ("": nobody knows which), with its first rows under our fields."""

    file: str
    table: str
    rows_in: int
    fields: list[str]
    missing: list[str]
    rows: list[list[str]]
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDeliveryShown:
    """PageDeliveryShown."""

    items: list[DeliveryShown]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDifferenceRow:
    """PageDifferenceRow."""

    items: list[DifferenceRow]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGroup:
    """PageGroup."""

    items: list[Group]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJobShown:
    """PageJobShown."""

    items: list[JobShown]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageListed:
    """PageListed."""

    items: list[Listed]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMoved:
    """PageMoved."""

    items: list[Moved]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMovementShown:
    """PageMovementShown."""

    items: list[MovementShown]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlanRow:
    """PagePlanRow."""

    items: list[PlanRow]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProductShown:
    """PageProductShown."""

    items: list[ProductShown]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatementShown:
    """PageStatementShown."""

    items: list[StatementShown]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStep:
    """PageStep."""

    items: list[Step]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same duty, setting or quantity under both; ``first`` and ``second`` are plain text, "" …"""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What somebody is in the workspace."""

    role: Role
    desks: list[Desk] = field(default_factory=lambda: ["seller", "platform"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """All SKUs of a place together; ``short`` have sold and none is on hand, ``waiting`` are …"""

    place: str
    on_hand: int
    reserved: int
    quarantined: int
    in_transit: int
    with_buyers: int
    lost: int
    scrapped: int
    skus: int
    short: int
    arriving: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShown:
    """A place ("": everywhere), who keeps it, and what it holds."""

    place: str
    kept_by: str
    market: str
    units: PlaceLine
    value: list[ValueShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A row of a table of the plan, with that table's columns."""

    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemShown:
    """One thing that is wrong: where, what was found, what was expected, and how to mend it."""

    at: str
    found: str
    expected: str
    fix: str
    code: str
    severity: str
    row_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """Everything that is wrong."""

    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInMarket:
    """The product in one market. ``options`` hold one of each way, the pick first, then by mean; …"""

    sku: str
    market: str
    chance_error: float
    listings: list[Listing]
    options: list[Option]
    policies: list[Option]
    turns: list[Turn]
    review: Review | None
    turns_played: bool
    beside: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """A SKU at a place ("": everywhere), in the order of the table's columns. in_transit goes to the …"""

    place: str
    sku: str
    on_hand: int
    reserved: int
    quarantined: int
    in_transit: int
    with_buyers: int
    lost: int
    scrapped: int
    raw_micro: int
    rate_micro: int
    first_on: int
    rated_on: int
    cover_rank: int
    moved_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductShown:
    """A product at a place or everywhere."""

    units: ProductLine
    sold_a_day: float
    cover_days: float | None
    band: str
    planned_a_day: float | None
    next_in: ComingShown | None
    value: list[ValueShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWhole:
    """Everything about one product's stock."""

    sku: str
    places: list[ProductShown]
    coming: list[ComingShown]
    curves: list[CurveShown]
    layers: list[LayerShown]
    listings: list[ListingOfProduct]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The price review: the least worth accepting, what to quote, with which chance, and what that …"""

    floor_minor: int
    quote_minor: int | None
    quote_low_minor: int | None
    quote_high_minor: int | None
    chance: float | None
    worth_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A row that is not used, or used with a doubt, in the file as it was sent."""

    file: str
    row: int
    column: str
    found: str
    code: str
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last run over all statements: as known on ``until``; ``by_verdict`` rows of counts and …"""

    until: str
    counts: dict[str, int]
    appeal_days: int
    appeal_assumed: bool
    by_verdict: list[dict[str, Any]]
    made_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says beside the files; what is left empty is found in them or asked for."""

    store: str = ""
    contract: str = ""
    place: str = ""
    currency: str = ""
    zone: str = ""
    counted_on: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What messages are signed with."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerText:
    """The whole seller.toml."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain:
    """How many messages are sent again."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetShown:
    """A sheet that is known; ``columns`` and ``rows`` are its first rows as they were understood, …"""

    file: str
    format: str
    title: str
    title_zh: str
    evidence: str
    table: str
    platform: str
    rows_in: int
    rows_used: int
    rows_listed: int
    columns: list[str]
    rows: list[list[str]]
    latest_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source: ``came_at`` when its newest file came; ``until`` the last day that its rows speak …"""

    name: str
    title: str
    title_zh: str
    came_at: int
    until: str = ""
    files: int = 1
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesShown:
    """How old what the workspace knows is."""

    own: list[Source]
    imported: list[Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateShown:
    """Where a document can be."""

    name: str
    title: str
    title_zh: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMove:
    """A step on a statement; the amounts that it tells come from the last run."""

    move: str
    cleared_as: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShown:
    """A statement with what the last run found on it."""

    listed: Listed
    name: str
    differing: int
    lacking_minor: int
    deadline_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is next for one document at one desk. due_at the earliest deadline that binds the move, …"""

    stream: str
    flow: str
    move: str
    desk: Desk
    kind: StepKind
    owner: Party
    due_at: int | None
    stake_minor: int
    currency: str
    evidence: list[str]
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A term and what it moves under each contract, minor units; null when it moves nothing."""

    story: str
    term: str
    first_minor: int | None
    second_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One contract in a list. Of the values that hold on the day (all entries but status): …"""

    id: str
    block: str
    title: str
    title_zh: str
    state: State
    values: int
    sourced: int
    ranged: int
    assumed: int
    base: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """On or off."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFileShown:
    """What a file is taken for; ``known``: it can be written as it is understood, ``how`` it will be."""

    file: str
    table: str
    how: str
    known: bool
    columns: list[OwnColumn]
    withheld: int
    sheets: list[OwnSheetShown]
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableKind:
    """One of our tables: the fields that it can hold, and those that it needs."""

    table: str
    fields: list[str]
    needed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSaid:
    """What one file holds, what its columns are, and what to do with it."""

    file: str
    table: Literal["", "products", "sales", "stock_outs", "stock", "prices", "returns", "costs"] = ""
    columns: dict[str, str] = field(default_factory=dict)
    how: Literal["add", "replace", "leave"] = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesLook:
    """An upload with what each of its files is taken for."""

    upload: TablesUpload
    files: list[TableFileShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesUpload:
    """Files kept together; ``written``: they are tables of the workspace by now."""

    id: str
    at: int
    by: str
    files: list[FileShown]
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesWritten:
    """Names of the files that were written into the workspace."""

    names: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOrder:
    """What an order became; ``version`` is the number of its entries, and its ETag."""

    stream: str
    number: str
    state: str
    version: int
    contract_id: str
    currency: str
    place: str
    opened_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOrders:
    """Answers in the order of the request."""

    recorded: int
    refused: int
    answers: list[OrderAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayShown:
    """The page of today: what is late, what is due within 24 hours, what others must do, and the …"""

    late: list[Todo]
    today: list[Todo]
    next: list[Todo]
    watches: list[Todo]
    stake_by_currency: dict[str, int]
    counts: dict[str, dict[str, int]]
    cash: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """What is next for one document: its steps, any of which leads on; ``step`` is the one that is …"""

    document: Listed
    steps: list[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade:
    """The key itself: shown once and kept nowhere."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenShown:
    """A key for programs, without what it opens with."""

    id: str
    title: str
    owner: str
    scopes: list[Right]
    made_at: int
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldShown:
    """A line of the audit trail: who did what, when; ``position`` is the ledger entry that has it, …"""

    at: int
    actor: str
    kind: str
    details: dict[str, Any]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedShown:
    """What a check would say of the workspace with the tables; ``rows`` are the first hundred of …"""

    usable: bool
    products: int
    sales_days: int
    problems: list[ProblemShown]
    rows: list[RowShown]
    row_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try: the answer's status (0: none), how long it took, and what was said or went wrong."""

    at: int
    status: int
    milliseconds: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A term at which the answer turns. ``now`` None: an older decision did not keep it. Units as …"""

    term: str
    unit: str
    now: float | None
    at: float
    loses_above: bool
    distance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadShown:
    """Files kept together for an import, with what was said of them; ``job`` is what took them over."""

    id: str
    at: int
    by: str
    files: list[FileShown]
    said: dict[str, str]
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShown:
    """What goods are worth at landed cost."""

    component: str
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An earlier version of the file."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of a limit, in the unit a person buys; ``worth_minor`` of one unit more. Week 0: the …"""

    week: int
    used: float
    limit: float
    worth_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAnswer:
    """The choice again beside the decision's; money in minor units of ``currency``."""

    currency: str
    before: dict[str, Any]
    after: dict[str, Any]
    moved: list[dict[str, Any]]
    moved_count: int
    options: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAsked:
    """What is to be other than it was; what is left out stays. Amounts are decimal text, or `x1.5`: …"""

    cash: str | None = None
    hours: str | None = None
    space: str | None = None
    risk_weight: float | None = None
    risk_level: float | None = None
    without: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    contracts_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The answer as a whole. ``tail_percent``: the share of worst futures that ``worst_minor`` is …"""

    expected_minor: int
    worst_minor: int
    tail_percent: int
    objective_minor: int
    bound_minor: int
    gap: float
    method: str
    today_minor: int | None
    rule_minor: int
    rule_less_minor: int
    rule_says: str
    sold: int
    groups: int
    undecided: int
    paths: int
    horizon_days: int
    risk_weight: float
    risk_level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceShown:
    """A workspace as its member sees it."""

    name: str
    role: Role
    desks: list[Desk]
    rights: list[Right]
    has_files: bool
    has_decision: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldMove:
    """A document and the moves that it would make."""

    stream: str
    moves: list[str]
