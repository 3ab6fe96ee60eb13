"""What reading found wrong: problems for people, listed rows for the accounts.

Hides the wording, which is data (``mappings/codes.toml``). Keeps the invariant that a row is listed as unused at most
once
per reason and that a row which is not used is listed.
"""

import re
from dataclasses import dataclass, field

import polars as pl

from tuoguan.foundation.problems import Problem, Severity, has_errors
from tuoguan.foundation.tables import conform, empty
from tuoguan.intake.schema import LISTED
from tuoguan.intake.words import words

_PERSON = re.compile(r"@|\+?\d[\d\s\-()]{8,}\d")
SHOWN = 5
SPOKEN = ("type", "state_raw")  # words of the seller center's own, shown also in files with buyers


def shown(value: str | None, guarded: bool) -> str:
    """A cell's text for a message; in files with buyer columns anything that could be a person is withheld."""
    if value is None:
        return "nothing"
    if guarded and (_PERSON.search(value) or len(value) > 24 or len(value.split()) > 1):
        return f"a text of {len(value)} characters"
    return f'"{value[:60]}"'


@dataclass(slots=True)
class Log:
    """Collects problems and listed rows while a workspace is read."""

    problems: list[Problem] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    guarded: set[str] = field(default_factory=set)  # files that carried buyer columns
    notes: list[str] = field(default_factory=list)

    def say(self, code: str, at: str, found: str, *, rows: int = 1, expected: str = "", fix: str = "") -> None:
        """Records a problem; severity, expected and fix come from the code's entry unless given."""
        entry = words("codes")[code]
        severity = Severity(entry["severity"])
        text = (at, found, expected or entry["expected"], fix or entry["fix"])
        self.problems.append(Problem(*text, code=code, severity=severity, row_count=rows))

    def rows(
        self, frame: pl.DataFrame, code: str, column: str, *, used: bool = False, found: str | None = None
    ) -> None:
        """Lists rows of a frame with ``file`` and ``row``; the cell shown is in column ``found`` or ``column``."""
        if frame.is_empty():
            return
        source = found if found is not None else column
        cell = pl.col(source).cast(pl.String) if source in frame.columns else pl.lit(None, dtype=pl.String)
        listed = frame.select("file", "row", column=pl.lit(column), found=cell, code=pl.lit(code), used=pl.lit(used))
        listed = conform(self._withhold(listed), LISTED)
        self.frames.append(listed)
        for (file,), part in listed.group_by("file", maintain_order=True):
            self._tell(str(file), part, code, column)

    def _withhold(self, listed: pl.DataFrame) -> pl.DataFrame:
        """The listed rows with texts of guarded files shortened to what cannot name a person."""
        if not self.guarded:
            return listed.with_columns(pl.col("found").str.slice(0, 60))
        risky = pl.col("file").is_in(sorted(self.guarded)) & (
            pl.col("found").str.contains(r"@|\d[\d\s\-()]{8,}\d")
            | (
                (pl.col("found").str.contains(r"\s\S") | (pl.col("found").str.len_chars() > 24))
                & ~pl.col("column").is_in(SPOKEN)
            )
        )
        return listed.with_columns(
            pl.when(risky).then(pl.lit("(withheld)")).otherwise(pl.col("found").str.slice(0, 60)).alias("found")
        )

    def _tell(self, file: str, part: pl.DataFrame, code: str, column: str) -> None:
        numbers = ", ".join(str(row) for row in part["row"].head(SHOWN))
        more = " …" if part.height > SHOWN else ""
        guarded = file in self.guarded and not (column in SPOKEN and not part["found"].str.contains("withheld").any())
        cells = list(dict.fromkeys(shown(text, guarded) for text in part["found"].head(50)))[:3]
        place = f"{file}, rows {numbers}{more}" if part.height > 1 else f"{file}, row {numbers}{more}"
        self.say(code, f"{place}, column {column}", " ".join(cells), rows=part.height)

    def table(self) -> pl.DataFrame:
        """All listed rows."""
        return pl.concat(self.frames) if self.frames else empty(LISTED)

    def failed(self) -> bool:
        """True when an error was recorded."""
        return has_errors(self.problems)
