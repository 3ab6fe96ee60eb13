"""The ledger of a workspace: opened with its terms and its engine.

Hides where it lies: in DIR/ledger.db, or on the server that the environment names (`SERVER`). Keeps the invariant that
every use case works on the same ledger.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuoguan.operate import Ledger, Work
from tuoguan.store import open_store

SERVER = "TUOGUAN_STORE"
"""Environment variable, such as postgresql://host/database#workspace; so no password stands on a command line."""


def now() -> int:
    """Seconds since 1970 in UTC: the one clock of the daily work."""
    return int(time.time())


@contextmanager
def open_work(workspace: Path, *, make: bool = True) -> Iterator[Work]:
    """The engine over the workspace's ledger, made where there is none unless ``make`` is False; closed at the end."""
    store = open_store(os.environ.get(SERVER) or workspace, make=make)
    try:
        yield Work(Ledger(store, clock=now))
    finally:
        store.close()
