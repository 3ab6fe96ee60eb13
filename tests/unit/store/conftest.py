"""Every test of this folder that asks for a store runs on both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store_places import KINDS, new_place
from tuoguan.operate import Store


@pytest.fixture(params=KINDS)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same empty workspace each time it is called; closes all at the end."""
    opened: list[Store] = []
    place = new_place(request.param, tmp_path)

    def open_it() -> Store:
        opened.append(place.open())
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    """An empty store."""
    return open_store()
