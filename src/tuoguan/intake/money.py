"""Amounts of any currency → minor units of the seller's, by the recorded rate of the day.

Hides where rates come from. Keeps the invariant that an amount is converted once, exactly, and rounded half to even.
"""

from collections.abc import Callable
from fractions import Fraction

import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Refused
from tuoguan.intake.columns import refuse
from tuoguan.intake.log import Log
from tuoguan.intake.schema import Seller

Fx = Callable[[str, Day], Fraction]  # units of the seller's currency for one unit of this code on this day


def default_fx(seller: Seller) -> Fx:
    """Published reference rates, with the seller's own rates winning; Refused when a currency has none."""
    from tuoguan.foundation.fx import load_fx

    return lambda code, day: load_fx(day, seller.fx).rate(code, seller.currency)


def converted(frame: pl.DataFrame, fields: list[str], day: str | Day, seller: Seller, fx: Fx, log: Log) -> pl.DataFrame:
    """The frame with each ``*_minor`` field in the seller's currency; rows whose currency has no rate are listed."""
    foreign = frame.filter(pl.col("currency") != seller.currency)
    if foreign.is_empty():
        return frame
    on = pl.col(day) if isinstance(day, str) else pl.lit(day)
    frame = frame.with_columns(_on=on.cast(pl.Date).to_physical() if isinstance(day, str) else on)
    pairs = frame.select("currency", "_on").unique(maintain_order=True)
    rates = {pair: _rate(pair[0], pair[1], seller, fx) for pair in pairs.rows()}
    bad = pairs.filter(pl.Series([rates[pair] is None for pair in pairs.rows()])).with_columns(_none=pl.lit(True))
    frame = frame.join(bad, on=["currency", "_on"], how="left", maintain_order="left")
    frame = refuse(frame, pl.col("_none"), "no_rate", "currency", log).drop("_none")
    for field in fields:
        frame = _convert(frame, field, rates, seller)
    return frame.drop("_on").with_columns(currency=pl.lit(seller.currency))


def _rate(code: str, day: Day, seller: Seller, fx: Fx) -> Fraction | None:
    """Seller's units for one unit; None when nobody gives a rate."""
    if code == seller.currency:
        return Fraction(1)
    try:
        return fx(code, day)
    except (Refused, KeyError, ValueError):
        return None


def _convert(
    frame: pl.DataFrame, field: str, rates: dict[tuple[str, Day], Fraction | None], seller: Seller
) -> pl.DataFrame:
    """The frame with one amount converted, through its distinct values."""
    distinct = frame.select("currency", "_on", field).unique(maintain_order=True).drop_nulls(field)
    amounts = []
    for code, day, minor in distinct.rows():
        rate = rates[code, day] or Fraction(0)
        shift = Fraction(10) ** (EXPONENT_BY_CURRENCY[seller.currency] - EXPONENT_BY_CURRENCY[code])
        amounts.append(round(minor * rate * shift))
    table = distinct.with_columns(pl.Series("_minor", amounts, dtype=pl.Int64))
    joined = frame.join(table, on=["currency", "_on", field], how="left", maintain_order="left")
    return joined.drop(field).rename({"_minor": field})
