"""The choice tested on the gift shop's own history: figures for docs and targets (benchmarks/backtest.md).

    python -m benchmarks.backtest OUT [--data ../shared/data/gift_shop] [--step 1] [--most 120] [--decide-on DAY ...]

Builds the workspace (benchmarks/gift_shop.py), tests it on every ``step``-th cell of the full grid and writes
OUT/backtest.json, OUT/backtest.parquet and a summary. Played cells stay in OUT/.cells: a run that was stopped goes on.
"""

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.gift_shop import build

from tuoguan.app.backtest import Backtest, backtest, write_backtest

GROUPS = ("traffic", "price_cut", "elasticity", "cost_share", "supply_share")


def shares_by(rows: Sequence[dict[str, Any]], name: str) -> list[str]:
    """By value of one term of the grid: cells, surely better, surely worse, mean profit of ours and the better side."""
    lines = []
    for value in sorted({row[name] for row in rows}):
        here = [row for row in rows if row[name] == value]
        better = sum(row["gain"]["sum"]["low"] > 0 for row in here)
        worse = sum(row["gain"]["sum"]["high"] < 0 for row in here)
        same = sum(row["gain"]["sum"]["low"] == row["gain"]["sum"]["high"] == 0 for row in here)
        ours = sum(row["profit_minor"]["ours"] for row in here) / len(here) / 100
        side = sum(row["profit_minor"][row["better_side"]] for row in here) / len(here) / 100
        counts = f"{len(here)} cells, better {better}, same {same}, worse {worse}"
        lines.append(f"{name} {value}: {counts}; {ours:,.0f} against {side:,.0f}")
    return lines


def report(result: Backtest) -> list[str]:
    """The lines of the summary."""
    rows = list(result.cells)
    real = [row for row in rows if row["profit_minor"]["clairvoyant"] > 0]
    lines = [json.dumps(result.answer["summary"], indent=1), json.dumps(result.answer["days"], indent=1)]
    lines += [line for name in GROUPS for line in shares_by(rows, name)]
    lines.append(f"cells in which anything can be earned: {len(real)} of {len(rows)}")
    differ = [row for row in rows if row["gain"]["sum"]["low"] != 0 or row["gain"]["sum"]["high"] != 0]
    lines.append(f"cells in which our choice differs from the better side: {len(differ)}, surely better in "
                 f"{sum(row['gain']['sum']['low'] > 0 for row in differ)}, surely worse in "
                 f"{sum(row['gain']['sum']['high'] < 0 for row in differ)}")  # fmt: skip
    lines += [json.dumps(pick) for pick in result.answer["picks"]]
    lines += [json.dumps(view) for day in result.answer["other"] for view in day["views"].items()]
    return lines


def main() -> int:
    """Exit status: 0, or 2 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "gift_shop")
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--most", type=int, default=120)
    parser.add_argument("--decide-on", action="append", default=[])
    given = parser.parse_args()
    if not (given.data / "orders.csv.gz").exists():
        sys.stderr.write(f"no gift shop data in {given.data}\n")
        return 2
    if not (given.out / "workspace" / "seller.toml").exists():
        build(given.out / "workspace", given.data)

    def tell(stage: str, done: int, total: int) -> None:
        sys.stderr.write(f"{stage} {done}/{total}\n")

    result = backtest(
        given.out / "workspace", decide_on=given.decide_on, grid="full", step=given.step, most=given.most,
        progress=tell, keep=given.out / ".cells",
    )  # fmt: skip
    write_backtest(result, given.out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    for line in [*report(result), f"{used.ru_utime + used.ru_stime:.0f} cpu-seconds, {used.ru_maxrss / 1024:.0f} MB"]:
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
