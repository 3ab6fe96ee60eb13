"""What is wrong with somebody's input, said so that they can mend it: where, found, expected, how to fix.

Problems are values that are collected, never exceptions about user data; ``Refused`` ends a command once all are known.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """error: the input cannot be used; warning: used, but look; note: told for completeness."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: ``at`` is the place as a person would say it (file, row, column or path inside a document).

    ``code`` is a short stable name ("negative_price") for tests, filters and the docs.
    """

    at: str
    found: str
    expected: str
    fix: str
    code: str
    severity: Severity = Severity.ERROR
    row_count: int = 1

    def __str__(self) -> str:
        times = f" ({self.row_count} rows)" if self.row_count > 1 else ""
        return f"{self.severity.value}: {self.at}: found {self.found}{times}; expected {self.expected}; fix: {self.fix}"

    def as_json(self) -> dict[str, str | int]:
        """The one error shape that every door shows."""
        return asdict(self) | {"severity": self.severity.value}


class Refused(Exception):
    """Raised by doors after collecting: carries every problem found, errors first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
        self.problems = tuple(sorted(problems, key=lambda problem: order[problem.severity]))
        super().__init__("\n".join(map(str, self.problems)))


def has_errors(problems: Iterable[Problem]) -> bool:
    """True when at least one problem forbids using the input."""
    return any(problem.severity is Severity.ERROR for problem in problems)
