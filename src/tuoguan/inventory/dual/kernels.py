"""The two loops of two suppliers: one sweep of relative values over all states, and one path of the overshoot.

Hides how a state is stored. A *state* is the fast position e (a row: e = low + row) and what the slow supplier still
delivers after it, oldest first, as the digits of the column number in base ``order_max + 1``. Two invariants: no state
is left whose position is above ``high`` (an order that would do so is not offered), and rows below ``low`` are not
stored, because from there the fast supplier always fills up to ``low``, at its price for each unit.
"""

import numpy as np
from numba import njit

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.kernels import mix, to_unit
from tuoguan.inventory.orders.kernels import fast_order, slow_order

HUGE = 1e300


@njit(cache=True, nogil=True)
def expect(values: Floats, probability: Floats, premium: float, after: Floats) -> None:
    """Fills ``after`` [row, column] with the expected value once demand has lowered the row; the column stays."""
    rows, columns = values.shape
    for row in range(rows):
        out = after[row]
        out[:] = 0.0
        for units in range(min(row + 1, len(probability))):
            share = probability[units]
            if share > 0.0:
                source = values[row - units]
                for column in range(columns):
                    out[column] += share * source[column]
        missing = 0.0
        short = 0.0
        for units in range(row + 1, len(probability)):
            missing += probability[units]
            short += probability[units] * (units - row)
        if missing > 0.0:
            for column in range(columns):
                out[column] += missing * values[0, column] + premium * short


@njit(cache=True, nogil=True)
def order_slow(after: Floats, order_max: int, lead: int, total: Ints, slow: Ints, is_free: bool, ahead: Floats) -> None:
    """Fills ``ahead`` [row, rest] with the value after the slow order: the best one, kept in ``slow``, or ``slow``.

    ``rest`` is the column without what arrives next, ``total`` the units in it. With a lead of one the order itself
    arrives next and lifts the row.
    """
    rows, rests = ahead.shape
    base = order_max + 1
    for row in range(rows):
        for rest in range(rests):
            room = rows - 1 - row - total[rest]
            if room < 0:
                continue
            if is_free:
                best, units = HUGE, 0
                for order in range(min(room, order_max) + 1):
                    value = after[row + order, 0] if lead == 1 else after[row, rest * base + order]
                    if value < best:
                        best, units = value, order
                slow[row, rest] = units
                ahead[row, rest] = best
            else:
                units = slow[row, rest]
                ahead[row, rest] = after[row + units, 0] if lead == 1 else after[row, rest * base + units]


@njit(cache=True, nogil=True)
def order_fast(
    ahead: Floats, period_cost: Floats, premium: float, total: Ints, fast: Ints, is_free: bool, weight: float,
    carried: Floats, values: Floats
) -> tuple[float, float]:  # fmt: skip
    """The least and the largest growth of ``values`` in this sweep; they enclose the average cost (Odoni 1969).

    ``fast`` [row, column] is the row up to which the fast supplier fills: the best one is kept there, or it is
    followed. Buying a unit and then being in the next row is the same as buying it later in the same period, so the
    best level is carried from row to row. ``weight`` below 1 damps a chain that would run in circles.
    """
    rows, columns = values.shape
    rests = ahead.shape[1]
    least, largest = HUGE, -HUGE
    carried[:] = HUGE
    for row in range(rows - 1, -1, -1):
        for column in range(columns):
            rest = column % rests
            arriving = column // rests
            if row + arriving + total[rest] >= rows:
                continue
            if is_free:
                here = period_cost[row] + ahead[row + arriving, rest]
                later = premium + carried[column]
                if here <= later:
                    fast[row, column] = row
                    carried[column] = here
                else:
                    fast[row, column] = fast[row + 1, column]
                    carried[column] = later
                value = carried[column]
            else:
                level = fast[row, column]
                value = premium * (level - row) + period_cost[level] + ahead[level + arriving, rest]
            growth = value - values[row, column]
            least = min(least, growth)
            largest = max(largest, growth)
            values[row, column] += weight * growth
    return least, largest


@njit(cache=True, nogil=True)
def follow_levels(
    low: int, levels: tuple[int, int, int], is_single: bool, order_max: int, total: Ints, fast: Ints, slow: Ints
) -> None:
    """Fills the rule of an index policy: fast level, slow level and cap, and what the fast supplier looks at.

    An order that would lead off the grid is cut.
    """
    rows, columns = fast.shape
    rests = slow.shape[1]
    fast_level, slow_level, cap = levels
    for row in range(rows):
        for column in range(columns):
            due = column // rests + total[column % rests]
            seen = low + row + (due if is_single else 0)
            fast[row, column] = max(row, min(row + fast_order(seen, fast_level), rows - 1 - due))
        for rest in range(rests):
            units = slow_order(low + row + total[rest], slow_level, cap)
            slow[row, rest] = max(0, min(units, order_max, rows - 1 - row - total[rest]))


@njit(cache=True, nogil=True)
def draw_demand(cumulative: Floats, seed: int, stream: int, first: int, out: Ints) -> None:
    """Fills ``out`` [path, period] with units by inversion of u01(seed, first + path, 0, 0, stream, period)."""
    for path in range(out.shape[0]):
        state = mix(mix(mix(mix(mix(np.uint64(0), seed), first + path), 0), 0), stream)
        for period in range(out.shape[1]):
            out[path, period] = np.searchsorted(cumulative, to_unit(mix(state, period)), side="right")


@njit(cache=True, nogil=True)
def count_overshoot(demand: Ints, gap: int, cap: int, lead: int, warmup: int, counts: Ints) -> int:
    """Units from the fast supplier on the path ``demand``; adds to ``counts`` [units] how far stock stood above it.

    The overshoot over the fast level, seen after the fast order, obeys o' = max(0, o + arriving - demand): it knows the
    gap between the two levels and the cap, not the levels (Veeraraghavan & Scheller-Wolf 2008). What is above
    the last place of ``counts`` is counted there.
    """
    orders = np.zeros(lead, dtype=np.int64)
    over = 0
    due = 0
    bought = 0
    slot = 0
    for period in range(len(demand)):
        units = slow_order(over + due, gap, cap)
        orders[slot] = units
        due += units
        slot = slot + 1 if slot + 1 < lead else 0
        arriving = orders[slot]
        due -= arriving
        if period >= warmup:
            counts[min(over, len(counts) - 1)] += 1
        position = over + arriving - demand[period]
        fast = fast_order(position, 0)
        if period >= warmup:
            bought += fast
        over = position + fast
    return bought
