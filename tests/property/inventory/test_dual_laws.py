"""Laws of two suppliers that hold for every instance: who can be dearer than whom, and what a change can never do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoguan.inventory.dual import best_dual, evaluate_dual, optimal_dual
from tuoguan.inventory.instances import Discrete, TwoSuppliers
from tuoguan.inventory.policies import CappedDualIndex, DualIndex, Improved, SingleIndex, TailoredBaseSurge

KINDS = (SingleIndex, DualIndex, CappedDualIndex, TailoredBaseSurge, Improved)
NEAR = 1e-7


@st.composite
def _instances(draw: st.DrawFn) -> TwoSuppliers:
    weights = draw(
        st.lists(st.integers(0, 6), min_size=2, max_size=5).filter(lambda found: np.count_nonzero(found) > 1)
    )
    fast = draw(st.integers(0, 2))
    slow = fast + draw(st.integers(1, 3))
    slow_cost, premium = draw(st.sampled_from([0.0, 7.0])), draw(st.sampled_from([0.5, 2.0, 6.0]))
    penalty = draw(st.sampled_from([3.0, 9.0, 40.0]))
    share = np.array(weights) / sum(weights)
    return TwoSuppliers(Discrete(str(weights), share), slow, fast, slow_cost, slow_cost + premium, 1.0, penalty)


def _optimum(instance: TwoSuppliers) -> float:
    cost = optimal_dual(instance)
    assert cost is not None
    return cost.value


def _with(instance: TwoSuppliers, **changes: float) -> TwoSuppliers:
    names = ("demand", "slow_periods", "fast_periods", "slow_cost", "fast_cost", "holding", "penalty")
    return TwoSuppliers(**{name: getattr(instance, name) for name in names} | changes)


@given(_instances())
@settings(max_examples=30)
def test_the_optimum_is_below_every_policy_and_a_larger_class_is_never_dearer(instance: TwoSuppliers) -> None:
    optimum = _optimum(instance)
    cost = {kind: best_dual(instance, kind).cost.value for kind in KINDS}
    assert min(cost.values()) >= optimum - NEAR
    assert cost[CappedDualIndex] <= cost[DualIndex] + NEAR
    assert cost[Improved] <= cost[CappedDualIndex] + NEAR
    assert optimum >= instance.slow_cost * instance.demand.mean - NEAR


@given(_instances())
@settings(max_examples=20)
def test_dearer_and_slower_is_never_cheaper(instance: TwoSuppliers) -> None:
    optimum = _optimum(instance)
    assert _optimum(_with(instance, fast_cost=instance.fast_cost + 1.0)) >= optimum - NEAR
    assert _optimum(_with(instance, penalty=instance.penalty + 5.0)) >= optimum - NEAR
    assert _optimum(_with(instance, slow_periods=instance.slow_periods + 1)) >= optimum - NEAR


@given(_instances(), st.sampled_from([0.25, 3.0]), st.sampled_from([1.0, 50.0]))
@settings(max_examples=20)
def test_costs_keep_their_unit_and_a_dearer_product_costs_its_demand(
    instance: TwoSuppliers, factor: float, more: float
) -> None:
    optimum = _optimum(instance)
    names = ("slow_cost", "fast_cost", "holding", "penalty")
    scaled = _with(instance, **{name: factor * getattr(instance, name) for name in names})
    assert _optimum(scaled) == pytest.approx(factor * optimum, rel=1e-8, abs=1e-8)
    dearer = _with(instance, slow_cost=instance.slow_cost + more, fast_cost=instance.fast_cost + more)
    assert _optimum(dearer) == pytest.approx(optimum + more * instance.demand.mean, rel=1e-8, abs=1e-8)


@given(_instances(), st.integers(-3, 8), st.integers(0, 6), st.integers(1, 4))
@settings(max_examples=30)
def test_a_cap_that_never_binds_is_none_and_steps_never_make_it_worse(
    instance: TwoSuppliers, level: int, gap: int, cap: int
) -> None:
    policy = CappedDualIndex(level, level + gap, cap)
    cost = evaluate_dual(instance, policy).value
    first, second = (evaluate_dual(instance, Improved(policy, steps)).value for steps in (1, 2))
    assert _optimum(instance) - NEAR <= second <= first + NEAR <= cost + 2 * NEAR
    if cap >= len(instance.demand.probability) - 1:
        assert cost == pytest.approx(evaluate_dual(instance, DualIndex(level, level + gap)).value, abs=NEAR)
