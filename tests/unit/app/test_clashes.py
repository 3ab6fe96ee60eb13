"""Limits that cannot be met, names that are nowhere, and switching costs, from seller.toml to the terminal."""

import json
import shutil
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tuoguan.app.decide import Decision, decide
from tuoguan.choose import further, is_handed_over
from tuoguan.cli.main import main
from tuoguan.foundation.problems import Refused
from tuoguan.intake.templates import toml_text
from tuoguan.simulate import Component

PATHS = 8


@pytest.fixture(scope="module")
def two_products(sellers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one-person shop with its first two products."""
    folder = shutil.copytree(sellers["solo"], tmp_path_factory.mktemp("two") / "w")
    products = pl.read_csv(folder / "products.csv", infer_schema=False).head(2)
    products.write_csv(folder / "products.csv")
    sales = pl.read_csv(folder / "sales.csv", infer_schema=False)
    sales.join(products.select("sku"), on="sku", how="semi").write_csv(folder / "sales.csv")
    return folder


@cache
def decided(folder: Path) -> Decision:
    """The decision without any further limit, made once."""
    return decide(folder, paths=PATHS)


def under(folder: Path, to: Path, limits: dict[str, Any] | None = None, **settings: Any) -> Path:
    """A copy of the workspace with other settings."""
    shutil.copytree(folder, to)
    settings = tomllib.loads((to / "seller.toml").read_text()) | settings
    settings["limits"] |= limits or {}
    (to / "seller.toml").write_text(toml_text(settings))
    return to


def test_a_clash_ends_with_one_sentence_per_limit_and_exit_code_2(
    two_products: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three products cannot be sold under a contract by a seller who has two."""
    contract = decided(two_products).evaluated.groups.options[0].listings[0].contract.id
    markets = len(tomllib.loads((two_products / "seller.toml").read_text())["markets"])
    asked = {"products": {contract: {"at_least": 2 * markets + 1}}}
    folder = under(two_products, tmp_path / "w", asked)
    assert main(["decide", str(folder), "--paths", str(PATHS), "--quiet", "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [problem["code"] for problem in problems] == ["limits_clash"]
    assert f"products on {contract}, at least {2 * markets + 1} products" in problems[0]["found"]
    assert "it would have to be" in problems[0]["found"]
    assert not (folder / "decision").exists() or not (folder / "decision" / "decision.json").exists()


def test_names_that_no_contract_has_are_refused(two_products: Path, tmp_path: Path) -> None:
    folder = under(
        two_products, tmp_path / "w", {"profit_share": {"nowhere": "0.5"}, "products": {"no/where": {"at_most": 1}}}
    )
    with pytest.raises(Refused) as refused:
        decide(folder, paths=PATHS)
    assert [(one.at, one.code) for one in refused.value.problems] == [
        ("seller.toml: limits.profit_share", "unknown_contract"), ("seller.toml: limits.products", "unknown_contract"),
    ]  # fmt: skip


def test_switching_is_in_the_money_of_every_option_that_leaves_today(two_products: Path, tmp_path: Path) -> None:
    """Every bridge still adds up, and a contract that cost too much to move to is not moved to."""
    contract = decided(two_products).evaluated.groups.options[0].listings[0].contract.id
    today = {"*": contract.rsplit("/", 1)[0]}
    plain = decide(under(two_products, tmp_path / "a", today=today), paths=PATHS)
    dear = decide(under(two_products, tmp_path / "b", today=today, switching={"*": {"cost": "1000000"}}), paths=PATHS)
    # Policies at prices differ with the prices; the ways they are policies of do not.
    first, other = ~further(plain.evaluated.groups), ~further(dear.evaluated.groups)
    groups, before, after = plain.evaluated.groups, plain.evaluated.outcomes, dear.evaluated.outcomes
    leaves = np.array([
        bool(groups.today[group]) and groups.today[group] not in [one.contract.id for one in option.listings]
        for option, group in zip(groups.options, groups.group_of(), strict=True)
    ])[first]  # fmt: skip
    lost = before.profit[first] - after.profit[other]
    assert leaves.any() and not lost[~leaves].any()
    single = np.array([len(option.listings) == 1 for option in groups.options])[first]
    cost = 1_000_000 * 100
    assert lost[leaves & single].min() == lost[leaves & single].max() == cost
    set_up = list(Component).index(Component.SET_UP)
    moved = before.component[first] - after.component[other]
    assert moved[leaves & single][:, set_up].tolist() == [cost] * int((leaves & single).sum())
    assert np.abs(after.component.sum(axis=1) - after.profit.mean(axis=1)).max() <= len(Component)
    stays = {one.contract.id for row in dear.portfolio.chosen if row >= 0
             for one in dear.evaluated.groups.options[row].listings}  # fmt: skip
    assert stays <= set(dear.evaluated.groups.today)


def test_the_rule_of_thumb_answers_where_it_cannot_meet_a_least_number(two_products: Path, tmp_path: Path) -> None:
    """What the rule may not sell under is asked for once: the decision stands, the rule's is made without."""
    decision = decided(two_products)
    groups, handed = decision.evaluated.groups, decision.rule_is_handed_over
    other = next(one.listings[0].contract.id for one in groups.options if is_handed_over(one) != handed)
    folder = under(two_products, tmp_path / "w", {"products": {other: {"at_least": 1}}})
    again = decide(folder, paths=PATHS)
    contracts = [groups.options[row].listings[0].contract.id for row in again.portfolio.chosen if row >= 0]
    assert other in contracts
    assert all(groups.options[row].listings[0].contract.id != other for row in again.rule.chosen if row >= 0)
