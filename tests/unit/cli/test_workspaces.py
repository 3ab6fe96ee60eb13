"""Every broken workspace through the doors: refused with words, never with a traceback, never with half an answer."""

import json
from pathlib import Path

import pytest

from bad import build
from tuoguan.app import outputs
from tuoguan.foundation.problems import Refused
from tuoguan.intake import read
from unit.cli.called import call

NAMES = [*build.PLAIN, *sorted(build.BUILT)]


def is_refused(folder: Path) -> bool:
    """True when the workspace cannot be read at all."""
    try:
        read(folder)
    except Refused:
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_workspace_is_told_and_nothing_is_written(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, out = tmp_path / "w", tmp_path / "out"
    code, *words = build.make(name, folder).split(" | ")
    before = sorted(folder.rglob("*"))
    told = call(capsys, "check", folder, "--strict")
    assert any(all(word in line for word in words) for line in told.err.splitlines()), told.err
    shaped = json.loads(call(capsys, "check", folder, "--json").out)
    assert code in {problem["code"] for problem in shaped["problems"]}
    severities = {problem["severity"] for problem in shaped["problems"]}
    assert told.code == (2 if "error" in severities else 1 if "warning" in severities else 0)
    if is_refused(folder):
        assert told.code == 2
        decided = call(capsys, "decide", folder, "--out", out, "--paths", 2)
        assert decided.code == 2
        assert "error: " in decided.err
        assert not decided.out
    assert not out.exists()
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(("name", "refused"), [("no-seller", True), ("seller-syntax", True), ("quantity-zero", False)])
def test_only_what_cannot_be_read_is_refused(name: str, refused: bool, tmp_path: Path) -> None:
    build.make(name, tmp_path / "w")
    assert is_refused(tmp_path / "w") == refused


def test_templates_check_clean_and_export_reads_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder, out = tmp_path / "w", tmp_path / "again"
    build.shutil.copytree(build.BASE, folder)
    assert call(capsys, "check", folder, "--strict").code == 0
    written = json.loads(call(capsys, "export", folder, out, "--json").out)["written"]
    assert written
    assert all(Path(name).is_file() for name in written)
    assert call(capsys, "check", out).code == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_init_writes_once(lang: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, "init", tmp_path / "w", "--lang", lang).code == 0
    files = {path: path.read_bytes() for path in (tmp_path / "w").rglob("*") if path.is_file()}
    assert files
    assert call(capsys, "init", tmp_path / "w", "--lang", lang).code == 2
    assert files == {path: path.read_bytes() for path in (tmp_path / "w").rglob("*") if path.is_file()}


@pytest.mark.parametrize("writer", ["write_workbook", "render_report"])
def test_a_stopped_decision_leaves_no_file(
    writer: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    folder, out = tmp_path / "w", tmp_path / "out"
    build.shutil.copytree(build.BASE, folder)
    monkeypatch.setattr(outputs, writer, stop)
    told = call(capsys, "decide", folder, "--out", out, "--paths", 2, "--quiet")
    assert told.code == 130
    assert told.err.endswith("stopped; no output was written\n")
    # What the search found is kept for the next run, in whole files; nothing else is there.
    assert [path.name for path in out.iterdir()] == [".search"]
    assert all(path.suffix == ".npz" for path in out.rglob("*") if path.is_file())
    monkeypatch.undo()
    assert call(capsys, "decide", folder, "--out", out, "--paths", 2, "--quiet").code == 0
    assert not (out / ".search").exists()
