"""Two suppliers, reduced to what matters: one expected cost for each fast level, a premium, and a lead of the slow one.

Hides the fast lead time. Keeps the invariant that the average cost is ``unavoidable`` plus ``premium`` times the units
from the fast supplier plus the expected `period_cost` of the position after the fast order. With lead times l_e and l_r
that is exact: what is ordered today meets the demand of l_e + 1 periods before anything ordered later can arrive, so
the instance is one with l_e = 0 and l_r - l_e, and another period cost (Veeraraghavan & Scheller-Wolf 2008, section 3).
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.instances import TwoSuppliers


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """``probability`` [unit] of a period's demand, ``cover`` [unit] of l_e + 1 periods, ``lead`` = l_r - l_e."""

    probability: Floats
    cover: Floats
    lead: int
    premium: float
    unavoidable: float
    holding: float
    penalty: float

    @property
    def demand_max(self) -> int:
        """The largest demand of a period."""
        return len(self.probability) - 1

    @property
    def mean(self) -> float:
        """Expected units of a period."""
        return float(self.probability @ np.arange(len(self.probability)))

    @property
    def deviation(self) -> float:
        """Standard deviation of the units of a period."""
        return math.sqrt(self.probability @ (np.arange(len(self.probability)) - self.mean) ** 2)

    def period_cost(self, levels: Ints) -> Floats:
        """Expected holding and penalty of a period that starts, after the fast order, at each of ``levels``.

        G(y) = h (y - E D) + (h + b) E(D - y)+, D the demand of l_e + 1 periods.
        """
        survival = np.append(np.cumsum(self.cover[::-1])[::-1][1:], 0.0)  # P(D > y)
        loss = np.append(np.cumsum(survival[::-1])[::-1], 0.0)  # E(D - y)+ for y = 0, 1, …
        missing = loss[np.clip(levels, 0, len(loss) - 1)] + np.maximum(-levels, 0)
        return np.asarray(self.holding * (levels - loss[0]) + (self.holding + self.penalty) * missing)

    def newsvendor_level(self, cover: Floats) -> int:
        """The least level at which ``cover`` [unit] is met with probability b / (b + h) (Arrow et al. 1951)."""
        total = self.holding + self.penalty
        ratio = self.penalty / total if total > 0.0 else 0.0
        return min(int(np.searchsorted(np.cumsum(cover), ratio - 1e-12)), len(cover) - 1)


def model_of(instance: TwoSuppliers) -> Model:
    """The instance as a `Model`; refuses demand that never comes, as its cost is that of the first day's stock."""
    probability = np.trim_zeros(instance.demand.probability, "b")
    if len(probability) == 1:
        raise ValueError(f"demand {instance.demand.text!r}: expected more than 0 units in some period")
    return Model(
        probability=probability,
        cover=summed(probability, instance.fast_periods + 1),
        lead=instance.slow_periods - instance.fast_periods,
        premium=instance.fast_cost - instance.slow_cost,
        unavoidable=instance.slow_cost * instance.demand.mean,
        holding=instance.holding,
        penalty=instance.penalty,
    )


def summed(probability: Floats, periods: int) -> Floats:
    """The distribution of the sum of ``periods`` independent draws from ``probability``."""
    total = np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, probability)
    return total
