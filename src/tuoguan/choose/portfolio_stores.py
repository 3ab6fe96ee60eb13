"""The best set when a store is worth opening only for so many products: stores open or closed, by branch and bound.

Hides the cases. Keeps two invariants: what is chosen sells nothing in a store or at least its least number, and the
bound holds over all cases, those that were not looked at included.
"""

import heapq
import time
from dataclasses import dataclass, field, replace

import numpy as np

from tuoguan.choose.portfolio_limits import Store
from tuoguan.choose.problem import Capacity, Infeasible, Portfolio
from tuoguan.choose.solve_clash import clashing, find_clash
from tuoguan.choose.solving import NODE_LIMIT, solve
from tuoguan.foundation.arrays import Flags, Floats, Ints

CASES = 64  # at most so many are solved before the stores still in question are closed
SHORTEST_SECONDS = 1.0  # a case's share of the time never falls below
FREE, OPEN, CLOSED = 0, 1, -1


@dataclass(frozen=True, slots=True)
class Stated:
    """A choice among rows: groups named 0, 1, …, the value and the profit of each [row, path], uses [row, capacity].

    ``start`` is an answer whose prices are set out from; ``node_limit`` as in `solve`.
    """

    value: Floats
    profit: Floats
    uses: Floats
    capacities: tuple[Capacity, ...]
    group: Ints
    weight: float
    level: float
    start: Portfolio | None = None
    node_limit: int = NODE_LIMIT


@dataclass(frozen=True, slots=True, order=True)
class _Case:
    """One case and its answer; the least in order promises the most."""

    height: float
    number: int
    states: tuple[int, ...] = field(compare=False)
    answer: Portfolio = field(compare=False)


def best_set(stated: Stated, stores: tuple[Store, ...], time_limit: float) -> Portfolio:
    """The best portfolio over all cases of open and closed stores; ``chosen`` [group] are rows of ``stated``.

    A case leaves some stores free: the bound of its answer, without their least numbers, holds for all cases below it,
    so a case is split only where its answer breaks a least number, and dropped where it promises no more than what is
    known. Exact within `CASES` solutions; past that the stores still in question are closed and the gap says what that
    may have cost. `Infeasible` when no case can be met.
    """
    search = _Search(stated, stores, time.monotonic() + time_limit)
    search.enter((FREE,) * len(stores))
    while search.open and search.number < CASES:
        case = heapq.heappop(search.open)
        if search.best is not None and case.answer.bound <= search.best.objective:
            continue
        broken = search.broken(case.answer, case.states)
        for state in (OPEN, CLOSED):
            below = tuple(state if at == broken else known for at, known in enumerate(case.states))
            search.enter(below, case.answer)
    return search.answer()


class _Search:
    """The cases that are still open, the best answer that meets every least number, and the bound of what is done."""

    def __init__(self, stated: Stated, stores: tuple[Store, ...], deadline: float) -> None:
        self.stated, self.stores, self.deadline = stated, stores, deadline
        self.open: list[_Case] = []
        self.best: Portfolio | None = None
        self.bound, self.number = -np.inf, 0
        self.refused: Infeasible | None = None

    def enter(self, states: tuple[int, ...], above: Portfolio | None = None) -> None:
        """Solve a case, which can promise no more than the answer above it: done, to be split, or not to be met."""
        self.number += 1
        try:
            answer = self._solved(states, above or self.stated.start)
        except Infeasible as infeasible:
            self.refused = self.refused or infeasible
            return
        most = answer.bound if above is None else min(answer.bound, above.bound)
        answer = replace(answer, bound=max(most, answer.objective))
        if self.broken(answer, states) < 0:
            self.bound = max(self.bound, answer.bound)
            if self.best is None or answer.objective > self.best.objective:
                self.best = answer
        else:
            heapq.heappush(self.open, _Case(-answer.bound, self.number, states, answer))

    def broken(self, answer: Portfolio, states: tuple[int, ...]) -> int:
        """The first free store in which something is sold, but too little; -1 where there is none."""
        picked = answer.chosen[answer.chosen >= 0]
        for at, (store, state) in enumerate(zip(self.stores, states, strict=True)):
            count = int(store.sold[picked].sum())
            if state == FREE and 0 < count < store.capacity.limit:
                return at
        return -1

    def _solved(self, states: tuple[int, ...], start: Portfolio | None) -> Portfolio:
        """The best set of one case, in rows of the whole, from the prices of another."""
        stated, kept, least = self.stated, np.ones(len(self.stated.value), np.bool_), list[Store]()
        for store, state in zip(self.stores, states, strict=True):
            if state == CLOSED:
                kept &= ~store.sold
            elif state == OPEN:
                least.append(store)
        columns = [stated.uses, *(store.sold[:, None].astype(np.float64) for store in least)]
        capacities = (*stated.capacities, *(store.capacity for store in least))
        seconds = max(SHORTEST_SECONDS, (self.deadline - time.monotonic()) / (1 + len(self.stores)))
        return solve_rows(stated, kept, np.concatenate(columns, axis=1), capacities, seconds, start)

    def answer(self) -> Portfolio:
        """The best answer with the bound over all cases."""
        waiting = [case for case in self.open if self.best is None or case.answer.bound > self.best.objective]
        bound = max([self.bound, *(case.answer.bound for case in waiting)])
        if self.best is None and waiting:
            self._close(min(waiting))
        if self.best is None:
            raise self.refused or Infeasible("no case of open and closed stores was found that respects the limits")
        return replace(self.best, bound=max(bound, self.best.objective))

    def _close(self, case: _Case) -> None:
        """Close what an answer breaks until nothing is broken."""
        states, answer = list(case.states), case.answer
        while (at := self.broken(answer, tuple(states))) >= 0:
            states[at] = CLOSED
            try:
                answer = self._solved(tuple(states), answer)
            except Infeasible as infeasible:
                self.refused = infeasible
                return
        self.best = answer


def solve_rows(
    stated: Stated, kept: Flags, uses: Floats, capacities: tuple[Capacity, ...], seconds: float,
    start: Portfolio | None = None,
) -> Portfolio:  # fmt: skip
    """`solve` over the kept rows; ``chosen`` [group of ``stated``] in rows of the whole, -1 for "do not sell".

    `Infeasible` with the clash where the limits cannot hold together.
    """
    rows = np.flatnonzero(kept)
    present, group = np.unique(stated.group[rows], return_inverse=True)
    if any(capacity.at_least for capacity in capacities):
        # Prices of limits that clash rise without end; asking first is cheap.
        clash = find_clash(uses[rows], capacities, group, whole=False)
        if clash is not None:
            raise clashing(clash)
    answer = solve(
        stated.value[rows], uses[rows], capacities, groups=group, scenario_values=stated.profit[rows],
        weight=stated.weight, level=stated.level, start=start, time_limit=seconds,
        node_limit=stated.node_limit,
    )  # fmt: skip
    chosen = np.full(int(stated.group.max(initial=-1)) + 1, -1, np.int64)
    chosen[present] = np.append(rows, -1)[answer.chosen]
    return replace(answer, chosen=chosen)
