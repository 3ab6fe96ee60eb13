"""Is what has no answer refused, and do the textbook's functions agree with each other where they must."""

import math

import numpy as np
import pytest

from tuoguan.inventory.classic import (
    best_point,
    best_quantity,
    discounted_lot,
    economic_lot,
    evaluate_backlog,
    gamma,
    levels_at_cost,
    lognormal,
    losses,
    lot_with_disruptions,
    lot_with_yield,
    newsvendor,
    newsvendor_with_disruptions,
    normal,
    optimal_backlog,
    poisson,
    quantity_cost,
    uniform,
    wagner_whitin,
)
from tuoguan.inventory.classic.quantity import Stream
from tuoguan.inventory.instances import Backlog, Discrete
from tuoguan.inventory.policies import BaseStock, ConstantOrder, ReorderMultiples, ReorderUpTo

TWOS = Discrete("0 or 2", np.array([0.5, 0.0, 0.5]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: normal(5, 0), "deviation is 0: expected a finite number above 0"),
        (lambda: uniform(3, 3), "width is 0"),
        (lambda: poisson(math.nan), "mean is nan"),
        (lambda: newsvendor(normal(5, 1), 0, 1), "holding is 0"),
        (lambda: newsvendor(normal(5, 1), 1, math.inf), "penalty is inf"),
        (lambda: newsvendor_with_disruptions(10, 1, 1, 0.1, 1.0), "recovery below 1"),
        (lambda: levels_at_cost(normal(50, 8), 0.18, 0.7, 0.3, 0.4, 0.98, 3), "cost is 3: expected at least 16.2"),
        (lambda: economic_lot(8, 0.2, 100, production=90), "production is 90"),
        (lambda: economic_lot(0, 0.2, 100), "fixed_cost is 0"),
        (lambda: discounted_lot(8, 0.3, 10, (0, 5, 5), (3, 2, 1)), "breaks are"),
        (lambda: discounted_lot(8, 0.3, 10, (1, 5), (3, 2)), "breaks are"),
        (lambda: wagner_whitin([1, 2], [1, 1], [1], [0, 0]), "2 periods of demand"),
        (lambda: evaluate_backlog(Backlog(TWOS, 0, 1, 9), ReorderMultiples(3, 4)), "share a divisor"),
        (lambda: evaluate_backlog(Backlog(TWOS, 0, 1, 9), ConstantOrder(1)), "policy is ConstantOrder: expected"),
        (lambda: evaluate_backlog(Backlog(TWOS, 0, 1, 9), ReorderUpTo(3, 3)), "order_up_to - reorder_point is 0"),
        (lambda: optimal_backlog(Backlog(TWOS, 0, 0, 9)), "holding is 0"),
        (lambda: optimal_backlog(Backlog(TWOS, 0, 1, 0, 5)), "penalty is 0"),
        (lambda: optimal_backlog(Backlog(TWOS, 0, 1e-3, 9, 1e9)), "makes orders of .* units, most 20000"),
    ],
)
def test_what_has_no_answer_is_refused(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=said):
        call()


LAWS = [normal(50, 8), lognormal(1.5, 0.9), gamma(0.5, 3), gamma(40, 0.2), uniform(-2, 7), poisson(4), TWOS]


@pytest.mark.parametrize("law", LAWS)
def test_losses_are_each_others_slopes(law) -> None:  # type: ignore[no-untyped-def]
    mean = losses(law, 0).missing - losses(law, 0).left
    for level in (0.7, 3.3, 6.1, 41.7):
        here, step = losses(law, level), 1e-4
        up, down = losses(law, level + step), losses(law, level - step)
        assert here.missing - here.left == pytest.approx(mean - level, rel=1e-10)
        assert (down.missing - up.missing) / (2 * step) == pytest.approx(here.above, abs=1e-6)
        assert (up.left_second - down.left_second) / (2 * step) == pytest.approx(here.left, abs=1e-6)


@pytest.mark.parametrize("law", LAWS[:-1])
def test_no_other_level_costs_less(law) -> None:  # type: ignore[no-untyped-def]
    best = newsvendor(law, 0.8, 3.1)
    for step in (-1, -0.01, 0.01, 1):
        assert newsvendor(law, 0.8, 3.1, best.level + step).cost >= best.cost


def test_special_cases_are_the_plain_ones() -> None:
    plain = economic_lot(8, 0.225, 1300)
    assert lot_with_yield(8, 0.225, 1300) == pytest.approx(plain)
    assert economic_lot(8, 0.225, 1300, 1e12, 1e15) == pytest.approx(plain, rel=1e-9, abs=1e-12)
    assert discounted_lot(8, 0.3, 1300, [0], [0.75])[::2] == pytest.approx((plain.quantity, plain.cost + 0.75 * 1300))
    rare = lot_with_disruptions(8, 0.225, 5, 1300, 1e-9, 50)
    assert (rare.quantity, rare.cost) == pytest.approx((plain.quantity, plain.cost), rel=1e-6)
    sure = newsvendor_with_disruptions(100, 1, 9, 1e-12, 0.5)
    assert sure == pytest.approx((100, 0), abs=1e-6)


def test_a_shorter_way_to_the_best_order_is_not_found_by_trying() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        demand, fixed = random.integers(0, 30, 6), random.integers(1, 60, 6).astype(float)
        holding, unit = random.uniform(0, 2, 6), random.uniform(0, 5, 6)
        orders, cost = wagner_whitin(demand.tolist(), fixed.tolist(), holding.tolist(), unit.tolist())
        assert np.all(np.cumsum(orders) >= np.cumsum(demand)) and sum(orders) == demand.sum()
        least = math.inf
        for mask in range(64):
            starts = [at for at in range(6) if mask >> at & 1]
            tried = [0.0] * 6
            for at, need in enumerate(demand):
                before = [start for start in starts if start <= at]
                if need and not before:
                    break
                if need:
                    tried[before[-1]] += need
            else:
                left = np.cumsum(tried) - np.cumsum(demand)
                least = min(least, fixed[starts].sum() + unit @ tried + holding @ left)
        assert cost == pytest.approx(least)
        left = np.cumsum(orders) - np.cumsum(demand)
        assert cost == pytest.approx(sum(fixed[np.array(orders) > 0]) + unit @ orders + holding @ left)


def test_no_other_r_or_q_costs_less() -> None:
    stream = Stream(poisson(6), 12, 4, 28, 4)
    (r, q), cost = best_quantity(stream)
    assert cost == pytest.approx(min(quantity_cost(stream, (i, j)) for i in range(-3, 14) for j in range(1, 20)))  # type: ignore[arg-type]
    assert quantity_cost(stream, (r, q)) == pytest.approx(cost)  # type: ignore[arg-type]
    stream = Stream(normal(108, 43), 1300, 0.225, 7.5, 8)
    best = quantity_cost(stream, (best_point(stream, 300), 300))  # type: ignore[arg-type]
    assert all(quantity_cost(stream, (best_point(stream, 300) + step, 300)) > best for step in (-1, 1))  # type: ignore[arg-type]


def test_where_nothing_is_wanted() -> None:
    nothing = Backlog(Discrete("nothing", np.ones(1)), 2, 1, 9, 5)
    assert optimal_backlog(nothing).policy == BaseStock(0)
    assert evaluate_backlog(nothing, ReorderUpTo(1, 4)).value == 4.0
