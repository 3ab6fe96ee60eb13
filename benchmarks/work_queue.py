"""Measures the engine and the work queue: whole lives of orders per second, and pages of a queue of open orders.

    PYTHONPATH=src python benchmarks/work_queue.py [--folder DIR] [--orders 50000] [--copies 20] [--lives 10000]

A life is open, reserve, ship, deliver and settle of one order of a semi-managed contract through `Work.do_all`, a
thousand orders a batch, each move of a batch one durable commit; prices are drawn, so most are priced for the first
time. Beside it, in the same run, bare `executemany` of one row per entry in the same batches. The queue then holds
ORDERS open orders of four contracts in two currencies, opened through the engine, and their rows COPIES times over
under other numbers; a page is 100 steps. DIR must lie on the disk to be measured.
Appends one JSON line to benchmarks/results/work_queue.jsonl.
"""

import argparse
import json
import os
import platform
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tuoguan.contracts import compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Entry, Ledger, Line, Request, Transaction, Work, moves_between
from tuoguan.store import open_sqlite

DAY = parse_day("2026-11-23")
NOON = DAY * 86_400 + 43_200
BATCH, SKUS, PLACE = 1_000, 500, "hangzhou"
LIFE = (("reserve", Party.SELLER), ("ship", Party.SELLER), ("deliver", Party.CARRIER), ("settle", Party.PLATFORM))
SEMI = "temu/semi/US"
OPEN_UNDER = (SEMI, "aliexpress/semi/US", "tiktok_shop/self/US", "temu/full/US")
LUCK = random.Random(5)


class Nothing:
    """A projection that keeps nothing: what reading and checking the entries costs by itself."""

    name = "nothing"
    shapes = ()

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Keeps nothing."""


def work_in(path: Path) -> Work:
    """An engine on a new ledger, with goods for every order at one place."""
    work = Work(Ledger(open_sqlite(path), clock=lambda: int(time.time())), rates={"CNY": 140_000})
    lines = [Line(f"SKU-{number:04}", 10**7, supply_price_minor=500) for number in range(SKUS)]
    work.open("purchase", "1", currency="CNY", place=PLACE, lines=lines, at=NOON - 30 * 86_400, by=Desk.SELLER)
    for move in moves_between("purchase", "ordered", "stocked") or ():
        work.record("purchase/1", move, at=NOON - 20 * 86_400, by=Desk.SELLER)
    return work


def line() -> tuple[Line]:
    """One line of an order: a SKU, 1 to 3 units, a price of its own."""
    sku, units = f"SKU-{LUCK.randrange(SKUS):04}", LUCK.randint(1, 3)
    return (Line(sku, units, LUCK.randint(900, 4_900), LUCK.randint(500, 2_500), LUCK.randint(80, 900), 800),)


def do(work: Work, requests: list[Request]) -> None:
    """All of them, or the reason why not."""
    for answer in work.do_all(requests):
        if isinstance(answer, Refused):
            raise answer


def lives(work: Work, terms: str, count: int) -> tuple[float, float]:
    """(orders a second, orders a CPU second) of whole lives."""
    batches = []
    for first in range(0, count, BATCH):
        streams = [f"order/lived/{number:08}" for number in range(first, min(first + BATCH, count))]
        opening = [
            Request(name, "open", NOON, Party.BUYER, {}, None, None, terms, "", PLACE, line()) for name in streams
        ]
        batches.append([opening])
        for hours, (move, by) in enumerate(LIFE, 1):
            batches[-1].append([Request(name, move, NOON + 3_600 * hours, by) for name in streams])
    wall, cpu = time.perf_counter(), time.process_time()
    for batch in batches:
        for requests in batch:
            do(work, requests)
    return count / (time.perf_counter() - wall), count / (time.process_time() - cpu)


def bare(path: Path, count: int) -> float:
    """Orders a second of bare `executemany`: one row per entry of a life, the same commits, nothing checked."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, stream TEXT, kind TEXT, at INTEGER, body TEXT)")
    rows = [[(None, f"order/{n:08}", "ship", NOON, "x" * 300) for n in range(BATCH)] for _ in range(5)]
    start = time.perf_counter()
    for _ in range(count // BATCH):
        for batch in rows:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", batch)
            connection.execute("COMMIT")
    return count / (time.perf_counter() - start)


def fill(work: Work, count: int) -> float:
    """Opens orders under the four contracts in turn; orders a CPU second."""
    library = load()
    terms = [work.terms.add(compile(library.contract(name), on=DAY)) for name in OPEN_UNDER]
    start = time.process_time()
    for first in range(0, count, 5 * BATCH):
        numbers = range(first, min(first + 5 * BATCH, count))
        do(work, [
            Request(f"order/open/{n:08}", "open", NOON - LUCK.randrange(86_400), Party.BUYER, {}, None, None,
                    terms[n % 4], "", PLACE, line())
            for n in numbers
        ])  # fmt: skip
    return count / (time.process_time() - start)


def copy(work: Work, copies: int) -> int:
    """The rows of the queue once more for each copy, under other numbers; the steps there are then."""
    shape = next(shape for shape in work.queue.shapes if shape.name == "step")
    place = list(shape.columns).index("stream")
    with work.ledger.store.reading() as view:
        rows = view.table(shape.name).page({}, shape.key, None, 10**9)
    for number in range(1, copies):
        with work.ledger.store.transaction() as transaction:
            transaction.table(shape.name).put(
                (*row[:place], f"{row[place]}/{number}", *row[place + 1 :]) for row in rows
            )
    return copies * len(rows)


def timed(page: Callable[[], list[Any]], times: int = 30) -> dict[str, float]:
    """Milliseconds of a page, median and most; the first is told apart."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        steps = page()
        taken.append((time.perf_counter() - start) * 1_000)
        assert len(steps) == 100
    return {
        "first_ms": round(taken[0], 2), "median_ms": round(statistics.median(taken), 2), "most_ms": round(max(taken), 2)
    }  # fmt: skip


def pages(work: Work, deep: int) -> dict[str, dict[str, float]]:
    """Milliseconds of pages of 100 steps; one of them behind ``deep`` others."""
    later = work.next_steps(Desk.SELLER, NOON, limit=deep)[-1]
    return {
        "seller": timed(lambda: work.next_steps(Desk.SELLER, NOON)),
        "platform": timed(lambda: work.next_steps(Desk.PLATFORM, NOON)),
        "seller_order": timed(lambda: work.next_steps(Desk.SELLER, NOON, flow="order")),
        "deep": timed(lambda: work.next_steps(Desk.SELLER, NOON, after=later)),
    }


def entries_per_cpu_second(work: Work, fold: Callable[[], int]) -> float:
    """How fast a projection takes entries."""
    start = time.process_time()
    count = fold()
    return count / (time.process_time() - start)


def main() -> None:
    """Measures, appends one line of JSON, and shows it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--lives", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        work = work_in(Path(folder) / "ledger.db")
        terms = work.terms.add(compile(load().contract(SEMI), on=DAY))
        lives(work, terms, BATCH)  # compiles and loads
        raw = bare(Path(folder) / "bare.db", asked.lives)
        per_second, per_cpu_second = lives(work, terms, asked.lives)
        opened = fill(work, asked.orders)
        ledger = work.ledger
        figures = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "python": platform.python_version(),
            "lives_per_second": round(per_second), "lives_per_cpu_second": round(per_cpu_second),
            "bare_lives_per_second": round(raw), "share_of_bare": round(per_second / raw, 3),
            "orders": asked.orders, "opened_per_cpu_second": round(opened),
            "caught_up_per_cpu_second": round(entries_per_cpu_second(work, lambda: ledger.catch_up(work.queue))),
            "rebuilt_per_cpu_second": round(entries_per_cpu_second(work, lambda: ledger.rebuild(work.queue))),
            "nothing_rebuilt_per_cpu_second": round(entries_per_cpu_second(work, lambda: ledger.rebuild(Nothing()))),
            "steps": copy(work, asked.copies), "pages": pages(work, asked.orders * asked.copies // 4),
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024, "load": os.getloadavg()[0],
        }  # fmt: skip
    with (Path(__file__).parent / "results" / "work_queue.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
