"""Files about goods → order lines, tracking numbers, counted stock, stock orders.

Hides cells that hold several goods. Keeps the invariant that an order's amount, which stands on each of its rows, is
never added up, and that a row which cannot be split by what it says itself is listed.
"""

import re

import polars as pl

from tuoguan.foundation.days import date_of
from tuoguan.foundation.tables import conform
from tuoguan.intake.columns import doubt, refuse, with_currency, with_money
from tuoguan.intake.dates import day_of_text
from tuoguan.intake.exports_cut import Cut
from tuoguan.intake.exports_schema import ORDER_LINES, STOCK_COUNTS, STOCK_ORDERS, Reader, Table
from tuoguan.intake.exports_typed import (
    unspelled,
    with_market,
    with_state,
    with_times,
    with_units,
    zone_of,
)
from tuoguan.intake.log import Log

_PRICES = ("unit_price", "supply_price", "amount", "order_amount")
_TEXTS = ("line", "sku", "platform_sku", "site", "tracking", "carrier", "cancelled_by")
_CODES = re.compile(r"[\n;；,，]+")
_COUNT = re.compile(r"(?:数量|quantity|qty)\s*[:：]?\s*(\d+)|[x×*]\s*(\d+)\b", re.IGNORECASE)
_YES = ["1", "true", "yes", "是", "jit", "vmi", "urgent", "紧急"]
_NAME_DAY = re.compile(r"(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def order_lines(cut: Cut, reader: Reader, log: Log) -> pl.DataFrame:
    """ORDER_LINES of a file of orders or of tracking numbers."""
    format, zone = cut.found.format, zone_of(cut, reader, log)
    frame = _with_sku(cut.frame, log) if format.table is Table.ORDER_LINES else cut.frame
    frame = refuse(frame, pl.col("order_number").is_null(), "missing_cell", "order_number", log)
    frame = unspelled(frame, [*_PRICES, "quantity"], format)
    if format.several:
        frame = _split_goods(frame, log)
    frame = with_units(frame, "quantity", log, required=format.table is Table.ORDER_LINES)
    frame = with_units(with_units(frame, "canceled_quantity", log), "returned_quantity", log)
    frame = with_times(frame, format, zone, log)
    frame = with_currency(frame, reader.currency or format.currency, log) if _priced(cut, reader) else frame
    for field in _PRICES if "currency" in frame.columns else ():
        frame = with_money(frame, field, log)
    frame = with_state(with_market(frame, format, reader, log), format, log)
    frame = _shrunk(_by_substate(frame), log)
    frame = _keyed(frame, log)
    texts = [pl.col(name).fill_null("") for name in _TEXTS if name in frame.columns]
    return conform(frame.with_columns(texts).with_columns(zone=pl.lit(zone)), ORDER_LINES)


def _priced(cut: Cut, reader: Reader) -> bool:
    """True when amounts of the file have a currency."""
    return bool("currency" in cut.frame.columns or reader.currency or cut.found.format.currency)


def _with_sku(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame with the seller's own code, the platform's where the seller gave none (said); rows without both out."""
    columns = [name for name in ("sku", "platform_sku") if name in frame.columns]
    if "sku" in columns and "platform_sku" in columns:
        frame = doubt(
            frame, pl.col("sku").is_null() & pl.col("platform_sku").is_not_null(), "platform_sku", "platform_sku", log
        )
    frame = frame.with_columns(sku=pl.coalesce(columns))
    return refuse(frame, pl.col("sku").is_null(), "missing_sku", "sku", log)


def _split_goods(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame with one row per good of a cell with several; a cell whose quantities do not add up is listed."""
    several = frame["sku"].str.contains(r"[\n;；,，]").fill_null(False)
    if "goods" not in frame.columns:
        frame = frame.with_columns(goods=pl.lit(None, dtype=pl.String))
    plain, mixed = frame.filter(~several).drop("goods"), frame.filter(several)
    good, bad = [], []
    for at, (sku, goods, quantity) in enumerate(mixed.select("sku", "goods", "quantity").rows()):
        codes = [code.strip() for code in _CODES.split(sku) if code.strip()]
        counts = _counts(goods or "", len(codes), quantity or "")
        if counts is None:
            bad.append(at)
        else:
            good += [(at, code, str(count)) for code, count in zip(codes, counts, strict=True)]
    log.rows(mixed[bad], "several_goods", "sku")
    if not good:
        return plain
    rows = mixed[[at for at, _, _ in good]].with_columns(
        pl.Series("sku", [code for _, code, _ in good]), pl.Series("quantity", [count for _, _, count in good]),
        *([pl.lit(None, dtype=pl.String).alias("amount")] if "amount" in mixed.columns else []),
    )  # fmt: skip
    return pl.concat([plain, rows.drop("goods")]).sort("row", maintain_order=True)


def _counts(goods: str, codes: int, quantity: str) -> list[int] | None:
    """Units of each good, if the cell's own quantities add up to the order's, or can only be one each."""
    if not quantity.isdigit():
        return None
    found = [int(first or second) for first, second in _COUNT.findall(goods)]
    if len(found) == codes and sum(found) == int(quantity):
        return found
    return [1] * codes if codes == int(quantity) else None


def _by_substate(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with orders as cancelled whose time of cancelling is known although their state is another's."""
    if "cancelled_at" not in frame.columns:
        return frame
    before = pl.col("shipped_at").is_null() if "shipped_at" in frame.columns else pl.lit(True)
    gone = pl.col("cancelled_at").is_not_null() & pl.col("state").is_in(["placed", "pending", ""]) & before
    return frame.with_columns(state=pl.when(gone).then(pl.lit("cancelled")).otherwise("state"))


def _shrunk(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame with quantities less what was cancelled of them before shipping; a line of nought is cancelled."""
    left = pl.col("quantity") - pl.col("canceled_quantity").fill_null(0)
    frame = refuse(frame, left < 0, "negative_units", "canceled_quantity", log)
    gone = (left == 0) & (pl.col("canceled_quantity").fill_null(0) > 0)
    frame = frame.with_columns(
        state=pl.when(gone).then(pl.lit("cancelled")).otherwise("state"),
        quantity=pl.when(gone).then("quantity").otherwise(left),
    )
    return refuse(frame, pl.col("quantity") == 0, "zero_quantity", "quantity", log)


def _keyed(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame without exact repeats of a line, and with contradictions inside an order listed."""
    if "line" not in frame.columns:
        frame = frame.with_columns(line=pl.lit(None, dtype=pl.String))
    columns = [name for name in frame.columns if name not in ("file", "row")]
    again = pl.struct(columns).is_duplicated() & ~pl.struct(columns).is_first_distinct()
    frame = refuse(frame, again, "duplicate_line", "order_number", log)
    if "order_amount_minor" in frame.columns:
        differs = pl.col("order_amount_minor").drop_nulls().n_unique().over("order_number") > 1
        frame = doubt(frame, differs, "order_amount_differs", "order_amount", log, found="order_amount_minor")
    return frame


def stock_counts(cut: Cut, reader: Reader, log: Log) -> pl.DataFrame:
    """STOCK_COUNTS: one row per SKU and state of goods, of the day that the file or the person names."""
    frame = refuse(cut.frame, pl.col("sku").is_null(), "missing_sku", "sku", log)
    frame = _counted_on(frame, reader, log)
    parts = []
    for at in cut.header_by_part:
        frame = with_units(frame, f"p{at}", log)
    for at in cut.header_by_part:
        account = cut.found.format.part[at].kind
        parts.append(frame.with_columns(account=pl.lit(account), quantity=pl.col(f"p{at}").fill_null(0)))
    if not parts:
        return conform(frame.clear(), STOCK_COUNTS)
    rows = conform(pl.concat(parts), STOCK_COUNTS).with_columns(pl.col("site", "platform_sku").fill_null(""))
    keys = ["file", "sku", "platform_sku", "site", "counted_on", "account"]
    return conform(
        rows.group_by(keys, maintain_order=True).agg(pl.col("row").min(), pl.col("quantity").sum()), STOCK_COUNTS
    )


def _counted_on(frame: pl.DataFrame, reader: Reader, log: Log) -> pl.DataFrame:
    """The frame with the day of the count; without a day all rows are listed."""
    if reader.counted_on is not None:
        return frame.with_columns(counted_on=pl.lit(date_of(reader.counted_on)))
    if "captured_on" in frame.columns:
        frame = frame.with_columns(counted_on=day_of_text(pl.col("captured_on"), ""))
        return refuse(frame, pl.col("counted_on").is_null(), "bad_date", "captured_on", log)
    match = _NAME_DAY.search(str(frame["file"][0])) if frame.height else None
    if match is None:
        return refuse(frame.with_columns(counted_on=pl.lit(None, dtype=pl.Date)), pl.lit(True), "no_day", "", log)
    text = "-".join(match.groups())
    return frame.with_columns(counted_on=pl.lit(text).str.to_date("%Y-%m-%d"))


def stock_orders(cut: Cut, reader: Reader, log: Log) -> pl.DataFrame:
    """STOCK_ORDERS: one row per SKU of a stock order."""
    format, zone = cut.found.format, zone_of(cut, reader, log)
    frame = refuse(_with_sku(cut.frame, log), pl.col("order_number").is_null(), "missing_cell", "order_number", log)
    frame = with_units(frame, "quantity", log, required=True)
    frame = refuse(frame, pl.col("quantity") == 0, "zero_quantity", "quantity", log)
    frame = with_units(with_units(frame, "shipped_quantity", log), "received_quantity", log)
    frame = with_state(with_times(frame, format, zone, log), format, log)
    frame = _keyed(frame.with_columns(kind=_stock_kind(frame)), log)
    over = pl.col("received_quantity") > pl.col("shipped_quantity")
    frame = doubt(frame, over, "received_more_than_shipped", "received_quantity", log)
    texts = [pl.col(name).fill_null("") for name in ("platform_sku", "site") if name in frame.columns]
    return conform(frame.with_columns(texts).with_columns(zone=pl.lit(zone)), STOCK_ORDERS)


def _stock_kind(frame: pl.DataFrame) -> pl.Expr:
    """custom, vmi, jit, urgent or normal, from whichever flags the file has."""

    def said(field: str) -> pl.Expr:
        if field not in frame.columns:
            return pl.lit(False)
        return pl.col(field).str.to_lowercase().is_in(_YES).fill_null(False)

    kind = pl.when(said("custom")).then(pl.lit("custom")).when(said("vmi")).then(pl.lit("vmi"))
    kind = kind.when(said("stock_kind")).then(pl.lit("jit")).when(said("urgent")).then(pl.lit("urgent"))
    return kind.otherwise(pl.lit("normal"))
