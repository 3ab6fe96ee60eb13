"""Projections are folded once, go on where they stopped, and can be thrown away."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from small_ledger import ledger_in, moved, one
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Entry, Ledger, TableShape, Transaction, ledger_projecting


class Moved:
    """Units ever posted into an account, by account and unit, and the last entry that did."""

    name = "moved"
    shapes: tuple[TableShape, ...] = (
        TableShape(
            "moved",
            {"account": "text", "unit": "text", "units": "int", "position": "int"},
            ("account", "unit"),
            (("unit", "-units", "account"),),
        ),
    )

    def __init__(self, fail_at: int = 0) -> None:
        self.fail_at = fail_at

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        table = transaction.table("moved")
        for entry in entries:
            for account, unit, amount in entry.draft.postings:
                row = table.get([(account, unit)]).get((account, unit), (account, unit, 0, 0))
                table.put([(account, unit, row[2] + max(amount, 0), entry.position)])
            if entry.position == self.fail_at:
                raise RuntimeError("power cut")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(ledger_projecting, "CHUNK", 10)
    ledger = ledger_in(tmp_path)
    skus = "abcde"
    ledger.append_all(
        [one(f"in/{n}", "a", *moved(n + 1, sku=skus[n % 5], target=f"stock:at:{n % 2}")) for n in range(45)]
    )
    return ledger


def rows(ledger: Ledger, **equal: str) -> list[tuple[object, ...]]:
    with ledger.store.reading() as view:
        return view.table("moved").page(equal, ("unit", "-units", "account"), limit=1_000)


def expected() -> list[tuple[object, ...]]:
    into: dict[tuple[str, str], tuple[int, int]] = {}
    for n in range(45):
        unit = f"sku/{'abcde'[n % 5]}"
        for account, amount in (("stock:supplier", 0), (f"stock:at:{n % 2}", n + 1)):
            into[account, unit] = into.get((account, unit), (0, 0))[0] + amount, n + 1
    return sorted(((*place, *value) for place, value in into.items()), key=lambda row: (row[1], -row[2], row[0]))


def test_catching_up_folds_every_entry_once(ledger: Ledger) -> None:
    assert ledger.catch_up(Moved()) == 45
    assert rows(ledger) == expected()
    assert ledger.catch_up(Moved()) == 0
    ledger.append(one("in/1", "b", *moved(1, sku="z")))
    assert ledger.catch_up(Moved()) == 1
    assert rows(ledger, unit="sku/z")[0] == ("stock:at:hangzhou", "sku/z", 1, 46)


def test_an_interrupted_run_goes_on_where_it_stopped(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="power cut"):
        ledger.catch_up(Moved(fail_at=27))
    assert max(row[3] for row in rows(ledger)) == 20  # the chunk that failed left nothing
    assert ledger.catch_up(Moved()) == 25
    assert rows(ledger) == expected()


def test_a_rebuild_gives_the_same_rows(ledger: Ledger) -> None:
    ledger.catch_up(Moved())
    with ledger.store.transaction() as transaction:
        transaction.table("moved").put([("x", "y", 1, 1)])
    assert ledger.rebuild(Moved()) == 45
    assert rows(ledger) == expected()


def test_a_rebuild_refuses_a_balance_that_replay_does_not_give(ledger: Ledger) -> None:
    with ledger.store.transaction() as transaction:
        transaction.connection.execute("UPDATE balance SET amount = 0 WHERE unit = 'sku/c'")  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="sku/c"):
        ledger.rebuild(Moved())


def test_a_table_of_another_shape_is_made_again(ledger: Ledger) -> None:
    class Shorter(Moved):
        shapes = (TableShape("moved", {"unit": "text", "units": "int"}, ("unit",)),)

        def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
            units = [(p.unit, p.amount) for entry in entries for p in entry.draft.postings if p.amount > 0]
            table = transaction.table("moved")
            for unit, amount in units:
                table.put([(unit, table.get([(unit,)]).get((unit,), (unit, 0))[1] + amount)])

    ledger.catch_up(Moved())
    assert ledger.catch_up(Shorter()) == 45
    with ledger.store.reading() as view:
        assert view.table("moved").page({}, ("unit",), limit=9)[0] == ("sku/a", sum(range(1, 46, 5)))


def test_pages_are_read_without_a_row_twice_or_left_out(ledger: Ledger) -> None:
    ledger.catch_up(Moved())
    for order in (("unit", "-units", "account"), ("-units", "account", "unit"), ("-account", "unit")):
        with ledger.store.reading() as view:
            table = view.table("moved")
            read, after = [], None
            while page := table.page({}, order, after, limit=4):
                read += page
                named = dict(zip(("account", "unit", "units", "position"), page[-1], strict=True))
                after = tuple(named[column.lstrip("-")] for column in order)
            assert read == table.page({}, order, limit=1_000)
            assert sorted(read) == sorted(expected())


def test_rows_are_counted_by_column(ledger: Ledger) -> None:
    ledger.catch_up(Moved())
    with ledger.store.reading() as view:
        table = view.table("moved")
        assert table.count({}) == {(): 15}
        assert table.count({"unit": "sku/a"}, ("account",)) == {
            ("stock:supplier",): 1, ("stock:at:0",): 1, ("stock:at:1",): 1,
        }  # fmt: skip
        assert table.count({"unit": "none"}, ("account",)) == {}
    with ledger.store.transaction() as transaction:
        transaction.table("moved").drop([("stock:supplier", "sku/a"), ("nobody", "sku/a")])
        assert transaction.table("moved").count({}) == {(): 14}


def test_a_reader_sees_one_moment(ledger: Ledger) -> None:
    with ledger.store.reading() as view:
        before = view.head()
        ledger.append(one("later", "a", *moved(1)))
        assert view.head() == before
        assert len(list(view.rows())) == 45
    entries = ledger.store.entries(after=40, kinds=("order.open",))
    next(entries)
    ledger.append(one("later", "b", *moved(1)))
    assert [entry.position for entry in entries] == [42, 43, 44, 45, 46]
