"""`run` plays every option on every path; `compare` plays many stock policies; `trace` tells what happened on one path.

Hides threads, blocks and scratch memory. Keeps the invariant that a row depends on its option, its policies, the demand
and the seed alone: not on its neighbors, the number of threads or the size of the blocks.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
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
BLOCK_PATHS = 8_192  # most rows x paths that a thread takes at a time
BLOCKS_PER_THREAD = 4  # at least, where there are rows enough: who is done first finds more to do
LISTEN_SECONDS = 0.1  # how long an interrupt may go unheard: not every system wakes the thread that waits
CALL_PATHS = 1_024  # of these, played without looking whether somebody wants to stop: some ten milliseconds


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
        scratch.play(rows, first, last)
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
    _require_candidates(scenario, candidates, first_path)
    table = tables(scenario, demand, Span(first_path, paths), candidates)
    profit = np.empty((len(candidates.option), paths), np.int64)

    def play(first: int, last: int, scratch: "Scratch") -> None:
        rows = _no_rows()._replace(profit=profit[first:last])
        scratch.play(rows, first, last, full=0)

    _play_all(table, scenario, paths, play, threads, None)
    return profit


def trace(scenario: Scenario, demand: Demand, option_index: int, path: int) -> Trace:
    """One path of one option again, with every fact; its profit is `run`'s to the unit."""
    if not (0 <= option_index < len(scenario.options) and path >= 0):
        count = len(scenario.options)
        raise ValueError(f"option_index {option_index}, path {path}: allowed 0 to {count - 1}, and at least 0")
    alone = replace(scenario, options=(scenario.options[option_index],))
    table = tables(alone, demand, Span(path, 1))
    totals = Totals.of(replace(alone, paths=1), table.number.shape[1], Record.DAILY)
    table.scalar[col.S_LOG_ROWS] = 1
    for _ in range(2):  # once to count the facts, once with room for them
        scratch, rows = Scratch(table, threading.Event()), totals.rows(1)
        scratch.play(rows, 0, 1)
        table.scalar[col.S_LOG_ROWS] = max(1, scratch.work[col.G_LOGGED])
    return told(scratch.work, rows, alone)


def _require_candidates(scenario: Scenario, candidates: Candidates, first_path: int) -> None:
    """ValueError when candidates do not name options and policies of the scenario, or paths begin before the first."""
    rows, shape, count = len(candidates.option), candidates.number.shape, len(scenario.options)
    most = max((len(option.places) for option in scenario.options), default=0)
    if first_path < 0:
        raise ValueError(f"first_path: {first_path}, at least 0")
    if len(shape) != 3 or shape[0] != rows or shape[1] < most or shape[2] != col.NUMBERS:
        raise ValueError(f"number of candidates: shape {shape}, needs ({rows}, at least {most}, {col.NUMBERS})")
    wrong = candidates.option[(candidates.option < 0) | (candidates.option >= count)]
    if len(wrong):
        raise ValueError(f"option of a candidate: {wrong[0]}, allowed 0 to {count - 1}")


@dataclass(slots=True)
class Scratch:
    """One thread's memory; the tape grows when a path does not fit."""

    table: col.Tables
    stopped: threading.Event
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

    def play(self, rows: col.Rows, first: int, last: int, full: int = 1) -> None:
        """Play rows ``first`` to ``last``; ArithmeticError when money or units do not add up."""
        paths, step = rows.profit.shape[1], max(1, CALL_PATHS // (last - first))
        for begin in range(0, paths, step):
            if self.stopped.is_set():
                return
            wrong = kn.NO_ROOM
            while wrong == kn.NO_ROOM:
                wrong = kn.play_rows(
                    self.table, rows, self.work, self.shares, self.states, self.tape, first, last, begin,
                    min(begin + step, paths), full,
                )  # fmt: skip
                if wrong == kn.NO_ROOM:
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
    wanted = threads or len(os.sched_getaffinity(0))
    share = -(-len(table.use) // (wanted * BLOCKS_PER_THREAD))
    blocks = _blocks(table, max(1, min(BLOCK_PATHS // paths, share)))
    workers = max(1, min(wanted, len(blocks)))
    stopped, turn = threading.Event(), iter(blocks)
    done = _Counter(len(table.use), progress)

    def work() -> None:
        scratch = Scratch(table, stopped)
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
            while not _ended(lanes):
                wait(lanes, LISTEN_SECONDS, FIRST_EXCEPTION)
        finally:
            stopped.set()
    for lane in lanes:
        lane.result()


def _ended(lanes: list[Future[None]]) -> bool:
    """True when all are done, or one has failed."""
    done = [lane for lane in lanes if lane.done()]
    return len(done) == len(lanes) or any(lane.exception() is not None for lane in done)


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
