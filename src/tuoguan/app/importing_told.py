"""What an import has to tell: rows that were not used, or used with a doubt, each with its place, and the counts.

Hides grouping. Keeps the invariant that a row is told with file, row, column, what was found and expected, and how to
mend it; many rows with one trouble are one problem with a count, and each of them is in the list.
"""

from dataclasses import dataclass, field

import polars as pl

from tuoguan.foundation.problems import Problem, Severity
from tuoguan.foundation.tables import conform, empty
from tuoguan.intake import LISTED

SHOWN = 5
Place = tuple[str, int]  # file, row


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a row, less its place."""

    code: str
    column: str
    found: str
    expected: str
    fix: str
    severity: Severity = Severity.ERROR


@dataclass(slots=True)
class Told:
    """Collects troubles while an import runs, and counts what it did."""

    rows: list[tuple[str, int, str, str, str, bool]] = field(default_factory=list)
    groups: dict[tuple[str, str, str], tuple[Trouble, list[int], list[str]]] = field(default_factory=dict)
    opened: int = 0
    moved: int = 0
    unchanged: int = 0
    statements: int = 0
    lines: int = 0

    def say(self, places: list[Place], trouble: Trouble, *, used: bool = False) -> None:
        """Lists the rows; ``used`` ones were recorded all the same."""
        for file, row in places:
            self.rows.append((file, row, trouble.column, trouble.found[:60], trouble.code, used))
            _, rows, found = self.groups.setdefault((file, trouble.code, trouble.column), (trouble, [], []))
            rows.append(row)
            if len(found) < 3 and trouble.found not in found:
                found.append(trouble.found)

    def problems(self) -> list[Problem]:
        """One problem per file, kind of trouble and column."""
        told = []
        for (file, code, column), (trouble, rows, found) in self.groups.items():
            numbers = ", ".join(map(str, rows[:SHOWN])) + (" …" if len(rows) > SHOWN else "")
            at = f"{file}, rows {numbers}" if len(rows) > 1 else f"{file}, row {numbers}"
            at = f"{at}, column {column}" if column else at
            told.append(Problem(at, "; ".join(found), trouble.expected, trouble.fix, code, trouble.severity, len(rows)))
        return told

    def listed(self) -> pl.DataFrame:
        """All rows told, as `intake.LISTED`."""
        if not self.rows:
            return empty(LISTED)
        return conform(pl.DataFrame(self.rows, schema=list(LISTED), orient="row"), LISTED)
