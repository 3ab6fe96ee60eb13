"""Long jobs outside requests."""

from pathlib import Path

from tuoguan.site.workspaces import Workspaces


class Jobs:
    """The jobs of one server."""

    def __init__(self, keep: Path, workspaces: Workspaces) -> None:
        self._keep, self._workspaces = keep, workspaces

    def close(self) -> None:
        """Lets go of the database; jobs go on."""
