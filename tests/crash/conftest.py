"""Faults are tried on both stores."""

from pathlib import Path

import pytest

from store_places import KINDS, Place, new_place


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty workspace."""
    return new_place(request.param, tmp_path)
