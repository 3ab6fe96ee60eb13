"""Thresholds of every group at once, from the components of what was played, without playing again.

Hides which part of the bridge a term stands in. On a fixed policy and fixed luck profit is linear in rates, costs,
minutes and the supply price, so one slope gives the crossing. Keeps the invariant that what the components cannot tell
is no number: a contract's term in an option with several listings, and whatever changes sales.

The slopes are first order. Left out are the unsold goods that a place keeps at salvage, and what a return brings back
to stock; the capital tied up is shared out by what was paid.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.choose.options_terms import PPM, mean
from tuoguan.choose.policies import Evaluated
from tuoguan.choose.reasons_flips import FACTOR_MAX, Duel, asks_of, cost_minor, flips_of, supply_minor
from tuoguan.choose.reasons_words import TERMS
from tuoguan.contracts import ChargeKind, Compiled
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component, Listing, Option

NOT_SOLD = -1
SUPPLY = TERMS.index("supply price")
CHANGES_SALES = (TERMS.index("visibility"), TERMS.index("retail price"))
NOT_COMPUTED, FIRST_ORDER, PLAYED = 0, 1, 2
PLAYS_MAX = 2_000  # groups x paths of which the terms that change sales are played again
TOLERANCE_PPM = 2_000
AT = {component: index for index, component in enumerate(Component)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where every pick stops earning more than its runner-up; columns are `TERMS`, in `UNITS`.

    now, at        f8 [group, term]  ``at`` is NaN where nothing between nought and eight times today's turns the answer
                   (a commission: nought to one) or nothing was computed
    loses_above    bool [group, term]  the pick loses above ``at``, else below
    how            int64 [group, term]  0 not computed, 1 first order from the components, 2 played again
    supply_slope   f8 [group]  profit less the runner-up's per minor unit of supply price; NaN where not platform-priced
    """

    now: Floats
    at: Floats
    loses_above: Flags
    how: Ints
    supply_slope: Floats


def thresholds(
    evaluated: Evaluated, demand: Demand, pick: Ints, other: Ints, undecided: Flags, threads: int | None = None,
    plays_max: int = PLAYS_MAX,
) -> Thresholds:  # fmt: skip
    """The thresholds of all groups; ``pick`` and ``other`` [group] are rows of options, -1 is not selling.

    Visibility, retail and supply price are played again for as many groups as ``plays_max`` leaves room for: the
    undecided first, then by the money at stake. The others keep the first order of the supply price, and no threshold
    for what changes sales.
    """
    profit = np.append(evaluated.mean(), 0.0)
    gap = profit[pick] - profit[other]
    now = _today(evaluated, pick, other)
    slope = _slopes(evaluated, pick, pick, other) - _slopes(evaluated, other, pick, other)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = -gap[:, None] / slope
        per_minor = np.where(now[:, SUPPLY] > 0, slope[:, SUPPLY] / now[:, SUPPLY], np.nan)
    factor = np.where(_is_rate(), now + step, 1.0 + step)
    most = np.where(_is_rate(), 1.0, FACTOR_MAX / PPM)
    known = np.isfinite(slope) & (pick[:, None] >= 0)
    turns = known & np.isfinite(step) & (factor >= 0.0) & (factor <= most) & (step != 0.0)
    found = Thresholds(
        now=now, at=np.where(turns, np.where(_is_rate(), factor, now * factor), np.nan),
        loses_above=(step > 0) == (gap[:, None] > 0), how=np.where(known, FIRST_ORDER, NOT_COMPUTED),
        supply_slope=per_minor,
    )  # fmt: skip
    first = played_first(np.maximum(profit[pick], profit[other]), undecided & (pick >= 0))
    _play(found, evaluated, demand, pick, other, gap, first[: plays_max // max(evaluated.scenario.paths, 1)], threads)
    return found


def played_first(stake: Floats, undecided: Flags) -> Ints:
    """Groups in the order in which their answers deserve a play: undecided ones, then by money at stake."""
    order = np.lexsort((np.arange(len(stake)), -stake, ~undecided))
    return order[stake[order] > 0]


def _is_rate() -> Flags:
    return np.array([term == "commission" for term in TERMS])


def _today(evaluated: Evaluated, pick: Ints, other: Ints) -> Floats:
    """[group, term] today's values in `UNITS`; NaN for groups that sell nothing."""
    found = np.full((len(pick), len(TERMS)), np.nan)
    for group in np.flatnonzero(pick >= 0):
        row = int(pick[group])
        option = evaluated.groups.options[row]
        part = evaluated.outcomes.component[row]
        main = own_listing(evaluated.groups.options, row, int(other[group]))
        found[group] = (
            commission_share(part), mean(main.visibility) / PPM, mean(main.retail_price),
            np.nan if main.contract.owns(Duty.RETAIL_PRICE) else supply_minor(main), cost_minor(option), 1.0, 1.0,
            mean(main.minutes_order) / 1_000, mean(option.return_rate) / PPM,
        )  # fmt: skip
    return found


def commission_share(component: Ints) -> float:
    """Commission as a share of revenue, from the components of one option; nought without revenue."""
    revenue = int(component[AT[Component.REVENUE]])
    return -int(component[AT[Component.COMMISSION]]) / revenue if revenue > 0 else 0.0


def _slopes(evaluated: Evaluated, rows: Ints, pick: Ints, other: Ints) -> Floats:
    """[group, term] what a whole factor (a whole rate for the commission) more does to the profit of ``rows``.

    NaN where the components cannot tell; nought for not selling and where the pick's contract does not stand.
    """
    found = np.zeros((len(pick), len(TERMS)))
    found[:, list(CHANGES_SALES)] = np.nan
    options, wage = evaluated.groups.options, evaluated.groups.wage_per_hour_minor
    for group in np.flatnonzero((pick >= 0) & (rows >= 0)):
        option, part = options[int(rows[group])], evaluated.outcomes.component[int(rows[group])].astype(np.float64)
        main = own_listing(options, int(pick[group]), int(other[group])).contract
        sold = float(evaluated.outcomes.units_sold[int(rows[group])])
        minutes = sum(mean(one.minutes_order) for one in option.listings) / len(option.listings)
        found[group, 4:] = *_of_stock(option, part), -sold * minutes * wage / 60_000.0, part[AT[Component.RETURNS]]
        if any(one.contract.id == main.id for one in option.listings):
            found[group, [0, SUPPLY]] = _of_contract(part, not main.owns(Duty.RETAIL_PRICE), len(option.listings) == 1)
    return found


def _of_contract(part: Floats, platform_priced: bool, alone: bool) -> tuple[float, float]:
    """Slopes of (commission, supply price): a rate takes of the revenue; with the supply price move all that is paid
    and charged on it."""
    if not alone:
        return np.nan, np.nan
    on_supply = (
        Component.REVENUE, Component.COMMISSION, Component.PLATFORM_FEES, Component.RETURNS, Component.PENALTIES
    )  # fmt: skip
    supply = float(sum(part[AT[name]] for name in on_supply)) if platform_priced else np.nan
    return -float(part[AT[Component.REVENUE]]), supply


def _of_stock(option: Option, part: Floats) -> tuple[float, float, float]:
    """Slopes of (unit cost, freight, duty). What is left and keeps its landed cost is not spent: its share comes off.

    Freight cannot be told apart from what a platform charges for goods on their way in.
    """
    goods, freight, duty = (part[AT[name]] for name in (Component.GOODS, Component.FIRST_LEG, Component.DUTY))
    bulk = duty if option.duty_ad_valorem.value else 0.0
    landed = -(goods + freight + bulk)
    if landed <= 0:
        return 0.0, 0.0, float(duty)
    spent = 1.0 - min(max(part[AT[Component.TERMINAL_STOCK]] / landed, 0.0), 1.0)
    spent -= part[AT[Component.CAPITAL]] / landed
    lanes = np.nan if any(_charged_inbound(one.contract) for one in option.listings) else float(freight * spent)
    return float((goods + bulk) * spent), lanes, float(duty - bulk + bulk * spent)


def _charged_inbound(contract: Compiled) -> bool:
    return any(
        term.kind is ChargeKind.LOGISTICS and term.on in ("stock_order_placed", "units_inbound")
        for term in contract.terms
    )


def own_listing(options: tuple[Option, ...], pick: int, other: int) -> Listing:
    """The pick's listing whose terms are moved, as in `Duel.own_listing`; ``other`` -1 is not selling."""
    shared = {one.contract.id for one in options[other].listings} if other != NOT_SOLD else set()
    own = options[pick].listings
    return next((one for one in own if one.contract.id not in shared), own[0])


def _play(
    found: Thresholds, evaluated: Evaluated, demand: Demand, pick: Ints, other: Ints, gap: Floats, some: Ints,
    threads: int | None,
) -> None:  # fmt: skip
    """Play again what changes sales, and the supply price, for some groups; their columns are filled in place."""
    options = evaluated.groups.options
    asks, places = [], []
    for group in (int(one) for one in some if pick[one] >= 0):
        rival = None if other[group] == NOT_SOLD else options[other[group]]
        duel = Duel(evaluated.scenario, demand, options[pick[group]], rival, threads, float(gap[group]))
        share = float(found.now[group, 0])
        for ask in asks_of(duel, share):
            if TERMS.index(ask.term) in (*CHANGES_SALES, SUPPLY):
                asks.append(ask)
                places.append((group, TERMS.index(ask.term)))
    for (group, term), flip in zip(places, flips_of(asks, TOLERANCE_PPM), strict=True):
        found.how[group, term] = PLAYED
        found.at[group, term] = np.nan if flip.at is None else flip.at
        found.loses_above[group, term] = flip.loses == "above"
