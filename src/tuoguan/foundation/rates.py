"""Shares as integer parts per million, written in files as decimal text.

Hides Decimal. Keeps the invariant that a share read from a file is exact: seven decimals are refused, not rounded.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation

PPM = 1_000_000
# Python's own context would round the 29th digit silently; here a digit that does not fit is an error.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_DIGITS_MAX = 24  # more whole digits than int64 has; keeps "1e999999" from becoming a number of a million digits


def scaled_integer(text: str, exponent: int) -> int | None:
    """The whole number ``text`` x 10**exponent, None when that is no whole number; ValueError when text is no number.

    >>> scaled_integer("0.085", 6), scaled_integer("0.0850001", 6)
    (85000, None)
    """
    value = decimal_of(text)
    try:
        scaled = _EXACT.scaleb(value, exponent)
    except Inexact:
        return None
    if scaled.adjusted() > _DIGITS_MAX:
        raise ValueError(f"{text!r} is outside the range of int64")
    whole = scaled.to_integral_value()
    return int(whole) if whole == scaled else None


def decimal_of(text: str) -> Decimal:
    """The finite number a text holds; ValueError when it holds none.

    >>> decimal_of(" 1.50 ")
    Decimal('1.50')
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return value


def parse_ppm(text: str) -> int:
    """Parts per million of a share written as decimal text; ValueError with the reason otherwise.

    >>> parse_ppm("0.085")
    85000
    """
    try:
        ppm = scaled_integer(text, 6)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a decimal share") from error
    if ppm is None or abs(ppm) >= 2**62:
        raise ValueError(f"{text!r} is not a share with at most six decimals")
    return ppm


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
