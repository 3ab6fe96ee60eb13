"""Is what cannot be summed refused by name, value and range, and do single numbers and arrays mean the same."""

import re

import numpy as np
import pytest

from tuoguan.inventory.closed import base_stock_levels, loss, newsvendor_levels, reorder_levels


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mean": -0.1}, "mean is -0.1 at 0: expected a number from 0 to 100000"),
        ({"mean": [1.0, np.nan]}, "mean is nan at 1: expected a number from 0 to 100000"),
        ({"mean": 2e5}, "mean is 200000 at 0"),
        ({"dispersion": 0.99}, "dispersion is 0.99 at 0: expected a number from 1 to 10000"),
        ({"dispersion": np.inf}, "dispersion is inf at 0"),
        ({"underage": -1.0}, "underage is -1 at 0: expected a number from 0 to 1e+12"),
        ({"overage": 0.0}, "overage is 0 at 0: expected a number from 1e-09 to 1e+12"),
        ({"underage": 1e10, "overage": 1.0}, "underage / overage is 1e+10 at 0: expected a number from 0 to 1e+09"),
        ({"mean": [1.0, 2.0], "overage": [1.0, 1.0, 1.0]}, "lengths do not fit: mean (2,), dispersion (1,)"),
        ({"mean": [[1.0, 2.0]]}, "lengths do not fit: mean (1, 2)"),
        ({"mean": "many"}, "mean is 'many': expected numbers"),
    ],
)
def test_a_newsvendor_that_cannot_be(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        newsvendor_levels(**({"mean": 1.0, "dispersion": 1.0, "underage": 1.0, "overage": 1.0} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lead_periods": -1}, "lead_periods is -1 at 0: expected a number from 0 to 200"),
        ({"lead_periods": 99, "mean": 1e4}, "mean over lead_periods + 1 is 1e+06 at 0"),
        ({"fixed_cost": -3.0}, "fixed_cost is -3 at 0"),
        ({"penalty": 0.0}, "penalty is 0 at 0: expected a number from 1e-09 to 1e+12"),
        ({"fixed_cost": 1e10}, "the order that fixed_cost makes economic is 149071 at 0: expected a number from 0"),
    ],
)
def test_an_order_that_cannot_be(given: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        reorder_levels(
            **({"mean": 1.0, "dispersion": 1.0, "penalty": 9.0, "holding": 1.0, "fixed_cost": 5.0} | given)  # type: ignore[arg-type]
        )


def test_a_level_is_whole() -> None:
    with pytest.raises(ValueError, match=re.escape("level is 2.5: expected whole units")):
        loss([1, 2.5], 3.0, 1.0)


def test_nothing_wanted_is_nothing_stocked() -> None:
    assert [part.tolist() for part in newsvendor_levels(0.0, 1.0, 9.0, 1.0)] == [[0], [0.0]]
    assert [part.tolist() for part in reorder_levels(0.0, 3.0, 9.0, 1.0, 5.0)] == [[-1], [0], [0.0]]
    assert loss([0, 4, -3], 0.0, 1.0).tolist() == [0.0, 0.0, 3.0]


def test_what_costs_nothing_to_miss_is_not_stocked() -> None:
    level, cost = newsvendor_levels([0.5, 300.0], 1.5, 0.0, 1.0)
    assert level.tolist() == [0, 0] and cost == pytest.approx([0.0, 0.0], abs=1e-9)


def test_no_products_have_no_levels() -> None:
    assert [len(part) for part in reorder_levels([], [], [], [], [])] == [0, 0, 0]
    assert [len(part) for part in base_stock_levels([], [], [], [])] == [0, 0]


def test_single_numbers_stand_for_every_product() -> None:
    means = [0.5, 5.0, 50.0]
    together = base_stock_levels(means, 1.5, 9.0, 1.0, 2)
    alone = [base_stock_levels(mean, 1.5, 9.0, 1.0, 2) for mean in means]
    assert together[0].tolist() == [int(level[0]) for level, _ in alone]
    assert together[1].tolist() == [float(cost[0]) for _, cost in alone]


def test_no_fixed_cost_means_base_stock() -> None:
    means = np.array([0.2, 4.0, 80.0])
    level, cost = base_stock_levels(means, 2.0, 9.0, 1.0, 3)
    s, up_to, same = reorder_levels(means, 2.0, 9.0, 1.0, 0.0, 3)
    assert up_to.tolist() == level.tolist() and s.tolist() == (level - 1).tolist()
    assert same == pytest.approx(cost, rel=1e-10)


def test_more_to_lose_never_means_less_stock() -> None:
    penalty = np.geomspace(0.01, 1e6, 200)
    level, cost = newsvendor_levels(7.3, 2.2, penalty, 1.0)
    assert np.all(np.diff(level) >= 0) and np.all(np.diff(cost) > 0)
    fixed = np.linspace(0.0, 500.0, 200)
    s, up_to, cost = reorder_levels(7.3, 2.2, 9.0, 1.0, fixed, 2)
    assert np.all(np.diff(up_to - s) >= 0) and np.all(np.diff(cost) > 0)
