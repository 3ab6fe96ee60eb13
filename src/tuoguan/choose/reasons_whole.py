"""All reasons of a decision at once: comparisons, thresholds, price reviews and pilots of every group.

Hides the order in which they are computed and how much is played again. Keeps the invariant that nothing here depends
on a clock or on threads: what is left out is left out by a number of plays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuoguan.choose.policies import Evaluated
from tuoguan.choose.reasons import NOT_SOLD, Explanation
from tuoguan.choose.reasons_compare import Comparisons, comparisons
from tuoguan.choose.reasons_linear import PLAYED, PLAYS_MAX, SUPPLY, Thresholds, own_listing, thresholds
from tuoguan.choose.reasons_pilots import Pilot, pilots
from tuoguan.choose.reasons_review import Answer, Ceiling, Offers, answers, ceiling_of, offers
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Ints


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the picks are what they are; groups as in ``Evaluated.groups``.

    ``played`` is the number of groups whose thresholds of visibility, retail and supply price were played again.
    """

    comparisons: Comparisons
    thresholds: Thresholds
    offers: Offers
    pilots: tuple[Pilot, ...]
    played: int


def reasons_of(
    evaluated: Evaluated, demand: Demand, explanations: Sequence[Explanation], *, threads: int | None = None,
    plays_max: int = PLAYS_MAX,
) -> Reasons:  # fmt: skip
    """The reasons of every group, from its explanation's pick and runner-up."""
    pick = np.array([why.pick for why in explanations], np.int64)
    other = np.array([why.runner_up for why in explanations], np.int64)
    undecided = np.array([why.undecided for why in explanations], np.bool_)
    turns = thresholds(evaluated, demand, pick, other, undecided, threads, plays_max)
    duels = [
        (group, why.pick, why.runner_up, why.drivers) for group, why in enumerate(explanations) if why.undecided
    ]  # fmt: skip
    return Reasons(
        comparisons=comparisons(evaluated, pick), thresholds=turns,
        offers=_offers(evaluated, turns, pick, other), pilots=pilots(evaluated, demand, duels),
        played=int((turns.how == PLAYED).any(axis=1).sum()),
    )  # fmt: skip


def answers_of(evaluated: Evaluated, why: Explanation, floor: float, slope: float) -> tuple[Answer, ...]:
    """What to answer to a platform's asks for the pick; empty where nothing is sold, priced by it or known."""
    if why.pick == NOT_SOLD or not np.isfinite(floor) or not slope > 0:
        return ()
    return answers(own_listing(evaluated.groups.options, why.pick, why.runner_up), floor, slope)


def _offers(evaluated: Evaluated, turns: Thresholds, pick: Ints, other: Ints) -> Offers:
    """The counter-offers of platform-priced picks whose floor is known; what one minor unit earns follows from it."""
    profit = np.append(evaluated.mean(), 0.0)
    gap, now = profit[pick] - profit[other], turns.now[:, SUPPLY]
    floor = np.where(turns.loses_above[:, SUPPLY], np.nan, np.ceil(turns.at[:, SUPPLY]))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(np.isfinite(turns.supply_slope), turns.supply_slope, gap / (now - turns.at[:, SUPPLY]))
    bounds = np.array([_ceiling(evaluated, int(one), int(two)) for one, two in zip(pick, other, strict=True)])
    low, mode, high = bounds.reshape(-1, 3).T
    return offers(floor, np.nan_to_num(slope), Ceiling(low, mode, high))


def _ceiling(evaluated: Evaluated, pick: int, other: int) -> tuple[float, float, float]:
    if pick == NOT_SOLD:
        return 0.0, 0.0, 0.0
    return ceiling_of(own_listing(evaluated.groups.options, pick, other))
