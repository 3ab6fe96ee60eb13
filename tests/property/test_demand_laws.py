"""Laws of the level's posterior, against the closed form of the gamma-Poisson family."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from tuoguan.demand.level import posterior
from tuoguan.demand.prior import Prior

positive = st.floats(0.05, 50.0)


def one(value: float) -> np.ndarray:
    return np.array([value])


@given(mean=positive, shape=positive, units=st.integers(0, 500), days=st.floats(0.5, 2000.0))
def test_the_posterior_is_the_conjugate_one(mean: float, shape: float, units: int, days: float) -> None:
    levels = posterior(one(units), one(days), Prior(one(mean), one(shape), one(1.0)))
    assert levels.shape[0] == pytest.approx(shape + units)
    assert levels.mean[0] == pytest.approx((shape + units) / (shape / mean + days))


@pytest.mark.parametrize(("mean", "shape", "units", "days"), [(1.5, 0.7, 3, 10.0), (0.2, 3.0, 0, 30.0)])
def test_the_posterior_is_bayes_rule(mean: float, shape: float, units: int, days: float) -> None:
    """Prior density times Poisson likelihood, integrated numerically."""
    prior = stats.gamma(shape, scale=mean / shape)

    def weight(level: float) -> float:
        return float(prior.pdf(level) * stats.poisson.pmf(units, level * days))

    total = integrate.quad(weight, 0, 40, limit=400, points=[0.1, 1.0])[0]
    first = integrate.quad(lambda level: level * weight(level), 0, 40, limit=400, points=[0.1, 1.0])[0]
    levels = posterior(one(units), one(days), Prior(one(mean), one(shape), one(1.0)))
    assert levels.mean[0] == pytest.approx(first / total, rel=1e-6)


@given(mean=positive, shape=positive, offered=st.floats(0.0, 1.0), days=st.floats(0.5, 2000.0))
def test_silence_lowers_a_level_the_less_the_less_surely_it_was_on_offer(
    mean: float, shape: float, offered: float, days: float
) -> None:
    levels = posterior(one(0.0), one(days), Prior(one(mean), one(shape), one(offered)))
    sure = posterior(one(0.0), one(days), Prior(one(mean), one(shape), one(1.0)))
    assert sure.mean[0] - 1e-12 <= levels.mean[0] <= mean * (1 + 1e-12)
    assert levels.shape[0] > 0
