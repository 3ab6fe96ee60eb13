"""Where a whole market is going: how far its recent weeks stand above the levels, and how fast they rise.

Hides sums over all products of a market, which are known far better than any one product: a product keeps its share
for long while the total may move quickly. Both are shrunk by their effective counts, so a small shop stays where it
is; how far they are believed is chosen on held-out weeks (`learning`).
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.demand.level import Base, Levels
from tuoguan.demand.season import by_group_and_day, fold, link
from tuoguan.foundation.arrays import Floats

RECENT_DAYS = 28
TREND_WEEKS = 12
EVIDENCE = 50.0  # effective counts that move a market's pace halfway from 1, and a group's from its market's
DAMPING = 0.9  # share of a week's growth that is left the week after (Gardner & McKenzie 1985)
SLOPE_MAX = 0.1


@dataclass(frozen=True, slots=True)
class Pace:
    """``recent`` [group] units of the last 28 days over what the levels expected; ``slope`` [group] growth of the
    logarithm a week, shared by the groups of a market."""

    recent: Floats
    slope: Floats


def pace_of(base: Base, levels: Levels) -> Pace:
    """The pace at the end of the history under these levels."""
    data, market = base.data, base.data.market_of_group
    level = np.where(data.sold, levels.mean / np.maximum(base.quiet.alive, 1e-9), 0.0)
    units, expected = by_group_and_day(data, level, base.quiet)
    expected = expected * base.past
    size = np.maximum(np.bincount(data.group, minlength=len(market)), 1)
    clumps = np.maximum(np.bincount(data.group, base.spread.market, len(market)) / size, 1.0)[:, None]
    units, expected = units / clumps, expected / clumps
    top, bottom = fold(units, market, data.markets), fold(expected, market, data.markets)
    low = -min(RECENT_DAYS, data.days)
    whole = link(np.ones(data.markets), top[:, low:].sum(1), bottom[:, low:].sum(1), EVIDENCE)
    recent = link(whole[market], units[:, low:].sum(1), expected[:, low:].sum(1), EVIDENCE)
    return Pace(recent, _slope(top, bottom)[market])


def growth(slope: Floats, days: int) -> Floats:
    """[group, day] multiplier of a damped trend: exp(slope x (DAMPING + DAMPING^2 + ...)), one term a week."""
    week = (np.arange(days) + 1.0) / 7.0
    return np.asarray(np.exp(slope[:, None] * DAMPING * (1.0 - DAMPING**week) / (1.0 - DAMPING)))


def _slope(units: Floats, expected: Floats) -> Floats:
    """[market] weighted least-squares slope of log(units / expected) over the last weeks, shrunk to none."""
    weeks = min(TREND_WEEKS, units.shape[1] // 7)
    if weeks < 3:
        return np.zeros(len(units))
    up = units[:, -7 * weeks :].reshape(len(units), weeks, 7).sum(2)
    down = expected[:, -7 * weeks :].reshape(len(units), weeks, 7).sum(2)
    ratio = np.log((up + 2.0) / (down + 2.0))
    weight = down + 1e-9
    at = np.arange(weeks) - (weight * np.arange(weeks)).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
    mean = (weight * ratio).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
    slope = (weight * at * (ratio - mean)).sum(1) / ((weight * at**2).sum(1) + EVIDENCE * weeks)
    return np.asarray(np.clip(slope, -SLOPE_MAX, SLOPE_MAX))
