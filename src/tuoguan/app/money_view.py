"""Money as a screen shows it: what each contract owes in which state, when it comes, what is late, what fees took.

Hides which projections are asked. Keeps the invariants that what the states hold adds up to the accounts, and that an
amount in the home currency says by which rate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.app.home_money import Home, home_of
from tuoguan.app.planned_sales import planned_cash
from tuoguan.foundation.days import Day
from tuoguan.operate import CashDay, MoneyAccount, MoneyBook, MoneyMove, MoneyStates, MoneyWeek, StateDay, Work, money

BOOK = MoneyBook()
STATES = ("expected", "pending", "in_settlement", "frozen", "reserve", "suspense", "deposit", "bank", "payable")
OWED = STATES[:5]
AGES = ((1, 7), (8, 30), (31, 60), (61, None))  # days late, first and last
FORECAST_DAYS, WEEKS_SHOWN = 120, 26
WEEK = 7


@dataclass(frozen=True, slots=True)
class Balance:
    """What one state of one contract ("" for the bank) holds; ``home_minor`` is None without a rate."""

    contract: str
    currency: str
    state: str
    minor: int
    home_minor: int | None


@dataclass(frozen=True, slots=True)
class Late:
    """What should have come from a contract and has not, by how many days late (`AGES`)."""

    contract: str
    currency: str
    state: str
    minor_by_age: tuple[int, ...]

    @property
    def minor(self) -> int:
        """All of it."""
        return sum(self.minor_by_age)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A payout whose bank has another currency: what left the platform's, what came, and what a published rate makes.

    difference_minor  what came less what the published rate of the day makes, in the bank's currency
    """

    position: int
    day: Day
    stream: str
    currency: str
    minor: int
    bank_currency: str
    bank_minor: int
    published_minor: int | None
    difference_minor: int | None


def states(work: Work) -> MoneyStates:
    """Money by state, caught up."""
    kept = MoneyStates(work.terms)
    work.ledger.catch_up(kept)
    return kept


def balances(work: Work, home: Home) -> list[Balance]:
    """Every state that holds anything now, by contract; each is an account of the ledger."""
    found = []
    for state in STATES:
        kind = MoneyAccount(f"money:{state}")
        for account, currency, minor in work.ledger.store.all_balances(kind.value):
            contract = account.removeprefix(kind.value).removeprefix(":")
            if minor and account == money(kind, *([contract] if contract else [])):
                found.append(Balance(contract, currency, state, minor, home.minor(minor, currency)))
    return sorted(found, key=lambda one: (one.contract, one.currency, STATES.index(one.state)))


def late(work: Work, today: Day) -> list[Late]:
    """What is overdue, most first."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for one in states(work).expected(work.ledger.store):
        if one.day >= today:
            break
        ages = found.setdefault((one.contract, one.currency, one.state), [0] * len(AGES))
        days = today - one.day
        ages[next(index for index, (_, last) in enumerate(AGES) if last is None or days <= last)] += one.minor
    rows = [Late(*key, tuple(ages)) for key, ages in found.items() if any(ages)]
    return sorted(rows, key=lambda one: (-abs(one.minor), one.contract))


def forecast(work: Work, folder: Path, currency: str, today: Day, days: int = FORECAST_DAYS) -> list[CashDay]:
    """The bank by day as entries and contracts have it, beside the plan's balance where a plan has this currency.

    The plan counts from its decision's day: its change is set on what the bank held then.
    """
    kept, store = states(work), work.ledger.store
    planned_in, weeks = planned_cash(folder)
    planned: dict[Day, int] = {}
    if planned_in == currency and weeks:
        start = kept.balances(store, weeks[0].starts_on - 1).get(("", currency, "bank"), 0)
        for week in weeks:
            planned[week.starts_on + WEEK - 1] = start + week.mean_minor
    return kept.forecast(store, currency, today, days, planned)


def coming(work: Work, today: Day, days: int = FORECAST_DAYS) -> list[StateDay]:
    """What is owed by the day it can be expected, what is late on today."""
    found: dict[tuple[str, str, str, Day], int] = {}
    for one in states(work).expected(work.ledger.store):
        if one.day < today + days:
            key = (one.contract, one.currency, one.state, max(today, one.day))
            found[key] = found.get(key, 0) + one.minor
    return sorted((StateDay(*key, minor) for key, minor in found.items() if minor), key=lambda one: one.day)


def fees(work: Work, today: Day, weeks: int = WEEKS_SHOWN) -> list[MoneyWeek]:
    """What each kind of charge brought or took, by week."""
    work.ledger.catch_up(BOOK)
    return BOOK.weeks(work.ledger.store, today - weeks * WEEK, today + 1)


def exchanges(work: Work, folder: Path, limit: int = 100) -> list[Exchange]:
    """Payouts that changed currency, the latest first, against the published rate of their day."""
    work.ledger.catch_up(BOOK)
    found: list[Exchange] = []
    currencies = {unit for _, unit, _ in work.ledger.store.all_balances(MoneyAccount.EXCHANGE.value)}
    by_position: dict[int, list[MoneyMove]] = {}
    for code in sorted(currencies):
        for one in BOOK.moves(work.ledger.store, "exchange", "", code, limit=limit):
            by_position.setdefault(one.position, []).append(one)
    for position in sorted(by_position, reverse=True)[:limit]:
        pair = by_position[position]
        if len(pair) != 2:
            continue
        entry = next(iter(work.ledger.store.entries(position - 1, position)))
        day = entry.draft.occurred_at // 86_400
        bank = next((unit for account, unit, _ in entry.draft.postings if account == MoneyAccount.BANK), "")
        got, gave = sorted(pair, key=lambda one: one.currency != bank)
        worth = Home(got.currency, home_of(folder, day).fx).minor(gave.minor, gave.currency)
        came = -got.minor
        found.append(
            Exchange(position, day, entry.stream, gave.currency, gave.minor, got.currency, came, worth,
                     None if worth is None else came - worth)
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.day, -one.position))


def open_items(
    work: Work, contract: str, currency: str, state: str, after: tuple[Day, str] | None, limit: int = 50
) -> tuple[list[tuple[str, Day, int]], tuple[Day, str] | None]:
    """What single documents are still owed in a state, the earliest first; what is paid in sums has none."""
    rows = states(work).owed(work.ledger.store, (contract, currency, state), after, limit + 1)
    return rows[:limit], (rows[limit - 1][1], rows[limit - 1][0]) if len(rows) > limit else None


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry that moved a state."""

    position: int
    at: int
    kind: str
    stream: str
    actor: str
    minor: int


def entries(
    work: Work, contract: str, currency: str, state: str, before: int | None, limit: int = 50
) -> tuple[list[Moved], int | None]:  # fmt: skip
    """What moved a state, the latest first."""
    work.ledger.catch_up(BOOK)
    store = work.ledger.store
    moves = BOOK.moves(store, state, contract, currency, before, limit + 1)
    found = []
    for one in moves[:limit]:
        for entry in store.entries(one.position - 1, one.position):
            draft = entry.draft
            found.append(Moved(one.position, draft.occurred_at, draft.kind, entry.stream, entry.actor, one.minor))
    return found, moves[limit - 1].position if len(moves) > limit else None


def balance_table(rows: Sequence[Balance], home: Home) -> pl.DataFrame:
    """The balances as a table to be carried away."""
    told = [
        (one.contract, one.state, one.currency, one.minor, home.currency,
         None if one.home_minor is None else home.major(one.home_minor))
        for one in rows
    ]  # fmt: skip
    schema = {"contract": pl.String, "state": pl.String, "currency": pl.String, "amount_minor": pl.Int64,
              "home_currency": pl.String, "home_value": pl.Float64}  # fmt: skip
    return pl.DataFrame(told, schema=schema, orient="row")


def fee_table(rows: Sequence[MoneyWeek]) -> pl.DataFrame:
    """The weeks as a table to be carried away."""
    schema = {"week_on": pl.Int64, "contract": pl.String, "kind": pl.String, "currency": pl.String,
              "amount_minor": pl.Int64}  # fmt: skip
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(pl.col("week_on").cast(pl.Int32).cast(pl.Date))


def currencies(rows: Sequence[Balance]) -> Iterator[str]:
    """The currencies in hand, the most used first."""
    counts: dict[str, int] = {}
    for one in rows:
        counts[one.currency] = counts.get(one.currency, 0) + 1
    yield from sorted(counts, key=lambda code: (-counts[code], code))
