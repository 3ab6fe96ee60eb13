"""Statements and what differs as a screen shows them, read from what the last run kept.

Hides the files of a run. Keeps the invariants that a page reads what it shows (files are scanned with the filter, sums
are kept as long as the file stays the same), and that a run that was replaced is never mixed with the new one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.reconciling import FOLDER
from tuoguan.app.statements_run import LEARNED, PROFIT
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import lines_start
from tuoguan.operate import Desk, Document, Listed, Work
from tuoguan.reconcile import CLAIMED, Verdict

FLOW = "statement"
SORTS = {
    "-size": (pl.col("difference_minor").abs(), True), "size": (pl.col("difference_minor").abs(), False),
    "difference": (pl.col("difference_minor"), False), "-difference": (pl.col("difference_minor"), True),
    "deadline_on": (pl.col("deadline_on").to_physical().fill_null(2**31 - 1), False),
    "-deadline_on": (pl.col("deadline_on").to_physical().fill_null(-(2**31)), True),
    "due_on": (pl.col("due_on").to_physical().fill_null(2**31 - 1), False),
    "-due_on": (pl.col("due_on").to_physical().fill_null(-(2**31)), True),
    "settled_on": (pl.col("settled_on").to_physical().fill_null(2**31 - 1), False),
    "-settled_on": (pl.col("settled_on").to_physical().fill_null(-(2**31)), True),
}  # fmt: skip
OPEN = "open"  # in place of a verdict: all that somebody should look at
QUIET = (Verdict.TIMING.value, Verdict.ROUNDING.value)
Filters = Mapping[str, str]  # of `differences_of`
CHOICES_MAX = 500  # of a filter
FILTERS = ("verdict", "kind", "contract_id", "statement", "currency")


@dataclass(frozen=True, slots=True)
class Run:
    """The last run over all statements: as known on ``until``; ``by_verdict`` rows of counts and sums by currency."""

    until: str
    counts: Mapping[str, int]
    appeal_days: int
    appeal_assumed: bool
    by_verdict: Sequence[Mapping[str, Any]]
    made_at: int


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Rows as dicts of `differences.parquet`; ``counts`` by verdict under the same other filters."""

    rows: tuple[dict[str, Any], ...]
    after: str | None
    counts: Mapping[str, int]
    lacking: tuple[tuple[str, int, int], ...]  # currency, what can be claimed of it, how many


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement with what the last run found on it."""

    listed: Listed
    document: Document
    name: str
    differing: int
    lacking_minor: int
    deadline_on: Any


def run_of(folder: Path) -> Run | None:
    """The last run; None before the first."""
    path = folder / FOLDER / "reconcile.json"
    return _run(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=16)
def _run(path: Path, changed: int) -> Run:
    told = json.loads(path.read_text("utf-8"))
    return Run(
        told["until"], told["counts"], told["appeal"]["days"], told["appeal"]["assumed"], told["by_verdict"],
        changed // 1_000_000_000,
    )  # fmt: skip


def differences_of(folder: Path, *, find: str = "", **filters: str) -> pl.LazyFrame:
    """What differs, by verdict and size; ``find``: of orders, SKUs or statements that begin so."""
    path = folder / FOLDER / "differences.parquet"
    if not path.is_file():
        raise Refused([Problem("statements", "no run yet", "a reconciliation", "start it on this page", "no_run")])
    rows = pl.scan_parquet(path)
    for name, value in filters.items():
        if name == "verdict" and value == OPEN:
            rows = rows.filter(~pl.col(name).is_in(QUIET))
        elif value and name in FILTERS:
            rows = rows.filter(pl.col(name) == value)
    if find:
        rows = rows.filter(
            pl.any_horizontal(pl.col(name).str.starts_with(find) for name in ("order_number", "sku", "statement"))
        )
    return rows


def difference_page(
    folder: Path, filters: Filters, *, find: str = "", sort: str = "-size", after: str | None = None, limit: int = 50
) -> DifferencePage:  # fmt: skip
    """A page in the order of ``sort``."""
    key, falls = SORTS.get(sort, SORTS["-size"])
    rows = differences_of(folder, find=find, **filters).with_columns(sort_key=key)
    if after:
        value, _, match = after.partition(".")
        last, number = _whole(value), _whole(match)
        behind = pl.col("sort_key") < last if falls else pl.col("sort_key") > last
        rows = rows.filter(behind | ((pl.col("sort_key") == last) & (pl.col("match") > number)))
    # First where the page's rows are, then those rows: most columns are read for a page alone.
    order = rows.select("sort_key", "match").sort("sort_key", "match", descending=[falls, False])
    places = order.head(limit + 1).collect()
    shown = places.get_column("match").head(limit)
    by_match = {
        row["match"]: row
        for row in differences_of(folder).filter(pl.col("match").is_in(shown.implode())).collect().to_dicts()
    }
    found = [by_match[match] for match in shown]
    mark = f"{places['sort_key'][limit - 1]}.{places['match'][limit - 1]}" if places.height > limit else None
    others = {name: value for name, value in filters.items() if name != "verdict"}
    counts, lacking = _summed(folder, _changed(folder), tuple(sorted(others.items())), find)
    return DifferencePage(tuple(found), mark, counts, lacking)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        fix = "begin at the first page"
        raise Refused([Problem("after", repr(text)[:40], "a mark of this list", fix, "bad_mark")]) from None


def _changed(folder: Path) -> int:
    return (folder / FOLDER / "differences.parquet").stat().st_mtime_ns


@lru_cache(maxsize=256)
def _summed(
    folder: Path, changed: int, filters: tuple[tuple[str, str], ...], find: str
) -> tuple[dict[str, int], tuple[tuple[str, int, int], ...]]:  # fmt: skip
    """Counts by verdict, and what can be claimed by currency."""
    rows = differences_of(folder, find=find, **dict(filters))
    claimed = (pl.col("difference_minor") < 0) & pl.col("verdict").is_in([verdict.value for verdict in CLAIMED])
    found = rows.group_by("verdict", "currency").agg(
        pl.len(), pl.col("difference_minor").filter(claimed).sum().alias("minor"), claimed.sum().alias("claims")
    ).collect()  # fmt: skip
    counts = found.group_by("verdict").agg(pl.col("len").sum()).rows()
    lacking = found.group_by("currency").agg(pl.col("minor").sum(), pl.col("claims").sum()).sort("minor")
    return dict(counts), tuple(row for row in lacking.rows() if row[2])


def choices(folder: Path) -> dict[str, list[str]]:
    """The values that each filter can take."""
    return _choices(folder, _changed(folder))


@lru_cache(maxsize=16)
def _choices(folder: Path, changed: int) -> dict[str, list[str]]:
    rows = differences_of(folder).select("kind", "contract_id", "statement", "currency")
    found = {
        name: rows.select(pl.col(name).unique()).head(500).collect().get_column(name) for name in rows.collect_schema()
    }
    return {name: sorted(value for value in values if value) for name, values in found.items()}


def name_of(document: Document) -> str:
    """What lines call the statement that a document vouches for."""
    return str(document.details.get("statement_id") or document.details.get("lines_file", ""))


def statement_page(
    work: Work, folder: Path, *, state: str = "", sort: str = "-opened_at", find: str = "", after: str | None = None,
    limit: int = 50,
) -> tuple[list[StatementRow], str | None]:  # fmt: skip
    """Statements in a state ("": any), with what differs on each."""
    work.catch_up()
    listed, mark = work.register.page(
        work.ledger.store, FLOW, desk=Desk.SELLER, states=(state,) if state else (), find=find, sort=sort, after=after,
        limit=limit,
    )  # fmt: skip
    sums = _by_statement(folder, _changed(folder)) if run_of(folder) is not None else {}
    rows = []
    for one in listed:
        document = work.document(one.stream)
        name = name_of(document)
        rows.append(StatementRow(one, document, name, *sums.get((name, one.currency), (0, 0, None))))
    return rows, mark


def statement_of(work: Work, name: str, line_key: str) -> str | None:
    """The number of the document that vouches for a line of the statement of this name; None where none does."""
    store, table = (*line_key.split("/", 2), "", "")[:2]
    if name.endswith(".parquet"):
        return name.removesuffix(".parquet")
    work.catch_up()
    start = lines_start(store, table, name)
    listed, _ = work.register.page(work.ledger.store, FLOW, desk=Desk.SELLER, find=start, sort="number", limit=20)
    return next((one.number for one in listed if name_of(work.document(one.stream)) == name), None)


def statement_counts(work: Work) -> dict[str, int]:
    """Statements by state."""
    work.catch_up()
    return work.register.counts(work.ledger.store, FLOW, desk=Desk.SELLER)


@lru_cache(maxsize=8)
def _by_statement(folder: Path, changed: int) -> dict[tuple[str, str], tuple[int, int, Any]]:
    """(differing, what can be claimed, first deadline) by statement and currency."""
    claimed = (pl.col("difference_minor") < 0) & pl.col("verdict").is_in([verdict.value for verdict in CLAIMED])
    found = differences_of(folder).group_by("statement", "currency").agg(
        pl.len(), pl.col("difference_minor").filter(claimed).sum(), pl.col("deadline_on").min()
    ).collect()  # fmt: skip
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found.rows()}


def profit_of(folder: Path) -> dict[str, Any] | None:
    """Planned against realized profit as the last run found; None where there is no decision to compare with."""
    return _told(folder / FOLDER / PROFIT)


def profit_table(told: Mapping[str, Any]) -> pl.DataFrame:
    """The same product by product, as a table."""
    return pl.DataFrame([row | {"currency": told["currency"]} for row in told["rows"]])


def learned_of(folder: Path) -> dict[str, Any] | None:
    """What was learned last; None before the first time."""
    return _told(folder / FOLDER / LEARNED)


def _told(path: Path) -> dict[str, Any] | None:
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=16)
def _read(path: Path, changed: int) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))
