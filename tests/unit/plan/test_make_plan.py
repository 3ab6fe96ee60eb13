"""The plan follows from the choice, to the unit and the day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import Evaluated, Portfolio, choose, evaluate, study_of
from tuoguan.demand import Demand
from tuoguan.foundation.days import date_of
from tuoguan.foundation.parties import Duty
from tuoguan.intake.schema import Batch
from tuoguan.plan import CASH, HOURS, PURCHASES, QUOTES, SHIPMENTS, Plan, make_plan
from tuoguan.plan.orders import in_cartons
from tuoguan.simulate import PolicyKind

Made = tuple[Evaluated, Portfolio, Batch, Demand, Plan]


@pytest.fixture(scope="module")
def made() -> Made:
    work = batch(product("A", moq=24, carton=10), product("B", moq=1, carton=6), product("C"))
    known = demand(work, level=4.0)
    evaluated = evaluate(groups(work, known), known, paths=16, seed=5)
    portfolio = choose(study_of(evaluated), work.seller)
    plan = make_plan(evaluated, portfolio, work, known, on=evaluated.groups.start_on)
    assert (portfolio.chosen >= 0).any()
    return evaluated, portfolio, work, known, plan


def test_tables_have_their_schemas(made: Made) -> None:
    plan = made[4]
    for table, schema in ((plan.purchases, PURCHASES), (plan.shipments, SHIPMENTS), (plan.quotes, QUOTES),
                          (plan.cash, CASH), (plan.hours, HOURS)):  # fmt: skip
        assert dict(table.schema) == schema
        assert table.null_count().sum_horizontal().item() == 0


def test_no_shipment_without_or_before_its_purchase(made: Made) -> None:
    plan = made[4]
    both = plan.shipments.join(plan.purchases, on="purchase", suffix="_bought", validate="1:1")
    assert len(both) == len(plan.shipments) == len(plan.purchases) > 0
    assert (both["dispatch_on"] >= both["ready_on"]).all()
    assert (both["ready_on"] >= both["order_on"]).all()
    assert (both["arrive_early_on"] <= both["arrive_on"]).all()
    assert (both["arrive_on"] <= both["arrive_late_on"]).all()
    assert (both["units"] == both["units_bought"]).all()
    assert plan.purchases["order_on"].min() >= date_of(plan.on)


def test_stock_orders_respect_moq_and_carton(made: Made) -> None:
    evaluated, portfolio, _, _, plan = made
    option_of = {(o.sku, o.market): o for o in (evaluated.scenario.options[r] for r in portfolio.chosen if r >= 0)}
    for row in plan.purchases.filter(pl.col("why") != "jit").iter_rows(named=True):
        option = option_of[row["sku"], row["market"]]
        assert row["units"] >= option.moq
        assert row["units"] % max(option.carton, 1) == 0
        assert row["cartons"] * max(option.carton, 1) == row["units"]
    assert in_cartons(1, 1, 1) == 1
    assert in_cartons(25, 50, 12) == 60


def test_purchases_cover_expected_sales_within_the_policy(made: Made) -> None:
    """Bought + opening stock lies between expected sales less stock still under way, and sales plus a full level."""
    evaluated, portfolio, _, _, plan = made
    bought = plan.purchases.group_by("sku", "market").agg(pl.col("units").sum())
    units = {(sku, market): count for sku, market, count in bought.iter_rows()}
    for row in portfolio.chosen[portfolio.chosen >= 0].tolist():
        option = evaluated.scenario.options[row]
        have = units.get((option.sku, option.market), 0) + option.on_hand
        sold = float(evaluated.outcomes.units_sold[row])
        level = sum(p.policy.order_up_to + p.policy.order_cap + p.policy.fast_order_up_to for p in option.places)
        if any("projected" in place.policy.kind for place in option.places):  # its level does not count the pipeline
            lead = option.supplier_lead_days.value + max(place.lane.lead_days.value for place in option.places)
            level += sold * lead / (evaluated.scenario.horizon_days - lead)
        step = len(option.places) * (max(option.moq, 1) + max(option.carton, 1))
        assert sold - level - step <= have <= sold + level + step + option.on_hand


def test_purchases_are_near_what_the_simulator_ordered(made: Made) -> None:
    evaluated, portfolio, _, _, plan = made
    rows = portfolio.chosen[portfolio.chosen >= 0]
    stocked = [
        r for r in rows if all(p.policy.kind is not PolicyKind.JIT for p in evaluated.scenario.options[r].places)
    ]
    assert stocked
    wanted = evaluated.outcomes.units_ordered[stocked].sum()
    keys = [(evaluated.scenario.options[r].sku, evaluated.scenario.options[r].market) for r in stocked]
    mine = sum(
        plan.purchases.filter((pl.col("sku") == sku) & (pl.col("market") == market))["units"].sum()
        for sku, market in keys
    )
    assert mine == pytest.approx(wanted, rel=0.25, abs=20)


def test_calendars_are_the_outcomes(made: Made) -> None:
    evaluated, portfolio, work, _, plan = made
    rows = portfolio.chosen[portfolio.chosen >= 0]
    assert plan.cash["cash_mean_minor"].to_list() == evaluated.outcomes.cash_mean[rows].sum(0).tolist()
    assert plan.cash["cash_low_minor"].to_list() == evaluated.outcomes.cash_low[rows].sum(0).tolist()
    assert (plan.cash["room_minor"] >= 0).all()
    weekly = np.zeros(evaluated.outcomes.hours.shape[1])
    for week, hours in plan.hours.select("week", "hours").iter_rows():
        weekly[week - 1] += hours
    assert weekly == pytest.approx(evaluated.outcomes.hours[rows].sum(0))
    assert plan.cash["starts_on"][1] - plan.cash["starts_on"][0] == timedelta(days=7)
    assert work.seller.limits.hours_per_week >= weekly.max() - 1e-6


def test_quotes_name_a_floor_below_the_price_when_the_option_earns(made: Made) -> None:
    evaluated, portfolio, work, known, plan = made
    mean, options = evaluated.mean(), evaluated.scenario.options
    handed = [not option.listings[0].contract.owns(Duty.RETAIL_PRICE) for option in options]
    row = int(np.argmax(np.where(handed, mean, -np.inf)))
    group = int(evaluated.groups.group_of()[row])
    only = replace(portfolio, chosen=np.where(np.arange(evaluated.groups.count) == group, row, -1))
    quotes = make_plan(evaluated, only, work, known, on=plan.on).quotes
    assert len(quotes) == len(options[row].listings)
    assert set((quotes["floor_minor"] < quotes["supply_price_minor"]).to_list()) == {bool(mean[row] > 0)}
    told = make_plan(evaluated, only, work, known, on=plan.on, floor_minor_by_group={group: 123})
    sku, market = evaluated.groups.sku[group], evaluated.groups.market[group]
    own = told.quotes.filter((pl.col("sku") == sku) & (pl.col("market") == market))
    assert set(own["floor_minor"].to_list()) == {123}


def test_the_same_choice_gives_the_same_plan(made: Made) -> None:
    evaluated, portfolio, work, known, plan = made
    again = make_plan(evaluated, portfolio, work, known, on=plan.on)
    assert again.purchases.equals(plan.purchases)
    assert again.shipments.equals(plan.shipments)
