"""Exact levels and costs of Poisson and negative binomial demand, one product after the other.

Hides that both laws are one: with variance-to-mean d, P(D = k + 1) = P(D = k) (a k + b) / (k + 1), a = 1 - 1/d,
b = mean/d (Panjer 1981; a = 0 is Poisson). Keeps the invariant that no probability under- or overflows on the way: a
sum starts at 0 where P(D = 0) is not tiny, else at the mode, where it starts with weight 1 and is divided by what all
weights add up to, so that no logarithm of a gamma function is needed.
"""

import math

import numpy as np
from numba import njit

from tuoguan.foundation.arrays import Floats, Ints

LOG_SMALLEST = -200.0  # below it the sum starts at the mode: the error of exp(-x) grows with x
NEGLIGIBLE = 1e-18
TINY = 1e-300
TAIL = 1e-2  # a tail below it is summed by itself, because 1 - F has lost digits


@njit(cache=True, nogil=True)
def anchor(mean: float, dispersion: float) -> tuple[int, float, float]:
    """A place k to start from, P(D = k) and P(D <= k)."""
    extra = dispersion - 1.0
    log_none = -mean * math.log1p(extra) / extra if extra > 0.0 else -mean
    if log_none > LOG_SMALLEST:
        none = math.exp(log_none)
        return 0, none, none
    a, b = extra / dispersion, mean / dispersion
    mode = int(mean - dispersion) + 1 if mean >= dispersion else 0
    below, weight, k = 1.0, 1.0, float(mode)
    while k > 0.0 and weight > NEGLIGIBLE:
        weight *= k / (a * (k - 1.0) + b)
        k -= 1.0
        below += weight
    above, weight, k = 0.0, 1.0, float(mode)
    while weight > NEGLIGIBLE:
        weight *= (a * k + b) / (k + 1.0)
        k += 1.0
        above += weight
    return mode, 1.0 / (below + above), below / (below + above)


@njit(cache=True, nogil=True)
def missing(k: float, mean: float, dispersion: float, here: float, upto: float) -> float:
    """E[(D - k)^+] from P(D = k) and P(D <= k): (m - k) P(D > k) + (m + (d - 1) k) P(D = k), or summed in the tail."""
    if 1.0 - upto > TAIL:
        return (mean - k) * (1.0 - upto) + (mean + (dispersion - 1.0) * k) * here
    a, b = 1.0 - 1.0 / dispersion, mean / dispersion
    total, units, probability = 0.0, 0.0, here
    while True:
        probability *= (a * (k + units) + b) / (k + units + 1.0)
        units += 1.0
        total += units * probability
        # Past the mode the ratio only falls towards a, so what is left is at most this much.
        if units * probability * dispersion <= 1e-17 * total or probability < TINY:
            return total


@njit(cache=True, nogil=True)
def quantile(mean: float, dispersion: float, share: float) -> tuple[int, float, float]:
    """The least k with P(D <= k) >= share, with P(D = k) and P(D <= k)."""
    start, here, upto = anchor(mean, dispersion)
    a, b = 1.0 - 1.0 / dispersion, mean / dispersion
    k = float(start)
    while upto < share:
        here *= (a * k + b) / (k + 1.0)
        k += 1.0
        upto += here
    while k > 0.0 and upto - here >= share:
        upto -= here
        here *= k / (a * (k - 1.0) + b)
        k -= 1.0
    return int(k), here, upto


@njit(cache=True, nogil=True)
def best_levels(
    mean: Floats, dispersion: Floats, penalty: Floats, holding: Floats, level: Ints, cost: Floats
) -> None:  # fmt: skip
    """Fills level and cost of least h E[(y - D)^+] + p E[(D - y)^+] for every product."""
    for at in range(len(mean)):
        m, d, p, h = mean[at], dispersion[at], penalty[at], holding[at]
        k, here, upto = quantile(m, d, p / (p + h))
        level[at] = k
        cost[at] = h * (k - m) + (h + p) * missing(float(k), m, d, here, upto)


@njit(cache=True, nogil=True)
def losses(level: Ints, mean: Floats, dispersion: Floats, units: Floats) -> None:
    """Fills the expected units missing E[(D - level)^+] of every product."""
    for at in range(len(mean)):
        m, d, target = mean[at], dispersion[at], float(level[at])
        if target <= 0.0:
            units[at] = m - target
            continue
        start, here, upto = anchor(m, d)
        a, b = 1.0 - 1.0 / d, m / d
        k = float(start)
        while k < target and (here > TINY or k < m):
            here *= (a * k + b) / (k + 1.0)
            k += 1.0
            upto += here
        while k > target and here > TINY:
            upto -= here
            here *= k / (a * (k - 1.0) + b)
            k -= 1.0
        if k == target:
            units[at] = missing(k, m, d, here, min(max(upto, 0.0), 1.0))
        else:
            units[at] = max(m - target, 0.0)


@njit(cache=True, nogil=True)
def fill(mean: float, dispersion: float, share: Floats) -> int:
    """Fills P(D = k) from k = 0 on, as far as it is not negligible, and returns how many there are."""
    start, here, _ = anchor(mean, dispersion)
    a, b = 1.0 - 1.0 / dispersion, mean / dispersion
    share[start] = here
    k, probability = start, here
    while k > 0:
        probability *= k / (a * (k - 1.0) + b)
        k -= 1
        share[k] = probability
    k, probability = start, here
    while k + 1 < len(share) and (probability > NEGLIGIBLE or k < mean):
        probability *= (a * k + b) / (k + 1.0)
        k += 1
        share[k] = probability
    return k + 1


@njit(cache=True, nogil=True)
def fill_costs(share: Floats, count: int, mean: float, holding: float, penalty: float, cost: Floats) -> None:
    """Fills G(y) = h E[(y - D)^+] + p E[(D - y)^+] for y from 0 to ``count`` - 1, summed from the thin end."""
    beyond, units = 0.0, 0.0
    for y in range(count - 1, -1, -1):
        units += beyond
        cost[y] = holding * (y - mean) + (holding + penalty) * units
        beyond += share[y]


@njit(cache=True, nogil=True)
def cost_at(y: int, cost: Floats, count: int, mean: float, holding: float, penalty: float) -> float:
    """G(y) for any y: a line on both sides of the table."""
    if y < 0:
        return penalty * (mean - y)
    return cost[y] if y < count else holding * (y - mean)


@njit(cache=True, nogil=True)
def paired(left: Floats, first: int, last: int, right: Floats, total: int) -> float:
    """Sum of left[i] right[total - i] for i from first to last - 1; four sums side by side, for speed."""
    a = b = c = d = 0.0
    i = first
    while i + 3 < last:
        a += left[i] * right[total - i]
        b += left[i + 1] * right[total - i - 1]
        c += left[i + 2] * right[total - i - 2]
        d += left[i + 3] * right[total - i - 3]
        i += 4
    while i < last:
        a += left[i] * right[total - i]
        i += 1
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)
def renew(share: Floats, count: int, renewal: Floats, known: int, wanted: int) -> Floats:
    """Expected visits m(j) to S - j in a cycle, from ``known`` to ``wanted`` of them.

    m(j) = sum of P(D = l) m(j - l) over l from 0 to j, and one more for j = 0.
    """
    if wanted > len(renewal):
        longer = np.empty(2 * wanted)
        longer[:known] = renewal[:known]
        renewal = longer
    for j in range(known, wanted):
        visits = paired(share, 1, min(j + 1, count), renewal, j) if j > 0 else 1.0
        renewal[j] = visits / (1.0 - share[0])
    return renewal


@njit(cache=True, nogil=True)
def cycle_cost(
    order_up_to: int, span: int, renewal: Floats, cost: Floats, count: int, mean: float, holding: float, penalty: float
) -> float:
    """Expected cost of the periods of a cycle, without the order's fixed cost."""
    if order_up_to < count and order_up_to >= span - 1:
        return paired(renewal, 0, span, cost, order_up_to)
    total = 0.0
    for j in range(span):
        total += renewal[j] * cost_at(order_up_to - j, cost, count, mean, holding, penalty)
    return total


@njit(cache=True, nogil=True)
def best_reorder(
    share: Floats, count: int, cost: Floats, costs: int, mean: float, holding: float, penalty: float, fixed: float,
    least: int,
) -> tuple[int, int, float, int]:  # fmt: skip
    """Optimal s and S, their average cost and how many pairs were weighed (Zheng & Federgruen 1991).

    ``share`` is the demand of one period, ``cost`` the table of G over the lead time's, ``mean`` the latter's mean,
    ``least`` the level where G is least.
    """
    renewal = np.empty(64)
    s, up_to, span, tried = least, least, 0, 0
    total, periods = fixed, 0.0
    while span == 0 or total > periods * cost_at(s, cost, costs, mean, holding, penalty):
        renewal = renew(share, count, renewal, span, span + 1)
        total += renewal[span] * cost_at(s, cost, costs, mean, holding, penalty)
        periods += renewal[span]
        s, span, tried = s - 1, span + 1, tried + 1
    best, candidate, known = total / periods, up_to + 1, span
    while cost_at(candidate, cost, costs, mean, holding, penalty) <= best:
        span, tried = span + 1, tried + 1
        renewal = renew(share, count, renewal, known, span)
        known = max(known, span)
        periods += renewal[span - 1]
        total = fixed + cycle_cost(candidate, span, renewal, cost, costs, mean, holding, penalty)
        if total < best * periods:
            up_to = candidate
            while total <= periods * cost_at(s + 1, cost, costs, mean, holding, penalty):
                s, span = s + 1, span - 1
                total -= renewal[span] * cost_at(s, cost, costs, mean, holding, penalty)
                periods -= renewal[span]
            best = total / periods
        candidate += 1
    return s, up_to, best, tried


@njit(cache=True, nogil=True)
def best_reorders(
    mean: Floats, dispersion: Floats, periods: Floats, penalty: Floats, holding: Floats, fixed: Floats, room: int,
    reorder_point: Ints, order_up_to: Ints, cost: Floats,
) -> None:  # fmt: skip
    """Fills s, S and the average cost of every product; ``periods`` is lead time + 1, ``room`` fits any table."""
    share, table = np.empty(room), np.empty(room)
    for at in range(len(mean)):
        m, d, h, p = mean[at], dispersion[at], holding[at], penalty[at]
        if m == 0.0:
            reorder_point[at], order_up_to[at], cost[at] = -1, 0, 0.0
            continue
        lead = m * periods[at]
        costs = fill(lead, d, share)
        fill_costs(share, costs, lead, h, p, table)
        least, _, _ = quantile(lead, d, p / (p + h))
        count = fill(m, d, share)
        reorder_point[at], order_up_to[at], cost[at], _ = best_reorder(
            share, count, table, costs, lead, h, p, fixed[at], least
        )  # fmt: skip
