"""Measures the ledger in durable orders per second beside bare SQLite in the same run, its growth and its rebuild.

    PYTHONPATH=src python benchmarks/ledger.py --rates [--growth ORDERS...] [--random ORDERS...] [--folder DIR]

An order is a document with 2 lines, 4 postings (goods reserved, money expected) and one entry. The bare peer writes the
same as 8 rows (order, 2 lines, 4 postings, event) with `executemany`, a unique external number and 2 secondary indexes,
same pragmas, and checks nothing. Both take turns; what they write is made before the clock starts. DIR must lie on the
disk to be measured. Appends a JSON line for each part to benchmarks/results/ledger.jsonl.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from tuoguan.operate import Append, Draft, Entry, Ledger, Posting, Recorded, TableShape, Transaction, goods
from tuoguan.store import open_sqlite

HERE = Path(__file__).parent
SKUS, STORES, STARTED_AT, CONTRACT = 20_000, 5, 1_770_000_000, "c" * 64
ROUNDS, ROUND_ORDERS, ONE_BY_ONE = 7, 10_000, 400
MARKS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
BARE = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, external TEXT NOT NULL UNIQUE, contract TEXT NOT NULL, "
    "state TEXT NOT NULL, placed_at INTEGER NOT NULL)",
    "CREATE TABLE line (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, sku TEXT NOT NULL, "
    "quantity INTEGER NOT NULL, price_minor INTEGER NOT NULL)",
    "CREATE TABLE posting (id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, account TEXT NOT NULL, "
    "unit TEXT NOT NULL, amount INTEGER NOT NULL)",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, "
    "details TEXT NOT NULL)",
    "CREATE INDEX line_order ON line (order_id)",
    "CREATE INDEX posting_event ON posting (event_id)",
)


def drawn_sku(number: int) -> str:
    """A SKU of a long tail: half of the orders ask for one in twenty."""
    luck = number * 2_654_435_761 % 2**32 / 2**32
    return f"SKU-{int(SKUS * luck**5):06}"


def number_of(order: int, by_luck: bool) -> str:
    """The number a platform gives: led by time and the store, or as good as random."""
    if by_luck:
        return sha256(str(order).encode()).hexdigest()[:19]
    return f"store{order % STORES}/{STARTED_AT + order // 10}{order % 10:03}"


def order(number: int, by_luck: bool = False) -> Append:
    """One order: goods of the first line reserved, money of both expected."""
    first, second = drawn_sku(number), drawn_sku(number + 1)
    unit, total_minor = goods(first), 1999 + number % 900
    lines = [{"sku": first, "quantity": 1, "retail_price_minor": 1500}, {"sku": second, "quantity": 2}]
    postings = (
        Posting("stock:at:hangzhou", unit, -1),
        Posting("stock:reserved:hangzhou", unit, 1),
        Posting("money:expected:mall/semi/US", "USD", total_minor),
        Posting("money:income:mall/semi/US:revenue", "USD", -total_minor),
    )
    draft = Draft("order.open", STARTED_AT + number, postings, {"place": "hangzhou", "lines": lines}, CONTRACT)
    return Append(f"order/{number_of(number, by_luck)}", "open", (draft,), 0, "placed", "import")


def bare_rows(first: int, count: int) -> tuple[list[Any], ...]:
    """The same orders as rows of four tables."""
    rows: tuple[list[Any], ...] = ([], [], [], [])
    for number in range(first, first + count):
        append = order(number)
        draft = append.entries[0]
        rows[0].append((number, append.stream, CONTRACT, append.state, draft.occurred_at))
        for index, line in enumerate(draft.details["lines"]):
            rows[1].append((2 * number + index, number, line["sku"], line["quantity"], 1500))
        rows[2].extend((4 * number + index, number, *posting) for index, posting in enumerate(draft.postings))
        rows[3].append((number, number, draft.kind, draft.occurred_at, '{"place":"hangzhou"}'))
    return rows


class Bare:
    """SQLite with four tables and nothing asked."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 4000"):
            self.connection.execute(f"PRAGMA {pragma}")
        for statement in BARE:
            self.connection.execute(statement)

    def write(self, rows: tuple[list[Any], ...]) -> None:
        """All rows in one commit."""
        self.connection.execute("BEGIN IMMEDIATE")
        for table, some in zip(("orders", "line", "posting", "event"), rows, strict=True):
            self.connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", some)
        self.connection.execute("COMMIT")


def stocked(path: Path) -> Ledger:
    """A ledger with plenty of every SKU at hand."""
    ledger = Ledger(open_sqlite(path), clock=lambda: int(time.time()))
    units = 10_000_000
    for first in range(0, SKUS, 1000):
        skus = [goods(f"SKU-{sku:06}") for sku in range(first, first + 1000)]
        postings = [
            p
            for sku in skus
            for p in (Posting("stock:supplier", sku, -units), Posting("stock:at:hangzhou", sku, units))
        ]
        ledger.append(Append("purchase/all", f"{first}", (Draft("purchase.put_away", STARTED_AT, tuple(postings)),)))
    return ledger


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """(seconds, cpu-seconds) of a call."""
    begun, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - begun, time.process_time() - cpu


def fsyncs_per_second(folder: Path, count: int = 200) -> float:
    """Appends of 4 KiB, each made durable, per second."""
    with (folder / "fsync").open("wb", buffering=0) as file:
        seconds, _ = timed(lambda: [(file.write(b"x" * 4096), os.fdatasync(file.fileno())) for _ in range(count)])
    return count / seconds


def all_recorded(ledger: Ledger, appends: Sequence[Append]) -> None:
    """Records them in one commit; none may be refused."""
    refused = [result for result in ledger.append_all(appends) if not isinstance(result, Recorded)]
    if refused:
        raise refused[0]


def grouped(folder: Path, size: int) -> dict[str, float]:
    """Medians over rounds in which ledger and bare SQLite take turns at ``size`` orders a commit."""
    ledger, bare = stocked(folder / f"ledger{size}.db"), Bare(folder / f"bare{size}.db")
    rounds = []
    for number in range(ROUNDS):
        turns = []
        for first in range(number * ROUND_ORDERS, (number + 1) * ROUND_ORDERS, size):
            appends, rows = [order(n) for n in range(first, first + size)], bare_rows(first, size)
            ours = timed(lambda: all_recorded(ledger, appends))  # noqa: B023
            turns.append((*ours, *timed(lambda: bare.write(rows))))  # noqa: B023
        rounds.append([sum(column) for column in zip(*turns, strict=True)])
    seconds, cpu, bare_seconds, bare_cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        f"orders_per_s_{size}": ROUND_ORDERS / seconds,
        f"bare_orders_per_s_{size}": ROUND_ORDERS / bare_seconds,
        f"ratio_{size}": statistics.median(row[2] / row[0] for row in rounds),
        f"ratio_{size}_min": min(row[2] / row[0] for row in rounds),
        f"ratio_{size}_max": max(row[2] / row[0] for row in rounds),
        f"cpu_us_{size}": cpu / ROUND_ORDERS * 1e6,
        f"bare_cpu_us_{size}": bare_cpu / ROUND_ORDERS * 1e6,
        f"cpu_ratio_{size}": statistics.median(row[3] / row[1] for row in rounds),
        f"fsyncs_per_s_{size}": fsyncs_per_second(folder),
    }


def one_by_one(folder: Path) -> dict[str, float]:
    """A commit for each order, against the fsync rate before and after and against bare SQLite."""
    ledger, bare = stocked(folder / "single.db"), Bare(folder / "bare_single.db")
    rounds = []
    for number in range(ROUNDS):
        numbers = range(number * ONE_BY_ONE, (number + 1) * ONE_BY_ONE)
        appends, rows = [order(n) for n in numbers], [bare_rows(n, 1) for n in numbers]
        fsyncs = fsyncs_per_second(folder)
        seconds, cpu = timed(lambda: [ledger.append(append) for append in appends])  # noqa: B023
        bare_seconds, _ = timed(lambda: [bare.write(some) for some in rows])  # noqa: B023
        fsyncs = (fsyncs + fsyncs_per_second(folder)) / 2
        rounds.append((ONE_BY_ONE / seconds, fsyncs, cpu / ONE_BY_ONE * 1e6, ONE_BY_ONE / bare_seconds))
    rate, fsyncs, cpu, bare_rate = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "orders_per_s_single": rate,
        "bare_orders_per_s_single": bare_rate,
        "fsyncs_per_s_single": fsyncs,
        "ratio_single_to_fsync": statistics.median(row[0] / row[1] for row in rounds),
        "ratio_single_to_bare": statistics.median(row[0] / row[3] for row in rounds),
        "cpu_us_single": cpu,
    }


def by_threads(folder: Path) -> dict[str, float]:
    """Orders appended one at a time by 1 to 64 callers, who share commits."""
    ledger, first, figures = stocked(folder / "threads.db"), 0, {}
    for count in (1, 8, 64):
        shares = [[order(first + 400 * index + n) for n in range(3200 // count)] for index in range(count)]
        first += 30_000

        def work(share: list[Append]) -> None:
            for append in share:
                ledger.append(append)

        threads = [threading.Thread(target=work, args=(share,)) for share in shares]
        seconds, cpu = timed(lambda: ([t.start() for t in threads], [t.join() for t in threads]))  # noqa: B023
        figures[f"orders_per_s_{count}_threads"] = 3200 / seconds
        figures[f"cpu_us_{count}_threads"] = cpu / 3200 * 1e6
    return figures


def growth(path: Path, orders: int, by_luck: bool) -> Iterator[dict[str, float]]:
    """Rates of the last 50,000 orders before each mark, at 1,000 a commit; bare fsync rate beside them."""
    ledger = stocked(path)
    window: list[tuple[float, float]] = []
    for first in range(0, orders, 1000):
        appends = [order(n, by_luck) for n in range(first, first + 1000)]
        window = [*window[-49:], timed(lambda: all_recorded(ledger, appends))]  # noqa: B023
        if first + 1000 in MARKS:
            seconds, cpu = (sum(column) for column in zip(*window, strict=True))
            yield {
                "orders": first + 1000,
                "orders_per_s": len(window) * 1000 / seconds,
                "cpu_us": cpu / len(window) * 1e3,
                "bytes_per_order": path.stat().st_size / (first + 1000),
                "fsyncs_per_s": fsyncs_per_second(path.parent),
            }
    ledger.store.close()


class Documents:
    """A row for every document: its state and what is expected for it."""

    name = "documents"
    shapes = (
        TableShape(
            "documents",
            {"stream": "text", "state": "text", "version": "int", "expected_minor": "int", "opened_at": "int"},
            ("stream",),
            (("state", "opened_at"),),
        ),
    )

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """One row an entry; the last of a document stays."""
        table = transaction.table("documents")
        rows = []
        for entry in entries:
            postings = entry.draft.postings
            expected_minor = sum(p.amount for p in postings if p.account.startswith("money:expected:"))
            rows.append((entry.stream, entry.state, entry.version, expected_minor, entry.draft.occurred_at))
        table.put(rows)


def replayed(path: Path) -> dict[str, float]:
    """Entries a second of the three ways to walk the whole ledger, and the peak memory of the process."""
    ledger = Ledger(open_sqlite(path), clock=lambda: 0)
    with ledger.store.reading() as view:
        entries = view.head().position
    if problems := ledger.verify():
        raise SystemExit(str(problems[0]))
    figures = {"entries": float(entries)}
    calls = {"verify": ledger.verify, "rebuild": ledger.rebuild, "documents": lambda: ledger.rebuild(Documents())}
    for name, call in calls.items():
        seconds, cpu = timed(call)
        figures[f"{name}_entries_per_s"] = entries / seconds
        figures[f"{name}_cpu_us"] = cpu / entries * 1e6
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def replayed_apart(path: Path) -> dict[str, float]:
    """`replayed` in a process of its own, so that its memory is its own."""
    call = [sys.executable, __file__, "--replay", str(path)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, env=os.environ)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def rounded(value: Any) -> Any:
    """Figures with three digits that count."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.3g}") if value < 1000 else round(value)
    return value


def grown(folder: Path, orders: int, by_luck: bool) -> Iterator[dict[str, Any]]:
    """Figures at each mark on the way to ``orders``, then those of walking all of it."""
    path = folder / f"{by_luck}.db"
    for figures in growth(path, orders, by_luck):
        yield {"part": "growth, random numbers" if by_luck else "growth, numbers led by time", **figures}
    yield {"part": "walk", **replayed_apart(path)}


def parts(folder: Path, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Figures, part by part."""
    if asked.rates:
        yield {"part": "1,000 a commit", **grouped(folder, 1000)}
        yield {"part": "100 a commit", **grouped(folder, 100)}
        yield {"part": "one by one", **one_by_one(folder)}
        yield {"part": "threads", **by_threads(folder)}
    for orders in asked.growth:
        yield from grown(folder, orders, by_luck=False)
    for orders in asked.random:
        yield from grown(folder, orders, by_luck=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to write (a real disk)")
    parser.add_argument("--rates", action="store_true", help="beside bare SQLite and the disk")
    parser.add_argument("--growth", type=int, nargs="*", default=[], help="orders with numbers led by time")
    parser.add_argument("--random", type=int, nargs="*", default=[], help="orders with random numbers")
    parser.add_argument("--replay", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.replay:
        sys.stdout.write(json.dumps(replayed(asked.replay)))
        return
    folder = Path(tempfile.mkdtemp(dir=asked.folder))
    about = {"machine": platform.processor() or platform.machine(), "python": platform.python_version(),
             "sqlite": sqlite3.sqlite_version}  # fmt: skip
    try:
        for figures in parts(folder, asked):
            line = json.dumps({**rounded(figures), "load": round(os.getloadavg()[0], 1), **about})
            with (HERE / "results" / "ledger.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
