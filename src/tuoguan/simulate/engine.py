"""`run` plays every option on every path; `compare` plays many stock policies; `trace` tells what happened on one path.

Hides threads, blocks and scratch memory. Keeps the invariant that a row depends on its option, its policies, the demand
and the seed alone: not on its neighbors, the number of threads or the size of the blocks.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tuoguan.demand import Demand
from tuoguan.simulate import kernels as kn
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout import Span, tables
from tuoguan.simulate.outcomes import Totals, Trace, told
from tuoguan.simulate.scenario import Candidates, Outcomes, Record, Scenario

Progress = Callable[[int, int], None]
Ints = npt.NDArray[np.int64]
BLOCK_PATHS = 4_096  # rows x paths that a thread plays at a time: some ten milliseconds


def run(
    scenario: Scenario, demand: Demand, *, threads: int | None = None, progress: Progress | None = None,
    record: Record = Record.NOTHING,
) -> Outcomes:  # fmt: skip
    """What happens to every option on every path; the same bytes whatever ``threads`` is.

    ``progress(done, total)`` is told after each block. ValueError with every problem of the scenario, ArithmeticError
    when money or units fail to add up on a path.
    """
    table = tables(scenario, demand)
    totals = Totals.of(scenario, table.number.shape[1], record)

    def play(first: int, last: int, scratch: "Scratch") -> None:
        rows = totals.rows(last - first)
        scratch.play(table, rows, first, last)
        totals.add(first, last, rows)

    _play_all(table, scenario, scenario.paths, play, threads, progress)
    return totals.outcomes()


def compare(
    scenario: Scenario, demand: Demand, candidates: Candidates, *, first_path: int = 0, paths: int,
    threads: int | None = None,
) -> Ints:  # fmt: skip
    """Profit int64 [candidate, path] of stock policies on paths ``first_path`` and following.

    Cheapest where candidates of one option, and options of one product and market, stand together. Errors as in `run`.
    """
    table = tables(scenario, demand, Span(first_path, paths), candidates)
    profit = np.empty((len(candidates.option), paths), np.int64)

    def play(first: int, last: int, scratch: "Scratch") -> None:
        rows = _no_rows()._replace(profit=profit[first:last])
        scratch.play(table, rows, first, last, full=0)

    _play_all(table, scenario, paths, play, threads, None)
    return profit


def trace(scenario: Scenario, demand: Demand, option_index: int, path: int) -> Trace:
    """One path of one option again, with every fact; its profit is `run`'s to the unit."""
    alone = replace(scenario, options=(scenario.options[option_index],))
    table = tables(alone, demand, Span(path, 1))
    totals = Totals.of(replace(alone, paths=1), table.number.shape[1], Record.DAILY)
    table.scalar[col.S_LOG_ROWS] = 1
    for _ in range(2):  # once to count the facts, once with room for them
        scratch, rows = Scratch(table), totals.rows(1)
        scratch.play(table, rows, 0, 1)
        table.scalar[col.S_LOG_ROWS] = max(1, scratch.work[col.G_LOGGED])
    return told(scratch.work, rows, alone)


@dataclass(slots=True)
class Scratch:
    """One thread's memory; the tape grows when a path does not fit."""

    table: col.Tables
    work: Ints = field(init=False)
    shares: npt.NDArray[np.float64] = field(init=False)
    states: npt.NDArray[np.uint64] = field(init=False)
    tape: Ints = field(init=False)

    def __post_init__(self) -> None:
        scalar = self.table.scalar
        calendar, horizon = int(scalar[col.S_CALENDAR]), int(scalar[col.S_HORIZON])
        facts = int(scalar[col.S_LOG_ROWS]) * col.LOG_COLUMNS
        self.work = np.zeros(col.AT_DAYS + col.ROWS * calendar + facts, np.int64)
        self.shares = np.zeros(col.F_LUCK + col.F_ROWS * (calendar + 1))
        self.states = np.zeros(col.H_LENGTH, np.uint64)
        most = int(self.table.option[:, col.O_LISTINGS].max())
        self.tape = np.zeros((most * horizon + col.SLOTS) * col.E_COLUMNS + 4_096, np.int64)

    def play(self, table: col.Tables, rows: col.Rows, first: int, last: int, full: int = 1) -> None:
        """Play rows ``first`` to ``last``; ArithmeticError when money or units do not add up."""
        while True:
            wrong = kn.play_rows(table, rows, self.work, self.shares, self.states, self.tape, first, last, full)
            if wrong != kn.NO_ROOM:
                break
            self.tape = np.zeros(2 * len(self.tape), np.int64)
        if wrong:
            raise ArithmeticError(f"{wrong} paths whose money or units do not add up")


def _no_rows() -> col.Rows:
    three, four = np.empty((0, 0, 0), np.int64), np.empty((0, 0, 0, 0), np.int64)
    return col.Rows(np.empty((0, 0), np.int64), three, four, four, three, three)


def _play_all(
    table: col.Tables, scenario: Scenario, paths: int, play: Callable[[int, int, Scratch], None],
    threads: int | None, progress: Progress | None,
) -> None:  # fmt: skip
    """Play all rows in blocks on ``threads`` threads; whoever interrupts waits for no more than the running blocks."""
    blocks = _blocks(table, max(1, BLOCK_PATHS // paths))
    workers = max(1, min(threads or len(os.sched_getaffinity(0)), len(blocks)))
    stopped, turn = threading.Event(), iter(blocks)
    done = _Counter(len(table.use), progress)

    def work() -> None:
        scratch = Scratch(table)
        for first, last in turn:
            if stopped.is_set():
                return
            play(first, last, scratch)
            done.add(last - first)

    if workers == 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            lanes = [pool.submit(work) for _ in range(workers)]
            wait(lanes, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
    for lane in lanes:
        lane.result()


def _blocks(table: col.Tables, size: int) -> list[tuple[int, int]]:
    """Rows in blocks of about ``size``."""
    return [(first, min(first + size, len(table.use))) for first in range(0, len(table.use), size)]


class _Counter:
    """Counts finished rows and tells whoever asked."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress, self.lock = 0, total, progress, threading.Lock()

    def add(self, count: int) -> None:
        with self.lock:
            self.done += count
            if self.progress is not None:
                self.progress(self.done, self.total)
