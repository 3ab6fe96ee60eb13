"""The known formats: ours and those a person saved in a workspace, as data that was checked.

Hides TOML and inheritance. Keeps the invariant that no format reads a column that speaks of a person, and that two
formats never share an id.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake.exports_schema import Format, Table
from tuoguan.intake.words import is_buyer_header, normalize, words

OWN = Path(__file__).parent / "mappings" / "formats"
FOLDER = "mappings"  # in a workspace
_GOODS = ("sku", "quantity")
NEEDED: dict[Table, tuple[str, ...]] = {
    Table.ORDER_LINES: ("order_number", *_GOODS), Table.TRACKING: ("order_number", "tracking"),
    Table.STOCK: ("sku",), Table.STOCK_ORDERS: ("order_number", *_GOODS),
}  # fmt: skip


@cache
def own_formats() -> tuple[Format, ...]:
    """The formats that come with tuoguan."""
    return tuple(format for path in sorted(OWN.glob("*.toml")) for format in _load(path))


def formats(workspace: Path | None = None) -> tuple[Format, ...]:
    """Saved mappings of the workspace, then ours. Refused with every problem of a saved mapping."""
    saved: list[Format] = []
    problems: list[Problem] = []
    for path in sorted((workspace / FOLDER).glob("*.toml")) if workspace else []:
        try:
            found = _load(path)
        except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
            problems.append(_bad(path, str(error)[:200]))
            continue
        problems += [problem for format in found for problem in _check(path, format)]
        saved += found
    taken = [format.id for format in (*saved, *own_formats())]
    problems += [
        _bad(workspace / FOLDER, f'the id "{format.id}" twice')  # type: ignore[operator]
        for format in saved
        if taken.count(format.id) > 1
    ]
    if problems:
        raise Refused(problems)
    return (*saved, *own_formats())


def _load(path: Path) -> list[Format]:
    with path.open("rb") as handle:
        raw = tomllib.load(handle)
    if "format" not in raw:
        raise ValueError("no [[format]] in the file")
    by_id: dict[str, dict[str, Any]] = {}
    for entry in raw["format"]:
        base = by_id.get(entry.get("base", ""), {})
        by_id[entry.get("id", "")] = {**base, **entry}
    return [msgspec.convert(entry, Format) for entry in by_id.values()]


def _check(path: Path, format: Format) -> list[Problem]:
    """What the types alone do not catch in a saved mapping."""
    found: list[Problem] = []
    texts = [text for spellings in format.columns.values() for text in spellings]
    texts += [text for part in format.part for text in part.columns]
    for text in texts:
        if is_buyer_header(normalize(text)):
            found.append(_bad(path, f'the column "{text}", which speaks of a buyer', "columns without buyers"))
    lacking = [name for name in NEEDED.get(format.table, ()) if name not in format.columns]
    money = format.table not in NEEDED
    if money and "amount" not in format.columns and not format.part:
        lacking.append("amount, or a [[format.part]]")
    if format.table is Table.STOCK and not format.part:
        lacking.append("a [[format.part]] with the units")
    if lacking:
        found.append(_bad(path, f"no column for {', '.join(lacking)}", "the columns that this table needs"))
    for kind, table in (("states", format.states), ("types", format.types)):
        if table and table not in words("states" if kind == "states" else "kinds"):
            found.append(_bad(path, f'{kind} = "{table}"', "a table of states.toml or kinds.toml"))
    return found


def _bad(path: Path, found: str, expected: str = "a mapping as `tuoguan import --map` writes it") -> Problem:
    fix = "correct the mapping; nothing was imported"
    return Problem(f"{path.parent.name}/{path.name}", found, expected, fix, "bad_mapping")
