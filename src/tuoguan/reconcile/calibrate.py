"""What the seller's own orders and statements say about a contract's uncertain numbers.

Hides estimators. Keeps the invariants that the prior is always the contract's own range, never an earlier answer (what
was seen would count twice), and that a number of which nothing was seen is not told at all.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuoguan.contracts import Compiled, QuantityName, SettingName, Uncertain
from tuoguan.foundation.days import Day
from tuoguan.foundation.rates import PPM
from tuoguan.reconcile.learning import (
    Posterior,
    effective_counts,
    fitted_days,
    moments,
    ratio_posterior,
    scale_posterior,
    share_posterior,
)
from tuoguan.reconcile.survival import kaplan_meier

FEWEST = 5  # orders or lines below which nothing is told
DEFAULT_WINDOW_DAYS = 90
TRIGGER_BY_SETTING = {"shipped": "shipped_on"}


@dataclass(frozen=True, slots=True)
class Learned:
    """One number of a contract as learned. All values in the contract's own scale (ppm, days, or micro of an amount).

    section    "quantity", "charge" or "number"; ``step`` is a charge's
    count      orders, lines or bills it was learned from; ``happened`` of them showed the thing
    p05, p95   the 90 % interval of the number itself; of days: of the median
    prior_*    the contract's own
    """

    contract_id: str
    section: str
    name: str
    step: int
    value: int
    low: int
    high: int
    distribution: str
    count: int
    happened: int
    p05: int
    p95: int
    prior_value: int
    prior_low: int
    prior_high: int


def calibrate(
    compiled: Compiled, lives: pl.DataFrame, paid: pl.DataFrame, ratios: pl.DataFrame, until: Day,
    expected_units: pl.DataFrame | None = None, since: Day = 0,
) -> list[Learned]:  # fmt: skip
    """Everything that the rows say about this contract, as known on ``until``.

    lives           `LIVES`; ``paid`` (order_number, paid_on): first day on which a statement paid the order
    ratios          (term, step, paid_minor, expected_minor) of matched charges
    expected_units  (sku, units): what the plan expected to be sold from ``since`` until now
    """
    own = lives.filter(pl.col("contract_id") == compiled.id)
    if not own.height:
        return []
    found = [
        _happening(compiled, own, QuantityName.RETURN_RATE, "returned_on", _window(compiled), until),
        _happening(compiled, own, QuantityName.QUALITY_INCIDENT_RATE, "faulty_on", _delay(compiled), until),
        _happening(compiled, own, QuantityName.CONTACT_RATE, "contacted_on", _window(compiled), until),
        _late(compiled, own),
        _lag(compiled, own, paid, until),
        _fine_delay(compiled, own, until),
        _visibility(compiled, own.filter(pl.col("placed_on") >= since), expected_units),
    ]
    return [one for one in found if one is not None] + _charges(compiled, ratios)


def _window(compiled: Compiled) -> int:
    term = compiled.quantities.get(QuantityName.RETURN_WINDOW_DAYS)
    return term.high if term else DEFAULT_WINDOW_DAYS


def _delay(compiled: Compiled) -> int:
    term = compiled.quantities.get(QuantityName.PENALTY_DELAY_DAYS)
    return max(1, term.high) if term else DEFAULT_WINDOW_DAYS


def _happening(
    compiled: Compiled, own: pl.DataFrame, name: QuantityName, column: str, window_days: int, until: Day
) -> Learned | None:
    """The share of delivered orders to which it happens within the window; those still in it count as far as seen.

    None while the ledger knows of no such thing at all: nobody can tell none from none recorded.
    """
    term = compiled.quantities.get(name)
    came = own.filter(pl.col("delivered_on").is_not_null() & (pl.col("delivered_on") < until))
    if term is None or came.height < FEWEST or not came.get_column(column).count():
        return None
    days = (pl.coalesce(column, pl.lit(until)) - pl.col("delivered_on")).clip(0)
    frame = came.select(days.alias("days"), pl.col(column).is_not_null().alias("happened"))
    watched, happened = frame.get_column("days").to_numpy(), frame.get_column("happened").to_numpy()
    survival = kaplan_meier(watched, happened)
    exposure = float((np.minimum(until - came.get_column("delivered_on").to_numpy(), window_days) / window_days).sum())
    events, trials = effective_counts(survival, window_days, exposure)
    mean, variance = moments(term)
    posterior = share_posterior(mean / PPM, variance / PPM**2, events, trials)
    return _of_share(compiled, term, name, posterior, came.height, int(happened.sum()))


def _late(compiled: Compiled, own: pl.DataFrame) -> Learned | None:
    """The share of orders that missed a clock, of those that left or missed one."""
    term = compiled.quantities.get(QuantityName.LATE_RATE)
    judged = own.filter(pl.col("shipped_on").is_not_null() | pl.col("late"))
    if term is None or judged.height < FEWEST:
        return None
    late = int(judged.get_column("late").sum())
    mean, variance = moments(term)
    posterior = share_posterior(mean / PPM, variance / PPM**2, late, judged.height)
    return _of_share(compiled, term, QuantityName.LATE_RATE, posterior, judged.height, late)


def _visibility(compiled: Compiled, own: pl.DataFrame, expected_units: pl.DataFrame | None) -> Learned | None:
    """How many times the plan's sales were sold: counts with the spread that the SKUs show (quasi-Poisson)."""
    term = compiled.quantities.get(QuantityName.VISIBILITY)
    if term is None or expected_units is None:
        return None
    sold = own.filter(pl.col("sku") != "").group_by("sku").agg(pl.col("units").sum().alias("sold"))
    rows = expected_units.join(sold, on="sku", how="left").with_columns(pl.col("sold").fill_null(0))
    rows = rows.filter(pl.col("units") > 0)
    if rows.height < FEWEST:
        return None
    told, seen = rows.get_column("units").to_numpy(), rows.get_column("sold").to_numpy()
    # The plan counted on the contract's own visibility; what it would have sold at 1 is the exposure.
    exposure, at = told * PPM / term.value, seen.sum() / told.sum()
    spread = max(1.0, float(((seen - told * at) ** 2 / np.maximum(told * at, 1e-9)).sum() / (len(told) - 1)))
    mean, variance = moments(term)
    posterior = ratio_posterior(
        mean / PPM, variance / PPM**2, float(seen.sum()) / spread, float(exposure.sum()) / spread
    )
    return _of_share(compiled, term, QuantityName.VISIBILITY, posterior, rows.height, int(seen.sum()))


def _of_share(
    compiled: Compiled, term: Uncertain, name: QuantityName, found: Posterior, count: int, happened: int
) -> Learned:
    return _learned(compiled, "quantity", name.value, 0, term, _scaled(found, PPM), count, happened)


def _scaled(found: Posterior, scale: float) -> tuple[int, int, int, int, int]:
    """Mode, low, high, 5 % and 95 % point as whole numbers; the range never empty."""
    mode, low, high, p05, p95 = (
        round(number * scale) for number in (found.mode, found.low, found.high, found.p05, found.p95)
    )
    high = max(high, low + 1)
    return min(max(mode, low), high), low, high, p05, p95


def _learned(
    compiled: Compiled, section: str, name: str, step: int, term: Uncertain, numbers: tuple[int, int, int, int, int],
    count: int, happened: int, distribution: str = "triangular",
) -> Learned:  # fmt: skip
    value, low, high, p05, p95 = numbers
    return Learned(
        compiled.id, section, name, step, value, low, high, distribution, count, happened, p05, p95,
        term.value, term.low, term.high,
    )  # fmt: skip


def _lag(compiled: Compiled, own: pl.DataFrame, paid: pl.DataFrame, until: Day) -> Learned | None:
    """Days from what the contract pays for to the settlement, of which a statement told; open orders are censored.

    One still unpaid past the contract's slowest lag is no slow payment but a missing one, and left out.
    """
    term = compiled.quantities.get(QuantityName.SETTLEMENT_LAG_DAYS)
    setting = compiled.settings.get(SettingName.SETTLEMENT_TRIGGER, "")
    start = TRIGGER_BY_SETTING.get(setting, "delivered_on")
    rows = own.join(paid, on="order_number", how="left").filter(pl.col(start).is_not_null() & (pl.col(start) <= until))
    if term is None or setting == "inbound" or rows.get_column("paid_on").count() < FEWEST:
        return None
    rows = rows.filter(pl.col("paid_on").is_not_null() | (pl.col(start) >= until - term.high))
    days = (pl.coalesce("paid_on", pl.lit(until)) - pl.col(start)).clip(0)
    frame = rows.select(days.alias("days"), pl.col("paid_on").is_not_null().alias("happened"))
    return _of_days(compiled, QuantityName.SETTLEMENT_LAG_DAYS, term, frame)


def _fine_delay(compiled: Compiled, own: pl.DataFrame, until: Day) -> Learned | None:
    """Days from delivery to the fine for a fault, of orders so old that no fine can still come."""
    term = compiled.quantities.get(QuantityName.PENALTY_DELAY_DAYS)
    old = own.filter((pl.col("delivered_on") <= until - _delay(compiled)) & pl.col("faulty_on").is_not_null())
    if term is None or old.height < FEWEST:
        return None
    days = (pl.col("faulty_on") - pl.col("delivered_on")).clip(0)
    frame = old.select(days.alias("days"), pl.lit(True).alias("happened"))
    return _of_days(compiled, QuantityName.PENALTY_DELAY_DAYS, term, frame)


def _of_days(compiled: Compiled, name: QuantityName, term: Uncertain, frame: pl.DataFrame) -> Learned | None:
    """A distribution of days: the closest range, and the 90 % interval of the median."""
    happened = frame.get_column("happened").to_numpy()
    survival = kaplan_meier(frame.get_column("days").to_numpy(), happened)
    spread = fitted_days(survival, term.high)
    if spread is None:
        return None
    median, (early, late) = survival.day_of(0.5), survival.interval_of(0.5)
    usual = spread.mode if spread.distribution == "triangular" else spread.high if median is None else median
    value = min(max(usual, spread.low), spread.high)
    ends = (spread.low if early is None else early, spread.high if late is None else late)
    numbers = (value, spread.low, spread.high, *ends)
    return _learned(
        compiled, "quantity", name.value, 0, term, numbers, frame.height, int(happened.sum()), spread.distribution
    )


def _charges(compiled: Compiled, ratios: pl.DataFrame) -> list[Learned]:
    """Rates and amounts that have a range, from how much of what they made was really charged."""
    found = []
    for record, entry in zip(compiled.charges, compiled.terms, strict=True):
        value, low, high = int(record["value"]), int(record["low"]), int(record["high"])
        rows = ratios.filter((pl.col("term") == entry.name) & (pl.col("step") == entry.step))
        if low == high or value <= 0 or rows.height < FEWEST:
            continue
        stream, code = int(record["stream"]), int(record["distribution"])
        term = Uncertain(value, low, high, code, stream, entry.evidence, entry.source)
        paid, owed = (rows.get_column(name).to_numpy().astype(np.float64) for name in ("paid_minor", "expected_minor"))
        # A minor unit of each amount is rounding: equal amounts do not prove the last digit of a rate.
        error = (float((paid / owed).std(ddof=1)) + 1.0 / float(np.abs(owed).mean())) * value
        mean, variance = moments(term)
        ratio = float(paid.sum() / owed.sum())
        posterior = scale_posterior(mean, variance, ratio * value, error * error / rows.height)
        numbers = _scaled(posterior, 1.0)
        found.append(_learned(compiled, "charge", entry.name, entry.step, term, numbers, rows.height, rows.height))
    return found
