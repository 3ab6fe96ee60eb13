"""Starts: the newsvendor's level, Zheng and Federgruen's order, and a kind only where it makes sense."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from choose_workspace import HORIZON, batch, demand, groups, product
from tuoguan.choose.options_terms import NOUGHT, fixed
from tuoguan.choose.policies_facts import estimates, read_facts
from tuoguan.choose.policies_numbers import CAP, CODE, FAST, KIND, POINT, SEASON, UP_TO
from tuoguan.choose.policies_start import base_level, quantile, starts
from tuoguan.demand import Demand
from tuoguan.simulate import Option, PolicyKind


def facts_of(options: tuple[Option, ...], known: Demand):
    return read_facts(options, known, HORIZON, 0, 100_000)


def kinds_of(options: tuple[Option, ...], known: Demand) -> set[PolicyKind]:
    _, number = starts(facts_of(options, known), HORIZON)
    return {list(PolicyKind)[code] for code in number[:, 0, KIND]}


def test_poisson_level_is_snyder_and_shens_discrete_newsvendor():
    """Example 4.7: demand Poisson(20), h = 1, p = 4: S* = 24."""
    one = np.ones(1)
    assert quantile(20 * one, 20 * one, 4 * one, one).tolist() == [24.0]


@pytest.mark.parametrize("mean", [0.3, 2.0, 25.0, 180.0])
@pytest.mark.parametrize("ratio", [1.0, 1.6, 7.0])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.995])
def test_levels_are_scipys_quantiles(mean, ratio, share):
    found = quantile(np.array([mean]), np.array([mean * ratio]), np.array([share]), np.array([1.0 - share]))[0]
    law = stats.poisson(mean) if ratio == 1.0 else stats.nbinom(mean / (ratio - 1.0), 1.0 / ratio)
    assert found == law.ppf(share)


def test_a_sale_that_earns_nothing_needs_no_stock_and_a_huge_mean_is_scaled():
    assert quantile(np.array([5.0]), np.array([5.0]), np.array([-1.0]), np.array([1.0])).tolist() == [0.0]
    large = quantile(np.array([4e5]), np.array([4e6]), np.array([1.0]), np.array([1.0]))[0]
    assert large == pytest.approx(4e5, rel=0.01)


def test_without_lead_time_the_level_is_the_newsvendors_over_one_review():
    known = demand(work := batch(product("A")), level=4.0)
    option = next(o for o in groups(work, known).options if o.places[0].owner_is_seller)
    place = option.places[0]
    plain = replace(
        option, supplier_lead_days=fixed(0), places=(replace(place, lane=replace(place.lane, lead_days=fixed(0))),)
    )  # fmt: skip
    facts = facts_of((plain, replace(plain, unit_cost=NOUGHT)), known)
    level, more = base_level(facts, HORIZON)
    mean = facts.daily[0] * 7
    over = facts.holding[0] * 7 + facts.loss[0] * 7 / HORIZON
    law = stats.nbinom(facts.shape[0], facts.shape[0] / (facts.shape[0] + mean))  # a level known up to its shape
    assert abs(level - law.ppf(facts.margin[0] / (facts.margin[0] + over))) <= 1
    assert 0 < level <= more


def test_just_in_time_is_tried_only_where_it_is_allowed_and_nought_only_with_goods_on_hand():
    known = demand(work := batch(product("A"), stock=[("A", "NJ", None, 9)]))
    found = groups(work, known).options
    option, number = starts(facts_of(found, known), HORIZON)
    for row, one in enumerate(found):
        mine = number[option == row, 0]
        allowed = one.places[0].policy.kind is PolicyKind.JIT
        assert (mine[:, KIND] == CODE[PolicyKind.JIT]).any() == allowed
        held = (mine[:, KIND] == CODE[PolicyKind.BASE_STOCK]) & (mine[:, UP_TO] == 0)
        assert not held.any() or one.on_hand > 0
        assert (mine[mine[:, KIND] != CODE[PolicyKind.JIT]][:, [UP_TO, CAP]].max(axis=1) >= 1).sum() >= 1


def test_a_large_minimum_order_makes_its_size_worth_a_search():
    known = demand(work := batch(product("A"), product("B", moq=200)), level=2.0)
    found = groups(work, known).options
    domestic = [o for o in found if o.places[0].lane.mode == "domestic"]
    small, large = (tuple(o for o in domestic if o.sku == sku) for sku in "AB")
    assert PolicyKind.REORDER in kinds_of(large, known)
    few, many = starts(facts_of(small, known), HORIZON)[1], starts(facts_of(large, known), HORIZON)[1]
    share = [(rows[:, 0, KIND] == CODE[PolicyKind.REORDER]).sum() for rows in (few, many)]
    assert share[0] < share[1]
    lots = many[many[:, 0, KIND] == CODE[PolicyKind.REORDER]][:, 0]
    assert (lots[:, POINT] < lots[:, UP_TO]).all()
    assert np.median(lots[:, UP_TO] - lots[:, POINT]) == pytest.approx(200, rel=0.5)


def test_caps_and_projections_belong_to_long_leads_and_two_lanes_to_places_that_have_them():
    known = demand(work := batch(product("A", unit_cost_minor=300)), level=2.0)
    found = groups(work, known).options
    two = tuple(o for o in found if o.places[0].fast_lane is not None)
    near = tuple(o for o in found if o.places[0].lane.mode == "domestic")
    assert two and near
    assert {PolicyKind.CAPPED_DUAL_INDEX, PolicyKind.TAILORED_BASE_SURGE} <= kinds_of(two, known)
    assert not kinds_of(near, known) & {PolicyKind.DUAL_INDEX, PolicyKind.CAPPED_DUAL_INDEX, PolicyKind.PROJECTED}
    _, number = starts(facts_of(two, known), HORIZON)
    dual = number[:, 0][number[:, 0, KIND] == CODE[PolicyKind.DUAL_INDEX]]
    assert (dual[:, FAST] > 0).any()


def test_a_fast_lane_too_dear_on_paper_is_still_tried_alone():
    """The slow lane's first goods may come so late that the fast one earns what is left of the horizon."""
    known = demand(work := batch(product("A", unit_cost_minor=300)), level=2.0)
    facts = facts_of(tuple(o for o in groups(work, known).options if o.places[0].fast_lane is not None), known)
    dear = replace(facts, fast_extra=facts.margin * 1.1)
    option, number = starts(dear, HORIZON)
    alone = (number[:, 0, KIND] == CODE[PolicyKind.DUAL_INDEX]) & (number[:, 0, FAST] >= number[:, 0, UP_TO])
    earning = np.flatnonzero(facts.margin > 0)
    assert len(earning) and set(earning) <= set(option[alone & (number[:, 0, FAST] > 1)])


def test_a_flat_year_is_not_followed_and_a_swinging_one_is():
    known = demand(work := batch(product("A")), level=2.0)
    found = groups(work, known).options
    _, number = starts(facts_of(found, known), HORIZON)
    assert not number[:, 0, SEASON].any()
    swinging = replace(known, season=1.0 + 0.6 * np.sin(np.arange(HORIZON) / HORIZON * 2 * np.pi)[None, :])
    _, number = starts(facts_of(found, swinging), HORIZON)
    assert {0, 1} == set(number[:, 0, SEASON].tolist())
    assert not number[number[:, 0, KIND] == CODE[PolicyKind.JIT]][:, 0, SEASON].any()


def test_the_estimate_rises_with_the_margin_and_falls_with_the_wage():
    known = demand(work := batch(product("A"), product("B", unit_cost_minor=900)), level=2.0)
    found = groups(work, known)
    facts = facts_of(found.options, known)
    free, paid = (estimates(facts, HORIZON, wage, "USD") for wage in (0, 2_000))
    half = len(free) // 2
    assert (free[:half] > free[half:]).all() and (paid <= free).all()
