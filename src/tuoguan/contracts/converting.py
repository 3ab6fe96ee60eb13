"""Decimal texts in a file's currency become integers of the compile currency, with the legs that were used.

Hides FX. Keeps the invariant that each text is rounded at most once, half-even, from the exact product.
"""

from decimal import Decimal
from fractions import Fraction
from math import ceil

from tuoguan.contracts.schema import Distribution
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxRate, FxTable, load_fx
from tuoguan.foundation.ids import address
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY

MICRO = 1_000_000
DISTRIBUTION_CODE = {distribution: code for code, distribution in enumerate(Distribution)}


class Converter:
    """Converts into one currency with the rates of one day; loads the published rates only when a text needs them."""

    def __init__(self, currency: str, on: Day, fx: FxTable | None) -> None:
        self.currency, self._on, self._fx = currency, on, fx
        self.exponent = EXPONENT_BY_CURRENCY[currency]
        self._legs: dict[FxRate, None] = {}

    def exact(self, text: str, currency: str | None) -> Fraction:
        """The amount in units of the compile currency; ValueError when it is no number, Refused without a rate."""
        amount = Fraction(Decimal(text.strip()))
        if currency is None:
            raise ValueError(f"{text!r} has no currency")
        if currency == self.currency:
            return amount
        self._fx = self._fx or load_fx(self._on)
        self._legs |= dict.fromkeys(self._fx.legs(currency, self.currency))
        return amount * self._fx.rate(currency, self.currency)

    def micro(self, text: str, currency: str | None) -> int:
        """Micro-units, half-even."""
        return round(self.exact(text, currency) * MICRO)

    def minor(self, text: str | None, currency: str | None, absent: int) -> int:
        """Minor units, half-even; ``absent`` where there is no text."""
        return absent if text is None else round(self.exact(text, currency) * 10**self.exponent)

    def bound(self, text: str | None, currency: str | None, absent: int) -> int:
        """The least whole minor amount that is not below the text: integer comparisons with it are exact."""
        return absent if text is None else ceil(self.exact(text, currency) * 10**self.exponent)

    def legs(self) -> tuple[FxRate, ...]:
        """The legs used so far, in order of currency."""
        return tuple(sorted(self._legs, key=lambda leg: (leg.base, leg.quote)))


def stream_of(owner_id: str, *key: str) -> int:
    """The random stream of a term: a stable address of contract and key, whatever the order of the file."""
    return address("\n".join((owner_id, *key)))
