"""PostgreSQL goes away: restarted under load, connections cut at every statement, the answer to a commit lost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from ledger_cases import assert_all_holds, assert_recorded, bought, ledger_on, order
from postgres import new_workspace, restart, url
from store_places import until_it_answers
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Ledger, StoreLost
from tuoguan.store import open_postgres


@contextmanager
def new_ledger(units: int = 1_000) -> Iterator[Ledger]:
    """A ledger with goods, in a workspace of its own."""
    with closing(open_postgres(url(), new_workspace())) as store:
        ledger = ledger_on(store)
        ledger.append(bought("A", units))
        yield ledger


def cut_all_connections() -> None:
    """Ends every other connection at the server, in the middle of whatever it does."""
    with psycopg.connect(url(), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


class Cutter:
    """Cuts the connections before or behind the point-th statement or commit of a connection."""

    def __init__(self, point: int, *, behind: bool) -> None:
        self.left = point
        self.behind = behind

    def led_past(self, real: Any) -> Any:
        """The function with the cut in it."""

        def around(*given: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.behind:
                cut_all_connections()
            result = real(*given, **named)
            if self.left == 0 and self.behind:
                cut_all_connections()
            return result

        return around


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
def test_cut_at_every_statement_an_append_is_recorded_once(monkeypatch: pytest.MonkeyPatch, behind: bool) -> None:
    with new_ledger() as ledger:
        for point in range(1, 60):
            with monkeypatch.context() as patch:
                cutter = Cutter(point, behind=behind)
                for owner, name in ((psycopg.Connection, "commit"), (psycopg.Connection, "rollback")):
                    patch.setattr(owner, name, cutter.led_past(getattr(owner, name)))
                # The cutter's own connection executes too: count the ledger's cursors only.
                patch.setattr(psycopg.Cursor, "execute", _only_ours(cutter, psycopg.Cursor.execute))
                recorded = ledger.append(order(point))
            assert [entry.position for entry in ledger.store.stream(order(point).stream)] == [recorded.position]
            if cutter.left > 0:
                break
        else:
            pytest.fail("no append survived")
        assert point > 6
        assert_recorded(ledger, [order(number) for number in range(1, point + 1)])
        assert_all_holds(ledger)


def _only_ours(cutter: Cutter, real: Any) -> Any:
    counted = cutter.led_past(real)

    def execute(cursor: Any, query: Any, *given: Any, **named: Any) -> Any:
        ours = "pg_" not in str(query) and "set_config" not in str(query) or "head" in str(query)
        return (counted if ours else real)(cursor, query, *given, **named)

    return execute


def test_a_lost_answer_to_a_commit_is_found_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with new_ledger() as ledger:
        real = psycopg.Connection.commit

        def commit(connection: Any) -> None:
            real(connection)
            monkeypatch.undo()
            connection.close()
            raise psycopg.OperationalError("the connection was cut")

        monkeypatch.setattr(psycopg.Connection, "commit", commit)
        recorded = ledger.append(order(1))
        assert recorded.again and recorded.position == 2
        assert [entry.position for entry in ledger.store.stream(order(1).stream)] == [2]


def test_outside_the_ledger_a_lost_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with new_ledger() as ledger:
        with pytest.raises(StoreLost), ledger.store.transaction() as transaction:
            cut_all_connections()
            transaction.next_stream()
        with ledger.store.reading() as view:
            assert view.head().position == 1


def test_a_server_restarted_under_load_loses_nothing() -> None:
    with new_ledger(10_000) as ledger, ThreadPoolExecutor(5) as pool:
        stop = threading.Event()
        acknowledged: list[int] = []

        def client(first: int) -> None:
            number = first
            while not stop.is_set():
                until_it_answers(lambda: ledger.append(order(number)))  # noqa: B023
                acknowledged.append(number)
                number += 4

        clients = [pool.submit(client, first) for first in range(4)]
        for mode in ("immediate", "fast"):
            time.sleep(0.3)
            before = len(acknowledged)
            restart(mode)
            while len(acknowledged) < before + 20 and not any(one.done() for one in clients):
                time.sleep(0.02)
        stop.set()
        for one in clients:
            one.result(60)
        assert_recorded(ledger, [order(number) for number in acknowledged])
        assert len(assert_all_holds(ledger)) == len(acknowledged) + 1


def test_a_server_that_never_comes_back_is_told_in_words() -> None:
    with pytest.raises(Refused) as refused:
        open_postgres("postgresql://nobody:secret@127.0.0.1:1/none", "a")
    (problem,) = refused.value.problems
    assert problem.code == "store_unreachable" and "secret" not in str(problem)


def test_a_writer_that_hangs_is_told_to_the_others_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    from tuoguan.store import postgres_link

    monkeypatch.setitem(postgres_link.SETTINGS, "lock_timeout", "200ms")
    with new_ledger() as ledger, psycopg.connect(url()) as hanging:
        workspace = ledger.store._schema  # type: ignore[attr-defined]
        hanging.execute(f"SELECT 1 FROM {workspace}.head FOR UPDATE")
        with closing(open_postgres(url(), workspace.removeprefix("tuoguan_"))) as store:
            with pytest.raises(Refused) as refused:
                ledger_on(store).append(order(1))
            assert refused.value.problems[0].code == "store_busy"
            hanging.rollback()
            assert not ledger_on(store).append(order(1)).again
