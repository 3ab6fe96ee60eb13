"""Good numbers for a policy of a kind: a closed-form start, candidates on common luck, the best few exactly.

Hides the walk over candidates. Keeps two invariants: the walk is the same in every run, and the cost handed back is
exact or comes from luck that nothing was chosen on.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from tuoguan.inventory.instances import LostSales
from tuoguan.inventory.lost.constant import constant_cost
from tuoguan.inventory.lost.evaluate import evaluate_lost, reported
from tuoguan.inventory.lost.exact import cost_of, covering
from tuoguan.inventory.lost.luck import CHOOSE, Luck
from tuoguan.inventory.lost.rules import rule_of
from tuoguan.inventory.lost.states import States
from tuoguan.inventory.policies import (
    BaseStock,
    CappedBaseStock,
    CappedProjectedInventory,
    CappedReorderUpTo,
    ConstantOrder,
    Cost,
    Found,
    Improved,
    Policy,
    ProjectedInventory,
    ReorderMultiples,
    ReorderUpTo,
)

CHOOSE_PERIODS = 200_000
SLOW_CHOOSE_PERIODS = 10_000  # where stock is projected anew in each period
EXACT_STATES = 1_000_000
Numbers = tuple[float, ...]


@dataclass
class Walk:
    """Pattern search: from a start, to the best neighbor, in steps that are halved where no neighbor is better."""

    score: Callable[[Numbers], float]
    low: Numbers
    high: Numbers
    seen: dict[Numbers, float] = field(default_factory=dict)

    def look(self, at: Numbers) -> float:
        """The score, looked up where it is known; inf outside the bounds."""
        if not all(low <= value <= high for low, value, high in zip(self.low, at, self.high, strict=True)):
            return math.inf
        if at not in self.seen:
            self.seen[at] = self.score(at)
        return self.seen[at]

    def down(self, at: Numbers, steps: Iterable[Numbers]) -> Numbers:
        """The best point found: for each grid of steps in turn, moves while a neighbor is better."""
        at = tuple(min(max(value, low), high) for low, value, high in zip(self.low, at, self.high, strict=True))
        for step in steps:
            while (best := min(_around(at, step), key=self.look)) != at and self.look(best) < self.look(at):
                at = best
        return at

    def best(self, count: int) -> list[Numbers]:
        """The best points seen, best first."""
        return sorted(self.seen, key=lambda point: (self.seen[point], point))[:count]


def _around(at: Numbers, step: Numbers) -> list[Numbers]:
    """The point and its neighbors: up to three steps along each axis, one along the diagonals of each pair of axes.

    Three, because cost has several valleys along a cap: (s, S) with caps 7 and 9 of Bijvank et al. (2015) are two.
    """
    units = np.diag(step)
    moves = [far * unit for unit in units for far in (1.0, -1.0, 2.0, -2.0, 3.0, -3.0)]
    for first in range(len(at)):
        for second in range(first):
            moves += [one * units[first] + two * units[second] for one in (1.0, -1.0) for two in (1.0, -1.0)]
    return [at, *(tuple(float(value) for value in np.asarray(at) + move) for move in moves)]


def best_lost(instance: LostSales, kind: type | None = None) -> Found:
    """The best policy found of a kind; `CappedProjectedInventory` unless said, `CappedReorderUpTo` at a fixed cost."""
    kind = kind or (CappedReorderUpTo if instance.fixed_cost > 0.0 else CappedProjectedInventory)
    if kind not in KINDS:
        raise ValueError(f"kind is {kind.__name__}; for lost sales: {', '.join(each.__name__ for each in KINDS)}")
    return KINDS[kind](instance)


def _constant(instance: LostSales) -> Found:
    """Every whole order below the mean is looked at, from the mean down, while it gets better."""
    most = math.ceil(instance.demand.mean)

    def score(at: Numbers) -> float:
        exact = constant_cost(instance, int(at[0]))
        return math.inf if exact is None else exact

    walk = Walk(score, (0.0,), (float(most),))
    units = int(walk.down((float(most - 1),), ((1.0,),))[0])
    return Found(ConstantOrder(units), evaluate_lost(instance, ConstantOrder(units)), len(walk.seen))


def _level(instance: LostSales) -> float:
    """Closed-form base stock: between the newsvendor levels of lead + 1 periods at the penalty, which is too high for
    lost sales, and at penalty / (lead + 1), which is too low (Huh, Janakiraman, Muckstadt & Rusmevichientong 2009).
    """
    share, periods = instance.demand.probability, instance.lead_periods + 1
    lower = LostSales(instance.demand, 0, instance.holding, instance.penalty / periods)
    return float((covering(share, periods, instance) + covering(share, periods, lower) + 1) // 2)


def _halving(size: float, last: float = 1.0) -> list[float]:
    """Steps from about an eighth of ``size`` down to ``last``, each half the one before."""
    count = max(0, math.floor(math.log2(max(size / 8.0, last) / last)))
    return [last * 2.0**power for power in range(count, -1, -1)]


def _steps(sizes: Numbers, last: Numbers) -> list[Numbers]:
    """Steps along each axis, from coarse to fine; an axis that is fine already waits for the others."""
    each = [_halving(size, end) for size, end in zip(sizes, last, strict=True)]
    count = max(map(len, each))
    return list(zip(*([row[0]] * (count - len(row)) + row for row in each), strict=True))


def _by_position(make: Callable[..., Policy], start: Callable[[LostSales], Numbers], low: Numbers) -> "Search":
    def search(instance: LostSales) -> Found:
        at = start(instance)
        luck = Luck(instance, CHOOSE, CHOOSE_PERIODS)
        walk = Walk(
            lambda numbers: luck.play(rule_of(make(*map(int, numbers))))[0], low, tuple(8.0 * x + 50.0 for x in at)
        )  # fmt: skip
        walk.down(at, _steps(at, (1.0,) * len(at)))
        return _settled(instance, [make(*map(int, numbers)) for numbers in walk.best(FINALISTS)], len(walk.seen))

    return search


def _settled(instance: LostSales, best: list[Policy], tried: int) -> Found:
    """The finalist with the least exact cost; where there is none, luck's choice with its cost on other luck."""
    rules = [rule_of(policy) for policy in best]
    if all(_small(rule.states(instance)) for rule in rules):
        costs = [cost_of(instance, rule) for rule in rules]
        exact = [(cost, index) for index, cost in enumerate(costs) if cost is not None]
        if exact:
            cost, index = min(exact)
            return Found(best[index], Cost(cost, 0.0, "exact"), tried)
    return Found(best[0], reported(instance, best[0]), tried)


def _small(states: States) -> bool:
    return states.pipelines <= EXACT_STATES and states.count <= EXACT_STATES


def _projected(capped: bool) -> "Search":
    def search(instance: LostSales) -> Found:
        base = KINDS[CappedBaseStock](instance)
        assert isinstance(base.policy, CappedBaseStock)
        level = Luck(instance, CHOOSE, CHOOSE_PERIODS).play(rule_of(base.policy))[2] + 0.5
        high = math.ceil(1.5 * level + 3.0)
        cap_high = math.ceil(1.5 * base.policy.cap) + 2 if capped else high
        widest = rule_of(CappedProjectedInventory(high, cap_high)).states(instance)
        states = widest if _small(widest) else None
        luck = Luck(instance, CHOOSE, SLOW_CHOOSE_PERIODS if states is None else CHOOSE_PERIODS, states)
        make = CappedProjectedInventory if capped else ProjectedInventory

        def policy(numbers: Numbers) -> Policy:
            return make(numbers[0], *map(int, numbers[1:]))

        at = (level, float(base.policy.cap)) if capped else (level,)
        finest = max(0.0625, 2.0 ** math.floor(math.log2(level / 100.0)))
        at = (round(level / finest) * finest, *at[1:])
        walk = Walk(
            lambda numbers: luck.play(rule_of(policy(numbers)))[0],
            (0.0,) * len(at), (float(high), float(cap_high))[: len(at)],
        )  # fmt: skip
        walk.down(at, _steps(at, (finest, 1.0)[: len(at)]))
        return _settled(instance, [policy(numbers) for numbers in walk.best(FINALISTS)], base.tried + len(walk.seen))

    return search


def _improved(instance: LostSales) -> Found:
    """Two exact improvements on the best capped policy found."""
    base = best_lost(instance)
    policy = Improved(base.policy, IMPROVEMENTS)
    return Found(policy, evaluate_lost(instance, policy), base.tried)


def _capped_start(instance: LostSales) -> Numbers:
    return _level(instance), float(max(1, covering(instance.demand.probability, 1, instance)))


def _batch(instance: LostSales) -> float:
    """The economic order quantity, at least one period's demand."""
    mean = instance.demand.mean
    return max(1.0, math.ceil(max(mean, math.sqrt(2.0 * instance.fixed_cost * mean / max(instance.holding, 1e-9)))))


Search = Callable[[LostSales], Found]
FINALISTS, IMPROVEMENTS = 5, 2
KINDS: dict[type, Search] = {
    ConstantOrder: _constant,
    BaseStock: _by_position(BaseStock, lambda instance: (_level(instance),), (0.0,)),
    CappedBaseStock: _by_position(CappedBaseStock, _capped_start, (0.0, 0.0)),
    ProjectedInventory: _projected(capped=False),
    CappedProjectedInventory: _projected(capped=True),
    ReorderUpTo: _by_position(
        lambda point, batch: ReorderUpTo(point, point + batch),
        lambda instance: (max(0.0, _level(instance) - 1.0), _batch(instance)), (0.0, 1.0),
    ),
    CappedReorderUpTo: _by_position(
        lambda point, batch, cap: CappedReorderUpTo(point, point + batch, cap),
        lambda instance: (max(0.0, _level(instance) - 1.0), _batch(instance), 1.5 * _batch(instance)), (0.0, 1.0, 1.0),
    ),
    ReorderMultiples: _by_position(
        ReorderMultiples, lambda instance: (max(0.0, _level(instance) - 1.0), _batch(instance)), (0.0, 1.0)
    ),
    Improved: _improved,
}  # fmt: skip
