"""Rows per CPU second of importing: reading a file, recording orders and statements, importing the same again.

    PYTHONPATH=src python benchmarks/importing.py [--rows 200000] [--orders 20000]

CPU seconds of this process (user and system), one JSON line per measurement; the files are made up
(tests/exports_made.py) and the ledger is the durable SQLite file of a workspace.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import exports_made as make
from tuoguan.app.importing import Asked, import_files
from tuoguan.intake import formats, read_export

NOW = 1_790_000_000


def quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


def measured(what: str, rows: int, work: Callable[[], Any]) -> Any:
    """The work's answer; tells rows per CPU second."""
    cpu, wall = time.process_time(), time.monotonic()
    answer = work()
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    line = {
        "what": what,
        "rows": rows,
        "cpu_s": round(cpu, 2),
        "wall_s": round(wall, 2),
        "rows_per_cpu_s": round(rows / cpu),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    return answer


def main() -> None:
    """Measures and tells."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=20_000)
    arguments = parser.parse_args()
    known = formats()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sales = make.numbered(arguments.rows, state="shipped", shipped="2026-08-13 10:00:00")
        path = make.put(folder / "orders.csv", make.temu_zh(sales))
        measured("read orders, 33 columns, CSV", arguments.rows, lambda: read_export(path, known))
        header, first, *_ = make.tiktok_income()
        income = [[f"5770{at:014d}", *first[1:]] for at in range(arguments.rows)]
        path = make.put(folder / "income.csv", [header, *income])
        measured("read a statement, 24 columns, CSV", arguments.rows, lambda: read_export(path, known))
        bring(folder / "w", path, Asked(store="s"), "record a statement", arguments.rows)
        bring(folder / "w", path, Asked(store="s"), "the same statement again", arguments.rows)
        orders(folder, arguments.orders)


def orders(folder: Path, count: int) -> None:
    """Orders from nothing to shipped: four moves each."""
    stock = [["sku", "fnsku", "afn-fulfillable-quantity"], ["MUG-01", "x", str(10 * count)]]
    asked = Asked(contract="temu/semi/US", store="s", place="la")
    stocked = make.put(folder / "stock-2026-08-01.csv", stock)
    import_files(folder / "w", [stocked], Asked(place="la"), now=NOW, progress=quiet)
    sales = make.numbered(count, state="shipped", shipped="2026-08-13 10:00:00")
    path = make.put(folder / "new.csv", make.temu_zh(sales))
    bring(folder / "w", path, asked, "orders to shipped: open, reserve, pack, ship", count)
    bring(folder / "w", path, asked, "the same orders again", count)


def bring(workspace: Path, path: Path, asked: Asked, what: str, rows: int) -> None:
    """One import, measured."""
    workspace.mkdir(exist_ok=True)
    measured(what, rows, lambda: import_files(workspace, [path], asked, now=NOW, progress=quiet))


if __name__ == "__main__":
    main()
