"""Panel in, `Demand` out.

Hides the order in which season, prior, level and dispersion are estimated, each given the others. Keeps the invariant
that every product x market gets a row, whatever its history, and that what it rests on is told (``method``, ``notes``).
"""

import numpy as np
import polars as pl

from tuoguan.demand.history import History, read_history
from tuoguan.demand.learning import Learning, class_of, forecast, learn, slope_of
from tuoguan.demand.level import DISPERSION_MAX, Base, Levels, base_of
from tuoguan.demand.model import Demand
from tuoguan.demand.season import own_weekdays, spread_out, weekday_of, yearly_power
from tuoguan.demand.sums import weighted_sums
from tuoguan.demand.trend import growth
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.days import Day

OWN_SHARE = 0.5
HISTORIES = ("orders", "snapshots")
UNITS_MAX = 10**9  # a day


def fit(
    panel: pl.DataFrame, products: pl.DataFrame, stock_outs: pl.DataFrame, *,
    start_on: Day, horizon_days: int, first_day: Day, last_day: Day,
    history: str = "orders", markets: tuple[str, ...] = (),
) -> Demand:  # fmt: skip
    """Demand of every product in every market of the panel (and of ``markets``), from ``start_on`` on.

    ``panel``, ``products`` and ``stock_outs`` follow `intake`'s schemas; ``first_day`` to ``last_day`` is the span the
    history covers, silent days included. ``history`` "snapshots" means days were recovered from rolling counters:
    the weekday profile is then left flat. Method: empirical-Bayes gamma-Poisson with discounted counts, see
    docs/rooms/demand.md. Input that cannot be used raises ValueError.
    """
    _refuse(panel, products, horizon_days, first_day, last_day, history)
    data = read_history(panel, products, stock_outs, first_day, last_day, markets)
    if data.count == 0:
        return _nothing(start_on, horizon_days)
    flat_weekday = history == "snapshots"
    learning = learn(data, flat_weekday=flat_weekday)
    base = base_of(data, flat_weekday=flat_weekday, strength=learning.strength)
    kind = class_of(data)
    levels, prior = forecast(base, kind, learning)
    dispersion = np.clip(base.spread.series * learning.widening[kind], 1.0, DISPERSION_MAX)
    season, profile = _ahead(base, learning, start_on, horizon_days, flat_weekday)
    seen = weighted_sums(data, np.ones_like(base.past), np.ones(data.days), 0, data.days)[1]
    return Demand(
        sku=data.sku, market=data.market, start_on=start_on,
        level_mean=levels.mean, level_shape=levels.shape, dispersion=dispersion, season=season, profile=profile,
        method=_methods(data, levels), observed_days=np.round(seen * prior.offered).astype(np.int64),
        half_life_days=float(learning.memory[np.bincount(kind[data.sold], minlength=1).argmax()].mean()),
        notes=_notes(data, learning),
    )  # fmt: skip


def _refuse(
    panel: pl.DataFrame, products: pl.DataFrame, horizon_days: int, first_day: Day, last_day: Day, history: str
) -> None:
    """ValueError with the name, the value and the allowed range of the first argument that cannot be used."""
    if horizon_days < 1:
        raise ValueError(f"horizon_days is {horizon_days}: expected 1 or more")
    if last_day < first_day:
        raise ValueError(f"last_day is {last_day}: expected first_day ({first_day}) or later")
    if history not in HISTORIES:
        raise ValueError(f"history is {history!r}: expected one of {', '.join(HISTORIES)}")
    if panel.is_empty():
        raise ValueError("panel has 0 rows: expected 1 or more")
    units = panel["units"].cast(pl.Float64)
    odd = units.filter(~(units.is_between(0, UNITS_MAX) & units.is_finite()).fill_null(False))
    if len(odd):
        raise ValueError(f"panel units hold {odd[0]}: expected whole numbers from 0 to {UNITS_MAX}")
    price = products["retail_price_minor"].cast(pl.Float64).drop_nulls()
    odd = price.filter(~(price.is_finite() & (price >= 0)))
    if len(odd):
        raise ValueError(f"products retail_price_minor is {odd[0]}: expected 0 or more, or nothing where unknown")


def _ahead(base: Base, learning: Learning, start_on: Day, horizon_days: int, flat_weekday: bool) -> tuple[Floats, Ints]:
    """(season [profile, day], profile [series]): one row a group, and one for each frequent seller's own weekdays."""
    data = base.data
    groups = spread_out(data, base.yearly, base.weekly, start_on, horizon_days)
    groups = groups * growth(learning.trend * slope_of(base), horizon_days)
    used = np.unique(data.group)
    profile = np.searchsorted(used, data.group).astype(np.int64)
    if flat_weekday:
        return groups[used], profile
    rows, ratio = own_weekdays(data, base.past, base.spread.series)
    profile[rows] = len(used) + np.arange(len(rows))
    weekday = weekday_of(start_on + np.arange(horizon_days, dtype=np.int64))
    return np.concatenate([groups[used], groups[data.group[rows]] * ratio[:, weekday]]), profile


def _nothing(start_on: Day, horizon_days: int) -> Demand:
    none, whole = np.zeros(0), np.zeros(0, np.int64)
    return Demand(
        (), (), start_on, none, none, none, np.ones((1, horizon_days)), whole, (), whole, notes=("no product",)
    )


def _methods(data: History, levels: Levels) -> tuple[str, ...]:
    own = np.where(levels.own >= OWN_SHARE, "level", "pooled")
    return tuple(np.where(data.sold, own, "cold_start").tolist())


def _notes(data: History, learning: Learning) -> tuple[str, ...]:
    power = yearly_power(data.days)
    season = (
        "" if power == 1.0
        else f"{data.days} days of history: the yearly season is believed to the power {power:.2f} (1 from 50 weeks on)"
    )  # fmt: skip
    silent = int((~data.sold).sum())
    cold = f"{silent} of {data.count} series never sold: level from the category, price and the other markets"
    lives = ", ".join(f"{short:.0f} and {long:.0f}" for short, long in learning.memory)
    chosen = (
        f"chosen on {learning.cuts} held-out stretches" if learning.cuts else "by default: too short to hold weeks out"
    )
    level = f"recent days weigh more: half-lives of {lives} days from slow to fast sellers, {chosen}"
    return tuple(text for text in (*data.notes, season, cold if silent else "", level) if text)
