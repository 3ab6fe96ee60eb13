"""Stages in a row, each feeding the next: echelon base stocks and their cost.

Hides the lattice that continuous demand is put on: mean-preserving, so the error falls with the square of ``step`` and
whole demand has none. Keeps the order customer first. Echelon stock of a stage is all there is from it to the customer.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.classic.laws import Law, losses, quantile, require_positive
from tuoguan.inventory.classic.newsvendor import newsvendor
from tuoguan.inventory.instances import Discrete

CUT = 1e-14
LATTICE_MAX = 20_000


class Stage(NamedTuple):
    """Time from the stage above, and echelon holding cost per unit and unit of time."""

    lead_time: float
    holding: float


class SerialStock(NamedTuple):
    """Echelon base stocks, customer first, and the cost of a unit of time."""

    levels: tuple[float, ...]
    cost: float


def serial_stock(
    demand: Callable[[float], Law], stages: Sequence[Stage], penalty: float, step: float = 1.0,
    levels: Sequence[float] | None = None,
) -> SerialStock:  # fmt: skip
    """Optimal echelon base stocks, or the cost of ``levels``; ``demand(t)`` is the law of the demand over a time t.

    C_j(y) = E[h_j (y - D_j) + C_(j-1)(min(S_(j-1), y - D_j))], backlog at ``penalty`` (Clark & Scarf 1960; Chen & Zheng
    1994). Snyder & Shen (2019), example 6.1 (normal 5, 1; lead times 1, 1, 2; h = 3, 2, 2; p = 37.12): 47.65.
    """
    require_positive(penalty=penalty, step=step)
    if levels is not None and len(levels) != len(stages):
        raise ValueError(f"levels has {len(levels)} numbers: expected {len(stages)}, one for each stage")
    lattices = [_lattice(demand(stage.lead_time) if stage.lead_time > 0.0 else None, step) for stage in stages]
    lead = sum(first + len(share) - 1 for first, share in lattices)
    slack = sum(max(-first, 0) for first, _ in lattices)
    given = [round(level / step) for level in levels or ()]
    low, high = min([0, *given]) - lead - slack, max([lead, *given]) + slack
    position = np.arange(low, high + 1)
    below = (penalty + sum(stage.holding for stage in stages)) * np.maximum(-position, 0) * step
    chosen, cost = [], 0.0
    for at, (stage, (first, share)) in enumerate(zip(stages, lattices, strict=True)):
        costs = np.convolve(stage.holding * position * step + below, share, "valid")
        position = position[len(share) - 1 :] + first
        best = int(np.argmin(costs)) if levels is None else given[at] - int(position[0])
        chosen.append(float(position[best] * step))
        cost = float(costs[best])
        below = costs.copy()
        below[best:] = cost
    return SerialStock(tuple(chosen), cost)


def serial_bounds(
    demand: Callable[[float], Law], stages: Sequence[Stage], penalty: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lower and upper bounds of the optimal echelon base stocks; their middle is a good heuristic (Shang & Song 2003).

    Newsvendors of the whole lead time to the customer, held at the holding cost of all stages down from here, or of
    this one alone.
    """
    low, high = [], []
    for at, stage in enumerate(stages):
        law = demand(sum(below.lead_time for below in stages[: at + 1]))
        missing = penalty + sum(above.holding for above in stages[at + 1 :])
        low.append(newsvendor(law, sum(below.holding for below in stages[: at + 1]), missing).level)
        high.append(newsvendor(law, stage.holding, missing).level)
    return tuple(low), tuple(high)


def _lattice(law: Law | None, step: float) -> tuple[int, Floats]:
    """First step and shares of a demand on whole steps; its expected loss at them is kept."""
    if law is None:
        return 0, np.ones(1)
    if isinstance(law, Discrete) and step == 1.0:
        return 0, law.probability
    first = math.floor(quantile(law, CUT) / step) - 1
    count = math.ceil(quantile(law, 1.0 - CUT) / step) + 2 - first
    if count > LATTICE_MAX:
        raise ValueError(f"step is {step}: {count} points of one demand; expected at most {LATTICE_MAX}")
    missing = np.array([losses(law, (first + at) * step).missing for at in range(-1, count + 1)])
    share = np.maximum(np.diff(missing, 2) / step, 0.0)
    return first, share / share.sum()
