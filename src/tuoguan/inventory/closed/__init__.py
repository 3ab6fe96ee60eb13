"""Levels and costs that need no simulation, for a whole catalogue at once.

Hides the sums in `kernels`. Keeps the invariant that every number is checked, by name and range, before one is summed.
Order of a period: what is due arrives, the order is placed, demand comes, cost is charged on what is left or missing.
Arrays may be numbers: they are broadcast against each other.
"""

import math

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.closed.kernels import best_levels, best_reorders, losses

__all__ = ["base_stock_levels", "loss", "newsvendor_levels", "reorder_levels"]

MEAN_MAX = 1e5
DISPERSION_MAX = 1e4
LEAD_MAX = 200.0
COST_LEAST, COST_MAX = 1e-9, 1e12
RATIO_MAX = 1e9
ORDER_MAX = 20_000.0
LEVEL_MAX = 1e9


def newsvendor_levels(
    mean: npt.ArrayLike, dispersion: npt.ArrayLike, underage: npt.ArrayLike, overage: npt.ArrayLike
) -> tuple[Ints, Floats]:
    """Level and expected cost of every product sold once: the least y with P(D <= y) >= c_u / (c_u + c_o).

    Demand is negative binomial with ``mean`` units and variance-to-mean ``dispersion`` (1 is Poisson); ``underage`` is
    lost per unit missing, ``overage`` per unit left. Cost is c_o E[(y - D)^+] + c_u E[(D - y)^+] (Arrow, Harris &
    Marschak 1951). ValueError names what is out of range.
    """
    m, d, under, over = _aligned(mean=mean, dispersion=dispersion, underage=underage, overage=overage)
    _require_demand(m, d)
    _require_costs("underage", under, "overage", over)
    return _levels(m, d, under, over)


def base_stock_levels(
    mean: npt.ArrayLike, dispersion: npt.ArrayLike, penalty: npt.ArrayLike, holding: npt.ArrayLike,
    lead_periods: npt.ArrayLike = 0,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Base stock and average cost of a period with backlog: the newsvendor of the demand of lead time + 1 periods.

    ``mean`` and ``dispersion`` are a period's; sums of independent periods keep the dispersion. ``penalty`` per unit
    waiting and period, ``holding`` per unit left and period (Karlin & Scarf 1958).
    """
    m, d, p, h, lead = _aligned(
        mean=mean, dispersion=dispersion, penalty=penalty, holding=holding, lead_periods=lead_periods
    )  # fmt: skip
    _require_range("lead_periods", lead, 0.0, LEAD_MAX)
    _require_range("mean", m, 0.0, MEAN_MAX)
    _require_demand(m * (lead + 1.0), d, "mean over lead_periods + 1")
    _require_costs("penalty", p, "holding", h)
    return _levels(m * (lead + 1.0), d, p, h)


def reorder_levels(
    mean: npt.ArrayLike, dispersion: npt.ArrayLike, penalty: npt.ArrayLike, holding: npt.ArrayLike,
    fixed_cost: npt.ArrayLike, lead_periods: npt.ArrayLike = 0,
) -> tuple[Ints, Ints, Floats]:  # fmt: skip
    """Optimal s, S and average cost of a period with backlog and a fixed cost of an order.

    At an inventory position of s or less, order up to S. As `base_stock_levels`, with ``fixed_cost`` per order (Zheng &
    Federgruen 1991). Work grows with (S - s)^2; orders of more than about 20,000 units are refused.
    """
    m, d, p, h, fixed, lead = _aligned(
        mean=mean, dispersion=dispersion, penalty=penalty, holding=holding, fixed_cost=fixed_cost,
        lead_periods=lead_periods,
    )  # fmt: skip
    _require_range("lead_periods", lead, 0.0, LEAD_MAX)
    _require_range("mean", m, 0.0, MEAN_MAX)
    _require_range("fixed_cost", fixed, 0.0, COST_MAX)
    _require_demand(m * (lead + 1.0), d, "mean over lead_periods + 1")
    _require_costs("penalty", p, "holding", h)
    _require_range("penalty", p, COST_LEAST, COST_MAX)
    order = np.sqrt(2.0 * fixed * m * (h + p) / (h * p))
    _require_range("the order that fixed_cost makes economic", order, 0.0, ORDER_MAX)
    size = len(m)
    reorder_point, order_up_to, cost = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    best_reorders(m, d, lead + 1.0, p, h, fixed, _room(m * (lead + 1.0), d), reorder_point, order_up_to, cost)
    return reorder_point, order_up_to, cost


def loss(level: npt.ArrayLike, mean: npt.ArrayLike, dispersion: npt.ArrayLike) -> Floats:
    """Expected units missing at a level, E[(D - level)^+], of every product; ``level`` in whole units.

    What is left is level - mean + loss.
    """
    levels, m, d = _aligned(level=level, mean=mean, dispersion=dispersion)
    _require_demand(m, d)
    _require_range("level", levels, -LEVEL_MAX, LEVEL_MAX)
    whole = levels.astype(np.int64)
    if np.any(whole != levels):
        raise ValueError(f"level is {levels[whole != levels][0]:g}: expected whole units")
    units = np.empty(len(m))
    losses(whole, m, d, units)
    return units


def _levels(mean: Floats, dispersion: Floats, penalty: Floats, holding: Floats) -> tuple[Ints, Floats]:
    level, cost = np.empty(len(mean), np.int64), np.empty(len(mean))
    best_levels(mean, dispersion, penalty, holding, level, cost)
    return level, cost


def _room(mean: Floats, dispersion: Floats) -> int:
    """Places that hold every probability above 1e-18: the mean, ten deviations, an exponential tail."""
    if len(mean) == 0:
        return 0
    return math.ceil(float(np.max(mean + 10.0 * np.sqrt(mean * dispersion) + 45.0 * dispersion))) + 60


def _aligned(**given: npt.ArrayLike) -> list[Floats]:
    """The arrays, broadcast to one length."""
    arrays = {}
    for name, values in given.items():
        try:
            arrays[name] = np.atleast_1d(np.asarray(values, dtype=np.float64))
        except (TypeError, ValueError):
            raise ValueError(f"{name} is {values!r}: expected numbers") from None
    size = max((len(values) for values in arrays.values() if len(values) != 1), default=1)
    if any(values.ndim != 1 or len(values) not in (1, size) for values in arrays.values()):
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise ValueError(f"lengths do not fit: {shapes}; expected one length, or single numbers")
    return [np.ascontiguousarray(np.broadcast_to(values, size)) for values in arrays.values()]


def _require_demand(mean: Floats, dispersion: Floats, name: str = "mean") -> None:
    _require_range(name, mean, 0.0, MEAN_MAX)
    _require_range("dispersion", dispersion, 1.0, DISPERSION_MAX)


def _require_costs(missing: str, penalty: Floats, left: str, holding: Floats) -> None:
    _require_range(missing, penalty, 0.0, COST_MAX)
    _require_range(left, holding, COST_LEAST, COST_MAX)
    _require_range(f"{missing} / {left}", penalty / holding, 0.0, RATIO_MAX)


def _require_range(name: str, values: Floats, least: float, most: float) -> None:
    """Raises ValueError for the first value that is not a number from least to most."""
    fine = (values >= least) & (values <= most)
    if not fine.all():
        at = int(np.argmin(fine))
        raise ValueError(f"{name} is {values[at]:g} at {at}: expected a number from {least:g} to {most:g}")
