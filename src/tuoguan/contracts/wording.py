"""Entries and numbers as short plain text in the words of the files, the same in every language.

Keeps the invariant that a number is shown as written or exactly converted, with its range beside it.
"""

from tuoguan.contracts.compiled import Uncertain
from tuoguan.contracts.schema import (
    SCALE_BY_QUANTITY,
    ChargeEntry,
    DeadlineEntry,
    DutyEntry,
    InfoEntry,
    NumberEntry,
    Provenance,
    QuantityEntry,
    QuantityName,
    Scale,
    SettingEntry,
    StatusEntry,
)
from tuoguan.foundation.money import format_minor
from tuoguan.foundation.rates import format_ppm, percent

DEFAULTS = {"share": "1", "maximum_per": "UNIT", "after_hours": "0", "weight_from_g": 0, "grain_g": 1}


def words(entry: Provenance) -> str:
    """One line for any entry."""
    if isinstance(entry, StatusEntry):
        return entry.state.value
    if isinstance(entry, DutyEntry):
        return _duty(entry)
    if isinstance(entry, ChargeEntry):
        return _charge(entry)
    if isinstance(entry, DeadlineEntry):
        return _deadline(entry)
    if isinstance(entry, SettingEntry):
        return entry.option
    if isinstance(entry, QuantityEntry | NumberEntry):
        unit = entry.unit if isinstance(entry, NumberEntry) else entry.currency or ""
        return f"{entry.value} {unit}".strip() + ranged(entry)
    return _info(entry) if isinstance(entry, InfoEntry) else ""


def ranged(entry: ChargeEntry | QuantityEntry | NumberEntry | DeadlineEntry | InfoEntry) -> str:
    """The range as written, with a leading blank; empty when there is none."""
    return f" [{entry.range[0]} .. {entry.range[1]}]" if entry.range is not None else ""


def quantity_text(name: QuantityName, value: Uncertain, currency: str) -> str:
    """The compiled quantity for people: days, percent, factor or money, and its range when it is uncertain."""
    texts = [_scaled(name, number, currency) for number in (value.value, value.low, value.high)]
    return texts[0] if value.low == value.high else f"{texts[0]} [{texts[1]} .. {texts[2]}]"


def _scaled(name: QuantityName, number: int, currency: str) -> str:
    scale = SCALE_BY_QUANTITY[name]
    if scale is Scale.MONEY:
        return f"{format_minor(number, currency)} {currency}"
    if scale is Scale.SHARE:
        return percent(number)
    if scale is Scale.FACTOR:
        yearly = name is QuantityName.REGIME_CHANGES_PER_YEAR
        return format_ppm(number) if yearly else f"x {format_ppm(number)}"
    return f"{number} d" if scale is Scale.DAYS else str(number)


def _duty(entry: DutyEntry) -> str:
    helper = f", helped by {entry.helper}" if entry.helper else ""
    return entry.owner.value + helper + (f", reviewed by {entry.reviewer}" if entry.reviewer else "")


def _charge(entry: ChargeEntry) -> str:
    """Direction, price, when, and whatever differs from the defaults."""
    if entry.rate is not None:
        price = f"{entry.rate}{ranged(entry)} of {entry.basis.lower()}"
    else:
        price = f"{entry.amount}{ranged(entry)} {entry.currency} per {entry.per.lower()}"
    parts = [f"{entry.direction} {price} on {entry.on}"]
    parts += [entry.reason.lower()] if entry.reason != "ANY" else []
    parts += [entry.deadline] if entry.deadline else []
    names = (
        "share", "basis_cap", "minimum", "maximum", "after_hours", "until_hours", "weight_from_g", "weight_to_g",
        "divisor_cm3_per_kg", "free_days", "value_from", "value_to",
    )  # fmt: skip
    for name in names:
        value = getattr(entry, name)
        if value not in (None, DEFAULTS.get(name), 0):
            parts.append(f"{name} {value}")
    return ", ".join(parts)


def _deadline(entry: DeadlineEntry) -> str:
    for unit in ("hours", "days", "business_days"):
        if getattr(entry, unit) is not None:
            ways = f", inbound {' or '.join(entry.inbound)}" if entry.inbound else ""
            return f"{getattr(entry, unit)}{ranged(entry)} {unit} after {entry.starts} for {entry.duty}{ways}"
    return ""


def _info(entry: InfoEntry) -> str:
    return f"{entry.value} {entry.unit}".strip() + ranged(entry)
