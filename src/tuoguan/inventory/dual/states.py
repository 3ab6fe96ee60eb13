"""The states of two suppliers: fast positions in rows, what the slow supplier still delivers in columns.

Hides numbering. Keeps the invariant that exactly the states with a position of at most ``high`` are numbered.
"""

import math
from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Ints
from tuoguan.inventory.dual.kernels import States

ROWS_MAX = 2**15 - 1  # as a row of a rule is 16 bits wide
KEYS_MAX = 2**62


@dataclass(frozen=True, slots=True)
class Grid:
    """Fast positions from ``low`` to ``high``, slow orders from 0 to ``order_max``, no position above ``high``."""

    low: int
    high: int
    order_max: int
    lead: int

    @property
    def rows(self) -> int:
        """Fast positions."""
        return self.high - self.low + 1

    def work(self, demand_max: int) -> float:
        """Multiplications of one sweep over all states; without end where they could not even be numbered."""
        if self.rows > ROWS_MAX or (self.order_max + 1) ** (self.lead - 1) > KEYS_MAX:
            return math.inf
        count = np.ones(1)
        for _ in range(self.lead - 1):
            count = np.convolve(count, np.ones(self.order_max + 1))[: self.rows]
        within = np.cumsum(np.pad(count, (0, self.rows - len(count))))  # columns [room] that a row can hold
        return float(within[::-1] @ (np.minimum(np.arange(self.rows), demand_max) + 1.0))

    def number(self) -> States:
        """The states in memory: all columns of row 0, then those of row 1, …"""
        columns, totals = self._sequences(self.lead - 1)
        rests, rest_totals = self._sequences(max(0, self.lead - 2))
        base = self.order_max + 1
        place_value = base ** max(0, self.lead - 2)
        after = rests[:, None] * base + np.arange(base)
        width, offset = self._places(totals)
        rest_width, rest_offset = self._places(rest_totals)
        return States(
            offset=offset,
            width=width,
            arriving=columns // place_value if self.lead > 1 else np.zeros(1, np.int64),
            rest=_lookup(rests, columns % place_value),
            rest_offset=rest_offset,
            rest_width=rest_width,
            rest_total=rest_totals,
            next_column=_lookup(columns, after.ravel()),
            order_max=self.order_max,
            lifts=self.lead == 1,
        )

    def _sequences(self, length: int) -> tuple[Ints, Ints]:
        """Sequences of orders as digits, oldest first, and their totals, in order of the total."""
        keys, totals = np.zeros(1, np.int64), np.zeros(1, np.int64)
        units = np.arange(self.order_max + 1)
        for _ in range(length):
            keys = (keys[:, None] * (self.order_max + 1) + units).ravel()
            totals = (totals[:, None] + units).ravel()
            kept = totals < self.rows
            keys, totals = keys[kept], totals[kept]
        order = np.argsort(totals, kind="stable")
        return keys[order], totals[order]

    def _places(self, totals: Ints) -> tuple[Ints, Ints]:
        width = np.searchsorted(totals, np.arange(self.rows)[::-1], side="right").astype(np.int64)
        return width, np.cumsum(width) - width


def _lookup(keys: Ints, wanted: Ints) -> Ints:
    """The place in ``keys`` of each one ``wanted``; anything where it is not there, which nobody asks for."""
    order = np.argsort(keys)
    found = np.searchsorted(keys, wanted, sorter=order)
    return np.asarray(order[np.minimum(found, len(keys) - 1)], dtype=np.int64)
