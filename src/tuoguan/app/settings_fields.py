"""Every setting of seller.toml as a form holds it: where it stands, of which kind it is, on which page. Data.

Keeps the invariant (a test) that no setting which reading accepts is missing from the forms.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "number", "flag", "day", "market", "markets", "currency", "country", "mode", "duties",
               "list", "three", "pair"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One value. ``path`` is its name in seller.toml with dots; of a table's column, its name there."""

    path: str
    kind: Kind = "text"
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Values of which there are several: ``[[path]]`` blocks, or with ``key`` a table by that key.

    A column of the empty name is the value itself: `today."US" = "…"`.
    """

    path: str
    columns: tuple[Field, ...]
    key: Field | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One form."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[Rows, ...] = ()


SHOP = Page(
    "shop",
    (
        Field("name"), Field("currency", "currency"), Field("markets", "markets"), Field("origin", "country", "CN"),
        Field("decide_on", "day"), Field("horizon_days", "whole", "182"), Field("cold_start", "flag", "true"),
        Field("stores", "list"), Field("contracts", "list"),
    ),
    (Rows("today", (Field(""),), Field("market")),),
)  # fmt: skip
FIRST = Page(
    "first",
    (
        Field("name"), Field("currency", "currency"), Field("markets", "markets"), Field("limits.cash"),
        Field("limits.hours_per_week", "number"), Field("limits.wage_per_hour", default="0"),
    ),
)  # fmt: skip
MEANS = Page(
    "means",
    (
        Field("limits.cash"), Field("limits.hours_per_week", "number"), Field("limits.wage_per_hour", default="0"),
        Field("risk.weight", "number", "0.3"), Field("risk.level", "number", "0.9"), Field("control.keep", "duties"),
    ),
    (
        Rows("limits.hours_by_duty", (Field("", "number"),), Field("duty")),
        Rows("limits.profit_share", (Field(""),), Field("platform")),
        Rows("limits.products", (Field("at_most", "whole"), Field("at_least", "whole", "0"),
                                 Field("at_least_if_any", "whole", "0")), Field("contract")),
        Rows("control.keep_by_brand", (Field("", "list"),), Field("brand")),
        Rows("switching", (Field("cost", default="0"), Field("hours", "number", "0")), Field("contract")),
    ),
)  # fmt: skip
PLACES = Page(
    "places",
    (),
    (
        Rows("sites", (
            Field("id"), Field("market", "market"), Field("currency", "currency"), Field("volume_cbm", "number"),
            Field("pick_per_order"), Field("pick_next_unit"), Field("storage_per_cbm_day"), Field("receive_per_cbm"),
            Field("return_per_unit"), Field("label_per_parcel"), Field("handling_orders_per_day", "whole"),
        )),
        Rows("lanes", (
            Field("id"), Field("market", "market"), Field("mode", "mode"), Field("currency", "currency"),
            Field("per_kg"), Field("per_cbm"), Field("minimum"), Field("lead_days", "pair", "0"),
            Field("divisor_cm3_per_kg", "whole", "0"), Field("space_cbm", "number"),
            Field("sailing_days", "whole", "7"),
        )),
        Rows("suppliers", (Field("name"), Field("units_per_week", "number"), Field("amount_per_week"))),
    ),
)  # fmt: skip
ASSUMED = Page(
    "assumed",
    (Field("unit_cost_share", "three"), Field("not_goods", "list")),
    (
        Rows("reach", (Field("", "three"),), Field("contract")),
        Rows("fx", (Field(""),), Field("pair")),
        Rows("market_by_country", (Field("", "market"),), Field("country")),
    ),
)  # fmt: skip
PAGES = {page.name: page for page in (SHOP, MEANS, PLACES, ASSUMED)}
