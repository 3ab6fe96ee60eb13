"""Grids → sheets: the header found, its columns named in our words, everything else (buyers first of all) dropped.

Hides banner rows, two-row headers, description rows and known exports. Keeps the invariant that each row below the
header
is either in the sheet's frame or in the log, and that no column outside our words survives.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tuoguan.intake.cells import clean, formula, lost_digits
from tuoguan.intake.grids import Grid, zone_in
from tuoguan.intake.log import Log
from tuoguan.intake.words import TABLES, aliases, exports, is_buyer_header, normalize, table_of_name, words

HEADER_DEPTH = 40
ID_FIELDS = ("sku", "order_id", "line", "platform_sku")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A recognized table: ``frame`` holds file, row and String columns named by our fields."""

    file: str
    table: str
    frame: pl.DataFrame
    rows_in: int
    export: str = ""
    zone: str | None = None
    headers: tuple[str, ...] = ()

    def has(self, field: str) -> bool:
        """True when the file has this column."""
        return field in self.frame.columns


@dataclass(frozen=True, slots=True)
class _Header:
    """A header candidate: the rows it covers, what each column means, how many fields it names."""

    row: int
    depth: int
    table: str
    index_by_field: dict[str, int]
    texts: tuple[str, ...]
    export: dict[str, object] | None
    score: float


def sheet_of(grid: Grid, table: str | None, log: Log, named: Mapping[str, str] | None = None) -> Sheet | None:
    """The grid as a sheet of ``table`` (None: whatever its header says); None with the reason logged when it is
    none. ``named`` is a person's word: our field by normalized header, before every spelling that we know.
    """
    names = [name for name in grid.frame.columns if name != "row"]
    top = [tuple(normalize(cell or "") for cell in row) for row in grid.frame.head(HEADER_DEPTH).select(names).rows()]
    header = _find(top, table, named or {})
    if header is None:
        return _refuse(grid, "no_header", "no row with known column names", log)
    wanted = words("headers")["required"].get(header.table, [])
    missing = [field for field in wanted if field not in header.index_by_field and not _stands_in(field, header)]
    if missing and header.table != "statement":
        found = ", ".join(text for text in header.texts if text and not is_buyer_header(text))[:200]
        return _refuse(grid, "missing_column", f'columns "{found}" without {" and ".join(missing)}', log)
    return _cut(grid, header, log)


def _stands_in(field: str, header: _Header) -> bool:
    """True when another column serves for a missing required one."""
    return field == "sku" and "platform_sku" in header.index_by_field


def _refuse(grid: Grid, code: str, found: str, log: Log) -> Sheet | None:
    """A sheet of which every row is listed, so that the accounts still close."""
    log.say(code, grid.file, found)
    names = [name for name in grid.frame.columns if name != "row"]
    frame = grid.frame.filter(pl.any_horizontal(clean(pl.col(name)).is_not_null() for name in names))
    frame = frame.select(pl.lit(grid.file).alias("file"), "row")
    log.frames.append(
        frame.select(
            "file", "row", column=pl.lit(""), found=pl.lit(None, dtype=pl.String), code=pl.lit(code), used=pl.lit(False)
        )
    )
    return Sheet(grid.file, "", frame.clear(), frame.height)


def _find(top: list[tuple[str, ...]], table: str | None, named: Mapping[str, str]) -> _Header | None:
    """The best header among the first rows, alone or together with the row beneath it."""
    best: _Header | None = None
    for index, row in enumerate(top):
        candidates = [(row, 1)]
        if index + 1 < len(top):
            candidates.append((joined_header(row, top[index + 1]), 2))
        for texts, depth in candidates:
            for name in [table] if table else list(TABLES):
                header = _score(texts, index, depth, name, named)
                if header and (best is None or header.score > best.score + 0.5):
                    best = header
    return best


def joined_header(upper: tuple[str, ...], lower: tuple[str, ...]) -> tuple[str, ...]:
    """A two-row header as one: the lower text where there is one, else the upper."""
    return tuple(below or above for above, below in zip(upper, lower, strict=True))


def _score(texts: tuple[str, ...], row: int, depth: int, table: str, named: Mapping[str, str]) -> _Header | None:
    """The candidate's meaning; None when it names fewer than two fields."""
    present = frozenset(texts)
    export = next((one for signature, one in exports() if signature <= present), None)
    if export and export["table"] == "statement":
        return _Header(row, depth, "statement", {}, texts, export, 100 - depth / 10)
    if export and export["table"] != table:
        export = None
    known = aliases(table)
    ranked: dict[str, tuple[int, int]] = {}
    own = {normalize(text): field for field, text in export["columns"].items()} if export else {}
    own |= named
    for index, text in enumerate(texts):
        field, rank = (own[text], -1) if text in own else known.get(text, ("", 0))
        if field and (field not in ranked or rank < ranked[field][0]):
            ranked[field] = (rank, index)
    if len(ranked) < 2 and not (len(ranked) == 1 and len([t for t in texts if t]) == 1 and "sku" in ranked):
        return None
    required = words("headers")["required"].get(table, [])
    score = len(ranked) + (20 if export else 0) + sum(2 for field in required if field in ranked) - 0.1 * depth
    return _Header(row, depth, table, {field: index for field, (_, index) in ranked.items()}, texts, export, score)


def _cut(grid: Grid, header: _Header, log: Log) -> Sheet:
    """The rows below the header, with our columns only."""
    names = [name for name in grid.frame.columns if name != "row"]
    body = grid.frame.slice(header.row + header.depth)
    body = body.filter(pl.any_horizontal(clean(pl.col(name)).is_not_null() for name in names))
    if any(is_buyer_header(text) for text in header.texts if text):
        log.guarded.add(grid.file)
    width = max((index for index, text in enumerate(header.texts) if text), default=0)
    over = [clean(pl.col(name)).is_not_null() for index, name in enumerate(names) if index > width]
    picked = {field: pl.col(f"c{index}") for field, index in header.index_by_field.items() if field != "customer"}
    if "customer" in header.index_by_field:  # kept as a salted hash, for matching credit notes, and dropped after that
        person = clean(pl.col(f"c{header.index_by_field['customer']}"))
        picked["customer"] = pl.when(person.is_not_null()).then(person.hash(seed=_salt()).cast(pl.String))
    frame = body.select(
        pl.lit(grid.file).alias("file"), "row",
        *[(clean(expr) if field != "customer" else expr).alias(field) for field, expr in picked.items()],
        pl.any_horizontal(over).alias("_over") if over else pl.lit(False).alias("_over"),
    )  # fmt: skip
    rows_in = frame.height
    if header.table == "statement":
        log.rows(frame.select("file", "row"), "statement_file", "")
        return Sheet(grid.file, "statement", frame.clear(), rows_in)
    frame = _drop_bad_rows(frame, grid, header, log)
    rows = grid.frame.head(header.row + header.depth).select(names).rows()
    banner = [text for row in rows for text in row if text]
    export = str(header.export["id"]) if header.export else ""
    sheet = Sheet(grid.file, header.table, frame, rows_in, export, zone_in(banner), header.texts)
    return _filled_down(sheet, header)


_SALT: list[int] = []


def _salt() -> int:
    """A random number of this process: hashes of buyers mean nothing outside it."""
    if not _SALT:
        import secrets

        _SALT.append(secrets.randbits(63))
    return _SALT[0]


def _drop_bad_rows(frame: pl.DataFrame, grid: Grid, header: _Header, log: Log) -> pl.DataFrame:
    """The frame without rows that have cells beyond the header, formulas, ids with lost digits or descriptions."""
    over = frame.filter("_over")
    log.rows(over, "too_many_cells", "")
    frame = frame.filter(~pl.col("_over")).drop("_over")
    fields = [name for name in frame.columns if name not in ("file", "row", "customer")]
    frame = _listed_where(frame, _description(frame), "description_row", "", log)
    for field in fields:
        bad = formula(pl.col(field)) | pl.col("row").is_in(_marked(grid.marks.formulas, header, field))
        frame = _listed_where(frame, bad, "formula", field, log)
    for field in [name for name in ID_FIELDS if name in fields]:
        bad = lost_digits(pl.col(field)) | pl.col("row").is_in(_marked(grid.marks.long_numbers, header, field))
        frame = _listed_where(frame, bad, "id_lost_digits", field, log)
        frame = frame.with_columns(pl.col(field).str.replace(r"^(\d{1,15})\.0$", "$1"))
    return frame


def _marked(cells: frozenset[tuple[int, int]], header: _Header, field: str) -> list[int]:
    """Rows of the marked cells of a field's column; (0, 0) marks a cell without reference and hits no row."""
    column = header.index_by_field[field] + 1
    return sorted(row for row, marked in cells if marked == column)


def _listed_where(frame: pl.DataFrame, bad: pl.Expr, code: str, column: str, log: Log) -> pl.DataFrame:
    """The frame without the bad rows, which are listed."""
    mask = frame.select(bad.fill_null(False).alias("bad"))["bad"]
    if not mask.any():
        return frame
    log.rows(frame.filter(mask), code, column)
    return frame.filter(~mask)


def _description(frame: pl.DataFrame) -> pl.Expr:
    """True for the first row when its number and date cells hold words: it describes the columns."""
    fields = [
        f
        for f in ("quantity", "ordered_at", "units", "on_hand", "unit_price", "total", "unit_cost")
        if f in frame.columns
    ]
    wordy = [pl.col(field).str.contains(r"^[^\d]*\p{L}{2,}[^\d]*$").fill_null(False) for field in fields]
    if len(wordy) < 2:
        return pl.lit(False)
    return (pl.int_range(pl.len()) == 0) & pl.all_horizontal(wordy)


def _filled_down(sheet: Sheet, header: _Header) -> Sheet:
    """The sheet with order-level cells carried to the further rows of the same order, where its export needs it."""
    if not header.export or "fill_down" not in header.export:
        return sheet
    fields = [field for field in header.export["fill_down"] if field in sheet.frame.columns]  # type: ignore[attr-defined]
    by = str(header.export["fill_by"])
    frame = sheet.frame.with_columns(pl.col(field).forward_fill().over(by) for field in fields)
    return Sheet(sheet.file, sheet.table, frame, sheet.rows_in, sheet.export, sheet.zone, sheet.headers)


__all__ = ["Sheet", "sheet_of", "table_of_name"]
