"""Quantiles against scipy, and what makes them safe for common luck: they never fall."""

import numpy as np
import pytest
from scipy import stats

from tuoguan.simulate.counts.kernels import count_quantile, gamma_quantile, normal_quantile

LEVELS = np.concatenate([np.linspace(1e-4, 1 - 1e-4, 199), [1e-9, 1 - 1e-9]])


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 5.0, 37.0, 99.0])
@pytest.mark.parametrize("dispersion", [1.0, 1.2, 2.0, 9.0])
def test_counts_equal_scipys_quantiles_where_the_recurrence_is_exact(mean, dispersion):
    shape = mean / (dispersion - 1) if dispersion > 1 else None
    wanted = stats.nbinom.ppf(LEVELS, shape, 1 / dispersion) if shape else stats.poisson.ppf(LEVELS, mean)
    assert [count_quantile(u, mean, dispersion) for u in LEVELS] == wanted.astype(int).tolist()


@pytest.mark.parametrize(
    ("mean", "dispersion"), [(101.0, 1.0), (150.0, 3.0), (600.0, 8.0), (5_000.0, 1.0), (9_000.0, 40.0)]
)
def test_large_counts_are_within_one_unit_of_scipy(mean, dispersion):
    body = LEVELS[:-2]
    shape = mean / (dispersion - 1) if dispersion > 1 else None
    wanted = stats.nbinom.ppf(body, shape, 1 / dispersion) if shape else stats.poisson.ppf(body, mean)
    assert np.abs(np.array([count_quantile(u, mean, dispersion) for u in body]) - wanted).max() <= 1


@pytest.mark.parametrize("shape", [0.3, 1.0, 4.0, 50.0, 3_000.0])
def test_gamma_levels_equal_scipy(shape):
    found = [gamma_quantile(u, shape) for u in LEVELS]
    wanted = stats.gamma.ppf(LEVELS, shape, scale=1 / shape)
    assert np.allclose(found[:-2], wanted[:-2], rtol=1e-8, atol=0)
    assert np.allclose(found[-2:], wanted[-2:], rtol=1e-5, atol=0)  # one part in 1e9 from the edge


def test_normal_quantile_equals_scipy():
    assert np.allclose([normal_quantile(u) for u in LEVELS], stats.norm.ppf(LEVELS), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_a_higher_mean_never_gives_fewer_units_on_the_same_luck(dispersion):
    for u in (0.03, 0.4, 0.77, 0.999):
        counts = [count_quantile(u, mean, dispersion) for mean in np.linspace(0.0, 140.0, 1_401)]
        assert counts == sorted(counts)
