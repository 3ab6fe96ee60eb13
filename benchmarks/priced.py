"""What policies at shadow prices bring a workspace, on the report's luck and on fresh luck; one JSON line per run.

    PYTHONPATH=src python -m benchmarks.priced WORKSPACE [--seed 1] [--fresh 2000] [--threads 2] [--stay]

A workspace is made by `tuoguan sample DIR --seller solo` (team, brand) or `benchmarks/gift_shop.py DIR`. "fresh" plays
the two chosen sets again on paths that neither the search, the prices nor the report saw.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.app.decide import evaluate_workspace
from tuoguan.app.workspace import open_workspace
from tuoguan.choose import Evaluated, Portfolio, choose, study_of
from tuoguan.choose.priced import retune
from tuoguan.demand import Demand
from tuoguan.intake import Seller
from tuoguan.simulate import run

FRESH_SEED = 987_654


def answer_line(portfolio: Portfolio) -> dict[str, Any]:
    """The figures of one answer; money in minor units."""
    return {
        "objective": round(portfolio.objective), "bound": round(portfolio.bound), "gap": round(portfolio.gap, 5),
        "mean": round(portfolio.mean), "cvar": round(portfolio.cvar), "sold": int((portfolio.chosen >= 0).sum()),
        "price": {
            capacity.name: round(price, 4)
            for capacity, price in zip(portfolio.capacities, portfolio.shadow_price.tolist(), strict=True) if price > 0
        },
    }  # fmt: skip


def fresh_line(book: Evaluated, demand: Demand, seller: Seller, chosen: Any, paths: int) -> dict[str, Any]:
    """The chosen set on other luck: objective, mean and its error, tail, most cash in a week (sum of low paths)."""
    options = tuple(book.groups.options[row] for row in chosen[chosen >= 0])
    played = run(replace(book.scenario, options=options, paths=paths, seed=FRESH_SEED), demand)
    profit = np.sort(played.profit.sum(axis=0).astype(np.float64))
    tail = max(1, round((1.0 - seller.risk.level) * paths))
    mean, cvar, weight = profit.mean(), profit[:tail].mean(), seller.risk.weight
    return {
        "objective": round((1.0 - weight) * mean + weight * cvar), "mean": round(mean), "cvar": round(cvar),
        "error": round(profit.std() / np.sqrt(paths)), "cash": int((-played.cash_low.sum(axis=0)).max()),
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Decides twice, without and with policies at shadow prices, and appends one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", type=int, default=2_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--stay", action="store_true", help="append nothing")
    asked = parser.parse_args(arguments)
    opened = open_workspace(asked.workspace)
    seller, demand = opened.batch.seller, opened.demand
    began = time.process_time()
    book = evaluate_workspace(opened, seed=asked.seed, paths=None, threads=asked.threads, progress=None)
    searched = time.process_time()
    first = choose(study_of(book), seller)
    chosen = time.process_time()
    again = retune(book, demand, seller, portfolio=first, threads=asked.threads)
    done = time.process_time()
    line = {
        "workspace": asked.workspace.name, "seed": asked.seed, "groups": book.groups.count,
        "rows": [len(book.groups.options), len(again.evaluated.groups.options)],
        "tried": [round_.tried for round_ in again.rounds],
        "relaxed_bound": [round(round_.bound) for round_ in again.rounds],
        "could_add": [round(round_.added) for round_ in again.rounds],
        "cpu_seconds": {
            "evaluate": round(searched - began, 1), "choose": round(chosen - searched, 1),
            "retune": round(done - chosen, 1),
        },
        "before": answer_line(first), "after": answer_line(again.portfolio),
        "fresh_before": fresh_line(book, demand, seller, first.chosen, asked.fresh),
        "fresh_after": fresh_line(again.evaluated, demand, seller, again.portfolio.chosen, asked.fresh),
    }  # fmt: skip
    if not asked.stay:
        target = Path(__file__).parent / "results" / "priced.jsonl"
        with target.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
