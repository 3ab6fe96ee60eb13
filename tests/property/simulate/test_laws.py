"""Laws of the simulator that hold for every option, and sameness over threads, blocks and compilation."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest

from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import Candidates, Component, Policy, PolicyKind, Record, compare, run, trace
from unit.simulate import world

RICH = (
    world.REVENUE, world.commission(80_000), world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=9_000),
)  # fmt: skip
CLOCK = world.clock("ship_by", world.fixed(1_440))
TERMS = {
    Q.LATE_RATE: world.ranged(10_000, 40_000, 90_000, 801), Q.SETTLEMENT_LAG_DAYS: world.ranged(2, 7, 20, 802),
    Q.RESALE_SHARE: world.fixed(500_000), Q.REGIME_CHANGES_PER_YEAR: world.fixed(900_000),
}  # fmt: skip
PART = {component: index for index, component in enumerate(Component)}


def options(count=7, charges=RICH, level=12):
    terms = world.contract(charges, TERMS, deadlines=(CLOCK,))
    listing = world.listing(
        terms, visibility=world.ranged(500_000, 900_000, 1_200_000, 803), minutes_order=world.fixed(700)
    )
    lane = world.lane(world.ranged(2, 5, 9, 804))
    return tuple(
        world.option(
            (listing,), (world.place(level + index, 7, lane=lane, owner_is_seller=index % 2 == 0),), key=str(index),
            return_rate=world.fixed(60_000), salvage=world.fixed(400_000), sku=f"SKU-{index % 3 + 1}", series=index % 3,
        )
        for index in range(count)
    )  # fmt: skip


def outcome_bytes(outcomes):
    """Every array of the outcomes as bytes."""
    kept = [getattr(outcomes, field.name) for field in fields(outcomes)]
    flat = [*kept, *outcomes.error.values(), *([] if outcomes.daily is None else daily_arrays(outcomes.daily))]
    return [array.tobytes() for array in flat if isinstance(array, np.ndarray)]


def daily_arrays(daily):
    return [getattr(daily, field.name) for field in fields(daily)]


DEMAND = world.demand(1.3, 1.7, 12.0, skus=3)
SCENARIO = world.scenario(options(), horizon_days=60, paths=9, wage_per_hour_minor=900, capital_rate_ppm_year=90_000)

# The same answer, however it is computed


def test_one_thread_two_threads_and_small_blocks_give_the_same_bytes(monkeypatch):
    one = outcome_bytes(run(SCENARIO, DEMAND, threads=1, record=Record.DAILY))
    assert outcome_bytes(run(SCENARIO, DEMAND, threads=2, record=Record.DAILY)) == one
    monkeypatch.setattr("tuoguan.simulate.engine.BLOCK_PATHS", 1)
    assert outcome_bytes(run(SCENARIO, DEMAND, threads=3, record=Record.DAILY)) == one


def test_neighbors_and_their_order_change_nothing():
    together = run(SCENARIO, DEMAND, record=Record.DAILY)
    backwards = run(replace(SCENARIO, options=SCENARIO.options[::-1]), DEMAND, record=Record.DAILY)
    assert backwards.profit[::-1].tolist() == together.profit.tolist()
    assert backwards.daily.cash_minor[::-1].tolist() == together.daily.cash_minor.tolist()
    for index in (0, 4):
        alone = run(replace(SCENARIO, options=(SCENARIO.options[index],)), DEMAND)
        assert alone.profit[0].tolist() == together.profit[index].tolist()


def test_paths_do_not_depend_on_how_many_are_played():
    assert run(replace(SCENARIO, paths=4), DEMAND).profit.tolist() == run(SCENARIO, DEMAND).profit[:, :4].tolist()


def test_without_compilation_the_numbers_are_the_same():
    code = (
        "import sys; sys.path.insert(0, 'tests'); from property.simulate.test_laws import *;"
        "sys.stdout.write(repr(run(SMALL, DEMAND).profit.tolist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "src"},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert done.stdout == repr(run(SMALL, DEMAND).profit.tolist())


SMALL = replace(SCENARIO, horizon_days=30, paths=3)


def test_the_comparison_of_policies_is_the_same_for_any_number_of_threads():
    numbers = [[[index % len(PolicyKind) // 9 + 1, 5 + index, 7, 0, 3, 0, 0]] for index in range(20)]
    candidates = Candidates(np.repeat(np.arange(4), 5), np.array(numbers, np.int64))
    one = compare(SCENARIO, DEMAND, candidates, paths=6, threads=1)
    assert compare(SCENARIO, DEMAND, candidates, paths=6, threads=2).tolist() == one.tolist()
    assert compare(SCENARIO, DEMAND, candidates, first_path=2, paths=4).tolist() == one[:, 2:].tolist()


# Money, units and hours are conserved

QUIET = replace(DEMAND, season=np.where(np.arange(365) < 60, 1.0, 0.0)[np.newaxis])  # nobody buys after day 59


@pytest.mark.parametrize("owner_is_seller", [False, True])
def test_once_everything_is_settled_profit_is_cash_less_what_never_is_paid(owner_is_seller):
    """Opening stock, what is left at the end and capital tied up are the only parts of profit that no payment is."""
    option = options(1)[0]
    site = replace(option.places[0], owner_is_seller=owner_is_seller, storage_cbm_day=world.fixed(900_000))
    option = replace(option, places=(site,), on_hand=5, salvage=world.fixed(400_000))
    scenario = replace(SCENARIO, options=(option,), horizon_days=200)
    out = run(scenario, QUIET, record=Record.DAILY)
    unpaid = [PART[Component.CAPITAL], PART[Component.TERMINAL_STOCK]]
    for path in range(scenario.paths):
        told = trace(scenario, QUIET, 0, path)
        opening = -5 * 500 * 2 // 5  # five units of five dollars at two fifths
        assert told.profit_minor == out.profit[0, path] == told.component.sum()
        assert told.cash_minor.sum() == told.profit_minor - told.component[unpaid].sum() - opening
        assert out.daily.cash_minor[0, path].tolist() == told.cash_minor.tolist()
        assert out.daily.on_hand[0, path].tolist() == told.on_hand.tolist()
        assert out.daily.minutes[0, path].tolist() == told.minutes.tolist()


@pytest.mark.parametrize("resale", [0, 1_000_000])
def test_units_are_opened_ordered_returned_sold_or_left(resale):
    option = options(1)[0]
    terms = world.contract(RICH, TERMS | {Q.RESALE_SHARE: world.fixed(resale)})
    option = replace(
        option, listings=(replace(option.listings[0], contract=terms),), on_hand=5, on_order=((3, 4), (9, 2)),
        return_rate=world.fixed(300_000),
    )  # fmt: skip
    scenario = replace(SCENARIO, options=(option,), horizon_days=200)
    out = run(scenario, QUIET, record=Record.DAILY)
    left, sold = out.daily.on_hand[0, :, :, -1].sum(), out.units_sold[0] * scenario.paths
    again = out.return_rate[0] * sold * resale / 1_000_000
    assert left == pytest.approx(11 * scenario.paths + out.units_ordered[0] * scenario.paths + again - sold)
    assert sold > 0 and (again > 0) == (resale > 0)


def test_hours_are_those_of_orders_stock_orders_and_weeks():
    placed = world.charge(K.SERVICE, F.STOCK_ORDER_PLACED, value=1_000_000)
    sold = world.charge(K.SERVICE, F.ORDER_PLACED, value=1_000_000)
    work = {"minutes_order": 1_000, "minutes_stock_order": 30_000, "minutes_week": 200_000}
    listing = world.listing(world.contract((placed, sold)), **{name: world.fixed(of) for name, of in work.items()})
    option = world.option((listing,), (world.place(owner_is_seller=False),))
    scenario = world.scenario((option,), horizon_days=30, paths=3, wage_per_hour_minor=6_000)
    out = run(scenario, world.demand(2.0), record=Record.DAILY)
    assert out.hours[0].sum() == pytest.approx(out.hours_by_duty[0].sum())
    for path in range(scenario.paths):
        told = trace(scenario, world.demand(2.0), 0, path)
        count = Counter(fact.kind for fact in told.facts)
        minutes = 1_000 * count[F.ORDER_PLACED] + 30_000 * count[F.STOCK_ORDER_PLACED] + 5 * 200_000
        assert told.minutes.sum() == out.daily.minutes[0, path].sum() == minutes
        weeks = np.add.reduceat(told.minutes, np.arange(0, 30, 7))
        assert told.component[PART[Component.LABOR]] == -((weeks + 5) // 10).sum()  # a minute costs a dollar
    assert out.hours[0] * 60_000 * scenario.paths == pytest.approx(
        np.add.reduceat(out.daily.minutes[0], np.arange(0, 30, 7), axis=1).sum(axis=0)
    )


def test_components_add_up_to_the_mean_profit():
    outcomes = run(SCENARIO, DEMAND)
    assert np.abs(outcomes.component.sum(axis=1) - outcomes.profit.mean(axis=1)).max() <= 1


# On the same luck, worse terms never help


@pytest.mark.parametrize(
    "fee",
    [
        world.commission,
        lambda ppm: world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=10 * ppm),
        lambda ppm: world.charge(K.PENALTY, F.STOCK_OUT, per=2, value=10 * ppm),
        lambda ppm: world.charge(K.LOGISTICS, F.UNITS_INBOUND, per=2, value=10 * ppm),
        lambda ppm: world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=10 * ppm),
    ],
)
def test_a_higher_fee_never_raises_profit(fee):
    """No policy looks at money, so units stay the same and only the fee differs; also where stock keeps its cost."""
    profits = []
    for ppm in (0, 50_000, 200_000):
        short = options(4, (world.REVENUE, fee(ppm)))
        full = options(4, (world.REVENUE, fee(ppm)), level=205)
        full = tuple(replace(option, key=option.key + "full", on_hand=200) for option in full)
        scenario = replace(SCENARIO, options=short + full, terminal_cover_days=90)
        profits.append(run(scenario, DEMAND).profit)
    assert (profits[1] <= profits[0]).all() and (profits[2] <= profits[1]).all()
    assert profits[2].sum() < profits[0].sum()


@pytest.mark.parametrize("review", [1, 5])
@pytest.mark.parametrize("lead", [0, 3, 11])
def test_a_higher_base_stock_level_never_sells_less_by_any_day(lead, review):
    """A theorem for one listing, fixed leads, single units and no resold returns, from empty.

    Number the sales of a path. The k-th one takes the unit that the (k - S)-th one set free: it is on hand a fixed lead
    after the review that follows that sale. A higher S makes no such day later, so, sale by sale, none comes later.
    """
    listing = world.listing(world.contract(), minutes_order=world.fixed(1_000))
    lane, served = world.lane(world.fixed(lead)), []
    for level in (1, 4, 9, 10, 20, 60):
        option = world.option((listing,), (world.place(level, review, lane=lane),))
        scenario = world.scenario((option,), horizon_days=60, paths=20)
        out = run(scenario, world.demand(1.3, 2.5), record=Record.DAILY)
        served.append(np.cumsum(out.daily.minutes[0], axis=1))
    assert all((more >= fewer).all() for fewer, more in zip(served, served[1:], strict=False))
    assert served[0].sum() < served[-1].sum()


@pytest.mark.parametrize("dispersion", [1.0, 4.0])
def test_a_higher_level_of_demand_never_brings_fewer_buyers_on_a_day(dispersion):
    """At a place made to order everybody is served, so the minutes of a day count its buyers."""
    listing = world.listing(world.contract(), minutes_order=world.fixed(1_000))
    option = world.option((listing,), (world.place(policy=Policy(PolicyKind.JIT)),))
    scenario = world.scenario((option,), horizon_days=90, paths=5)
    buyers = [
        run(scenario, world.demand(mean, dispersion, wave=0.4), record=Record.DAILY).daily.minutes
        for mean in (0.05, 0.06, 0.4, 2.0, 2.01, 9.0, 40.0, 170.0)
    ]
    assert all((more >= fewer).all() for fewer, more in zip(buyers, buyers[1:], strict=False))
    assert buyers[0].sum() < buyers[-1].sum()


# Mirrored paths


def test_antithetic_paths_mirror_what_was_drawn_once_and_leave_even_paths_alone():
    price = world.ranged(1_000, 1_500, 2_999, 805, shape=1)
    made = tuple(replace(each, listings=(replace(each.listings[0], retail_price=price),)) for each in options(2))
    plain = replace(SCENARIO, options=made, paths=6)
    mirrored = replace(plain, antithetic=True)
    assert run(plain, DEMAND).profit[:, ::2].tolist() == run(mirrored, DEMAND).profit[:, ::2].tolist()
    for path in (0, 2):
        prices = [trace(mirrored, DEMAND, 0, each).facts[0].retail_price_minor for each in (path, path + 1)]
        assert sum(prices) == 1_000 + 2_999  # a uniform whole number and its mirror


def test_mirrored_demand_varies_less_in_the_mean_of_a_pair():
    """Buyers of a path and of its mirror are negatively related, so the mean of the two is steadier than of any two."""
    listing = world.listing(world.contract())
    option = world.option((listing,), (world.place(policy=Policy(PolicyKind.JIT)),), unit_cost=world.fixed(0))
    plain = world.scenario((option,), horizon_days=28, paths=400)
    spread = [
        run(scenario, world.demand(3.0)).profit[0].reshape(-1, 2).mean(axis=1).std()
        for scenario in (plain, replace(plain, antithetic=True))
    ]
    assert spread[1] < spread[0] / 2


# Progress and refusals


def test_progress_counts_every_option_and_an_empty_scenario_is_refused():
    seen = []
    run(SCENARIO, DEMAND, threads=1, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (7, 7)
    with pytest.raises(ValueError, match="option"):
        run(replace(SCENARIO, options=()), DEMAND)
