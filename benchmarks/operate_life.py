"""Takes semi-managed orders through their whole life in our ledger; prints one JSON line.

    PYTHONPATH=src python -m benchmarks.operate_life life FOLDER --orders 20000 --batch 1000
    PYTHONPATH=src python -m benchmarks.operate_life rebuild FOLDER      # in a process of its own: for its peak memory

``--commits move``: a commit a move of a batch; ``batch``: all moves of a batch in one; ``two``: placed, reserved and
packed in one, the rest in another. Every run ends with `Ledger.verify` and with a look at what is left in the accounts.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from tuoguan.contracts import compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Document, Ledger, Line, Request, StockAccount, Store, Work, stock
from tuoguan.operate.flows import load_flows
from tuoguan.store import open_postgres, open_sqlite

Answer = TypeVar("Answer")
PLACE, UNITS = "los_angeles", 10**9
DAY_SECONDS, START_ON = 86_400, "2026-03-02"
PACKED = ("open", "reserve", "pack", "ship", "deliver", "settle")
SHORT = ("open", "reserve", "ship", "deliver", "settle")
FIRST_COMMIT = ("open", "reserve", "pack")


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    store = _store(arguments)
    line = rebuild(store) if arguments.job == "rebuild" else life(store, arguments)
    store.close()
    sys.stdout.write(json.dumps(line) + "\n")
    return 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=("life", "rebuild"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="address of a PostgreSQL server; without it, SQLite")
    parser.add_argument("--workspace", default="life")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--lines", type=int, default=2)
    parser.add_argument("--skus", type=int, default=200, help="each with a price of its own")
    parser.add_argument("--commits", choices=("move", "batch", "two"), default="move")
    parser.add_argument("--moves", choices=("packed", "short"), default="packed")
    parser.add_argument("--contract", default="temu/semi/US")
    return parser.parse_args(words)


def _store(arguments: argparse.Namespace) -> Store:
    if arguments.url:
        return open_postgres(arguments.url, arguments.workspace)
    return open_sqlite(arguments.folder / f"{arguments.workspace}.db")


def life(store: Store, arguments: argparse.Namespace) -> dict[str, object]:
    """Rates of the whole life, and proof that it was lived."""
    work = Work(Ledger(store, clock=lambda: 0))
    library = load()
    begin = parse_day(START_ON) * DAY_SECONDS
    terms = work.terms.add(compile(library.contract(arguments.contract), on=parse_day(START_ON)))
    goods = _goods(arguments.skus)
    _stock_up(work, goods, begin)
    moves = PACKED if arguments.moves == "packed" else SHORT
    order = _orders(goods, terms, begin, arguments.lines)
    warm = min(200, arguments.orders)
    _live(work, [next(order) for _ in range(warm)], moves, arguments.commits, begin)
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, arguments.orders, arguments.batch):
        batch = [next(order) for _ in range(min(arguments.batch, arguments.orders - start))]
        _live(work, batch, moves, arguments.commits, begin)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "peer": "tuoguan", "store": "postgresql" if arguments.url else "sqlite", "orders": arguments.orders,
        "batch": arguments.batch, "commits": arguments.commits, "lines": arguments.lines, "moves": len(moves),
        "orders_per_s": arguments.orders / wall, "cpu_us_per_order": cpu / arguments.orders * 1e6,
        **_proof(work, arguments.orders + warm),
    }  # fmt: skip


def _goods(skus: int) -> list[tuple[Line, ...]]:
    """Lines of one, two and three units of each SKU, at the SKU's price."""
    luck = random.Random(0)
    goods = [(f"sku{index}", luck.randrange(1_500, 3_000), luck.randrange(100, 900)) for index in range(skus)]
    return [tuple(Line(sku, units, price, price // 2, weight, 3 * weight) for units in (1, 2, 3))
            for sku, price, weight in goods]  # fmt: skip


def _stock_up(work: Work, goods: list[tuple[Line, ...]], begin: int) -> None:
    lines = [Line(one.sku, UNITS, supply_price_minor=500) for one, *_ in goods]
    at, by = begin - 30 * DAY_SECONDS, Desk.SELLER
    stream = work.open("purchase", "first", currency="USD", place=PLACE, lines=lines, at=at, by=by).stream
    for move in ("make_ready", "dispatch", "arrive", "put_away"):
        at += DAY_SECONDS
        work.record(stream, move, at=at, by=by)


def _orders(goods: list[tuple[Line, ...]], terms: str, at: int, lines: int) -> Iterator[Request]:
    luck, number = random.Random(1), 0
    while True:
        number += 1
        held = tuple(luck.choice(luck.choice(goods)) for _ in range(lines))
        yield Request(f"order/shop/{number:010d}", "open", at, Party.BUYER, contract=terms, place=PLACE, lines=held)


DOERS = {"deliver": Party.CARRIER, "settle": Party.PLATFORM}


def _live(work: Work, orders: list[Request], moves: tuple[str, ...], commits: str, begin: int) -> None:
    """Every order from nothing to settled; whatever is refused ends the run."""
    steps = [orders]
    for index, move in enumerate(moves[1:], 1):
        by = DOERS.get(move, Party.SELLER)
        steps.append([Request(order.stream, move, begin + index * 3_600, by) for order in orders])
    if commits == "two":
        cut = sum(move in FIRST_COMMIT for move in moves)
        groups = [[one for step in part for one in step] for part in (steps[:cut], steps[cut:])]
    else:
        groups = steps if commits == "move" else [[one for step in steps for one in step]]
    for group in groups:
        answers = work.do_all(group)
        refused = [answer for answer in answers if not isinstance(answer, Document)]
        if refused:
            raise refused[0]  # type: ignore[misc]


def _proof(work: Work, orders: int) -> dict[str, object]:
    """Entries and their check; raises where goods or money are not where they should be."""
    store = work.ledger.store
    entries, verifying = _timed(work.ledger.verify)
    assert entries == [], entries
    reserved = [amount for _, _, amount in store.all_balances(f"{StockAccount.RESERVED}:")]
    assert not any(reserved)
    sums: dict[str, int] = {}
    for _, unit, amount in store.all_balances():
        sums[unit] = sums.get(unit, 0) + amount
    assert not any(sums.values())
    gone = sum(amount for _, _, amount in store.all_balances(stock(StockAccount.BUYER)))
    with store.reading() as view:
        count = view.head().position
        states = [one.state for one in view.all_streams() if one.name.startswith("order/")]
    assert len(states) == orders and set(states) == {"settled"}
    return {"entries": count, "units_with_buyers": gone, "verify_entries_per_cpu_s": count / verifying}


def rebuild(store: Store) -> dict[str, object]:
    """Rates at which all rows are made again from the entries, and the memory it takes at most."""
    ledger = Ledger(store, clock=lambda: 0)
    work = Work(ledger)
    load_flows()
    with store.reading() as view:
        count = view.head().position
    before = _peak_mib()
    wall = time.perf_counter()
    balances, first = _timed(ledger.rebuild)
    after_balances = _peak_mib()
    queue, second = _timed(lambda: ledger.rebuild(work.queue))
    assert balances == queue == count
    found, third = _timed(ledger.verify)
    assert found == []
    return {
        "job": "rebuild", "entries": count, "wall_s": time.perf_counter() - wall,
        "balances_entries_per_cpu_s": count / first, "queue_entries_per_cpu_s": count / second,
        "all_entries_per_cpu_s": count / (first + second), "verify_entries_per_cpu_s": count / third,
        "mib_before": before, "mib_after_balances": after_balances, "mib_peak": _peak_mib(),
    }  # fmt: skip


def _timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    begun = time.process_time()
    answer = call()
    return answer, time.process_time() - begun


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
