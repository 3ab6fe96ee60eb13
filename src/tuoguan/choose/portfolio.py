"""From evaluated options to the seller's best set, and to its frontier.

Hides which options are looked at and which limits can bind. Keeps the invariant that an answer lists every limit the
seller named, those that cannot bind with their use and no price.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose.portfolio_limits import (
    Store,
    build_limits,
    can_bind,
    stores,
    wanted_rows,
)  # fmt: skip
from tuoguan.choose.portfolio_stores import Stated, best_set
from tuoguan.choose.portfolio_switching import with_switching
from tuoguan.choose.problem import Capacity, Infeasible, Portfolio
from tuoguan.choose.problem_family import Family
from tuoguan.choose.solving import NODE_LIMIT
from tuoguan.choose.study import Study
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.intake import Seller

SHARES = (0.5, 0.75, 1.25, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Point:
    """One portfolio of the frontier, under a share of today's hours (``limit_share``) and of today's cash.

    ``hours`` is the busiest week's, ``cash`` the most tied up in any week.
    """

    risk_weight: float
    limit_share: float
    mean: float
    cvar: float
    objective: float
    bound: float
    hours: float
    cash: float
    sold: int
    cash_share: float = 1.0


def choose(
    study: Study, seller: Seller, *, weight: float | None = None, hours_per_week: float | None = None,
    cash_share: float = 1.0, allowed: Flags | None = None, lifted: Family | None = None,
    start: Portfolio | None = None, time_limit: float = 60.0, node_limit: int = NODE_LIMIT,
) -> Portfolio:  # fmt: skip
    """The best set of options within all limits of the seller, at the seller's risk weight, switching costs counted.

    ``chosen[g]`` follows the groups of ``study``. An option ties up cash as far as the low path of its cumulative
    cash lies below nought; low paths are added up, which is on the safe side of their common quantile. Only options
    that earn on average are looked at, or help a least number of products, and of those only ``allowed`` [option]
    where it is given; the bound is for that set. ``lifted`` names limits to leave out; ``start`` is an earlier answer
    whose prices are set out from; ``node_limit`` 0 leaves out branch and bound, which costs most and gains least where
    many products are chosen from. `Infeasible` when the limits
    clash, with the smallest set that does.
    """
    study = with_switching(study, seller)
    capacities, uses = build_limits(study, seller, lifted)
    capacities = tuple(_moved(capacity, hours_per_week, cash_share) for capacity in capacities)
    mean = study.mean()
    looked = (mean > 0) | wanted_rows(study, seller)
    rows = np.flatnonzero(looked if allowed is None else allowed & looked)
    able = [k for k, capacity in enumerate(capacities) if can_bind(capacity, uses[:, k], study)] or [0]
    stated = Stated(
        value=mean[rows], profit=study.profit[rows].astype(np.float64), uses=uses[rows][:, able],
        capacities=tuple(capacities[k] for k in able), group=study.group_of[rows],
        weight=seller.risk.weight if weight is None else weight, level=seller.risk.level, start=start,
        node_limit=node_limit,
    )  # fmt: skip
    found = stores(study, seller, lifted)
    answer = best_set(stated, tuple(Store(one.capacity, one.sold[rows]) for one in found), time_limit)
    return _whole(answer, rows, study, capacities, uses, able)


def _moved(capacity: Capacity, hours: float | None, cash_share: float) -> Capacity:
    if capacity.kind == "cash":
        return replace(capacity, limit=capacity.limit * cash_share)
    return replace(capacity, limit=hours) if capacity.kind == "hours" and hours is not None else capacity


def _whole(
    answer: Portfolio, rows: Ints, study: Study, capacities: tuple[Capacity, ...], uses: Floats, able: list[int]
) -> Portfolio:
    """The answer in options of the study, with every limit: those named, then the least numbers of open stores."""
    chosen = np.full(len(study.sku), -1, np.int64)
    chosen[: len(answer.chosen)] = np.append(rows, -1)[answer.chosen]
    price = np.zeros(len(capacities))
    price[able] = answer.shadow_price[: len(able)]
    picked = chosen[chosen >= 0]
    return replace(
        answer, chosen=chosen, capacities=(*capacities, *answer.capacities[len(able) :]),
        shadow_price=np.concatenate([price, answer.shadow_price[len(able) :]]),
        used=np.concatenate([uses[picked].sum(axis=0), answer.used[len(able) :]]),
    )  # fmt: skip


def frontier(
    study: Study, seller: Seller, *, weights: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    hours_shares: Sequence[float] = SHARES, cash_shares: Sequence[float] = SHARES, start: Portfolio | None = None,
    time_limit: float = 20.0,
) -> tuple[Point, ...]:  # fmt: skip
    """Portfolios at several risk weights under today's limits, then at several shares of today's hours and cash.

    A share under which the limits clash gives no point. ``start``: as in `choose`.
    """
    own = seller.risk.weight
    cases = [(weight, 1.0, 1.0) for weight in weights] + [(own, share, 1.0) for share in hours_shares]
    cases += [(own, 1.0, share) for share in cash_shares]
    points = [_point(study, seller, case, start, time_limit) for case in cases]
    return tuple(point for point in points if point is not None)


def _point(
    study: Study, seller: Seller, case: tuple[float, float, float], start: Portfolio | None, time_limit: float
) -> Point | None:
    weight, hours_share, cash_share = case
    hours = seller.limits.hours_per_week * hours_share
    try:
        answer = choose(
            study, seller, weight=weight, hours_per_week=hours, cash_share=cash_share, start=start,
            time_limit=time_limit, node_limit=0,
        )  # fmt: skip
    except Infeasible:
        return None
    return Point(
        weight, hours_share, answer.mean, answer.cvar, answer.objective, answer.bound, peak_use(answer, "hours"),
        peak_use(answer, "cash"), int((answer.chosen >= 0).sum()), cash_share,
    )  # fmt: skip


def peak_use(portfolio: Portfolio, kind: str) -> float:
    """The largest use of any limit of this kind, at least 0."""
    used = [use for use, capacity in zip(portfolio.used, portfolio.capacities, strict=True) if capacity.kind == kind]
    return float(max([*used, 0.0]))
