"""Files about money → one line per amount, each with its kind of charge and its natural key.

Hides wide tables of fees. Keeps two invariants: the lines of a row add up to the row's total, what its columns do not
explain standing as a line of its own, "unclassified", and listed; and the same line has the same key in every file it
stands in.
"""

import hashlib
import re

import polars as pl

from tuoguan.foundation.tables import conform
from tuoguan.intake.cells import exponent_of, scaled
from tuoguan.intake.columns import by_distinct, doubt, refuse, with_currency, with_money
from tuoguan.intake.exports_cut import Cut
from tuoguan.intake.exports_schema import BY_TYPE, MONEY_LINES, UNCLASSIFIED, Reader, Table
from tuoguan.intake.exports_typed import unspelled, with_kind, with_state, with_times, with_units, zone_of
from tuoguan.intake.log import Log

_SPAN = re.compile(r"(20\d{2}[-_.]?\d{2}[-_.]?\d{2})\D+(20\d{2}[-_.]?\d{2}[-_.]?\d{2})")
RESERVE = r"\breserve\b|预留|保证金冻结"
_PERSON = r"@|\d[\d\s\-()]{8,}\d"
_IDENTITY = (
    "flow_id", "order_number", "line", "sku", "platform_sku", "quantity", "type", "remark", "settled_on", "currency",
)  # fmt: skip


def money_lines(cut: Cut, reader: Reader, digest: str, log: Log) -> pl.DataFrame:
    """MONEY_LINES of a statement, an account flow, a payout, estimates or a bill."""
    format, zone = cut.found.format, zone_of(cut, reader, log)
    parts = [f"p{at}" for at in cut.header_by_part]
    frame = unspelled(cut.frame, ["amount", "total", "quantity", *parts], format)
    frame = with_units(with_times(frame, format, zone, log), "quantity", log)
    frame = _with_currency(frame, cut, reader, log)
    frame = _with_amounts(frame, cut, log)
    frame = with_kind(with_state(frame, format, log) if format.states else frame, format, log)
    frame = _completed(frame, cut, digest)
    if format.total_row:
        frame = _without_total_row(frame, log)
    frame = _with_row_key(frame, parts, log)
    lines = _leaves(frame, cut, log) if parts else frame.with_columns(component=_named(frame), kind=pl.col("type_kind"))
    kept_back = pl.concat_str("type", "component", separator=" ").str.to_lowercase().str.contains(RESERVE)
    lines = lines.with_columns(reserve=kept_back)
    lines = lines.with_columns(type=_safe("type"), component=_safe("component"), line_key=_keys(lines))
    return conform(lines, MONEY_LINES)


def _with_currency(frame: pl.DataFrame, cut: Cut, reader: Reader, log: Log) -> pl.DataFrame:
    """The frame with a currency in every row; rows without one are listed: nobody's money is guessed."""
    fallback = reader.currency or cut.found.format.currency
    if "currency" in frame.columns and fallback == "":
        frame = refuse(frame, pl.col("currency").is_null(), "no_currency", "currency", log)
    if "currency" not in frame.columns and not fallback:
        return refuse(frame.with_columns(currency=pl.lit("")), pl.lit(True), "no_currency", "currency", log)
    return with_currency(frame, fallback, log)


def _with_amounts(frame: pl.DataFrame, cut: Cut, log: Log) -> pl.DataFrame:
    """The frame with ``amount_minor`` (null for wide files), ``total_minor`` and each part in minor units, blank: 0."""
    format = cut.found.format
    for field in ("amount", "total"):
        frame = with_money(frame, field, log, code=None)
    for at, header in cut.header_by_part.items():
        name = f"p{at}"
        frame = by_distinct(frame, [name, "currency"], _minor=scaled(pl.col(name), exponent_of(pl.col("currency"))))
        bad = pl.col(name).is_not_null() & pl.col("_minor").is_null()
        frame = refuse(frame, bad, "bad_number", header, log, found=name)
        frame = frame.drop(name).with_columns(pl.col("_minor").fill_null(0).alias(name)).drop("_minor")
    if not cut.header_by_part and not format.total_row:
        frame = refuse(frame, pl.col("amount_minor").is_null(), "missing_cell", "amount", log)
    if format.paid_out:
        frame = frame.with_columns(amount_minor=-pl.col("amount_minor").abs())
    return frame


def _completed(frame: pl.DataFrame, cut: Cut, digest: str) -> pl.DataFrame:
    """The frame with every column that keys and lines need."""
    format = cut.found.format
    absent = [name for name in ("flow_id", "order_number", "line", "sku", "platform_sku", "tracking", "state")
              if name not in frame.columns]  # fmt: skip
    frame = frame.with_columns(pl.lit("").alias(name) for name in absent)
    frame = frame.with_columns(
        pl.col("flow_id", "order_number", "line", "sku", "platform_sku", "tracking", "state").fill_null("")
    )
    if format.order_from_flow:
        frame = frame.with_columns(order_number=pl.coalesce(pl.col("order_number").replace("", None), "flow_id"))
    day = pl.col("settled_at_day") if "settled_at_day" in frame.columns else pl.lit(None, dtype=pl.Date)
    moment = pl.col("settled_at") if "settled_at" in frame.columns else pl.lit(None, dtype=pl.Int64)
    frame = frame.with_columns(settled_on=day, occurred_at=moment)
    given = pl.col("statement_id") if "statement_id" in frame.columns else pl.lit(None, dtype=pl.String)
    fallback = (_span(str(frame["file"][0])) if frame.height else "") or digest[:12]
    span = "%Y-%m-%d" if format.table is Table.STATEMENT else "%Y-%m"
    day_or_month = pl.col("settled_on").dt.strftime(span)
    frame = frame.with_columns(statement_id=pl.coalesce(given, day_or_month, pl.lit(fallback)))
    if format.fill_down and format.part:  # an order's amount stands beside the first of its goods, and is no good's own
        several = (pl.len().over("order_number") > 1) & (pl.col("order_number") != "")
        own = [pl.when(several).then(pl.lit("")).otherwise(name).alias(name) for name in ("sku", "platform_sku")]
        frame = frame.with_columns(*own, quantity=pl.when(several).then(None).otherwise("quantity"))
    weight = scaled(pl.col("weight_kg"), 3) if "weight_kg" in frame.columns else pl.lit(None, dtype=pl.Int64)
    return frame.with_columns(weight_g=weight)


def _span(name: str) -> str:
    """The days that a file's name gives, as "20260801-20260831"; "" where it gives none."""
    match = _SPAN.search(name)
    return "-".join(re.sub(r"\D", "", text) for text in match.groups()) if match else ""


def _without_total_row(frame: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The frame without the rows that only carry a statement's total, which is compared with the sum of the others."""
    heads = pl.col("amount_minor").is_null() & pl.col("total_minor").is_not_null()
    totals = frame.filter(heads).group_by("statement_id").agg(_told=pl.col("total_minor").first())
    log.rows(frame.filter(heads), "total_row", "total")
    frame = refuse(frame.filter(~heads), pl.col("amount_minor").is_null(), "missing_cell", "amount", log)
    frame = frame.join(totals, on="statement_id", how="left", maintain_order="left")
    summed = pl.col("amount_minor").sum().over("statement_id")
    first = pl.int_range(pl.len()).over("statement_id") == 0
    wrong = first & pl.col("_told").is_not_null() & (summed != pl.col("_told"))
    return doubt(frame, wrong, "sum_differs", "total", log, found="_told").drop("_told")


def _with_row_key(frame: pl.DataFrame, parts: list[str], log: Log) -> pl.DataFrame:
    """The frame with ``_print``: what makes its line that line, and which of several equal ones it is.

    Equal lines of one run of a settlement day are counted; the same line in a later run of the same day is the block of
    another settlement that stands in the file a second time, and is listed.
    """
    amounts = [name for name in ("amount_minor", "total_minor", *parts) if name in frame.columns]
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in (*_IDENTITY, *amounts) if name in frame.columns]
    frame = frame.with_columns(_print=pl.concat_str(texts, separator="\x1f"))
    run = (pl.col("settled_on").ne_missing(pl.col("settled_on").shift())).cum_sum()
    frame = frame.with_columns(_run=run)
    frame = frame.with_columns(_nth=pl.int_range(pl.len()).over("_run", "_print"))
    again = ~pl.struct("_print", "_nth").is_first_distinct()
    frame = refuse(frame, again, "repeated_line", "flow_id", log)
    return frame.with_columns(_print=pl.concat_str("_print", pl.col("_nth").cast(pl.String), separator="\x1f"))


def _keys(lines: pl.DataFrame) -> pl.Series:
    """The natural key of each line: 32 hexadecimal digits of a hash over what makes it that line."""
    texts = lines.select(pl.concat_str("_print", "component", separator="\x1f")).to_series()
    return pl.Series([hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts], dtype=pl.String)


def _named(frame: pl.DataFrame) -> pl.Expr:
    """The remark, else the type."""
    return pl.coalesce(pl.col("remark").replace("", None), pl.col("type"))


def _safe(field: str) -> pl.Expr:
    """A text of the seller center, left out where it could hold a person's number or address."""
    text = pl.col(field).str.slice(0, 80)
    return pl.when(text.str.contains(_PERSON)).then(pl.lit("(withheld)")).otherwise(text).alias(field)


def _leaves(frame: pl.DataFrame, cut: Cut, log: Log) -> pl.DataFrame:
    """One line per amount that no other column of the file splits further, and one per sum that is not explained."""
    parts, lines = cut.found.format.part, []
    there = list(cut.header_by_part)
    for at in there:
        header = cut.header_by_part[at]
        inner = [child for child in there if parts[child].of and parts[child].of == parts[at].name]
        amount = pl.col(f"p{at}") - pl.sum_horizontal(f"p{child}" for child in inner) if inner else pl.col(f"p{at}")
        if inner:
            frame = doubt(
                frame.with_columns(_rest=amount), pl.col("_rest") != 0, "sum_differs", header, log, found="_rest"
            )
        kind = pl.lit(UNCLASSIFIED) if inner else _kind(parts[at].kind)
        name = f"{header} (rest)" if inner else header
        line = frame.with_columns(amount_minor=amount, component=pl.lit(name), kind=kind, _at=pl.lit(at))
        lines.append(line.filter(pl.col("amount_minor") != 0))
    return pl.concat(lines, how="diagonal").sort("row", "_at", maintain_order=True)


def _kind(kind: str) -> pl.Expr:
    return pl.col("type_kind") if kind == BY_TYPE else pl.lit(kind)
