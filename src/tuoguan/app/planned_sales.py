"""What the kept decision counts on: units a day of each product at each place, goods that it has on their way, cash.

Hides the decision's files. Keeps the invariant that what nobody planned is absent, never nought, and that at most
`KEPT` decisions' tables are held.
"""

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from tuoguan.foundation.days import Day, parse_day

DECISION, PLAN = "decision", "plan"
KEPT = 4
EPOCH = date(1970, 1, 1)


class Planned(NamedTuple):
    """``units_a_day`` of a product at a place from ``since`` on for ``days``, the mean over the decision's futures."""

    place: str
    market: str
    contract: str
    units_a_day: float
    since: Day
    days: int


class Arrival(NamedTuple):
    """A purchase of the plan: when it should arrive, and the span it may take."""

    place: str
    lane: str
    units: int
    arrive_on: Day
    early_on: Day
    late_on: Day
    purchase: int


class CashWeek(NamedTuple):
    """The plan's cash at the end of a week, against the day of the decision: the mean future and the low one."""

    starts_on: Day
    mean_minor: int
    low_minor: int


def planned_sales(folder: Path, sku: str) -> list[Planned]:
    """Where a product is planned to be sold, and how much."""
    rows = _table(folder).filter(pl.col("sku") == sku)
    return [Planned(*row) for row in rows.drop("sku").rows()]


def planned_a_day(folder: Path, skus: list[str], place: str = "") -> dict[str, float]:
    """Units a day planned for products, at one place or everywhere; what is not planned is left out."""
    table = _table(folder)
    rows = table.filter(pl.col("sku").is_in(skus) & ((pl.col("place") == place) | (place == "")))
    return dict(rows.group_by("sku").agg(pl.col("units_a_day").sum()).rows())


def names_of(folder: Path, skus: list[str]) -> dict[str, str]:
    """What products are called, as far as the decision knows them."""
    return dict(_names(folder, _stamp(folder)).filter(pl.col("sku").is_in(skus)).rows())


def planned_arrivals(folder: Path, sku: str) -> list[Arrival]:
    """The plan's own shipments of a product, by day."""
    path = folder / DECISION / PLAN / "shipments.csv"
    if not path.is_file():
        return []
    days = [pl.col(name).str.to_date().dt.epoch("d") for name in ("arrive_on", "arrive_early_on", "arrive_late_on")]
    rows = (
        pl.scan_csv(path, schema_overrides={"sku": pl.String}).filter(pl.col("sku") == sku)
        .select("place", "lane", "units", *days, "purchase").sort("arrive_on").collect()
    )  # fmt: skip
    return [Arrival(*row) for row in rows.rows()]


def planned_cash(folder: Path) -> tuple[str, list[CashWeek]]:
    """The plan's currency and cash by week; nothing where there is no plan."""
    path, told = folder / DECISION / PLAN / "cash.csv", folder / DECISION / "decision.json"
    if not path.is_file() or not told.is_file():
        return "", []
    rows = pl.read_csv(path, columns=["starts_on", "cash_mean_minor", "cash_low_minor"])
    currency = str(json.loads(told.read_text("utf-8"))["currency"])
    return currency, [CashWeek(parse_day(day), mean, low) for day, mean, low in rows.rows()]


def _stamp(folder: Path) -> int:
    told = folder / DECISION / "decision.json"
    return told.stat().st_mtime_ns if told.is_file() else 0


def _table(folder: Path) -> pl.DataFrame:
    return _read(folder, _stamp(folder))


@lru_cache(maxsize=KEPT)
def _names(folder: Path, changed: int) -> pl.DataFrame:
    path = folder / DECISION / "decision.parquet"
    if not changed or not path.is_file():
        return pl.DataFrame(schema={"sku": pl.String, "name": pl.String})
    return pl.scan_parquet(path).select("sku", "name").unique("sku", keep="first").drop_nulls().collect()


@lru_cache(maxsize=KEPT)
def _read(folder: Path, changed: int) -> pl.DataFrame:
    """(sku, place, market, contract, units_a_day, since, days) of everything that is chosen to be sold."""
    shape = {"sku": pl.String, "place": pl.String, "market": pl.String, "contract": pl.String,
             "units_a_day": pl.Float64, "since": pl.Int64, "days": pl.Int64}  # fmt: skip
    chosen, options = (folder / DECISION / f"{name}.parquet" for name in ("decision", "options"))
    if not changed or not chosen.is_file() or not options.is_file():
        return pl.DataFrame(schema=shape)
    head = json.loads((folder / DECISION / "decision.json").read_text("utf-8"))
    since, days = parse_day(head["decide_on"]), int(head["horizon_days"])
    sold = pl.scan_parquet(options).filter("chosen").select("sku", "market", "units_sold")
    first = pl.scan_parquet(chosen).filter(pl.col("listing") == pl.col("listing").min().over("sku", "market"))
    rows = first.select("sku", "place", "market", "contract").join(sold, on=["sku", "market"])
    rows = rows.with_columns(
        units_a_day=pl.col("units_sold") / days, since=pl.lit(since, pl.Int64), days=pl.lit(days, pl.Int64)
    )
    return rows.select(list(shape)).filter(pl.col("place").is_not_null()).collect()
