"""Which of several is best, from profits on common luck: paired differences, their errors, and when to stop.

Hides the statistics of ranking and selection. Keeps two invariants: a difference is always taken path by path, and a
pair of paths that mirror each other counts once.
"""

import math
from functools import lru_cache

import numpy as np

from tuoguan.foundation.arrays import Flags, Floats, Ints

PAIR = 2  # paths that mirror each other


@lru_cache(maxsize=4_096)
def student_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t for a share above a half, by bisection of its distribution function."""
    low, high = 0.0, math.pi / 2.0  # of the angle atan(t / sqrt(freedom)), in which the function is well behaved
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _within(middle, freedom) < 2.0 * share - 1.0 else (low, middle)
    return math.sqrt(freedom) * math.tan(low)


def _within(angle: float, freedom: int) -> float:
    """P(|T| < t) at tan(angle) = t / sqrt(freedom): finite sums (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    odd, square = freedom % 2, math.cos(angle) ** 2
    term = math.sin(angle) * (math.cos(angle) if odd else 1.0)
    total = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= square * (power - 1) / power
        total += term
    return 2.0 / math.pi * (angle + total) if odd else total


def paired(better: Floats, worse: Floats) -> tuple[Floats, Floats]:
    """(mean, standard error) of better - worse, row by row of [candidate, path]; the number of paths is even."""
    halves = (better - worse).reshape(len(worse), -1, PAIR).mean(axis=2)
    return np.asarray(halves.mean(axis=1)), np.asarray(halves.std(axis=1, ddof=1) / np.sqrt(halves.shape[1]))


def leaders(part: Ints, mean: Floats, size: Ints) -> Ints:
    """Rows of the best of each part (option or group, numbered and sorted); ties go to the smaller ``size``."""
    order = np.lexsort((size, -mean, part))
    first = np.flatnonzero(np.diff(part[order], prepend=-1))
    return np.asarray(order[first])


def ranks(part: Ints, mean: Floats, size: Ints) -> Ints:
    """The place of each row within its part, the best at 0."""
    order = np.lexsort((size, -mean, part))
    place = np.empty(len(part), np.int64)
    sorted_part = part[order]
    first = np.flatnonzero(np.diff(sorted_part, prepend=-1))
    place[order] = np.arange(len(part)) - np.repeat(first, np.diff(np.append(first, len(part))))
    return place


def against_best(group: Ints, profit: Floats, size: Ints) -> tuple[Ints, Floats, Floats]:
    """(row of each row's group leader, mean and standard error of the leader's lead over the row).

    -1 where the group's best is not to sell, which earns nought.
    """
    mean = profit.mean(axis=1)
    best = leaders(group, mean, size)
    numbers = group[best]
    row = best[np.searchsorted(numbers, group)]
    nothing = mean[row] <= 0.0
    lead, error = paired(np.where(nothing[:, None], 0.0, profit[row]), profit)
    return np.where(nothing, -1, row), lead, error


def settled(
    group: Ints, profit: Floats, size: Ints, doubt: float, indifference: Floats
) -> tuple[Flags, Flags]:  # fmt: skip
    """([row] its group is settled, [row] it is surely behind its leader) at an overall ``doubt`` per group.

    A group is settled when with that confidence no rival, "do not sell" included, is better than the leader by more
    than ``indifference`` [row]: every lower bound lead - t x error lies above -indifference. The doubt is shared by the
    rivals (Bonferroni).
    """
    leader, lead, error = against_best(group, profit, size)
    _, inverse, count = np.unique(group, return_inverse=True, return_counts=True)
    freedom = profit.shape[1] // PAIR - 1
    t = np.array([student_quantile(1.0 - doubt / rivals, freedom) for rivals in range(1, count.max() + 1)])
    itself = leader == np.arange(len(group))
    # The row of the leader stands for not selling: its lead over that is its own mean.
    own, own_error = paired(profit, np.zeros_like(profit))
    low = np.where(itself, own, lead) - t[count - 1][inverse] * np.where(itself, own_error, error)
    fine = np.bincount(inverse, low <= -indifference, len(count)) == 0
    return fine[inverse], ~itself & (low > 0.0)
