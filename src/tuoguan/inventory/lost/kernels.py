"""Hot loops of lost sales: expected leftovers, values of policies, their improvement, and play on a row of demand.

Hides how states are packed: a pipeline (the orders due tomorrow, the day after, …) is a number in base ``base``, first
due first; the states of one pipeline lie side by side, by units on hand. Keeps the invariant that a state's successors
lie side by side too, so that an expectation is a product of two rows.

``reverse`` is the demand's probabilities from the last to the first, ``tail[y]`` is P(demand >= y).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.kernels import mix, to_unit

Counts = npt.NDArray[np.int64]
Orders = npt.NDArray[np.int32]
LAZY = 0.95  # the share of a step that is taken: below 1, a chain with a cycle converges too


@njit(cache=True, nogil=True, inline="always")
def _expected(values: Floats, at: int, on_hand: int, reverse: Floats, tail: Floats) -> float:
    """E values[at + (on_hand - demand)^+], in four sums whose order does not depend on the machine."""
    size = len(reverse)
    low = max(1, on_hand - size + 1)
    shift = size - 1 - on_hand
    a = b = c = d = 0.0
    k = low
    while k + 3 <= on_hand:
        a += values[at + k] * reverse[shift + k]
        b += values[at + k + 1] * reverse[shift + k + 1]
        c += values[at + k + 2] * reverse[shift + k + 2]
        d += values[at + k + 3] * reverse[shift + k + 3]
        k += 4
    while k <= on_hand:
        a += values[at + k] * reverse[shift + k]
        k += 1
    if on_hand < len(tail):
        a += tail[on_hand] * values[at]
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)
def project(
    before: Floats, before_start: Counts, start: Counts, limit: Counts, high: int, reverse: Floats, tail: Floats,
    result: Floats,
) -> None:  # fmt: skip
    """Fills ``result`` [state] with E before[next state], no order placed: one period more of expected leftover."""
    for code in range(len(start)):
        due = code // high if len(start) > 1 else 0
        at = before_start[code % high] + due if len(start) > 1 else 0
        for on_hand in range(limit[code] + 1):
            result[start[code] + on_hand] = _expected(before, at, on_hand, reverse, tail)


@njit(cache=True, nogil=True)
def value(
    values: Floats, orders: Orders, lead: int, base: int, start: Counts, limit: Counts, reverse: Floats, tail: Floats,
    cost: Floats, fixed: float, tolerance: float, most: int,
) -> tuple[float, float, int]:  # fmt: skip
    """Relative values of the policy ``orders`` [state] in place; (lower, upper) bound on its average cost, sweeps."""
    high = max(base ** (lead - 2), 1) if lead >= 2 else 1
    spare = np.empty_like(values)
    low = top = middle = 0.0
    sweep = 0
    old, new = values, spare
    while sweep < most:
        low, top = np.inf, -np.inf
        for code in range(len(start)):
            here = start[code]
            due = code // high if lead >= 2 else 0
            below = (code % high) * base if lead >= 2 else 0
            for on_hand in range(limit[code] + 1):
                order = orders[here + on_hand]
                after = on_hand
                if lead >= 2:
                    at = start[below + order] + due
                elif lead == 1:
                    at = order
                else:
                    at = 0
                    after = on_hand + order
                total = cost[after] + _expected(old, at, after, reverse, tail)
                if order > 0:
                    total += fixed
                step = total - old[here + on_hand]
                low = min(low, step)
                top = max(top, step)
                new[here + on_hand] = old[here + on_hand] + LAZY * (step - middle)
        middle = 0.5 * (low + top)
        old, new = new, old
        sweep += 1
        if top - low <= tolerance:
            break
    if sweep % 2 == 1:
        values[:] = old
    return low, top, sweep


@njit(cache=True, nogil=True)
def improve(
    values: Floats, orders: Orders, lead: int, base: int, position: int, start: Counts, limit: Counts,
    reverse: Floats, tail: Floats, cost: Floats, fixed: float, near: int,
) -> tuple[float, float, int]:  # fmt: skip
    """Best orders against ``values`` in place; the bounds of that step on the least average cost, orders changed.

    ``near`` >= 0 looks only that many units around the present order (then only the upper bound is one).
    An order is changed only where that gains more than rounding.
    """
    high = max(base ** (lead - 2), 1) if lead >= 2 else 1
    low, top, changed = np.inf, -np.inf, 0
    for code in range(len(start)):
        here = start[code]
        due = code // high if lead >= 2 else 0
        below = (code % high) * base if lead >= 2 else 0
        for on_hand in range(limit[code] + 1):
            present = orders[here + on_hand]
            most = min(base - 1, limit[code] - on_hand) if lead > 0 else position - on_hand
            first = 0 if near < 0 else max(0, present - near)
            last = most if near < 0 else min(most, present + near)
            best, chosen = np.inf, present
            for step in range(-1, last - first + 1):
                order = present if step < 0 else first + step
                if step >= 0 and order == present:
                    continue
                after = on_hand
                if lead >= 2:
                    at = start[below + order] + due
                elif lead == 1:
                    at = order
                else:
                    at = 0
                    after = on_hand + order
                total = cost[after] + _expected(values, at, after, reverse, tail)
                if order > 0:
                    total += fixed
                if total < best - 1e-11 * (1.0 + abs(best)) or step < 0:
                    best, chosen = total, order
            gain = best - values[here + on_hand]
            low = min(low, gain)
            top = max(top, gain)
            if chosen != present:
                orders[here + on_hand] = chosen
                changed += 1
    return low, top, changed


@njit(cache=True, nogil=True)
def draw(cumulative: Floats, seed: int, stream: int, periods: int) -> Orders:
    """Demand of each period by inversion of the uniform number that lives at (seed, stream, period)."""
    cells = 1024
    guide = np.empty(cells, dtype=np.int32)
    unit = 0
    for cell in range(cells):
        while unit < len(cumulative) - 1 and cumulative[unit] < cell / cells:
            unit += 1
        guide[cell] = unit
    demand = np.empty(periods, dtype=np.int32)
    state = mix(mix(np.uint64(0), seed), stream)
    for period in range(periods):
        u = to_unit(mix(state, period))
        unit = guide[int(u * cells)]
        while unit < len(cumulative) - 1 and cumulative[unit] < u:
            unit += 1
        demand[period] = unit
    return demand


@njit(cache=True, nogil=True)
def _leftover(on_hand: int, pipeline: Counts, head: int, reverse: Floats, tail: Floats, spare: Floats) -> float:
    """Expected units on hand when an order placed now arrives, without that order; ``spare`` [2, units]."""
    lead = len(pipeline)
    share, after = spare[0], spare[1]
    size = len(reverse)
    share[: on_hand + 1] = 0.0
    share[on_hand] = 1.0
    low, top = on_hand, on_hand
    for wait in range(1, lead + 1):
        due = pipeline[(head + wait) % lead] if wait < lead else 0
        after[: top + due + 1] = 0.0
        for have in range(low, top + 1):
            weight = share[have]
            if weight < 1e-14:
                continue
            shift = size - 1 - have
            for left in range(max(1, have - size + 1), have + 1):
                after[left + due] += weight * reverse[shift + left]
            if have < len(tail):
                after[due] += weight * tail[have]
        low, top = due, top + due
        share, after = after, share
    mean = 0.0
    for have in range(low, top + 1):
        mean += have * share[have]
    return mean


@njit(cache=True, nogil=True)
def play(
    demand: Orders, lead: int, holding: float, penalty: float, fixed: float, reorder: int, up_to: float, cap: int,
    multiple: int, projected: int, table: Floats, start: Counts, base: int, reverse: Floats, tail: Floats, room: int,
    warmup: int, batches: int,
) -> tuple[Floats, float]:  # fmt: skip
    """Average cost of each batch of periods, and mean units on hand after arrival, of a policy's rule on ``demand``.

    ``projected`` 0: by inventory position; 1: by expected units at arrival, looked up in ``table`` [state]; 2: the
    same, computed each period. ``room``: most units that can be on hand.
    """
    pipeline = np.zeros(max(lead, 1), dtype=np.int64)
    spare = np.zeros((2, room + 1))
    result = np.zeros(batches)
    length = (len(demand) - warmup) // batches
    high = max(base ** (lead - 2), 1) if lead >= 2 else 1
    on_hand, ordered, head, code, level_sum = 0, 0, 0, 0, 0
    for period in range(warmup + batches * length):
        if lead > 0:
            head = period % lead
            on_hand += pipeline[head]
            ordered -= pipeline[head]
            pipeline[head] = 0
        if projected == 0:
            position = on_hand + ordered
            short = up_to - position if position <= reorder else 0.0
        elif projected == 1:
            short = up_to - table[start[code] + on_hand]
        else:
            short = up_to - _leftover(on_hand, pipeline, head, reverse, tail, spare)
        order = 0
        if short > 0.0:
            order = min(cap, int((short + multiple - 1 + 1e-9) / multiple) * multiple)
        if lead == 0:
            on_hand += order
        else:
            pipeline[head] = order
            ordered += order
            if projected == 1 and lead >= 2:
                code = (code % high) * base + order
        level = on_hand
        cost = fixed if order > 0 else 0.0
        left = on_hand - demand[period]
        cost += holding * left if left >= 0 else -penalty * left
        on_hand = max(left, 0)
        if period >= warmup:
            result[(period - warmup) // length] += cost
            level_sum += level
    return result / length, level_sum / (batches * length)
