"""The only place that writes to the terminal: tables, problems, progress and JSON.

Keeps two invariants: results go to stdout and everything else to stderr, and no table is wider than 100 columns.
"""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from tuoguan.foundation.problems import Problem, Severity
from tuoguan.foundation.text import cut, padded

WIDTH = 100


def say(text: str = "") -> None:
    """One line of the result on stdout."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """One line beside the result on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """The result as indented JSON, keys in their own order."""
    say(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str))


def table(rows: Sequence[Sequence[str]], head: Sequence[str], widths: Sequence[int], right: str = "") -> list[str]:
    """Lines of a table, cells cut to their column; ``right`` holds one character per column, ">" aligns it right."""
    aligned = right.ljust(len(widths))
    lines = [_line(head, widths, " " * len(widths)), " ".join("-" * width for width in widths)]
    return lines + [_line(row, widths, aligned) for row in rows]


def _line(cells: Sequence[str], widths: Sequence[int], aligned: str) -> str:
    parts = zip(cells, widths, aligned, strict=True)
    return " ".join(padded(cut(cell, width), width, right=side == ">") for cell, width, side in parts).rstrip()


def say_problems(problems: Iterable[Problem], *, limit: int | None = None) -> None:
    """Each problem on stderr; past ``limit`` the rest is counted, never hidden without a word."""
    ordered = list(problems)
    shown = ordered if limit is None else ordered[:limit]
    for problem in shown:
        tell(str(problem))
    if len(shown) < len(ordered):
        tell(f"… and {len(ordered) - len(shown)} more; `tuoguan check DIR` lists them all")


def summary(problems: Iterable[Problem]) -> str:
    """One line that counts problems by severity."""
    count = dict.fromkeys(Severity, 0)
    for problem in problems:
        count[problem.severity] += 1
    return f"{count[Severity.ERROR]} errors, {count[Severity.WARNING]} warnings, {count[Severity.NOTE]} notes"


class Progress:
    """A line on stderr, redrawn at most five times a second and only on a terminal; otherwise one line a stage."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._live = sys.stderr.isatty() and not quiet
        self._quiet = quiet
        self._stage = ""
        self._last = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Shows how far ``stage`` is."""
        if self._quiet:
            return
        if stage != self._stage:
            self.close()
            self._stage = stage
            if not self._live:
                tell(f"{stage} …")
        now = time.monotonic()
        if self._live and (now - self._last > 0.2 or done == total):
            self._last = now
            sys.stderr.write(f"\r\x1b[K{stage} {100 * done // max(total, 1):3d} %")
            sys.stderr.flush()

    def close(self) -> None:
        """Ends the line."""
        if self._live and self._stage:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        self._stage = ""
