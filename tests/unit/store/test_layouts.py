"""Ledgers of other releases: older ones are brought up and read, newer ones are left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger_cases import assert_all_holds, bought, ledger_on, order, shipped
from postgres import url
from store_places import Place, new_place
from tuoguan.foundation.problems import Refused
from tuoguan.store import back_up, migrations, open_sqlite, postgres_store, restore, sqlite
from tuoguan.store.schema import Dialect

OLD = Path(__file__).with_name("schema_1.sql")


def test_a_ledger_of_the_first_schema_is_read(tmp_path: Path) -> None:
    """The file is the text of a ledger as the first release wrote it, and is never made anew."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        file.executescript(OLD.read_text(encoding="utf-8"))
    with closing(open_sqlite(tmp_path / "ledger.db")) as store:
        ledger = ledger_on(store)
        entries = assert_all_holds(ledger)
        assert [entry.draft.kind for entry in entries] == [
            "purchase.put_away",
            "order.open",
            "order.ship",
            "order.track",
        ]
        assert entries[-1].hash.hex() == "2f06d1c00e7647b3a3b7ad4e173cc2cdf568a0592eedc4fb8907522179577d6b"
        assert ledger.append(order(1)).again and not ledger.append(order(2)).again
        back_up(store, tmp_path / "backup.db")


def steps(dialect: Dialect) -> list[str]:
    """A step as a later release may bring it: a column with what old rows have in it, and an index."""
    return [
        f"ALTER TABLE stream ADD COLUMN owner {dialect.text} NOT NULL DEFAULT 'seller'",
        "CREATE INDEX stream_owner ON stream (owner, id)",
    ]


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A workspace with a small ledger of today's schema."""
    place = new_place(request.param, tmp_path)
    with closing(place.open()) as store:
        ledger = ledger_on(store)
        for append in (bought("A", 5), order(1), shipped(1)):
            ledger.append(append)
    return place


def later_release(patch: pytest.MonkeyPatch, step: object) -> None:
    """Makes this program one schema younger."""
    patch.setattr(migrations, "STEPS", {1: step})
    for module in (migrations, sqlite, postgres_store):
        patch.setattr(module, "SCHEMA_VERSION", 2)


def owners(place: Place) -> list[tuple[str, str]]:
    """The new column, read past the store."""
    statement = "SELECT name, owner FROM stream ORDER BY id"
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path)) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(url()) as server:
        server.execute(f"SET search_path = tuoguan_{place.workspace}")
        return server.execute(statement).fetchall()


def test_a_step_is_taken_once_and_every_entry_stays(old: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(old.open()) as store:
        before = list(store.entries())
    later_release(monkeypatch, steps)
    for _ in range(2):
        with closing(old.open()) as store:
            assert list(store.entries()) == before
            assert ledger_on(store).verify() == []
    assert owners(old) == [("purchase/A", "seller"), ("order/mall/000000001", "seller")]
    monkeypatch.undo()
    with pytest.raises(Refused) as refused:
        old.open()
    assert refused.value.problems[0].code == "ledger_too_new"


def test_a_step_that_fails_leaves_the_old_ledger(old: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        later_release(patch, lambda dialect: [*steps(dialect), "DELETE FROM no_such_table"])
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            old.open()
    with closing(old.open()) as store:
        assert len(assert_all_holds(ledger_on(store))) == 4
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        owners(old)


def test_a_backup_of_an_older_release_is_restored_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_sqlite(tmp_path / "ledger.db")) as store:
        ledger_on(store).append(bought("A", 5))
        back_up(store, tmp_path / "backup.db")
    content = (tmp_path / "backup.db").read_bytes()
    later_release(monkeypatch, lambda dialect: ["CREATE INDEX entry_kind ON entry (kind, position)"])
    with closing(open_sqlite(tmp_path / "new.db")) as store:
        restore(tmp_path / "backup.db", store)
        assert len(assert_all_holds(ledger_on(store))) == 1
    assert (tmp_path / "backup.db").read_bytes() == content
