"""A ledger carried into a file and back, between both stores."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger_cases import Kinds, assert_all_holds, bought, kinds_of, ledger_on, order, shipped
from store_places import KINDS, new_place
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Ledger, Store
from tuoguan.store import back_up, open_sqlite, restore


def filled(store: Store) -> Ledger:
    """A small ledger with everything a backup must carry."""
    ledger = ledger_on(store)
    ledger.append(bought("A", 50))
    ledger.append_all([order(number) for number in range(1, 30)])
    ledger.append(shipped(1))
    ledger.reverse(3, why="a mistake", at=order(2).entries[0].occurred_at, key="back", actor="seller")
    ledger.close(order(1).entries[0].occurred_at, actor="seller")
    ledger.catch_up(Kinds())
    return ledger


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_a_backup_brings_the_same_ledger_back_into_either_store(source: str, target: str, tmp_path: Path) -> None:
    with closing(new_place(source, tmp_path).open()) as store, closing(new_place(target, tmp_path).open()) as again:
        ledger = filled(store)
        with store.reading() as view:
            end = view.head()
        assert back_up(store, tmp_path / "backup.db") == end
        ledger.append(order(99))
        assert restore(tmp_path / "backup.db", again) == end
        restored = ledger_on(again)
        assert list(again.entries()) == list(store.entries(until=end.position))
        assert len(assert_all_holds(restored)) == end.position
        assert restored.append(order(1)).again and not restored.append(order(99)).again
        assert list(again.all_balances()) == list(store.all_balances())
        assert list(again.entries()) == list(store.entries()), "the chain goes on alike"
        restored.catch_up(Kinds())
        ledger.catch_up(Kinds())
        assert kinds_of(again) == kinds_of(store)
    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]


def test_a_ledger_is_never_written_over(store: Store, tmp_path: Path) -> None:
    filled(store)
    back_up(store, tmp_path / "backup.db")
    with pytest.raises(Refused) as refused:
        back_up(store, tmp_path / "backup.db")
    assert refused.value.problems[0].code == "file_exists"
    before = list(store.entries())
    with pytest.raises(Refused) as refused:
        restore(tmp_path / "backup.db", store)
    assert refused.value.problems[0].code == "target_not_empty"
    assert list(store.entries()) == before


def test_a_ledger_that_does_not_hold_is_not_taken(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path / "ledger.db")) as store:
        filled(store)
        back_up(store, tmp_path / "sound.db")
        store._writer.execute("UPDATE entry SET actor = 'nobody' WHERE position = 5")
        with pytest.raises(Refused) as refused:
            back_up(store, tmp_path / "broken.db")
        assert "5" in refused.value.problems[0].at and not (tmp_path / "broken.db").exists()
    with closing(sqlite3.connect(tmp_path / "sound.db")) as file, file:
        file.execute("DELETE FROM entry WHERE position = 7")
    with closing(open_sqlite(tmp_path / "new.db")) as empty:
        with pytest.raises(Refused):
            restore(tmp_path / "sound.db", empty)
        assert list(empty.entries()) == []


@pytest.mark.parametrize("content", [b"", b"no ledger at all" * 500])
def test_a_file_that_is_no_backup_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with closing(open_sqlite(tmp_path / "new.db")) as empty:
        if content:
            with pytest.raises(Refused) as refused:
                restore(tmp_path / "file", empty)
            assert refused.value.problems[0].code == "store_damaged"
        with pytest.raises(Refused) as refused:
            restore(tmp_path / "missing", empty)
        assert refused.value.problems[0].code == "no_ledger"
