"""The plan of a kept decision, read by week and by page: purchases with their shipments, quotes, cash and hours.

Hides that the plan's files are joined and sorted once and kept beside the site. Keeps the invariants that every row is
one that `decide` wrote, and that a page reads no more of them than it shows or adds up.
"""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeGuard

import polars as pl

from tuoguan.app.plan import read_purchases
from tuoguan.foundation.days import Day, date_of, day_of
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.plan import CASH, HOURS, QUOTES, SHIPMENTS

FOLDER = Path("decision") / "plan"
FILES: Mapping[str, Mapping[str, Any]] = {
    "purchases": {}, "shipments": SHIPMENTS, "quotes": QUOTES, "cash": CASH, "hours": HOURS,
}  # fmt: skip
BY = ("supplier", "site", "lane", "market", "contract")
DAYS_PER_WEEK = 7
BYTES_APART = 4 << 20  # from here on a process of its own joins the files, so that a server stays small
BARS = 60  # purchases that are drawn one by one; more of them are drawn by week of dispatch
Row = dict[str, Any]
Table = Literal["purchases", "quotes", "cash", "hours"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which purchases; "" asks for all. They are ordered in ``week`` of the plan; ``find`` is how their SKU begins."""

    market: str = ""
    contract: str = ""
    supplier: str = ""
    site: str = ""
    mode: str = ""
    why: str = ""
    find: str = ""
    week: str = ""


@dataclass(frozen=True, eq=False)
class Plan:
    """A kept plan. ``rows`` is the file of purchases and shipments, in the order of their days; ``mark`` stands in the
    numbers of the documents that taking the decision opens.
    """

    folder: Path
    stamp: str
    rows: Path
    mark: str
    on: Day

    def table(self, name: Table) -> pl.DataFrame:
        """One of the plan's small tables as it was written."""
        return _table(self.folder / f"{name}.csv", name, self.stamp)


@dataclass(frozen=True, slots=True)
class Week:
    """What one week of the plan asks for; money in minor units, units by how they travel."""

    number: int
    starts_on: Day
    purchases: int
    units: int
    cost_minor: int
    freight_minor: int
    leaving: Mapping[str, int]
    arriving: Mapping[str, int]
    cash_mean_minor: int | None
    cash_low_minor: int | None
    room_minor: int | None
    hours: float | None


def read_plan(workspace: Path, keep: Path, *, wait: bool = False) -> Plan:
    """The plan of the workspace's decision; ``keep`` is a folder for what is made of it to be read fast.

    Refused where there is none (code "no_decision"), and, unless ``wait``, where ``keep`` lacks what is made of a large
    one (code "being_made").
    """
    folder = workspace / FOLDER
    if not (folder / "purchases.csv").is_file():
        fix = "decide first: on the page of the decision, or by `tuoguan decide DIR`"
        raise Refused([Problem("plan", "none yet", "the plan of a decision", fix, "no_decision")])
    told = ((path.name, path.stat()) for path in sorted(folder.glob("*.csv")))
    stamp = content_hash(repr([(name, one.st_mtime_ns, one.st_size) for name, one in told]).encode())
    try:
        if not wait and _is_large(folder) and _made(_place(folder, keep), stamp) is None:
            fix = "ask again in some seconds: they are being joined"
            raise Refused([Problem("plan", "purchases not joined yet", "joined ones", fix, "being_made")])
        return _read(folder, stamp, keep)
    except (OSError, pl.exceptions.PolarsError) as error:
        found = f"files that cannot be read ({type(error).__name__})"
        raise Refused([Problem("plan", found, "what `decide` writes", "decide again", "no_decision")]) from error


@lru_cache(maxsize=8)
def _read(folder: Path, stamp: str, keep: Path) -> Plan:
    place = _place(folder, keep)
    rows = _made(place, stamp)
    if rows is None and _is_large(folder):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows = pool.submit(_write_rows, folder, place, stamp).result()
    elif rows is None:
        rows = _write_rows(folder, place, stamp)
    cash = _table(folder / "cash.csv", "cash", stamp)
    days = cash.get_column("starts_on") if len(cash) else read_purchases(folder).get_column("order_on").sort()
    first = days[0] if len(days) else date_of(0)
    return Plan(folder, stamp, rows, rows.stem.rpartition("-")[2], day_of(first))


def _place(folder: Path, keep: Path) -> Path:
    return keep / "plans" / content_hash(str(folder.resolve()).encode())


def _made(place: Path, stamp: str) -> Path | None:
    return next(iter(place.glob(f"{stamp}-*.parquet")), None) if place.is_dir() else None


def _is_large(folder: Path) -> bool:
    return (folder / "purchases.csv").stat().st_size > BYTES_APART


def _write_rows(folder: Path, place: Path, stamp: str) -> Path:
    """Makes the file of purchases and shipments, in the place of an older one."""
    mark, frame = _joined(folder)
    rows = place / f"{stamp}-{mark}.parquet"
    with whole_file(rows) as partial:
        frame.write_parquet(partial, row_group_size=50_000)
    for old in place.glob("*.parquet"):
        if old != rows:
            old.unlink(missing_ok=True)
    return rows


def _joined(folder: Path) -> tuple[str, pl.DataFrame]:
    """The mark of the purchases, as taking the decision makes it, and each purchase with its shipment."""
    purchases = read_purchases(folder)
    mark = content_hash(purchases.write_csv().encode())[:6]
    shipments = _table(folder / "shipments.csv", "shipments", mark).drop("sku", "market", "place", "units")
    return mark, (
        purchases.join(shipments, on="purchase", how="left", validate="1:1")
        .with_columns(
            site=pl.col("place").str.split("/").list.first(),
            contract=pl.col("option").str.replace_all(r"@[^+]*", "").str.replace_all(r" ?\+ ?", " + "),
        )
        .sort("order_on", "purchase")
    )  # fmt: skip


@lru_cache(maxsize=32)
def _table(path: Path, name: str, stamp: str) -> pl.DataFrame:
    schema = FILES[name]
    return pl.read_csv(path, schema=schema) if path.is_file() else pl.DataFrame(schema=dict(schema))


def _wanted(plan: Plan, asked: Asked) -> pl.LazyFrame:
    """The purchases that are asked for."""
    rows = pl.scan_parquet(plan.rows)
    for field in fields(Asked):
        value = getattr(asked, field.name)
        if value and field.name == "find":
            rows = rows.filter(pl.col("sku").str.starts_with(value))
        elif value and field.name == "week":
            number = int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
            rows = rows.filter(_week(plan, "order_on") == number)
        elif value:
            rows = rows.filter(pl.col(field.name) == value)
    return rows


def _week(plan: Plan, column: str) -> pl.Expr:
    """The number of the plan's week that a date lies in, from 1."""
    days = (pl.col(column) - pl.lit(date_of(plan.on))).dt.total_days()
    return (days // DAYS_PER_WEEK + 1).alias("week")


@lru_cache(maxsize=64)
def weeks(plan: Plan, asked: Asked) -> tuple[Week, ...]:
    """The calendar. Cash and hours are those of the whole plan, whatever is asked for."""
    rows = _wanted(plan, asked)
    sums = [pl.len().alias("count"), *(pl.col(name).sum() for name in ("units", "cost_minor", "freight_minor"))]
    ordered = {row[0]: row[1:] for row in rows.group_by(_week(plan, "order_on")).agg(sums).collect().iter_rows()}
    leaving, arriving = (_moving(plan, rows, column) for column in ("dispatch_on", "arrive_on"))
    cash = {row["week"]: row for row in plan.table("cash").iter_rows(named=True)}
    hours = dict(plan.table("hours").group_by("week").agg(pl.col("hours").sum()).iter_rows())
    last = max([*ordered, *leaving, *arriving, *cash], default=0)
    found = []
    for number in range(1, last + 1):
        count, units, cost_minor, freight_minor = ordered.get(number, (0, 0, 0, 0))
        starts_on, money = plan.on + DAYS_PER_WEEK * (number - 1), cash.get(number, {})
        mean_minor, low_minor = money.get("cash_mean_minor"), money.get("cash_low_minor")
        found.append(
            Week(
                number, starts_on, count, units, cost_minor, freight_minor, leaving.get(number, {}),
                arriving.get(number, {}), mean_minor, low_minor, money.get("room_minor"), hours.get(number),
            )
        )  # fmt: skip
    return tuple(found)


def _moving(plan: Plan, rows: pl.LazyFrame, column: str) -> dict[int, dict[str, int]]:
    """Units by week and mode."""
    found: dict[int, dict[str, int]] = {}
    grouped = rows.filter(pl.col(column).is_not_null()).group_by(_week(plan, column), "mode").agg(pl.col("units").sum())
    for week, mode, units in grouped.sort("week", "mode").collect().iter_rows():
        found.setdefault(week, {})[mode] = units
    return found


@lru_cache(maxsize=64)
def totals(plan: Plan, asked: Asked, by: str) -> tuple[Mapping[str, Any], ...]:
    """Purchases, units, goods and freight by one of `BY`, the most money first."""
    sums = [pl.len().alias("count"), *(pl.col(name).sum() for name in ("units", "cost_minor", "freight_minor"))]
    found = (
        _wanted(plan, asked)
        .group_by(pl.col(by).alias("name"))
        .agg(sums)
        .sort("cost_minor", "name", descending=[True, False])
    )
    return tuple(found.collect().iter_rows(named=True))


@lru_cache(maxsize=64)
def bars(plan: Plan, asked: Asked) -> tuple[Mapping[str, Any], ...]:
    """What the calendar draws: each purchase where there are few, else all of one site, mode and week of dispatch."""
    rows = _wanted(plan, asked).filter(pl.col("dispatch_on").is_not_null())
    days = ("order_on", "dispatch_on", "arrive_on", "arrive_early_on", "arrive_late_on")
    if rows.select(pl.len()).collect().item() <= BARS:
        found = rows.select("sku", "site", "mode", *days, "units", count=pl.lit(1))
    else:
        found = (
            rows.group_by(_week(plan, "dispatch_on"), "site", "mode")
            .agg(
                *(pl.col(day).min() for day in days[:2]), *(_middle(day) for day in days[2:]), pl.col("units").sum(),
                count=pl.len(),
            )
            .sort("site", "mode", "dispatch_on").with_columns(sku=pl.lit(""))
        )  # fmt: skip
    return tuple(found.collect().iter_rows(named=True))


def _middle(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Int32).median().round().cast(pl.Int32).cast(pl.Date)


def page(plan: Plan, asked: Asked, after: str | None, limit: int) -> tuple[list[Row], str | None]:
    """Purchases in the order of their days behind the mark ``after``, and the mark of the next page."""
    rows = _wanted(plan, asked)
    if after:
        day, number = _mark(after)
        later = (pl.col("order_on") > day) | ((pl.col("order_on") == day) & (pl.col("purchase") > number))
        rows = rows.filter(later)
    found = list(rows.head(limit + 1).collect().iter_rows(named=True))
    shown = found[:limit]
    return shown, f"{shown[-1]['order_on']}_{shown[-1]['purchase']}" if len(found) > limit else None


def _mark(text: str) -> tuple[Any, int]:
    from datetime import date

    day, _, number = text.partition("_")
    try:
        return date.fromisoformat(day), int(number[:18])
    except ValueError:
        fix = "begin at the first page"
        raise Refused([Problem("after", repr(text)[:60], "the mark of a page", fix, "bad_mark")]) from None


def before(plan: Plan, asked: Asked, day: Day, column: str, limit: int) -> list[Mapping[str, Any]]:
    """Purchases whose day in the column has passed, the longest ago first."""
    rows = _wanted(plan, asked).filter(pl.col(column) < date_of(day)).sort(column, "purchase")
    return list(rows.head(limit).collect().iter_rows(named=True))


def everything(plan: Plan, asked: Asked) -> pl.DataFrame:
    """All purchases that are asked for, with their shipments, for export."""
    return _wanted(plan, asked).collect()


@lru_cache(maxsize=16)
def choices(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """The words that each filter knows."""
    rows = pl.scan_parquet(plan.rows)
    names = ("market", "contract", "supplier", "site", "mode", "why")
    return {name: tuple(rows.select(pl.col(name).drop_nulls().unique().sort()).collect().to_series()) for name in names}


def quotes(plan: Plan, asked: Asked, after: str | None, limit: int) -> tuple[list[Row], str | None, int]:
    """Quotes to give, by product, behind the mark ``after``; the mark of the next page, and how many there are."""
    rows = plan.table("quotes").with_row_index("at")
    for name, value in (("market", asked.market), ("contract", asked.contract)):
        rows = rows.filter(pl.col(name) == value) if value else rows
    rows = rows.filter(pl.col("sku").str.starts_with(asked.find)) if asked.find else rows
    count = len(rows)
    begun = rows.filter(pl.col("at") > int(after)) if _is_number(after) else rows
    found = list(begun.head(limit + 1).iter_rows(named=True))
    return found[:limit], str(found[limit - 1]["at"]) if len(found) > limit else None, count


def _is_number(text: str | None) -> TypeGuard[str]:
    return text is not None and text.isascii() and text.isdigit() and len(text) < 10
