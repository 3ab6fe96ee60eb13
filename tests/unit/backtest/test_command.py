"""The command: outputs, resuming, both languages, and every wrong day in a sentence."""

import json

import polars as pl
import pytest

from tuoguan.app import backtest as app
from tuoguan.backtest import Cell, kept
from unit.backtest import shop
from unit.cli.called import call

TWO = (Cell(130, 0, -240, 15, 65), Cell(100, 30, -110, 30, 45))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return shop.write(tmp_path_factory.mktemp("shop"), shop.lines())


@pytest.fixture
def two_cells(monkeypatch):
    """A grid of two cells and one slice, to be done in time."""
    monkeypatch.setitem(app.GRIDS, "small", lambda: TWO)
    monkeypatch.setattr(app, "SENSITIVITY", (None,))


def test_it_writes_a_table_and_a_document_and_goes_on_where_it_was(two_cells, folder, tmp_path, capsys):
    words = ("backtest", folder, "--weeks", 4, "--decide-on", shop.DAY, "--out", tmp_path, "--quiet")
    first = call(capsys, *words)
    assert first.code == 0 and "cells" in first.out
    answer = (tmp_path / "backtest.json").read_bytes()
    told = json.loads(answer)
    assert told["summary"]["cells"] == 2 and len(told["cells"]) == 2 and len(told["picks"]) == 1
    assert set(told["other"][0]["views"]) == {"orders", "not capped", "counters only"}
    frame = pl.read_parquet(tmp_path / "backtest.parquet")
    assert frame["cell"].unique().sort().to_list() == sorted(cell.name for cell in TWO)
    assert {"ours", "all_full", "all_semi", "greedy", "rule_omni", "clairvoyant"} <= set(frame["way"])
    again = call(capsys, *words, "--lang", "zh")
    assert (tmp_path / "backtest.json").read_bytes() == answer
    assert "全托管" in again.out and "fully" not in again.out
    assert all(len(line) <= 100 for line in first.out.splitlines())


def test_what_is_kept_is_read_and_what_is_broken_is_made_again(tmp_path):
    made = []

    def play():
        made.append(1)
        return {"profit": 3}

    assert kept(tmp_path, {"a": 1}, play) == kept(tmp_path, {"a": 1}, play) == {"profit": 3}
    assert len(made) == 1
    assert kept(tmp_path, {"a": 2}, play) and len(made) == 2
    for path in tmp_path.iterdir():
        path.write_bytes(b"{half")
    assert kept(tmp_path, {"a": 1}, play) == {"profit": 3} and len(made) == 3
    assert kept(None, {"a": 1}, play) and len(made) == 4


BAD = [
    ("--decide-on 2024-12-31", "day_outside", "2024-12-31", "from 2025-04-01"),
    ("--decide-on 2025-10-01", "day_outside", "2025-10-01", "days must follow"),
    ("--decide-on 2030-01-01", "day_outside", "2030-01-01", "the history is 2025-01-01"),
    ("--decide-on soon", "bad_day", "soon", "a date such as"),
    ("--weeks 0", "bad_weeks", "0", "1 to 52"),
    ("--weeks -3", "bad_weeks", "-3", "1 to 52"),
    ("--weeks 53", "bad_weeks", "53", "1 to 52"),
    ("--weeks 40", "short_history", "300 days", "at least 398 days"),
]


@pytest.mark.parametrize(("words", "code", "found", "expected"), BAD, ids=[case[0] for case in BAD])
def test_what_the_history_does_not_hold_is_refused_in_a_sentence(
    folder, tmp_path, capsys, words, code, found, expected
):
    told = call(capsys, "backtest", folder, "--out", tmp_path / "out", *words.split())
    assert told.code == 2 and not told.out and not (tmp_path / "out").exists()
    assert "error: backtest" in told.err and found in told.err and expected in told.err and "fix: " in told.err
    shaped = json.loads(call(capsys, "backtest", folder, "--out", tmp_path / "out", "--json", *words.split()).out)
    assert [problem["code"] for problem in shaped["problems"]] == [code]


def test_every_wrong_day_is_told_at_once(folder, tmp_path, capsys):
    told = call(
        capsys, "backtest", folder, "--decide-on", "never", "--decide-on", "2020-01-01", "--out", tmp_path / "out"
    )
    assert told.code == 2 and "never" in told.err and "2020-01-01" in told.err


def test_a_seller_with_nothing_open_is_told(tmp_path, capsys):
    folder = shop.write(tmp_path / "w", shop.lines())
    text = (folder / "seller.toml").read_text()
    (folder / "seller.toml").write_text(text.replace("[limits]", 'contracts = ["nobody/at-all"]\n[limits]', 1))
    told = call(capsys, "backtest", folder, "--weeks", 4, "--out", tmp_path / "out")
    assert told.code == 2 and "no option of either side" in told.err


def test_the_latest_possible_day_is_taken_when_none_is_named(folder):
    truth = app.read(folder)
    assert app._days(truth, (), 6) == (shop.day_number("2025-10-27") + 1 - 42 - 60,)
