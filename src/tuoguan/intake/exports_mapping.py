"""A mapping that a person made on a form → the file that every later import of the workspace knows the layout by.

Hides the layout of the TOML. Keeps the invariants that a mapping which is saved can be read again, that no column of a
buyer stands in it, and that nobody's mapping is overwritten.
"""

import json
import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.intake.exports_formats import FOLDER, NEEDED, formats, own_formats
from tuoguan.intake.exports_schema import BY_TYPE, UNCLASSIFIED, Table
from tuoguan.intake.exports_template import names_known
from tuoguan.intake.words import normalize, words

_FIRST = (
    "order_number", "line", "flow_id", "statement_id", "sku", "platform_sku", "quantity", "state", "amount", "currency",
)  # fmt: skip
_HEAD = """\
# A mapping of one kind of file, made on the import page and used by every later import of this workspace.
# 在导入页面保存的列映射；以后每次导入本工作区都会用到。
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mapping as a person drew it: ``fields`` our field by their header, ``parts`` kind of amount by their header.

    states, types   how states and kinds are written: a table of states.toml, of kinds.toml
    """

    title: str
    table: Table
    fields: dict[str, str]
    parts: dict[str, str]
    platform: str = ""
    models: tuple[str, ...] = ()
    currency: str = ""
    zone: str = ""
    states: str = ""
    types: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a table can hold: its fields, those of them it cannot do without, kinds that a column of amounts can be."""

    fields: tuple[str, ...]
    needed: tuple[str, ...]
    kinds: tuple[str, ...]


@cache
def asks_of(table: Table) -> Asks:
    """What a mapping of this table may say, as all known formats say it."""
    known = [format for format in own_formats() if format.table is table]
    named = {field for format in known for field in format.columns}
    first = [field for field in _FIRST if field in named]
    kinds = {part.kind for format in own_formats() for part in format.part
             if (format.table is Table.STOCK) == (table is Table.STOCK)}  # fmt: skip
    has_parts = table is Table.STOCK or table not in NEEDED
    shown = sorted(kinds - {BY_TYPE, UNCLASSIFIED}) if has_parts else []
    return Asks(tuple([*first, *sorted(named - set(first))]), NEEDED.get(table, ()), tuple(shown))


def vocabularies() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the ways in which states and kinds of charges are written."""
    return tuple(words("states")), tuple(words("kinds"))


def guessed(headers: list[str], table: Table) -> dict[str, str]:
    """Our field by header, where a known format calls a column of this table so; each field once."""
    allowed, found = set(asks_of(table).fields), dict[str, str]()
    for header in headers:
        field = names_known().get(normalize(header), "")
        if field in allowed and field not in found.values():
            found[header] = field
    return found


def mapping_text(drawn: Drawn, name: str) -> str:
    """The mapping's file."""
    by_field: dict[str, list[str]] = {}
    for header, field in drawn.fields.items():
        by_field.setdefault(field, []).append(header)
    needed = [field for field in asks_of(drawn.table).needed if field in by_field] or sorted(by_field)[:3]
    plain: dict[str, object] = {
        "id": f"own-{name}", "title": drawn.title or name, "title_zh": drawn.title or name, "table": drawn.table.value,
        "platform": drawn.platform, "models": list(drawn.models), "required": needed, "currency": drawn.currency,
        "zone": drawn.zone, "states": drawn.states, "types": drawn.types, "kind": drawn.kind,
        "marks": [] if needed else list(drawn.parts)[:3],
    }  # fmt: skip
    lines = [f"{key} = {_quoted(value)}" for key, value in plain.items() if value]
    columns = [f"{field} = {_quoted(headers)}" for field, headers in by_field.items()]
    parts = [f"\n[[format.part]]\ncolumns = {_quoted([header])}\nkind = {_quoted(kind)}"
             for header, kind in drawn.parts.items()]  # fmt: skip
    return "\n".join([_HEAD, "[[format]]", *lines, "\n[format.columns]", *columns, *parts]) + "\n"


def save_mapping(workspace: Path, drawn: Drawn, name: str) -> Path:
    """Writes the mapping under the name. Refused, with nothing written, when it cannot be used or the name is taken."""
    flat = re.sub(r"[^0-9A-Za-z_-]+", "-", name).strip("-")[:60].lower() or "mapping"
    target = workspace / FOLDER / f"{flat}.toml"
    if target.exists():
        fix = "choose another name; nothing was written"
        raise Refused([Problem(f"{FOLDER}/{target.name}", "a mapping of this name", "a new name", fix, "file_exists")])
    text = mapping_text(drawn, flat)
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / FOLDER / target.name
        tried.parent.mkdir()
        tried.write_text(text, encoding="utf-8")
        formats(Path(folder))
    with whole_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
