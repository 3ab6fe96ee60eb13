"""Rows changed behind the ledger's back, in either store: `verify` finds each and names the place."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger_cases import bought, ledger_on, order, shipped
from postgres import url
from store_places import Place
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Ledger
from tuoguan.store import open_sqlite

CHANGES = {
    "the amount of a posting": ("UPDATE entry SET postings = replace(postings, '1999', '8') WHERE position = 3", "3"),
    "a posting's account": ("UPDATE entry SET postings = replace(postings, 'hangzhou', 'x') WHERE position = 3", "3"),
    "a detail": ("UPDATE entry SET details = replace(details, '1999', '9') WHERE position = 2", "2"),
    "what happened": ("UPDATE entry SET kind = 'order.gift' WHERE position = 3", "3"),
    "when it happened": ("UPDATE entry SET occurred_at = occurred_at + 1 WHERE position = 4", "4"),
    "when it was recorded": ("UPDATE entry SET recorded_at = recorded_at - 1 WHERE position = 4", "4"),
    "who did it": ("UPDATE entry SET actor = 'nobody' WHERE position = 1", "1"),
    "the key": ("UPDATE entry SET key = 'other' WHERE position = 2", "2"),
    "the contract": ("UPDATE entry SET contract = '' WHERE position = 2", "2"),
    "the state": ("UPDATE entry SET state = 'lost' WHERE position = 3", "3"),
    "the cause": ("UPDATE entry SET cause = 1 WHERE position = 3", "3"),
    "a reversal made up": ("UPDATE entry SET reverses = 2 WHERE position = 3", "3"),
    "the version": ("UPDATE entry SET version = 7 WHERE position = 4", "4"),
    "the stream": ("UPDATE entry SET stream_id = 2, version = 9 WHERE position = 3", "3"),
    "the hash": ("UPDATE entry SET hash = (SELECT hash FROM entry WHERE position = 1) WHERE position = 3", "3"),
    "an entry in the middle removed": ("DELETE FROM entry WHERE position = 3", "4"),
    "the first entry removed": ("DELETE FROM entry WHERE position = 1", "2"),
    "the last entry removed": ("DELETE FROM entry WHERE position = 5", "4"),
    "an entry doubled behind the end": (
        "INSERT INTO entry SELECT 6, stream_id, 3, kind, 'more', actor, recorded_at, occurred_at, state, contract,"
        " cause, reverses, postings, details, hash FROM entry WHERE position = 5", "6",
    ),
    "a balance": ("UPDATE balance SET amount = amount + 1 WHERE account = 'stock:at:hangzhou'", "stock:at:hangzhou"),
    "a balance removed": ("DELETE FROM balance WHERE account = 'stock:buyer'", "stock:buyer"),
    "a balance made up": ("INSERT INTO balance VALUES ('money:bank', 'USD', 5)", "money:bank"),
    "a document's state": ("UPDATE stream SET state = 'settled' WHERE name LIKE '%2'", "order/mall/000000002"),
    "a document's version": ("UPDATE stream SET version = 5 WHERE name LIKE '%1'", "order/mall/000000001"),
    "a document's name": ("UPDATE stream SET name = 'order/mall/9' WHERE name LIKE '%2'", "3"),
    "a document removed": ("DELETE FROM stream WHERE name LIKE '%2'", "3"),
    "a document made up": ("INSERT INTO stream VALUES (9, 'order/mall/9', 1, 'placed')", "order/mall/9"),
    "the books opened again": ("UPDATE head SET closed_until = 0", "closed"),
    "the end moved": ("UPDATE head SET position = 4", "5"),
    "the end's hash": ("UPDATE head SET hash = (SELECT hash FROM entry WHERE position = 1)", "5"),
}  # fmt: skip
SWAP = (
    "UPDATE entry SET position = 100 WHERE position = 2",
    "UPDATE entry SET position = 2 WHERE position = 3",
    "UPDATE entry SET position = 3 WHERE position = 100",
)


def change(place: Place, *statements: str) -> None:
    """Does to the rows what no ledger does."""
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path, isolation_level=None)) as file:
            for statement in statements:
                assert file.execute(statement).rowcount != 0, "the change changed nothing"
        return
    with psycopg.connect(url(), autocommit=True) as server:
        server.execute(f"SET search_path = tuoguan_{place.workspace}")
        for statement in statements:
            assert server.execute(statement).rowcount != 0, "the change changed nothing"


def small_ledger(place: Place) -> Ledger:
    """Five entries on three streams."""
    ledger = ledger_on(place.open())
    for append in (bought("A", 5), order(1), order(2), shipped(1)):
        ledger.append(append)
    assert ledger.verify() == []
    return ledger


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_row_is_found_and_named(place: Place, what: str) -> None:
    ledger = small_ledger(place)
    statement, name = CHANGES[what]
    change(place, statement)
    found = [f"{problem.at} | {problem.found}" for problem in ledger.verify()]
    assert found and name in found[0], found
    ledger.store.close()


def test_rows_that_changed_places_are_found(place: Place) -> None:
    ledger = small_ledger(place)
    change(place, *SWAP)
    assert [problem.at for problem in ledger.verify()][0].endswith("2")
    ledger.store.close()


def test_balances_made_again_from_the_entries_are_right(place: Place) -> None:
    ledger = small_ledger(place)
    kept = list(ledger.store.all_balances())
    change(place, CHANGES["a balance"][0], CHANGES["a document's state"][0], CHANGES["a balance made up"][0])
    assert len(ledger.verify()) == 3
    ledger.rebuild()
    assert ledger.verify() == []
    assert [one for one in ledger.store.all_balances() if one[2]] == [one for one in kept if one[2]]
    ledger.store.close()


def test_bytes_overwritten_anywhere_in_the_file_never_change_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_sqlite(path)) as store:
        ledger_on(store).append(bought("A", 500))
        ledger_on(store).append_all([order(number) for number in range(1, 60)])
        entries, balances = list(store.entries()), list(store.all_balances())
    content = path.read_bytes()
    told = 0
    for at in range(0, len(content), 1_013):
        path.write_bytes(content[:at] + bytes(b ^ 0x55 for b in content[at : at + 8]) + content[at + 8 :])
        try:
            with closing(open_sqlite(path)) as store:
                problems = ledger_on(store).verify()
                assert problems or (list(store.entries()), list(store.all_balances())) == (entries, balances), at
                told += bool(problems)
        except Refused as refused:
            assert refused.problems[0].code in ("store_damaged", "ledger_too_new"), at
            told += 1
    assert told > len(content) // 4096
