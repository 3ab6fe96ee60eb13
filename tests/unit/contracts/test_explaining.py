"""What is shown: every number with its source, both sides on one parcel, only what changed, within 100 columns."""

from pathlib import Path

import pytest

from tuoguan.contracts import (
    check,
    compare,
    compare_lines,
    compile,
    coverage,
    diff,
    diff_lines,
    explain,
    list_lines,
    load,
    new,
    show_lines,
    summary,
)
from tuoguan.contracts.labels import label
from tuoguan.contracts.rendering import COLUMNS
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.problems import Refused, has_errors
from tuoguan.foundation.text import width_of
from unit.contracts.library_fixture import write_library

ON = parse_day("2026-11-22")
FX = FxTable.fixed({}, ON)
VERSION = """
[[charge]]
name = "storage"
kind = "storage"
on = "stock_held"
amount = "{amount}"
currency = "USD"
per = "CBM_DAY"
free_days = {free}
{days}
source = ["T01"]
evidence = "vendor"
"""


def storage(amount: str, days: str, free: int = 60) -> str:
    return VERSION.format(amount=amount, days=days, free=free)


def test_every_line_names_source_evidence_and_place(tmp_path: Path) -> None:
    compiled = compile(load(write_library(tmp_path)).contract("acme/full/US"), on=ON)
    rows = explain(compiled)
    assert len(rows) == len(compiled.in_force)
    assert all(row.source == ("T01",) and row.at.startswith("acme/full/US.toml: ") for row in rows)
    fee = next(row for row in rows if row.section == "charge")
    assert (fee.name, fee.text) == ("fee", "pay 0.05 of supply_value on order_placed")


def test_comparison_prices_the_same_parcel_on_both_sides(tmp_path: Path) -> None:
    one = compile(load(write_library(tmp_path / "1")).contract("acme/full/US"), on=ON)
    two = compile(load(write_library(tmp_path / "2", storage("100", ""))).contract("acme/full/US"), on=ON)
    seen = compare(one, two, FX)
    # The fixture's spread is 30 %: supply is 14.00 of 20.00, and 5 % of it 0.70. 1.2 liters at 100 per cbm are 0.12.
    assert seen.total_minor("delivered") == (-70, -70)
    assert seen.total_minor("stored_day_30") == (0, 0)
    assert seen.total_minor("stored_day_120") == (0, -12)
    assert [pair.name for pair in seen.duties] == [duty.value for duty in Duty]


def test_comparison_of_two_currencies_is_refused(tmp_path: Path) -> None:
    contract = load(write_library(tmp_path)).contract("acme/full/US")
    with pytest.raises(Refused, match="one currency"):
        compare(compile(contract, on=ON, currency="USD"), compile(contract, on=ON, currency="EUR"))


def test_diff_shows_only_what_changed(tmp_path: Path) -> None:
    text = storage("1", 'until = "2026-05"') + storage("2", 'from = "2026-05"')
    library = load(write_library(tmp_path, text))
    before, after = parse_day("2026-04-30"), parse_day("2026-05-01")
    (row,) = diff(library, before, after)
    assert (row.id, row.term) == ("acme/full/US", "charge storage")
    assert row.before is not None and row.before.startswith("pay 1 USD per cbm_day")
    assert row.after is not None and row.after.startswith("pay 2 USD per cbm_day")
    assert diff(library, after, ON) == ()


def test_summary_counts_add_up_and_mean_what_they_say(tmp_path: Path) -> None:
    extra = storage("1", 'range = ["0.5", "2"]\ndistribution = "uniform"')
    guess = storage("1", "").replace('"storage"\nkind', '"guess"\nkind').replace('source = ["T01"]\n', "")
    (row,) = summary(load(write_library(tmp_path, extra + guess.replace("vendor", "assumed"))), ON)
    assert (row.ranged, row.assumed) == (1, 1)
    assert row.sourced + row.ranged + row.assumed == row.values == 13 + 5 + 9 + 3


def test_the_shipped_library_lists_every_contract() -> None:
    library = load()
    assert [row.id for row in summary(library, ON)] == list(library.ids(base=True))
    assert {"shared", "sources"} <= coverage(library).keys()


def test_nothing_is_wider_than_the_screen_nor_lost() -> None:
    library = load()
    shown = [compile(library.contract(name), on=ON, currency="USD") for name in library.ids()[:6]]
    for language in ("en", "zh"):
        lines = list_lines(summary(library, ON), language) + show_lines(explain(shown[0]), language)
        lines += compare_lines(compare(shown[0], shown[-1]), language)
        lines += diff_lines(diff(library, parse_day("2025-01"), ON), language)
        assert max(map(width_of, lines)) <= COLUMNS


def test_every_duty_has_a_chinese_name() -> None:
    assert all(label(duty.value, "zh") != label(duty.value, "en") for duty in Duty)


def test_a_new_contract_is_not_one_until_it_is_filled(tmp_path: Path) -> None:
    path = new("acme", "semi", "UK", tmp_path)
    problems = check(load(tmp_path))
    assert path == tmp_path / "acme" / "semi" / "UK.toml"
    assert {problem.code for problem in problems if problem.found == "'?'"} == {"to_fill"}
    assert sum(problem.code == "to_fill" for problem in problems) >= 1 + len(Duty)
    assert has_errors(problems)
    with pytest.raises(Refused, match="no file yet"):
        new("acme", "semi", "UK", tmp_path)
    with pytest.raises(Refused, match="a market"):
        new("acme", "semi", "XX", tmp_path)
