"""The compiled form of two opposite contracts, their comparison and a difference of two days, as text in files.

``make golden`` writes what is seen; the author answers for every changed line.
"""

from pathlib import Path

import pytest

from tuoguan.contracts import (
    Compiled,
    compare,
    compare_lines,
    compile,
    diff,
    diff_lines,
    list_lines,
    load,
    summary,
)
from tuoguan.foundation.days import iso, parse_day
from tuoguan.foundation.fx import FxTable

GOLDEN = Path(__file__).parent / "contracts"
ON = parse_day("2026-11-22")
FX = FxTable.fixed({"USDCNY": "7.1", "EURUSD": "1.15", "EURCNY": "8.165"}, ON)
IDS = ("temu/full/US", "aliexpress/semi/EU")


def text_of(compiled: Compiled) -> str:
    """Every integer of the compiled contract, one term per line."""
    lines = [f"{compiled.id} {iso(compiled.on)} {compiled.currency} {compiled.state}"]
    lines += [f"duty {duty} {owner}" for duty, owner in compiled.owner.items()]
    lines += [f"setting {name} {option}" for name, option in compiled.settings.items()]
    for clock in compiled.deadlines:
        lines.append(f"deadline {clock.name} {clock.duty} {clock.starts} {clock.minutes.value} {clock.business_days}")
    for name, value in compiled.quantities.items():
        lines.append(f"quantity {name} {value.value} [{value.low} {value.high}] {value.distribution} {value.stream}")
    for term, row in zip(compiled.terms, compiled.charges, strict=True):
        numbers = " ".join(f"{name}={row[name]}" for name in row.dtype.names)
        lines.append(f"charge {term.name} {term.step} {numbers}")
    return "\n".join(lines) + "\n"


def hold(name: str, text: str, record: bool) -> None:
    """Compare with the file, or write it when golden files are recorded."""
    path = GOLDEN / name
    if record:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} changed; `make golden` records it"


@pytest.mark.parametrize("name", IDS)
def test_compiled_form(name: str, record_golden: bool) -> None:
    compiled = compile(load().contract(name), on=ON, currency="USD", fx=FX)
    hold(name.replace("/", "-") + ".txt", text_of(compiled), record_golden)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_comparison(language: str, record_golden: bool) -> None:
    first, second = (compile(load().contract(name), on=ON, currency="USD", fx=FX) for name in IDS)
    lines = compare_lines(compare(first, second, FX), language)
    hold(f"compare.{language}.txt", "\n".join(lines) + "\n", record_golden)


def test_difference_of_two_days(record_golden: bool) -> None:
    rows = diff(load(), parse_day("2025-05-01"), parse_day("2025-05-02"))
    hold("diff-2025-05-02.txt", "\n".join(diff_lines(rows)) + "\n", record_golden)


def test_list(record_golden: bool) -> None:
    hold("list.txt", "\n".join(list_lines(summary(load(), ON))) + "\n", record_golden)
