"""The main job on real baskets: the same bytes on any thread count, limits kept, three sellers advised apart."""

import json
import re
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tuoguan.app.decide import NOT_SOLD, Decision, decide
from tuoguan.app.outputs import decision_json, write_decision
from tuoguan.app.tables import CHOSEN, chosen_table, options_table
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component

FILES = ["decision.json", "decision.parquet", "decision.xlsx", "options.parquet", "reasons.parquet", "report.html"]


@cache
def decided(folder: Path, threads: int = 2, seed: int = 1) -> Decision:
    """The decision of a workspace, made once per process."""
    return decide(folder, seed=seed, paths=40, threads=threads)


def test_six_outputs_are_the_same_bytes_on_one_and_on_two_threads(sellers: dict[str, Path], tmp_path: Path) -> None:
    """Same inputs, same seed, same bytes."""
    for threads in (1, 2):
        write_decision(decide(sellers["team"], paths=16, threads=threads), tmp_path / str(threads))
    assert sorted(path.name for path in (tmp_path / "1").iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_another_seed_plays_other_futures(sellers: dict[str, Path]) -> None:
    """The seed is the address of all luck."""
    one, two = decided(sellers["solo"]), decided(sellers["solo"], seed=2)
    assert (one.evaluated.outcomes.profit[0] != two.evaluated.outcomes.profit[0]).any()


@pytest.mark.parametrize("seller", ["solo", "team", "brand"])
def test_the_choice_is_feasible_and_bounded(sellers: dict[str, Path], seller: str) -> None:
    """No limit is passed, and no feasible set is worth more than the bound."""
    portfolio = decided(sellers[seller]).portfolio
    assert portfolio.objective <= portfolio.bound + 1e-6
    for used, limit in zip(portfolio.used, portfolio.capacities, strict=True):
        assert used <= limit.limit * (1 + 1e-9), limit.name


@pytest.mark.parametrize("seller", ["solo", "team", "brand"])
def test_tables_say_what_was_decided(sellers: dict[str, Path], seller: str) -> None:
    """One row per chosen listing, one for every product that is not to be sold; the bridge adds up to the mean."""
    decision = decided(sellers[seller])
    chosen, options = chosen_table(decision), options_table(decision)
    assert dict(chosen.schema) == CHOSEN
    assert chosen.select("sku", "market").n_unique() == decision.evaluated.groups.count
    assert chosen.filter(pl.col("decision") == "sell").get_column("contract").null_count() == 0
    bridge = options.select(pl.sum_horizontal(f"{part.value}_minor" for part in Component)).to_series()
    assert ((bridge - options.get_column("mean_minor")).abs() <= len(Component)).all()
    assert int(options.get_column("chosen").sum()) == int((decision.portfolio.chosen != NOT_SOLD).sum())


def test_the_answer_as_json_names_what_made_it(sellers: dict[str, Path]) -> None:
    """Objective, bound, gap, shadow prices, seed and the hashes of inputs, contracts and code."""
    answer = json.loads(json.dumps(decision_json(decided(sellers["solo"])), allow_nan=False))
    assert answer["objective_minor"] <= answer["bound_minor"]
    assert set(answer["hashes"]) == {"inputs", "contracts", "code"}
    assert all(row["in"] == row["used"] + row["listed"] for row in answer["rows"])
    assert {limit["kind"] for limit in answer["capacities"]} >= {"cash", "hours"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_asks_no_other_host(sellers: dict[str, Path], tmp_path: Path, language: str) -> None:
    """One self-contained page: nothing in it is loaded, and every chart has a name."""
    write_decision(decided(sellers["team"]), tmp_path, language)  # type: ignore[arg-type]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)""", page)
    assert "@import" not in page and "url(http" not in page
    assert page.count("<svg") == page.count('role="img"') >= 4
    assert ("预期利润" in page) == (language == "zh")


def test_three_sellers_of_one_catalogue_are_advised_apart(sellers: dict[str, Path]) -> None:
    """Little cash and time, stock abroad, or a kept price: each changes the advice, for its own reason."""
    sold = {name: _picked(decided(folder)) for name, folder in sellers.items()}
    assert len(sold["solo"]) < len(sold["team"]), "little cash carries fewer products"
    assert all(one.contract.owns(duty) for one in sold["brand"] for duty in (Duty.RETAIL_PRICE, Duty.LISTING))
    assert any(not one.contract.owns(Duty.RETAIL_PRICE) for one in sold["team"])
    reasons = {item.code for item in decided(sellers["brand"]).evaluated.groups.excluded}
    assert "kept_duty" in reasons
    ways = {name: sorted({one.contract.id for one in listings}) for name, listings in sold.items()}
    assert len({tuple(ids) for ids in ways.values()}) == len(ways), ways


def _picked(decision: Decision) -> list:  # type: ignore[type-arg]
    options = decision.evaluated.groups.options
    return [one for row in decision.portfolio.chosen if row != NOT_SOLD for one in options[int(row)].listings]


def test_nothing_is_written_when_one_output_cannot_be(
    sellers: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All six files, or none."""

    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("tuoguan.app.outputs.write_workbook", broken)
    with pytest.raises(OSError, match="no space"):
        write_decision(decided(sellers["solo"]), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
