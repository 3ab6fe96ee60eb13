"""Every broken workspace gives its sentence, closes its accounts and never shows a traceback."""

import shutil
from pathlib import Path

import pytest

from bad import build
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import read


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
    assert len(build.PLAIN) + len(build.BUILT) >= 40


def test_the_base_is_sound(tmp_path: Path) -> None:
    folder = shutil.copytree(build.BASE, tmp_path / "w")
    assert {problem.severity.value for problem in read_all(folder)} <= {"note"}


@pytest.mark.parametrize("name", [*build.PLAIN, *sorted(build.BUILT)])
def test_each_is_told(name: str, tmp_path: Path) -> None:
    expectation = build.make(name, tmp_path / "w")
    must_contain(read_all(tmp_path / "w"), expectation)
