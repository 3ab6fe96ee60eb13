"""What was known on a day, and what a seller who sees counters only would have known.

Hides which table has which day. Keeps the invariant that nothing that happened on or after the day is left: a return
counts on its own day, whatever day its sale was.
"""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from tuoguan.foundation.days import Day, date_of
from tuoguan.intake import PRODUCTS, Batch, export, read

SNAPSHOT_DAYS = 7
# Columns of products that have a day of their own elsewhere, or none because they never change.
WITHOUT_A_DAY = tuple(name for name in PRODUCTS if name not in ("sku", "assumed", "today", "keep"))


def known_before(batch: Batch, day: Day) -> Batch:
    """The batch with every dated row of ``day`` or later left out; rows without a day stay.

    What products say has no day, so it stays too (`undated` counts it). Give it a batch that was read as of the day
    (``intake.read(folder, on=day)``): only then are prices and return rates that were counted from sales of that day.
    """
    limit = date_of(day)

    def before(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("day").is_null() | (pl.col("day") < limit))

    panel = before(batch.panel)
    days = panel["day"].to_physical()
    first, last = (int(days[0]), day - 1) if len(days) else (0, -1)
    return replace(
        batch, panel=panel, stock=before(batch.stock), stock_outs=before(batch.stock_outs),
        returns=before(batch.returns), prices=before(batch.prices), last_day=last,
        first_day=min(first, *days.to_list()) if len(days) else 0,
    )  # fmt: skip


def undated(batch: Batch) -> dict[str, int]:
    """By column of products: how many were stated without a day, and so taken as known on every day."""
    assumed = batch.products.select("sku", pl.col("assumed").alias("column")).explode("column").drop_nulls()
    by_column = dict(assumed.group_by("column").len().rows())
    stated = {
        name: int((batch.products[name].is_not_null() & (batch.products[name].cast(pl.String) != "")).sum())
        - int(by_column.get(name, 0))
        for name in WITHOUT_A_DAY
    }
    return {name: count for name, count in stated.items() if count > 0}


def counters_only(batch: Batch, day: Day, every_days: int = SNAPSHOT_DAYS) -> Batch:
    """The batch as a seller would have it whose platform shows no orders, only counters on some days.

    Every ``every_days`` days up to ``day`` it sees units sold in all, in the last 7 and in the last 30 days of each
    product in each market. These are written as a workspace and read by `intake` as any such seller's files are.
    """
    known = known_before(batch, day)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export(replace(known, stock_outs=known.stock_outs.clear(), returns=known.returns.clear()), folder)
        counters(known, day, every_days).write_csv(folder / "sales.csv")
        seen = known_before(read(folder, on=day), day)
    return replace(seen, hash=batch.hash)


def counters(known: Batch, day: Day, every_days: int) -> pl.DataFrame:
    """Rows (sku, market, captured_on, total, last7, last30); a product shows from its first sale on, noughts before."""
    days = pl.date_range(date_of(known.first_day) - timedelta(days=1), date_of(day - 1), f"{every_days}d", eager=True)
    sold = known.panel.filter(pl.col("units") > 0)
    pairs = sold.select("sku", "market").unique()
    grid = pairs.join(pl.DataFrame({"captured_on": days}), how="cross").sort("captured_on")
    total = sold.sort("day").with_columns(total=pl.col("units").cum_sum().over("sku", "market"))

    def until(lag: int) -> pl.DataFrame:
        at = grid.with_columns(_at=pl.col("captured_on") - timedelta(days=lag)).sort("_at")
        seen = total.select("sku", "market", "total", _at="day").sort("_at")
        found = at.join_asof(seen, on="_at", by=["sku", "market"], strategy="backward", check_sortedness=False)
        return found.with_columns(pl.col("total").fill_null(0)).drop("_at").sort("sku", "market", "captured_on")

    now, week, month = until(0), until(7), until(30)
    return now.with_columns(last7=now["total"] - week["total"], last30=now["total"] - month["total"])
