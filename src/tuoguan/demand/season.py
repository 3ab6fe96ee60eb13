"""Season: a yearly profile per market x category and a weekday profile per market, both shrunk.

Hides the chain all -> market -> group. Each link multiplies its parent by (units + k) / (parent x base + k), with
units and base in effective counts (divided by the spread of daily counts): k counts of evidence move it halfway. So a
week nobody has seen, or a group that sells little, keeps its parent's value, and at the top the value is 1 (flat).
Less than a year of history cannot tell season from growth, so the profile is raised to a power that grows from 0
at 13 weeks to 1 at 50 weeks. Trend is never extrapolated; years are leveled before they are laid over each other.
"""

import numpy as np

from tuoguan.demand.history import History
from tuoguan.demand.sums import Silence
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.days import Day

WEEKS = 52
WEEK_EVIDENCE = 50.0
WEEKDAY_EVIDENCE = 50.0
OWN_WEEKDAY_COUNTS, OWN_WEEKDAY_SERIES = 500.0, 5_000  # effective counts from which a series has its own weekdays
FLAT_BELOW_DAYS, FULL_FROM_DAYS = 91, 350


def yearly_power(days: int) -> float:
    """How much of the yearly profile is believed: 0 below 13 weeks of history, 1 from 50 weeks on.

    >>> yearly_power(60), yearly_power(365)
    (0.0, 1.0)
    """
    return float(np.clip((days - FLAT_BELOW_DAYS) / (FULL_FROM_DAYS - FLAT_BELOW_DAYS), 0.0, 1.0))


def week_of_year(days: Ints) -> Ints:
    """[day] 0 to 51: seven-day weeks counted from 1 January; the last one has eight or nine days."""
    dates = days.astype("datetime64[D]")
    start = dates.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(np.minimum((dates - start).astype(np.int64) // 7, WEEKS - 1))


def weekday_of(days: Ints) -> Ints:
    """[day] 0 for Monday to 6 for Sunday."""
    return np.asarray((days + 3) % 7)


def profiles(history: History, level: Floats, quiet: Silence, spread: float, strength: float) -> tuple[Floats, Floats]:
    """(yearly [group, week], weekly [market, weekday]) given the series' levels, quiet tails and spread of counts.

    The two are fitted in turn, because a short history has weeks with more Sundays than others.
    """
    calendar = history.first_day + np.arange(history.days, dtype=np.int64)
    units, base = by_group_and_day(history, level, quiet)
    base = base * _year_level(units, base, history.market_of_group)
    market_count = history.markets
    by_market = fold(units, history.market_of_group, market_count), fold(base, history.market_of_group, market_count)
    yearly, weekly = np.ones((len(units), WEEKS)), np.ones((market_count, 7))
    week, weekday = week_of_year(calendar), weekday_of(calendar)
    power = strength * yearly_power(history.days)
    for _ in range(2):
        scaled = base * weekly[history.market_of_group][:, weekday]
        yearly = _yearly(units, scaled, history.market_of_group, week, spread) ** power
        seasonal = fold(base * yearly[:, week], history.market_of_group, market_count)
        weekly = _weekly(by_market[0], seasonal, weekday, spread)
    return yearly, weekly


def spread_out(history: History, yearly: Floats, weekly: Floats, start: Day, days: int) -> Floats:
    """[group, day] multipliers on ``days`` days from ``start``; the yearly part is averaged over seven days."""
    calendar = start + np.arange(-3, days + 3, dtype=np.int64)
    stepped = np.concatenate([np.zeros((len(yearly), 1)), np.cumsum(yearly[:, week_of_year(calendar)], axis=1)], axis=1)
    smooth = (stepped[:, 7:] - stepped[:, :-7]) / 7.0
    return np.asarray(smooth * weekly[history.market_of_group][:, weekday_of(calendar[3:-3])])


def own_weekdays(history: History, past: Floats, dispersion: Floats) -> tuple[Ints, Floats]:
    """(series [row], ratio [row, weekday]): how the weekdays of frequent sellers differ from their market's.

    ``past`` [group, day] is the season laid over the history. The same shrinkage as one link of the chain; the ratios
    leave the units of a week as they are.
    """
    series = history.row_series
    counts = np.bincount(series, history.row_units, history.count) / dispersion
    rows = np.flatnonzero(counts >= OWN_WEEKDAY_COUNTS)
    rows = rows[np.argsort(-counts[rows], kind="stable")[:OWN_WEEKDAY_SERIES]]
    place = np.full(history.count, -1)
    place[rows] = np.arange(len(rows))
    weekday = weekday_of(history.first_day + np.arange(history.days, dtype=np.int64))
    mine = place[series] >= 0
    cell = place[series[mine]] * 7 + weekday[history.row_day[mine]]
    up = np.bincount(cell, history.row_units[mine], len(rows) * 7).reshape(-1, 7) / dispersion[rows, None]
    begun = history.from_day[rows]
    days = [np.bincount(weekday[b:], past[g, b:], 7) for b, g in zip(begun, history.group[rows], strict=True)]
    down = np.array(days, np.float64).reshape(-1, 7)
    down *= up.sum(1, keepdims=True) / np.maximum(down.sum(1, keepdims=True), 1e-9)
    ratio = link(np.ones_like(up), up, down, 2.0 * WEEKDAY_EVIDENCE)
    return rows, ratio * down.sum(1, keepdims=True) / np.maximum((ratio * down).sum(1, keepdims=True), 1e-9)


def by_group_and_day(history: History, level: Floats, quiet: Silence) -> tuple[Floats, Floats]:
    groups, days = len(history.market_of_group), history.days
    rows, outs = history.row_series, history.out_series
    live = history.row_day >= history.from_day[rows]
    cell = history.group[rows] * days + history.row_day
    units = np.bincount(cell[live], history.row_units[live], groups * days).reshape(groups, days)
    change = np.zeros((groups, days + 1))
    np.add.at(change, (history.group, np.minimum(history.from_day, days)), level)
    np.add.at(change, (history.group, quiet.quiet_from), -level * (1.0 - quiet.alive))
    base = np.cumsum(change[:, :days], axis=1)
    dark = history.out_day >= history.from_day[outs]
    cell = history.group[outs] * days + history.out_day
    left = np.where(history.out_day >= quiet.quiet_from[outs], quiet.alive[outs], 1.0) * level[outs]
    base -= np.bincount(cell[dark], left[dark], groups * days).reshape(groups, days)
    return np.asarray(units, np.float64), np.maximum(base, 0.0)


def _year_level(units: Floats, base: Floats, market_of_group: Ints) -> Floats:
    """[group, day] the market's level in the year (counted back from the end) against the whole history; 1 if short."""
    days = units.shape[1]
    factor = np.ones_like(units)
    if days < 2 * 365:
        return factor
    block = (days - 1 - np.arange(days)) // 365
    block = np.minimum(block, days // 365 - 1)
    top = fold(units, market_of_group, int(market_of_group.max()) + 1)
    bottom = fold(base, market_of_group, int(market_of_group.max()) + 1)
    for number in range(int(block.max()) + 1):
        inside = block == number
        ratio = (top[:, inside].sum(1) + 1.0) / (bottom[:, inside].sum(1) + 1.0)
        factor[:, inside] = ratio[market_of_group][:, None]
    return factor


def _yearly(units: Floats, base: Floats, market_of_group: Ints, week: Ints, spread: float) -> Floats:
    up, down = _smooth(_weeks(units, week)) / spread, _smooth(_weeks(base, week)) / spread
    markets = int(market_of_group.max()) + 1
    flat = np.ones((1, WEEKS))
    everywhere = link(flat, up.sum(0, keepdims=True), down.sum(0, keepdims=True), WEEK_EVIDENCE)
    top, bottom = fold(up, market_of_group, markets), fold(down, market_of_group, markets)
    market = link(np.repeat(everywhere, markets, axis=0), top, bottom, WEEK_EVIDENCE)
    return _centered(link(market[market_of_group], up, down, WEEK_EVIDENCE))


def _weekly(units: Floats, base: Floats, weekday: Ints, spread: float) -> Floats:
    up = np.stack([units[:, weekday == day].sum(1) for day in range(7)], axis=1) / spread
    down = np.stack([base[:, weekday == day].sum(1) for day in range(7)], axis=1) / spread
    everywhere = link(np.ones((1, 7)), up.sum(0, keepdims=True), down.sum(0, keepdims=True), WEEKDAY_EVIDENCE)
    return _centered(link(np.repeat(everywhere, len(units), axis=0), up, down, WEEKDAY_EVIDENCE))


def link(parent: Floats, units: Floats, base: Floats, evidence: float) -> Floats:
    return np.asarray(parent * (units + evidence) / (parent * base + evidence))


def _centered(profile: Floats) -> Floats:
    return np.asarray(profile / profile.mean(axis=1, keepdims=True))


def _weeks(values: Floats, week: Ints) -> Floats:
    key = (np.arange(len(values))[:, None] * WEEKS + week[None, :]).ravel()
    return np.asarray(np.bincount(key, values.ravel(), len(values) * WEEKS).reshape(len(values), WEEKS), np.float64)


def _smooth(weeks: Floats) -> Floats:
    return np.asarray((np.roll(weeks, 1, 1) + 2.0 * weeks + np.roll(weeks, -1, 1)) / 4.0)


def fold(values: Floats, key: Ints, size: int) -> Floats:
    folded = np.zeros((size, values.shape[1]))
    np.add.at(folded, key, values)
    return folded
