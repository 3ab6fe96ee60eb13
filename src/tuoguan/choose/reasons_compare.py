"""The pick beside every alternative of its group, in measured quantities: what is won, what is given up.

Hides how an option with several listings becomes one number per quantity. Keeps two invariants: the alternative is the
best option under its contracts, and a difference counts only where it is past twice its standard error and past what
a person would notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from tuoguan.choose.options_terms import PPM, mean
from tuoguan.contracts import Compiled, QuantityName
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component, Option

if TYPE_CHECKING:
    from tuoguan.choose.policies import Evaluated

NOT_SOLD = -1
BLOCK_PAIRS = 4_096
ERRORS_MIN = 2.0
SERVICE = (Duty.STORAGE, Duty.LAST_MILE, Duty.CUSTOMER_SERVICE, Duty.RETURNS)
CONTROL = (Duty.RETAIL_PRICE, Duty.LISTING, Duty.PROMOTION)
FEES = [list(Component).index(name) for name in (Component.COMMISSION, Component.PLATFORM_FEES, Component.SUBSIDY)]
PAYOUT_DAYS = (QuantityName.SETTLEMENT_LAG_DAYS, QuantityName.TRANSFER_DAYS)
CHANGE_DAYS = (QuantityName.PRICE_REVIEW_DAYS, QuantityName.LISTING_DAYS)


class Quantity(StrEnum):
    """What two ways of selling are compared in, over the horizon.

    profit, worst_tenth, cash   minor units: mean, mean of the worst tenth of futures, most tied up in a week (low path)
    payout_days                 delivery to money, transfer included
    hours                       staff hours a week
    duties                      storage, last mile, customer service and returns that are the seller's: how many
    units, visibility           units sold, and those of them that visibility alone brings (against visibility 1)
    reach                       buyers reached, 1 being those of the history; a second listing's less the overlap
    delivery_days, late_rate, return_rate
    control                     retail price, listing and promotion that are the seller's: how many
    fees                        commission, platform fees less subsidies, as a share of revenue
    change_days, live_days      until a changed price or listing is live; until the first sale
    """

    PROFIT = "profit"
    WORST_TENTH = "worst_tenth"
    CASH = "cash"
    PAYOUT_DAYS = "payout_days"
    HOURS = "hours"
    DUTIES = "duties"
    UNITS = "units"
    VISIBILITY = "visibility"
    REACH = "reach"
    DELIVERY_DAYS = "delivery_days"
    LATE_RATE = "late_rate"
    RETURN_RATE = "return_rate"
    CONTROL = "control"
    FEES = "fees"
    CHANGE_DAYS = "change_days"
    LIVE_DAYS = "live_days"


# Per quantity: whether more is better, the least difference worth a word, and the least share of the larger value.
MATTERS: dict[Quantity, tuple[bool, float, float]] = {
    Quantity.PROFIT: (True, 100.0, 0.02), Quantity.WORST_TENTH: (True, 100.0, 0.05),
    Quantity.CASH: (False, 100.0, 0.10), Quantity.PAYOUT_DAYS: (False, 1.0, 0.0), Quantity.HOURS: (False, 0.05, 0.05),
    Quantity.DUTIES: (False, 1.0, 0.0), Quantity.UNITS: (True, 1.0, 0.05), Quantity.VISIBILITY: (True, 1.0, 0.05),
    Quantity.REACH: (True, 0.0, 0.05), Quantity.DELIVERY_DAYS: (False, 0.75, 0.0),
    Quantity.LATE_RATE: (False, 0.005, 0.0), Quantity.RETURN_RATE: (False, 0.005, 0.0),
    Quantity.CONTROL: (True, 1.0, 0.0), Quantity.FEES: (False, 0.01, 0.0), Quantity.CHANGE_DAYS: (False, 1.0, 0.0),
    Quantity.LIVE_DAYS: (False, 1.0, 0.0),
}  # fmt: skip
ORDER = {quantity: column for column, quantity in enumerate(Quantity)}
# A way that is not sold has money, cash and hours of nought; everything else of it is not a number.
OF_NOT_SOLD = (Quantity.PROFIT, Quantity.WORST_TENTH, Quantity.CASH, Quantity.HOURS, Quantity.DUTIES, Quantity.UNITS)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One row per pick and alternative; groups in order, alternatives by falling mean profit, not selling last.

    group, pick, other   int64 [row]; ``pick`` and ``other`` are rows of options, -1 is not selling
    pick_values, other_values, error  f8 [row, Quantity]; NaN where a quantity has no meaning for not selling;
                         ``error`` is the standard error of the difference
    first                int64 [group + 1]: rows of group g are first[g] to first[g + 1] - 1
    """

    group: Ints
    pick: Ints
    other: Ints
    first: Ints
    pick_values: Floats
    other_values: Floats
    error: Floats

    def difference(self) -> Floats:
        """[row, Quantity] pick less alternative."""
        return np.asarray(self.pick_values - self.other_values)

    def verdict(self) -> Ints:
        """[row, Quantity] 1 where the pick is better, -1 where it is worse, 0 where the difference does not matter."""
        return _verdict(self.pick_values, self.other_values, self.error)

    def verdict_of(self, row: int) -> Ints:
        """`verdict` of one row, [Quantity]."""
        return _verdict(self.pick_values[row], self.other_values[row], self.error[row])


def _verdict(pick: Floats, other: Floats, error: Floats) -> Ints:
    gap, largest = pick - other, np.fmax(np.abs(pick), np.abs(other))
    sign = np.array([1 if MATTERS[name][0] else -1 for name in Quantity])
    least = np.array([MATTERS[name][1] for name in Quantity])
    share = np.array([MATTERS[name][2] for name in Quantity])
    enough = np.fmax(np.fmax(least, share * largest), ERRORS_MIN * error)
    told = np.isfinite(gap) & (np.abs(gap) > 0.0) & (np.abs(gap) >= enough)
    return np.where(told, np.sign(np.nan_to_num(gap)) * sign, 0.0).astype(np.int64)


def comparisons(evaluated: "Evaluated", chosen: Ints) -> Comparisons:
    """Every pick of ``chosen`` [group] beside the best option under each other set of contracts, and not selling."""
    pick, other, group = _pairs(evaluated, chosen)
    rows = np.unique(np.concatenate([pick, other]))
    rows = rows[rows >= 0]
    values, errors = _values(evaluated, rows), _errors(evaluated, rows)
    nothing = np.array([0.0 if name in OF_NOT_SOLD else np.nan for name in Quantity])
    values, errors = np.vstack([values, nothing]), np.vstack([errors, np.zeros(len(Quantity))])
    at_pick, at_other = _place(rows, pick), _place(rows, other)
    error = np.hypot(errors[at_pick], errors[at_other])
    error[:, ORDER[Quantity.PROFIT]] = _paired_error(evaluated.outcomes.profit, pick, other)
    first = np.searchsorted(group, np.arange(len(chosen) + 1))
    return Comparisons(group, pick, other, first, values[at_pick], values[at_other], error)


def _place(rows: Ints, wanted: Ints) -> Ints:
    """Positions of the wanted in ``rows``; the position after the last for not selling."""
    return np.where(wanted < 0, len(rows), np.searchsorted(rows, wanted))


def _pairs(evaluated: "Evaluated", chosen: Ints) -> tuple[Ints, Ints, Ints]:
    """(pick, alternative, group), by group and falling mean of the alternative; not selling stands last."""
    owner, profit = evaluated.groups.group_of(), evaluated.mean()
    ways = ways_of(evaluated.groups.options)
    order = np.lexsort((np.arange(len(owner)), -profit, ways, owner))
    head = np.ones(len(order), np.bool_)
    head[1:] = (np.diff(owner[order]) != 0) | (np.diff(ways[order]) != 0)
    best = order[head]
    picked = chosen[owner[best]]
    best = best[(picked < 0) | (ways[best] != ways[picked])]
    sold = np.flatnonzero(chosen >= 0)
    group = np.concatenate([owner[best], sold])
    other = np.concatenate([best, np.full(len(sold), NOT_SOLD)])
    worth = np.append(profit, -np.inf)[other]
    order = np.lexsort((other, -worth, group))
    return chosen[group[order]], other[order], group[order]


def ways_of(options: tuple[Option, ...]) -> Ints:
    """[option] number of its set of contracts: another lane or site under the same contracts is the same way."""
    known: dict[tuple[str, ...], int] = {}
    keys = (tuple(listing.contract.id for listing in option.listings) for option in options)
    return np.array([known.setdefault(key, len(known)) for key in keys], np.int64)


def _paired_error(profit: Ints, pick: Ints, other: Ints) -> Floats:
    """Standard error of the mean difference on common luck, block by block to bound memory."""
    paths = profit.shape[1]
    found = np.zeros(len(pick))
    for start in range(0, len(pick), BLOCK_PAIRS):
        here = slice(start, start + BLOCK_PAIRS)
        gap = np.where(pick[here, None] >= 0, profit[pick[here]], 0) - np.where(
            other[here, None] >= 0, profit[other[here]], 0
        )
        found[here] = gap.std(axis=1, ddof=1) / np.sqrt(paths) if paths > 1 else np.inf
    return found


def _values(evaluated: "Evaluated", rows: Ints) -> Floats:
    """[row, Quantity] of these options."""
    outcomes = evaluated.outcomes
    profit = outcomes.profit[rows]
    tail = max(1, profit.shape[1] // 10)
    component = outcomes.component[rows].astype(np.float64)
    revenue = component[:, 0]
    fees = np.divide(-component[:, FEES].sum(axis=1), revenue, out=np.full(len(rows), np.nan), where=revenue > 0)
    terms = _terms(evaluated, rows)
    units = outcomes.units_sold[rows]
    columns = {
        Quantity.PROFIT: profit.mean(axis=1),
        Quantity.WORST_TENTH: np.partition(profit, tail - 1, axis=1)[:, :tail].mean(axis=1),
        Quantity.CASH: np.maximum(0.0, -outcomes.cash_low[rows].min(axis=1)),
        Quantity.HOURS: outcomes.hours[rows].mean(axis=1), Quantity.UNITS: units,
        Quantity.VISIBILITY: units * (1.0 - 1.0 / terms[:, 5]), Quantity.DELIVERY_DAYS: outcomes.delivery_days[rows],
        Quantity.LATE_RATE: outcomes.late_rate[rows], Quantity.RETURN_RATE: outcomes.return_rate[rows],
        Quantity.FEES: fees, Quantity.PAYOUT_DAYS: terms[:, 0], Quantity.CHANGE_DAYS: terms[:, 1],
        Quantity.DUTIES: terms[:, 2], Quantity.CONTROL: terms[:, 3], Quantity.REACH: terms[:, 4],
        Quantity.LIVE_DAYS: terms[:, 6],
    }  # fmt: skip
    return np.stack([columns[name] for name in Quantity], axis=1)


def _errors(evaluated: "Evaluated", rows: Ints) -> Floats:
    """[row, Quantity] standard errors of one option's value; nought for what is a term and no estimate."""
    error, paths = evaluated.outcomes.error, evaluated.scenario.paths
    profit = evaluated.outcomes.profit[rows]
    tail = max(1, paths // 10)
    found = np.zeros((len(rows), len(Quantity)))
    found[:, ORDER[Quantity.WORST_TENTH]] = np.partition(profit, tail - 1, axis=1)[:, :tail].std(axis=1) / np.sqrt(tail)
    if error:
        weeks = error["hours"].shape[1]
        found[:, ORDER[Quantity.HOURS]] = np.sqrt((error["hours"][rows] ** 2).sum(axis=1)) / weeks
        found[:, ORDER[Quantity.UNITS]] = error["units_sold"][rows]
        for name in (Quantity.DELIVERY_DAYS, Quantity.LATE_RATE, Quantity.RETURN_RATE):
            found[:, ORDER[name]] = error[name.value][rows]
    return found


def _terms(evaluated: "Evaluated", rows: Ints) -> Floats:
    """[row, 7] of the options' contracts and listings: payout and change days, service and control duties of the
    seller, reach, visibility (weighted by reach), days until live. Duties count where any listing leaves them."""
    known: dict[str, tuple[float, float, int, int]] = {}
    found, apart = np.empty((len(rows), 7)), 1.0 - mean(evaluated.scenario.overlap) / PPM
    for at, row in enumerate(rows):
        listings = evaluated.groups.options[row].listings
        for one in listings:
            if one.contract.hash not in known:
                known[one.contract.hash] = _of_contract(one.contract)
        parts = [known[one.contract.hash] for one in listings]
        reach = [mean(one.reach) / PPM for one in listings]
        both = max(reach) + (sum(reach) - max(reach)) * apart
        seen = sum(share * mean(one.visibility) / PPM for share, one in zip(reach, listings, strict=True))
        payout, change = (sum(part[at] for part in parts) / len(parts) for at in (0, 1))
        service = np.bitwise_or.reduce([part[2] for part in parts])
        control = np.bitwise_and.reduce([part[3] for part in parts])
        live = min(mean(one.live_after_days) for one in listings)
        found[at] = (
            payout, change, int(service).bit_count(), int(control).bit_count(), both,
            seen / sum(reach) if sum(reach) > 0 and seen > 0 else 1.0, live,
        )  # fmt: skip
    return found


def _of_contract(contract: Compiled) -> tuple[float, float, int, int]:
    """(payout days, days until a change is live, mask of `SERVICE` and of `CONTROL` duties that are the seller's)."""
    payout, change = (
        sum(mean(contract.quantities[name]) for name in names if name in contract.quantities)
        for names in (PAYOUT_DAYS, CHANGE_DAYS)
    )
    service, control = (
        sum(1 << bit for bit, duty in enumerate(duties) if contract.owns(duty)) for duties in (SERVICE, CONTROL)
    )
    return payout, change, service, control


def duties_of(contracts: Sequence[Compiled], duties: tuple[Duty, ...], *, every: bool) -> tuple[Duty, ...]:
    """Those of ``duties`` that are the seller's under every one of the contracts, or under any."""
    hold = all if every else any
    return tuple(duty for duty in duties if contracts and hold(one.owns(duty) for one in contracts))


def busiest_duty(evaluated: "Evaluated", pick: int, other: int) -> tuple[Duty, float]:
    """The duty in which the two differ most, and by how many staff hours a week (pick less other)."""
    weeks = max(evaluated.outcomes.hours.shape[1], 1)
    table = evaluated.outcomes.hours_by_duty
    one, two = (table[row] if row != NOT_SOLD else np.zeros(table.shape[1]) for row in (pick, other))
    at = int(np.argmax(np.abs(one - two)))
    return list(Duty)[at], float(one[at] - two[at]) / weeks
