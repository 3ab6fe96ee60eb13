"""Measures the search for stock policies on a catalogue of any size and appends one JSON line per run.

    PYTHONPATH=src python -m benchmarks.search [PRODUCTS] [--threads 2] [--report 64] [--regret 0] [--stay]

The catalogue is synthetic and shaped like the gift shop: prices and daily sales are log-normal, sales intermittent and
overdispersed, three seasons, three markets, contracts and cards of the repository. ``--regret N`` plays a wide grid of
policies on many fresh paths for N options that were found and compares (search only, on luck neither has seen).
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuoguan.choose import Groups, enumerate_options, evaluate
from tuoguan.choose.policies import Evaluated, scenario_of
from tuoguan.choose.policies_facts import read_facts
from tuoguan.choose.policies_numbers import NUMBERS, SEASON, UP_TO, numbers_of
from tuoguan.choose.policies_start import starts
from tuoguan.contracts import load
from tuoguan.demand import Demand
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.fx import load_fx
from tuoguan.intake.schema import (
    LISTED,
    PANEL,
    PRICES,
    PRODUCTS,
    RETURNS,
    STOCK,
    STOCK_OUTS,
    Batch,
    Limits,
    Seller,
)
from tuoguan.simulate import Candidates, compare

ON = parse_day("2026-11-22")
HORIZON = 182
MARKETS = ("US", "EU", "UK")
REGRET_PATHS = 2_048
REGRET_SCALES = np.geomspace(0.3, 3.0, 15)


def catalogue(products: int) -> tuple[Batch, Demand]:
    """A workspace of so many products in three markets, and its demand."""
    random = np.random.default_rng(20_261_122)
    price = np.clip(np.rint(np.exp(random.normal(7.3, 0.8, products))), 199, 60_000).astype(np.int64)
    grams = np.clip(np.exp(random.normal(5.6, 0.9, products)), 20, 9_000).astype(np.int64)
    rows = {name: [""] * products for name in PRODUCTS} | {
        "sku": [f"P{number:06d}" for number in range(products)], "category": ["home"] * products,
        "unit_cost_minor": np.maximum(price * random.uniform(0.15, 0.4, products), 1).astype(np.int64),
        "retail_price_minor": price, "weight_g": grams,
        "volume_cm3": np.maximum(grams * random.uniform(2.0, 6.0, products), 10).astype(np.int64),
        "moq": random.choice([1, 1, 12, 50, 200], products), "carton": random.choice([1, 6, 12], products),
        "supplier_lead_days": random.choice([1, 3, 7, 15, 30], products),
        "return_rate_ppm": random.integers(10_000, 120_000, products), "keep": [[] for _ in range(products)],
        "today": ["aliexpress/pop"] * products, "assumed": [[] for _ in range(products)],
    }  # fmt: skip
    tables = {"panel": PANEL, "stock": STOCK, "stock_outs": STOCK_OUTS, "returns": RETURNS, "prices": PRICES}
    empty: dict[str, Any] = {name: pl.DataFrame(schema=dict(schema)) for name, schema in tables.items()}
    limits = Limits(cash="1000000", hours_per_week=400.0, wage_per_hour="12")
    batch = Batch(
        seller=Seller(schema=1, name="b", currency="USD", markets=MARKETS, horizon_days=HORIZON, limits=limits),
        products=pl.DataFrame(rows, schema=dict(PRODUCTS)), listed=pl.DataFrame(schema=dict(LISTED)), counts=(),
        problems=(), first_day=ON - 365, last_day=ON - 1, hash="synthetic", **empty,
    )  # fmt: skip
    return batch, _demand(rows["sku"], random)


def _demand(skus: list[str], random: np.random.Generator) -> Demand:
    names = [(sku, market) for sku in skus for market in MARKETS]
    count, days = len(names), np.arange(HORIZON) + 30
    waves = [np.zeros(HORIZON), 0.5 * np.cos(2 * np.pi * days / 365), np.where(days < 66, 0.9, -0.25)]
    level = np.exp(random.normal(-1.2, 1.3, count))
    return Demand(
        sku=tuple(sku for sku, _ in names), market=tuple(market for _, market in names), start_on=ON,
        level_mean=level, level_shape=random.uniform(3.0, 60.0, count),
        dispersion=1.0 + random.gamma(1.5, 0.6, count) * np.minimum(1.0 + level, 3.0),
        season=1.0 + np.array(waves), profile=random.integers(0, 3, count), method=("level",) * count,
        observed_days=np.full(count, 365),
    )  # fmt: skip


def measure(products: int, threads: int, report: int) -> tuple[dict[str, Any], Evaluated, Demand]:
    """Figures of one run, and what was found."""
    batch, demand = catalogue(products)
    began = time.perf_counter()
    groups = enumerate_options(batch, load(), demand, on=ON, fx=load_fx(ON))
    listed, stages = time.perf_counter(), {}
    cpu = time.process_time()

    def told(stage: str, _done: int, _total: int) -> None:
        stages[stage] = time.perf_counter()

    found = evaluate(groups, demand, paths=report, seed=1, threads=threads, progress=told)
    ended = time.perf_counter()
    looks, counts = np.unique(found.search.paths, return_counts=True)
    screened = sum(item.code == "screened" for item in found.groups.excluded)
    return {
        "products": products, "groups": groups.count, "options": len(groups.options),
        "screened": screened, "reported": len(found.groups.options), "policies": found.searched,
        "settled": round(float(found.search.settled.mean()), 4),
        "groups_by_paths": dict(zip(map(str, looks.tolist()), counts.tolist(), strict=True)),
        "list_s": round(listed - began, 1), "search_s": round(stages["policies"] - listed, 1),
        "report_s": round(ended - stages["policies"], 1), "cpu_s": round(time.process_time() - cpu, 1),
        "threads": threads, "report_paths": report,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }, found, demand  # fmt: skip


def regret(found: Evaluated, demand: Demand, count: int, threads: int) -> dict[str, Any]:
    """Mean and worst shortfall of the found policy against the best of a wide grid, both on fresh paths.

    The grid is every start and every found policy with all levels scaled by 15 factors from 0.3 to 3. Its best is
    picked on the first half of the paths and both are judged on the second; in percent of the grid's profit.
    """
    groups, random = found.groups, np.random.default_rng(3)
    earning = [row for row in np.flatnonzero(found.mean() > 0) if len(groups.options[row].places) == 1]
    rows = np.sort(random.choice(earning, min(count, len(earning)), replace=False))
    scenario = replace(scenario_of(groups, 1, 987_654), antithetic=True)
    both = np.array([_found_and_best(scenario, demand, groups, int(row), threads) for row in rows])
    lost = both[:, 1] - both[:, 0]
    short = 100.0 * lost / np.maximum(np.abs(both[:, 1]), 1.0)
    return {
        "regret_of_all_money_pct": round(float(100.0 * lost.sum() / both[:, 1].sum()), 3),
        "regret_options": len(rows), "regret_mean_pct": round(float(short.mean()), 3),
        "regret_error_pct": round(float(short.std() / np.sqrt(len(short))), 3),
        "regret_median_pct": round(float(np.median(short)), 3), "regret_most_pct": round(float(short.max()), 3),
    }  # fmt: skip


def _found_and_best(scenario: Any, demand: Demand, groups: Groups, row: int, threads: int) -> tuple[float, float]:
    option = groups.options[row]
    facts = read_facts((option,), demand, groups.horizon_days, groups.wage_per_hour_minor, groups.capital_rate_ppm_year)
    own = np.array(numbers_of(option.places[0].policy)).reshape(1, 1, NUMBERS)
    base = np.concatenate([own, starts(facts, groups.horizon_days)[1]])
    wide = np.concatenate([_scaled(base, scale) for scale in REGRET_SCALES])
    number = np.concatenate([own, np.unique(wide.reshape(-1, NUMBERS), axis=0).reshape(-1, 1, NUMBERS)])
    alone, half = replace(scenario, options=(option,)), REGRET_PATHS // 2
    candidates = Candidates(np.zeros(len(number), np.int64), number)
    best = int(compare(alone, demand, candidates, paths=half, threads=threads).mean(axis=1).argmax())
    both = Candidates(np.zeros(2, np.int64), np.ascontiguousarray(number[[0, best]]))
    profit = compare(alone, demand, both, first_path=half, paths=half, threads=threads).mean(axis=1)
    return float(profit[0]), float(profit[1])


def _scaled(number: np.ndarray, scale: float) -> np.ndarray:
    rows = number.copy()
    rows[:, :, UP_TO] = np.where(rows[:, :, UP_TO] > 0, np.maximum(np.rint(rows[:, :, UP_TO] * scale), 1), 0)
    for column in range(UP_TO + 2, SEASON):
        limit = rows[:, :, UP_TO] - 1 if column == UP_TO + 2 else 10**9
        least = np.minimum(rows[:, :, column], 1)
        rows[:, :, column] = np.minimum(np.maximum(np.rint(rows[:, :, column] * scale), least), limit).clip(0)
    return rows


def main(arguments: list[str]) -> None:
    """One run, one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", nargs="?", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", type=int, default=64)
    parser.add_argument("--regret", type=int, default=0)
    parser.add_argument("--stay", action="store_true", help="only print, do not append to results/search.jsonl")
    options = parser.parse_args(arguments)
    line, found, demand = measure(options.products, options.threads, options.report)
    if options.regret:
        line |= regret(found, demand, options.regret, options.threads)
    if not options.stay:
        target = Path(__file__).parent / "results" / "search.jsonl"
        with target.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
