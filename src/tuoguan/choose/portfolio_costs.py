"""What each limit costs the seller: the choice made again without it.

Hides that limits which no choice can break are not lifted. Keeps the invariant that what is proven and what is only
found are told apart.
"""

from dataclasses import dataclass

from tuoguan.choose.portfolio import choose
from tuoguan.choose.portfolio_limits import families
from tuoguan.choose.portfolio_switching import with_switching
from tuoguan.choose.problem import Portfolio
from tuoguan.choose.problem_family import Family, family_of
from tuoguan.choose.study import Study
from tuoguan.intake import Seller


@dataclass(frozen=True, slots=True)
class LimitCost:
    """What a family of limits costs: without it the objective would be ``gain`` higher, and no set could be more than
    ``gain_most`` higher (the same where the answer without it is proven). Minor units.
    """

    family: Family
    gain: float
    gain_most: float


def cost_of_limits(
    study: Study, seller: Seller, portfolio: Portfolio, *, weight: float | None = None, time_limit: float = 20.0
) -> tuple[LimitCost, ...]:
    """What lifting each family of limits altogether, the others held, would add to the objective; dearest first.

    ``portfolio`` is today's answer under all of them. Families that no choice could break cost nothing and are not
    solved again.
    """
    able = families(with_switching(study, seller), seller)
    named = (family_of(capacity)[0] for capacity in portfolio.capacities)
    found = [LimitCost(family, 0.0, 0.0) for family in dict.fromkeys(named) if family not in able]
    for family in able:
        free = choose(study, seller, weight=weight, lifted=family, start=portfolio, time_limit=time_limit, node_limit=0)
        gain = max(free.objective - portfolio.objective, 0.0)
        found.append(LimitCost(family, gain, max(free.bound - portfolio.objective, gain)))
    return tuple(sorted(found, key=lambda cost: (-cost.gain, -cost.gain_most, cost.family)))
