"""Stock that is counted every period, with backlog: exact costs, and the best (s, S) or base stock.

Hides the demand of the lead time and the renewal sums. Keeps the invariant that nothing is simulated. G(y) is the
expected cost of the period in which an order placed now arrives, at an inventory position of y after ordering.
"""

import math

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.classic.laws import require_positive
from tuoguan.inventory.closed.kernels import best_reorder, cycle_cost, fill_costs, renew
from tuoguan.inventory.instances import Backlog
from tuoguan.inventory.policies import BaseStock, Cost, Found, Policy, ReorderMultiples, ReorderUpTo

SPAN_MAX, ORDER_MAX = 100_000, 20_000
NEGLIGIBLE = 1e-18
PENALTY_LEAST = 1e-9


def optimal_backlog(instance: Backlog) -> Found:
    """The optimal policy and its exact cost: base stock, or (s, S) when an order has a fixed cost.

    (s, S) is optimal among all policies (Scarf 1960); found by Zheng & Federgruen (1991). Poisson 10, K = 64, h = 1,
    p = 9: (6, 40) at 35.022. ValueError where no policy is best: nothing is held or nothing missed at no cost.
    """
    for name, value in (("holding", instance.holding), ("penalty", instance.penalty)):
        if value < PENALTY_LEAST:
            raise ValueError(
                f"{name} is {value}: expected at least {PENALTY_LEAST:g}, else the best level is unbounded"
            )
    per_unit = 1.0 / instance.holding + 1.0 / instance.penalty
    order = math.sqrt(2.0 * instance.fixed_cost * instance.demand.mean * per_unit)
    if order > ORDER_MAX:
        raise ValueError(f"fixed_cost is {instance.fixed_cost}: makes orders of {order:.0f} units, most {ORDER_MAX}")
    share, table, mean = _tables(instance)
    level = int(np.argmin(table))
    if instance.fixed_cost == 0.0 or instance.demand.mean == 0.0:
        return Found(BaseStock(level), Cost(float(table[level]), 0.0, "exact: newsvendor of the lead time"), 1)
    holding, penalty = float(instance.holding), float(instance.penalty)
    s, up_to, cost, tried = best_reorder(
        share, len(share), table, len(table), mean, holding, penalty, float(instance.fixed_cost), level
    )  # fmt: skip
    return Found(ReorderUpTo(s, up_to), Cost(cost, 0.0, "exact: Zheng & Federgruen 1991"), tried)


def evaluate_backlog(instance: Backlog, policy: Policy) -> Cost:
    """Exact average cost of a period of a base stock, (s, S) or (s, nQ) policy; ValueError for any other.

    (s, S): a cycle's expected cost over its expected length. (s, nQ): the position after ordering is uniform on s + 1
    to s + Q (Hadley & Whitin 1963; Zheng & Chen 1992), and an order is placed in a share E[min(D, Q)] / Q of periods.
    """
    share, table, mean = _tables(instance)
    holding, penalty = float(instance.holding), float(instance.penalty)
    if isinstance(policy, BaseStock):
        ordering = instance.fixed_cost * (1.0 - float(share[0]))
        return Cost(_cost(instance, table, mean, policy.level) + ordering, 0.0, "exact: newsvendor of the lead time")
    if isinstance(policy, ReorderUpTo):
        span = _span("order_up_to - reorder_point", policy.order_up_to - policy.reorder_point)
        if share[0] >= 1.0:
            return Cost(_cost(instance, table, mean, policy.order_up_to), 0.0, "exact: no demand")
        renewal = renew(share, len(share), np.empty(span), 0, span)
        total = cycle_cost(policy.order_up_to, span, renewal, table, len(table), mean, holding, penalty)
        return Cost((instance.fixed_cost + total) / float(renewal.sum()), 0.0, "exact: renewal of a cycle")
    if isinstance(policy, ReorderMultiples):
        multiple = _span("multiple", policy.multiple)
        if math.gcd(multiple, *(int(units) for units in np.flatnonzero(share))) > 1:
            raise ValueError(f"multiple is {multiple}: demand and it share a divisor, so the cost depends on the start")
        positions = range(policy.reorder_point + 1, policy.reorder_point + multiple + 1)
        average = math.fsum(_cost(instance, table, mean, y) for y in positions) / multiple
        ordering = float(share @ np.minimum(np.arange(len(share)), multiple)) / multiple
        return Cost(average + instance.fixed_cost * ordering, 0.0, "exact: uniform position")
    raise ValueError(f"policy is {type(policy).__name__}: expected BaseStock, ReorderUpTo or ReorderMultiples")


def power_approximation(
    mean: float, deviation: float, holding: float, penalty: float, fixed_cost: float
) -> tuple[float, float]:
    """Approximate s and S from two moments of the demand, without lead time (Ehrhardt & Mosier 1984).

    Mean 50, sd 8, h = 0.18, p = 0.7, K = 2.5 (example 4.8): 40.19 and 74.29.
    """
    require_positive(mean=mean, deviation=deviation, holding=holding, penalty=penalty, fixed_cost=fixed_cost)
    order = 1.30 * mean**0.494 * (fixed_cost / holding) ** 0.506 * (1.0 + (deviation / mean) ** 2) ** 0.116
    z = math.sqrt(order / deviation * holding / penalty)
    s = 0.973 * mean + deviation * (0.183 / z + 1.063 - 2.192 * z)
    return s, s + order


def _tables(instance: Backlog) -> tuple[Floats, Floats, float]:
    """One period's demand, G from 0 on, and the mean of the lead time's demand."""
    share = np.ascontiguousarray(instance.demand.probability, dtype=np.float64)
    lead = share
    for _ in range(instance.lead_periods):
        lead = np.convolve(lead, share)
        lead = lead[: int(np.flatnonzero(lead > NEGLIGIBLE)[-1]) + 1]
    mean = instance.demand.mean * (instance.lead_periods + 1)
    table = np.empty(len(lead) + 1)
    fill_costs(np.append(lead, 0.0), len(table), mean, float(instance.holding), float(instance.penalty), table)
    return share, table, mean


def _cost(instance: Backlog, table: Floats, mean: float, y: int) -> float:
    if y < 0:
        return instance.penalty * (mean - y)
    return float(table[y]) if y < len(table) else instance.holding * (y - mean)


def _span(name: str, units: int) -> int:
    if not 1 <= units <= SPAN_MAX:
        raise ValueError(f"{name} is {units}: expected a whole number from 1 to {SPAN_MAX}")
    return units
