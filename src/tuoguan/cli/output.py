"""The only place that writes to the terminal: tables, problems, progress and JSON.

Keeps two invariants: results go to stdout and everything else to stderr, and no line of a table is wider than 100 columns.
"""

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from tuoguan.foundation.problems import Problem, Severity

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


def columns_of(text: str) -> int:
    """Terminal columns a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fit(text: str, width: int) -> str:
    """The text cut or padded to exactly ``width`` terminal columns."""
    if columns_of(text) > width:
        while columns_of(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns_of(text))


def table(rows: Sequence[Sequence[str]], head: Sequence[str], widths: Sequence[int], right: str = "") -> list[str]:
    """Lines of a table; ``right`` holds one character per column, ">" aligns it right."""
    lines = [" ".join(fit(cell, width) for cell, width in zip(head, widths, strict=True)).rstrip()]
    lines.append(" ".join("-" * width for width in widths))
    for row in rows:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            padded = fit(cell, width)
            align_right = index < len(right) and right[index] == ">"
            cells.append(padded.strip().rjust(width - columns_of(padded.strip()) + len(padded.strip())) if align_right else padded)
        lines.append(" ".join(cells).rstrip())
    return lines


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
    """A line on stderr that is redrawn at most five times a second, and only on a terminal; otherwise one line a stage."""

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
