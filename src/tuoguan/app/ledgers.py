"""The ledger of a workspace: opened with its terms and its engine.

Hides where it lies: in DIR/ledger.db, or on the server that the environment names (`SERVER`). Keeps the invariant that
every use case works on the same ledger.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Ledger, Work
from tuoguan.store import open_store

SERVER = "TUOGUAN_STORE"
"""Environment variable, such as postgresql://host/database#workspace; so no password stands on a command line.

Without "#" every folder has a workspace of its own on the server, named after the folder.
"""

NAME_LENGTH = 40
HASHED = re.compile(r"_[0-9a-f]{6}$")


def now() -> int:
    """Seconds since 1970 in UTC: the one clock of the daily work."""
    return int(time.time())


def server_of(folder: Path) -> str | None:
    """The address of the folder's ledger on the server that the environment names; None where it names none."""
    address = os.environ.get(SERVER)
    if not address:
        return None
    return address if "#" in address else f"{address}#{schema_name(folder.resolve().name)}"


def schema_name(name: str) -> str:
    """A workspace's name as the server allows it; two names never become one.

    A name that had to be changed ends in a hash of what it was.

    >>> schema_name("client_a"), schema_name("client-a"), schema_name("7")
    ('client_a', 'client_a_e75651', 'w_7_fa49cd')
    """
    found = re.sub(r"[^a-z0-9_]", "_", name.lower())
    found = found if re.match(r"[a-z]", found) else f"w_{found}"
    if found == name and len(found) <= NAME_LENGTH and not HASHED.search(found):
        return found
    return f"{found[: NAME_LENGTH - 7]}_{content_hash(name.encode())[:6]}"


def require_own_ledgers() -> None:
    """Refused when the environment names one ledger for all workspaces of a server of many."""
    address = os.environ.get(SERVER, "")
    if "#" in address:
        found = f"an address that ends in #{address.rpartition('#')[2]}"
        fix = "leave # and what follows out; every workspace then has its own schema, named after its folder"
        raise Refused([Problem(f"${SERVER}", found, "a server for many workspaces", fix, "one_ledger")])


@contextmanager
def open_work(workspace: Path, *, make: bool = True, most_behind: int | None = None) -> Iterator[Work]:
    """The engine over the workspace's ledger, made where there is none unless ``make`` is False; closed at the end.

    most_behind  as of `Ledger`
    """
    store = open_store(server_of(workspace) or workspace, make=make)
    try:
        yield Work(Ledger(store, clock=now, most_behind=most_behind))
    finally:
        store.close()
