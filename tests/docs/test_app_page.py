"""docs/rooms/app.md against a decision that is really made: every command, option, column, key, sheet and heading."""

import argparse
import json
import re
import shutil
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tuoguan.app.decide import decide
from tuoguan.app.outputs import write_decision
from tuoguan.app.plan import plan_of, write_plan
from tuoguan.cli.main import parser

WORKSPACE = Path(__file__).parents[1] / "bad" / "workspaces" / "_base"


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    """The page as it stands."""
    return (root / "docs" / "rooms" / "app.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the outputs of a small decision and its plan."""
    folder = tmp_path_factory.mktemp("decision")
    shutil.copytree(WORKSPACE, folder / "w")
    decision = decide(folder / "w", paths=2)
    write_decision(decision, folder)
    write_plan(plan_of(decision), folder)
    return folder


def section(page: str, title: str, level: str = "###") -> str:
    """The text below the heading that begins with the title."""
    found = re.search(rf"^{level} {re.escape(title)}.*?\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {title}"
    return found[0]


def leaves(of: argparse.ArgumentParser, words: str = "tuoguan") -> dict[str, argparse.ArgumentParser]:
    """Every command that does something, by its words."""
    below = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        return {words: of}
    return {k: v for name, inner in below[0].choices.items() for k, v in leaves(inner, f"{words} {name}").items()}


LEAVES = leaves(parser())


@pytest.mark.parametrize("command", LEAVES)
def test_every_argument_of_a_command_is_described(command: str, page: str) -> None:
    text = section(page, f"`{command}")
    for action in LEAVES[command]._actions:
        name = action.option_strings[-1] if action.option_strings else action.dest.upper()
        assert name == "--help" or re.search(rf"(?<![\w-]){name}\b", text), f"{command}: {name}"
        for choice in action.choices or ():
            assert name == "--lang" or str(choice) in text, f"{command}: {name} {choice}"


def test_no_option_is_described_that_is_gone(page: str) -> None:
    known = {word for of in LEAVES.values() for action in of._actions for word in action.option_strings}
    assert set(re.findall(r"--[a-z][a-z-]*", page)) <= known


def columns(text: str) -> list[str]:
    """The names in backticks in the first cells of the section's table, in order."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("name", ["decision.parquet", "options.parquet"])
def test_every_column_is_described_in_its_order(name: str, page: str, written: Path) -> None:
    assert columns(section(page, f"`{name}`")) == list(pl.read_parquet_schema(written / name))


def test_every_key_is_described_in_its_order(page: str, written: Path) -> None:
    answer = json.loads((written / "decision.json").read_text(encoding="utf-8"))
    assert sorted(columns(section(page, "`decision.json`"))) == sorted(answer)


def test_every_sheet_is_described(page: str, written: Path) -> None:
    book = openpyxl.load_workbook(written / "decision.xlsx", read_only=True)
    text = section(page, "`decision.xlsx`")
    assert all(f"`{name}`" in text for name in book.sheetnames)


def test_every_part_of_the_report_is_described(page: str, written: Path) -> None:
    report = (written / "report.html").read_text(encoding="utf-8")
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", report)
    text = section(page, "`report.html`")
    assert len(titles) >= 8
    assert [title for title in titles if title not in text] == []
    assert sorted(titles, key=text.index) == titles


def test_every_column_of_the_plan_is_described_in_its_order(page: str, written: Path) -> None:
    lines = section(page, "What `plan` writes", "##").splitlines()
    for name in ("purchases", "shipments", "quotes", "cash", "hours"):
        cell = next(line.split("|")[2] for line in lines if line.startswith(f"| `{name}.csv`"))
        assert re.findall(r"`(\w+)`", cell) == pl.read_csv(written / f"{name}.csv", n_rows=0).columns
