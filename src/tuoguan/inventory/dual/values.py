"""Relative values of all states: of a rule that is followed, or of the best one, with bounds that enclose the cost.

Hides sweeps and buffers. Keeps the invariant that ``least`` <= average cost <= ``largest`` of the chain on this grid
(Odoni 1969), whenever the sweeps stop.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.dual.kernels import Rows, expect, order_fast, order_slow
from tuoguan.inventory.dual.model import Model
from tuoguan.inventory.dual.states import Grid

SPAN = 1e-10  # relative to the cost
SWEEPS_MAX = 3_000
CIRCLES_FROM = 500  # sweeps after which a chain that has not settled is taken to run in circles, and damped


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """``fast`` [state]: the row to fill up to; ``slow`` [row after arrival, rest]: units from the slow supplier."""

    fast: Rows
    slow: Rows


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Relative ``values`` [state], the rule behind them, and the bounds of its cost above `Model.unavoidable`.

    ``is_settled`` says that the bounds met. They never do if the cost depends on the state that one starts from.
    """

    values: Floats
    rule: Rule
    least: float
    largest: float
    is_settled: bool


class Board:
    """The states of a grid with room for a value and an order in each."""

    def __init__(self, model: Model, grid: Grid) -> None:
        self.model, self.grid, self.states = model, grid, grid.number()
        self._cost = model.period_cost(np.arange(grid.low, grid.high + 1))
        self._after, self._ahead = np.empty(self.states.width.sum()), np.empty(self.states.rest_width.sum())
        self._carried = np.empty(self.states.width[0])

    def blank(self) -> Rule:
        """A rule that orders nothing yet."""
        return Rule(np.zeros(len(self._after), np.int16), np.zeros(len(self._ahead), np.int16))

    def values(self, rule: Rule | None = None) -> Values:
        """Relative values of following ``rule``, or, without one, of the best rule, which comes with them."""
        found, followed = np.zeros(len(self._after)), rule or self.blank()
        least, largest = -np.inf, np.inf
        for sweep in range(SWEEPS_MAX):
            weight = 1.0 if sweep < CIRCLES_FROM else 0.5
            least, largest = self._sweep(found, followed, rule is None, weight)
            if largest - least <= SPAN * max(1.0, abs(largest)):
                break
        return Values(found - found[0], followed, least, largest, sweep + 1 < SWEEPS_MAX)

    def improved(self, values: Floats) -> Rule:
        """The rule that acts best today and is followed by what ``values`` come from (Howard 1960)."""
        rule = self.blank()
        self._sweep(values.copy(), rule, is_free=True)
        return rule

    def _sweep(self, values: Floats, rule: Rule, is_free: bool, weight: float = 1.0) -> tuple[float, float]:
        """Updates ``values`` and returns the bounds."""
        states, premium = self.states, self.model.premium
        expect(states, values, self.model.probability, premium, self._after)
        order_slow(states, self._after, rule.slow, is_free, self._ahead)
        return order_fast(
            states, self._ahead, self._cost, premium, rule.fast, is_free, weight, self._carried, values
        )  # fmt: skip
