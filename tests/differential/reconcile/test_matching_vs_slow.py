"""The fast matcher and a slow one, written apart: the same matches with the same verdicts."""

from hypothesis import given, settings

from reconcile_cases import UNTIL, Row, Slow, cases, expected_table, lines_table
from tuoguan.reconcile import Reconciled, match


def parts(found: Reconciled) -> dict[tuple[frozenset[str], frozenset[str]], str]:
    """Verdict by the keys of both sides."""
    lines: dict[int, set[str]] = {}
    due: dict[int, set[str]] = {}
    for key, number in found.lines.select("line_key", "match").iter_rows():
        lines.setdefault(number, set()).add(key)
    for key, number in found.expected.select("key", "match").iter_rows():
        due.setdefault(number, set()).add(key)
    return {
        (frozenset(lines.get(number, ())), frozenset(due.get(number, ()))): verdict
        for number, verdict in found.matches.select("match", "verdict").iter_rows()
    }


@settings(max_examples=100)
@given(cases())
def test_the_same_matches_and_verdicts(case: tuple[list[Row], list[Row]]) -> None:
    due, lines = case
    found = match(expected_table(due), lines_table(lines), until=UNTIL)
    assert parts(found) == Slow(due, lines).run()
