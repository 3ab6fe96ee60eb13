"""A file of a seller center → its rows in one of the declared tables, with everything that was wrong.

Hides the order of reading. Keeps the invariant rows_in == rows_used + rows_listed for every sheet, and that an unknown
file is refused by name, with the nearest format and what differs.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from tuoguan.foundation.problems import Problem, has_errors
from tuoguan.intake.exports_cut import Cut, cut
from tuoguan.intake.exports_find import Found, Nearest, find
from tuoguan.intake.exports_goods import order_lines, stock_counts, stock_orders
from tuoguan.intake.exports_money import money_lines
from tuoguan.intake.exports_schema import Export, Format, Reader, Table
from tuoguan.intake.grids import Grid, Window, grids_of, is_text
from tuoguan.intake.guard import may_open
from tuoguan.intake.log import Log
from tuoguan.intake.schema import FileCount
from tuoguan.intake.sheets import HEADER_DEPTH

HASH_CHUNK = 1 << 22
_GOODS: dict[Table, Callable[[Cut, Reader, Log], pl.DataFrame]] = {
    Table.ORDER_LINES: order_lines, Table.TRACKING: order_lines, Table.STOCK: stock_counts,
    Table.STOCK_ORDERS: stock_orders,
}  # fmt: skip


def read_export(
    path: Path, known: Sequence[Format], reader: Reader | None = None
) -> tuple[list[Export], tuple[Problem, ...]]:
    """Every recognized sheet of a file, and the problems of the file as a whole (refused when these hold errors).

    ``known`` are the formats to tell it by (`formats`); a ``reader`` that names a format allows that one only.
    """
    asked, log = reader or Reader(), Log()
    allowed = [format for format in known if asked.format in ("", format.id)]
    if asked.format and not allowed:
        log.say("unknown_format", path.name, f'"{asked.format}"', expected="one of " + ", ".join(f.id for f in known))
        return [], tuple(log.problems)
    if asked.format:
        allowed = [_named_outright(allowed[0])]
    if not may_open(path, path.name, log):
        return [], tuple(log.problems)
    digest = digest_of(path)
    window = Window(rows=HEADER_DEPTH + 1) if is_text(path) else None
    grids = grids_of(path, path.name, log, window)
    if has_errors(log.problems):
        return [], tuple(log.problems)
    looked = [(grid, find(grid, allowed, grid.file)) for grid in grids]
    found = [(grid, place) for grid, place in looked if isinstance(place, Found)]
    if not found:
        _refuse([place for _, place in looked if isinstance(place, Nearest)], path.name, log)
    exports = [_read(path, grid, place, asked, digest) for grid, place in found]
    for grid, place in looked if found else []:
        if isinstance(place, Nearest):
            log.say("sheet_ignored", grid.file, "a sheet that is no known format")
    return exports, tuple(log.problems)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _named_outright(format: Format) -> Format:
    """The format without the need of a telling file name: a person said which it is."""
    import msgspec

    return msgspec.structs.replace(format, name_marks=())


def _read(path: Path, grid: Grid, found: Found, reader: Reader, digest: str) -> Export:
    """One recognized sheet."""
    log = Log()
    if is_text(path):
        columns = tuple(sorted({*found.index_by_field.values(), *found.index_by_part.values()}))
        width = max(index for index, text in enumerate(found.texts) if text) + 1
        grid = (grids_of(path, path.name, log, Window(columns=columns, width=width)) or [grid])[0]
    rough = cut(grid, found, path.name, log)
    table = found.format.table
    rows = _GOODS[table](rough, reader, log) if table in _GOODS else money_lines(rough, reader, digest, log)
    listed = log.table().sort("file", "row", "code", "column")
    unused = listed.filter(~pl.col("used"))["row"].n_unique()
    counts = FileCount(grid.file, rough.rows_in, rough.rows_in - unused, unused)
    return Export(grid.file, found.format, rows, listed, counts, tuple(log.problems), digest, rough.zone)


def _refuse(places: Sequence[Nearest], name: str, log: Log) -> None:
    """Tells the nearest format and what differs."""
    told = [place for place in places if place.format is not None]
    if not told:
        headers = ", ".join(places[0].headers[:12]) if places else ""
        log.say("unknown_export", name, f'columns "{headers}"' if headers else "no row with column names")
        return
    best = min(told, key=lambda place: len(place.missing))
    format = best.format
    assert format is not None
    if best.name_only:
        found = f"the columns of {format.id}, which another file has as well"
        log.say("unknown_export", name, found, fix=f"say which it is: --format {format.id}, or the other")
        return
    near = "".join(f'; "{ours}" may be "{theirs}"' for ours, theirs in best.close)
    found = f"nearest is {format.id} ({format.title}), but no column {', '.join(best.missing[:8])}{near}"
    log.say("unknown_export", name, found)
