"""What a file nobody knows looks like: its header, a few cells under each column, buyers left out.

Hides where the header stands. Keeps the invariant that a column which speaks of a person is counted and never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.foundation.problems import Problem, has_errors
from tuoguan.intake.exports_find import HEADER_LENGTH
from tuoguan.intake.exports_template import names_known
from tuoguan.intake.grids import Grid, Window, grids_of, is_text
from tuoguan.intake.guard import may_open
from tuoguan.intake.log import Log
from tuoguan.intake.sheets import HEADER_DEPTH
from tuoguan.intake.words import TABLES, aliases, is_buyer_header, normalize

SAMPLES, SAMPLE_LENGTH, LOOKED_AT = 3, 60, 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header as it stands in the file, and the first cells under it that differ."""

    header: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet: ``row`` is its header's number; ``withheld`` columns speak of buyers and are not shown."""

    file: str
    row: int
    columns: tuple[Column, ...]
    withheld: int


def layouts_of(path: Path) -> tuple[list[Layout], tuple[Problem, ...]]:
    """The sheets of a file, and what stands against opening it."""
    log = Log()
    if not may_open(path, path.name, log):
        return [], tuple(log.problems)
    window = Window(rows=HEADER_DEPTH + LOOKED_AT) if is_text(path) else None
    grids = grids_of(path, path.name, log, window)
    if has_errors(log.problems):
        return [], tuple(log.problems)
    return [layout for grid in grids if (layout := _layout(grid)).columns], tuple(log.problems)


def examined(path: Path) -> tuple[Problem, ...]:
    """What stands against opening the file, or is to be known of it; nothing for a sound, bounded, plain file."""
    log = Log()
    may_open(path, path.name, log)
    return tuple(log.problems)


def _layout(grid: Grid) -> Layout:
    names = [name for name in grid.frame.columns if name.startswith("c")]
    top = [tuple((cell or "").strip()[:HEADER_LENGTH] for cell in row) for row in
           grid.frame.head(HEADER_DEPTH).select(names).rows()]  # fmt: skip
    at = max(range(len(top)), key=lambda index: _likely(top[index]), default=0)
    headers = top[at] if top else ()
    body = grid.frame.slice(at + 1, LOOKED_AT).select(names)
    shown = [index for index, text in enumerate(headers) if text and not is_buyer_header(normalize(text))]
    first = {headers[index]: index for index in reversed(shown)}
    columns = tuple(Column(text, _samples(body[f"c{index}"])) for text, index in sorted(first.items(), key=_by_place))
    row = int(grid.frame["row"][at]) if grid.frame.height else 1
    return Layout(grid.file, row, columns, sum(bool(text) for text in headers) - len(shown))


def _by_place(pair: tuple[str, int]) -> int:
    return pair[1]


def _likely(texts: Sequence[str]) -> tuple[int, int]:
    """How much a row looks like a header: columns known by name, then texts that are no numbers."""
    known = sum(normalize(text) in names_known() or any(normalize(text) in aliases(table) for table in TABLES)
                for text in texts if text)  # fmt: skip
    return known, sum(bool(text) and not text[:1].isdigit() for text in texts)


def _samples(cells: pl.Series) -> tuple[str, ...]:
    texts = cells.drop_nulls().str.strip_chars().str.slice(0, SAMPLE_LENGTH)
    return tuple(texts.filter(texts != "").unique(maintain_order=True).head(SAMPLES))
