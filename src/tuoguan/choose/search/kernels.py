"""The inner loops of the search that meets in the middle: listing sets of deviations, and joining two lists.

Hides nothing but speed. A deviation is one group's move away from its best priced row; its cost is how far the priced
value falls, its gain how far the true value rises. Positions (groups) own alternatives ``first[p]:first[p + 1]`` in
order of cost, and positions stand in order of their least cost, so that a walk stops at the first one that is too dear.
All walks run in this order on one thread: the same lists give the same answer everywhere.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Units = npt.NDArray[np.int32]

POLL = 4096  # nodes between two looks at ``stop``


@njit(cache=True, nogil=True)
def advance(
    first: Ints, cost: Floats, gain: Floats, use: Units, budget: float,
    position: Ints, taken: Ints, costs: Floats, gains: Floats, uses: Units, depth: int,
) -> int:  # fmt: skip
    """The next set of deviations that costs at most ``budget``: its depth, -1 after the last.

    ``taken[1:depth + 1]`` are its alternatives, ``costs gains uses`` [depth] its sums.
    """
    positions, d = len(first) - 1, depth
    p = position[d] + 1
    if p < positions and costs[d] + cost[first[p]] <= budget:
        k = first[p]
        d += 1
    else:
        while True:
            if d == 0:
                return -1
            k, p = taken[d] + 1, position[d]
            if k < first[p + 1] and costs[d - 1] + cost[k] <= budget:
                break
            p += 1
            if p < positions and costs[d - 1] + cost[first[p]] <= budget:
                k = first[p]
                break
            d -= 1
    position[d], taken[d] = p, k
    costs[d], gains[d] = costs[d - 1] + cost[k], gains[d - 1] + gain[k]
    for j in range(use.shape[1]):
        uses[d, j] = uses[d - 1, j] + use[k, j]
    return d


@njit(cache=True, nogil=True)
def listing(
    first: Ints, cost: Floats, gain: Floats, use: Units, budget: float, room: int
) -> tuple[int, bool, Floats, Units, Units, Units]:
    """(count, whether all, gain, use, parent, alternative) of every set within the budget; the empty one is first."""
    gain_of, use_of = np.zeros(room), np.zeros((room, use.shape[1]), np.int32)
    parent, row = np.full(room, -1, np.int32), np.full(room, -1, np.int32)
    depths = len(first) + 1
    position, taken, at = np.full(depths, -1, np.int64), np.zeros(depths, np.int64), np.zeros(depths, np.int64)
    costs, gains, uses = np.zeros(depths), np.zeros(depths), np.zeros((depths, use.shape[1]), np.int32)
    d, count = 0, 0
    while d >= 0 and count < room:
        gain_of[count] = gains[d]
        use_of[count] = uses[d]
        at[d] = count
        if d > 0:
            parent[count], row[count] = at[d - 1], taken[d]
        count += 1
        d = advance(first, cost, gain, use, budget, position, taken, costs, gains, uses, d)
    return count, d < 0, gain_of, use_of, parent, row


@njit(cache=True, nogil=True)
def cells_of(use: Units, limits: Ints, low: Ints, width: Ints, stride: Ints) -> Ints:
    """[set] the cell of a grid over some limits that its use lies in."""
    cell = np.zeros(len(use), np.int64)
    for i in range(len(use)):
        for q in range(len(limits)):
            cell[i] += ((use[i, limits[q]] - low[q]) // width[q]) * stride[q]
    return cell


@njit(cache=True, nogil=True)
def join(
    first: Ints, cost: Floats, gain: Floats, use: Units, budget: float,
    room: Units, price: Floats, gap: float, target: float,
    limits: Ints, low: Ints, width: Ints, stride: Ints, size: Ints, offset: Ints, gain_of: Floats, use_of: Units,
    nodes: int, stop: Ints,
) -> tuple[int, Ints, int, int, bool]:  # fmt: skip
    """Walks one half's sets and looks up the other half's that fit beside each and together gain more than ``target``.

    What a pair leaves of a limit costs its price, so only cells within ``gap`` of the room left can hold a partner;
    in a cell partners stand in order of gain. Returns (depth, alternatives, partner or -1, nodes walked, whether all).
    """
    depths, m, q_last = len(first) + 1, use.shape[1], len(limits) - 1
    position, taken, answer = np.full(depths, -1, np.int64), np.zeros(depths, np.int64), np.zeros(depths, np.int64)
    costs, gains, uses = np.zeros(depths), np.zeros(depths), np.zeros((depths, m), np.int32)
    from_cell, to_cell = np.zeros(q_last + 1, np.int64), np.zeros(q_last + 1, np.int64)
    at, left = np.zeros(q_last + 1, np.int64), np.zeros(m, np.int32)
    best, answer_depth, partner = target, -1, -1
    d, walked = 0, 0
    while d >= 0 and walked < nodes and not (walked % POLL == 0 and stop[0] != 0):
        walked += 1
        for j in range(m):
            left[j] = room[j] - uses[d, j]
        reachable, rest = True, gap - costs[d]
        for q in range(q_last + 1):
            most = left[limits[q]]
            top = (most - low[q]) // width[q]
            least = most - rest / price[limits[q]]
            bottom = np.int64(np.floor((least - low[q]) / width[q])) if least > low[q] else 0
            top = min(top, size[q] - 1)
            if top < bottom:
                reachable = False
                break
            from_cell[q], to_cell[q], at[q] = bottom, top, bottom
        while reachable:
            base, need = 0, best - gains[d]
            for q in range(q_last):
                base += at[q] * stride[q]
            for cell in range(base + from_cell[q_last], base + to_cell[q_last] + 1):
                for b in range(offset[cell], offset[cell + 1]):
                    if gain_of[b] <= need:
                        break
                    fits = True
                    for j in range(m):
                        if use_of[b, j] > left[j]:
                            fits = False
                            break
                    if fits:
                        best, need = gains[d] + gain_of[b], gain_of[b]
                        answer_depth, partner = d, b
                        answer[: d + 1] = taken[: d + 1]
            q = q_last - 1
            while q >= 0:
                at[q] += 1
                if at[q] <= to_cell[q]:
                    break
                at[q] = from_cell[q]
                q -= 1
            reachable = q >= 0
        d = advance(first, cost, gain, use, budget, position, taken, costs, gains, uses, d)
    return answer_depth, answer, partner, walked, d < 0


@njit(cache=True, nogil=True)
def counts(first: Ints, cost: Floats, grain: float, bins: int) -> Floats:
    """[bin] about how many sets of deviations cost ``bin`` x ``grain``."""
    known = np.zeros(bins)
    known[0] = 1.0
    for p in range(len(first) - 1):
        more = known.copy()
        for k in range(first[p], first[p + 1]):
            shift = int(cost[k] / grain + 0.5)
            for b in range(shift, bins):
                more[b] += known[b - shift]
        known = more
    return known
