"""Other contracts for the same day: as they stand on another day, or with a file of other terms among them.

Hides where dates and files stand. Keeps the invariant that only terms change: the day of the decision, its exchange
rates, demand and luck stay.
"""

import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuoguan.app.contracts import check_contracts
from tuoguan.contracts import Changed, Differing, Library, Overlays, diff, differing, load, load_overlays
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Refused, has_errors

EVER = 1 << 40  # days: longer than any contract


def as_of(library: Library, day: Day) -> Library:
    """The library whose terms of the day hold on every day."""
    overlays = replace(library.overlays, items=tuple(_held(item, day) for item in library.overlays))
    return replace(
        library, contracts=_all_held(library.contracts, day), cards=_all_held(library.cards, day), overlays=overlays,
        hash=content_hash(library.hash.encode(), iso(day).encode()),
    )  # fmt: skip


def _all_held(terms: Mapping[str, Any], day: Day) -> dict[str, Any]:
    return {name: _held(item, day) for name, item in terms.items()}


def _held(terms: Any, day: Day) -> Any:
    """A contract, card or overlay whose entries of the day have no beginning and no end."""
    placed = tuple(replace(item, start=-EVER, end=EVER) for item in terms.on(day))
    return replace(terms, placed=placed, hash=content_hash(terms.hash.encode(), iso(day).encode()))


def with_file(library: Library, file: Path, on: Day) -> Library:
    """The library with the contract, card or overlay of the file in it; Refused with what is wrong with the file."""
    problems = check_contracts(file, on)
    if has_errors(problems):
        raise Refused(problems)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copy(file, folder / file.name)
        extra = load_overlays(folder)
        if len(extra):
            made = load(overlays=Overlays((*library.overlays.items, *extra.items)))
        else:
            made = _among_ours(library, file, folder / "terms")
    if has_errors(made.problems):
        raise Refused(made.problems)
    return made


def _among_ours(library: Library, file: Path, root: Path) -> Library:
    """Our terms with the file in the place that its id names."""
    document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    card = document.get("card")
    name = f"cards/{card['id']}" if card else str(document["contract"]["id"])
    shutil.copytree(library.root, root)
    place = root / f"{name}.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, place)
    return load(root, overlays=library.overlays)


def changes(before: Library, after: Library, on: Day, day: Day | None) -> tuple[Changed, ...]:
    """Every term that differs: between two days of one library, else between two libraries on one day."""
    if day is not None:
        return diff(before, on, day)
    return tuple(row for row in diff(_side_by_side(before, after, on), on, on + 1) if row.before != row.after)


def differing_terms(before: Library, after: Library, on: Day) -> tuple[Differing, ...]:
    """Every term that two libraries state differently on one day, its source and evidence included."""
    rows = differing(_side_by_side(before, after, on), on, on + 1)
    return tuple(row for row in rows if row.old is None or row.new is None or row.old.entry != row.new.entry)


def _side_by_side(before: Library, after: Library, on: Day) -> Library:
    """One library that says on the day what ``before`` says and a day later what ``after`` says, overlays included."""
    old, new = _flat(before), _flat(after)
    contracts = {name: _joined(old[0].get(name), item, on) for name, item in new[0].items()}
    cards = {name: _joined(old[1].get(name), item, on) for name, item in new[1].items()}
    return replace(after, contracts=contracts, cards=cards)


def _flat(library: Library) -> tuple[dict[str, Any], dict[str, Any]]:
    """Contracts and cards with the overlays' entries in place of theirs."""
    contracts, cards = dict[str, Any](library.contracts), dict[str, Any](library.cards)
    for overlay in library.overlays:
        name = overlay.head.overlays
        for known in (contracts, cards):
            if name in known:
                own = {item.key for item in overlay.placed}
                kept = tuple(item for item in known[name].placed if item.key not in own)
                known[name] = replace(known[name], placed=(*kept, *overlay.placed))
    return contracts, cards


def _joined(old: Any, new: Any, on: Day) -> Any:
    before = tuple(replace(item, start=on, end=on + 1) for item in old.on(on)) if old is not None else ()
    after = tuple(replace(item, start=on + 1, end=on + 2) for item in new.on(on))
    return replace(new, placed=(*before, *after))
