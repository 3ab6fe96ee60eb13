"""Lost sales against slow, independent ways: dense value iteration in NumPy, a plain day loop, forward projection."""

import itertools
import math
import random

import numpy as np
import pytest

from tuoguan.inventory import (
    BaseStock,
    CappedBaseStock,
    CappedProjectedInventory,
    CappedReorderUpTo,
    ConstantOrder,
    Improved,
    LostSales,
    Policy,
    ProjectedInventory,
    ReorderMultiples,
    ReorderUpTo,
    demand_of,
    evaluate,
    optimal,
)
from tuoguan.inventory.lost.luck import Luck
from tuoguan.inventory.lost.rules import rule_of

State = tuple[int, ...]
TINY = [
    LostSales(demand_of("U{0..3}"), 0, 1.0, 4.0, 3.0),
    LostSales(demand_of("0: .3, 2: .5, 3: .2"), 1, 1.0, 9.0),
    LostSales(demand_of("0 w.p. .5 else U{1..3}"), 2, 2.0, 7.0),
    LostSales(demand_of("0: .4, 1: .4, 2: .2"), 3, 1.0, 19.0),
    LostSales(demand_of("0: .4, 1: .4, 2: .2"), 2, 1.0, 5.0, 4.0),
]
POLICIES = [
    BaseStock(6), CappedBaseStock(6, 2), ProjectedInventory(2.3), CappedProjectedInventory(2.8, 2),
    ReorderUpTo(2, 5), CappedReorderUpTo(2, 6, 3), ReorderMultiples(3, 2), ConstantOrder(1),
]  # fmt: skip


def _leftover(instance: LostSales, state: State) -> float:
    """Expected units on hand when an order placed now arrives, by listing every course of demand."""
    share = instance.demand.probability
    total = 0.0
    for course in itertools.product(range(len(share)), repeat=instance.lead_periods):
        have, due = state[0], [*state[1:], 0]
        for unit, more in zip(course, due, strict=False):
            have = max(have - unit, 0) + more
        total += have * math.prod(share[unit] for unit in course)
    return total


def _order(instance: LostSales, policy: Policy, state: State) -> int:
    """What the policy's docstring says, word by word."""
    position = sum(state)
    match policy:
        case ConstantOrder(units):
            return units
        case BaseStock(level):
            return max(0, level - position)
        case CappedBaseStock(level, cap):
            return min(cap, max(0, level - position))
        case ProjectedInventory(level):
            return max(0, math.floor(level - _leftover(instance, state) + 1e-9))
        case CappedProjectedInventory(level, cap):
            return min(cap, max(0, math.floor(level - _leftover(instance, state) + 1e-9)))
        case ReorderUpTo(point, level):
            return level - position if position <= point else 0
        case CappedReorderUpTo(point, level, cap):
            return min(cap, level - position) if position <= point else 0
        case ReorderMultiples(point, multiple):
            return next(n * multiple for n in itertools.count() if position + n * multiple > point)
    raise AssertionError(policy)


def _next(instance: LostSales, state: State, order: int, unit: int) -> tuple[State, float]:
    """(next state, cost of the period): the order due today is in the state already, unless the lead time is 0."""
    queue = [*state[1:], order]
    have = state[0]
    if instance.lead_periods == 0:
        have += order
        queue = [0]
    cost = instance.holding * max(have - unit, 0) + instance.penalty * max(unit - have, 0)
    cost += instance.fixed_cost if order > 0 else 0.0
    return (max(have - unit, 0) + queue[0], *queue[1:]), cost


def _dense_optimum(instance: LostSales, most: int, order_max: int) -> float:
    """The least average cost by relative value iteration over a dictionary of states."""
    share = instance.demand.probability
    slots = max(instance.lead_periods, 1)
    states = [s for s in itertools.product(range(most + 1), *[range(order_max + 1)] * (slots - 1)) if sum(s) <= most]
    index = {state: number for number, state in enumerate(states)}
    choices = [(number, order) for number, s in enumerate(states) for order in range(min(order_max, most - sum(s)) + 1)]
    first = np.searchsorted([number for number, _ in choices], np.arange(len(states)))
    moves = np.zeros((len(choices), len(states)))
    costs = np.zeros(len(choices))
    for row, (number, order) in enumerate(choices):
        for unit, part in enumerate(share):
            after, cost = _next(instance, states[number], order, unit)
            moves[row, index[after]] += part
            costs[row] += part * cost
    values = np.zeros(len(states))
    for _ in range(5_000):
        step = np.minimum.reduceat(costs + moves @ values, first) - values
        if np.ptp(step) < 1e-10:
            break
        values += 0.9 * (step - step[0])
    return float(0.5 * (step.min() + step.max()))


@pytest.mark.parametrize("instance", TINY, ids=lambda each: f"{each.demand.text} L{each.lead_periods}")
def test_the_optimum_is_that_of_dense_value_iteration_on_more_states(instance: LostSales) -> None:
    found = optimal(instance)
    assert found is not None
    most, order_max = {0: (20, 20), 1: (16, 10), 2: (13, 8), 3: (11, 4)}[instance.lead_periods]
    assert found.value == pytest.approx(_dense_optimum(instance, most, order_max), rel=1e-7)


def _played(instance: LostSales, policy: Policy, demand: list[int], warmup: int) -> float:
    state: State = (0,) * max(instance.lead_periods, 1)
    orders: dict[State, int] = {}
    total = 0.0
    for period, unit in enumerate(demand):
        if state not in orders:
            orders[state] = _order(instance, policy, state)
        state, cost = _next(instance, state, orders[state], unit)
        total += cost if period >= warmup else 0.0
    return total / (len(demand) - warmup)


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("instance", TINY, ids=lambda each: f"{each.demand.text} L{each.lead_periods}")
def test_a_plain_loop_costs_what_is_computed(instance: LostSales, policy: Policy) -> None:
    """20,000 periods of Python's own luck; 5 standard errors of about 1 % each."""
    units = range(len(instance.demand.probability))
    demand = random.Random(7).choices(units, instance.demand.probability.tolist(), k=20_000)
    exact = evaluate(instance, policy)
    assert exact.method == "exact"
    if math.isinf(exact.value):
        assert isinstance(policy, ConstantOrder)
        assert policy.units >= instance.demand.mean
        return
    assert _played(instance, policy, demand, 100) == pytest.approx(exact.value, rel=0.05)


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("instance", TINY, ids=lambda each: f"{each.demand.text} L{each.lead_periods}")
def test_the_kernel_plays_like_the_plain_loop_to_the_last_digit(instance: LostSales, policy: Policy) -> None:
    luck = Luck(instance, 5, 4_000)
    rule = rule_of(policy)
    cost, error, _ = luck.play(rule)
    row = luck.row.tolist()
    assert cost == pytest.approx(_played(instance, policy, row, len(row) - 4_000), rel=1e-12)
    if rule.projected:
        table = Luck(instance, 5, 4_000, rule.states(instance))
        assert table.play(rule)[0] == pytest.approx(cost, rel=1e-12)
    exact = evaluate(instance, policy).value
    assert math.isinf(exact) or abs(cost - exact) < 5.0 * error + 1e-9


def test_luck_is_the_distribution_it_says() -> None:
    instance = LostSales(demand_of("negbin mean 4 v/m 3"), 1, 1.0, 9.0)
    row = Luck(instance, 1, 200_000).row
    seen = np.bincount(row, minlength=len(instance.demand.probability)) / len(row)
    expected = instance.demand.probability
    error = np.sqrt(expected * (1.0 - expected) / len(row))
    assert np.all(np.abs(seen[:30] - expected[:30]) < 5.0 * error[:30])


def test_where_states_are_too_many_the_cost_is_simulated_and_says_so() -> None:
    instance = LostSales(demand_of("poisson 5"), 30, 1.0, 9.0)
    found = evaluate(instance, CappedBaseStock(150, 6))
    assert found.standard_error > 0.0
    assert found.method.endswith("periods")
    assert optimal(instance) is None
    with pytest.raises(ValueError, match="too many states"):
        evaluate(instance, Improved(CappedBaseStock(150, 6), 1))
