"""What a policy costs: exactly where its states can be held, else on luck of its own.

Hides which of the two. Keeps the invariant that the luck of a report was never used to choose.
"""

from tuoguan.inventory.instances import LostSales
from tuoguan.inventory.lost.constant import constant_cost
from tuoguan.inventory.lost.exact import cost_of, improved_cost
from tuoguan.inventory.lost.luck import REPORT, Luck
from tuoguan.inventory.lost.rules import rule_of
from tuoguan.inventory.policies import ConstantOrder, Cost, Improved, Policy

REPORT_PERIODS = 2_000_000
SLOW_REPORT_PERIODS = 100_000  # where stock is projected anew in each period, which costs a thousand times as much
STEPS_MAX = 20


def evaluate_lost(instance: LostSales, policy: Policy) -> Cost:
    """Average cost of a policy: exact where its states can be held, else simulated, with its standard error.

    `Improved` is exact or refused (ValueError): rollout by sampling would cost more than it gains.
    """
    if isinstance(policy, Improved):
        return _improved(instance, policy)
    rule = rule_of(policy)
    match policy:
        case ConstantOrder(units):
            exact = constant_cost(instance, units)
        case _:
            exact = cost_of(instance, rule)
    return reported(instance, policy) if exact is None else Cost(exact, 0.0, "exact")


def reported(instance: LostSales, policy: Policy) -> Cost:
    """Average cost of a policy on luck that nothing was chosen on."""
    rule = rule_of(policy)
    periods = SLOW_REPORT_PERIODS if rule.projected else REPORT_PERIODS
    mean, error, _ = Luck(instance, REPORT, periods).play(rule)
    return Cost(mean, error, f"{periods} periods")


def _improved(instance: LostSales, policy: Improved) -> Cost:
    if not 0 <= policy.steps <= STEPS_MAX:
        raise ValueError(f"steps is {policy.steps}, expected 0 to {STEPS_MAX}")
    cost = improved_cost(instance, rule_of(policy.base), policy.steps)
    if cost is None:
        raise ValueError(f"{policy}: too many states to improve on exactly, or it never settles")
    return Cost(cost, 0.0, "exact")
