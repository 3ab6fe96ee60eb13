"""seller.toml with some of its values changed and everything else, comments included, as it was.

Hides TOML's lines. Keeps the invariant that what comes out says exactly the settings that were asked for: where lines
alone cannot be trusted to say so, the file is written anew.
"""

import json
import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.intake.log import Log
from tuoguan.intake.schema import Seller
from tuoguan.intake.settings import FILE, read_seller
from tuoguan.intake.templates import toml_text, toml_value

Path_ = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r'^\s*((?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|\'[^\']*\')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"))*)\s*='
)
_GONE = object()


@dataclass(slots=True)
class _Part:
    """Lines of the file: of one value (``path``), of a table's head (``path``, ``head``), or of neither."""

    lines: list[str]
    path: Path_ | None = None
    head: bool = False
    section: Path_ = field(default=())


def seller_from(text: str) -> Seller:
    """The settings that the text says. Refused with every problem, as a workspace with this seller.toml would be."""
    log = Log()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(text, encoding="utf-8")
        seller = read_seller(Path(folder), log)
    if seller is None or has_errors(log.problems):
        raise Refused(log.problems)
    return seller


def settings_of(text: str) -> dict[str, Any]:
    """What the text says, as plain values. Refused when it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fix = "mend the file in an editor, or write it anew from a template"
        raise Refused([Problem(FILE, str(error)[:200], "a TOML file", fix, "seller_setting")]) from None


def rewritten(text: str, wanted: dict[str, Any]) -> str:
    """The text saying ``wanted``: values that did not change keep their lines, comments and order."""
    wanted = _without_nulls(wanted)
    try:
        parts = list(_parts(text))
        said = "".join(line for part in _edited(parts, wanted) for line in part.lines)
        if tomllib.loads(said) == wanted:
            return said
    except (tomllib.TOMLDecodeError, ValueError, KeyError, IndexError):
        pass
    return toml_text(wanted)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(one) for one in value]
    return value


def _parts(text: str) -> Iterator[_Part]:
    """The file's lines in order, each value with all lines that it takes."""
    section: Path_ = ()
    counts: dict[Path_, int] = {}
    lines = (text if text.endswith("\n") or not text else text + "\n").splitlines(keepends=True)
    at = 0
    while at < len(lines):
        line = lines[at]
        if match := _HEADER.match(line) if line.lstrip().startswith("[") else None:
            section = _keys(match.group(2))
            if match.group(1) == "[[":
                counts[section] = counts.get(section, -1) + 1
                section = (*section, counts[section])
            yield _Part([line], section, True, section)
        elif match := _KEY.match(line):
            last = at + 1
            while not _whole("".join(lines[at:last])):
                last += 1
                if last > len(lines):
                    raise ValueError("a value without an end")
            yield _Part(lines[at:last], (*section, *_keys(match.group(1))), False, section)
            at = last - 1
        else:
            yield _Part([line], None, False, section)
        at += 1


def _keys(text: str) -> tuple[str, ...]:
    """The keys of a dotted name."""
    found: Any = tomllib.loads(f"{text} = 0")
    keys = []
    while isinstance(found, dict):
        (key, found), *_ = found.items()
        keys.append(key)
    return tuple(keys)


def _whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _at(settings: Any, path: Path_) -> Any:
    """The value at a path; `_GONE` where there is none."""
    for key in path:
        there = key in settings if isinstance(settings, dict) else isinstance(key, int) and key < len(settings)
        if not isinstance(settings, dict | list) or not there:
            return _GONE
        settings = settings[key]  # type: ignore[index]
    return settings


def _edited(parts: list[_Part], wanted: dict[str, Any]) -> list[_Part]:
    """The parts with changed values in their places, lost ones out, and new ones at the end of their tables."""
    kept, said = [], set[Path_]()
    for part in parts:
        value = _at(wanted, part.path) if part.path is not None else None
        if value is _GONE or (_at(wanted, part.section) is _GONE and part.path is not None):
            continue
        changed = False
        if part.path is not None and not part.head:
            said.add(part.path)
            changed = _said(part) != value
        kept.append(_Part([_line(part, value)], part.path, False, part.section) if changed else part)
    heads = {part.path for part in kept if part.head}
    for path, value in _unsaid(wanted, (), said, heads):
        _put(kept, path, value)
    return kept


def _said(part: _Part) -> Any:
    found: Any = tomllib.loads("".join(part.lines))
    assert part.path is not None
    for key in part.path[len(part.section) :]:
        found = found[key]
    return found


def _line(part: _Part, value: Any) -> str:
    """The value's line with the new value; a comment behind it stays."""
    match = _KEY.match(part.lines[0])
    assert match is not None
    fresh = f"{match.group(0).rstrip()} {toml_value(value)}"
    comment = _comment(part.lines[0]) if len(part.lines) == 1 else ""
    return fresh + ("  " + comment if comment else "") + "\n"


def _comment(line: str) -> str:
    """The comment behind a value on one line."""
    for match in re.finditer("#", line):
        if _whole(line[: match.start()]):
            return line[match.start() :].strip()
    return ""


def _unsaid(value: Any, path: Path_, said: set[Path_], heads: set[Path_ | None]) -> Iterator[tuple[Path_, Any]]:
    """What the kept lines do not say yet: (path, value), tables that have a head entered."""
    for key, one in value.items():
        here = (*path, key)
        if here in said:
            continue
        inside = any(place is not None and place[: len(here)] == here for place in (*said, *heads))
        if isinstance(one, dict) and inside:
            yield from _unsaid(one, here, said, heads)
        elif isinstance(one, list) and inside:
            for index, item in enumerate(one):
                if (*here, index) in heads:
                    yield from _unsaid(item, (*here, index), said, heads)
                else:
                    yield (*here, index), item
        else:
            yield here, one


def _put(parts: list[_Part], path: Path_, value: Any) -> None:
    """Adds a value that has no line yet."""
    tables = isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict))
    if isinstance(path[-1], int) and isinstance(value, dict):
        parts.append(_Part([f"\n[[{_name(path[:-1])}]]\n", *_pairs(value)]))
    elif tables and len(path) == 1:
        blocks = value if isinstance(value, list) else [value]
        brackets = ("[[", "]]") if isinstance(value, list) else ("[", "]")
        for block in blocks:
            parts.append(_Part([f"\n{brackets[0]}{_name(path)}{brackets[1]}\n", *_pairs(block)]))
    else:
        at = _end_of(parts, path[:-1])
        parts.insert(at, _Part([f"{_bare(str(path[-1]))} = {toml_value(value)}\n"], path, False, path[:-1]))


def _end_of(parts: list[_Part], section: Path_) -> int:
    """Where a new line of the section goes: behind its last value or head."""
    ends = [at for at, part in enumerate(parts) if part.path is not None and part.section == section]
    if ends:
        return ends[-1] + 1
    if section:
        parts.append(_Part([f"\n[{_name(section)}]\n"], section, True, section))
        return len(parts)
    return next((at for at, part in enumerate(parts) if part.head), len(parts))


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{_bare(key)} = {toml_value(one)}\n" for key, one in table.items()]


def _name(path: Path_) -> str:
    return ".".join(_bare(str(key)) for key in path if not isinstance(key, int))


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
