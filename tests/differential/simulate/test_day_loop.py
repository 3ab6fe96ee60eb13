"""The compiled day loop against the slow one, to the unit: components, daily cash and daily stock."""

from hypothesis import given
from hypothesis import strategies as st

from differential.simulate.slow import Slow
from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.contracts.schema import SettingName
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import Policy, PolicyKind, trace
from unit.simulate import world

CHARGES = (
    world.charge(K.COMMISSION, F.ORDER_PLACED, basis=1, value=83_331),
    world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=1_234_567),
    world.charge(K.TAX, F.PARCEL_IMPORTED, basis=3, value=123_457),
    world.charge(K.LOGISTICS, F.UNITS_INBOUND, per=5, value=777_777),
    world.charge(K.SERVICE, F.STOCK_ORDER_PLACED, value=1_500_000),
    world.charge(K.DUTY, F.BULK_IMPORTED, basis=3, value=222_223),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=9_999, free_days=3),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=21_000, free_days=10),
    world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.RETURN, F.UNITS_RETURNED, per=2, value=500_000, reason=2),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000, after_minutes=60, until_minutes=1_440),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=2_000_000, after_minutes=1_440),
    world.charge(K.PENALTY, F.QUALITY_INCIDENT, basis=2, value=3_000_000),
    world.charge(K.PENALTY, F.STOCK_OUT, basis=2, value=100_001),
    world.charge(K.SERVICE, F.LISTING_OPENED, value=12_000_000),
    world.charge(K.PAYOUT, F.PAYOUT_SENT, basis=2, value=3_333),
)
AMOUNT = st.integers(0, 3_000_000)


@st.composite
def contracts(draw, name):
    charges = (world.REVENUE, *draw(st.lists(st.sampled_from(CHARGES), max_size=8, unique_by=id)))
    limits = {
        Q.LATE_RATE: 200_000, Q.RESALE_SHARE: 1_000_000, Q.QUALITY_INCIDENT_RATE: 100_000, Q.PENALTY_DELAY_DAYS: 40,
        Q.TRANSFER_DAYS: 5, Q.RESERVE_SHARE: 300_000, Q.RESERVE_DAYS: 30, Q.DEPOSIT: 100_000,
        Q.RETURN_WINDOW_DAYS: 60, Q.SETTLEMENTS_PER_MONTH: 4, Q.REGIME_CHANGES_PER_YEAR: 6_000_000,
        Q.SALVAGE_SHARE: 900_000,
    }  # fmt: skip
    stated = draw(st.fixed_dictionaries({}, optional={key: st.integers(0, most) for key, most in limits.items()}))
    quantities = {key: world.fixed(value) for key, value in stated.items()}
    quantities[Q.SETTLEMENT_LAG_DAYS] = world.ranged(1, 4, draw(st.integers(4, 15)), 901)
    settings = {
        SettingName.SETTLEMENT_TRIGGER: draw(st.sampled_from(["inbound", "shipped", "delivered"])),
        SettingName.CUSTOMS_REGIME: draw(st.sampled_from(["parcel", "bulk", "none"])),
    }
    return world.contract(charges, quantities, settings, name=name)


@st.composite
def places(draw):
    kind = draw(st.sampled_from([PolicyKind.BASE_STOCK, PolicyKind.BASE_STOCK, PolicyKind.JIT]))
    lane = world.lane(
        world.ranged(1, 3, draw(st.integers(3, 9)), 902), per_kg=world.fixed(draw(AMOUNT)),
        per_cbm=world.fixed(draw(AMOUNT)), minimum_minor=draw(st.integers(0, 900)),
        divisor_cm3_per_kg=draw(st.sampled_from([0, 6000])), mode=draw(st.sampled_from(["air", "sea"])),
    )  # fmt: skip
    return world.place(
        owner_is_seller=draw(st.booleans()), lane=lane, storage_cbm_day=world.fixed(draw(AMOUNT)),
        receive_cbm=world.fixed(draw(AMOUNT)), policy=Policy(kind, draw(st.integers(0, 60)), draw(st.integers(1, 9))),
    )  # fmt: skip


@st.composite
def cases(draw):
    sites = draw(st.lists(places(), min_size=1, max_size=2))
    listings = tuple(
        world.listing(
            draw(contracts(name)), place=draw(st.integers(0, len(sites) - 1)),
            visibility=world.ranged(400_000, 900_000, 1_300_000, 903),
            spread=world.fixed(draw(st.integers(0, 500_000))),
            retail_price=world.fixed(draw(st.integers(1_200, 3_000))),
            delivery_days=world.fixed(draw(st.integers(2, 20))),
            pick_order=world.fixed(draw(AMOUNT)), label_parcel=world.fixed(draw(AMOUNT)),
            return_unit=world.fixed(draw(AMOUNT)), minutes_order=world.fixed(draw(st.integers(0, 9_999))),
            minutes_stock_order=world.fixed(777), minutes_week=world.fixed(draw(st.integers(0, 50_000))),
            live_after_days=world.fixed(draw(st.sampled_from([0, 0, 6, 12]))), opens_store=draw(st.booleans()),
        )
        for name in draw(st.sampled_from([("alpha/semi/US",), ("alpha/semi/US", "beta/full/US")]))
    )  # fmt: skip
    option = world.option(
        listings, tuple(sites), moq=draw(st.integers(1, 12)), carton=draw(st.integers(1, 10)),
        supplier_lead_days=world.ranged(0, 2, 5, 904), return_rate=world.fixed(draw(st.integers(0, 300_000))),
        duty_ad_valorem=world.fixed(draw(st.integers(0, 300_000))), salvage=world.fixed(draw(st.integers(0, 900_000))),
        on_hand=draw(st.integers(0, 30)), unit_cost=world.fixed(draw(st.integers(100_000, 9_000_000))),
    )  # fmt: skip
    demand = world.demand(draw(st.sampled_from([0.2, 1.0, 4.0])), draw(st.sampled_from([1.0, 1.5, 4.0])))
    scenario = world.scenario(
        (option,), horizon_days=draw(st.integers(10, 40)), seed=draw(st.integers(0, 99)), wage_per_hour_minor=2_500,
        capital_rate_ppm_year=120_000, deposit_ppm=draw(st.sampled_from([1_000_000, 123_456])),
    )  # fmt: skip
    return scenario, demand, draw(st.integers(0, 5))


@given(cases())
def test_the_kernel_agrees_with_the_slow_loop_to_the_unit(case):
    scenario, demand, path = case
    told = trace(scenario, demand, 0, path)
    bridge, cash, stock = Slow(scenario, demand, 0, path).play()
    assert told.on_hand.T.tolist() == [list(row) for row in stock]
    assert told.cash_minor.tolist() == cash
    assert told.component.tolist() == bridge
