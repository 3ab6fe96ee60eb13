"""A file of any accepted layout → one of the workspace's own tables, in our columns.

Hides which sheet, header and spelling it had. Keeps the invariants that cells stay the text they were, that no column
of a buyer is written, and that a mapping which a person made once is known the next time.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from tuoguan.foundation.problems import Problem, has_errors
from tuoguan.foundation.tables import whole_file
from tuoguan.intake.grids import Grid, grids_of
from tuoguan.intake.guard import may_open
from tuoguan.intake.log import Log
from tuoguan.intake.sheets import Sheet, sheet_of
from tuoguan.intake.words import TABLES, aliases, is_buyer_header, normalize, table_of_name, words

SAVED = "mappings/tables"  # in a workspace
_PLACES = ("file", "row", "customer")


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """One sheet, looked at: ``table`` "" where nobody knows what it is.

    frame    file, row and our fields as text; ``rows_in`` rows below the header
    fields   our fields that were found; ``missing`` those that the table cannot do without
    named    our field by normalized header, as a person said now or a saved mapping says
    """

    file: str
    table: str
    frame: pl.DataFrame
    rows_in: int
    fields: tuple[str, ...]
    missing: tuple[str, ...]
    export: str
    problems: tuple[Problem, ...]
    named: Mapping[str, str] = field(default_factory=dict)


def fields_of(table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fields that one of the workspace's tables can hold, and those that it needs."""
    spelled = words("headers")
    return tuple(field for field in spelled.get(table, {}) if field != "customer"), tuple(spelled["required"][table])


def saved_tables(workspace: Path) -> list[tuple[str, dict[str, str]]]:
    """Mappings that a person saved: (table, our field by normalized header)."""
    found = []
    for path in sorted((workspace / SAVED).glob("*.toml")):
        try:
            one = tomllib.loads(path.read_text(encoding="utf-8"))
            found.append((str(one["table"]), {normalize(header): str(field) for header, field in one["of"].items()}))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, AttributeError):
            continue  # a person edited it so that it says nothing: the file is asked about again
    return found


def save_table(workspace: Path, table: str, named: Mapping[str, str], name: str) -> Path:
    """Keeps a mapping for the next file of this layout; the same name is written over."""
    flat = re.sub(r"[^0-9A-Za-z_-]+", "-", Path(name).stem).strip("-")[:60].lower() or table
    path = workspace / SAVED / f"{flat}.toml"
    lines = [f"{json.dumps(header, ensure_ascii=False)} = {json.dumps(field)}" for header, field in named.items()]
    with whole_file(path) as temporary:
        temporary.write_text("\n".join([f"table = {json.dumps(table)}", "[of]", *lines]) + "\n", encoding="utf-8")
    return path


def own_sheets(path: Path, workspace: Path, table: str = "", named: Mapping[str, str] | None = None) -> list[OwnSheet]:
    """Every sheet of the file as one of our tables, ``table`` where a person says which.

    ``named`` is our field by header as they say it, "" for a column that is left out.
    """
    log = Log()
    if not may_open(path, path.name, log):
        return [_nothing(path.name, log)]
    grids = grids_of(path, path.name, log)
    if not grids or has_errors(log.problems):
        return [_nothing(path.name, log)]
    said = {normalize(header): field for header, field in (named or {}).items()}
    sheets = [_one(grid, table, said, workspace) for grid in grids]
    known = [sheet for sheet in sheets if sheet.table and not sheet.missing]
    return known or sheets[:1]


def _nothing(name: str, log: Log) -> OwnSheet:
    return OwnSheet(name, "", pl.DataFrame(), 0, (), (), "", tuple(log.problems))


def _one(grid: Grid, table: str, named: Mapping[str, str], workspace: Path) -> OwnSheet:
    """The sheet as a person says, as a saved mapping says, else as its name and header say."""
    label = grid.file.split("[")[-1].rstrip("]").rpartition("/")[2].split(".")[0]
    saved = [one for one in saved_tables(workspace) if table in ("", one[0])]
    tries: list[tuple[str | None, Mapping[str, str]]] = [(table, named)] if table and named else [*saved]
    tries += [] if table and named else [(table, {})] if table else [(table_of_name(label), {}), (None, {})]
    best = None
    for wanted, said in tries:
        if said and not named and not set(said) & _headers_in(grid):
            continue
        log = Log()
        sheet = sheet_of(grid, wanted, log, said)
        found = replace(_looked(grid, sheet, wanted or "", log), named=said)
        if found.table and not found.missing:
            return found
        best = best or found
    return best or _looked(grid, None, table, Log())


def _headers_in(grid: Grid) -> set[str]:
    names = [name for name in grid.frame.columns if name.startswith("c")]
    return {normalize(cell) for row in grid.frame.head(40).select(names).rows() for cell in row if cell}


def _looked(grid: Grid, sheet: Sheet | None, wanted: str, log: Log) -> OwnSheet:
    table = (sheet.table if sheet is not None else "") or wanted
    frame = sheet.frame if sheet is not None else pl.DataFrame()
    if table not in TABLES:
        table, frame = "", pl.DataFrame()
    fields = tuple(name for name in frame.columns if name not in _PLACES and not name.startswith("_"))
    need = fields_of(table)[1] if table else ()
    lacking = tuple(name for name in need if name not in fields and not (name == "sku" and "platform_sku" in fields))
    rows = sheet.rows_in if sheet is not None else 0
    return OwnSheet(grid.file, table, frame, rows, fields, lacking, sheet.export if sheet else "", tuple(log.problems))


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """The rows under our own names of columns, as UTF-8 CSV; whole or not at all."""
    kept = [name for name in frame.columns if name not in _PLACES and not is_buyer_header(normalize(name))]
    with whole_file(path) as temporary:
        frame.select(kept).write_csv(temporary)


def guessed_fields(headers: list[str], table: str) -> dict[str, str]:
    """Our field by header, as reading the table would understand each; the better spelling where two claim one."""
    ranked: dict[str, tuple[int, str]] = {}
    for header in headers:
        field, rank = aliases(table).get(normalize(header), ("", 0))
        if field and (field not in ranked or rank < ranked[field][0]):
            ranked[field] = (rank, header)
    return {header: field for field, (_, header) in ranked.items()}
