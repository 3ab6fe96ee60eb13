"""Statement lines against what the contract says should be paid: every row of both sides ends in exactly one match.

Hides the order of the passes: the finest key first, then totals, then a statement's periods, then amount and time, and
only what is left is told as a difference. Keeps the invariants that paid = expected + difference in every match, to the
minor unit, and that the order of rows in a file changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl

from tuoguan.contracts import ChargeKind
from tuoguan.foundation.days import iso
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import conform, empty
from tuoguan.reconcile.repeats import Repeats, find_repeats
from tuoguan.reconcile.stages import (
    Bools,
    Ints,
    Side,
    Work,
    cumulated,
    gather,
    near,
    offset,
    open_rows,
    pair,
    periods,
    rest_of_periods,
    totals,
)
from tuoguan.reconcile.verdicts import Span, settle
from tuoguan.reconcile.words import (
    APPEALS,
    EXPECTED,
    LINES,
    UNCLASSIFIED,
    Appeal,
    MatchedBy,
    RateOn,
    Reconciled,
    Tolerance,
)

ASSUMED_APPEAL = Appeal(30, is_assumed=True)
NET_KINDS = (ChargeKind.REVENUE.value, UNCLASSIFIED)  # kinds under which a statement may show an order's net amount


def match(
    expected: pl.DataFrame,
    lines: pl.DataFrame,
    *,
    until: int,
    since: int | None = None,
    tolerance: Tolerance | None = None,
    rate_on: RateOn | None = None,
    appeal: Appeal = ASSUMED_APPEAL,
    appeals: pl.DataFrame | None = None,
) -> Reconciled:
    """Matches of the two tables (`EXPECTED`, `LINES`) as known on the day ``until``.

    Lines before ``since`` belong to an earlier period.
    ``rate_on`` changes expectations into the currency of the lines; ``appeals`` are last days that the platform told
    itself, ``appeal`` holds for all else. Refused when a key stands twice or a currency has no rate.
    """
    tolerance = tolerance or Tolerance()
    due = conform(expected, EXPECTED).with_columns(latest_on=pl.coalesce("latest_on", "due_on"))
    due = due.sort("due_on", "position", "key", nulls_last=True)
    paid = conform(lines, LINES).sort("settled_on", "statement", "line_key", nulls_last=True)
    _refuse_twice(due, "key", "expectation")
    _refuse_twice(paid, "line_key", "statement line")
    due = _in_currency_of_lines(due, paid, rate_on, until)
    work, repeats = _coded(paid, due, until), find_repeats(paid)
    last = due.get_column("latest_on").to_physical().fill_null(until) + tolerance.grace_days
    _match_all(work, repeats, _marks(paid), (last < until).to_numpy(), until, tolerance)
    known = conform(appeals, APPEALS) if appeals is not None else empty(APPEALS)
    span = Span(since, until)
    return settle(work, paid, due, repeats.certain, span, tolerance, appeal, known)


def _refuse_twice(frame: pl.DataFrame, column: str, what: str) -> None:
    keys = frame.get_column(column)
    if keys.n_unique() != len(keys) or keys.null_count():
        twice = frame.filter(pl.col(column).is_duplicated() | pl.col(column).is_null()).get_column(column)
        found = f"{len(twice)} rows that share a key, such as {twice[0]!r}"
        fix = "import the file again: the importer gives every line a key of its own"
        raise Refused([Problem(f"reconcile: {column}", found, f"one key for each {what}", fix, "key_twice")])


def _in_currency_of_lines(due: pl.DataFrame, paid: pl.DataFrame, rate_on: RateOn | None, until: int) -> pl.DataFrame:
    """Expectations with ``settled_minor`` in the currency in which their order was paid, and whether it was changed.

    An order's expectations take the one currency of its lines; without lines the statement's, if it has only one.
    """
    per_order = (
        paid.filter(pl.col("order_number") != "").group_by("order_number")
        .agg(pl.col("currency").min().alias("paid_in"), pl.col("currency").n_unique().alias("currencies"))
        .filter(pl.col("currencies") == 1).select("order_number", "paid_in")
    )  # fmt: skip
    whole = paid.get_column("currency").unique()
    only = pl.lit(whole[0] if len(whole) == 1 else None, dtype=pl.String)
    due = due.join(per_order, on="order_number", how="left", maintain_order="left")
    due = due.with_columns(paid_in=pl.coalesce("paid_in", only, "currency"), changed=pl.lit(False))
    due = due.with_columns(changed=pl.col("paid_in") != pl.col("currency"), settled_minor=pl.col("amount_minor"))
    if not due.get_column("changed").any():
        return due
    return _changed(due, rate_on, until)


def _changed(due: pl.DataFrame, rate_on: RateOn | None, until: int) -> pl.DataFrame:
    """The same with the amounts of another currency changed at the rate of their due day, half-even."""
    days = due.get_column("due_on").to_physical().clip(upper_bound=until).fill_null(until)
    pairs = due.with_columns(rate_day=days).filter("changed").select("currency", "paid_in", "rate_day").unique()
    rates = {key: _rate(rate_on, *key) for key in pairs.iter_rows()}
    told = zip(due.get_column("amount_minor"), due.get_column("currency"), due.get_column("paid_in"), days, strict=True)
    settled = [minor if code == other else round(minor * rates[code, other, day]) for minor, code, other, day in told]
    return due.with_columns(settled_minor=pl.Series(settled, dtype=pl.Int64))


def _rate(rate_on: RateOn | None, code: str, other: str, day: int) -> Fraction:
    """Minor units of ``other`` for a minor unit of ``code``."""
    if rate_on is None:
        found, fix = f"lines in {other}, expectations in {code}", "give the rates of the day"
        raise Refused([Problem(f"reconcile: {iso(day)}", found, "a recorded rate", fix, "no_rate")])
    return rate_on(code, other, day)


def _coded(paid: pl.DataFrame, due: pl.DataFrame, until: int) -> Work:
    """Both tables as whole numbers; equal texts have equal codes, "" has none (0)."""

    def codes(name: str, other: str) -> tuple[Ints, Ints]:
        texts = (
            pl.concat([pl.Series("text", [""]), paid.get_column(name), due.get_column(other)]).fill_null("").to_frame()
        )
        known = texts.unique(maintain_order=True).with_columns(code=pl.int_range(pl.len(), dtype=pl.Int64))
        coded = texts.join(known, on="text", how="left", maintain_order="left").get_column("code").to_numpy()
        return coded[1 : 1 + paid.height], coded[1 + paid.height :]

    orders, skus = codes("order_number", "order_number"), codes("sku", "sku")
    kinds, currencies = codes("kind", "kind"), codes("currency", "paid_in")

    def days(frame: pl.DataFrame, name: str) -> Ints:
        return frame.get_column(name).to_physical().fill_null(until).cast(pl.Int64).to_numpy()

    def side(index: int, amount: pl.Series, day: Ints) -> Side:
        return Side(orders[index], skus[index], kinds[index], currencies[index], amount.to_numpy(), day)

    return Work(
        side(0, paid.get_column("amount_minor"), days(paid, "settled_on")),
        side(1, due.get_column("settled_minor"), days(due, "due_on")),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What a line's kind tells about it.

    reserve   kept back, or given back
    net       it may be an order's net amount: revenue, or no kind at all
    itemized  a deduction told by itself; fines come alone even where the rest is net
    """

    reserve: Bools
    net: Bools
    itemized: Bools


def _marks(paid: pl.DataFrame) -> Marks:
    kind = paid.get_column("kind")
    net = kind.is_in(NET_KINDS).to_numpy()
    alone = (kind == ChargeKind.PENALTY.value).to_numpy()
    return Marks(paid.get_column("reserve").fill_null(False).to_numpy(), net, ~net & ~alone)


def _match_all(
    work: Work, repeats: Repeats, marks: Marks, overdue: Bools, until: int, tolerance: Tolerance
) -> None:  # fmt: skip
    """Every pass, in order; what none of them takes stays open. ``overdue`` are expectations past their latest day.

    Within one statement equal lines may be two units or one block told twice, so they are tried first with what they
    repeat and then without.
    """
    offset(work, marks.reserve)
    for fit in (~marks.reserve & ~repeats.certain, ~marks.reserve & repeats.none):
        _by_order(work, fit & (work.lines.order > 0), marks.net, until)
        _by_statement(work, fit & (work.lines.order == 0), tolerance.window_days)
    repeats.settle(work.lines.match)
    rest = ~marks.reserve & ~repeats.certain
    # A kind that statements tell by order is never a bill's total: a line of it without an order lost its order.
    told_by_order = np.isin(work.lines.kind, work.lines.kind[work.lines.order > 0])
    stray = rest & told_by_order & ~np.isin(work.lines.order, work.due.order[work.due.order > 0])
    near(work, "sku kind", stray, tolerance.window_days)
    near(work, "kind", stray & ~np.isin(work.lines.sku, work.due.sku[work.due.sku > 0]), tolerance.window_days)
    _differences(work, rest, ~told_by_order, marks)
    gather(work, "order", ~np.isin(work.due.order, work.lines.order) & overdue)


def _by_order(work: Work, where: Bools, net: Bools, until: int) -> None:
    """Lines that name an order: one to one, then many to many, then the order's net amount."""
    pair(work, "order sku kind", where)
    pair(work, "order kind", where)
    totals(work, "order sku kind", MatchedBy.TOTAL, where)
    totals(work, "order kind", MatchedBy.TOTAL, where)
    pair(work, "order sku", where & net)
    pair(work, "order", where & net)
    for told in (where, where & net):
        for due_where in (None, work.due.day <= until):
            totals(work, "order sku", MatchedBy.TOTAL, told & (work.lines.sku > 0), due_where)
            totals(work, "order", MatchedBy.TOTAL, told, due_where)


def _by_statement(work: Work, where: Bools, window_days: int) -> None:
    """Lines without an order: a statement's total per SKU and kind, per SKU, per kind, against its period."""
    for columns, chosen in _bills(work, where):
        periods(work, columns, chosen, window_days)
    for columns, chosen in _bills(work, where):
        cumulated(work, columns, chosen)


def _bills(work: Work, where: Bools) -> Iterator[tuple[str, Bools]]:
    """What a bill's lines may be the totals of, finest first."""
    for columns in ("sku kind", "sku", "kind"):
        chosen = where & ((work.lines.sku > 0) == ("sku" in columns))
        if chosen.any():
            yield columns, chosen


def _differences(work: Work, where: Bools, billed: Bools, marks: Marks) -> None:
    """What belongs together and does not agree: by order first, then bills without order lines by period."""
    named = where & (work.lines.order > 0)
    told, owed = _net_orders(work, named, marks)
    totals(work, "order", MatchedBy.TOTAL, told, owed, must_agree=False)
    totals(work, "order sku kind", MatchedBy.KEY, named, must_agree=False)
    totals(work, "order kind", MatchedBy.KEY, named, must_agree=False)
    bill = where & billed & (work.lines.order == 0)
    # A bill that tells no deduction by itself pays net amounts.
    rest_of_periods(work, "sku kind" if (bill & marks.itemized).any() else "sku", bill & (work.lines.sku > 0))
    rest_of_periods(work, "kind", bill & (work.lines.sku == 0))


def _net_orders(work: Work, named: Bools, marks: Marks) -> tuple[Bools, Bools]:
    """Open rows of orders told by net amounts alone, while more than income, or nothing of that kind, is owed."""
    lines, due = open_rows(work.lines, named & marks.net), open_rows(work.due)
    size = int(max(work.lines.order.max(initial=0), work.due.order.max(initial=0))) + 1
    told, itemized, other = (np.zeros(size, dtype=np.bool_) for _ in range(3))
    told[work.lines.order[lines]] = True
    itemized[work.lines.order[marks.itemized]] = True
    other[work.due.order[due[~np.isin(work.due.kind[due], np.unique(work.lines.kind[lines]))]]] = True
    fits = told & ~itemized & other
    fits[0] = False
    return named & marks.net & fits[work.lines.order], fits[work.due.order]
