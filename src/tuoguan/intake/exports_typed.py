"""Texts of a cut file → typed columns that every table shares: instants, days, quantities, codes, markets, states.

Hides how seller centers write them. Keeps the invariant that a code nobody knows stays as it is and is listed, and that
a zone which had to be assumed is said.
"""

import polars as pl

from tuoguan.intake.cells import scaled
from tuoguan.intake.columns import by_distinct, doubt, market_map, refuse
from tuoguan.intake.dates import day_of_text, instant_of_text, is_pair, lacks_zone, order_of
from tuoguan.intake.exports_cut import Cut
from tuoguan.intake.exports_schema import UNCLASSIFIED, Format, Reader
from tuoguan.intake.log import Log
from tuoguan.intake.words import normalize, words

TIMES = (
    "ordered_at", "paid_at", "ship_by_at", "shipped_at", "delivered_at", "cancelled_at", "arrive_by_at", "received_at",
    "settled_at",
)  # fmt: skip


def zone_of(cut: Cut, reader: Reader, log: Log) -> str:
    """The zone of times without one: the file's, the person's, the format's (said), else UTC (said)."""
    if cut.zone or reader.zone:
        return cut.zone or reader.zone
    zone = cut.found.format.zone or "UTC"
    there = [pl.col(field) for field in TIMES if field in cut.frame.columns]
    if there and cut.frame.select(pl.any_horizontal(lacks_zone(field).any() for field in there)).item():
        log.say("zone_assumed", str(cut.frame["file"][0]), f"times without a zone, taken as {zone}")
    return zone


def with_times(frame: pl.DataFrame, format: Format, zone: str, log: Log) -> pl.DataFrame:
    """The frame with every time as UTC seconds under its own name, and with the day of each as ``<name>_day``.

    The order of day and month is the file's, from all its dates together; where no date shows it, the format's.
    """
    fields = [field for field in TIMES if field in frame.columns]
    if not fields:
        return frame
    order = order_of(pl.concat([frame[field] for field in fields])).name
    if order == "ambiguous":
        order = format.dates or order
    for field in fields:
        pair = is_pair(pl.col(field))
        frame = refuse(frame, pair & (order == "both"), "dates_in_two_orders", field, log)
        frame = refuse(frame, pair & (order == "ambiguous"), "ambiguous_dates", field, log)
        text = pl.col(field)
        frame = by_distinct(frame, [field], _at=instant_of_text(text, order, zone), _day=day_of_text(text, order))
        frame = refuse(frame, text.is_not_null() & pl.col("_at").is_null(), "bad_date", field, log)
        outside = ~pl.col("_at").is_between(631_152_000, 4_102_444_800)  # 1990 to 2100
        frame = refuse(frame, outside, "date_out_of_range", field, log)
        frame = frame.drop(field).rename({"_at": field, "_day": f"{field}_day"})
    return frame


def unspelled(frame: pl.DataFrame, fields: list[str], format: Format) -> pl.DataFrame:
    """The frame with amounts written "12.000,50" as "12000.50", where the format writes them so."""
    if format.number != "dot_thousands":
        return frame
    there = [field for field in fields if field in frame.columns]
    return frame.with_columns(
        pl.col(field).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True) for field in there
    )


def with_units(frame: pl.DataFrame, field: str, log: Log, *, required: bool = False) -> pl.DataFrame:
    """The frame with ``field`` as whole units, nought or more; rows that give none are out when it is required."""
    if field not in frame.columns:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(field))
    if required:
        frame = refuse(frame, pl.col(field).is_null(), "missing_cell", field, log)
    frame = by_distinct(frame, [field], _units=scaled(pl.col(field), 3))
    bad = pl.col(field).is_not_null() & (pl.col("_units").is_null() | (pl.col("_units") % 1000 != 0))
    frame = refuse(frame, bad, "bad_number", field, log)
    frame = refuse(frame, pl.col("_units") < 0, "negative_units", field, log)
    return frame.drop(field).with_columns((pl.col("_units") // 1000).alias(field)).drop("_units")


def with_market(frame: pl.DataFrame, format: Format, reader: Reader, log: Log) -> pl.DataFrame:
    """The frame with ``market``: the format's, else that of the row's country; a country nobody knows is listed."""
    if format.market or "country" not in frame.columns:
        return frame.with_columns(market=pl.lit(format.market))
    known = market_map(frame["country"], reader.market_by_country)
    frame = frame.with_columns(market=pl.col("country").replace_strict(known, default="", return_dtype=pl.String))
    unknown = pl.col("country").is_not_null() & (pl.col("market") == "")
    return doubt(frame, unknown, "unknown_country", "country", log)


def with_state(frame: pl.DataFrame, format: Format, log: Log) -> pl.DataFrame:
    """The frame with ``state_raw`` as written and ``state`` in our words, "" where nobody knows the code (listed)."""
    if "state" not in frame.columns:
        return frame.with_columns(state=pl.lit(""), state_raw=pl.lit(""))
    table = {normalize(text): ours for ours, texts in words("states").get(format.states, {}).items() for text in texts}
    texts = [text for text in frame["state"].unique() if text is not None]
    ours = {text: table.get(normalize(text), "") for text in texts}
    frame = frame.with_columns(
        state_raw=pl.col("state").fill_null(""),
        state=pl.col("state").replace_strict(ours, default="", return_dtype=pl.String).fill_null(""),
    )
    return doubt(frame, (pl.col("state") == "") & (pl.col("state_raw") != ""), "unknown_state", "state_raw", log)


def kind_of(type_: str, remark: str, table: str, together: bool) -> str:
    """The kind of charge of a statement line's type and remark, "unclassified" where no mapping names it.

    >>> kind_of("ItemPrice", "Principal", "amazon", True)
    'revenue'
    """
    whole: dict[str, str] = {
        normalize(text): kind for kind, texts in words("kinds").get(table, {}).items() for text in texts
    }
    tried = [normalize(f"{type_} {remark}"), normalize(type_)] if together else [normalize(remark), normalize(type_)]
    for text in filter(None, tried):
        starts = sorted((known for known in whole if text.startswith(known)), key=len, reverse=True)
        if text in whole or starts:
            return whole[text] if text in whole else whole[starts[0]]
    return UNCLASSIFIED


def with_kind(frame: pl.DataFrame, format: Format, log: Log) -> pl.DataFrame:
    """The frame with ``type``, ``remark`` and ``type_kind``; lines of a type that nobody knows are listed, and kept."""
    missing = [field for field in ("type", "remark") if field not in frame.columns]
    frame = frame.with_columns(pl.lit("").alias(field) for field in missing)
    frame = frame.with_columns(pl.col("type", "remark").fill_null(""))
    if format.kind:
        return frame.with_columns(type_kind=pl.lit(format.kind))
    if not format.types:
        return frame.with_columns(type_kind=pl.lit(UNCLASSIFIED))
    pairs = frame.select("type", "remark").unique(maintain_order=True)
    kinds = [kind_of(type_, remark, format.types, format.type_with_remark) for type_, remark in pairs.rows()]
    pairs = pairs.with_columns(pl.Series("type_kind", kinds, dtype=pl.String))
    frame = frame.join(pairs, on=["type", "remark"], how="left", maintain_order="left")
    unknown = (pl.col("type_kind") == UNCLASSIFIED) & ((pl.col("type") != "") | (pl.col("remark") != ""))
    shown = "remark" if "remark" not in missing else "type"
    return doubt(frame, unknown, "unclassified", shown, log)
