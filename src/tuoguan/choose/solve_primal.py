"""A good feasible choice from dual prices: repair what is over, fill what is left, polish the tail.

Keeps the invariant that what it returns is feasible, or nothing.
"""

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_packed import Packed, tail_weights
from tuoguan.foundation.arrays import Floats, Ints

REPAIR_STEPS = 4000
FILL_PASSES = 50
POLISH_ROUNDS = 6


def feasible_choice(problem: Packed, dual: Dual) -> Ints | None:
    """The best of several repaired and filled starts by true objective; None when no start could be repaired."""
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    weights = dual.point[problem.limits :]
    linear = linear_values(problem, weights)
    starts = [dual.choice] + ([_nothing(problem)] if (problem.option == -1).any() else [_leanest(problem)])
    found = [made for start in starts if (made := _repaired(problem, priced, linear, start)) is not None]
    if not found:
        return None
    best = max(found, key=problem.objective)
    return _polished(problem, best, weights) if problem.tail else best


def linear_values(problem: Packed, weights: Floats) -> Floats:
    """[row] what a row adds to the objective when the scenarios weigh this much."""
    return np.asarray(problem.base + problem.matrix[:, problem.limits :] @ weights)


def _nothing(problem: Packed) -> Ints:
    """Rows of "do not sell"; the first row of a group whose every option dominates it."""
    skip = np.where(problem.option == -1, 0, 1)
    return np.asarray(problem.start[:-1] + np.array([_first_zero(skip[a:b]) for a, b in _spans(problem)], np.int64))


def _leanest(problem: Packed) -> Ints:
    """Rows of least use, limits weighed by their size."""
    size = problem.use @ (1.0 / np.maximum(np.abs(problem.limit), 1e-9))
    return np.array([a + int(np.argmin(size[a:b])) for a, b in _spans(problem)], np.int64)


def _spans(problem: Packed) -> list[tuple[int, int]]:
    return list(zip(problem.start[:-1].tolist(), problem.start[1:].tolist(), strict=True))


def _first_zero(flags: Ints) -> int:
    return int(np.argmin(flags))


def _repaired(problem: Packed, priced: Floats, linear: Floats, start: Ints) -> Ints | None:
    choice, use = start.copy(), problem.use
    used = use[choice].sum(0)
    slack = np.maximum(np.abs(problem.limit), 1e-6)
    if not kernels.repair(problem.start, priced, use, problem.limit, slack, choice, used, REPAIR_STEPS):
        return None
    kernels.fill(problem.start, linear, use, problem.limit, choice, used, FILL_PASSES)
    return choice if problem.feasible(choice) else None


def _polished(problem: Packed, choice: Ints, weights: Floats) -> Ints:
    """The choice after fills under weights that lean toward its own worst scenarios, kept only where truly better."""
    best, height = choice, problem.objective(choice)
    for step in range(POLISH_ROUNDS):
        outcomes = problem.matrix[best, problem.limits :].sum(0)
        lean = 0.5 ** (step % 3)
        mixed = lean * tail_weights(outcomes, problem.tail) + (1.0 - lean) * weights
        trial = best.copy()
        used = problem.use[trial].sum(0)
        kernels.fill(problem.start, linear_values(problem, mixed), problem.use, problem.limit, trial, used, FILL_PASSES)
        if problem.objective(trial) > height and problem.feasible(trial):
            best, height = trial, problem.objective(trial)
    return best
