"""The restock rules of tools in use, as levels that are computed anew at every review from what was sold so far.

Hides how a rule becomes rows of the engine. Keeps two invariants: a level of a day uses sales before that day only, and
all rules are told demand rather than sales, so lost sales never mislead them, which favors them.

Sources: published help pages and code of the tools, restated in docs/rooms/backtest.md. Daily is units a day as the
rule estimates it; lead is the likely days from order to shelf; all order up to a multiple of daily, nets of what is on
hand and under way.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.backtest.history import rolling_mean
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.simulate import Option, Outcomes, Policy, PolicyKind, Scenario, run

REVIEW_DAYS = 7
SAFETY_DAYS = 7
SCALE = 1_000  # levels are written for a thousand units a day and scaled by daily / 1000 on the review day
OF_THE_REVIEW_DAY = 2
PPM = 1_000_000
KNEE_DAYS, BELOW_KNEE = 7.0, 0.25
Daily = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True, slots=True)
class Rule:
    """``cover_days`` and ``trigger_days`` of daily, given the lead; no trigger: it orders at every review."""

    name: str
    daily: Daily
    cover_days: Callable[[int], float]
    trigger_days: Callable[[int], float] | None = None


def _mean_of(window: int) -> Daily:
    return lambda past, actual: rolling_mean(past, actual, window)


def _weighted(past: Ints, actual: Ints) -> Floats:
    windows = (3, 7, 14, 30, 60, 90)
    return np.asarray(sum(rolling_mean(past, actual, window) for window in windows) / len(windows))


def _busy_less(past: Ints, actual: Ints) -> Floats:
    """The week's mean; above 50 a day 7 days are covered in place of 10."""
    week = rolling_mean(past, actual, 7)
    return np.where(week > 50.0, week * 0.7, week)  # noqa: PLR2004 the rule's own number


RULES = (
    Rule("bigseller", _mean_of(30), lambda lead: REVIEW_DAYS + lead + SAFETY_DAYS, lambda lead: lead + SAFETY_DAYS),
    Rule("lingxing", _weighted, lambda lead: lead + REVIEW_DAYS + SAFETY_DAYS),
    Rule("ops", _busy_less, lambda lead: 10),
    Rule("omni", _mean_of(7), lambda lead: 30 * 1.3),
    Rule("inventory_planner", _mean_of(90), lambda lead: lead + 30),
)


def restocked(rule: Rule, scenario: Scenario, demand: Demand, past: Ints, threads: int | None) -> Outcomes:
    """What happens to the scenario's options restocked by the rule.

    The scenario replays real days; ``past`` [series, day] are the days before it. ValueError where it does not replay.
    """
    actual = scenario.actual
    if actual is None:
        raise ValueError("scenario: no real days to replay, needs `actual`")
    daily = rule.daily(past, actual)
    paced = replace(demand, season=np.maximum(daily, 0.0) / SCALE, profile=np.arange(len(daily)))
    options = tuple(
        replace(option, places=(replace(option.places[0], policy=_policy(rule, option)), *option.places[1:]))
        for option in scenario.options
    )
    return run(replace(scenario, options=options), paced, threads=threads)


def _policy(rule: Rule, option: Option) -> Policy:
    """The rule's policy for the option's first place."""
    lead = option.supplier_lead_days.value + option.places[0].lane.lead_days.value
    units = pull(option) * SCALE
    kind = PolicyKind.BASE_STOCK if rule.trigger_days is None else PolicyKind.REORDER
    point = 0 if rule.trigger_days is None else int(rule.trigger_days(lead) * units)
    level = max(1, round(rule.cover_days(lead) * units))
    return Policy(kind, level, REVIEW_DAYS, min(point, level), follows_season=OF_THE_REVIEW_DAY)


def pull(option: Option) -> float:
    """Units the option's listing is expected to sell for one sold today, every number at its likely value."""
    one = option.listings[0]
    factor = one.reach.value / PPM * (one.visibility.value / PPM)
    factor *= (one.retail_price.value / option.retail_price_today_minor) ** (option.elasticity.value / PPM)
    saved = _felt(option.delivery_days_today) - _felt(one.delivery_days.value)
    return float(factor * (1.0 + option.speed_response.value / PPM) ** saved)


def _felt(days: int) -> float:
    """Delivery days as buyers feel them: below a week a day counts a quarter."""
    return days if days >= KNEE_DAYS else KNEE_DAYS - BELOW_KNEE * (KNEE_DAYS - days)
