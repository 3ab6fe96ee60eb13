"""Random options of every contract that can be signed, lived through three times: day loop, slow loop, ledger.

Run in the repository: ``PYTHONPATH=src:tests python -m benchmarks.rehearse --cases 200``. Seeds are counted from
``--first``, so that runs can be split. Each case asks that the three agree on stock, cash and staff time of every day
and that the reference interpreter makes of every fact of the ledger what the ledger holds; the first case of each
contract also has its whole ledger verified. A difference ends the run with the contract, the seed and the first days
that differ.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from differential.rehearse.cases import signable
from differential.rehearse.lived import Lived, check, live


def counted(lived: Lived) -> Counter[str]:
    """What happened in a case, so that nobody takes a hundred empty ones for a proof."""
    world, happened = lived.world, lived.trace.happened
    horizon = range(lived.scenario.horizon_days)
    return Counter(
        cases=1, entries=lived.diary.position, orders=len(world.sales), lost=len(happened.lost),
        made=sum(sale.is_made for sale in world.sales), returned=sum(len(day.returned) for day in world.days),
        resold=sum(len(day.put_back) for day in world.days), faulty=sum(len(day.faulty) for day in world.days),
        late=sum(len(day.seen_to) for day in world.days),
        queued=sum(sale.shipped > sale.day and not sale.is_made for sale in world.sales),
        purchases=len(world.stock_orders), deposits=sum(one.deposit_minor > 0 for one in world.listings),
        opened=sum(len(day.opening) for day in world.days),
        stopped=sum(one.stops in horizon for one in world.listings), two=len(world.listings) > 1,
    )  # fmt: skip


def run(cases: int, first: int, names: list[str]) -> None:
    """Live through the cases and print a line for each contract."""
    total, began = Counter[str](), time.process_time()
    for name in names:
        found, since = Counter[str](), time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(first, first + cases):
                lived = live(signable()[name], seed, Path(folder) / f"{seed}.db")
                try:
                    check(lived)
                    assert seed > first or not lived.work.ledger.verify()
                except AssertionError as error:
                    sys.exit(f"{name}, seed {seed}: {error}")
                found += counted(lived)
                lived.work.ledger.store.close()
        total += found
        used = time.process_time() - since
        print(f"{name:22} {cases} cases, {found['orders']} orders, {found['entries']} entries: agree; {used:.0f} CPU s")
        sys.stdout.flush()
    print(dict(total), f"{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("contracts", nargs="*", help="ids; every contract that can be signed where none is named")
    asked = parser.parse_args()
    run(asked.cases, asked.first, asked.contracts or list(signable()))
