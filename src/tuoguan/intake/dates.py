"""Texts of dates → days, with the order of day and month decided by the evidence of the whole file.

Hides the spellings. Keeps the invariant that an order is never guessed: a day above 12 decides, otherwise the file is
asked.
"""

import re
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


_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_HALF = r"(?i)(?:^|[\d\s])(am|pm)\b|(上午|下午)"
_OFFSET = r"(?i)\d:\d{2}(?:\.\d+)?\s*(?:[ap]m\s*)?(?:[a-z]{3,4}\s*)?\(?(?:utc|gmt)?\s*([+-]\d{1,2}):?(\d{2})?\)?$"
_UTC = r"(?i)\d(?:\.\d+)?\s*(?:z|utc|gmt)\)?$"
_EPOCH = r"^(\d{10})(?:\d{3})?$"  # seconds or milliseconds since 1970
_FIXED = re.compile(r"(?i)^(?:utc|gmt)?\s*([+-]\s*\d{1,2})(?::?(\d{2}))?$")


def offset_of(zone: str) -> int | None:
    """Seconds east of Greenwich of a zone written as an offset ("UTC-7", "GMT+8", "UTC"); None for a named zone."""
    if zone.strip().upper() in ("UTC", "GMT", "Z"):
        return 0
    match = _FIXED.match(zone.strip())
    if not match:
        return None
    hours = int(match.group(1).replace(" ", ""))
    return (abs(hours) * 3600 + int(match.group(2) or 0) * 60) * (-1 if hours < 0 else 1)


def instant_of_text(text: pl.Expr, order: str, zone: str) -> pl.Expr:
    """Seconds since 1970 in UTC of a text with a date and perhaps a time of day; null where the date cannot be read.

    The cell's own offset or zone goes before ``zone``. A local time that a change of clocks skips is taken an hour
    later, one that comes twice is taken as the earlier.
    """

    def part(pattern: str, group: int) -> pl.Expr:
        return text.str.extract(pattern, group).str.replace(r"\+", "").cast(pl.Int64, strict=False)

    half = pl.coalesce(text.str.extract(_HALF, 1).str.to_lowercase(), text.str.extract(_HALF, 2))
    hour = part(_CLOCK, 1).fill_null(0)
    hour = pl.when(half.is_in(["am", "上午"]) & (hour == 12)).then(0).otherwise(hour)
    hour = pl.when(half.is_in(["pm", "下午"]) & (hour < 12)).then(hour + 12).otherwise(hour)
    of_day = hour * 3600 + part(_CLOCK, 2).fill_null(0) * 60 + part(_CLOCK, 3).fill_null(0)
    fraction = text.str.extract(r"^\d{5}(\.\d+)$", 1).cast(pl.Float64, strict=False)
    of_day = pl.when(fraction.is_not_null()).then((fraction * 86_400).round().cast(pl.Int64)).otherwise(of_day)
    local = day_of_text(text, order).cast(pl.Int32).cast(pl.Int64) * 86_400 + of_day
    hours, minutes = part(_OFFSET, 1), part(_OFFSET, 2).fill_null(0)
    behind = text.str.extract(_OFFSET, 1).str.starts_with("-")
    shift = hours * 3600 + pl.when(behind).then(-minutes).otherwise(minutes) * 60
    shift = pl.when(text.str.contains(_UTC)).then(0).otherwise(shift)
    epoch = text.str.extract(_EPOCH, 1).cast(pl.Int64, strict=False)
    return pl.coalesce(epoch, local - shift, _in_zone(local, zone))


def lacks_zone(text: pl.Expr) -> pl.Expr:
    """True for a text that does not say its zone itself."""
    return text.is_not_null() & ~text.str.contains(_OFFSET) & ~text.str.contains(_UTC) & ~text.str.contains(_EPOCH)


def _in_zone(local: pl.Expr, zone: str) -> pl.Expr:
    """UTC seconds of local ones."""
    fixed = offset_of(zone)
    if fixed is not None:
        return local - fixed

    def at(seconds: pl.Expr) -> pl.Expr:
        moment = pl.from_epoch(seconds, time_unit="s")
        moved = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return moved.dt.epoch("s")

    return pl.coalesce(at(local), at(local + 3600))
