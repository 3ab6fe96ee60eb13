"""Stock policies in textbook form: average cost of a period, best policies of a kind, exact optima.

Hides which method answers which instance; a door for science beside the corridor, without contracts or money. Keeps the
invariant that a cost says how it was had: exactly, or from how many periods with which standard error.

>>> from tuoguan.inventory import LostSales, ReorderUpTo, demand_of, evaluate
>>> table = LostSales(demand_of("poisson 5"), lead_periods=2, holding=1, penalty=14, fixed_cost=5)
>>> round(evaluate(table, ReorderUpTo(17, 23)).value, 2)  # Bijvank, Bhulai & Huh 2015, Table 1
11.62
"""

from typing import get_args

from tuoguan.inventory.demands import demand_of, geometric, negative_binomial, poisson, uniform
from tuoguan.inventory.instances import Backlog, Discrete, Instance, LostSales, TwoSuppliers
from tuoguan.inventory.policies import (
    BaseStock,
    CappedBaseStock,
    CappedDualIndex,
    CappedProjectedInventory,
    CappedReorderUpTo,
    ConstantOrder,
    Cost,
    DualIndex,
    Found,
    Improved,
    Policy,
    ProjectedInventory,
    ReorderMultiples,
    ReorderUpTo,
    SingleIndex,
    TailoredBaseSurge,
)

__all__ = [
    "Backlog",
    "BaseStock",
    "CappedBaseStock",
    "CappedDualIndex",
    "CappedProjectedInventory",
    "CappedReorderUpTo",
    "ConstantOrder",
    "Cost",
    "Discrete",
    "DualIndex",
    "Found",
    "Improved",
    "Instance",
    "LostSales",
    "Policy",
    "ProjectedInventory",
    "ReorderMultiples",
    "ReorderUpTo",
    "SingleIndex",
    "TailoredBaseSurge",
    "TwoSuppliers",
    "best_policy",
    "demand_of",
    "evaluate",
    "geometric",
    "negative_binomial",
    "optimal",
    "poisson",
    "uniform",
]


def evaluate(instance: Instance, policy: Policy) -> Cost:
    """Average cost of a period under ``policy``; exact where the states can be held, else by simulation.

    Raises ValueError where the policy is not of the instance's family or its numbers are out of range.
    """
    if isinstance(instance, LostSales):
        from tuoguan.inventory.lost.evaluate import evaluate_lost

        return evaluate_lost(instance, policy)
    if isinstance(instance, TwoSuppliers):
        from tuoguan.inventory.dual import evaluate_dual

        return evaluate_dual(instance, policy)
    from tuoguan.inventory.classic.reorder import evaluate_backlog

    return evaluate_backlog(instance, policy)


def best_policy(instance: Instance, kind: type | str | None = None) -> Found:
    """The best policy of ``kind``, a class of policies or its name, with its cost and how many were tried.

    Without a kind: capped projected inventory for lost sales, capped (s, S) where there is a fixed cost, capped dual
    index for two suppliers, (s, S) for backlog. `Improved` adds exact improvement steps. Deterministic.
    """
    if isinstance(kind, str):
        kind = _named(kind)
    if isinstance(instance, LostSales):
        from tuoguan.inventory.lost.search import best_lost

        return best_lost(instance, kind)
    if isinstance(instance, TwoSuppliers):
        from tuoguan.inventory.dual import best_dual

        return best_dual(instance, kind)
    if kind not in (None, ReorderUpTo):
        raise ValueError(f"kind is {kind}; for backlog with one supplier: ReorderUpTo, which is optimal")
    from tuoguan.inventory.classic.reorder import optimal_backlog

    return optimal_backlog(instance)


def optimal(instance: Instance) -> Cost | None:
    """The least average cost there is, by relative value iteration with bounds; None where it cannot be had exactly.

    Backlog with one supplier: the (s, S) policy of Zheng and Federgruen (1991), which is optimal.
    """
    if isinstance(instance, LostSales):
        from tuoguan.inventory.lost.exact import optimal_cost

        cost = optimal_cost(instance)
        return None if cost is None else Cost(cost, 0.0, "exact")
    if isinstance(instance, TwoSuppliers):
        from tuoguan.inventory.dual import optimal_dual

        return optimal_dual(instance)
    from tuoguan.inventory.classic.reorder import optimal_backlog

    return optimal_backlog(instance).cost


def _named(kind: str) -> type:
    """The class of policies with this name."""
    names: dict[str, type] = {each.__name__: each for each in get_args(Policy)}
    if kind not in names:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(names)}")
    return names[kind]
