"""Several workspaces in one server, strictly apart; and what is refused when one is opened."""

import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger_cases import Kinds, assert_all_holds, bought, kinds_of, ledger_on, order
from postgres import new_workspace, url
from tuoguan.foundation.problems import Refused
from tuoguan.store import open_postgres, open_store


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    """The code of the one problem."""
    (problem,) = refused.value.problems
    return problem.code


def test_one_workspace_never_sees_another() -> None:
    names = [new_workspace(), new_workspace()]
    with closing(open_postgres(url(), names[0])) as one, closing(open_postgres(url(), names[1])) as other:
        first, second = ledger_on(one), ledger_on(other)
        first.append(bought("A", 5))
        first.catch_up(Kinds())
        assert list(other.entries()) == [] == list(other.all_balances()) == other.stream("purchase/A")
        # The same stream and key are another document elsewhere.
        assert not second.append(bought("A", 3)).again
        second.append(order(1))
        second.catch_up(Kinds())
        assert [row[0] for row in kinds_of(one)] == ["purchase/A"]
        assert len(assert_all_holds(first)) == 1 and len(assert_all_holds(second)) == 2
        with one.transaction(), other.transaction() as transaction:
            assert transaction.head().position == 2, "a writer in one holds up nobody in the other"


def test_a_user_of_one_workspace_may_not_open_another() -> None:
    mine, theirs = new_workspace(), new_workspace()
    for name in (mine, theirs):
        with closing(open_postgres(url(), name)) as store:
            ledger_on(store).append(bought("A", 5))
    user = f"client_{mine}"
    with psycopg.connect(url(), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {user} LOGIN")
        owner.execute(f"GRANT USAGE ON SCHEMA tuoguan_{mine} TO {user}")
        owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tuoguan_{mine} TO {user}")
    address = psycopg.conninfo.make_conninfo(url(), user=user)
    with closing(open_postgres(address, mine)) as store:
        assert ledger_on(store).append(order(1)).position == 2
    for name in (theirs, new_workspace()):
        with pytest.raises(Refused) as refused:
            open_postgres(address, name)
        assert code_of(refused) == "store_forbidden"


@pytest.mark.parametrize(
    "name", ["", "A", "a-b", "1a", "a b", "ä", 'a"; DROP SCHEMA public; --', "a" * 41, "a\n", "a.b"]
)
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        open_postgres(url(), name)
    assert code_of(refused) == "bad_workspace"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://host/database", "bad_workspace"),
        ("postgresql://nobody:secret@127.0.0.1:1/none#a", "store_unreachable"),
        ("no address, secret#a", "store_unreachable"),
        ("postgresql://host:secret/none#a", "store_unreachable"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(address: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        open_store(address)
    assert code_of(refused) == code and "secret" not in str(refused.value)


def test_a_folder_or_an_address_leads_to_its_ledger(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        open_store(tmp_path, make=False)
    assert code_of(refused) == "no_ledger" and list(tmp_path.iterdir()) == []
    workspace = new_workspace()
    for place in (tmp_path, f"{url()}#{workspace}"):
        for times in (1, 2):
            with closing(open_store(place)) as store:
                assert ledger_on(store).append(bought("A", 5)).again is (times == 2)
    assert (tmp_path / "ledger.db").is_file()


def test_a_server_that_loses_what_it_acknowledged_is_refused() -> None:
    with psycopg.connect(url(), autocommit=True) as owner:
        try:
            owner.execute("ALTER SYSTEM SET full_page_writes = off")
            owner.execute("SELECT pg_reload_conf()")
            owner.execute("SELECT pg_sleep(0.3)")
            with pytest.raises(Refused) as refused:
                open_postgres(url(), new_workspace())
            assert code_of(refused) == "store_not_durable"
        finally:
            owner.execute("ALTER SYSTEM RESET full_page_writes")
            owner.execute("SELECT pg_reload_conf()")
            owner.execute("SELECT pg_sleep(0.3)")


def test_a_commit_waits_for_the_disk_whatever_the_user_is_set_to() -> None:
    with psycopg.connect(url(), autocommit=True) as owner:
        owner.execute("CREATE ROLE hasty LOGIN SUPERUSER")
        owner.execute("ALTER ROLE hasty SET synchronous_commit = off")
    address = psycopg.conninfo.make_conninfo(url(), user="hasty")
    with closing(open_postgres(address, new_workspace())) as store, store.transaction() as transaction:
        assert transaction._rows("SHOW synchronous_commit") == [("on",)]  # type: ignore[attr-defined]


def test_without_the_driver_the_fix_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("tuoguan.store.postgres_")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Refused) as refused:
        open_postgres("postgresql://host/database", "a")
    assert code_of(refused) == "no_driver" and "tuoguan[server]" in str(refused.value)
