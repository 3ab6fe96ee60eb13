"""Two contracts side by side: who does what, and what each costs, takes and gives on one reference parcel.

Hides the facts that make up a story. Keeps the invariant that both sides see the same parcel in the same currency.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

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
# One parcel of USD 20 that costs USD 4 to make: 250 g, 1.2 liters.
WEIGHT_G, VOLUME_CM3, RETAIL_USD, UNIT_COST_USD = 250, 1200, 20, 4
PPM = 1_000_000
MINUTES_PER_DAY = 1440
DELIVERED = (
    FactKind.STOCK_ORDER_PLACED, FactKind.UNITS_INBOUND, FactKind.ORDER_PLACED, FactKind.UNITS_SHIPPED,
    FactKind.PARCEL_IMPORTED, FactKind.UNITS_DELIVERED,
)  # fmt: skip
RETURNED = (FactKind.UNITS_RETURNED, FactKind.REFUND_ISSUED)


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


def compare(first: Compiled, second: Compiled, fx: FxTable | None = None) -> Comparison:
    """Both contracts side by side. Refused when they were compiled in different currencies."""
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
        stories=tuple(_lines(first, second, fx or load_fx(first.on))),
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


def _lines(first: Compiled, second: Compiled, fx: FxTable) -> Iterator[Line]:
    """The lines of every story, in the order of the stories, then of the terms."""
    one, two = _stories(first, fx), _stories(second, fx)
    for story in one:
        left, right = _by_term(one[story]), _by_term(two[story])
        for term in dict.fromkeys([*left, *right]):
            yield Line(story, term, left.get(term), right.get(term))


def _by_term(charges: Iterable[Charge]) -> dict[str, int]:
    total: dict[str, int] = {}
    for charge in charges:
        total[charge.term] = total.get(charge.term, 0) + charge.minor
    return total


def _stories(side: Compiled, fx: FxTable) -> dict[str, list[Charge]]:
    """What each story moves under one contract; lateness by the clock that costs the seller most."""
    parcel = reference_parcel(side, fx)
    return {
        "delivered": _charges(side, parcel, DELIVERED),
        "returned_change_of_mind": _charges(side, replace(parcel, reason=Reason.CHANGE_OF_MIND), RETURNED),
        "returned_quality": _charges(side, replace(parcel, reason=Reason.QUALITY), RETURNED),
        "late_1_day": _late(side, parcel, 1),
        "late_3_days": _late(side, parcel, 3),
        "stock_out": _charges(side, parcel, (FactKind.STOCK_OUT,)),
        "quality_incident": _charges(side, replace(parcel, reason=Reason.QUALITY), (FactKind.QUALITY_INCIDENT,)),
        "stored_day_30": _charges(side, replace(parcel, days_held=30), (FactKind.STOCK_HELD,)),
        "stored_day_120": _charges(side, replace(parcel, days_held=120), (FactKind.STOCK_HELD,)),
    }


def reference_parcel(side: Compiled, fx: FxTable) -> Fact:
    """The parcel in the currency of the contract. Supply price: retail less the platform's spread where it has one."""
    retail = _minor(RETAIL_USD, side.currency, fx)
    spread = side.quantities.get(QuantityName.PLATFORM_SPREAD)
    platform_prices = side.owner.get(Duty.RETAIL_PRICE) is Party.PLATFORM
    supply = (retail * (PPM - spread.value) + PPM // 2) // PPM if spread and platform_prices else retail
    bulk = side.settings.get(SettingName.CUSTOMS_REGIME) == "bulk"
    return Fact(
        FactKind.ORDER_PLACED,
        side.on,
        side.currency,
        quantity=1,
        orders=1,
        parcels=1,
        lines=1,
        retail_price_minor=retail,
        supply_price_minor=supply,
        customs_value_minor=_minor(UNIT_COST_USD, side.currency, fx) if bulk else retail,
        weight_g=WEIGHT_G,
        volume_cm3=VOLUME_CM3,
    )


def _minor(dollars: int, currency: str, fx: FxTable) -> int:
    minor: Fraction = dollars * fx.rate("USD", currency) * 10 ** EXPONENT_BY_CURRENCY[currency]
    return round(minor)


def _charges(side: Compiled, parcel: Fact, kinds: Iterable[FactKind]) -> list[Charge]:
    return [charge for kind in kinds for charge in assess(side, replace(parcel, kind=kind))]


def _late(side: Compiled, parcel: Fact, days: int) -> list[Charge]:
    """Charges of missing the costliest clock by whole days."""
    late = replace(parcel, minutes_late=days * MINUTES_PER_DAY)
    names = [term.name for term in side.deadlines] or [""]
    options = [_charges(side, replace(late, deadline=name), (FactKind.DEADLINE_MISSED,)) for name in names]
    return min(options, key=lambda charges: sum(charge.minor for charge in charges))
