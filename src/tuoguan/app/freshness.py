"""How old what a workspace knows is: its own tables, and what came from seller centers, source by source.

Hides where it is noted. Keeps the invariant that a day is shown only where data said it, never guessed from a file's.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from tuoguan.app.import_preview import LOOK, Look
from tuoguan.app.uploads import EXPORTS, uploads
from tuoguan.intake import TABLES, table_files


@dataclass(frozen=True, slots=True)
class Source:
    """One source: ``came_at`` when its newest file came; ``until`` the last day that its rows speak of, "" unknown."""

    name: str
    title: str
    title_zh: str
    came_at: int
    until: str = ""
    files: int = 1
    rows: int = 0


def own_sources(workspace: Path) -> list[Source]:
    """The workspace's own tables, in the order of the tables; those that it has not are left out."""
    by_table: dict[str, list[Path]] = {}
    for path, table in table_files(workspace):
        by_table.setdefault(table, []).append(path)
    return [Source(table, table, table, max(int(path.stat().st_mtime) for path in by_table[table]), "",
                   len(by_table[table])) for table in TABLES if table in by_table]  # fmt: skip


def imported_sources(root: Path) -> list[Source]:
    """What was imported through uploads under ``root``, by format, the newest first."""
    found: dict[str, Source] = {}
    for upload in reversed(uploads(root, EXPORTS)):
        path = upload.folder / LOOK
        if not upload.about.job or not path.is_file():
            continue
        for file in msgspec.json.decode(path.read_bytes(), type=Look).files:
            for sheet in file.sheets:
                before = found.get(sheet.format)
                found[sheet.format] = Source(
                    sheet.format, sheet.title, sheet.title_zh, upload.about.at,
                    max(sheet.latest_on, before.until if before else ""), 1 + (before.files if before else 0),
                    sheet.rows_used,
                )  # fmt: skip
    return sorted(found.values(), key=lambda source: -source.came_at)


def imported_before(root: Path, upload_id: str, digests: set[str]) -> dict[str, int]:
    """When the same bytes were handed to an import before, by digest."""
    seen: dict[str, int] = {}
    for upload in uploads(root, EXPORTS):
        if upload.about.job and upload.about.id != upload_id:
            seen |= {file.digest: upload.about.at for file in upload.about.files if file.digest in digests}
    return seen
