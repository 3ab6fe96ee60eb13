"""`average_costs`: what capped base-stock policies cost a period when what is missing is lost, for a whole catalog.

Hides lanes, blocks and threads. Keeps the invariant that a SKU's row depends on that SKU alone, and is the same to
the bit on any number of threads.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.instances import COST_MAX, LEAD_PERIODS_MAX
from tuoguan.inventory.plain import kernels
from tuoguan.inventory.plain.demand import Drawn

LEVEL_MAX = 1_000_000
NARROW_LEVEL_MAX = 0xFFFF // kernels.CHUNK  # what fits 16 bits after a chunk of days has been added up
PERIODS_MAX = 1_000_000  # a block is not interrupted: longer runs are more paths
JOB_UNITS = 1 << 23  # SKU-periods x candidates that a thread takes at a time: some milliseconds

Given = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averages of a period, all [sku, candidate].

    cost            holding x units on hand after demand + penalty x units lost
    standard_error  of ``cost``, from the spread between paths; not a number where there is one path only
    on_hand         units left after demand
    lost            units lost
    fill_rate       share of the units asked for that was sold; 1 where nothing was asked for
    """

    cost: Floats
    standard_error: Floats
    on_hand: Floats
    lost: Floats
    fill_rate: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    level: Ints  # [sku, candidate]
    cap: Ints
    lead_periods: Ints  # [sku]
    holding: Floats
    penalty: Floats
    demand: Drawn | Given
    periods: int
    warm_up: int

    @property
    def paths(self) -> int:
        return self.demand.paths if isinstance(self.demand, Drawn) else 1


def average_costs(
    level: npt.ArrayLike, demand: Drawn | Given, *, lead_periods: npt.ArrayLike, holding: npt.ArrayLike,
    penalty: npt.ArrayLike, periods: int, warm_up: int, cap: npt.ArrayLike | None = None, threads: int | None = None,
) -> Averages:  # fmt: skip
    """Averages of min(cap, max(0, level - inventory position)) for SKUs and candidates, on common demand.

    ``level`` and ``cap`` are [sku] or [sku, candidate], the rest one number or one a SKU; ``demand`` is `drawn`, or
    units [period, sku] in 8 or 16 bits, of which the first ``periods`` are played. A period: what was ordered
    ``lead_periods`` ago arrives, the order is placed, demand comes, cost is charged (Zipkin 2008). It starts with
    ``level`` on hand, and ``warm_up`` of the periods are played without being counted.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}: expected 1 or more")
    task = _task(level, demand, lead_periods, holding, penalty, periods, warm_up, cap)
    totals = Averages(*(np.empty(task.level.shape) for _ in range(5)))
    workers = len(os.sched_getaffinity(0)) if threads is None else threads
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda chosen: _play(task, chosen, totals), _jobs(task)))
    return totals


def _jobs(task: _Task) -> Iterator[Ints]:
    """SKUs that are played in one go: they share a lead time."""
    lanes = max(kernels.BLOCK, JOB_UNITS // (task.periods * task.level.shape[1]) // kernels.BLOCK * kernels.BLOCK)
    size = max(1, lanes // task.paths)
    for lead in np.unique(task.lead_periods):
        chosen = np.flatnonzero(task.lead_periods == lead)
        yield from (chosen[first : first + size] for first in range(0, len(chosen), size))


def _play(task: _Task, chosen: Ints, totals: Averages) -> None:
    """Plays the chosen SKUs and writes their rows into ``totals``."""
    candidates, used = task.level.shape[1], len(chosen) * task.paths
    lanes = -(-used // kernels.BLOCK) * kernels.BLOCK
    kind = np.uint16 if task.level[chosen].max() <= NARROW_LEVEL_MAX else np.uint32
    level, cap = (_blocks(limit[chosen], task.paths, lanes, kind) for limit in (task.level, task.cap))
    held, sold = np.zeros((2, *level.shape), np.int64)
    asked = np.zeros((len(level), kernels.BLOCK), np.int64)
    # Compiled or not, the hash and the counters of units wrap around; only plain Python would warn.
    with np.errstate(over="ignore"):
        kernels.play(
            *_source(task, chosen, lanes), level, cap, int(task.lead_periods[chosen[0]]), task.periods, task.warm_up,
            held, sold, asked,
        )  # fmt: skip
    held, sold = (sums.swapaxes(0, 1).reshape(candidates, lanes)[:, :used] for sums in (held, sold))
    shape = (candidates, len(chosen), task.paths)
    _average(task, chosen, held.reshape(shape), sold.reshape(shape), asked.ravel()[:used].reshape(shape[1:]), totals)


def _average(task: _Task, chosen: Ints, held: Ints, sold: Ints, asked: Ints, totals: Averages) -> None:
    """Sums [candidate, sku, path], ``asked`` without candidate, as averages of a period, written into ``totals``."""
    counted, paths = task.periods - task.warm_up, task.paths
    on_hand, lost = held / counted, (asked - sold) / counted
    cost = task.holding[chosen, None] * on_hand + task.penalty[chosen, None] * lost
    spread = cost.std(axis=2, ddof=1) / np.sqrt(paths) if paths > 1 else np.full(cost.shape[:2], np.nan)
    wanted, served = asked.sum(axis=1), sold.sum(axis=2)
    totals.cost[chosen] = cost.mean(axis=2).T
    totals.standard_error[chosen] = spread.T
    totals.on_hand[chosen] = on_hand.mean(axis=2).T
    totals.lost[chosen] = lost.mean(axis=2).T
    totals.fill_rate[chosen] = np.where(wanted > 0, served / np.maximum(wanted, 1), 1.0).T


def _source(
    task: _Task, chosen: Ints, lanes: int
) -> tuple[npt.NDArray[np.uint16], int, npt.NDArray[np.uint32], int, npt.NDArray[np.uint32]]:
    """What `kernels.play` is told about demand: where it is given, or how it is drawn."""
    key, demand = np.zeros((lanes // kernels.BLOCK, 3, kernels.BLOCK), np.uint32), task.demand
    if isinstance(demand, Drawn):
        bits = demand.entry.shape[1].bit_length() - 1
        path = np.tile(np.arange(demand.paths), len(chosen))
        law, address = (np.repeat(row[chosen], demand.paths) for row in (demand.law, demand.address))
        kernels.keys(demand.seed, path, address, law, bits, key)
        return np.zeros((0, 0), np.uint16), 0, demand.entry.ravel(), bits, key
    nothing, first, last = np.zeros(0, np.uint32), int(chosen[0]), int(chosen[-1]) + 1
    if demand.dtype == np.uint16 and len(chosen) == lanes == last - first:
        return np.require(demand, np.uint16, ["C", "W"]), first, nothing, 1, key  # read-only is another type to numba
    columns = np.zeros((task.periods, lanes), np.uint16)
    columns[:, : len(chosen)] = demand[: task.periods, chosen]
    return columns, 0, nothing, 1, key


def _blocks(limit: Ints, paths: int, lanes: int, kind: type[np.uint16] | type[np.uint32]) -> npt.NDArray[Any]:
    """Limits [sku, candidate] as [block, candidate, lane], a lane a SKU and path, noughts behind the last of them."""
    filled = np.zeros((lanes, limit.shape[1]), kind)
    filled[: len(limit) * paths] = np.repeat(limit, paths, axis=0)
    return np.ascontiguousarray(filled.reshape(-1, kernels.BLOCK, limit.shape[1]).swapaxes(1, 2))


def _task(
    level: npt.ArrayLike, demand: Drawn | Given, lead_periods: npt.ArrayLike, holding: npt.ArrayLike,
    penalty: npt.ArrayLike, periods: int, warm_up: int, cap: npt.ArrayLike | None,
) -> _Task:  # fmt: skip
    levels = np.atleast_1d(_whole("level", level, 0, LEVEL_MAX))
    levels = levels[:, None] if levels.ndim == 1 else levels
    skus = len(levels)
    if levels.ndim != 2 or 0 in levels.shape:
        raise ValueError(f"level has the shape {levels.shape}: expected [sku] or [sku, candidate], none of them empty")
    if not 1 <= periods <= PERIODS_MAX:
        raise ValueError(f"periods is {periods}: expected 1 to {PERIODS_MAX}")
    if not 0 <= warm_up < periods:
        raise ValueError(f"warm_up is {warm_up}: expected 0 to {periods - 1}, fewer than the periods")
    caps = levels if cap is None else _whole("cap", cap, 1, np.iinfo(np.int64).max)
    caps = np.minimum(_rows("cap", caps[:, None] if caps.ndim == 1 else caps, levels.shape), levels)
    leads = _rows("lead_periods", _whole("lead_periods", lead_periods, 0, LEAD_PERIODS_MAX), (skus,))
    if leads.max() >= periods:
        raise ValueError(f"lead_periods is up to {leads.max()}: expected fewer than the {periods} periods")
    return _Task(
        levels, caps, leads, _rows("holding", _costs("holding", holding), (skus,)),
        _rows("penalty", _costs("penalty", penalty), (skus,)), _demand(demand, skus, periods), periods, warm_up,
    )  # fmt: skip


def _demand(demand: Drawn | Given, skus: int, periods: int) -> Drawn | Given:
    if isinstance(demand, Drawn):
        if len(demand.law) != skus:
            raise ValueError(f"demand is of {len(demand.law)} SKUs: expected {skus}, as many as level has")
        return demand
    if demand.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"demand is {demand.dtype}: expected uint8 or uint16")
    if demand.ndim != 2 or demand.shape[1] != skus or len(demand) < periods:
        raise ValueError(f"demand has the shape {demand.shape}: expected [period, sku], at least {(periods, skus)}")
    return demand


def _whole(name: str, value: npt.ArrayLike, low: int, high: int) -> Ints:
    found = np.asarray(value)
    if found.size == 0 or found.dtype.kind not in "iu":
        raise ValueError(f"{name} is {value!r}: expected whole numbers")
    if found.min() < low or found.max() > high:
        raise ValueError(f"{name} goes from {found.min()} to {found.max()}: expected {low} to {high}")
    return np.asarray(found, np.int64)


def _costs(name: str, value: npt.ArrayLike) -> Floats:
    found = np.asarray(value, np.float64)
    if not np.all(np.isfinite(found) & (found >= 0.0) & (found <= COST_MAX)):
        raise ValueError(f"{name} holds {found.ravel()[:5]}: expected numbers from 0 to {COST_MAX:.0e}")
    return found


def _rows(name: str, found: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    try:
        return np.broadcast_to(found, shape)
    except ValueError:
        raise ValueError(f"{name} has the shape {found.shape}: expected one number or {shape}") from None
