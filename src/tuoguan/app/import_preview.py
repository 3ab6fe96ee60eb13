"""What an import would do, before it does it: what each file is, its first rows, rows refused, and what would change.

Hides that the change is tried on a copy of the ledger. Keeps the invariants that nothing is recorded, that what is
shown is what the import itself does, and that no cell about a buyer is shown.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import polars as pl

from tuoguan.app.importing import Asked, Imported, check_asked, import_files
from tuoguan.app.trial import twin_of, work_on_twin
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, format_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import LISTED, Export, Reader, formats, read_catalogue, read_export
from tuoguan.operate import Store

Kept = TypeVar("Kept")
DAY_SECONDS = 86_400
FIRST_ROWS, FIRST_DOCUMENTS = 8, 50
LOOK, EFFECT = ".look.json", ".effect.json"
LISTED_FILE, CHANGES_FILE = ".listed.parquet", ".refused.parquet"
_HIDDEN = ("file", "row", "line_key", "zone", "reserve", "state_raw")
TERMS = "contract.keep"  # terms under which documents stand are no change of theirs
SAID = ("store", "contract", "place", "currency", "zone", "counted_on", "format")


class SheetLook(msgspec.Struct, frozen=True, kw_only=True):
    """One recognized sheet. ``columns`` and ``rows`` are its first rows as they were understood, as texts.

    latest_on  the last day that its rows speak of, "" for none; ``stands_for`` how the platform is called
    """

    file: str
    format: str
    title: str
    title_zh: str
    evidence: str
    table: str
    platform: str
    rows_in: int
    rows_used: int
    rows_listed: int
    columns: list[str]
    rows: list[list[str]]
    latest_on: str


class FileLook(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its recognized sheets (none: nobody knows it), and what was wrong with it as a whole or in rows."""

    file: str
    sheets: list[SheetLook]
    problems: list[dict[str, str | int]]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """All files of an upload, looked at; ``key`` says what they were looked at with."""

    key: str
    files: list[FileLook]

    @property
    def known(self) -> bool:
        """True when at least one file can be imported."""
        return any(file.sheets for file in self.files)

    @property
    def strangers(self) -> list[str]:
        """Files that nobody knows."""
        return [file.file for file in self.files if not file.sheets]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Moves of one kind that documents of one flow would make."""

    kind: str
    count: int


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What the import would do: as `Imported` counts it, moves by kind, and the first documents by name and moves."""

    key: str
    opened: int
    moved: int
    unchanged: int
    statements: int
    lines: int
    listed: int
    changes: list[Change]
    documents: list[tuple[str, str]]
    problems: list[dict[str, str | int]]

    @property
    def nothing(self) -> bool:
        """True when the ledger would stay as it is."""
        return not (self.opened or self.moved or self.statements or self.changes)


def asked_of(said: dict[str, str]) -> Asked:
    """A person's words as `Asked`. Refused when they mean nothing."""
    words = {name: said.get(name, "").strip() for name in SAID}
    day = None
    if words["counted_on"]:
        try:
            day = parse_day(words["counted_on"])
        except ValueError:
            fix = "write the day as 2026-11-22"
            found = words["counted_on"]
            raise Refused([Problem("day of the count", found, "a day", fix, "bad_date")]) from None
    asked = Asked(words["store"], words["contract"], words["place"], words["currency"], words["zone"], day,
                  words["format"])  # fmt: skip
    check_asked(asked)
    return asked


def look(workspace: Path, folder: Path, paths: Sequence[Path], said: dict[str, str], *, now: int) -> Look:
    """What the files are; kept in ``folder`` until files, words or mappings change. Refused for wrong words."""
    asked = asked_of(said)
    key = _key(workspace, paths, said)
    kept = _kept(folder / LOOK, Look)
    if kept is not None and kept.key == key:
        return kept
    catalogue = read_catalogue(workspace, now // DAY_SECONDS)
    own = dict(catalogue.seller.market_by_country) if catalogue.seller else {}
    reader, known = Reader(asked.currency, asked.zone, asked.counted_on, asked.format, own), formats(workspace)
    files, listed = [], [pl.DataFrame(schema=LISTED)]
    for path in paths:
        exports, problems = read_export(path, known, reader)
        files.append(file_look(path.name, exports, problems))
        listed += [export.listed for export in exports]
    found = Look(key=key, files=files)
    pl.concat(listed).write_parquet(folder / LISTED_FILE)
    _keep(folder / LOOK, found)
    return found


def file_look(name: str, exports: Sequence[Export], problems: Sequence[Problem]) -> FileLook:
    """A file that was read, as a page shows it."""
    every = [*problems, *(problem for export in exports for problem in export.problems)]
    told = [problem.as_json() for problem in Refused(every).problems]
    return FileLook(file=name, sheets=[_sheet(export) for export in exports], problems=told)


def _sheet(export: Export) -> SheetLook:
    shown = _shown(export.rows.head(FIRST_ROWS))
    format, counts = export.format, export.counts
    return SheetLook(
        file=export.file, format=format.id, title=format.title, title_zh=format.title_zh or format.title,
        evidence=format.evidence, table=format.table.value, platform=format.platform, rows_in=counts.rows_in,
        rows_used=counts.rows_used, rows_listed=counts.rows_listed, columns=shown.columns,
        rows=[["" if cell is None else str(cell) for cell in row] for row in shown.rows()],
        latest_on=latest_on(export.rows),
    )  # fmt: skip


def _shown(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as a person reads them: empty columns out, instants as UTC days and hours, money in its own currency."""
    texts = rows.with_columns(pl.all().cast(pl.String).fill_null(""))
    filled = [name for name in rows.columns if name not in _HIDDEN and texts[name].ne("").any()]
    shown: dict[str, list[str]] = {}
    for name in filled:
        cells = texts[name].to_list()
        if name.endswith("_at"):
            days = rows.select(pl.from_epoch(pl.col(name), time_unit="s").dt.strftime("%Y-%m-%d %H:%M").fill_null(""))
            cells = days.to_series().to_list()
        elif name.endswith("_minor") and "currency" in rows.columns:
            codes = rows["currency"].fill_null("").to_list()
            cells = [_money(minor, code) for minor, code in zip(rows[name].to_list(), codes, strict=True)]
        shown[name.removesuffix("_minor")] = cells
    return pl.DataFrame(shown)


def _money(minor: int | None, code: str) -> str:
    if minor is None:
        return ""
    return format_minor(minor, code) if code in EXPONENT_BY_CURRENCY else str(minor)


def latest_on(rows: pl.DataFrame) -> str:
    """The last day that the rows speak of, "" where they have none."""
    days: list[str] = []
    for name in rows.columns:
        if name == "ship_by_at" or not name.endswith(("_at", "_on")) or rows[name].drop_nulls().is_empty():
            continue
        day = pl.from_epoch(pl.col(name), time_unit="s").dt.date() if name.endswith("_at") else pl.col(name)
        days.append(str(rows.select(day.max()).item()))
    return max(days, default="")


def effect(
    workspace: Path, folder: Path, paths: Sequence[Path], said: dict[str, str], store: Store | None, *, now: int
) -> Effect:
    """What importing the files would do to the ledger as it is; ``store`` is None where there is none yet.

    Refused as the import itself would be.
    """
    head = 0
    if store is not None:
        with store.reading() as view:
            head = view.head().position
    key = f"{_key(workspace, paths, said)}-{head}"
    kept = _kept(folder / EFFECT, Effect)
    if kept is not None and kept.key == key:
        return kept
    with twin_of(workspace) as twin, work_on_twin(twin, store) as work:
        with work.ledger.store.reading() as view:
            head = view.head().position
        done = import_files(twin, paths, asked_of(said), now=now, progress=lambda *_: None, work=work)
        found = _effect(key, done, work.ledger.store, head)
    done.listed.write_parquet(folder / CHANGES_FILE)
    _keep(folder / EFFECT, found)
    return found


def _effect(key: str, done: Imported, store: Store, head: int) -> Effect:
    """The counts, and the entries behind ``head`` by kind and by document."""
    counts: dict[str, int] = {}
    moves: dict[str, list[str]] = {}
    with store.reading() as view:
        for row in view.rows(head):
            if row.kind == TERMS:
                continue
            counts[row.kind] = counts.get(row.kind, 0) + 1
            if row.stream in moves or len(moves) < FIRST_DOCUMENTS:
                moves.setdefault(row.stream, []).append(row.kind.rpartition(".")[2])
    changes = [Change(kind=kind, count=count) for kind, count in counts.items()]
    return Effect(
        key=key, opened=done.opened, moved=done.moved, unchanged=done.unchanged, statements=done.statements,
        lines=done.lines, listed=done.listed.height, changes=changes,
        documents=[(name, " ".join(steps)) for name, steps in moves.items()],
        problems=[problem.as_json() for problem in done.problems],
    )  # fmt: skip


def refused_rows(folder: Path) -> pl.DataFrame:
    """Every row that was not used, or used with a doubt, as the last preview found them."""
    path = folder / CHANGES_FILE if (folder / CHANGES_FILE).is_file() else folder / LISTED_FILE
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=LISTED)


def _key(workspace: Path, paths: Sequence[Path], said: dict[str, str]) -> str:
    """What a preview depends on, ledger excepted: words, files, settings, catalogue and mappings."""
    parts = [repr(sorted(said.items())).encode()]
    own = [path for path in workspace.glob("*") if path.is_file() and path.suffix not in (".db", ".db-wal", ".db-shm")]
    for path in [*paths, *sorted(own), *sorted((workspace / "mappings").glob("*.toml"))]:
        info = path.stat()
        parts.append(f"{path.name}/{info.st_size}/{info.st_mtime_ns}".encode())
    return content_hash(*parts)


def _keep(path: Path, value: Any) -> None:
    with whole_file(path) as temporary:
        temporary.write_bytes(msgspec.json.encode(value))


def _kept(path: Path, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
