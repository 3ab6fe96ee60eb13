"""Files become a library: every TOML file is read strictly and entry by entry, so that one error never hides the next.

Hides TOML and msgspec. Keeps the invariant that a problem names the file and the place inside it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tuoguan.contracts.library import (
    CARD_SECTION_TYPES,
    SECTION_TYPES,
    Library,
    Overlays,
    Placed,
    PlacedCard,
    PlacedOverlay,
    key_of,
    unknown,
)
from tuoguan.contracts.resolving import Parsed, resolve
from tuoguan.contracts.schema import SCHEMA_NUMBER, CardHead, Head, OverlayHead, Provenance, Source
from tuoguan.foundation.days import FAR_FUTURE, FAR_PAST, Day, parse_day
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem

T = TypeVar("T")
NO_OVERLAYS = Overlays()
TERMS = Path(__file__).parent / "terms"
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"`([^`]+)`")
Problems = list[Problem]


def load(root: Path | str | None = None, overlays: Overlays | None = None) -> Library:
    """The library below ``root`` (the terms shipped with tuoguan by default); what is wrong stands in ``problems``."""
    place = Path(root) if root is not None else TERMS
    stamp = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in _files(place))
    told = overlays is not None and (len(overlays) > 0 or len(overlays.problems) > 0)
    return _load(place, stamp, overlays if overlays is not None and told else NO_OVERLAYS)


@lru_cache(maxsize=8)
def _load(root: Path, stamp: tuple[tuple[Path, int, int], ...], overlays: Overlays) -> Library:
    """The library, read once per process as long as no file changes."""
    problems: Problems = list(overlays.problems)
    raw_by_path = {path: path.read_bytes() for path, _, _ in stamp}
    parsed: dict[str, Parsed] = {}
    cards: dict[str, PlacedCard] = {}
    sources: dict[str, Source] = {}
    for path, raw in raw_by_path.items():
        name = path.relative_to(root).as_posix()
        document = _toml(name, raw, problems)
        if name == "sources.toml":
            sources = _sources(name, document or {}, problems)
        elif name.startswith("cards/"):
            _add(cards, _card(name, raw, document, problems), problems)
        else:
            _add(parsed, _contract(name, raw, document, problems), problems)
    contracts = resolve(parsed, problems)
    parts = [part for path, raw in raw_by_path.items() for part in (path.relative_to(root).as_posix().encode(), raw)]
    parts += [overlay.hash.encode() for overlay in overlays]
    return Library(root, contracts, cards, sources, overlays, tuple(problems), content_hash(*parts))


def load_overlays(folder: Path | str) -> Overlays:
    """The seller's negotiated terms: every TOML file below ``folder``; a missing folder is an empty set."""
    root, problems = Path(folder), Problems()
    found = [_overlay(path.relative_to(root).as_posix(), path.read_bytes(), problems) for path in _files(root)]
    return Overlays(tuple(item for item in found if item is not None), tuple(problems))


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.toml") if not path.name.endswith(".examples.toml"))


def _toml(at: str, raw: bytes, problems: Problems) -> dict[str, Any] | None:
    """The document, or None after recording why it is no TOML."""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(at, str(error), "a TOML 1.0 file in UTF-8", "mend the line that is named", "not_toml"))
        return None


def _contract(at: str, raw: bytes, document: dict[str, Any] | None, problems: Problems) -> Parsed | None:
    count = len(problems)
    head = _head(at, document, "contract", Head, SECTION_TYPES, problems)
    if head is None or document is None:
        return None
    placed = _entries(at, document, SECTION_TYPES, problems)
    if at != f"{head.id}.toml":
        fix = f'write id = "{at.removesuffix(".toml")}" or move the file'
        problems.append(
            Problem(f"{at}: contract.id", repr(head.id), "the file's place below terms/", fix, "id_not_path")
        )
    if head.id != f"{head.platform}/{head.model}/{head.market}":
        fix = "make id, platform, model and market agree"
        problems.append(Problem(f"{at}: contract.id", repr(head.id), "platform/model/market", fix, "id_not_parts"))
    return Parsed(head, at, placed, content_hash(at.encode(), raw), broken=len(problems) > count)


def _card(at: str, raw: bytes, document: dict[str, Any] | None, problems: Problems) -> PlacedCard | None:
    count = len(problems)
    head = _head(at, document, "card", CardHead, CARD_SECTION_TYPES, problems)
    if head is None or document is None:
        return None
    placed = _entries(at, document, CARD_SECTION_TYPES, problems)
    if at != f"cards/{head.id}.toml" or head.id != f"{head.kind.value}/{head.market}":
        fix = "make id, kind, market and the place below terms/cards/ agree"
        problems.append(Problem(f"{at}: card.id", repr(head.id), "kind/MARKET as the path", fix, "id_not_path"))
    return PlacedCard(head, at, placed, content_hash(at.encode(), raw), broken=len(problems) > count)


def _overlay(at: str, raw: bytes, problems: Problems) -> PlacedOverlay | None:
    document = _toml(at, raw, problems)
    said = (document or {}).get("overlay", {})
    # A card's id has two parts, kind/MARKET, a contract's three.
    is_card = isinstance(said, dict) and str(said.get("overlays", "")).count("/") == 1
    sections = CARD_SECTION_TYPES if is_card else SECTION_TYPES
    head = _head(at, document, "overlay", OverlayHead, sections, problems)
    if head is None or document is None:
        return None
    return PlacedOverlay(head, at, _entries(at, document, sections, problems), content_hash(at.encode(), raw))


def _head(
    at: str,
    document: dict[str, Any] | None,
    table: str,
    kind: type[T],
    sections: Mapping[str, object],
    problems: Problems,
) -> T | None:
    """The head table, after checking the schema number and that no list has an unknown name."""
    if document is None:
        return None
    if document.get("schema") != SCHEMA_NUMBER:
        found = repr(document.get("schema"))
        problems.append(
            Problem(f"{at}: schema", found, str(SCHEMA_NUMBER), f"write schema = {SCHEMA_NUMBER}", "schema")
        )
    for name in document.keys() - sections.keys() - {"schema", table}:
        problems.append(unknown(f"{at}: {name}", name, [*sections, table, "schema"], "a list of the vocabulary"))
    if table not in document:
        problems.append(Problem(at, f"no [{table}] table", f"one [{table}]", f"add [{table}]", "missing_head"))
        return None
    return _convert(document[table], kind, f"{at}: {table}", problems)


def _entries(
    at: str, document: dict[str, Any], sections: Mapping[str, type[Provenance]], problems: Problems
) -> tuple[Placed[Provenance], ...]:
    """Every readable entry of every list, in file order."""
    placed = []
    for section, kind in sections.items():
        for index, raw in _listed(at, section, document.get(section, []), problems):
            where = f"{at}: {section}[{index}]"
            entry = None if _to_fill(raw, where, problems) else _convert(raw, kind, where, problems)
            days = _days(entry, where, problems) if entry is not None else None
            if entry is not None and days is not None:
                placed.append(Placed(entry, where, key_of(entry), *days))
    return tuple(placed)


def _to_fill(raw: Any, at: str, problems: Problems) -> bool:
    """True after recording every field that still holds the question mark of a new contract's template."""
    blanks = [name for name, value in raw.items() if value == "?"] if isinstance(raw, dict) else []
    for name in blanks:
        fix = "write the value with its source, or an assumed one with a range"
        problems.append(Problem(f"{at}.{name}", "'?'", "a value", fix, "to_fill"))
    return bool(blanks)


def _listed(at: str, section: str, value: Any, problems: Problems) -> Iterator[tuple[int, Any]]:
    if not isinstance(value, list):
        fix = f"write [[{section}]] with two brackets"
        problems.append(Problem(f"{at}: {section}", "one table", f"a list of {section} entries", fix, "not_a_list"))
        return
    yield from enumerate(value)


def _days(entry: Provenance, at: str, problems: Problems) -> tuple[Day, Day] | None:
    """The days [from, until) of the entry, or None after recording a date that cannot be read."""
    count = len(problems)
    start = _day(entry.effective_from, FAR_PAST, f"{at}.from", problems)
    end = _day(entry.until, FAR_FUTURE, f"{at}.until", problems)
    _day(entry.held, FAR_PAST, f"{at}.held", problems)
    if start >= end:
        found, fix = f"{entry.effective_from} to {entry.until}", "write a later until, or drop the entry"
        problems.append(Problem(f"{at}.until", found, "until after from", fix, "empty_period"))
    return (start, end) if len(problems) == count else None


def _day(text: str | None, default: Day, at: str, problems: Problems) -> Day:
    try:
        return default if text is None else parse_day(text)
    except ValueError as error:
        problems.append(Problem(at, str(error), "an ISO date", 'write "2026-11-22", "2026-11" or "2026"', "not_a_date"))
        return default


def _sources(at: str, document: dict[str, Any], problems: Problems) -> dict[str, Source]:
    """The register by id; sources that cannot be read are left out and recorded."""
    for name in document.keys() - {"source", "schema"}:
        problems.append(unknown(f"{at}: {name}", name, ["source"], "tables [source.ID] only"))
    found = {}
    for name, raw in document.get("source", {}).items():
        source = _convert(raw, Source, f"{at}: source.{name}", problems)
        if source is not None:
            _day(source.held, FAR_PAST, f"{at}: source.{name}.held", problems)
            found[name] = source
    return found


def _convert(raw: Any, kind: type[T], at: str, problems: Problems) -> T | None:
    """The raw table as ``kind``, strictly; None after recording the first thing that does not fit."""
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        problems.append(_explained(str(error), raw, kind, at))
        return None


def _explained(message: str, raw: Any, kind: type[Any], at: str) -> Problem:
    """msgspec's message as a problem with place, value and fix."""
    match = _PLACE.match(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    if "unknown field" in what:
        name = _FIELD.findall(what)[0]
        known = [item.encode_name for item in msgspec.structs.fields(kind)]
        return unknown(f"{at}.{name}", name, known, "a field of the vocabulary", "unknown_field")
    if "missing required field" in what:
        name = _FIELD.findall(what)[0]
        return Problem(f"{at}.{name}", "nothing", f"the field {name!r}", f"add {name} = …", "missing_field")
    value = raw.get(path.removeprefix(".").split("[")[0]) if isinstance(raw, dict) else raw
    fix = "quote it: numbers and dates of terms are text" if "Expected `str" in what else "write one of the known words"
    if "Expected `int`" in what:
        fix = "write a whole number without quotes"
    return Problem(f"{at}{path}", repr(value), what, fix, "wrong_value")


def _add(known: dict[str, Any], item: Any, problems: Problems) -> None:
    """Put the item under its id; a second file with the same id is a problem that names both."""
    if item is None:
        return
    if item.head.id in known:
        found = f"{item.head.id!r} also in {known[item.head.id].at}"
        problems.append(Problem(f"{item.at}: id", found, "one file per id", "remove or rename one", "duplicate_id"))
        return
    known[item.head.id] = item
