"""A found header and its sheet → one frame of texts: fields and parts of the format, everything else dropped.

Hides continuation rows, description rows and cells that must not be believed. Keeps the invariant that each filled row
below the header is either in the frame or listed, and that no column the format does not name survives.
"""

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

import polars as pl

from tuoguan.intake.cells import clean, formula, lost_digits
from tuoguan.intake.columns import refuse
from tuoguan.intake.exports_find import Found
from tuoguan.intake.grids import Grid, zone_in
from tuoguan.intake.log import Log
from tuoguan.intake.words import is_buyer_header

ID_FIELDS = (
    "order_number", "line", "sku", "platform_sku", "flow_id", "statement_id", "tracking",
)  # fmt: skip
ID_LENGTH = 128
LONG_IDS, LONG_IDS_ROUND = 1_000, 0.02
_OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)(?:\s*[+-]\s*\d{1,2}(?::?\d{2})?)?")
_WORDY = ("quantity", "ordered_at", "settled_at", "unit_price", "amount", "total", "order_amount")


@dataclass(frozen=True, slots=True)
class Cut:
    """``frame``: file, row, the format's fields and its parts as p0, p1, … (texts). ``zone``: the file's own word."""

    frame: pl.DataFrame
    found: Found
    rows_in: int
    zone: str
    header_by_part: dict[int, str]


def cut(grid: Grid, found: Found, name: str, log: Log) -> Cut:
    """The rows below the header. ``name`` is the file's name, which may hold a zone."""
    if any(is_buyer_header(text) for text in found.texts if text):
        log.guarded.add(grid.file)
    body = grid.frame.slice(found.row + found.depth)
    picked = {field: f"c{index}" for field, index in found.index_by_field.items()}
    picked |= {f"p{at}": f"c{index}" for at, index in found.index_by_part.items()}
    frame = body.select(
        pl.lit(grid.file).alias("file"), "row", _over(body, found).alias("over"), _filled(body).alias("filled"),
        *[clean(pl.col(column)).alias(field) for field, column in picked.items()],
    ).filter("filled").drop("filled")  # fmt: skip
    rows_in = frame.height
    frame = refuse(frame, pl.col("over"), "too_many_cells", "", log).drop("over")
    frame = refuse(frame, _describes(frame), "description_row", "", log)
    frame = _without_formulas(frame, grid, found, log)
    frame = _filled_down(frame, found)
    zone = next(filter(None, map(named_zone, (zone_in(list(found.banner)), zone_in([name])))), "")
    headers = {at: found.texts[index] for at, index in found.index_by_part.items()}
    return Cut(frame, found, rows_in, zone, headers)


def named_zone(text: str | None) -> str:
    """The zone that a text names ("时区:GMT+8", "Asia/Tokyo"), as an offset or by its name; "" where it names none."""
    if not text:
        return ""
    if "北京" in text:
        return "Asia/Shanghai"
    if match := _OFFSET.search(text):
        return match.group(0).replace(" ", "")
    name = text.rpartition(":")[2].strip()
    return name if name in available_timezones() else ""


def _over(body: pl.DataFrame, found: Found) -> pl.Expr:
    """True where a cell stands beyond the header."""
    if "over" in body.columns:
        return pl.col("over")
    width = max((index for index, text in enumerate(found.texts) if text), default=0)
    beyond = [name for name in body.columns if name[0] == "c" and int(name[1:]) > width]
    return pl.any_horizontal(clean(pl.col(name)).is_not_null() for name in beyond) if beyond else pl.lit(False)


def _filled(body: pl.DataFrame) -> pl.Expr:
    """True where any cell holds something."""
    if "filled" in body.columns:
        return pl.col("filled")
    return pl.any_horizontal(clean(pl.col(name)).is_not_null() for name in body.columns if name[0] == "c")


def _describes(frame: pl.DataFrame) -> pl.Expr:
    """True for the first row when its number and date cells hold words."""
    fields = [field for field in _WORDY if field in frame.columns]
    wordy = [pl.col(field).str.contains(r"^[^\d]*\p{L}{2,}[^\d]*$").fill_null(False) for field in fields]
    return (pl.int_range(pl.len()) == 0) & pl.all_horizontal(wordy) if len(wordy) >= 2 else pl.lit(False)


def _without_formulas(frame: pl.DataFrame, grid: Grid, found: Found, log: Log) -> pl.DataFrame:
    """The frame without rows that hold formulas or ids that went through a float."""

    def marked(cells: frozenset[tuple[int, int]], field: str) -> list[int]:
        index = found.index_by_field.get(field)
        index = found.index_by_part[int(field[1:])] if index is None else index
        return sorted(row for row, column in cells if column == index + 1)

    for field in [name for name in frame.columns if name not in ("file", "row")]:
        bad = pl.col("row").is_in(marked(grid.marks.formulas, field)) | formula(pl.col(field))
        frame = refuse(frame, bad, "formula", field, log)
    for field in [name for name in ID_FIELDS if name in frame.columns]:
        bad = _lost(frame, field) | pl.col("row").is_in(marked(grid.marks.long_numbers, field))
        frame = refuse(frame, bad, "id_lost_digits", field, log)
        frame = refuse(frame, pl.col(field).str.len_chars() > ID_LENGTH, "id_too_long", field, log)
        frame = frame.with_columns(pl.col(field).str.replace(r"^(\d{1,15})\.0$", "$1"))
    return frame


def _lost(frame: pl.DataFrame, field: str) -> pl.Expr:
    """True for an id that went through a float.

    Zeros at its end alone say so only where many ids of the column end so: of a thousand ids of 18 digits that nobody
    touched one ends in three noughts.
    """
    lost, rounded = lost_digits(pl.col(field)), pl.col(field).str.contains(r"^\d{16,}$")
    long, ending = frame.select(long=rounded.sum(), ending=(lost & rounded).sum()).row(0)
    return lost & ~rounded if long >= LONG_IDS and ending <= LONG_IDS_ROUND * long else lost


def _filled_down(frame: pl.DataFrame, found: Found) -> pl.DataFrame:
    """The frame with the cells of an order on its continuation rows; amounts stay where they stand."""
    format = found.format
    fields = [field for field in format.fill_down if field in frame.columns]
    if not fields:
        return frame
    if format.fill_by:
        return frame.with_columns(pl.col(field).forward_fill().over(format.fill_by) for field in fields)
    return frame.with_columns(pl.col(field).forward_fill() for field in fields)
