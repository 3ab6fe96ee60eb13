"""Are levels, costs and losses those of scipy's distributions, from hardly any demand to 100,000 units."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.closed import base_stock_levels, loss, newsvendor_levels

MEANS = [1e-6, 0.01, 0.3, 1.0, 7.5, 49.0, 199.0, 201.0, 1e3, 1e4, 1e5]
DISPERSIONS = [1.0, 1.0 + 1e-13, 1.001, 1.7, 12.0, 900.0]


def law(mean: float, dispersion: float) -> Any:
    """scipy's distribution; next to 1 a negative binomial is Poisson to all digits that scipy has."""
    if dispersion < 1.0 + 1e-7:
        return stats.poisson(mean)
    return stats.nbinom(mean / (dispersion - 1.0), 1.0 / dispersion)


def scipy_loss(level: int, mean: float, dispersion: float) -> float:
    """E[(D - level)^+] as the sum of P(D > k) from the level on."""
    far = max(level, mean) + 60.0 * dispersion + 15.0 * np.sqrt(mean * dispersion) + 100.0
    return float(law(mean, dispersion).sf(np.arange(level, int(far))).sum())


def is_level(level: int, mean: float, dispersion: float, share: float) -> bool:
    """Is it the least that covers the share, as far as scipy's own rounding lets us say."""
    found = law(mean, dispersion)
    return bool(found.cdf(level) >= share - 1e-11 and (level == 0 or found.cdf(level - 1) < share + 1e-11))


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("dispersion", DISPERSIONS)
def test_the_newsvendor_of_a_law(mean: float, dispersion: float) -> None:
    underage = np.array([0.02, 0.8, 1.0, 19.0, 1e4])
    levels, costs = newsvendor_levels(mean, dispersion, underage, 1.0)
    for penalty, level, cost in zip(underage, levels, costs, strict=True):
        assert is_level(int(level), mean, dispersion, penalty / (penalty + 1.0))
        expected = level - mean + (1.0 + penalty) * scipy_loss(int(level), mean, dispersion)
        # scipy's own sums are good to nine digits where its first parameter is above a million.
        assert cost == pytest.approx(expected, rel=2e-9, abs=1e-15)


def long_cost(level: int, mean: float, dispersion: float, penalty: float) -> float:
    """The cost of a level in 80-bit numbers: all weights from the mode on, both ways, over their sum."""
    m, d, one = np.longdouble(mean), np.longdouble(dispersion), np.ones(1, np.longdouble)
    a, b, mode = 1 - 1 / d, m / d, max(int(m - d) + 1, 0)
    reach = int(14.0 * np.sqrt(mean * dispersion) + 60.0 * dispersion) + 60
    k = np.arange(mode, mode + reach).astype(np.longdouble)
    up = np.cumprod((a * k + b) / (k + 1))
    k = np.arange(mode, max(mode - reach, 0), -1).astype(np.longdouble)
    down = np.cumprod(k / (a * (k - 1) + b))
    weight = np.concatenate([down[::-1], one, up])
    gap = np.arange(mode - len(down), mode + reach + 1) - level
    return float((weight * np.where(gap > 0, penalty * gap, -gap)).sum() / weight.sum())


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no 80-bit numbers here")
@pytest.mark.parametrize("mean", MEANS[1:])
@pytest.mark.parametrize("dispersion", [*DISPERSIONS, 1.0 + 1e-9])
def test_costs_are_good_to_ten_digits(mean: float, dispersion: float) -> None:
    penalty = np.array([0.02, 0.8, 1.0, 19.0, 1e4, 1e8])
    levels, costs = newsvendor_levels(mean, dispersion, penalty, 1.0)
    expected = [long_cost(int(y), mean, dispersion, p) for y, p in zip(levels, penalty, strict=True)]
    assert costs == pytest.approx(expected, rel=5e-11)


@pytest.mark.parametrize("dispersion", [1.0, 2.5, 40.0])
@pytest.mark.parametrize("mean", [0.05, 3.0, 60.0, 2e4])
def test_a_cost_stays_exact_where_almost_nothing_may_be_missed(mean: float, dispersion: float) -> None:
    levels, costs = newsvendor_levels(mean, dispersion, 1e8, 1.0)
    level = int(levels[0])
    found = law(mean, dispersion)
    assert found.sf(level) <= 1e-8 * (1 + 1e-5) and found.sf(level - 1) > 1e-8 * (1 - 1e-5)
    assert costs[0] == pytest.approx(level - mean + 1e8 * scipy_loss(level, mean, dispersion), rel=1e-9)


def test_a_catalog_of_ten_thousand() -> None:
    random = np.random.default_rng(20_261_123)
    mean, dispersion = np.exp(random.uniform(-3.0, 4.0, 10_000)), 1.0 + random.gamma(1.0, 1.0, 10_000)
    share = random.uniform(0.05, 0.995, 10_000)
    levels, costs = newsvendor_levels(mean, dispersion, share, 1.0 - share)
    whole = stats.nbinom(mean / (dispersion - 1.0), 1.0 / dispersion)
    assert np.all(whole.cdf(levels) >= share - 1e-12)
    assert np.all((levels == 0) | (whole.cdf(levels - 1) < share + 1e-12))
    missing = costs - (1.0 - share) * (levels - mean)  # (h + p) is 1 here
    assert loss(levels, mean, dispersion) == pytest.approx(missing, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("mean", [0.02, 5.0, 150.0, 260.0, 1e5])
@pytest.mark.parametrize("dispersion", [1.0, 1.4, 30.0])
def test_losses_far_below_and_far_above_the_mean(mean: float, dispersion: float) -> None:
    spread = np.sqrt(mean * dispersion)
    away = np.array([-40.0, -8.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0, 40.0])
    levels: Ints = np.unique(np.floor(mean + away * spread).astype(np.int64))
    for level, units in zip(levels, loss(levels, mean, dispersion), strict=True):
        below = max(-int(level), 0)
        expected = scipy_loss(max(int(level), 0), mean, dispersion) + below
        assert units == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_losses_of_all_levels_fall_by_the_share_above() -> None:
    levels = np.arange(-5, 400)
    units: Floats = loss(levels, 60.0, 3.0)
    assert -np.diff(units) == pytest.approx(law(60.0, 3.0).sf(levels[:-1]), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("lead_periods", [0, 1, 4, 30])
def test_base_stock_covers_lead_time_and_review(lead_periods: int) -> None:
    mean, dispersion, penalty, holding = 3.2, 1.9, 9.0, 0.7
    level, cost = base_stock_levels(mean, dispersion, penalty, holding, lead_periods)
    one = law(mean, dispersion).pmf(np.arange(120))
    lead = np.ones(1)
    for _ in range(lead_periods + 1):
        lead = np.convolve(lead, one)[:400]
    gap = np.arange(300)[:, None] - np.arange(len(lead))
    costs = (holding * np.maximum(gap, 0) + penalty * np.maximum(-gap, 0)) @ lead
    assert level[0] == int(np.argmin(costs))
    assert cost[0] == pytest.approx(costs.min(), rel=1e-9)
