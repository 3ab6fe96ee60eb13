"""Today's work at a desk: what is next by money at risk and deadline, what changed, how fresh the data is, cash.

Hides which tables say so. Keeps the invariant that nothing here is computed from whole tables: it is as quick on a
million orders as on ten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tuoguan.app.contracts import differences
from tuoguan.app.decision_fresh import Freshness, freshness
from tuoguan.app.decision_read import is_decided, read_decision
from tuoguan.foundation.days import Day
from tuoguan.operate import Desk, Listed, MoneyAccount, Step, StepKind, Work, load_flows, money

DAY_SECONDS = 86_400
STEPS_READ, SHOWN = 200, 8
When = Literal["late", "today", "next"]
SOURCES = ("products", "sales", "stock", "prices", "returns", "seller")
# States in which a document is news, by what happened; links lead there.
NEWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("fines", "violation", ("notified", "upheld")),
    ("counters", "price_review", ("countered",)),
    ("stock_outs", "order", ("refused",)),
    ("cancels", "order", ("cancel_asked",)),
    ("escalated", "case", ("escalated",)),
    ("differences", "statement", ("disputed",)),
    ("frozen", "payout", ("frozen",)),
    ("reprices", "listing", ("repricing",)),
)
# The order of work: what waits for whom, first things first; each is a count of documents in these states.
ORDER_OF_WORK: Mapping[Desk, tuple[tuple[str, str, tuple[str, ...]], ...]] = {Desk.SELLER: (
    ("ship", "order", ("placed", "reserved", "packed")),
    ("stock_orders", "stock_order", ("asked", "accepted")),
    ("appeal", "violation", ("notified",)),
    ("answer", "case", ("open",)),
    ("returns", "return", ("requested", "received")),
    ("reviews", "price_review", ("countered",)),
    ("match", "statement", ("received",)),
    ("buy", "restock", ("proposed",)),
    ("list", "listing", ("drafted",)),
), Desk.PLATFORM: (
    ("arbitrate", "case", ("escalated",)),
    ("disputes", "return", ("disputed",)),
    ("appeals", "violation", ("appealed",)),
    ("receive", "stock_order", ("sent", "received", "checked")),
    ("quotes", "price_review", ("quoted",)),
    ("stores", "store", ("applied",)),
    ("approve", "listing", ("under_review", "changing", "repricing")),
    ("settle", "order", ("delivered",)),
    ("pay", "payout", ("announced",)),
)}  # fmt: skip
CASH = (
    MoneyAccount.BANK, MoneyAccount.EXPECTED, MoneyAccount.PENDING, MoneyAccount.IN_SETTLEMENT, MoneyAccount.FROZEN,
    MoneyAccount.RESERVE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened of late: how many documents are there now, and the latest of them."""

    name: str
    flow: str
    states: tuple[str, ...]
    count: int
    latest: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """What is next for one document: its steps, any of which leads on; ``step`` is the one that is due first."""

    document: Listed
    steps: tuple[Step, ...]

    @property
    def step(self) -> Step:
        """The step whose deadline comes first; of those that have none the dearest."""
        return min(self.steps, key=lambda step: (step.due_at is None, step.due_at or 0, -step.stake_minor))

    @property
    def evidence(self) -> tuple[str, ...]:
        """What to keep for an appeal, over all its steps."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.evidence))


@dataclass(frozen=True, slots=True)
class Today:
    """The page. ``tasks`` by when they are due, the dearest first within, a few of each.

    found  how many there were among the first that were read; ``more``: True when there are others behind them
    counts by flow and state; ``todo``: how many documents wait, in the order of work
    cash   minor units by what it is for and currency
    """

    tasks: Mapping[When, Sequence[Todo]]
    watches: Sequence[Todo]
    found: Mapping[When, int]
    more: bool
    stake_by_currency: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    news: tuple[News, ...]
    todo: tuple[tuple[str, str, tuple[str, ...], int], ...]
    cash: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the workspace and when it was last written; ``at`` None: it is not there."""

    name: str
    file: str
    at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the workspace is: its files, its decision, and what changed since."""

    sources: tuple[Source, ...]
    decided_on: Day | None
    decided_at: int | None
    fresh: Freshness | None
    changed_contracts: tuple[str, ...]
    has_ledger: bool


def today_of(work: Work, desk: Desk, at: int) -> Today:
    """What the desk's page of today says."""
    work.catch_up()
    read = work.next_steps(desk, at, kind=StepKind.TASK, limit=STEPS_READ)
    groups: dict[When, list[Todo]] = {"late": [], "today": [], "next": []}
    for todo in _by_document(work, read, desk):
        groups[when(todo.step, at)].append(todo)
    watches = [
        step
        for step in work.next_steps(desk, at, kind=StepKind.WATCH, limit=STEPS_READ)
        if step.overdue or step.stake_minor or (step.due_at or at + DAY_SECONDS) < at + DAY_SECONDS
    ]
    stakes: dict[str, int] = {}
    for todo in (*groups["late"], *groups["today"]):
        if todo.step.stake_minor:
            stakes[todo.step.currency] = stakes.get(todo.step.currency, 0) + todo.step.stake_minor
    counts: dict[str, dict[str, int]] = {}
    for (flow, _, state), count in work.status_counts(desk).items():
        counts.setdefault(flow, {})[state] = counts.get(flow, {}).get(state, 0) + count
    order = tuple((name, flow, states, count) for name, flow, states in ORDER_OF_WORK[desk]
                 if (count := sum(counts.get(flow, {}).get(state, 0) for state in states)))  # fmt: skip
    return Today(
        {name: todos[:SHOWN] for name, todos in groups.items()}, _by_document(work, watches, desk)[:SHOWN],
        {name: len(todos) for name, todos in groups.items()}, len(read) == STEPS_READ, stakes,
        {flow: counts[flow] for flow in load_flows() if flow in counts}, tuple(_news(work, desk, counts)), order,
        cash_of(work),
    )  # fmt: skip


def _by_document(work: Work, steps: Sequence[Step], desk: Desk) -> list[Todo]:
    """The steps of each document together, in the order of their first."""
    by_stream: dict[str, list[Step]] = {}
    for step in steps:
        by_stream.setdefault(step.stream, []).append(step)
    documents = work.register.find(work.ledger.store, list(by_stream), desk=desk)
    return [Todo(documents[stream], tuple(some)) for stream, some in by_stream.items()]


def when(step: Step, at: int) -> When:
    """late: the deadline has passed; today: within 24 hours; next: later or without a deadline."""
    if step.due_at is None or step.due_at >= at + DAY_SECONDS:
        return "next"
    return "late" if step.due_at < at else "today"


def cash_of(work: Work) -> dict[str, dict[str, int]]:
    """Money by what it is for and currency, all contracts together; what is nought is left out."""
    found: dict[str, dict[str, int]] = {}
    for kind in CASH:
        name = kind.value.rpartition(":")[2]
        for account, currency, minor in work.ledger.store.all_balances(money(kind)):
            if account == kind.value or account.startswith(f"{kind.value}:"):
                found.setdefault(name, {})[currency] = found.get(name, {}).get(currency, 0) + minor
    return {name: left for name, sums in found.items() if (left := {unit: sums[unit] for unit in sums if sums[unit]})}


def standing_of(folder: Path, keep: Path, at: int) -> Standing:
    """How far the workspace is, and how fresh."""
    files = [
        Source(name, path.name, int(path.stat().st_mtime))
        for name in SOURCES
        for path in sorted(folder.glob(f"{name}.*"))
        if path.suffix in (".csv", ".xlsx", ".toml", ".parquet")
    ]
    has_ledger = (folder / "ledger.db").is_file()
    if not is_decided(folder):
        return Standing(tuple(files), None, None, None, (), has_ledger)
    read = read_decision(folder, keep)
    today = at // DAY_SECONDS
    written = int((read.folder / "decision.json").stat().st_mtime)
    changed = changed_contracts(read.on, today) if today > read.on else ()
    return Standing(tuple(files), read.on, written, freshness(folder, read.hashes, read.on, today), changed, has_ledger)


@lru_cache(maxsize=8)
def changed_contracts(since: Day, until: Day) -> tuple[str, ...]:
    """Contracts of which a term is another one on the second day."""
    return tuple(sorted({change.id for change in differences(since, until)}))


def _news(work: Work, desk: Desk, counts: Mapping[str, Mapping[str, int]]) -> list[News]:
    found = []
    for name, flow, states in NEWS:
        count = sum(counts.get(flow, {}).get(state, 0) for state in states)
        if count:
            rows, _ = work.register.page(
                work.ledger.store, flow, desk=desk, states=states, sort="-moved_at", limit=3
            )  # fmt: skip
            found.append(News(name, flow, states, count, tuple(rows)))
    return found
