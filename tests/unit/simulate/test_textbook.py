"""Published costs as oracles: lost sales (Zipkin 2008; Bijvank et al. 2015) and the newsvendor (Snyder & Shen 4.7).

Storage at one dollar a unit-day is the holding cost, a stock-out charge the penalty, the least freight of an order the
fixed cost; goods and sales cost nothing. Policies are chosen on one stream of luck and priced on another. Tables of two
suppliers assume that buyers wait; here they leave, so those tables are checked in the inventory room.
"""

import csv
from dataclasses import replace

import numpy as np
import pytest

from tuoguan.contracts.schema import ChargeKind
from tuoguan.foundation.facts import FactKind
from tuoguan.simulate import Candidates, Policy, PolicyKind, compare, run
from unit.simulate import world

WARM, DAYS = 70, 700


def case(lead, penalty, fixed=0, **given):
    """The textbook shop: Poisson demand, ``lead`` days from order to receipt, reviewed every morning."""
    short = world.charge(ChargeKind.PENALTY, FactKind.STOCK_OUT, per=2, value=penalty * 1_000_000)
    lane = world.lane(world.fixed(lead), minimum_minor=100 * fixed)
    place = world.place(1, 1, lane=lane, storage_cbm_day=world.fixed(1_000_000_000))
    option = world.option((world.listing(world.contract((short,))),), (place,), unit_cost=world.fixed(0))
    return world.scenario((option,), **given)


def daily_costs(kind, numbers, lead, penalty, fixed=0, paths=200, seed=11):
    """Mean dollars a day after the warm-up of each policy (level, reorder point, cap) and standard errors.

    A long horizon less a short one on the same luck, so that neither the start nor the end counts.
    """
    rows = [[[list(PolicyKind).index(kind), level, 1, point, cap, 0, 0]] for level, point, cap in numbers]
    candidates = Candidates(np.zeros(len(rows), np.int64), np.array(rows, np.int64))
    short, long = (
        -compare(
            case(lead, penalty, fixed, horizon_days=days, seed=seed), world.demand(5.0, days=1), candidates, paths=paths
        )
        for days in (WARM, WARM + DAYS)
    )
    daily = (long - short) / 100 / DAYS
    return daily.mean(axis=1), daily.std(axis=1, ddof=1) / paths**0.5


def best_cost(kind, numbers, lead, penalty, **given):
    """What the policy that was best on other luck costs, and the standard error."""
    best = int(np.argmin(daily_costs(kind, numbers, lead, penalty, seed=5, paths=60, **given)[0]))
    cost, error = daily_costs(kind, numbers[best : best + 1], lead, penalty, paths=1_000, **given)
    return cost[0], error[0]


def printed(shared, policy, lead, penalty):
    """The exact cost in the table of Zipkin (2008)."""
    lines = (shared / "tables/lost_sales_zipkin_2008.csv").read_text().splitlines()
    wanted = {"policy": policy, "demand": "poisson", "L": str(lead), "p": str(penalty)}
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return next(float(row["computed"]) for row in rows if wanted.items() <= row.items())


CASES = [(1, 4), (2, 4), (3, 4), (1, 19), (2, 19), (3, 19)]


@pytest.mark.parametrize(("lead", "penalty"), CASES)
def test_the_best_base_stock_costs_what_zipkin_printed(shared, lead, penalty):
    levels = [(5 * lead + at, 0, 0) for at in range(4, 13)]
    found, error = best_cost(PolicyKind.BASE_STOCK, levels, lead, penalty)
    assert error < 0.02
    assert found == pytest.approx(printed(shared, "best_base_stock", lead, penalty), abs=3 * error)


@pytest.mark.parametrize(("lead", "penalty"), CASES)
def test_the_best_capped_base_stock_costs_what_was_computed(shared, lead, penalty):
    levels = [(5 * lead + at, 0, cap) for at in range(5, 15) for cap in range(5, 10)]
    found, error = best_cost(PolicyKind.CAPPED_BASE_STOCK, levels, lead, penalty)
    assert found == pytest.approx(printed(shared, "best_capped_base_stock", lead, penalty), abs=3 * error)


@pytest.mark.parametrize(("lead", "penalty"), CASES)
def test_the_projected_inventory_level_is_between_the_optimum_and_base_stock(shared, lead, penalty):
    """Whole levels and the normal loss cost up to two percent more than the table's best, which is free of both."""
    levels = [(level, 0, 0) for level in range(4, 18)]
    found, error = best_cost(PolicyKind.PROJECTED, levels, lead, penalty)
    assert printed(shared, "optimal", lead, penalty) - 3 * error <= found
    assert found <= printed(shared, "best_pil", lead, penalty) * 1.02 + 3 * error
    assert found < printed(shared, "best_base_stock", lead, penalty)


@pytest.mark.parametrize(
    ("kind", "cap", "policy"),
    [(PolicyKind.REORDER, 0, "(s,S)"), (PolicyKind.CAPPED_REORDER, 7, "(s,S) capped at q")],
)
def test_orders_with_a_fixed_cost_cost_what_bijvank_printed(shared, kind, cap, policy):
    """s = 17, S = 23, lead 2, penalty 14, five dollars an order."""
    lines = (shared / "tables/lost_sales_fixed_cost_bijvank_2015.csv").read_text().splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    wanted = next(float(row["computed"]) for row in rows if row["policy"] == policy)
    cost, error = daily_costs(kind, [(23, 17, cap)], 2, 14, fixed=5, paths=1_000)
    assert error[0] < 0.02
    assert cost[0] == pytest.approx(wanted, abs=3 * error[0])


def test_the_poisson_newsvendor_costs_what_the_book_says():
    # Example 4.7: Poisson mean 6, h = 1, p = 4, S = 8, cost 3.570106945770946; one day per path, stock sold off free.
    scenario = case(0, 4, horizon_days=1, paths=40_000)
    place = replace(scenario.options[0].places[0], policy=Policy(PolicyKind.NEWSVENDOR, 8, 1))
    scenario = replace(scenario, options=(replace(scenario.options[0], places=(place,)),))
    cost = -run(scenario, world.demand(6.0)).profit[0] / 100
    assert cost.mean() == pytest.approx(3.570106945770946, abs=3 * cost.std() / 200)
