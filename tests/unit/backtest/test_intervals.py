"""The bootstrap against the normal law where that is right, and its dependence on families."""

import numpy as np
import pytest

from tuoguan.backtest.intervals import of_market_mean, of_sum

GAIN = np.random.default_rng(5).normal(10.0, 40.0, 400)


def test_with_a_family_each_it_is_the_normal_interval():
    found = of_sum(GAIN, tuple(map(str, range(400))), 1)
    half = 1.96 * GAIN.std() * np.sqrt(400)
    assert found.value == pytest.approx(GAIN.sum())
    assert found.low == pytest.approx(GAIN.sum() - half, abs=0.1 * half)
    assert found.high == pytest.approx(GAIN.sum() + half, abs=0.1 * half)


def test_products_that_share_their_luck_widen_it():
    twins = np.repeat(GAIN[:200], 2)
    alone = of_sum(twins, tuple(map(str, range(400))), 1)
    together = of_sum(twins, tuple(str(at // 2) for at in range(400)), 1)
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(np.sqrt(2), rel=0.1)


def test_neither_order_nor_seed_of_others_changes_it():
    family = tuple(str(at // 3) for at in range(400))
    order = np.random.default_rng(1).permutation(400)
    plain, mixed = of_sum(GAIN, family, 7), of_sum(GAIN[order], tuple(family[at] for at in order), 7)
    assert mixed.low == pytest.approx(plain.low) and mixed.high == pytest.approx(plain.high)
    assert of_sum(GAIN, family, 8) != plain


def test_markets_count_alike_however_large():
    """A large market that gains 1 % and a small one that loses 3 %: -1 % on average."""
    value = np.array([10_000.0, 100.0])
    found = of_market_mean(np.array([100.0, -3.0]), value, ("US", "UK"), ("a", "b"), 1)
    assert found.value == pytest.approx(-0.01)
    assert of_market_mean(np.array([100.0, -3.0]), value, ("US", "US"), ("a", "b"), 1).value == pytest.approx(
        97 / 10_100
    )


def test_nothing_gained_is_nothing_gained():
    found = of_sum(np.zeros(5), ("a", "b", "c", "d", "e"), 1)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
