"""What tests of the ledger share: appends of a small shop, a projection, and the question whether everything holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

from tuoguan.operate import (
    Append,
    Draft,
    Entry,
    Ledger,
    MoneyAccount,
    Posting,
    StockAccount,
    Store,
    TableShape,
    Transaction,
    goods,
    money,
    stock,
)

AT = stock(StockAccount.AT, "hangzhou")
RESERVED = stock(StockAccount.RESERVED, "hangzhou")
SUPPLIER = stock(StockAccount.SUPPLIER)
BUYER = stock(StockAccount.BUYER)
EXPECTED = money(MoneyAccount.EXPECTED, "mall/semi/US")
INCOME = money(MoneyAccount.INCOME, "mall/semi/US", "revenue")
OPENED_AT = 1_770_000_000

Open = Callable[[], Store]


def ledger_on(store: Store, at: int = OPENED_AT) -> Ledger:
    """A ledger whose clock stands still."""
    return Ledger(store, clock=lambda: at)


def bought(sku: str, units: int, key: str = "put_away") -> Append:
    """Goods that come in."""
    unit = goods(sku)
    draft = Draft("purchase.put_away", OPENED_AT, (Posting(SUPPLIER, unit, -units), Posting(AT, unit, units)))
    return Append(f"purchase/{sku}", key, (draft,), state="stocked", actor="seller")


def order(number: int, sku: str = "A", units: int = 1, price_minor: int = 1999) -> Append:
    """An order that reserves goods and expects money: four postings, two lines."""
    unit = goods(sku)
    total_minor = units * price_minor
    postings = (
        Posting(AT, unit, -units), Posting(RESERVED, unit, units),
        Posting(EXPECTED, "USD", total_minor), Posting(INCOME, "USD", -total_minor),
    )  # fmt: skip
    lines = [{"sku": sku, "quantity": units, "price": price_minor}, {"sku": sku, "quantity": 0, "price": 0}]
    draft = Draft("order.open", OPENED_AT + number, postings, {"lines": lines, "note": "急 %s \\ é"}, contract="c" * 64)
    return Append(f"order/mall/{number:09}", "open", (draft,), expected_version=0, state="placed", actor="import")


def shipped(number: int, sku: str = "A", units: int = 1) -> Append:
    """The goods of an order on their way, in two entries that stand or fall together."""
    unit = goods(sku)
    ship = Draft("order.ship", OPENED_AT + number + 10, (Posting(RESERVED, unit, -units), Posting(BUYER, unit, units)))
    track = Draft("order.track", OPENED_AT + number + 11, details={"tracking": f"T{number}"})
    return Append(f"order/mall/{number:09}", "ship", (ship, track), state="shipped", actor="seller")


class Kinds:
    """A projection: how often each kind of entry happened on each stream, and the last position of it."""

    name = "kinds"
    shapes = (
        TableShape("kinds", {"stream": "text", "kind": "text", "times": "int", "last": "int"}, ("stream", "kind")),
    )

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Counts on from what the table says."""
        table = transaction.table("kinds")
        keys = list(dict.fromkeys((entry.stream, entry.draft.kind) for entry in entries))
        rows = table.get(keys)
        for entry in entries:
            key = (entry.stream, entry.draft.kind)
            rows[key] = (*key, rows.get(key, (*key, 0, 0))[2] + 1, entry.position)
        table.put(rows.values())


def kinds_of(store: Store) -> list[tuple[Any, ...]]:
    """The projection's rows, all of them."""
    with store.reading() as view:
        return view.table("kinds").page({}, ("stream", "kind"), limit=1_000_000)


def assert_all_holds(ledger: Ledger) -> list[Entry]:
    """Asserts every invariant by the ledger and once more by plain counting; returns all entries."""
    assert ledger.verify() == []
    entries = list(ledger.store.entries())
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    totals: Counter[tuple[str, str]] = Counter()
    keys: dict[tuple[str, str], set[int]] = {}
    for entry in entries:
        for posting in entry.draft.postings:
            totals[posting.account, posting.unit] += posting.amount
        keys.setdefault((entry.stream, entry.key), set()).add(entry.position)
    kept = {(account, unit): amount for account, unit, amount in ledger.store.all_balances()}
    assert kept == {place: totals[place] for place in kept} and {p for p in totals if totals[p]} <= set(kept)
    assert all(amount >= 0 for (account, _), amount in kept.items() if account.startswith(("stock:at", "stock:reser")))
    # A key is one append: its entries stand together, and nothing else came between.
    assert all(max(found) - min(found) + 1 == len(found) for found in keys.values())
    ledger.catch_up(Kinds())
    folded = kinds_of(ledger.store)
    counted = Counter((entry.stream, entry.draft.kind) for entry in entries)
    assert {(row[0], row[1]): row[2] for row in folded} == counted
    assert ledger.rebuild(Kinds()) == len(entries) and kinds_of(ledger.store) == folded
    assert ledger.rebuild() == len(entries)
    return entries


def assert_recorded(ledger: Ledger, acknowledged: Iterable[Append]) -> None:
    """Asserts that each acknowledged append is there once, with all its entries."""
    found = Counter((entry.stream, entry.key) for entry in ledger.store.entries())
    for append in acknowledged:
        assert found[append.stream, append.key] == len(append.entries), append


def emptied(open_store: Open) -> None:
    """Opens and closes a store, so that its tables are there."""
    with closing(open_store()):
        pass
