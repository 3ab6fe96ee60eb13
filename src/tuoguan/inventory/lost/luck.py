"""Play of a policy on common luck: the same demand for every candidate, other demand for the report.

Hides streams, warm-up and batches. Keeps the invariant that demand depends on nothing but its address (seed, stream,
period), so that two candidates differ by what they decide alone.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import LostSales
from tuoguan.inventory.lost.kernels import Orders, draw, play
from tuoguan.inventory.lost.rules import NO_LIMIT, Rule
from tuoguan.inventory.lost.states import Demand, States

SEED = 1
CHOOSE, REPORT = 1, 2  # streams: what is chosen on one is reported on the other
BATCHES = 40


@dataclass(frozen=True)
class Luck:
    """One row of demand, and where there is room for it the table of projected stock."""

    instance: LostSales
    stream: int
    periods: int
    states: States | None = None

    @cached_property
    def demand(self) -> Demand:
        return Demand.of(self.instance.demand)

    @cached_property
    def row(self) -> Orders:
        return draw(self.demand.cumulative, SEED, self.stream, self.periods + self._warmup)

    @cached_property
    def leftover(self) -> Floats:
        return np.empty(0) if self.states is None else self.states.leftover(self.demand)

    @property
    def _warmup(self) -> int:
        return 500 + 50 * self.instance.lead_periods

    def play(self, rule: Rule) -> tuple[float, float, float]:
        """(average cost, its standard error by batch means, mean units on hand after arrival)."""
        instance, demand = self.instance, self.demand
        projected, start, base, leftover = 0, np.zeros(1, dtype=np.int64), 1, np.empty(0)
        if rule.projected and instance.lead_periods > 0:
            projected = 2
            if self.states is not None:
                projected, start, base, leftover = 1, self.states.start, self.states.base, self.leftover
        room = rule.states(instance).position_max if projected == 2 else 0
        costs, level = play(
            self.row, instance.lead_periods, instance.holding, instance.penalty, instance.fixed_cost,
            rule.reorder, float(rule.up_to), min(rule.cap, NO_LIMIT), rule.multiple, projected, leftover, start, base,
            demand.reverse, demand.tail, room + 1, self._warmup, BATCHES,
        )  # fmt: skip
        return float(costs.mean()), float(costs.std(ddof=1)) / math.sqrt(BATCHES), float(level)
