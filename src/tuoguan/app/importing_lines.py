"""Lines of statements → files beside the ledger that it vouches for, and a document per statement.

Hides where lines lie. Keeps the invariant that a line is kept once: a natural key that the store's recorded files hold
is left out, whichever file or statement it comes in again.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.importing_orders import Progress
from tuoguan.app.importing_shop import Shop
from tuoguan.app.importing_told import Told, Trouble
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused, Severity
from tuoguan.intake import Export, Table, keep_lines, kept_lines, lines_name
from tuoguan.operate import Append, Draft, Ledger, Request, Work, stream_of

FLOW, OPEN = "statement", "open"
KEPT = "lines.keep"  # lines that are no statement: payouts, estimates, bills
DOCUMENTS = (Table.STATEMENT, Table.ACCOUNT)
KNOWN = Trouble(
    "known_line", "", "a line that was imported before", "lines that are new", "nothing to do", Severity.NOTE
)  # fmt: skip


def import_lines(shop: Shop, work: Work, exports: Sequence[Export], now: int, told: Told, progress: Progress) -> None:
    """Keeps the new lines of every statement in the exports and records each statement in the ledger."""
    done = 0
    for export in exports:
        store, table = shop.name(export.format), export.format.table
        rows = _new(export.rows, known_keys(shop.workspace, work.ledger, store, table), told)
        for (statement_id,), lines in rows.group_by("statement_id", maintain_order=True):
            progress("statements", done, done + 1)
            done += 1
            _keep(shop, work, export, store, str(statement_id), lines, now, told)


def _new(rows: pl.DataFrame, known: pl.Series, told: Told) -> pl.DataFrame:
    """The lines that no recorded file holds; a row none of whose lines is new is told."""
    there = rows["line_key"].is_in(known.implode())
    new = rows.filter(~there)
    old = rows.filter(there).select("file", "row").unique(maintain_order=True)
    told.say(list(old.join(new.select("file", "row"), on=["file", "row"], how="anti").rows()), KNOWN)
    return new


def _keep(
    shop: Shop, work: Work, export: Export, store: str, statement_id: str, lines: pl.DataFrame, now: int, told: Told
) -> None:  # fmt: skip
    """One statement: first the file, then the entry that vouches for it."""
    table = export.format.table
    name = lines_name(store, table.value, statement_id, lines)
    sha256 = keep_lines(shop.workspace, name, lines)
    at = int(lines["occurred_at"].drop_nulls().max() or now)  # type: ignore[arg-type]
    details = _details(export, store, statement_id, lines) | {"lines_file": name, "lines_sha256": sha256}
    currency = str(lines["currency"][0])
    number = name.removesuffix(".parquet")
    try:
        if table in DOCUMENTS:
            stream = stream_of(FLOW, number)
            answer = work.do_all(
                [Request(stream, OPEN, at, Party.PLATFORM, details, "import/open", currency=currency)]
            )[0]
            if isinstance(answer, Refused):
                raise answer
        else:
            draft = Draft(KEPT, at, (), details)
            work.ledger.append(Append(f"lines/{number}", "import", (draft,), actor="import"))
    except Refused as refused:
        one = refused.problems[0]
        places = list(lines.select("file", "row").unique(maintain_order=True).rows())
        told.say(places, Trouble(one.code, "", one.found, one.expected, one.fix, one.severity))
        return
    told.statements += 1
    told.lines += lines.height


def _details(export: Export, store: str, statement_id: str, lines: pl.DataFrame) -> dict[str, Any]:
    sums = lines.group_by("currency").agg(pl.col("amount_minor").sum()).sort("currency")
    told: dict[str, Any] = {
        "table": export.format.table.value, "format": export.format.id, "store": store, "statement_id": statement_id,
        "line_count": lines.height, "amount_minor_by_currency": dict(sums.rows()), "file_sha256": export.digest,
    }  # fmt: skip
    first, last = lines["settled_on"].min(), lines["settled_on"].max()
    if isinstance(first, date) and isinstance(last, date):
        told |= {"settled_from": first.isoformat(), "settled_until": last.isoformat()}
    return told


def statements(ledger: Ledger, *, store: str = "", table: str = "") -> Iterator[dict[str, Any]]:
    """Details of every recorded statement, and the ``stream`` that holds it; of one store or table where named."""
    for entry in ledger.store.entries(kinds=(f"{FLOW}.{OPEN}", KEPT)):
        details = dict(entry.draft.details) | {"stream": entry.stream}
        if "lines_file" in details and store in ("", details["store"]) and table in ("", details["table"]):
            yield details


def known_keys(workspace: Path, ledger: Ledger, store: str, table: str) -> pl.Series:
    """Natural keys of all lines that the ledger vouches for. Refused when one of the files was changed."""
    parts = [
        kept_lines(workspace, one["lines_file"], one["lines_sha256"])["line_key"]
        for one in statements(ledger, store=store, table=table)
    ]
    return pl.concat(parts) if parts else pl.Series("line_key", [], dtype=pl.String)
