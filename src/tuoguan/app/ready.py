"""What pages read, made before somebody asks: projections of the ledger, and the kept decision's index and plan.

Hides what is slow the first time. Keeps the invariant that nothing is made here that a page would not make itself, so
that only time depends on it.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tuoguan.app.decision_fresh import hashes_now
from tuoguan.app.decision_read import read_decision
from tuoguan.app.ledgers import open_work
from tuoguan.app.money_view import BOOK as MONEY_BOOK
from tuoguan.app.money_view import states
from tuoguan.app.plan_read import read_plan
from tuoguan.app.stock_view import BOOK as STOCK_BOOK
from tuoguan.app.stock_view import layers
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Costing


def make_ready(folder: Path, keep: Path) -> None:
    """Makes what the workspace's pages read; ``keep`` is the server's own folder. What is not there is left out."""
    kept: tuple[Callable[[], object], ...] = (
        lambda: read_decision(folder, keep / "decisions", wait=True), lambda: hashes_now(folder),
        lambda: read_plan(folder, keep, wait=True), lambda: _books(folder),
    )  # fmt: skip
    for make in kept:
        with suppress(Refused):
            make()


def _books(folder: Path) -> None:
    with open_work(folder, make=False) as work:
        work.catch_up()
        for book in (STOCK_BOOK, MONEY_BOOK):
            work.ledger.catch_up(book)
        layers(work, Costing.FIFO)
        states(work)
