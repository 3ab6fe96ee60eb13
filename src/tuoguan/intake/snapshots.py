"""Dated rolling-window counters → a daily series, for sellers whose platform shows no order lines.

Hides the differencing. Keeps the invariant that units come from differences of the running total alone: windows are
only
compared with the result, never subtracted from each other.
"""

from statistics import median

import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.foundation.tables import conform, empty
from tuoguan.intake.columns import doubt, known_skus, need_text, refuse, until, with_day, with_integer, with_market
from tuoguan.intake.log import Log
from tuoguan.intake.schema import PANEL, Seller
from tuoguan.intake.sheets import Sheet

POINTS = {
    "file": pl.String, "row": pl.Int64, "sku": pl.String, "market": pl.String, "day": pl.Date,
    "total": pl.Int64, "last7": pl.Int64, "last30": pl.Int64,
}  # fmt: skip
KEYS = ["sku", "market"]


def is_snapshot(sheet: Sheet) -> bool:
    """True when the sheet holds counters: a running total and no quantity of its own."""
    return sheet.has("total") and not sheet.has("quantity")


def read_snapshots(
    sheets: list[Sheet], seller: Seller, products: pl.DataFrame, limit: Day | None, log: Log
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The daily panel, and file and row of every point used."""
    parts = [conform(_typed(sheet, seller, products["sku"], limit, log), POINTS) for sheet in sheets]
    points = pl.concat(parts) if parts else empty(POINTS)
    points = _one_a_day(points, log).sort(*KEYS, "day")
    points = _rising(points, log)
    steps = points.with_columns(
        _from=pl.col("day").shift(1).over(KEYS), _units=pl.col("total") - pl.col("total").shift(1).over(KEYS)
    )
    _compare(steps, log)
    panel = _spread(steps.filter(pl.col("_from").is_not_null() & (pl.col("_units") > 0)))
    if points.height:
        gaps = (steps["day"] - steps["_from"]).dt.total_days().drop_nulls().to_list()
        log.say(
            "snapshots_spread",
            points["file"][0],
            f"{points.height:,} counters, a median of {median(gaps or [0]):.0f} days apart",
        )
    return _valued(panel, products), points.select("file", "row")


def _typed(sheet: Sheet, seller: Seller, skus: pl.Series, limit: Day | None, log: Log) -> pl.DataFrame:
    """One file's counters with typed columns."""
    frame = sheet.frame if sheet.has("sku") else sheet.frame.rename({"platform_sku": "sku"})
    dated = next((name for name in ("captured_on", "ordered_at") if name in frame.columns), None)
    if dated is None:
        log.say("missing_column", sheet.file, "counters without the date of the snapshot")
        return (
            refuse(frame, pl.col("row") > 0, "missing_cell", "captured_on", log)
            .clear()
            .with_columns(day=pl.lit(None, pl.Date))
        )
    frame = with_day(need_text(frame, "sku", log), dated, log, into="day")
    frame = with_integer(frame, "total", log, required=True, least=0, code="negative_total")
    for field in ("last7", "last30"):
        frame = with_integer(frame, field, log, least=0, code="negative_total")
    frame = until(with_market(frame, seller, log, at=sheet.file), "day", limit, log)
    return known_skus(frame, skus, log)


def _one_a_day(points: pl.DataFrame, log: Log) -> pl.DataFrame:
    """One counter per SKU, market and day: the highest; the others are listed."""
    best = pl.struct("total", pl.col("row").neg()).rank("ordinal", descending=True).over([*KEYS, "day"])
    return refuse(points, best > 1, "duplicate_counter", "total", log)


def _rising(points: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The points without those whose total lies below an earlier one: a running total cannot fall."""
    highest = pl.col("total").cum_max().over(KEYS)
    return refuse(points, pl.col("total") < highest, "falling_total", "total", log)


def _compare(steps: pl.DataFrame, log: Log) -> None:
    """Warns where a window disagrees with the total's own rise over exactly as many days."""
    days = (pl.col("day") - pl.col("_from")).dt.total_days()
    for field, length in (("last7", 7), ("last30", 30)):
        doubt(steps, (days == length) & (pl.col(field) != pl.col("_units")), "window_disagrees", field, log)
        doubt(steps, (days < length) & (pl.col(field) < pl.col("_units")), "window_disagrees", field, log)


def _spread(steps: pl.DataFrame) -> pl.DataFrame:
    """Units of each step laid evenly over its days, whole units, the sum kept."""
    days = pl.date_ranges(pl.col("_from") + pl.duration(days=1), "day")
    laid = steps.with_columns(_length=(pl.col("day") - pl.col("_from")).dt.total_days(), _day=days).explode("_day")
    index = (pl.col("_day") - pl.col("_from")).dt.total_days()
    upto = pl.col("_units") * index // pl.col("_length")
    before = pl.col("_units") * (index - 1) // pl.col("_length")
    laid = laid.with_columns(units=upto - before).filter(pl.col("units") > 0)
    return laid.select(*KEYS, "units", day="_day")


def _valued(panel: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """The panel with gross_minor at the list price; each unit counts as an order, counters know no orders."""
    joined = panel.join(products.select("sku", _price="retail_price_minor"), on="sku", how="left")
    gross = pl.col("units") * pl.col("_price").fill_null(0)
    return conform(joined.with_columns(orders=pl.col("units"), gross_minor=gross), PANEL).sort(*KEYS, "day")
