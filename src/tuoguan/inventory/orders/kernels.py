"""How many units each stock policy orders, given a position. Written once, for textbook and full simulation alike.

Hides nothing: whole units in, whole units out. Keeps the invariant that an order is never negative.

A *position* is on hand less waiting plus what is on order. The *fast position* is the part of it that is there by the
time an order from the fast supplier placed now arrives; what the slow supplier delivers later does not count.
"""

from numba import njit


@njit(cache=True, nogil=True, inline="always")
def order_up_to(position: int, level: int) -> int:
    """Units that lift the position to ``level`` (base stock; Karlin & Scarf 1958)."""
    return max(0, level - position)


@njit(cache=True, nogil=True, inline="always")
def capped(units: int, cap: int) -> int:
    """``units``, but at most ``cap`` (Xin 2021)."""
    return min(units, cap)


@njit(cache=True, nogil=True, inline="always")
def reorder(position: int, reorder_point: int, level: int) -> int:
    """(s, S): units up to ``level`` once the position is at or below ``reorder_point``, else none (Scarf 1960)."""
    return order_up_to(position, level) if position <= reorder_point else 0


@njit(cache=True, nogil=True, inline="always")
def fast_order(fast_position: int, fast_level: int) -> int:
    """Units from the fast supplier: its own position is filled first (Veeraraghavan & Scheller-Wolf 2008)."""
    return order_up_to(fast_position, fast_level)


@njit(cache=True, nogil=True, inline="always")
def slow_order(position_after_fast: int, slow_level: int, cap: int) -> int:
    """Units from the slow supplier once the fast order counts; ``cap`` 0: no cap (Sun & Van Mieghem 2019)."""
    units = order_up_to(position_after_fast, slow_level)
    return units if cap == 0 else capped(units, cap)
