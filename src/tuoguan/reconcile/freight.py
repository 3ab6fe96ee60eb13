"""What freight really cost against the cards that price it.

Keeps the invariant that a bill is compared with the card's own measure: kilograms that count (weight, or volume by the
card's divisor), or cubic meters.
"""

import polars as pl

from tuoguan.contracts import CompiledCard, Uncertain
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.reconcile.calibrate import Learned
from tuoguan.reconcile.learning import moments, scale_posterior
from tuoguan.reconcile.words import RateOn

FEWEST = 3  # bills
MICRO = 1_000_000
BY_VOLUME, BY_WEIGHT = ".per_cbm", ".per_kg"


def freight_learned(card: CompiledCard, mode: str, bills: pl.DataFrame, rate_on: RateOn) -> Learned | None:
    """The card's rate of a mode from its bills (`FREIGHT`), None with too few or where the card has no such rate."""
    name = next((mode + measure for measure in (BY_VOLUME, BY_WEIGHT) if mode + measure in card.numbers), None)
    if name is None:
        return None
    divisor = card.numbers.get(f"{mode}.divisor_cm3_per_kg")
    rates = [_rate_micro(bill, name, divisor, card.currency, rate_on) for bill in bills.iter_rows(named=True)]
    known = [rate for rate in rates if rate > 0]
    if len(known) < FEWEST:
        return None
    term, seen = card.numbers[name], pl.Series(known, dtype=pl.Float64)
    mean, variance = moments(term)
    middle, spread = float(seen.mean() or 0), float(seen.var() or 0)  # type: ignore[arg-type]
    found = scale_posterior(mean, variance, middle, spread / len(known))
    numbers = [round(value) for value in (found.mode, found.low, found.high, found.p05, found.p95)]
    return Learned(
        card.id, "number", name, 0, numbers[0], numbers[1], max(numbers[2], numbers[1] + 1), "triangular", len(known),
        len(known), numbers[3], numbers[4], term.value, term.low, term.high,
    )  # fmt: skip


def _rate_micro(
    bill: dict[str, int | str], name: str, divisor: Uncertain | None, currency: str, rate_on: RateOn
) -> int:  # fmt: skip
    """Micro of the card's currency per kilogram or cubic meter; 0 where the load is not known."""
    weight_g, volume_cm3, minor = int(bill["weight_g"]), int(bill["volume_cm3"]), int(bill["amount_minor"])
    code, day = str(bill["currency"]), Day(int(bill["billed_on"]))
    # A divisor of a card stands in millionths of cm3 per kg.
    by_volume_g = volume_cm3 * 1000 * MICRO // divisor.value if divisor and divisor.value else 0
    load = volume_cm3 if name.endswith(BY_VOLUME) else max(weight_g, by_volume_g)
    scale = MICRO if name.endswith(BY_VOLUME) else 1000
    if load <= 0:
        return 0
    settled = minor if code == currency else round(minor * rate_on(code, currency, day))
    return int(settled * 10 ** (6 - EXPONENT_BY_CURRENCY[currency]) * scale // load)
