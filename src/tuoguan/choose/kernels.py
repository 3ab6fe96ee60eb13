"""The inner loops of the portfolio solver: pricing groups, repairing, filling, and the master's linear equations.

Hides nothing but speed. Groups are contiguous: group ``g`` owns rows ``start[g]:start[g + 1]``. Every sum runs in row
order on one thread, so the same problem gives the same bytes everywhere. Kernels that take ``low`` and ``high`` do the
groups from the one up to the other; a row's numbers lie in two tables side by side, ``first`` and ``second``, and
``by`` holds what base and columns are multiplied by. With ``skip`` every group may also do nothing, which is row -1.
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
def largest(table: Floats, low: int, high: int) -> tuple[Floats, Ints]:
    """Largest absolute number of every column of rows ``low`` to ``high``, and how many numbers are not finite."""
    size, broken = np.zeros(table.shape[1]), np.zeros(table.shape[1], np.int64)
    for i in range(low, high):
        for j in range(table.shape[1]):
            number = abs(table[i, j])
            if number < np.inf:
                size[j] = max(size[j], number)
            else:
                broken[j] += 1
    return size, broken


@njit(cache=True, nogil=True)
def starts(groups: Ints, count: int) -> tuple[bool, Ints]:
    """Whether groups come in order 0, 1, 2 …, and then each one's first row [count + 1]."""
    start = np.zeros(count + 1, np.int64)
    last = -1
    for i in range(len(groups)):
        if groups[i] != last:
            if groups[i] != last + 1 or groups[i] >= count:
                return False, start
            last += 1
            start[last] = i
    start[count] = len(groups)
    return last == count - 1, start


@njit(cache=True, nogil=True, inline="always")
def worth(base: Floats, first: Floats, second: Floats, by: Floats, i: int | np.int64) -> float:
    """What row ``i`` is worth; four sums side by side, because one alone waits for each addition."""
    value = base[i] * by[0]
    m = first.shape[1]
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    j = 0
    while j + 3 < m:
        a += first[i, j] * by[1 + j]
        b += first[i, j + 1] * by[2 + j]
        c += first[i, j + 2] * by[3 + j]
        d += first[i, j + 3] * by[4 + j]
        j += 4
    while j < m:
        a += first[i, j] * by[1 + j]
        j += 1
    j, n = 0, second.shape[1]
    while j + 3 < n:
        a += second[i, j] * by[1 + m + j]
        b += second[i, j + 1] * by[2 + m + j]
        c += second[i, j + 2] * by[3 + m + j]
        d += second[i, j + 3] * by[4 + m + j]
        j += 4
    while j < n:
        a += second[i, j] * by[1 + m + j]
        j += 1
    return value + ((a + b) + (c + d))


@njit(cache=True, nogil=True, inline="always")
def add_row(total: Floats, first: Floats, second: Floats, i: int | np.int64, share: float) -> None:
    """Adds so much of row ``i`` to the columns' totals."""
    m = first.shape[1]
    for j in range(m):
        total[j] += share * first[i, j]
    for j in range(second.shape[1]):
        total[m + j] += share * second[i, j]


@njit(cache=True, nogil=True)
def best_rows(
    start: Ints, base: Floats, first: Floats, second: Floats, by: Floats, skip: bool, low: int, high: int, choice: Ints
) -> tuple[float, Floats]:
    """Sum of the best rows' worth and of their columns, unscaled; ``choice`` [group], if not empty, gets the rows."""
    total, columns = 0.0, np.zeros(first.shape[1] + second.shape[1])
    for g in range(low, high):
        best, row = (0.0, np.int64(-1)) if skip else (-np.inf, start[g])
        for i in range(start[g], start[g + 1]):
            value = worth(base, first, second, by, i)
            if value > best:
                best, row = value, np.int64(i)
        total += best
        if row >= 0:
            add_row(columns, first, second, row, 1.0)
        if len(choice):
            choice[g] = row
    return total, columns


@njit(cache=True, nogil=True)
def smooth_rows(
    start: Ints, base: Floats, first: Floats, second: Floats, by: Floats, skip: bool, low: int, high: int, width: float
) -> tuple[float, float, Floats, Floats]:
    """(exact sum, rounded-off sum, its gradient, its curvature), gradient and curvature unscaled."""
    m, n = first.shape[1], second.shape[1]
    exact, rounded = 0.0, 0.0
    gradient, curvature = np.zeros(m + n), np.zeros((m + n, m + n))
    most = 1
    for g in range(low, high):
        most = max(most, start[g + 1] - start[g])
    values, mean, apart = np.empty(most), np.empty(m + n), np.empty(m + n)
    for g in range(low, high):
        a, z = start[g], start[g + 1]
        best, row = (0.0, np.int64(-1)) if skip else (-np.inf, a)
        for i in range(a, z):
            values[i - a] = worth(base, first, second, by, i)
            if values[i - a] > best:
                best, row = values[i - a], np.int64(i)
        exact += best
        if row >= 0:
            add_row(gradient, first, second, row, 1.0)
        weight = 0.0
        for i in range(a - 1 if skip else a, z):
            if i != row:
                behind = best if i < a else best - values[i - a]
                if behind < 30.0 * width:
                    weight += np.exp(-behind / width)
        rounded += best
        if weight == 0.0:
            continue
        rounded += width * np.log1p(weight)
        mean[:] = 0.0
        for i in range(a - 1 if skip else a, z):
            if i == row:
                continue
            behind = best if i < a else best - values[i - a]
            if behind >= 30.0 * width:
                continue
            share = np.exp(-behind / width) / (1.0 + weight)
            apart[:] = 0.0
            if i >= a:
                add_row(apart, first, second, i, 1.0)
            if row >= 0:
                add_row(apart, first, second, row, -1.0)
            add_outer(curvature, apart, share / width)
            for j in range(m + n):
                mean[j] += share * apart[j]
        add_outer(curvature, mean, -1.0 / width)
        for j in range(m + n):
            gradient[j] += mean[j]
    return exact, rounded, gradient, curvature


@njit(cache=True, nogil=True)
def add_outer(matrix: Floats, vector: Floats, share: float) -> None:
    """Adds so much of the vector's outer product to the upper triangle."""
    for j in range(len(vector)):
        part = share * vector[j]
        if part != 0.0:
            for k in range(j, len(vector)):
                matrix[j, k] += part * vector[k]


@njit(cache=True, nogil=True)
def near_rows(
    start: Ints, base: Floats, first: Floats, second: Floats, by: Floats, skip: bool, low: int, high: int, most: float
) -> tuple[Ints, Ints, Floats]:
    """Groups, rows and losses of the rows that lose at most so much, of groups that have more than one of them.

    The first row of a group without loss is the one that `best_rows` takes.
    """
    room = start[high] - start[low] + (high - low if skip else 0)
    group, rows, loss = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    count = 0
    for g in range(low, high):
        a, z = start[g], start[g + 1]
        best, begun = -np.inf, count
        for i in range(a - 1 if skip else a, z):
            value = worth(base, first, second, by, i) if i >= a else 0.0
            best = max(best, value)
            if value >= best - most:
                group[count], rows[count], loss[count] = g, i if i >= a else -1, value
                count += 1
        kept = begun
        for k in range(begun, count):
            if best - loss[k] <= most:
                group[kept], rows[kept], loss[kept] = g, rows[k], best - loss[k]
                kept += 1
        count = kept if kept > begun + 1 else begun
    return group[:count].copy(), rows[:count].copy(), loss[:count].copy()


@njit(cache=True, nogil=True)
def solve_symmetric(matrix: Floats, right: Floats) -> Floats:
    """Solution [equation, case] of a quasi-definite system, upper triangle read, by LDL' in place of both arguments.

    Where nothing is left of a pivot (a price that rises without end, because limits clash) its unknown stays put.
    """
    n = len(matrix)
    for k in range(n):
        if matrix[k, k] == 0.0:
            matrix[k, k] = np.inf
        pivot = matrix[k, k]
        for i in range(k + 1, n):
            share = matrix[k, i] / pivot
            if share != 0.0:
                for j in range(i, n):
                    matrix[i, j] -= share * matrix[k, j]
                for c in range(right.shape[1]):
                    right[i, c] -= share * right[k, c]
    for k in range(n - 1, -1, -1):
        for c in range(right.shape[1]):
            total = right[k, c]
            for j in range(k + 1, n):
                total -= matrix[k, j] * right[j, c]
            right[k, c] = total / matrix[k, k]
    return right


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


@njit(cache=True, nogil=True)
def exchange(
    group_of: Ints, rows: Ints, value: Floats, use: Floats, limit: Floats, choice: Ints, used: Floats, passes: int
) -> int:
    """Number of pairs of moves made: one row's group gains, the other's makes room; best partner for each in turn.

    Partners come in order of their gain when the pass began, so that the first that makes room is about the best; the
    limit that ruled the last one out is looked at first.
    """
    made, limits, hot = 0, len(limit), 0
    after = np.empty(limits)
    for _ in range(passes):
        gain = np.empty(len(rows))
        for a in range(len(rows)):
            gain[a] = value[rows[a]] - value[choice[group_of[rows[a]]]]
        order = np.argsort(-gain, kind="mergesort")
        changed = 0
        for a in order:
            i, g = rows[a], group_of[rows[a]]
            own = value[i] - value[choice[g]]
            if own <= 1e-9:
                continue
            for j in range(limits):
                after[j] = used[j] + use[i, j] - use[choice[g], j]
            best, partner = 1e-9, -1
            for b in order:
                if own + gain[b] <= best:
                    break
                k, h = rows[b], group_of[rows[b]]
                if h == g or k == choice[h] or own + value[k] - value[choice[h]] <= best:
                    continue
                inside = limits == 0 or after[hot] + use[k, hot] - use[choice[h], hot] <= limit[hot]
                if inside:
                    for j in range(limits):
                        if after[j] + use[k, j] - use[choice[h], j] > limit[j]:
                            inside, hot = False, j
                            break
                if inside:
                    best, partner = own + value[k] - value[choice[h]], b
            if partner >= 0:
                k, h = rows[partner], group_of[rows[partner]]
                for j in range(limits):
                    used[j] = after[j] + use[k, j] - use[choice[h], j]
                choice[g], choice[h] = i, k
                changed += 1
        made += changed
        if changed == 0:
            break
    return made
