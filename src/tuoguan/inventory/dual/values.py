"""Relative values of all states: of a rule that is followed, or of the best one, with bounds that enclose the cost.

Hides sweeps and buffers. Keeps the invariant that ``least`` <= average cost <= ``largest`` of the chain on this grid
(Odoni 1969), whenever the sweeps stop.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.dual.kernels import expect, order_fast, order_slow
from tuoguan.inventory.dual.model import Model

SPAN = 1e-10  # relative to the cost
SWEEPS_MAX = 20_000
CIRCLES_FROM = 500  # sweeps after which a chain that has not settled is taken to run in circles, and damped


@dataclass(frozen=True, slots=True)
class Grid:
    """Fast positions from ``low`` to ``high``, slow orders from 0 to ``order_max``, no position above ``high``."""

    low: int
    high: int
    order_max: int
    lead: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns (what is on order from the slow supplier) and rests (the same without what arrives next)."""
        base = self.order_max + 1
        return self.high - self.low + 1, base ** (self.lead - 1), base ** max(0, self.lead - 2)

    def total(self) -> Ints:
        """Units [rest] on order from the slow supplier beyond what arrives next."""
        total = np.zeros(1, dtype=np.int64)
        for _ in range(self.lead - 2):
            total = (total[:, None] + np.arange(self.order_max + 1)).ravel()
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """``fast`` [row, column]: the row to fill up to; ``slow`` [row after the fast order and arrival, rest]: units."""

    fast: Ints
    slow: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Relative ``values`` [row, column], the rule behind them, and the bounds of its cost above ``unavoidable``."""

    values: Floats
    rule: Rule
    least: float
    largest: float


def work(model: Model, grid: Grid) -> float:
    """Multiplications of one sweep, at most."""
    rows, columns, _ = grid.shape
    return float(rows) * columns * min(rows, len(model.probability))


def relative_values(model: Model, grid: Grid, rule: Rule | None = None) -> Values:
    """Relative values of following ``rule``, or, without one, of the best rule on the grid, which is returned too."""
    rows, columns, _ = grid.shape
    values = np.zeros((rows, columns))
    sweep = _Sweep(model, grid, rule)
    least, largest = sweep.run(values)
    sweeps = 1
    while largest - least > SPAN * max(1.0, abs(largest)) and sweeps < SWEEPS_MAX:
        least, largest = sweep.run(values, weight=1.0 if sweeps < CIRCLES_FROM else 0.5)
        sweeps += 1
    return Values(values - values[0, 0], sweep.rule, least, largest)


def improve(model: Model, grid: Grid, values: Floats) -> Rule:
    """The rule that acts best today and is then followed by what ``values`` come from (Howard 1960)."""
    sweep = _Sweep(model, grid, None)
    sweep.run(values.copy())
    return sweep.rule


class _Sweep:
    """One sweep over all states, with its buffers."""

    def __init__(self, model: Model, grid: Grid, rule: Rule | None) -> None:
        rows, columns, rests = grid.shape
        self._model, self._grid, self._is_free = model, grid, rule is None
        self._total = grid.total()
        self._after, self._ahead = np.empty((rows, columns)), np.empty((rows, rests))
        self._carried = np.empty(columns)
        self._cost = model.period_cost(np.arange(grid.low, grid.high + 1))
        self.rule = rule or Rule(np.zeros((rows, columns), np.int64), np.zeros((rows, rests), np.int64))

    def run(self, values: Floats, weight: float = 1.0) -> tuple[float, float]:
        """Updates ``values`` and returns the bounds."""
        grid, premium = self._grid, self._model.premium
        expect(values, self._model.probability, premium, self._after)
        order_slow(
            self._after, grid.order_max, grid.lead, self._total, self.rule.slow, self._is_free, self._ahead
        )  # fmt: skip
        return order_fast(
            self._ahead, self._cost, premium, self._total, self.rule.fast, self._is_free, weight, self._carried, values
        )  # fmt: skip
