"""The tables of a ledger, said once for every store: names, columns, keys, and the statements both dialects share.

Hides nothing but the spelling of a dialect. Keeps the invariant that keys grow with time: positions and stream ids are
counted, and the only indexes led by something else are a stream's name and a balance's account. An index that is led by
a random key costs six times the time of writing once it no longer fits in memory.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tuoguan.operate import KeptRow, TableShape

SCHEMA_VERSION = 1
"""Of the ledger's own tables; a store refuses a newer one and migrates an older one."""

ENTRY_COLUMNS = KeptRow._fields[:-2]
"""Columns of `entry`; the last two of `KeptRow` come from joins."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a store spells types: ``integer`` 64 bits, ``text`` ordered by code point, ``blob`` bytes."""

    integer: str
    text: str
    blob: str
    placeholder: str  # "?" or "%s"
    row_key: str = "PRIMARY KEY"  # of a table that is kept in the order of its key
    clustered: str = ""  # behind a table whose rows live in its key's index


ENTRY_TYPES: Mapping[str, str] = {
    name: "int"
    if name in ("position", "stream_id", "version", "recorded_at", "occurred_at", "cause", "reverses")
    else "blob"
    if name == "hash"
    else "text"
    for name in ENTRY_COLUMNS
}


def tables(dialect: Dialect) -> list[str]:
    """Statements that make the ledger's tables where there are none."""
    kinds = {"int": dialect.integer, "text": dialect.text, "blob": dialect.blob}
    entry = ",\n  ".join(
        f"{name} {kinds[kind]} " + (dialect.row_key if name == "position" else "NOT NULL")
        for name, kind in ENTRY_TYPES.items()
    )
    whole, text, blob = dialect.integer, dialect.text, dialect.blob
    return [
        f"CREATE TABLE IF NOT EXISTS head (one {whole} PRIMARY KEY CHECK (one = 1), position {whole} NOT NULL, "
        f"hash {blob} NOT NULL, closed_until {whole} NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS stream (id {whole} {dialect.row_key}, name {text} NOT NULL UNIQUE, "
        f"version {whole} NOT NULL, state {text} NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS entry (\n  {entry})",
        "CREATE UNIQUE INDEX IF NOT EXISTS entry_key ON entry (stream_id, key, version)",
        "CREATE UNIQUE INDEX IF NOT EXISTS entry_reverses ON entry (reverses) WHERE reverses <> 0",
        f"CREATE TABLE IF NOT EXISTS balance (account {text} NOT NULL, unit {text} NOT NULL, amount {whole} NOT NULL, "
        f"PRIMARY KEY (account, unit)){dialect.clustered}",
    ]


KEPT_ROWS = (
    "SELECT " + ", ".join(f"e.{name}" for name in ENTRY_COLUMNS) + ", s.name, p.hash "
    "FROM entry e LEFT JOIN stream s ON s.id = e.stream_id LEFT JOIN entry p ON p.position = e.position - 1"
)
"""Rows in the order of `KeptRow`; ``previous`` may come back as None, for the first entry."""


def projection_tables(dialect: Dialect, shape: TableShape) -> list[str]:
    """Statements that make a projection's table and its indexes."""
    kinds = {"int": dialect.integer, "text": dialect.text, "bytes": dialect.blob}
    columns = ", ".join(f"{checked(name)} {kinds[kind]} NOT NULL" for name, kind in shape.columns.items())
    table = table_name(shape.name)
    made = [f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({names(shape.key)})){dialect.clustered}"]
    for number, index in enumerate(shape.indexes):
        made.append(f"CREATE INDEX {table}_{number} ON {table} ({order_by(index)})")
    return made


def table_name(projection_table: str) -> str:
    """The name under which a projection's table is kept; never one of the ledger's own."""
    return f"made_{_plain(projection_table)}"


def checked(name: str) -> str:
    """The name as it stands in a statement, where it may be a word of SQL; raises ValueError for what is no name."""
    return f'"{_plain(name)}"'


def names(columns: Iterable[str]) -> str:
    """Names of columns as they stand in a statement."""
    return ", ".join(map(checked, columns))


def _plain(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise ValueError(f"{name!r} is no name of a table or column: small letters, digits and _ only")
    return name


def order_by(columns: Sequence[str]) -> str:
    """ORDER BY of columns, "-column" falling."""
    return ", ".join(f"{checked(c[1:])} DESC" if c.startswith("-") else checked(c) for c in columns)


def behind(order: Sequence[str], placeholder: str) -> tuple[str, list[int]]:
    """Condition for rows behind given values of the ``order`` columns, and which value each placeholder takes.

    The bound on the first column stands in front, so that an index led by it is entered at the right place.
    """
    condition, taken = "", []
    for number, column in reversed(list(enumerate(order))):
        name, compare = (checked(column[1:]), "<") if column.startswith("-") else (checked(column), ">")
        if not condition:
            condition, taken = f"{name} {compare} {placeholder}", [number]
        else:
            condition = f"{name} {compare}= {placeholder} AND ({name} {compare} {placeholder} OR ({condition}))"
            taken = [number, number, *taken]
    return condition, taken
