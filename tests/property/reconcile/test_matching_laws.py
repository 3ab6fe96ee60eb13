"""Laws of matching: nothing is lost or counted twice, sums agree, and the order of rows in a file changes nothing."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile_cases import UNTIL, Row, cases, due_row, expected_table, line_row, lines_table
from tuoguan.reconcile import Reconciled, Verdict, match


def told(found: Reconciled) -> list[tuple[object, ...]]:
    """Everything a reader sees, row by row."""
    return found.matches.rows() + found.lines.sort("line_key").rows() + found.expected.sort("key").rows()


@settings(max_examples=80)
@given(cases(), st.randoms(use_true_random=False))
def test_every_row_ends_in_one_match_sums_agree_and_order_does_not_matter(
    case: tuple[list[Row], list[Row]], luck: random.Random
) -> None:
    due, lines = case
    found = match(expected_table(due), lines_table(lines), until=UNTIL)
    assert sorted(found.lines.get_column("line_key")) == sorted(row["line_key"] for row in lines)
    assert sorted(found.expected.get_column("key")) == sorted(row["key"] for row in due)
    numbers = [*found.lines.get_column("match"), *found.expected.get_column("match")]
    assert sorted(set(numbers)) == list(range(found.matches.height))
    counts = found.matches.select(pl.col("line_count", "expectation_count").sum()).row(0) if lines or due else (0, 0)
    assert counts == (len(lines), len(due))
    assert set(found.matches.get_column("verdict")) <= {verdict.value for verdict in Verdict}
    table = found.by_verdict()
    paid, owed = sum(row["amount_minor"] for row in lines), sum(row["amount_minor"] for row in due)
    assert table.get_column("paid_minor").sum() == paid
    assert table.get_column("expected_minor").sum() + table.get_column("difference_minor").sum() == paid
    assert table.get_column("expected_minor").sum() == owed
    matched = table.filter(pl.col("verdict") == Verdict.MATCHED.value)
    assert not matched.get_column("difference_minor").abs().sum()
    luck.shuffle(due)
    luck.shuffle(lines)
    assert told(match(expected_table(due), lines_table(lines), until=UNTIL)) == told(found)


def month(size: int) -> tuple[list[Row], list[Row]]:
    """A clean statement: orders of one SKU with revenue, commission and payout fee, each paid in full."""
    due, lines = [], []
    for number in range(size):
        for part, (kind, minor) in enumerate({"revenue": 1000 + number, "commission": -80, "payout": -6}.items()):
            due.append(due_row(3 * number + part, f"o{number}", "A", kind, minor, number % 30))
            lines.append(line_row(f"k{3 * number + part}", f"o{number}", "A", kind, minor, number % 30 + 1))
    return due, lines


def verdict_sums(found: Reconciled) -> dict[str, tuple[int, int]]:
    """(matches, difference) by verdict, where something differs."""
    rows = found.by_verdict().select("verdict", "match_count", "difference_minor").iter_rows()
    return {verdict: (count, minor) for verdict, count, minor in rows if verdict != "matched"}


@settings(max_examples=40)
@given(
    st.integers(3, 12), st.integers(2, 500).map(lambda x: -x), st.integers(1, 900),
    st.sets(st.sampled_from(["fee", "missing", "duplicate", "penalty"]), min_size=1),
)  # fmt: skip
def test_planted_errors_are_found_with_class_and_amount(size: int, dearer: int, fine: int, errors: set[str]) -> None:
    due, lines = month(size)
    wanted: dict[str, tuple[int, int]] = {}
    if "fee" in errors:
        next(row for row in lines if row["order_number"] == "o0" and row["kind"] == "commission")["amount_minor"] += (
            dearer
        )
        wanted["fee"] = (1, dearer)
    if "missing" in errors:
        lines = [row for row in lines if row["order_number"] != "o1"]
        wanted["missing"] = (1, -(1001 - 86))
    if "penalty" in errors:
        lines.append(line_row("fine", "o2", "A", "penalty", -fine, 9))
        wanted["penalty"] = (1, -fine)
    if "duplicate" in errors:
        again = [row for row in lines if row["order_number"] == "o2"]
        lines += [row | {"statement": "S2", "line_key": f"{row['line_key']}+"} for row in again]
        wanted["duplicate"] = (len(again), sum(row["amount_minor"] for row in again))
    assert verdict_sums(match(expected_table(due), lines_table(lines), until=UNTIL)) == wanted
