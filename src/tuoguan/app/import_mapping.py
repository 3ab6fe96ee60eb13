"""What the columns of an unknown file mean, said once by a person: shown, tried on the file, saved.

Hides where mappings lie. Keeps the invariant that what was tried is what is saved.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tuoguan.app.import_preview import FileLook, asked_of, file_look
from tuoguan.contracts import load
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import (
    Drawn,
    Layout,
    Reader,
    Table,
    asks_of,
    formats,
    guessed,
    layouts_of,
    read_export,
    save_mapping,
)
from tuoguan.intake import vocabularies as written_ways

PART = "part:"  # before a kind of amount, where a column is one


@dataclass(frozen=True, slots=True)
class Choices:
    """What a mapping's form can offer: fields with those needed, kinds of amounts, contracts' platforms and models."""

    fields: tuple[str, ...]
    needed: tuple[str, ...]
    kinds: tuple[str, ...]
    platforms: tuple[str, ...]
    models: tuple[str, ...]
    states: tuple[str, ...]
    types: tuple[str, ...]


@cache
def contract_ids() -> tuple[str, ...]:
    """All contracts that came with the program, by name."""
    return tuple(sorted(load().ids()))


def choices_of(table: Table) -> Choices:
    """What may be said about a file of this table."""
    asks, (states, types) = asks_of(table), written_ways()
    ids = [name.split("/") for name in contract_ids()]
    platforms = tuple(dict.fromkeys(one[0] for one in ids))
    return Choices(asks.fields, asks.needed, asks.kinds, platforms, tuple(dict.fromkeys(one[1] for one in ids)),
                   states, types)  # fmt: skip


def layout_of(path: Path) -> Layout:
    """The first sheet's header with samples. Refused when the file cannot be read."""
    layouts, problems = layouts_of(path)
    if not layouts:
        found = "no row that could be a header"
        raise Refused(problems or [Problem(path.name, found, "a table", "send another file", "no_header")])
    return layouts[0]


def first_guess(layout: Layout, table: Table) -> dict[str, str]:
    """Our field by header, as far as known files call them so."""
    return guessed([column.header for column in layout.columns], table)


def drawn_of(
    layout: Layout, table: str, meanings: Sequence[str], said: Mapping[str, str], models: Sequence[str]
) -> Drawn:
    """The mapping that a form says: ``meanings`` are those of the layout's columns in their order.

    Refused, with a sentence each, for what cannot be meant.
    """
    if table not in set(Table):
        raise Refused([Problem("what the file is about", f'"{table}"', "one of the list", "choose one", "bad_mapping")])
    kind = Table(table)
    asks, wrong = asks_of(kind), list[Problem]()
    fields: dict[str, str] = {}
    parts: dict[str, str] = {}
    for column, meaning in zip(layout.columns, meanings, strict=False):
        if meaning.startswith(PART) and meaning.removeprefix(PART) in asks.kinds:
            parts[column.header] = meaning.removeprefix(PART)
        elif meaning in asks.fields:
            if meaning in fields.values():
                wrong.append(_bad(f"column {column.header}", f"{meaning} a second time", "each field once"))
            fields[column.header] = meaning
        elif meaning:
            wrong.append(_bad(f"column {column.header}", f'"{meaning[:40]}"', "a field of the list"))
    wrong += [_bad(f"field {name}", "no column for it", "the column that holds it")
              for name in asks.needed if name not in fields.values()]  # fmt: skip
    if wrong:
        raise Refused(wrong)
    text = {
        name: said.get(name, "").strip()
        for name in ("title", "platform", "currency", "zone", "states", "types", "kind")
    }
    return Drawn(table=kind, fields=fields, parts=parts, models=tuple(models), **text)


def try_mapping(path: Path, drawn: Drawn, said: dict[str, str]) -> FileLook:
    """The file as the mapping reads it; nothing is saved. Refused when the mapping cannot be used."""
    with tempfile.TemporaryDirectory() as folder:
        save_mapping(Path(folder), drawn, "trial")
        own = [one for one in formats(Path(folder)) if one.id == "own-trial"]
        asked = asked_of({**said, "format": ""})
        exports, problems = read_export(path, own, Reader(asked.currency, asked.zone, asked.counted_on, own[0].id))
    return file_look(path.name, exports, problems)


def keep_mapping(workspace: Path, path: Path, drawn: Drawn, tried: FileLook) -> str:
    """Saves the mapping under the file's name; the name of what was written. Refused when no row was read by it."""
    if not any(sheet.rows_used for sheet in tried.sheets):
        fix = "look at the rows below, correct the columns, and try again"
        raise Refused([Problem(path.name, "no row that can be used", "at least one", fix, "bad_mapping")])
    name, number = path.name.split(".")[0], 1
    while True:
        try:
            return save_mapping(workspace, drawn, name if number == 1 else f"{name}-{number}").name
        except Refused as refused:
            if refused.problems[0].code != "file_exists" or number > 50:
                raise
            number += 1


def _bad(at: str, found: str, expected: str) -> Problem:
    return Problem(at, found, expected, "choose again on the form", "bad_mapping")
