"""Which unknown to try out first, with which product, for how long, and what the answer is worth.

Hides whose draw an unknown is, so that one pilot informs every product that hangs on it. Keeps 0 <= EVSI <= EVPPI <=
EVPI for every group and unknown.

The values are estimated from the futures already played. For a group with pick less runner-up D and an unknown x:

* EVPI = E max(0, D) - max(0, E D), luck included: no pilot is worth more.
* EVPPI: D is regressed on x (Strong, Oakley & Brennan 2014, with one linear term), g = E D + b (x - E x), b shrunk by
  its adjusted R2 so that chance alone is worth little; EVPPI = E max(0, g) - max(0, E D).
* EVSI: after a sample the mean of x moves by sqrt(s) (x - E x), with s = var x / (var x + noise), the share of the
  variance that the sample resolves (Gaussian approximation: Jalal & Alarid-Escudero 2018; the same preposterior
  reasoning by regression: Strong et al. 2015, Heath et al. 2017).
  EVSI = E max(0, E D + sqrt(s) b (x - E x)) - max(0, E D).

A pilot that sells n units shows what a term does to sales with the variance of a count and of the product's own
level, a return rate with that of n trials, and what stands on a statement exactly. What a quote or a price review
tells needs no sale: it is asked for, with no stock and nothing forgone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tuoguan.choose.options_terms import PPM, mean
from tuoguan.choose.policies import Evaluated
from tuoguan.choose.reasons_terms import Driver, Unknown, unknowns
from tuoguan.contracts import QuantityName
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.money import to_minor
from tuoguan.simulate import Component, Option

NOT_SOLD = -1
WEEKS = (2, 4, 8, 13)
CANDIDATES_MAX = 5
# What a quote, an invoice or a price review tells before anything is sold.
ASKED = (
    "spread", "unit cost", "freight", "storage", "duty ad valorem", "pick order", "label parcel", "return unit"
)  # fmt: skip
THROUGH_SALES = ("visibility", "reach", "elasticity", "speed response")
NEVER_SHOWN = ("salvage",)
SET_UP = list(Component).index(Component.SET_UP)
PAID_FOR_STOCK = [list(Component).index(name) for name in (Component.GOODS, Component.FIRST_LEG, Component.DUTY)]


@dataclass(frozen=True, slots=True)
class Pilot:
    """One unknown, the product to try it with, and the worth of the answer; money is minor units over the horizon.

    option           row that is tried: ``units`` of it over ``weeks``; nought of both: asking is enough
    groups           undecided groups that hang on the unknown
    evpi, evsi       what knowing it exactly, and what this pilot, is worth over all of them, in the time that is left
    own_evsi         the part of ``evsi`` that is the product's own
    stock            money put into the units; forgone: what the pilot earns less than the pick, set-up included
    net              ``evsi`` less ``forgone``
    resolved         share of the unknown's variance that the pilot resolves
    """

    unknown: str
    owner: str
    sku: str
    market: str
    option: int
    weeks: int
    units: int
    groups: int
    evpi: int
    evsi: int
    own_evsi: int
    stock: int
    forgone: int
    net: int
    resolved: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """An undecided group and one unknown that it hangs on."""

    group: int
    pick: int
    other: int
    unknown: Unknown


def pilots(
    evaluated: Evaluated, demand: Demand, duels: Iterable[tuple[int, int, int, tuple[Driver, ...]]]
) -> tuple[Pilot, ...]:
    """Pilots by falling net worth, one per unknown, only those worth more than they cost.

    ``duels`` are the undecided groups as (group, pick, runner-up, drivers); rows of -1 are not selling.
    """
    by_unknown: dict[tuple[str, str, int], list[Doubt]] = {}
    for duel in duels:
        for doubt in _doubts(evaluated, *duel):
            key = (doubt.unknown.name, doubt.unknown.owner, doubt.unknown.term.stream)
            by_unknown.setdefault(key, []).append(doubt)
    found = [_pilot(evaluated, demand, doubts) for _, doubts in sorted(by_unknown.items())]
    worth = [one for one in found if one is not None and one.net > 0]
    return tuple(sorted(worth, key=lambda one: (-one.net, one.unknown, one.owner, one.sku, one.market)))


def _doubts(evaluated: Evaluated, group: int, pick: int, other: int, found: tuple[Driver, ...]) -> list[Doubt]:
    """The group's drivers that a pilot can show, with their draws."""
    options = evaluated.groups.options
    terms = [term for row in (pick, other) if row != NOT_SOLD for term in unknowns(options[row])]
    asked = {(one.name, one.owner) for one in found if one.name not in NEVER_SHOWN}
    known: dict[tuple[str, str], Unknown] = {}
    for term in terms:
        if (term.name, term.owner) in asked:
            known.setdefault((term.name, term.owner), term)
    return [Doubt(group, pick, other, term) for term in known.values()]


def _pilot(evaluated: Evaluated, demand: Demand, doubts: list[Doubt]) -> Pilot | None:
    """The best pilot of one unknown over products and lengths; None where nothing can be tried in time."""
    paths, horizon = evaluated.scenario.paths, evaluated.groups.horizon_days
    gaps = np.stack([_gap(evaluated, doubt) for doubt in doubts])
    draws = [doubt.unknown.draws(evaluated.scenario.seed, paths) for doubt in doubts]
    effect = np.stack([slopes(gap[None], values)[0] * (values - values.mean())
                       for gap, values in zip(gaps, draws, strict=True)])  # fmt: skip
    middle, most = gaps.mean(axis=1), evpi(gaps)
    perfect = np.minimum(information(middle, effect, 1.0), most)
    best: Pilot | None = None
    for at in _candidates(evaluated, doubts):
        doubt, values = doubts[at], draws[at]
        row = tried(evaluated, doubt)
        for weeks in (0,) if doubt.unknown.name in ASKED else WEEKS:
            left = 1.0 - (_days_before(evaluated.groups.options[row], weeks) + 7 * weeks) / horizon
            units = max(min(weeks, 1), round(float(evaluated.outcomes.units_sold[row]) * 7 * weeks / horizon))
            if left <= 0:
                continue
            noise = _noise(evaluated, demand, doubt, row, units, float(values.mean()))
            share = resolved(float(values.var()), noise)
            worth = np.minimum(information(middle, effect, share), perfect) * left
            forgone = _forgone(evaluated, doubt, row, float(middle[at]), weeks)
            one = Pilot(
                doubt.unknown.name, doubt.unknown.owner, evaluated.groups.sku[doubt.group],
                evaluated.groups.market[doubt.group], row, weeks, units, len(doubts), to_minor(float(perfect.sum())),
                to_minor(float(worth.sum())), to_minor(float(worth[at])), _stock(evaluated, row, units),
                to_minor(forgone), to_minor(float(worth.sum()) - forgone), share,
            )  # fmt: skip
            if best is None or one.net > best.net:
                best = one
    return best


def _candidates(evaluated: Evaluated, doubts: list[Doubt]) -> list[int]:
    """The doubts whose products sell most: they show the unknown soonest."""
    sold = [float(evaluated.outcomes.units_sold[tried(evaluated, doubt)]) for doubt in doubts]
    return sorted(range(len(doubts)), key=lambda at: (-sold[at], at))[:CANDIDATES_MAX]


def tried(evaluated: Evaluated, doubt: Doubt) -> int:
    """The row that a pilot sells: the one whose contract the unknown is, else the pick, else the runner-up."""
    options = evaluated.groups.options
    for row in (doubt.pick, doubt.other):
        if row != NOT_SOLD and any(one.contract.id == doubt.unknown.owner for one in options[row].listings):
            return row
    return doubt.pick if doubt.pick != NOT_SOLD else doubt.other


def _gap(evaluated: Evaluated, doubt: Doubt) -> Floats:
    profit = evaluated.outcomes.profit
    nought = np.zeros(profit.shape[1], np.int64)
    one, two = (profit[row] if row != NOT_SOLD else nought for row in (doubt.pick, doubt.other))
    return np.asarray(one - two, np.float64)


def slopes(gaps: Floats, values: Floats) -> Floats:
    """[group] least-squares slope of each difference [group, path] on the unknown, shrunk by the adjusted R2.

    The R2 that chance alone gives is about 1 / paths; what exceeds it is kept: b sqrt(max(0, 1 - (1 - R2) /
    ((paths - 2) R2))).
    """
    spread, middle = values - values.mean(), gaps - gaps.mean(axis=1, keepdims=True)
    squared, paths = float(spread @ spread), values.size
    if squared <= 0.0 or paths < 4:
        return np.zeros(len(gaps))
    slope = middle @ spread / squared
    total = (middle * middle).sum(axis=1)
    explained = np.divide(slope * slope * squared, total, out=np.zeros(len(gaps)), where=total > 0)
    chance = np.divide(1.0 - explained, (paths - 2) * explained, out=np.ones(len(gaps)), where=explained > 0)
    return np.asarray(slope * np.sqrt(np.maximum(0.0, 1.0 - chance)))


def information(middle: Floats, effect: Floats, share: float) -> Floats:
    """[group] E max(0, m + sqrt(share) effect) - max(0, m): what a sample that resolves this share is worth.

    ``effect`` [group, path] has mean nought, so the value grows with the share and is never negative.
    """
    moved = np.maximum(0.0, middle[:, None] + np.sqrt(share) * effect).mean(axis=1)
    return np.asarray(np.maximum(0.0, moved - np.maximum(0.0, middle)))


def evpi(gaps: Floats) -> Floats:
    """[group] what knowing the future itself is worth between the two."""
    return np.asarray(np.maximum(0.0, gaps).mean(axis=1) - np.maximum(0.0, gaps.mean(axis=1)))


def resolved(variance: float, noise: float) -> float:
    """The share of the prior variance that a sample with this noise resolves."""
    return variance / (variance + noise) if variance > 0 and np.isfinite(noise) else 0.0


def _noise(evaluated: Evaluated, demand: Demand, doubt: Doubt, row: int, units: int, middle: float) -> float:
    """Variance with which ``units`` sold show the unknown, in its own unit squared; nought for what is told."""
    option = evaluated.groups.options[row]
    if doubt.unknown.name == "return rate":
        share = middle / PPM
        return share * (1.0 - share) / units * PPM**2
    if doubt.unknown.name not in THROUGH_SALES:
        return 0.0
    relative = float(demand.dispersion[option.series]) / units + 1.0 / float(demand.level_shape[option.series])
    pull = _pull(option, doubt.unknown, middle)
    return relative / pull**2 if pull else np.inf


def _pull(option: Option, unknown: Unknown, middle: float) -> float:
    """d log(sales) / d unknown: how a term of the listing that the unknown belongs to shows in its sales."""
    one = next((one for one in option.listings if one.contract.id == unknown.owner), option.listings[0])
    if unknown.name in ("visibility", "reach"):
        return 1.0 / middle
    if unknown.name == "elasticity":
        return float(np.log(mean(one.retail_price) / option.retail_price_today_minor)) / PPM
    return (option.delivery_days_today - mean(one.delivery_days)) / (PPM + middle)


def _days_before(option: Option, weeks: int) -> float:
    """Days until the answer begins to come: a review where asking is enough, else live and with goods there."""
    if weeks == 0:
        days = [one.contract.quantities.get(QuantityName.PRICE_REVIEW_DAYS) for one in option.listings]
        return max([mean(one) for one in days if one is not None], default=0.0)
    live = min(mean(one.live_after_days) for one in option.listings)
    supplied = mean(option.supplier_lead_days) + min(mean(place.lane.lead_days) for place in option.places)
    return max(live, 0.0 if option.on_hand else supplied)


def _forgone(evaluated: Evaluated, doubt: Doubt, row: int, gap: float, weeks: int) -> float:
    """What the pilot's weeks earn less than the pick would, and its set-up where it is not the pick."""
    if row == doubt.pick or weeks == 0:
        return 0.0
    weekly = gap * 7.0 / evaluated.groups.horizon_days
    return max(0.0, weekly * weeks) - float(evaluated.outcomes.component[row, SET_UP])


def _stock(evaluated: Evaluated, row: int, units: int) -> int:
    """Goods, first leg and duty of the units, minor, at the option's average; whole cartons and at least the MOQ."""
    option, ordered = evaluated.groups.options[row], float(evaluated.outcomes.units_ordered[row])
    if units == 0 or ordered <= 0:
        return 0
    whole = max(-(-units // max(1, option.carton)) * max(1, option.carton), option.moq)
    paid = -float(evaluated.outcomes.component[row, PAID_FOR_STOCK].sum())
    return to_minor(paid * whole / ordered)
