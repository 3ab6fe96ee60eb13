"""A hand-made workspace of three products for tests of choice: real contracts and cards, invented history."""

from functools import cache
from typing import Any

import numpy as np
import polars as pl

from tuoguan.choose import Groups, enumerate_options
from tuoguan.contracts import Library, load
from tuoguan.demand import Demand
from tuoguan.foundation.days import date_of, parse_day
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.intake.schema import (
    LISTED,
    PANEL,
    PRICES,
    PRODUCTS,
    RETURNS,
    STOCK,
    STOCK_OUTS,
    Batch,
    Limits,
    Seller,
)

ON = parse_day("2026-11-22")
HORIZON = 91


@cache
def library() -> Library:
    """The contracts and cards of the repository, loaded once."""
    return load()


@cache
def rates() -> FxTable:
    """Published rates of the day."""
    return load_fx(ON)


def product(sku: str, **changes: Any) -> dict[str, Any]:
    """One row of products: a 30.00 household good that costs 6.00 and weighs 400 g."""
    row = dict.fromkeys(PRODUCTS, "") | {
        "sku": sku, "category": "home", "unit_cost_minor": 600, "retail_price_minor": 3_000, "weight_g": 400,
        "volume_cm3": 1_500, "moq": 1, "carton": 1, "supplier_lead_days": 5, "return_rate_ppm": 50_000, "keep": [],
        "assumed": [],
    }  # fmt: skip
    return row | changes


def batch(*products: dict[str, Any], markets: tuple[str, ...] = ("US",), **settings: Any) -> Batch:
    """The workspace with one unit sold a day of every product in every market over the last 60 days."""
    stock, prices = settings.pop("stock", []), settings.pop("prices", [])
    days = [date_of(ON - 60 + day) for day in range(60)]
    panel = [
        (row["sku"], market, day, 1, 1, row["retail_price_minor"])
        for row in products
        for market in markets
        for day in days
    ]
    settings = {"limits": Limits(cash="10000", hours_per_week=20.0)} | settings
    seller = Seller(schema=1, name="t", currency="USD", markets=markets, horizon_days=HORIZON, **settings)

    def table(rows: list[Any], schema: Any) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=dict(schema), orient="row")

    return Batch(
        seller=seller, products=pl.DataFrame(list(products), schema=PRODUCTS), panel=table(panel, PANEL),
        stock=table(stock, STOCK), stock_outs=table([], STOCK_OUTS), returns=table([], RETURNS),
        prices=table(prices, PRICES), listed=table([], LISTED), counts=(), problems=(), first_day=ON - 60,
        last_day=ON - 1, hash="hand made",
    )  # fmt: skip


def demand(work: Batch, level: float = 1.0, dispersion: float = 1.0) -> Demand:
    """Known demand: the same level for every product and market, no season."""
    names = [(sku, market) for sku in work.products["sku"] for market in work.seller.markets]
    count = len(names)
    return Demand(
        sku=tuple(sku for sku, _ in names), market=tuple(market for _, market in names), start_on=ON,
        level_mean=np.full(count, level), level_shape=np.full(count, 1e6), dispersion=np.full(count, dispersion),
        season=np.ones((1, HORIZON)), profile=np.zeros(count, np.int64), method=("level",) * count,
        observed_days=np.full(count, 60, np.int64),
    )  # fmt: skip


def groups(work: Batch, known: Demand | None = None) -> Groups:
    """All options of the workspace."""
    return enumerate_options(work, library(), known or demand(work), on=ON, fx=rates())
