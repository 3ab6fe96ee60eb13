"""The rows of both sides added up by match, with the texts that all rows of a match share.

Hides that texts are compared as codes. Keeps the invariant that sums are exact and that a text that differs between the
rows of a match is left empty, never one of them at random.
"""

import polars as pl

from tuoguan.reconcile.words import UNCLASSIFIED

OF_LINES = ("order_number", "sku", "kind", "statement", "currency")
OF_DUE = ("order_number", "sku", "kind", "term", "contract", "contract_id", "source", "evidence", "paid_in")


def summed(paid: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    """One row per match: sums, counts, days, shared texts and flags."""
    of_lines = _grouped(
        paid, OF_LINES, "line_",
        pl.col("amount_minor").sum().alias("paid_minor"), pl.col("settled_on").max(),
        pl.col("repeated").any(), pl.col("reserve").any(),
        pl.len().cast(pl.Int64).alias("line_count"),
    )  # fmt: skip
    of_due = _grouped(
        due, OF_DUE, "due_",
        pl.col("settled_minor").sum().alias("expected_minor"), pl.col("due_on", "latest_on").max(),
        pl.col("changed").any(), pl.len().cast(pl.Int64).alias("expectation_count"),
    )  # fmt: skip
    both = of_lines.join(of_due, on="match", how="full", coalesce=True)
    both = both.with_columns(
        pl.col("line_count", "expectation_count", "paid_minor", "expected_minor").fill_null(0),
        pl.col("repeated", "reserve", "changed").fill_null(False),
        order_number=_shared("order_number"), sku=_shared("sku"), kind=_kind(),
        statement=pl.col("line_statement").fill_null(""), currency=pl.coalesce("line_currency", "due_paid_in"),
        **{name: pl.col(f"due_{name}").fill_null("") for name in OF_DUE[3:8]},
    )  # fmt: skip
    return both.drop(pl.selectors.starts_with("line_") - pl.selectors.by_name("line_count"))


def _grouped(rows: pl.DataFrame, texts: tuple[str, ...], prefix: str, *numbers: pl.Expr) -> pl.DataFrame:
    """Sums by match and each text that all rows of the match share; "" where they differ."""
    rows = rows.with_row_index("row")
    words = {name: rows.get_column(name).fill_null("") for name in texts}
    codes = {f"{prefix}{name}": word.cast(pl.Categorical).to_physical() for name, word in words.items()}
    same = [(pl.col(name).min() == pl.col(name).max()) for name in codes]
    first = pl.col("row").min().alias(f"first_{prefix.rstrip('_')}")
    grouped = rows.with_columns(**codes).group_by("match").agg(first, *numbers, *same)
    at = grouped.get_column(f"first_{prefix.rstrip('_')}")
    shown = {
        f"{prefix}{name}": pl.when(f"{prefix}{name}").then(pl.Series(word.gather(at))).otherwise(pl.lit(""))
        for name, word in words.items()
    }
    return grouped.with_columns(**shown)


def _shared(name: str) -> pl.Expr:
    """The expectations' text, else the lines'."""
    due, line = pl.col(f"due_{name}").fill_null(""), pl.col(f"line_{name}").fill_null("")
    return pl.when(due != "").then(due).otherwise(line)


def _kind() -> pl.Expr:
    """What the money is for; "" for several things at once."""
    due, line = pl.col("due_kind"), pl.col("line_kind")
    both = pl.when((due == "") | (line == "")).then(pl.lit("")).when(line == UNCLASSIFIED).then(due).otherwise(line)
    return pl.when(line.is_null()).then(due).when(due.is_null()).then(line).otherwise(both)
