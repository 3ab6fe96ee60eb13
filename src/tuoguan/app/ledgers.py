"""The ledger of a workspace: one file below its folder, opened with its terms and its engine.

Hides where it lies. Keeps the invariant that every use case works on the same file.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuoguan.operate import Ledger, Work
from tuoguan.store import open_sqlite

LEDGER = "ledger/ledger.sqlite"


@contextmanager
def open_work(workspace: Path) -> Iterator[Work]:
    """The engine over the workspace's ledger, which is made where there is none; the file is let go of at the end."""
    path = workspace / LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    store = open_sqlite(path)
    try:
        yield Work(Ledger(store, clock=lambda: int(time.time())))
    finally:
        store.close()
