"""The panel as arrays: every product x market as one series of sparse days.

Hides which days a series could have sold on. Keeps three invariants: a day with a known stock-out is neither exposure
nor sale; a product launched after the history began is exposed only from the day after its first sale anywhere (the
sale that revealed the launch would bias the level upwards); a day's units above the cap count as the cap.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.days import Day

# A first sale this soon after the history begins says nothing about a launch: the product was there before.
LAUNCH_GRACE_DAYS = 28
# Days above exp(center + CAP_SIGMA x spread) of the log of a series' selling days are wholesale lines for the level.
CAP_SIGMA = 3.0
CAP_PSEUDO_DAYS = 5.0


@dataclass(frozen=True, slots=True)
class History:
    """Series in order of sku, then market; day 0 is the first day of the history and ``days`` its length.

    row_* [row], out_* [stock-out day], from_day [series], market [series], group [series] = market x category,
    market_of_group [group], log_price [series] centered within its market, sold [series] = ever sold there.
    """

    sku: tuple[str, ...]
    market: tuple[str, ...]
    market_index: Ints
    group: Ints
    market_of_group: Ints
    log_price: Floats
    days: int
    first_day: Day
    row_start: Ints
    row_day: Ints
    row_units: Floats
    out_start: Ints
    out_day: Ints
    from_day: Ints
    sold: Flags
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of series."""
        return len(self.from_day)

    @property
    def markets(self) -> int:
        """Number of markets."""
        return int(self.market_index.max()) + 1 if self.count else 0

    @property
    def row_series(self) -> Ints:
        """[row] the series of each row."""
        return np.repeat(np.arange(self.count), np.diff(self.row_start))

    @property
    def out_series(self) -> Ints:
        """[stock-out day] the series of each stock-out day."""
        return np.repeat(np.arange(self.count), np.diff(self.out_start))


def read_history(
    panel: pl.DataFrame, products: pl.DataFrame, stock_outs: pl.DataFrame, first_day: Day, last_day: Day,
    markets: tuple[str, ...],
) -> History:  # fmt: skip
    """The history of every product in every market, between ``first_day`` and ``last_day`` inclusive."""
    names = sorted(set(markets) | set(panel["market"].unique().to_list()))
    goods = products.with_columns(pl.col("sku").cast(pl.String)).unique("sku", keep="first").sort("sku")
    days = max(last_day - first_day + 1, 1)
    index = _series_index(goods["sku"], names)
    rows, lost = _rows(panel, index, first_day, days, sum_units=True)
    outs, _ = _rows(stock_outs, index, first_day, days, sum_units=False)
    launch = _launch(rows, len(goods), len(names))
    rows = rows.join(outs, on=["series", "day"], how="anti", maintain_order="left")
    category = pl.Series(goods["category"].fill_null("").rank("dense") - 1).to_numpy().astype(np.int64)
    count = len(goods) * len(names)
    market_index = np.tile(np.arange(len(names), dtype=np.int64), len(goods))
    group = np.repeat(category, len(names)) * len(names) + market_index
    groups = (int(category.max()) + 1 if len(goods) else 0) * len(names)
    row_series = rows["series"].to_numpy()
    units, note = _capped(rows["units"].to_numpy().astype(np.float64), row_series, market_index, group)
    return History(
        sku=tuple(np.repeat(goods["sku"].to_numpy(), len(names)).tolist()) if count else (),
        market=tuple(names) * len(goods),
        market_index=market_index, group=group,
        market_of_group=np.arange(groups, dtype=np.int64) % max(len(names), 1),
        log_price=np.repeat(_log_price(goods), len(names)),
        days=days, first_day=first_day,
        row_start=_starts(row_series, count), row_day=rows["day"].to_numpy().astype(np.int64), row_units=units,
        out_start=_starts(outs["series"].to_numpy(), count), out_day=outs["day"].to_numpy().astype(np.int64),
        from_day=np.repeat(launch, len(names)),
        sold=np.bincount(row_series, minlength=count) > 0,
        notes=tuple(text for text in (lost, note) if text),
    )  # fmt: skip


def until(data: History, day: int) -> History:
    """The history as it was known before ``day``: later rows and stock-outs left out, later launches not yet sold."""
    row, out = data.row_day < day, data.out_day < day
    series = data.row_series[row]
    return replace(
        data, days=day, row_start=_starts(series, data.count), row_day=data.row_day[row], row_units=data.row_units[row],
        out_start=_starts(data.out_series[out], data.count), out_day=data.out_day[out],
        from_day=np.minimum(data.from_day, day), sold=np.bincount(series, minlength=data.count) > 0,
    )  # fmt: skip


def thinned(data: History, limit: int) -> History:
    """The history of every n-th product, so that at most ``limit`` series are left (or the history itself)."""
    step = -(-data.count // max(limit, 1))
    if step <= 1:
        return data
    kept = np.flatnonzero(np.arange(data.count) // data.markets % step == 0)
    place = np.full(data.count, -1)
    place[kept] = np.arange(len(kept))
    row, out = place[data.row_series] >= 0, place[data.out_series] >= 0
    return replace(
        data, sku=tuple(data.sku[k] for k in kept), market=tuple(data.market[k] for k in kept),
        market_index=data.market_index[kept], group=data.group[kept], log_price=data.log_price[kept],
        row_start=_starts(place[data.row_series[row]], len(kept)), row_day=data.row_day[row],
        row_units=data.row_units[row], out_start=_starts(place[data.out_series[out]], len(kept)),
        out_day=data.out_day[out], from_day=data.from_day[kept], sold=data.sold[kept],
    )  # fmt: skip


def _series_index(skus: pl.Series, markets: list[str]) -> pl.DataFrame:
    left = pl.DataFrame({"sku": skus, "sku_index": np.arange(len(skus), dtype=np.int64)})
    right = pl.DataFrame({"market": pl.Series(markets, dtype=pl.String), "market_index": np.arange(len(markets))})
    number = pl.col("sku_index") * len(markets) + pl.col("market_index")
    return left.join(right, how="cross").select("sku", "market", series=number.cast(pl.Int64))


def _rows(
    table: pl.DataFrame, index: pl.DataFrame, first_day: Day, days: int, *, sum_units: bool
) -> tuple[pl.DataFrame, str]:
    number = pl.col("day").cast(pl.Date).cast(pl.Int32).cast(pl.Int64) - first_day
    units = pl.col("units") if sum_units else pl.lit(0, dtype=pl.Int64).alias("units")
    joined = table.select(pl.col("sku", "market").cast(pl.String), number.alias("day"), units).join(
        index, on=["sku", "market"], how="left"
    )
    known = joined.filter(pl.col("series").is_not_null() & pl.col("day").is_between(0, days - 1))
    grouped = known.group_by("series", "day").agg(pl.col("units").sum()).sort("series", "day")
    if sum_units:
        grouped = grouped.filter(pl.col("units") > 0)
    dropped = len(joined) - len(known)
    return grouped, f"{dropped} panel rows name no known product or lie outside the history" if dropped else ""


def _launch(rows: pl.DataFrame, sku_count: int, market_count: int) -> Ints:
    first = rows.group_by((pl.col("series") // max(market_count, 1)).alias("sku_index")).agg(pl.col("day").min())
    launch = np.zeros(sku_count, np.int64)
    launch[first["sku_index"].to_numpy()] = first["day"].to_numpy()
    return np.where(launch < LAUNCH_GRACE_DAYS, 0, launch + 1)


def _capped(units: Floats, series: Ints, market: Ints, group: Ints) -> tuple[Floats, str]:
    """Units with wholesale days capped, and a note on what that left out.

    The center of a series' log units is shrunk to its group's mean; the spread is pooled over the market.
    """
    if not len(units):
        return units, ""
    logs = np.log(units)
    center = _shrunk_mean(logs, series, _mean_by(logs, group[series], len(group))[group], CAP_PSEUDO_DAYS, len(group))
    spread = np.sqrt(_mean_by((logs - center[series]) ** 2, market[series], len(group)))[market]
    cap = np.maximum(np.ceil(np.exp(center + CAP_SIGMA * spread)), 1.0)[series]
    above = int((units > cap).sum())
    share = 1.0 - np.minimum(units, cap).sum() / units.sum()
    note = f"{above} days counted at their cap (wholesale lines): {share:.1%} of units are not in the level"
    return np.minimum(units, cap), note if above else ""


def _mean_by(values: Floats, key: Ints, size: int) -> Floats:
    """[size] mean of the values of each key; a key without a value gets the mean of all."""
    total, count = np.bincount(key, values, size), np.bincount(key, minlength=size)
    full = np.full(len(total), values.mean())
    return np.asarray(np.divide(total, count, out=full, where=count > 0))


def _shrunk_mean(values: Floats, key: Ints, toward: Floats, pseudo: float, size: int) -> Floats:
    padded = np.resize(toward, size) if len(toward) < size else toward
    total, count = np.bincount(key, values, size), np.bincount(key, minlength=size)
    return np.asarray((total + pseudo * padded) / (count + pseudo))


def _log_price(goods: pl.DataFrame) -> Floats:
    price = goods["retail_price_minor"].cast(pl.Float64).to_numpy().astype(np.float64)
    known = np.isfinite(price) & (price > 0)
    if not known.any():
        return np.zeros(len(price))
    logs = np.log(np.where(known, price, np.median(price[known])))
    return np.asarray(np.clip(logs - logs.mean(), -3.0, 3.0))


def _starts(series: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(series, minlength=count))]).astype(np.int64)
