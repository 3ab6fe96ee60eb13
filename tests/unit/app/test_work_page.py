"""The decision taken and the page of work, as a person calls them, in both languages, as JSON, and with bad input."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from unit.cli.called import call


@pytest.fixture(scope="module")
def decided(sellers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decided workspace."""
    from tuoguan.cli.main import main

    folder = tmp_path_factory.mktemp("work") / "w"
    shutil.copytree(sellers["solo"], folder)
    assert main(["decide", str(folder), "--paths", "8", "--quiet"]) == 0
    return folder


@pytest.fixture
def workspace(decided: Path, tmp_path: Path) -> Path:
    """A copy whose ledger is still to be made."""
    return Path(shutil.copytree(decided, tmp_path / "w"))


def test_every_listing_store_and_purchase_of_the_decision_becomes_a_document_once(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pl.read_parquet(workspace / "decision" / "decision.parquet").filter(pl.col("decision") == "sell")
    purchases = pl.read_csv(workspace / "decision" / "plan" / "purchases.csv")
    first = json.loads(call(capsys, "accept", workspace, "--json").out)
    listings = rows.filter(pl.col("contract") != pl.col("today")).height
    assert first["opened"].get("listing", 0) == listings > 0
    assert first["opened"].get("restock", 0) == purchases.height > 0
    again = json.loads(call(capsys, "accept", workspace, "--json").out)
    assert again == {"opened": {}, "known": sum(first["opened"].values()), "skipped": 0}


def test_another_decision_takes_the_place_of_earlier_proposals(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = json.loads(call(capsys, "accept", workspace, "--json").out)
    path = workspace / "decision" / "plan" / "purchases.csv"
    pl.read_csv(path).with_columns(pl.col("units") * 2).write_csv(path)
    second = json.loads(call(capsys, "accept", workspace, "--json").out)
    assert second["skipped"] == second["opened"]["restock"] == first["opened"]["restock"]
    counts = json.loads(call(capsys, "work", workspace, "--json").out)["counts"]
    assert {"flow": "restock", "state": "skipped", "documents": second["skipped"]} in counts


@pytest.mark.parametrize(("lang", "words"), [("en", "Order from the supplier"), ("zh", "向供应商下单")])
def test_the_page_of_work_fits_and_speaks_both_languages(
    workspace: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    assert call(capsys, "accept", workspace, "--lang", lang).code == 0
    done = call(capsys, "work", workspace, "--lang", lang)
    assert done.code == 0
    assert words in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_each_desk_sees_its_tasks_and_who_else_is_waited_for(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(capsys, "accept", workspace)
    seller, platform = (
        json.loads(call(capsys, "work", workspace, "--json", "--desk", desk, "--flow", "store", "--limit", "50").out)
        for desk in ("seller", "platform")
    )
    assert {step["kind"] for step in seller["steps"]} == {"watch"}
    assert {step["kind"] for step in platform["steps"]} == {"task"}
    assert [step["stream"] for step in seller["steps"]] == [step["stream"] for step in platform["steps"]]


def test_work_without_a_ledger_and_a_decision_that_is_not_there_are_told(
    tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = call(capsys, "work", tmp_path)
    assert (nothing.code, "tuoguan accept DIR" in nothing.err) == (2, True)
    undecided = call(capsys, "accept", workspace, "--decision", tmp_path)
    assert (undecided.code, "run `tuoguan decide DIR` first" in undecided.err) == (2, True)
    assert call(capsys, "work", workspace, "--at", "yesterday").code == 2


def test_terms_that_changed_since_the_decision_are_refused(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workspace / "decision" / "decision.parquet"
    pl.read_parquet(path).with_columns(contract_hash=pl.lit("0" * 16)).write_parquet(path)
    done = call(capsys, "accept", workspace)
    assert (done.code, "terms that changed since the decision" in done.err) == (2, True)
