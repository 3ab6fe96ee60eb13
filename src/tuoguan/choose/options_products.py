"""Products, quotes, prices and stock of a workspace, looked up by name instead of by row.

Hides the tables. Keeps the invariant that the latest row on or before the day of the decision wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tuoguan.choose.options_excluded import Product
from tuoguan.choose.options_listings import Quote
from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Batch

PRICE_WINDOW_DAYS = 180
PRICE_MIN_UNITS = 3
NO_QUOTE = Quote()
_DUTIES = {duty.value: duty for duty in Duty}


@dataclass(frozen=True, slots=True)
class History:
    """Latest quotes by (sku, market, contract), recent mean prices by (sku, market), stock by sku and site."""

    quotes: Mapping[tuple[str, str, str], Quote]
    paid_minor: Mapping[tuple[str, str], int]
    stock: Mapping[str, Mapping[str, int]]
    own_sites: frozenset[str]

    def quote(self, sku: str, market: str, contract: str) -> Quote:
        """The seller's quote under the contract; -1 where there is none."""
        return self.quotes.get((sku, market, contract), NO_QUOTE)

    def retail_price_minor(self, sku: str, market: str, contract: str) -> int:
        """What buyers pay today: the quoted retail price of today's contract, else the recent mean; 0 when unknown."""
        quoted = max(
            self.quotes.get((sku, market, name), NO_QUOTE).retail_price_minor
            for name in (contract, f"{contract}/{market}")
        )
        return quoted if quoted > 0 else self.paid_minor.get((sku, market), 0)

    def on_hand(self, sku: str, site: str, is_platform_today: bool) -> int:
        """Units at the site; stock at places that are not the seller's belongs to today's platform warehouse."""
        by_site = self.stock.get(sku, {})
        if is_platform_today:
            return sum(units for name, units in by_site.items() if name not in self.own_sites)
        return by_site.get(site, 0)


def read_history(batch: Batch, on: Day) -> History:
    """Prices and stock of the batch as of the day."""
    sites = frozenset(site.id for site in batch.seller.sites)
    return History(_quotes(batch.prices, on), _paid(batch.panel, batch.last_day), _stock(batch.stock, on), sites)


def _quotes(prices: pl.DataFrame, on: Day) -> dict[tuple[str, str, str], Quote]:
    known = prices.filter(pl.col("day").is_null() | (pl.col("day") <= date_of(on))).sort("day", maintain_order=True)
    found: dict[tuple[str, str, str], Quote] = {}
    columns = ("sku", "market", "contract", "supply_price_minor", "retail_price_minor")
    for sku, market, contract, supply, retail in known.select(columns).iter_rows():
        before = found.get((sku, market, contract), NO_QUOTE)
        found[sku, market, contract] = Quote(
            before.supply_price_minor if supply is None else supply,
            before.retail_price_minor if retail is None else retail,
        )
    return found


def _paid(panel: pl.DataFrame, last_day: Day) -> dict[tuple[str, str], int]:
    recent = panel.filter((pl.col("day") > date_of(last_day - PRICE_WINDOW_DAYS)) & (pl.col("units") > 0))
    sums = recent.group_by("sku", "market").agg(pl.col("gross_minor").sum(), pl.col("units").sum())
    known = sums.filter((pl.col("units") >= PRICE_MIN_UNITS) & (pl.col("gross_minor") > 0))
    return {(sku, market): gross // units for sku, market, gross, units in known.iter_rows()}


def _stock(stock: pl.DataFrame, on: Day) -> dict[str, dict[str, int]]:
    known = stock.filter(pl.col("day").is_null() | (pl.col("day") <= date_of(on))).sort("day", maintain_order=True)
    found: dict[str, dict[str, int]] = {}
    for sku, site, units in known.select("sku", "site", "on_hand").iter_rows():
        found.setdefault(sku, {})[site] = max(0, units or 0)
    return found


def product_facts(batch: Batch) -> dict[str, Product]:
    """Products by sku."""
    return {row["sku"]: _product(row) for row in batch.products.iter_rows(named=True)}


def _product(row: Mapping[str, object]) -> Product:
    def whole(name: str, missing: int) -> int:
        value = row[name]
        return value if isinstance(value, int) else missing

    def words(name: str) -> tuple[str, ...]:
        value = row[name]
        return tuple(map(str, value)) if isinstance(value, list) else ()

    rate = row["return_rate_ppm"]
    return Product(
        sku=str(row["sku"]), brand=str(row["brand"] or ""), category=str(row["category"] or ""),
        unit_cost_minor=whole("unit_cost_minor", -1), retail_price_minor=whole("retail_price_minor", 0),
        weight_g=whole("weight_g", 0), volume_cm3=whole("volume_cm3", 0), moq=max(1, whole("moq", 1)),
        carton=max(1, whole("carton", 1)), supplier_lead_days=max(0, whole("supplier_lead_days", 0)),
        return_rate_ppm=rate if isinstance(rate, int) else None,
        keep=tuple(_DUTIES[name] for name in words("keep") if name in _DUTIES),
        today=str(row["today"] or ""), assumed=frozenset(words("assumed")), supplier=str(row["supplier"] or ""),
    )  # fmt: skip
