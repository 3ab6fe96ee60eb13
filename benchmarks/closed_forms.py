"""Measures `tuoguan.inventory.closed` in cpu-seconds for a million products, beside scipy vectorised in the same run.

Run: ``PYTHONPATH=src python benchmarks/closed_forms.py``. Appends one line to benchmarks/results/closed_forms.jsonl.
Demand of a lead time: mean log-uniform from 0.1 to 50, variance-to-mean 1 + Gamma(1, 1/2), critical ratio 0.67 to 0.98.
scipy has no (s, S); stockpyl stands in where it is installed, with Poisson demand and a few products.
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.closed import base_stock_levels, loss, newsvendor_levels, reorder_levels

PRODUCTS, SCIPY_PRODUCTS, REORDER_PRODUCTS, PEER_PRODUCTS = 1_000_000, 20_000, 200_000, 12
LEAD_PERIODS = 4
REPEATS = 3


def catalog(products: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and dispersion of the demand of a lead time, penalty and holding, of every product."""
    random = np.random.default_rng(20_261_123)
    mean = np.exp(random.uniform(np.log(0.1), np.log(50.0), products))
    holding = random.uniform(0.5, 1.5, products)
    return mean, 1.0 + random.gamma(1.0, 0.5, products), holding * random.uniform(2.0, 50.0, products), holding


def seconds(call: Callable[[], object]) -> float:
    """Least cpu-seconds of a few calls, after one that compiles."""
    call()
    found = []
    for _ in range(REPEATS):
        begun = time.process_time()
        call()
        found.append(time.process_time() - begun)
    return min(found)


def scipy_levels(mean: Floats, dispersion: Floats, penalty: Floats, holding: Floats) -> tuple[Floats, Floats]:
    """Level and cost with scipy's quantile, share above and probability, all arrays."""
    law = stats.nbinom(mean / (dispersion - 1.0), 1.0 / dispersion)
    level = law.ppf(penalty / (penalty + holding))
    missing = (mean - level) * law.sf(level) + (mean + (dispersion - 1.0) * level) * law.pmf(level)
    return level, holding * (level - mean) + (holding + penalty) * missing


def peer_reorder(mean: Floats, penalty: Floats, holding: Floats, fixed: Floats) -> float | None:
    """cpu-seconds of a product with stockpyl's exact (s, S), or None where it is not installed."""
    try:
        from stockpyl.ss import s_s_discrete_exact  # type: ignore[import-not-found]
    except ImportError:
        return None
    begun = time.process_time()
    for at in range(PEER_PRODUCTS):
        found = s_s_discrete_exact(holding[at], penalty[at], fixed[at], True, mean[at])
        ours = reorder_levels(mean[at], 1.0, penalty[at], holding[at], fixed[at])
        assert abs(found[2] / ours[2][0] - 1.0) < 1e-6
    return (time.process_time() - begun) / PEER_PRODUCTS


def measure_reorder(line: dict[str, object], holdings: float) -> None:
    """Adds (s, S) with a fixed cost of so many periods' holding of a unit."""
    mean, dispersion, penalty, holding = catalog(REORDER_PRODUCTS)
    mean, fixed = mean / (LEAD_PERIODS + 1), holding * holdings
    s, up_to, _ = reorder_levels(mean, dispersion, penalty, holding, fixed, LEAD_PERIODS)
    spent = seconds(lambda: reorder_levels(mean, dispersion, penalty, holding, fixed, LEAD_PERIODS))
    name = f"reorder_K_{holdings:g}h"
    line |= {
        f"{name}_s_per_million": round(spent / REORDER_PRODUCTS * 1e6, 3),
        f"{name}_mean_order": round(float((up_to - s).mean()), 1),
    }  # fmt: skip
    peer = peer_reorder(mean, penalty, holding, fixed)
    if peer is not None:
        line |= {f"{name}_ratio_to_stockpyl": round(peer / (spent / REORDER_PRODUCTS))}


def main() -> None:
    mean, dispersion, penalty, holding = catalog(PRODUCTS)
    few = tuple(part[:SCIPY_PRODUCTS] for part in (mean, dispersion, penalty, holding))
    levels, costs = newsvendor_levels(*few)
    theirs, their_costs = scipy_levels(*few)
    scipy = seconds(lambda: scipy_levels(*few)) * PRODUCTS / SCIPY_PRODUCTS
    review = mean / (LEAD_PERIODS + 1)
    newsvendor = seconds(lambda: newsvendor_levels(mean, dispersion, penalty, holding))
    base_stock = seconds(lambda: base_stock_levels(review, dispersion, penalty, holding, LEAD_PERIODS))
    whole = np.round(mean)
    line: dict[str, object] = {
        "what": "cpu-seconds for a million products, one thread", "newsvendor": round(newsvendor, 3),
        "base_stock": round(base_stock, 3), "loss": round(seconds(lambda: loss(whole, mean, dispersion)), 3),
        "scipy_newsvendor": round(scipy, 1), "ratio_to_scipy": round(scipy / newsvendor, 1),
        "levels_apart_of_20000": int((levels != theirs).sum()),
        "largest_relative_cost_apart": float(f"{np.abs(costs / their_costs - 1.0).max():.1e}"),
        "large_means_1e5": round(seconds(lambda: newsvendor_levels(np.full(1_000, 1e5), 1.5, 9.0, 1.0)) * 1e3, 1),
    }  # fmt: skip
    for holdings in (10.0, 50.0, 500.0):
        measure_reorder(line, holdings)
    line |= {"machine": platform.processor() or platform.machine(), "python": platform.python_version()}
    target = Path(__file__).parent / "results" / "closed_forms.jsonl"
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main()
