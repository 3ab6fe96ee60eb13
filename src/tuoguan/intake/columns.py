"""Columns of a sheet → typed columns, refusing one row at a time.

Hides the pattern "parse, list what failed, keep the rest". Keeps the invariant that a required cell that cannot be
read takes
its row out of use and into the log.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import MARKETS
from tuoguan.intake.cells import decimal_text, exponent_of, integer, scaled
from tuoguan.intake.dates import day_of_text, is_pair, order_of
from tuoguan.intake.log import Log
from tuoguan.intake.schema import Seller
from tuoguan.intake.words import country_by_name, market_by_country, normalize

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


def refuse(
    frame: pl.DataFrame, bad: pl.Expr, code: str, column: str, log: Log, *, found: str | None = None
) -> pl.DataFrame:
    """The frame without the rows where ``bad`` is true; those are listed as unused."""
    mask = frame.select(bad.fill_null(False).alias("bad"))["bad"]
    if not mask.any():
        return frame
    log.rows(frame.filter(mask), code, column, found=found)
    return frame.filter(~mask)


def doubt(
    frame: pl.DataFrame, bad: pl.Expr, code: str, column: str, log: Log, *, found: str | None = None
) -> pl.DataFrame:
    """The same frame; the rows where ``bad`` is true are listed as used."""
    log.rows(frame.filter(bad.fill_null(False)), code, column, used=True, found=found)
    return frame


def by_distinct(frame: pl.DataFrame, fields: list[str], **named: pl.Expr) -> pl.DataFrame:
    """The frame with expressions over ``fields``, worked out once per distinct cell: texts of a column repeat a lot."""
    table = frame.select(fields).unique(maintain_order=True).with_columns(**named)
    return frame.join(table, on=fields, how="left", nulls_equal=True, maintain_order="left")


def need_text(frame: pl.DataFrame, field: str, log: Log) -> pl.DataFrame:
    """The frame without rows whose text is missing."""
    return refuse(frame, pl.col(field).is_null(), f"missing_{field}" if field == "sku" else "missing_cell", field, log)


def with_day(
    frame: pl.DataFrame, field: str, log: Log, *, required: bool = True, into: str | None = None
) -> pl.DataFrame:
    """The frame with ``into`` as pl.Date from the text in ``field``; the order of day and month is the file's."""
    target = into or field
    order = order_of(frame[field])
    pair = is_pair(pl.col(field))
    if order.name == "both":
        frame = refuse(frame, pair, "dates_in_two_orders", field, log)
    if order.name == "ambiguous":
        example = frame.filter(pair)[field][0]
        _tell_ambiguous(frame, field, str(example), log)
        frame = refuse(frame, pair, "ambiguous_dates", field, log)
    if required:
        frame = need_text(frame, field, log)
    parsed = by_distinct(frame, [field], _day=day_of_text(pl.col(field), order.name))
    bad = pl.col(field).is_not_null() & pl.col("_day").is_null()
    parsed = refuse(parsed, bad, "bad_date", field, log)
    outside = ~pl.col("_day").is_between(EARLIEST, LATEST)
    parsed = refuse(parsed, outside, "date_out_of_range", field, log)
    return parsed.drop(target, strict=False).rename({"_day": target})


def _tell_ambiguous(frame: pl.DataFrame, field: str, example: str, log: Log) -> None:
    """Names the two readings of one date of the file, for the person who must choose."""

    def reading(order: str) -> str:
        return str(pl.DataFrame({"text": [example]}).select(day_of_text(pl.col("text"), order)).item())

    place = f"{frame['file'][0]}, column {field}"
    log.say(
        "ambiguous_dates",
        place,
        f'"{example}", which is {reading("dmy")} (day first) or {reading("mdy")} (month first)',
    )


def with_integer(
    frame: pl.DataFrame,
    field: str,
    log: Log,
    *,
    required: bool = False,
    least: int | None = None,
    code: str = "bad_number",
) -> pl.DataFrame:
    """The frame with ``field`` as Int64; unreadable cells, and numbers below ``least``, take their rows out."""
    if field not in frame.columns:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(field))
    if required:
        frame = need_text(frame, field, log)
    frame = by_distinct(frame, [field], _number=integer(pl.col(field)))
    frame = refuse(frame, pl.col(field).is_not_null() & pl.col("_number").is_null(), "bad_number", field, log)
    if least is not None:
        frame = refuse(frame, pl.col("_number") < least, code, field, log)
    return frame.drop(field).rename({"_number": field})


def with_measure(frame: pl.DataFrame, field: str, log: Log, code: str) -> pl.DataFrame:
    """The frame with ``field`` in thousandths as Int64 under ``field + "_milli"``; zero and negative take their rows
    out.
    """
    if field not in frame.columns:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(f"{field}_milli"))
    frame = by_distinct(frame, [field], **{f"{field}_milli": scaled(pl.col(field), 3)})
    frame = refuse(frame, pl.col(field).is_not_null() & pl.col(f"{field}_milli").is_null(), "bad_number", field, log)
    return refuse(frame, pl.col(f"{field}_milli") <= 0, code, field, log)


def with_currency(frame: pl.DataFrame, fallback: str, log: Log) -> pl.DataFrame:
    """The frame with ``currency`` as a known ISO code, ``fallback`` where the file gives none."""
    if "currency" not in frame.columns:
        return frame.with_columns(currency=pl.lit(fallback))
    code = pl.col("currency").str.to_uppercase()
    code = code.replace(
        {
            "RMB": "CNY",
            "人民币": "CNY",
            "CNH": "CNY",
            "元": "CNY",
            "美元": "USD",
            "欧元": "EUR",
            "英镑": "GBP",
            "日元": "JPY",
        }
    )
    frame = frame.with_columns(_code=code.fill_null(fallback))
    frame = refuse(frame, ~pl.col("_code").is_in(sorted(EXPONENT_BY_CURRENCY)), "unknown_currency", "currency", log)
    return frame.drop("currency").rename({"_code": "currency"})


_SIGNS = {"CNY": "¥￥元", "JPY": "¥￥円", "EUR": "€", "GBP": "£", "KRW": "₩원"}


def with_money(frame: pl.DataFrame, field: str, log: Log, *, code: str | None = "negative_price") -> pl.DataFrame:
    """The frame with ``field + "_minor"`` in the row's ``currency``; unreadable amounts, and negative ones unless
    ``code`` is None, take their rows out.
    """
    if field not in frame.columns:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(f"{field}_minor"))
    minor = scaled(pl.col(field), exponent_of(pl.col("currency")))
    below = decimal_text(pl.col(field)).str.contains(r"^-.*[1-9]")
    frame = by_distinct(
        frame, [field, "currency"], **{f"{field}_minor": minor}, _below=below, _clash=_other_sign(field)
    )
    frame = refuse(frame, pl.col(field).is_not_null() & pl.col(f"{field}_minor").is_null(), "bad_number", field, log)
    frame = refuse(frame, pl.col("_clash"), "currency_conflict", field, log)
    frame = refuse(frame, pl.col("_below"), code, field, log) if code else frame
    return frame.drop("_below", "_clash")


def _other_sign(field: str) -> pl.Expr:
    """True where the cell shows a currency sign or code that is not the row's currency."""
    text = pl.col(field)
    clash = pl.lit(False)
    for sign in "¥￥元円€£₩":
        owners = [code for code, signs in _SIGNS.items() if sign in signs]
        clash = clash | (text.str.contains(sign, literal=True) & ~pl.col("currency").is_in(owners))
    named = text.str.to_uppercase().str.extract(r"(?:^|[\d\s])([A-Z]{3})(?:$|[\d\s.,])", 1)
    named = pl.when(named == "RMB").then(pl.lit("CNY")).otherwise(named)
    dollar = text.str.contains("$", literal=True) & pl.col("currency").is_in([*_SIGNS])
    return clash | dollar | (named.is_in(sorted(EXPONENT_BY_CURRENCY)) & (named != pl.col("currency")))


def market_map(texts: pl.Series, own_markets: Mapping[str, str]) -> dict[str, str]:
    """Market of each country or market text that stands in a file; texts that mean no market of ours are absent.

    ``own_markets`` is the seller's word by country; it goes before ours.
    """
    own = {normalize(country): market for country, market in own_markets.items()}
    found = {}
    for text in texts.drop_nulls().unique():
        flat = normalize(text)
        country = country_by_name().get(flat, "")
        market = own.get(flat) or own.get(country.lower()) or market_by_country().get(country) or country
        if market in MARKETS:
            found[text] = market
    return found


def with_market(frame: pl.DataFrame, seller: Seller, log: Log, *, at: str = "") -> pl.DataFrame:
    """The frame with ``market``: from its market or country column, or the seller's only market; other rows are
    listed.
    """
    given = [name for name in ("market", "country") if name in frame.columns]
    if not given:
        if len(seller.markets) > 1 and frame.height:
            return refuse(frame, pl.col("row") > 0, "no_market_column", "market", log)
        return frame.with_columns(market=pl.lit(seller.markets[0]))
    frame = frame.with_columns(_text=pl.coalesce(given))
    frame = frame.with_columns(
        _market=pl.col("_text").replace_strict(
            market_map(frame["_text"], seller.market_by_country), default=None, return_dtype=pl.String
        )
    )
    countries = [text for text in frame["_text"].drop_nulls().unique() if normalize(text) in country_by_name()]
    elsewhere = pl.col("_market").is_null() & pl.col("_text").is_in(countries)
    frame = refuse(frame, elsewhere, "no_market_there", given[0], log, found="_text")
    frame = refuse(frame, pl.col("_market").is_null(), "unknown_country", given[0], log, found="_text")
    outside = ~pl.col("_market").is_in(list(seller.markets))
    frame = refuse(frame, outside, "market_not_sold", given[0], log, found="_text")
    return frame.drop("_text", "market", strict=False).rename({"_market": "market"})


def until(frame: pl.DataFrame, field: str, on: Day | None, log: Log) -> pl.DataFrame:
    """The frame without rows dated on or after the day of decision: they were not known then."""
    if on is None:
        return frame
    return refuse(frame, pl.col(field) >= date_of(on), "after_decision_day", field, log)


def known_skus(frame: pl.DataFrame, skus: pl.Series, log: Log) -> pl.DataFrame:
    """The frame with ``sku`` as the catalogue spells it; rows of other codes are listed, and the codes counted."""
    frame = frame.with_columns(_exact=pl.col("sku").is_in(skus.implode()))
    lower = pl.DataFrame({"sku_known": skus, "_key": skus.str.to_lowercase()}).unique("_key", keep="none")
    frame = frame.with_columns(_key=pl.col("sku").str.to_lowercase()).join(
        lower, on="_key", how="left", maintain_order="left"
    )
    by_case = ~pl.col("_exact") & pl.col("sku_known").is_not_null()
    doubt(frame, by_case, "sku_case", "sku", log)
    frame = refuse(frame, ~pl.col("_exact") & pl.col("sku_known").is_null(), "unknown_sku", "sku", log)
    spelled = pl.when(pl.col("_exact")).then(pl.col("sku")).otherwise(pl.col("sku_known"))
    return frame.with_columns(sku=spelled).drop("_exact", "_key", "sku_known")
