"""The catalogue: rows → products, and what stands in where a cell is missing.

Hides units and assumptions. Keeps the invariants that a SKU stands once whatever its case, and that each assumed cell
is named.
"""

import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.rates import PPM, parse_ppm
from tuoguan.foundation.tables import conform, empty
from tuoguan.intake.cells import scaled
from tuoguan.intake.columns import doubt, need_text, refuse, with_currency, with_integer, with_measure, with_money
from tuoguan.intake.log import Log
from tuoguan.intake.money import Fx, converted
from tuoguan.intake.schema import PRODUCTS, Seller
from tuoguan.intake.sheets import Sheet
from tuoguan.intake.words import words

TEXTS = ("name", "brand", "category", "hs_code", "supplier", "today")


def typed_products(sheets: list[Sheet], seller: Seller, fx: Fx, day: Day, log: Log) -> pl.DataFrame:
    """The usable rows of all product files, missing cells still null, one row per SKU."""
    parts = [_typed(sheet, seller, fx, day, log) for sheet in sheets]
    if not parts:
        return empty(PRODUCTS)
    rows = _without_duplicates(pl.concat(parts), log)
    doubt(rows, pl.col("unit_cost_minor") > pl.col("retail_price_minor"), "cost_above_price", "unit_cost_minor", log)
    return conform(rows, PRODUCTS).sort("sku")


def _typed(sheet: Sheet, seller: Seller, fx: Fx, day: Day, log: Log) -> pl.DataFrame:
    """One file's rows with typed columns; a row with a cell that cannot be used is listed."""
    frame = sheet.frame if sheet.has("sku") else sheet.frame.rename({"platform_sku": "sku"})
    frame = need_text(frame, "sku", log)
    frame = with_currency(frame, seller.currency, log)
    for field, code in (("unit_cost", "negative_cost"), ("retail_price", "negative_price")):
        frame = with_money(frame, field, log, code=code)
    frame = refuse(frame, pl.col("retail_price_minor") == 0, "zero_price", "retail_price", log)
    frame = converted(frame, ["unit_cost_minor", "retail_price_minor"], day, seller, fx, log)
    for field in ("weight_g", "weight_kg"):
        frame = with_measure(frame, field, log, "zero_weight")
    for field in ("volume_cm3", "length_cm", "width_cm", "height_cm"):
        frame = with_measure(frame, field, log, "zero_size")
    for field in ("moq", "carton"):
        frame = with_integer(frame, field, log, least=1, code="below_one")
    frame = with_integer(frame, "supplier_lead_days", log, least=0, code="negative_days")
    frame = _with_measures(frame)
    return _with_shares_and_lists(frame, log)


def _with_measures(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with weight in g and volume in cm3, rounded up to at least one."""
    weight = pl.coalesce(pl.col("weight_g_milli"), pl.col("weight_kg_milli") * 1000)
    sides = [pl.col(f"{side}_milli").cast(pl.Float64) / 1000 for side in ("length_cm", "width_cm", "height_cm")]
    volume = pl.coalesce(pl.col("volume_cm3_milli").cast(pl.Float64) / 1000, sides[0] * sides[1] * sides[2])
    grams = ((weight + 999) // 1000).cast(pl.Int64)
    frame = frame.with_columns(_weight=grams, volume_cm3=volume.clip(1, 1e12).round().cast(pl.Int64))
    return frame.drop("weight_g", strict=False).rename({"_weight": "weight_g"})


def _with_shares_and_lists(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame with return_rate_ppm, keep and assumed; PRODUCTS columns plus file and row."""
    if "return_rate" not in frame.columns:
        frame = frame.with_columns(return_rate=pl.lit(None, dtype=pl.String))
    percent = pl.col("return_rate").str.ends_with("%")
    ppm = pl.when(percent).then(scaled(pl.col("return_rate"), 4)).otherwise(scaled(pl.col("return_rate"), 6))
    frame = frame.with_columns(return_rate_ppm=ppm)
    wrong = pl.col("return_rate").is_not_null() & ~pl.col("return_rate_ppm").is_between(0, PPM).fill_null(False)
    frame = refuse(frame, wrong, "bad_share", "return_rate", log)
    for field in ("keep", "assumed"):
        if field not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(field))
        parts = pl.col(field).str.to_lowercase().str.extract_all(r"[a-z0-9_]+").alias(field)
        frame = frame.with_columns(parts.fill_null(pl.lit([], dtype=pl.List(pl.String))))
    duties = sorted(str(duty) for duty in Duty)
    unknown = pl.col("keep").list.eval(~pl.element().is_in(duties)).list.any()
    frame = refuse(frame, unknown, "unknown_duty", "keep", log, found="_none")
    columns = [name for name in ("file", "row", *PRODUCTS)]
    return conform(frame, {"file": pl.String, "row": pl.Int64, **PRODUCTS}).select(columns)


def _without_duplicates(rows: pl.DataFrame, log: Log) -> pl.DataFrame:
    """One row per SKU: an identical repeat is used once, differing or case-only repeats are refused, all of them."""
    facts = [name for name in PRODUCTS if name not in ("keep", "assumed")]
    repeat = ~pl.struct(facts).is_first_distinct()
    rows = refuse(rows, repeat, "duplicate_row", "sku", log)
    key = pl.col("sku").str.to_lowercase()
    twice = (pl.len().over(key) > 1) & (pl.col("sku").n_unique().over(key) == 1)
    cased = (pl.len().over(key) > 1) & (pl.col("sku").n_unique().over(key) > 1)
    flags = rows.select(twice.alias("twice"), cased.alias("cased"))
    log.rows(rows.filter(flags["twice"]), "duplicate_sku", "sku")
    log.rows(rows.filter(flags["cased"]), "duplicate_sku_case", "sku")
    return rows.filter(~(flags["twice"] | flags["cased"]))


def with_costs(products: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Products with the newest cost of the costs table where there is one."""
    if costs.is_empty():
        return products
    newest = (
        costs.sort("day", nulls_last=False)
        .group_by("sku", maintain_order=True)
        .last()
        .select("sku", _cost="unit_cost_minor")
    )
    joined = products.join(newest, on="sku", how="left", maintain_order="left")
    assumed = (
        pl.when(pl.col("_cost").is_not_null())
        .then(pl.col("assumed").list.set_difference(["unit_cost_minor"]))
        .otherwise("assumed")
    )
    return joined.with_columns(assumed=assumed, unit_cost_minor=pl.coalesce("_cost", "unit_cost_minor")).drop("_cost")


def completed(products: pl.DataFrame, sold: pl.DataFrame, seller: Seller, log: Log) -> pl.DataFrame:
    """Products without nulls: what is missing is filled by the shop's own medians or an assumption, and named in
    ``assumed``.

    ``sold`` has per SKU ``price_minor`` (median), ``units`` and ``returned``.
    """
    frame = products.join(sold, on="sku", how="left", maintain_order="left")
    # What buyers paid is the seller's own record, not an assumption.
    frame = frame.with_columns(pl.coalesce("retail_price_minor", "price_minor"))
    lost = frame.filter(pl.col("retail_price_minor").is_null())
    if lost.height:
        names = ", ".join(f'"{sku}"' for sku in lost["sku"].head(5))
        log.say("no_price", "products", names, rows=lost.height)
        frame = frame.filter(pl.col("retail_price_minor").is_not_null())
    data = words("assumptions")
    share = parse_ppm((seller.unit_cost_share or data["unit_cost_share"])[1])
    frame = _fill(frame, "unit_cost_minor", (pl.col("retail_price_minor") * share + PPM // 2) // PPM)
    frame = _fill_by_category(frame, "weight_g", pl.lit(data["weight_g"]))
    frame = _fill_by_category(frame, "volume_cm3", pl.col("weight_g") * data["volume_cm3_per_g"])
    for field in ("moq", "carton", "supplier_lead_days"):
        frame = _fill(frame, field, pl.lit(data[field]))
    frame = _fill(
        frame, "return_rate_ppm", _return_rate(frame, parse_ppm(data["return_rate"]), data["return_rate_units"])
    )
    frame = frame.with_columns(pl.col(name).fill_null("") for name in TEXTS)
    return conform(frame, PRODUCTS).sort("sku")


def _return_rate(frame: pl.DataFrame, assumed_ppm: int, weight: int) -> pl.Expr:
    """Returned share in ppm, a product's own drawn towards the shop's mean; the assumption where nothing ever came
    back.
    """
    units, returned = int(frame["units"].sum() or 0), int(frame["returned"].sum() or 0)
    mean = returned * PPM // units if returned and units else assumed_ppm
    own, sold = pl.col("returned").fill_null(0), pl.col("units").fill_null(0)
    if not returned:
        return pl.lit(mean, dtype=pl.Int64)
    return ((own * PPM + mean * weight) // (sold + weight)).clip(0, PPM).cast(pl.Int64)


def _fill(frame: pl.DataFrame, field: str, value: pl.Expr) -> pl.DataFrame:
    """The frame with nulls of ``field`` replaced by ``value`` and the field named in ``assumed`` of those rows."""
    filled = pl.col(field).is_null() & value.is_not_null()
    named = pl.when(filled).then(pl.col("assumed").list.set_union([field])).otherwise("assumed")
    return frame.with_columns(named.alias("assumed"), pl.coalesce(pl.col(field), value.cast(pl.Int64)).alias(field))


def _fill_by_category(frame: pl.DataFrame, field: str, otherwise: pl.Expr) -> pl.DataFrame:
    """The frame with nulls of ``field`` replaced by the category's median, else the file's, else ``otherwise``."""
    category = pl.col(field).median().over(pl.col("category").fill_null(""))
    value = pl.coalesce(category, pl.col(field).median(), otherwise).round().cast(pl.Int64)
    return _fill(frame, field, value)


def tell_assumed(products: pl.DataFrame, log: Log) -> None:
    """Says how many products carry an assumed value, column by column."""
    counts = products.select(pl.col("assumed").explode()).drop_nulls().to_series().value_counts(sort=True)
    for name, count in sorted(counts.rows()):
        log.say("assumed_cells", f"products, column {name}", f"{count:,} of {products.height:,} products", rows=count)
