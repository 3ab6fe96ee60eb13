"""A projection's rows in SQLite.

Hides the statements. Keeps the promise that rows are read in exactly the order asked for, page by page, without a row
twice or left out.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuoguan.operate import Row, TableShape
from tuoguan.store.schema import behind, checked, names, order_by, table_name


class SqliteTable:
    """A `Table` on one connection."""

    def __init__(self, connection: sqlite3.Connection, shape: TableShape) -> None:
        self._connection = connection
        self._shape = shape
        self._name = table_name(shape.name)
        self._columns = names(shape.columns)
        self._by_key = " AND ".join(f"{checked(column)} = ?" for column in shape.key)

    def put(self, rows: Iterable[Row]) -> None:
        """Inserts or replaces by the table's key."""
        marks = ", ".join("?" * len(self._shape.columns))
        self._connection.executemany(f"INSERT OR REPLACE INTO {self._name} VALUES ({marks})", rows)

    def drop(self, keys: Iterable[Row]) -> None:
        """Removes rows by the table's key."""
        self._connection.executemany(f"DELETE FROM {self._name} WHERE {self._by_key}", keys)

    def clear(self) -> None:
        """Removes all rows."""
        self._connection.execute(f"DELETE FROM {self._name}")

    def get(self, keys: Sequence[Row]) -> dict[Row, Row]:
        """Rows by the table's key; keys without a row are left out."""
        query = f"SELECT {self._columns} FROM {self._name} WHERE {self._by_key}"
        found = ((tuple(key), self._connection.execute(query, key).fetchone()) for key in keys)
        return {key: row for key, row in found if row is not None}

    def page(
        self, equal: Mapping[str, Any], order: Sequence[str], after: Row | None = None, limit: int = 100
    ) -> list[Row]:
        """Rows whose columns equal the given ones, in ``order``, behind ``after``, at most ``limit``."""
        conditions = [f"{checked(column)} = ?" for column in equal]
        values = list(equal.values())
        if after is not None:
            condition, taken = behind(order, "?")
            conditions.append(f"({condition})")
            values += [after[number] for number in taken]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        query = f"SELECT {self._columns} FROM {self._name}{where} ORDER BY {order_by(order)} LIMIT ?"
        return self._connection.execute(query, (*values, limit)).fetchall()

    def count(self, equal: Mapping[str, Any], by: Sequence[str] = ()) -> dict[Row, int]:
        """Rows by the values of ``by``; {(): all} without it."""
        where = f" WHERE {' AND '.join(f'{checked(column)} = ?' for column in equal)}" if equal else ""
        columns = names(by)
        group = f" GROUP BY {columns}" if by else ""
        query = f"SELECT {columns}{', ' if by else ''}count(*) FROM {self._name}{where}{group}"
        return {tuple(row[:-1]): row[-1] for row in self._connection.execute(query, tuple(equal.values()))}
