"""What a person is asked when a document moves or opens, made from what the flow's moves need.

Hides how a need becomes a typed field and a field's text a detail. Keeps the invariants that amounts are asked in major
units and recorded in minor ones, that a word a contract prices is chosen and never typed, and that everything wrong
with a form is said at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tuoguan.app.document_words import CHOICES, EVIDENCE_ZH, FACTS_ZH, KINDS, OPTIONAL, REASONS_ZH, Kind
from tuoguan.contracts import Compiled, label
from tuoguan.foundation.facts import Reason
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Document, Line, Move, load_flows, move_of

UNITS_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. ``choices`` are (value, title, title_zh); ``skus`` are those that units are asked for,
    with what the document says of each.
    """

    name: str
    kind: Kind
    title: str
    title_zh: str
    required: bool
    choices: tuple[tuple[str, str, str], ...] = ()
    skus: tuple[tuple[str, int], ...] = ()


def fields_of(flow: str, move: str, document: Document | None, compiled: Compiled | None) -> tuple[Field, ...]:
    """What the move asks: its needs, then what may be told with it."""
    found = move_of(load_flows()[flow], move)
    if found is None:
        return ()
    optional = OPTIONAL.get((flow, move), ())
    made = [_field(flow, found, name, document, compiled, name not in optional) for name in (*found.needs, *optional)]
    return tuple({field.name: field for field in reversed(made)}.values())[::-1]


def details_of(
    fields: Sequence[Field], values: Mapping[str, str], currency: str, zone: str, at: str = "form"
) -> dict[str, Any]:
    """The details that the filled-in fields tell, values by the field's name ("name.SKU" for units); what was left
    empty is left out. Refused with everything that cannot be read.
    """
    told: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in fields:
        if field.kind == "units":
            units = _units(field, values, problems, at)
            if units:
                told[field.name] = units
            continue
        text = values.get(field.name, "").strip()
        if not text:
            if field.required:
                fix = "fill it in"
                problems.append(Problem(f"{at}: {field.title}", "nothing", "a value", fix, "missing_detail"))
            continue
        value = _value(field, text, currency, zone)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            told[field.name] = value
    if problems:
        raise Refused(problems)
    return told


def lines_of(values: Mapping[str, str], currency: str) -> tuple[Line, ...]:
    """Lines of a new document from a form's columns "sku.N", "quantity.N", "supply.N", "retail.N"; rows without a SKU
    are left out. Refused with everything that cannot be read.
    """
    found, problems = [], list[Problem]()
    numbers = sorted({int(name[4:]) for name in values if name.startswith("sku.") and name[4:].isdecimal()})
    for number in numbers:
        sku = values[f"sku.{number}"].strip()
        if not sku:
            continue
        quantity = _count(values.get(f"quantity.{number}", ""), f"line {number + 1}: units")
        prices = [_price(values.get(f"{name}.{number}", ""), currency, f"line {number + 1}: {name} price")
                  for name in ("retail", "supply")]  # fmt: skip
        problems += [one for one in (quantity, *prices) if isinstance(one, Problem)]
        if not problems:
            retail, supply = prices
            assert isinstance(quantity, int) and isinstance(retail, int) and isinstance(supply, int)
            found.append(Line(sku, quantity, retail, supply))
    if problems:
        raise Refused(problems)
    return tuple(found)


def _field(
    flow: str, move: Move, name: str, document: Document | None, compiled: Compiled | None, required: bool
) -> Field:
    kind, title, title_zh = KINDS.get(name, ("text", name.replace("_", " ").capitalize(), name))
    choices = tuple(_choices(flow, move, name, compiled))
    skus: tuple[tuple[str, int], ...] = ()
    if kind == "units" and document is not None:
        skus = tuple(_units_by_sku(document, name).items())
    if choices:
        kind = "choice"
    elif kind == "choice":
        kind = "text"
    return Field(name, kind, title, title_zh, required, choices, skus)


def _units_by_sku(document: Document, name: str) -> dict[str, int]:
    """What is expected of each SKU: what was told a step before, else what the lines say."""
    before = document.details.get({"received": "sent", "refused": "received"}.get(name, ""))
    units: dict[str, int] = {}
    if isinstance(before, Mapping):
        return {str(sku): count for sku, count in before.items() if isinstance(count, int)}
    for line in document.lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units


def _choices(flow: str, move: Move, name: str, compiled: Compiled | None) -> Iterator[tuple[str, str, str]]:
    if name == "reason" and flow in ("order", "return"):  # words that the contracts price
        for reason in Reason:
            if reason is not Reason.ANY:
                word = reason.name.lower()
                yield word, word.replace("_", " ").capitalize(), REASONS_ZH.get(word, word)
    elif name == "fact":
        charge = next((one for one in load_flows()[flow].moves if one.picks == name), None)
        for word in charge.facts if charge else ():
            yield word, word.replace("_", " ").capitalize(), FACTS_ZH.get(word, word)
    elif name == "deadline":
        for term in compiled.deadlines if compiled else ():
            yield term.name, label(term.name, "en"), label(term.name, "zh")
    elif name == "evidence":
        for word in move.evidence:
            yield word, word.replace("_", " ").capitalize(), EVIDENCE_ZH.get(word, word)
    elif name == "outcome" and flow != "return":
        return
    else:
        yield from CHOICES.get(name, ())


def _value(field: Field, text: str, currency: str, zone: str) -> Any:
    at = field.title
    if field.kind == "money":
        return _price(text, currency, at)
    if field.kind == "count":
        return _count(text, at)
    if field.kind == "instant":
        return instant_of(text, zone, at)
    if field.kind == "choice" and text not in {value for value, *_ in field.choices}:
        expected = ", ".join(value for value, *_ in field.choices)
        return Problem(at, repr(text)[:60], f"one of {expected}", "choose one", "unknown_choice")
    if len(text) > 200:
        return Problem(at, f"{len(text)} characters", "at most 200", "say it shorter", "too_long")
    return text


def instant_of(text: str, zone: str, at: str) -> int | Problem:
    """UTC seconds of a local "2026-11-23T14:30" in the zone, or what is wrong with it."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return Problem(at, repr(text)[:40], "a day and a time", "write it like 2026-11-23T14:30", "bad_time")
    return int((local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).timestamp())


def _price(text: str, currency: str, at: str) -> int | Problem:
    if not text.strip():
        return 0
    if currency not in EXPONENT_BY_CURRENCY:
        return Problem(at, repr(currency), "a currency that is known", "name one such as CNY or USD", "no_currency")
    try:
        minor = parse_minor(text.strip(), currency)
    except ValueError as wrong:
        return Problem(at, str(wrong), f"an amount of {currency}", "write it like 19.99", "bad_amount")
    if minor < 0:
        return Problem(at, text[:40], "nought or more", "leave the sign out", "negative_amount")
    return minor


def _count(text: str, at: str) -> int | Problem:
    cleaned = text.strip().replace(",", "")
    if cleaned.isascii() and cleaned.isdecimal() and int(cleaned[:20]) <= UNITS_MOST:
        return int(cleaned)
    return Problem(at, repr(text)[:40], f"a whole number from 0 to {UNITS_MOST:,}", "write digits", "bad_count")


def _units(field: Field, values: Mapping[str, str], problems: list[Problem], at: str) -> dict[str, int]:
    """Units by SKU; those of SKUs left empty stand as the document says, where any is told."""
    told: dict[str, int] = {}
    for sku, _ in field.skus:
        text = values.get(f"{field.name}.{sku}", "").strip()
        if text:
            units = _count(text, f"{at}: {field.title}: {sku}")
            if isinstance(units, Problem):
                problems.append(units)
            else:
                told[sku] = units
    if not told:
        return {}
    rest = {sku: 0 if field.name == "refused" else units for sku, units in field.skus}
    return rest | told
