"""Ingestion: order lines → validated daily panel sorted by SKU, market and day, beside polars doing less.

    python benchmarks/ingest.py --lines 20000000 [--folder FOLDER] [--keep]

Generated: 200,000 SKUs × 8 markets × 730 days, a long tail (popularity rank**-0.8), lines in time order. Each job
runs in a
fresh process; wall seconds, CPU seconds and peak resident memory are those of that process. Ratios are within one run.
Jobs: `copy` polars CSV → Parquet; `ours-csv` and `ours-parquet` the panel of `tuoguan.intake.panel`; `polars-sorted`
and
`polars-grouped` polars' own group-by from Parquet with and without the sort (no validation). One JSON line is
appended to results/ingest.jsonl.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
MARKETS = ["US", "UK", "EU", "JP", "KR", "MX", "CA", "AU"]
SKUS, DAYS, CHUNK = 200_000, 730, 1_000_000
JOBS = ("copy", "ours-csv", "ours-parquet", "polars-sorted", "polars-grouped")


def generate(path: Path, lines: int) -> None:
    """Writes the CSV in chunks."""
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(20261123)
    weights = np.arange(1, SKUS + 1) ** -0.8
    edges = np.cumsum(weights) / weights.sum()
    shuffled = draw.permutation(SKUS)
    names = pl.Series([f"SKU{index:06d}" for index in range(SKUS)])
    start = date(2024, 1, 1)
    with path.open("wb") as handle:
        for first in range(0, lines, CHUNK):
            size = min(CHUNK, lines - first)
            day = (np.arange(first, first + size) * DAYS // lines).astype(np.int32) + (start - date(1970, 1, 1)).days
            sku = shuffled[np.searchsorted(edges, draw.random(size)).clip(0, SKUS - 1)]
            market = draw.choice(len(MARKETS), size, p=[0.3, 0.1, 0.25, 0.1, 0.05, 0.08, 0.07, 0.05])
            pl.DataFrame(
                {
                    "date": pl.Series(day).cast(pl.Date),
                    "sku": names.gather(sku),
                    "market": pl.Series(MARKETS).gather(market),
                    "qty": 1 + draw.geometric(0.6, size),
                    "price": (draw.integers(199, 9999, size) / 100),
                }
            ).write_csv(handle, include_header=first == 0, float_precision=2)


def job(name: str, folder: Path) -> None:
    """Runs one job in this process."""
    import polars as pl

    csv, parquet, out = folder / "lines.csv", folder / "lines.parquet", folder / f"out-{name}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    kinds = {"date": pl.Date, "sku": pl.String, "market": pl.String, "qty": pl.Int64, "price": pl.Float64}
    if name == "copy":
        pl.scan_csv(csv, schema=kinds).sink_parquet(parquet, compression="zstd", compression_level=1)
    elif name.startswith("ours"):
        from tuoguan.intake.panel import Plain, build_panel

        columns = {"ordered_at": "date", "sku": "sku", "market": "market", "quantity": "qty", "unit_price": "price"}
        skus = pl.Series([f"SKU{index:06d}" for index in range(SKUS)])
        built = build_panel(
            Plain(csv if name == "ours-csv" else parquet, columns), skus, {m: m for m in MARKETS}, "USD", out
        )
        assert built.lines_in == built.lines_used and not built.rest.size
    else:
        grouped = (
            pl.scan_parquet(parquet)
            .group_by("sku", "market", "date")
            .agg(pl.col("qty").sum(), pl.len(), (pl.col("qty") * pl.col("price")).sum().alias("gross"))
        )
        grouped = grouped.sort("sku", "market", "date") if name == "polars-sorted" else grouped
        grouped.sink_parquet(out / "panel.parquet", compression="zstd", compression_level=1)


def measure(name: str, folder: Path) -> dict[str, float]:
    """Wall, CPU and peak memory of one job in a fresh process."""
    begun = time.perf_counter()
    command = [sys.executable, __file__, "--job", name, "--folder", str(folder)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(HERE.parent / "src")})
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    return {
        "wall_s": round(wall, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "exit": status,
    }


def agree(folder: Path) -> bool:
    """True when our panel and polars' own hold the same units and money."""
    import polars as pl

    sums = [pl.len().alias("rows"), pl.col("units").sum(), pl.col("orders").sum()]
    ours = pl.scan_parquet(folder / "out-ours-csv" / "*.parquet").select(sums).collect().row(0)
    theirs = pl.scan_parquet(folder / "out-polars-grouped" / "panel.parquet").select(
        pl.len().alias("rows"), pl.col("qty").sum(), pl.col("len").sum()
    )
    return ours == theirs.collect().row(0)


def main() -> int:
    """Runs all jobs and prints their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to work")
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--job", choices=JOBS)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    if arguments.job:
        job(arguments.job, arguments.folder)
        return 0
    # A folder of its own inside the named one, so that nothing else is removed at the end.
    folder = arguments.folder / "tuoguan-ingest"
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder / "lines.csv", arguments.lines)
    results = {name: measure(name, folder) for name in arguments.jobs.split(",")}
    record: dict[str, object] = {
        "lines": arguments.lines,
        "jobs": results,
        "load": os.getloadavg()[0],
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
    }
    if {"copy", "ours-csv"} <= results.keys():
        record["csv_over_copy"] = round(results["ours-csv"]["wall_s"] / results["copy"]["wall_s"], 2)
        record["csv_over_copy_cpu"] = round(results["ours-csv"]["cpu_s"] / results["copy"]["cpu_s"], 2)
    if {"polars-sorted", "ours-parquet"} <= results.keys():
        record["parquet_over_polars_sorted"] = round(
            results["ours-parquet"]["wall_s"] / results["polars-sorted"]["wall_s"], 2
        )
    if {"ours-csv", "polars-grouped"} <= results.keys():
        record["agrees_with_polars"] = agree(folder)
    sys.stdout.write(json.dumps(record, indent=1) + "\n")
    with (HERE / "results" / "ingest.jsonl").open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(record) + "\n")
    if not arguments.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
