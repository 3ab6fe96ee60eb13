"""Stock policies start at the newsvendor's level and the search finds what brute force finds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from choose_workspace import batch, demand, groups, product
from tuoguan.choose.options_terms import NOUGHT, fixed
from tuoguan.choose.policies import (
    FRUGAL,
    QUICK,
    THOROUGH,
    Effort,
    _grid,
    effort_for,
    evaluate,
    kept,
    levels_of,
    scenario_of,
    search_seed,
    with_levels,
)
from tuoguan.choose.policies_start import critical_ratio, quantile, start_levels
from tuoguan.simulate import PolicyKind, run

SMALL = Effort((0.35, 0.6, 0.8, 1.0, 1.3, 1.7, 2.4), (16, 64), 0, 0, 1)


def test_critical_ratio_is_snyder_and_shens_newspaper():
    assert critical_ratio(0.12, 0.18) == pytest.approx(0.4)
    assert critical_ratio(-1.0, 0.2) == 0.0 and critical_ratio(1.0, 0.0) == pytest.approx(1.0)


def test_poisson_quantile_is_snyder_and_shens_discrete_newsvendor():
    """Example 4.7: demand Poisson(20), h = 1, p = 4: S* = 24."""
    share = critical_ratio(4.0, 1.0)
    assert quantile(np.array([20.0]), np.array([20.0]), np.array([share])).tolist() == [24]


@pytest.mark.parametrize("mean", [0.3, 2.0, 25.0, 180.0])
@pytest.mark.parametrize("ratio", [1.0, 1.6, 7.0])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.995])
def test_quantiles_are_scipys(mean, ratio, share):
    found = quantile(np.array([mean]), np.array([mean * ratio]), np.array([share]))[0]
    if ratio == 1.0:
        assert found == stats.poisson.ppf(share, mean)
    else:
        assert found == stats.nbinom.ppf(share, mean / (ratio - 1.0), 1.0 / ratio)


def test_quantiles_of_large_means_stay_within_half_a_percent_of_scipys():
    found = quantile(np.full(3, 5_000.0), np.full(3, 50_000.0), np.array([0.2, 0.7, 0.97]))
    wanted = stats.nbinom.ppf([0.2, 0.7, 0.97], 5_000 / 9.0, 0.1)
    assert np.abs(found / wanted - 1.0).max() < 0.005


def test_without_lead_time_the_start_is_the_newsvendors_quantile_over_one_review():
    work = batch(product("A"))
    known = demand(work, level=4.0)
    found = groups(work, known)
    option = next(o for o in found.options if o.places[0].owner_is_seller)
    place = option.places[0]
    lane = replace(place.lane, lead_days=fixed(0))
    plain = replace(option, supplier_lead_days=fixed(0), places=(replace(place, lane=lane),))
    [[start]] = start_levels((plain,), known, found.horizon_days, 0)
    cheaper = replace(plain, unit_cost=NOUGHT)
    [[more]] = start_levels((cheaper,), known, found.horizon_days, 0)
    assert 0 < start <= more


def test_effort_falls_as_the_catalogue_grows():
    assert effort_for(10) is THOROUGH and effort_for(100_000) is FRUGAL


def test_search_finds_the_brute_force_optimum_on_its_own_luck():
    work = batch(product("A"), contracts=("aliexpress/overseas", "temu/full"))
    known = demand(work, level=1.5)
    found = groups(work, known)
    chosen = evaluate(found, known, paths=32, seed=5, threads=2, effort=SMALL)
    scenario = replace(scenario_of(found, 64, search_seed(5)))
    for option in chosen.groups.options:
        if len(option.places) > 1:
            continue
        tried = range(1, 3 * max(levels_of(option)[0], 10))
        rows = tuple(with_levels(option, (level,)) for level in tried)
        profit = run(replace(scenario, options=rows), known, threads=2).profit.mean(axis=1)
        own = run(replace(scenario, options=(option,)), known, threads=2).profit.mean()
        spread = profit.max() - min(0.0, profit.min())
        assert own >= profit.max() - 0.05 * spread, (option.key, levels_of(option), int(profit.argmax()) + 1)


def test_reported_luck_is_not_the_searched_luck_and_rows_replay():
    work = batch(product("A"))
    known = demand(work)
    found = evaluate(groups(work, known), known, paths=20, seed=3, threads=1, effort=QUICK)
    assert found.scenario.seed == 3 != search_seed(3)
    again = run(found.scenario, known, threads=2)
    assert np.array_equal(again.profit, found.outcomes.profit)


def test_one_and_two_threads_give_the_same_policies_and_money():
    work = batch(product("A"), product("B", weight_g=900))
    known = demand(work)
    one = evaluate(groups(work, known), known, paths=16, seed=3, threads=1, effort=QUICK)
    two = evaluate(groups(work, known), known, paths=16, seed=3, threads=2, effort=QUICK)
    assert [levels_of(o) for o in one.groups.options] == [levels_of(o) for o in two.groups.options]
    assert np.array_equal(one.outcomes.profit, two.outcomes.profit)


def test_just_in_time_is_tried_only_where_it_is_allowed_and_nought_only_with_goods_on_hand():
    work = batch(product("A"), stock=[("A", "NJ", None, 9)])
    known = demand(work)
    found = groups(work, known)
    allowed = [option.places[0].policy.kind is PolicyKind.JIT for option in found.options]
    tried: dict[int, set[int]] = {}
    for row, option in _grid(found, known, THOROUGH):
        tried.setdefault(row, set()).add(levels_of(option)[0])
    assert any(allowed) and not all(allowed)
    assert all((-1 in tried[row]) == may for row, may in enumerate(allowed))
    assert all((0 in tried[row]) == (found.options[row].on_hand > 0) for row in tried)


def test_what_a_large_catalogue_leaves_out_is_recorded_as_screened():
    found = groups(batch(product("A"), product("B")))
    worth = np.arange(len(found.options), dtype=float)
    small = kept(found, worth, 2)
    assert [len(small.rows(group)) for group in range(small.count)] == [2, 2]
    screened = [item for item in small.excluded if item.code == "screened"]
    assert len(screened) == len(found.options) - 4
    assert small.options[:2] == found.options[found.rows(0).stop - 2 : found.rows(0).stop]


def test_pairs_hold_two_platforms_and_share_a_site_once():
    work = batch(product("A", unit_cost_minor=200))
    known = demand(work, level=5.0)
    found = evaluate(groups(work, known), known, paths=12, seed=2, threads=2, effort=replace(SMALL, pairs=6))
    pairs = [option for option in found.groups.options if len(option.listings) == 2]
    assert pairs
    for option in pairs:
        platforms = {one.contract.id.split("/")[0] for one in option.listings}
        assert len(platforms) == 2
        assert len({place.id for place in option.places}) == len(option.places)
        assert {one.place for one in option.listings} == set(range(len(option.places)))
