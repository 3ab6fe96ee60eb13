"""The two loops of two suppliers: one sweep of relative values over all states, and one path of the overshoot.

Hides how states lie in memory. A *state* is a row and a column: the row is the fast position less the lowest one kept,
the column what the slow supplier delivers after it. Two invariants: no state has a position above the highest row (an
order that would lead there is not offered), and rows below 0 are not kept, because from there the fast supplier fills
up to row 0, at its price for each unit.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.kernels import mix, to_unit
from tuoguan.inventory.orders.kernels import fast_order, slow_order

HUGE = 1e300
Rows = npt.NDArray[np.int16]


class States(NamedTuple):
    """Where each state lies. Columns stand in order of their total, so that those of a row are the first ``width``.

    A *rest* is a column without what arrives next, in the same order. ``next_column`` [rest x (order_max + 1) + units]
    is the column after an order of ``units``, ``lifts`` says that it raises the row instead (a lead of one).
    """

    offset: Ints
    width: Ints
    arriving: Ints
    rest: Ints
    rest_offset: Ints
    rest_width: Ints
    rest_total: Ints
    next_column: Ints
    order_max: int
    lifts: bool


@njit(cache=True, nogil=True)
def expect(states: States, values: Floats, probability: Floats, premium: float, after: Floats) -> None:
    """Fills ``after`` with the expected value of each state once demand has lowered its row."""
    for row in range(len(states.width)):
        width = states.width[row]
        out = after[states.offset[row] : states.offset[row] + width]
        out[:] = 0.0
        for units in range(min(row + 1, len(probability))):
            share = probability[units]
            source = values[states.offset[row - units] : states.offset[row - units] + width]
            for column in range(width):
                out[column] += share * source[column]
        missing = 0.0
        short = 0.0
        for units in range(row + 1, len(probability)):
            missing += probability[units]
            short += probability[units] * (units - row)
        if missing > 0.0:
            for column in range(width):
                out[column] += missing * values[column] + premium * short


@njit(cache=True, nogil=True)
def order_slow(states: States, after: Floats, slow: Rows, is_free: bool, ahead: Floats) -> None:
    """Fills ``ahead`` [row and rest] with the value after the slow order: the best, kept in ``slow``, or ``slow``."""
    rows = len(states.width)
    for row in range(rows):
        for rest in range(states.rest_width[row]):
            place = states.rest_offset[row] + rest
            if is_free:
                best, units = HUGE, 0
                room = rows - 1 - row - states.rest_total[rest]
                for order in range(min(room, states.order_max) + 1):
                    value = _after_slow(states, after, row, rest, order)
                    if value < best:
                        best, units = value, order
                slow[place] = units
                ahead[place] = best
            else:
                ahead[place] = _after_slow(states, after, row, rest, slow[place])


@njit(cache=True, nogil=True, inline="always")
def _after_slow(states: States, after: Floats, row: int, rest: int, units: int) -> float:
    if states.lifts:
        return after[states.offset[row + units]]
    return after[states.offset[row] + states.next_column[rest * (states.order_max + 1) + units]]


@njit(cache=True, nogil=True)
def order_fast(
    states: States, ahead: Floats, period_cost: Floats, premium: float, fast: Rows, is_free: bool, weight: float,
    carried: Floats, values: Floats
) -> tuple[float, float]:  # fmt: skip
    """The least and the largest growth of ``values`` in this sweep; they enclose the average cost (Odoni 1969).

    ``fast`` [state] is the row up to which the fast supplier fills: the best one is kept there, or it is followed.
    Buying a unit and then being in the next row is the same as buying it later in the same period, so the best row is
    ``carried`` [column] from row to row. ``weight`` below 1 damps a chain that would run in circles.
    """
    least, largest = HUGE, -HUGE
    carried[:] = HUGE
    for row in range(len(states.width) - 1, -1, -1):
        for column in range(states.width[row]):
            place = states.offset[row] + column
            arriving, rest = states.arriving[column], states.rest[column]
            if is_free:
                here = period_cost[row] + ahead[states.rest_offset[row + arriving] + rest]
                later = premium + carried[column]
                if here <= later:
                    fast[place] = row
                    carried[column] = here
                else:
                    fast[place] = fast[states.offset[row + 1] + column]
                    carried[column] = later
                value = carried[column]
            else:
                level = fast[place]
                value = premium * (level - row) + period_cost[level]
                value += ahead[states.rest_offset[level + arriving] + rest]
            growth = value - values[place]
            least = min(least, growth)
            largest = max(largest, growth)
            values[place] += weight * growth
    return least, largest


@njit(cache=True, nogil=True)
def follow_levels(
    states: States, low: int, levels: tuple[int, int, int], is_single: bool, fast: Rows, slow: Rows
) -> None:
    """Fills the rule of an index policy: fast level, slow level and cap, and what the fast supplier looks at.

    An order that would lead to a position above the highest row is cut.
    """
    rows = len(states.width)
    fast_level, slow_level, cap = levels
    for row in range(rows):
        for column in range(states.width[row]):
            due = states.arriving[column] + states.rest_total[states.rest[column]]
            units = fast_order(low + row + (due if is_single else 0), fast_level)
            fast[states.offset[row] + column] = min(row + units, rows - 1 - due)
        for rest in range(states.rest_width[row]):
            total = states.rest_total[rest]
            units = slow_order(low + row + total, slow_level, cap)
            slow[states.rest_offset[row] + rest] = min(units, states.order_max, rows - 1 - row - total)


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
