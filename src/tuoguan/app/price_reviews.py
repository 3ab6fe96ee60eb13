"""A price review beside what the decision says of it: the lowest supply price worth taking, and what to quote.

Hides where a decision keeps it. Keeps the invariant that nothing is advised that the decision did not play: without a
row for the product under this very contract there is no advice.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Literal

from tuoguan.app.decision_product import Review, market_of
from tuoguan.app.decision_read import is_decided, read_decision
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.operate import Document

Verdict = Literal["accept", "leave", "open"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a decision says of the document. Money a unit, in ``currency``, the document's.

    rate           units of it for one of the decision's currency, at the rate of the decision's day; None: the same
    counter_minor  what the platform offered, None: nothing yet
    verdict        accept: it is above the floor; leave: below it the next best way of selling earns more; open: the
                   platform has not answered
    """

    review: Review
    currency: str
    rate: float | None
    decided_on: int
    quote_minor: int | None
    counter_minor: int | None
    verdict: Verdict


def advice_of(folder: Path, keep: Path, document: Document) -> Advice | None:
    """The advice for a price review, None where the decision says nothing of its product under its contract."""
    if not document.lines or not document.contract_id or not is_decided(folder):
        return None
    read = read_decision(folder, keep)
    market = market_of(read, document.lines[0].sku, document.contract_id.rpartition("/")[2])
    chosen = {listing.contract for listing in market.listings}
    if market.review is None or document.contract_id not in chosen:
        return None
    review, rate = market.review, Fraction(1)
    if read.currency != document.currency:
        rate = load_fx(read.on).rate(read.currency, document.currency)
        review = _in(review, rate * _grain(document.currency) / _grain(read.currency))
    quote, counter = (document.details.get(name) for name in ("quote_minor", "counter_minor"))
    verdict: Verdict = "open"
    if isinstance(counter, int) and document.state == "countered":
        verdict = "accept" if counter >= review.floor_minor else "leave"
    return Advice(
        review, document.currency, float(rate) if read.currency != document.currency else None, read.on,
        quote if isinstance(quote, int) else None, counter if isinstance(counter, int) else None, verdict,
    )  # fmt: skip


def _grain(currency: str) -> int:
    """Minor units of one major unit."""
    return int(10 ** EXPONENT_BY_CURRENCY[currency])


def _in(review: Review, factor: Fraction) -> Review:
    """The review with its money times the factor; the floor rounded up, so that it stays one."""

    def converted(minor: int | None) -> int | None:
        return round(minor * factor) if minor is not None else None

    return Review(
        ceil(review.floor_minor * factor), converted(review.quote_minor), converted(review.quote_low_minor),
        converted(review.quote_high_minor), review.chance, converted(review.worth_minor),
    )  # fmt: skip
