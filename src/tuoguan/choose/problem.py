"""The problem of choice and its answer: one option per group under shared capacities, with a proven bound."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Capacity:
    """One shared limit: ``name`` such as "cash week 7", ``limit`` in its own unit, ``kind`` cash, hours or volume."""

    name: str
    kind: str
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The answer. ``chosen[g]`` is an option's row or -1 for "do not sell".

    objective   value of the chosen set: (1 - weight) x mean profit + weight x CVaR of the portfolio, minor units
    bound       no feasible set is worth more
    shadow_price [capacity]  worth of one more unit of each limit
    used        [capacity]
    """

    chosen: npt.NDArray[np.int64]
    objective: float
    bound: float
    mean: float
    cvar: float
    shadow_price: npt.NDArray[np.float64]
    used: npt.NDArray[np.float64]
    capacities: tuple[Capacity, ...]
    method: str

    @property
    def gap(self) -> float:
        """Share by which the bound exceeds the objective, of the bound's size; 0 when proven optimal."""
        return (self.bound - self.objective) / max(abs(self.bound), 1.0)
