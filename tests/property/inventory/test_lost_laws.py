"""Laws of lost sales on random instances: bounds, improvement, scale, and no policy below the optimum."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoguan.inventory import (
    CappedBaseStock,
    CappedProjectedInventory,
    Improved,
    LostSales,
    best_policy,
    demand_of,
    evaluate,
    optimal,
)
from tuoguan.inventory.lost.exact import _least, whole_states

demands = st.one_of(
    st.builds("poisson {:.3f}".format, st.floats(0.2, 4.0)),
    st.builds("geometric mean {:.3f}".format, st.floats(0.2, 3.0)),
    st.builds("negbin mean {:.3f} v/m {:.3f}".format, st.floats(0.3, 3.0), st.floats(1.1, 4.0)),
    st.builds("U{{{}..{}}}".format, st.integers(0, 2), st.integers(3, 6)),
    st.builds("0 w.p. {:.3f} else U{{1..5}}".format, st.floats(0.05, 0.9)),
)
instances = st.builds(
    LostSales,
    st.builds(demand_of, demands),
    st.integers(0, 3),
    st.floats(0.2, 3.0),
    st.floats(1.0, 60.0),
)


@settings(max_examples=40)
@given(instances)
def test_wider_bounds_on_orders_do_not_lower_the_optimum(instance: LostSales) -> None:
    """Without a fixed cost the bounds are a theorem (Zipkin 2008); this looks whether we took the right one."""
    narrow = _least(instance, whole_states(instance))
    wide = _least(instance, whole_states(instance, 1.4))
    assert narrow == pytest.approx(wide, rel=1e-7)


@settings(max_examples=40)
@given(instances, st.integers(0, 20), st.integers(1, 6), st.floats(0.0, 9.0))
def test_no_policy_is_below_the_optimum_and_a_step_never_makes_it_dearer(
    instance: LostSales, level: int, cap: int, projected: float
) -> None:
    least = optimal(instance)
    assert least is not None
    for policy in (CappedBaseStock(level, cap), CappedProjectedInventory(projected, cap)):
        costs = [evaluate(instance, Improved(policy, steps)).value for steps in range(3)]
        assert costs[0] == pytest.approx(evaluate(instance, policy).value, rel=1e-6)
        assert costs[0] >= costs[1] * (1.0 - 1e-7)
        assert costs[1] >= costs[2] * (1.0 - 1e-7)
        assert costs[2] >= least.value * (1.0 - 1e-7)


@settings(max_examples=15)
@given(instances, st.floats(0.1, 30.0))
def test_twice_the_prices_is_twice_the_cost(instance: LostSales, factor: float) -> None:
    dear = LostSales(
        instance.demand, instance.lead_periods, factor * instance.holding, factor * instance.penalty
    )  # fmt: skip
    one, other = optimal(instance), optimal(dear)
    assert one is not None
    assert other is not None
    assert other.value == pytest.approx(factor * one.value, rel=1e-6)


@settings(max_examples=15)
@given(instances)
def test_the_optimum_rises_with_lead_time_and_with_a_fixed_cost(instance: LostSales) -> None:
    later = LostSales(instance.demand, instance.lead_periods + 1, instance.holding, instance.penalty)
    fixed = LostSales(instance.demand, instance.lead_periods, instance.holding, instance.penalty, 1.0)
    costs = [optimal(each) for each in (instance, later, fixed)]
    values = [each.value for each in costs if each is not None]
    assert len(values) == 3
    assert values[0] <= values[1] * (1.0 + 1e-7)
    assert values[0] <= values[2] * (1.0 + 1e-7)


@settings(max_examples=5)
@given(instances)
def test_the_search_is_repeatable_and_near_the_optimum(instance: LostSales) -> None:
    found, again = best_policy(instance), best_policy(instance)
    assert (found.policy, found.cost, found.tried) == (again.policy, again.cost, again.tried)
    least = optimal(instance)
    assert least is not None
    assert least.value * (1.0 - 1e-7) <= found.cost.value <= 1.03 * least.value
    assert best_policy(instance, Improved).cost.value <= 1.002 * least.value
