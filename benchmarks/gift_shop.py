"""The gift shop as a workspace: UCI Online Retail II, Dec 2009 to Nov 2010 (D. Chen, doi 10.24432/C5CG6D, CC BY 4.0).

    python benchmarks/gift_shop.py WORKSPACE [--data ../shared/data/gift_shop]

Order lines go in as they are. Weight, size and cost are assumptions of the data's makers, so every product names them
in `assumed`.
The `seller.toml` written here describes an invented one-person shop in the United Kingdom; change it freely.
"""

import argparse
import gzip
import shutil
import sys
from pathlib import Path

import polars as pl

SELLER = """\
schema = 1
name = "Gift shop"
currency = "GBP"
decide_on = "2026-11-23"  # the history ends in 2010; only its level and its shape over the year are used
horizon_days = 182
origin = "CN"
markets = ["UK", "EU", "US", "JP", "IL", "AU", "CA", "CH", "NO", "SG", "HK", "AE", "KR", "BR", "TH", "ZA", "IS", "LB",
"BH"]
cold_start = false        # only where a product has sold before

[limits]
cash = "60000"
hours_per_week = 60
wage_per_hour = "12"

[[sites]]
id = "uk-home"
market = "UK"
volume_cbm = 60.0

[[lanes]]
id = "cn-uk-sea"
market = "UK"
mode = "sea"
currency = "GBP"
per_cbm = "95"
lead_days = [35, 55]

[market_by_country]
"Channel Islands" = "UK"  # served by the same post; an own customs territory
"""


def build(folder: Path, data: Path) -> None:
    """Writes seller.toml, products.csv and sales.csv into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seller.toml").write_text(SELLER, encoding="utf-8")
    with gzip.open(data / "orders.csv.gz", "rb") as source, (folder / "sales.csv").open("wb") as target:
        shutil.copyfileobj(source, target)
    products = pl.read_csv(data / "products.csv.gz", infer_schema=False)
    products.select(
        "sku", "name", category="category_assumed", retail_price="unit_price", unit_cost="unit_cost_assumed",
        weight_g="weight_g", length_cm="length_cm", width_cm="width_cm", height_cm="height_cm",
        assumed=pl.lit("category|unit_cost_minor|weight_g|volume_cm3"),
    ).write_csv(folder / "products.csv")  # fmt: skip


def main() -> int:
    """Exit status: 0, or 2 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "gift_shop")
    arguments = parser.parse_args()
    if not (arguments.data / "orders.csv.gz").exists():
        sys.stderr.write(f"no gift shop data in {arguments.data}\n")
        return 2
    build(arguments.workspace, arguments.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
