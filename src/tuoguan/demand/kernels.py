"""Sums over each series' sparse days, and the likelihood of gamma-Poisson counts.

Hides the compressed rows: series ``s`` owns ``row_start[s]:row_start[s + 1]`` of its days with a sale and
``out_start[s]:out_start[s + 1]`` of its stock-out days, both ascending. Sums run in that order, so they repeat exactly.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def weighted_sums(
    row_start: Ints, row_day: Ints, row_units: Floats, out_start: Ints, out_day: Ints, from_day: Ints,
    profile: Ints, weight: Floats, cumulative: Floats, low: int, high: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Weighted units and weighted exposure of every series over days [low, high), stock-out days left out.

    ``cumulative`` [profile, day + 1] is the running sum of weight x season; ``weight`` [day].
    """
    count = len(from_day)
    units, exposure = np.zeros(count), np.zeros(count)
    for s in range(count):
        first = max(low, from_day[s])
        if first >= high:
            continue
        p = profile[s]
        for r in range(row_start[s], row_start[s + 1]):
            if first <= row_day[r] < high:
                units[s] += weight[row_day[r]] * row_units[r]
        total = cumulative[p, high] - cumulative[p, first]
        for o in range(out_start[s], out_start[s + 1]):
            if first <= out_day[o] < high:
                total -= cumulative[p, out_day[o] + 1] - cumulative[p, out_day[o]]
        exposure[s] = max(total, 0.0)
    return units, exposure


@njit(cache=True, nogil=True)
def weekly_spread(
    row_start: Ints, row_day: Ints, row_units: Floats, out_start: Ints, out_day: Ints, from_day: Ints,
    profile: Ints, cumulative: Floats, level: Floats, days: int,
) -> tuple[Floats, Floats, Ints]:  # fmt: skip
    """Sum of squared errors of seven-day totals, their expected units, and the number of weeks with a sale."""
    count = len(from_day)
    squares, expected, active = np.zeros(count), np.zeros(count), np.zeros(count, np.int64)
    for s in range(count):
        r, o = row_start[s], out_start[s]
        p = profile[s]
        start = from_day[s]
        while start < days:
            stop = min(start + 7, days)
            mean = cumulative[p, stop] - cumulative[p, start]
            while o < out_start[s + 1] and out_day[o] < stop:
                if out_day[o] >= start:
                    mean -= cumulative[p, out_day[o] + 1] - cumulative[p, out_day[o]]
                o += 1
            total = 0.0
            while r < row_start[s + 1] and row_day[r] < stop:
                if row_day[r] >= start:
                    total += row_units[r]
                r += 1
            mean = max(mean, 0.0) * level[s]
            squares[s] += (total - mean) ** 2
            expected[s] += mean
            active[s] += 1 if total > 0.0 else 0
            start = stop
    return squares, expected, active


@njit(cache=True, nogil=True)
def gamma_poisson_loglik(units: Floats, mean: Floats, shape: Floats, weight: Floats) -> float:
    """Log likelihood of counts whose Poisson mean is ``mean`` x Gamma(shape)/shape, factorials left out."""
    total = 0.0
    for i in range(len(units)):
        y, m, a = units[i], mean[i], shape[i]
        if weight[i] <= 0.0 or m <= 0.0:
            continue
        term = math.lgamma(a + y) - math.lgamma(a) - (a + y) * math.log1p(m / a)
        total += weight[i] * (term + y * math.log(m / a))
    return total


@njit(cache=True, nogil=True)
def silences(
    row_start: Ints, row_day: Ints, out_start: Ints, out_day: Ints, from_day: Ints,
    profile: Ints, cumulative: Floats, high: int,
) -> tuple[Ints, Ints, Floats, Floats]:  # fmt: skip
    """Selling days before ``high``, the day after the last of them, and exposure before and after that day."""
    count = len(from_day)
    sales, quiet_from = np.zeros(count, np.int64), np.zeros(count, np.int64)
    before, after = np.zeros(count), np.zeros(count)
    for s in range(count):
        first = min(from_day[s], high)
        quiet_from[s] = first
        for r in range(row_start[s], row_start[s + 1]):
            if first <= row_day[r] < high:
                sales[s] += 1
                quiet_from[s] = row_day[r] + 1
        p = profile[s]
        before[s] = cumulative[p, quiet_from[s]] - cumulative[p, first]
        after[s] = cumulative[p, high] - cumulative[p, quiet_from[s]]
        for o in range(out_start[s], out_start[s + 1]):
            day = out_day[o]
            lost = cumulative[p, day + 1] - cumulative[p, day]
            if first <= day < quiet_from[s]:
                before[s] -= lost
            elif quiet_from[s] <= day < high:
                after[s] -= lost
    return sales, quiet_from, np.maximum(before, 0.0), np.maximum(after, 0.0)
