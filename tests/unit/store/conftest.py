"""Every test of this folder runs on both stores."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import postgres
from tuoguan.operate import Store
from tuoguan.store import open_postgres, open_sqlite


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same empty workspace each time it is called; closes all at the end."""
    opened: list[Store] = []
    workspace = postgres.new_workspace()

    def open_it() -> Store:
        store: Store
        if request.param == "sqlite":
            store = open_sqlite(tmp_path / "ledger.db")
        else:
            store = open_postgres(postgres.url(), workspace)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    """An empty store."""
    return open_store()
