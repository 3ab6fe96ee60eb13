"""Why one option and not the next: the measured difference, how sure it is, what decides it and where it turns.

Hides how the runner-up is found. Keeps the invariants that the bridge adds up to the difference of the two mean
profits, component by component on the same luck, and that a choice the unknowns decide is called undecided.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.choose.options import is_handed_over
from tuoguan.choose.options_terms import mean
from tuoguan.choose.policies import Evaluated
from tuoguan.choose.reasons_flips import Duel, Flip, asks_of, flips_of, floor_minor
from tuoguan.choose.reasons_linear import commission_share
from tuoguan.choose.reasons_names import owner_of, titles
from tuoguan.choose.reasons_terms import Driver, drivers
from tuoguan.choose.reasons_words import Measured, sentence_en, sentence_zh
from tuoguan.contracts import QuantityName
from tuoguan.demand import Demand
from tuoguan.foundation.money import to_minor
from tuoguan.simulate import Component, Option

PROBABILITY_MIN = 0.6
Z_90 = 1.6449
NOT_SOLD = -1


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reason for one group's pick; money is minor units over the horizon, positive in favor of the pick.

    pick, runner_up     rows of ``Evaluated.groups.options``; -1 is "do not sell"
    gain                mean profit of the pick less the runner-up's; ``gain_low`` and ``gain_high`` its 90 % interval
    bridge              the same difference by `Component`, in order, adding up to ``gain_components``
    best_probability    share of paths on which no other option, nor not selling, earns more; with its standard error
    drivers             unknowns that move the difference most; empty when chance does
    flips, lowest_supply_minor   only when asked for in depth
    rule_of_thumb       what the common rule would pick for this seller: "handed over" or "kept"; ``rule_pick`` is the
                        best option that follows it (-1 where none earns), ``rule_gain`` the pick's mean profit less its
    """

    sku: str
    market: str
    pick: int
    runner_up: int
    gain: int
    gain_low: int
    gain_high: int
    bridge: tuple[tuple[Component, int], ...]
    best_probability: float
    best_probability_error: float
    undecided: bool
    drivers: tuple[Driver, ...]
    flips: tuple[Flip, ...]
    lowest_supply_minor: int | None
    rule_of_thumb: str
    rule_pick: int
    rule_gain: int
    follows_rule: bool
    en: str
    zh: str


def explain_group(
    evaluated: Evaluated, demand: Demand, group: int, pick: int, *, deep: bool = False,
    has_capacity: bool = False, threads: int | None = None,
) -> Explanation:  # fmt: skip
    """The reason for ``pick`` (a row, or -1 for "do not sell") in the group.

    ``deep`` adds flip thresholds and the lowest supply price by re-simulation. ``has_capacity`` says whether the seller
    has stock room and staff of its own in the market, which is what the rule of thumb asks.
    """
    rows = list(evaluated.groups.rows(group))
    if pick != NOT_SOLD and pick not in rows:
        raise ValueError(f"option {pick} is not in group {group}")
    other = runner_up(evaluated, rows, pick)
    difference = _profit(evaluated, pick) - _profit(evaluated, other)
    chance, error = best_probability(evaluated, rows, pick)
    found = _drivers(evaluated, pick, other, difference)
    low, high = interval(difference)
    # A pick that surely earns less was taken for the sake of shared capacity: that is decided, not doubtful.
    doubtful = chance < PROBABILITY_MIN or low <= 0 or _unknowns_decide(float(difference.mean()), found)
    undecided = high >= 0 and doubtful
    turns = _flips(evaluated, demand, pick, other, threads) if deep and pick != NOT_SOLD else ()
    handed = pick != NOT_SOLD and is_handed_over(evaluated.groups.options[pick])
    measured = measure(evaluated, pick, other, found[0].owner if found else "")
    thumb = "kept" if has_capacity else "handed over"
    follows = by_rule(evaluated, rows, handed_over=not has_capacity)
    return Explanation(
        sku=evaluated.groups.sku[group], market=evaluated.groups.market[group], pick=pick, runner_up=other,
        gain=to_minor(float(difference.mean())), gain_low=to_minor(low), gain_high=to_minor(high),
        bridge=bridge(evaluated, pick, other), best_probability=chance, best_probability_error=error,
        undecided=undecided, drivers=found, flips=turns,
        lowest_supply_minor=next((floor_minor(flip) for flip in turns if flip.term == "supply price"), None),
        rule_of_thumb=thumb, rule_pick=follows, rule_gain=to_minor(_mean(evaluated, pick) - _mean(evaluated, follows)),
        follows_rule=pick != NOT_SOLD and handed == (thumb == "handed over"),
        en=sentence_en(measured, undecided, found), zh=sentence_zh(measured, undecided, found),
    )  # fmt: skip


def runner_up(evaluated: Evaluated, rows: list[int], pick: int) -> int:
    """The option with the highest mean profit besides the pick and its own contract set; -1 when not selling is next.

    Another lane under the same contracts is the same decision, so it is no runner-up.
    """
    profit, options = evaluated.mean(), evaluated.groups.options
    same = _contracts(options[pick]) if pick != NOT_SOLD else None
    others = [row for row in rows if row != pick and _contracts(options[row]) != same]
    best = max(others, key=lambda row: (profit[row], -row), default=NOT_SOLD)
    if best == NOT_SOLD or (profit[best] <= 0 and pick != NOT_SOLD):
        return NOT_SOLD
    return best


def _contracts(option: Option) -> tuple[str, ...]:
    return tuple(listing.contract.id for listing in option.listings)


def _profit(evaluated: Evaluated, row: int) -> npt.NDArray[np.float64]:
    """Profit by path; nought for not selling."""
    paths = evaluated.scenario.paths
    return np.zeros(paths) if row == NOT_SOLD else evaluated.outcomes.profit[row].astype(np.float64)


def interval(difference: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The 90 % interval of the mean of a paired difference."""
    error = difference.std(ddof=1) / np.sqrt(difference.size) if difference.size > 1 else np.inf
    middle = float(difference.mean())
    if not np.isfinite(error):
        return middle, middle
    return middle - Z_90 * float(error), middle + Z_90 * float(error)


def best_probability(evaluated: Evaluated, rows: list[int], pick: int) -> tuple[float, float]:
    """(share of paths on which nothing in the group beats the pick, its standard error).

    The error is that of a Beta(1 + wins, 1 + losses) posterior, so it is not nought when the pick always wins. Options
    under the pick's own contracts do not count against it.
    """
    options = evaluated.groups.options
    same = _contracts(options[pick]) if pick != NOT_SOLD else None
    own = _profit(evaluated, pick)
    rivals = [row for row in rows if row != pick and _contracts(options[row]) != same]
    best = np.zeros_like(own) if pick != NOT_SOLD else np.full_like(own, -np.inf)
    for row in rivals:
        best = np.maximum(best, _profit(evaluated, row))
    wins, paths = int((own >= best).sum()), own.size
    posterior = (wins + 1) / (paths + 2)
    return wins / paths, float(np.sqrt(posterior * (1 - posterior) / (paths + 3)))


def bridge(evaluated: Evaluated, pick: int, other: int) -> tuple[tuple[Component, int], ...]:
    """Mean by component of the pick less the other's, in bridge order; the rows add up exactly."""
    table = evaluated.outcomes.component
    nought = np.zeros(table.shape[1], dtype=np.int64)
    one, two = (nought if row == NOT_SOLD else table[row] for row in (pick, other))
    return tuple((component, int(value)) for component, value in zip(Component, one - two, strict=True))


def _drivers(evaluated: Evaluated, pick: int, other: int, difference: npt.NDArray[np.float64]) -> tuple[Driver, ...]:
    options = evaluated.groups.options
    if pick == NOT_SOLD:
        pick, other, difference = other, NOT_SOLD, -difference
    if pick == NOT_SOLD:
        return ()
    return drivers(options[pick], None if other == NOT_SOLD else options[other], difference, evaluated.scenario.seed)


def _unknowns_decide(gain: float, found: tuple[Driver, ...]) -> bool:
    """True when half the swing of the strongest unknown's 80 % range outweighs the whole gain."""
    return bool(found) and abs(found[0].swing) / 2.0 > abs(gain)


def _flips(evaluated: Evaluated, demand: Demand, pick: int, other: int, threads: int | None) -> tuple[Flip, ...]:
    """Every threshold, played again."""
    options = evaluated.groups.options
    rival = None if other == NOT_SOLD else options[other]
    duel = Duel(evaluated.scenario, demand, options[pick], rival, threads)
    return flips_of(asks_of(duel, commission_share(evaluated.outcomes.component[pick])))


def by_rule(evaluated: Evaluated, rows: list[int], *, handed_over: bool) -> int:
    """The best of these options that hands storage and last mile over, or keeps them; -1 where none earns."""
    options, profit = evaluated.groups.options, evaluated.mean()
    fit = [row for row in rows if profit[row] > 0 and is_handed_over(options[row]) == handed_over]
    return max(fit, key=lambda row: (profit[row], -row), default=NOT_SOLD)


def _mean(evaluated: Evaluated, row: int) -> float:
    return float(evaluated.mean()[row]) if row != NOT_SOLD else 0.0


def payout_days(option: Option) -> float:
    """Days from delivery to money, transfer included, mean over listings; what no contract states counts as nought."""
    names = (QuantityName.SETTLEMENT_LAG_DAYS, QuantityName.TRANSFER_DAYS)
    days = [
        sum(mean(one.contract.quantities[name]) for name in names if name in one.contract.quantities)
        for one in option.listings
    ]
    return sum(days) / len(days)


def measure(evaluated: Evaluated, pick: int, other: int, owner: str = "") -> Measured:
    """Pick and runner-up side by side, in the numbers the sentence is made of."""
    groups, outcomes = evaluated.groups, evaluated.outcomes
    weeks = max(outcomes.hours.shape[1], 1)

    def of(row: int) -> tuple[float, float, float, float, float]:
        if row == NOT_SOLD:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        option = groups.options[row]
        hours = float(outcomes.hours[row].sum()) / weeks
        cash = max(0.0, -float(outcomes.cash_low[row].min()))
        return evaluated.mean()[row], hours, cash, payout_days(option), float(outcomes.delivery_days[row])

    one, two = (groups.options[row] if row != NOT_SOLD else None for row in (pick, other))
    contracts = [listing.contract for option in (one, two) if option for listing in option.listings]
    return Measured(
        pick=(titles(one, "en"), titles(one, "zh")), other=(titles(two, "en"), titles(two, "zh")),
        owner=(owner_of(owner, contracts, "en"), owner_of(owner, contracts, "zh")),
        currency=groups.currency, horizon_days=groups.horizon_days, pick_values=of(pick), other_values=of(other),
        bridge=tuple((component.value, value) for component, value in bridge(evaluated, pick, other)),
    )  # fmt: skip
