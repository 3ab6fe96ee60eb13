"""A world of access for every test of a server's own things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from access_world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.delenv("TUOGUAN_KEY", raising=False)
    monkeypatch.delenv("TUOGUAN_STORE", raising=False)
    made = World(tmp_path / "srv")
    yield made
    made.end()
