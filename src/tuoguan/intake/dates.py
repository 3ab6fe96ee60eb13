"""Texts of dates → days, with the order of day and month decided by the evidence of the whole file.

Hides the spellings. Keeps the invariant that an order is never guessed: a day above 12 decides, otherwise the file is
asked.
"""

from dataclasses import dataclass

import polars as pl

_YMD = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:日|\D|$)"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:$|[ T]\d)"
_PAIR = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:$|[ T,])"
_DAY_WORD = r"(?i)^(\d{1,2})[ \-]([a-z]{3})[a-z]*\.?[ \-,]+(\d{4})"
_WORD_DAY = r"(?i)^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})"
_MONTHS = {name: index for index, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_SERIAL = r"^\d{5}(\.\d+)?$"  # days since 1899-12-30, as spreadsheets count
MINORITY = 0.01  # a slip of the pen, not a second order


@dataclass(frozen=True, slots=True)
class Order:
    """How a file writes d/m/y: ``name`` is dmy, mdy, "" (not needed), ambiguous or both."""

    name: str
    day_first: int
    month_first: int


def order_of(texts: pl.Series) -> Order:
    """The order of day and month in one file, from all its dates that need one."""
    pairs = (
        pl.DataFrame({"text": texts})
        .select(
            first=pl.col("text").str.extract(_PAIR, 1).cast(pl.Int64),
            second=pl.col("text").str.extract(_PAIR, 2).cast(pl.Int64),
        )
        .drop_nulls()
    )
    day_first = pairs.filter((pl.col("first") > 12) & (pl.col("second") <= 12)).height
    month_first = pairs.filter((pl.col("second") > 12) & (pl.col("first") <= 12)).height
    if day_first and month_first:
        low, high = sorted((day_first, month_first))
        clear = low <= MINORITY * high
        name = ("dmy" if day_first > month_first else "mdy") if clear else "both"
    elif day_first or month_first:
        name = "dmy" if day_first else "mdy"
    else:
        name = "" if pairs.filter(pl.col("first") != pl.col("second")).is_empty() else "ambiguous"
    return Order(name, day_first, month_first)


def is_pair(text: pl.Expr) -> pl.Expr:
    """True where the date is written with two numbers whose order must be known."""
    return text.str.contains(_PAIR)


def day_of_text(text: pl.Expr, order: str) -> pl.Expr:
    """pl.Date of a text; null where it is no date, or needs an order that the file does not give."""

    def part(pattern: str, group: int) -> pl.Expr:
        return text.str.extract(pattern, group).cast(pl.Int32, strict=False)

    def month(pattern: str, group: int) -> pl.Expr:
        return (
            text.str.extract(pattern, group)
            .str.to_lowercase()
            .replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
        )

    year = part(_PAIR, 3)
    year = pl.when(year < 100).then(year + 2000).otherwise(year)
    first, second = part(_PAIR, 1), part(_PAIR, 2)
    pair = pl.lit(None, dtype=pl.Date)
    if order in ("dmy", "mdy"):
        pair = _date(year, second, first) if order == "dmy" else _date(year, first, second)
    elif order == "":
        pair = _date(year, first, second)
    serial = pl.when(text.str.contains(_SERIAL)).then(part(r"^(\d{5})", 1)).otherwise(None)
    serial_day = (
        pl.when(serial.is_between(20_000, 80_000)).then(serial - 25_569).otherwise(None).cast(pl.Int32).cast(pl.Date)
    )
    spellings = [
        _date(part(_YMD, 1), part(_YMD, 2), part(_YMD, 3)),
        _date(part(_COMPACT, 1), part(_COMPACT, 2), part(_COMPACT, 3)),
        pair,
        _date(part(_DAY_WORD, 3), month(_DAY_WORD, 2), part(_DAY_WORD, 1)),
        _date(part(_WORD_DAY, 3), month(_WORD_DAY, 1), part(_WORD_DAY, 2)),
        serial_day,
    ]
    return pl.coalesce(spellings)


def _date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """pl.Date of three numbers; null when they are no day of the calendar."""
    parts = pl.format("{}-{}-{}", year, month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2))
    return parts.str.to_date("%Y-%m-%d", strict=False)
