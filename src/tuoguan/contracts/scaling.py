"""Decimal text of a file becomes an exact integer at the scale of its field.

Keeps the invariant that nothing is rounded here: a text with too many decimals is an error.
"""

from collections.abc import Callable
from fractions import Fraction

from tuoguan.contracts.schema import SCALE_BY_QUANTITY, QuantityName, Scale
from tuoguan.foundation.money import parse_micro
from tuoguan.foundation.rates import decimal_of, parse_ppm

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR


def parse_whole(text: str) -> int:
    """The whole number of a text; ValueError otherwise.

    >>> parse_whole("45")
    45
    """
    value = decimal_of(text)
    if value != value.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number")
    return int(value)


def parse_minutes(hours: str) -> int:
    """Minutes of a decimal text of hours; ValueError when it is no whole number of minutes.

    >>> parse_minutes("1.5")
    90
    """
    minutes = Fraction(decimal_of(hours)) * MINUTES_PER_HOUR
    if minutes.denominator != 1:
        raise ValueError(f"{hours!r} hours are not a whole number of minutes")
    return int(minutes)


def parser_of(name: QuantityName) -> Callable[[str], int]:
    """How the quantity's text is read: whole days and counts, ppm of shares and factors, micro of money."""
    scale = SCALE_BY_QUANTITY[name]
    if scale is Scale.MONEY:
        return parse_micro
    return parse_ppm if scale in (Scale.SHARE, Scale.FACTOR) else parse_whole
