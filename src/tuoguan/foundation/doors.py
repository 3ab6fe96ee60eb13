"""A room's front door that opens one name at a time.

Hides when the modules behind a door are imported. Keeps the invariants that a door is written once, as plain imports
under TYPE_CHECKING, which type checkers read too, and that a name behind it is what its module defines.
"""

import ast
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def opening(room: str) -> Callable[[str], Any]:
    """The `__getattr__` of a room: what its door imports under TYPE_CHECKING, when it is asked for.

    No name of the door may be the name of a module in the room: once imported, the module would stand in its place.
    """

    def opened(name: str) -> Any:
        home = _homes(room).get(name)
        if home is None:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        found = getattr(import_module(home), name)
        setattr(sys.modules[room], name, found)
        return found

    return opened


@cache
def _homes(room: str) -> dict[str, str]:
    """The module of every name behind the door."""
    spec = find_spec(room)
    assert spec is not None and spec.loader is not None
    source = spec.loader.get_source(room)  # type: ignore[attr-defined]
    guarded = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    imports = [node for one in guarded for node in one.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}
