"""Contracts, cards and sources as loaded: resolved entries that remember the file and place they were written in.

Hides inheritance: by the time an entry stands here, its parents have been merged. Keeps the invariant that every
entry knows its place, its key and its days, so any later complaint can name them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Generic, TypeVar

from tuoguan.contracts.schema import (
    CardHead,
    ChargeEntry,
    DeadlineEntry,
    DutyEntry,
    Head,
    InfoEntry,
    NumberEntry,
    OverlayHead,
    Provenance,
    QuantityEntry,
    SettingEntry,
    Source,
    State,
    StatusEntry,
)
from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Problem, Refused

E_co = TypeVar("E_co", bound=Provenance, covariant=True)
E = TypeVar("E", bound=Provenance)
Key = tuple[str, ...]

SECTION_TYPES: dict[str, type[Provenance]] = {
    "status": StatusEntry, "duty": DutyEntry, "charge": ChargeEntry, "quantity": QuantityEntry,
    "deadline": DeadlineEntry, "setting": SettingEntry, "info": InfoEntry,
}  # fmt: skip
CARD_SECTION_TYPES: dict[str, type[Provenance]] = {
    "charge": ChargeEntry,
    "number": NumberEntry,
    "info": InfoEntry,
}


def key_of(entry: Provenance) -> Key:
    """The key that versions of one term share."""
    if isinstance(entry, StatusEntry):
        return ("status",)
    if isinstance(entry, DutyEntry):
        return ("duty", entry.duty.value)
    if isinstance(entry, ChargeEntry):
        return ("charge", entry.name, str(entry.step))
    for section in ("quantity", "deadline", "setting", "info", "number"):
        kind = CARD_SECTION_TYPES.get(section, SECTION_TYPES.get(section))
        if kind and isinstance(entry, kind):
            return (section, str(getattr(entry, "name", "")))
    raise TypeError(f"{type(entry).__name__} is no entry of a contract")


@dataclass(frozen=True, slots=True)
class Placed(Generic[E_co]):
    """An entry with its place (``acme/semi/US.toml: charge[3]``), its key and its days [start, end)."""

    entry: E_co
    at: str
    key: Key
    start: Day
    end: Day

    def holds(self, day: Day) -> bool:
        """True when the entry holds on the day."""
        return self.start <= day < self.end


class Terms:
    """Entries by type and day; shared by contracts, cards and overlays."""

    __slots__ = ()
    placed: tuple[Placed[Provenance], ...]

    def of(self, kind: type[E], day: Day | None = None) -> tuple[Placed[E], ...]:
        """The entries of one type, of all days or of one, in the order of the files."""
        return tuple(
            item  # type: ignore[misc]
            for item in self.placed
            if isinstance(item.entry, kind) and (day is None or item.holds(day))
        )

    def on(self, day: Day) -> tuple[Placed[Provenance], ...]:
        """The entries that hold on the day."""
        return tuple(item for item in self.placed if item.holds(day))

    def versions(self) -> dict[Key, list[Placed[Provenance]]]:
        """All versions by key, oldest first."""
        found: dict[Key, list[Placed[Provenance]]] = {}
        for item in self.placed:
            found.setdefault(item.key, []).append(item)
        for items in found.values():
            items.sort(key=lambda item: (item.start, item.end, item.at))
        return found


@dataclass(frozen=True, eq=False)
class Contract(Terms):
    """One resolved contract. ``lineage`` names the file and its parents, nearest first."""

    head: Head
    at: str
    placed: tuple[Placed[Provenance], ...]
    lineage: tuple[str, ...]
    hash: str
    broken: bool = False

    @property
    def id(self) -> str:
        """platform/model/MARKET."""
        return self.head.id

    def state_on(self, day: Day) -> State:
        """Whether a seller can trade under it on the day; planned before the first status, never open by default."""
        found = self.of(StatusEntry, day)
        return found[0].entry.state if found else State.PLANNED


@dataclass(frozen=True, eq=False)
class PlacedCard(Terms):
    """One card with its places."""

    head: CardHead
    at: str
    placed: tuple[Placed[Provenance], ...]
    hash: str
    broken: bool = False

    @property
    def id(self) -> str:
        """kind/MARKET."""
        return self.head.id


@dataclass(frozen=True, eq=False)
class PlacedOverlay(Terms):
    """One file of negotiated terms with its places."""

    head: OverlayHead
    at: str
    placed: tuple[Placed[Provenance], ...]
    hash: str


@dataclass(frozen=True, eq=False)
class Overlays:
    """A folder of negotiated terms; iterates over its files. ``problems`` tells what could not be read."""

    items: tuple[PlacedOverlay, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[PlacedOverlay]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, eq=False)
class Library:
    """All contracts, cards and sources below ``root``, with everything that was wrong with the files."""

    root: Path
    contracts: dict[str, Contract]
    cards: dict[str, PlacedCard]
    sources: dict[str, Source]
    overlays: Overlays
    problems: tuple[Problem, ...]
    hash: str

    def ids(self, base: bool = False) -> tuple[str, ...]:
        """Ids of contracts that can be signed, in order; with ``base`` also the parents."""
        return tuple(name for name, item in sorted(self.contracts.items()) if base or not item.head.base)

    def contract(self, name: str) -> Contract:
        """The contract of this id; Refused with the nearest ids, or with what is wrong with its files."""
        found = self.contracts.get(name)
        if found is None:
            raise Refused([unknown("contract", name, self.contracts, "a contract of the library")])
        if found.broken:
            raise Refused(problem for problem in self.problems if problem.at.startswith(found.lineage))
        return found

    def card(self, kind: str, market: str) -> PlacedCard:
        """The card of this kind and market; Refused when there is none or its file is broken."""
        name = f"{kind}/{market}"
        found = self.cards.get(name)
        if found is None:
            raise Refused([unknown("card", name, self.cards, "a card of the library")])
        if found.broken:
            raise Refused(problem for problem in self.problems if problem.at.startswith(found.at))
        return found

    def source(self, name: str) -> Source:
        """The source of this id; Refused when the register lacks it."""
        found = self.sources.get(name)
        if found is None:
            raise Refused([unknown("source", name, self.sources, "an id of sources.toml")])
        return found


def unknown(at: str, found: str, known: object, expected: str, code: str = "unknown_name") -> Problem:
    """The problem of a name that is not in the closed list ``known``, with the nearest one as its fix."""
    names = [str(name) for name in known]  # type: ignore[attr-defined]
    near = get_close_matches(found, names, n=1, cutoff=0.5)
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    fix = f"write {near[0]!r}" if near else f"use one of: {listed}" if names else "add it first"
    return Problem(at=at, found=repr(found), expected=expected, fix=fix, code=code)
