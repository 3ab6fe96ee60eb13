"""Counting sort of order lines into daily sums: the loop that turns a partition of lines into panel rows.

Keeps the invariant that every line given is in exactly one sum and that sums come out by group, then day.
"""

import os
import tempfile

if "NUMBA_CACHE_DIR" not in os.environ and not os.access(os.path.dirname(__file__), os.W_OK):
    os.environ["NUMBA_CACHE_DIR"] = os.path.join(tempfile.gettempdir(), "tuoguan-numba")

import numpy as np
from numba import njit

Array = np.ndarray


@njit(cache=True, nogil=True)
def build_table(hashes: Array, keys: Array, codes: Array) -> bool:
    """Fills an open-addressing table (size a power of two, ``codes`` all -1) with hash → rank; False when two hashes
    are equal.
    """
    mask = np.uint64(keys.size - 1)
    for index in range(hashes.size):
        place = hashes[index] & mask
        while codes[place] >= 0:
            if keys[place] == hashes[index]:
                return False
            place = (place + np.uint64(1)) & mask
        keys[place] = hashes[index]
        codes[place] = index
    return True


@njit(cache=True, nogil=True)
def group_lines(
    hashes: Array, market: Array, plain: Array, keys: Array, codes: Array, markets: int, group: Array
) -> int:
    """Writes rank of SKU times ``markets`` plus market into ``group``, -1 for lines that are not plain; returns their
    number.
    """
    mask = np.uint64(keys.size - 1)
    odd = 0
    for index in range(hashes.size):
        code = -1
        if plain[index]:
            place = hashes[index] & mask
            while codes[place] >= 0:
                if keys[place] == hashes[index]:
                    code = codes[place]
                    break
                place = (place + np.uint64(1)) & mask
        if code < 0:
            odd += 1
            group[index] = -1
        else:
            group[index] = code * markets + market[index]
    return odd


@njit(cache=True, nogil=True)
def scatter(group: Array, day: Array, quantity: Array, price: Array, width: int, starts: Array, out: Array) -> None:
    """Moves lines into ``out`` by partition ``group // width``, skipping group -1; ``starts`` (one cursor per
    partition) is moved along.

    ``out`` is a structured array with fields group, day, quantity, price; a line's place within its partition keeps
    file order.
    """
    for index in range(group.size):
        if group[index] < 0:
            continue
        part = group[index] // width
        place = starts[part]
        starts[part] = place + 1
        out[place].group = group[index]
        out[place].day = day[index]
        out[place].quantity = quantity[index]
        out[place].price = price[index]


@njit(cache=True, nogil=True)
def count_parts(group: Array, width: int, parts: int) -> Array:
    """How many lines each partition gets."""
    counts = np.zeros(parts + 1, dtype=np.int64)
    for index in range(group.size):
        if group[index] >= 0:
            counts[group[index] // width + 1] += 1
    return counts


@njit(cache=True, nogil=True)
def sum_partition(
    lines: Array, low: int, width: int, groups: Array, days: Array, units: Array, orders: Array, gross: Array
) -> int:
    """Fills the output columns with one row per group and day, both rising; returns how many rows.

    ``lines`` (group, day, quantity, price) holds groups ``low`` to below ``low + width``. Counting sort by group
    keeps file
    order; a group whose days already rise (files are mostly in time order) is summed in one pass, another is sorted
    first.
    """
    starts = np.zeros(width + 1, dtype=np.int64)
    for index in range(lines.size):
        starts[lines[index].group - low + 1] += 1
    for index in range(width):
        starts[index + 1] += starts[index]
    cursor = starts[:-1].copy()
    order = np.empty(lines.size, dtype=np.int32)
    for index in range(lines.size):
        key = lines[index].group - low
        order[cursor[key]] = index
        cursor[key] += 1
    row = -1
    for key in range(width):
        first, last = starts[key], starts[key + 1]
        _by_day(lines, order, first, last)
        previous = -1
        for place in range(first, last):
            line = order[place]
            day = np.int64(lines[line].day)
            if day != previous:
                row += 1
                groups[row], days[row], units[row], orders[row], gross[row] = key + low, day, 0, 0, 0
                previous = day
            quantity = np.int64(lines[line].quantity)
            units[row] += quantity
            orders[row] += 1
            gross[row] += quantity * np.int64(lines[line].price)
    return row + 1


@njit(cache=True, nogil=True)
def _by_day(lines: Array, order: Array, first: int, last: int) -> None:
    """Puts one group's line numbers in the order of their days; nothing to do where they rise already."""
    rising = True
    for place in range(first + 1, last):
        if lines[order[place]].day < lines[order[place - 1]].day:
            rising = False
            break
    if rising:
        return
    if last - first > 40:
        keys = np.empty(last - first, dtype=np.int64)
        for place in range(first, last):
            keys[place - first] = (np.int64(lines[order[place]].day) << 32) | np.int64(order[place])
        keys.sort()
        for place in range(first, last):
            order[place] = np.int32(keys[place - first] & np.int64(0xFFFFFFFF))
        return
    for place in range(first + 1, last):
        moved = order[place]
        day = lines[moved].day
        back = place - 1
        while back >= first and lines[order[back]].day > day:
            order[back + 1] = order[back]
            back -= 1
        order[back + 1] = moved
