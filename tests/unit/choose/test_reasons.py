"""Reasons are measured: bridges add up, probabilities count paths, thresholds turn the answer when played again."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import evaluate, explain_group
from tuoguan.choose.policies import THOROUGH
from tuoguan.choose.reasons import best_probability, bridge, interval, is_handed_over, runner_up
from tuoguan.choose.reasons_flips import MARKET, Ask, Duel, asks_of, flips_of, floor_minor
from tuoguan.choose.reasons_moves import (
    PPM,
    move_commission,
    move_cost,
    move_duty,
    move_freight,
    move_minutes,
    move_retail,
    move_returns,
    move_supply,
    move_visibility,
)
from tuoguan.choose.reasons_terms import drivers, ranks, unit, unknowns
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component, run

MOVES = {
    "commission": move_commission, "visibility": move_visibility, "retail price": move_retail,
    "supply price": move_supply, "unit cost": move_cost, "freight": move_freight, "duty": move_duty,
    "minutes per order": move_minutes, "return rate": move_returns,
}  # fmt: skip


@pytest.fixture(scope="module")
def played():
    """One product with all its options, evaluated."""
    work = batch(product("A", unit_cost_minor=400), product("B"))
    known = demand(work, level=3.0)
    return evaluate(groups(work, known), known, paths=60, seed=11, threads=2, effort=THOROUGH), known


def best(evaluated, group=0):
    mean = evaluated.mean()
    return max(evaluated.groups.rows(group), key=lambda row: mean[row])


def test_the_bridge_adds_up_to_the_difference_of_mean_profits(played):
    evaluated, _ = played
    rows = list(evaluated.groups.rows(0))
    for other in (*rows[1:5], -1):
        steps = bridge(evaluated, rows[0], other)
        assert [component for component, _ in steps] == list(Component)
        table = evaluated.outcomes.component
        wanted = table[rows[0]].sum() - (table[other].sum() if other >= 0 else 0)
        assert sum(value for _, value in steps) == wanted
        gain = evaluated.mean()[rows[0]] - (evaluated.mean()[other] if other >= 0 else 0.0)
        assert abs(wanted - gain) <= 2.0


def test_the_probability_of_being_best_counts_paths_and_its_error_is_never_nought(played):
    evaluated, _ = played
    pick = best(evaluated)
    options = evaluated.groups.options
    chance, error = best_probability(evaluated, list(evaluated.groups.rows(0)), pick)
    same = [one.contract.id for one in options[pick].listings]
    rivals = [r for r in evaluated.groups.rows(0) if [one.contract.id for one in options[r].listings] != same]
    most = np.maximum(evaluated.outcomes.profit[rivals].max(axis=0), 0)
    assert chance == np.mean(evaluated.outcomes.profit[pick] >= most)
    wins = round(chance * 60)
    assert error == pytest.approx(stats.beta(1 + wins, 61 - wins).std())


def test_the_runner_up_is_under_other_contracts(played):
    evaluated, _ = played
    pick = best(evaluated)
    other = runner_up(evaluated, list(evaluated.groups.rows(0)), pick)
    own = {one.contract.id for one in evaluated.groups.options[pick].listings}
    assert other == -1 or {one.contract.id for one in evaluated.groups.options[other].listings} != own


def test_interval_is_the_normal_one():
    values = np.random.default_rng(1).normal(3.0, 2.0, 400)
    low, high = interval(values)
    assert (low, high) == pytest.approx(stats.norm.interval(0.9, values.mean(), stats.sem(values)), abs=1e-3)


def test_rank_correlation_is_scipys():
    random = np.random.default_rng(2)
    left, right = random.integers(0, 9, 80).astype(float), random.normal(size=80)
    assert ranks(left) == pytest.approx(stats.rankdata(left) - 1)
    assert unit(ranks(left)) @ unit(ranks(right)) == pytest.approx(stats.spearmanr(left, right).statistic)
    assert unit(np.full(5, 3.0)) == pytest.approx(np.zeros(5))


def test_drawn_unknowns_are_the_simulators(played):
    """The engine's own table of drawn terms, read through its kernel door, holds exactly these values."""
    from tuoguan.simulate import layout

    evaluated, known = played
    option = evaluated.groups.options[0]
    alone = replace(evaluated.scenario, options=(option,), paths=25)
    table = {tuple(row) for row in layout.tables(alone, known).value.T.tolist()}
    found = unknowns(option)
    assert len(found) > 5
    for item in found:
        assert tuple(int(value) for value in item.draws(alone.seed, 25)) in table, (item.name, item.owner)


def test_a_term_that_is_all_the_difference_is_named_first(played):
    evaluated, _ = played
    option = evaluated.groups.options[0]
    reach = next(item for item in unknowns(option) if item.name == "visibility")
    values = reach.draws(evaluated.scenario.seed, 60)
    found = drivers(option, None, values * 2.0 + 1.0, evaluated.scenario.seed)
    assert (found[0].name, found[0].rho) == ("visibility", pytest.approx(1.0))
    low, high = np.quantile(values, (0.1, 0.9), method="nearest")
    assert found[0].swing == pytest.approx(2.0 * (high - low), rel=0.05)


def test_every_threshold_turns_the_answer_when_played_again(played):
    evaluated, known = played
    rows = list(evaluated.groups.rows(0))
    options = evaluated.groups.options
    mean = evaluated.mean()
    pick = max((r for r in rows if not options[r].listings[0].contract.owns(Duty.RETAIL_PRICE)), key=lambda r: mean[r])
    other = max((r for r in rows if options[r].listings[0].contract.owns(Duty.RETAIL_PRICE)), key=lambda r: mean[r])
    duel = Duel(evaluated.scenario, known, options[pick], options[other], 2)
    contract = options[pick].listings[0].contract.id
    found = flips_of(asks_of(duel, 0.05))
    turning = [flip for flip in found if flip.factor_ppm is not None]
    assert {flip.term for flip in found} == set(MOVES) and len(turning) >= 3

    def difference(term: str, at: int) -> float:
        moved = tuple(MOVES[term](option, contract, at) for option in (duel.pick, duel.other))
        profit = run(replace(evaluated.scenario, options=moved), known, threads=2).profit.mean(axis=1)
        return float(profit[0] - profit[1])

    for flip in turning:
        start = 0 if flip.term == "commission" else PPM
        # Counts of returns jump by whole units, so the difference is a staircase: a step is 3 % of the way to it.
        step = (flip.factor_ppm - start) * 3 // 100
        before = difference(flip.term, flip.factor_ppm - step)
        after = difference(flip.term, flip.factor_ppm + step)
        assert (before > 0) != (after > 0), (flip, before, after)
        below = difference(flip.term, flip.factor_ppm - abs(step))
        assert (below < 0) == (flip.loses == "below"), flip


def test_searches_played_together_find_what_each_finds_alone(played):
    evaluated, known = played
    options, mean = evaluated.groups.options, evaluated.mean()
    picks = sorted(evaluated.groups.rows(0), key=lambda row: -mean[row])[:2]
    asks = [
        Ask(Duel(evaluated.scenario, known, options[row], None, 2), "freight", move_freight, MARKET, 1.0, "x today")
        for row in picks
    ] + [
        Ask(Duel(evaluated.scenario, known, options[row], None, 2), "visibility", move_visibility,
            options[row].listings[0].contract.id, 1.0, "x")
        for row in picks
    ]  # fmt: skip
    assert flips_of(asks) == tuple(flips_of([ask])[0] for ask in asks)


def test_the_lowest_supply_price_earns_just_nothing_more_than_not_selling(played):
    evaluated, known = played
    options, mean = evaluated.groups.options, evaluated.mean()
    rows = [r for r in evaluated.groups.rows(0) if len(options[r].listings) == 1]
    pick = max((r for r in rows if not options[r].listings[0].contract.owns(Duty.RETAIL_PRICE)), key=lambda r: mean[r])
    quoted = replace(options[pick].listings[0], supply_price_minor=1_500)
    option = replace(options[pick], listings=(quoted,))
    asked = [
        ask for ask in asks_of(Duel(evaluated.scenario, known, option, None, 2), 0.0) if ask.term == "supply price"
    ]
    price = floor_minor(flips_of(asked)[0])
    assert price is not None

    def profit(minor: int) -> float:
        one = replace(option, listings=(replace(quoted, supply_price_minor=minor),))
        return float(run(replace(evaluated.scenario, options=(one,)), known, threads=2).profit.mean())

    assert profit(price + 2) > 0 > profit(price - 3)


def test_seller_priced_options_have_no_supply_price_to_defend(played):
    evaluated, known = played
    own = next(o for o in evaluated.groups.options if o.listings[0].contract.owns(Duty.RETAIL_PRICE))
    asked = asks_of(Duel(evaluated.scenario, known, own, None, 1), 0.0)
    assert "supply price" not in {ask.term for ask in asked}


def test_an_explanation_is_one_sentence_in_both_languages_about_measured_numbers(played):
    evaluated, known = played
    pick = best(evaluated)
    found = explain_group(evaluated, known, 0, pick, has_capacity=True, threads=2)
    assert found.gain_low <= found.gain <= found.gain_high
    assert found.en.endswith(".") and found.zh.endswith("。") and "USD" in found.en and "USD" in found.zh
    assert ("Undecided" in found.en) == ("尚无定论" in found.zh) == found.undecided
    assert found.rule_of_thumb == "kept"
    assert found.follows_rule == (not is_handed_over(evaluated.groups.options[pick]))


def test_a_pick_that_surely_earns_less_is_explained_by_capacity_and_not_called_undecided(played):
    evaluated, known = played
    worst = min(evaluated.groups.rows(0), key=lambda row: evaluated.mean()[row])
    found = explain_group(evaluated, known, 0, worst)
    assert found.gain_high < 0 and not found.undecided
    assert "shared limits" in found.en and "共用资源" in found.zh


def test_not_selling_is_explained_by_what_the_best_way_would_lose(played):
    evaluated, known = played
    found = explain_group(evaluated, known, 0, -1)
    assert found.pick == -1 and found.en.startswith("Do not sell") and not found.flips


def test_a_row_of_another_group_is_refused(played):
    evaluated, known = played
    with pytest.raises(ValueError, match="not in group"):
        explain_group(evaluated, known, 0, evaluated.groups.rows(1).start)
