"""Scores `tuoguan.demand` by rolling origin on real histories beside the usual peers, and times a large catalog.

    PYTHONPATH=src python -m benchmarks.demand [--half 1] [--series 100000] [--only NAME] [--cache FILE]

Peers come from `statsforecast` where it is installed (any environment that also has numba and polars), or only our own
figures are printed. ``--cache`` keeps the peers' forecasts, which take far longer than ours. Every figure is of one
half of the products at every other origin: designs were chosen on half 0, half 1 is reported. Appends one JSON line
to benchmarks/results/demand.jsonl.
"""

import argparse
import json
import pickle
import platform
import resource
import sys
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl
from benchmarks import demand_data as dd
from benchmarks.demand_data import DataSet
from benchmarks.demand_peers import LEVELS, peers
from scipy import special

from tuoguan.demand import Demand, fit
from tuoguan.foundation.days import day_of

LEVEL_POINTS = 32
OURS = "this"


def fitted(data: DataSet, day: int) -> Demand:
    """The demand as known on ``day``; products without a sale before it are not in the catalog yet."""
    start = day_of(data.first) + day
    known = data.panel.filter(pl.col("day").cast(pl.Int32) < start)
    products = data.products.filter(pl.col("sku").is_in(known["sku"].unique().implode()))
    ahead = max(dd.span_of(data, origin, w)[1] for origin in data.origins[:1] for w in data.windows) + 7
    return fit(
        known, products, dd.NO_STOCK_OUTS,
        start_on=start, horizon_days=ahead, first_day=day_of(data.first), last_day=start - 1,
    )  # fmt: skip


class Total:
    """Distribution of each series' units over some days, as the simulator draws them: gamma level, then counts."""

    def __init__(self, demand: Demand, rows: np.ndarray, span: tuple[int, int]) -> None:
        scale = demand.season[:, span[0] : span[1]].sum(1)[demand.profile[rows]] * demand.level_mean[rows]
        chance = (np.arange(LEVEL_POINTS) + 0.5) / LEVEL_POINTS
        shape = demand.level_shape[rows][:, None]
        luck = special.gammaincinv(shape, chance) / shape
        self.mean = scale
        self.means = scale[:, None] * luck / np.maximum(luck.mean(1, keepdims=True), 1e-12)
        self.dispersion = np.maximum(demand.dispersion[rows], 1.0001)[:, None]
        spread = np.sqrt(self.dispersion[:, 0] * scale + scale**2 / shape[:, 0])
        self.most = np.ceil(scale + 30.0 * spread) + 5.0

    def cdf(self, units: np.ndarray) -> np.ndarray:
        """[series] probability of at most ``units``."""
        size = np.maximum(self.means / (self.dispersion - 1.0), 1e-12)
        below = special.betainc(size, np.maximum(units, 0.0)[:, None] + 1.0, 1.0 / self.dispersion)
        return np.where(units < 0.0, 0.0, below.mean(1))

    def quantile(self, level: float) -> np.ndarray:
        """[series] the least units whose probability reaches ``level``."""
        low, high = np.full(len(self.mean), -1.0), self.most.copy()
        while (high - low).max() > 1.0:
            middle = np.floor((low + high) / 2.0)
            reached = self.cdf(middle) >= level
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        return high

    def inside(self, actual: np.ndarray, share: float = 0.9) -> np.ndarray:
        """[series] coverage of the central band by the non-randomized PIT of counts (Czado et al. 2009)."""
        low, high = self.cdf(actual - 1.0), self.cdf(actual)
        tail = (1.0 - share) / 2.0
        overlap = np.minimum(high, 1.0 - tail) - np.maximum(low, tail)
        return np.clip(overlap, 0.0, None) / np.maximum(high - low, 1e-12)


def pinball(quantiles: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """[series] mean loss over LEVELS of ``quantiles`` [series, level]."""
    miss = actual[:, None] - quantiles
    return np.asarray(np.maximum(LEVELS * miss, (LEVELS - 1.0) * miss).mean(1))


def sampled(demand: Demand, data: DataSet, known: pl.DataFrame, half: int) -> np.ndarray:
    """Rows of the series that are scored: ever sold in the market, in the half, spread by hash."""
    sold = set(known.select("sku", "market").unique().iter_rows())
    keys = [(crc32(f"{s}|{m}".encode()), n) for n, (s, m) in enumerate(zip(demand.sku, demand.market, strict=True))
            if (s, m) in sold and (dd.half_of(s) == half or data.sample < 200)]  # fmt: skip
    return np.array(sorted(n for _, n in sorted(keys)[: data.sample]))


def score(data: DataSet, half: int, with_peers: bool, cache: dict[Any, Any]) -> list[dict[str, Any]]:
    """One row for each origin and window: losses by method, coverage and mean actual units."""
    found = []
    for number, origin in enumerate(data.origins):
        if number % 2 != half:
            continue
        day = dd.origin_day(data, origin)
        demand = fitted(data, day)
        start = day_of(data.first) + day
        known = data.panel.filter(pl.col("day").cast(pl.Int32) < start)
        rows = sampled(demand, data, known, half)
        key = {(demand.sku[r], demand.market[r]): n for n, r in enumerate(rows)}
        spans = [dd.span_of(data, origin, w) for w in data.windows]
        actual = dd.totals(data.panel, key, data.first, [(day + a, day + b) for a, b in spans])
        others: dict[str, np.ndarray] = {}
        if with_peers:
            spot = (data.name, origin, half, len(rows), len(data.windows))
            if spot not in cache:
                cache[spot] = _peers_of(data, origin, dd.totals(known, key, data.first, dd.steps_of(data, origin)))
            others = cache[spot]
        for n, (name, _, _) in enumerate(data.windows):
            total = Total(demand, rows, spans[n])
            mine = np.stack([total.quantile(level) for level in LEVELS], axis=1)
            truth = actual[:, n]
            losses = {OURS: float(pinball(mine, truth).mean())}
            losses |= {peer: float(pinball(q[:, n], truth).mean()) for peer, q in others.items()}
            found.append({
                "origin": origin, "window": name, "mean": float(truth.mean()), "losses": losses,
                "inside": float(total.inside(truth).mean()), "expected": float(total.mean.mean()),
            })  # fmt: skip
    return found


def _peers_of(data: DataSet, origin: int, history: np.ndarray) -> dict[str, np.ndarray]:
    """Quantiles [series, window, level] of every peer, each series from its first sale on."""
    steps = max(data.step_days, 1)
    spans = [(a // steps, (a + length) // steps) for _, a, length in data.windows]
    each = [
        peers(row[min(int(np.flatnonzero(row)[0]) if row.any() else 0, len(row) - 12) :][-730:], data.season, spans, n)
        for n, row in enumerate(history)
    ]
    return {peer: np.stack([one[peer] for one in each]) for peer in each[0]}


def loss_of(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Loss by method per unit of demand, kinds of windows weighing the same, each peer at its better distribution."""
    windows = sorted({row["window"] for row in rows})
    parts = [[row for row in rows if row["window"] == window] for window in windows]
    found: dict[str, float] = {}
    for method in rows[0]["losses"]:
        ratios = [sum(r["losses"][method] for r in part) / sum(r["mean"] for r in part) for part in parts]
        peer = method.partition(" / ")[0]
        found[peer] = min(float(np.mean(ratios)), found.get(peer, np.inf))
    return found


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Losses, coverage (with its standard error over origins), bias, and the ratio to the best peer of the set."""
    windows, origins = sorted({row["window"] for row in rows}), sorted({row["origin"] for row in rows})
    loss = loss_of(rows)
    by_window = {w: float(np.mean([r["inside"] for r in rows if r["window"] == w])) for w in windows}
    by_origin = [
        np.mean([np.mean([r["inside"] for r in rows if (r["window"], r["origin"]) == (w, o)]) for w in windows])
        for o in origins
    ]
    found = {
        "loss": {m: round(value, 4) for m, value in loss.items()},
        "coverage": round(float(np.mean(list(by_window.values()))), 4),
        "coverage_se": round(float(np.std(by_origin, ddof=1) / len(origins) ** 0.5), 4),
        "coverage_by_window": {w: round(c, 3) for w, c in by_window.items()},
        "expected_over_actual": round(sum(r["expected"] for r in rows) / sum(r["mean"] for r in rows), 3),
    }
    if len(loss) > 1:
        best = min((m for m in loss if m != OURS), key=lambda m: loss[m])
        left_out = [loss_of([r for r in rows if r["origin"] != o]) for o in origins]
        folds = np.array([one[OURS] / one[best] for one in left_out])
        error = np.sqrt((len(folds) - 1) * ((folds - folds.mean()) ** 2).mean())
        found |= {"best_peer": best, "ratio": round(loss[OURS] / loss[best], 4), "ratio_se": round(float(error), 4)}
    return found


def over_sets(losses: list[dict[str, float]]) -> dict[str, Any]:
    """Ratio of our loss to each peer's over all sets: of the means, and the geometric mean of the sets' ratios."""
    peers_only = [peer for peer in losses[0] if peer != OURS]
    means = {p: sum(one[OURS] for one in losses) / sum(one[p] for one in losses) for p in peers_only}
    geometric = {p: float(np.exp(np.mean([np.log(one[OURS] / one[p]) for one in losses]))) for p in peers_only}
    return {
        "ratio_of_means": {p: round(r, 4) for p, r in means.items()},
        "geometric_mean": {p: round(r, 4) for p, r in geometric.items()},
        "worst": [round(max(means.values()), 4), round(max(geometric.values()), 4)],
    }


def timing(series: int) -> dict[str, Any]:
    """Seconds, cpu-seconds and peak memory of one fit of a synthetic catalog; kernels are compiled before."""
    small, goods = dd.synthetic(1000)
    start = day_of(date(2024, 12, 31))
    fit(small, goods, dd.NO_STOCK_OUTS, start_on=start, horizon_days=180, first_day=start - 365, last_day=start - 1)
    panel, products = dd.synthetic(series)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    demand = fit(
        panel, products, dd.NO_STOCK_OUTS, start_on=start, horizon_days=180, first_day=start - 365, last_day=start - 1
    )
    return {
        "series": len(demand.sku), "rows": len(panel), "seconds": round(time.perf_counter() - wall, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "mb_before": round(before / 1024),
    }  # fmt: skip


def main() -> None:
    """Print and append one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", type=int, default=1)
    parser.add_argument("--series", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    asked = parser.parse_args()
    line: dict[str, Any] = {"half": asked.half, "machine": platform.machine(), "python": platform.python_version()}
    if asked.series:
        line["timing"] = timing(asked.series)
    with_peers = find_spec("statsforecast") is not None
    cache = pickle.loads(asked.cache.read_bytes()) if asked.cache and asked.cache.exists() else {}
    for data in dd.data_sets(asked.shared):
        if asked.only in data.name:
            line[data.name] = summary(score(data, asked.half, with_peers, cache))
            if asked.cache:
                asked.cache.write_bytes(pickle.dumps(cache))
    if with_peers:
        line["all"] = over_sets([one["loss"] for one in line.values() if isinstance(one, dict) and "loss" in one])
    with (Path(__file__).parent / "results" / "demand.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main()
