"""What a choice needs to know of all options, as plain tables: no contract, no policy, no object.

Keeps the invariant that everything the choice, its reasons and a what-if compute from it follows from its fields alone,
so that it can be kept in a file and chosen from again without playing anything.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuoguan.choose.options import is_handed_over
from tuoguan.choose.policies import Evaluated
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.simulate import Option

NO_LANE = "-"


@dataclass(frozen=True, slots=True)
class Study:
    """Rows of ``sku``, ``market``, ``today`` are groups; option rows of group ``g`` are first[g] to first[g + 1] - 1.

    key           [option]  unique in its group; ``contracts`` [option] ids of its listings, joined by " + "
    sites         [option]  ids of the seller's own sites it keeps stock at, joined by " + "
    lanes         [option]  ids of its places' lanes, the slow and the fast one of each place ("-" where there is none),
                            joined by " + "
    supplier      [group]   the product's, "" when unknown
    handed_over   [option]  every duty of shipping and service is the platform's
    profit        int64 [option, path], minor units; the paths are the same luck for all
    component     int64 [option, Component], minor units, means
    cash_low      int64 [option, week], minor units; hours f8 [option, week]; volume_cm3 int64 [option, week]
    hours_by_duty f8 [option, Duty], over the horizon
    bought        f8 [option, week], units ordered from the supplier; bought_minor int64 the same at unit cost
    sent_cm3      f8 [option, 2 x place, week], what sets out by each of ``lanes``
    switch_minor  int64 [option], switch_hours f8 [option]: what leaving today's contract costs once, already inside
                  profit, component, cash and hours (`tuoguan.choose.portfolio_switching`)
    """

    sku: tuple[str, ...]
    market: tuple[str, ...]
    today: tuple[str, ...]
    first: Ints
    key: tuple[str, ...]
    contracts: tuple[str, ...]
    sites: tuple[str, ...]
    handed_over: Flags
    profit: Ints
    component: Ints
    cash_low: Ints
    hours: Floats
    hours_by_duty: Floats
    volume_cm3: Ints
    lanes: tuple[str, ...]
    supplier: tuple[str, ...]
    bought: Floats
    bought_minor: Ints
    sent_cm3: Floats
    switch_minor: Ints
    switch_hours: Floats
    wage_per_hour_minor: int
    currency: str
    start_on: Day
    horizon_days: int

    @property
    def group_of(self) -> Ints:
        """[option] group."""
        return np.repeat(np.arange(len(self.sku), dtype=np.int64), np.diff(self.first))

    def mean(self) -> Floats:
        """[option] mean profit, minor units."""
        return np.asarray(self.profit.mean(axis=1))


def study_of(evaluated: Evaluated) -> Study:
    """The tables of what was evaluated; rows in the same order."""
    groups, outcomes = evaluated.groups, evaluated.outcomes
    options = groups.options
    return Study(
        sku=groups.sku, market=groups.market, today=groups.today, first=groups.first,
        key=tuple(option.key for option in options),
        contracts=tuple(" + ".join(listing.contract.id for listing in option.listings) for option in options),
        sites=tuple(
            " + ".join(sorted({place.id.split("/")[0] for place in option.places if place.owner_is_seller}))
            for option in options
        ),
        handed_over=np.array([is_handed_over(option) for option in options], dtype=np.bool_),
        profit=outcomes.profit, component=outcomes.component, cash_low=outcomes.cash_low, hours=outcomes.hours,
        hours_by_duty=outcomes.hours_by_duty, volume_cm3=outcomes.volume_cm3,
        lanes=tuple(_lanes(option) for option in options), supplier=groups.supplier or ("",) * groups.count,
        bought=outcomes.units_bought, bought_minor=_at_cost(outcomes.units_bought, options, groups.currency),
        sent_cm3=outcomes.units_sent * np.array([option.unit_volume_cm3 for option in options])[:, None, None],
        switch_minor=_filled(evaluated.switch_minor, len(options)),
        switch_hours=_filled(evaluated.switch_hours, len(options)),
        wage_per_hour_minor=groups.wage_per_hour_minor, currency=groups.currency,
        start_on=groups.start_on, horizon_days=groups.horizon_days,
    )  # fmt: skip


def evaluated_with(evaluated: Evaluated, study: Study) -> Evaluated:
    """The same options with the study's money and hours, so that every bridge holds what leaving today's way costs."""
    outcomes = replace(
        evaluated.outcomes, profit=study.profit, component=study.component, cash_low=study.cash_low,
        cash_mean=evaluated.outcomes.cash_mean + (study.cash_low - evaluated.outcomes.cash_low),
        hours=study.hours, hours_by_duty=study.hours_by_duty,
    )  # fmt: skip
    return replace(evaluated, outcomes=outcomes, switch_minor=study.switch_minor, switch_hours=study.switch_hours)


def _filled(values: Any, count: int) -> Any:
    """The values, or noughts of their kind where there are none."""
    return values if len(values) else np.zeros(count, values.dtype)


def _lanes(option: Option) -> str:
    names = [(place.lane.id, place.fast_lane.id if place.fast_lane else NO_LANE) for place in option.places]
    return " + ".join(name for pair in names for name in pair)


def _at_cost(units: Floats, options: tuple[Option, ...], currency: str) -> Ints:
    """Units at the central unit cost of their option, whole minor units."""
    micro = np.array([option.unit_cost.value for option in options], np.int64)
    scale = 10 ** (6 - EXPONENT_BY_CURRENCY[currency])
    return np.asarray(np.rint(units * micro[:, None] / scale), np.int64)
