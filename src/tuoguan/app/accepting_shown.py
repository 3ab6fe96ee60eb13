"""What taking a decision would open, told before it is done.

Keeps the invariant that it counts the documents that `accept` would open: stores without one, listings other than
today's, and the purchases of the plan.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.app.plan import read_purchases

ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Opening:
    """Documents by kind: how many and the first few.

    stores     contracts under which the seller has no store yet
    listings   by contract; ``listings_first`` are (sku, name, market, contract, retail, supply price, quote)
    reviews    listings whose supply price a platform must agree to: a price review follows each
    purchases  of the plan, with their cost; ``purchases_first`` as in its file
    """

    stores: tuple[str, ...]
    listings: Mapping[str, int]
    listings_first: tuple[Mapping[str, object], ...]
    reviews: int
    purchases: int
    purchases_cost_minor: int
    purchases_units: int
    purchases_first: tuple[Mapping[str, object], ...]


def preview(workspace: Path) -> Opening:
    """What the decision kept in the workspace would open; what is there already is skipped when it is taken."""
    folder = workspace / "decision"
    held = set(tomllib.loads((workspace / "seller.toml").read_text("utf-8-sig")).get("stores", ()))
    sold = pl.scan_parquet(folder / "decision.parquet").filter(pl.col("decision") == "sell")
    fresh = sold.filter(pl.col("contract") != pl.col("today"))
    by_contract = fresh.group_by("contract").agg(pl.len()).sort("contract").collect()
    contracts = sold.select(pl.col("contract").unique().sort()).collect().get_column("contract")
    columns = ("sku", "name", "market", "contract", "retail_price_minor", "supply_price_minor", "quote_minor")
    first = fresh.sort("gain_minor", descending=True).head(ROWS_SHOWN).select(columns).collect()
    reviews = fresh.filter(pl.col("quote_minor").is_not_null()).select(pl.len()).collect().item()
    bought = read_purchases(folder / "plan")
    return Opening(
        stores=tuple(one for one in contracts if one.rsplit("/", 1)[0] not in held),
        listings=dict(by_contract.iter_rows()), listings_first=tuple(first.iter_rows(named=True)), reviews=reviews,
        purchases=bought.height, purchases_cost_minor=int(bought.get_column("cost_minor").sum()),
        purchases_units=int(bought.get_column("units").sum()),
        purchases_first=tuple(bought.sort("order_on", "sku").head(ROWS_SHOWN).iter_rows(named=True)),
    )  # fmt: skip
