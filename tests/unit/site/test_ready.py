"""What pages read is made beside the server, soon after it started, and only once."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from decided import shop_of
from site_world import copy_of
from tuoguan.app.decision_read import read_decision
from tuoguan.app.ledgers import open_work
from tuoguan.app.money_view import BOOK as MONEY_BOOK
from tuoguan.app.plan_read import read_plan
from tuoguan.app.ready import make_ready
from tuoguan.app.stock_view import BOOK as STOCK_BOOK
from tuoguan.site import Workspaces
from tuoguan.site.ready import Ready

WAIT_SECONDS = 60.0


@pytest.fixture
def shop(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of(shop_of(tmp_path_factory), tmp_path / "shop")


def files_in(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_pages_find_made_what_they_read(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    keep = tmp_path / "keep"
    keep.mkdir()
    made = Ready(keep, Workspaces(shop))
    until = time.monotonic() + WAIT_SECONDS
    while made.is_busy():
        assert time.monotonic() < until
        time.sleep(0.05)
    found = files_in(keep)
    assert found
    read_decision(shop, keep / "decisions")
    read_plan(shop, keep)
    assert files_in(keep) == found  # nothing was left to make
    with open_work(shop, make=False) as work:
        for book in (STOCK_BOOK, MONEY_BOOK, work.queue, work.register):
            assert work.ledger.catch_up(book) == 0
    assert [process.returncode for process in processes] == [0]  # known, so none waits to be asked for it
    made.close()


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    empty, keep = tmp_path / "shop", tmp_path / "keep"
    empty.mkdir()
    keep.mkdir()
    make_ready(empty, keep)
    assert files_in(tmp_path) == {}


def test_closing_ends_it_whether_it_has_begun_or_not(shop: Path, tmp_path: Path) -> None:
    for delay in (0.0, 30.0):
        (tmp_path / "keep").mkdir(exist_ok=True)
        made = Ready(tmp_path / "keep", Workspaces(shop), delay)
        time.sleep(0.2)
        made.close()
        assert not made.is_busy()
