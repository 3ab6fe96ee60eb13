"""Forecasts on real held-out months against independent implementations of the usual smoothing methods."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tuoguan.demand import Demand, fit
from tuoguan.foundation.days import day_of

QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)


def simple_smoothing(history: np.ndarray, alpha: float) -> float:
    """SES with the first value as start."""
    level = history[0]
    for value in history[1:]:
        level += alpha * (value - level)
    return float(level)


def best_simple_smoothing(history: np.ndarray) -> float:
    """SES with the smoothing constant of least one-step squared error, as the M5 benchmark chooses it."""

    def error(alpha: float) -> float:
        level, total = history[0], 0.0
        for value in history[1:]:
            total += (value - level) ** 2
            level += alpha * (value - level)
        return float(total)

    return simple_smoothing(history, min((0.1, 0.15, 0.2, 0.25, 0.3), key=error))


def sba(history: np.ndarray, alpha: float = 0.1) -> float:
    """Syntetos-Boylan's correction of Croston's method."""
    at = np.flatnonzero(history)
    if not len(at):
        return 0.0
    size, interval, last = float(history[at[0]]), float(at[0] + 1), at[0]
    for index in at[1:]:
        size += alpha * (history[index] - size)
        interval += alpha * (index - last - interval)
        last = index
    return (1 - alpha / 2) * size / interval


def counts_quantiles(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """[quantile, series] of negative binomials with these moments."""
    mean, variance = np.maximum(mean, 1e-4), np.maximum(variance, np.maximum(mean, 1e-4) * 1.001)
    shape = mean**2 / (variance - mean)
    return np.stack([stats.nbinom.ppf(q, shape, shape / (shape + mean)) for q in QUANTILES])


def pinball(quantiles: np.ndarray, actual: np.ndarray) -> float:
    """Mean quantile loss over quantiles and series, per unit of mean demand."""
    level = np.array(QUANTILES)[:, None]
    miss = actual[None, :] - quantiles
    return float(np.maximum(level * miss, (level - 1) * miss).mean() / actual.mean())


def predicted(demand: Demand, days: slice) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each series' total over some days of the horizon."""
    mean = demand.level_mean * demand.season[:, days].sum(1)[demand.profile]
    return mean, demand.dispersion * mean + mean**2 / demand.level_shape


def rmsse(mean: np.ndarray, actual: np.ndarray, history: np.ndarray) -> float:
    scale = np.sqrt((np.diff(history, axis=1) ** 2).mean(1))
    live = scale > 0
    return float((np.sqrt(((actual - mean) ** 2).mean(1))[live] / scale[live]).mean())


@pytest.fixture(scope="module")
def carparts(shared: Path) -> np.ndarray:
    table = pl.read_parquet(shared / "data" / "intermittent" / "carparts.parquet").drop("Part").drop_nulls()
    return table.to_numpy().astype(np.float64)


def as_panel(months: np.ndarray, firsts: list[date]) -> pl.DataFrame:
    """One selling day a month, at a day that depends on series and month so that no weekday stands out."""
    part, month = np.nonzero(months)
    days = [
        firsts[m] + timedelta(days=int((p * 131 + m * 7919 + p * m) % 28)) for p, m in zip(part, month, strict=True)
    ]
    return pl.DataFrame(
        {"sku": [f"p{p:05d}" for p in part], "market": "US", "day": days, "units": months[part, month].astype(np.int64)}
    )


def test_car_parts_are_forecast_no_worse_than_by_smoothing(carparts: np.ndarray) -> None:
    """Last six of 51 months held out; the mean is scored by RMSSE, the distribution by pinball loss."""
    firsts = [date(1998 + k // 12, k % 12 + 1, 1) for k in range(52)]
    history, actual = carparts[:, :45], carparts[:, 45:]
    goods = pl.DataFrame({"sku": [f"p{p:05d}" for p in range(len(carparts))]}).with_columns(
        category=pl.lit("part"), retail_price_minor=pl.lit(None, pl.Int64)
    )
    none = pl.DataFrame(schema={"sku": pl.String, "market": pl.String, "day": pl.Date})
    start, end = day_of(firsts[45]), day_of(firsts[51])
    demand = fit(
        as_panel(history, firsts), goods, none,
        start_on=start, horizon_days=end - start, first_day=day_of(firsts[0]), last_day=start - 1,
    )  # fmt: skip
    six = predicted(demand, slice(None))
    ours = six[0] / 6
    smooth = np.array([best_simple_smoothing(row) for row in history])
    croston = np.array([sba(row) for row in history])
    assert np.all(demand.level_mean >= 0)
    scores = [rmsse(np.tile(m[:, None], 6), actual, history) for m in (ours, smooth, croston)]
    root = [float(np.sqrt(((actual - m[:, None]) ** 2).mean())) for m in (ours, smooth, croston)]
    total, spread = actual.sum(1), 6 * history.var(1)
    losses = [
        pinball(counts_quantiles(*six), total),
        *(pinball(counts_quantiles(6 * m, spread), total) for m in (smooth, croston)),
    ]
    print("car parts: RMSSE, RMSE, pinball (ours, SES, SBA)", scores, root, losses)
    assert losses[0] <= min(losses[1:])
    assert root[0] <= min(root[1:]) * 1.005


@pytest.fixture(scope="module")
def gift_shop(shared: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    folder = shared / "data" / "gift_shop"
    lines = pl.read_csv(folder / "orders.csv.gz", infer_schema_length=0)
    units = pl.col("qty").cast(pl.Int64) - pl.col("returned_qty").cast(pl.Int64)
    day = pl.col("ordered_at").str.slice(0, 10).str.to_date()
    top = ["United Kingdom", "EIRE", "Germany", "France"]
    panel = lines.with_columns(units=units, day=day, market=pl.col("country"))
    panel = panel.filter((pl.col("units") > 0) & pl.col("market").is_in(top))
    panel = panel.group_by("sku", "market", "day").agg(pl.col("units").sum()).sort("sku", "market", "day")
    goods = pl.read_csv(folder / "products.csv.gz", infer_schema_length=0)
    price = (pl.col("unit_price").cast(pl.Float64) * 100).round().cast(pl.Int64)
    return panel, goods.select("sku", category="category_assumed", retail_price_minor=price)


@pytest.mark.parametrize(("cut", "days"), [(date(2010, 6, 1), 61), (date(2010, 9, 1), 61)])
def test_gift_shop_months_are_forecast_no_worse_than_by_smoothing(
    gift_shop: tuple[pl.DataFrame, pl.DataFrame], cut: date, days: int
) -> None:
    """Two months held out after six and nine: no yearly season can be learned, so autumn's rise is missed by all."""
    panel, goods = gift_shop
    begin = date(2009, 12, 1)
    known = panel.filter(pl.col("day") < cut)
    goods = goods.filter(pl.col("sku").is_in(known["sku"].unique().to_list()))
    none = pl.DataFrame(schema={"sku": pl.String, "market": pl.String, "day": pl.Date})
    demand = fit(
        known, goods, none, start_on=day_of(cut), horizon_days=days, first_day=day_of(begin), last_day=day_of(cut) - 1
    )
    ahead = panel.filter(pl.col("day").is_between(cut, cut + timedelta(days=days - 1)))
    key = {pair: n for n, pair in enumerate(zip(demand.sku, demand.market, strict=True))}
    weeks = (cut - begin).days // 7
    history, actual = np.zeros((len(key), weeks)), np.zeros(len(key))
    for sku, market, day, units in known.iter_rows():
        week = weeks - 1 - (cut - day - timedelta(days=1)).days // 7
        if week >= 0:
            history[key[sku, market], week] += units
    for sku, market, _, units in ahead.iter_rows():
        if (sku, market) in key:
            actual[key[sku, market]] += units
    sold = history.sum(1) > 0
    mean, variance = (part[sold] for part in predicted(demand, slice(None)))
    history, actual = history[sold], actual[sold]
    scale = days / 7
    smooth = np.array([best_simple_smoothing(row) for row in history]) * scale
    croston = np.array([sba(row) for row in history]) * scale
    spread = scale * history.var(1)
    losses = [
        pinball(counts_quantiles(m, v), actual) for m, v in ((mean, variance), (smooth, spread), (croston, spread))
    ]
    totals = [float(m.sum() / actual.sum()) for m in (mean, smooth, croston)]
    print(f"gift shop from {cut}: pinball (ours, SES, SBA)", losses, "predicted/actual", totals)
    assert losses[0] <= min(losses[1:])
