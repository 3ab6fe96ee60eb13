"""The optional tables: stock, stock_outs, prices, returns, costs.

Hides their spellings. Keeps the invariant that each row is typed and of a known SKU, or listed.
"""

from collections.abc import Callable

import polars as pl

from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.tables import Schema, conform, empty
from tuoguan.intake.columns import (
    known_skus,
    need_text,
    refuse,
    until,
    with_currency,
    with_day,
    with_integer,
    with_market,
    with_money,
)
from tuoguan.intake.log import Log
from tuoguan.intake.money import Fx, converted
from tuoguan.intake.schema import PRICES, RETURNS, STOCK, STOCK_OUTS, Seller
from tuoguan.intake.sheets import Sheet

COSTS: Schema = {"sku": pl.String, "day": pl.Date, "unit_cost_minor": pl.Int64}
MAX_OUT_DAYS = 3_660


def read_side(
    sheets: dict[str, list[Sheet]], seller: Seller, skus: pl.Series, on: Day, limit: Day | None, fx: Fx, log: Log
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Each optional table by name, and file and row of every row used."""
    readers: dict[str, tuple[Schema, Callable[[Sheet], pl.DataFrame]]] = {
        "stock": (STOCK, lambda sheet: _stock(sheet, seller, on, log)),
        "stock_outs": (STOCK_OUTS, lambda sheet: _stock_outs(sheet, seller, log)),
        "prices": (PRICES, lambda sheet: _prices(sheet, seller, on, fx, log)),
        "returns": (RETURNS, lambda sheet: _returns(sheet, seller, log)),
        "costs": (COSTS, lambda sheet: _costs(sheet, seller, on, fx, log)),
    }
    tables, used = {}, []
    for name, (schema, reader) in readers.items():
        parts = [_known(reader(sheet), skus, limit, log) for sheet in sheets.get(name, [])]
        used += [part.select("file", "row") for part in parts]
        whole = [conform(part, schema) for part in parts]
        tables[name] = pl.concat(whole) if whole else empty(schema)
    tables["stock_outs"] = tables["stock_outs"].unique(maintain_order=True)
    keys = ("sku", "market", "site", "contract", "day")
    sorted_tables = {name: table.sort([key for key in keys if key in table.columns]) for name, table in tables.items()}
    return sorted_tables, pl.concat(used).unique() if used else pl.DataFrame(
        schema={"file": pl.String, "row": pl.Int64}
    )


def _known(frame: pl.DataFrame, skus: pl.Series, limit: Day | None, log: Log) -> pl.DataFrame:
    """The frame's rows of known SKUs and of days before the decision."""
    return until(known_skus(frame, skus, log), "day", limit, log)


def _stock(sheet: Sheet, seller: Seller, on: Day, log: Log) -> pl.DataFrame:
    """Units on hand per SKU and site; without a site column all of it lies at the origin."""
    frame = need_text(sheet.frame, "sku", log)
    frame = with_integer(frame, "on_hand", log, required=True, least=0, code="negative_stock")
    frame = _day_or(frame, on, log)
    if "site" not in frame.columns:
        return frame.with_columns(site=pl.lit("origin"))
    known = [site.id for site in seller.sites] + ["origin"]
    frame = frame.with_columns(site=pl.col("site").fill_null("origin"))
    return refuse(frame, ~pl.col("site").is_in(known), "unknown_site", "site", log)


def _day_or(frame: pl.DataFrame, on: Day, log: Log) -> pl.DataFrame:
    """The frame with ``day`` parsed, or set to the given day where the file has none."""
    if "day" not in frame.columns:
        return frame.with_columns(day=pl.lit(date_of(on - 1)))
    frame = with_day(frame, "day", log, required=False)
    return frame.with_columns(pl.col("day").fill_null(date_of(on - 1)))


def _stock_outs(sheet: Sheet, seller: Seller, log: Log) -> pl.DataFrame:
    """One row per SKU, market and day without stock; a span from..until is spelled out."""
    frame = need_text(sheet.frame, "sku", log)
    frame = with_market(frame, seller, log, at=sheet.file)
    frame = with_day(frame, "day", log)
    if "until" not in frame.columns:
        return frame
    frame = with_day(frame, "until", log, required=False)
    last = pl.col("until").fill_null(pl.col("day"))
    span = (last - pl.col("day")).dt.total_days()
    frame = refuse(frame, (span < 0) | (span > MAX_OUT_DAYS), "bad_span", "until", log)
    return frame.with_columns(day=pl.date_ranges("day", last)).explode("day")


def _prices(sheet: Sheet, seller: Seller, on: Day, fx: Fx, log: Log) -> pl.DataFrame:
    """Supply and retail prices per SKU, market, contract and day."""
    frame = with_currency(need_text(sheet.frame, "sku", log), seller.currency, log)
    for field in ("supply_price", "retail_price"):
        frame = with_money(frame, field, log)
    frame = refuse(
        frame,
        pl.col("supply_price_minor").is_null() & pl.col("retail_price_minor").is_null(),
        "missing_cell",
        "supply_price",
        log,
    )
    frame = _day_or(with_market(frame, seller, log, at=sheet.file), on, log)
    frame = converted(frame, ["supply_price_minor", "retail_price_minor"], "day", seller, fx, log)
    return frame if "contract" in frame.columns else frame.with_columns(contract=pl.lit(""))


def _returns(sheet: Sheet, seller: Seller, log: Log) -> pl.DataFrame:
    """Units that came back, per SKU, market and the day on which that became known."""
    frame = with_market(need_text(sheet.frame, "sku", log), seller, log, at=sheet.file)
    frame = with_integer(frame, "units", log, required=True, least=1, code="below_one")
    if "day" in frame.columns:
        return with_day(frame, "day", log)
    log.say("missing_column", sheet.file, "returns without a date")
    return refuse(frame, pl.col("sku").is_not_null(), "missing_cell", "day", log)


def _costs(sheet: Sheet, seller: Seller, on: Day, fx: Fx, log: Log) -> pl.DataFrame:
    """Unit costs per SKU and day."""
    frame = with_currency(need_text(sheet.frame, "sku", log), seller.currency, log)
    frame = with_money(need_text(frame, "unit_cost", log), "unit_cost", log, code="negative_cost")
    return converted(_day_or(frame, on, log), ["unit_cost_minor"], "day", seller, fx, log)
