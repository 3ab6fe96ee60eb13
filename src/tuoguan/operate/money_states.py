"""Where the money of each contract is on any day, and when what is still owed can be expected.

Hides how entries become sums. Keeps the invariants that the balance of a state on a day is the sum of its postings up
to that day, and that what the calendar expects adds up to what the accounts hold: each amount owed stands on one day.

What waits in settlement or is frozen belongs to no order any more: a payout takes what is due first.

A day that nobody knows is the contract's: its trigger, central lag, transfer days and settlement days (`payout_of`). A
buyer's receipt is expected after half of the days that the contract waits for it at most. What has no clock of its own
(returns, fines, fees) is settled on the next settlement day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tuoguan.contracts import Compiled, QuantityName
from tuoguan.foundation.days import Day
from tuoguan.operate.accounts import MoneyAccount
from tuoguan.operate.postings_facts import DAY_SECONDS
from tuoguan.operate.settling import days_to_trigger, payout_of, quantity
from tuoguan.operate.storing import Row, Store, TableShape, Transaction
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Entry

OWED = (
    MoneyAccount.EXPECTED, MoneyAccount.PENDING, MoneyAccount.IN_SETTLEMENT, MoneyAccount.FROZEN, MoneyAccount.RESERVE,
)  # fmt: skip
Change = tuple[MoneyAccount, tuple[str, str, str], int]  # state, (contract, currency, the state's word), minor
KEPT = (*OWED, MoneyAccount.DEPOSIT, MoneyAccount.SUSPENSE, MoneyAccount.BANK, MoneyAccount.PAYABLE)
JOINT = (MoneyAccount.IN_SETTLEMENT, MoneyAccount.FROZEN)  # paid and frozen in sums, whatever they came from
JOINT_FLOWS = ("payout/", "statement/")
TRIGGER_BY_MOVE = {"order.ship": "shipped", "order.deliver": "delivered"}


class StateDay(NamedTuple):
    """What one state of one contract changed by on a day; ``contract`` is a party for debts, "" for the bank."""

    contract: str
    currency: str
    state: str
    day: Day
    minor: int


class CashDay(NamedTuple):
    """A day of the forecast: what is expected to come or go, the bank behind it, and what was planned to be there."""

    day: Day
    expected_minor: int
    bank_minor: int
    planned_minor: int | None


@dataclass(frozen=True)
class MoneyStates:
    """The projection; ``terms`` are those that the entries name."""

    terms: Terms
    name: str = "money_states"

    @property
    def shapes(self) -> tuple[TableShape, ...]:
        """Changes by day; what each document is still owed; that by the day it is due."""
        state = {"contract": "text", "currency": "text", "state": "text"}
        key = tuple(state)
        owed = {"stream": "text", **state, "due_on": "int", "minor": "int"}
        return (
            TableShape("money_day", {**state, "day": "int", "minor": "int"}, (*key, "day")),
            TableShape("money_owed", owed, ("stream", *key), (("due_on",),)),
            TableShape("money_due", {**state, "due_on": "int", "minor": "int"}, (*key, "due_on"), (("due_on",),)),
        )

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Fold entries into the three tables."""
        moved = [(entry, changes) for entry in entries if (changes := _moved(entry))]
        fold = _Fold(self, transaction, moved)
        for entry, changes in moved:
            fold.take(entry, changes)
        fold.write()

    def balances(self, store: Store, day: Day) -> dict[tuple[str, str, str], int]:
        """Minor units by (contract, currency, state) at the end of ``day``; catch up first."""
        found: dict[tuple[str, str, str], int] = {}
        for row in self._rows(store, "money_day", ["contract", "currency", "state", "day"]):
            one = StateDay(*row)
            if one.day <= day:
                found[one[:3]] = found.get(one[:3], 0) + one.minor
        return {key: minor for key, minor in found.items() if minor}

    def expected(self, store: Store) -> Iterator[StateDay]:
        """What is still owed by the day it can be expected (``day``), earliest first; catch up first."""
        for row in self._rows(store, "money_due", ["due_on", "contract", "currency", "state"]):
            yield StateDay(*row)

    def forecast(
        self, store: Store, currency: str, today: Day, days: int, planned_minor_by_day: Mapping[Day, int] | None = None
    ) -> list[CashDay]:
        """The bank of ``currency`` on ``days`` days from ``today`` on, as entries and contracts have it.

        What is overdue is expected today. ``planned_minor_by_day`` is the balance that a plan expected.
        """
        bank = self.balances(store, today).get(("", currency, state_word(MoneyAccount.BANK)), 0)
        by_day: dict[Day, int] = {}
        for one in self.expected(store):
            if one.currency == currency:
                by_day[max(today, one.day)] = by_day.get(max(today, one.day), 0) + one.minor
        planned, found = planned_minor_by_day or {}, []
        for day in range(today, today + days):
            bank += by_day.get(day, 0)
            found.append(CashDay(day, by_day.get(day, 0), bank, planned.get(day)))
        return found

    def _rows(self, store: Store, name: str, order: Sequence[str]) -> Iterator[Row]:
        columns = next(list(shape.columns) for shape in self.shapes if shape.name == name)
        with store.reading() as view:
            after: Row | None = None
            while rows := view.table(name).page({}, order, after, limit=1000):
                yield from rows
                after = tuple(rows[-1][columns.index(column)] for column in order)


def state_word(kind: MoneyAccount) -> str:
    """The state's word in rows: "expected", "bank", …"""
    return kind.value.removeprefix("money:")


def due_on(kind: MoneyAccount, entry: Entry, compiled: Compiled | None) -> Day:
    """The day on which money that the entry moved into a state can be expected to leave it."""
    day = entry.draft.occurred_at // DAY_SECONDS
    if compiled is None:
        return day
    if kind is MoneyAccount.RESERVE:
        return day + quantity(compiled, QuantityName.RESERVE_DAYS)
    if kind is MoneyAccount.FROZEN:
        return day + quantity(compiled, QuantityName.FREEZE_DAYS)
    if kind is MoneyAccount.IN_SETTLEMENT:
        return day + quantity(compiled, QuantityName.TRANSFER_DAYS)
    happened = TRIGGER_BY_MOVE.get(entry.draft.kind)
    if happened is None and entry.draft.kind != "stock_order.put_away":
        return payout_of(compiled, day, 0, 0, transfer_days=0).paid_on
    return payout_of(compiled, day + days_to_trigger(happened, compiled), None, 0).paid_on


class _Fold:
    """One chunk of entries over the tables."""

    def __init__(
        self, kept: MoneyStates, transaction: Transaction, moved: Sequence[tuple[Entry, Sequence[Change]]]
    ) -> None:
        self.terms = kept.terms
        self.days, self.owed, self.due = (transaction.table(shape.name) for shape in kept.shapes)
        self.day_changes: dict[Row, int] = {}
        self.due_changes: dict[Row, int] = {}
        self.due_by_cause: dict[tuple[MoneyAccount, str, str, Day], Day] = {}
        self.joint = {
            key: self._read(key) for entry, changes in moved for kind, key, _ in changes if _is_joint(kind, entry)
        }
        keys = {
            (entry.stream, *key)
            for entry, changes in moved for kind, key, _ in changes if kind in OWED and not _is_joint(kind, entry)
        }  # fmt: skip
        self.owed_rows: dict[Row, Row | None] = {**dict.fromkeys(keys), **self.owed.get(sorted(keys))}

    def take(self, entry: Entry, changes: Sequence[Change]) -> None:
        """One entry into the sums."""
        day = entry.draft.occurred_at // DAY_SECONDS
        for kind, key, minor in changes:
            self.day_changes[*key, day] = self.day_changes.get((*key, day), 0) + minor
            if _is_joint(kind, entry):
                self._owe_jointly(key, minor, self._due(kind, entry, day))
            elif kind in OWED:
                self._owe((entry.stream, *key), minor, self._due(kind, entry, day))

    def _due(self, kind: MoneyAccount, entry: Entry, day: Day) -> Day:
        cause = (kind, entry.draft.kind, entry.draft.contract, day)
        if cause not in self.due_by_cause:
            self.due_by_cause[cause] = due_on(kind, entry, self.terms.find(entry.draft.contract))
        return self.due_by_cause[cause]

    def _owe(self, key: Row, minor: int, due: Day) -> None:
        """The document's amount in the state changes; all of it is due on the latest day that any of it is."""
        before = self.owed_rows[key]
        held = before[-1] if before else 0
        if before:
            self._change(key[1:], before[-2], -held)
            due = max(due, before[-2])
        self._change(key[1:], due, held + minor)
        self.owed_rows[key] = (*key, due, held + minor) if held + minor else None

    def _owe_jointly(self, state: Row, minor: int, due: Day) -> None:
        """Set off against what is due first the other way; what is left stands on its own day."""
        days = self.joint[state]
        for day in sorted(days):
            if minor and days[day] * minor < 0:
                part = min(abs(minor), abs(days[day])) * (1 if minor > 0 else -1)
                self._change(state, day, part)
                minor -= part
        self._change(state, due, minor)

    def _read(self, state: Row) -> dict[Day, int]:
        """What a state of a contract is owed by day."""
        equal = dict(zip(("contract", "currency", "state"), state, strict=True))
        return {row[-2]: row[-1] for row in self.due.page(equal, ["due_on"], limit=100_000)}

    def _change(self, state: Row, due: Day, minor: int) -> None:
        if state in self.joint:
            self.joint[state][due] = self.joint[state].get(due, 0) + minor
        self.due_changes[*state, due] = self.due_changes.get((*state, due), 0) + minor

    def write(self) -> None:
        """Write what has changed."""
        self.owed.put(row for row in self.owed_rows.values() if row is not None)
        self.owed.drop(key for key, row in self.owed_rows.items() if row is None)
        for table, changes in ((self.days, self.day_changes), (self.due, self.due_changes)):
            known = table.get(list(changes))
            rows = [(*key, (known[key][-1] if key in known else 0) + minor) for key, minor in changes.items()]
            table.put(row for row in rows if row[-1])
            table.drop(row[:-1] for row in rows if not row[-1])


def _is_joint(kind: MoneyAccount, entry: Entry) -> bool:
    return kind in JOINT or (kind in OWED and entry.stream.startswith(JOINT_FLOWS))


def _moved(entry: Entry) -> list[Change]:
    """The entry's postings that are kept here."""
    found = []
    for account, unit, minor in entry.draft.postings:
        kind, name, word = _kind_of(account)
        if kind is not None:
            found.append((kind, (name, unit, word), minor))
    return found


@lru_cache(maxsize=65_536)
def _kind_of(account: str) -> tuple[MoneyAccount | None, str, str]:
    """The kind of a money account that is kept here, the name behind it, and the kind's word."""
    for kind in KEPT:
        if account == kind.value or account.startswith(f"{kind.value}:"):
            return kind, account.removeprefix(kind.value).removeprefix(":"), state_word(kind)
    return None, "", ""


def total(days: Iterable[StateDay]) -> dict[tuple[str, str, str], int]:
    """Minor units by (contract, currency, state) over all days."""
    found: dict[tuple[str, str, str], int] = {}
    for one in days:
        found[one[:3]] = found.get(one[:3], 0) + one.minor
    return {key: minor for key, minor in found.items() if minor}
