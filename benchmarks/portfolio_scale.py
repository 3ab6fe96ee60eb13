"""Measures `solve` on random correlated problems, from a thousand to a million groups, beside HiGHS.

    PYTHONPATH=src python -m benchmarks.portfolio_scale --groups 1000000 [--risk | --dense] [--peers] [--seconds 60]

Prints one JSON line per measured thing. Every measurement runs in a process of its own, killed past its time or memory,
with compiled kernels loaded before the clock starts. Each group has 8 options, uses of 5 limits are uniform on 0 to
100, an option is worth the mean of its uses + uniform on 0 to 30, and limits are 40 % of what options of mean use
would take. --risk: mean-CVaR (95 %, half weight) over 400 scenarios of 6 common factors; the answer is scored again
on 4,000 fresh ones. --dense: cash and hours in 26 weeks and 64 paths of each of 6 options, solved cold, then again
with 2 % more of every limit from the first answer's prices. Peers: HiGHS' branch and bound (gap 0.1 %) and its
interior point on the relaxation with the split groups rounded down.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

from tuoguan.choose import Factors, Portfolio, solve
from tuoguan.foundation.arrays import Floats, Ints

OPTIONS, LIMITS, FACTORS, SCENARIOS, FRESH = 8, 5, 6, 400, 4_000
DENSE_OPTIONS, WEEKS, PATHS = 6, 26, 64
WEIGHT, LEVEL = 0.5, 0.95
PEERS = {"highs_mip": 20_000, "highs_ipm": 100_000}  # the most groups that each is asked to solve
MEMORY_BYTES = 16 * 2**30
CHUNK = 100_000  # rows drawn at a time, so that drawing does not set the peak of memory


def problem(groups: int, seed: int = 1) -> tuple[Floats, Floats, Floats, Ints]:
    """Values [option], uses [option, limit], limits and groups."""
    luck, count = np.random.default_rng(seed), groups * OPTIONS
    values, uses = np.empty(count), np.empty((count, LIMITS))
    for low in range(0, count, CHUNK):
        high = min(count, low + CHUNK)
        uses[low:high] = luck.uniform(0, 100, (high - low, LIMITS))
        values[low:high] = uses[low:high].mean(axis=1) + luck.uniform(0, 30, high - low)
    return values, uses, 0.4 * uses.sum(axis=0) / OPTIONS, np.repeat(np.arange(groups), OPTIONS)


def factors(values: Floats, seed: int = 5) -> Factors:
    """Loadings that grow with the value and lean to the same side, and standard normal factors."""
    luck = np.random.default_rng(seed)
    factor, loading = luck.standard_normal((SCENARIOS, FACTORS)), np.empty((len(values), FACTORS))
    lean = np.array([0.3, 0.1, 0.0, 0.0, -0.1, 0.2])
    for low in range(0, len(values), CHUNK):
        part = values[low : low + CHUNK]
        loading[low : low + CHUNK] = (0.3 * luck.standard_normal((len(part), FACTORS)) + lean) * part[:, None]
    return Factors(loading, factor)


def weeks(groups: int, seed: int = 3) -> tuple[Floats, Floats, Floats, Ints, Floats]:
    """Options of very unequal size that tie up cash for some weeks and pay it back, and take hours; values by path."""
    luck, count = np.random.default_rng(seed), groups * DENSE_OPTIONS
    size = np.repeat(np.exp(luck.normal(0, 1, groups)), DENSE_OPTIONS) * np.exp(luck.normal(0, 0.4, count))
    values, week = 1000 * size * luck.uniform(0.1, 0.6, count), np.arange(WEEKS)
    begin, length = luck.integers(0, 8, count)[:, None], luck.integers(6, 20, count)[:, None]
    tied = np.clip((week - begin) / 3, 0, 1) * np.clip(1 - (week - begin) / length, 0, None)
    cash = size[:, None] * (1500 * tied - 300 * np.clip((week - begin - length) / 8, 0, 1))
    hours = (0.2 + 0.3 * size[:, None]) * (week >= begin) * luck.uniform(0.5, 1.5, (count, 1))
    common = luck.normal(0.25, 0.25, (count, 5)) @ luck.normal(size=(PATHS, 5)).T
    paths = values[:, None] * (1 + 0.4 * common + 0.5 * luck.normal(size=(count, PATHS)))
    best = np.arange(groups) * DENSE_OPTIONS + values.reshape(groups, -1).argmax(axis=1)
    limit = np.repeat([0.45 * cash[best].sum(axis=0).max(), 0.7 * hours[best].sum(axis=0).max()], WEEKS)
    return values, np.concatenate([cash, hours], axis=1), limit, np.repeat(np.arange(groups), DENSE_OPTIONS), paths


class Clock:
    """Wall and CPU seconds since it was made, and the process's peak memory."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """What has passed."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return {"seconds": round(wall, 3), "cpu_s": round(cpu, 3), "peak_rss_mb": round(peak)}


def said(answer: Portfolio) -> dict[str, object]:
    """Value, bound and gap."""
    return {
        "value": answer.objective,
        "bound": answer.bound,
        "gap": float(f"{answer.gap:.3g}"),
        "method": answer.method,
    }


def ours(groups: int, seconds: float) -> list[dict[str, object]]:
    """Without risk."""
    values, uses, limits, group = problem(groups)
    clock = Clock()
    answer = solve(values, uses, limits, groups=group, time_limit=seconds)
    return [{"what": "ours", "options": OPTIONS, "limits": LIMITS} | clock.read() | said(answer)]


def risky(groups: int, seconds: float) -> list[dict[str, object]]:
    """Mean-CVaR over common factors, scored again on scenarios that the choice has not seen."""
    values, uses, limits, group = problem(groups)
    common, clock = factors(values), Clock()
    answer = solve(values, uses, limits, groups=group, factors=common, weight=WEIGHT, level=LEVEL, time_limit=seconds)
    line = {"what": "ours, risk", "options": OPTIONS, "limits": LIMITS, "scenarios": SCENARIOS} | clock.read()
    plain = solve(values, uses, limits, groups=group, time_limit=seconds)
    fresh = np.random.default_rng(77).standard_normal((FRESH, FACTORS))
    again = {
        f"fresh_{name}": rescored(found, values, common.loading, fresh)
        for name, found in (("value", answer), ("value_without_risk", plain))
    }
    return [line | said(answer) | again]


def rescored(answer: Portfolio, values: Floats, loading: Floats, fresh: Floats) -> float:
    """The objective on other scenarios."""
    picked = answer.chosen[answer.chosen >= 0]
    outcomes = values[picked].sum() + fresh @ loading[picked].sum(axis=0)
    worst = np.sort(outcomes)[: round((1 - LEVEL) * len(outcomes))]
    return float((1 - WEIGHT) * values[picked].sum() + WEIGHT * worst.mean())


def dense(groups: int, seconds: float) -> list[dict[str, object]]:
    """Every option's value on every path; then the same with a little more of everything, from the first answer."""
    values, uses, limits, group, paths = weeks(groups)
    lines: list[dict[str, object]] = []
    answer = None
    for name, more in (("cold", 1.0), ("warm", 1.02)):
        clock = Clock()
        answer = solve(
            values, uses, limits * more, groups=group, scenario_values=paths, weight=0.3, level=0.9, start=answer,
            time_limit=seconds,
        )  # fmt: skip
        sizes = {"options": DENSE_OPTIONS, "limits": len(limits), "scenarios": PATHS}
        lines.append({"what": f"ours, dense, {name}"} | sizes | clock.read() | said(answer))
    return lines


def highs_mip(groups: int, seconds: float) -> list[dict[str, object]]:
    """HiGHS' branch and bound on the whole problem."""
    return [_highs(groups, seconds, integer=True)]


def highs_ipm(groups: int, seconds: float) -> list[dict[str, object]]:
    """HiGHS' interior point on the relaxation; split groups sell nothing."""
    return [_highs(groups, seconds, integer=False)]


def _highs(groups: int, seconds: float, *, integer: bool) -> dict[str, object]:
    import highspy

    values, uses, limits, group = problem(groups)
    clock, count = Clock(), len(values)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, groups + LIMITS
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = values, np.zeros(count), np.ones(count)
    lp.row_lower_ = np.full(groups + LIMITS, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([np.ones(groups), limits])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = (np.arange(count + 1) * (1 + LIMITS)).astype(np.int32)
    rows = np.concatenate([group[:, None], np.tile(groups + np.arange(LIMITS), (count, 1))], axis=1)
    lp.a_matrix_.index_ = rows.ravel().astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([np.ones((count, 1)), uses], axis=1).ravel()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count if integer else []
    highs = highspy.Highs()
    highs.silent()
    options = {"time_limit": seconds, "mip_rel_gap": 1e-3} if integer else {"time_limit": seconds, "solver": "ipm"}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    highs.run()
    share, info = np.array(highs.getSolution().col_value), highs.getInfo()
    value = float(values[share > 1 - 1e-6].sum())
    bound = float(info.mip_dual_bound if integer else info.objective_function_value)
    line = {"what": "highs_mip" if integer else "highs_ipm", "options": OPTIONS, "limits": LIMITS} | clock.read()
    return line | {"value": value, "bound": bound, "gap": float(f"{(bound - value) / abs(bound):.3g}")}


WORK = {"ours": ours, "risk": risky, "dense": dense, "highs_mip": highs_mip, "highs_ipm": highs_ipm}


def apart(name: str, groups: int, seconds: float) -> None:
    """One measurement in a process of its own; what it printed, or that it was killed."""
    command = [sys.executable, "-m", "benchmarks.portfolio_scale", "--only", name, "--groups", str(groups)]
    try:
        done = subprocess.run(
            [*command, "--seconds", str(seconds)],
            capture_output=True,
            text=True,
            timeout=3 * seconds + 120,
            check=False,
        )
        text = done.stdout or json.dumps({"what": name, "groups": groups, "failed": done.stderr.strip()[-200:]}) + "\n"
    except subprocess.TimeoutExpired:
        text = json.dumps({"what": name, "groups": groups, "killed_after_s": 3 * seconds + 120}) + "\n"
    sys.stdout.write(text)
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    """Prints one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--risk", action="store_true")
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", choices=sorted(WORK), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        solve(np.ones(2), np.ones((2, 1)), [1.0], groups=[0, 1])  # loads the kernels
        for line in WORK[options.only](options.groups, options.seconds):
            sys.stdout.write(json.dumps({"groups": options.groups} | line) + "\n")
        return
    apart("risk" if options.risk else "dense" if options.dense else "ours", options.groups, options.seconds)
    for name, most in PEERS.items() if options.peers else ():
        if options.groups <= most:
            apart(name, options.groups, options.seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
