"""A second opinion on charges: plain Fractions, straight from the entries of a resolved contract.

Hides nothing and is slow on purpose. Keeps the invariant that it shares no arithmetic with the kernels or the compiler:
it reads decimal text, compares exactly and rounds with its own four lines.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from tuoguan.contracts.library import Contract, Placed, PlacedCard, PlacedOverlay
from tuoguan.contracts.schema import ChargeEntry, DeadlineEntry, Provenance
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.facts import Fact
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY

MICRO = 1_000_000


def assess_reference(
    contract: Contract | PlacedCard,
    fact: Fact,
    on: Day,
    currency: str,
    fx: FxTable | None = None,
    overlays: Iterable[PlacedOverlay] = (),
    sku: str | None = None,
    category: str | None = None,
) -> dict[tuple[str, int], int]:
    """Signed minor units by (term, step) of all charges of the fact that move money."""
    table = fx or load_fx(on)
    placed = list(contract.placed)
    for level in _negotiated(contract.id, overlays, sku, category):
        stated = {item.key for item in level}
        placed = [item for item in placed if item.key not in stated] + level
    current = [item.entry for item in placed if _in_force(item.entry, on)]
    clocks = {"", *(entry.name for entry in current if isinstance(entry, DeadlineEntry))}
    found = {}
    for entry in current:
        if isinstance(entry, ChargeEntry) and entry.deadline in clocks:
            found[entry.name, entry.step] = _minor(entry, fact, currency, table)
    return {key: minor for key, minor in found.items() if minor}


def _negotiated(
    name: str, overlays: Iterable[PlacedOverlay], sku: str | None, category: str | None
) -> list[list[Placed[Provenance]]]:
    """What was negotiated for the whole contract, for the category and for the product, in this order."""
    levels: list[list[Placed[Provenance]]] = [[], [], []]
    for overlay in overlays:
        head = overlay.head
        if head.overlays != name:
            continue
        if sku is not None and sku in head.products:
            levels[2] += overlay.placed
        elif not head.products and head.category is None:
            levels[0] += overlay.placed
        elif not head.products and head.category == category:
            levels[1] += overlay.placed
    return levels


def _in_force(entry: Provenance, on: Day) -> bool:
    begun = entry.effective_from is None or parse_day(entry.effective_from) <= on
    return begun and (entry.until is None or on < parse_day(entry.until))


def _minor(entry: ChargeEntry, fact: Fact, currency: str, table: FxTable) -> int:
    """Signed minor units of one entry, nought when it does not apply."""
    if not _fits(entry, fact, currency, table):
        return 0
    unit = Fraction(1, 10 ** EXPONENT_BY_CURRENCY[currency])
    if entry.rate is not None:
        due = _fraction(entry.rate) * _price(entry, fact, currency, table) * fact.quantity
    else:
        due = _converted(str(entry.amount), entry, currency, table, Fraction(1, MICRO)) * _count(entry.per, entry, fact)
    if due <= 0:
        return 0
    due *= _fraction(entry.share)
    if entry.maximum is not None:
        most = _converted(entry.maximum, entry, currency, table, Fraction(1, MICRO))
        due = min(due, most * _count(entry.maximum_per, entry, fact))
    if entry.minimum is not None:
        due = max(due, _converted(entry.minimum, entry, currency, table, unit))
    return _rounded(due / unit, entry.rounding) * (1 if entry.direction == "receive" else -1)


def _fits(entry: ChargeEntry, fact: Fact, currency: str, table: FxTable) -> bool:
    named = entry.on == fact.kind.name.lower() and entry.reason in ("ANY", fact.reason.name)
    clock = entry.deadline in ("", fact.deadline)
    hours = Fraction(fact.minutes_late, 60)
    late = _fraction(entry.after_hours) == 0 or hours > _fraction(entry.after_hours)
    late = late and (entry.until_hours is None or hours <= _fraction(entry.until_hours))
    grams = _grams(entry, fact)
    heavy = entry.weight_from_g <= grams and (entry.weight_to_g is None or grams < entry.weight_to_g)
    worth = Fraction(fact.customs_value_minor, 10 ** EXPONENT_BY_CURRENCY[currency])
    dear = entry.value_from is None or worth >= _converted(entry.value_from, entry, currency, table)
    dear = dear and (entry.value_to is None or worth < _converted(entry.value_to, entry, currency, table))
    return named and clock and late and heavy and dear and fact.days_held >= entry.free_days


def _grams(entry: ChargeEntry, fact: Fact) -> int:
    """Whole grams that count for one unit."""
    if not entry.divisor_cm3_per_kg:
        return fact.weight_g
    return max(fact.weight_g, ceil(Fraction(1000 * fact.volume_cm3, entry.divisor_cm3_per_kg)))


def _price(entry: ChargeEntry, fact: Fact, currency: str, table: FxTable) -> Fraction:
    """What one unit counts for, at most the cap."""
    unit = Fraction(1, 10 ** EXPONENT_BY_CURRENCY[currency])
    minor = {
        "RETAIL_VALUE": fact.retail_price_minor,
        "SUPPLY_VALUE": fact.supply_price_minor,
        "CUSTOMS_VALUE": fact.customs_value_minor,
    }[entry.basis]
    if entry.basis_cap is None:
        return minor * unit
    return min(minor * unit, _converted(entry.basis_cap, entry, currency, table, unit))


def _count(per: str, entry: ChargeEntry, fact: Fact) -> Fraction:
    kilograms = Fraction(ceil(Fraction(_grams(entry, fact), entry.grain_g)) * entry.grain_g, 1000)
    return {
        "FACT": Fraction(1),
        "ORDER": Fraction(fact.orders),
        "UNIT": Fraction(fact.quantity),
        "PARCEL": Fraction(fact.parcels),
        "LINE": Fraction(fact.lines),
        "KG": fact.quantity * kilograms,
        "UNIT_DAY": Fraction(fact.quantity),
        "CBM_DAY": Fraction(fact.quantity * fact.volume_cm3, 1_000_000),
    }[per]


def _converted(text: str, entry: ChargeEntry, currency: str, table: FxTable, grain: Fraction | None = None) -> Fraction:
    """The amount in the fact's currency, exact, or to the nearest ``grain`` with ties to the even one."""
    exact = _fraction(text) * table.rate(str(entry.currency), currency)
    return exact if grain is None else _rounded(exact / grain, "HALF_EVEN") * grain


def _rounded(value: Fraction, mode: str) -> int:
    """The whole number next to a value of nought or more."""
    below, rest = floor(value), value - floor(value)
    up = {"DOWN": False, "UP": rest > 0, "HALF_UP": rest >= Fraction(1, 2)}.get(mode)
    if up is None:
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
    return below + int(up)


def _fraction(text: str) -> Fraction:
    return Fraction(Decimal(text))
