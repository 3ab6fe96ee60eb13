"""What a contract says and where it says it from; what changed between two days; how well a library is sourced.

Hides nothing. Keeps the invariant that every number shown names its source, date and evidence.
"""

from dataclasses import dataclass

from tuoguan.contracts.compiled import Compiled, CompiledCard
from tuoguan.contracts.library import Contract, Key, Library, Placed, Terms
from tuoguan.contracts.schema import Evidence, Provenance, State, StatusEntry
from tuoguan.contracts.wording import words
from tuoguan.foundation.days import Day

SECTION_ORDER = ("status", "duty", "setting", "deadline", "charge", "quantity", "number", "info")
CARD_BLOCK, SOURCE_BLOCK = "shared", "sources"


@dataclass(frozen=True, slots=True)
class Explained:
    """One term in words: ``section`` and ``name`` are its key, ``at`` is its place in a file."""

    section: str
    name: str
    text: str
    evidence: Evidence
    source: tuple[str, ...]
    held: str | None
    effective_from: str | None
    until: str | None
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One term that differs between two days; None where it did not hold. ``at`` is the place of the newer version."""

    id: str
    term: str
    before: str | None
    after: str | None
    source: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Differing:
    """One term that differs between two days, as entries; None where it did not hold."""

    id: str
    key: Key
    old: Placed[Provenance] | None
    new: Placed[Provenance] | None


@dataclass(frozen=True, slots=True)
class Summary:
    """One contract in a list. Of the values that hold on the day (all entries but status):

    ``ranged`` have a range and a source; ``assumed`` are the others nobody publishes; ``sourced`` are the rest, which
    name a source and no range. The three add up to ``values``.
    """

    id: str
    block: str
    title: str
    title_zh: str
    state: State
    values: int
    sourced: int
    ranged: int
    assumed: int
    base: bool = False


def explain(compiled: Compiled | CompiledCard) -> tuple[Explained, ...]:
    """Every term of the day, in the order status, duties, settings, deadlines, charges, quantities, facts."""
    items = sorted(compiled.in_force, key=lambda item: SECTION_ORDER.index(item.key[0]))
    return tuple(_explained(item) for item in items)


def _explained(item: Placed[Provenance]) -> Explained:
    entry, name = item.entry, _term(item.key)
    return Explained(
        section=item.key[0],
        name=name,
        text=words(entry),
        evidence=entry.evidence,
        source=entry.source,
        held=entry.held,
        effective_from=entry.effective_from,
        until=entry.until,
        note=entry.note,
        at=item.at,
    )


def _term(key: Key) -> str:
    """The name of a term: without its list, and without the step when there is only the first."""
    if key[0] == "charge":
        return key[1] if key[2] == "0" else f"{key[1]} step {key[2]}"
    return key[-1]


def diff(library: Library, before: Day, after: Day) -> tuple[Changed, ...]:
    """Every term of every contract that can be signed and of every card that differs between the two days."""
    return tuple(_changed(row) for row in differing(library, before, after))


def differing(library: Library, before: Day, after: Day) -> tuple[Differing, ...]:
    """`diff` with the entries themselves."""
    found: list[Differing] = []
    for name in library.ids():
        found += _changes(name, library.contracts[name], before, after)
    for name, card in sorted(library.cards.items()):
        found += _changes(f"cards/{name}", card, before, after)
    return tuple(found)


def _changes(name: str, terms: Terms, before: Day, after: Day) -> list[Differing]:
    old = {item.key: item for item in terms.on(before)}
    new = {item.key: item for item in terms.on(after)}
    order = sorted(old.keys() | new.keys(), key=lambda key: (SECTION_ORDER.index(key[0]), key))
    return [Differing(name, key, old.get(key), new.get(key)) for key in order if old.get(key) != new.get(key)]


def _changed(row: Differing) -> Changed:
    shown = row.new or row.old
    return Changed(
        id=row.id,
        term=f"{row.key[0]} {_term(row.key)}" if row.key[0] != "status" else "status",
        before=words(row.old.entry) if row.old else None,
        after=words(row.new.entry) if row.new else None,
        source=shown.entry.source if shown else (),
        at=shown.at if shown else "",
    )


def summary(library: Library, on: Day) -> tuple[Summary, ...]:
    """One row for every contract and every base, in order of id; broken ones are left to ``check``."""
    rows = [library.contracts[name] for name in library.ids(base=True)]
    return tuple(_summary(contract, on) for contract in rows if not contract.broken)


def _summary(contract: Contract, on: Day) -> Summary:
    standings = [standing(item.entry) for item in contract.on(on) if not isinstance(item.entry, StatusEntry)]
    head = contract.head
    return Summary(
        id=head.id,
        block=head.block,
        title=head.title,
        title_zh=head.title_zh,
        state=contract.state_on(on),
        values=len(standings),
        sourced=standings.count("sourced"),
        ranged=standings.count("ranged"),
        assumed=standings.count("assumed"),
        base=head.base,
    )


def standing(entry: Provenance) -> str:
    """sourced, ranged or assumed, as `Summary` defines them."""
    if getattr(entry, "range", None) is not None and entry.source:
        return "ranged"
    return "assumed" if entry.evidence is Evidence.ASSUMED else "sourced"


def coverage(library: Library) -> dict[str, tuple[str, ...]]:
    """The files that state each block of the research register; cards and the register of sources have their own."""
    files: dict[str, list[str]] = {}
    for contract in library.contracts.values():
        files.setdefault(contract.head.block, []).append(contract.at)
    for card in library.cards.values():
        files.setdefault(CARD_BLOCK, []).append(card.at)
    if library.sources:
        files[SOURCE_BLOCK] = ["sources.toml"]
    return {block: tuple(sorted(places)) for block, places in sorted(files.items())}
