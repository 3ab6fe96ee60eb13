"""What the ledger says of every day: goods by place, money in the bank, staff time, charges by term.

Hides the entries. Keeps the invariant that nothing is read but what was recorded: it is folded from the postings and
details of entries alone, so that it can be held against what the simulator says of the same days.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tuoguan.operate import Entry, MoneyAccount, StockAccount, said_in

DAY_SECONDS = 86_400
AT = f"{StockAccount.AT.value}:"
BANK = MoneyAccount.BANK.value
STAFF = "staff_milliminutes"  # detail of an entry: the seller's time that it took, thousandths of a minute
MADE = "is_made_to_order"  # detail of a reservation: these goods came for this order alone


Days = dict[int, int]


def _table() -> defaultdict[Any, Days]:
    return defaultdict(lambda: defaultdict(int))


@dataclass(slots=True)
class Diary:
    """Figures by day, counted from ``start_on``; ``name`` is the world that an entry belongs to.

    change  units that came to (+) or left (-) a place, by (place, unit)
    came    units of these that came to lie there, as first in first out needs them: not those for a waiting order
    cash    net change of the bank, by (name, currency)
    staff   thousandths of a minute, by name
    charge  minor units, by (name, hash of the contract, term)
    """

    start_on: int
    position: int = 0
    change: dict[tuple[str, str], Days] = field(default_factory=_table)
    came: dict[tuple[str, str], Days] = field(default_factory=_table)
    cash: dict[tuple[str, str], Days] = field(default_factory=_table)
    staff: dict[str, Days] = field(default_factory=_table)
    charge: dict[tuple[str, str, str], Days] = field(default_factory=_table)

    def read(self, entries: Iterable[Entry]) -> None:
        """Fold entries in, in the order of the ledger."""
        for entry in entries:
            self._note(entry)
            self.position = entry.position

    def on_hand(self, place: str, unit: str, days: int) -> list[int]:
        """Units at the end of each of the first ``days`` days."""
        units, found, change = 0, [], self.change.get((place, unit), {})
        for day in range(days):
            units += change.get(day, 0)
            found.append(units)
        return found

    def _note(self, entry: Entry) -> None:
        draft, details = entry.draft, entry.draft.details
        name, day = name_of(entry.stream), draft.occurred_at // DAY_SECONDS - self.start_on
        for account, unit, amount in draft.postings:
            if account.startswith(AT):
                place = account[len(AT) :]
                self.change[place, unit][day] += amount
                if amount > 0 or details.get(MADE):
                    self.came[place, unit][day] += amount
            elif account == BANK:
                self.cash[name, unit][day] += amount
        if STAFF in details:
            self.staff[name][day] += details[STAFF]
        for said in said_in(draft):
            self.charge[name, draft.contract, said.term][day] += said.minor


def name_of(stream: str) -> str:
    """The world that a document belongs to: what stands between its flow and its serial number."""
    return stream.partition("/")[2].rpartition("/")[0]
