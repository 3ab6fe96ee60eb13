"""A row that somebody changed behind the ledger's back is found and named."""

import sqlite3
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from small_ledger import SHELF, ledger_in, moved, one
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Ten entries on three streams, the sixth a sale, the last a close."""
    ledger = ledger_in(tmp_path)
    for n in range(1, 6):
        ledger.append(one("in", f"a{n}", *moved(2), details={"n": n}, state="stocked"))
    ledger.append(one("order/1", "ship", *moved(1, source=SHELF, target="stock:buyer"), state="shipped"))
    ledger.append_all([one("in", f"b{n}", *moved(1)) for n in range(3)])
    ledger.close(100, actor="li")
    assert ledger.verify() == []
    return ledger


def tampered(tmp_path: Path, statement: str) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.db")
    assert connection.execute(statement).rowcount == 1
    connection.commit()
    connection.close()


CHANGES = [
    "details = '{\"n\":9}'",
    "postings = replace(postings, '2', '3')",
    "kind = 'order.pack'",
    "key = 'other'",
    "actor = 'me'",
    "recorded_at = 1",
    "occurred_at = 501",
    "state = 'lost'",
    "contract = 'c'",
    "cause = 1",
    "hash = zeroblob(32)",
    "stream_id = 2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_column_is_named(ledger: Ledger, tmp_path: Path, change: str) -> None:
    tampered(tmp_path, f"UPDATE entry SET {change} WHERE position = 4")
    first = ledger.verify()[0]
    assert (first.at, first.code) == ("ledger, position 4", "tampered")


def test_a_changed_version_is_named(ledger: Ledger, tmp_path: Path) -> None:
    tampered(tmp_path, "UPDATE entry SET version = 7 WHERE position = 4")
    assert {(p.at, p.code) for p in ledger.verify()} == {
        ("ledger, position 4", "tampered"),
        ("ledger, position 4", "wrong_version"),
    }


def test_a_missing_entry_is_named(ledger: Ledger, tmp_path: Path) -> None:
    tampered(tmp_path, "DELETE FROM entry WHERE position = 4")
    assert ("ledger, position 5", "gap") in [(p.at, p.code) for p in ledger.verify()]


def test_a_cut_off_end_is_found(ledger: Ledger, tmp_path: Path) -> None:
    tampered(tmp_path, "DELETE FROM entry WHERE position = 10")
    assert {"cut_off", "wrong_close"} <= {problem.code for problem in ledger.verify()}


def test_a_changed_entry_with_a_hash_made_anew_breaks_the_next_one(ledger: Ledger, tmp_path: Path) -> None:
    entry = ledger.store.stream("in")[3]
    draft = entry.draft
    head = [entry.position, "in", entry.version, draft.kind, entry.key, entry.actor, entry.recorded_at]
    head += [draft.occurred_at, entry.state, draft.contract, draft.cause, draft.reverses]
    postings = msgspec.json.encode(draft.postings)

    def hashed(details: bytes) -> bytes:
        return sha256(entry.previous + msgspec.json.encode(head) + b"\n" + postings + b"\n" + details).digest()

    assert hashed(b'{"n":4}') == entry.hash  # the page on the ledger says how to recompute a hash; this is that recipe
    forged = b'{"n":9}'
    change = f"details = '{forged.decode()}', hash = x'{hashed(forged).hex()}'"
    tampered(tmp_path, f"UPDATE entry SET {change} WHERE position = 4")
    assert [(p.at, p.code) for p in ledger.verify()] == [("ledger, position 5", "tampered")]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (f"UPDATE balance SET amount = amount + 1 WHERE account = '{SHELF}'", "wrong_balance"),
        (f"DELETE FROM balance WHERE account = '{SHELF}'", "wrong_balance"),
        ("INSERT INTO balance VALUES ('money:bank', 'USD', 5)", "wrong_balance"),
        ("UPDATE stream SET version = 1 WHERE name = 'in'", "wrong_stream"),
        ("UPDATE stream SET state = 'lost' WHERE name = 'order/1'", "wrong_stream"),
        ("INSERT INTO stream VALUES (9, 'order/9', 3, 'placed')", "wrong_stream"),
        ("UPDATE head SET closed_until = 0", "wrong_close"),
        ("UPDATE head SET position = 11", "cut_off"),
    ],
)
def test_what_is_kept_beside_the_entries_is_checked_and_can_be_made_again(
    ledger: Ledger, tmp_path: Path, statement: str, code: str
) -> None:
    tampered(tmp_path, statement)
    assert [problem.code for problem in ledger.verify()] == [code]
    assert ledger.rebuild() == 10
    assert [p.found for p in ledger.verify() if "order/9" not in p.found] == []


def test_a_stream_under_another_name_is_found(ledger: Ledger, tmp_path: Path) -> None:
    tampered(tmp_path, "UPDATE stream SET name = 'order/2' WHERE name = 'order/1'")
    assert [(p.at, p.code) for p in ledger.verify()] == [("ledger, position 6", "tampered")]


def test_nothing_is_made_again_from_a_broken_chain(ledger: Ledger, tmp_path: Path) -> None:
    tampered(tmp_path, "UPDATE entry SET details = '{}' WHERE position = 4")
    with pytest.raises(Refused, match="position 4"):
        ledger.rebuild()


def test_rules_broken_by_a_forged_chain_are_found(tmp_path: Path) -> None:
    """Whoever forges the hashes too is still caught by the sums, the floors and the closed periods."""
    ledger = ledger_in(tmp_path)
    ledger.append_all([one("in", "a", *moved(2)), one("in", "b", *moved(2))])
    ledger.close(100, actor="li")
    from tuoguan.operate.ledger_replay import Replay
    from tuoguan.operate.ledger_rows import hash_of, hashed_part

    replay, previous = Replay(), bytes(32)
    with ledger.store.reading() as view:
        rows = list(view.rows())
    forged = [
        rows[0]._replace(postings='[["stock:supplier","sku/cup",3],["stock:at:hangzhou","sku/cup",-3]]'),
        rows[1]._replace(postings='[["stock:supplier","sku/cup",3]]'),
        rows[2],
        rows[1]._replace(position=4, version=3, occurred_at=99, postings="[]"),
    ]
    for row in forged:
        previous = hash_of(previous, row, row.stream, hashed_part(row.postings, row.details))
        replay.take(row._replace(hash=previous))
    assert [problem.code for problem in replay.problems] == ["below_nought", "unbalanced", "period_closed"]
