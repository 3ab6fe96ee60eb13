"""A feasible choice made better by moving two groups at a time: one gains, the other makes room.

Keeps the invariant that what it returns is feasible and worth no less, the risk term included.
"""

import time

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_packed import Packed, tail_weights
from tuoguan.foundation.arrays import Floats, Ints

ROWS = 3_000  # of least loss at the prices that moves are looked for among
ROUNDS = 8
PASSES = 4
LEANS = 4  # toward the choice's own worst scenarios: 1, 1/2, 1/4, 1/8


def polished(problem: Packed, dual: Dual, choice: Ints, deadline: float) -> Ints:
    """The choice after pairs of moves; with risk, moves count what the choice's own worst scenarios make of them."""
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    behind = priced[dual.choice][problem.group_of] - priced
    rows = np.sort(np.argsort(behind, kind="stable")[:ROWS])
    use, best, height = problem.use, choice, problem.objective(choice)
    idle = 0
    for number in range(ROUNDS if problem.tail else 1):
        # From the same choice the same lean gives the same moves.
        if time.monotonic() > deadline or idle == LEANS:
            break
        value, trial = _value(problem, dual, best, number), best.copy()
        used = use[trial].sum(axis=0)
        kernels.exchange(problem.group_of, rows, value, use, problem.limit, trial, used, PASSES)
        kernels.fill(problem.start, value, use, problem.limit, trial, used, PASSES)
        if problem.objective(trial) > height and problem.feasible(trial):
            best, height, idle = trial, problem.objective(trial), 0
        else:
            idle += 1
    return best


def _value(problem: Packed, dual: Dual, choice: Ints, number: int) -> Floats:
    """[row] what a row adds under weights between the dual's and those of the choice's own worst scenarios."""
    if not problem.tail:
        return problem.base
    table = problem.matrix[:, problem.limits :]
    lean = 0.5 ** (number % LEANS)
    weight = lean * tail_weights(table[choice].sum(axis=0), problem.tail) + (1.0 - lean) * dual.point[problem.limits :]
    return np.asarray(problem.base + table @ weight)
