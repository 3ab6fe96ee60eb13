"""The research register as plain rows: dated changes, blocks and their leaves.

Hides the YAML of the register with expressions that fit its one-line rows, so the suite needs no YAML dependency.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

REGISTER = Path(__file__).resolve().parent.parent.parent / "shared" / "reference" / "domain.md"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"^id: (\S+)", re.MULTILINE)
_CHANGE = re.compile(
    r"^- \{date: '?(?P<date>[0-9-]+)'?, platform: (?P<platform>\w+), market: (?P<market>[^,]+), "
    r"change: (?P<change>.+), source: (?P<source>\w+), confidence: [\w-]+\}$",
    re.MULTILINE,
)
_LEAF = re.compile(r"^ *'?(?P<name>\w+)'?: \{value:", re.MULTILINE)
_VALUE = re.compile(r"^ *'?(?P<name>\w+)'?: \{value: (?P<value>.*?), unit:(?P<rest>.*)$", re.MULTILINE)
_RANGE = re.compile(r"range: \[([^\]]*)\]")
_PLAIN = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")

_SOURCED = re.compile(
    r"^ *'?(?P<name>\w+)'?: \{value:.*?as_of: '?(?P<held>[0-9-]+|null)'?, source: \[(?P<source>[^\]]*)\]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Change:
    """One dated change of part B.9; ``date`` may be reduced."""

    date: str
    platform: str
    market: str
    change: str
    source: str


def register_text() -> str:
    """The register; skips the calling test or module where the shared folder is absent."""
    if not REGISTER.is_file():
        pytest.skip("no research register beside the repository", allow_module_level=True)
    return REGISTER.read_text(encoding="utf-8")


def changes(text: str) -> list[Change]:
    """Every dated change, in the register's order; ValueError when a row does not fit the expression."""
    listed = next(block for block in _BLOCK.findall(text) if block.lstrip().startswith("- {date:"))
    found = [Change(**match.groupdict()) for match in _CHANGE.finditer(listed)]
    rows = listed.count("- {date:")
    if len(found) != rows:
        raise ValueError(f"{len(found)} of {rows} dated changes could be read")
    return found


def leaves_by_block(text: str) -> dict[str, list[str]]:
    """The names of all values of every contract block, by the block's id; the source register itself is left out."""
    blocks = {match[1]: block for block in _BLOCK.findall(text) if (match := _ID.match(block))}
    return {name: _LEAF.findall(block) for name, block in blocks.items() if name != "sources"}


def numbers_by_block(text: str) -> dict[str, dict[str, set[float]]]:
    """Every number of a value or its range, by block and leaf; words of a value are passed over."""
    blocks = {match[1]: block for block in _BLOCK.findall(text) if (match := _ID.match(block))}
    return {
        name: {match["name"]: numbers(match["value"]) | _bounds(match["rest"]) for match in _VALUE.finditer(block)}
        for name, block in blocks.items()
    }


def numbers(text: str) -> set[float]:
    """The plain numbers in a text; a hyphen separates, it is no sign."""
    return {float(found) for found in _PLAIN.findall(text.replace("-", " "))}


def _bounds(text: str) -> set[float]:
    match = _RANGE.search(text)
    return numbers(match[1]) if match else set()


def provenance_by_block(text: str) -> dict[str, set[str]]:
    """Every source id and every date on which a figure held, by block."""
    blocks = {match[1]: block for block in _BLOCK.findall(text) if (match := _ID.match(block))}
    return {
        name: {word for match in _SOURCED.finditer(block) for word in _words(match)} for name, block in blocks.items()
    }


def _words(match: re.Match[str]) -> list[str]:
    sources = [word for word in match["source"].split(", ") if word]
    return sources + ([match["held"]] if match["held"] != "null" else [])
