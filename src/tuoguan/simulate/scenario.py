"""An option to be played: one product in one market, its listings, the sites they draw on and a policy per site.

Hides nothing and computes nothing: these are the words between `choose`, `simulate` and `plan`.
All money is minor units of one book currency; sub-cent unit costs are micro-units of a major unit (``*_micro``).
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import Compiled, Distribution, Evidence, Uncertain
from tuoguan.foundation.days import Day
from tuoguan.foundation.random import Stream

NONE = Uncertain(0, 0, 0, list(Distribution).index(Distribution.FIXED), 0, Evidence.ASSUMED, ())


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
    """How a place is restocked; formulas and sources in `tuoguan.inventory` and docs/rooms/simulate.md.

    jit                    nothing on stock, bought when sold
    newsvendor             one order at the start
    base_stock             up to ``order_up_to`` every review, (R, S)
    capped_base_stock      the same, at most ``order_cap``
    projected              up to ``order_up_to`` expected units on hand when the order arrives (PIL)
    capped_projected       the same, at most ``order_cap``
    reorder                (s, S): up to ``order_up_to`` when the position is at or below ``reorder_point``
    capped_reorder         (s, S, q)
    single_index           one position for two lanes: fast up to ``fast_order_up_to``, slow up to ``order_up_to``
    dual_index             the fast lane fills what arrives within its lead time, the slow one the whole position
    capped_dual_index      the same, slow orders of at most ``order_cap``
    tailored_base_surge    ``order_cap`` units by the slow lane every review, the fast one up to ``fast_order_up_to``
    """

    JIT = "jit"
    NEWSVENDOR = "newsvendor"
    BASE_STOCK = "base_stock"
    CAPPED_BASE_STOCK = "capped_base_stock"
    PROJECTED = "projected"
    CAPPED_PROJECTED = "capped_projected"
    REORDER = "reorder"
    CAPPED_REORDER = "capped_reorder"
    SINGLE_INDEX = "single_index"
    DUAL_INDEX = "dual_index"
    CAPPED_DUAL_INDEX = "capped_dual_index"
    TAILORED_BASE_SURGE = "tailored_base_surge"


@dataclass(frozen=True, slots=True)
class Policy:
    """How one place is restocked, in units; which numbers count, `PolicyKind` says. Reviewed every ``review_days``.

    follows_season  1: levels and caps hold at season 1 and are scaled by the season ahead; 2: by the season of the
                    review day itself, for levels that somebody computes anew at every review; 0: they stay
    """

    kind: PolicyKind
    order_up_to: int = 0
    review_days: int = 7
    reorder_point: int = 0
    order_cap: int = 0
    fast_order_up_to: int = 0
    follows_season: int = 0


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
    may_cross: bool = False  # True: a later order may arrive before an earlier one


@dataclass(frozen=True, slots=True)
class Place:
    """Where stock lies. ``owner_is_seller`` False: the platform's warehouse, the goods are still the seller's."""

    id: str
    owner_is_seller: bool
    lane: Lane
    storage_cbm_day: Uncertain
    receive_cbm: Uncertain
    policy: Policy
    fast_lane: Lane | None = None  # the second lane of policies that use two
    handling_per_day: int = 0  # most orders packed a day at the seller's own place, the rest wait; 0: no limit


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
    answer_days: Uncertain = NONE  # from a change of demand until levels under this contract follow it
    # [order, stock order, week][Duty] the minutes above at their central value, thousandths; () puts all under one duty
    minutes_by_duty: tuple[tuple[int, ...], ...] = ()


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
    on_order: tuple[tuple[int, int], ...] = ()  # (day, units) under way to the first place today
    cost_currency: str = ""  # currency of ``unit_cost`` as the supplier bills it; "": the book currency, no FX risk


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
    terminal_cover_days  days of sales for which stock left at a living place keeps its landed cost; the rest: salvage
    shocks_per_year   ppm of one: how often demand of a product in a market changes for good (only once is played)
    shock_factor      ppm: what such a change multiplies demand by
    freight_month_sd  ppm: standard deviation of the log of freight rates' change in 30 days
    fx_month_sd       ppm: the same for the cost currency
    antithetic        odd paths mirror the uniform numbers of the even path before them
    actual            int64 [series of the demand, day]: units of each day under today's contract as they really were,
                      the horizon and ``terminal_cover_days`` more; replayed instead of drawing buyers. None: drawn
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
    terminal_cover_days: int = 0
    shocks_per_year: Uncertain = NONE
    shock_factor: Uncertain = NONE
    freight_month_sd: Uncertain = NONE
    fx_month_sd: Uncertain = NONE
    antithetic: bool = False
    actual: npt.NDArray[np.int64] | None = None


class Record(StrEnum):
    """What `run` keeps beside the outcomes of whole paths."""

    NOTHING = "nothing"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Stock policies to be compared without building an option for each: rows are candidates.

    option  int64 [candidate]                        row of ``Scenario.options``; rows of one option stand together
    number  int64 [candidate, place, NUMBERS]        kind (position in `PolicyKind`), order_up_to, review_days,
                                                     reorder_point, order_cap, fast_order_up_to, follows_season
    """

    option: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day of every path: int64 [option, path, day] (``on_hand`` int64 [option, path, place, day])."""

    on_hand: npt.NDArray[np.int64]
    cash_minor: npt.NDArray[np.int64]
    minutes: npt.NDArray[np.int64]  # thousandths of a minute of staff time


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened, by option (rows follow ``Scenario.options``); weeks start at ``start_on``. Money is minor units.

    profit            int64 [option, path]
    component         int64 [option, Component]   means over paths; rows add up to the mean profit within rounding of 1
    cash_mean         int64 [option, week]        cumulative net cash at its lowest day of the week, mean over paths
    cash_low          int64 [option, week]        the same, 10th percentile over paths (the cash to have at hand)
    hours             f8    [option, week]        staff hours, mean over paths
    hours_by_duty     f8    [option, 13]          total over the horizon, mean, in `Duty` order; split by what orders,
                                                  stock orders and weeks ask of each duty (`Listing.minutes_by_duty`)
    volume_cm3        int64 [option, week]        peak volume at seller-owned places, mean over paths
    units_bought      f8    [option, week]        units ordered from the supplier, mean over paths
    units_sent        f8    [option, 2 x place, week]  units that set out by each place's lanes, the slow one first,
                                                  mean over paths; what sets out past the horizon is in none
    units_sold, units_ordered f8 [option];  fill_rate, late_rate, delivery_days, return_rate f8 [option]
    error     dict of the estimate's name to its standard error, same shape, from means of batches of paths
    daily     every day of every path when it was asked for
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
    units_bought: npt.NDArray[np.float64]
    units_sent: npt.NDArray[np.float64]
    fill_rate: npt.NDArray[np.float64]
    late_rate: npt.NDArray[np.float64]
    delivery_days: npt.NDArray[np.float64]
    return_rate: npt.NDArray[np.float64]
    error: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    daily: Daily | None = None
