"""Two contracts side by side: who does what, and what each costs, takes and gives on one reference parcel.

Hides the facts that make up a story. Keeps the invariant that both sides see the same parcel in the same currency.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple, TypeVar

from tuoguan.contracts.assessing import assess
from tuoguan.contracts.compiled import Charge, Compiled
from tuoguan.contracts.schema import QuantityName, SettingName
from tuoguan.contracts.wording import quantity_text
from tuoguan.foundation.days import Day
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Problem, Refused

N = TypeVar("N")
PPM = 1_000_000
MINUTES_PER_DAY = 1440
DELIVERED = (
    FactKind.STOCK_ORDER_PLACED, FactKind.UNITS_INBOUND, FactKind.ORDER_PLACED, FactKind.UNITS_SHIPPED,
    FactKind.PARCEL_IMPORTED, FactKind.UNITS_DELIVERED,
)  # fmt: skip
RETURNED = (FactKind.UNITS_RETURNED, FactKind.REFUND_ISSUED)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One order in one parcel: units of one product; money per unit in minor units of ``currency``.

    supply_price_minor  what the platform pays where it sets the retail price; None: retail less the platform's spread
    """

    currency: str = "USD"
    units: int = 1
    retail_price_minor: int = 2_000
    unit_cost_minor: int = 400
    weight_g: int = 250
    volume_cm3: int = 1_200
    supply_price_minor: int | None = None


REFERENCE = Parcel()


class Moved(NamedTuple):
    """A charge with the fact that moves it."""

    fact: FactKind
    charge: Charge


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story: the term and what it moves under each contract (minor units, None when it moves nothing)."""

    story: str
    term: str
    first_minor: int | None
    second_minor: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same duty, setting or quantity under both; ``first`` and ``second`` are plain text, "" when not stated."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contracts on one day in one currency. ``stories`` have one line per term; `total_minor` sums a story."""

    first: str
    second: str
    on: Day
    currency: str
    duties: tuple[Pair, ...]
    stories: tuple[Line, ...]
    settings: tuple[Pair, ...]
    quantities: tuple[Pair, ...]
    deadlines: tuple[Pair, ...]

    def total_minor(self, story: str) -> tuple[int, int]:
        """What the story moves under the first and under the second contract, the seller's view."""
        lines = [line for line in self.stories if line.story == story]
        return sum(line.first_minor or 0 for line in lines), sum(line.second_minor or 0 for line in lines)


def compare(
    first: Compiled, second: Compiled, fx: FxTable | None = None, parcel: Parcel = REFERENCE
) -> Comparison:
    """Both contracts side by side on one parcel. Refused when they were compiled in different currencies."""
    if first.currency != second.currency:
        found, fix = f"{first.currency} and {second.currency}", "compile both in one currency"
        raise Refused([Problem("compare", found, "one currency", fix, "currency_differs")])
    both = (first, second)
    return Comparison(
        first=first.id,
        second=second.id,
        on=first.on,
        currency=first.currency,
        duties=_pairs(Duty, lambda side, duty: side.owner[duty].value if duty in side.owner else "", both),
        stories=tuple(_lines(first, second, fx or load_fx(first.on), parcel)),
        settings=_pairs(SettingName, lambda side, name: side.settings.get(name, ""), both),
        quantities=_pairs(QuantityName, _quantity, both),
        deadlines=_pairs(_clocks(both), _clock, both),
    )


def _pairs(names: Iterable[N], text: Callable[[Compiled, N], str], both: tuple[Compiled, Compiled]) -> tuple[Pair, ...]:
    """One pair per name that at least one side states."""
    found = [Pair(str(name), text(both[0], name), text(both[1], name)) for name in names]
    return tuple(pair for pair in found if pair.first or pair.second)


def _quantity(side: Compiled, name: QuantityName) -> str:
    return quantity_text(name, side.quantities[name], side.currency) if name in side.quantities else ""


def _clocks(both: tuple[Compiled, Compiled]) -> list[str]:
    return list(dict.fromkeys(term.name for side in both for term in side.deadlines))


def _clock(side: Compiled, name: str) -> str:
    for term in side.deadlines:
        if term.name == name:
            days = f"{term.business_days} business days"
            return days if term.business_days >= 0 else f"{term.minutes.value // 60} h"
    return ""


def _lines(first: Compiled, second: Compiled, fx: FxTable, parcel: Parcel) -> Iterator[Line]:
    """The lines of every story, in the order of the stories, then of the terms."""
    one, two = stories(first, fx, parcel), stories(second, fx, parcel)
    for story in one:
        left, right = _by_term(one[story]), _by_term(two[story])
        for term in dict.fromkeys([*left, *right]):
            yield Line(story, term, left.get(term), right.get(term))


def _by_term(moved: Iterable[Moved]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in moved:
        total[one.charge.term] = total.get(one.charge.term, 0) + one.charge.minor
    return total


def stories(side: Compiled, fx: FxTable, parcel: Parcel = REFERENCE) -> dict[str, list[Moved]]:
    """What each story moves under one contract; lateness by the clock that costs the seller most."""
    fact = reference_parcel(side, fx, parcel)
    return {
        "delivered": _charges(side, fact, DELIVERED),
        "returned_change_of_mind": _charges(side, replace(fact, reason=Reason.CHANGE_OF_MIND), RETURNED),
        "returned_quality": _charges(side, replace(fact, reason=Reason.QUALITY), RETURNED),
        "late_1_day": _late(side, fact, 1),
        "late_3_days": _late(side, fact, 3),
        "stock_out": _charges(side, fact, (FactKind.STOCK_OUT,)),
        "quality_incident": _charges(side, replace(fact, reason=Reason.QUALITY), (FactKind.QUALITY_INCIDENT,)),
        "stored_day_30": _charges(side, replace(fact, days_held=30), (FactKind.STOCK_HELD,)),
        "stored_day_120": _charges(side, replace(fact, days_held=120), (FactKind.STOCK_HELD,)),
    }


def reference_parcel(side: Compiled, fx: FxTable, parcel: Parcel = REFERENCE) -> Fact:
    """The parcel in the currency of the contract. Supply price: retail less the platform's spread where it has one."""
    retail = _minor(parcel.retail_price_minor, parcel.currency, side.currency, fx)
    spread = side.quantities.get(QuantityName.PLATFORM_SPREAD)
    platform_prices = side.owner.get(Duty.RETAIL_PRICE) is Party.PLATFORM
    supply = (retail * (PPM - spread.value) + PPM // 2) // PPM if spread and platform_prices else retail
    if parcel.supply_price_minor is not None and platform_prices:
        supply = _minor(parcel.supply_price_minor, parcel.currency, side.currency, fx)
    bulk = side.settings.get(SettingName.CUSTOMS_REGIME) == "bulk"
    cost = _minor(parcel.unit_cost_minor, parcel.currency, side.currency, fx)
    return Fact(
        FactKind.ORDER_PLACED,
        side.on,
        side.currency,
        quantity=parcel.units,
        orders=1,
        parcels=1,
        lines=1,
        retail_price_minor=retail,
        supply_price_minor=supply,
        customs_value_minor=cost if bulk else retail,
        weight_g=parcel.weight_g,
        volume_cm3=parcel.volume_cm3,
    )


def _minor(minor: int, currency: str, wanted: str, fx: FxTable) -> int:
    """The amount in another currency, rounded once."""
    exponents = EXPONENT_BY_CURRENCY[wanted] - EXPONENT_BY_CURRENCY[currency]
    exact: Fraction = minor * fx.rate(currency, wanted) * Fraction(10) ** exponents
    return round(exact)


def _charges(side: Compiled, fact: Fact, kinds: Iterable[FactKind]) -> list[Moved]:
    return [Moved(kind, charge) for kind in kinds for charge in assess(side, replace(fact, kind=kind))]


def _late(side: Compiled, fact: Fact, days: int) -> list[Moved]:
    """Charges of missing the costliest clock by whole days."""
    late = replace(fact, minutes_late=days * MINUTES_PER_DAY)
    names = [term.name for term in side.deadlines] or [""]
    options = [_charges(side, replace(late, deadline=name), (FactKind.DEADLINE_MISSED,)) for name in names]
    return min(options, key=lambda moved: sum(one.charge.minor for one in moved))
