"""An option to be played: one product in one market, its listings, the sites they draw on and a policy per site.

Hides nothing and computes nothing: these are the words between `choose`, `simulate` and `plan`.
All money is minor units of one book currency; sub-cent unit costs are micro-units of a major unit (``*_micro``).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import Compiled, Distribution, Evidence, Uncertain
from tuoguan.foundation.days import Day
from tuoguan.foundation.random import Stream


class Component(StrEnum):
    """The profit bridge, in the order it is drawn; costs are negative, so the components add up to profit exactly."""

    REVENUE = "revenue"
    COMMISSION = "commission"
    PLATFORM_FEES = "platform_fees"
    SUBSIDY = "subsidy"
    GOODS = "goods"
    FIRST_LEG = "first_leg"
    DUTY = "duty"
    LAST_MILE = "last_mile"
    STORAGE = "storage"
    RETURNS = "returns"
    PENALTIES = "penalties"
    LABOR = "labor"
    CAPITAL = "capital"
    SET_UP = "set_up"
    TERMINAL_STOCK = "terminal_stock"


class PolicyKind(StrEnum):
    """jit: nothing on stock, ship to order; base_stock: order up to a level every review day."""

    JIT = "jit"
    BASE_STOCK = "base_stock"


@dataclass(frozen=True, slots=True)
class Policy:
    """How one site is restocked. ``order_up_to`` in units; reviewed every ``review_days``."""

    kind: PolicyKind
    order_up_to: int = 0
    review_days: int = 7


@dataclass(frozen=True, slots=True)
class Lane:
    """From the supplier to a place. Rates are micro of book currency; lead days are drawn between low and high."""

    id: str
    mode: str
    per_kg: Uncertain
    per_cbm: Uncertain
    minimum_minor: int
    lead_days: Uncertain
    divisor_cm3_per_kg: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where stock lies. ``owner_is_seller`` False: the platform's warehouse, the goods are still the seller's."""

    id: str
    owner_is_seller: bool
    lane: Lane
    storage_cbm_day: Uncertain
    receive_cbm: Uncertain
    policy: Policy


@dataclass(frozen=True, slots=True)
class Listing:
    """One contract under which the product is offered, drawing on ``place`` (index into the option's places)."""

    contract: Compiled
    place: int
    retail_price: Uncertain  # minor, what the buyer pays
    spread: Uncertain  # ppm: supply = retail x (1 - spread) unless ``supply_price_minor`` is given
    supply_price_minor: int  # -1: from the spread
    reach: Uncertain  # ppm of the history's demand, before visibility, price and speed
    visibility: Uncertain  # ppm
    delivery_days: Uncertain
    pick_order: Uncertain  # micro per order: seller-owned handling and last mile, nought where the platform owns them
    pick_unit: Uncertain
    label_parcel: Uncertain
    return_unit: Uncertain
    minutes_order: Uncertain  # thousandths of a minute of the seller's staff per order, only duties the seller owns
    minutes_stock_order: Uncertain
    minutes_week: Uncertain  # per listing and week
    live_after_days: Uncertain  # onboarding + review + listing, nought for today's listing
    opens_store: bool = True  # False: the seller has the store already, so no deposit moves


@dataclass(frozen=True, slots=True)
class Option:
    """One way to sell one product in one market. ``key`` is unique within the group and stable between runs."""

    sku: str
    market: str
    key: str
    listings: tuple[Listing, ...]
    places: tuple[Place, ...]
    unit_cost: Uncertain  # micro
    unit_weight_g: int
    unit_volume_cm3: int
    moq: int
    carton: int
    supplier_lead_days: Uncertain
    return_rate: Uncertain  # ppm of delivered units
    elasticity: Uncertain  # ppm, negative: -2_620_000
    speed_response: Uncertain  # ppm of demand per delivery day saved
    delivery_days_today: int
    retail_price_today_minor: int
    duty_ad_valorem: Uncertain  # ppm of customs value, bulk import by the seller; nought otherwise
    salvage: Uncertain  # ppm of unit cost for stock left at the end
    on_hand: int
    series: int  # row of Demand
    assumed: tuple[str, ...]  # what in this option nobody knows, in words for the report


def _assumed(low: int, value: int, high: int, stream: Stream) -> Uncertain:
    """A number nobody publishes, triangular between low and high."""
    shape = list(Distribution).index(Distribution.TRIANGULAR)
    return Uncertain(value, low, high, shape, int(stream), Evidence.ASSUMED, ())


@dataclass(frozen=True, slots=True)
class Scenario:
    """Options to be played on the same luck.

    overlap           ppm of a further listing's buyers who would have bought at the strongest one anyway
    quality_returns   ppm of returns that come back for a fault; the rest are changes of mind
    lateness_minutes  how late a late order is, drawn per day's batch
    deposit_ppm       part of a store's deposit that one option carries (one over the number of products in the store)
    """

    options: tuple[Option, ...]
    start_on: Day
    horizon_days: int
    paths: int
    seed: int
    wage_per_hour_minor: int
    capital_rate_ppm_year: int
    overlap: Uncertain = _assumed(0, 200_000, 500_000, Stream.REACH)
    quality_returns: Uncertain = _assumed(200_000, 400_000, 600_000, Stream.RETURNS)
    lateness_minutes: Uncertain = _assumed(60, 1_440, 7_200, Stream.LATE)
    deposit_ppm: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened, by option (rows follow ``Scenario.options``); weeks start at ``start_on``. Money is minor units.

    profit            int64 [option, path]
    component         int64 [option, Component]   means over paths; rows add up to the mean profit within rounding of 1
    cash_mean         int64 [option, week]        cumulative net cash at its lowest day of the week, mean over paths
    cash_low          int64 [option, week]        the same, 10th percentile over paths (the cash to have at hand)
    hours             f8    [option, week]        staff hours, mean over paths
    hours_by_duty     f8    [option, 13]          total over the horizon, mean, in `Duty` order
    volume_cm3        int64 [option, week]        peak volume at seller-owned places, mean over paths
    units_sold, units_ordered f8 [option];  fill_rate, late_rate, delivery_days, return_rate f8 [option]
    """

    profit: npt.NDArray[np.int64]
    component: npt.NDArray[np.int64]
    cash_mean: npt.NDArray[np.int64]
    cash_low: npt.NDArray[np.int64]
    hours: npt.NDArray[np.float64]
    hours_by_duty: npt.NDArray[np.float64]
    volume_cm3: npt.NDArray[np.int64]
    units_sold: npt.NDArray[np.float64]
    units_ordered: npt.NDArray[np.float64]
    fill_rate: npt.NDArray[np.float64]
    late_rate: npt.NDArray[np.float64]
    delivery_days: npt.NDArray[np.float64]
    return_rate: npt.NDArray[np.float64]
