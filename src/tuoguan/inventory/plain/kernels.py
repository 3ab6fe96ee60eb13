"""The hot loops of the plain lost-sales model: many lanes (SKU and path) abreast, in whole numbers.

Hides that lanes are played in blocks, a row of lanes a day, so that the machine works on 16 or 8 of them at once.
Keeps two invariants: units wrap around only where differences are taken, so every difference is exact; and a lane's
result depends on its own numbers and address alone, not on its neighbors, the block or the thread.

Source of the draws: hash in the manner of Wellons' lowbias32 with a second key added half way, so that lanes whose
first keys lie close are no shifted copies of each other; alias tables after Walker (1977) and Vose (1991).
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.kernels import mix

Units: TypeAlias = npt.NDArray[np.uint16]
Words: TypeAlias = npt.NDArray[np.uint32]
Lanes: TypeAlias = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

BLOCK = 256  # lanes abreast
CHUNK = 64  # days played before lanes are added up in 64 bits
FRACTION_BITS = 21  # of an alias table's entry; the bits above hold the alias

_STEP, _MULTIPLY_A, _MULTIPLY_B = np.uint32(0x9E3779B9), np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_S15, _S16, _S32 = np.uint32(15), np.uint32(16), np.uint64(32)
_FRACTION = np.uint32(FRACTION_BITS)
_FRACTION_MASK = np.uint32((1 << FRACTION_BITS) - 1)


@njit(cache=True, nogil=True)
def alias_tables(probability: Floats, entry: Words) -> None:
    """Fills ``entry`` [law, column]: 2**21 x the chance to keep the column, and above it the alias to take instead."""
    laws, columns = entry.shape
    share = np.empty(columns)
    short, ample = np.empty(columns, np.int64), np.empty(columns, np.int64)
    full = 1 << FRACTION_BITS
    for law in range(laws):
        shorts, amples = 0, 0
        for k in range(columns):
            share[k] = probability[law, k] * columns if k < probability.shape[1] else 0.0
            entry[law, k] = (k << FRACTION_BITS) | (full - 1)
            if share[k] < 1.0:
                short[shorts] = k
                shorts += 1
            else:
                ample[amples] = k
                amples += 1
        while shorts > 0 and amples > 0:
            shorts -= 1
            low, high = short[shorts], ample[amples - 1]
            kept = min(int(share[low] * full + 0.5), full - 1)
            entry[law, low] = (high << FRACTION_BITS) | kept
            share[high] -= 1.0 - share[low]
            if share[high] < 1.0:
                amples -= 1
                short[shorts] = high
                shorts += 1


@njit(cache=True, nogil=True)
def draw_days(units: Units, entry: Words, columns_bits: int, key: Words, work: Words, day: int, days: int) -> None:
    """Fills ``units`` [day, lane] from alias tables; ``key`` [3, lane] holds two hash keys and where a table starts.

    Three loops a day, because only the middle one reads from all over. Every step of the hash is cut to 32 bits and
    every shift is shown to be below 32, because numba would go on in 64.
    """
    to_column = np.uint32(32 - columns_bits) & np.uint32(31)
    to_fraction = np.uint32(32 - columns_bits - FRACTION_BITS) & np.uint32(31)
    for t in range(days):
        step = np.uint32(np.uint32(day + t) * _STEP)
        for i in range(BLOCK):
            x = np.uint32(key[0, i] + step)
            x = np.uint32(np.uint32(x ^ (x >> _S16)) * _MULTIPLY_A)
            x = np.uint32(np.uint32(x ^ (x >> _S15)) + key[1, i])
            x = np.uint32(x * _MULTIPLY_B)
            x = np.uint32(x ^ (x >> _S16))
            work[0, i] = np.uint32(key[2, i] + (x >> to_column))
            work[1, i] = np.uint32((x >> to_fraction) & _FRACTION_MASK)
        for i in range(BLOCK):
            work[2, i] = entry[np.uint64(work[0, i])]
        for i in range(BLOCK):
            keep = work[1, i] < np.uint32(work[2, i] & _FRACTION_MASK)
            units[t, i] = np.uint32(work[0, i] - key[2, i]) if keep else np.uint32(work[2, i] >> _FRACTION)


@njit(cache=True, nogil=True)
def take_days(units: Units, given: Units, first: int, day: int, days: int) -> None:
    """Fills ``units`` [day, lane] from the columns of ``given`` [period, column] that start at ``first``."""
    for t in range(days):
        for i in range(BLOCK):
            units[t, i] = given[np.uint64(day + t), np.uint64(first + i)]


@njit(cache=True, nogil=True)
def play_days(
    units: Units, days: int, level: Lanes, cap: Lanes, sold: Lanes, ordered: Lanes, day: int, held: Lanes
) -> None:  # fmt: skip
    """Plays ``days`` periods of one block under one policy; what is on hand after demand is added to ``held``.

    ``sold`` [lane] and ``ordered`` [lead + 1, lane] count from the start, modulo their width: on hand is the level plus
    what was ordered a lead time ago less what was sold, and the position is short of the level by sold less ordered.
    Whether the order is placed before or after the arrival makes no difference, as the position holds both.
    """
    unit = level.dtype.type
    rows = ordered.shape[0]
    before, today = (day + rows - 1) % rows, day % rows
    for t in range(days):
        due = today + 1 if today + 1 < rows else 0
        for i in range(BLOCK):
            gone, so_far = sold[i], ordered[before, i]
            ordered[today, i] = unit(so_far + min(unit(gone - so_far), cap[i]))
            on_hand = unit(level[i] + ordered[due, i] - gone)
            taken = min(on_hand, units[t, i])
            sold[i] = unit(gone + taken)
            held[i] = unit(held[i] + on_hand - taken)
        before, today = today, due


@njit(cache=True, nogil=True)
def add_days(units: Units, days: int, total: Words, asked: Ints) -> None:
    """Adds the units of ``days`` to ``asked`` [lane], by way of 32 bits, which is twice as fast."""
    for i in range(BLOCK):
        total[i] = 0
    for t in range(days):
        for i in range(BLOCK):
            total[i] = np.uint32(total[i] + units[t, i])
    for i in range(BLOCK):
        asked[i] += total[i]


@njit(cache=True, nogil=True)
def keys(seed: int, path: Ints, address: Ints, law: Ints, columns_bits: int, key: Words) -> None:
    """Fills ``key`` [block, 3, lane] for `draw_days`: the address as two words, and where the law's table starts."""
    for at in range(len(path)):
        b, i = at // BLOCK, at % BLOCK
        state = mix(mix(mix(np.uint64(0), seed), path[at]), address[at])
        key[b, 0, i], key[b, 1, i] = np.uint32(state >> _S32), np.uint32(state & np.uint64(0xFFFFFFFF))
        key[b, 2, i] = law[at] << columns_bits


@njit(cache=True, nogil=True)
def play(
    given: Units, first: int, entry: Words, columns_bits: int, key: Words, level: Lanes, cap: Lanes,
    lead_periods: int, periods: int, warm_up: int, held: Ints, sold: Ints, asked: Ints,
) -> None:  # fmt: skip
    """Adds what happens after ``warm_up`` to ``held``, ``sold`` [block, candidate, lane] and ``asked`` [block, lane].

    ``given`` [period, column] is the demand, that of the first lane in column ``first``; where it has no periods,
    demand is drawn by `draw_days`, with ``key`` [block, 3, lane].
    """
    blocks, candidates, _ = level.shape
    units, work = np.zeros((CHUNK, BLOCK), np.uint16), np.zeros((3, BLOCK), np.uint32)
    gone, gone_before = np.zeros((candidates, BLOCK), level.dtype), np.zeros(BLOCK, level.dtype)
    ordered, left = np.zeros((candidates, lead_periods + 1, BLOCK), level.dtype), np.zeros(BLOCK, level.dtype)
    for b in range(blocks):
        for c in range(candidates):
            for i in range(BLOCK):
                gone[c, i] = 0
                for d in range(lead_periods + 1):
                    ordered[c, d, i] = 0
        day = 0
        while day < periods:
            days = min(CHUNK, (warm_up if day < warm_up else periods) - day)
            if len(given) > 0:
                take_days(units, given, first + b * BLOCK, day, days)
            else:
                draw_days(units, entry, columns_bits, key[b], work, day, days)
            if day >= warm_up:
                add_days(units, days, work[0], asked[b])
            for c in range(candidates):
                for i in range(BLOCK):
                    left[i], gone_before[i] = 0, gone[c, i]
                play_days(units, days, level[b, c], cap[b, c], gone[c], ordered[c], day, left)
                if day >= warm_up:
                    for i in range(BLOCK):
                        held[b, c, i] += left[i]
                        sold[b, c, i] += level.dtype.type(gone[c, i] - gone_before[i])
            day += days
