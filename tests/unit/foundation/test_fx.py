"""Rates against the published table of the European Central Bank and against the definition of a peg."""

from fractions import Fraction

import pytest

from tuoguan.foundation.days import iso, parse_day
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.problems import Refused


def test_published_rates_of_a_past_day() -> None:
    # Euro reference rates of 2024-01-02: USD 1.0956, CNY 7.8264, JPY 155.68 (ecb.europa.eu).
    table = load_fx(parse_day("2024-01-02"))
    assert table.rate("EUR", "USD") == Fraction("1.0956")
    assert table.rate("USD", "CNY") == Fraction("7.8264") / Fraction("1.0956")
    assert [(leg.base, leg.quote) for leg in table.legs("USD", "CNY")] == [("EUR", "USD"), ("EUR", "CNY")]


def test_a_holiday_takes_the_last_published_day() -> None:
    (leg,) = load_fx(parse_day("2024-01-01")).legs("EUR", "USD")
    assert iso(leg.day) == "2023-12-29"
    assert leg.exact() == Fraction("1.1050")


def test_conversion_there_and_back_is_exact() -> None:
    table = load_fx(parse_day("2026-10-30"))
    for one in ("USD", "CNY", "JPY", "EUR", "SAR", "AED"):
        for two in ("USD", "CNY", "JPY", "EUR", "SAR", "AED"):
            assert table.rate(one, two) * table.rate(two, one) == 1


def test_pegged_currencies_say_that_they_are_assumed() -> None:
    table = load_fx(parse_day("2024-01-02"))
    assert table.rate("USD", "SAR") == Fraction("3.75")
    assert table.rate("USD", "AED") == Fraction("3.6725")
    assert table.legs("SAR", "CNY")[0].source.startswith("assumed")


def test_an_override_wins_for_its_pair_both_ways_and_no_other() -> None:
    table = load_fx(parse_day("2024-01-02"), {"USDCNY": "7.1"})
    assert table.rate("USD", "CNY") == Fraction("7.1")
    assert table.rate("CNY", "USD") == 1 / Fraction("7.1")
    assert table.rate("EUR", "CNY") == Fraction("7.8264")


@pytest.mark.parametrize(("pair", "text"), [("USDXXX", "7"), ("USD", "7"), ("USDCNY", "0"), ("USDCNY", "seven")])
def test_a_wrong_override_is_refused(pair: str, text: str) -> None:
    with pytest.raises(Refused, match=pair):
        load_fx(0, {pair: text})


def test_a_currency_without_rate_is_refused() -> None:
    with pytest.raises(Refused, match="VND"):
        load_fx(parse_day("2024-01-02")).rate("USD", "VND")
