"""States of a lost-sales instance: every pipeline and on-hand level whose sum is at most a bound, packed.

Hides the packing. Keeps the invariant that the set is closed: an order that keeps the position within the bound leads
to a state of the set, whatever the demand.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import Discrete, LostSales
from tuoguan.inventory.lost.kernels import Counts, project

PIPELINES_MAX = 4_000_000
STATES_MAX = 4_000_000  # four rows of this length are held at once


@dataclass(frozen=True, slots=True)
class Demand:
    """A distribution as the kernels read it."""

    reverse: Floats
    tail: Floats
    cumulative: Floats
    mean: float

    @staticmethod
    def of(demand: Discrete) -> "Demand":
        share = np.ascontiguousarray(demand.probability)
        tail = np.ascontiguousarray(share[::-1].cumsum()[::-1])
        return Demand(np.ascontiguousarray(share[::-1]), tail, np.cumsum(share), demand.mean)


@dataclass(frozen=True)
class States:
    """On hand x (today's arrival in it) and ``lead`` - 1 orders due, each at most ``order_max``, in all at most
    ``position_max``.

    State of (pipeline, x): ``start`` [pipeline] + x, x from 0 to ``limit`` [pipeline] (-1: no such state). A pipeline
    is a number in base ``order_max`` + 1, first due first.
    """

    lead: int
    order_max: int
    position_max: int

    @property
    def base(self) -> int:
        return self.order_max + 1

    @property
    def high(self) -> int:
        """What the order due first counts in a pipeline's number."""
        return int(self.base ** max(self.lead - 2, 0))

    @property
    def pipelines(self) -> int:
        return int(self.base ** max(self.lead - 1, 0))

    @cached_property
    def limit(self) -> Counts:
        total = np.zeros(1, dtype=np.int64)
        for _ in range(self.lead - 1):
            total = (total[:, None] + np.arange(self.base)).ravel()
        return np.maximum(self.position_max - total, -1)

    @cached_property
    def start(self) -> Counts:
        return np.concatenate([[0], np.cumsum(self.limit + 1)[:-1]]).astype(np.int64)

    @cached_property
    def count(self) -> int:
        return int((self.limit + 1).sum())

    @cached_property
    def on_hand(self) -> Counts:
        """Units on hand [state]."""
        return np.asarray(np.arange(self.count) - np.repeat(self.start, self.limit + 1))

    @cached_property
    def position(self) -> Counts:
        """Inventory position [state]."""
        return np.asarray(self.on_hand + np.repeat(self.position_max - self.limit, self.limit + 1))

    @property
    def fit(self) -> bool:
        """Whether the states can be held."""
        return self.pipelines <= PIPELINES_MAX and self.count <= STATES_MAX

    @property
    def choices(self) -> int:
        """State-actions: the work of one full improvement."""
        most = self.position_max - self.position
        return int((np.minimum(most, self.order_max) + 1).sum())

    def leftover(self, demand: Demand) -> Floats:
        """Expected units on hand [state] when an order placed now arrives, without it."""
        before, before_start = np.arange(self.position_max + 1, dtype=np.float64), np.zeros(1, dtype=np.int64)
        for lead in range(1, self.lead + 1):
            stage = States(lead, self.order_max, self.position_max)
            result = np.empty(stage.count)
            project(
                before, before_start, stage.start, stage.limit, stage.high, demand.reverse, demand.tail, result
            )  # fmt: skip
            before, before_start = result, stage.start
        return before


def period_cost(instance: LostSales, most: int) -> Floats:
    """Expected holding and penalty cost [units on hand before demand], from 0 to ``most``."""
    share = instance.demand.probability
    units = np.arange(len(share))
    at_least = np.zeros(max(most, len(share)) + 2)
    at_least[: len(share)] = share[::-1].cumsum()[::-1]
    # E (D - y)^+ = sum over k > y of P(D >= k)
    missing = np.concatenate([at_least[1:][::-1].cumsum()[::-1], [0.0]])[: most + 1]
    left = np.arange(most + 1) - float(share @ units) + missing
    return np.asarray(instance.holding * np.maximum(left, 0.0) + instance.penalty * missing)
