"""A small server for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server over one workspace with goods at its place."""
    made = World(tmp_path)
    made.stock()
    yield made
    made.end()
