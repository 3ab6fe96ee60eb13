"""What a stock policy does: each of the literature's kinds as one rule with five numbers.

Hides that kinds are the same rule: below ``reorder``, lift the position (or the projected stock) to ``up_to`` in
multiples of ``multiple``, at most ``cap``. Keeps the invariant that a rule never orders a negative amount.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import LostSales
from tuoguan.inventory.lost.kernels import Orders
from tuoguan.inventory.lost.states import Demand, States
from tuoguan.inventory.policies import (
    BaseStock,
    CappedBaseStock,
    CappedProjectedInventory,
    CappedReorderUpTo,
    ConstantOrder,
    Policy,
    ProjectedInventory,
    ReorderMultiples,
    ReorderUpTo,
)

NO_LIMIT = 1 << 30
LEVEL_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """When the position is at most ``reorder``, order the least multiple that reaches ``up_to``, at most ``cap``.

    ``projected``: the level is of expected units on hand when the order arrives, and the order is rounded down: the
    projected stock is the last one not above the level. (Rounding up is the same policy with a level lower by one.)
    """

    up_to: float
    cap: int = NO_LIMIT
    reorder: int = NO_LIMIT
    multiple: int = 1
    projected: bool = False

    def orders(self, states: States, leftover: Floats) -> Orders:
        """Units ordered [state], cut to what keeps the state in the set."""
        stock = leftover if self.projected else states.position
        short = np.where(states.position <= self.reorder, np.maximum(self.up_to - stock, 0.0), 0.0)
        # On whole numbers a floor with multiple - 1 more is a ceiling; the projected level is never in multiples.
        units = np.floor((short + self.multiple - 1 + 1e-9) / self.multiple) * self.multiple
        most = np.minimum(states.position_max - states.position, states.order_max)
        return np.asarray(np.minimum(np.minimum(units, self.cap), most), dtype=np.int32)

    def states(self, instance: LostSales) -> States:
        """The smallest set that holds every state the rule can lead to from an empty one."""
        demand = Demand.of(instance.demand)
        top = int(np.ceil(self.up_to)) + self.multiple - 1
        # Sales are at most the demand, so position less its mean never exceeds what is projected.
        reach = int(self.up_to + 1.0 + instance.lead_periods * demand.mean) + 1 if self.projected else top
        return States(instance.lead_periods, min(self.cap, top), reach)


def rule_of(policy: Policy) -> Rule:
    """The rule of a policy with one supplier; ValueError for numbers out of range and for any other kind."""
    match policy:
        case BaseStock(level):
            rule = Rule(level)
        case CappedBaseStock(level, cap):
            rule = Rule(level, cap)
        case ProjectedInventory(level):
            rule = Rule(level, projected=True)
        case CappedProjectedInventory(level, cap):
            rule = Rule(level, cap, projected=True)
        case ReorderUpTo(reorder, up_to):
            rule = Rule(up_to, reorder=reorder)
        case CappedReorderUpTo(reorder, up_to, cap):
            rule = Rule(up_to, cap, reorder)
        case ReorderMultiples(reorder, multiple):
            rule = Rule(reorder + 1, reorder=reorder, multiple=multiple)
        case ConstantOrder(units):
            rule = Rule(LEVEL_MAX, cap=units)
        case _:
            raise ValueError(f"{policy}: not a policy for one supplier and lost sales")
    _require(policy, rule)
    return rule


def _require(policy: Policy, rule: Rule) -> None:
    if not 0.0 <= rule.up_to <= LEVEL_MAX:
        raise ValueError(f"{policy}: the level is {rule.up_to}, expected 0 to {LEVEL_MAX}")
    if rule.cap < 0 or rule.multiple < 1:
        raise ValueError(f"{policy}: expected a cap of at least 0 and a multiple of at least 1")
    if rule.reorder < 0 or (rule.up_to <= rule.reorder < NO_LIMIT and rule.multiple == 1):
        raise ValueError(f"{policy}: expected 0 <= reorder_point < order_up_to")
