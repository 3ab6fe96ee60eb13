"""Whether a pick that is called sure is right, and whether a pick that flips was called undecided.

Hides how truths are drawn. Keeps the invariant that a pick, its probability and its doubt come from the seller's own
ranges and what was known; the truths come from the same ranges, on other luck, and the days that really followed.
"""

from dataclasses import dataclass, replace

import numpy as np

from tuoguan.backtest.cells import pinned, ranging, side_of, truths
from tuoguan.backtest.playing import LEAN, NOT_SOLD, Setting, replay_scenario
from tuoguan.choose import Evaluated, evaluate, explain_group
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.money import parse_minor
from tuoguan.simulate import run

SURE = 0.9
BAND = (0.85, 0.95)  # picks called about 90 % sure
TRUTHS = 60  # draws of the ranges
INDIFFERENT = 0.005  # of the best profit, or a unit of the currency: a difference that nobody minds
PATHS = 200


@dataclass(frozen=True, slots=True)
class Pick:
    """One group's pick under the seller's own ranges.

    called     probability of being best, as the decision says it
    right      share of the drawn truths on whose replay nothing in the group, nor not selling, earned more
    undecided  what the decision says of itself
    flips      whether in some cell of the ranges another side, or not selling, really earned more than the pick's
    """

    sku: str
    market: str
    side: str
    called: float
    right: float
    undecided: bool
    flips: bool


def calibrate(setting: Setting, cost_share: int, supply_share: int) -> tuple[Pick, ...]:
    """The picks of a seller who knows its cost and supply price, each against `TRUTHS` draws and 21 cells of the rest.

    Every group picks for itself: limits that are shared make a pick second best on purpose, which is no error.
    """
    groups = ranging(setting.real.groups, cost_share, supply_share)
    evaluated = evaluate(
        groups, setting.real.demand, paths=PATHS, seed=setting.seed, threads=setting.threads, effort=LEAN
    )
    here = replace(replay_scenario(setting, evaluated), paths=TRUTHS)
    real = run(here, setting.real.demand, threads=setting.threads).profit.astype(np.float64)
    picks = own_picks(evaluated)
    flips = _flips(setting, evaluated, picks, cost_share, supply_share)
    return tuple(
        _pick(setting, evaluated, real, group, int(picks[group]), bool(flips[group]))
        for group in np.flatnonzero(~setting.real.cold).tolist()
    )


def own_picks(evaluated: Evaluated) -> Ints:
    """[group] the row with the highest mean profit, -1 where none is above nought."""
    mean = evaluated.mean()
    best = [
        max(evaluated.groups.rows(group), key=lambda row: (mean[row], -row)) for group in range(evaluated.groups.count)
    ]
    return np.array([row if mean[row] > 0 else NOT_SOLD for row in best], np.int64)


def _pick(setting: Setting, evaluated: Evaluated, real: Floats, group: int, pick: int, flips: bool) -> Pick:
    why = explain_group(evaluated, setting.real.demand, group, pick, has_capacity=bool(setting.seller.sites))
    side = str(side_of(evaluated.groups.options[pick])) if pick != NOT_SOLD else ""
    right = float(_is_best(evaluated, real, group, pick).mean())
    return Pick(why.sku, why.market, side, why.best_probability, right, why.undecided, flips)


def _is_best(evaluated: Evaluated, real: Floats, group: int, pick: int) -> Flags:
    """[path] True where no option under another contract, nor not selling, earned more than the pick."""
    options, rows = evaluated.groups.options, evaluated.groups.rows(group)
    contract = options[pick].listings[0].contract.id if pick != NOT_SOLD else ""
    rivals = [real[row] for row in rows if options[row].listings[0].contract.id != contract]
    own = real[pick] if pick != NOT_SOLD else np.zeros(real.shape[1])
    best = np.zeros(real.shape[1]) if pick != NOT_SOLD else np.full(real.shape[1], -np.inf)
    return np.asarray(own >= np.maximum.reduce([best, *rivals]))


def _flips(setting: Setting, evaluated: Evaluated, picks: Ints, cost_share: int, supply_share: int) -> Flags:
    """[group] True where another side than the pick's really was better in some cell of the seller's ranges."""
    groups, owner = evaluated.groups, evaluated.groups.group_of()
    side = np.array([side_of(option) for option in groups.options], dtype=object)
    picked = np.append(side, "")[picks]
    unit = float(parse_minor("1", groups.currency))
    flips = np.zeros(groups.count, np.bool_)
    for cell in truths(cost_share, supply_share):
        scenario = replay_scenario(setting, evaluated)
        options = pinned(groups, cell).options
        mean = run(replace(scenario, options=options), setting.real.demand, threads=setting.threads).profit.mean(axis=1)
        own, other = np.zeros(groups.count), np.zeros(groups.count)
        same = side == picked[owner]
        np.maximum.at(own, owner[same], mean[same])
        np.maximum.at(other, owner[~same], mean[~same])
        own[picks >= 0] = mean[picks[picks >= 0]]
        flips |= other > own + np.maximum(INDIFFERENT * np.abs(other), unit)
    return flips


@dataclass(frozen=True, slots=True)
class Calibration:
    """Shares over picks; nan-free: a share of nothing is -1.

    sure_count, sure_called, sure_right   picks called at least 90 % sure: how many, called on average, right
    band_count, band_called, band_right   the same of picks called 85 to 95 % sure
    flipped, flipped_undecided            picks that flip within the ranges; the share of them called undecided
    undecided                             share of all picks called undecided
    """

    picks: int
    sure_count: int
    sure_called: float
    sure_right: float
    band_count: int
    band_called: float
    band_right: float
    flipped: int
    flipped_undecided: float
    undecided: float


def summary_of(picks: tuple[Pick, ...]) -> Calibration:
    """The picks in shares; every pick and truth counts alike."""
    sure = [one for one in picks if one.called >= SURE]
    band = [one for one in picks if BAND[0] <= one.called < BAND[1]]
    flipped = [one for one in picks if one.flips]
    return Calibration(
        picks=len(picks), sure_count=len(sure), sure_called=_mean([one.called for one in sure]),
        sure_right=_mean([one.right for one in sure]), band_count=len(band),
        band_called=_mean([one.called for one in band]), band_right=_mean([one.right for one in band]),
        flipped=len(flipped), flipped_undecided=_mean([float(one.undecided) for one in flipped]),
        undecided=_mean([float(one.undecided) for one in picks]),
    )  # fmt: skip


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 6) if values else -1.0
