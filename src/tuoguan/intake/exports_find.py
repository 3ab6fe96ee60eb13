"""Which known format a sheet is, by its headers alone; where it is none, the nearest one and what differs.

Hides banner rows and two-row headers. Keeps the invariant that a format is never guessed: every column it needs is
there under a known spelling, or the sheet is refused with the names of those that are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from tuoguan.intake.exports_schema import Format
from tuoguan.intake.grids import Grid
from tuoguan.intake.sheets import HEADER_DEPTH, joined_header
from tuoguan.intake.words import is_buyer_header, normalize

HEADER_LENGTH = 200  # nothing longer is a column's name
_IN_ZONE = re.compile(r"\s*\((?:utc|gmt)[^)]*\)$")


@cache
def flat(spelling: str) -> str:
    """A spelling of a format, normalized once."""
    return normalize(spelling)


@dataclass(frozen=True, slots=True)
class Found:
    """A header: where it is, the format, and the position of each field and part. ``texts`` are normalized."""

    format: Format
    row: int
    depth: int
    texts: tuple[str, ...]
    index_by_field: dict[str, int]
    index_by_part: dict[int, int]  # position in format.part -> column
    banner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """The closest format to a sheet that is none; ``missing`` are its headers that the sheet lacks."""

    format: Format | None
    missing: tuple[str, ...]
    headers: tuple[str, ...]
    close: tuple[tuple[str, str], ...] = ()  # (header of the sheet, spelling it nearly is)
    name_only: bool = False


def find(grid: Grid, known: Sequence[Format], name: str) -> Found | Nearest:
    """The format of the sheet with the most of its columns named; ``name`` is the file's and the sheet's name."""
    names = [column for column in grid.frame.columns if column not in ("row", "over", "filled")]
    raw = [
        tuple((cell or "")[:HEADER_LENGTH] for cell in row)
        for row in grid.frame.head(HEADER_DEPTH).select(names).rows()
    ]
    top = [tuple(normalize(cell) for cell in row) for row in raw]
    best: tuple[float, Found] | None = None
    for row, texts, depth in candidates(top):
        for format in known:
            found = _match(format, row, depth, texts, normalize(name))
            if found and (best is None or found[0] > best[0]):
                best = found
    if best is None:
        return _nearest(top, known, normalize(name))
    score = best[1]
    rows = raw[: score.row + score.depth]
    banner = tuple(cell for cells in rows for cell in cells if cell)
    return Found(
        score.format, score.row, score.depth, score.texts, score.index_by_field, score.index_by_part, banner
    )  # fmt: skip


def candidates(top: Sequence[tuple[str, ...]]) -> list[tuple[int, tuple[str, ...], int]]:
    """(row, texts, depth) of each row that could be a header, alone and joined with the row beneath it."""
    alone = [(row, texts, 1) for row, texts in enumerate(top)]
    pairs = enumerate(zip(top, top[1:], strict=False))
    return alone + [(row, joined_header(upper, lower), 2) for row, (upper, lower) in pairs]


def _match(format: Format, row: int, depth: int, texts: tuple[str, ...], name: str) -> tuple[float, Found] | None:
    """The format's reading of a header with its score; None when a needed column is missing."""
    place: dict[str, int] = {}
    for index, text in enumerate(texts):
        place.setdefault(text, index)
    for text, index in list(place.items()):  # "order created time(utc)" is that column, whatever the zone
        place.setdefault(_IN_ZONE.sub("", text), index)
    if not all(flat(mark) in place for mark in format.marks):
        return None
    fields = {
        field: where for field, spellings in format.columns.items() if (where := _place(spellings, place)) is not None
    }
    if not all(field in fields for field in format.required):
        return None
    named = any(flat(mark) in name for mark in format.name_marks)
    sure = bool(format.sure) and all(flat(text) in place for text in format.sure)
    if format.name_marks and not (named or sure):
        return None
    parts = {at: where for at, part in enumerate(format.part) if (where := _place(part.columns, place)) is not None}
    score = len(fields) + len(parts) + len(format.marks) + 100 * named - 0.1 * depth - 0.01 * row
    return score, Found(format, row, depth, texts, fields, parts)


def _place(spellings: Sequence[str], place: dict[str, int]) -> int | None:
    return next((place[text] for spelling in spellings if (text := flat(spelling)) in place), None)


def _nearest(top: Sequence[tuple[str, ...]], known: Sequence[Format], name: str) -> Nearest:
    """The format of which the largest share of what it needs is there."""
    best = (0.0, Nearest(None, (), _headers(top)))
    for _, texts, _ in candidates(top):
        present = set(texts)
        for format in known:
            needed = [(mark,) for mark in format.marks] + [format.columns[field] for field in format.required]
            missing = [spellings[0] for spellings in needed if not present & set(map(flat, spellings))]
            missing = list(dict.fromkeys(missing))
            every = {flat(text) for spellings in format.columns.values() for text in spellings}
            share = 1 - len(missing) / max(len(needed), 1) + len(present & every) / (10 * max(len(every), 1))
            if share > best[0] and len(missing) < len(needed):
                shown = tuple(text for text in texts if text and not is_buyer_header(text))
                best = share, Nearest(format, tuple(missing), shown, _close(missing, shown), not missing)
    return best[1]


def _headers(top: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The widest of the first rows, buyers left out: what is most likely the header."""
    widest = max(top, key=lambda row: sum(bool(text) for text in row), default=())
    return tuple(text for text in widest if text and not is_buyer_header(text))


def _close(missing: Sequence[str], texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = [(get_close_matches(normalize(name), texts, 1, 0.75), name) for name in missing]
    return tuple((near[0], name) for near, name in pairs if near)
