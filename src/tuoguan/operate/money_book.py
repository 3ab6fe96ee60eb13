"""Money by week and kind, and the entries behind each state of money: rows made from the postings.

Hides how entries become rows. Keeps the invariant that a week's row is the sum of its postings and that every entry
that moved an account kept here can be found from it.

What is earned is positive here and what is spent negative, as the seller sees them: an account of income or cost turned
around.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tuoguan.foundation.days import Day
from tuoguan.operate.accounts import MoneyAccount
from tuoguan.operate.money_states import KEPT, state_word
from tuoguan.operate.postings_facts import DAY_SECONDS
from tuoguan.operate.storing import Row, Store, TableShape, Transaction
from tuoguan.operate.words import Entry

EARNED = (MoneyAccount.INCOME, MoneyAccount.CHARGE, MoneyAccount.COST)
FOLLOWED = (*KEPT, MoneyAccount.EXCHANGE)
MONDAY = 3  # day 0 was a Thursday: days since 1970-01-01 plus this, by seven, begin on Mondays

WEEKS = TableShape(
    "money_week",
    {"week_on": "int", "contract": "text", "kind": "text", "currency": "text", "minor": "int"},
    ("week_on", "contract", "kind", "currency"),
)
MOVES = TableShape(
    "money_move",
    {"state": "text", "contract": "text", "currency": "text", "position": "int", "minor": "int"},
    ("state", "contract", "currency", "position"),
)


class MoneyWeek(NamedTuple):
    """What one kind of charge or cost of a contract ("" for the seller's own costs) brought or took in a week."""

    week_on: Day
    contract: str
    kind: str
    currency: str
    minor: int


class MoneyMove(NamedTuple):
    """What the entry at a position changed a state of a contract by."""

    state: str
    contract: str
    currency: str
    position: int
    minor: int


class MoneyBook:
    """The projection; ``catch_up`` before reading."""

    name = "money_book"
    shapes = (WEEKS, MOVES)

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Fold entries into the two tables."""
        weeks: dict[Row, int] = {}
        moves: dict[Row, int] = {}
        for entry in entries:
            week = week_of(entry.draft.occurred_at // DAY_SECONDS)
            for account, unit, minor in entry.draft.postings:
                kind, name, word = _kind_of(account)
                if kind in EARNED:
                    weeks[week, name, word, unit] = weeks.get((week, name, word, unit), 0) - minor
                elif kind is not None:
                    place = (word, name, unit, entry.position)
                    moves[place] = moves.get(place, 0) + minor
        table = transaction.table(WEEKS.name)
        known = table.get(list(weeks))
        table.put((*key, (known[key][-1] if key in known else 0) + minor) for key, minor in weeks.items())
        transaction.table(MOVES.name).put((*key, minor) for key, minor in moves.items() if minor)

    def weeks(self, store: Store, since: Day, until: Day) -> list[MoneyWeek]:
        """The weeks that begin from ``since`` on and before ``until``, in order."""
        found: list[MoneyWeek] = []
        order, after = ["week_on", "contract", "kind", "currency"], (week_of(since) - 1, "\U0010ffff", "", "")
        with store.reading() as view:
            while rows := view.table(WEEKS.name).page({}, order, after, limit=1000):
                found += [MoneyWeek(*row) for row in rows if row[0] < until and row[-1]]
                after = rows[-1][:-1]
                if after[0] >= until:
                    break
        return found

    def moves(
        self, store: Store, state: str, contract: str, currency: str, before: int | None = None, limit: int = 50
    ) -> list[MoneyMove]:
        """What moved a state of a contract, the latest entry first, behind position ``before``."""
        equal = {"state": state, "contract": contract, "currency": currency}
        after = None if before is None else (before,)
        with store.reading() as view:
            return [MoneyMove(*row) for row in view.table(MOVES.name).page(equal, ["-position"], after, limit)]


def week_of(day: Day) -> Day:
    """The Monday of the day's week.

    >>> week_of(20_515), week_of(20_521)
    (20514, 20521)
    """
    return (day + MONDAY) // 7 * 7 - MONDAY


@lru_cache(maxsize=65_536)
def _kind_of(account: str) -> tuple[MoneyAccount | None, str, str]:
    """The kind of an account that is kept here, the contract behind it, and the word it is listed under."""
    for kind in (*EARNED, *FOLLOWED):
        if account == kind.value or account.startswith(f"{kind.value}:"):
            rest = account.removeprefix(kind.value).removeprefix(":")
            if kind is MoneyAccount.COST:
                return kind, "", rest
            if kind in EARNED:
                name, _, word = rest.rpartition(":")
                return kind, name, word
            return kind, rest, state_word(kind)
    return None, "", ""
