"""How far the fast position stands above a level that can be moved freely: the whole of an index policy but one number.

Hides three ways to get there: in closed form, from a linear system, and by counting on a path. Keeps the invariant that
the distribution does not depend on the level, so that the best level is a newsvendor's and needs no search.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.dual.kernels import count_overshoot
from tuoguan.inventory.dual.model import Model, summed

TAIL = 1e-13
SIZE_MAX = 1_500  # of the linear system


@dataclass(frozen=True, slots=True, eq=False)
class Surplus:
    """``share`` [units above the level] and the expected ``fast_units`` of a period."""

    share: Floats
    fast_units: float

    def cost(self, model: Model, level: int) -> float:
        """Average cost above `unavoidable` with this level."""
        expected = self.share @ model.period_cost(np.arange(level, level + len(self.share)))
        return float(expected) + model.premium * self.fast_units

    def best(self, model: Model) -> tuple[int, float]:
        """The best level and its cost above `unavoidable`; G is convex, so it lies near the newsvendor's level."""
        top = model.newsvendor_level(model.cover)
        size = len(self.share)
        costs = np.correlate(model.period_cost(np.arange(top - size + 1, top + size)), self.share, mode="valid")
        found = int(np.argmin(costs))
        return top - size + 1 + found, float(costs[found]) + model.premium * self.fast_units


def single_index_surplus(model: Model, gap: int) -> Surplus:
    """Surplus over the slow level less all that can be on order, with ``gap`` between the two levels.

    The position after ordering is the slow level each period, the slow order is min(D, gap), and the fast position is
    the slow level less the last l_r - l_e of them: independent draws (Scheller-Wolf, Veeraraghavan & van Houtum 2007).
    """
    units = np.arange(len(model.probability))
    bought = np.minimum(units, gap)
    due = summed(np.bincount(bought, weights=model.probability).astype(np.float64), model.lead)
    return Surplus(due[::-1].copy(), float(model.probability @ (units - bought)))


def surge_surplus(model: Model, units: int) -> Surplus | None:
    """Surplus over the fast level when ``units`` arrive each period; None where its tail is too long to solve for.

    o' = (o + units - D)+, a random walk with a wall (Allon & Van Mieghem 2010), cut where `TAIL` is left.
    """
    size = surge_max(model, units) + 1
    if size > SIZE_MAX:
        return None
    moves = units - np.arange(len(model.probability))
    balance = -np.eye(size)
    for over in range(size):
        reached = np.clip(over + moves, 0, size - 1)
        balance[:, over] += np.bincount(reached, weights=model.probability, minlength=size)
    balance[-1] = 1.0
    share = np.linalg.solve(balance, np.eye(size)[-1])
    return Surplus(share, model.mean - units)


def surge_max(model: Model, units: int) -> int:
    """The surplus beyond which `TAIL` is left when ``units`` arrive each period.

    P(o > x) <= exp(-t x) for the t > 0 with E exp(t (units - D)) = 1 (Lundberg's bound).
    """
    moves = units - np.arange(len(model.probability))
    if not model.probability @ (moves > 0) or units >= model.mean:
        return 0
    least, largest = 0.0, 40.0
    for _ in range(60):
        middle = 0.5 * (least + largest)
        above = float(model.probability @ np.exp(np.minimum(middle * moves, 600.0))) > 1.0
        least, largest = (least, middle) if above else (middle, largest)
    return int(np.ceil(-np.log(TAIL) / max(least, 1e-9)))


def counted_surplus(model: Model, demand: Ints, gap: int, cap: int, size: int) -> Surplus:
    """Surplus over the fast level on the path ``demand`` of a dual index with ``gap`` between the levels and a cap."""
    warmup = warmup_of(model, len(demand))
    counts = np.zeros(size, dtype=np.int64)
    bought = count_overshoot(demand, gap, cap, model.lead, warmup, counts)
    return Surplus(counts / counts.sum(), bought / (len(demand) - warmup))


def warmup_of(model: Model, periods: int) -> int:
    """Periods at the start of a path that are played but not counted."""
    return min(periods // 2, 20 * model.lead + 100)
