"""A projection's rows in PostgreSQL.

Hides the statements. Keeps the promise that rows are read in exactly the order asked for, page by page, without a row
twice or left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuoguan.operate import Row, TableShape
from tuoguan.store.postgres_link import Connection
from tuoguan.store.schema import behind, checked, names, order_by, table_name

ROWS_AT_ONCE = 20_000
_TYPES = {"int": "bigint", "text": "text", "bytes": "bytea"}


def _arrays(shape: TableShape, columns: Iterable[str]) -> str:
    return ", ".join(f"%s::{_TYPES[shape.columns[name]]}[]" for name in columns)


def arrays(columns: Iterable[Sequence[Any]]) -> list[Any]:
    """Columns as arrays in the server's own writing, which takes a fifth of the driver's time."""
    return [_array(column) for column in columns]


def _array(column: Sequence[Any]) -> Any:
    first = column[0] if column else 0
    if isinstance(first, int):
        return "{" + ",".join(map(str, column)) + "}"
    if isinstance(first, bytes):
        return list(column)
    joined = '","'.join(column)
    if "\\" in joined or joined.count('"') != 2 * (len(column) - 1):
        joined = '","'.join(text.replace("\\", r"\\").replace('"', r"\"") for text in column)
    return '{"' + joined + '"}'


def put_statement(table: str, shape: TableShape) -> str:
    """Inserts or replaces by the key, rows given as one array per column."""
    rest = [f"{checked(name)} = excluded.{checked(name)}" for name in shape.columns if name not in shape.key]
    otherwise = f"UPDATE SET {', '.join(rest)}" if rest else "NOTHING"
    source = f"SELECT * FROM unnest({_arrays(shape, shape.columns)})"
    return f"INSERT INTO {table} {source} ON CONFLICT ({names(shape.key)}) DO {otherwise}"


class PostgresTable:
    """A `Table` on one connection."""

    def __init__(self, connection: Connection, shape: TableShape) -> None:
        self._connection = connection
        self._shape = shape
        self._name = table_name(shape.name)
        self._columns = ", ".join(f"t.{checked(name)}" for name in shape.columns)
        self._key_at = [list(shape.columns).index(name) for name in shape.key]
        same = " AND ".join(f"t.{checked(name)} = w.{checked(name)}" for name in shape.key)
        self._wanted = f"unnest({_arrays(shape, shape.key)}) w ({names(shape.key)}) WHERE {same}"

    def _key_of(self, row: Row) -> Row:
        return tuple(row[at] for at in self._key_at)

    def put(self, rows: Iterable[Row]) -> None:
        """Inserts or replaces by the table's key; of two rows with one key the last stays."""
        by_key = {self._key_of(row): row for row in rows}
        statement = put_statement(self._name, self._shape)
        for columns in _columns(list(by_key.values())):
            self._connection.execute(statement, columns)

    def drop(self, keys: Iterable[Row]) -> None:
        """Removes rows by the table's key."""
        for columns in _columns(list(keys)):
            self._connection.execute(f"DELETE FROM {self._name} t USING {self._wanted}", columns)

    def clear(self) -> None:
        """Removes all rows; whoever reads meanwhile goes on seeing those of their moment."""
        self._connection.execute(f"DELETE FROM {self._name}")

    def get(self, keys: Sequence[Row]) -> dict[Row, Row]:
        """Rows by the table's key; keys without a row are left out."""
        statement = f"SELECT {self._columns} FROM {self._name} t, {self._wanted}"
        found: dict[Row, Row] = {}
        for columns in _columns(keys):
            found |= {self._key_of(row): row for row in self._connection.execute(statement, columns, binary=True)}
        return found

    def page(
        self, equal: Mapping[str, Any], order: Sequence[str], after: Row | None = None, limit: int = 100
    ) -> list[Row]:
        """Rows whose columns equal the given ones, in ``order``, behind ``after``, at most ``limit``."""
        conditions = [f"{checked(column)} = %s" for column in equal]
        values = list(equal.values())
        if after is not None:
            condition, taken = behind(order, "%s")
            conditions.append(f"({condition})")
            values += [after[number] for number in taken]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = f"SELECT {self._columns} FROM {self._name} t{where} ORDER BY {order_by(order)} LIMIT %s"
        return self._connection.execute(statement, (*values, limit), binary=True).fetchall()

    def count(self, equal: Mapping[str, Any], by: Sequence[str] = ()) -> dict[Row, int]:
        """Rows by the values of ``by``; {(): all} without it."""
        where = f" WHERE {' AND '.join(f'{checked(column)} = %s' for column in equal)}" if equal else ""
        columns = names(by)
        group = f" GROUP BY {columns}" if by else ""
        statement = f"SELECT {columns}{', ' if by else ''}count(*) FROM {self._name}{where}{group}"
        rows = self._connection.execute(statement, tuple(equal.values()), binary=True)
        return {tuple(row[:-1]): row[-1] for row in rows}


def _columns(rows: Sequence[Row]) -> Iterable[list[Any]]:
    """Rows as one array per column, so many rows at once as one statement takes well."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield arrays(zip(*rows[start : start + ROWS_AT_ONCE], strict=True))
