"""Calls to other programs when something happened."""

from pathlib import Path

from tuoguan.site.workspaces import Workspaces


class Webhooks:
    """The webhooks of one server."""

    def __init__(self, keep: Path, workspaces: Workspaces) -> None:
        self._keep, self._workspaces = keep, workspaces

    def close(self) -> None:
        """Lets go of the database."""
