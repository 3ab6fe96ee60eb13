"""From evaluated options to the seller's best set: capacities out of the settings, prices back in words.

Hides how a calendar becomes limits: one for cash, one for hours and one per own site for volume, in every week. Keeps
the invariant that all uses and limits are in the units that the words name (minor units, hours, cm3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose.problem import Capacity, Portfolio
from tuoguan.choose.solve import solve
from tuoguan.choose.study import Study
from tuoguan.foundation.arrays import Flags, Floats
from tuoguan.foundation.money import format_minor, parse_minor, to_minor
from tuoguan.intake import Seller

CM3_PER_CBM = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """One portfolio of the frontier. ``hours`` is the busiest week's, ``cash`` the most tied up in any week."""

    risk_weight: float
    limit_share: float
    mean: float
    cvar: float
    objective: float
    bound: float
    hours: float
    cash: float
    sold: int


def choose(
    study: Study, seller: Seller, *, weight: float | None = None, hours_per_week: float | None = None,
    allowed: Flags | None = None, time_limit: float = 60.0,
) -> Portfolio:  # fmt: skip
    """The best set of options within the seller's cash, weekly hours and site volumes, at the seller's risk weight.

    ``chosen[g]`` follows the groups of ``study``. An option ties up cash as far as the low path of its cumulative
    cash lies below nought; low paths are added up, which is on the safe side of their common quantile. Only options
    that earn on average are looked at, and of those only ``allowed`` [option] where it is given; the bound is for
    that set.
    """
    capacities, uses = build_limits(study, seller)
    if hours_per_week is not None:
        capacities = tuple(replace(c, limit=hours_per_week) if c.kind == "hours" else c for c in capacities)
    mean = study.mean()
    # What loses money on average is never offered as a hedge for something else.
    rows = np.flatnonzero(mean > 0) if allowed is None else np.flatnonzero(allowed & (mean > 0))
    present, group = np.unique(study.group_of[rows], return_inverse=True)
    profit = study.profit[rows].astype(np.float64)
    answer = solve(
        profit.mean(axis=1), uses[rows], capacities, groups=group, scenario_values=profit,
        weight=seller.risk.weight if weight is None else weight, level=seller.risk.level, time_limit=time_limit,
    )  # fmt: skip
    chosen = np.full(len(study.sku), -1, np.int64)
    chosen[present] = np.append(rows, -1)[answer.chosen]
    return replace(answer, chosen=chosen)


def build_limits(study: Study, seller: Seller) -> tuple[tuple[Capacity, ...], Floats]:
    """(capacities, uses [option, capacity]): cash, hours, then volume of each own site with a limit, week by week."""
    weeks = study.hours.shape[1]
    cash_minor = parse_minor(seller.limits.cash, seller.currency)
    parts = [-study.cash_low.astype(np.float64), study.hours]
    named = [Capacity(f"cash week {week}", "cash", float(cash_minor), seller.currency) for week in range(1, weeks + 1)]
    named += [
        Capacity(f"hours week {week}", "hours", seller.limits.hours_per_week, "hour") for week in range(1, weeks + 1)
    ]
    for site in seller.sites:
        here = np.array([site.id in sites.split(" + ") for sites in study.sites], np.bool_)
        if site.volume_cbm is not None and here.any():
            limit = site.volume_cbm * CM3_PER_CBM
            named += [Capacity(f"volume {site.id} week {week}", "volume", limit, "cm3") for week in range(1, weeks + 1)]
            parts.append(np.where(here[:, None], study.volume_cm3, 0).astype(np.float64))
    return tuple(named), np.concatenate(parts, axis=1)


def frontier(
    study: Study, seller: Seller, *, weights: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    hours_shares: Sequence[float] = (0.5, 0.75, 1.25, 1.5, 2.0), time_limit: float = 20.0,
) -> tuple[Point, ...]:  # fmt: skip
    """Portfolios at several risk weights under today's limits, then at several shares of today's hours."""
    own, hours = seller.risk.weight, seller.limits.hours_per_week
    cases = [(weight, 1.0) for weight in weights] + [(own, share) for share in hours_shares]
    return tuple(
        _point(choose(study, seller, weight=weight, hours_per_week=hours * share, time_limit=time_limit), weight, share)
        for weight, share in cases
    )


def _point(answer: Portfolio, weight: float, share: float) -> Point:
    return Point(
        weight, share, answer.mean, answer.cvar, answer.objective, answer.bound,
        peak_use(answer, "hours"), peak_use(answer, "cash"), int((answer.chosen >= 0).sum()),
    )  # fmt: skip


def peak_use(portfolio: Portfolio, kind: str) -> float:
    """The largest use of any limit of this kind, at least 0."""
    used = [use for use, capacity in zip(portfolio.used, portfolio.capacities, strict=True) if capacity.kind == kind]
    return float(max([*used, 0.0]))


def price_words(portfolio: Portfolio, currency: str, lang: str = "en") -> tuple[str, ...]:
    """One sentence per limit that binds, dearest use of the limit first: what one more unit of it is worth."""
    order = np.argsort(-portfolio.shadow_price * np.abs(portfolio.used), kind="stable")
    return tuple(
        _sentence(portfolio.capacities[k], float(portfolio.shadow_price[k]), currency, lang)
        for k in order
        if portfolio.shadow_price[k] > 0.0
    )


# Per kind: how many units of the limit the sentence speaks of, and the sentence.
_WORDS = {
    "hours": (
        1.0,
        "one more hour in week {week} is worth {price} {currency}",
        "第 {week} 周多一小时值 {price} {currency}",
    ),
    "cash": (
        10_000.0,
        "100 {currency} more cash in week {week} are worth {price} {currency}",
        "第 {week} 周多 100 {currency} 现金值 {price} {currency}",
    ),
    "volume": (
        float(CM3_PER_CBM),
        "one more cubic meter at {site} in week {week} is worth {price} {currency}",
        "{site} 第 {week} 周多一立方米值 {price} {currency}",
    ),
}


def _sentence(capacity: Capacity, price: float, currency: str, lang: str) -> str:
    units, english, chinese = _WORDS[capacity.kind]
    if capacity.kind == "cash":
        units = float(parse_minor("100", currency))
    site, week = capacity.name.split()[1], capacity.name.split()[-1]
    worth = format_minor(to_minor(price * units), currency)
    return (chinese if lang == "zh" else english).format(week=week, site=site, price=worth, currency=currency)
