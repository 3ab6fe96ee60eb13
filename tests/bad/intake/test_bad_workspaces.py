"""Every broken workspace gives its sentence, closes its accounts and never shows a traceback."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import read

WORKSPACES = Path(__file__).parents[1] / "workspaces"
BASE = WORKSPACES / "_base"
_spec = importlib.util.spec_from_file_location("tests_bad_build", Path(__file__).parents[1] / "build.py")
assert _spec is not None and _spec.loader is not None
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)
PLAIN = sorted(path.name for path in WORKSPACES.iterdir() if (path / ".expect").exists())


def read_all(folder: Path) -> tuple[Problem, ...]:
    """All problems, whichever way they come; accounts are checked on the way."""
    try:
        batch = read(folder)
    except Refused as refused:
        return refused.problems
    for count in batch.counts:
        assert count.rows_in == count.rows_used + count.rows_listed, count
    return batch.problems


def must_contain(problems: tuple[Problem, ...], expectation: str) -> None:
    code, *words = [part.strip() for part in expectation.split(" | ")]
    told = [problem for problem in problems if problem.code == code]
    assert told, f"no {code} among {[problem.code for problem in problems]}"
    assert any(all(word in str(problem) for word in words) for problem in told), [str(problem) for problem in told]
    for problem in told:
        assert problem.at and problem.found and problem.expected and problem.fix


def test_there_are_at_least_forty() -> None:
    assert len(PLAIN) + len(build.BUILT) >= 40


def test_the_base_is_sound(tmp_path: Path) -> None:
    folder = shutil.copytree(BASE, tmp_path / "w")
    assert {problem.severity.value for problem in read_all(folder)} <= {"note"}


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(BASE, tmp_path / "w")
    shutil.copytree(WORKSPACES / name, folder, dirs_exist_ok=True)
    expectation, *rest = (folder / ".expect").read_text(encoding="utf-8").splitlines()
    for line in rest:
        (folder / line.removeprefix("without ")).unlink()
    must_contain(read_all(folder), expectation)


@pytest.mark.parametrize("name", sorted(build.BUILT))
def test_built(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(BASE, tmp_path / "w")
    builder, expectation = build.BUILT[name]
    if name not in ("symlink", "folder-as-file", "picture", "gbk", "latin", "zero-bytes", "absurd-width"):
        (folder / "sales.csv").unlink()
    builder(folder)
    must_contain(read_all(folder), expectation)
