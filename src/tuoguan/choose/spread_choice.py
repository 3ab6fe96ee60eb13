"""The best set for groups that live in files: prices by the dual, then the least rise of prices under which all fits.

Hides scales and the search. Keeps the invariant objective <= optimum of the kept options <= bound: the bound is the
dual function at a point, the choice is every group's best at dearer prices, and what it uses is added up in whole
numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from tuoguan.choose.problem import Capacity
from tuoguan.choose.solve_blocks import Shared
from tuoguan.choose.solve_packed import lower_tail
from tuoguan.choose.solve_prices import Prices, find_prices
from tuoguan.choose.spread import CACHE, Shape, Shard, Spread, scaled, shard_table
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.ids import address
from tuoguan.foundation.kernels import u01
from tuoguan.foundation.money import parse_minor
from tuoguan.foundation.random import Stream
from tuoguan.intake import Seller

THOUSANDTHS_PER_HOUR = 60_000
CM3_PER_CBM = 1_000_000
SIZE_BITS = 10  # the largest number of every column becomes about 2**10
DIGITS = 9  # of a price: what is past them is rounding
RISES = 48  # halvings of the rise of prices
STEEPEST = 1e3  # no rise of prices beyond this is tried


@dataclass(frozen=True, slots=True)
class Task:
    """Limits, attitude to risk and what models share in each scenario: ``factor`` [scenario, model], mean nought."""

    capacities: tuple[Capacity, ...]
    shape: Shape
    weight: float
    level: float
    factor: Floats

    @property
    def limit(self) -> Floats:
        """[limit]."""
        return np.array([one.limit for one in self.capacities])


@dataclass(frozen=True, slots=True)
class Agreed:
    """What all shards need to make the choice: a ``point`` in scaled units, its ``bound`` and prices in the caller's.

    ``rise`` is the share by which prices had to rise above the dual's; ``rounds`` how often all groups were priced.
    """

    blocks: Spread
    point: Floats
    bound: float
    shadow_price: Floats
    used: Floats
    rise: float
    rounds: int


def task_of(seller: Seller, models: Sequence[str], *, scenarios: int, seed: int) -> Task:
    """The seller's limits over the whole horizon: cash tied up, hours of a week, volume of each own site."""
    cash = float(parse_minor(seller.limits.cash, seller.currency))
    minutes = seller.limits.hours_per_week * THOUSANDTHS_PER_HOUR
    sites = [(at, one) for at, one in enumerate(seller.sites) if one.volume_cbm is not None]
    room = [Capacity(f"volume {one.id}", "volume", (one.volume_cbm or 0.0) * CM3_PER_CBM, "cm3") for _, one in sites]
    named = (Capacity("cash", "cash", cash, seller.currency), Capacity("hours", "hours", minutes, "minute/1000"), *room)
    known = tuple(sorted(set(models))) if seller.risk.weight > 0.0 else ()
    shape = Shape(tuple(at for at, _ in sites), known)
    return Task(named, shape, seller.risk.weight, seller.risk.level, draws(known, scenarios, seed))


def draws(models: Sequence[str], scenarios: int, seed: int) -> Floats:
    """[scenario, model] standard normal, mirrored in pairs, at the address of the model's reach."""
    curve, found = NormalDist(), np.zeros((scenarios, len(models)))
    for at, model in enumerate(models):
        for pair in range(scenarios // 2):
            size = curve.inv_cdf(min(max(u01(seed, pair, address(model), 0, int(Stream.REACH), 0), 1e-9), 1 - 1e-9))
            found[2 * pair, at], found[2 * pair + 1, at] = size, -size
    return found


def agree(blocks: Spread, task: Task) -> Agreed:
    """Prices, bound and the point at which every group's best choice together fits the limits."""
    scale = _scale(blocks.magnitude, task)
    inside = scaled(blocks, scale)
    limit_scale = -scale[1 : 1 + task.shape.limits]
    tail = min(1.0 / ((1.0 - task.level) * len(task.factor)), 1.0) if task.shape.models else 0.0
    factor = task.factor if task.shape.models else None
    shared = Shared(task.limit * limit_scale, limit_scale, float(scale[0]), tail, factor)
    prices = find_prices(inside, shared, math.inf)
    point, used, rise, rounds = _fitting(inside, shared, prices)
    shadow = prices.point.price * limit_scale / scale[0]
    return Agreed(
        inside, point, prices.bound / scale[0], shadow, used[: task.shape.limits] / limit_scale, rise,
        prices.evaluations + rounds,
    )  # fmt: skip


def _scale(size: Floats, task: Task) -> Floats:
    """[1 + column] powers of two that bring the largest numbers to one size; uses count against."""
    count = task.shape.limits
    value = _power(float(max(size[0], size[1 + count :].max(initial=0.0))))
    limits = [-_power(float(one)) for one in size[1 : 1 + count]]
    return np.array([value, *limits, *[task.weight * value] * len(task.shape.models)])


def _power(size: float) -> float:
    return 2.0 ** (SIZE_BITS - math.frexp(size)[1]) if size > 0.0 else 1.0


def _fitting(blocks: Spread, shared: Shared, prices: Prices) -> tuple[Floats, Floats, float, int]:
    """(point, what is used there, rise, rounds): the least rise of all prices found under which every limit holds."""
    count = len(shared.limit)
    column = _rounded(prices.point.column)
    # A limit without a price gets one as the others rise, so that moving there is no way out.
    least = 1e-3 * max(abs(prices.bound), 1e-9) / np.maximum(shared.limit, 1e-9)
    step = np.concatenate([np.maximum(column[:count], least), np.zeros(len(column) - count)])

    def used_at(rise: float) -> Floats:
        return np.asarray(-blocks.price(column + rise * step)[1].sum(axis=0))

    def fits(used: Floats) -> bool:
        return bool((used[:count] <= shared.limit).all())

    used, rounds, high = used_at(0.0), 1, 1e-6
    if fits(used):
        return column, used, 0.0, rounds
    low, used = 0.0, used_at(high)
    while not fits(used) and high < STEEPEST:
        low, high, rounds = high, 8.0 * high, rounds + 1
        used = used_at(high)
    for _ in range(RISES):
        middle = (low + high) / 2.0
        if middle in (low, high) or high - low <= 1e-9 * (1.0 + high):
            break
        trial, rounds = used_at(middle), rounds + 1
        low, high, used = (low, middle, trial) if fits(trial) else (middle, high, used)
    return column + high * step, used, high, rounds + 1


def _rounded(column: Floats) -> Floats:
    """Nine significant digits: a bound holds at any point, and rounding noise must not sway a tie."""
    return np.array([float(f"{one:.{DIGITS - 1}e}") for one in column])


def chosen_rows(shard: Shard, point: Floats) -> pl.DataFrame:
    """One row per group of the shard: the chosen option's columns, or nulls and noughts where nothing is sold."""
    choice = CACHE.get(shard).choose(point)
    table = shard_table(shard).with_row_index("row")
    first = table.group_by("group", maintain_order=True).first().with_columns(sold=pl.Series(choice >= 0))
    picked = np.where(choice >= 0, choice, first["row"].to_numpy())
    chosen = table[picked].with_columns(sold=first["sold"] & table[picked]["contract"].is_not_null())
    return chosen.drop("row", "group")


def risk_of(task: Task, profit: int, loading: Ints) -> tuple[float, float]:
    """(objective, CVaR) of a choice with this profit and these loadings [model]."""
    if not task.shape.models:
        return float(profit), float(profit)
    outcomes = profit + task.factor @ loading
    cvar = lower_tail(outcomes, min(1.0 / ((1.0 - task.level) * len(outcomes)), 1.0))
    return (1.0 - task.weight) * profit + task.weight * cvar, cvar


__all__ = ["Agreed", "Task", "agree", "chosen_rows", "draws", "risk_of", "task_of"]
