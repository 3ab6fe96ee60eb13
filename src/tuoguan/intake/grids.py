"""Files → grids of text: every cell a string, every row with its number in the file.

Hides encodings, delimiters, quoting and workbook readers. Keeps the invariant that no cell is converted: an id of 19
digits
stays 19 digits, and a row's number is the one that a spreadsheet shows.
"""

import csv
import gzip
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import fastexcel
import polars as pl

from tuoguan.intake.guard import Marks, marks_of
from tuoguan.intake.log import Log

MAX_COLUMNS = 2_000
_CHUNK = 50_000
_RUNAWAY = 40  # line breaks inside one cell: a quote that was never closed
csv.field_size_limit(1 << 24)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as text: columns c0, c1, … and ``row`` (1-based); ``over`` marks rows with more cells than columns."""

    file: str
    frame: pl.DataFrame
    marks: Marks = Marks()
    long_ids_checked: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What of a text file is wanted: its first ``rows``, or only some ``columns`` of a header that is ``width`` wide.

    With columns, the grid also says per row whether a cell stands beyond the header (``over``) and whether any cell
    is filled (``filled``).
    """

    rows: int | None = None
    columns: tuple[int, ...] = ()
    width: int = 0


def is_text(path: Path) -> bool:
    """True for a delimited text file."""
    return path.suffix.lower() not in (".xlsx", ".xlsm", ".parquet")


def grids_of(path: Path, name: str, log: Log, window: Window | None = None) -> list[Grid]:
    """The sheets of a file that `may_open` let through; empty with the reason logged when it cannot be read.

    ``window`` keeps memory flat for long text files; workbooks and Parquet files come whole.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in (".xlsx", ".xlsm"):
            return _workbook(path, name, log)
        if suffix == ".parquet":
            return [_parquet(path, name)]
        return _text(path, name, log, window or Window())
    except (OSError, EOFError, csv.Error, ValueError, pl.exceptions.PolarsError, fastexcel.FastExcelError) as error:
        log.say("unreadable_file", name, f"a broken file ({type(error).__name__})")
    except BaseException as error:  # the native readers panic on hostile files; a panic is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        log.say("unreadable_file", name, f"a broken file ({type(error).__name__})")
    return []


def _workbook(path: Path, name: str, log: Log) -> list[Grid]:
    """Every sheet with a cell, all cells as text."""
    reader = fastexcel.read_excel(path)
    grids = []
    for sheet in reader.sheet_names:
        loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        if loaded.width > MAX_COLUMNS:
            log.say("too_wide", f"{name} [{sheet}]", f"{loaded.width:,} columns")
            continue
        frame = loaded.to_polars() if loaded.width else pl.DataFrame()
        if frame.is_empty():
            continue
        marks = marks_of(path, sheet)
        frame = frame.rename({old: f"c{index}" for index, old in enumerate(frame.columns)})
        frame = frame.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64) + 1)
        label = name if len(reader.sheet_names) == 1 else f"{name} [{sheet}]"
        grids.append(Grid(label, frame, marks, True))
    if not grids:
        log.say("empty_file", name, "no cell with text")
    return grids


def _parquet(path: Path, name: str) -> Grid:
    """The file's columns as text under a first row that holds their names."""
    data = pl.read_parquet(path)
    texts = data.select(
        pl.col(column).cast(pl.String) for column in data.columns if not data.schema[column].is_nested()
    )
    header = pl.DataFrame({column: [column] for column in texts.columns}, schema=texts.schema)
    frame = pl.concat([header, texts])
    frame = frame.rename({old: f"c{index}" for index, old in enumerate(frame.columns)})
    return Grid(name, frame.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64) + 1))


def encoding_of(path: Path) -> str | None:
    """The encoding of a text file: its byte order mark, UTF-8, else GB18030 when all of it decodes; None otherwise."""
    with _bytes(path) as handle:
        head = handle.read(4)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with _open(path, encoding) as handle:
                while handle.read(1 << 22):
                    pass
            return encoding
        except UnicodeError:
            continue
    return None


def _bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def _open(path: Path, encoding: str) -> TextIO:
    """The file's text, line ends untouched."""
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def delimiter_of(sample: list[str]) -> str:
    """The sign that splits most sample lines into the same number of cells; a comma where several do."""
    best, best_score = ",", 0.0
    for sign in ",;\t|":
        widths = [len(row) for row in csv.reader(sample, delimiter=sign) if row]
        mode = max(set(widths), key=widths.count, default=1)
        score = 0.0 if mode < 2 else widths.count(mode) * mode**0.5
        if score > best_score * 1.05:
            best, best_score = sign, score
    return best


def _text(path: Path, name: str, log: Log, window: Window) -> list[Grid]:
    """The one grid of a delimited text file."""
    encoding = encoding_of(path)
    if encoding is None:
        log.say("wrong_encoding", name, "bytes that are neither UTF-8 nor GB18030")
        return []
    with _open(path, encoding) as handle:
        sample = [line for line in islice(handle, 60) if line.strip()]
    if not sample or "\x00" in "".join(sample[:5]):
        log.say(
            "empty_file" if not sample else "wrong_kind",
            name,
            "no line with text" if not sample else "zero bytes, not text",
        )
        return []
    sign = delimiter_of(sample)
    frame = _parse(path, encoding, sign, csv.QUOTE_MINIMAL, window)
    if frame is None:
        log.say("open_quote", name, "a quotation mark that is never closed")
        frame = _parse(path, encoding, sign, csv.QUOTE_NONE, window)
    if frame is None:
        return []
    if frame.width > MAX_COLUMNS:
        log.say("too_wide", name, f"{frame.width:,} columns")
        return []
    return [Grid(name, frame)]


def _runaway(rows: list[list[str]]) -> bool:
    """True when a cell swallowed many lines."""
    return any(cell.count("\n") > _RUNAWAY for row in rows for cell in row if "\n" in cell)


def _parse(path: Path, encoding: str, sign: str, quoting: int, window: Window) -> pl.DataFrame | None:
    """All rows as text, padded to the widest; None when the quoting cannot be followed."""
    parts: list[pl.DataFrame] = []
    first, line = 1, 0
    with _open(path, encoding) as handle:
        reader = csv.reader(handle, delimiter=sign, quoting=quoting)  # type: ignore[arg-type]
        lines = islice(reader, window.rows) if window.rows else reader
        try:
            while rows := list(islice(lines, _CHUNK)):
                many = reader.line_num - line > len(rows) + _RUNAWAY
                if many and quoting != csv.QUOTE_NONE and _runaway(rows):
                    return None
                parts.append(_picked(rows, first, window) if window.columns else _frame(rows, first))
                first, line = first + len(rows), reader.line_num
        except csv.Error:
            return None
    return pl.concat(parts, how="diagonal") if parts else None


def _frame(rows: list[list[str]], first: int) -> pl.DataFrame:
    """One run of rows as columns of text; short rows are padded with nulls."""
    width = min(max(map(len, rows), default=0), MAX_COLUMNS + 1)
    blank: list[str | None] = [None] * width
    padded = [(row + blank[len(row) :])[:width] for row in rows]
    columns = dict(zip([f"c{index}" for index in range(width)], zip(*padded, strict=True), strict=True))
    frame = pl.DataFrame(columns, schema={name: pl.String for name in columns})
    return frame.with_columns(row=pl.int_range(first, first + len(rows), dtype=pl.Int64))


def _picked(rows: list[list[str]], first: int, window: Window) -> pl.DataFrame:
    """One run of rows with the wanted columns only, and what is known of the others."""
    last = max(window.columns)
    blank: list[str | None] = [None] * (last + 1)
    full = [row if len(row) > last else row + blank[len(row) :] for row in rows]
    columns: dict[str, Sequence[str | None]] = {
        f"c{index}": list(map(itemgetter(index), full)) for index in window.columns
    }
    frame = pl.DataFrame(columns, schema={name: pl.String for name in columns})
    over = [len(row) > window.width and any(map(str.strip, row[window.width :])) for row in rows]
    filled = [any(row) and any(map(str.strip, row)) for row in rows]
    return frame.with_columns(
        pl.Series("over", over, dtype=pl.Boolean), pl.Series("filled", filled, dtype=pl.Boolean),
        row=pl.int_range(first, first + len(rows), dtype=pl.Int64),
    )  # fmt: skip


_ZONE = re.compile(
    r"\(?\b(UTC|GMT)\s*([+-]\s*\d{1,2}(?::?\d{2})?)?\)?|北京时间|(?:time ?zone|时区)\s*[:：]\s*([\w/+\-:]+)",
    re.IGNORECASE,
)


def zone_in(texts: list[str]) -> str | None:
    """The time zone that banner or header texts name, as written; None when they name none."""
    for text in texts:
        if match := _ZONE.search(text):
            return match.group(0).strip("()")
    return None
