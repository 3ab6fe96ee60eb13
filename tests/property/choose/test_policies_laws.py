"""Laws of the starting level: it rises with the margin and the mean; neighbors of any policy are policies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuoguan.choose.policies_numbers import KIND, KINDS, POINT, SEASON, UP_TO, neighbors, numbers_of, policy_of
from tuoguan.choose.policies_start import quantile
from tuoguan.simulate import Policy, PolicyKind

units = st.integers(1, 3_000)


@given(st.floats(0.01, 300.0), st.floats(1.0, 20.0), st.floats(0.001, 0.999))
def test_the_level_is_the_least_that_covers_the_share(mean, ratio, share):
    one = np.ones(1)
    level = int(quantile(mean * one, mean * ratio * one, share * one, (1.0 - share) * one)[0])
    law = stats.poisson(mean) if ratio < 1.0 + 1e-6 else stats.nbinom(mean / (ratio - 1.0), 1.0 / ratio)
    assert law.cdf(level) >= share - 1e-6
    assert level == 0 or law.cdf(level - 1) < share + 1e-6


@given(st.floats(0.01, 2_000.0), st.floats(1.0, 9.0), st.floats(0.01, 0.98), st.floats(0.0, 0.01))
def test_a_higher_share_never_needs_less(mean, ratio, share, more):
    means, variances = np.full(2, mean), np.full(2, mean * ratio)
    margins = np.array([share, share + more])
    low, high = quantile(means, variances, margins, 1.0 - margins)
    assert low <= high


@given(st.sampled_from(list(PolicyKind)), units, units, units, units, st.booleans(), st.floats(0.01, 0.9))
def test_neighbors_of_any_policy_are_policies_of_its_kind(kind, level, point, cap, fast, season, step):
    policy = Policy(kind, level, 7, min(point, level - 1), cap, fast, season)
    _, found = neighbors(np.array(numbers_of(policy)).reshape(1, 1, -1), step)
    for row in found[:, 0]:
        assert KINDS[row[KIND]] is kind and bool(row[SEASON]) is season
        assert (row >= 0).all() and policy_of(row).review_days == 7
        assert kind is PolicyKind.JIT or row[UP_TO] >= 1
        assert row[POINT] <= max(row[UP_TO] - 1, 0)
