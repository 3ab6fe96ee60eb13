"""The ledger's days against the simulator's: goods by place, cash, staff time and charges by term, to the unit.

Hides how either keeps its days. Keeps the invariant that what is compared comes from two sides: the ledger's from its
entries alone, the simulator's from its own daily rows and the facts of its trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tuoguan.contracts import assess
from tuoguan.foundation.days import iso
from tuoguan.operate import goods
from tuoguan.rehearse.diary import Diary
from tuoguan.rehearse.world import place_name
from tuoguan.simulate import Option, Scenario, Trace

NOT_TOLD = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two worlds part: ``what`` is "units", "cash", "staff time" or "charges", ``of`` says of what."""

    day: int
    what: str
    of: str
    ledger: int
    simulator: int

    def sentence(self, start_on: int) -> str:
        """In words, with the date."""
        return (
            f"{iso(start_on + self.day)} (day {self.day}): {self.what} of {self.of}: the ledger says {self.ledger}, "
            f"the simulator {self.simulator}"
        )


@dataclass(slots=True)
class Simulated:
    """The simulator's days, all options of a rehearsal together; keys as in `Diary`."""

    days: int
    currency: str
    on_hand: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    cash: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    staff: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    charge: dict[tuple[str, str], dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, scenario: Scenario, option: Option, trace: Trace) -> None:
        """Take one traced option in."""
        for at, place in enumerate(option.places):
            own = [int(units) for units in trace.on_hand[at]]
            key = place_name(option, place), goods(option.sku)
            known = self.on_hand.get(key, [0] * len(own))
            self.on_hand[key] = [a + b for a, b in zip(known, own, strict=True)]
        for day in range(scenario.horizon_days):
            self.cash[day] += int(trace.cash_minor[day])
            self.staff[day] += int(trace.minutes[day])
        for fact, listing in zip(trace.facts, trace.listing, strict=True):
            contract = trace.happened.listings[listing].contract
            for charge in assess(contract, fact):
                self.charge[contract.id, charge.term][fact.day - scenario.start_on] += charge.minor


def differences(diary: Diary, simulated: Simulated) -> Iterator[Difference]:
    """Every difference, the earliest day first; none when they are the same world."""
    yield from sorted(_all(diary, simulated), key=lambda one: one.day)


def first_difference(diary: Diary, simulated: Simulated) -> Difference | None:
    """The earliest difference."""
    return next(differences(diary, simulated), None)


def _all(diary: Diary, simulated: Simulated) -> Iterator[Difference]:
    days = simulated.days
    for place, unit in sorted(simulated.on_hand.keys() | diary.change.keys()):
        said, told = diary.on_hand(place, unit, days), simulated.on_hand.get((place, unit), [0] * days)
        yield from _rows("units", f"{unit} at {place}", said, told)
    for currency in sorted({simulated.currency, *diary.cash}):
        cash = simulated.cash if currency == simulated.currency else {}
        yield from _rows("cash", currency, _row(diary.cash.get(currency, {}), days), _row(cash, days))
    yield from _rows("staff time", "thousandths of a minute", _row(diary.staff, days), _row(simulated.staff, days))
    for contract, term in sorted(simulated.charge.keys() | diary.charge.keys()):
        said = _row(diary.charge.get((contract, term), {}), days)
        yield from _rows("charges", f"{contract} {term}", said, _row(simulated.charge.get((contract, term), {}), days))


def _row(by_day: Mapping[int, int], days: int) -> list[int]:
    return [by_day.get(day, NOT_TOLD) for day in range(days)]


def _rows(what: str, of: str, ledger: Sequence[int], simulator: Iterable[int]) -> Iterator[Difference]:
    for day, (said, told) in enumerate(zip(ledger, simulator, strict=True)):
        if said != told:
            yield Difference(day, what, of, said, told)
