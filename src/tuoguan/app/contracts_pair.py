"""Two contracts beside each other, and what changed in all of them between two days, as entries that a page words.

Hides the pairing of terms. Keeps the invariant that differences come first and nothing that is the same is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuoguan.app.contracts import COMPARE_CURRENCY
from tuoguan.app.contracts_view import DUTIES, as_of, terms_of
from tuoguan.app.whatif_contracts import as_of as held_as_of
from tuoguan.app.whatif_contracts import differing_terms
from tuoguan.contracts import (
    Comparison,
    Compiled,
    Differing,
    Key,
    Parcel,
    Placed,
    Provenance,
    compare,
)
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import load_fx

SECTIONS = ("setting", "deadline", "charge", "quantity")
PROVENANCE = ("source", "held", "evidence", "effective_from", "until", "note")


@dataclass(frozen=True, slots=True)
class Pair:
    """One term under both contracts; None where it is not stated."""

    key: Key
    first: Placed[Provenance] | None
    second: Placed[Provenance] | None

    @property
    def is_same(self) -> bool:
        """True when both say the same, whatever their sources."""
        return self.first is not None and self.second is not None and _said(self.first) == _said(self.second)


@dataclass(frozen=True, slots=True)
class Compared:
    """Both contracts; their duties in the order of the matrix, other terms by list, and stories in one currency."""

    first: Compiled
    second: Compiled
    duties: tuple[Pair, ...]
    terms: dict[str, tuple[Pair, ...]]
    comparison: Comparison

    @property
    def stories(self) -> dict[str, list[tuple[str, int | None, int | None]]]:
        """(term, first, second) by story, in minor units."""
        found: dict[str, list[tuple[str, int | None, int | None]]] = {}
        for line in self.comparison.stories:
            found.setdefault(line.story, []).append((line.term, line.first_minor, line.second_minor))
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One term that differs; ``ids`` are the contracts or cards in which it differs in the same way."""

    ids: tuple[str, ...]
    key: Key
    old: Placed[Provenance] | None
    new: Placed[Provenance] | None


def _said(item: Placed[Provenance]) -> object:
    from msgspec import structs

    told = structs.asdict(item.entry)
    return {name: value for name, value in told.items() if name not in PROVENANCE}


def compared(folder: Path, first: str, second: str, on: Day, parcel: Parcel) -> Compared:
    """Two contracts on a day, on one parcel. Refused where either cannot be had."""
    library, fx = terms_of(folder), load_fx(on)
    one, two = (as_of(library, name, on, COMPARE_CURRENCY) for name in (first, second))
    left, right = ({item.key: item for item in side.in_force} for side in (one, two))
    keys = list(dict.fromkeys([*left, *right]))
    pairs = {key: Pair(key, left.get(key), right.get(key)) for key in keys}
    duties = tuple(pairs["duty", duty.value] for duty in DUTIES if ("duty", duty.value) in pairs)
    terms = {section: tuple(pairs[key] for key in keys if key[0] == section) for section in SECTIONS}
    return Compared(one, two, duties, terms, compare(one, two, fx, parcel))


def changes_between(folder: Path, before: Day, after: Day) -> list[Change]:
    """Every term of every contract and card that differs between the two days, overlays included."""
    library = terms_of(folder)
    return gathered(differing_terms(held_as_of(library, before), held_as_of(library, after), before))


def gathered(rows: Sequence[Differing]) -> list[Change]:
    """Rows in which several contracts change alike, as an inherited term does, become one."""
    found: dict[object, list[Differing]] = {}
    for row in rows:
        places = (row.old.at if row.old else "", row.new.at if row.new else "")
        found.setdefault((row.key, places), []).append(row)
    return [
        Change(tuple(row.id for row in alike), alike[0].key, alike[0].old, alike[0].new) for alike in found.values()
    ]
