"""What a choice needs to know of all options, as plain tables: no contract, no policy, no object.

Keeps the invariant that everything the choice, its reasons and a what-if compute from it follows from its fields alone,
so that it can be kept in a file and chosen from again without playing anything.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.choose.options import is_handed_over
from tuoguan.choose.policies import Evaluated
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.days import Day


@dataclass(frozen=True, slots=True)
class Study:
    """Rows of ``sku``, ``market``, ``today`` are groups; option rows of group ``g`` are first[g] to first[g + 1] - 1.

    key           [option]  unique in its group; ``contracts`` [option] ids of its listings, joined by " + "
    sites         [option]  ids of the seller's own sites it keeps stock at, joined by " + "
    handed_over   [option]  every duty of shipping and service is the platform's
    profit        int64 [option, path], minor units; the paths are the same luck for all
    component     int64 [option, Component], minor units, means
    cash_low      int64 [option, week], minor units; hours f8 [option, week]; volume_cm3 int64 [option, week]
    hours_by_duty f8 [option, Duty], over the horizon
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
        currency=groups.currency, start_on=groups.start_on, horizon_days=groups.horizon_days,
    )  # fmt: skip
