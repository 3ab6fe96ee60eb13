"""A contract or card as of a day becomes flat integer records.

Hides versions, overlays, decimal text and currencies. Keeps the invariants that record ``i`` stems from ``terms[i]``
and that nothing is rounded twice.
"""

from collections.abc import Callable, Iterable
from decimal import InvalidOperation
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from tuoguan.contracts.checking import required_keys
from tuoguan.contracts.compiled import CHARGE_DTYPE, NONE, Compiled, CompiledCard, DeadlineTerm, Uncertain
from tuoguan.contracts.converting import DISTRIBUTION_CODE, Converter, stream_of
from tuoguan.contracts.library import Contract, Placed, PlacedCard, PlacedOverlay, Terms
from tuoguan.contracts.overlaying import overlaid, select
from tuoguan.contracts.scaling import MINUTES_PER_DAY, parse_minutes, parser_of
from tuoguan.contracts.schema import (
    FACT_NAMES,
    REASON_NAMES,
    SCALE_BY_QUANTITY,
    Basis,
    ChargeEntry,
    ChargeKind,
    DeadlineEntry,
    Distribution,
    DutyEntry,
    NumberEntry,
    Per,
    Provenance,
    QuantityEntry,
    Rounding,
    Scale,
    SettingEntry,
    State,
)
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.money import parse_micro
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.rates import parse_ppm

NO_SUCH_CLOCK = -2  # a charge that names a clock which does not run on the day applies to nothing
KIND_CODE = {kind: code for code, kind in enumerate(ChargeKind)}
E = TypeVar("E", bound=Provenance)
R = TypeVar("R")
_Entry = ChargeEntry | QuantityEntry | NumberEntry | DeadlineEntry


def compile(  # noqa: A001 the room's own verb; Python's is never needed here
    contract: Contract,
    *,
    on: Day,
    currency: str | None = None,
    fx: FxTable | None = None,
    overlays: Iterable[PlacedOverlay] = (),
    sku: str | None = None,
    category: str | None = None,
) -> Compiled:
    """The contract as of ``on`` in ``currency`` (its own by default), for one product where overlays are negotiated.

    ``fx`` is needed only for terms in other currencies; the published rates of the day stand in. Refused, with every
    place named, when a term of the day cannot be compiled or an open contract lacks a required one.
    """
    used = select(overlays, contract.id, sku, category)
    contract = overlaid(contract, used)
    converter = Converter(currency or contract.head.currency, on, fx)
    state, placed = contract.state_on(on), contract.on(on)
    if state is State.OPEN and not contract.head.base:
        _require(contract, on, {item.key for item in placed})
    deadlines = _deadlines(contract, on)
    charges, terms = _charges(contract, contract.id, on, converter, [term.name for term in deadlines])
    quantities = _collect(contract.of(QuantityEntry, on), lambda item: _quantity(item, contract.id, converter))
    return Compiled(
        id=contract.id,
        on=on,
        currency=converter.currency,
        state=state,
        owner={item.entry.duty: item.entry.owner for item in contract.of(DutyEntry, on)},
        charges=charges,
        terms=terms,
        quantities={item.entry.name: value for item, value in quantities},
        settings={item.entry.name: item.entry.option for item in contract.of(SettingEntry, on)},
        deadlines=deadlines,
        hash=_hash(contract.id, on, converter, placed),
        overlays=tuple(overlay.at for overlay in used),
        head=contract.head,
        in_force=placed,
        fx=converter.legs(),
    )


def compile_card(
    card: PlacedCard,
    *,
    on: Day,
    currency: str | None = None,
    fx: FxTable | None = None,
    overlays: Iterable[PlacedOverlay] = (),
) -> CompiledCard:
    """The card as of ``on`` in ``currency``: its charges as records, its numbers in millionths."""
    card = overlaid(card, select(overlays, card.id, None, None))
    converter = Converter(currency or card.head.currency, on, fx)
    charges, terms = _charges(card, card.id, on, converter, [])
    numbers = _collect(card.of(NumberEntry, on), lambda item: _number(item, card.id, converter))
    placed = card.on(on)
    return CompiledCard(
        id=card.id,
        on=on,
        currency=converter.currency,
        charges=charges,
        terms=terms,
        numbers={item.entry.name: value for item, value in numbers},
        units={item.entry.name: item.entry.unit for item, _ in numbers},
        hash=_hash(card.id, on, converter, placed),
        head=card.head,
        in_force=placed,
        fx=converter.legs(),
    )


def _require(contract: Contract, on: Day, stated: set[tuple[str, ...]]) -> None:
    lacking = [key for key in required_keys(contract, on) if key not in stated]
    if lacking:
        raise Refused(
            Problem(f"{contract.at}: {key[0]}", f"no {key[1]} on {iso(on)}", f"{key[0]} {key[1]}", "add it", "missing")
            for key in lacking
        )


def _collect(items: Iterable[Placed[E]], convert: Callable[[Placed[E]], R]) -> list[tuple[Placed[E], R]]:
    """Each entry with what it becomes; Refused with one problem per entry that cannot be converted."""
    done, problems = [], []
    for item in items:
        try:
            done.append((item, convert(item)))
        except (ValueError, KeyError, InvalidOperation, OverflowError) as error:
            found = f"{type(error).__name__}: {error}"
            problems.append(
                Problem(item.at, found, "a term that can be compiled", "run contracts check", "broken_term")
            )
    if problems:
        raise Refused(problems)
    return done


def _charges(
    terms: Terms, owner_id: str, on: Day, converter: Converter, clocks: list[str]
) -> tuple[npt.NDArray[np.void], tuple[ChargeEntry, ...]]:
    rows = _collect(terms.of(ChargeEntry, on), lambda item: _charge(item.entry, owner_id, converter, clocks))
    charges = np.zeros(len(rows), dtype=CHARGE_DTYPE)
    for index, (_, row) in enumerate(rows):
        for name, value in row.items():
            charges[name][index] = value
    charges.flags.writeable = False
    return charges, tuple(item.entry for item, _ in rows)


def _charge(entry: ChargeEntry, owner_id: str, converter: Converter, clocks: list[str]) -> dict[str, int]:
    """The record of one charge by column."""
    clock = clocks.index(entry.deadline) if entry.deadline in clocks else NO_SUCH_CLOCK
    return {
        "fact": int(FACT_NAMES[entry.on]),
        "reason": int(REASON_NAMES[entry.reason]),
        "deadline": clock if entry.deadline else NONE,
        "kind": KIND_CODE[entry.kind],
        "sign": {"pay": -1, "receive": 1}[entry.direction],
        "rounding": int(Rounding[entry.rounding]),
        "exponent": converter.exponent,
        "stream": stream_of(owner_id, "charge", entry.name, str(entry.step)),
        **_price(entry, converter),
        **_limits(entry, converter),
    }


def _price(entry: ChargeEntry, converter: Converter) -> dict[str, int]:
    """Value, range and what they are multiplied by."""
    text = entry.rate if entry.rate is not None else entry.amount
    if text is None:
        raise ValueError("neither rate nor amount")
    parse = parse_ppm if entry.rate is not None else lambda part: converter.micro(part, entry.currency)
    value, low, high, code = _spread(text, entry, parse)
    basis = Basis[entry.basis]
    if (entry.rate is None) != (basis is Basis.NONE):
        raise ValueError("a rate needs a basis, an amount has none")
    return {
        "basis": int(basis),
        "per": int(Per[entry.per]),
        "share_ppm": parse_ppm(entry.share),
        "value": value,
        "low": low,
        "high": high,
        "distribution": code,
    }


def _limits(entry: ChargeEntry, converter: Converter) -> dict[str, int]:
    """Caps, steps, tiers and bounds."""
    code = entry.currency
    return {
        "basis_cap_minor": converter.minor(entry.basis_cap, code, NONE),
        "minimum_minor": converter.minor(entry.minimum, code, 0),
        "maximum_micro": NONE if entry.maximum is None else converter.micro(entry.maximum, code),
        "maximum_per": int(Per[entry.maximum_per]),
        "after_minutes": parse_minutes(entry.after_hours),
        "until_minutes": NONE if entry.until_hours is None else parse_minutes(entry.until_hours),
        "weight_from_g": entry.weight_from_g,
        "weight_to_g": NONE if entry.weight_to_g is None else entry.weight_to_g,
        "divisor_cm3_per_kg": entry.divisor_cm3_per_kg,
        "grain_g": max(entry.grain_g, 1),
        "free_days": entry.free_days,
        "value_from_minor": converter.bound(entry.value_from, code, 0),
        "value_to_minor": converter.bound(entry.value_to, code, NONE),
    }


def _spread(text: str, entry: _Entry, parse: Callable[[str], int]) -> tuple[int, int, int, int]:
    """(value, low, high, distribution); all three alike when nothing is drawn."""
    value = parse(text)
    if entry.range is None or entry.distribution is Distribution.FIXED:
        return value, value, value, DISTRIBUTION_CODE[Distribution.FIXED]
    low, high = (parse(bound) for bound in entry.range)
    return value, low, high, DISTRIBUTION_CODE[entry.distribution]


def _uncertain(text: str, entry: _Entry, parse: Callable[[str], int], stream: int) -> Uncertain:
    return Uncertain(*_spread(text, entry, parse), stream, entry.evidence, entry.source)


def _quantity(item: Placed[QuantityEntry], owner_id: str, converter: Converter) -> Uncertain:
    """The quantity at the scale of its name; money in minor units."""
    entry = item.entry
    parse = parser_of(entry.name)
    if SCALE_BY_QUANTITY[entry.name] is Scale.MONEY:

        def parse(text: str) -> int:
            return converter.minor(text, entry.currency, 0)

    return _uncertain(entry.value, entry, parse, stream_of(owner_id, "quantity", entry.name.value))


def _number(item: Placed[NumberEntry], owner_id: str, converter: Converter) -> Uncertain:
    """The number in millionths; money converted first."""
    entry = item.entry

    def parse(text: str) -> int:
        return parse_micro(text) if entry.currency is None else converter.micro(text, entry.currency)

    return _uncertain(entry.value, entry, parse, stream_of(owner_id, "number", entry.name))


def _deadlines(contract: Contract, on: Day) -> tuple[DeadlineTerm, ...]:
    return tuple(
        term for _, term in _collect(contract.of(DeadlineEntry, on), lambda item: _deadline(item, contract.id))
    )


def _deadline(item: Placed[DeadlineEntry], owner_id: str) -> DeadlineTerm:
    """The clock; ``minutes`` of business days are their plain length without weekends."""
    entry, stream = item.entry, stream_of(owner_id, "deadline", item.entry.name)
    if entry.hours is not None:
        minutes = _uncertain(entry.hours, entry, parse_minutes, stream)
    else:
        days = entry.days if entry.days is not None else entry.business_days
        minutes = _uncertain(str(days), entry, lambda text: int(text) * MINUTES_PER_DAY, stream)
    business_days = NONE if entry.business_days is None else entry.business_days
    return DeadlineTerm(entry.name, entry.duty, int(FACT_NAMES[entry.starts]), minutes, business_days, entry.inbound)


def _hash(owner_id: str, on: Day, converter: Converter, placed: Iterable[Placed[Provenance]]) -> str:
    """The name of what was compiled: id, day, currency, legs and every entry in force, whatever the file's order."""
    entries = sorted(msgspec.json.encode([item.key, item.entry]) for item in placed)
    legs = [repr(leg).encode() for leg in converter.legs()]
    return content_hash(owner_id.encode(), iso(on).encode(), converter.currency.encode(), *legs, *entries)
