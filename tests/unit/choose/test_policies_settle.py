"""Ranking and selection: the statistics are right, and the stated confidence is kept on data whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from tuoguan.choose.policies_settle import against_best, leaders, paired, ranks, settled, student_quantile


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 15, 31, 255])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.975, 0.99999])
def test_students_quantile_is_scipys(freedom, share):
    assert student_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-9)


def test_a_paired_difference_is_taken_path_by_path_and_mirrored_paths_count_once():
    better = np.array([[3.0, 5.0, 4.0, 4.0]])
    mean, error = paired(better, better - np.array([[1.0, 3.0, 2.0, 4.0]]))
    assert mean == pytest.approx([2.5])
    assert error == pytest.approx([np.std([2.0, 3.0], ddof=1) / np.sqrt(2)])


def test_leaders_and_ranks_break_ties_by_size():
    part, mean, size = np.array([0, 0, 1, 1, 1]), np.array([2.0, 2.0, 1.0, 5.0, 3.0]), np.array([9, 4, 1, 1, 1])
    assert leaders(part, mean, size).tolist() == [1, 3]
    assert ranks(part, mean, size).tolist() == [1, 0, 2, 0, 1]


def test_not_selling_leads_a_group_that_only_loses():
    profit = np.array([[-1.0, -2.0, -3.0, -2.0], [-9.0, -9.0, -8.0, -8.0]])
    leader, lead, _ = against_best(np.zeros(2, np.int64), profit, np.ones(2, np.int64))
    assert leader.tolist() == [-1, -1] and lead == pytest.approx([2.0, 8.5])


def test_a_clear_group_is_settled_and_an_even_one_is_not():
    luck = np.random.default_rng(5).normal(0.0, 10.0, 32)
    own = np.random.default_rng(6).normal(0.0, 3.0, (2, 32))
    clear = np.array([100.0, 50.0])[:, None] + luck + own
    even = np.array([100.0, 99.9])[:, None] + luck + own
    group, size, doubt = np.zeros(2, np.int64), np.ones(2, np.int64), 0.05
    fine, behind = settled(group, clear, size, doubt, np.full(2, 0.5))
    assert fine.all() and behind.tolist() == [False, True]
    fine, _ = settled(group, even, size, doubt, np.full(2, 0.5))
    assert not fine.any()
    fine, _ = settled(group, even, size, doubt, np.full(2, 20.0))
    assert fine.all(), "nobody minds a difference below the indifferent amount"


def test_the_pick_is_within_the_indifferent_amount_as_often_as_was_asked():
    """400 groups of three options, truth known: of those settled at 90 %, at most 10 % miss by more than 2."""
    random, groups = np.random.default_rng(11), 400
    truth = 50.0 + random.normal(0.0, 4.0, (groups, 3))
    profit = truth[:, :, None] + random.normal(0.0, 30.0, (groups, 1, 64)) + random.normal(0.0, 8.0, (groups, 3, 64))
    group = np.repeat(np.arange(groups), 3)
    flat = profit.reshape(-1, 64)
    fine, _ = settled(group, flat, np.ones(len(group), np.int64), 0.1, np.full(len(group), 2.0))
    pick = flat.mean(axis=1).reshape(groups, 3).argmax(axis=1)
    missed = truth.max(axis=1) - truth[np.arange(groups), pick] > 2.0
    sure = fine.reshape(groups, 3)[:, 0]
    assert 50 < sure.sum() < groups
    assert missed[sure].mean() <= 0.1
    assert missed[~sure].mean() > missed[sure].mean()
