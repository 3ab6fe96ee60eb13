"""Laws of the simulator that hold for every option, and sameness over threads, blocks and compilation."""

import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from tuoguan.contracts import assess
from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import Component, Policy, PolicyKind, run, trace
from unit.simulate import world

RICH = (
    world.REVENUE, world.commission(80_000), world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=9_000),
)  # fmt: skip
TERMS = {
    Q.LATE_RATE: world.ranged(10_000, 40_000, 90_000, 801), Q.SETTLEMENT_LAG_DAYS: world.ranged(2, 7, 20, 802),
    Q.RESALE_SHARE: world.fixed(500_000), Q.REGIME_CHANGES_PER_YEAR: world.fixed(900_000),
}  # fmt: skip


def options(count=7, charges=RICH, level=12):
    terms = world.contract(charges, TERMS)
    listing = world.listing(terms, visibility=world.ranged(500_000, 900_000, 1_200_000, 803))
    lane = world.lane(world.ranged(2, 5, 9, 804))
    return tuple(
        world.option(
            (listing,), (world.place(level + index, 7, lane=lane, owner_is_seller=index % 2 == 0),), key=str(index),
            return_rate=world.fixed(60_000), salvage=world.fixed(400_000), sku=f"SKU-{index % 3 + 1}", series=index % 3,
        )
        for index in range(count)
    )  # fmt: skip


def outcome_bytes(outcomes):
    return [getattr(outcomes, field.name).tobytes() for field in fields(outcomes)]


DEMAND = world.demand(1.3, 1.7, 12.0, skus=3)
SCENARIO = world.scenario(options(), horizon_days=60, paths=9, wage_per_hour_minor=900, capital_rate_ppm_year=90_000)


def test_one_thread_two_threads_and_small_blocks_give_the_same_bytes(monkeypatch):
    one = outcome_bytes(run(SCENARIO, DEMAND, threads=1))
    assert outcome_bytes(run(SCENARIO, DEMAND, threads=2)) == one
    monkeypatch.setattr("tuoguan.simulate.engine.BLOCK_PATHS", 1)
    assert outcome_bytes(run(SCENARIO, DEMAND, threads=3)) == one


def test_an_option_alone_has_the_same_row_as_among_others():
    together = run(SCENARIO, DEMAND)
    for index in (0, 4):
        alone = run(replace(SCENARIO, options=(SCENARIO.options[index],)), DEMAND)
        assert alone.profit[0].tolist() == together.profit[index].tolist()


def test_without_compilation_the_numbers_are_the_same():
    code = (
        "import sys; sys.path.insert(0, 'tests'); from property.simulate.test_laws import *;"
        "sys.stdout.write(repr(run(SCENARIO, DEMAND).profit.tolist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "src"},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert done.stdout == repr(run(SCENARIO, DEMAND).profit.tolist())


def test_components_add_up_to_the_mean_profit():
    outcomes = run(SCENARIO, DEMAND)
    assert np.abs(outcomes.component.sum(axis=1) - outcomes.profit.mean(axis=1)).max() <= 1


def test_a_traced_path_has_the_profit_of_the_run_and_its_facts_are_priced_by_the_contract():
    outcomes = run(SCENARIO, DEMAND)
    for index in (1, 2):
        for path in range(3):
            told = trace(SCENARIO, DEMAND, index, path)
            assert told.profit_minor == outcomes.profit[index, path] == told.component.sum()
            contract = SCENARIO.options[index].listings[0].contract
            again = [sum(charge.minor for charge in assess(contract, fact)) for fact in told.facts]
            assert again == list(told.charge_minor)
            assert told.facts


def test_a_higher_commission_never_raises_profit_on_the_same_luck():
    profits = [
        run(replace(SCENARIO, options=options(charges=(*RICH[:1], world.commission(ppm), *RICH[2:]))), DEMAND).profit
        for ppm in (0, 50_000, 200_000)
    ]
    assert (profits[1] <= profits[0]).all() and (profits[2] <= profits[1]).all()
    assert profits[2].sum() < profits[0].sum()


def test_more_stock_never_lowers_the_fill_rate():
    rates = [run(replace(SCENARIO, options=options(level=level)), DEMAND).fill_rate for level in (4, 9, 20, 60)]
    assert all((higher >= lower - 1e-12).all() for lower, higher in zip(rates, rates[1:], strict=False))
    assert rates[-1].mean() > rates[0].mean()


def test_made_to_order_meets_all_demand_and_misses_a_clock_shorter_than_its_lead():
    site = world.place(lane=world.lane(world.fixed(2)), policy=Policy(PolicyKind.JIT))
    for hours, late in ((24, 1.0), (72, 0.0)):
        clock = world.DeadlineTerm("ship_by", world.Duty.LAST_MILE, int(F.ORDER_PLACED), world.fixed(hours * 60), -1)
        terms = world.contract((world.REVENUE, RICH[3]), deadlines=(clock,))
        out = run(world.scenario((world.option((world.listing(terms),), (site,)),)), world.demand(2.0))
        assert out.fill_rate[0] == 1.0 and out.late_rate[0] == late
        assert (out.component[0, list(Component).index(Component.PENALTIES)] < 0) == (late > 0)


def test_progress_counts_every_option_and_an_empty_scenario_is_refused():
    seen = []
    run(SCENARIO, DEMAND, threads=1, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (7, 7)
    with pytest.raises(ValueError, match="at least one option"):
        run(replace(SCENARIO, options=()), DEMAND)
