"""Negative lines: cancellations of the same day, credit notes, write-offs.

Hides the matching. Keeps the invariant that a negative line is paired with at most one sale and is never lost: it
cancels a
sale of its day, becomes a return on its own day, or is listed as a write-off.
"""

import polars as pl

from tuoguan.intake.columns import doubt, refuse
from tuoguan.intake.log import Log

CREDIT = {"file": pl.String, "row": pl.Int64, "sku": pl.String, "market": pl.String, "day": pl.Date, "units": pl.Int64}


def split_credits(lines: pl.DataFrame, log: Log) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Positive lines that stand, and credit notes as returns (file, row, sku, market, day, units)."""
    note = pl.col("order_id").str.contains(r"^[Cc]\d+$") & (pl.col("order_id").str.contains(r"^\d+$").mean() > 0.3)
    signed = pl.when(note.fill_null(False)).then(-pl.col("quantity").abs()).otherwise("quantity")
    lines = lines.with_columns(quantity=signed)
    lost = (pl.col("quantity") < 0) & (pl.col("unit_price_minor").fill_null(0) == 0) & pl.col("customer").is_null()
    priced = lines["unit_price_minor"].null_count() < lines.height
    lines = refuse(lines, lost & priced, "write_off", "quantity", log)
    negative = lines.filter(pl.col("quantity") < 0)
    if negative.is_empty():
        return lines, _as_returns(negative)
    sales = lines.filter(pl.col("quantity") >= 0)
    pairs = _pairs(sales, negative)
    for side in ("sale", "credit"):
        part = lines.join(
            pairs.select(file=f"{side}_file", row=f"{side}_row"), on=["file", "row"], how="semi", maintain_order="left"
        )
        log.rows(part, "canceled_same_day", "quantity")
    keep = lines.join(
        pl.concat([pairs.select(file=f"{side}_file", row=f"{side}_row") for side in ("sale", "credit")]),
        on=["file", "row"], how="anti", maintain_order="left",
    )  # fmt: skip
    credits = keep.filter(pl.col("quantity") < 0)
    _show_unmatched(credits, sales, log)
    return keep.filter(pl.col("quantity") >= 0), _as_returns(credits)


def _pairs(sales: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Sale and credit of the same SKU, market, buyer, price, size and day, first with first."""
    keys = ["sku", "market", "customer", "unit_price_minor", "size", "day", "nth"]

    def numbered(frame: pl.DataFrame, side: str) -> pl.DataFrame:
        sized = frame.with_columns(size=pl.col("quantity").abs())
        nth = pl.int_range(pl.len()).over(keys[:-1])
        return sized.with_columns(nth=nth).select(
            *keys, pl.col("file").alias(f"{side}_file"), pl.col("row").alias(f"{side}_row")
        )

    return numbered(sales, "sale").join(numbered(credits, "credit"), on=keys, nulls_equal=True, maintain_order="left")


def _show_unmatched(credits: pl.DataFrame, sales: pl.DataFrame, log: Log) -> None:
    """Lists credit notes for which no earlier sale of that SKU, market and buyer stands in the files; they count as
    returns.
    """
    keys = ["sku", "market", "customer"]
    first = sales.group_by(keys).agg(_first=pl.col("day").min(), _units=pl.col("quantity").sum())
    joined = credits.join(first, on=keys, how="left", nulls_equal=True, maintain_order="left")
    alone = pl.col("_first").is_null() | (pl.col("_first") > pl.col("day")) | (pl.col("_units") < -pl.col("quantity"))
    doubt(joined, alone, "return_unmatched", "quantity", log)


def _as_returns(credits: pl.DataFrame) -> pl.DataFrame:
    """Credit notes as positive units that came back on the credit's day."""
    return credits.with_columns(units=-pl.col("quantity")).select(list(CREDIT))
