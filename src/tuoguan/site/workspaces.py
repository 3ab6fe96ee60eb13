"""The workspaces of one server by name.

Hides whether there is one folder or a folder of them. Keeps the invariant that a name never leads out of the root.
"""

import re
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.words import Workspace

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")


class Workspaces:
    """``root`` is one workspace, or with ``many`` a folder whose subfolders are workspaces."""

    def __init__(self, root: Path, *, many: bool = False) -> None:
        self.root, self.many = root.resolve(), many
        self._only = name_of(self.root)

    def names(self) -> list[str]:
        """All workspaces in the order of their names."""
        if not self.many:
            return [self._only]
        folders = self.root.iterdir() if self.root.is_dir() else ()
        return sorted(one.name for one in folders if one.is_dir() and NAME.fullmatch(one.name))

    def find(self, name: str) -> Workspace:
        """The workspace of the name. Refused, in the same words for all, where there is none."""
        if name not in self.names():
            raise Refused(
                [Problem("workspace", repr(name), "one you may see", "choose it from the list", "no_workspace")]
            )
        return Workspace(name, self.root / name if self.many else self.root)

    def make(self, name: str) -> Workspace:
        """A new, empty workspace. Refused on a server of one, for a name that cannot be one, or one that is taken."""
        if not self.many or not NAME.fullmatch(name) or name in self.names():
            expected = "a new name of 1 to 40 of a-z, 0-9, - and _, on a server of many workspaces"
            raise Refused([Problem("workspace", repr(name), expected, "choose another name", "bad_workspace")])
        (self.root / name).mkdir(parents=True)
        return self.find(name)


def name_of(folder: Path) -> str:
    """A name for URLs made of a folder's name.

    >>> name_of(Path("/srv/My Shop 2"))
    'my-shop-2'
    """
    found = re.sub(r"[^a-z0-9_-]+", "-", folder.name.lower()).strip("-_")[:40].strip("-_")
    return found or "workspace"
