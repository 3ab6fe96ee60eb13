"""A workspace's ledger, opened: where it lies, its terms and the engine over it.

Hides the store. Keeps the invariant that every use case works on one ledger per workspace, ``DIR/ledger.db``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuoguan.operate import Ledger, Work
from tuoguan.store import open_sqlite

FILE = "ledger.db"


def now() -> int:
    """Seconds since 1970 in UTC: the one clock of the program's daily work."""
    return int(time.time())


@contextmanager
def open_books(folder: Path) -> Iterator[Work]:
    """The engine over the workspace's ledger, made when there is none; closed with the block."""
    store = open_sqlite(folder / FILE)
    try:
        yield Work(Ledger(store, clock=now))
    finally:
        store.close()
