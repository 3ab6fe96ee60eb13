"""Compiling: day, state, currency, streams, overlays; and what is refused with its place."""

from pathlib import Path

import pytest

from tuoguan.contracts import Compiled, State, assess, check, compile, load, load_overlays
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import Fact, FactKind
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.problems import Refused
from unit.contracts.library_fixture import write_library, write_overlay

ON = parse_day("2026-11-22")
FX = FxTable.fixed({"USDCNY": "7.1"})
CHARGE = """
[[charge]]
name = "handling"
kind = "service"
on = "order_placed"
amount = "7.10"
currency = "CNY"
per = "ORDER"
minimum = "3.55"
range = ["3.55", "14.20"]
distribution = "triangular"
evidence = "assumed"
"""
STATUS = """
[[status]]
state = "suspended"
from = "2026-05-02"
until = "2026-07"
source = ["T01"]
evidence = "vendor"
"""


def fee(compiled: Compiled) -> int:
    fact = Fact(FactKind.ORDER_PLACED, ON, "USD", quantity=1, orders=1, supply_price_minor=10_000)
    return sum(charge.minor for charge in assess(compiled, fact) if charge.term == "fee")


def test_amounts_are_converted_with_both_legs_recorded(tmp_path: Path) -> None:
    contract = load(write_library(tmp_path, CHARGE)).contract("acme/full/US")
    compiled = compile(contract, on=ON, fx=FX)
    row = compiled.charges[[term.name for term in compiled.terms].index("handling")]
    assert (row["value"], row["low"], row["high"], row["minimum_minor"]) == (1_000_000, 500_000, 2_000_000, 50)
    assert [(leg.base, leg.quote, leg.rate_micro) for leg in compiled.fx] == [("USD", "CNY", 7_100_000)]


def test_streams_and_hash_do_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    other = CHARGE.replace("handling", "another")
    one = compile(load(write_library(tmp_path / "1", CHARGE + other)).contract("acme/full/US"), on=ON, fx=FX)
    two = compile(load(write_library(tmp_path / "2", other + CHARGE)).contract("acme/full/US"), on=ON, fx=FX)
    assert [term.name for term in one.terms] != [term.name for term in two.terms]
    streams = [dict(zip([term.name for term in x.terms], x.charges["stream"], strict=True)) for x in (one, two)]
    assert streams[0] == streams[1]
    assert len(set(streams[0].values())) == 3
    assert one == two


def test_state_follows_the_day(tmp_path: Path) -> None:
    text = STATUS + STATUS.replace("suspended", "open").replace('until = "2026-07"\n', "").replace(
        "2026-05-02", "2026-07"
    )
    folder = write_library(tmp_path)
    path = folder / "acme" / "full" / "US.toml"
    first = path.read_text(encoding="utf-8").replace(
        'state = "open"\n', 'state = "open"\nfrom = "2025"\nuntil = "2026-05-02"\n'
    )
    path.write_text(first + text, encoding="utf-8")
    library = load(folder)
    assert check(library) == []
    contract = library.contract("acme/full/US")
    states = [
        compile(contract, on=parse_day(day)).state
        for day in ("2024", "2026-05-01", "2026-05-02", "2026-06-30", "2026-07")
    ]
    assert states == [State.PLANNED, State.OPEN, State.SUSPENDED, State.SUSPENDED, State.OPEN]


@pytest.mark.parametrize(
    ("sku", "category", "expected"),
    [("A", "shoes", -100), ("B", "shoes", -200), ("B", "toys", -300), (None, None, -300)],
)
def test_the_most_specific_overlay_wins(tmp_path: Path, sku: str, category: str, expected: int) -> None:
    write_overlay(tmp_path / "o", "a_product", 'products = ["A"]\n', "0.01")
    write_overlay(tmp_path / "o", "b_category", 'category = "shoes"\n', "0.02")
    write_overlay(tmp_path / "o", "c_whole", "", "0.03")
    overlays = load_overlays(tmp_path / "o")
    library = load(write_library(tmp_path / "terms"), overlays)
    assert check(library) == []
    contract = library.contract("acme/full/US")
    assert fee(compile(contract, on=ON, overlays=overlays, sku=sku, category=category)) == expected
    assert fee(compile(contract, on=ON)) == -500


def test_a_missing_rate_is_refused_with_the_currency_named(tmp_path: Path) -> None:
    contract = load(write_library(tmp_path, CHARGE)).contract("acme/full/US")
    with pytest.raises(Refused, match="no rate of CNY|fx"):
        compile(contract, on=ON, fx=FxTable.fixed({}))


def test_a_fact_in_another_currency_is_refused(tmp_path: Path) -> None:
    compiled = compile(load(write_library(tmp_path)).contract("acme/full/US"), on=ON)
    with pytest.raises(Refused, match="one currency"):
        assess(compiled, Fact(FactKind.ORDER_PLACED, ON, "EUR"))


def test_unknown_ids_are_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="acme/full/US"):
        load(write_library(tmp_path)).contract("acme/ful/US")


def test_a_draw_replaces_the_value(tmp_path: Path) -> None:
    compiled = compile(load(write_library(tmp_path)).contract("acme/full/US"), on=ON)
    fact = Fact(FactKind.ORDER_PLACED, ON, "USD", quantity=2, supply_price_minor=400)
    assert [charge.minor for charge in assess(compiled, fact)] == [-40]
    assert [charge.minor for charge in assess(compiled, fact, {("fee", 0): 100_000})] == [-80]


def test_numbers_that_would_leave_int64_are_refused_not_wrapped(tmp_path: Path) -> None:
    compiled = compile(load(write_library(tmp_path)).contract("acme/full/US"), on=ON)
    with pytest.raises(Refused, match="int64"):
        assess(compiled, Fact(FactKind.ORDER_PLACED, ON, "USD", quantity=10**9, supply_price_minor=10**9))
    with pytest.raises(Refused, match="numbers from 0"):
        assess(compiled, Fact(FactKind.ORDER_PLACED, ON, "USD", quantity=-1, supply_price_minor=100))


def test_a_term_changes_on_its_day_and_not_before(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    path = folder / "acme" / "full" / "US.toml"
    old = 'rate = "0.05"\n'
    text = path.read_text(encoding="utf-8")
    version = text[text.rindex("[[charge]]") :].replace(old, 'rate = "0.09"\nfrom = "2026-07-01"\n')
    path.write_text(text.replace(old, old + 'until = "2026-07-01"\n') + "\n" + version, encoding="utf-8")
    library = load(folder)
    assert check(library) == []
    contract = library.contract("acme/full/US")
    assert [fee(compile(contract, on=parse_day(day))) for day in ("2026-06-30", "2026-07-01")] == [-500, -900]
