"""Days whose outcome can be told by hand: clocks, hands that pack, reserves, freezes, batches and shocks."""

from dataclasses import replace

import numpy as np
import pytest

from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.contracts.schema import SettingName
from tuoguan.foundation.facts import FactKind as F
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component, Policy, PolicyKind, Record, run, trace
from unit.simulate import world

PENALTIES = list(Component).index(Component.PENALTIES)
FINE = world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000)
CLOCK = world.clock("ship_by", world.fixed(1_440))


def test_made_to_order_meets_all_demand_and_misses_a_clock_shorter_than_its_lead():
    site = world.place(lane=world.lane(world.fixed(2)), policy=Policy(PolicyKind.JIT))
    for hours, late in ((24, 1.0), (72, 0.0)):
        terms = world.contract((world.REVENUE, FINE), deadlines=(world.clock("ship_by", world.fixed(hours * 60)),))
        out = run(world.scenario((world.option((world.listing(terms),), (site,)),)), world.demand(2.0))
        assert out.fill_rate[0] == 1.0 and out.late_rate[0] == late
        assert (out.component[0, PENALTIES] < 0) == (late > 0)


def test_each_missed_clock_is_charged_by_its_own_difference():
    """A unit made in three days misses clocks of one and two days, by two days and by one; not one of four days."""
    clocks = tuple(world.clock(f"in_{days}", world.fixed(days * 1_440)) for days in (2, 1, 4))
    charges = tuple(
        world.charge(K.PENALTY, F.DEADLINE_MISSED, term.name, clocks, per=2, value=1_000_000 * (at + 1))
        for at, term in enumerate(clocks)
    )
    site = world.place(lane=world.lane(world.fixed(3)), policy=Policy(PolicyKind.JIT))
    scenario = world.scenario((world.option((world.listing(world.contract(charges, deadlines=clocks)),), (site,)),))
    told = trace(scenario, world.demand(1.0), 0, 0)
    missed = {(fact.deadline, fact.minutes_late) for fact in told.facts if fact.kind is F.DEADLINE_MISSED}
    assert missed == {("in_2", 1_440), ("in_1", 2_880)}
    orders = sum(fact.quantity for fact in told.facts if fact.kind is F.DEADLINE_MISSED and fact.deadline == "in_1")
    assert told.component[PENALTIES] == -300 * orders < 0


def test_a_peak_waits_for_hands_and_late_orders_cost_what_the_contract_says():
    """Thirty buyers on day 0, ten hands a day: the last ten ship two days later and miss a clock of a day."""
    season = np.where(np.arange(365) == 0, 1.0, 0.0)[np.newaxis]
    fine = world.charge(K.PENALTY, F.DEADLINE_MISSED, per=2, value=1_000_000)
    terms = world.contract((world.REVENUE, fine), deadlines=(CLOCK,))
    site = world.place(0, policy=Policy(PolicyKind.NEWSVENDOR, 1), handling_per_day=10)
    option = world.option((world.listing(terms),), (site,), on_hand=1_000)
    scenario, demand = world.scenario((option,)), replace(world.demand(30.0), season=season)
    told = trace(scenario, demand, 0, 0)
    buyers = 1_000 - told.on_hand[0, -1]
    assert buyers > 20
    assert told.component[PENALTIES] == -100 * (buyers - 20)


def test_a_reserve_and_a_freeze_hold_money_back():
    """Of ten dollars a unit one is kept ten days; what is due once the contract has stopped comes forty days later."""
    terms = {Q.RESERVE_SHARE: world.fixed(100_000), Q.RESERVE_DAYS: world.fixed(10), Q.FREEZE_DAYS: world.fixed(40)}
    season = np.where(np.arange(365) == 0, 1.0, 0.0)[np.newaxis]
    stops = {Q.REGIME_CHANGES_PER_YEAR: world.fixed(9_000_000)}
    due = {}
    for name, more in (("reserve", {}), ("freeze", stops)):
        listing = world.listing(
            world.contract(quantities=terms | more, settings={SettingName.SETTLEMENT_TRIGGER: "delivered"}),
            retail_price=world.fixed(1_000),
        )
        option = world.option(
            (listing,), (world.place(policy=Policy(PolicyKind.NEWSVENDOR, 1)),), on_hand=500,
            unit_cost=world.fixed(0), retail_price_today_minor=1_000,
        )  # fmt: skip
        scenario = world.scenario((option,), horizon_days=200, paths=40)
        out = run(scenario, replace(world.demand(20.0), season=season), record=Record.DAILY)
        due[name] = [(np.flatnonzero(row).tolist(), int(row.sum())) for row in out.daily.cash_minor[0]]
    assert {tuple(days) for days, _ in due["reserve"]} == {(5, 15)}
    frozen = [days for days, _ in due["freeze"] if days and days != [5, 15]]
    assert frozen and all(days[-1] >= 41 for days in frozen)
    assert all(paid in (0, total) for (_, paid), (_, total) in zip(due["freeze"], due["reserve"], strict=True))


NOBODY = world.demand(1e-9)


def test_stock_is_stored_by_age_and_billed_at_the_end_of_the_week():
    """Seven units for fourteen days, free for three: 28 unit-days at one cent, then 21 at one and 28 at three cents."""
    rates = tuple(
        world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=micro, free_days=days)
        for days, micro in ((3, 10_000), (10, 20_000))
    )
    site = world.place(owner_is_seller=False, policy=Policy(PolicyKind.NEWSVENDOR, 1))
    option = world.option((world.listing(world.contract(rates)),), (site,), on_hand=7)
    told = trace(world.scenario((option,), horizon_days=14), NOBODY, 0, 0)
    assert np.flatnonzero(told.cash_minor).tolist() == [6, 13]
    assert told.cash_minor[[6, 13]].tolist() == [-28, -21 - 28 * 3]


def test_what_is_missing_is_made_to_order_in_whole_cartons_and_the_rest_stays():
    season = np.where(np.arange(365) == 0, 1.0, 0.0)[np.newaxis]
    site = world.place(lane=world.lane(world.fixed(2)), policy=Policy(PolicyKind.JIT))
    option = world.option((world.listing(world.contract()),), (site,), on_hand=3, moq=10, carton=4)
    scenario, demand = world.scenario((option,), paths=30), replace(world.demand(9.0), season=season)
    out = run(scenario, demand, record=Record.DAILY)
    for path in range(scenario.paths):
        told = trace(scenario, demand, 0, path)
        buyers = int(told.component[0]) // 2_000  # revenue at twenty dollars each
        batch = -(-max(buyers - 3, 10) // 4) * 4 if buyers > 3 else 0
        assert told.on_hand[0].tolist() == [max(0, 3 - buyers)] * 2 + [3 + batch - buyers] * 26
        assert out.daily.on_hand[0, path].tolist() == told.on_hand.tolist()
    assert (out.daily.on_hand[0, :, 0, -1] > 0).any()


def test_stock_of_a_going_concern_keeps_what_it_cost_to_land():
    """Of 50 units 20 are sold within ten days to come; the rest brings two fifths, as does the opening charge."""
    site = world.place(policy=Policy(PolicyKind.NEWSVENDOR, 1))
    option = world.option(
        (world.listing(world.contract()),),
        (site,),
        on_hand=50,
        salvage=world.fixed(400_000),
        unit_cost=world.fixed(5_000_000),
    )
    scenario = world.scenario((option,), horizon_days=1, terminal_cover_days=10)
    told = trace(scenario, world.demand(2.0), 0, 0)
    left = int(told.on_hand[0, -1])
    parts = dict(zip(Component, told.component.tolist(), strict=True))
    assert parts[Component.TERMINAL_STOCK] == 20 * 500 + (left - 20) * 200
    assert parts[Component.GOODS] == -50 * 200
    fresh = replace(option, on_hand=0, places=(world.place(50, policy=Policy(PolicyKind.NEWSVENDOR, 50)),))
    fresh = replace(fresh, places=(replace(fresh.places[0], receive_cbm=world.fixed(1_000_000_000)),))
    told = trace(replace(scenario, options=(fresh,)), world.demand(2.0), 0, 0)
    parts = dict(zip(Component, told.component.tolist(), strict=True))
    landed = (50 * 500 + 50 * 100) // 50  # a thousand dollars a cubic meter to receive is one dollar a liter
    assert parts[Component.TERMINAL_STOCK] == 20 * landed + (int(told.on_hand[0, -1]) - 20) * 200


def test_hours_are_split_by_what_orders_stock_orders_and_weeks_ask_of_each_duty():
    """Two minutes an order, half of them for the last mile; three a stock order for customs; ten a week for listing."""
    duties = list(Duty)

    def asked(**minutes):
        return tuple(minutes.get(duty.value, 0) for duty in duties)

    split = (asked(last_mile=1_000, storage=1_000), asked(customs=3_000), asked(listing=10_000))
    row = world.listing(
        world.contract(), minutes_order=world.fixed(2_000), minutes_stock_order=world.fixed(3_000),
        minutes_week=world.fixed(10_000), minutes_by_duty=split,
    )  # fmt: skip
    site = world.place(20, 7, policy=Policy(PolicyKind.BASE_STOCK, 20, 7))
    out = run(world.scenario((world.option((row,), (site,)),)), world.demand(2.0))
    hours = dict(zip(Duty, out.hours_by_duty[0] * 60, strict=True))
    orders = (out.hours[0].sum() * 60 - 40 - out.units_sold[0] * 2) / 3
    assert hours[Duty.LAST_MILE] == pytest.approx(out.units_sold[0])
    assert hours[Duty.STORAGE] == pytest.approx(out.units_sold[0])
    assert hours[Duty.CUSTOMS] == pytest.approx(3 * orders) and hours[Duty.LISTING] == pytest.approx(40)
    plain = world.scenario((world.option((replace(row, minutes_by_duty=()),), (site,)),))
    assert run(plain, world.demand(2.0)).hours_by_duty.sum() == pytest.approx(out.hours_by_duty.sum())


def test_units_count_in_the_week_they_are_ordered_and_in_the_week_they_set_out():
    """A supplier of seven days: what is ordered in a week sets out in the next, and the last week's in none."""
    site = world.place(20, 7, policy=Policy(PolicyKind.BASE_STOCK, 20, 7))
    one = world.option((world.listing(world.contract()),), (site,), supplier_lead_days=world.fixed(7))
    out = run(world.scenario((one,)), world.demand(2.0))
    assert out.units_bought[0].sum() == pytest.approx(out.units_ordered[0])
    assert out.units_sent[0, 0].tolist() == [0.0, *out.units_bought[0, :-1].tolist()]
    assert out.units_sent[0, 1].tolist() == [0.0] * 4
