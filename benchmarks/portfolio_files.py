"""Reads files of the multiple-choice multi-dimensional knapsack, whichever layout they have.

Headers in use: "groups resources" (Hifi), "groups items resources" (Khan), "number groups items resources" (Hiremath &
Hill, many instances in a file). Then the capacities, then the groups' blocks: a line with the group's number or with
its count of items, or no such line, then one line per item: value and uses. Hides which it was: the layout is the
first of all those under which every number of the file has a place. Text before the first number and after the last
one (Khan's files end with what others found) is passed over.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

HEADERS = {
    2: ("groups", "resources"),
    3: ("groups", "items", "resources"),
    4: ("number", "groups", "items", "resources"),
}
BLOCKS = ("lines", "count", "number", "none")


class Unreadable(ValueError):
    """One sentence: which file, what was found, what was expected."""


@dataclass(frozen=True, slots=True)
class Instance:
    """values [item], uses [item, resource], capacities [resource], groups [item]."""

    name: str
    values: npt.NDArray[np.float64]
    uses: npt.NDArray[np.float64]
    capacities: npt.NDArray[np.float64]
    groups: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Lines:
    """The file's numbers: one after the other, and where each line starts and ends among them."""

    name: str
    numbers: list[float]
    starts: list[int]
    end_of: dict[int, int]
    after: str


def read_instances(path: Path) -> Iterator[Instance]:
    """Every instance of the file; `Unreadable` when no layout fits it."""
    lines = _numbers(path)
    head = lines.end_of[0]
    problems: list[str] = []
    for width in [head] if head in HEADERS else list(HEADERS):
        for blocks in BLOCKS:
            try:
                return iter(_instances(lines, width, blocks))
            except _Misfit as misfit:
                problems.append(str(misfit))
    raise Unreadable(
        f"{path.name}: {problems[0]}; expected a line of groups and resources, a line of capacities, then for every "
        f"group its items, one per line: value and uses.{lines.after}"
    )


class _Misfit(Exception):
    """Why a layout does not fit."""


def _numbers(path: Path) -> _Lines:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path}: the file cannot be read ({error.strerror}); name an existing text file.") from None
    numbers: list[float] = []
    starts: list[int] = []
    end_of: dict[int, int] = {}
    after = ""
    for at, line in enumerate(text.replace(",", " ").replace(";", " ").splitlines(), 1):
        row = _row(line)
        if row is None and numbers:
            after = f" The numbers end before line {at}, which reads {line.strip()[:40]!r}."
            break
        if row:
            starts.append(len(numbers))
            numbers += row
            end_of[starts[-1]] = len(numbers)
    if not numbers:
        raise Unreadable(f"{path.name}: no numbers found; expected a line of groups and resources first.")
    return _Lines(path.name, numbers, starts, end_of, after)


def _row(line: str) -> list[float] | None:
    """The line's numbers, None where it has other words."""
    try:
        row = [float(word) for word in line.split()]
    except ValueError:
        return None
    return row if all(math.isfinite(value) for value in row) else None


def _instances(lines: _Lines, width: int, blocks: str) -> list[Instance]:
    at = 0
    found: list[tuple[str, Instance]] = []
    while at < len(lines.numbers):
        label, at, instance = _one(lines, at, width, blocks, len(found) + 1)
        found.append((label, instance))
    named = len(found) > 1 or width == 4
    return [replace(one, name=f"{lines.name} {label}" if named else lines.name) for label, one in found]


def _one(lines: _Lines, at: int, width: int, blocks: str, which: int) -> tuple[str, int, Instance]:
    """(its number, where the next one starts, the instance)."""
    head = dict(zip(HEADERS[width], _take(lines, at, width, "the header"), strict=True))
    label = str(int(head.get("number", which)))
    counts = [head[name] for name in ("groups", "items", "resources") if name in head]
    if any(value != int(value) or value < 1 for value in counts):
        raise _Misfit(f"the header reads {_words(list(head.values()))} where whole numbers above nought were expected")
    groups, resources, items = int(head["groups"]), int(head["resources"]), int(head.get("items", 0))
    at += width
    capacities = _take(lines, at, resources, f"the {resources} capacities")
    at += resources
    rows: list[list[float]] = []
    owner: list[int] = []
    for group in range(groups):
        at, count = _opening(lines, at, group, blocks, items, resources)
        for item in range(count):
            what = f"item {item + 1} of group {group + 1} (of {groups})"
            rows.append(_take(lines, at, resources + 1, what))
            at += resources + 1
        owner += [group] * count
    table = np.array(rows)
    return label, at, Instance("", table[:, 0], table[:, 1:], np.array(capacities), np.array(owner, np.int64))


def _opening(lines: _Lines, at: int, group: int, blocks: str, items: int, resources: int) -> tuple[int, int]:
    """(where the group's items start, how many they are)."""
    if blocks == "none":
        if not items:
            raise _Misfit("the header does not say how many items a group has, nor do the groups")
        return at, items
    first = _take(lines, at, 1, f"group {group + 1}")[0]
    if blocks == "lines":
        return at + 1, _count_lines(lines, at, group, resources)
    if blocks == "number":
        if first not in (group, group + 1) or not items:
            raise _Misfit(f"group {group + 1} opens with {first:g} where its number was expected")
        return at + 1, items
    if first != int(first) or first < 1:
        raise _Misfit(f"group {group + 1} opens with {first:g} where its count of items was expected")
    return at + 1, int(first)


def _count_lines(lines: _Lines, at: int, group: int, resources: int) -> int:
    """How many item lines follow the line of one number at ``at``."""
    if lines.end_of.get(at) != at + 1:
        raise _Misfit(f"group {group + 1} does not open with a line of one number")
    count, here = 0, at + 1
    while lines.end_of.get(here) == here + resources + 1:
        # A header of the next instance may be as long as an item; whole files of such are read by their counts.
        count, here = count + 1, here + resources + 1
    follows = lines.end_of.get(here, here) - here
    if not count or follows > 4:
        raise _Misfit(
            f"after {count} items of group {group + 1} comes a line of {follows} numbers where "
            f"{resources + 1} were expected (value and {resources} uses)"
        )
    announced = lines.numbers[at]
    if announced not in (group, group + 1, count):
        raise _Misfit(f"group {group + 1} opens with {announced:g} and has {count} items")
    return count


def _take(lines: _Lines, at: int, count: int, what: str) -> list[float]:
    if at + count > len(lines.numbers):
        raise _Misfit(f"the file ends within {what}")
    return lines.numbers[at : at + count]


def _words(values: list[float]) -> str:
    return " ".join(f"{value:g}" for value in values)
