"""Measures a what-if on a synthetic study of many groups and appends one JSON line per question.

    PYTHONPATH=src python -m benchmarks.whatif [GROUPS] [--paths 64] [--weeks 26] [--stay]

6 to 12 options a group; profits log-normal in size with a factor they share; stock that ties up cash early and frees
it later; hours spread over the weeks. Cash is 40 % and hours 70 % of what the best choice without limits would use, so
both bind. CPU seconds of the process stand beside clock seconds; the rest is the change and the solve.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.app.study_kept import FILE, Kept, load_study, packed
from tuoguan.app.whatif import what_if
from tuoguan.app.whatif_asked import Asked
from tuoguan.choose import Recipe, Study, choose
from tuoguan.intake import Limits, Risk, Seller
from tuoguan.simulate import Component, Scenario

CONTRACTS = tuple(f"platform{number}/semi/US" for number in range(7))
QUESTIONS = {
    "nothing": Asked(), "cash x1.2": Asked(cash="x1.2"), "cash x0.8": Asked(cash="x0.8"),
    "hours x1.2": Asked(hours="x1.2"), "risk weight 0.6": Asked(risk_weight=0.6),
    "without one of seven contracts": Asked(without=(CONTRACTS[3],)),
    "commission of one contract +2 points": Asked(terms=(f"commission:{CONTRACTS[1]}=+2%",)),
    "freight x1.5": Asked(terms=("freight=x1.5",)), "minutes x0.8": Asked(terms=("minutes=x0.8",)),
}  # fmt: skip


def study_of_many(groups: int, paths: int, weeks: int) -> Study:
    """A study of so many groups."""
    random = np.random.default_rng(1)
    count = random.integers(6, 13, groups)
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    options, group = int(first[-1]), np.repeat(np.arange(groups), count)
    size = np.exp(random.normal(8.5, 1.0, groups))[group]
    mean = size * np.clip(random.normal(0.6, 0.5, options), -0.5, None)
    common, loading = random.normal(0, 1, paths), random.uniform(0.1, 0.5, options)
    apart = loading[:, None] * common + 0.35 * random.normal(0, 1, (options, paths))
    stock = size * random.choice([0.0, 0.3, 1.0, 2.0], options) * random.uniform(0.7, 1.3, options)
    week = np.arange(weeks)
    tied = stock[:, None] * np.exp(-week / 8) * (1 + 0.2 * random.normal(0, 1, (options, weeks)))
    hours = random.gamma(1, 0.05, options)[:, None] * (1 + 0.2 * random.random((options, weeks)))
    at = list(Component).index
    component = np.zeros((options, len(Component)))
    component[:, at(Component.REVENUE)] = 4 * np.abs(mean) + 2 * stock
    component[:, at(Component.FIRST_LEG)], component[:, at(Component.LABOR)] = -0.2 * stock, -0.1 * np.abs(mean)
    component[:, at(Component.GOODS)] = mean - component.sum(axis=1)
    return Study(
        sku=tuple(f"P{number:06d}" for number in range(groups)), market=("US",) * groups, today=("",) * groups,
        first=first, key=tuple(f"{CONTRACTS[row % 7]}@site/sea" for row in range(options)),
        contracts=tuple(CONTRACTS[row % 7] for row in range(options)), sites=("",) * options,
        handed_over=np.zeros(options, np.bool_), profit=_whole(mean[:, None] + size[:, None] * apart),
        component=_whole(component), cash_low=_whole(mean[:, None] * (week + 1) / weeks - tied), hours=hours,
        hours_by_duty=np.zeros((options, 13)), volume_cm3=np.zeros((options, weeks), np.int64),
        lanes=("sea + -",) * options, supplier=("",) * groups, bought=np.zeros((options, weeks)),
        bought_minor=np.zeros((options, weeks), np.int64), sent_cm3=np.zeros((options, 2, weeks)),
        switch_minor=np.zeros(options, np.int64), switch_hours=np.zeros(options), wage_per_hour_minor=0, currency="USD",
        start_on=20_000, horizon_days=7 * weeks,
    )  # fmt: skip


def _whole(values: Any) -> Any:
    return np.rint(values).astype(np.int64)


def kept_of_many(groups: int, paths: int, weeks: int) -> Kept:
    """The study as a decision would leave it, under cash and hours that bind."""
    study = study_of_many(groups, paths, weeks)
    mean, first = study.mean(), study.first[:-1]
    best = np.maximum.reduceat(mean, first)
    free = np.flatnonzero((mean == np.repeat(best, np.diff(study.first))) & (mean > 0))
    cash, hours = -study.cash_low[free].sum(axis=0).min(), study.hours[free].sum(axis=0).max()
    seller = _seller(str(round(0.4 * cash / 100)), 0.7 * float(hours))
    options = len(study.key)
    listing = np.column_stack([np.arange(options) % 7, np.full(options, -1)])
    recipe = Recipe(
        study.key, CONTRACTS, ("sea",), listing, np.minimum(listing, 0), np.zeros((options, 1, 7), np.int64),
        np.ones(options, np.bool_), np.zeros(options, np.bool_), np.arange(options).astype(np.uint64),
    )  # fmt: skip
    scenario = Scenario((), 20_000, 7 * weeks, paths, 1, 0, 0)
    hashes = {"inputs": "synthetic", "contracts": "synthetic", "code": "synthetic"}
    return Kept(study, recipe, choose(study, seller), seller, scenario, hashes)


def _seller(cash: str, hours: float) -> Seller:
    limits = Limits(cash=cash, hours_per_week=hours)
    return Seller(schema=1, name="b", currency="USD", markets=("US",), limits=limits, risk=Risk())


def measure(folder: Path, name: str, size: dict[str, int]) -> dict[str, Any]:
    """Figures of one question."""
    cpu = time.process_time()
    load_study(folder / FILE)
    loaded = time.process_time()
    found = what_if(folder, QUESTIONS[name])
    ended = time.process_time()
    return {
        **size, "question": name, "load_cpu_s": round(loaded - cpu, 2),
        "rest_cpu_s": round(ended - loaded - (loaded - cpu), 2), "clock_s": round(sum(found.seconds.values()), 2),
        "solve_clock_s": round(found.seconds["solve"], 2), "gap_before": float(f"{found.old.gap:.2g}"),
        "gap": float(f"{found.new.gap:.2g}"), "moved": len(found.moved),
        "binding": int((found.new.shadow_price > 0).sum()), "method": found.new.method,
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Every question once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="?", type=int, default=10_000)
    parser.add_argument("--paths", type=int, default=64)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--stay", action="store_true", help="only print, do not append to results/whatif.jsonl")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        kept = kept_of_many(options.groups, options.paths, options.weeks)
        began = time.process_time()
        raw = packed(kept)
        size = {
            "groups": options.groups, "options": len(kept.study.key), "paths": options.paths, "weeks": options.weeks,
            "file_mb": round(len(raw) / 1e6), "pack_cpu_s": round(time.process_time() - began),
        }  # fmt: skip
        (Path(scratch) / FILE).write_bytes(raw)
        for name in QUESTIONS:
            line = json.dumps(measure(Path(scratch), name, size)) + "\n"
            sys.stdout.write(line)
            sys.stdout.flush()
            if not options.stay:
                with (Path(__file__).parent / "results" / "whatif.jsonl").open("a", encoding="utf-8") as file:
                    file.write(line)


if __name__ == "__main__":
    main(sys.argv[1:])
