"""Better choices next to the best known: some groups opened again, all others held, solved by branch and bound.

Hides how many groups are opened: more after neighborhoods that were solved whole, fewer after ones that were not. Keeps
the invariant that neighborhoods follow from their number alone, so that only the clock or the count of them ends a run.
"""

import time

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_model import Core, solve_core
from tuoguan.choose.solve_packed import Packed
from tuoguan.choose.solve_search import Best
from tuoguan.foundation.arrays import Flags

FIRST_SIZE = 16
NODES = 200


def improve(problem: Packed, dual: Dual, best: Best, deadline: float, rounds: int) -> None:
    """Offers what it finds to ``best`` until ``rounds`` neighborhoods were looked at or ``best.stop``."""
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    behind = priced[dual.choice][problem.group_of] - priced
    size, number = float(FIRST_SIZE), 0
    while best.choice is not None and number < rounds and not best.stop[0] and time.monotonic() < deadline:
        room = dual.bound - best.value
        near = np.flatnonzero(np.bincount(problem.group_of, behind <= room, problem.groups) > 1)
        if not len(near):
            return
        luck = np.random.default_rng(number)
        free = np.zeros(problem.groups, bool)
        free[luck.permutation(near)[: int(size)]] = True
        before = best.value
        _, proven = solve_core(_around(problem, best, free, behind <= room), dual, best, deadline, NODES)
        if not proven:
            size = max(size * 0.85, 4.0)
        elif best.value <= before:
            if size >= len(near):
                return
            size *= 1.15
        number += 1


def _around(problem: Packed, best: Best, free: Flags, near: Flags) -> Core:
    kept = free[problem.group_of] & near
    kept[best.choice] = True
    alone = np.bincount(problem.group_of, kept, problem.groups) <= 1
    return Core(problem, kept, kept & alone[problem.group_of])
