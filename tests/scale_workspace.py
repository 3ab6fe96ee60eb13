"""A small workspace in Parquet for tests of the large job: invented products and sales in three markets."""

from pathlib import Path

import numpy as np
import polars as pl

SELLER = """
schema = 1
name = "Small"
currency = "GBP"
decide_on = "2026-11-23"
markets = ["UK", "EU", "US"]

[limits]
cash = "9000"
hours_per_week = 20
wage_per_hour = "12"

[[sites]]
id = "uk-home"
market = "UK"
volume_cbm = 1.5
"""


def write(folder: Path, products: int = 40) -> Path:
    """The folder, with seller.toml, products.parquet and sales.parquet; the same bytes each time."""
    random = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    price = np.round(np.exp(random.normal(2.5, 0.6, products)), 2)
    sku = [f"P{number:03d}" for number in range(products)]
    pl.DataFrame({
        "sku": sku, "name": sku, "category": "home", "retail_price": price, "unit_cost": np.round(0.3 * price, 2),
        "weight_g": random.integers(40, 2_500, products), "length_cm": 20.0, "width_cm": 12.0, "height_cm": 6.0,
        "moq": random.choice([1, 12, 50], products), "carton": 1,
        "supplier_lead_days": random.choice([1, 5, 20], products),
    }).write_parquet(folder / "products.parquet")  # fmt: skip
    lines = 120 * products
    chosen = random.integers(0, products, lines)
    first = np.datetime64("2026-01-01")
    pl.DataFrame({
        "order_id": np.arange(lines), "ordered_at": first + random.integers(0, 320, lines).astype("timedelta64[D]"),
        "sku": [sku[at] for at in chosen], "quantity": random.integers(1, 4, lines), "unit_price": price[chosen],
        "country": random.choice(["UK", "EU", "US"], lines),
    }).write_parquet(folder / "sales.parquet")  # fmt: skip
    (folder / "seller.toml").write_text(SELLER, encoding="utf-8")
    return folder


def choice(out: Path) -> bytes:
    """The bytes of all parts of the choice, in order."""
    return b"".join(path.read_bytes() for path in sorted((out / "choice").glob("part-*.parquet")))
