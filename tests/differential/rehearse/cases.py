"""Random options under real contracts: prices, places, lanes, policies and luck, small enough to be lived through."""

from dataclasses import replace
from functools import cache

import numpy as np

from tuoguan.contracts import Compiled, compile, load
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.contracts.schema import SettingName
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.ids import address
from tuoguan.simulate import Policy, PolicyKind
from tuoguan.simulate.scenario import NONE
from unit.simulate import world

ON: Day = parse_day("2026-11-23")
KINDS = list(PolicyKind)
TWO_LANES = KINDS[KINDS.index(PolicyKind.SINGLE_INDEX) :]


@cache
def signable() -> dict[str, Compiled]:
    """Every contract that can be signed, compiled in dollars as of one day."""
    library = load()
    return {name: compile(library.contract(name), on=ON, currency="USD") for name in library.ids()}


class Draw:
    """Random numbers of one case."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def whole(self, low, high):
        return int(self.random.integers(low, high + 1))

    def one(self, *items):
        return items[self.whole(0, len(items) - 1)]

    def number(self, low, high, stream):
        """Known exactly, or with a range that is drawn from on the path."""
        value, wide = self.whole(low, high), (high - low) // 4
        shape = self.whole(0, 2)
        if shape == 0:
            return world.fixed(value)
        return world.ranged(max(low, value - wide), value, min(high, value + wide), stream, shape)


def case(contract, seed):
    """(scenario, demand, path) of an option with a listing under ``contract``; sometimes a second one beside it."""
    draw = Draw([seed, address(contract.id)])  # the same seed is another case under another contract
    level, horizon = draw.one(0.1, 0.4, 1.0, 2.0), draw.whole(14, 50)
    beside = draw.one(None, None, *signable().values()) if draw.whole(0, 1) else None
    contracts = [contract] if beside is None or beside.id == contract.id else [contract, beside]
    contracts = [livened(draw, one) if draw.whole(0, 1) else one for one in contracts]
    longest = min(8, horizon - 8)
    shared = len(contracts) == 2 and _platform_place(contracts[0]) == _platform_place(contracts[1]) and draw.whole(0, 1)
    places = [_place(draw, one, at, level, longest) for at, one in enumerate(contracts[: 1 if shared else 2])]
    listings = tuple(
        _listing(draw, one, min(at, len(places) - 1), horizon) for at, one in enumerate(contracts)
    )  # fmt: skip
    option = world.option(
        listings, tuple(places), moq=draw.whole(1, 6), carton=draw.whole(1, 5),
        supplier_lead_days=draw.number(0, 4, 904), return_rate=draw.number(0, 400_000, 905),
        duty_ad_valorem=draw.number(0, 300_000, 906), salvage=draw.number(0, 900_000, 907),
        unit_cost=draw.number(100_000, 9_000_000, 908), on_hand=draw.whole(0, 12),
        cost_currency=draw.one("", "CNY", "USD"), unit_volume_cm3=draw.whole(100, 9_000),
        on_order=tuple((draw.whole(0, horizon + 5), draw.whole(1, 9)) for _ in range(draw.whole(0, 2))),
        unit_weight_g=draw.whole(20, 3_000),
    )  # fmt: skip
    scenario = world.scenario(
        (option,), start_on=ON, horizon_days=horizon, seed=draw.whole(0, 10**6), wage_per_hour_minor=2_500,
        capital_rate_ppm_year=120_000, deposit_ppm=draw.one(1_000_000, 123_456),
        freight_month_sd=draw.number(0, 300_000, 932), fx_month_sd=draw.number(0, 90_000, 933),
        antithetic=bool(draw.whole(0, 1)), paths=4,
    )  # fmt: skip
    demand = world.demand(level, draw.one(1.0, 1.5, 3.0), wave=draw.one(0.0, 0.4))
    return scenario, demand, draw.whole(0, 3)


LIVELY = {
    Q.LATE_RATE: 600_000, Q.RESALE_SHARE: 1_000_000, Q.QUALITY_INCIDENT_RATE: 200_000, Q.PENALTY_DELAY_DAYS: 9,
    Q.TRANSFER_DAYS: 5, Q.RESERVE_SHARE: 300_000, Q.RESERVE_DAYS: 12, Q.DEPOSIT: 100_000, Q.RETURN_WINDOW_DAYS: 12,
    Q.SETTLEMENTS_PER_MONTH: 8, Q.REGIME_CHANGES_PER_YEAR: 9_000_000, Q.FREEZE_DAYS: 20,
    Q.SETTLEMENT_FALLBACK_DAYS: 9, Q.SETTLEMENT_LAG_DAYS: 12,
}  # fmt: skip


def livened(draw, contract):
    """The contract with other numbers in place of its own, so that more happens within a few weeks."""
    numbers = {
        name: replace(draw.number(0, LIVELY[name], number.stream), stream=number.stream) if name in LIVELY else number
        for name, number in contract.quantities.items()
    }  # fmt: skip
    return replace(contract, quantities=numbers)


def _platform_place(contract):
    return contract.settings.get(SettingName.STOCK_AT, "").startswith("platform")


def _place(draw, contract, at, level, longest):
    kinds = KINDS if draw.whole(0, 1) else [PolicyKind.JIT, PolicyKind.BASE_STOCK]
    if contract.settings.get(SettingName.INBOUND) == "jit":
        kinds = [PolicyKind.JIT]
    kind = draw.one(*kinds)
    most = int(12 * level) + 6
    policy = Policy(
        kind, draw.whole(1, most), draw.whole(1, 9), draw.whole(0, 3), 1 + draw.whole(0, most) // 3,
        1 + draw.whole(1, most) // 2, draw.whole(0, 2),
    )  # fmt: skip
    seller = not _platform_place(contract)
    fast = _lane(draw, "air", min(4, longest)) if kind in TWO_LANES or draw.whole(0, 3) == 0 else None
    return world.place(
        id=f"place-{at}", owner_is_seller=seller, lane=_lane(draw, "sea", longest), fast_lane=fast, policy=policy,
        storage_cbm_day=draw.number(0, 3_000_000, 913), receive_cbm=draw.number(0, 3_000_000, 914),
        handling_per_day=draw.one(0, 0, 1, 2, 30) if seller else 0,
    )  # fmt: skip


def _lane(draw, mode, longest):
    return world.lane(
        draw.number(0, longest, 902), per_kg=draw.number(0, 3_000_000, 911), per_cbm=draw.number(0, 3_000_000, 912),
        minimum_minor=draw.whole(0, 900), id=mode, mode=mode, divisor_cm3_per_kg=draw.one(0, 6_000),
        may_cross=bool(draw.whole(0, 1)),
    )  # fmt: skip


def _listing(draw, contract, place, horizon):
    return world.listing(
        contract, place=place, reach=draw.number(500_000, 1_000_000, 915),
        visibility=draw.number(400_000, 1_300_000, 903), spread=draw.number(0, 500_000, 916),
        supply_price_minor=draw.one(-1, 1_234), retail_price=draw.number(1_700, 3_000, 917),
        delivery_days=draw.number(2, 12, 918), pick_order=draw.number(0, 3_000_000, 919),
        label_parcel=draw.number(0, 3_000_000, 920), return_unit=draw.number(0, 3_000_000, 921),
        minutes_order=draw.number(0, 9_999, 922), minutes_stock_order=draw.number(0, 9_999, 923),
        minutes_week=draw.number(0, 50_000, 924), answer_days=NONE,
        live_after_days=draw.one(NONE, NONE, draw.number(0, horizon // 3, 926)), opens_store=bool(draw.whole(0, 1)),
    )  # fmt: skip
