"""Where a workspace's ledger lies: in its folder, or in a schema of its own on the server."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import postgres
from tuoguan.app.ledgers import SERVER, open_work, schema_name, server_of
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Draft
from tuoguan.site import Site
from tuoguan.store.postgres import WORKSPACE

NAMES = st.text("abcdef0123456789_-. AB店", min_size=1, max_size=60)


@given(NAMES, NAMES)
def test_names_of_schemas_are_safe_and_never_shared(one: str, other: str) -> None:
    assert WORKSPACE.fullmatch(schema_name(one))
    assert (schema_name(one) == schema_name(other)) == (one == other)


def test_without_a_server_the_ledger_lies_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERVER, raising=False)
    assert server_of(tmp_path) is None
    monkeypatch.setenv(SERVER, "postgresql://host/db#one")
    assert server_of(tmp_path / "two") == "postgresql://host/db#one"
    monkeypatch.setenv(SERVER, "postgresql://host/db")
    assert server_of(tmp_path / "client_b") == "postgresql://host/db#client_b"


def test_workspaces_of_one_server_do_not_see_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER, postgres.url())
    folders = [tmp_path / postgres.new_workspace() / name for name in ("client-a", "client_a")]
    for number, folder in enumerate(folders, 1):
        folder.mkdir(parents=True)
        with open_work(folder) as work:
            for entry in range(number):
                work.ledger.append(Append(f"note/{folder.name}/{entry}", "k", (Draft("note.said", 0),)))
    for number, folder in enumerate(folders, 1):
        with open_work(folder, make=False) as work:
            assert {entry.stream.split("/")[1] for entry in work.ledger.store.entries()} == {folder.name}
            assert len(list(work.ledger.store.entries())) == number
        assert list(folder.iterdir()) == []


def test_one_ledger_for_many_workspaces_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER, "postgresql://host/db#one")
    with pytest.raises(Refused) as caught:
        Site(tmp_path, many=True)
    assert [problem.code for problem in caught.value.problems] == ["one_ledger"]
    assert list(tmp_path.iterdir()) == []
