"""The kernels' sums on a `History`, under one season: exposure, recency, silence.

Keeps the invariant that every sum leaves out the same days: before the launch and known stock-outs.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.demand import kernels
from tuoguan.demand.history import History
from tuoguan.foundation.arrays import Floats, Ints

CLUMPING = 2.0  # selling days come in clumps: this many of them say as much about silence as one independent sale
FREQUENT_DAYS = 20
CERTAIN_SILENCE = 10.0
RETIREMENT_EVIDENCE_DAYS = 730.0


@dataclass(frozen=True, slots=True)
class Silence:
    """The quiet tail of each series: from ``quiet_from`` on; ``alive`` is the probability that it is mere chance."""

    quiet_from: Ints
    alive: Floats


def running_sum(values: Floats) -> Floats:
    """[profile, day + 1] sums of all days before."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def weighted_sums(
    data: History, season: Floats, weight: Floats, low: int, high: int, from_day: Ints | None = None
) -> tuple[Floats, Floats]:
    """Weighted units and weighted, season-adjusted exposure of every series over days [low, high)."""
    start = data.from_day if from_day is None else from_day
    return kernels.weighted_sums(
        data.row_start, data.row_day, data.row_units, data.out_start, data.out_day, start,
        data.group, weight, running_sum(season * weight), low, high,
    )  # fmt: skip


def recency(days: int, end: int, half_life: float) -> Floats:
    """[day] weight of each day for a level wanted at ``end``: 1 there, 1/2 one half-life earlier."""
    return np.asarray(0.5 ** ((end - 1 - np.arange(days)) / half_life))


def silence(data: History, season: Floats, high: int) -> Silence:
    """How likely each series still sells, given how long it has been quiet against how often it sold.

    With rate ~ Gamma(k, b) after k sales in exposure b, and retirement at a constant hazard h: quiet for g has the odds
    (b / (b + g))^k against h b / (k - 1) (1 - (b / (b + g))^(k - 1)). The hazard is counted on frequent sellers.
    """
    sales, quiet_from, before, after = kernels.silences(
        data.row_start, data.row_day, data.out_start, data.out_day, data.from_day,
        data.group, running_sum(season), high,
    )  # fmt: skip
    frequent = (sales >= FREQUENT_DAYS) & (before > 0)
    gone = frequent & (sales * after > CERTAIN_SILENCE * CLUMPING * np.maximum(before, 1e-9))
    hazard = (gone.sum() + 1.0) / (float((before + after)[frequent].sum()) + RETIREMENT_EVIDENCE_DAYS)
    known = np.maximum(before, 1.0)
    evidence = np.maximum(sales / CLUMPING, 0.5)
    evidence = np.where(np.abs(evidence - 1.0) < 1e-6, 1.0 + 1e-6, evidence)
    quiet = known / (known + after)
    gone_odds = hazard * known / (evidence - 1.0) * (1.0 - quiet ** (evidence - 1.0))
    alive = quiet**evidence / (quiet**evidence + gone_odds)
    return Silence(quiet_from, np.where(sales > 0, alive, 1.0))
