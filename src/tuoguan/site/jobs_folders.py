"""Where the server keeps a workspace's files that are not part of it: what was uploaded, and its backups.

Keeps the invariant that a name never leads out of the workspace's own folder.
"""

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused

UPLOAD = re.compile(r"[0-9a-z]{8,40}")
FILE_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one workspace."""

    uploads: Path
    backups: Path

    def new_upload(self) -> str:
        """The name of a new, empty upload."""
        name = f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(4)}"
        (self.uploads / name).mkdir(parents=True)
        return name

    def upload(self, name: str) -> Path:
        """The folder of an upload. Refused when there is none of the name."""
        path = self.uploads / name
        if not UPLOAD.fullmatch(name) or not path.is_dir():
            raise Refused([Problem("upload", repr(name[:40]), "files that were uploaded", "upload them again",
                                   "no_upload")])  # fmt: skip
        return path

    def uploaded(self, name: str, files: tuple[str, ...] = ()) -> list[Path]:
        """The files of an upload, all of them without names. Refused when one is not there."""
        folder = self.upload(name)
        paths = [folder / one for one in files if FILE_NAME.fullmatch(one) and one not in (".", "..")]
        paths = paths if files else sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        if len(paths) < max(1, len(files)) or not all(path.is_file() for path in paths):
            found = ", ".join(files)[:80] or "no file"
            raise Refused([Problem("upload", found, "files that were uploaded", "upload them again", "no_upload")])
        return paths

    def backup(self, name: str) -> Path:
        """The file of a backup. Refused when there is none of the name."""
        path = self.backups / name
        if not FILE_NAME.fullmatch(name) or not path.is_file():
            fix = "choose one from the list"
            raise Refused([Problem("backup", repr(name[:40]), "a backup of this workspace", fix, "no_backup")])
        return path


class Folders:
    """The folders of all workspaces."""

    def __init__(self, keep: Path) -> None:
        self._keep = keep

    def of(self, workspace: str) -> Places:
        """The folders of one workspace; they are made when something is put there."""
        return Places(self._keep / "uploads" / workspace, self._keep / "backups" / workspace)
