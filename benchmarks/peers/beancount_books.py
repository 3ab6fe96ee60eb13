"""Loads books in beancount's own loader, which balances every entry and every account; prints one JSON line.

.venv-peers-operate/bin/python benchmarks/peers/beancount_books.py BOOKS.beancount
"""

import json
import sys
import time
from importlib.metadata import version

from beancount import loader
from beancount.core import data


def main(path: str) -> int:
    """Exit status: 0 when beancount has nothing to say against the books."""
    wall, cpu = time.perf_counter(), time.process_time()
    entries, errors, _ = loader.load_file(path)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = sum(isinstance(entry, data.Transaction) for entry in entries)
    balances = sum(isinstance(entry, data.Balance) for entry in entries)
    line = {
        "peer": "beancount", "version": version("beancount"), "transactions": count, "balances": balances,
        "errors": len(errors), "first_errors": [error.message for error in errors[:3]],
        "transactions_per_s": count / wall, "cpu_us_per_transaction": cpu / max(1, count) * 1e6,
    }  # fmt: skip
    sys.stdout.write(json.dumps(line) + "\n")
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
