"""What the seller's own held-out weeks say about how to forecast: memory, evidence, season, trend and honest width.

Hides a rolling origin inside the history: at each cut the whole estimate is made again from the days before it alone,
and the totals of the 1, 7, 28 and 56 days after it are compared with what was said. Keeps the invariant that nothing is
chosen on days that the estimate has seen. Choices are made by class of how much a series sells, because slow goods and
bread need different memories; each is the one under which the held-out totals are likeliest. A large catalog is
thinned first, since a choice needs no more than some ten thousand series.
"""

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np

from tuoguan.demand import kernels
from tuoguan.demand.history import History, thinned, until
from tuoguan.demand.level import Base, Levels, Memory, base_of, levels_of, memory_of
from tuoguan.demand.prior import Prior
from tuoguan.demand.season import own_weekdays, spread_out
from tuoguan.demand.sums import weighted_sums
from tuoguan.demand.trend import growth, pace_of
from tuoguan.foundation.arrays import Floats, Ints

HALF_LIVES = (7.0, 20.0, 56.0, 150.0, 448.0)
MIDDLE = 150.0  # half-life behind trend and, with half the dispersion, behind the choice of the season's strength
MEMORIES = tuple(combinations_with_replacement(HALF_LIVES, 2))
FACTORS = (0.125, 0.25, 0.5, 1.0)
PACES = (0.0, 0.5, 1.0)
TRENDS = (0.0, 0.25, 0.5, 1.0)
STRENGTHS = (0.0, 0.5, 1.0)
WIDENINGS = (0.25, 0.35, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.45, 1.75, 2.1)
DRIFTS = (0.0, 0.003, 0.006, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8)
CLASS_EDGES = (0.25, 2.0, 15.0)  # units a week
CLASSES = len(CLASS_EDGES) + 1
CLASS_POOLING = 0.05  # share of all series' likelihood that joins each class' own
WINDOWS = (1, 7, 28, 56)
CUT_STEP_DAYS, NEEDS_DAYS = 27, 84  # no whole weeks: the single day after a cut is to be every weekday in turn
SERIES_MAX, CUTS_RANGE = 20_000, (6, 12)  # as many cuts as add up to so many series, within the range
CLASS_SERIES_MAX = 4_000
PINBALL_FROM = 2  # classes from here on sell enough for quantiles of a continuous distribution to be judged
NORMAL_QUANTILES = ((0.05, -1.6449), (0.25, -0.6745), (0.5, 0.0), (0.75, 0.6745), (0.95, 1.6449))


@dataclass(frozen=True, slots=True)
class Learning:
    """By class of sales: two half-lives whose levels are averaged [class, 2], share of the dispersion that divides
    evidence, belief in the recent pace, factor on the dispersion, squared drift of the level over a horizon. For all:
    belief in trend and yearly season, and the number of cuts (0: defaults)."""

    memory: Floats
    factor: Floats
    pace: Floats
    widening: Floats
    drift: Floats
    trend: float
    strength: float
    cuts: int


@dataclass(frozen=True, slots=True)
class Cut:
    """An estimate as of an earlier day, and what came after.

    memories by half-life; rows [class] series that are scored; units and exposure [window][class] their totals and
    season-weighted days; slope [group] of the trend at the cut.
    """

    base: Base
    kind: Ints
    memories: dict[float, Memory]
    rows: list[Ints]
    units: list[list[Floats]]
    exposure: list[list[Floats]]
    slope: Floats


def by_default() -> Learning:
    """What is taken for granted where no weeks can be held out."""
    every = np.ones(CLASSES)
    memory = np.full((CLASSES, 2), MIDDLE)
    return Learning(memory, 0.5 * every, 0.5 * every, 0.85 * every, 0.1 * every, 0.0, 1.0, 0)


def class_of(data: History) -> Ints:
    """[series] 0 (slow) to CLASSES - 1 by units a week over the series' last year."""
    weight = (np.arange(data.days) >= data.days - 365).astype(np.float64)
    units, exposure = weighted_sums(data, np.ones((len(data.market_of_group), data.days)), weight, 0, data.days)
    return np.asarray(np.digitize(7.0 * units / np.maximum(exposure, 28.0), CLASS_EDGES))


def learn(whole: History, *, flat_weekday: bool) -> Learning:
    """Everything that held-out weeks decide; defaults where the history is too short to hold any out."""
    data, found = thinned(whole, SERIES_MAX), by_default()
    days = _cut_days(data)
    if not days:
        return found
    found = replace(found, strength=_best_strength(data, days, flat_weekday), cuts=len(days))
    cuts = [_cut_at(data, day, flat_weekday, found.strength) for day in days]
    found = replace(found, memory=_best_memory(cuts, found))
    found = replace(found, factor=_best_factor(cuts, found))
    levels = [_averaged(cut.base, cut.kind, cut.memories, found)[0] for cut in cuts]
    found = replace(found, pace=_best_pace(cuts, levels))
    levels = [_paced(cut.base, own, found.pace[cut.kind]) for cut, own in zip(cuts, levels, strict=True)]
    found = replace(found, trend=_best_trend(cuts, levels))
    widening, drift = _calibrated([_grown(cut, found.trend) for cut in cuts], levels)
    return replace(found, widening=widening, drift=drift)


def forecast(base: Base, kind: Ints, found: Learning) -> tuple[Levels, Prior]:
    """Levels by class, moved to where their market and group have recently been, and widened by their drift."""
    memories = {half_life: memory_of(base, half_life) for half_life in np.unique(found.memory).tolist()}
    levels, prior = _averaged(base, kind, memories, found)
    levels = _paced(base, levels, found.pace[kind])
    return replace(levels, shape=1.0 / (1.0 / levels.shape + found.drift[kind])), prior


def slope_of(base: Base, memory: Memory | None = None) -> Floats:
    """[group] weekly growth of the logarithm at the end of the history, against levels of a middling memory."""
    return pace_of(base, levels_of(base, memory or memory_of(base, MIDDLE), 0.5)).slope


def _averaged(base: Base, kind: Ints, memories: dict[float, Memory], found: Learning) -> tuple[Levels, Prior]:
    """Each class's levels: the mean over its two memories, with its own evidence factor; and their mean prior."""
    count = len(kind)
    mean, scatter, own, prior = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros((3, count))
    choices = [(half, factor) for pair, factor in zip(found.memory, found.factor, strict=True) for half in pair]
    for half_life, factor in sorted(set(choices)):
        memory = memories[half_life]
        levels = levels_of(base, memory, factor)
        share = ((found.memory == half_life).mean(axis=1) * (found.factor == factor))[kind]
        mean, scatter, own = mean + share * levels.mean, scatter + share / levels.shape, own + share * levels.own
        prior += share * np.stack([memory.prior.mean, memory.prior.shape, memory.prior.offered])
    return Levels(mean, 1.0 / scatter, own), Prior(*prior)


def _paced(base: Base, levels: Levels, share: Floats) -> Levels:
    """Levels times their group's recent pace to the power ``share``."""
    return replace(levels, mean=levels.mean * pace_of(base, levels).recent[base.data.group] ** share)


def _cut_days(data: History) -> list[int]:
    """Days to cut at, the last first, leaving NEEDS_DAYS of history and a window of 28 days."""
    cuts = int(np.clip(SERIES_MAX // max(data.count, 1), *CUTS_RANGE))
    days = [data.days - 28 - CUT_STEP_DAYS * k for k in range(cuts)]
    return [day for day in days if day >= NEEDS_DAYS]


def _cut_at(
    data: History, day: int, flat_weekday: bool, strength: float, half_lives: tuple[float, ...] = HALF_LIVES
) -> Cut:
    """The estimate on ``day`` of the history, and the windows after it."""
    base = base_of(until(data, day), flat_weekday=flat_weekday, strength=strength)
    season, kind = spread_out(data, base.yearly, base.weekly, data.first_day, data.days), class_of(base.data)
    ahead = [weighted_sums(data, season, np.ones(data.days), day, min(day + w, data.days)) for w in WINDOWS]
    rows = [np.flatnonzero((kind == k) & base.data.sold) for k in range(CLASSES)]
    rows = [own[:: len(own) // CLASS_SERIES_MAX + 1] for own in rows]
    units = [[total[own] for own in rows] for total, _ in ahead]
    exposure = [[days[own] for own in rows] for _, days in ahead]
    if not flat_weekday:
        first = _own_first_day(base, day)
        exposure[0] = [days * first[own] for days, own in zip(exposure[0], rows, strict=True)]
    memories = {half_life: memory_of(base, half_life) for half_life in half_lives}
    return Cut(base, kind, memories, rows, units, exposure, slope_of(base, memories[MIDDLE]))


def _own_first_day(base: Base, day: int) -> Floats:
    """[series] what its own weekdays make of the single day after the cut (whole weeks they leave as they are)."""
    frequent, ratio = own_weekdays(base.data, base.past, base.spread.series)
    factor = np.ones(base.data.count)
    factor[frequent] = ratio[:, (base.data.first_day + day + 3) % 7]
    return factor


def _best_strength(data: History, days: list[int], flat_weekday: bool) -> float:
    """The believed power of the season that predicts best; 1 where no cut has seen its held-out weeks a year before."""
    seen = [day for day in days if day >= 365][::3]
    if not seen:
        return 1.0
    scores = np.zeros(len(STRENGTHS))
    for n, strength in enumerate(STRENGTHS):
        for day in seen:
            cut = _cut_at(data, day, flat_weekday, strength, (MIDDLE,))
            scores[n] += _likelihood(cut, levels_of(cut.base, cut.memories[MIDDLE], 0.5)).sum()
    return STRENGTHS[int(scores.argmax())]


def _best_memory(cuts: list[Cut], found: Learning) -> Floats:
    """[class, 2] the pair of half-lives whose mean level predicts best."""
    scores = np.zeros((len(MEMORIES), CLASSES))
    for cut in cuts:
        levels = {name: levels_of(cut.base, memory, float(found.factor[0])) for name, memory in cut.memories.items()}
        for n, (short, long) in enumerate(MEMORIES):
            one, two = levels[short], levels[long]
            shape = 2.0 / (1.0 / one.shape + 1.0 / two.shape)
            scores[n] += _likelihood(cut, Levels((one.mean + two.mean) / 2.0, shape, one.own))
    return np.asarray(np.array(MEMORIES)[_pooled(scores).argmax(axis=0)])


def _best_factor(cuts: list[Cut], found: Learning) -> Floats:
    scores = np.zeros((len(FACTORS), CLASSES))
    for n, factor in enumerate(FACTORS):
        tried = replace(found, factor=np.full(CLASSES, factor))
        for cut in cuts:
            scores[n] += _likelihood(cut, _averaged(cut.base, cut.kind, cut.memories, tried)[0])
    return np.asarray(np.array(FACTORS)[_pooled(scores).argmax(axis=0)])


def _best_pace(cuts: list[Cut], levels: list[Levels]) -> Floats:
    scores = np.zeros((len(PACES), CLASSES))
    for n, share in enumerate(PACES):
        for cut, own in zip(cuts, levels, strict=True):
            scores[n] += _likelihood(cut, _paced(cut.base, own, np.full(len(own.mean), share)))
    return np.asarray(np.array(PACES)[_pooled(scores).argmax(axis=0)])


def _best_trend(cuts: list[Cut], levels: list[Levels]) -> float:
    scores = np.zeros(len(TRENDS))
    for n, share in enumerate(TRENDS):
        for cut, own in zip(cuts, levels, strict=True):
            scores[n] += _likelihood(_grown(cut, share), own).sum()
    return TRENDS[int(scores.argmax())]


def _grown(cut: Cut, share: float) -> Cut:
    """The cut with its exposures under a share of the trend."""
    if share == 0.0:
        return cut
    ahead, group = growth(share * cut.slope, max(WINDOWS)), cut.base.data.group
    factor = [ahead[:, :window].mean(axis=1) for window in WINDOWS]
    pairs = zip(cut.exposure, factor, strict=True)
    exposure = [[days * f[group[own]] for days, own in zip(by_class, cut.rows, strict=True)] for by_class, f in pairs]
    return replace(cut, exposure=exposure)


def _calibrated(cuts: list[Cut], levels: list[Levels]) -> tuple[Floats, Floats]:
    """(widening, drift) by class: drift, widening and drift again, each the likeliest given the other."""
    one, widening, drift = np.ones(CLASSES), np.ones(CLASSES), np.zeros(CLASSES)
    for _ in range(2):
        drift = _likeliest(cuts, levels, DRIFTS, [(widening, tried * one) for tried in DRIFTS])
        widening = _likeliest(cuts, levels, WIDENINGS, [(tried * one, drift) for tried in WIDENINGS])
    return widening, drift


def _likeliest(
    cuts: list[Cut], levels: list[Levels], values: tuple[float, ...], pairs: list[tuple[Floats, Floats]]
) -> Floats:
    scores = np.zeros((len(values), CLASSES))
    for n, (widening, drift) in enumerate(pairs):
        for cut, own in zip(cuts, levels, strict=True):
            scores[n] += [
                _of_class(cut, k, own, float(widening[k]), float(drift[k])) if k < PINBALL_FROM
                else -_pinball(cut, k, own, float(widening[k]), float(drift[k])) for k in range(CLASSES)
            ]  # fmt: skip
    return np.asarray(np.array(values)[scores.argmax(axis=0)])


def _pooled(scores: Floats) -> Floats:
    """[option, class] each class's score with a share of everybody's, so that an empty class takes what suits all."""
    return np.asarray(scores + CLASS_POOLING * scores.sum(axis=1, keepdims=True))


def _likelihood(cut: Cut, levels: Levels, widening: Floats | None = None, drift: Floats | None = None) -> Floats:
    """[class] log likelihood of the windows' totals, as negative binomials with the level's and the counts' spread."""
    wide = np.ones(CLASSES) if widening is None else widening
    far = np.zeros(CLASSES) if drift is None else drift
    return np.array([_of_class(cut, k, levels, float(wide[k]), float(far[k])) for k in range(CLASSES)])


def _of_class(cut: Cut, k: int, levels: Levels, widening: float, drift: float) -> float:
    rows = cut.rows[k]
    level, scatter = levels.mean[rows], 1.0 / levels.shape[rows] + drift
    clumps = np.maximum(cut.base.spread.series[rows] * widening - 1.0, 1e-3)
    total, ones = 0.0, np.ones(len(rows))
    for units, exposure in zip(cut.units, cut.exposure, strict=True):
        mean = level * exposure[k]
        shape = np.maximum(mean / (clumps + mean * scatter), 1e-9)
        total += kernels.gamma_poisson_loglik(units[k], mean, shape, ones)
    return total


def _pinball(cut: Cut, k: int, levels: Levels, widening: float, drift: float) -> float:
    """Quantile loss of the windows' totals in their own spread, with quantiles of a gamma of the same mean and variance
    (Wilson & Hilferty 1931). Unlike a likelihood it is not ruled by a day on which a shop was shut."""
    rows = cut.rows[k]
    level, scatter = levels.mean[rows], 1.0 / levels.shape[rows] + drift
    clumps, total = np.maximum(cut.base.spread.series[rows] * widening, 1.0), 0.0
    for units, exposure in zip(cut.units, cut.exposure, strict=True):
        mean = np.maximum(level * exposure[k], 1e-9)
        shape = 1.0 / (clumps / mean + scatter)
        scale = 1.0 / np.sqrt(mean * cut.base.spread.series[rows] + mean**2 / 10.0)
        for chance, normal in NORMAL_QUANTILES:
            cube = np.maximum(1.0 - 1.0 / (9.0 * shape) + normal / (3.0 * np.sqrt(shape)), 0.0)
            miss = units[k] - mean * cube**3
            total += float((np.maximum(chance * miss, (chance - 1.0) * miss) * scale).sum())
    return total
