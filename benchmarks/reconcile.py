"""Statement lines against orders: how long matching takes, what it needs, and whether every planted error is found.

    python benchmarks/reconcile.py [--orders 1000000] [--shape net|parts|bills] [--repeat 1]

Generated in the shape of real statements. ``net``: one line per order with its net amount, fees and penalties in lines
of their own (about one line per order). ``parts``: each charge of an order in a line of its own, as many lines from a
third of the orders. ``bills``: consumer orders are not told; a bill says per SKU and week what it pays. Prices of
20,000 SKUs with a long tail; payouts 3 to 45 days after the sale; 18-digit order numbers. Planted: 1 % of fees at
another rate, 0.5 % of orders missing, 0.3 % of orders with a penalty nobody expected, one settled day printed twice in
the next statement; one bill line in a hundred short. Each run is a process of its own; wall and CPU seconds are those
of matching, the peak is the process's. One JSON line a run is appended to results/reconcile.jsonl.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SKUS, WEEKS = 20_000, 26
START = (date(2026, 1, 1) - date(1970, 1, 1)).days


def orders_of(count: int, seed: int) -> Any:
    """One row per order: number, SKU, amounts, due and settled day."""
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(seed)
    weight = np.arange(1, SKUS + 1) ** -0.8
    sku = np.searchsorted(np.cumsum(weight) / weight.sum(), draw.random(count)).clip(0, SKUS - 1)
    price = draw.integers(300, 6_000, SKUS)[sku]
    due = START + draw.integers(0, WEEKS * 7, count) + draw.integers(3, 46, count)
    number = draw.permutation(count) + 570_000_000_000_000_000
    return pl.DataFrame({
        "order_number": pl.Series(number).cast(pl.String), "sku": "SKU" + pl.Series(sku).cast(pl.String),
        "revenue": price, "commission": -((price * 6 + 50) // 100), "fee": -((price * 6 + 500) // 1000),
        "due_on": pl.Series(due.astype(np.int32)).cast(pl.Date),
        "late": draw.integers(0, 3, count), "luck": draw.random(count),
    })  # fmt: skip


def expected_of(orders: Any) -> Any:
    """Three expectations per order."""
    import polars as pl

    from tuoguan.reconcile import EXPECTED

    parts = [
        orders.select(
            pl.lit(kind).alias("term"), "order_number", "sku", "due_on", pl.col(column).alias("amount_minor"),
            pl.lit(kind).alias("kind"), pl.int_range(pl.len(), dtype=pl.Int64).alias("position"),
        )
        for kind, column in (("revenue", "revenue"), ("commission", "commission"), ("payout", "fee"))
    ]  # fmt: skip
    frame = pl.concat(parts).with_columns(
        key=pl.format("{}:{}", "position", "term"), document=pl.format("order/{}", "order_number"), step=pl.lit(0),
        contract=pl.lit("hash"), contract_id=pl.lit("mall/semi/US"), currency=pl.lit("USD"), source=pl.lit("T63"),
        evidence=pl.lit("official"), latest_on=pl.col("due_on") + pl.duration(days=10),
    )  # fmt: skip
    return frame.select(EXPECTED.keys()).cast(dict(EXPECTED))  # type: ignore[arg-type]


def lines_of(orders: Any, shape: str) -> tuple[Any, dict[str, list[int]]]:
    """The statement's lines with planted errors, and what was planted: (rows, minor units) by verdict."""
    import polars as pl

    from tuoguan.reconcile import LINES

    luck = pl.col("luck")
    told = orders.with_columns(settled_on=pl.col("due_on") + pl.duration(days="late"))
    gone, dear, fined = luck < 0.005, (luck >= 0.005) & (luck < 0.015), (luck >= 0.5) & (luck < 0.503)
    missing, dearer = told.filter(gone), told.filter(dear)
    extra = pl.when(dear).then(-(pl.col("revenue") // 50 + 5)).otherwise(0)
    penalties = told.filter(fined).select(
        "order_number",
        "sku",
        "settled_on",
        pl.lit("penalty").alias("kind"),
        pl.lit(-250).cast(pl.Int64).alias("amount_minor"),
    )
    net = ["revenue", "commission", "fee"]
    if shape == "parts":
        told = told.filter(~gone).with_columns(commission=pl.col("commission") + extra)
        names = {"revenue": "revenue", "commission": "commission", "fee": "payout"}
        same = ("order_number", "sku", "settled_on")
        rows = [
            told.select(*same, pl.lit(kind).alias("kind"), pl.col(column).alias("amount_minor"))
            for column, kind in names.items()
        ]
    else:
        told = told.filter(~gone).with_columns(amount_minor=pl.sum_horizontal(net) + extra)
        rows = [told.select("order_number", "sku", "settled_on", pl.lit("revenue").alias("kind"), "amount_minor")]
    lines = pl.concat([*rows, penalties], how="vertical_relaxed")
    day = lines.get_column("settled_on").sort()[lines.height // 2]
    week = ((pl.col("settled_on").to_physical() - START) // 7).cast(pl.String)
    lines = lines.with_columns(statement="W" + week)
    again = lines.filter(pl.col("settled_on") == day).with_columns(statement=pl.lit("W99"))
    frame = pl.concat([lines, again]).with_columns(
        line_key=pl.int_range(pl.len()).cast(pl.String), quantity=pl.lit(1), type="kind", currency=pl.lit("USD"),
        reserve=pl.lit(False),
    )  # fmt: skip
    total = -missing.select(pl.sum_horizontal(net)).sum().item()
    shortage = dearer.select(pl.col("revenue") // 50 + 5).sum().item()
    planted = {
        "missing": [missing.height, total], "fee": [dearer.height, -shortage],
        "penalty": [penalties.height, -250 * penalties.height],
        "duplicate": [again.height, int(again.get_column("amount_minor").sum())],
    }  # fmt: skip
    return frame.select(LINES.keys()).cast(dict(LINES)).sample(fraction=1.0, shuffle=True, seed=1), planted  # type: ignore[arg-type]


def bills_of(orders: Any) -> tuple[Any, dict[str, list[int]]]:
    """Bills per SKU and week without orders; one in a hundred pays 5 % too little."""
    import polars as pl

    from tuoguan.reconcile import LINES

    week = (pl.col("due_on").to_physical() - START) // 7
    told = (
        orders.with_columns(week=week).group_by("sku", "week").agg(pl.col("revenue").sum(), pl.len().alias("quantity"))
    )
    told = told.sort("sku", "week").with_columns(luck=pl.Series(range(told.height)) % 100)
    short = pl.when(pl.col("luck") == 7).then(pl.col("revenue") // 20 + 5).otherwise(0)
    frame = told.with_columns(
        amount_minor=pl.col("revenue") - short,
        settled_on=(START + pl.col("week") * 7 + 9).cast(pl.Int32).cast(pl.Date),
        statement="W" + pl.col("week").cast(pl.String), line_key=pl.int_range(pl.len()).cast(pl.String),
        order_number=pl.lit(""), type=pl.lit("proceeds"), kind=pl.lit("revenue"), currency=pl.lit("USD"),
        reserve=pl.lit(False),
    )  # fmt: skip
    found = told.filter(pl.col("luck") == 7)
    planted = {"missing": [found.height, -found.select(pl.col("revenue") // 20 + 5).sum().item()]}
    return frame.select(LINES.keys()).cast(dict(LINES)), planted  # type: ignore[arg-type]


def measure(count: int, shape: str, seed: int) -> dict[str, Any]:
    """One run in this process."""
    import polars as pl

    from tuoguan.reconcile import match

    count = count * 10 // 29 if shape == "parts" else count
    orders = orders_of(count, seed)
    expected = expected_of(orders)
    if shape == "bills":
        expected = expected.filter(pl.col("kind") == "revenue")
        lines, planted = bills_of(orders)
    else:
        lines, planted = lines_of(orders, shape)
    del orders
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    found = match(expected, lines, until=START + WEEKS * 7 + 100)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    told = {row["verdict"]: [row["match_count"], row["difference_minor"]] for row in found.by_verdict().to_dicts()}
    told.pop("matched", None)
    return {
        "shape": shape, "orders": count, "expectations": expected.height, "lines": lines.height,
        "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2),
        "before_mib": before // 1024, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "planted": planted, "found": told, "all_found": planted == told,
    }  # fmt: skip


def main() -> None:
    """Runs each shape in a process of its own and keeps the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--shape", choices=["net", "parts", "bills", "all"], default="all")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        sys.stdout.write(json.dumps(measure(asked.orders, asked.shape, 20261123)) + "\n")
        return
    for shape in ("net", "parts", "bills") if asked.shape == "all" else (asked.shape,):
        for _ in range(asked.repeat):
            command = [sys.executable, __file__, "--here", "--orders", str(asked.orders), "--shape", shape]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
            line = json.dumps(json.loads(done.stdout) | {"on": date.today().isoformat(), "cores": os.cpu_count()})
            sys.stdout.write(line + "\n")
            with (HERE / "results" / "reconcile.jsonl").open("a", encoding="utf-8") as kept:
                kept.write(line + "\n")


if __name__ == "__main__":
    main()
