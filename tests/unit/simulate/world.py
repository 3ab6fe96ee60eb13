"""Small contracts, demand and options for the tests of the simulator; everything is written out, nothing is read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tuoguan.contracts.compiled import CHARGE_DTYPE, Compiled, DeadlineTerm, Uncertain
from tuoguan.contracts.schema import Basis, ChargeEntry, ChargeKind, Evidence, Per, QuantityName, SettingName, State
from tuoguan.demand.model import Demand
from tuoguan.foundation.facts import FactKind, Reason
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.rates import format_ppm
from tuoguan.simulate import Lane, Listing, Option, Place, Policy, PolicyKind, Scenario

START = 20_000
NONE = -1


def fixed(value: int) -> Uncertain:
    return Uncertain(value, value, value, 0, 0, Evidence.ASSUMED, ())


def ranged(low: int, value: int, high: int, stream: int, shape: int = 2) -> Uncertain:
    return Uncertain(value, low, high, shape, stream, Evidence.ASSUMED, ())


def charge(
    kind: ChargeKind, on: FactKind, clock: str = "", clocks: Sequence[DeadlineTerm] = (), **given: Any
) -> tuple[dict[str, int], ChargeEntry]:
    """One charge record with neutral bounds, and its entry; for one ``clock`` of the contract's ``clocks``, or any."""
    names = [term.name for term in clocks]
    record = {
        "fact": int(on), "reason": int(Reason.ANY), "deadline": names.index(clock) if clock else NONE,
        "kind": list(ChargeKind).index(kind), "sign": -1, "basis": 0,
        "basis_cap_minor": NONE, "per": 0, "share_ppm": 1_000_000, "value": 0, "low": 0, "high": 0,
        "distribution": 0, "minimum_minor": 0, "maximum_micro": NONE, "maximum_per": 2, "after_minutes": 0,
        "until_minutes": NONE, "weight_from_g": 0, "weight_to_g": NONE, "divisor_cm3_per_kg": 0, "grain_g": 1,
        "free_days": 0, "value_from_minor": 0, "value_to_minor": NONE, "rounding": 0, "exponent": 2, "stream": 100,
    }  # fmt: skip
    record |= given
    if "low" not in given:
        record["low"] = record["high"] = record["value"]
    name = f"{kind.value}_{on.name.lower()}_{record['reason']}_{record['after_minutes']}_{record['free_days']}{clock}"
    rate = record["basis"] > 0
    entry = ChargeEntry(
        name=name, kind=kind, on=on.name.lower(), direction="pay" if record["sign"] < 0 else "receive",
        reason=Reason(record["reason"]).name, deadline=clock, basis=Basis(record["basis"]).name,
        rate=format_ppm(record["value"]) if rate else None, amount=None if rate else format_ppm(record["value"]),
        currency="USD", per=Per(record["per"]).name, free_days=record["free_days"],
        minimum=format_ppm(record["minimum_minor"] * 10_000) if record["minimum_minor"] else None,
        after_hours=str(record["after_minutes"] // 60),
        until_hours=None if record["until_minutes"] < 0 else str(record["until_minutes"] // 60),
    )  # fmt: skip
    return record, entry


def clock(
    name: str, minutes: Uncertain, starts: FactKind = FactKind.ORDER_PLACED, duty: Duty = Duty.LAST_MILE, **given: Any
) -> DeadlineTerm:
    """A clock of a contract, in minutes unless business days are given."""
    return DeadlineTerm(name=name, duty=duty, starts=int(starts), minutes=minutes, **{"business_days": NONE} | given)


REVENUE = charge(ChargeKind.REVENUE, FactKind.UNITS_DELIVERED, sign=1, basis=2, value=1_000_000)


def commission(ppm: int) -> tuple[dict[str, int], ChargeEntry]:
    return charge(ChargeKind.COMMISSION, FactKind.ORDER_PLACED, basis=2, value=ppm)


def contract(
    charges: Any = (REVENUE,), quantities: dict[QuantityName, Uncertain] | None = None,
    settings: dict[SettingName, str] | None = None, deadlines: tuple[DeadlineTerm, ...] = (),
    name: str = "alpha/semi/US",
    platform_owns: tuple[Duty, ...] = (),
) -> Compiled:  # fmt: skip
    """A compiled contract whose hash is that of everything in it."""
    records = np.array([tuple(record[field] for field in CHARGE_DTYPE.names) for record, _ in charges], CHARGE_DTYPE)
    owner = {duty: Party.PLATFORM if duty in platform_owns else Party.SELLER for duty in Duty}
    parts = (name, records.tobytes(), quantities, settings, deadlines, platform_owns)
    return Compiled(
        id=name, on=START, currency="USD", state=State.OPEN, owner=owner, charges=records,
        terms=tuple(entry for _, entry in charges), quantities=quantities or {}, settings=settings or {},
        deadlines=deadlines, hash=content_hash(repr(parts).encode()),
    )  # fmt: skip


def lane(days: Uncertain | None = None, **given: Any) -> Lane:
    plain = Lane("sea", "sea", fixed(0), fixed(0), 0, days or fixed(0), 0)
    return replace(plain, **given)


def place(level: int = 10, review: int = 1, **given: Any) -> Place:
    plain = Place("site", True, lane(), fixed(0), fixed(0), Policy(PolicyKind.BASE_STOCK, level, review))
    return replace(plain, **given)


def listing(terms: Compiled, **given: Any) -> Listing:
    plain = Listing(
        contract=terms, place=0, retail_price=fixed(2_000), spread=fixed(0), supply_price_minor=-1,
        reach=fixed(1_000_000), visibility=fixed(1_000_000), delivery_days=fixed(5), pick_order=fixed(0),
        pick_unit=fixed(0), label_parcel=fixed(0), return_unit=fixed(0), minutes_order=fixed(0),
        minutes_stock_order=fixed(0), minutes_week=fixed(0), live_after_days=fixed(0),
    )  # fmt: skip
    return replace(plain, **given)


def option(listings: tuple[Listing, ...], places: tuple[Place, ...] | None = None, **given: Any) -> Option:
    plain = Option(
        sku="SKU-1", market="US", key="one", listings=listings, places=places or (place(),), unit_cost=fixed(5_000_000),
        unit_weight_g=200, unit_volume_cm3=1_000, moq=1, carton=1, supplier_lead_days=fixed(0), return_rate=fixed(0),
        elasticity=fixed(-2_000_000), speed_response=fixed(15_000), delivery_days_today=5,
        retail_price_today_minor=2_000, duty_ad_valorem=fixed(0), salvage=fixed(0), on_hand=0, series=0, assumed=(),
    )  # fmt: skip
    return replace(plain, **given)


def demand(
    mean: float = 5.0, dispersion: float = 1.0, shape: float = 1e9, days: int = 365, skus: int = 1, wave: float = 0.0
) -> Demand:
    """Series that differ in nothing but their name; ``wave`` is how far the season goes up and down within 28 days."""
    return Demand(
        sku=tuple(f"SKU-{index + 1}" for index in range(skus)), market=("US",) * skus, start_on=START,
        level_mean=np.full(skus, mean), level_shape=np.full(skus, shape), dispersion=np.full(skus, dispersion),
        season=1 + wave * np.sin(np.arange(days) / 4.5)[np.newaxis], profile=np.zeros(skus, np.int64),
        method=("level",) * skus, observed_days=np.full(skus, 100),
    )  # fmt: skip


def scenario(options: tuple[Option, ...], **given: Any) -> Scenario:
    plain = Scenario(
        options=options,
        start_on=START,
        horizon_days=28,
        paths=4,
        seed=7,
        wage_per_hour_minor=0,
        capital_rate_ppm_year=0,
    )
    return replace(plain, **given)
