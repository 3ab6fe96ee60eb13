"""Money as int64 minor units with a currency; text in, text out, nothing in between is a float.

Keeps the invariant that amounts of two currencies never meet without a recorded rate.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from tuoguan.foundation.rates import scaled_integer

# ISO 4217 exponents of the currencies a managed-model seller meets.
EXPONENT_BY_CURRENCY = {
    "CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "KRW": 0, "MXN": 2, "ILS": 2, "SAR": 2, "AED": 2,
    "CAD": 2, "AUD": 2, "BRL": 2, "RON": 2, "PLN": 2, "SEK": 2, "DKK": 2, "NOK": 2, "CHF": 2, "CZK": 2, "SGD": 2,
    "THB": 2, "MYR": 2, "VND": 0, "IDR": 2, "PHP": 2, "TRY": 2, "NZD": 2, "ZAR": 2, "INR": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency and the number of decimals of its minor unit."""

    code: str
    exponent: int


def currency(code: str) -> Currency:
    """The currency of this ISO code. KeyError when it is not one tuoguan knows."""
    return Currency(code, EXPONENT_BY_CURRENCY[code])


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount: ``minor`` units (cents, fen, yen) of one currency code.

    >>> Money(1999, "USD") + Money(1, "USD")
    Money(minor=2000, currency='USD')
    """

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency} without a recorded FX rate")
        return other

    def __str__(self) -> str:
        return f"{format_minor(self.minor, self.currency)} {self.currency}"


def parse_minor(text: str, code: str) -> int:
    """Minor units of a decimal text in currency ``code``.

    ValueError with the reason when the text is no number or has more decimals than the currency.

    >>> parse_minor("19.99", "USD"), parse_minor("1,200", "JPY")
    (1999, 1200)
    """
    exponent = EXPONENT_BY_CURRENCY[code]
    minor = _exact(text, text.replace(",", ""), exponent)
    if minor is None:
        raise ValueError(f"{text!r} has more than {exponent} decimals of {code}")
    return minor


def parse_micro(text: str) -> int:
    """Micro-units (1e-6 of a major unit) of a decimal text; ValueError past six decimals.

    >>> parse_micro("0.0215")
    21500
    """
    micro = _exact(text, text, 6)
    if micro is None:
        raise ValueError(f"{text!r} is not an amount with at most six decimals")
    return micro


def format_minor(minor: int, code: str) -> str:
    """The amount as plain decimal text without currency.

    >>> format_minor(-199905, "USD")
    '-1999.05'
    """
    exponent = EXPONENT_BY_CURRENCY[code]
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f}"


def to_minor(value: float) -> int:
    """The nearest minor unit, ties to even: the one door from float statistics back to money."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not an amount of money")
    return _bounded(round(value))


def _exact(text: str, cleaned: str, exponent: int) -> int | None:
    try:
        scaled = scaled_integer(cleaned, exponent)
    except ValueError as error:
        kind = "outside the range of int64 money" if "range" in str(error) else "not an amount"
        raise ValueError(f"{text!r} is {kind}") from error
    return None if scaled is None else _bounded(scaled)


def _bounded(minor: int) -> int:
    if abs(minor) >= 2**62:
        raise ValueError(f"{minor} is outside the range of int64 money")
    return minor
