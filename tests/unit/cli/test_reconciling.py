"""What a person reads after `reconcile` and `calibrate`, in both languages, and what a machine reads."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile_shop import UNTIL, shop
from tuoguan.cli import reconciling as commands
from tuoguan.foundation.text import width_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("told")
    shop(found, count=30)
    return found


def told(
    register: Callable[[argparse.ArgumentParser], None], run: Callable[[argparse.Namespace], int], *words: str
) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    register(parser)
    assert run(parser.parse_args(words)) == 0


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["missing", "penalty", "assumed"]), ("zh", ["漏付", "罚款", "假定"])]
)
def test_what_differs_is_told_in_a_table(
    folder: Path, lang: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told(commands.register_reconcile, commands.run_reconcile, str(folder), "--until", UNTIL, "--lang", lang)
    text = capsys.readouterr().out
    assert all(word in text for word in words)
    assert max(map(width_of, text.splitlines())) <= 100


def test_a_machine_reads_sums_that_add_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(commands.register_reconcile, commands.run_reconcile, str(folder), "--until", UNTIL, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["appeal"] == {"days": 30, "assumed": True} and answer["profit"] is None
    assert all(
        row["paid_minor"] == row["expected_minor"] + row["difference_minor"] for row in answer["by_verdict"]
    )  # fmt: skip
    assert {row["verdict"] for row in answer["differences"]} == {"missing", "fee", "penalty", "duplicate"}


@pytest.mark.parametrize(("lang", "word"), [("en", "late rate"), ("zh", "迟发率")])
def test_what_was_learned_is_told(folder: Path, lang: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    told(commands.register_calibrate, commands.run_calibrate, str(folder), "--until", UNTIL, "--lang", lang)
    text = capsys.readouterr().out
    assert word in text and max(map(width_of, text.splitlines())) <= 100
