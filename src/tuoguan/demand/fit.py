"""Panel in, `Demand` out.

Hides the order in which season, prior, level and dispersion are estimated, each given the others. Keeps the invariant
that every product x market gets a row, whatever its history, and that what it rests on is told (``method``, ``notes``).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuoguan.demand import kernels
from tuoguan.demand.history import History, read_history
from tuoguan.demand.model import Demand
from tuoguan.demand.prior import Prior, learn_prior
from tuoguan.demand.season import profiles, spread_out, yearly_power
from tuoguan.demand.sums import Silence, recency, running_sum, silence, weighted_sums
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.days import Day

HALF_LIFE_DAYS = (28.0, 56.0, 112.0, 224.0, 448.0)
HALF_LIFE_DEFAULT = 112.0
HALF_LIFE_NEEDS_DAYS = 112
FACTORS = (0.125, 0.25, 0.5, 1.0)
FACTOR_DEFAULT = 0.5
DISPERSION_EVIDENCE = 8.0  # selling weeks that move a series' dispersion halfway from its group's
DISPERSION_MAX = 1000.0
OWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Levels:
    """Gamma posterior of each series' level: ``mean`` units a day, ``shape``; ``own`` is the weight of its own days."""

    mean: Floats
    shape: Floats
    own: Floats


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance-to-mean ratios [series]: of the series itself (pooled) and of its market."""

    series: Floats
    market: Floats


@dataclass(frozen=True, slots=True)
class Learning:
    """How fast old days lose weight, and by which share of the dispersion a count's evidence is divided."""

    half_life: float
    factor: float


def fit(
    panel: pl.DataFrame, products: pl.DataFrame, stock_outs: pl.DataFrame, *,
    start_on: Day, horizon_days: int, first_day: Day, last_day: Day,
    history: str = "orders", markets: tuple[str, ...] = (),
) -> Demand:  # fmt: skip
    """Demand of every product in every market of the panel (and of ``markets``), from ``start_on`` on.

    ``panel``, ``products`` and ``stock_outs`` follow `intake`'s schemas; ``first_day`` to ``last_day`` is the span the
    history covers, silent days included. ``history`` "snapshots" means days were recovered from rolling counters:
    the weekday profile is then left flat. Method: empirical-Bayes gamma-Poisson with discounted counts, see
    docs/rooms/demand.md.
    """
    data = read_history(panel, products, stock_outs, first_day, last_day, markets)
    if data.count == 0:
        return _nothing(start_on, horizon_days)
    flat_weekday = history == "snapshots"
    yearly, weekly = _season(data, flat_weekday)
    past = spread_out(data, yearly, weekly, first_day, data.days)
    spread = _dispersion(data, past, silence(data, past, data.days))
    learning = _learning(data, past, spread)
    levels, prior = _levels(data, past, learning, spread, data.days)
    seen = weighted_sums(data, np.ones_like(past), np.ones(data.days), 0, data.days)[1]
    used = np.unique(data.group)
    future = spread_out(data, yearly, weekly, start_on, horizon_days)[used]
    return Demand(
        sku=data.sku, market=data.market, start_on=start_on,
        level_mean=levels.mean, level_shape=levels.shape, dispersion=spread.series,
        season=future, profile=np.searchsorted(used, data.group).astype(np.int64),
        method=_methods(data, levels), observed_days=np.round(seen * prior.offered).astype(np.int64),
        half_life_days=learning.half_life, notes=_notes(data, learning.half_life),
    )  # fmt: skip


def posterior(units: Floats, exposure: Floats, prior: Prior) -> Levels:
    """The gamma posterior after ``units`` effective counts over ``exposure`` effective days.

    Conjugate: Gamma(a, a / m) becomes Gamma(a + units, a / m + exposure). A series that may not have been on offer
    mixes posterior and prior by that probability, matched by mean and variance.
    """
    rate = prior.shape / np.maximum(prior.mean, 1e-12)
    shape = prior.shape + units
    mean = shape / (rate + exposure)
    mixed = prior.offered * mean + (1.0 - prior.offered) * prior.mean
    second = prior.offered * mean**2 * (1.0 + 1.0 / shape)
    second = second + (1.0 - prior.offered) * prior.mean**2 * (1.0 + 1.0 / prior.shape)
    spread = np.maximum(second - mixed**2, 1e-18)
    own = np.where(units > 0.0, exposure / (rate + exposure), 0.0)
    return Levels(mixed, np.where(prior.offered == 1.0, shape, mixed**2 / spread), own)


def _if_alive(levels: Levels, alive: Floats) -> Levels:
    """The levels mixed with "sells no more", matched by mean and variance."""
    shape = 1.0 / np.maximum((1.0 + 1.0 / levels.shape) / np.maximum(alive, 1e-9) - 1.0, 1e-12)
    return Levels(levels.mean * alive, shape, levels.own)


def _nothing(start_on: Day, horizon_days: int) -> Demand:
    none, whole = np.zeros(0), np.zeros(0, np.int64)
    return Demand(
        (), (), start_on, none, none, none, np.ones((1, horizon_days)), whole, (), whole, notes=("no product",)
    )


def _season(data: History, flat_weekday: bool) -> tuple[Floats, Floats]:
    """(yearly, weekly) profiles, alternating with raw levels so that late launches do not pass for season."""
    past = np.ones((len(data.market_of_group), data.days))
    spread = _count_spread(data)
    for _ in range(3):
        quiet = silence(data, past, data.days)
        units, exposure = _living_sums(data, past, np.ones(data.days), data.days, quiet)
        rate = units.sum() / max(exposure.sum(), 1e-9)
        level = np.where(data.sold, (units + 7.0 * rate) / (exposure + 7.0), 0.0)
        yearly, weekly = profiles(data, level, quiet, spread)
        if flat_weekday:
            weekly = np.ones_like(weekly)
        past = spread_out(data, yearly, weekly, data.first_day, data.days)
    return yearly, weekly


def _living_sums(data: History, season: Floats, weight: Floats, high: int, quiet: Silence) -> tuple[Floats, Floats]:
    """Weighted units and exposure before ``high``; quiet days count as far as the series was still alive."""
    units, exposure = weighted_sums(data, season, weight, 0, high)
    tail = weighted_sums(data, season, weight, 0, high, quiet.quiet_from)[1]
    return units, np.maximum(exposure - (1.0 - quiet.alive) * tail, 0.0)


def _count_spread(data: History) -> float:
    """Mean square over mean of daily units: how many units one independent purchase brings, at least 1."""
    total = data.row_units.sum()
    return max(float((data.row_units**2).sum() / total), 1.0) if total > 0 else 1.0


def _learning(data: History, past: Floats, spread: Spread) -> Learning:
    """The half-life, then the evidence factor, whose levels predict the last weeks best over all series."""
    if data.days < HALF_LIFE_NEEDS_DAYS:
        return Learning(HALF_LIFE_DEFAULT, FACTOR_DEFAULT)
    cut = data.days - min(56, data.days // 5)
    ahead = weighted_sums(data, past, np.ones(data.days), cut, data.days)

    def score(half_life: float, factor: float) -> float:
        return _held_out_score(data, past, Learning(half_life, factor), cut, ahead, spread)

    half_life = max(HALF_LIFE_DAYS, key=lambda days: score(days, FACTOR_DEFAULT))
    return Learning(half_life, max(FACTORS, key=lambda factor: score(half_life, factor)))


def _held_out_score(
    data: History, past: Floats, learning: Learning, cut: int, ahead: tuple[Floats, Floats], spread: Spread
) -> float:
    """Log likelihood of the held-out totals as negative binomials with the predicted mean and variance."""
    levels = _levels(data, past, learning, spread, cut)[0]
    mean = np.where(data.sold, levels.mean * ahead[1], 0.0)
    shape = np.maximum(mean / (np.maximum(spread.series - 1.0, 1e-3) + mean / levels.shape), 1e-9)
    return kernels.gamma_poisson_loglik(ahead[0], mean, shape, np.ones(data.count))


def _prior(data: History, units: Floats, exposure: Floats, dispersion: Floats) -> Prior:
    purchases = _size_by_market(data, dispersion)
    return learn_prior(
        units / dispersion, exposure / dispersion,
        data.market_index, data.group, data.log_price, data.sold, purchases,
    )  # fmt: skip


def _size_by_market(data: History, dispersion: Floats) -> Floats:
    """[market] dispersion over mean units of a selling day: selling days per effective count."""
    market = data.market_index[data.row_series]
    days = np.bincount(market, minlength=data.markets) + 1.0
    units = np.bincount(market, data.row_units, data.markets) + 1.0
    spread = np.bincount(market, dispersion[data.row_series], data.markets) + 1.0
    return np.asarray((spread / days) / (units / days))


def _levels(data: History, past: Floats, learning: Learning, spread: Spread, end: int) -> tuple[Levels, Prior]:
    """Levels at ``end`` and the prior behind them; a count's evidence is divided by its dispersion.

    The prior is learned with the market's dispersion, since a series' own depends on what it happened to sell and would
    weigh the silent ones down.
    """
    weight, quiet = recency(data.days, end, learning.half_life), silence(data, past, end)
    units, living = _living_sums(data, past, weight, end, quiet)
    exposure = weighted_sums(data, past, weight, 0, end)[1]
    prior = _prior(data, units, living, np.maximum(spread.market * learning.factor, 1.0))
    evidence = np.maximum(spread.series * learning.factor, 1.0)
    return _if_alive(posterior(units / evidence, exposure / evidence, prior), quiet.alive), prior


def _dispersion(data: History, past: Floats, quiet: Silence) -> Spread:
    """Variance-to-mean ratio of seven-day totals [series]: its own pooled with its group's, and its market's.

    Weekly, because that is nearer to what a lead time sees than single days, and survives snapshot histories.
    """
    units, exposure = _living_sums(data, past, np.ones(data.days), data.days, quiet)
    own = np.divide(units, exposure, out=np.zeros_like(units), where=exposure > 0)
    running = running_sum(past)
    squares, expected, active = kernels.weekly_spread(
        data.row_start, data.row_day, data.row_units, data.out_start, data.out_day, data.from_day,
        data.group, running, own, data.days,
    )  # fmt: skip
    weeks = np.maximum((data.days - data.from_day) / 7.0, 1.0)
    squares = squares * weeks / np.maximum(weeks - 1.0, 0.5)
    overall = (squares.sum() + 1.0) / (expected.sum() + 1.0)
    market = _pooled(squares, expected, data.market_index, np.full(data.markets, overall))
    group = _pooled(squares, expected, data.group, market[data.market_of_group])
    raw = np.divide(squares, expected, out=group[data.group], where=expected > 0)
    mixed = (active * raw + DISPERSION_EVIDENCE * group[data.group]) / (active + DISPERSION_EVIDENCE)
    return Spread(np.clip(mixed, 1.0, DISPERSION_MAX), np.clip(market[data.market_index], 1.0, DISPERSION_MAX))


def _pooled(squares: Floats, expected: Floats, key: Ints, toward: Floats) -> Floats:
    """Ratio by key, shrunk toward ``toward`` by as many units as one average key holds in a fifth of its history."""
    up, down = np.bincount(key, squares, len(toward)), np.bincount(key, expected, len(toward))
    evidence = max(float(down.sum()) / max(len(toward), 1) / 5.0, 1e-9)
    return np.asarray((up + evidence * toward) / (down + evidence))


def _methods(data: History, levels: Levels) -> tuple[str, ...]:
    own = np.where(levels.own >= OWN_SHARE, "level", "pooled")
    return tuple(np.where(data.sold, own, "cold_start").tolist())


def _notes(data: History, half_life: float) -> tuple[str, ...]:
    power = yearly_power(data.days)
    season = (
        "" if power == 1.0
        else f"{data.days} days of history: the yearly season is believed to the power {power:.2f} (1 from 50 weeks on)"
    )  # fmt: skip
    silent = int((~data.sold).sum())
    cold = f"{silent} of {data.count} series never sold: level from the category, price and the other markets"
    level = f"recent days weigh more: half-life {half_life:.0f} days, chosen on held-out weeks"
    return tuple(text for text in (*data.notes, season, cold if silent else "", level) if text)
