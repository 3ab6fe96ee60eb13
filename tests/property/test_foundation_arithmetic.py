"""Integer arithmetic against `fractions.Fraction` and `decimal`, over everything that int64 money can hold."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tuoguan.contracts.schema import Rounding
from tuoguan.foundation import kernels
from tuoguan.foundation.kernels import DOWN, HALF_EVEN, HALF_UP, UP, div_round, mul_ppm
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, format_minor, parse_micro, parse_minor, to_minor
from tuoguan.foundation.rates import format_ppm, parse_ppm

MODE_BY_DECIMAL = {HALF_UP: ROUND_HALF_UP, HALF_EVEN: ROUND_HALF_EVEN, DOWN: ROUND_DOWN, UP: ROUND_UP}
modes = st.sampled_from(sorted(MODE_BY_DECIMAL))
numerators = st.integers(-(2**62), 2**62)
denominators = st.integers(1, 2**61)


def _rounded(exact: Fraction, mode: int) -> int:
    """The nearest whole number by the decimal module, with digits enough to hold the fraction's ties."""
    with localcontext() as context:
        context.prec = 60
        value = Decimal(exact.numerator) / Decimal(exact.denominator)
        # 60 digits of a fraction of two 62-bit numbers cannot turn a tie into none, nor none into a tie.
        return int(value.quantize(Decimal(1), rounding=MODE_BY_DECIMAL[mode]))


@given(numerators, denominators, modes)
def test_a_quotient_is_the_exact_fraction_rounded_once(numerator: int, denominator: int, mode: int) -> None:
    assert div_round(numerator, denominator, mode) == _rounded(Fraction(numerator, denominator), mode)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), modes)
def test_ties_go_where_the_mode_says(whole: int, half: int, mode: int) -> None:
    numerator, denominator = (2 * whole + 1) * half, 2 * half
    expected = _rounded(Fraction(2 * whole + 1, 2), mode)
    assert div_round(numerator, denominator, mode) == expected


@given(numerators, denominators, modes)
def test_rounding_is_less_than_one_unit_away_and_at_most_half_when_nearest(
    numerator: int, denominator: int, mode: int
) -> None:
    away = abs(Fraction(div_round(numerator, denominator, mode)) - Fraction(numerator, denominator))
    assert away < 1
    assert mode not in (HALF_UP, HALF_EVEN) or away <= Fraction(1, 2)


@given(numerators, denominators, modes)
def test_a_minus_sign_passes_through(numerator: int, denominator: int, mode: int) -> None:
    assert div_round(-numerator, denominator, mode) == -div_round(numerator, denominator, mode)


@given(st.integers(-(10**12), 10**12), st.integers(-3_000_000, 3_000_000), modes)
@example(1999, 85_000, HALF_UP)
@example(-1, 500_000, HALF_EVEN)
def test_a_share_of_an_amount_is_the_fraction_rounded_once(minor: int, ppm: int, mode: int) -> None:
    assert mul_ppm(minor, ppm, mode) == _rounded(Fraction(minor * ppm, 1_000_000), mode)


@given(st.integers(0, 10**12), st.integers(0, 1_000_000), st.integers(0, 1_000_000), modes)
def test_a_higher_share_never_takes_less(minor: int, one: int, other: int, mode: int) -> None:
    low, high = sorted((one, other))
    assert mul_ppm(minor, low, mode) <= mul_ppm(minor, high, mode) <= minor


@pytest.mark.parametrize("mode", Rounding)
def test_the_words_of_contracts_are_the_codes_of_the_kernels(mode: Rounding) -> None:
    assert getattr(kernels, mode.name) == mode


@given(st.integers(-(2**62) + 1, 2**62 - 1), st.sampled_from(sorted(EXPONENT_BY_CURRENCY)))
def test_an_amount_survives_being_written_and_read(minor: int, code: str) -> None:
    text = format_minor(minor, code)
    assert parse_minor(text, code) == minor
    assert Fraction(text) * 10 ** EXPONENT_BY_CURRENCY[code] == minor


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_an_amount_is_read_exactly_or_refused(value: Decimal) -> None:
    exact = Fraction(value) * 100
    if exact.denominator == 1:
        assert parse_minor(str(value), "USD") == exact
    else:
        with pytest.raises(ValueError, match="more than 2 decimals"):
            parse_minor(str(value), "USD")


@given(st.integers(0, 10**15))
def test_thousands_separators_change_nothing(minor: int) -> None:
    major, cents = divmod(minor, 100)
    assert parse_minor(f"{major:,}.{cents:02d}", "USD") == minor


@given(st.integers(-(10**15), 10**15))
def test_shares_and_micro_units_survive_being_written_and_read(parts: int) -> None:
    assert parse_ppm(format_ppm(parts)) == parts
    assert parse_micro(format_ppm(parts)) == parts
    assert Fraction(format_ppm(parts)) * 1_000_000 == parts


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_comes_back_to_the_nearest_unit(value: float) -> None:
    assume(abs(value) < 2.0**61)
    exact = Fraction(value)
    assert abs(to_minor(value) - exact) <= Fraction(1, 2)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for read in (parse_ppm, parse_micro, lambda words: parse_minor(words, "USD")):
        try:
            assert isinstance(read(text), int)
        except ValueError as error:
            assert repr(text) in str(error) or "range of int64" in str(error)
