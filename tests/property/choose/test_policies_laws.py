"""Laws of the starting level: newsvendor quantiles rise with the share, the mean and the spread's upper tail."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuoguan.choose.policies_start import critical_ratio, quantile

money = st.floats(0.0, 1e9, allow_nan=False)


@given(money, money, money)
def test_the_critical_ratio_is_a_share_that_rises_with_the_margin(underage, overage, more):
    one, two = critical_ratio(underage, overage), critical_ratio(underage + more, overage)
    assert 0.0 <= one <= two <= 1.0


@given(st.floats(0.01, 300.0), st.floats(1.0, 20.0), st.floats(0.001, 0.999))
def test_the_quantile_is_the_least_level_that_covers_the_share(mean, ratio, share):
    level = int(quantile(np.array([mean]), np.array([mean * ratio]), np.array([share]))[0])
    law = stats.poisson(mean) if ratio < 1.0 + 1e-6 else stats.nbinom(mean / (ratio - 1.0), 1.0 / ratio)
    assert law.cdf(level) >= share - 1e-6
    assert level == 0 or law.cdf(level - 1) < share + 1e-6


@given(st.floats(0.01, 2_000.0), st.floats(1.0, 9.0), st.floats(0.01, 0.98), st.floats(0.0, 0.01))
def test_a_higher_share_never_needs_less(mean, ratio, share, more):
    means, variances = np.full(2, mean), np.full(2, mean * ratio)
    low, high = quantile(means, variances, np.array([share, share + more]))
    assert low <= high
