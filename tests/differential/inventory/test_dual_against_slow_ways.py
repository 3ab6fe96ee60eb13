"""Two suppliers computed a second time, slowly and without any reduction: dense arrays, and a plain loop over days.

Both keep every order of both suppliers as a separate number and know nothing of positions, overshoot or fast levels.
"""

import itertools
import random
from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from tuoguan.inventory.dual import best_dual, evaluate_dual, optimal_dual
from tuoguan.inventory.instances import Discrete, TwoSuppliers
from tuoguan.inventory.policies import (
    CappedDualIndex,
    Cost,
    DualIndex,
    Improved,
    Policy,
    SingleIndex,
    TailoredBaseSurge,
)

Array = npt.NDArray[np.float64]
STOCK_MAX = 14
FAST_MAX, SLOW_MAX = 5, 4

THREE = Discrete("U{0..2}", np.full(3, 1.0 / 3.0))
LUMPY = Discrete("0 w.p. .5 else U{1..3}", np.array([0.5, 1 / 6, 1 / 6, 1 / 6]))


class Dense:
    """All states [stock, fast orders on the way, slow orders on the way], oldest first, and all orders."""

    def __init__(self, instance: TwoSuppliers) -> None:
        self.instance = instance
        fast, slow = max(0, instance.fast_periods - 1), instance.slow_periods - 1
        self.shape = (2 * STOCK_MAX + 1, *[FAST_MAX + 1] * fast, *[SLOW_MAX + 1] * slow)
        self.index = np.indices(self.shape)
        self.fast, self.slow = self.index[1 : 1 + fast], self.index[1 + fast :]
        self.orders = list(itertools.product(range(FAST_MAX + 1), range(SLOW_MAX + 1)))

    def worth(self, values: Array, fast_units: int, slow_units: int) -> Array:
        """Cost of this period with these orders, and what follows, for every state."""
        given = self.instance
        fast = [*self.fast, np.full(self.shape, fast_units)]
        slow = [*self.slow, np.full(self.shape, slow_units)]
        at_once = fast.pop(0) if given.fast_periods == 0 else 0
        total = np.full(self.shape, given.fast_cost * fast_units + given.slow_cost * slow_units)
        for demand, share in enumerate(given.demand.probability):
            left = self.index[0] - STOCK_MAX + at_once - demand
            arriving = slow[0] + (fast[0] if given.fast_periods else 0)
            stock = np.clip(left + arriving, -STOCK_MAX, STOCK_MAX) + STOCK_MAX
            later = values[(stock, *fast[1 if given.fast_periods else 0 :], *slow[1:])]
            total += share * (np.where(left > 0, given.holding * left, -given.penalty * left) + later)
        return np.asarray(total)

    def settle(self, operator: Callable[[Array], Array]) -> tuple[float, Array]:
        """The average cost and relative values of an operator, to a span of 1e-9."""
        values = np.zeros(self.shape)
        for _ in range(2_000):
            after = operator(values)
            growth = after - values
            if np.ptp(growth) < 1e-9:
                return float(growth.mean()), values
            values = after - after.flat[0]
        raise AssertionError("did not settle")

    def optimum(self) -> float:
        return self.settle(lambda values: np.min([self.worth(values, *order) for order in self.orders], axis=0))[0]

    def follow(self, chosen: npt.NDArray[np.int64]) -> tuple[float, Array]:
        def operator(values: Array) -> Array:
            worths = np.array([self.worth(values, *order) for order in self.orders])
            return np.asarray(np.take_along_axis(worths, chosen[None], axis=0)[0])

        return self.settle(operator)

    def capped_dual_index(self, policy: CappedDualIndex) -> npt.NDArray[np.int64]:
        """The order, by its place, that the policy makes in each state."""
        near = max(0, self.instance.fast_periods)
        seen = self.index[0] - STOCK_MAX + sum(self.fast) + sum(self.slow[:near])
        fast = np.clip(policy.fast_level - seen, 0, FAST_MAX)
        slow = np.clip(policy.slow_level - seen - fast - sum(self.slow[near:]), 0, policy.cap)
        return np.asarray(fast * (SLOW_MAX + 1) + slow)


@pytest.mark.parametrize(
    ("demand", "slow", "fast", "premium"),
    [
        (THREE, 1, 0, 3.0),
        (THREE, 3, 0, 3.0),
        (LUMPY, 2, 0, 4.0),
        (THREE, 2, 1, 2.0),
        (LUMPY, 3, 1, 2.0),
        (THREE, 3, 2, 5.0),
    ],
)
def test_the_optimum_is_that_of_dense_arrays(demand: Discrete, slow: int, fast: int, premium: float) -> None:
    instance = TwoSuppliers(demand, slow, fast, 10.0, 10.0 + premium, 1.0, 12.0)
    cost = optimal_dual(instance)
    assert isinstance(cost, Cost)
    assert cost.value == pytest.approx(Dense(instance).optimum(), abs=1e-7)


@pytest.mark.parametrize(("slow", "fast"), [(3, 0), (3, 1)])
def test_a_policy_and_its_improvement_cost_what_dense_arrays_say(slow: int, fast: int) -> None:
    instance = TwoSuppliers(LUMPY, slow, fast, 0.0, 3.7, 1.0, 11.3)
    policy, dense = CappedDualIndex(2 + fast, 6 + fast, 1), Dense(instance)
    cost, values = dense.follow(dense.capped_dual_index(policy))
    assert evaluate_dual(instance, policy).value == pytest.approx(cost, abs=1e-7)
    better = np.argmin([dense.worth(values, *order) for order in dense.orders], axis=0)
    improved = evaluate_dual(instance, Improved(policy)).value
    assert improved == pytest.approx(dense.follow(better)[0], abs=1e-7)
    assert improved < cost


def _orders(policy: Policy, seen: int, due: int) -> tuple[int, int]:
    """What the policy orders, fast and slow, told in its own words."""
    match policy:
        case SingleIndex(low, high):
            fast = max(0, low - seen - due)
            return fast, max(0, high - seen - due - fast)
        case DualIndex(low, high):
            fast = max(0, low - seen)
            return fast, max(0, high - seen - due - fast)
        case CappedDualIndex(low, high, cap):
            fast = max(0, low - seen)
            return fast, min(cap, max(0, high - seen - due - fast))
        case TailoredBaseSurge(low, units):
            return max(0, low - seen), units
    raise AssertionError(policy)


def _play(instance: TwoSuppliers, policy: Policy, periods: int, seed: int) -> tuple[float, float]:
    """The average cost of a period and its standard error, from 50 stretches of a long run."""
    luck = random.Random(seed)
    drawn = luck.choices(range(len(instance.demand.probability)), instance.demand.probability.tolist(), k=periods)
    fast, slow = deque([0] * instance.fast_periods), deque([0] * instance.slow_periods)
    stock, costs = 0, []
    for demand in drawn:
        fast.append(0)
        slow.append(0)
        stock += fast.popleft() + slow.popleft()
        near = list(slow)[: instance.fast_periods]
        fast_units, slow_units = _orders(policy, stock + sum(fast) + sum(near), sum(slow) - sum(near))
        if instance.fast_periods:
            fast[-1] = fast_units
        else:
            stock += fast_units
        slow[-1] = slow_units
        stock -= demand
        bought = instance.fast_cost * fast_units + instance.slow_cost * slow_units
        costs.append(bought + (instance.holding * stock if stock > 0 else -instance.penalty * stock))
    stretches = np.array(costs[500:]).reshape(50, -1).mean(axis=1)
    return float(stretches.mean()), float(stretches.std(ddof=1)) / 50**0.5


@pytest.mark.parametrize(("slow", "fast"), [(1, 0), (4, 0), (3, 1), (5, 2)])
@pytest.mark.parametrize("kind", [SingleIndex, DualIndex, CappedDualIndex, TailoredBaseSurge])
def test_costs_are_those_of_a_plain_loop_over_days(kind: type, slow: int, fast: int) -> None:
    instance = TwoSuppliers(LUMPY, slow, fast, 2.0, 5.0, 1.0, 9.0)
    found = best_dual(instance, kind)
    seen, error = _play(instance, found.policy, 30_500, seed=slow)
    assert found.cost.value == pytest.approx(seen, abs=4.0 * error)
    assert error < 0.02 * seen


def test_costs_far_from_the_best_are_those_of_a_plain_loop_too() -> None:
    instance = TwoSuppliers(LUMPY, 4, 1, 0.0, 5.0, 1.0, 9.0)
    policies: list[Policy] = [
        SingleIndex(5, 3), SingleIndex(-4, 2), DualIndex(4, 2), DualIndex(-3, 9), CappedDualIndex(1, 30, 1),
        CappedDualIndex(5, 2, 3), TailoredBaseSurge(3, 0),
    ]  # fmt: skip
    for policy in policies:
        seen, error = _play(instance, policy, 30_500, seed=7)
        assert evaluate_dual(instance, policy).value == pytest.approx(seen, abs=4.0 * error)
