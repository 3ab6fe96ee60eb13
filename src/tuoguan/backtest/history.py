"""The real days that are replayed: units of each series from the day on, wholesale lines capped, and who was chosen.

Hides tables behind arrays. Keeps two invariants: which series are looked at and where a day is capped depend on what
was known before the day alone, and a row of every array is a row of the narrowed demand.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tuoguan.choose import Groups
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.days import Day, date_of
from tuoguan.intake import Batch

PAST_DAYS = 90  # as far back as any restock rule in use looks
VALUE_SHARE = 0.95


def line_cap(known: pl.DataFrame, percentile: float | None) -> float:
    """Units of an order above which it counts as wholesale: a percentile of the panel's units per order; inf for None.

    The panel holds days, not lines, so a day's units per order stand for its lines, weighted by orders.
    """
    sold = known.filter((pl.col("units") > 0) & (pl.col("orders") > 0))
    if percentile is None or sold.is_empty():
        return float("inf")
    size = (sold["units"] / sold["orders"]).to_numpy()
    order = np.argsort(size, kind="stable")
    reached = np.cumsum(sold["orders"].to_numpy()[order]) / sold["orders"].sum()
    return float(size[order][min(int(np.searchsorted(reached, percentile / 100.0)), len(size) - 1)])


def capped(panel: pl.DataFrame, cap: float) -> pl.DataFrame:
    """The panel with a day's units at most its orders x the cap; money shrinks with them."""
    if not np.isfinite(cap):
        return panel
    most = (pl.max_horizontal("orders", pl.lit(1)) * cap).floor().cast(pl.Int64).clip(1)
    units = pl.when(pl.col("units") > most).then(most).otherwise(pl.col("units"))
    # Whole numbers throughout: a day's gross is at most some millions, its units some ten thousands.
    gross = pl.col("gross_minor") * units // pl.max_horizontal("units", pl.lit(1))
    return panel.with_columns(units=units, gross_minor=gross)


@dataclass(frozen=True, slots=True)
class Real:
    """What really happened to the series that are looked at; rows follow ``demand`` (and one group each of ``groups``).

    actual [series, day]       units from the day on, horizon and terminal cover
    past [series, PAST_DAYS]   units of the days before it, the last one in the last column
    value_minor [series]       what the horizon's units were worth at the prices of the history
    known_value_minor [series] gross of the history before the day
    cold [series]              True where nothing was sold in the market before the day
    family                     what products that may share their luck are called, by series
    """

    groups: Groups
    demand: Demand
    actual: Ints
    past: Ints
    value_minor: Ints
    known_value_minor: Ints
    cold: Flags
    family: tuple[str, ...]
    share: float  # of the value before the day that these series had


def dearest(demand: Demand, known: Batch, most: int) -> Demand:
    """The series that made up `VALUE_SHARE` of the value before the day, at most ``most``, and some that never sold.

    Of these, a tenth of ``most`` with the dearest forecast; they are kept apart later.
    """
    worth, price = _value(known.panel), dict(known.products.select("sku", "retail_price_minor").iter_rows())
    value = np.array([worth.get(pair, 0) for pair in zip(demand.sku, demand.market, strict=True)], np.int64)
    order = np.argsort(-value, kind="stable")
    enough = int(np.searchsorted(np.cumsum(value[order]), VALUE_SHARE * max(value.sum(), 1))) + 1
    warm = order[: min(enough, most, int((value > 0).sum()))]
    silent = np.flatnonzero(value == 0)
    guess = demand.level_mean[silent] * np.array([price.get(demand.sku[row], 0) for row in silent])
    cold = silent[np.argsort(-guess, kind="stable")[: max(1, most // 10)]]
    return narrow(demand, np.sort(np.concatenate([warm, cold])))


def real_days(groups: Groups, demand: Demand, known: Batch, truth: pl.DataFrame, cover_days: int) -> Real:
    """What really happened to the groups' products, each a series of its own; ``truth`` is the whole panel."""
    rows = np.array([groups.options[first].series for first in groups.first[:-1]], np.int64)
    own, first = narrow(demand, rows), groups.start_on
    actual = _units(truth, own, first, groups.horizon_days + cover_days)
    worth = _value(known.panel)
    value = np.array([worth.get(pair, 0) for pair in zip(own.sku, own.market, strict=True)], np.int64)
    price = np.array([groups.options[at].retail_price_today_minor for at in groups.first[:-1]], np.int64)
    return Real(
        groups=_numbered(groups), demand=own, actual=actual,
        past=_units(known.panel, own, first - PAST_DAYS, PAST_DAYS),
        value_minor=actual[:, : groups.horizon_days].sum(axis=1) * price, known_value_minor=value, cold=value == 0,
        family=tuple(map(family_of, own.sku)), share=float(value.sum() / max(sum(worth.values()), 1)),
    )  # fmt: skip


def family_of(sku: str) -> str:
    """The stem of a product's code: its leading digits, else the code up to its first sign of another kind."""
    digits = sku[: len(sku) - len(sku.lstrip("0123456789"))]
    if digits:
        return digits
    return next((sku[:at] for at, sign in enumerate(sku) if at and not sign.isalnum()), sku)


def _value(panel: pl.DataFrame) -> dict[tuple[str, str], int]:
    sums = panel.group_by("sku", "market").agg(pl.col("gross_minor").sum())
    return {(sku, market): gross for sku, market, gross in sums.iter_rows()}


def _numbered(groups: Groups) -> Groups:
    """The groups, each option's series the number of its group."""
    owner = groups.group_of().tolist()
    options = tuple(replace(option, series=at) for option, at in zip(groups.options, owner, strict=True))
    return replace(groups, options=options, excluded=())


def narrow(demand: Demand, rows: Ints) -> Demand:
    """Some series of the demand."""
    return replace(
        demand, sku=tuple(demand.sku[row] for row in rows), market=tuple(demand.market[row] for row in rows),
        level_mean=demand.level_mean[rows], level_shape=demand.level_shape[rows], dispersion=demand.dispersion[rows],
        profile=demand.profile[rows], method=tuple(demand.method[row] for row in rows),
        observed_days=demand.observed_days[rows],
    )  # fmt: skip


def _units(panel: pl.DataFrame, demand: Demand, first: Day, days: int) -> Ints:
    """[series, day] units of ``days`` days from ``first`` on."""
    found = np.zeros((len(demand.sku), days), np.int64)
    names = pl.DataFrame({"sku": demand.sku, "market": demand.market, "row": np.arange(len(demand.sku))})
    here = panel.filter(pl.col("day").is_between(date_of(first), date_of(first + days - 1)))
    joined = here.join(names, on=["sku", "market"]).select("row", "units", at=pl.col("day").to_physical() - first)
    np.add.at(found, (joined["row"].to_numpy(), joined["at"].to_numpy()), joined["units"].to_numpy())
    return found


def rolling_mean(past: Ints, actual: Ints, window: int) -> Floats:
    """[series, day] mean units a day of the ``window`` days before each day of ``actual``."""
    whole = np.concatenate([np.zeros((len(past), 1)), np.concatenate([past, actual], axis=1).cumsum(axis=1)], axis=1)
    end = past.shape[1] + np.arange(actual.shape[1])
    return np.asarray((whole[:, end] - whole[:, end - window]) / window)
