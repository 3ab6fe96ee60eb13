"""A kept decision as small records for pages and programs: what it earns, under which limits, and its parts by page.

Hides files and their forms. Keeps the invariants that every number is one that `decide` wrote, so that page, report and
program never disagree, and that nothing is read whole for the sake of a page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.decision_index import Index, index_of, require_index, stamp_of
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.problems import Problem, Refused

FOLDER, HEAD = "decision", "decision.json"
READS_KEPT = 4  # decisions of which the head and the map of the table stay in memory


@dataclass(frozen=True, eq=False)
class Read:
    """A decision that was kept: ``head`` is its JSON, ``index`` its products and markets.

    Money is minor units of ``currency``.
    """

    folder: Path
    stamp: str
    head: Mapping[str, Any]
    index: Index

    @property
    def currency(self) -> str:
        """Of all its money."""
        return str(self.head["currency"])

    @property
    def on(self) -> Day:
        """The day it was made for."""
        return parse_day(self.head["decide_on"])

    @property
    def hashes(self) -> Mapping[str, str]:
        """Of the inputs, contracts and code that made it."""
        return self.head["hashes"]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Whole:
    """The answer as a whole. ``tail_percent``: the share of worst futures that ``worst_minor`` is the mean of.

    today_minor  what today's ways earn; None where no product's way of today is known
    """

    expected_minor: int
    worst_minor: int
    tail_percent: int
    objective_minor: int
    bound_minor: int
    gap: float
    method: str
    today_minor: int | None
    rule_minor: int
    rule_less_minor: int
    rule_says: str
    sold: int
    groups: int
    undecided: int
    paths: int
    horizon_days: int
    risk_weight: float
    risk_level: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many products x markets of one market go one way, and what they earn."""

    market: str
    way: str
    count: int
    undecided: int
    profit_minor: int


def is_decided(workspace: Path) -> bool:
    """True where a decision is kept in the workspace."""
    return bool(stamp_of(workspace / FOLDER))


def require_seen(workspace: Path, seen: str) -> None:
    """Refused when another decision was made since the one that was ``seen``, by its stamp."""
    if stamp_of(workspace / FOLDER) != seen:
        fix = "look at what the new one would open, then take it"
        raise Refused([Problem("decision", "another one than you saw", "the one you saw", fix, "changed_meanwhile")])


def read_decision(workspace: Path, keep: Path | None = None, *, wait: bool = False) -> Read:
    """The decision kept in the workspace; ``keep`` is a folder for what is made of it to be read fast.

    Refused where there is none or its files cannot be read (code "no_decision"), and, unless ``wait``, where ``keep``
    lacks what is made of a large one (code "being_made").
    """
    folder = workspace / FOLDER
    stamp = stamp_of(folder)
    if not stamp:
        fix = "decide first: on the page of the decision, or by `tuoguan decide DIR`"
        raise Refused([Problem("decision", "none yet", "a decision of this workspace", fix, "no_decision")])
    try:
        if keep is not None and not wait:
            require_index(folder, keep)
        return _read(folder, stamp, keep)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        found = f"files that cannot be read ({type(error).__name__})"
        raise Refused([Problem("decision", found, "what `decide` writes", "decide again", "no_decision")]) from error


@lru_cache(maxsize=READS_KEPT)
def _read(folder: Path, stamp: str, keep: Path | None) -> Read:
    head = json.loads((folder / HEAD).read_bytes())
    return Read(folder, stamp, head, index_of(folder, keep))


def whole_of(read: Read) -> Whole:
    """The answer as a whole."""
    head, counts, rule = read.head, read.head["counts"], read.head["rule_of_thumb"]
    return Whole(
        expected_minor=head["expected_profit_minor"], worst_minor=head["cvar_minor"],
        tail_percent=round((1 - head["risk"]["level"]) * 100), objective_minor=head["objective_minor"],
        bound_minor=head["bound_minor"], gap=head["gap"], method=head["method"],
        today_minor=head["today_profit_minor"] or None, rule_minor=rule["expected_profit_minor"],
        rule_less_minor=rule["difference_minor"], rule_says=rule["says"], sold=counts["sold"], groups=counts["groups"],
        undecided=counts["undecided"], paths=head["paths"], horizon_days=head["horizon_days"],
        risk_weight=head["risk"]["weight"], risk_level=head["risk"]["level"],
    )  # fmt: skip


@lru_cache(maxsize=READS_KEPT)
def chosen_of(read: Read) -> tuple[Chosen, ...]:
    """What was chosen by market and way ("" is not selling), the commonest ways first."""
    found = (
        read.index.groups.group_by("market", "way")
        .agg(count=pl.len(), undecided=pl.col("undecided").sum(), profit_minor=pl.col("profit_minor").sum())
        .with_columns(pl.col("market", "way").cast(pl.String))
        .sort("market", "count", "way", descending=[False, True, False])
    )
    return tuple(Chosen(**row) for row in found.iter_rows(named=True))


def ways_of(read: Read) -> tuple[str, ...]:
    """Every way that was chosen anywhere, the commonest first, not selling ("") last."""
    count: dict[str, int] = {}
    for one in chosen_of(read):
        count[one.way] = count.get(one.way, 0) + one.count
    return tuple(sorted(count, key=lambda way: (not way, -count[way], way)))


def pilots_of(read: Read) -> tuple[Mapping[str, Any], ...]:
    """What to find out first, by falling net worth, as `decide` wrote it."""
    return tuple(read.head["pilots"])


def frontier_of(read: Read) -> tuple[Mapping[str, Any], ...]:
    """Other attitudes to risk, hours and cash, as `decide` wrote them; empty for a large catalogue."""
    return tuple(read.head["frontier"])
