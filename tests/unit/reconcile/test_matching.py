"""Matching in single cases: what each way of finding each other is for, and what each verdict means."""

from fractions import Fraction

import polars as pl
import pytest

from reconcile_cases import UNTIL, Row, due_row, expected_table, line_row, lines_table, on
from tuoguan.foundation.problems import Refused
from tuoguan.reconcile import APPEALS, Appeal, Reconciled, match


def reconcile(due: list[Row], lines: list[Row], **more: object) -> Reconciled:
    return match(expected_table(due), lines_table(lines), until=UNTIL, **more)  # type: ignore[arg-type]


def shown(found: Reconciled) -> list[tuple[object, ...]]:
    """Verdict, how, difference of every match, largest first."""
    return found.matches.select("verdict", "matched_by", "difference_minor").rows()


def test_a_net_line_is_an_orders_parts_together() -> None:
    due = [due_row(1, "o1", "A", "revenue", 1000, 1), due_row(2, "o1", "A", "commission", -80, 1)]
    assert shown(reconcile(due, [line_row("a", "o1", "A", "revenue", 920, 3)])) == [("matched", "total", 0)]
    assert shown(reconcile(due, [line_row("a", "o1", "A", "revenue", 900, 3)])) == [("fee", "total", -20)]


def test_two_lines_can_be_one_expectation() -> None:
    due = [due_row(1, "o1", "A", "revenue", 2000, 1)]
    lines = [line_row("a", "o1", "A", "revenue", 1200, 3), line_row("b", "o1", "A", "revenue", 800, 9)]
    assert shown(reconcile(due, lines)) == [("matched", "total", 0)]


def test_a_block_printed_twice_in_one_statement_is_told_from_two_units() -> None:
    due = [due_row(1, "o1", "A", "revenue", 1000, 1), due_row(2, "o1", "A", "commission", -80, 1)]
    twice = [line_row("a", "o1", "A", "revenue", 920, 3), line_row("b", "o1", "A", "revenue", 920, 3)]
    assert shown(reconcile(due, twice)) == [("duplicate", "nothing", 920), ("matched", "total", 0)]
    units = [*due, due_row(3, "o1", "A", "revenue", 1000, 1), due_row(4, "o1", "A", "commission", -80, 1)]
    assert shown(reconcile(units, twice)) == [("matched", "total", 0)]


def test_a_bill_without_orders_pays_what_fell_due_in_its_period() -> None:
    due = [due_row(n, f"w{n}", "A", "revenue", 100 + n, n) for n in range(14)]
    first, second = sum(100 + n for n in range(7)), sum(100 + n for n in range(7, 14))
    lines = [line_row("a", "", "A", "revenue", first, 8), line_row("b", "", "A", "revenue", second - 50, 15)]
    assert shown(reconcile(due, lines)) == [("missing", "statement", -50), ("matched", "statement", 0)]


def test_an_order_number_that_nobody_knows_is_found_by_amount_and_time() -> None:
    due = [due_row(1, "o1", "A", "revenue", 1000, 1), due_row(2, "o2", "A", "revenue", 1000, 30)]
    lines = [line_row("a", "PO-o2", "A", "revenue", 1000, 33), line_row("b", "o1", "A", "revenue", 1000, 3)]
    assert shown(reconcile(due, lines)) == [("matched", "key", 0), ("matched", "amount", 0)]
    far = [line_row("a", "PO-o2", "A", "revenue", 1000, 50), line_row("b", "o1", "A", "revenue", 1000, 3)]
    assert shown(reconcile(due, far))[:2] == [("missing", "nothing", -1000), ("unknown", "nothing", 1000)]


def test_what_is_not_due_by_the_slowest_lag_is_timing() -> None:
    late = due_row(1, "o1", "A", "revenue", 1000, 10, latest_on=on(90))
    unearned = due_row(2, "o2", "A", "revenue", 500, 10, due_on=None, latest_on=None)
    assert shown(reconcile([late, unearned], [])) == [("timing", "nothing", -1000), ("timing", "nothing", -500)]
    assert shown(reconcile([late | {"latest_on": on(20)}], [])) == [("missing", "nothing", -1000)]


def test_a_line_of_another_period_is_timing() -> None:
    found = reconcile([], [line_row("a", "o9", "A", "revenue", 1000, 3)], since=UNTIL - 20)
    assert shown(found) == [("timing", "nothing", 1000)]


def test_money_kept_back_is_timing_until_it_comes() -> None:
    due = [due_row(1, "o1", "A", "revenue", 1000, 1)]
    paid = [line_row("a", "o1", "A", "revenue", 1000, 3), line_row("b", "o1", "A", "reserve", -100, 3, reserve=True)]
    assert shown(reconcile(due, paid)) == [("timing", "nothing", -100), ("matched", "key", 0)]
    back = [*paid, line_row("c", "o1", "A", "reserve", 100, 33, reserve=True)]
    assert shown(reconcile(due, back)) == [("matched", "key", 0), ("matched", "key", 0)]


def test_another_currency_is_changed_and_what_is_left_is_fx() -> None:
    due = [due_row(1, "o1", "A", "revenue", 1000, 1)]
    lines = [line_row("a", "o1", "A", "revenue", 7000, 3, currency="CNY")]
    found = reconcile(due, lines, rate_on=lambda code, other, day: Fraction(71, 10))
    assert shown(found) == [("fx", "key", -100)]
    assert found.matches.row(0, named=True)["currency"] == "CNY"
    with pytest.raises(Refused, match="no_rate|recorded rate"):
        reconcile(due, lines)


def test_a_cent_is_rounding() -> None:
    due = [due_row(1, "o1", "A", "commission", -80, 1)]
    assert shown(reconcile(due, [line_row("a", "o1", "A", "commission", -81, 3)])) == [("rounding", "key", -1)]


def test_the_deadline_is_the_platforms_where_it_told_one_and_says_so_where_nobody_did() -> None:
    lines = [line_row("a", "o1", "A", "penalty", -250, 3)]
    row = reconcile([], lines, appeal=Appeal(30, is_assumed=True)).matches.row(0, named=True)
    assert (row["deadline_on"], row["deadline_assumed"]) == (on(33), True)
    told = pl.DataFrame([("o1", "penalty", on(12))], schema=dict(APPEALS), orient="row")
    row = reconcile([], lines, appeals=told).matches.row(0, named=True)
    assert (row["deadline_on"], row["deadline_assumed"]) == (on(12), False)


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = [line_row("a", "o1", "A", "penalty", -250, 3), line_row("a", "o2", "A", "penalty", -250, 3)]
    with pytest.raises(Refused, match="key"):
        reconcile([], twice)
