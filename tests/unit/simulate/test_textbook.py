"""Published costs as oracles: lost-sales base stock (Zipkin 2008) and the Poisson newsvendor (Snyder & Shen 4.7).

Storage at one dollar a unit-day is the holding cost; a stock-out charge is the penalty; goods and sales cost nothing.
"""

import csv
from dataclasses import replace

import pytest

from tuoguan.contracts.schema import ChargeKind
from tuoguan.foundation.facts import FactKind
from tuoguan.simulate import run
from unit.simulate import world


def case(mean, lead, level, penalty, days, skus=1):
    short = world.charge(ChargeKind.PENALTY, FactKind.STOCK_OUT, per=2, value=penalty * 1_000_000)
    place = world.place(level, 1, lane=world.lane(world.fixed(lead)), storage_cbm_day=world.fixed(1_000_000_000))
    terms = world.contract((short,))
    options = tuple(
        world.option((world.listing(terms),), (place,), unit_cost=world.fixed(0), sku=f"SKU-{index + 1}", series=index)
        for index in range(skus)
    )
    return world.scenario(options, horizon_days=days, seed=11), world.demand(mean, skus=skus, days=1)


def daily_cost(mean, lead, level, penalty, warm=70, days=700, paths=400):
    """Mean dollars a day after the warm-up and its standard error: a long horizon less a short one on the same luck."""
    costs = []
    for horizon in (warm, warm + days):
        scenario, demand = case(mean, lead, level, penalty, horizon)
        costs.append(-run(replace(scenario, paths=paths), demand).profit[0] / 100)
    daily = (costs[1] - costs[0]) / days
    return daily.mean(), daily.std(ddof=1) / paths**0.5


def best_level(mean, lead, penalty, levels):
    """The lowest cost over the levels on the same luck."""
    return min((daily_cost(mean, lead, level, penalty) for level in levels), key=lambda pair: pair[0])


@pytest.mark.parametrize(
    ("lead", "penalty", "levels"),
    [(1, 4, (11, 12, 13)), (2, 4, (16, 17, 18)), (3, 4, (20, 21, 22)), (2, 19, (20, 21, 22))],
)
def test_best_base_stock_costs_what_zipkin_printed(shared, lead, penalty, levels):
    rows = csv.DictReader(
        line for line in (shared / "tables/lost_sales_zipkin_2008.csv").open() if not line.startswith("#")
    )
    wanted = next(
        float(row["computed"]) for row in rows
        if row["policy"] == "best_base_stock" and row["demand"] == "poisson" and row["L"] == str(lead)
        and row["p"] == str(penalty)
    )  # fmt: skip
    found, error = best_level(5.0, lead, penalty, levels)
    assert error < 0.02
    assert found == pytest.approx(wanted, abs=3 * error)


def test_the_poisson_newsvendor_costs_what_the_book_says():
    # Example 4.7: Poisson mean 6, h = 1, p = 4, S = 8, cost 3.570106945770946; one day per path, stock sold off free.
    short = world.charge(ChargeKind.PENALTY, FactKind.STOCK_OUT, per=2, value=4_000_000)
    place = world.place(8, 1, storage_cbm_day=world.fixed(1_000_000_000))
    option = world.option((world.listing(world.contract((short,))),), (place,), unit_cost=world.fixed(0))
    cost = -run(world.scenario((option,), horizon_days=1, paths=40_000), world.demand(6.0)).profit[0] / 100
    assert cost.mean() == pytest.approx(3.570106945770946, abs=3 * cost.std() / 200)
