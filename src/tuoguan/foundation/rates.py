"""Shares as integer parts per million, written in files as decimal text.

Hides Decimal. Keeps the invariant that a share read from a file is exact: seven decimals are refused, not rounded.
"""

from decimal import Decimal, InvalidOperation

PPM = 1_000_000


def parse_ppm(text: str) -> int:
    """Parts per million of a share written as decimal text; ValueError with the reason otherwise.

    >>> parse_ppm("0.085")
    85000
    """
    try:
        scaled = Decimal(text.strip()).scaleb(6)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal share") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} is not a share with at most six decimals")
    return int(scaled)


def format_ppm(ppm: int) -> str:
    """The share as decimal text.

    >>> format_ppm(85000)
    '0.085'
    """
    return f"{(Decimal(ppm) / PPM).normalize():f}"


def percent(ppm: int) -> str:
    """The share as a percentage for people.

    >>> percent(85000)
    '8.5 %'
    """
    return f"{(Decimal(ppm) / 10_000).normalize():f} %"
