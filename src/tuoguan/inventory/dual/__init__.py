"""Two suppliers, one slow and cheap, one fast and dear: policies, their costs, and the optimum.

Hides states, sweeps and paths. Keeps the invariant that a cost is the whole average cost of a period, with the purchase
of every unit in it. Order of a period: what is due arrives, the fast order is placed, then the slow one, demand comes,
holding or penalty is charged on what is left or waiting.
"""

from tuoguan.inventory.dual.costs import improved_costs, index_cost, optimal_cost
from tuoguan.inventory.dual.model import model_of
from tuoguan.inventory.dual.rules import levels_of, start_of
from tuoguan.inventory.dual.search import (
    best_capped_dual_index,
    best_dual_index,
    best_single_index,
    best_tailored_base_surge,
)
from tuoguan.inventory.instances import TwoSuppliers
from tuoguan.inventory.policies import (
    CappedDualIndex,
    Cost,
    DualIndex,
    Found,
    Improved,
    Policy,
    SingleIndex,
    TailoredBaseSurge,
)

__all__ = ["best_dual", "evaluate_dual", "optimal_dual"]

STEPS_MAX = 4
_SEARCHES = {
    SingleIndex: best_single_index,
    DualIndex: best_dual_index,
    CappedDualIndex: best_capped_dual_index,
    TailoredBaseSurge: best_tailored_base_surge,
}


def evaluate_dual(instance: TwoSuppliers, policy: Policy) -> Cost:
    """The average cost of a period under ``policy``: exact where its states allow, else counted on paths of luck."""
    model = model_of(instance)
    base, steps = start_of(policy)
    levels = levels_of(base, model)
    return improved_costs(model, levels, steps)[-1] if steps else index_cost(model, levels)


def best_dual(instance: TwoSuppliers, kind: type | None = None) -> Found:
    """The best policy of a kind that was found, `CappedDualIndex` unless said.

    `Improved` starts from that one and takes as many of at most `STEPS_MAX` steps as gain something.
    """
    model, kind = model_of(instance), kind or CappedDualIndex
    if kind is Improved:
        found = best_capped_dual_index(model)
        costs = improved_costs(model, levels_of(found.policy, model), STEPS_MAX)
        return Found(Improved(found.policy, len(costs)), costs[-1], found.tried + len(costs))
    if kind not in _SEARCHES:
        names = ", ".join(known.__name__ for known in _SEARCHES)
        raise ValueError(f"kind is {kind.__name__}: expected one of {names} or Improved")
    return _SEARCHES[kind](model)


def optimal_dual(instance: TwoSuppliers) -> Cost | None:
    """The least average cost of any policy, from relative values of all states; None where those are too many."""
    model = model_of(instance)
    return optimal_cost(model, levels_of(best_capped_dual_index(model).policy, model))
