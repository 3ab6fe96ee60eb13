"""How much to order when demand is a steady known stream: economic lots and their kin.

Hides nothing. Keeps the invariant that a quantity that is not given is the best one. Sources: Snyder & Shen (2019), 2nd
ed., ch. 3 and ch. 9; Wagner & Whitin (1958); Silver (1976).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tuoguan.inventory.classic.laws import require_positive, root


class Lot(NamedTuple):
    """Units of an order, the share of time (of demand) that waits, and the cost of a unit of time."""

    quantity: float
    short_share: float
    cost: float


class PricedLot(NamedTuple):
    """Units of an order, which price applies (0 is the first), and the cost of a unit of time with the goods."""

    quantity: float
    region: int
    cost: float


def economic_lot(
    fixed_cost: float, holding: float, demand: float, penalty: float = math.inf, production: float = math.inf,
    quantity: float | None = None, short_share: float | None = None,
) -> Lot:  # fmt: skip
    """Economic order quantity: with backorders at ``penalty``, a finite rate of ``production`` (eq. 3.4, 3.27, 3.31).

    K = 8, h = 0.225, demand 1300 (example 3.1): 304.047 at 68.4105. With p = 5 (example 3.8): 310.813 at 66.9214.
    """
    require_positive(fixed_cost=fixed_cost, holding=holding, demand=demand)
    if production <= demand or penalty <= 0.0:
        raise ValueError(f"production is {production}, penalty {penalty}: expected more than the demand, more than 0")
    held = holding * (1.0 - demand / production)
    short = held / (held + penalty) if short_share is None else short_share
    waiting = 0.0 if short == 0.0 else penalty * short**2
    per_unit = held * (1.0 - short) ** 2 + waiting
    units = math.sqrt(2.0 * fixed_cost * demand / per_unit) if quantity is None else quantity
    return Lot(units, short, fixed_cost * demand / units + per_unit * units / 2.0)


def discounted_lot(
    fixed_cost: float, holding_rate: float, demand: float, breaks: Sequence[float], prices: Sequence[float],
    incremental: bool = False,
) -> PricedLot:  # fmt: skip
    """Best order when units from ``breaks[j]`` on cost ``prices[j]``: all units, or only those above (eq. 3.18-3.22).

    K = 8, rate 0.3, demand 1300, breaks 0, 400, 800, prices 0.75, 0.72, 0.68: 800 at 978.60 (example 3.6), 304.05 at
    1043.41 when incremental (example 3.7).
    """
    require_positive(fixed_cost=fixed_cost, holding_rate=holding_rate, demand=demand)
    if len(breaks) != len(prices) or breaks[0] != 0.0 or any(a >= b for a, b in zip(breaks, breaks[1:], strict=False)):
        raise ValueError(f"breaks are {list(breaks)}: expected as many as prices, rising from 0")
    found, paid = [], 0.0
    for region, price in enumerate(prices):
        if incremental and region > 0:
            paid += (prices[region - 1] - price) * breaks[region]
        upper = breaks[region + 1] if region + 1 < len(breaks) else math.inf
        free = math.sqrt(2.0 * (fixed_cost + paid) * demand / (holding_rate * price))
        units = min(max(free, breaks[region]), upper)
        cost = price * demand + holding_rate * paid / 2.0
        cost += (fixed_cost + paid) * demand / units + holding_rate * price * units / 2.0
        found.append(PricedLot(units, region, cost))
    return min(found, key=lambda lot: lot.cost)


def joint_lots(
    shared_cost: float, fixed_costs: Sequence[float], holdings: Sequence[float], demands: Sequence[float]
) -> tuple[float, list[int], float]:
    """Cycle, every product's whole multiple of it, and the cost, of orders placed together (Silver 1976; a heuristic).

    Shared 600; 120, 840, 300; holding 160, 20, 50; demand 1: 3.10316, (1, 3, 1) and 837.854.
    """
    require_positive(shared_cost=shared_cost, **{f"fixed_costs[{at}]": cost for at, cost in enumerate(fixed_costs)})
    fixed, rate = np.asarray(fixed_costs), np.asarray(holdings) * np.asarray(demands)
    first = int(np.argmin(fixed / rate))
    ideal = np.sqrt(fixed / rate * rate[first] / (shared_cost + fixed[first]))
    multiples = np.maximum(1.0, np.rint(ideal))
    multiples[first] = 1.0
    orders, held = shared_cost + float((fixed / multiples).sum()), float((rate * multiples).sum())
    return math.sqrt(2.0 * orders / held), [int(m) for m in multiples], math.sqrt(2.0 * orders * held)


def wagner_whitin(
    demand: Sequence[float], fixed_cost: Sequence[float], holding: Sequence[float], unit_cost: Sequence[float]
) -> tuple[list[float], float]:
    """Orders of every period and the least cost of meeting a known demand (Wagner & Whitin 1958; algorithm 3.1).

    Holding is charged on what is left at a period's end. Demand 90, 120, 80, 70, K = 500, h = 2 (example 3.9): orders
    210, 0, 150, 0 at 1380.
    """
    count = len(demand)
    if not count == len(fixed_cost) == len(holding) == len(unit_cost):
        raise ValueError(f"{count} periods of demand: expected as many costs")
    least, upto = [0.0] * (count + 1), [count] * count
    for period in range(count - 1, -1, -1):
        least[period], upto[period] = math.inf, period + 1
        if demand[period] == 0.0:
            least[period] = least[period + 1]
        kept = cost = 0.0
        for last in range(period, count):
            cost += demand[last] * (unit_cost[period] + kept)
            kept += holding[last]
            if fixed_cost[period] + cost + least[last + 1] < least[period]:
                least[period], upto[period] = fixed_cost[period] + cost + least[last + 1], last + 1
    orders = [0.0] * count
    period = 0
    while period < count:
        skipped = demand[period] == 0.0 and least[period] == least[period + 1]
        orders[period] = 0.0 if skipped else float(sum(demand[period : upto[period]]))
        period = period + 1 if skipped else upto[period]
    return orders, least[0]


def lot_with_yield(
    fixed_cost: float, holding: float, demand: float, share_mean: float = 1.0, share_deviation: float = 0.0,
    units_mean: float = 0.0, units_deviation: float = 0.0, quantity: float | None = None,
) -> Lot:  # fmt: skip
    """Best order when a random share of it arrives and a random number of units more (eq. 9.22-9.25 are its cases).

    K = 18500, h = 0.06, demand 75000: 15000 units fewer, sd 9000 (example 9.4): 230246 at 12914.8; a share 5/6, sd
    0.14086 (example 9.5): 254460 at 13086.5.
    """
    require_positive(fixed_cost=fixed_cost, holding=holding, demand=demand, share_mean=share_mean)
    spread = (share_deviation / share_mean) ** 2
    flat = fixed_cost * demand + holding / 2.0 * (units_deviation**2 + spread * units_mean**2)
    slope = holding / 2.0 * (1.0 + spread)
    arriving = math.sqrt(flat / slope) if quantity is None else quantity * share_mean + units_mean
    cost = flat / arriving + slope * arriving - holding * spread * units_mean
    return Lot((arriving - units_mean) / share_mean, 0.0, cost)


def lot_with_disruptions(
    fixed_cost: float, holding: float, penalty: float, demand: float, disruption: float, recovery: float,
    quantity: float | None = None, approximate: bool = False,
) -> Lot:  # fmt: skip
    """Best order when the supplier fails and recovers at these rates; what is missing is lost at ``penalty``.

    Parlar & Berkin (1991; eq. 9.5). ``approximate`` takes the supplier's state at an order as its long-run one. K = 8,
    h = 0.225, p = 5, demand 1300, rates 1.5 and 14 (example 9.1): 772.811 at 173.950, approximately 773.143 at 173.957.
    """
    require_positive(fixed_cost=fixed_cost, holding=holding, demand=demand, disruption=disruption, recovery=recovery)
    long_run = disruption / (disruption + recovery)
    speed = 0.0 if approximate else (disruption + recovery) / demand

    def cycle(units: float) -> tuple[float, float, float]:
        """Cost and length of a cycle, and how the lost time grows with the order."""
        fade = math.exp(-speed * units) if speed else 0.0
        lost = long_run * (1.0 - fade) / recovery
        paid = fixed_cost + holding * units**2 / (2.0 * demand) + penalty * demand * lost
        return paid, units / demand + lost, long_run * speed * fade / recovery

    def slope(units: float) -> float:
        paid, length, growth = cycle(units)
        return (holding * units / demand + penalty * demand * growth) * length - paid * (1.0 / demand + growth)

    start = math.sqrt(2.0 * fixed_cost * demand / holding + 2.0 * penalty * demand**2 * long_run / (holding * recovery))
    units = root(slope, start * 1e-3, start * 10.0) if quantity is None else quantity
    paid, length, _ = cycle(units)
    return Lot(units, long_run, paid / length)
