"""One order for one uncertain demand: newsvendors of every kind, all of them one formula with other costs.

Hides nothing but the reductions. Keeps the invariant that a level that is not given is the best one. Sources: Snyder &
Shen (2019), *Fundamentals of Supply Chain Theory*, 2nd ed., ch. 4 and 9.
"""

from typing import NamedTuple

import numpy as np

from tuoguan.inventory.classic.laws import Law, losses, mean_of, quantile, require_positive, root
from tuoguan.inventory.instances import Discrete

REACH = 1e6  # how many times the best level a search goes up
TAIL = 1e-16


class Level(NamedTuple):
    """A stock level and its expected cost (or profit, where the function says so)."""

    level: float
    cost: float


def newsvendor(law: Law, holding: float, penalty: float, level: float | None = None) -> Level:
    """Least h E[(S - D)^+] + p E[(D - S)^+], or the cost of ``level`` (eq. 4.24, 4.30).

    Normal demand, mean 50, sd 8, h = 0.18, p = 0.7 (example 4.3): 56.604 and 1.9976.
    """
    require_positive(holding=holding, penalty=penalty)
    at = quantile(law, penalty / (penalty + holding)) if level is None else float(level)
    found = losses(law, at)
    return Level(at, holding * found.left + penalty * found.missing)


def newsvendor_profit(
    law: Law, price: float, unit_cost: float, salvage: float, holding: float = 0.0, penalty: float = 0.0,
    level: float | None = None,
) -> Level:  # fmt: skip
    """Level of most expected profit, and the profit: price per unit sold, salvage per unit left.

    Normal demand, mean 50, sd 8, price 1, cost 0.3, salvage 0.12 (example 4.2): 56.604 and 33.0024.
    """
    found = newsvendor(law, unit_cost - salvage + holding, price - unit_cost + penalty, level)
    return Level(found.level, (price - unit_cost) * mean_of(law) - found.cost)


def myopic(
    law: Law, holding: float, penalty: float, unit_cost: float, next_unit_cost: float, discount: float,
    level: float | None = None,
) -> Level:  # fmt: skip
    """Best level when what is left saves buying at the next period's price, and the period's cost (Veinott 1966).

    Normal demand as in example 4.3, cost 0.3, then 0.35, discount 0.98: 58.0989 and 16.6824.
    """
    rise = unit_cost - discount * next_unit_cost
    found = newsvendor(law, holding + rise, penalty - rise, level)
    return Level(found.level, found.cost + unit_cost * mean_of(law))


def levels_at_cost(
    law: Law, holding: float, penalty: float, unit_cost: float, next_unit_cost: float, discount: float, cost: float
) -> tuple[float, float]:
    """The level below and the one above the myopic level at which the period costs ``cost``."""

    def excess(level: float) -> float:
        return myopic(law, holding, penalty, unit_cost, next_unit_cost, discount, level).cost - cost

    best = myopic(law, holding, penalty, unit_cost, next_unit_cost, discount)
    if cost < best.cost:
        raise ValueError(f"cost is {cost}: expected at least {best.cost:g}, the cost of the best level")
    far = REACH * max(1.0, abs(best.level))
    return root(lambda level: -excess(level), -far, best.level), root(excess, best.level, far)


def newsvendor_with_disruptions(
    demand: float, holding: float, penalty: float, disruption: float, recovery: float, level: float | None = None
) -> Level:
    """Level and cost for a fixed demand when the supplier fails and recovers with these probabilities (eq. 9.14).

    Demand 2000, h = 0.25, p = 3, 0.04, 0.25 (example 9.3): 8000 and 2737.07.
    """
    require_positive(disruption=disruption, recovery=recovery, demand=demand)
    if disruption > 1.0 or recovery >= 1.0:
        raise ValueError(f"disruption is {disruption}, recovery {recovery}: expected shares, recovery below 1")
    down = disruption / (disruption + recovery)
    most = int(np.ceil(np.log(TAIL) / np.log1p(-recovery))) + 2
    failed = down * recovery * (1.0 - recovery) ** np.arange(most)
    share = np.concatenate(([0.0, 1.0 - down], failed))
    periods = Discrete("periods to cover", share / share.sum())
    found = newsvendor(periods, holding * demand, penalty * demand, None if level is None else level / demand)
    return Level(found.level * demand, found.cost)


def newsvendor_with_yield(law: Law, demand: float, holding: float, penalty: float) -> Level:
    """Order and cost for a fixed demand when the order arrives with ``law`` units more (eq. 9.27).

    Demand 1.5, h = 15e6, p = 75e6, uniform on [-0.5, 0.5] (example 9.6): 1.8333 and 6.25e6.
    """
    found = newsvendor(law, penalty, holding)
    return Level(demand - found.level, found.cost)
