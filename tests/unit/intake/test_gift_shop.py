"""The gift shop (UCI Online Retail II): what must hold of a real year; skipped where the shared data is absent."""

import importlib.util
import re
from pathlib import Path

import polars as pl
import pytest

from tuoguan.intake import Batch, read

_spec = importlib.util.spec_from_file_location("gift_shop", Path(__file__).parents[3] / "benchmarks" / "gift_shop.py")
assert _spec is not None and _spec.loader is not None
gift_shop = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(gift_shop)
DECIDED = "2010-12-01"


@pytest.fixture(scope="module")
def orders(shared: Path) -> pl.DataFrame:
    return pl.read_csv(shared / "data" / "gift_shop" / "orders.csv.gz", infer_schema=False)


@pytest.fixture(scope="module")
def batch(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("gift")
    gift_shop.build(folder, shared / "data" / "gift_shop")
    seller = folder / "seller.toml"
    # Decided on the day after the last line, so that some returns are not known yet.
    seller.write_text(re.sub(r'(decide_on = )"[^"]+"', rf'\1"{DECIDED}"', seller.read_text()))
    return read(folder)


def test_all_products_and_all_rows(batch: Batch) -> None:
    assert batch.products.height == 3_092
    sales = next(count for count in batch.counts if count.file == "sales.csv")
    assert (sales.rows_in, sales.rows_used, sales.rows_listed) == (363_611, 363_275, 336)
    # two words in a file with buyer columns could be a person: "West Indies" is withheld
    assert batch.listed.filter(~pl.col("used"))["found"].value_counts(sort=True).rows() == [
        ("Unspecified", 239),
        ("(withheld)", 39),
        ("Bermuda", 33),
        ("Nigeria", 25),
    ]


def test_units_and_money_are_those_of_the_file(batch: Batch, orders: pl.DataFrame) -> None:
    kept = orders.filter(~pl.col("country").is_in(["Unspecified", "West Indies", "Bermuda", "Nigeria"]))
    units = kept["qty"].cast(pl.Int64)
    pence = (kept["unit_price"].cast(pl.Float64) * 100).round().cast(pl.Int64)
    assert batch.panel["units"].sum() == units.sum()
    assert batch.panel["gross_minor"].sum() == (units * pence).sum()


def test_returns_known_by_the_day_of_decision(batch: Batch, orders: pl.DataFrame) -> None:
    kept = orders.filter(~pl.col("country").is_in(["Unspecified", "West Indies", "Bermuda", "Nigeria"]))
    known = kept.filter(pl.col("returned_at").str.slice(0, 10) < DECIDED)
    assert batch.returns["units"].sum() == known["returned_qty"].cast(pl.Int64).sum() > 0


def test_markets_are_those_of_the_countries(batch: Batch, orders: pl.DataFrame) -> None:
    units = dict(batch.panel.group_by("market").agg(pl.col("units").sum()).rows())

    def of(*names: str) -> int:
        return int(orders.filter(pl.col("country").is_in(names))["qty"].cast(pl.Int64).sum())

    assert units["UK"] == of("United Kingdom", "Channel Islands")
    assert (units["NO"], units["KR"], units["ZA"], units["US"]) == (of("Norway"), of("Korea"), of("RSA"), of("USA"))
    assert "EU" in units and sum(units.values()) == batch.panel["units"].sum()


def test_what_is_assumed_is_named_and_no_buyer_is_kept(batch: Batch, orders: pl.DataFrame) -> None:
    named = set(batch.products["assumed"].explode().unique())
    assert {"unit_cost_minor", "weight_g", "volume_cm3", "category", "moq"} <= named
    assert "retail_price_minor" not in named
    tables = (batch.products, batch.panel, batch.returns, batch.listed)
    buyers = set(orders["customer_ref"].drop_nulls())
    for table in tables:
        for column in [
            name for name, kind in table.schema.items() if kind == pl.String and name not in ("sku", "name", "found")
        ]:
            assert not buyers & set(table[column].unique()), column
