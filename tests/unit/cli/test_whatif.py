"""`tuoguan what-if` as a person calls it: after `decide`, in both languages, as JSON, and with bad input."""

import json
import shutil
from pathlib import Path

import pytest

from unit.cli.called import call

BASE = Path(__file__).parents[2] / "bad" / "workspaces" / "_base"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decided workspace."""
    from tuoguan.cli.main import main

    folder = tmp_path_factory.mktemp("what-if") / "w"
    shutil.copytree(BASE, folder)
    assert main(["decide", str(folder), "--paths", "8", "--quiet"]) == 0
    return folder


def test_decide_leaves_the_study_beside_its_six_outputs(workspace: Path) -> None:
    names = ["decision.json", "decision.parquet", "decision.xlsx", "options.parquet", "plan",
             "reasons.parquet", "report.html", "study.npz"]  # fmt: skip
    assert sorted(path.name for path in (workspace / "decision").iterdir()) == names


@pytest.mark.parametrize(("lang", "words"), [("en", "what changing the choice is worth"), ("zh", "改变选择的价值")])
def test_old_and_new_stand_side_by_side(
    workspace: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    asked = ("--set", "minutes=x3", "--set", "freight=x2", "--lang", lang)
    done = call(capsys, "what-if", workspace, *asked)
    assert done.code == 0
    assert words in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    assert call(capsys, "what-if", workspace / "decision", *asked).code == 0


def test_json_holds_the_same_figures(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decided = json.loads((workspace / "decision" / "decision.json").read_text(encoding="utf-8"))
    found = json.loads(call(capsys, "what-if", workspace, "--json", "--cash", "0").out)
    assert found["before"]["expected_profit_minor"] == decided["expected_profit_minor"]
    assert found["study"] == decided["hashes"]
    moved = sum(one["after_minor"] - one["before_minor"] for one in found["moved"])
    gain = found["after"]["expected_profit_minor"] - found["before"]["expected_profit_minor"]
    assert abs(moved - gain) <= len(found["moved"]) + 1
    assert found["after"]["expected_profit_minor"] <= found["before"]["expected_profit_minor"]
    assert found["options"] == {"from_kept_means": 0, "played": 0, "gone": 0}


def test_contracts_of_another_day_are_told_in_both_languages(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    english = call(capsys, "what-if", workspace, "--contracts-on", "2025-06-01", "--quiet")
    chinese = call(capsys, "what-if", workspace, "--contracts-on", "2025-06-01", "--quiet", "--lang", "zh")
    assert english.code == chinese.code == 0
    assert "Terms that differ:" in english.out
    assert "不同的条款：" in chinese.out


def test_a_diff_of_contracts_points_to_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for lang in ("en", "zh"):
        done = call(capsys, "contracts", "diff", "2025-06-01", "2026-11-22", "--lang", lang)
        assert "`tuoguan what-if DIR --contracts-on 2026-11-22`" in done.out.splitlines()[-1]
    assert "what-if" not in call(capsys, "contracts", "diff", "2026-11-22", "2026-11-22").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--cash", "lots"), "bad_amount"), (("--set", "tariff=x2"), "unknown_term"),
        (("--without", "acme"), "unknown_contract"), (("--contracts-on", "soon"), "bad_date"),
        (("--contract", "nothing.toml"), "unreadable"),
    ],
)  # fmt: skip
def test_bad_input_exits_with_2_and_says_what(
    workspace: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    done = call(capsys, "what-if", workspace, "--json", *words)
    assert done.code == 2
    assert [problem["code"] for problem in json.loads(done.out)["problems"]] == [code]


def test_a_workspace_without_a_decision_is_told_to_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    shutil.copytree(BASE, tmp_path / "w")
    done = call(capsys, "what-if", tmp_path / "w")
    assert done.code == 2
    assert "tuoguan decide" in done.err
