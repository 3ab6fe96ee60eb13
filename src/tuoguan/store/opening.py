"""Where a workspace's ledger is: one name for a folder, another for a server.

Hides which driver a name asks for. Keeps the invariant that looking for a ledger never makes one.
"""

from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Store
from tuoguan.store.postgres import open_postgres
from tuoguan.store.sqlite import open_sqlite

FILE = "ledger.db"
"""In a workspace's folder."""


def open_store(place: Path | str, *, make: bool = True) -> Store:
    """The store of a folder (its `FILE`), or of "postgresql://…#workspace".

    Raises Refused when the address names no workspace, or with ``make`` false when there is no ledger.
    """
    if isinstance(place, str):
        url, _, workspace = place.rpartition("#")
        if not url:
            fix = "write it behind the address: postgresql://host/database#client_a"
            raise Refused(
                [Problem("store", "an address without a workspace", "address#workspace", fix, "bad_workspace")]
            )
        return open_postgres(url, workspace)
    file = place / FILE
    if not make and not file.is_file():
        fix = "run `tuoguan accept DIR` after a decision or `tuoguan import DIR FILE`, or name another folder"
        raise Refused([Problem(str(file), "no such file", "a ledger", fix, "no_ledger")])
    if make:
        place.mkdir(parents=True, exist_ok=True)
    return open_sqlite(file)
