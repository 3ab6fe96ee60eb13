"""The level of every series and the dispersion around it, at the end of a history.

Hides the alternation of season and level, and how silence, prior and discounted counts meet in one gamma posterior.
Keeps the invariant that everything here is a function of the history given, so that a history cut short gives exactly
what would have been said on that day.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.demand import kernels
from tuoguan.demand.history import History
from tuoguan.demand.prior import Prior, learn_prior
from tuoguan.demand.season import profiles, spread_out
from tuoguan.demand.sums import Silence, recency, running_sum, silence, weighted_sums
from tuoguan.foundation.arrays import Floats, Ints

DISPERSION_EVIDENCE = 8.0  # selling weeks that move a series' dispersion halfway from its group's
DISPERSION_MAX = 1000.0


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
class Base:
    """A history with its season ([group, week], [market, weekday], and laid over its days), silence and spread."""

    data: History
    yearly: Floats
    weekly: Floats
    past: Floats
    quiet: Silence
    spread: Spread


@dataclass(frozen=True, slots=True)
class Memory:
    """Discounted ``units`` and ``exposure`` [series] under one half-life, and the prior learned from them."""

    units: Floats
    exposure: Floats
    prior: Prior


def base_of(data: History, *, flat_weekday: bool, strength: float) -> Base:
    """Season, silence and dispersion of a history; ``strength`` is the power to which the yearly season is believed."""
    past = np.ones((len(data.market_of_group), data.days))
    clumps = _count_spread(data)
    for _ in range(3):
        quiet = silence(data, past, data.days)
        units, exposure = _living_sums(data, past, np.ones(data.days), quiet)
        rate = units.sum() / max(exposure.sum(), 1e-9)
        level = np.where(data.sold, (units + 7.0 * rate) / (exposure + 7.0), 0.0)
        yearly, weekly = profiles(data, level, quiet, clumps, strength)
        if flat_weekday:
            weekly = np.ones_like(weekly)
        past = spread_out(data, yearly, weekly, data.first_day, data.days)
    quiet = silence(data, past, data.days)
    return Base(data, yearly, weekly, past, quiet, _dispersion(data, past, quiet))


def memory_of(base: Base, half_life: float) -> Memory:
    """Discounted units and exposure at the end of the history, and the prior learned from all of them.

    The prior is learned with half the market's dispersion, since a series' own depends on what it happened to sell and
    would weigh the silent ones down.
    """
    data, quiet = base.data, base.quiet
    weight = recency(data.days, data.days, half_life)
    units, living = _living_sums(data, base.past, weight, quiet)
    exposure = weighted_sums(data, base.past, weight, 0, data.days)[1]
    return Memory(units, exposure, _prior(data, units, living, np.maximum(base.spread.market / 2.0, 1.0)))


def levels_of(base: Base, memory: Memory, factor: float) -> Levels:
    """Levels at the end of the history; a count's evidence is divided by ``factor`` times its dispersion."""
    evidence = np.maximum(base.spread.series * factor, 1.0)
    return _if_alive(posterior(memory.units / evidence, memory.exposure / evidence, memory.prior), base.quiet.alive)


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


def _living_sums(data: History, season: Floats, weight: Floats, quiet: Silence) -> tuple[Floats, Floats]:
    """Weighted units and exposure; quiet days count as far as the series was still alive."""
    units, exposure = weighted_sums(data, season, weight, 0, data.days)
    tail = weighted_sums(data, season, weight, 0, data.days, quiet.quiet_from)[1]
    return units, np.maximum(exposure - (1.0 - quiet.alive) * tail, 0.0)


def _count_spread(data: History) -> float:
    """Mean square over mean of daily units: how many units one independent purchase brings, at least 1."""
    total = data.row_units.sum()
    return max(float((data.row_units**2).sum() / total), 1.0) if total > 0 else 1.0


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


def _dispersion(data: History, past: Floats, quiet: Silence) -> Spread:
    """Variance-to-mean ratio of seven-day totals [series]: its own pooled with its group's, and its market's.

    Weekly, because that is nearer to what a lead time sees than single days, and survives snapshot histories.
    """
    units, exposure = _living_sums(data, past, np.ones(data.days), quiet)
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
