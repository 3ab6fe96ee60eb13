"""Makes a workspace of the size that the page is measured on: 100,000 products decided, 1,000,000 orders in the ledger.

    PYTHONPATH=src python benchmarks/web_workspace.py DIR --like SHOP [--products 100000] [--orders 1000000]

SHOP is a decided workspace (`tuoguan sample`, `tuoguan decide`). Its products, decision, reasons and plan are written
many times over under other SKUs; the totals in decision.json stay those of SHOP. Orders go through the engine, under
four contracts, over the last 60 days; of ten whose stock the seller keeps, one is reserved and one is shipped. Every
projection is caught up.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

import polars as pl

from tuoguan.app.ledgers import open_work
from tuoguan.contracts import compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Line, Request, Work, moves_between

NOW = int(time.time())
DAY = parse_day("2026-11-23")
CONTRACTS = ("temu/semi/US", "aliexpress/semi/US", "tiktok_shop/self/US", "temu/full/US")
BATCH, PLACE = 5_000, "hangzhou"
PURCHASES = 1_000_000  # more than a shop's plan has
LUCK = random.Random(7)


def main(words: list[str]) -> int:
    """Makes the workspace; tells how long each part took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--like", type=Path, required=True)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    asked = parser.parse_args(words)
    skus = many_products(asked.like, asked.folder, asked.products)
    many_orders(asked.folder, skus, asked.orders)
    return 0


def many_products(like: Path, folder: Path, count: int) -> list[str]:
    """The shop's tables many times over; the SKUs."""
    shutil.copytree(like, folder, ignore=shutil.ignore_patterns("ledger.db*", ".site", "products.csv"))
    products = pl.read_csv(like / "products.csv", infer_schema=False)
    times = -(-count // len(products))
    copies = [_named(products, number) for number in range(times)]
    pl.concat(copies).head(count).write_csv(folder / "products.csv")
    for path in sorted((like / "decision").rglob("*.parquet")):
        table = pl.read_parquet(path)
        pl.concat([_named(table, number) for number in range(times)]).write_parquet(folder / "decision" / path.name)
    for path in sorted((like / "decision" / "plan").glob("*.csv")):
        table = pl.read_csv(path, infer_schema=False)
        if "sku" in table.columns:
            made = pl.concat([_named(table, number) for number in range(times)])
            made.write_csv(folder / "decision" / "plan" / path.name)
    return pl.read_csv(folder / "products.csv", infer_schema=False)["sku"].to_list()


def _named(table: pl.DataFrame, number: int) -> pl.DataFrame:
    """The table under other SKUs and numbers of purchases; the first copy keeps its own."""
    if not number or "sku" not in table.columns:
        return table
    changed = [pl.col("sku") + f"-{number:03}"]
    if "purchase" in table.columns:  # shipments name the purchase they bring, so both are moved by the same step
        changed.append((pl.col("purchase").cast(pl.Int64) + number * PURCHASES).cast(pl.String))
    return table.with_columns(changed)


def many_orders(folder: Path, skus: list[str], count: int) -> None:
    """Orders through the engine, and every projection caught up."""
    with open_work(folder) as work:
        terms = [work.terms.add(compile(load().contract(name), on=DAY)) for name in CONTRACTS]
        stocked(work, skus)
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            do(work, [opening(number, terms[number % 4], skus) for number in numbers])
            do(work, [moved(number, "reserve", 1) for number in numbers if number % 10 < 2 and number % 4 < 3])
            do(work, [moved(number, "ship", 2) for number in numbers if number % 10 < 1 and number % 4 < 3])
            if first % (20 * BATCH) == 0:
                work.next_steps(Desk.SELLER, NOW, limit=1)
                print(f"{first + BATCH:,} orders, {time.process_time():.0f} CPU s", file=sys.stderr, flush=True)
        work.next_steps(Desk.SELLER, NOW, limit=1)


def stocked(work: Work, skus: list[str]) -> None:
    """Goods for every order at one place, in purchases of 500 SKUs."""
    for number in range(0, len(skus), 500):
        lines = [Line(sku, 10_000, supply_price_minor=500) for sku in skus[number : number + 500]]
        work.open(
            "purchase", str(number), currency="CNY", place=PLACE, lines=lines, at=NOW - 90 * 86_400, by=Desk.SELLER
        )
        for move in moves_between("purchase", "ordered", "stocked") or ():
            work.record(f"purchase/{number}", move, at=NOW - 80 * 86_400, by=Desk.SELLER)


def at_of(number: int) -> int:
    """When an order was placed: spread over 60 days, in the order of the numbers."""
    return NOW - 60 * 86_400 + number * 5


def opening(number: int, terms: str, skus: list[str]) -> Request:
    """One order of one line."""
    sku, units = skus[LUCK.randrange(len(skus))], LUCK.randint(1, 3)
    line = Line(sku, units, LUCK.randint(900, 4_900), LUCK.randint(500, 2_500), LUCK.randint(80, 900), 800)
    return Request(f"order/{number:09}", "open", at_of(number), Party.BUYER, {}, None, None, terms, "", PLACE, (line,))


def moved(number: int, move: str, hours: int) -> Request:
    """A later move of an order."""
    return Request(f"order/{number:09}", move, at_of(number) + 3_600 * hours, Party.SELLER)


def do(work: Work, requests: list[Request]) -> None:
    """All of them; a refusal ends the making."""
    for answer in work.do_all(requests):
        if isinstance(answer, Refused):
            raise answer


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
