"""The problem of choice and its answer: one option per group under shared capacities, with a proven bound."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Capacity:
    """One shared limit: ``name`` such as "cash week 7", ``limit`` in its own unit, never negative.

    ``kind`` says what is limited (cash, hours, volume, …). The total use may not exceed the limit, or with
    ``at_least`` may not fall short of it. Uses may be negative: such an option gives room.
    """

    name: str
    kind: str
    limit: float
    unit: str
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Factors:
    """What all options share in a scenario: option i is worth ``values[i] + loading[i] @ factor[s]`` in scenario s.

    loading [option, factor], in the unit of the values; factor [scenario, factor], no unit. Scenarios are equally
    likely. `solve` needs only sums over factors, whatever the number of scenarios.
    """

    loading: npt.NDArray[np.floating]
    factor: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The answer. ``chosen[g]`` is an option's row or -1 for "do not sell".

    objective   value of the chosen set: (1 - weight) x mean profit + weight x CVaR of the portfolio, minor units
    bound       no feasible set is worth more
    shadow_price [capacity]  worth of one more unit of each limit; of a limit "at least", what one unit less is worth
    used        [capacity]
    scenario_weight [scenario] what each scenario counts for in the proof of the bound; empty without risk
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
    scenario_weight: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def gap(self) -> float:
        """Share by which the bound exceeds the objective, of the bound's size; 0 when proven optimal."""
        return (self.bound - self.objective) / max(abs(self.bound), 1.0)


@dataclass(frozen=True, slots=True)
class Clash:
    """Limits that cannot hold together, though every smaller set of them can.

    ``give[k]`` is the least by which limit ``capacities[k]`` would have to give if the others stay, in its own unit
    (an upper limit rises, a lower one falls); infinite when no change of it alone would do.
    """

    capacities: tuple[Capacity, ...]
    give: tuple[float, ...]


class Infeasible(ValueError):
    """No set of options respects the limits; ``clash`` says which of them cannot hold together."""

    def __init__(self, message: str, clash: Clash | None = None) -> None:
        super().__init__(message)
        self.clash = clash
