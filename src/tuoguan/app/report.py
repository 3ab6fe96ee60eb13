"""The report: one self-contained HTML page, with charts as SVG and every chart's numbers in a table behind it.

Hides Jinja. Keeps the invariant that the page asks no other host for anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tuoguan.app.phrases import Language, phrase


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of text; ``numeric`` are the columns to align right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and the numbers it shows."""

    svg: str
    table: Grid


@dataclass(frozen=True, slots=True)
class Part:
    """A titled table with one sentence above it; ``folded`` shows the table when asked."""

    title: str
    table: Grid
    lead: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """The reasons of one product in one market: sentences, what speaks for it beside each other way, and tables."""

    title: str
    lines: Sequence[str]
    beside_title: str
    beside: Sequence[str]
    grids: Sequence[Grid]


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything the page shows, already in the reader's words."""

    seller: str
    on: str
    horizon_days: int
    paths: int
    tiles: Sequence[tuple[str, str, str]]
    choice: Grid
    more: Grid
    rest: Grid
    choice_note: str
    figures: Sequence[Figure]
    reasons: Sequence[Part]
    details_note: str
    details: Sequence[Detail]
    parts: Sequence[Part]
    hashes: Sequence[tuple[str, str]] = field(default=())


def render_report(view: ReportView, language: Language) -> str:
    """The page as HTML text."""
    template = _environment().get_template("report.html.j2")
    return str(template.render(view=view, lang=language, t=lambda key, **values: phrase(key, language, **values)))


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("tuoguan.app", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
