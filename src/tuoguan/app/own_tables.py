"""Products, sales, stock and the like, brought in from files of any layout: recognized, mapped, tried, written.

Hides how a file becomes one of the workspace's own tables. Keeps the invariants that what is shown is what will be
read, that nothing is written before a person said so, and that a table which is replaced is put aside, never lost.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import msgspec
import polars as pl

from tuoguan.app.check import check_workspace
from tuoguan.app.trial import twin_of
from tuoguan.app.uploads import OWN_TABLES, Upload, file_of, find, note
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import (
    LISTED,
    TABLES,
    Layout,
    OwnSheet,
    fields_of,
    guessed_fields,
    layouts_of,
    normalize,
    own_sheets,
    save_table,
    table_files,
    write_table,
)

FIRST_ROWS = 6
TRIED, ROWS_KEPT = ".tried.json", 5_000
ASIDE = ".replaced"  # in a workspace
ADD, REPLACE, LEAVE = "add", "replace", "leave"
WRITTEN = "written"  # in place of a job that took the upload over
_writing = Lock()


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word about one file: its table ("": as recognized), our field by header, what to do with it."""

    table: str = ""
    named: dict[str, str] = {}
    how: str = ADD


@dataclass(frozen=True, slots=True)
class FileLook:
    """One file of the upload: its sheets as our tables, the first sheet's layout, what stands against it."""

    name: str
    pick: Pick
    sheets: tuple[OwnSheet, ...]
    layout: Layout | None
    problems: tuple[Problem, ...]

    @property
    def table(self) -> str:
        """The table of the first sheet, "" where nobody knows."""
        return self.sheets[0].table if self.sheets else ""

    @property
    def known(self) -> bool:
        """True when the file can be written as it is understood."""
        return bool(self.sheets) and all(sheet.table and not sheet.missing for sheet in self.sheets)

    def field_by_header(self) -> dict[str, str]:
        """What each header is taken for."""
        if self.layout is None:
            return {}
        headers = [column.header for column in self.layout.columns]
        guess = guessed_fields(headers, self.table) if self.table else {}
        said = self.sheets[0].named if self.sheets else {}
        return {header: said.get(normalize(header), guess.get(header, "")) for header in headers}


class RowTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not used, or used with a doubt, in the file as it was sent."""

    file: str
    row: int
    column: str
    found: str
    code: str
    used: bool


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What the workspace would be with the tables: problems, troubled rows, products and days of sales."""

    key: str
    problems: list[dict[str, str | int]]
    rows: list[RowTrouble]
    row_count: int
    products: int
    sales_days: int
    usable: bool


def picks_of(upload: Upload) -> dict[str, Pick]:
    """A person's words about each file."""
    said = upload.about.said
    return {name: msgspec.json.decode(text, type=Pick) for name, text in said.items()}


def said_of(picks: Mapping[str, Pick]) -> dict[str, str]:
    """The words as an upload notes them."""
    return {name: msgspec.json.encode(pick).decode() for name, pick in picks.items()}


def look(workspace: Path, upload: Upload) -> list[FileLook]:
    """Every file of the upload, as the person's words and the known layouts understand it."""
    picks, found = picks_of(upload), []
    for path in upload.paths:
        pick = picks.get(path.name, Pick())
        layouts, problems = layouts_of(path)
        sheets = own_sheets(path, workspace, pick.table, pick.named) if layouts else []
        found.append(FileLook(path.name, pick, tuple(sheets), layouts[0] if layouts else None, problems))
    return found


def first_rows(sheet: OwnSheet) -> list[list[str]]:
    """The first rows under our own fields, as texts."""
    return [["" if cell is None else cell for cell in row]
            for row in sheet.frame.select(sheet.fields).head(FIRST_ROWS).rows()]  # fmt: skip


def say(workspace: Path, upload: Upload, file: str, pick: Pick) -> Upload:
    """Notes a person's word about one file of the upload. Refused with a sentence for each thing that cannot be meant.

    Columns that are named as they are recognized anyway leave the file recognized by itself.
    """
    shown = next(one for one in look(workspace, upload) if one.name == file_of(upload, file).name)
    known = shown.field_by_header()
    if pick.named == known and not shown.pick.named:
        pick = msgspec.structs.replace(pick, named={})
    _check(pick, known)
    return note(upload, said=said_of(picks_of(upload) | {file: pick}))


def _check(pick: Pick, headers: Mapping[str, str]) -> None:
    table, named, how = pick.table, pick.named, pick.how
    wrong = [_bad(f"column {header}", "no such column", "a column of the file") for header in named.keys() - headers]
    if table not in ("", *TABLES):
        wrong.append(_bad("what the file holds", table, "one of the list"))
    known = fields_of(table)[0] if table in TABLES else ()
    for header, field in named.items():
        if field and field not in known:
            wrong.append(_bad(f"column {header}", field, "a field of the list"))
        if field and sum(one == field for one in named.values()) > 1:
            wrong.append(_bad(f"column {header}", f"{field} a second time", "each field once"))
    if how not in (ADD, REPLACE, LEAVE):
        wrong.append(_bad("what to do with the file", how, "add, replace or leave"))
    if wrong:
        raise Refused(wrong)


def try_tables(workspace: Path, upload: Upload) -> Tried:
    """What a check would say of the workspace with these tables; kept until files, words or settings change."""
    key = _key(workspace, upload)
    path = upload.folder / TRIED
    if path.is_file() and (kept := msgspec.json.decode(path.read_bytes(), type=Tried)).key == key:
        return kept
    with twin_of(workspace) as twin:
        try:
            written = _written(twin, look(workspace, upload))
        except Refused as refused:
            return Tried(key=key, problems=[one.as_json() for one in refused.problems], rows=[], row_count=0,
                         products=0, sales_days=0, usable=False)  # fmt: skip
        checked = check_workspace(twin)
    batch = checked.batch
    rows = _rows_as_sent(batch.listed, written) if batch is not None else []
    tried = Tried(
        key=key, problems=[one.as_json() for one in checked.problems], rows=rows[:ROWS_KEPT], row_count=len(rows),
        products=batch.products.height if batch else 0,
        sales_days=batch.last_day - batch.first_day + 1 if batch else 0,
        usable=batch is not None and not has_errors([one for one in checked.problems if one.code == "no_products"]),
    )  # fmt: skip
    with whole_file(path) as temporary:
        temporary.write_bytes(msgspec.json.encode(tried))
    return tried


def trouble_rows(tried: Tried) -> pl.DataFrame:
    """The troubled rows as a table to take away."""
    return pl.DataFrame([msgspec.to_builtins(row) for row in tried.rows], schema=LISTED)


def write_tables(workspace: Path, upload: Upload) -> list[str]:
    """Writes the tables into the workspace and keeps mappings for the next time; names of what was written.

    Refused (code "written_before") for an upload whose tables were written.
    """
    with _writing:
        if find(upload.folder.parent, upload.about.id, OWN_TABLES).about.job:
            found, fix = "tables that were written", "send the files again to write them again"
            raise Refused([Problem("upload", found, "an upload that waits", fix, "written_before")])
        files = [file for file in look(workspace, upload) if file.pick.how != LEAVE]
        written = _written(workspace, files)
        for file in files:
            if file.pick.named and file.table:
                save_table(workspace, file.table, file.pick.named, file.name)
        note(upload, job=WRITTEN)
    return [path.name for path in written]


def _written(folder: Path, files: list[FileLook]) -> dict[Path, tuple[OwnSheet, str]]:
    """The tables written into a folder, each path with the sheet it came from. Refused when one is not understood."""
    files = [file for file in files if file.pick.how != LEAVE]
    wrong = [problem for file in files for problem in _against(file)]
    if wrong or not files:
        raise Refused(wrong or [_bad("files", "none that is to be written", "at least one")])
    replaced = {sheet.table for file in files if file.pick.how == REPLACE for sheet in file.sheets}
    _put_aside(folder, replaced)
    written = {}
    for file in files:
        for sheet in file.sheets:
            path = _free(folder, sheet.table)
            write_table(sheet.frame, path)
            written[path] = (sheet, file.name)
    return written


def _against(file: FileLook) -> list[Problem]:
    if file.known:
        return []
    if file.problems and has_errors(file.problems):
        return list(file.problems)
    if file.table:
        lacking = ", ".join(file.sheets[0].missing)
        fix = "say which column holds it"
        return [
            Problem(file.name, f"no column for {lacking}", f"columns that {file.table} need", fix, "missing_column")
        ]
    return [Problem(file.name, "columns that nobody knows", "one of our tables", "say what the file holds, and what "
                    "its columns mean", "unknown_file")]  # fmt: skip


def _put_aside(folder: Path, tables: set[str]) -> None:
    """Moves the files of the tables away, under the instant at which they were replaced."""
    going = [path for path, table in table_files(folder) if table in tables and path.parent == folder]
    if not going:
        return
    aside = folder / ASIDE / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside.mkdir(parents=True)
    for path in going:
        os.replace(path, aside / path.name)


def _free(folder: Path, table: str) -> Path:
    """The name of a table's next file."""
    path, number = folder / f"{table}.csv", 2
    taken = {one.name.split(".")[0] for one in folder.iterdir()}
    while path.name.split(".")[0] in taken:
        path, number = folder / f"{table}-{number}.csv", number + 1
    return path


def _rows_as_sent(listed: pl.DataFrame, written: Mapping[Path, tuple[OwnSheet, str]]) -> list[RowTrouble]:
    """Listed rows of the written tables under the names and row numbers that the person's own file has."""
    by_name = {path.name: (sheet.frame["row"].to_list(), label) for path, (sheet, label) in written.items()}
    found = []
    for file, row, column, cell, code, used in listed.rows():
        if file in by_name:
            rows, label = by_name[file]
            there = rows[row - 2] if 0 <= row - 2 < len(rows) else row
            found.append(RowTrouble(file=label, row=there, column=column, found=cell or "", code=code, used=used))
    return found


def _key(workspace: Path, upload: Upload) -> str:
    infos = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(workspace.glob("*"))
             if path.is_file() and ".db" not in path.name]  # fmt: skip
    return content_hash(repr((infos, sorted(upload.about.said.items()))).encode())


def _bad(at: str, found: str, expected: str) -> Problem:
    return Problem(at, f'"{found[:60]}"', expected, "choose again on the form", "bad_choice")
