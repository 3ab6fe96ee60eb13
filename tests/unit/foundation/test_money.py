"""Money: exponents against Babel's copy of the CLDR currency table, and every way an amount can be wrong."""

import pytest
from babel.numbers import get_currency_precision

from tuoguan.foundation.money import (
    EXPONENT_BY_CURRENCY,
    Money,
    currency,
    format_minor,
    parse_micro,
    parse_minor,
    to_minor,
)


@pytest.mark.parametrize("code", sorted(EXPONENT_BY_CURRENCY))
def test_exponents_are_those_of_the_currency_table(code: str) -> None:
    # CLDR shows rupiah without decimals in prices; ISO 4217 and bank statements keep two.
    assert currency(code).exponent == (2 if code == "IDR" else get_currency_precision(code))


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "NaN", "Infinity", "-inf", "1e", "$5", "１２３x", "0x10"])
def test_what_is_no_amount_is_refused_with_its_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        parse_minor(text, "USD")


def test_more_decimals_than_the_currency_has_are_refused_not_rounded() -> None:
    with pytest.raises(ValueError, match="more than 2 decimals of USD"):
        parse_minor("19.995", "USD")
    with pytest.raises(ValueError, match="more than 0 decimals of JPY"):
        parse_minor("100.5", "JPY")
    assert parse_minor("19.990", "USD") == 1999


def test_amounts_past_the_range_of_int64_money_are_refused() -> None:
    with pytest.raises(ValueError, match="range of int64"):
        parse_minor("1e17", "USD")
    with pytest.raises(ValueError, match="range of int64"):
        to_minor(1e19)


@pytest.mark.parametrize("text", ["0.0000001", "x", "NaN"])
def test_micro_units_stop_at_six_decimals(text: str) -> None:
    with pytest.raises(ValueError):
        parse_micro(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_is_no_money(value: float) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        to_minor(value)


@pytest.mark.parametrize(("value", "minor"), [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (7.49, 7)])
def test_floats_come_back_to_the_nearest_unit_ties_to_even(value: float, minor: int) -> None:
    assert to_minor(value) == minor


def test_two_currencies_never_meet() -> None:
    with pytest.raises(ValueError, match="without a recorded FX rate"):
        Money(1, "USD") + Money(1, "CNY")
    with pytest.raises(ValueError, match="without a recorded FX rate"):
        Money(1, "USD") - Money(1, "CNY")


def test_money_adds_negates_and_reads() -> None:
    assert -(Money(1999, "USD") - Money(2000, "USD")) == Money(1, "USD")
    assert str(Money(-5, "USD")) == "-0.05 USD"
    assert format_minor(12, "JPY") == "12"


def test_an_unknown_currency_is_an_error() -> None:
    with pytest.raises(KeyError):
        currency("XXX")
