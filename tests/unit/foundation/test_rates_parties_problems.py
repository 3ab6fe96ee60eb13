"""Shares, the words of a contract, and problems as values."""

import pytest

from tuoguan.foundation.parties import MARKETS, Duty, Party
from tuoguan.foundation.problems import Problem, Refused, Severity, has_errors
from tuoguan.foundation.rates import format_ppm, parse_ppm, percent


@pytest.mark.parametrize(
    ("text", "ppm", "shown", "people"),
    [
        ("0.085", 85_000, "0.085", "8.5 %"), ("1", 1_000_000, "1", "100 %"), ("0", 0, "0", "0 %"),
        ("-0.5", -500_000, "-0.5", "-50 %"), ("0.000001", 1, "0.000001", "0.0001 %"), ("1e-3", 1000, "0.001", "0.1 %"),
        ("10", 10_000_000, "10", "1000 %"),
    ],
)  # fmt: skip
def test_shares_are_exact_both_ways(text: str, ppm: int, shown: str, people: str) -> None:
    assert (parse_ppm(text), format_ppm(ppm), percent(ppm)) == (ppm, shown, people)


@pytest.mark.parametrize("text", ["", "8.5 %", "NaN", "inf", "0.0000001", "a half"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_ppm(text)


def test_there_are_thirteen_duties_and_four_owners() -> None:
    assert len(Duty) == 13
    assert [party.value for party in Party] == ["seller", "platform", "carrier", "buyer"]


def test_markets_are_named_once() -> None:
    assert len(set(MARKETS)) == len(MARKETS)
    assert "NO" in MARKETS  # a YAML reader would have made it False


def _problem(severity: Severity, row_count: int = 1) -> Problem:
    return Problem("sales.csv: row 7, price", '"-3"', "a price of 0 or more", "correct the price", "negative_price",
                   severity, row_count)  # fmt: skip


def test_a_problem_says_where_what_and_how_to_mend_it() -> None:
    assert str(_problem(Severity.ERROR, 3)) == (
        'error: sales.csv: row 7, price: found "-3" (3 rows); expected a price of 0 or more; fix: correct the price'
    )
    assert _problem(Severity.NOTE).as_json()["severity"] == "note"


def test_a_refusal_carries_everything_worst_first() -> None:
    refused = Refused([_problem(Severity.NOTE), _problem(Severity.ERROR), _problem(Severity.WARNING)])
    assert [problem.severity for problem in refused.problems] == ["error", "warning", "note"]
    assert str(refused).count("\n") == 2
    assert has_errors(refused.problems)
    assert not has_errors(refused.problems[1:])
