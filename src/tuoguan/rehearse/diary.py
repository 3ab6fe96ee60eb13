"""What the ledger says of every day: goods by place, money in the bank, staff time, charges by term.

Hides the entries. Keeps the invariant that nothing is read but what was recorded: it is folded from the postings and
details of entries alone, so that it can be held against what the simulator says of the same days.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tuoguan.operate import Entry, MoneyAccount, StockAccount

DAY_SECONDS = 86_400
AT = f"{StockAccount.AT.value}:"
OWN_MOVES = (StockAccount.RESERVED.value, StockAccount.AT.value)  # goods that go to and fro between these never came
BANK = MoneyAccount.BANK.value
STAFF = "staff_milliminutes"  # detail of an entry: the seller's time that it took, thousandths of a minute
CHARGES = "charges"  # detail of an entry: what the contract made of its facts


@dataclass(slots=True)
class Diary:
    """Figures by day, counted from ``start_on``.

    change  units that came to (+) or left (-) a place, by (place, unit) and day
    came    units of these that came from outside, as first in first out needs them
    cash    net change of the bank, by currency and day
    staff   thousandths of a minute, by day
    charge  minor units by (contract, term) and day
    """

    start_on: int
    position: int = 0
    change: dict[tuple[str, str], dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    came: dict[tuple[str, str], dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    cash: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    staff: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    charge: dict[tuple[str, str], dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

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
        draft = entry.draft
        day = draft.occurred_at // DAY_SECONDS - self.start_on
        for account, unit, amount in draft.postings:
            if account.startswith(AT):
                place = account[len(AT) :]
                self.change[place, unit][day] += amount
                if amount > 0 and not _from_own(entry, unit):
                    self.came[place, unit][day] += amount
            elif account.startswith(BANK):
                self.cash[unit][day] += amount
        self.staff[day] += draft.details.get(STAFF, 0)
        for charge in draft.details.get(CHARGES, ()):
            self.charge[charge["contract"], charge["term"]][day] += charge["minor"]


def _from_own(entry: Entry, unit: str) -> bool:
    """True when the goods were reserved before: they come back, they do not come."""
    reserved = f"{StockAccount.RESERVED.value}:"
    return any(one.unit == unit and one.amount < 0 and one.account.startswith(reserved) for one in entry.draft.postings)
