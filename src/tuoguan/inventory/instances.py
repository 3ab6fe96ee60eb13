"""Textbook instances: one product, one place, periods instead of days, costs instead of contracts.

Hides nothing and computes nothing but checks. Keeps the invariant that an instance that exists can be solved: demand
is a proper distribution on 0, 1, 2, … and every cost is finite and not negative.

Order of a period, for all of them (Zipkin 2008): what is due arrives, the order is placed, demand comes, cost is
charged on what is left (holding) or missing (penalty).
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats

LEAD_PERIODS_MAX = 200
COST_MAX = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class Discrete:
    """Demand of a period: ``probability`` [unit] from 0 on, cut where less than 1e-12 is left and then rescaled.

    ``text`` is how it was written: "poisson 3", "geometric mean 5", "negbin mean 2.5 v/m 2", "U{0..4}", …
    """

    text: str
    probability: Floats

    def __post_init__(self) -> None:
        share = self.probability
        if share.ndim != 1 or len(share) == 0 or not np.all(np.isfinite(share)) or share.min() < 0.0:
            raise ValueError(f"demand {self.text!r}: needs at least one finite probability, none below 0")
        if abs(float(share.sum()) - 1.0) > 1e-9:
            raise ValueError(f"demand {self.text!r}: probabilities add up to {share.sum():.12g}, expected 1")

    @property
    def mean(self) -> float:
        """Expected units of a period."""
        return float(self.probability @ np.arange(len(self.probability)))

    @property
    def variance(self) -> float:
        """Variance of the units of a period."""
        units = np.arange(len(self.probability))
        return float(self.probability @ (units - self.mean) ** 2)


@dataclass(frozen=True, slots=True)
class LostSales:
    """What is missing is lost. An order arrives ``lead_periods`` periods after it was placed, before that day's demand.

    ``holding`` per unit left at the end of a period, ``penalty`` per unit lost, ``fixed_cost`` per order placed.
    """

    demand: Discrete
    lead_periods: int
    holding: float
    penalty: float
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        _require_costs(holding=self.holding, penalty=self.penalty, fixed_cost=self.fixed_cost)
        _require_lead("lead_periods", self.lead_periods)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is missing waits. As `LostSales`, but ``penalty`` is charged per waiting unit and period."""

    demand: Discrete
    lead_periods: int
    holding: float
    penalty: float
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        _require_costs(holding=self.holding, penalty=self.penalty, fixed_cost=self.fixed_cost)
        _require_lead("lead_periods", self.lead_periods)


@dataclass(frozen=True, slots=True)
class TwoSuppliers:
    """Backlog with a slow, cheap and a fast, dear supplier; the fast lead time is the shorter one.

    Cost of a period: ``slow_cost`` and ``fast_cost`` per unit ordered, ``holding`` per unit left, ``penalty`` per unit
    and period waiting. The order due today is in stock before ordering.
    """

    demand: Discrete
    slow_periods: int
    fast_periods: int
    slow_cost: float
    fast_cost: float
    holding: float
    penalty: float

    def __post_init__(self) -> None:
        _require_costs(
            slow_cost=self.slow_cost, fast_cost=self.fast_cost, holding=self.holding, penalty=self.penalty
        )  # fmt: skip
        _require_lead("slow_periods", self.slow_periods)
        _require_lead("fast_periods", self.fast_periods)
        if self.fast_periods >= self.slow_periods:
            raise ValueError(
                f"fast_periods is {self.fast_periods} and slow_periods {self.slow_periods}: fast must be shorter"
            )


Instance = LostSales | Backlog | TwoSuppliers


def _require_costs(**costs: float) -> None:
    for name, value in costs.items():
        if not math.isfinite(value) or not 0.0 <= value <= COST_MAX:
            raise ValueError(f"{name} is {value}: expected a number from 0 to {COST_MAX:.0e}")


def _require_lead(name: str, periods: int) -> None:
    if not 0 <= periods <= LEAD_PERIODS_MAX:
        raise ValueError(f"{name} is {periods}: expected a whole number from 0 to {LEAD_PERIODS_MAX}")
