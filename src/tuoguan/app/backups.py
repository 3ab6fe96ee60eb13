"""Backups of a workspace's ledger that lie on the server: listed, taken away.

Hides the folder. Keeps the invariant that a name never leads out of it.
"""

from dataclasses import dataclass
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Backup:
    """One file: its name, size and when it was made."""

    name: str
    size: int
    at: int


def backups(folder: Path) -> list[Backup]:
    """All backups, the newest first."""
    found = [(path, path.stat()) for path in folder.glob("*.db")] if folder.is_dir() else []
    kept = [Backup(path.name, info.st_size, int(info.st_mtime)) for path, info in found]
    return sorted(kept, key=lambda backup: (-backup.at, backup.name))


def backup_file(folder: Path, name: str) -> Path:
    """The file of a backup. Refused when there is none of the name."""
    if name not in {backup.name for backup in backups(folder)}:
        fix = "choose one from the list"
        raise Refused([Problem("backup", f'"{name[:60]}"', "a backup of this workspace", fix, "no_page")])
    return folder / name
