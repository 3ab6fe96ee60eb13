"""The closed vocabulary of a contract file, parsed strictly: unknown keys are errors, every entry has its source.

A contract is seven lists of dated entries: status, duty, charge, quantity, deadline, setting, info. Entries of one list
with the same key (name, for charges also step) are versions of one term; on any day at most one of them holds.
"""

from enum import IntEnum, StrEnum
from typing import Any

import msgspec

from tuoguan.foundation.facts import FactKind, Reason
from tuoguan.foundation.parties import Duty, Party

SCHEMA_NUMBER = 1


class Evidence(StrEnum):
    """How strong the source of a value is, strongest first; ``assumed`` means nobody publishes it."""

    OFFICIAL = "official"
    OFFICIAL_API = "official-api"
    OFFICIAL_COPY = "official-copy"
    ACADEMIC = "academic"
    ANALYST = "analyst"
    PRESS = "press"
    VENDOR = "vendor"
    FORUM = "forum"
    DERIVED = "derived"
    NEGOTIATED = "negotiated"
    ASSUMED = "assumed"


class State(StrEnum):
    """Whether a seller can trade under the contract."""

    PLANNED = "planned"
    OPEN = "open"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Distribution(StrEnum):
    """How an uncertain value is drawn per path between ``low`` and ``high`` (triangular and PERT peak at the value)."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    LOGUNIFORM = "loguniform"


class ChargeKind(StrEnum):
    """What a charge is for; statements are matched by it."""

    REVENUE = "revenue"
    COMMISSION = "commission"
    SERVICE = "service"
    PROMOTION = "promotion"
    FULFILLMENT = "fulfillment"
    STORAGE = "storage"
    LOGISTICS = "logistics"
    SUBSIDY = "subsidy"
    RETURN = "return"
    REFUND = "refund"
    PENALTY = "penalty"
    DUTY = "duty"
    TAX = "tax"
    ENVIRONMENT = "environment"
    PAYOUT = "payout"


class Basis(IntEnum):
    """What a rate is a share of."""

    NONE = 0
    RETAIL_VALUE = 1
    SUPPLY_VALUE = 2
    CUSTOMS_VALUE = 3


class Per(IntEnum):
    """What an amount is multiplied by."""

    FACT = 0
    ORDER = 1
    UNIT = 2
    PARCEL = 3
    LINE = 4
    KG = 5
    UNIT_DAY = 6
    CBM_DAY = 7


class Rounding(IntEnum):
    """Codes are those of `foundation.kernels`."""

    HALF_UP = 0
    HALF_EVEN = 1
    DOWN = 2
    UP = 3


class QuantityName(StrEnum):
    """Numbers of a contract that are no charge. The value is the key in files; `QUANTITY_UNIT` gives unit and scale."""

    SETTLEMENT_LAG_DAYS = "settlement_lag_days"
    SETTLEMENT_FALLBACK_DAYS = "settlement_fallback_days"
    TRANSFER_DAYS = "transfer_days"
    RESERVE_SHARE = "reserve_share"
    RESERVE_DAYS = "reserve_days"
    RESERVE_CAP = "reserve_cap"
    FREEZE_DAYS = "freeze_days"
    DEPOSIT = "deposit"
    PENALTY_DELAY_DAYS = "penalty_delay_days"
    DELIVERY_DAYS = "delivery_days"
    REACH = "reach"
    VISIBILITY = "visibility"
    PLATFORM_SPREAD = "platform_spread"
    PRICE_FACTOR = "price_factor"
    RETURN_RATE = "return_rate"
    RETURN_WINDOW_DAYS = "return_window_days"
    RESALE_SHARE = "resale_share"
    QUALITY_INCIDENT_RATE = "quality_incident_rate"
    LATE_RATE = "late_rate"
    CONTACT_RATE = "contact_rate"
    PRICE_REVIEW_DAYS = "price_review_days"
    LISTING_DAYS = "listing_days"
    ONBOARDING_DAYS = "onboarding_days"
    SWITCH_DAYS = "switch_days"
    NOTICE_DAYS = "notice_days"
    STORES_PER_ENTITY = "stores_per_entity"
    REGIME_CHANGES_PER_YEAR = "regime_changes_per_year"
    SALVAGE_SHARE = "salvage_share"
    MIN_PRODUCTS = "min_products"
    MIN_WEIGHT_G = "min_weight_g"
    FIRST_ORDER_CAP_UNITS = "first_order_cap_units"
    COVER_DAYS = "cover_days"
    SETTLEMENTS_PER_MONTH = "settlements_per_month"


class Scale(StrEnum):
    """How a quantity's decimal text becomes an integer."""

    DAYS = "days"  # whole days
    SHARE = "share"  # ppm
    FACTOR = "factor"  # ppm of 1.0
    MONEY = "money"  # minor units of the compile currency
    COUNT = "count"  # ppm of 1 for rates per year, else whole


SCALE_BY_QUANTITY: dict[QuantityName, Scale] = {
    name: (
        Scale.DAYS if name.value.endswith("_days")
        else Scale.SHARE if name.value.endswith(("_share", "_rate", "_spread"))
        else Scale.MONEY if name in (QuantityName.DEPOSIT, QuantityName.RESERVE_CAP)
        else Scale.FACTOR if name.value in ("reach", "visibility", "price_factor", "regime_changes_per_year")
        else Scale.COUNT
    )
    for name in QuantityName
}  # fmt: skip


class SettingName(StrEnum):
    """Choices of a contract that are words; `SETTING_OPTIONS` closes the list for each."""

    STOCK_AT = "stock_at"
    CUSTOMS_REGIME = "customs_regime"
    SETTLEMENT_TRIGGER = "settlement_trigger"
    SWITCH = "switch"
    HISTORY = "history"
    INBOUND = "inbound"
    BADGE = "badge"


SETTING_OPTIONS: dict[SettingName, tuple[str, ...]] = {
    # where the goods lie when a consumer orders
    SettingName.STOCK_AT: ("platform_origin", "platform_market", "seller_origin", "seller_market"),
    SettingName.CUSTOMS_REGIME: ("parcel", "bulk", "none"),
    SettingName.SETTLEMENT_TRIGGER: ("inbound", "shipped", "delivered", "received"),
    SettingName.SWITCH: ("new_store", "same_store", "per_product"),
    # what the seller can see of demand: order lines, or rolling counters only
    SettingName.HISTORY: ("orders", "snapshots"),
    SettingName.INBOUND: ("stock_order", "urgent_order", "jit", "own"),
    SettingName.BADGE: ("none", "local", "choice", "three_day"),
}


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an entry comes from and when it holds: [from, until).

    Dates may be reduced ("2025-07"); ``until`` is the first day it no longer holds.
    """

    source: tuple[str, ...] = ()
    held: str | None = None
    evidence: Evidence = Evidence.ASSUMED
    effective_from: str | None = msgspec.field(name="from", default=None)
    until: str | None = None
    note: str = ""


class StatusEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open, suspended or ended from a day on."""

    state: State


class DutyEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one owner; ``helper`` shares the work without owning it; ``reviewer`` must agree."""

    duty: Duty
    owner: Party
    helper: Party | None = None
    reviewer: Party | None = None


class ChargeEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money that a fact moves: either ``rate`` of a ``basis`` or an ``amount`` of ``currency`` ``per`` something.

    ``range`` is (low, high) of whichever of the two is given. ``direction`` is the seller's: pay or receive.
    ``after_hours``/``until_hours`` make steps of lateness; ``weight_from_g``/``weight_to_g`` make tiers of one unit's
    chargeable weight (actual, or volume over ``divisor_cm3_per_kg`` if larger), [from, to). ``value_from``/``value_to``
    bound the parcel's customs value per unit (decimal text in ``currency``). ``share`` is the part the seller bears.
    """

    name: str
    kind: ChargeKind
    on: str
    step: int = 0
    direction: str = "pay"
    reason: str = "ANY"
    deadline: str = ""
    basis: str = "NONE"
    rate: str | None = None
    basis_cap: str | None = None
    amount: str | None = None
    currency: str | None = None
    per: str = "FACT"
    share: str = "1"
    minimum: str | None = None
    maximum: str | None = None
    maximum_per: str = "UNIT"
    after_hours: str = "0"
    until_hours: str | None = None
    weight_from_g: int = 0
    weight_to_g: int | None = None
    divisor_cm3_per_kg: int = 0
    grain_g: int = 1
    free_days: int = 0
    value_from: str | None = None
    value_to: str | None = None
    rounding: str = "HALF_UP"
    range: tuple[str, str] | None = None
    distribution: Distribution = Distribution.FIXED


class QuantityEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number of the contract with its range; decimal text; money needs ``currency``."""

    name: QuantityName
    value: str
    currency: str | None = None
    range: tuple[str, str] | None = None
    distribution: Distribution = Distribution.FIXED


class DeadlineEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clock: ``duty`` must be done within hours, days or business days after a fact.

    ``inbound`` names the ways of the `inbound` setting for which a clock of stock orders counts; empty = every way.
    """

    name: str
    duty: Duty
    starts: str
    inbound: tuple[str, ...] = ()
    hours: str | None = None
    days: int | None = None
    business_days: int | None = None
    range: tuple[str, str] | None = None
    distribution: Distribution = Distribution.FIXED


class SettingEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word of the contract out of a closed list."""

    name: SettingName
    option: str


class InfoEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published fact that nothing computes with yet: text, list or table, kept with its source."""

    name: str
    value: Any = None
    unit: str = ""
    range: tuple[str, str] | None = None


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which contract this is. ``id`` is platform/model/MARKET and equals the file's place below ``terms/``."""

    id: str
    platform: str
    model: str
    market: str
    currency: str
    title: str
    title_zh: str
    block: str = ""  # the block of the research register this file states
    inherits: str | None = None
    base: bool = False  # a base is a parent of other files, not a contract somebody can sign


class OverlayHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seller's negotiated terms: which contract they change and for which products; the most specific wins."""

    overlays: str
    products: tuple[str, ...] = ()
    category: str | None = None


class CardKind(StrEnum):
    """What a card prices: work that whoever owns a duty has to buy, whatever the platform."""

    DUTY = "duty"
    FREIGHT = "freight"
    LAST_MILE = "last_mile"
    WAREHOUSE = "warehouse"
    OPERATIONS = "operations"
    DEMAND = "demand"


class NumberEntry(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One dated number of a card, decimal text; money needs ``currency``; ``unit`` says per what ("USD per kg")."""

    name: str
    value: str
    unit: str
    currency: str | None = None
    range: tuple[str, str] | None = None
    distribution: Distribution = Distribution.FIXED


class CardHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which card this is: ``id`` is kind/MARKET and equals the file's place below ``terms/cards/``."""

    id: str
    kind: CardKind
    market: str
    currency: str
    title: str
    title_zh: str


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the register of sources."""

    evidence: Evidence
    held: str | None = None
    url: str
    what: str


FACT_NAMES = {kind.name.lower(): kind for kind in FactKind}
REASON_NAMES = {reason.name: reason for reason in Reason}
