"""Orders of every kind of policy on the mean path, by the rules of the engine."""

from dataclasses import replace

import numpy as np
import pytest

from choose_workspace import HORIZON, batch, demand, groups, product
from tuoguan.choose.policies import scenario_of
from tuoguan.plan.orders import Order, expected_sales, orders, season_of
from tuoguan.simulate import Option, Policy, PolicyKind, run

KNOWN = demand(batch(product("A")), level=3.0)


@pytest.fixture(scope="module")
def option() -> Option:
    found = groups(batch(product("A", unit_cost_minor=300)), KNOWN)
    return next(o for o in found.options if o.places[0].fast_lane is not None and o.places[0].owner_is_seller)


def ordered(option: Option, policy: Policy, season: np.ndarray | None = None, sold: float = 150.0) -> list[Order]:
    own = replace(option, places=(replace(option.places[0], policy=policy),))
    sales = expected_sales(own, KNOWN, sold, HORIZON)
    return list(orders(own, sales, np.ones(HORIZON) if season is None else season))


def test_base_stock_orders_the_level_first_and_then_what_was_sold(option):
    found = ordered(option, Policy(PolicyKind.BASE_STOCK, 200))
    assert found[0].units == 200 and found[0].why == "first_order"
    assert all(order.why == "review" and 0 < order.units < 60 for order in found[1:])
    assert all((order.day - found[0].day) % 7 == 0 for order in found)


def test_a_newsvendor_orders_once(option):
    assert [order.units for order in ordered(option, Policy(PolicyKind.NEWSVENDOR, 120))] == [120]


def test_reorder_waits_for_its_point_and_orders_up_to_its_level(option):
    few = ordered(option, Policy(PolicyKind.REORDER, 200, 7, 100))
    many = ordered(option, Policy(PolicyKind.BASE_STOCK, 200))
    assert 1 < len(few) < len(many)
    assert all(order.units >= 100 for order in few)


@pytest.mark.parametrize("kind", [PolicyKind.CAPPED_BASE_STOCK, PolicyKind.CAPPED_PROJECTED, PolicyKind.CAPPED_REORDER])
def test_a_cap_holds_every_order(option, kind):
    found = ordered(option, Policy(kind, 200, 7, 150, 25))
    assert found and max(order.units for order in found) == 25


def test_a_projected_level_counts_what_will_be_left_when_the_order_arrives(option):
    found = ordered(option, Policy(PolicyKind.PROJECTED, 30))
    assert found[0].units == 30
    plain = ordered(option, Policy(PolicyKind.BASE_STOCK, 30))
    assert sum(order.units for order in found) > sum(order.units for order in plain)


def test_two_lanes_fill_the_near_by_air_and_the_whole_by_sea(option):
    lane, fast = option.places[0].lane, option.places[0].fast_lane
    found = ordered(option, Policy(PolicyKind.DUAL_INDEX, 200, fast_order_up_to=40))
    first = [order for order in found if order.day == found[0].day]
    assert [(order.lane.id, order.units) for order in first] == [(fast.id, 40), (lane.id, 160)]
    assert first[0].arrive < first[1].arrive
    capped = ordered(option, Policy(PolicyKind.CAPPED_DUAL_INDEX, 200, 7, 0, 20, 40))
    assert max(order.units for order in capped if order.lane.id == lane.id) == 20
    surge = ordered(option, Policy(PolicyKind.TAILORED_BASE_SURGE, 0, 7, 0, 15, 40))
    assert {order.units for order in surge if order.lane.id == lane.id} == {15}
    single = ordered(option, Policy(PolicyKind.SINGLE_INDEX, 200, fast_order_up_to=40))
    assert [order.units for order in single if order.lane.id == fast.id] == [40]


def test_levels_that_follow_the_season_are_scaled_by_the_season_ahead(option):
    double = np.full(HORIZON, 2.0)
    policy = Policy(PolicyKind.BASE_STOCK, 100, follows_season=True)
    assert ordered(option, policy, double)[0].units == 200
    assert ordered(option, replace(policy, follows_season=False), double)[0].units == 100


@pytest.mark.parametrize(
    "policy",
    [
        Policy(PolicyKind.BASE_STOCK, 250), Policy(PolicyKind.REORDER, 300, 7, 180),
        Policy(PolicyKind.CAPPED_DUAL_INDEX, 260, 7, 0, 24, 60),
        Policy(PolicyKind.TAILORED_BASE_SURGE, 0, 7, 0, 15, 60),
        Policy(PolicyKind.CAPPED_PROJECTED, 40, 7, 0, 60),
    ],
    ids=lambda policy: policy.kind.value,
)  # fmt: skip
def test_the_mean_path_buys_about_what_the_engine_buys(option, policy):
    own = replace(option, places=(replace(option.places[0], policy=policy),))
    found = groups(batch(product("A", unit_cost_minor=300)), KNOWN)
    outcomes = run(replace(scenario_of(found, 64, 5), options=(own,)), KNOWN, threads=1)
    sales = expected_sales(own, KNOWN, float(outcomes.units_sold[0]), HORIZON)
    mine = sum(order.units for order in orders(own, sales, season_of(own, KNOWN, HORIZON)))
    assert mine == pytest.approx(outcomes.units_ordered[0], rel=0.25, abs=20)
