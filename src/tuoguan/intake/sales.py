"""Order lines → demand per SKU, market and day, and what came back.

Hides cancellations, carriage, duplicates and credit notes. Keeps the invariant that each line is demand, a return, or
listed
with its reason, and that no buyer's reference leaves this module.
"""

from dataclasses import dataclass

import polars as pl

from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.tables import conform, empty
from tuoguan.intake.columns import (
    doubt,
    known_skus,
    need_text,
    refuse,
    until,
    with_currency,
    with_day,
    with_integer,
    with_market,
    with_money,
)
from tuoguan.intake.credits import split_credits
from tuoguan.intake.log import Log
from tuoguan.intake.money import Fx, converted
from tuoguan.intake.schema import PANEL, RETURNS, Seller
from tuoguan.intake.sheets import Sheet
from tuoguan.intake.words import normalize, words

OUTLIER_TIMES = 50  # of the SKU's median line
OUTLIER_Z = 12.0  # robust z-score of the logarithm, beside the factor above
LINES = {
    "file": pl.String,
    "row": pl.Int64,
    "order_id": pl.String,
    "line": pl.String,
    "day": pl.Date,
    "sku": pl.String,
    "quantity": pl.Int64,
    "unit_price_minor": pl.Int64,
    "amount_minor": pl.Int64,
    "market": pl.String,
    "customer": pl.String,
    "returned_quantity": pl.Int64,
    "returned_on": pl.Date,
    "_print": pl.UInt64,
}


@dataclass(frozen=True, slots=True)
class Sold:
    """What order lines came to: ``panel`` and ``returns`` follow the schema, ``used`` names file and row of each line
    used.
    """

    panel: pl.DataFrame
    returns: pl.DataFrame
    used: pl.DataFrame
    prices: pl.DataFrame  # sku, price_minor: median of priced lines


def read_sales(
    sheets: list[Sheet],
    seller: Seller,
    products: pl.DataFrame,
    limit: Day | None,
    fx: Fx,
    log: Log,
    more: pl.DataFrame | None = None,
) -> Sold:
    """Demand and returns of all order-line files. ``products`` may lack prices."""
    parts = [conform(_typed(sheet, seller, products["sku"], limit, fx, log), LINES) for sheet in sheets]
    lines = pl.concat(parts) if parts else empty(LINES)
    lines = _without_duplicates(lines, log)
    lines, credits = split_credits(lines, log)
    lines = refuse(lines, pl.col("quantity") == 0, "zero_quantity", "quantity", log)
    lines = refuse(lines, pl.col("unit_price_minor") == 0, "free_goods", "unit_price", log, found="quantity")
    lines = _with_value(lines, products, log)
    _show_outliers(lines, log)
    returns = pl.concat([_returned(lines, limit, log), conform(credits, RETURNS)])
    used = pl.concat([lines.select("file", "row"), credits.select("file", "row")])
    prices = (
        lines.filter(pl.col("unit_price_minor") > 0)
        .group_by("sku")
        .agg(price_minor=pl.col("unit_price_minor").median())
    )
    return Sold(
        _panel(lines), _summed(returns), used, prices.with_columns(pl.col("price_minor").round().cast(pl.Int64))
    )


def _typed(sheet: Sheet, seller: Seller, skus: pl.Series, limit: Day | None, fx: Fx, log: Log) -> pl.DataFrame:
    """One file's lines with typed columns, each refusal listed."""
    frame = sheet.frame
    if not sheet.has("quantity") or not sheet.has("ordered_at"):
        missing = " and ".join(name for name in ("ordered_at", "quantity") if not sheet.has(name))
        log.say("missing_column", sheet.file, f"order lines without {missing}")
        return refuse(frame.with_columns(_all=True), pl.col("_all"), "missing_cell", missing, log).pipe(_renamed)
    if not sheet.has("sku"):
        frame = frame.rename({"platform_sku": "sku"})
    frame = frame.with_columns(_print=pl.concat_str(_identity(frame), separator="\x1f", ignore_nulls=False).hash())
    frame = need_text(frame, "sku", log)
    frame = _goods_only(frame, seller, log)
    frame = _not_canceled(frame, log)
    frame = with_integer(frame, "quantity", log, required=True)
    frame = with_day(frame, "ordered_at", log, into="day")
    frame = until(frame, "day", limit, log)
    frame = with_market(frame, seller, log, at=sheet.file)
    frame = _with_prices(frame, seller, fx, log)
    frame = _with_returned(frame, log)
    frame = known_skus(frame, skus, log)
    if sheet.zone:
        log.say("time_zone", sheet.file, sheet.zone)
    return _renamed(frame)


def _renamed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns of LINES that it lacks as nulls."""
    return frame if "day" in frame.columns else frame.with_columns(day=pl.lit(None, dtype=pl.Date))


def _identity(frame: pl.DataFrame) -> list[pl.Expr]:
    """The cells that make two lines the same line: all that was kept, the place in the file excepted."""
    return [pl.col(name).fill_null("") for name in frame.columns if name not in ("file", "row", "description")]


def _goods_only(frame: pl.DataFrame, seller: Seller, log: Log) -> pl.DataFrame:
    """The frame without carriage, fees, corrections, tests and vouchers."""
    for entry in [*words("not_goods")["pattern"], {"kind": "listed in seller.toml", "match": list(seller.not_goods)}]:
        if entry["match"]:
            pattern = "(?i)^(?:" + "|".join(entry["match"]) + ")$"
            frame = refuse(frame, pl.col("sku").str.contains(pattern), "not_goods", "sku", log)
    return frame


def _not_canceled(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame without lines whose status says that nothing was sold."""
    if "status" not in frame.columns:
        return frame
    starts = tuple(normalize(text) for text in words("statuses")["canceled"])
    gone = [text for text in frame["status"].drop_nulls().unique() if normalize(text).startswith(starts)]
    return refuse(frame, pl.col("status").is_in(gone), "canceled", "status", log)


def _with_prices(frame: pl.DataFrame, seller: Seller, fx: Fx, log: Log) -> pl.DataFrame:
    """The frame with unit_price_minor and amount_minor in the seller's currency, null where the file gives none."""
    frame = with_currency(frame, seller.currency, log)
    if "amount" in frame.columns:  # a credit note repeats its minus sign in the amount
        back = pl.col("quantity") < 0
        frame = frame.with_columns(
            amount=pl.when(back).then(pl.col("amount").str.strip_chars_start("-")).otherwise("amount")
        )
    frame = with_money(frame, "unit_price", log)
    frame = with_money(frame, "amount", log)
    frame = converted(frame, ["unit_price_minor", "amount_minor"], "day", seller, fx, log)
    each = pl.when(pl.col("quantity") != 0).then(pl.col("amount_minor") // pl.col("quantity").abs())
    return frame.with_columns(
        unit_price_minor=pl.coalesce(pl.when(pl.col("amount_minor").is_not_null()).then(each), "unit_price_minor")
    )


def _with_returned(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame with returned_quantity and returned_on; the sale stays when only its return cannot be read."""
    frame = with_integer(frame, "returned_quantity", log, least=0, code="negative_return")
    if "returned_at" not in frame.columns:
        return frame.with_columns(returned_on=pl.lit(None, dtype=pl.Date))
    frame = with_day(frame, "returned_at", log, required=False, into="returned_on")
    early = pl.col("returned_on") < pl.col("day")
    doubt(frame, early, "returned_before_sold", "returned_at", log, found="returned_on")
    frame = frame.with_columns(returned_on=pl.when(early).then(pl.col("day")).otherwise("returned_on"))
    over = (pl.col("returned_quantity") > pl.col("quantity")) & (pl.col("quantity") > 0)
    doubt(frame, over, "returned_more_than_sold", "returned_quantity", log)
    capped = pl.when(over).then(pl.col("quantity")).otherwise("returned_quantity")
    return frame.with_columns(returned_quantity=capped)


def _without_duplicates(lines: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The lines with each exact repeat of one order's line used once, within a file and across files."""
    again = pl.col("order_id").is_not_null() & ~pl.struct("order_id", "_print").is_first_distinct()
    lines = refuse(lines, again, "duplicate_line", "order_id", log)
    key = pl.col("order_id").is_not_null() & pl.col("line").is_not_null()
    clash = key & (pl.struct("order_id", "line", "sku").is_duplicated())
    doubt(lines, clash, "line_conflict", "line", log)
    return lines


def _with_value(lines: pl.DataFrame, products: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The lines with value_minor: the amount, else units times the price, else units times the list price."""
    table = products.select("sku", _list="retail_price_minor")
    lines = lines.join(table, on="sku", how="left", maintain_order="left")
    missing = pl.col("unit_price_minor").is_null()
    doubt(lines, missing, "price_assumed", "unit_price", log, found="sku")
    price = pl.coalesce("unit_price_minor", "_list", pl.lit(0))
    fits = pl.col("quantity") < (2**62) // pl.max_horizontal(price, pl.lit(1))
    lines = refuse(lines, ~fits, "too_large", "quantity", log)
    value = pl.coalesce("amount_minor", price * pl.col("quantity"))
    return lines.with_columns(value_minor=value).drop("_list")


def _show_outliers(lines: pl.DataFrame, log: Log) -> None:
    """Lists lines far above their SKU's usual size; they are kept."""
    median = pl.col("quantity").median().over("sku")
    logs = pl.col("quantity").cast(pl.Float64).log()
    spread = (logs - logs.median().over("sku")).abs().median().over("sku") * 1.4826
    far = (logs - logs.median().over("sku")) > OUTLIER_Z * spread.clip(0.3, None)
    big = (pl.col("quantity") > OUTLIER_TIMES * median) | far
    doubt(lines, big & (pl.len().over("sku") >= 5), "outlier", "quantity", log)


def _returned(lines: pl.DataFrame, limit: Day | None, log: Log) -> pl.DataFrame:
    """Units that lines say came back, on the day that it became known; undated ones on the last day of the history."""
    back = lines.filter(pl.col("returned_quantity") > 0)
    undated = pl.col("returned_on").is_null()
    doubt(back, undated, "undated_return", "returned_quantity", log)
    last = lines["day"].max()
    back = back.with_columns(day=pl.col("returned_on").fill_null(pl.lit(last)))
    if limit is not None:
        back = back.filter(pl.col("day") < date_of(limit))
    return conform(back.drop("units", strict=False).rename({"returned_quantity": "units"}), RETURNS)


def _summed(returns: pl.DataFrame) -> pl.DataFrame:
    """Returns with one row per SKU, market and day."""
    keys = ["sku", "market", "day"]
    return conform(returns.group_by(keys).agg(pl.col("units").sum()), RETURNS).sort(keys)


def _panel(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines summed by SKU, market and day; a line without an order number counts as an order."""
    keys = ["sku", "market", "day"]
    orders = (
        pl.col("order_id").n_unique() - pl.col("order_id").null_count().clip(0, 1) + pl.col("order_id").null_count()
    )
    summed = lines.group_by(keys).agg(
        units=pl.col("quantity").sum(), orders=orders.cast(pl.Int64), gross_minor=pl.col("value_minor").sum()
    )
    return conform(summed, PANEL).sort(keys)
