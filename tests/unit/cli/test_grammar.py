"""Help, exit codes and the one error shape."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuoguan.cli import commands as run
from tuoguan.cli.main import main, parser
from tuoguan.foundation.problems import Problem, Refused
from unit.cli.called import call, commands

COMMANDS = sorted(commands())
HEAVY = ("numba", "polars", "numpy", "msgspec", "highspy", "altair", "jinja2", "fastexcel")
SHAPE = {"at", "found", "expected", "fix", "code", "severity", "row_count"}


def test_the_grammar_has_the_commands_that_were_agreed() -> None:
    top = {words[0] for words in COMMANDS}
    assert top == {
        "init", "sample", "check", "export", "decide", "explain", "plan", "what-if", "backtest", "scale", "contracts",
        "doctor", "accept", "work", "import", "reconcile", "calibrate", "rehearse", "backup", "restore", "verify",
        "serve", "accounts",
    }  # fmt: skip
    assert {words[1] for words in COMMANDS if len(words) == 2} == {
        "list", "show", "compare", "diff", "check", "new", "add", "role", "remove", "reset",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    assert shown.startswith(f"usage: tuoguan {' '.join(words)}")
    assert len(shown.splitlines()) > 4
    assert max(map(len, shown.splitlines())) <= 100


def test_help_loads_nothing_heavy(root: Path) -> None:
    code = (
        "import sys\n"
        "from tuoguan.cli.main import main\n"
        f"for words in {COMMANDS!r}:\n"
        "    try:\n"
        "        main([*words, '--help'])\n"
        "    except SystemExit:\n"
        "        pass\n"
        f"sys.stderr.write(','.join(name for name in {HEAVY!r} if name in sys.modules))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_command_shows_the_help_and_a_wrong_one_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys).out == parser().format_help()
    for words in (["fly"], ["decide"], ["decide", "x", "--paths", "0"], ["contracts", "list", "--lang", "fr"]):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
        assert capsys.readouterr().err.startswith("usage: tuoguan")


WRONG = {
    "no-folder": ("check", "nowhere"),
    "no-workspace": ("decide", "nowhere"),
    "bad-day": ("contracts", "list", "--on", "yesterday"),
    "unknown-contract": ("contracts", "show", "acme/full/US"),
    "unknown-second": ("contracts", "compare", "temu/full/US", "temu/full/USA"),
    "bad-second-day": ("contracts", "diff", "2026-01-01", "2026-13-01"),
    "no-file": ("contracts", "check", "nowhere.toml"),
    "unknown-market": ("contracts", "new", "acme", "full", "XX"),
    "export-of-nothing": ("export", "nowhere", "out"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_input_exits_with_2_and_one_shape(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = call(capsys, *words)
    assert told.code == 2
    first = next(line for line in told.err.splitlines() if line.startswith("error: "))
    assert all(f"{word} " in first for word in ("found", "expected", "fix:"))
    shaped = call(capsys, *words, "--json")
    assert shaped.code == 2
    assert not shaped.err
    problems = json.loads(shaped.out)["problems"]
    assert problems
    assert all(set(problem) == SHAPE for problem in problems)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", ["init", "sample", "export"])
def test_a_folder_that_cannot_be_written_is_a_problem(
    asked: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")

    def refuse(arguments: object) -> int:
        (tmp_path / "file" / "below").mkdir(parents=True)
        return 0

    monkeypatch.setattr(run, asked, refuse)
    words = (asked, "x", "y") if asked == "export" else (asked, "x")
    told = call(capsys, *words, "--json")
    assert told.code == 2
    assert [problem["code"] for problem in json.loads(told.out)["problems"]] == ["unusable_path"]


def test_a_stopped_command_says_so_and_exits_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "doctor", stop)
    told = call(capsys, "doctor")
    assert (told.code, told.out, told.err) == (130, "", "stopped; no output was written\n")


def test_errors_come_before_notes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from tuoguan.foundation.problems import Severity

    def refuse(arguments: object) -> int:
        note = Problem("a", "b", "c", "d", "e", Severity.NOTE)
        raise Refused([note, Problem("f", "g", "h", "i", "j")])

    monkeypatch.setattr(run, "doctor", refuse)
    told = call(capsys, "doctor")
    assert [line.split(":")[0] for line in told.err.splitlines()] == ["error", "note"]
