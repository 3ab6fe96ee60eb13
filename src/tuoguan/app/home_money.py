"""Amounts in the seller's own currency, at the rates of a day.

Hides where the rates come from. Keeps the invariant that an amount is changed with recorded rates alone, each of which
can be shown with its day and source, and that a currency without a rate is said to have none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tuoguan.app.stock_places import places_of
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxRate, FxTable, load_fx
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Refused

ASSUMED_CURRENCY = "USD"  # of a workspace without seller.toml


@dataclass(frozen=True, slots=True)
class Home:
    """The home currency and the rates of a day."""

    currency: str
    fx: FxTable

    def minor(self, minor: int, currency: str) -> int | None:
        """The amount in the home currency; None where nobody published a rate."""
        if currency == self.currency:
            return minor
        if currency not in EXPONENT_BY_CURRENCY:
            return None
        try:
            rate = self.fx.rate(currency, self.currency)
        except Refused:
            return None
        exponent = EXPONENT_BY_CURRENCY[self.currency] - EXPONENT_BY_CURRENCY[currency]
        return round(minor * rate * Fraction(10) ** exponent)

    def sum(self, minor_by_currency: Iterable[tuple[str, int]]) -> int | None:
        """All amounts together; None where one has no rate."""
        found = [self.minor(minor, currency) for currency, minor in minor_by_currency]
        known = [minor for minor in found if minor is not None]
        return sum(known) if len(known) == len(found) else None

    def value(self, value: Mapping[tuple[str, str], int]) -> int | None:
        """A value by (component, currency)."""
        return self.sum((currency, minor) for (_, currency), minor in value.items())

    def major(self, minor: int) -> float:
        """Major units, to be drawn: nothing is computed with them."""
        return float(minor / 10 ** EXPONENT_BY_CURRENCY[self.currency])

    def legs(self, currency: str) -> tuple[FxRate, ...]:
        """The recorded rates behind a change of a currency; none where nobody published one."""
        try:
            return self.fx.legs(currency, self.currency)
        except Refused:
            return ()


def home_of(folder: Path, on: Day) -> Home:
    """The workspace's currency with the rates of the day; the seller's own rates go before published ones."""
    seller = places_of(folder).seller
    return Home(seller.currency if seller else ASSUMED_CURRENCY, load_fx(on, seller.fx if seller else None))
