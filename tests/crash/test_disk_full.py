"""The disk is full: one clear refusal, nothing half written, and everything works again once there is space."""

import resource
import signal
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger_cases import assert_all_holds, assert_recorded, bought, emptied, ledger_on, order
from postgres import new_workspace, url
from sqlite_calls import Call, watched
from store_places import Child
from tuoguan.foundation.problems import Refused
from tuoguan.store import open_postgres, open_sqlite


def test_every_write_may_be_the_one_without_space(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    emptied(lambda: open_sqlite(path))
    left = [2**30]

    def each(call: Call) -> bool:
        left[0] -= call.what != "sync"
        return left[0] >= 0

    acknowledged = [bought("A", 500)]
    with watched(each), closing(open_sqlite(path)) as store:
        ledger = ledger_on(store)
        ledger.append(acknowledged[0])
        refused = 0
        for number in range(1, 60):
            left[0] = number - 1
            try:
                ledger.append(order(number))
                acknowledged.append(order(number))
            except Refused as full:
                assert [problem.code for problem in full.problems] == ["store_full"]
                assert "nothing was recorded" in str(full) and str(path) in str(full)
                refused += 1
            left[0] = 2**30
            assert len(list(store.entries())) == len(acknowledged)
        assert refused > 5 and len(acknowledged) > 5
        for number in range(1, 60):
            ledger.append(order(number))
        assert_all_holds(ledger)
        assert_recorded(ledger, [order(number) for number in range(1, 60)])


def test_a_limit_of_the_system_is_told_and_lifted(tmp_path: Path) -> None:
    """No file may grow past a limit: the system itself says no in the middle of a commit."""
    path = tmp_path / "ledger.db"
    count = 40

    def work(acknowledge: object) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with closing(open_sqlite(path)) as store:
            ledger = ledger_on(store)
            ledger.append(bought("A", 500))
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
            codes = []
            for number in range(1, count):
                try:
                    ledger.append(order(number))
                except Refused as full:
                    codes += [problem.code for problem in full.problems]
            assert set(codes) == {"store_failed"} and 0 < len(codes) < count - 1
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            for number in range(1, count):
                ledger.append(order(number))

    assert Child(work).end() == 0
    with closing(open_sqlite(path)) as store:
        assert_all_holds(ledger_on(store))
        assert_recorded(ledger_on(store), [order(number) for number in range(1, count)])


@pytest.mark.parametrize("table", ["entry", "balance"])
def test_a_server_without_space_says_so_and_goes_on_later(table: str) -> None:
    """The server raises its own error for a full disk in the middle of a commit, behind rows already written."""
    workspace = new_workspace()
    with closing(open_postgres(url(), workspace)) as store, psycopg.connect(url(), autocommit=True) as owner:
        ledger = ledger_on(store)
        ledger.append(bought("A", 50))
        owner.execute(f"SET search_path = tuoguan_{workspace}")
        owner.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$"
        )
        owner.execute(f"CREATE TRIGGER full_disk AFTER INSERT ON {table} EXECUTE FUNCTION full_disk()")
        with pytest.raises(Refused) as full:
            ledger.append(order(1))
        assert [problem.code for problem in full.value.problems] == ["store_full"]
        with pytest.raises(Refused):
            ledger.append_all([order(2), order(3)])
        owner.execute(f"DROP TRIGGER full_disk ON {table}")
        assert len(list(store.entries())) == 1
        assert [ledger.append(order(number)).again for number in (1, 2, 3)] == [False] * 3
        assert_all_holds(ledger)
