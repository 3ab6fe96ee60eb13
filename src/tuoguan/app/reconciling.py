"""Every imported statement line against what the contracts say, with claim packs in both languages.

Hides where ledger and lines lie. Keeps the invariants that nothing is written when something is refused, and that the
files of one run belong together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.importing_lines import statements
from tuoguan.app.ledgers import open_work
from tuoguan.contracts import load
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import empty, write_all
from tuoguan.intake import kept_lines
from tuoguan.operate import Ledger, Work
from tuoguan.reconcile import (
    CHECKED_TABLES,
    LINES,
    Appeal,
    Claims,
    Reconciled,
    Verdict,
    appeals_of,
    charging_kinds,
    claims_of,
    expected_of,
    lines_of,
    match,
    page,
    write_workbook,
)

FOLDER = "reconcile"  # of a workspace
SHOWN = 100  # differences in the JSON answer
ROWS_OF_GROUP = 20_000  # of a Parquet file, the least that is read at once
ID_LENGTH = 16
APPEAL_DAYS = 30  # assumed: no platform's public page says how long an objection is open


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What matching found as known on ``until``; ``written`` are the files of the run."""

    found: Reconciled
    until: Day
    appeal: Appeal
    written: tuple[Path, ...] = ()

    def answer(self) -> dict[str, Any]:
        """The run in numbers, with the largest differences."""
        differing = self.found.matches.filter(pl.col("verdict") != "matched").head(SHOWN)
        return {
            "schema": 1, "until": iso(self.until),
            "counts": {"lines": self.found.lines.height, "expectations": self.found.expected.height,
                       "matches": self.found.matches.height},
            "appeal": {"days": self.appeal.days, "assumed": self.appeal.is_assumed},
            "by_verdict": self.found.by_verdict().to_dicts(),
            "differences": [
                {name: str(value) if name.endswith("_on") and value else value for name, value in row.items()}
                for row in differing.iter_rows(named=True)
            ],
            "files": [path.name for path in self.written],
        }  # fmt: skip


def reconcile(
    folder: Path, statement: str = "", *, until: Day, appeal_days: int | None = None, out: Path | None = None
) -> Checked:  # fmt: skip
    """Matches everything imported, writes tables and claim packs; with ``statement`` (its id) only what touches it.

    ``appeal_days`` is how long the seller may object; without it `APPEAL_DAYS` are assumed and shown as assumed.
    Refused when the workspace has no statement, not this one, or a file of lines was changed.
    """
    appeal = Appeal(APPEAL_DAYS if appeal_days is None else appeal_days, is_assumed=appeal_days is None)
    with open_work(folder) as work:
        found = matched(folder, work, until, appeal)
        if not found.lines.height:
            fix = "import statements first: `tuoguan import DIR FILE...`"
            raise Refused([Problem(str(folder), "no statement", "lines to be checked", fix, "no_statement")])
        if statement:
            found = of_statement(found, statement)
        library = load()
        packs = [claims_of(found, work.ledger.store.entries(), library, until, language) for language in ("en", "zh")]
    checked = Checked(found, until, appeal)
    return Checked(found, until, appeal, _write(checked, packs, out or folder / FOLDER))


def matched(folder: Path, work: Work, until: Day, appeal: Appeal) -> Reconciled:
    """All lines that the ledger vouches for against all that its entries say is due."""
    entries = work.ledger.store.entries
    lines = recorded_lines(folder, work.ledger)
    expected = expected_of(entries(kinds=charging_kinds()), work.terms.get)
    appeals = appeals_of(entries(kinds=("violation.open",)))
    return match(expected, lines, until=until, rate_on=rates(), appeal=appeal, appeals=appeals)


def recorded_lines(folder: Path, ledger: Ledger) -> pl.DataFrame:
    """The lines of every recorded statement and bill."""
    parts = [
        lines_of(
            kept_lines(folder, one["lines_file"], one["lines_sha256"]), one["store"], one["table"],
            one["statement_id"] or one["lines_file"],
        )
        for one in statements(ledger) if one["table"] in CHECKED_TABLES
    ]  # fmt: skip
    return pl.concat([empty(LINES), *parts])


def rates() -> Callable[[str, str, Day], Fraction]:
    """Minor units of one currency for a minor unit of another, at the published rate of a day."""

    @lru_cache(maxsize=4096)
    def rate_on(code: str, other: str, day: Day) -> Fraction:
        exponent = EXPONENT_BY_CURRENCY[other] - EXPONENT_BY_CURRENCY[code]
        return load_fx(day).rate(code, other) * Fraction(10) ** exponent

    return rate_on


def of_statement(found: Reconciled, statement: str) -> Reconciled:
    """The matches with a line of the statement. Refused when no line has its name."""
    lines = found.lines.filter(pl.col("statement") == statement)
    if not lines.height:
        known = ", ".join(found.lines.get_column("statement").unique().sort().head(5))
        fix = "name one that was imported"
        raise Refused([Problem("STATEMENT", repr(statement), f"such as {known}", fix, "unknown_statement")])
    chosen = lines.get_column("match").unique().implode()
    keep = pl.col("match").is_in(chosen)
    return Reconciled(found.matches.filter(keep), found.lines.filter(keep), found.expected.filter(keep))


def differences(found: Reconciled) -> pl.DataFrame:
    """The matches that do not agree, each under an ``id`` that stays the same while the same rows are matched."""
    differing = pl.col("verdict") != Verdict.MATCHED.value
    lines = found.lines.filter(differing).group_by("match").agg(pl.col("line_key").min())
    due = found.expected.filter(differing).group_by("match").agg(pl.col("key").min())
    rows = found.matches.filter(differing).join(lines, on="match", how="left").join(due, on="match", how="left")
    ids = [
        content_hash((f"line/{line}" if line is not None else f"due/{key}").encode())[:ID_LENGTH]
        for line, key in rows.select("line_key", "key").iter_rows()
    ]
    named = rows.drop("line_key", "key").with_columns(id=pl.Series(ids, dtype=pl.String))
    return named.sort("verdict", pl.col("difference_minor").abs(), "match", descending=[False, True, False])


def _write(checked: Checked, packs: list[Claims], folder: Path) -> tuple[Path, ...]:
    """All files of the run, or none."""
    found = checked.found
    # By match, so that whoever asks for one reads a few thousand rows of a file of millions.
    tables = {
        "matches": found.matches, "lines": found.lines.sort("match", maintain_order=True),
        "expected": found.expected.sort("match", maintain_order=True), "differences": differences(found),
    }  # fmt: skip
    writers: dict[Path, Callable[[Path], object]] = {
        folder / f"{name}.parquet": partial(frame.write_parquet, row_group_size=ROWS_OF_GROUP)
        for name, frame in tables.items()
    }
    for pack in packs:
        name = f"claims.{pack.language}"
        writers[folder / f"{name}.xlsx"] = lambda path, pack=pack: write_workbook(pack, path)  # type: ignore[misc]
        writers[folder / f"{name}.html"] = lambda path, pack=pack: path.write_text(page(pack), encoding="utf-8")  # type: ignore[misc]
    answer = json_bytes(checked.answer() | {"files": sorted(path.name for path in writers)})
    writers[folder / "reconcile.json"] = lambda path: path.write_bytes(answer)
    write_all(writers)
    return tuple(writers)
