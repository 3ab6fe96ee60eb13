"""The reasons as a seller sees them: in the tables, in the JSON and on the page, in both languages."""

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tuoguan.app.explain import explain
from tuoguan.app.outputs import decision_json
from tuoguan.app.report_limits import limits_part, series_of, spans
from tuoguan.app.report_reasons import DETAILS_IN_PAGE, details_of, pilots_part, rule_part
from tuoguan.app.report_view import most_at_stake, report_view
from tuoguan.app.tables import alternatives_table, chosen_table, options_table
from tuoguan.choose import Family, choose, family_of
from tuoguan.cli.decision import decision_lines
from tuoguan.foundation.text import width_of

from .test_decide import decided

# Names that stay as they are in Chinese: platforms, programs, currencies, markets, files.
NAMES = r"TikTok Shop|AliExpress|Temu|SHEIN|FBT|POP|Y2|USD|EPR|MOQ|US|UK|EU|decision|reasons|parquet|json|xlsx|PL"


def test_every_alternative_stands_in_the_table_with_its_difference(sellers: dict[str, Path]) -> None:
    """Differences are those of options.parquet; every sold product is compared with not selling."""
    decision = decided(sellers["team"])
    table, options = alternatives_table(decision), options_table(decision)
    mean = {(row["sku"], row["market"], row["option"]): row["mean_minor"] for row in options.iter_rows(named=True)}
    for row in table.iter_rows(named=True):
        pick, other = (mean.get((row["sku"], row["market"], row[side]), 0) for side in ("option", "alternative"))
        assert abs(row["profit_minor"] - (pick - other)) <= 1
        assert not set(row["better"].split("; ")) & set(row["worse"].split("; ")) - {""}
    sold = int((decision.portfolio.chosen >= 0).sum())
    assert table.filter(pl.col("alternative") == "do_not_sell").height == sold


def test_the_rule_of_thumb_differs_by_product_as_it_does_in_all(sellers: dict[str, Path]) -> None:
    """The money of the products adds up to the money of the portfolios."""
    decision = decided(sellers["team"])
    by_product = chosen_table(decision).unique(["sku", "market"]).get_column("rule_gain_minor").sum()
    answer = decision_json(decision)["rule_of_thumb"]
    assert abs(by_product - answer["difference_minor"]) <= decision.evaluated.groups.count
    assert answer["difference_minor"] == pytest.approx(decision.portfolio.mean - decision.rule.mean, abs=1)


def test_one_more_of_a_limit_is_worth_its_shadow_price_in_units_people_buy(sellers: dict[str, Path]) -> None:
    """1,000 of cash is 100,000 cents; a season's limit is worth the sum of its weeks."""
    decision = decided(sellers["solo"])
    portfolio = decision.portfolio
    for one in series_of(decision):
        rows = [at for at, limit in enumerate(portfolio.capacities) if family_of(limit)[0] == one.family]
        scale = {"cash": 100_000, "hours": 1, "volume": 1_000_000}[one.family.kind]
        prices = portfolio.shadow_price[rows] * scale
        assert (one.worth_all, one.worth_most) == (round(prices.sum()), round(prices.max()))
        assert len(one.weeks) == int((prices >= 0.5).sum())
    assert any(one.worth_all > 0 for one in series_of(decision)), "little cash binds"
    assert spans((1, 2, 3, 7, 9, 10)) == "1–3, 7, 9–10"
    shown = limits_part(decision, "en").table
    free = choose(decision.study, decision.opened.batch.seller, lifted=Family("cash", ""))
    assert free.objective > decision.portfolio.objective, "cash costs something"
    cost = next(one.freed for one in series_of(decision) if one.family == Family("cash", ""))
    assert cost == pytest.approx(free.objective - decision.portfolio.objective, rel=0.02)
    assert len(shown.head) == len(shown.rows[0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_every_reason_in_the_readers_language(sellers: dict[str, Path], language: str) -> None:
    """Frontier, worth of limits, pilots, rule of thumb and details; no English word is left in the Chinese ones."""
    decision = decided(sellers["team"])
    chosen, options = chosen_table(decision), options_table(decision)
    view = report_view(decision, chosen, options, language)  # type: ignore[arg-type]
    assert len(view.reasons) >= 3
    assert len(view.details) == min(DETAILS_IN_PAGE, int((decision.portfolio.chosen >= 0).sum()))
    told = [
        *(part.title + part.lead for part in view.reasons),
        *(cell for part in view.reasons for cell in part.table.head),
    ]
    for detail in view.details:
        assert detail.lines and detail.beside and any(grid.rows for grid in detail.grids)
        told += [*detail.lines, *detail.beside, *(cell for grid in detail.grids for row in grid.rows for cell in row)]
        told += [cell for grid in detail.grids for cell in grid.head]
    told += [cell for part in view.reasons for row in part.table.rows for cell in row]
    assert not any("nan" in text.split() or "{" in text or "_" in text for text in told)
    if language == "zh":
        for text in told:
            assert not re.search(r"[A-Za-z]{2,}", re.sub(NAMES, "", text)), text


def test_what_is_left_out_of_the_page_is_counted(sellers: dict[str, Path]) -> None:
    """The parts stay short whatever the catalogue; the order is by money at stake."""
    decision = decided(sellers["team"])
    order = most_at_stake(decision)
    mean = decision.evaluated.mean()[decision.portfolio.chosen[order]]
    assert (np.diff(mean) <= 0).all()
    assert len(details_of(decision, order[:3], "en")) == 3
    assert len(pilots_part(decision, "en").table.rows) <= 15 and len(rule_part(decision, "en").table.rows) <= 12


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_terminal_tells_the_worth_of_limits_and_pilots(sellers: dict[str, Path], language: str) -> None:
    """In lines that fit."""
    lines = decision_lines(decided(sellers["solo"]), language)  # type: ignore[arg-type]
    assert max(map(width_of, lines)) <= 100
    assert any("1,000 USD" in line for line in lines)


def test_pilots_in_json_are_those_of_the_decision(sellers: dict[str, Path]) -> None:
    """Ranked by net worth, with every key as a plain value."""
    decision = decided(sellers["team"])
    answer = json.loads(json.dumps(decision_json(decision), allow_nan=False))
    assert answer["counts"]["pilots"] == len(decision.reasons.pilots) > 0
    nets = [pilot["net_minor"] for pilot in answer["pilots"]]
    assert nets == sorted(nets, reverse=True) and min(nets) > 0


def test_an_explanation_compares_with_every_way_and_answers_the_platform(sellers: dict[str, Path]) -> None:
    """The JSON holds pick, other, error and verdict of every quantity, and sentences in both languages."""
    folder = sellers["team"]
    decision = decided(folder)
    groups, owned = decision.evaluated.groups, decision.reasons.offers.counter
    group = int(np.flatnonzero(np.isfinite(owned))[0]) if np.isfinite(owned).any() else 0
    found = explain(folder, groups.sku[group], groups.market[group], paths=24)
    answer = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert len(answer["beside"]) == len(found.beside.other) > 3
    for one in answer["beside"]:
        assert one["en"].endswith(".") and one["zh"].endswith("。")
        assert one["profit"]["pick"] - one["profit"]["other"] == pytest.approx(
            found.beside.difference()[answer["beside"].index(one), 0]
        )
    terms = {flip["term"] for flip in answer["why"]["flips"]}
    assert {"commission", "duty", "minutes per order", "visibility", "freight", "return rate"} <= terms
    for one in answer["price_review"]:
        assert one["answer"] in ("accept", "counter", "leave") and one["worth_minor"] >= 0
