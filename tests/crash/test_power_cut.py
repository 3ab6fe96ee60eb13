"""The power is cut before any one thing that SQLite asks of the disk; only what was synced is sure to be there.

What was written since the last sync is there not at all, wholly, or in parts, the last one torn: a disk may do any of
these. Whatever it does, acknowledged appends are there, the rest vanishes whole, and the chain holds.
"""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger_cases import assert_all_holds, assert_recorded, bought, emptied, ledger_on, order, shipped
from sqlite_calls import Call, watched
from tuoguan.operate import Append
from tuoguan.store import open_sqlite

APPENDS: tuple[Append, ...] = (bought("A", 9), *(order(number) for number in range(1, 5)), shipped(1))
PARTS = ("none", "all", "some")


def recorded_run(path: Path, synchronous: str) -> list[Call]:
    """Everything asked of the disk while the appends are made one by one, a checkpoint among them; a mark for each."""
    calls: list[Call] = []
    with watched(lambda call: calls.append(call) is None), closing(open_sqlite(path)) as store:
        ledger = ledger_on(store)
        store._writer.execute(f"PRAGMA synchronous = {synchronous}")
        for number, append in enumerate(APPENDS):
            ledger.append(append)
            calls.append(Call("acknowledged", "", number))
            if number == 3:
                store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        # Closing is part of no promise: a power cut never waits for it.
        ended = len(calls)
    return calls[:ended]


class Disk:
    """Files as they are sure to be, and what was asked since their last sync."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._sure = dict(files)
        self._open: dict[str, list[Call]] = {}

    def take(self, call: Call) -> None:
        """Carries one call."""
        if call.what == "sync":
            self._sure[call.path] = _after(self._sure.get(call.path, b""), self._open.pop(call.path, []))
        elif call.what in ("write", "truncate"):
            self._open.setdefault(call.path, []).append(call)

    def after_the_cut(self, parts: str, luck: random.Random) -> Iterator[tuple[str, bytes]]:
        """Each file as it may be found."""
        for path in self._sure.keys() | self._open.keys():
            calls = {"none": [], "all": self._open.get(path, [])}.get(parts)
            if calls is None:
                calls = [call for call in self._open.get(path, []) if luck.random() < 0.5]
                if calls and (torn := calls.pop()).what == "write":
                    calls.append(Call("write", path, torn.at, torn.data[: luck.randrange(len(torn.data) + 1)]))
            yield path, _after(self._sure.get(path, b""), calls)


def _after(content: bytes, calls: list[Call]) -> bytes:
    changed = bytearray(content)
    for call in calls:
        if call.what == "truncate":
            del changed[call.at :]
        else:
            changed.extend(bytes(max(0, call.at - len(changed))))
            changed[call.at : call.at + len(call.data)] = call.data
    return bytes(changed)


def found_after_each_cut(folder: Path, synchronous: str) -> Iterator[tuple[Path, list[Append]]]:
    """A file as it is found after each possible cut, and what had been acknowledged before."""
    path = folder / "ledger.db"
    emptied(lambda: open_sqlite(path))
    disk = Disk({str(path): path.read_bytes()})
    calls = recorded_run(path, synchronous)
    acknowledged: list[Append] = []
    luck = random.Random(20261123)
    for number, call in enumerate(calls):
        for parts in PARTS:
            found = folder / f"{number}_{parts}"
            found.mkdir()
            for name, content in disk.after_the_cut(parts, luck):
                (found / Path(name).name).write_bytes(content)
            yield found / path.name, list(acknowledged)
        disk.take(call)
        if call.what == "acknowledged":
            acknowledged.append(APPENDS[call.at])


def test_what_was_acknowledged_outlives_the_power(tmp_path: Path) -> None:
    cuts = 0
    for path, acknowledged in found_after_each_cut(tmp_path, "FULL"):
        with closing(open_sqlite(path)) as store:
            ledger = ledger_on(store)
            assert ledger.verify() == []
            assert_recorded(ledger, acknowledged)
            there = sum(1 for _ in store.entries())
            whole = [sum(len(one.entries) for one in APPENDS[:count]) for count in range(len(APPENDS) + 1)]
            assert there in whole, "what vanishes vanishes whole"
            cuts += 1
            if cuts % 20 == 0:
                assert all(not ledger.append(one).again or one in APPENDS for one in APPENDS)
                assert_all_holds(ledger)
    assert cuts > 150


def test_the_search_finds_what_is_lost_without_the_syncs(tmp_path: Path) -> None:
    """The same question of a ledger that does not wait for the disk: the cut must be seen to lose something."""
    lost = 0
    for path, acknowledged in found_after_each_cut(tmp_path, "NORMAL"):
        with closing(sqlite3.connect(path)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        lost += count < len(acknowledged)
    assert lost


@pytest.mark.parametrize("step", [1, 97])
def test_a_log_torn_anywhere_keeps_the_commits_before(tmp_path: Path, step: int) -> None:
    """The write-ahead log cut off at every border of a frame, or every 97 bytes with rubbish behind."""
    path, log = tmp_path / "ledger.db", tmp_path / "ledger.db-wal"
    emptied(lambda: open_sqlite(path))
    ends: list[int] = []
    with closing(open_sqlite(path)) as store:
        ledger = ledger_on(store)
        for append in APPENDS:
            ledger.append(append)
            ends.append(log.stat().st_size)
        content, rows = path.read_bytes(), log.read_bytes()
    cuts = range(32, len(rows) + 1, 4096 + 24) if step == 1 else range(0, len(rows), 97 * 23)
    for cut in cuts:
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "ledger.db").write_bytes(content)
        (folder / "ledger.db-wal").write_bytes(rows[:cut] + (b"" if step == 1 else b"\xa5" * 500))
        with closing(open_sqlite(folder / "ledger.db")) as store:
            ledger = ledger_on(store)
            assert ledger.verify() == []
            kept = sum(end <= cut for end in ends)
            assert store.entries and len(list(store.entries())) == sum(len(one.entries) for one in APPENDS[:kept])
