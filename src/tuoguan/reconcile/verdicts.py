"""What a match turned out to be, and by when one can object.

Keeps the invariants that every match has one verdict, decided by kind, sign and size in one place, and that a deadline
that nobody publishes says so.
"""

from dataclasses import dataclass

import polars as pl

from tuoguan.contracts import ChargeKind
from tuoguan.foundation.days import FAR_PAST
from tuoguan.foundation.rates import PPM
from tuoguan.foundation.tables import conform
from tuoguan.reconcile.stages import Bools, Work
from tuoguan.reconcile.summing import summed
from tuoguan.reconcile.words import MATCHES, UNCLASSIFIED, Appeal, Reconciled, Tolerance, Verdict

INCOME = (ChargeKind.REVENUE.value, ChargeKind.SUBSIDY.value)
NET = (UNCLASSIFIED, "")  # no kind, or several: a net amount
QUIET = (Verdict.MATCHED.value, Verdict.TIMING.value, Verdict.ROUNDING.value)


@dataclass(frozen=True, slots=True)
class Span:
    """The days looked at: lines before ``since`` belong to another period; ``until`` is the day of the knowledge."""

    since: int | None
    until: int


def settle(
    work: Work,
    paid: pl.DataFrame,
    due: pl.DataFrame,
    repeated: Bools,
    span: Span,
    tolerance: Tolerance,
    appeal: Appeal,
    appeals: pl.DataFrame,
) -> Reconciled:
    """The three tables, every open row having become a match of its own."""
    work.close()
    paid = paid.with_columns(match=pl.Series(work.lines.match), repeated=pl.Series(repeated))
    due = due.with_columns(match=pl.Series(work.due.match))
    told = summed(paid, due).with_columns(matched_by=pl.lit(work.names()).gather(pl.col("match")))
    told = told.with_columns(difference_minor=pl.col("paid_minor") - pl.col("expected_minor"))
    told = told.with_columns(verdict=_verdict(span, tolerance))
    told = _with_deadline(told, tolerance, appeal, appeals)
    # The largest differences first; then the rows' canonical order, never the order in which they came.
    told = told.sort(pl.col("difference_minor").abs(), "first_line", "first_due", descending=[True, False, False])
    told = told.rename({"match": "old"}).with_columns(match=pl.int_range(pl.len(), dtype=pl.Int64))
    names = told.select(pl.col("old").alias("match"), pl.col("match").alias("new"), "verdict")
    lines = _renumbered(paid.drop("repeated"), names)
    expected = _renumbered(due.drop("paid_in", "changed"), names)
    return Reconciled(conform(told, MATCHES), lines, expected)


def _renumbered(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(names, on="match", how="left", maintain_order="left")
    return joined.with_columns(match=pl.col("new")).drop("new")


def _verdict(span: Span, tolerance: Tolerance) -> pl.Expr:
    """The verdict of each row of `summed`."""
    gap, size = pl.col("difference_minor"), pl.col("difference_minor").abs()
    largest = pl.max_horizontal("line_count", "expectation_count")
    near_rate = size * PPM <= tolerance.fx_ppm * pl.col("expected_minor").abs()
    since = pl.lit(FAR_PAST if span.since is None else span.since)
    settled, due = pl.col("settled_on").to_physical(), pl.col("latest_on").to_physical()
    other_period = (settled > span.until) | (settled < since)
    one_sided = pl.when(pl.col("line_count") == 0).then(
        pl.when((due + tolerance.grace_days >= span.until).fill_null(True)).then(_say(Verdict.TIMING))
        .otherwise(_say(Verdict.MISSING))
    ).otherwise(pl.when(other_period).then(_say(Verdict.TIMING)).otherwise(_by_kind()))  # fmt: skip
    return (
        pl.when(pl.col("repeated")).then(_say(Verdict.DUPLICATE))
        .when(gap == 0).then(_say(Verdict.MATCHED))
        .when(pl.col("reserve")).then(_say(Verdict.TIMING))
        .when((pl.col("line_count") == 0) | (pl.col("expectation_count") == 0)).then(one_sided)
        .when(pl.col("changed") & near_rate).then(_say(Verdict.FX))
        .when(size <= tolerance.rounding_minor * largest).then(_say(Verdict.ROUNDING))
        .otherwise(_by_kind())
    )  # fmt: skip


def _by_kind() -> pl.Expr:
    """The verdict on money that does not agree, by what it is for and who gains."""
    kind, gap = pl.col("kind"), pl.col("difference_minor")
    paired = pl.col("expectation_count") > 0
    short = pl.when((gap < 0) & paired)
    return (
        pl.when(kind == ChargeKind.PENALTY.value).then(_say(Verdict.PENALTY))
        .when(kind.is_in(INCOME)).then(short.then(_say(Verdict.MISSING)).otherwise(_say(Verdict.UNKNOWN)))
        # Of a net amount that is too small, something was taken that nobody named.
        .when(kind.is_in(NET)).then(short.then(_say(Verdict.FEE)).otherwise(_say(Verdict.UNKNOWN)))
        .otherwise(_say(Verdict.FEE))
    )  # fmt: skip


def _say(verdict: Verdict) -> pl.Expr:
    return pl.lit(verdict.value)


def _with_deadline(told: pl.DataFrame, tolerance: Tolerance, appeal: Appeal, appeals: pl.DataFrame) -> pl.DataFrame:
    """The last day of an objection where money is lacking: as the platform told it, else so many days after the day."""
    last = appeals.group_by("order_number", "kind").agg(pl.col("deadline_on").min().alias("told_on"))
    told = told.join(last, on=["order_number", "kind"], how="left", maintain_order="left")
    noticed = pl.coalesce("settled_on", pl.col("latest_on") + pl.duration(days=tolerance.grace_days))
    lacking = (pl.col("difference_minor") < 0) & ~pl.col("verdict").is_in(QUIET)
    counted = noticed + pl.duration(days=appeal.days)
    return told.with_columns(
        deadline_on=pl.when(lacking).then(pl.coalesce("told_on", counted)),
        deadline_assumed=lacking & pl.col("told_on").is_null() & appeal.is_assumed,
    )
