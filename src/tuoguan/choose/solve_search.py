"""Better choices and smaller bounds for small problems: near sets of deviations, met in the middle.

A choice is worth the dual bound less the costs of its deviations less the price of what it leaves of the limits. So a
choice above ``bound - gap`` deviates by at most ``gap`` in all, and by at most half of it in one of two halves of the
groups. Those sets are few enough to list for small gaps (the pseudo-gap enumeration of Gao, Lu, Yao & Li 2017; two
lists joined after Horowitz & Sahni 1974). Hides lists, grids and seeds. Keeps two invariants: a choice offered is
feasible in the caller's numbers, and a bound is lowered only after every set within the gap was looked at.
"""

import threading
from dataclasses import dataclass, field

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.search import kernels as loops
from tuoguan.choose.search.kernels import Units
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_packed import Packed
from tuoguan.foundation.arrays import Flags, Floats, Ints

MOST_LIMITS = 160
MOST_GROUPS = 5_000
BINS = 400
STORED = 1_500_000  # sets in a list
CELLS = 4_000_000
UNITS = 2.0**29  # no sum of uses is larger in units
ENDLESS = 1 << 60


@dataclass(slots=True)
class Best:
    """The best choice known and the least bound proven, both scaled; ``stop[0]`` ends every walk."""

    problem: Packed
    choice: Ints | None
    value: float
    bound: float
    stop: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, choice: Ints | None) -> bool:
        """True when the choice is feasible and better, and was taken."""
        if choice is None or not self.problem.feasible(choice):
            return False
        value = self.problem.objective(choice)
        with self.lock:
            if value <= self.value:
                return False
            self.choice, self.value = choice, value
        return True

    def lower(self, bound: float) -> None:
        """Takes a bound where it is less than the one known."""
        with self.lock:
            self.bound = max(min(self.bound, bound), self.value)

    def halt(self) -> None:
        """Ends every walk soon."""
        self.stop[0] = 1


@dataclass(frozen=True, slots=True)
class Ground:
    """The problem in whole units: use [row, limit] and limit; price of a unit; cost [row] behind the best of its group.

    ``exact`` when the units lose nothing; ``step`` is the least difference between two values, 0 if unknown.
    """

    problem: Packed
    group: Ints
    origin: Ints
    use: Units
    limit: Ints
    price: Floats
    cost: Floats
    bound: float
    exact: bool
    step: float

    def gap(self, best: Best) -> float:
        """How far below the dual bound a choice may lie and still be better than the best known."""
        return self.bound - best.value - self.step + 2.0 * _rounding(self.bound)

    def target(self, best: Best) -> float:
        """What a choice must exceed to be better."""
        return best.value + max(0.5 * self.step, _rounding(self.bound))

    def whole(self, bound: float) -> float:
        """The bound, or the greatest value at most as large where values come in steps."""
        return float(np.floor(bound / self.step + 1e-6) * self.step) if self.step else bound


@dataclass(frozen=True, slots=True)
class Side:
    """Deviations of some groups, as `search.kernels` wants them; ``row`` [alternative] is a row of the problem."""

    first: Ints
    row: Ints
    cost: Floats
    gain: Floats
    use: Units

    def budget(self, most: float, count: float) -> float:
        """The largest budget up to ``most`` with about ``count`` sets."""
        if most <= 0.0:
            return max(most, 0.0)
        total = np.cumsum(loops.counts(self.first, self.cost, most / BINS, BINS + 1))
        return most if total[-1] <= count else most * max(int(np.searchsorted(total, count)) - 1, 0) / BINS


def lay_ground(problem: Packed, dual: Dual) -> Ground | None:
    """The problem in whole units, or None where this search has no business: risk, very many groups or limits."""
    if problem.tail or problem.groups > MOST_GROUPS or not 1 <= problem.limits <= MOST_LIMITS:
        return None
    use, limit = problem.use / problem.limit_scale, problem.limit / problem.limit_scale
    # No choice uses more than this, so a limit beyond it says no more.
    limit = np.minimum(limit, np.maximum.reduceat(use, problem.start[:-1]).sum(0))
    size = np.maximum(np.abs(use).max(0) * (problem.groups + 1), np.abs(limit))
    exact = _is_whole(use) and bool((size < UNITS).all())
    scale = np.ones(problem.limits) if exact else UNITS / np.maximum(size, 1e-9)
    units = np.ceil(use * scale - 1e-9).astype(np.int32)
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    value, group = problem.base / problem.value_scale, problem.group_of
    step = float(np.gcd.reduce(value.astype(np.int64))) * problem.value_scale if _is_whole(value) else 0.0
    cost = np.maximum(priced[dual.choice][group] - priced, 0.0)
    price = np.maximum(dual.point[: problem.limits] * problem.limit_scale / scale, 1e-12)
    room = np.floor(limit * scale + 1e-9).astype(np.int64)
    return Ground(
        problem, group, dual.choice, np.ascontiguousarray(units), room, price, cost, dual.bound, exact, step
    )  # fmt: skip


def _is_whole(numbers: Floats) -> bool:
    return bool((numbers == np.rint(numbers)).all() and (np.abs(numbers) < 2**53).all())


def _rounding(bound: float) -> float:
    """More than all roundings of sums of this size."""
    return 1e-9 * max(abs(bound), 1.0)


def deepen(ground: Ground, best: Best, count: float) -> bool:
    """True when no choice better than the best known is left; looks at every choice within as large a gap as makes
    about ``count`` sets a half, and lowers the bound by it."""
    gap = ground.gap(best)
    order = np.argsort(_least_costs(ground), kind="stable")
    halves = [order[0::2], order[1::2]]
    if not np.isfinite(gap):
        gap = 0.02 * abs(ground.bound)
    sides = [_side(ground, half, gap) for half in halves]
    reach = min(side.budget(gap, count) for side in sides)
    whole = ground.exact
    for stored, walked in ((0, 1), (1, 0)):
        whole &= _meet(ground, best, sides[walked], sides[stored], reach, reach / 2, reach, ground.origin)
    if not whole:
        return False
    best.lower(ground.whole(ground.bound - reach + _rounding(ground.bound)))
    return np.isfinite(best.value) and reach >= ground.gap(best)


def wander(ground: Ground, best: Best, seed: int, count: float) -> bool:
    """True when a round found something better: two random halves, of all groups or of some beside the best choice."""
    luck = np.random.default_rng(seed)
    order = luck.permutation(ground.problem.groups)
    share = (1.0, 0.6, 0.8, 0.45)[seed % 4] if best.choice is not None else 1.0
    free, held = np.split(order, [max(int(share * len(order)), 2)])
    start = ground.origin.copy()
    if best.choice is not None:
        start[held] = best.choice[held]
    gap = ground.gap(best) if best.choice is not None else 0.02 * abs(ground.bound)
    gap -= float(ground.cost[start[held]].sum())
    if gap < 0.0:
        return False
    sides = [_side(ground, half, gap) for half in (free[0::2], free[1::2])]
    budgets = sides[0].budget(gap, count), sides[1].budget(gap, min(count / 3, STORED / 2))
    before = best.value
    _meet(ground, best, sides[0], sides[1], budgets[0], budgets[1], gap, start)
    return best.value > before


def search(ground: Ground, best: Best, *, proves: bool) -> bool:
    """True when nothing better is left; else goes on until ``best.stop``. One that does not prove takes other seeds."""
    count, seed = 4e6, 100 if proves else 101
    while not best.stop[0]:
        if proves and deepen(ground, best, count):
            best.halt()
            return True
        for _ in range(2):
            if best.stop[0]:
                break
            wander(ground, best, seed, min(count / 4.0, 3e6))
            seed += 2
        count *= 4.0
    return False


def _least_costs(ground: Ground) -> Floats:
    """[group] cost of its cheapest deviation."""
    cost = ground.cost.copy()
    cost[ground.origin] = np.inf
    return np.minimum.reduceat(cost, ground.problem.start[:-1])


def _side(ground: Ground, groups: Ints, gap: float) -> Side:
    member = np.zeros(ground.problem.groups, bool)
    member[groups] = True
    near: Flags = member[ground.group] & (ground.cost <= gap)
    near[ground.origin] = False
    rows = np.flatnonzero(near)
    least = np.full(ground.problem.groups, np.inf)
    np.minimum.at(least, ground.group[rows], ground.cost[rows])
    rows = rows[np.lexsort((ground.cost[rows], ground.group[rows], least[ground.group[rows]]))]
    _, at, size = np.unique(ground.group[rows], return_index=True, return_counts=True)
    first = np.concatenate([[0], np.cumsum(size[np.argsort(at)])]).astype(np.int64)
    from_row = ground.origin[ground.group[rows]]
    base = ground.problem.base
    return Side(
        first, rows, ground.cost[rows], base[rows] - base[from_row],
        np.ascontiguousarray(ground.use[rows] - ground.use[from_row]),
    )  # fmt: skip


def _meet(
    ground: Ground,
    best: Best,
    walked: Side,
    stored: Side,
    walk: float,
    store: float,
    gap: float,
    start: Ints,
) -> bool:
    """True when every pair within both budgets was looked at; a better choice is offered to ``best``."""
    room = int(min(2.0 * BINS + 1.5 * _size(stored, store), STORED))
    count, whole, gain, use, parent, alternative = loops.listing(
        stored.first, stored.cost, stored.gain, stored.use, store, room
    )
    gain, use = gain[:count], use[:count]
    limits, low, width, size = _grid(use, ground.price, gap)
    stride = np.append(np.cumprod(size[:0:-1])[::-1], 1).astype(np.int64)
    cell = loops.cells_of(use, limits, low, width, stride)
    order = np.lexsort((-gain, cell))
    offset = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=int(size.prod())))]).astype(np.int64)
    left = (ground.limit - ground.use[start].sum(0, dtype=np.int64)).astype(np.int32)
    target = max(ground.target(best), ground.bound - 1e300) - float(ground.problem.base[start].sum())
    depth, answer, partner, _, all_walked = loops.join(
        walked.first, walked.cost, walked.gain, walked.use, walk, left, ground.price, gap, target,
        limits, low, width, stride, size, offset, gain[order], use[order], ENDLESS, best.stop,
    )  # fmt: skip
    if partner >= 0:
        choice = start.copy()
        rows = walked.row[answer[1 : depth + 1]]
        choice[ground.group[rows]] = rows
        at = int(order[partner])
        while at > 0:
            row = stored.row[alternative[at]]
            choice[ground.group[row]] = row
            at = int(parent[at])
        best.offer(choice)
    return bool(whole and all_walked)


def _size(side: Side, budget: float) -> float:
    if budget <= 0.0:
        return 1.0 + len(side.row)
    return float(loops.counts(side.first, side.cost, budget / BINS, BINS + 1).sum())


def _grid(use: Units, price: Floats, gap: float) -> tuple[Ints, Ints, Ints, Ints]:
    """(limits, lowest use, cell width, cells): the limits that part the list best, in at most `CELLS` cells."""
    reach = np.minimum(gap / price, 2.0**31)
    spread = use.max(0).astype(np.int64) - use.min(0) + 1
    part = use.std(0) / (reach + 1.0)
    cells = 1
    limits: list[int] = []
    width: list[int] = []
    for j in np.argsort(-part, kind="stable"):
        wide = max(1, int(np.ceil((reach[j] + 1.0) / 4.0)))
        count = int(spread[j] // wide + 1)
        if cells * count > min(CELLS, 8 * len(use) + 64):
            continue
        if not limits or count >= 4:
            limits.append(int(j))
            width.append(wide)
            cells *= count
    if not limits:
        j = int(np.argmax(part))
        limits, width = [j], [int(spread[j])]
    chosen, wide_of = np.array(limits, np.int64), np.array(width, np.int64)
    return chosen, use[:, chosen].min(0).astype(np.int64), wide_of, spread[chosen] // wide_of + 1
