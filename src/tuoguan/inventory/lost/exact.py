"""Exact cost of policies and of the best there is, by relative value iteration with bounds.

Hides sweeps and stopping. Keeps the invariant that every cost handed back lies between two proven bounds less than
``PRECISION`` of it apart: the least and the greatest change of a sweep bound the average cost (Odoni 1969), which the
mean over n periods does not.
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import LostSales
from tuoguan.inventory.lost.kernels import Orders, improve, value
from tuoguan.inventory.lost.rules import Rule
from tuoguan.inventory.lost.states import Demand, States, period_cost

PRECISION = 1e-8
SWEEPS_MIN, SWEEPS_MAX, WORK_MAX = 2_000, 1_000_000, 400_000_000
CHOICES_MAX = 40_000_000
WIDER = 1.25


@dataclass(frozen=True)
class Solver:
    """An instance on a set of states: everything the sweeps read."""

    instance: LostSales
    states: States
    demand: Demand
    cost: Floats

    @staticmethod
    def of(instance: LostSales, states: States) -> "Solver":
        return Solver(instance, states, Demand.of(instance.demand), period_cost(instance, states.position_max))

    def value(self, orders: Orders, values: Floats, precision: float = PRECISION, most: int = 0) -> float:
        """Average cost of a policy; ``values`` become its relative values. NaN where ``most`` sweeps do not do.

        0 is as many as `WORK_MAX` allows: orders for many periods at once take thousands, on few states.
        """
        states, demand = self.states, self.demand
        most = most or max(SWEEPS_MIN, min(SWEEPS_MAX, WORK_MAX // states.count))
        tolerance = precision * self.scale
        low, top, _ = value(
            values, orders, states.lead, states.base, states.start, states.limit, demand.reverse, demand.tail,
            self.cost, self.instance.fixed_cost, tolerance, most,
        )  # fmt: skip
        return float(0.5 * (low + top)) if top - low <= tolerance else math.nan

    def improve(self, orders: Orders, values: Floats, near: int = -1) -> tuple[float, float, int]:
        """Makes ``orders`` best against ``values``; bounds on the least cost, and how many orders changed."""
        states, demand = self.states, self.demand
        return improve(
            values, orders, states.lead, states.base, states.position_max, states.start, states.limit,
            demand.reverse, demand.tail, self.cost, self.instance.fixed_cost, near,
        )  # fmt: skip

    @property
    def scale(self) -> float:
        """The least cost of a period, for tolerances; where it is nearly nothing, a millionth of a period's prices."""
        prices = max(self.instance.holding, self.instance.penalty) * max(self.demand.mean, 1.0)
        return max(float(self.cost.min()), 1e-6 * prices, 1e-12)


def cost_of(instance: LostSales, rule: Rule) -> float | None:
    """Average cost of a rule; None where its states are too many, or it has no one average (it never settles)."""
    states = rule.states(instance)
    if not states.fit:
        return None
    solver = Solver.of(instance, states)
    leftover = states.leftover(solver.demand) if rule.projected else np.empty(0)
    cost = solver.value(rule.orders(states, leftover), np.zeros(states.count))
    return None if math.isnan(cost) else cost


def improved_cost(instance: LostSales, rule: Rule, steps: int) -> float | None:
    """Average cost after ``steps`` exact policy improvements on a rule; None where the states are too many."""
    least, own = whole_states(instance), rule.states(instance)
    states = States(
        least.lead, max(least.order_max, own.order_max), max(least.position_max, own.position_max)
    )  # fmt: skip
    if not states.fit or states.choices > CHOICES_MAX:
        return None
    solver = Solver.of(instance, states)
    orders = rule.orders(states, states.leftover(solver.demand) if rule.projected else np.empty(0))
    values = np.zeros(states.count)
    cost = solver.value(orders, values)
    for _ in range(steps):
        solver.improve(orders, values)
        cost = solver.value(orders, values)
    return None if math.isnan(cost) else cost


def whole_states(instance: LostSales, wider: float = 1.0) -> States:
    """A set of states that holds an optimal policy.

    Without a fixed cost: the position never exceeds the newsvendor level of lead + 1 periods, nor an order that of one
    (Zipkin 2008, "On the structure of lost-sales inventory models": bounds by vector base stock). With one, a batch
    more; `optimal_cost` solves wider until nothing changes.
    """
    most = covering(instance.demand.probability, instance.lead_periods + 1, instance)
    order = covering(instance.demand.probability, 1, instance)
    if instance.fixed_cost > 0.0:
        mean = instance.demand.mean
        batch = math.sqrt(2.0 * instance.fixed_cost * mean / max(instance.holding, 1e-9)) * wider
        most, order = most + math.ceil(1.5 * batch), order + math.ceil(1.5 * batch)
    elif wider > 1.0:
        most, order = math.ceil(most * wider) + 1, math.ceil(order * wider) + 1
    return States(instance.lead_periods, min(order, most) if instance.lead_periods else most, most)


def covering(share: Floats, periods: int, instance: LostSales) -> int:
    """The newsvendor level of the demand of ``periods`` periods at ratio penalty / (penalty + holding)."""
    total = np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, share)
    return quantile(total, instance.penalty / max(instance.penalty + instance.holding, 1e-300))


def quantile(share: Floats, ratio: float) -> int:
    """The least units that cover demand with probability ``ratio``."""
    return min(int(np.searchsorted(np.cumsum(share), ratio - 1e-12)), len(share) - 1)


def optimal_cost(instance: LostSales) -> float | None:
    """The least average cost; None where there are too many states or no convergence."""
    cost = _least(instance, whole_states(instance))
    wider = WIDER
    while cost is not None and instance.fixed_cost > 0.0:
        again = _least(instance, whole_states(instance, wider))
        if again is None or cost - again <= 10.0 * PRECISION * cost:
            return again  # None: whether the bounds bind could not be seen
        cost, wider = again, wider * WIDER
    return cost


def _least(instance: LostSales, states: States) -> float | None:
    """The least average cost on these states: sweeps of a policy and improvements near it by turns, a full one last."""
    if not states.fit or states.choices > CHOICES_MAX:
        return None
    solver = Solver.of(instance, states)
    orders = Rule(states.position_max, states.order_max).orders(states, np.empty(0))
    values = np.zeros(states.count)
    near = 1 if instance.fixed_cost == 0.0 else -1
    tolerance = PRECISION * solver.scale
    for _ in range(400):
        solver.value(orders, values, precision=PRECISION / 10.0, most=12)
        low, top, changed = solver.improve(orders, values, near)
        if top - low <= tolerance or changed == 0:
            solver.value(orders, values, precision=PRECISION / 10.0, most=200)
            low, top, _ = solver.improve(orders, values)
            if top - low <= tolerance:
                return float(0.5 * (low + top))
    return None
