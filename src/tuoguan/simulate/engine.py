"""`run` plays every option on every path; `trace` plays one path and tells what happened.

Hides threads and scratch memory. Keeps the invariant that an option's row depends on that option, the demand and the
seed alone: not on its neighbors, the number of threads or the size of the blocks.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tuoguan.demand import Demand
from tuoguan.foundation.facts import Fact, FactKind, Field, Reason
from tuoguan.simulate import kernels as kn
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout import clock_name, tables
from tuoguan.simulate.scenario import Outcomes, Scenario

Progress = Callable[[int, int], None]
BLOCK_PATHS = 8_192  # option-paths a thread takes at a time: some ten milliseconds


@dataclass(frozen=True, slots=True)
class Trace:
    """One option on one path: what happened and what it left behind every day.

    facts        in the order they became certain; ``listing`` and ``charge_minor`` run parallel to them
    cash_minor   int64 [day]         net cash of the day
    on_hand      int64 [place, day]  at the end of the day
    minutes      int64 [week]        staff time, thousandths of a minute
    component    int64 [Component]
    """

    facts: tuple[Fact, ...]
    listing: tuple[int, ...]
    charge_minor: tuple[int, ...]
    cash_minor: npt.NDArray[np.int64]
    on_hand: npt.NDArray[np.int64]
    minutes: npt.NDArray[np.int64]
    component: npt.NDArray[np.int64]
    profit_minor: int


def run(
    scenario: Scenario, demand: Demand, *, threads: int | None = None, progress: Progress | None = None
) -> Outcomes:
    """What happens to every option on every path; the same bytes whatever ``threads`` is.

    ``progress(done, total)`` is told after each block. ArithmeticError when money or units fail to add up on a path,
    ValueError when the scenario is empty or mixes currencies.
    """
    _require(scenario)
    table = tables(scenario, demand)
    sums = _sums(scenario)
    size = max(1, BLOCK_PATHS // scenario.paths)
    blocks = [(first, min(first + size, len(scenario.options))) for first in range(0, len(scenario.options), size)]
    workers = max(1, threads or len(os.sched_getaffinity(0)))
    lanes = [blocks[lane::workers] for lane in range(workers)]
    done = _Counter(len(scenario.options), progress)
    with ThreadPoolExecutor(workers) as pool:
        wrong = sum(pool.map(lambda lane: _play_blocks(table, sums, scenario, lane, done), lanes))
    if wrong:
        raise ArithmeticError(f"{wrong} paths whose money or units do not add up")
    return _outcomes(sums, scenario)


def trace(scenario: Scenario, demand: Demand, option_index: int, path: int) -> Trace:
    """One path of one option again, with every fact; its profit is `run`'s to the unit."""
    alone = replace(scenario, options=(scenario.options[option_index],), paths=path + 1)
    _require(alone)
    table, rows = tables(alone, demand), 1
    for _ in range(2):  # once to count the facts, once with room for them
        table.scalar[col.S_LOG_ROWS] = rows
        scratch = _scratch(alone, rows)
        lows = np.empty((1, alone.paths, _weeks(alone)), np.int64)
        wrong = kn.play_all(table, _sums(alone).path, *scratch, lows, 0, 1, path)
        rows = max(1, int(scratch[0][col.AT_TALLY + col.A_LOGGED]))
    if wrong:
        raise ArithmeticError("money or units do not add up on this path")
    return _told(scratch[0], int(scratch[0][col.AT_TALLY + col.A_LOGGED]), alone)


def _told(work: npt.NDArray[np.int64], rows: int, alone: Scenario) -> Trace:
    """The scratch of one recorded path as facts and daily figures."""
    days, option = alone.horizon_days, alone.options[0]
    daily = work[col.AT_DAYS : col.AT_DAYS + col.ROWS * days].reshape(col.ROWS, days)
    log = work[col.AT_DAYS + col.ROWS * days :].reshape(-1, col.LOG_COLUMNS)[:rows]
    component = work[col.AT_COMPONENT : col.AT_DUTY]
    return Trace(
        facts=tuple(_fact(row, alone) for row in log), listing=tuple(int(row[col.LOG_LISTING]) for row in log),
        charge_minor=tuple(int(row[col.LOG_MINOR]) for row in log), cash_minor=daily[col.ROW_CASH],
        on_hand=daily[col.ROW_STOCK : col.ROW_STOCK + len(option.places)], minutes=daily[col.ROW_WORK, : _weeks(alone)],
        component=component, profit_minor=int(component.sum()),
    )  # fmt: skip


@dataclass(slots=True)
class _Totals:
    """What the kernel adds up over paths, and what is taken from the weekly lows of all paths."""

    path: col.Sums
    cash_mean: npt.NDArray[np.int64]  # [option, week] sums over paths
    cash_low: npt.NDArray[np.int64]  # [option, week]


class _Counter:
    """Counts finished options and tells whoever asked."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def add(self, count: int) -> None:
        self.done += count
        if self.progress is not None:
            self.progress(self.done, self.total)


def _require(scenario: Scenario) -> None:
    if not scenario.options or scenario.paths < 1 or scenario.horizon_days < 1:
        raise ValueError("a scenario needs at least one option, one path and one day")


def _play_blocks(
    table: col.Tables, sums: _Totals, scenario: Scenario, blocks: list[tuple[int, int]], done: _Counter
) -> int:
    scratch, wrong, tenth = _scratch(scenario, 0), 0, (scenario.paths - 1) // 10
    for first, last in blocks:
        lows = np.empty((last - first, scenario.paths, _weeks(scenario)), np.int64)
        wrong += kn.play_all(table, sums.path, *scratch, lows, first, last, 0)
        sums.cash_mean[first:last] = lows.sum(axis=1)
        sums.cash_low[first:last] = np.partition(lows, tenth, axis=1)[:, tenth]
        done.add(last - first)
    return wrong


def _weeks(scenario: Scenario) -> int:
    return -(-scenario.horizon_days // 7)


def _scratch(
    scenario: Scenario, facts: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.uint64]]:
    """One thread's memory: integers with room for ``facts`` rows of log, shares, hash states."""
    length = col.AT_DAYS + col.ROWS * scenario.horizon_days + facts * col.LOG_COLUMNS
    days = 2 * scenario.horizon_days + _weeks(scenario)
    return np.zeros(length, np.int64), np.zeros(col.F_LUCK + days), np.zeros(col.H_LENGTH, np.uint64)


def _sums(scenario: Scenario) -> _Totals:
    options, weeks = len(scenario.options), _weeks(scenario)

    def nought(width: int) -> npt.NDArray[np.int64]:
        return np.zeros((options, width), np.int64)

    path = col.Sums(
        profit=nought(scenario.paths), component=nought(col.COMPONENTS), work=nought(weeks), duty=nought(col.DUTIES),
        volume=nought(weeks), tally=nought(col.A_COLUMNS),
    )  # fmt: skip
    return _Totals(path, nought(weeks), nought(weeks))


def _outcomes(totals: _Totals, scenario: Scenario) -> Outcomes:
    sums, paths = totals.path, scenario.paths
    tally = sums.tally.astype(np.float64)
    sold, demanded = tally[:, col.A_SOLD], tally[:, col.A_DEMANDED]
    through = _mean(np.cumsum(sums.component, axis=1), paths)
    return Outcomes(
        profit=sums.profit,
        component=np.diff(through, axis=1, prepend=0),
        cash_mean=_mean(totals.cash_mean, paths), cash_low=totals.cash_low,
        hours=sums.work / (60_000.0 * paths), hours_by_duty=sums.duty / (60_000.0 * paths),
        volume_cm3=_mean(sums.volume, paths), units_sold=sold / paths, units_ordered=tally[:, col.A_ORDERED] / paths,
        fill_rate=_ratio(sold, demanded, 1.0), late_rate=_ratio(tally[:, col.A_LATE], sold, 0.0),
        delivery_days=_ratio(tally[:, col.A_DELIVERY_DAYS], sold, 0.0),
        return_rate=_ratio(tally[:, col.A_RETURNED], sold, 0.0),
    )  # fmt: skip


def _mean(total: npt.NDArray[np.int64], paths: int) -> npt.NDArray[np.int64]:
    """Sums over paths as means, rounded half up."""
    return (2 * total + paths) // (2 * paths)


def _ratio(top: npt.NDArray[np.float64], bottom: npt.NDArray[np.float64], otherwise: float) -> npt.NDArray[np.float64]:
    filled = np.full(len(top), otherwise)
    np.divide(top, bottom, out=filled, where=bottom > 0)
    return filled


def _fact(row: npt.NDArray[np.int64], scenario: Scenario) -> Fact:
    number = [int(value) for value in row[col.LOG_FIELDS :]]
    listing = scenario.options[0].listings[int(row[col.LOG_LISTING])]
    kind, deadline, currency = FactKind(number[Field.KIND]), "", listing.contract.currency
    if kind is FactKind.DEADLINE_MISSED:
        deadline = clock_name(listing.contract)
    return Fact(
        kind=kind, day=scenario.start_on + int(row[col.LOG_DAY]), currency=currency, quantity=number[Field.QUANTITY],
        orders=number[Field.ORDERS], parcels=number[Field.PARCELS], lines=number[Field.LINES],
        retail_price_minor=number[Field.RETAIL_PRICE], supply_price_minor=number[Field.SUPPLY_PRICE],
        weight_g=number[Field.WEIGHT_G], volume_cm3=number[Field.VOLUME_CM3], minutes_late=number[Field.MINUTES_LATE],
        days_held=number[Field.DAYS_HELD], customs_value_minor=number[Field.CUSTOMS_VALUE],
        reason=Reason(number[Field.REASON]), deadline=deadline,
    )  # fmt: skip
