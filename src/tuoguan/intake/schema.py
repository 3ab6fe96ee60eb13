"""What a workspace holds once it has been read: typed settings and tables with declared columns.

All money is minor units of the seller's currency; days are `pl.Date`; texts are trimmed. A column ending in
``_assumed`` is never needed: which cells were assumed is told by the list column ``assumed`` (names of columns).
"""

from dataclasses import dataclass, field

import msgspec
import polars as pl

from tuoguan.foundation.parties import Duty
from tuoguan.foundation.problems import Problem
from tuoguan.foundation.tables import Schema

PRODUCTS: Schema = {
    "sku": pl.String, "name": pl.String, "brand": pl.String, "category": pl.String, "hs_code": pl.String,
    "supplier": pl.String, "unit_cost_minor": pl.Int64, "retail_price_minor": pl.Int64,
    "weight_g": pl.Int64, "volume_cm3": pl.Int64, "moq": pl.Int64, "carton": pl.Int64,
    "supplier_lead_days": pl.Int64, "return_rate_ppm": pl.Int64,
    "keep": pl.List(pl.String),  # duties that must stay with the seller, for this product
    "today": pl.String,  # contract id this product is sold under now, "" when unknown
    "assumed": pl.List(pl.String),
}  # fmt: skip

# One row per sku x market x day with a sale, or with a known stock-out; sorted by sku, market, day.
PANEL: Schema = {
    "sku": pl.String, "market": pl.String, "day": pl.Date, "units": pl.Int64, "orders": pl.Int64,
    "gross_minor": pl.Int64,  # what buyers paid, tax excluded where known
}  # fmt: skip

STOCK: Schema = {"sku": pl.String, "site": pl.String, "day": pl.Date, "on_hand": pl.Int64}
STOCK_OUTS: Schema = {"sku": pl.String, "market": pl.String, "day": pl.Date}
RETURNS: Schema = {"sku": pl.String, "market": pl.String, "day": pl.Date, "units": pl.Int64}
PRICES: Schema = {
    "sku": pl.String, "market": pl.String, "contract": pl.String, "day": pl.Date,
    "supply_price_minor": pl.Int64, "retail_price_minor": pl.Int64,
}  # fmt: skip
# Rows of the input that were not used, or used with a doubt; `row` is 1-based in the file, header included.
LISTED: Schema = {
    "file": pl.String, "row": pl.Int64, "column": pl.String, "found": pl.String, "code": pl.String, "used": pl.Boolean,
}  # fmt: skip


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where the seller keeps stock. Money is decimal text of ``currency``; absent prices fall back to the
    market's card.
    """

    id: str
    market: str
    volume_cbm: float | None = None
    currency: str | None = None
    pick_per_order: str | None = None
    pick_next_unit: str | None = None
    storage_per_cbm_day: str | None = None
    receive_per_cbm: str | None = None
    return_per_unit: str | None = None
    label_per_parcel: str | None = None
    handling_orders_per_day: int | None = None


class Lane(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way for goods from the suppliers' country to a market; ``space_cbm`` is the seller's on each sailing."""

    id: str
    market: str
    mode: str  # sea | air | rail | express
    currency: str
    per_kg: str | None = None
    per_cbm: str | None = None
    minimum: str | None = None
    lead_days: tuple[int, int] = (0, 0)
    divisor_cm3_per_kg: int = 0
    space_cbm: float | None = None
    sailing_days: int = 7  # from one sailing (or flight, or train) to the next


class Supplier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a supplier, named as in the products table, can deliver in a week: units, an amount, or both."""

    name: str
    units_per_week: float | None = None
    amount_per_week: str | None = None  # decimal text of the seller's currency, at unit cost


class ProductCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many products may or must be sold somewhere; a product counts once in each market.

    ``at_least_if_any`` holds only where one product is sold there at all: a store is worth opening, or a minimum order
    has to be met, from so many on.
    """

    at_most: int | None = None
    at_least: int = 0
    at_least_if_any: int = 0


class Switching(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes once to move one product from today's contract: ``cost`` in the seller's currency, and hours."""

    cost: str = "0"
    hours: float = 0.0


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the seller can carry. ``cash`` is decimal text of the seller's currency: the most that may be tied up at
    once.
    """

    cash: str
    hours_per_week: float
    wage_per_hour: str = "0"
    hours_by_duty: dict[Duty, float] = {}  # hours a week that can be spent on the duty
    profit_share: dict[str, str] = {}  # largest share of the expected profit, by platform
    products: dict[str, ProductCount] = {}  # by platform, platform/model or contract id


class Risk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``weight`` 0 looks at expected profit only, 1 only at the mean of the worst ``1 - level`` of outcomes."""

    weight: float = 0.3
    level: float = 0.9


class Control(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Duties that must stay with the seller, for every product or by brand."""

    keep: tuple[Duty, ...] = ()
    keep_by_brand: dict[str, tuple[Duty, ...]] = {}


class Seller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """seller.toml. ``today`` maps a market (or "*") to the contract that the history was sold under."""

    schema: int
    name: str
    currency: str
    markets: tuple[str, ...]
    limits: Limits
    decide_on: str | None = None
    horizon_days: int = 182
    origin: str = "CN"
    sites: tuple[Site, ...] = ()
    lanes: tuple[Lane, ...] = ()
    risk: Risk = Risk()
    control: Control = Control()
    today: dict[str, str] = {}
    contracts: tuple[str, ...] = ()  # consider only these (ids or prefixes such as "platform/model"); empty: all open
    stores: tuple[str, ...] = ()  # platform/model pairs where the seller already has a store
    suppliers: tuple[Supplier, ...] = ()
    switching: dict[str, Switching] = {}  # by the contract moved to, its platform/model or platform, or "*"
    cold_start: bool = True  # False: decide only where a product has sold before
    # what a listing could sell of the history's demand: low, mode, high by contract prefix, market or "*"; replaces the
    # contract's own (assumed) reach
    reach: dict[str, tuple[str, str, str]] = {}
    fx: dict[str, str] = {}  # "USDCNY" = "7.1": overrides, seller's word
    market_by_country: dict[str, str] = {}
    not_goods: tuple[str, ...] = ()  # extra SKU patterns that are carriage, fees or tests
    unit_cost_share: tuple[str, str, str] | None = None  # low, mode, high share of retail price where cost is missing


@dataclass(frozen=True, slots=True)
class FileCount:
    """rows_in == rows_used + rows_listed, for every file; always."""

    file: str
    rows_in: int
    rows_used: int
    rows_listed: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A workspace, read. Tables follow the schemas above; ``hash`` is of the input files."""

    seller: Seller
    products: pl.DataFrame
    panel: pl.DataFrame
    stock: pl.DataFrame
    stock_outs: pl.DataFrame
    returns: pl.DataFrame
    prices: pl.DataFrame
    listed: pl.DataFrame
    counts: tuple[FileCount, ...]
    problems: tuple[Problem, ...]
    first_day: int
    last_day: int
    hash: str
    history: str = "orders"  # or "snapshots"
    notes: tuple[str, ...] = field(default=())
