"""Solves multiple-choice multi-dimensional knapsack files and prints one JSON line per instance.

    python -m benchmarks.portfolio FILE... [--seconds 20]

Reads the layouts in use: Khan's and Hifi's (header "groups items resources", then capacities, then blocks that open
with the group's number or with its item count) and Hiremath & Hill's (number, groups, items, resources; many per file).
Exactly one item per group, as those problems ask.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tuoguan.choose.solve import solve


@dataclass(frozen=True, slots=True)
class Instance:
    """values [item], uses [item, resource], capacities [resource], groups [item]."""

    name: str
    values: npt.NDArray[np.float64]
    uses: npt.NDArray[np.float64]
    capacities: npt.NDArray[np.float64]
    groups: npt.NDArray[np.int64]


def read_instances(path: Path) -> Iterator[Instance]:
    """Every instance of the file, whichever of the three layouts it has."""
    text = path.read_text().partition("Solutions")[0]  # Khan's files end with what others found
    lines = [[float(word) for word in line.split()] for line in text.splitlines() if line.strip()]
    if len(lines[0]) == 4:
        yield from _several(path.name, lines)
    else:
        yield _single(path.name, lines)


def _single(name: str, lines: list[list[float]]) -> Instance:
    groups, resources = int(lines[0][0]), int(lines[0][-1])
    rows, owner, group = [], [], -1
    for line in lines[2:]:
        if len(line) == resources + 1:
            rows.append(line)
            owner.append(group)
        else:
            group += 1
    assert group == groups - 1, f"{name}: {group + 1} groups found, {groups} announced"
    return _instance(name, rows, owner, lines[1])


def _several(name: str, lines: list[list[float]]) -> Iterator[Instance]:
    at = 0
    while at < len(lines):
        number, groups, _, resources = (int(value) for value in lines[at])
        capacities, at, group = lines[at + 1], at + 2, -1
        rows: list[list[float]] = []
        owner: list[int] = []
        while at < len(lines) and not (len(lines[at]) == 4 and resources != 3 and group == groups - 1):
            if len(lines[at]) == resources + 1:
                rows.append(lines[at])
                owner.append(group)
            else:
                group += 1
            at += 1
        yield _instance(f"{name} {number}", rows, owner, capacities)


def _instance(name: str, rows: list[list[float]], owner: list[int], capacities: list[float]) -> Instance:
    table = np.array(rows)
    return Instance(name, table[:, 0], table[:, 1:], np.array(capacities), np.array(owner, np.int64))


def measure(instance: Instance, seconds: float) -> dict[str, object]:
    """Value, bound, gap and wall time of one instance."""
    began = time.perf_counter()
    answer = solve(
        instance.values, instance.uses, instance.capacities,
        groups=instance.groups, may_skip=False, time_limit=seconds, node_limit=10**9,
    )  # fmt: skip
    return {
        "file": instance.name, "value": round(answer.objective, 6), "bound": round(answer.bound, 6),
        "gap": answer.gap, "seconds": round(time.perf_counter() - began, 3), "method": answer.method,
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Prints one line per instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    for path in options.file:
        for instance in read_instances(path):
            sys.stdout.write(json.dumps(measure(instance, options.seconds)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
