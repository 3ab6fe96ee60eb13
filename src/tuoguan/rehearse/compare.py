"""The ledger's days against the simulator's: goods by place, cash, staff time and charges by term, to the unit.

Hides how either keeps its days. Keeps the invariant that what is compared comes from two sides: the ledger's from its
entries alone, the simulator's from its own daily rows and the facts of its trace.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tuoguan.contracts import assess
from tuoguan.foundation.days import iso
from tuoguan.operate import goods
from tuoguan.rehearse.diary import Diary
from tuoguan.rehearse.world import World, place_name
from tuoguan.simulate import Trace


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
    on_hand: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    cash: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    staff: dict[str, list[int]] = field(default_factory=dict)
    charge: dict[tuple[str, str, str], dict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def add(self, world: World, trace: Trace) -> None:
        """Take one traced option in."""
        option = world.option
        for at, place in enumerate(option.places):
            own, key = trace.on_hand[at].tolist(), (place_name(option, place), goods(option.sku))
            known = self.on_hand.get(key, [0] * self.days)  # two listings of one product may name one place
            self.on_hand[key] = [a + b for a, b in zip(known, own, strict=True)]
        self.cash[world.name, world.listings[0].contract.currency] = trace.cash_minor.tolist()
        self.staff[world.name] = trace.minutes.tolist()
        for fact, listing in zip(trace.facts, trace.listing, strict=True):
            contract = trace.happened.listings[listing].contract
            for charge in assess(contract, fact):
                self.charge[world.name, contract.hash, charge.term][fact.day - world.start_on] += charge.minor


def differences(diary: Diary, simulated: Simulated, days: int | None = None) -> list[Difference]:
    """Every difference on the first ``days`` days, the earliest first; none when they are the same world."""
    return sorted(_all(diary, simulated, simulated.days if days is None else days), key=lambda one: one.day)


def _all(diary: Diary, simulated: Simulated, days: int) -> Iterator[Difference]:
    for place, unit in sorted(simulated.on_hand.keys() | diary.change.keys()):
        told = simulated.on_hand.get((place, unit), [0] * days)
        yield from _rows("units", f"{unit} at {place}", diary.on_hand(place, unit, days), told)
    for key in sorted(simulated.cash.keys() | diary.cash.keys()):
        told = simulated.cash.get(key, [0] * days)
        yield from _rows("cash", " in ".join(key), _row(diary.cash.get(key, {}), days), told)
    for name in sorted(simulated.staff.keys() | diary.staff.keys()):
        told = simulated.staff.get(name, [0] * days)
        yield from _rows("staff time (thousandths of a minute)", name, _row(diary.staff.get(name, {}), days), told)
    for charged in sorted(simulated.charge.keys() | diary.charge.keys()):
        said, other = diary.charge.get(charged, {}), simulated.charge.get(charged, {})
        yield from _rows("charges", " ".join(charged), _row(said, days), _row(other, days))


def _row(by_day: Mapping[int, int], days: int) -> list[int]:
    return [by_day.get(day, 0) for day in range(days)]


def _rows(what: str, of: str, ledger: Sequence[int], simulator: Sequence[int]) -> Iterator[Difference]:
    for day, said in enumerate(ledger):
        if said != simulator[day]:
            yield Difference(day, what, of, said, simulator[day])
