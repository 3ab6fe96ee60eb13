"""What-if against the main job done anew: limits, risk, terms and contracts; what is played and what is not."""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tuoguan.app.decide import decide
from tuoguan.app.study_kept import keep_study
from tuoguan.app.whatif import WhatIf, no_worse, what_if
from tuoguan.app.whatif_asked import Asked
from tuoguan.app.whatif_terms import KINDS, Term, read_term
from tuoguan.choose import Capacity, Portfolio, choose
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.problems import Problem, Refused

PATHS = 24


@cache
def workspace(source: Path) -> Path:
    """A copy of a workspace with its decision beside it, made once per process."""
    folder = source.parent / f"{source.name}-decided"
    shutil.copytree(source, folder)
    keep_study(decide(folder, paths=PATHS, threads=2), folder / "decision")
    return folder


def ask(folder: Path, *terms: str, **asked: object) -> WhatIf:
    """The answer of a what-if."""
    return what_if(folder, Asked(terms=terms, **asked), threads=2)  # type: ignore[arg-type]


def test_nothing_changed_is_the_decision(sellers: dict[str, Path]) -> None:
    found = ask(workspace(sellers["team"]))
    assert found.moved == ()
    assert found.new.objective == found.old.objective
    assert not found.again.played.any()
    assert not found.again.shifted.any()


def test_limits_are_chosen_again_as_the_decision_would(sellers: dict[str, Path]) -> None:
    """Less cash: the same as a choice from the same study under the other setting; old and new add up product by
    product.
    """
    found = ask(workspace(sellers["team"]), cash="x0.1", risk_weight=0.6)
    assert float(found.seller.limits.cash) == pytest.approx(0.1 * float(found.kept.seller.limits.cash))
    again = choose(found.kept.study, found.seller, start=found.old, node_limit=0)
    assert again.chosen.tolist() == found.new.chosen.tolist()
    assert found.new.mean < found.old.mean
    assert found.broken
    assert all(name.startswith("cash") for name in found.broken)
    changed = sum(one.after_minor - one.before_minor for one in found.moved)
    assert changed == pytest.approx(found.new.mean - found.old.mean, abs=len(found.moved) + 1)


def test_wider_limits_never_give_less_than_the_old_choice() -> None:
    """An answer that falls short of the old set gives way to it while that fits."""

    def answer(chosen: int, objective: float, used: float, limit: float, bound: float) -> Portfolio:
        capacity = (Capacity("cash week 1", "cash", limit, "USD"),)
        return Portfolio(
            np.array([chosen]), objective, bound, objective, objective, np.zeros(1), np.array([used]), capacity, "m"
        )

    old = answer(3, 10.0, 8.0, 8.0, 11.0)
    wider = no_worse(old, answer(2, 9.0, 5.0, 9.0, 12.0))
    assert (wider.chosen.tolist(), wider.objective, wider.bound, wider.used.tolist()) == ([3], 10.0, 12.0, [8.0])
    assert wider.capacities[0].limit == 9.0
    assert no_worse(old, answer(2, 9.0, 5.0, 7.0, 9.5)).chosen.tolist() == [2]
    assert no_worse(old, answer(2, 10.5, 5.0, 9.0, 12.0)).chosen.tolist() == [2]


def test_hours_and_cash_may_be_named_or_scaled(sellers: dict[str, Path]) -> None:
    found = ask(workspace(sellers["team"]), cash="1234.50", hours="x2")
    assert found.seller.limits.cash == "1234.50"
    assert found.seller.limits.hours_per_week == 2 * found.kept.seller.limits.hours_per_week


def test_contracts_left_out_are_not_chosen(sellers: dict[str, Path]) -> None:
    folder = workspace(sellers["team"])
    used = {found.key.split("/")[0] for found in _chosen(ask(folder))}
    platform = sorted(used)[0]
    without, only = ask(folder, without=(platform,)), ask(folder, only=(platform,))
    assert not any(f"{platform}/" in one.key for one in _chosen(without))
    assert all(part.startswith(f"{platform}/") for one in _chosen(only) for part in one.key.split(" + "))
    assert max(without.new.objective, only.new.objective) <= found_bound(folder)


def found_bound(folder: Path) -> float:
    """What no choice of the decision can be worth more than."""
    return ask(folder).old.bound


class _Picked:
    def __init__(self, key: str) -> None:
        self.key = key


def _chosen(found: WhatIf) -> list[_Picked]:
    return [_Picked(found.study.key[row]) for row in found.new.chosen[found.new.chosen >= 0].tolist()]


# How far the sum of all options' shifts may be from what playing them gives, as a share of what playing gives. Measured
# at 40 paths: 0.5 to 6 %, the most for freight (the platform's logistics are in its component) and supply prices.
LINEAR = {
    "commission:aliexpress=+2%": 0.03, "commission:aliexpress/pop=x1.2": 0.06, "supply_price:aliexpress/full=-5%": 0.1,
    "supply_price:temu/full=+5%": 0.1, "freight=x1.5": 0.1, "freight:air=x0.7": 0.1, "duty=x1.5": 0.05,
    "duty=+5%": 0.05, "minutes=x0.8": 0.03, "unit_cost=x1.1": 0.03,
}  # fmt: skip


@pytest.mark.parametrize("text", LINEAR)
def test_a_shift_of_kept_means_is_what_playing_gives(sellers: dict[str, Path], text: str) -> None:
    folder = workspace(sellers["team"])
    shifted, played = ask(folder, text), ask(folder, text, is_exact=True)
    before = shifted.kept.study.mean()
    guess, truth = shifted.study.mean() - before, played.study.mean() - before
    rows = shifted.again.shifted
    assert rows.any()
    assert not played.again.shifted.any()
    assert np.abs(guess - truth)[rows].sum() <= LINEAR[text] * np.abs(truth[rows]).sum()
    untouched = ~(played.again.played | shifted.again.played | rows)
    assert (shifted.study.profit[untouched] == shifted.kept.study.profit[untouched]).all()
    assert np.array_equal(shifted.study.profit[shifted.again.played], played.study.profit[shifted.again.played])
    assert abs(shifted.kept_minor - played.kept_minor) <= 0.02 * abs(played.kept.portfolio.mean)


def test_the_bridge_still_adds_up_to_the_mean(sellers: dict[str, Path]) -> None:
    for text in ("unit_cost=x1.1", "supply_price:aliexpress/full=-5%", "return_rate=x1.2"):
        study = ask(workspace(sellers["team"]), text).study
        assert np.abs(study.component.sum(axis=1) - study.mean()).max() <= 1.0


def test_minutes_move_hours_by_their_factor(sellers: dict[str, Path]) -> None:
    found = ask(workspace(sellers["team"]), "minutes=x0.5")
    assert found.study.hours == pytest.approx(0.5 * found.kept.study.hours)
    exact = ask(workspace(sellers["team"]), "minutes=x0.5", is_exact=True)
    assert found.study.hours == pytest.approx(exact.study.hours, abs=1e-3)


def test_only_what_a_term_touches_is_played(sellers: dict[str, Path]) -> None:
    """Visibility of one contract: its options alone, and only once, whatever else is asked with it."""
    folder = workspace(sellers["team"])
    told: list[tuple[str, int, int]] = []
    asked = Asked(terms=("visibility:temu=x1.3",), cash="x0.5")
    found = what_if(folder, asked, threads=2, progress=lambda *step: told.append(step))
    holds = np.array(["temu/" in contracts for contracts in found.kept.study.contracts])
    assert found.again.played.tolist() == holds.tolist()
    assert {total for stage, _, total in told if stage == "outcomes"} == {int(holds.sum())}
    same = ~holds
    assert np.array_equal(found.study.profit[same], found.kept.study.profit[same])
    assert (found.study.mean()[holds] != found.kept.study.mean()[holds]).mean() > 0.5


@pytest.mark.parametrize("text", ["visibility:temu=x1", "return_rate=x1", "retail_price:temu/full=+0%"])
def test_an_option_with_the_same_content_is_never_played_again(sellers: dict[str, Path], text: str) -> None:
    found = ask(workspace(sellers["team"]), text, is_exact=True)
    assert not found.again.played.any()
    assert found.moved == ()


def test_contracts_of_the_same_day_play_nothing(sellers: dict[str, Path]) -> None:
    folder = workspace(sellers["team"])
    day = ask(folder).kept.study.start_on
    found = ask(folder, contracts_on=day)
    assert not found.again.played.any()
    assert not found.again.gone.any()
    assert found.again.terms == ()
    assert found.moved == ()


def test_contracts_of_another_day_move_what_their_terms_move(sellers: dict[str, Path]) -> None:
    """A year back: what differs is listed, what was not open is gone, and every other option keeps its bits."""
    found = ask(workspace(sellers["team"]), contracts_on=parse_day("2025-06-01"))
    assert found.again.terms
    assert found.again.gone.any()
    assert found.again.played.any()
    same = ~(found.again.played | found.again.gone)
    assert np.array_equal(found.study.profit[same], found.kept.study.profit[same])
    assert not found.again.gone[found.new.chosen[found.new.chosen >= 0]].any()


OVERLAY = """
schema = 1

[overlay]
overlays = "{contract}"

[[quantity]]
name = "visibility"
value = "3"
evidence = "negotiated"
"""


def test_a_negotiated_file_moves_its_contract_alone(sellers: dict[str, Path], tmp_path: Path) -> None:
    folder = workspace(sellers["team"])
    contract = "temu/full/US"
    file = tmp_path / "mine.toml"
    file.write_text(OVERLAY.format(contract=contract), encoding="utf-8")
    found = ask(folder, contract_file=file)
    holds = np.array([contract in contracts for contracts in found.kept.study.contracts])
    assert [(row.id, row.term) for row in found.again.terms] == [(contract, "quantity visibility")]
    assert found.again.played.any()
    assert not found.again.played[~holds].any()


def test_the_outputs_alone_answer_limits_and_costs_but_nothing_that_must_be_played(sellers: dict[str, Path]) -> None:
    outputs = workspace(sellers["team"]) / "decision"
    assert ask(outputs, "minutes=x0.8", hours="x0.5").again.shifted.any()
    with pytest.raises(Refused, match="must be played again"):
        ask(outputs, "visibility:temu=x1.2")
    found = what_if(outputs, Asked(terms=("visibility:temu=x1.2",)), workspace=workspace(sellers["team"]), threads=2)
    assert found.again.played.any()


def test_another_state_of_the_workspace_is_refused_with_both_hashes(sellers: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "w"
    shutil.copytree(workspace(sellers["team"]), folder)
    then = ask(folder).kept.hashes["inputs"]
    settings = folder / "seller.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n# another word\n", encoding="utf-8")
    with pytest.raises(Refused, match=f"{then}.*decide"):
        ask(folder)


def test_another_program_may_not_play_beside_the_old_one(
    sellers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace(sellers["team"])
    monkeypatch.setattr("tuoguan.app.workspace.code_hash", lambda: "0" * 16)
    assert ask(folder, "minutes=x0.8").again.shifted.any()
    with pytest.raises(Refused, match="code"):
        ask(folder, "visibility:temu=x1.2")


def test_everything_wrong_is_told_at_once(sellers: dict[str, Path]) -> None:
    asked = Asked(
        cash="much", hours="-1", risk_weight=1.5, risk_level=1.0, without=("acme",), only=("temu/nowhere",),
        terms=("fee=x2", "commission=+2%", "freight:road=x2", "duty:US=x2", "visibility:temu=2", "commission:acme=+1%"),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        what_if(workspace(sellers["team"]), asked)
    codes = sorted(problem.code for problem in refused.value.problems)
    assert codes == sorted(
        ["bad_amount", "bad_amount", "bad_share", "bad_share", "unknown_contract", "unknown_contract",
         "unknown_contract", "unknown_term", "no_contract", "bad_term", "bad_term", "bad_change"]
    )  # fmt: skip


def test_a_term_that_no_option_has_is_refused(sellers: dict[str, Path]) -> None:
    """Under a marketplace contract the seller sets the buyer's price, so there is no supply price."""
    with pytest.raises(Refused, match="no option where the platform sets"):
        ask(workspace(sellers["team"]), "supply_price:aliexpress/pop=-5%")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("commission:a/b/US=+2%", Term("commission", "a/b/US", 1_000_000, 20_000)),
        ("commission:a=x1.5", Term("commission", "a", 1_500_000, 0)),
        ("freight:sea=x1.5", Term("freight", "sea", 1_500_000, 0)),
        ("freight=+10%", Term("freight", "", 1_100_000, 0)),
        ("duty=+5%", Term("duty", "", 1_000_000, 50_000)),
        ("duty=-0.5%", Term("duty", "", 1_000_000, -5_000)),
        ("supply_price:a=-5％", Term("supply_price", "a", 950_000, 0)),
        ("minutes=x0", Term("minutes", "", 0, 0)),
    ],
)
def test_terms_are_read_as_written(text: str, term: Term) -> None:
    assert read_term(text) == term


@pytest.mark.parametrize("change", ["", "2", "x", "x-1", "+2", "x1e3", "x101", "+0.00001%", "-101%", "x0.1234567"])
def test_changes_that_cannot_be_meant_are_problems(change: str) -> None:
    found = read_term(f"freight={change}")
    assert isinstance(found, Problem)
    assert found.code == "bad_change"


def test_every_kind_of_term_is_played_or_shifted(sellers: dict[str, Path]) -> None:
    """Each moves the profit of some option the way it should."""
    folder = workspace(sellers["team"])
    sign = {"commission": -1, "freight": -1, "duty": -1, "minutes": -1, "unit_cost": -1, "return_rate": -1,
            "visibility": 1, "supply_price": 1, "delivery_days": -1}  # fmt: skip
    for name, kind in KINDS.items():
        of = ":aliexpress/full" if kind.names == "contract" else ""
        found = ask(folder, f"{name}{of}=x1.2")
        moved = found.study.mean() - found.kept.study.mean()
        assert (moved != 0).any(), name
        if name in sign:
            assert moved.sum() * sign[name] > 0, name


def test_room_is_asked_as_a_multiple_of_what_there_is(sellers: dict[str, Path]) -> None:
    found = ask(workspace(sellers["team"]), space="x0.5")
    limits = [
        {one.name: one.limit for one in portfolio.capacities if one.kind == "volume"}
        for portfolio in (found.old, found.new)
    ]
    assert limits[0] and limits[1] == {name: limit / 2 for name, limit in limits[0].items()}
    for wrong in ("2", "x-1", "half"):
        with pytest.raises(Refused) as refused:
            ask(workspace(sellers["team"]), space=wrong)
        assert refused.value.problems[0].code == "bad_amount"
