"""What the room speaks of: expectations, statement lines, matches and their verdicts, as tables with declared columns.

Computes nothing. Amounts are minor units, signed as the seller sees them: positive is money to the seller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import polars as pl

from tuoguan.foundation.days import Day

UNCLASSIFIED = "unclassified"
RateOn = Callable[[str, str, Day], Fraction]  # units of the second currency for one of the first, on a day

# One row per charge that a contract makes of a fact, as the ledger recorded it.
EXPECTED = {
    "key": pl.String,  # "position:index", unique
    "document": pl.String,  # stream of the entry
    "order_number": pl.String,  # "" where the charge belongs to no order
    "sku": pl.String,  # "" where it belongs to no single SKU
    "term": pl.String,
    "step": pl.Int64,
    "kind": pl.String,
    "contract": pl.String,  # hash of the compiled terms
    "contract_id": pl.String,
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "due_on": pl.Date,  # none: not earned yet
    "latest_on": pl.Date,  # the slowest lag that the contract allows is over; none: the due day itself
    "source": pl.String,
    "evidence": pl.String,
    "position": pl.Int64,  # of the entry
}

# One row per line of a statement, as the importer wrote it.
LINES = {
    "statement": pl.String,
    "line_key": pl.String,  # unique
    "order_number": pl.String,
    "sku": pl.String,
    "quantity": pl.Int64,
    "type": pl.String,  # the platform's own word
    "kind": pl.String,  # a kind of charge, or UNCLASSIFIED
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "settled_on": pl.Date,
    "reserve": pl.Boolean,  # kept back for a time, or given back
}

# When the platform itself told a last day for an objection.
APPEALS = {"order_number": pl.String, "kind": pl.String, "deadline_on": pl.Date}

MATCHES = {
    "match": pl.Int64,
    "verdict": pl.String,
    "matched_by": pl.String,
    "order_number": pl.String,  # "" where there are several or none; so too sku, kind, term, contract, statement
    "sku": pl.String,
    "kind": pl.String,
    "term": pl.String,
    "contract": pl.String,
    "contract_id": pl.String,
    "statement": pl.String,
    "currency": pl.String,
    "expected_minor": pl.Int64,
    "paid_minor": pl.Int64,
    "difference_minor": pl.Int64,  # paid less expected
    "line_count": pl.Int64,
    "expectation_count": pl.Int64,
    "due_on": pl.Date,
    "settled_on": pl.Date,
    "deadline_on": pl.Date,
    "deadline_assumed": pl.Boolean,
    "source": pl.String,
    "evidence": pl.String,
}


class Verdict(StrEnum):
    """What a match turned out to be; every line and every expectation ends in exactly one match."""

    MATCHED = "matched"  # paid what was expected
    TIMING = "timing"  # not due yet, of another period, or kept back for a time
    FEE = "fee"  # a deduction that the contract does not name, or names at another rate
    PENALTY = "penalty"
    MISSING = "missing"  # due and not paid, or not paid in full
    UNKNOWN = "unknown"  # paid, and nobody knows what for
    FX = "fx"  # the rate at which a currency was changed
    ROUNDING = "rounding"
    DUPLICATE = "duplicate"  # a line that repeats one already counted


class MatchedBy(StrEnum):
    """How the two sides of a match found each other."""

    KEY = "key"  # order, SKU, kind and amount
    TOTAL = "total"  # an order's total against its parts, either way
    STATEMENT = "statement"  # a statement's total per SKU or kind against what fell due in its period
    AMOUNT = "amount"  # equal amount, near in time
    NOTHING = "nothing"  # one side only


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart two sides may be and still be the same thing.

    rounding_minor  per line or part of the larger side
    fx_ppm          of the expected amount, where a currency was changed
    window_days     between due day and settlement, where only amount and time tell
    grace_days      after the latest day before money counts as missing
    """

    rounding_minor: int = 1
    fx_ppm: int = 30_000
    window_days: int = 10
    grace_days: int = 3


@dataclass(frozen=True, slots=True)
class Appeal:
    """How long a seller may object; ``is_assumed`` where nobody publishes it."""

    days: int
    is_assumed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Reconciled:
    """All matches, and both sides with the match each row ended in (columns ``match`` and ``verdict``)."""

    matches: pl.DataFrame
    lines: pl.DataFrame
    expected: pl.DataFrame

    def by_verdict(self) -> pl.DataFrame:
        """Counts and sums by verdict and currency; in each row paid is expected plus difference."""
        sums = [pl.col(name).sum() for name in ("expected_minor", "paid_minor", "difference_minor")]
        counts = [pl.len().cast(pl.Int64).alias("match_count"), pl.col("line_count", "expectation_count").sum()]
        return self.matches.group_by("verdict", "currency").agg(*counts, *sums).sort("verdict", "currency")
