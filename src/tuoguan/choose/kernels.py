"""The inner loops of the portfolio solver: pricing all groups, repairing, filling.

Hides nothing but speed. Groups are contiguous: group ``g`` owns rows ``start[g]:start[g + 1]``. Every sum runs in row
order on one thread, so the same problem gives the same bytes everywhere.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def undominated(start: Ints, base: Floats, matrix: Floats) -> Flags:
    """[row] False where another row of the group is at least as good in ``base`` and in every column of ``matrix``."""
    keep = np.ones(len(base), np.bool_)
    for g in range(len(start) - 1):
        for i in range(start[g], start[g + 1]):
            for k in range(start[g], start[g + 1]):
                if k == i or not keep[k] or base[k] < base[i]:
                    continue
                worse = False
                equal = base[k] == base[i]
                for j in range(matrix.shape[1]):
                    if matrix[k, j] < matrix[i, j]:
                        worse = True
                        break
                    equal = equal and matrix[k, j] == matrix[i, j]
                if not worse and (not equal or k < i):
                    keep[i] = False
                    break
    return keep


@njit(cache=True, nogil=True)
def price_groups(
    start: Ints, base: Floats, matrix: Floats, point: Floats, block: Ints, blocks: int
) -> tuple[Floats, Floats, Ints]:
    """Best priced value of every group: sums [block], their gradients [block, column] and the chosen rows [group]."""
    active = np.flatnonzero(point)
    sums, gradient = np.zeros(blocks), np.zeros((blocks, matrix.shape[1]))
    choice = np.zeros(len(start) - 1, np.int64)
    for g in range(len(start) - 1):
        best, best_row = -np.inf, start[g]
        for i in range(start[g], start[g + 1]):
            value = base[i]
            for j in active:
                value += matrix[i, j] * point[j]
            if value > best:
                best, best_row = value, i
        choice[g] = best_row
        b = block[g]
        sums[b] += best
        for j in range(matrix.shape[1]):
            gradient[b, j] += matrix[best_row, j]
    return sums, gradient, choice


@njit(cache=True, nogil=True)
def priced_values(base: Floats, matrix: Floats, point: Floats) -> Floats:
    """[row] base + matrix . point."""
    active = np.flatnonzero(point)
    values = base.copy()
    for i in range(len(base)):
        for j in active:
            values[i] += matrix[i, j] * point[j]
    return values


@njit(cache=True, nogil=True)
def fits(used: Floats, limit: Floats, use: Floats, row: int, current: int) -> bool:
    """True when putting ``row`` in the place of ``current`` breaks no limit."""
    for j in range(len(limit)):
        change = use[row, j] - use[current, j]
        if change > 0.0 and used[j] + change > limit[j]:
            return False
    return True


@njit(cache=True, nogil=True)
def repair(
    start: Ints, priced: Floats, use: Floats, limit: Floats, slack: Floats, choice: Ints, used: Floats, steps: int
) -> bool:
    """True once ``choice`` (changed in place) breaks no limit; each step takes the swap that costs least priced value
    for the overrun it removes. ``slack`` [row of limits] scales overruns of different units."""
    for _ in range(steps):
        over = 0.0
        for j in range(len(limit)):
            over += max(used[j] - limit[j], 0.0) / slack[j]
        if over <= 0.0:
            return True
        best, best_row, best_group = np.inf, -1, -1
        for g in range(len(start) - 1):
            current = choice[g]
            for i in range(start[g], start[g + 1]):
                if i == current:
                    continue
                left = 0.0
                for j in range(len(limit)):
                    left += max(used[j] + use[i, j] - use[current, j] - limit[j], 0.0) / slack[j]
                    if left >= over:
                        break
                removed = over - left
                if removed <= 1e-12 * over:
                    continue
                score = (max(priced[current] - priced[i], 0.0) + 1e-9) / removed
                if score < best:
                    best, best_row, best_group = score, i, g
        if best_group < 0:
            return False
        for j in range(len(limit)):
            used[j] += use[best_row, j] - use[choice[best_group], j]
        choice[best_group] = best_row
    return False


@njit(cache=True, nogil=True)
def fill(start: Ints, value: Floats, use: Floats, limit: Floats, choice: Ints, used: Floats, passes: int) -> int:
    """Number of swaps made: groups in order of their largest feasible gain move to their best feasible option."""
    groups, made = len(start) - 1, 0
    for _ in range(passes):
        gain = np.zeros(groups)
        for g in range(groups):
            for i in range(start[g], start[g + 1]):
                extra = value[i] - value[choice[g]]
                if extra > gain[g] and fits(used, limit, use, i, choice[g]):
                    gain[g] = extra
        changed = 0
        for g in np.argsort(-gain, kind="mergesort"):
            if gain[g] <= 1e-9:
                break
            best, best_row = 1e-9, -1
            for i in range(start[g], start[g + 1]):
                extra = value[i] - value[choice[g]]
                if extra > best and fits(used, limit, use, i, choice[g]):
                    best, best_row = extra, i
            if best_row >= 0:
                for j in range(len(limit)):
                    used[j] += use[best_row, j] - use[choice[g], j]
                choice[g] = best_row
                changed += 1
        made += changed
        if changed == 0:
            break
    return made
