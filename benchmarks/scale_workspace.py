"""A workspace of any size shaped like a real shop: the gift shop's catalog and order lines, copied with a spread.

    python -m benchmarks.scale_workspace FOLDER --products 333334 --lines 6000000 [--data ../shared/data/gift_shop]

Copy ``k`` of a product has its own code, its price, cost, weight and size moved by log-normal factors, and a thinned
sample of the real product's order lines (day, quantity), dealt to three markets. So sales stay as seasonal, as
intermittent and as unequal as they were. Parquet tables; the same bytes for the same numbers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl
from benchmarks.gift_shop import SELLER

MARKETS = ("UK", "EU", "US")
SHARES = (0.5, 0.3, 0.2)
DATA = Path(__file__).parents[2] / "shared" / "data" / "gift_shop"
SETTINGS = {
    'markets = ["UK", "EU", "US", "JP", "IL", "AU", "CA", "CH", "NO", "SG", "HK", "AE", "KR", "BR", "TH", "ZA", "IS", '
    '"LB",\n"BH"]': 'markets = ["UK", "EU", "US"]',
    "cold_start = false        # only where a product has sold before\n": "",
}


def build(folder: Path, products: int, lines: int, data: Path = DATA) -> None:
    """Writes seller.toml, products.parquet and sales.parquet; cash, hours and volume grow with the catalog."""
    random = np.random.default_rng(20_261_123)
    folder.mkdir(parents=True, exist_ok=True)
    real = pl.read_csv(data / "products.csv.gz", infer_schema=False)
    copies = -(-products // real.height)
    catalog = pl.concat([_copy(real, number, random) for number in range(copies)]).head(products)
    catalog.write_parquet(folder / "products.parquet")
    _sales(catalog, data, copies, lines, random).write_parquet(folder / "sales.parquet")
    (folder / "seller.toml").write_text(_settings(products / real.height), encoding="utf-8")


def _settings(scale: float) -> str:
    text = SELLER
    for old, new in SETTINGS.items():
        assert old in text, old
        text = text.replace(old, new)
    text = text.replace('cash = "60000"', f'cash = "{round(60_000 * scale)}"')
    text = text.replace("hours_per_week = 60", f"hours_per_week = {round(60 * scale)}")
    return text.replace("volume_cbm = 60.0", f"volume_cbm = {60 * scale:.1f}")


def _copy(real: pl.DataFrame, number: int, random: np.random.Generator) -> pl.DataFrame:
    price, size, weight = (np.exp(random.normal(0.0, sd, real.height)) for sd in (0.3, 0.1, 0.3))
    moved = {name: real[name].cast(pl.Float64).to_numpy() for name in ("unit_price", "unit_cost_assumed", "weight_g")}
    sides = {
        f"{side}_cm": real[f"{side}_cm"].cast(pl.Float64).to_numpy() * size for side in ("length", "width", "height")
    }
    return pl.DataFrame({
        "sku": real["sku"] + f"-{number:03d}", "name": real["name"], "category": real["category_assumed"],
        "retail_price": np.maximum(np.round(moved["unit_price"] * price, 2), 0.05),
        "unit_cost": np.maximum(np.round(moved["unit_cost_assumed"] * price, 3), 0.01),
        "weight_g": np.maximum(np.round(moved["weight_g"] * weight), 1.0),
        **{name: np.maximum(np.round(side, 1), 0.5) for name, side in sides.items()},
        "moq": random.choice([1, 1, 12, 50, 200], real.height), "carton": random.choice([1, 6, 12], real.height),
        "supplier_lead_days": random.choice([1, 3, 7, 15, 30], real.height),
    })  # fmt: skip


def _sales(
    catalog: pl.DataFrame, data: Path, copies: int, lines: int, random: np.random.Generator
) -> pl.DataFrame:  # fmt: skip
    """Every copy's own thinned sample of the real lines, in the order of days."""
    known = catalog["sku"].str.replace(r"-\d+$", "").unique()
    text = pl.read_csv(data / "orders.csv.gz", infer_schema=False)
    day, units = pl.col("ordered_at").str.slice(0, 10).str.to_date(), pl.col("qty").cast(pl.Int64)
    real = text.select("sku", ordered_at=day, quantity=units)
    real = real.filter((pl.col("quantity") > 0) & pl.col("sku").is_in(known.implode()))
    share = min(lines / (real.height * copies), 1.0)
    prices = catalog.select("sku", unit_price="retail_price")
    parts = []
    for number in range(copies):
        part = real.filter(pl.Series(random.random(real.height) < share))
        market = pl.Series("country", random.choice(MARKETS, part.height, p=SHARES))
        parts.append(part.with_columns(market, sku=pl.col("sku") + f"-{number:03d}"))
    return pl.concat(parts).join(prices, on="sku").sort("ordered_at", "sku", "country", "quantity")


def main() -> int:
    """Exit status: 0, or 2 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=333_334)
    parser.add_argument("--lines", type=int, default=6_000_000)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if not (arguments.data / "orders.csv.gz").exists():
        sys.stderr.write(f"no gift shop data in {arguments.data}\n")
        return 2
    build(arguments.folder, arguments.products, arguments.lines, arguments.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
