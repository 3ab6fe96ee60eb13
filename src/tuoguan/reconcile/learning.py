"""From a contract's range and what was seen to a value with a narrower range.

Hides conjugate updates. Keeps the invariant that what was seen is counted once, and that with nothing seen the answer
has the mean and the spread of the contract's own range.

A posterior is handed on as a triangular range whose ends are its 0.7 % and 99.3 % points: a triangle with these ends
has about the standard deviation of the posterior (of a normal one within 1 %).
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.contracts import Uncertain
from tuoguan.reconcile.distributions import beta_quantile, gamma_quantile
from tuoguan.reconcile.survival import Days, Floats, Survival

GRID = (np.arange(400) + 0.5) / 400.0
ENDS = (0.007, 0.993)
INTERVAL = (0.05, 0.95)
VAGUE = 4.0  # sales that a share without a range is worth


@dataclass(frozen=True, slots=True)
class Posterior:
    """``mode`` with the range handed on, and the 90 % interval that people are shown."""

    mode: float
    low: float
    high: float
    p05: float
    p95: float


def moments(term: Uncertain) -> tuple[float, float]:
    """Mean and variance of a term's own distribution, in its scale, by its own draws."""
    from tuoguan.contracts.kernels import draw_value

    drawn = np.array([draw_value(term.low, term.value, term.high, term.distribution, u) for u in GRID], np.float64)
    return float(drawn.mean()), float(drawn.var())


def share_posterior(mean: float, variance: float, events: float, trials: float) -> Posterior:
    """The posterior of a share: Beta with the prior's moments, updated by ``events`` of ``trials``."""
    mean = min(max(mean, 1e-6), 1.0 - 1e-6)
    strength = mean * (1.0 - mean) / variance - 1.0 if variance > 0 else VAGUE
    strength = max(strength, 0.5)
    a, b = mean * strength + events, (1.0 - mean) * strength + max(trials - events, 0.0)
    mode = (a - 1.0) / (a + b - 2.0) if a > 1.0 and b > 1.0 else a / (a + b)
    return _told(mode, *(beta_quantile(p, a, b) for p in (*ENDS, *INTERVAL)))


def ratio_posterior(mean: float, variance: float, total: float, exposure: float) -> Posterior:
    """The posterior of a rate: Gamma with the prior's moments, updated by ``total`` in ``exposure``."""
    mean, variance = max(mean, 1e-9), max(variance, 1e-12)
    shape, rate = mean * mean / variance + total, mean / variance + exposure
    mode = (shape - 1.0) / rate if shape > 1.0 else shape / rate
    return _told(mode, *(gamma_quantile(p, shape, rate) for p in (*ENDS, *INTERVAL)))


def scale_posterior(mean: float, variance: float, seen: float, seen_variance: float) -> Posterior:
    """The posterior of an amount or rate of which a mean was seen with its variance: normal, kept above nought."""
    if not math.isfinite(seen_variance):
        deviation, middle = math.sqrt(variance), mean
    else:
        weights = (1.0 / max(variance, 1e-12), 1.0 / max(seen_variance, 1e-12))
        middle = (mean * weights[0] + seen * weights[1]) / sum(weights)
        deviation = math.sqrt(1.0 / sum(weights))
    points = [max(0.0, middle + factor * deviation) for factor in (-2.457, 2.457, -1.645, 1.645)]
    return _told(max(0.0, middle), *points)


def _told(mode: float, low: float, high: float, p05: float, p95: float) -> Posterior:
    return Posterior(min(max(mode, low), high), low, high, p05, p95)


def effective_counts(found: Survival, window_days: int, exposure: float) -> tuple[float, float]:
    """(events, trials) of a share of what happens within the window, when not all were watched for the whole of it.

    As many trials as would give the share seen with Greenwood's variance. Past the longest watch the share goes on as
    the square root of time, as the simulator spreads what happens in a window. ``exposure`` are the trials counted by
    the part of the window they were watched, for when nothing has happened.
    """
    share, variance = found.happened_by(window_days)
    if share <= 0.0 or variance <= 0.0:
        return share * exposure, exposure
    grown = math.sqrt(window_days / found.seen_until) if 0 < found.seen_until < window_days else 1.0
    whole = min(share * grown, 1.0 - 1e-9)
    trials = whole * (1.0 - whole) / (variance * grown * grown)
    return whole * trials, trials


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of whole days by name, with its ends and its peak, and how far it is from what was seen."""

    distribution: str
    low: int
    mode: int
    high: int
    distance: float


def fitted_days(found: Survival, most: int) -> Spread | None:
    """The uniform, triangular or log-uniform range of days that comes closest to what was seen; None without events.

    Ends are the 1 % and 99 % points; what was never seen to end goes on to ``most`` days. Closest by the largest
    distance of the distribution functions (Kolmogorov).
    """
    from tuoguan.contracts.kernels import LOGUNIFORM, TRIANGULAR, UNIFORM

    if not len(found.day):
        return None
    low, high = found.day_of(0.01), found.day_of(0.99)
    low = int(found.day[0]) if low is None else low
    high = max(most, found.seen_until) if high is None else high
    high = max(high, low + 1)
    days = np.arange(low, high + 1)
    seen = np.array([found.happened_by(int(day))[0] for day in days])
    kinds = [("uniform", UNIFORM, low)] + ([("loguniform", LOGUNIFORM, low)] if low > 0 else [])
    kinds += [("triangular", TRIANGULAR, mode) for mode in range(low, high + 1)]
    spreads = [
        Spread(name, low, mode, high, _distance(days, seen, low, mode, high, code)) for name, code, mode in kinds
    ]
    return min(spreads, key=lambda one: (one.distance, one.distribution, one.mode))


def _distance(days: Days, seen: Floats, low: int, mode: int, high: int, code: int) -> float:
    from tuoguan.contracts.kernels import draw_value

    drawn = np.sort([draw_value(low, mode, high, code, u) for u in GRID])
    model = np.searchsorted(drawn, days, side="right") / len(GRID)
    return float(np.abs(model - seen).max())
