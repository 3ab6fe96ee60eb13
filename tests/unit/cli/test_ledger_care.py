"""The commands that keep a ledger safe, as a person gives them."""

import argparse
import json
from contextlib import closing
from pathlib import Path

import pytest

from ledger_cases import bought, ledger_on, order
from postgres import new_workspace, url
from tuoguan.cli.ledger_care import register, run
from tuoguan.foundation.problems import Refused
from tuoguan.store import open_sqlite


def called(verb: str, *words: str) -> int:
    """The exit code of a command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    register(parser, verb)
    return run(parser.parse_args(list(words)), verb)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with a small ledger."""
    with closing(open_sqlite(tmp_path / "ledger.db")) as store:
        for append in (bought("A", 5), order(1)):
            ledger_on(store).append(append)
    return tmp_path


def test_there_and_back_over_a_server(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, server, back = workspace / "backup.db", f"{url()}#{new_workspace()}", workspace / "back"
    back.mkdir()
    assert called("backup", str(workspace), str(file)) == 0
    assert called("restore", str(file), str(workspace), "--server", server) == 0
    monkeypatch.setenv("TUOGUAN_STORE", server)
    assert called("backup", str(workspace), str(workspace / "second.db"), "--lang", "zh") == 0
    monkeypatch.delenv("TUOGUAN_STORE")
    assert called("restore", str(workspace / "second.db"), str(back)) == 0
    said = capsys.readouterr().out
    assert "backed up 2 entries" in said and "restored 2 entries" in said and "已备份 2 条分录" in said
    ends = [line.split()[4] for line in said.splitlines() if line.startswith("end of the ledger")]
    assert len(set(ends)) == 1 and len(ends) == 3
    assert called("verify", str(back), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"entries": 2, "hash": ends[0], "problems": []}


def test_a_changed_ledger_ends_the_command_with_two(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("verify", str(workspace)) == 0
    with closing(open_sqlite(workspace / "ledger.db")) as store:
        store._writer.execute("UPDATE balance SET amount = 7 WHERE account LIKE 'stock:at%'")
    assert called("verify", str(workspace)) == 2
    said = capsys.readouterr()
    assert "2 entries, 1 problems" in said.out and "stock:at:hangzhou" in said.err
    assert called("verify", str(workspace), "--json") == 2


def test_looking_for_a_ledger_makes_none(tmp_path: Path) -> None:
    for verb, words in (("verify", []), ("backup", [str(tmp_path / "file")])):
        with pytest.raises(Refused, match="no such file"):
            called(verb, str(tmp_path), *words)
    assert list(tmp_path.iterdir()) == []
