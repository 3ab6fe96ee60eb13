"""Stock policies of the literature: each a few numbers, its formula and its source.

Hides nothing and computes nothing: `evaluate` plays them, `best_policy` finds their numbers. IP is the inventory
position: on hand less waiting plus all that is on order.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConstantOrder:
    """Order ``units`` every period, whatever there is (Reiman 2004)."""

    units: int


@dataclass(frozen=True, slots=True)
class BaseStock:
    """Order max(0, level - IP) (Karlin & Scarf 1958)."""

    level: int


@dataclass(frozen=True, slots=True)
class CappedBaseStock:
    """Order min(cap, max(0, level - IP)) (Xin 2021)."""

    level: int
    cap: int


@dataclass(frozen=True, slots=True)
class ProjectedInventory:
    """Order up to ``level`` expected units on hand when the order arrives (van Jaarsveld & Arts 2024).

    The order is rounded down: the projected stock is the last one not above the level.
    """

    level: float


@dataclass(frozen=True, slots=True)
class CappedProjectedInventory:
    """`ProjectedInventory` with orders of at most ``cap`` units."""

    level: float
    cap: int


@dataclass(frozen=True, slots=True)
class ReorderUpTo:
    """(s, S): when IP <= reorder_point, order up to ``order_up_to`` (Scarf 1960)."""

    reorder_point: int
    order_up_to: int


@dataclass(frozen=True, slots=True)
class CappedReorderUpTo:
    """(s, S, q): as (s, S) with orders of at most ``cap`` units (Bijvank, Bhulai & Huh 2015)."""

    reorder_point: int
    order_up_to: int
    cap: int


@dataclass(frozen=True, slots=True)
class ReorderMultiples:
    """(s, nQ): when IP <= reorder_point, order the fewest multiples of ``multiple`` that lift IP above it."""

    reorder_point: int
    multiple: int


@dataclass(frozen=True, slots=True)
class SingleIndex:
    """One position for both suppliers: the fast one fills it to ``fast_level``, the slow one to ``slow_level``."""

    fast_level: int
    slow_level: int


@dataclass(frozen=True, slots=True)
class DualIndex:
    """The fast supplier fills the position that arrives within its lead time to ``fast_level``, the slow one the whole
    position to ``slow_level`` (Veeraraghavan & Scheller-Wolf 2008).
    """

    fast_level: int
    slow_level: int


@dataclass(frozen=True, slots=True)
class CappedDualIndex:
    """`DualIndex` with slow orders of at most ``cap`` units (Sun & Van Mieghem 2019)."""

    fast_level: int
    slow_level: int
    cap: int


@dataclass(frozen=True, slots=True)
class TailoredBaseSurge:
    """``slow_units`` from the slow supplier each period, the fast one to ``fast_level`` (Allon & Van Mieghem 2010)."""

    fast_level: int
    slow_units: int


@dataclass(frozen=True, slots=True)
class Improved:
    """``steps`` exact policy-improvement (rollout) steps on ``base``: act best today, then follow what came before."""

    base: "Policy"
    steps: int = 1


Policy = (
    ConstantOrder | BaseStock | CappedBaseStock | ProjectedInventory | CappedProjectedInventory | ReorderUpTo
    | CappedReorderUpTo | ReorderMultiples | SingleIndex | DualIndex | CappedDualIndex | TailoredBaseSurge | Improved
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """Average cost of a period. ``standard_error`` is 0 where it was computed exactly, and ``method`` says how."""

    value: float
    standard_error: float
    method: str


@dataclass(frozen=True, slots=True)
class Found:
    """A policy of a kind that was searched for, what it costs, and how many were tried."""

    policy: Policy
    cost: Cost
    tried: int
