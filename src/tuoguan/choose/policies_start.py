"""Where the search for a stock policy starts: closed forms of the literature, for a whole block of options at once.

Hides which formula belongs to which kind. Keeps two invariants: with one period and no lead time the level is the
newsvendor's, and a kind is only tried where it makes sense for the option.
"""

import numpy as np

from tuoguan.choose.policies_facts import Facts
from tuoguan.choose.policies_numbers import CAP, CODE, FAST, KIND, NUMBERS, POINT, REVIEW, SEASON, UP_TO, unique_rows
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.inventory.closed.kernels import best_levels, best_reorders
from tuoguan.simulate import PolicyKind

MULTIPLES = (0.2, 0.4, 0.7, 1.0, 1.5)  # of the closed form's level; a search moves on from the best of them
BLIND_MULTIPLES = (0.3, 0.6, 1.0)  # where the season is followed, for levels that do not
ORDER_MULTIPLES = ((0.6, 0.5), (1.0, 0.6), (1.0, 1.0), (0.6, 1.2))  # of the reorder point, of the economic order
SWING_LEAST = 1.1  # a season that moves less is not followed
ORDER_REVIEWS = 1.3  # an order this many reviews' demand large makes its size worth a search
LONG_LEAD_REVIEWS = 1.5  # a lead time this many reviews long makes caps worth a search
ORDER_UNITS = 200.0  # units or lots of an economic order that the exact recursion sees
YEARS_DAYS = 730.0  # no level covers more demand than this
ONCE_SHARE = 0.34  # of the horizon: with such a wait one order may be all there is
STOPS_PER_YEAR = 1.0  # a contract that ends so often may end before a second order pays
RATIO_LEAST, RATIO_MOST = 1e-4, 0.9999
MEAN_MOST, DISPERSION_MOST = 99_000.0, 9_900.0


def starts(facts: Facts, horizon_days: int) -> tuple[Ints, Ints]:
    """(option [candidate], numbers [candidate, 1, NUMBERS]) of policies to begin with; rows of an option together.

    Where the season swings, policies follow it and a few levels that do not are tried beside them.
    """
    swings = facts.swing > SWING_LEAST
    flat, waves = np.flatnonzero(~swings), np.flatnonzero(swings)
    blind = facts.take(waves)
    parts = [
        _numbered(_of_all_kinds(facts.take(flat), horizon_days), flat),
        _numbered(_following(_of_all_kinds(blind.at_season_one(), horizon_days)), waves),
        _numbered(_base_stock(blind, base_level(blind, horizon_days), BLIND_MULTIPLES), waves),
    ]
    made = np.concatenate(parts)
    return unique_rows(made[:, 0], made[:, 1:].reshape(-1, 1, NUMBERS))


def _numbered(rows: Ints, options: Ints) -> Ints:
    """The rows with the options' own numbers instead of their places in a part."""
    rows[:, 0] = options[rows[:, 0]]
    return rows


def _following(rows: Ints) -> Ints:
    rows[:, 1 + SEASON] = rows[:, 1 + KIND] != CODE[PolicyKind.JIT]
    return rows


def _of_all_kinds(facts: Facts, horizon_days: int) -> Ints:
    """[candidate, 1 + NUMBERS] the option's row and its numbers."""
    level = base_level(facts, horizon_days)
    parts = [
        _just_in_time(facts), _base_stock(facts, level, MULTIPLES), _reorder(facts, level), _capped(facts, level),
        _projected(facts, horizon_days), _once(facts, horizon_days), *_two_lanes(facts, level, horizon_days),
    ]  # fmt: skip
    return np.concatenate(parts)


def _rows(facts: Facts, which: Ints, kind: PolicyKind, **columns: Floats) -> Ints:
    """Rows of one kind for some options; levels of at least 1 unit, what is not given is nought."""
    rows = np.zeros((len(which), 1 + NUMBERS), np.int64)
    rows[:, 0], rows[:, 1 + KIND] = which, CODE[kind]
    rows[:, 1 + REVIEW] = facts.review[which]
    for name, values in columns.items():
        rows[:, 1 + COLUMN[name]] = np.maximum(np.rint(values), FLOOR[name])
    return rows


COLUMN = {"up_to": UP_TO, "point": POINT, "cap": CAP, "fast": FAST}
FLOOR = {"up_to": 1, "point": 0, "cap": 1, "fast": 0}
NO_ROWS = np.zeros((0, 1 + NUMBERS), np.int64)


def _stacked(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else NO_ROWS


def _where(flags: Flags) -> Ints:
    return np.flatnonzero(flags)


def spread(facts: Facts, days: Floats, daily: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of demand over ``days``: daily scatter, the lead time's and the level's own doubt."""
    mean = daily * days
    return mean, mean * facts.dispersion + daily**2 * facts.lead_variance + mean**2 / np.maximum(facts.shape, 1e-6)


def quantile(mean: Floats, variance: Floats, underage: Floats, overage: Floats) -> Floats:
    """The newsvendor's level of each, negative binomial with this mean and variance (`inventory.closed`).

    Nought where a sale earns nothing. Means past the closed form's range are scaled down to it.
    """
    scale = np.maximum(mean / MEAN_MOST, 1.0)
    dispersion = np.clip(variance / np.maximum(mean, 1e-12), 1.0, DISPERSION_MOST)
    ratio = np.clip(underage / np.maximum(underage + overage, 1e-12), RATIO_LEAST, RATIO_MOST)
    found, cost = np.empty(len(mean), np.int64), np.empty(len(mean))
    best_levels(mean / scale, np.maximum(dispersion / scale, 1.0), ratio, 1.0 - ratio, found, cost)
    return np.where((underage > 0.0) & (mean > 0.0), found * scale, 0.0)


def base_level(facts: Facts, horizon_days: int) -> Floats:
    """(R, S): the level that covers the critical ratio of demand over lead time and review.

    Underage is the margin of a sale; overage one review's holding and its part of what is lost on stock left over.
    Stock for more than the horizon cannot be sold in it, but the level must outlast the spread of the draw.
    """
    mean, variance = spread(facts, facts.lead + facts.review, facts.daily)
    share = np.minimum(1.0, facts.review / max(horizon_days, 1))
    level = quantile(mean, variance, facts.margin, facts.holding * facts.review + facts.loss * share)
    return np.asarray(np.minimum(level, np.ceil(facts.daily * horizon_days + 3.0 * np.sqrt(variance) + 1.0)))


def _just_in_time(facts: Facts) -> Ints:
    return _rows(facts, _where(facts.may_jit > 0.0), PolicyKind.JIT)


def _base_stock(facts: Facts, level: Floats, multiples: tuple[float, ...]) -> Ints:
    """A grid around the level; a level of nought only runs down what is there."""
    every = np.arange(len(level))
    parts = [_rows(facts, every, PolicyKind.BASE_STOCK, up_to=level * multiple) for multiple in multiples]
    nothing = _rows(facts, _where(facts.on_hand > 0.0), PolicyKind.BASE_STOCK)
    return np.concatenate([*parts, nothing])


def _reorder(facts: Facts, level: Floats) -> Ints:
    """(s, S) where an order costs or must be large: Zheng and Federgruen's optimum with reviews as periods.

    A minimum order counts as the fixed cost whose economic order it would be.
    """
    daily, holding = np.maximum(facts.daily, 1e-9), np.maximum(facts.holding, 1e-6)
    fixed = np.maximum(facts.fixed, np.where(facts.batch > 1.0, facts.batch**2 * holding / (2.0 * daily), 0.0))
    order = np.sqrt(2.0 * fixed * daily / holding)
    which = _where((order > ORDER_REVIEWS * daily * facts.review) & (facts.margin > 0.0) & (level > 0.0))
    if not len(which):
        return NO_ROWS
    part = facts.take(which)
    point, size = _economic(part, fixed[which], holding[which] * part.review, order[which])
    top = np.ceil(part.daily * YEARS_DAYS) + part.batch
    return _stacked([
        _rows(facts, which, PolicyKind.REORDER, up_to=np.minimum(point * at + size * by, top),
              point=np.minimum(point * at, np.minimum(point * at + size * by, top) - 1.0))
        for at, by in ORDER_MULTIPLES
    ])  # fmt: skip


def _economic(part: Facts, fixed: Floats, holding: Floats, order: Floats) -> tuple[Floats, Floats]:
    """(reorder point, S - s) of Zheng and Federgruen's recursion; its work grows with the order, so that units are
    counted in lots where an order is large.
    """
    mean, variance = spread(part, part.lead + part.review, part.daily)
    lot = np.maximum(np.maximum(order / ORDER_UNITS, mean / MEAN_MOST), 1.0)
    dispersion = np.clip(variance / np.maximum(mean, 1e-12) / lot, 1.0, DISPERSION_MOST)
    lead = np.minimum(part.lead / part.review, 150.0)
    each = np.clip(part.daily * part.review / lot, 1e-6, MEAN_MOST / (lead + 1.0))
    penalty = np.clip(part.margin / holding, 1e-2, 1e6) * holding
    room = int(np.max(each * (lead + 1.0) + 10.0 * np.sqrt(each * (lead + 1.0) * dispersion) + 45.0 * dispersion)) + 61
    point, up_to, cost = np.empty(len(each), np.int64), np.empty(len(each), np.int64), np.empty(len(each))
    best_reorders(each, dispersion, lead + 1.0, penalty, holding, fixed / lot, room, point, up_to, cost)
    return np.asarray(np.maximum(point, 0) * lot), np.asarray(np.maximum(up_to - np.maximum(point, 0), 1) * lot)


def _long(facts: Facts) -> Ints:
    """Options whose lead time is long against the review, so that lost sales make pipelines overshoot."""
    return _where((facts.lead > LONG_LEAD_REVIEWS * facts.review) & (facts.margin > 0.0) & (facts.daily > 0.0))


def _capped(facts: Facts, level: Floats) -> Ints:
    """Capped base stock (Xin 2021): a roomier level with orders held near a review's demand."""
    which = _long(facts)
    flow = facts.daily[which] * facts.review[which]
    return _stacked([
        _rows(facts, which, PolicyKind.CAPPED_BASE_STOCK, up_to=level[which] * room, cap=np.ceil(flow * by))
        for room, by in ((1.0, 1.5), (1.5, 1.4))
    ])  # fmt: skip


def _projected(facts: Facts, horizon_days: int) -> Ints:
    """Projected inventory level (van Jaarsveld & Arts 2024): the newsvendor's level of a review and its spread."""
    which = _long(facts)
    part = facts.take(which)
    mean, variance = spread(part, part.review, part.daily)
    share = np.minimum(1.0, part.review / max(horizon_days, 1))
    level = quantile(mean, variance, part.margin, part.holding * part.review + part.loss * share)
    return _stacked([
        _rows(facts, which, PolicyKind.PROJECTED, up_to=level * multiple) for multiple in (0.7, 1.3)
    ])  # fmt: skip


def _once(facts: Facts, horizon_days: int) -> Ints:
    """One order for all the selling time that is left, where the wait is long or the contract may end."""
    which = _where(((facts.lead > ONCE_SHARE * horizon_days) | (facts.stops >= STOPS_PER_YEAR)) & (facts.margin > 0.0))
    part = facts.take(which)
    mean, variance = spread(part, np.maximum(horizon_days - part.live, 1.0), part.daily)
    level = quantile(mean, variance, part.margin, part.loss)
    return _stacked([_rows(facts, which, PolicyKind.NEWSVENDOR, up_to=level * by) for by in (0.4, 0.8)])


def _two_lanes(facts: Facts, level: Floats, horizon_days: int) -> list[Ints]:
    """Policies of two lanes: the fast one covers its own lead time, the slow one the whole position.

    Fast level: newsvendor of the fast lead time and a review, a missed sale worth what is left of the margin after the
    fast freight (Veeraraghavan & Scheller-Wolf 2008; capped: Sun & Van Mieghem 2019; base-surge: Allon & Van Mieghem
    2010).
    """
    which = _where(facts.fast_lead >= 0.0)
    if not len(which):
        return []
    part, slow = facts.take(which), level[which]
    mean, variance = spread(part, part.fast_lead + part.review, part.daily)
    share = np.minimum(1.0, part.review / max(horizon_days, 1))
    over = part.holding * part.review + np.maximum(part.loss + part.fast_extra, 0.0) * share
    fast = quantile(mean, variance, part.margin - part.fast_extra, over)
    # Before the slow lane's first goods come there is nothing to lose but the sale: the fast level of the whole margin.
    brisk = quantile(mean, variance, part.margin, over)
    flow = part.daily * part.review
    made = [
        _rows(facts, which, PolicyKind.DUAL_INDEX, up_to=np.maximum(slow * by, brisk * of), fast=brisk * of)
        for by, of in ((0.0, 1.0), (0.0, 0.6), (1.0, 1.0))
    ]
    made += [
        _rows(facts, which, PolicyKind.CAPPED_DUAL_INDEX, up_to=slow * high, fast=fast * low, cap=np.ceil(flow * by))
        for low, high, by in ((0.5, 1.0, 1.5), (1.0, 1.2, 1.3))
    ]
    made += [
        _rows(facts, which, PolicyKind.DUAL_INDEX, up_to=slow * high, fast=fast * low)
        for low, high in ((0.5, 1.0), (1.0, 0.8))
    ]
    made += [
        _rows(facts, which, PolicyKind.TAILORED_BASE_SURGE, cap=np.ceil(flow * by), fast=fast) for by in (0.7, 0.9)
    ]
    return [*made, _rows(facts, which, PolicyKind.SINGLE_INDEX, up_to=slow, fast=np.minimum(fast, slow))]
