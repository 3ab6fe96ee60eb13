"""Lines that say again what another line said: platforms have been seen to print a settled block twice.

Keeps the invariant that of equal lines the first in canonical order is the line and the others are repetitions. The
natural key of a line is order, SKU, type, kind, amount, currency and day, with its ordinal among equals of a statement.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuoguan.reconcile.stages import OPEN, Bools, Ints

NATURAL = ("order_number", "sku", "type", "kind", "amount_minor", "currency", "settled_on", "reserve")


@dataclass(slots=True, eq=False)
class Repeats:
    """certain   the same line, with the same ordinal, stands in an earlier statement, or was found to be a repetition
    suspect   an equal line stands before it in the same statement; ``first`` is that line's row
    """

    certain: Bools
    suspect: Bools
    first: Ints

    @property
    def none(self) -> Bools:
        """Lines that repeat nothing."""
        return ~self.certain & ~self.suspect

    def settle(self, match: Ints) -> None:
        """A suspect that fits nothing while the line it repeats does is certain."""
        self.certain |= self.suspect & (match == OPEN) & (match[self.first] != OPEN)


def find_repeats(lines: pl.DataFrame) -> Repeats:
    """Repetitions among lines in canonical order (by day, statement and key)."""
    rows = np.arange(lines.height, dtype=np.int64)
    found = Repeats(np.zeros(lines.height, np.bool_), np.zeros(lines.height, np.bool_), rows)
    twice = lines.select(*NATURAL, "statement").with_row_index("row")
    twice = twice.filter(pl.struct(NATURAL).is_duplicated())
    if not twice.height:
        return found
    twice = twice.with_columns(ordinal=pl.int_range(pl.len()).over(*NATURAL, "statement"))
    twice = twice.with_columns(
        earlier=pl.int_range(pl.len()).over(*NATURAL, "ordinal"),
        first=pl.col("row").first().over(*NATURAL, "statement"),
    )
    at = twice.get_column("row").cast(pl.Int64).to_numpy()
    found.certain[at] = (twice.get_column("earlier") > 0).to_numpy()
    found.suspect[at] = ((twice.get_column("earlier") == 0) & (twice.get_column("ordinal") > 0)).to_numpy()
    found.first[at] = twice.get_column("first").cast(pl.Int64).to_numpy()
    return found
