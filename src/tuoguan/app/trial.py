"""A workspace's twin, thrown away afterwards: what would happen is what did happen to it.

Hides how files are linked and the ledger is copied. Keeps the invariant that nothing done to the twin reaches the
workspace.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tuoguan.app.ledgers import now
from tuoguan.operate import Ledger, Store, Work
from tuoguan.store import copy_ledger, open_sqlite

LEFT_OUT = ("ledger.db*", ".*", "decision", "plan", "out", "output", "backtest")


@contextmanager
def twin_of(workspace: Path) -> Iterator[Path]:
    """A folder with the workspace's files, its ledger excepted; files are links, and written over by renaming only."""
    with tempfile.TemporaryDirectory(prefix="tuoguan-") as name:
        twin = Path(name) / "twin"
        if workspace.is_dir():
            ignored = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(workspace, twin, copy_function=_linked, ignore=ignored, symlinks=True)
        twin.mkdir(exist_ok=True)
        yield twin


@contextmanager
def work_on_twin(twin: Path, store: Store | None) -> Iterator[Work]:
    """An engine over a copy of the ledger (None: over an empty one), beside the twin's files."""
    file = twin / "ledger.db"
    if store is not None:
        copy_ledger(store, file)
    with closing(open_sqlite(file)) as copy:
        yield Work(Ledger(copy, clock=now))


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
