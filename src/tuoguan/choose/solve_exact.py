"""The last stretch: search and branch and bound on what is left open, side by side where only the clock ends them.

Keeps the invariant of reduced-cost fixing: a row whose priced value lies further below its group's best than the bound
lies above the best known value is in no better solution, so the core's bound, or the best known value, is a bound.
"""

import threading
import time
from dataclasses import dataclass

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_dual import Dual
from tuoguan.choose.solve_model import TAIL_ROUNDS, Core, solve_core
from tuoguan.choose.solve_neighbors import improve
from tuoguan.choose.solve_packed import Packed
from tuoguan.choose.solve_search import ENDLESS, Best, Ground, deepen, lay_ground, search, wander
from tuoguan.foundation.arrays import Flags, Floats, Ints

EXACT_CELLS = 240_000  # free rows x columns of a model that branch and bound may prove
PATIENT_CELLS = 2_000_000  # the same where only the clock ends it
CORE_CELLS = 60_000  # of one that may only improve the choice
GOOD_ENOUGH = 1e-6  # share of the bound below which no model too large to prove is tried
PATIENT_NODES = 1_000_000  # a caller that allows more nodes wants the clock to decide
MEETS_LIMITS = 32  # more limits than these make its walks too slow to be worth a thread
NEIGHBORHOODS = 12  # tried after a branch and bound that its nodes ended
NODES_PER_NEIGHBORHOOD = 80
ROUNDS = 4  # of the search, likewise
NEAR = 1e-4  # share of the bound that is near enough to try none
BRANCH_SHARE = 0.3  # of the time, for branch and bound beside a search that has not ended


@dataclass(frozen=True, slots=True)
class Exact:
    """The better of the given and the found choice, and what is proven about it."""

    choice: Ints | None
    bound: float
    optimal: bool


def finish(problem: Packed, dual: Dual, choice: Ints | None, deadline: float, nodes: int) -> Exact:
    """The choice after search and branch and bound, with the least bound proven.

    With fewer than `PATIENT_NODES` nodes they run one after the other and end after a number of steps; with more
    they run on a thread each until one of them proves or the clock ends both.
    """
    best = Best(problem, choice, problem.objective(choice) if choice is not None else -np.inf, dual.bound)
    if _closed(best):
        return Exact(choice, max(dual.bound, best.value), True)
    ground = lay_ground(problem, dual)
    proven = ground is not None and _warm_up(ground, best, deadline)
    if not proven and nodes < PATIENT_NODES:
        proven = _branch(problem, dual, best, deadline, nodes)
        if not proven and best.bound - best.value > NEAR * abs(best.bound):
            _look_around(problem, dual, ground, best, deadline, nodes)
    elif not proven:
        proven = _together(problem, dual, ground, best, deadline, nodes)
    proven = best.choice is not None and (proven or _closed(best))
    return Exact(best.choice, best.value if proven else max(best.bound, best.value), proven)


def _closed(best: Best) -> bool:
    return best.bound - best.value <= 1e-9 * max(abs(best.bound), 1.0)


def _warm_up(ground: Ground, best: Best, deadline: float) -> bool:
    """True when the first, short levels of the search prove the best choice."""
    best.lower(ground.whole(ground.bound))
    for seed, count in enumerate((1e4, 1e5)):
        if time.monotonic() > deadline:
            return False
        if deepen(ground, best, count):
            return True
        wander(ground, best, 2 * seed, count)
        wander(ground, best, 2 * seed + 1, count)
    return _meets(ground) and deepen(ground, best, 1e6)


def _look_around(
    problem: Packed, dual: Dual, ground: Ground | None, best: Best, deadline: float, nodes: int
) -> None:  # fmt: skip
    """A counted number of tries next to the best choice."""
    if ground is None or not _meets(ground):
        improve(problem, dual, best, deadline, min(NEIGHBORHOODS, nodes // NODES_PER_NEIGHBORHOOD))
        return
    for seed in range(4, 4 + ROUNDS):
        if time.monotonic() < deadline:
            wander(ground, best, seed, 3e5)


def _meets(ground: Ground | None) -> bool:
    """True where the search is worth a thread of its own."""
    return ground is not None and ground.exact and ground.problem.limits <= MEETS_LIMITS


def _together(problem: Packed, dual: Dual, ground: Ground | None, best: Best, deadline: float, nodes: int) -> bool:
    """True when either proves: branch and bound here, the search on a thread beside it."""
    meets = ground if _meets(ground) else None
    proven: list[bool] = []

    def beside() -> None:
        if meets is not None:
            proven.append(search(meets, best, proves=True))
        else:
            improve(problem, dual, best, deadline, ENDLESS)

    clock = threading.Timer(max(deadline - time.monotonic(), 0.0), best.halt)
    thread = threading.Thread(target=beside)
    clock.start()
    thread.start()
    try:
        now = time.monotonic()
        until = now + BRANCH_SHARE * (deadline - now) if meets is not None else deadline
        if _branch(problem, dual, best, until, nodes):
            proven.append(True)
        elif meets is not None and not best.stop[0]:
            search(meets, best, proves=False)
    finally:
        best.halt()
        clock.cancel()
        thread.join()
    return any(proven)


def _branch(problem: Packed, dual: Dual, best: Best, deadline: float, nodes: int) -> bool:
    """True when branch and bound proves the best choice; offers what it finds and lowers the bound."""
    behind = _behind(problem, dual)
    room = dual.bound - best.value + 1e-7 * max(abs(dual.bound), 1.0)
    kept = behind <= room
    columns = problem.limits + (TAIL_ROUNDS if problem.tail else 0) + 1
    cells = PATIENT_CELLS if nodes >= PATIENT_NODES else EXACT_CELLS
    whole = int((kept & ~_alone(problem, kept)).sum()) * columns <= cells
    if not whole:
        last = min(problem.groups + CORE_CELLS // columns, len(behind) - 1)
        kept = behind <= np.partition(behind, last)[last]
    if best.choice is not None:
        kept[best.choice] = True
    if deadline - time.monotonic() <= 0.05 or (not whole and room <= GOOD_ENOUGH * abs(dual.bound)):
        return False
    core = Core(problem, kept, _alone(problem, kept) & kept)
    bound, proven = solve_core(core, dual, best, deadline, nodes)
    if whole:
        # What fixing left out cannot be better than the best choice known.
        best.lower(max(bound, best.value))
    return whole and proven and np.isfinite(best.value)


def _behind(problem: Packed, dual: Dual) -> Floats:
    """[row] how far its priced value lies below the best of its group."""
    priced = kernels.priced_values(problem.base, problem.matrix, dual.point)
    return np.asarray(priced[dual.choice][problem.group_of] - priced)


def _alone(problem: Packed, kept: Flags) -> Flags:
    return np.asarray(np.bincount(problem.group_of, kept, problem.groups)[problem.group_of] <= 1)
