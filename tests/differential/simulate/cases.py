"""Random options over everything docs/rooms/simulate.md speaks of: charges, clocks, places, lanes, policies, shocks."""

import numpy as np
from hypothesis import strategies as st

from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.contracts.schema import SettingName
from tuoguan.foundation.facts import FactKind as F
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Policy, PolicyKind
from tuoguan.simulate.scenario import NONE
from unit.simulate import world

CHARGES = (
    world.charge(K.COMMISSION, F.ORDER_PLACED, basis=1, value=83_331, minimum_minor=170),
    world.charge(
        K.SERVICE, F.ORDER_PLACED, per=1, value=450_000, low=123_456, high=987_654, distribution=1, stream=120
    ),
    world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=1_234_567),
    world.charge(K.SUBSIDY, F.UNITS_DELIVERED, sign=1, basis=2, value=20_001, low=0, high=70_000, distribution=2),
    world.charge(K.TAX, F.PARCEL_IMPORTED, basis=3, value=123_457),
    world.charge(K.LOGISTICS, F.UNITS_INBOUND, per=5, value=777_777),
    world.charge(K.REVENUE, F.UNITS_INBOUND, sign=1, basis=2, value=300_000),
    world.charge(K.SERVICE, F.STOCK_ORDER_PLACED, value=1_500_000),
    world.charge(K.DUTY, F.BULK_IMPORTED, basis=3, value=222_223),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=9_999, free_days=3),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=21_000, free_days=10),
    world.charge(K.STORAGE, F.STOCK_HELD, per=7, value=777_777),
    world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.RETURN, F.UNITS_RETURNED, per=2, value=500_000, reason=2),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000, after_minutes=60, until_minutes=1_440),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=2_000_000, after_minutes=1_440),
    world.charge(K.PENALTY, F.QUALITY_INCIDENT, basis=2, value=3_000_000),
    world.charge(K.SERVICE, F.STOCK_OUT, basis=2, value=100_001),
    world.charge(K.SERVICE, F.LISTING_OPENED, value=12_000_000),
    world.charge(K.PAYOUT, F.PAYOUT_SENT, basis=2, value=3_333),
)
CLOCKS = (
    world.clock("ship_by", world.ranged(600, 1_440, 4_320, 910)),
    world.clock("deliver_by", world.fixed(4_321), duty=Duty.FIRST_MILE),
    world.clock("work_by", world.fixed(0), business_days=2),
    world.clock("stock_by", world.fixed(2_000), starts=F.STOCK_ORDER_PLACED),
    world.clock("jit_by", world.fixed(1_500), starts=F.STOCK_ORDER_PLACED, inbound=("jit", "own")),
    world.clock("theirs", world.fixed(60), duty=Duty.PROMOTION),
)
LIMITS = {
    Q.LATE_RATE: 1_100_000, Q.RESALE_SHARE: 1_000_000, Q.QUALITY_INCIDENT_RATE: 200_000, Q.PENALTY_DELAY_DAYS: 40,
    Q.TRANSFER_DAYS: 5, Q.RESERVE_SHARE: 300_000, Q.RESERVE_DAYS: 30, Q.DEPOSIT: 100_000, Q.RETURN_WINDOW_DAYS: 60,
    Q.SETTLEMENTS_PER_MONTH: 4, Q.REGIME_CHANGES_PER_YEAR: 9_000_000, Q.SALVAGE_SHARE: 900_000, Q.FREEZE_DAYS: 40,
    Q.SETTLEMENT_FALLBACK_DAYS: 20,
}  # fmt: skip
AMOUNT = st.integers(0, 3_000_000)
TWO_LANES = ("single_index", "dual_index", "capped_dual_index", "tailored_base_surge")
ONE_LANE = [kind for kind in PolicyKind if kind not in TWO_LANES]
MOST_BUYERS = 95.0  # a day on average; the counts of busier days are rounded expansions, tested by themselves


def about(low, high, stream):
    """Numbers between low and high: known exactly, or with a range that is drawn from at ``stream``."""
    wide = (high - low) // 4

    def made(coded):
        value, shape = divmod(coded, 3)
        value += low
        if shape == 0:
            return world.fixed(value)
        return world.ranged(max(low, value - wide), value, min(high, value + wide), stream, shape)

    return st.integers(0, 3 * (high - low) + 2).map(made)


@st.composite
def contracts(draw, name):
    clocks = tuple(draw(st.lists(st.sampled_from(CLOCKS), max_size=5, unique_by=id)))
    dropped = draw(st.lists(st.sampled_from(CHARGES), max_size=9, unique_by=id))
    charges = [world.REVENUE, *(each for each in CHARGES if each not in dropped)]
    charges += [
        world.charge(K.PENALTY, F.DEADLINE_MISSED, term.name, clocks, value=draw(AMOUNT), per=1) for term in clocks
    ]
    unsaid = draw(st.sets(st.sampled_from(sorted(LIMITS)), max_size=4))
    stated = {key: about(0, most, 950 + at) for at, (key, most) in enumerate(LIMITS.items()) if key not in unsaid}
    quantities = draw(st.fixed_dictionaries(stated))
    quantities[Q.SETTLEMENT_LAG_DAYS] = world.ranged(1, 4, draw(st.integers(4, 15)), 901)
    settings = {
        SettingName.SETTLEMENT_TRIGGER: draw(st.sampled_from(["inbound", "shipped", "delivered", "received"])),
        SettingName.INBOUND: draw(st.sampled_from(["stock_order", "jit"])),
        SettingName.CUSTOMS_REGIME: draw(st.sampled_from(["parcel", "bulk", "none"])),
    }
    return world.contract(
        tuple(charges), quantities, settings, name=name, deadlines=clocks, platform_owns=(Duty.PROMOTION,)
    )


@st.composite
def lanes(draw, mode, longest):
    return world.lane(
        world.ranged(0, 2, draw(st.integers(2, longest)), 902), per_kg=draw(about(0, 3_000_000, 911)),
        per_cbm=draw(about(0, 3_000_000, 912)), minimum_minor=draw(st.integers(0, 900)), mode=mode,
        divisor_cm3_per_kg=draw(st.sampled_from([0, 6_000])), may_cross=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def policies(draw, level, kinds=PolicyKind):
    """A policy of one of the kinds whose numbers are of the size of what is sold in some days."""
    kind = draw(st.sampled_from(list(kinds)))
    most = int(20 * level) + 12
    up_to, share, cap, fast = (draw(st.integers(1, most)) for _ in range(4))
    point = up_to * (share - 1) // most
    return Policy(kind, up_to, draw(st.integers(1, 9)), point, 1 + cap // 3, 1 + fast // 2, draw(st.integers(0, 2)))


@st.composite
def places(draw, level, longest, kinds=PolicyKind):
    policy = draw(policies(level, kinds))
    fast = draw(lanes("air", min(5, longest))) if policy.kind not in ONE_LANE or draw(st.integers(0, 3)) == 0 else None
    return world.place(
        owner_is_seller=draw(st.booleans()), lane=draw(lanes("sea", longest)), fast_lane=fast, policy=policy,
        storage_cbm_day=draw(about(0, 3_000_000, 913)), receive_cbm=draw(about(0, 3_000_000, 914)),
        handling_per_day=draw(st.sampled_from([0, 0, 1, 4, 30])),
    )  # fmt: skip


@st.composite
def listings(draw, name, places_count):
    return world.listing(
        draw(contracts(name)), place=draw(st.integers(0, places_count - 1)),
        reach=draw(about(500_000, 1_000_000, 915)), visibility=draw(about(400_000, 1_300_000, 903)),
        spread=draw(about(0, 500_000, 916)), supply_price_minor=draw(st.sampled_from([-1, 1_234])),
        retail_price=draw(about(1_700, 3_000, 917)),
        delivery_days=draw(about(2, 20, 918)), pick_order=draw(about(0, 3_000_000, 919)),
        label_parcel=draw(about(0, 3_000_000, 920)), return_unit=draw(about(0, 3_000_000, 921)),
        minutes_order=draw(about(0, 9_999, 922)), minutes_stock_order=draw(about(0, 9_999, 923)),
        minutes_week=draw(about(0, 50_000, 924)), answer_days=draw(st.just(NONE) | about(0, 30, 925)),
        live_after_days=draw(st.just(NONE) | st.just(NONE) | about(0, 20, 926)), opens_store=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def options(draw, level, longest, kinds):
    """An option of one to three listings at one or two places, the first with a policy of one of the kinds."""
    sites = [draw(places(level, longest, kinds))]
    sites += [draw(places(level, longest)) for _ in range(draw(st.integers(0, 1)))]
    names = ("alpha/semi/US", "beta/full/US", "gamma/local/US")[: draw(st.sampled_from([1, 1, 2, 3]))]
    return world.option(
        tuple(draw(listings(name, len(sites))) for name in names), tuple(sites), moq=draw(st.integers(1, 12)),
        carton=draw(st.integers(1, 10)), supplier_lead_days=draw(about(0, 6, 904)),
        return_rate=draw(about(0, 400_000, 905)), duty_ad_valorem=draw(about(0, 300_000, 906)),
        salvage=draw(about(0, 900_000, 907)), unit_cost=draw(about(100_000, 9_000_000, 908)),
        elasticity=draw(about(-2_600_000, -500_000, 909)), speed_response=draw(about(0, 30_000, 927)),
        on_hand=draw(st.integers(0, 30)), cost_currency=draw(st.sampled_from(["", "CNY", "USD", "EUR"])),
        on_order=tuple(draw(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=2))),
        unit_volume_cm3=draw(st.integers(100, 9_000)), unit_weight_g=draw(st.integers(20, 3_000)),
    )  # fmt: skip


@st.composite
def real_days(draw, level, days):
    """What was sold on each day, to be replayed; None in two of three scenarios."""
    if draw(st.integers(0, 2)):
        return None
    most, selling = draw(st.sampled_from([1, int(2 * level) + 2])), draw(st.sampled_from([0.1, 0.9]))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    return random.integers(1, most + 1, (1, days)) * (random.random((1, days)) < selling)


@st.composite
def scenarios(draw, kinds=PolicyKind):
    """A scenario of one option and its demand; at most `MOST_BUYERS` a day on average, shocks and season included."""
    level = draw(st.sampled_from([0.05, 0.3, 1.0, 3.0, 8.0, 20.0, 30.0]))
    shape = draw(st.sampled_from([1e9, 1e9, 6.0])) if level < 10 else 1e9  # noqa: PLR2004 the level may treble
    horizon = draw(st.integers(10, 60))
    option = draw(options(level, min(12, horizon - 7), kinds))  # leads end within the horizon
    busiest = 1.3 * 1.5 * 1.6 * 1.2 * len(option.listings) ** 0.9  # visibility, season, price, shock
    demand = world.demand(
        min(level, MOST_BUYERS / busiest), draw(st.sampled_from([1.0, 1.5, 3.0, 6.0])), shape,
        wave=draw(st.sampled_from([0.0, 0.3, 0.5])),
    )  # fmt: skip
    shocks = draw(st.sampled_from([NONE, world.ranged(1_000_000, 9_000_000, 20_000_000, 930)]))
    cover = draw(st.sampled_from([0, 10, 90]))
    scenario = world.scenario(
        (option,), horizon_days=horizon, seed=draw(st.integers(0, 99)), wage_per_hour_minor=2_500,
        capital_rate_ppm_year=120_000, deposit_ppm=draw(st.sampled_from([1_000_000, 123_456])),
        terminal_cover_days=cover, shocks_per_year=shocks, actual=draw(real_days(level, horizon + cover)),
        shock_factor=draw(about(300_000, 1_200_000, 931)), freight_month_sd=draw(about(0, 300_000, 932)),
        fx_month_sd=draw(about(0, 90_000, 933)), antithetic=draw(st.booleans()), paths=4,
    )  # fmt: skip
    return scenario, demand
