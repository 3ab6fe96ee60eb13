"""Two suppliers: what can be said by hand, what is counted where states are too many, and what is refused."""

import numpy as np
import pytest

from tuoguan.inventory.dual import best_dual, evaluate_dual, optimal_dual
from tuoguan.inventory.dual.costs import index_cost, is_solvable
from tuoguan.inventory.dual.kernels import count_overshoot
from tuoguan.inventory.dual.model import model_of
from tuoguan.inventory.dual.rules import Levels, grid_of, levels_of, rule_of
from tuoguan.inventory.dual.values import Board
from tuoguan.inventory.instances import Discrete, TwoSuppliers
from tuoguan.inventory.orders.kernels import capped, fast_order, order_up_to, reorder, slow_order
from tuoguan.inventory.policies import (
    BaseStock,
    CappedDualIndex,
    DualIndex,
    Improved,
    Policy,
    SingleIndex,
    TailoredBaseSurge,
)

FIVE = Discrete("U{0..4}", np.full(5, 0.2))
COIN = Discrete("0 w.p. .5 else 2", np.array([0.5, 0.0, 0.5]))


def _instance(demand: Discrete = FIVE, slow: int = 3, fast: int = 0, premium: float = 10.0) -> TwoSuppliers:
    return TwoSuppliers(demand, slow, fast, 100.0, 100.0 + premium, 5.0, 495.0)


def test_order_rules_give_the_units_they_say() -> None:
    assert [order_up_to(position, 7) for position in (-2, 6, 7, 9)] == [9, 1, 0, 0]
    assert [capped(units, 3) for units in (0, 3, 8)] == [0, 3, 3]
    assert [reorder(position, 2, 10) for position in (-1, 2, 3)] == [11, 8, 0]
    assert [fast_order(position, 4) for position in (1, 4, 5)] == [3, 0, 0]
    assert [slow_order(5, 9, cap) for cap in (0, 2, 6)] == [4, 2, 4]
    assert slow_order(9, 9, 2) == slow_order(12, 9, 0) == 0


def test_demand_that_never_changes_costs_its_purchase_from_the_slow_supplier() -> None:
    always = Discrete("2", np.array([0.0, 0.0, 1.0]))
    cost = optimal_dual(_instance(always))
    assert cost is not None
    assert cost.value == pytest.approx(200.0, abs=1e-6)
    assert best_dual(_instance(always)).cost.value == pytest.approx(200.0, abs=1e-6)


def test_one_position_for_both_is_independent_orders() -> None:
    # Lead 1 against 0, levels one apart, demand 0 or 2: the slow order is 0 or 1, the fast one the rest; after both the
    # fast position is 3 or 2, and demand leaves 3, 1, 2 or 0 with equal chances.
    instance = TwoSuppliers(COIN, 1, 0, 0.0, 4.0, 1.0, 9.0)
    assert evaluate_dual(instance, SingleIndex(2, 3)).value == pytest.approx(4.0 * 0.5 + (3 + 1 + 2 + 0) / 4)


def test_a_constant_order_makes_a_walk_with_a_wall() -> None:
    # One unit arrives, 0 or 3 leave with chances .5: o' = (o + 1 - d)+. Its shares obey s_j = .5 s_(j-1) + .5 s_(j+2),
    # so they fall by the root of x = .5 + .5 x^3 below 1: the golden ratio.
    demand = Discrete("0 w.p. .5 else 3", np.array([0.5, 0.0, 0.0, 0.5]))
    instance = TwoSuppliers(demand, 4, 0, 0.0, 2.0, 1.0, 1.0)
    root = (5.0**0.5 - 1.0) / 2.0
    over = np.arange(200)
    share = (1 - root) * root**over
    left = 0.5 * (3 + over) + 0.5 * over
    cost = 2.0 * 0.5 + share @ left
    assert evaluate_dual(instance, TailoredBaseSurge(3, 1)).value == pytest.approx(cost, abs=1e-9)


@pytest.mark.parametrize("policy", [SingleIndex(4, 7), DualIndex(4, 9), TailoredBaseSurge(4, 1)])
def test_a_closed_form_equals_the_relative_values_of_all_states(policy: Policy) -> None:
    model = model_of(_instance())
    levels = levels_of(policy, model)
    board = Board(model, grid_of(levels, model, margin=1))
    found = board.values(rule_of(levels, board))
    assert found.is_settled
    cost = index_cost(model, levels)
    assert cost.value - model.unavoidable == pytest.approx(found.least, abs=1e-7)


def test_what_is_counted_on_paths_is_near_what_is_exact_and_says_how_near(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = CappedDualIndex(4, 10, 2)
    exact = evaluate_dual(_instance(), policy)
    monkeypatch.setattr("tuoguan.inventory.dual.costs.WORK_MAX", 0.0)
    monkeypatch.setattr("tuoguan.inventory.dual.costs.is_solvable", lambda *_: False)
    counted = evaluate_dual(_instance(), policy)
    assert exact.standard_error == 0.0 < counted.standard_error
    assert counted.value == pytest.approx(exact.value, abs=4.0 * counted.standard_error)
    assert counted.method == "64 paths of 32768 periods"
    assert optimal_dual(_instance()) is None


def test_too_many_states_are_counted_and_have_no_optimum() -> None:
    instance = _instance(slow=60)
    model = model_of(instance)
    assert not is_solvable(model, Levels(4, 60, 3))
    assert optimal_dual(instance) is None
    found = best_dual(instance)
    assert 0.0 < found.cost.standard_error < 0.01 * (found.cost.value - 200.0)
    assert found.cost == evaluate_dual(instance, found.policy)


def test_the_compiled_path_is_the_written_one() -> None:
    demand = np.array([1, 4, 0, 2, 3, 3, 0, 1] * 8)
    for gap, cap, lead in [(6, 2, 3), (4, 0, 1), (0, 1, 2)]:
        compiled, written = np.zeros(8, np.int64), np.zeros(8, np.int64)
        bought = count_overshoot(demand, gap, cap, lead, 5, compiled)
        assert bought == count_overshoot.py_func(demand, gap, cap, lead, 5, written)
        assert compiled.tolist() == written.tolist()
        assert compiled.sum() == len(demand) - 5


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (CappedDualIndex(4, 7, 0), "cap is 0: expected a whole number from 1"),
        (CappedDualIndex(4, 7, -1), "cap is -1"),
        (TailoredBaseSurge(4, 2), "slow_units is 2: expected less than the mean demand 2"),
        (TailoredBaseSurge(4, -1), "slow_units is -1"),
        (DualIndex(4, 10**7), "slow_level is 10000000"),
        (DualIndex(-(10**7), 4), "fast_level is -10000000"),
        (Improved(DualIndex(4, 7), 0), "steps is 0: expected a whole number from 1"),
        (BaseStock(4), "BaseStock is no policy for two suppliers"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(policy: Policy, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        evaluate_dual(_instance(), policy)


def test_a_constant_order_that_all_but_equals_demand_is_refused_and_not_searched_for() -> None:
    instance = _instance(Discrete("a hair above 1", np.array([0.5 - 1e-9, 0.0, 0.5 + 1e-9])))
    with pytest.raises(ValueError, match="slow_units is 1: expected farther below the mean demand 1, as stock hardly"):
        evaluate_dual(instance, TailoredBaseSurge(4, 1))
    assert best_dual(instance, TailoredBaseSurge).policy == TailoredBaseSurge(2, 0)


def test_a_kind_that_is_not_searched_for_is_refused() -> None:
    with pytest.raises(ValueError, match="kind is BaseStock: expected one of SingleIndex, DualIndex"):
        best_dual(_instance(), BaseStock)


def test_demand_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="'nothing': expected more than 0 units"):
        optimal_dual(_instance(Discrete("nothing", np.array([1.0, 0.0]))))


def test_improvement_of_too_many_states_is_refused() -> None:
    with pytest.raises(ValueError, match="steps is 1: expected none, as the states are too many"):
        evaluate_dual(_instance(slow=60), Improved(CappedDualIndex(4, 60, 3)))
