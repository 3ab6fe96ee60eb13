"""What a product's level is expected to be before its own history is read, and how sure that is.

Per market a gamma-Poisson regression: counts are Poisson with mean exposure x mu x Gamma(shape)/shape, and
log mu = group (category) + price slope x log price + popularity slope x log of how well the product sells in the other
markets. Groups are shrunk to their market, slopes to zero. Estimated by reweighted least squares, the shape by its
likelihood (empirical Bayes). A product never sold in a market may not have been on offer there: its silence counts by
the probability that it was, which is estimated together with the rest (zero inflation by expectation-maximization).
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.demand.kernels import gamma_poisson_loglik
from tuoguan.foundation.arrays import Flags, Floats, Ints

GROUP_SPREAD = 0.5  # standard deviation of a category's log level around its market's, before any evidence
SLOPE_SPREAD = 1.0
SHAPE_RANGE = (0.05, 50.0)
SHAPE_CENTER, SHAPE_SPREAD = math.log(1.0), 0.7  # of log shape before evidence: silence must not pass for certainty
ROUNDS = 14
SHAPE_ROUNDS = (0, 4, 8, 12)
POPULARITY_EVIDENCE = 1.0
STEP = 1.5  # largest change of a log mean in one round


@dataclass(frozen=True, slots=True)
class Prior:
    """Before the series' own history: ``mean`` units a day and gamma ``shape`` [series]; ``offered`` [series] is the
    probability that the series was on offer (1 where it ever sold)."""

    mean: Floats
    shape: Floats
    offered: Floats


def learn_prior(
    units: Floats, exposure: Floats, market: Ints, group: Ints, log_price: Floats, sold: Flags, purchases: Floats
) -> Prior:
    """The prior of every series from effective counts and exposures of all of them (both divided by dispersion).

    ``purchases`` [market] is the number of selling days that one effective count stands for: what silence is judged by.
    """
    markets = len(purchases)
    mean, shape, offered = np.zeros(len(units)), np.full(len(units), 0.5), np.ones(len(units))
    popularity = _popularity(units, exposure, market, markets)
    alive = np.bincount(market, units, markets) > 0.0
    for m in np.flatnonzero(alive):
        rows = np.flatnonzero(market == m)
        covariates = np.stack([log_price[rows], popularity[rows]], axis=1)
        mean[rows], shape[rows], offered[rows] = _one_market(
            units[rows], exposure[rows], group[rows], covariates, sold[rows], float(purchases[m])
        )
    return _without_history(mean, shape, offered, market, alive)


def _one_market(
    units: Floats, exposure: Floats, group: Ints, covariates: Floats, sold: Flags, purchases: float
) -> tuple[Floats, float, Floats]:
    _, local = np.unique(group, return_inverse=True)
    design = np.concatenate([np.ones((len(units), 1)), covariates - covariates.mean(0)], axis=1)
    offered = np.where(sold, 1.0, 0.5)
    slope = np.array([math.log((units.sum() + 0.1) / max(float((offered * exposure).sum()), 1e-9)), 0.0, 0.0])
    offset, shape = np.zeros(int(local.max()) + 1), 1.0
    for round_index in range(ROUNDS):
        mean = np.exp(np.clip(design @ slope + offset[local], -25.0, 15.0))
        offered = _offered(mean * exposure * purchases, shape, sold)
        slope, offset = _step(units, mean * exposure, shape, offered, design, local, slope, offset)
        if round_index in SHAPE_ROUNDS:
            mean = np.exp(np.clip(design @ slope + offset[local], -25.0, 15.0))
            shape = _best_shape(units, mean * exposure, offered)
    return np.exp(np.clip(design @ slope + offset[local], -25.0, 15.0)), shape, offered


def _step(
    units: Floats, expected: Floats, shape: float, offered: Floats, design: Floats, local: Ints,
    slope: Floats, offset: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """One damped scoring step for the slopes, then one for each group's offset with its ridge."""
    weight = offered * expected / (1.0 + expected / shape)
    residual = offered * (units - expected) / (1.0 + expected / shape)
    ridge = np.diag([1e-9, SLOPE_SPREAD**-2, SLOPE_SPREAD**-2])
    gradient = design.T @ residual - ridge @ slope
    change = np.linalg.solve((design * weight[:, None]).T @ design + ridge, gradient)
    slope = slope + np.clip(change, -STEP, STEP)
    down = np.bincount(local, weight, len(offset)) + GROUP_SPREAD**-2
    up = np.bincount(local, residual - weight * (design @ np.clip(change, -STEP, STEP)), len(offset))
    return slope, offset + np.clip((up - offset * GROUP_SPREAD**-2) / down, -STEP, STEP)


def _offered(expected: Floats, shape: float, sold: Flags) -> Floats:
    """[series] probability that an unsold product was on offer: prior share times the chance of selling nothing."""
    silent = (1.0 + expected / shape) ** -shape
    share = float(sold.mean())
    for _ in range(6):
        chance = share * silent / np.maximum(share * silent + 1.0 - share, 1e-12)
        share = float(np.clip(np.where(sold, 1.0, chance).mean(), 1e-6, 1.0 - 1e-9))
    return np.where(sold, 1.0, share * silent / np.maximum(share * silent + 1.0 - share, 1e-12))


def _best_shape(units: Floats, expected: Floats, offered: Floats) -> float:
    """The gamma shape of highest likelihood, by golden section on its logarithm (with its own mild prior)."""
    low, high = math.log(SHAPE_RANGE[0]), math.log(SHAPE_RANGE[1])
    ratio = (math.sqrt(5.0) - 1.0) / 2.0

    def height(log_shape: float) -> float:
        fit = gamma_poisson_loglik(units, expected, np.full(len(units), math.exp(log_shape)), offered)
        return float(fit) - 0.5 * ((log_shape - SHAPE_CENTER) / SHAPE_SPREAD) ** 2

    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = height(left), height(right)
    for _ in range(13):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = height(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = height(right)
    return math.exp((low + high) / 2.0)


def _popularity(units: Floats, exposure: Floats, market: Ints, markets: int) -> Floats:
    """[series] log of the product's sales in the other markets against their average there, shrunk to 0."""
    if markets < 2:
        return np.zeros(len(units))
    rate = np.bincount(market, units, markets) / np.maximum(np.bincount(market, exposure, markets), 1e-9)
    expected = rate[market] * exposure
    sku = np.arange(len(units)) // markets
    others_up = np.bincount(sku, units)[sku] - units
    others_down = np.bincount(sku, expected)[sku] - expected
    ratio = (others_up + POPULARITY_EVIDENCE) / (others_down + POPULARITY_EVIDENCE)
    return np.asarray(np.log(np.maximum(ratio, 1e-6)))


def _without_history(mean: Floats, shape: Floats, offered: Floats, market: Ints, alive: Flags) -> Prior:
    """A market that never sold takes, product by product, the median of the markets that did, at half the shape."""
    if alive.all() or not alive.any():
        return Prior(mean, shape, offered)
    markets = len(alive)
    typical = np.median(mean.reshape(-1, markets)[:, alive], axis=1)
    usual_shape = float(np.median(shape.reshape(-1, markets)[:, alive]))
    dark = ~alive[market]
    mean = np.where(dark, np.repeat(typical, markets), mean)
    return Prior(mean, np.where(dark, usual_shape / 2.0, shape), np.where(dark, 0.0, offered))
