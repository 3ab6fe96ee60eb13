"""Which of several is best, from profits on common luck: paired differences, their errors, and when to stop.

Hides the statistics of ranking and selection. Keeps two invariants: a difference is always taken path by path, and a
pair of paths that mirror each other counts once.
"""

from statistics import NormalDist

import numpy as np

from tuoguan.foundation.arrays import Flags, Floats, Ints

PAIR = 2  # paths that mirror each other


def student_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t: four terms of its expansion in 1 / freedom (Abramowitz & Stegun 26.7.5).

    Off by less than 1 % from 7 degrees of freedom on for shares up to 0.9999.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4.0,
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0,
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0,
        (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / 92_160.0,
    )
    return z + sum(term / float(freedom**power) for power, term in enumerate(terms, 1))


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
