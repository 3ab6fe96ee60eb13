"""Exact cost of ordering the same every period, which does not depend on the lead time.

Hides the walk W' = (W + units - demand)^+ of what is left (Lindley 1952). Keeps the invariant that the walk is cut
only where less than 1e-13 of it is left.
"""

import math

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import LostSales

LEFT_MAX = 3_000
TAIL_LOG = -math.log(1e-13)


def constant_cost(instance: LostSales, units: int) -> float | None:
    """Average cost of ``units`` every period; inf where stock grows without bound; None where the walk is too wide."""
    mean = instance.demand.mean
    fixed = instance.fixed_cost if units > 0 else 0.0
    if units == 0 or instance.demand.variance < 1e-12:
        left = 0.0 if units <= mean + 1e-9 else math.inf
    elif units >= mean:
        left = math.inf
    else:
        left = _mean_left(instance.demand.probability, units)
    if math.isnan(left):
        return None
    held = instance.holding * left if instance.holding > 0.0 else 0.0
    return held + instance.penalty * max(mean - units, 0.0) + fixed


def _mean_left(share: Floats, units: int) -> float:
    """Stationary mean of W; NaN where its tail is too long to solve for."""
    most = math.ceil(TAIL_LOG / _decay(share, units)) + units
    if most > LEFT_MAX:
        return math.nan
    step = np.zeros(2 * most + 1)  # share of a change by (index - most), cut below where it lands on nothing anyway
    for demand, part in enumerate(share):
        step[max(units - demand, -most) + most] += part
    here = np.arange(most + 1)
    moves = step[here[None, :] - here[:, None] + most]
    moves[:, 0] = np.cumsum(step)[most - here]
    moves[:, -1] += 1.0 - moves.sum(axis=1)
    equations = moves.T - np.eye(most + 1)
    equations[-1] = 1.0
    goal = np.zeros(most + 1)
    goal[-1] = 1.0
    return float(np.linalg.solve(equations, goal) @ here)


def _decay(share: Floats, units: int) -> float:
    """The rate at which the tail of W falls: the positive root of E exp(rate (units - demand)) = 1."""
    steps = units - np.arange(len(share))
    if share[:units].sum() == 0.0:
        return TAIL_LOG  # W never rises
    low, high = 0.0, 1e-9
    while np.sum(share * np.exp(np.minimum(high * steps, 700.0))) < 1.0 and high < 700.0:
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if np.sum(share * np.exp(np.minimum(middle * steps, 700.0))) > 1.0 else (middle, high)
    return max(high, 1e-9)
