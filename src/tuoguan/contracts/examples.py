"""Worked examples beside a contract: facts with the amounts that a person worked out, run through kernel and reference.

Hides the files. Keeps the invariant that an example names every term that moves money, so nothing extra slips in.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tuoguan.contracts.assessing import assess
from tuoguan.contracts.compiled import Compiled, CompiledCard
from tuoguan.contracts.compiling import compile, compile_card
from tuoguan.contracts.library import Contract, Library, PlacedCard, unknown
from tuoguan.contracts.reference import assess_reference
from tuoguan.contracts.schema import FACT_NAMES, REASON_NAMES
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.facts import Fact, Reason
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.money import format_minor, parse_minor
from tuoguan.foundation.problems import Problem, Refused


class FactEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact as written: counts as whole numbers, prices per unit as decimal text of the example's currency."""

    kind: str
    reason: str = "ANY"
    deadline: str = ""
    quantity: int = 0
    orders: int = 0
    parcels: int = 0
    lines: int = 0
    retail_price: str = "0"
    supply_price: str = "0"
    customs_value: str = "0"
    weight_g: int = 0
    volume_cm3: int = 0
    minutes_late: int = 0
    days_held: int = 0


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One worked example: the fact, the day, and what each term must make of it."""

    title: str
    on: str
    currency: str
    fact: FactEntry
    expect: dict[str, str] = {}
    source: tuple[str, ...] = ()
    note: str = ""
    fx: dict[str, str] = {}


class ExampleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All examples of one contract."""

    example: tuple[Example, ...]
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one example; it holds when both amounts are the expected ones."""

    at: str
    title: str
    expected: dict[str, str]
    kernel: dict[str, str]
    reference: dict[str, str]

    @property
    def holds(self) -> bool:
        """True when expectation, kernel and reference agree."""
        return self.expected == self.kernel == self.reference


def run_examples(library: Library) -> list[Ran]:
    """Every example beside a contract or card, in order of files; Refused when a file cannot be read."""
    ran = []
    for path in sorted(library.root.rglob("*.examples.toml")):
        name = path.relative_to(library.root).as_posix()
        terms = _terms_of(library, name.removesuffix(".examples.toml"))
        for index, example in enumerate(_read(path, name).example):
            ran.append(_run(terms, example, f"{name}: example[{index}]", library))
    return ran


def _terms_of(library: Library, name: str) -> Contract | PlacedCard:
    """The contract or card that the example file lies beside."""
    if not name.startswith("cards/"):
        return library.contract(name)
    _, kind, market = name.split("/")
    return library.card(kind, market)


def _read(path: Path, name: str) -> ExampleFile:
    try:
        raw: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(raw, ExampleFile, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        fix = "see docs/rooms/contracts.md, worked examples"
        raise Refused([Problem(name, str(error), "a file of [[example]]", fix, "bad_example")]) from None


def _run(terms: Contract | PlacedCard, example: Example, at: str, library: Library) -> Ran:
    missing = [name for name in example.source if name not in library.sources]
    if missing:
        raise Refused(unknown(f"{at}.source", name, library.sources, "an id of sources.toml") for name in missing)
    on, code = parse_day(example.on), example.currency
    fact, table = fact_of(example.fact, on, code, at), load_fx(on, example.fx)
    charges = assess(_compiled(terms, on, code, table), fact)
    second = assess_reference(terms, fact, on, code, table)
    expected = {name: parse_minor(text, code) for name, text in example.expect.items()}
    return Ran(
        at,
        example.title,
        _texts(expected, code),
        _texts(_summed((charge.term, charge.minor) for charge in charges), code),
        _texts(_summed((name, minor) for (name, _), minor in second.items()), code),
    )


def _compiled(terms: Contract | PlacedCard, on: Day, currency: str, fx: FxTable) -> Compiled | CompiledCard:
    if isinstance(terms, Contract):
        return compile(terms, on=on, currency=currency, fx=fx)
    return compile_card(terms, on=on, currency=currency, fx=fx)


def fact_of(entry: FactEntry, on: Day, currency: str, at: str) -> Fact:
    """The fact on the day; Refused when its kind or reason is not in the list."""
    if entry.kind not in FACT_NAMES:
        raise Refused([unknown(f"{at}.fact.kind", entry.kind, FACT_NAMES, "a fact", "unknown_fact")])
    if entry.reason not in REASON_NAMES:
        raise Refused([unknown(f"{at}.fact.reason", entry.reason, REASON_NAMES, "a reason", "unknown_reason")])
    counts = ("quantity", "orders", "parcels", "lines", "weight_g", "volume_cm3", "minutes_late", "days_held")
    return Fact(
        FACT_NAMES[entry.kind],
        on,
        currency,
        retail_price_minor=parse_minor(entry.retail_price, currency),
        supply_price_minor=parse_minor(entry.supply_price, currency),
        customs_value_minor=parse_minor(entry.customs_value, currency),
        reason=Reason[entry.reason],
        deadline=entry.deadline,
        **{name: getattr(entry, name) for name in counts},
    )


def _summed(pairs: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for name, minor in pairs:
        total[name] = total.get(name, 0) + minor
    return total


def _texts(minor_by_term: dict[str, int], code: str) -> dict[str, str]:
    return {name: format_minor(minor, code) for name, minor in sorted(minor_by_term.items()) if minor}
