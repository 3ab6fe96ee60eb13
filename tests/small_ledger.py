"""Small ledgers to test with: a file, a clock that can be set, and appends that are easy to say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuoguan.operate import Append, Draft, Ledger, Posting, goods
from tuoguan.store import open_sqlite

SUPPLIER, SHELF = "stock:supplier", "stock:at:hangzhou"


@dataclass
class Clock:
    """Seconds as the test sets them."""

    now: int = 1_000

    def __call__(self) -> int:
        return self.now


def ledger_in(folder: Path, clock: Clock | None = None) -> Ledger:
    """A ledger in ``folder``/ledger.db."""
    return Ledger(open_sqlite(folder / "ledger.db"), clock=clock or Clock())


def moved(amount: int, sku: str = "cup", source: str = SUPPLIER, target: str = SHELF) -> tuple[Posting, ...]:
    """``amount`` units from ``source`` to ``target``."""
    return Posting(source, goods(sku), -amount), Posting(target, goods(sku), amount)


def one(stream: str, key: str, *postings: Posting, at: int = 500, **more: Any) -> Append:
    """An append of one entry; ``more`` goes to the draft, or to the append where it has such a field."""
    of_append = {name: more.pop(name) for name in ("expected_version", "state", "actor") if name in more}
    kind = more.pop("kind", "order.open")
    return Append(stream, key, (Draft(kind, at, tuple(postings), **more),), **of_append)


def balances(ledger: Ledger) -> dict[tuple[str, str], int]:
    """Balances other than nought."""
    return {(account, unit): amount for account, unit, amount in ledger.store.all_balances() if amount}
