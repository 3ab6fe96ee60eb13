"""Solves multiple-choice multi-dimensional knapsack files and prints one JSON line per instance.

    python -m benchmarks.portfolio FILE... [--seconds 55] [--peer]

``--peer`` gives HiGHS the same seconds and two threads, right after, in a process of its own. Exactly one item per
group, as those problems ask. A file that cannot be read ends in one sentence on stderr and exit code 2.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.portfolio_files import Instance, Unreadable, read_instances

from tuoguan.choose.problem import Infeasible
from tuoguan.choose.solving import solve

PATIENT = 10**9  # nodes: the clock ends the run


def measure(instance: Instance, seconds: float) -> dict[str, object]:
    """Value, bound, gap and wall time of one instance; all but the time None where nothing fits its capacities."""
    began, worked = time.perf_counter(), time.process_time()
    found: tuple[object, object, object, str]
    try:
        answer = solve(
            instance.values, instance.uses, instance.capacities,
            groups=instance.groups, may_skip=False, time_limit=seconds, node_limit=PATIENT,
        )  # fmt: skip
        found = round(answer.objective, 6), round(answer.bound, 6), answer.gap, answer.method
    except Infeasible as nothing:
        found = None, None, None, str(nothing)
    return {
        "file": instance.name, "value": found[0], "bound": found[1], "gap": found[2],
        "seconds": round(time.perf_counter() - began, 3), "cpu_seconds": round(time.process_time() - worked, 3),
        "method": found[3],
    }  # fmt: skip


def ask_highs(path: Path, number: int, seconds: float) -> dict[str, object]:
    """What HiGHS makes of the whole model of the file's instance ``number`` (from 0) in as many seconds."""
    command = [sys.executable, "-m", "benchmarks.peers.highs_portfolio", str(path), str(number), str(seconds)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {f"highs_{key}": value for key, value in json.loads(answer).items()}


def main(arguments: list[str]) -> int:
    """Prints one line per instance; 2 when a file could not be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=55.0)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args(arguments)
    broken = False
    for path in options.file:
        try:
            instances = read_instances(path)
        except Unreadable as reason:
            sys.stderr.write(f"{reason}\n")
            broken = True
            continue
        for number, instance in enumerate(instances):
            line = measure(instance, options.seconds)
            line |= ask_highs(path, number, options.seconds) if options.peer else {}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    return 2 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
