"""Imported statement lines as matching wants them, and the last days that platforms told for objections.

Hides the importer's columns. Keeps the invariant that a line's key is unique over all stores and files.
"""

from collections.abc import Iterable

import polars as pl

from tuoguan.contracts import ChargeKind
from tuoguan.foundation.tables import conform
from tuoguan.operate import Entry
from tuoguan.reconcile.words import APPEALS, LINES, UNCLASSIFIED

DAY_SECONDS = 86_400
TOLD = ("violation.open",)
ACCOUNT = "account"
CHECKED_TABLES = ("statement", "bill", ACCOUNT)  # estimates and payouts say no charge that these do not say
RESERVE = "reserve"


def lines_of(lines: pl.DataFrame, store: str, table: str, name: str) -> pl.DataFrame:
    """The importer's lines of a store's file as `LINES`; ``name`` is the statement's where its lines have none.

    Money that an account only moves on to the bank is no charge and left out.
    """
    prefix = f"{store}/{table}/"
    texts = [pl.col(column).fill_null("") for column in ("order_number", "type", "component")]
    frame = lines.with_columns(
        texts[0],
        statement=pl.when(pl.col("statement_id").fill_null("") != "")
        .then(pl.col("statement_id"))
        .otherwise(pl.lit(name)),
        line_key=prefix + pl.col("line_key"),
        sku=pl.coalesce(_said("sku"), _said("platform_sku"), pl.lit("")),
        type=pl.concat_str(texts[1:], separator=" / "),
        kind=pl.col("kind").fill_null(UNCLASSIFIED),
        settled_on=pl.coalesce("settled_on", (pl.col("occurred_at") // DAY_SECONDS).cast(pl.Int32).cast(pl.Date)),
        reserve=texts[1].str.to_lowercase().str.strip_chars() == RESERVE,
    )
    moved_on = (pl.col("kind") == ChargeKind.PAYOUT.value) & (table == ACCOUNT)
    return conform(frame.filter(~moved_on), LINES)


def _said(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))


def appeals_of(entries: Iterable[Entry]) -> pl.DataFrame:
    """The rows of `APPEALS`: what violations told as the last day, by the order that they name."""
    rows = [
        (
            str(entry.draft.details.get("order_number") or entry.stream.partition("/")[2]),
            ChargeKind.PENALTY.value, entry.draft.details["due_at"] // DAY_SECONDS,
        )
        for entry in entries if entry.draft.kind in TOLD and isinstance(entry.draft.details.get("due_at"), int)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema={**APPEALS, "deadline_on": pl.Int32}, orient="row")
    return frame.with_columns(pl.col("deadline_on").cast(pl.Date))
