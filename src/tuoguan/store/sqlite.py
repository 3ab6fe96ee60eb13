"""One workspace's ledger in one SQLite file.

Hides statements, connections and locks. Keeps the promises of `operate.storing`: one writer at a time (BEGIN IMMEDIATE,
also between processes), a commit is on the disk when it returns (WAL with synchronous=FULL), a reader sees one moment
and holds nobody up.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Lock

from tuoguan.operate import FIRST_HEAD, Entry, Head, KeptRow, Stream, Table, TableShape, Transaction, Written, entry_of
from tuoguan.store.migrations import missing_steps
from tuoguan.store.schema import (
    ENTRY_COLUMNS,
    KEPT_ROWS,
    SCHEMA_VERSION,
    Dialect,
    projection_tables,
    table_name,
    tables,
)
from tuoguan.store.sqlite_errors import refused
from tuoguan.store.sqlite_tables import SqliteTable

BUSY_SECONDS = 60.0
"""How long a writer waits for the writer of another process."""
SQLITE = Dialect("INTEGER", "TEXT", "BLOB", "?", clustered=" WITHOUT ROWID")

_INSERT_ENTRY = f"INSERT INTO entry VALUES ({', '.join('?' * len(ENTRY_COLUMNS))})"
_PUT_STREAM = (
    "INSERT INTO stream VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version, "
    "state = excluded.state"
)
_PUT_BALANCE = "REPLACE INTO balance VALUES (?, ?, ?)"
_ROWS = (
    f"SELECT {', '.join(f'e.{name}' for name in ENTRY_COLUMNS)}, s.name FROM entry e "
    "LEFT JOIN stream s ON s.id = e.stream_id WHERE e.position > ? AND e.position <= ? ORDER BY e.position"
)
_HASH = ENTRY_COLUMNS.index("hash")
_LARGEST = 2**63 - 1


def open_sqlite(path: Path) -> "SqliteStore":
    """The store in the file, made when there is none; several processes may open the same one."""
    return SqliteStore(path)


class SqliteStore:
    """A `Store` in one file and its write-ahead log beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = Lock()
        self._readers: list[sqlite3.Connection] = []
        self._shapes: dict[str, TableShape] = {}
        try:
            self._writer = self._connect()
            with self.transaction():
                _make_tables(self._writer)
        except sqlite3.Error as error:
            raise refused(error, path) or error from error

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits when the block ends, takes everything back when it raises; one at a time."""
        with self._writing:
            connection = self._writer
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield SqliteTransaction(connection, self._shapes)
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error) and (told := refused(error, self.path)):
                    raise told from error
                raise

    def reading(self) -> AbstractContextManager[Transaction]:
        """One moment of the ledger, unmoved by what others write."""
        return self._view()

    @contextmanager
    def _view(self) -> Iterator["SqliteTransaction"]:
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._connect()
        connection.execute("BEGIN")
        try:
            yield SqliteTransaction(connection, self._shapes)
        except sqlite3.Error as error:
            raise refused(error, self.path) or error from error
        finally:
            connection.execute("ROLLBACK")
            self._readers.append(connection)

    def entries(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[Entry]:
        """Entries behind position ``after`` up to ``until``, in order, from one moment."""
        with self.reading() as view:
            yield from map(entry_of, view.rows(after, until, kinds))

    def stream(self, name: str) -> list[Entry]:
        """All entries of one stream, in order."""
        with self._view() as view:
            return [entry_of(row) for row in view.rows_of(name)]

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``, in order, from one moment."""
        with self.reading() as view:
            yield from view.all_balances(prefix)

    def declare(self, shapes: Sequence[TableShape]) -> None:
        """Makes the projections' tables; one of another shape is thrown away and made empty."""
        missing = [shape for shape in shapes if self._shapes.get(shape.name) != shape]
        if not missing:
            return
        with self.transaction():
            for shape in missing:
                _make_projection(self._writer, shape)
        self._shapes.update({shape.name: shape for shape in missing})

    def close(self) -> None:
        """Lets go of the file; the write-ahead log is folded into it."""
        with self._writing:
            for connection in (*self._readers, self._writer):
                connection.close()
            self._readers.clear()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "cache_size = -65536",
            "wal_autocheckpoint = 4000",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return
    for statement in missing_steps(version, SQLITE) if version else tables(SQLITE):
        connection.execute(statement)
    if not version:
        first = (FIRST_HEAD.position, FIRST_HEAD.hash, FIRST_HEAD.closed_until)
        connection.execute("INSERT INTO head VALUES (1, ?, ?, ?)", first)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _make_projection(connection: sqlite3.Connection, shape: TableShape) -> None:
    table = table_name(shape.name)
    statements = projection_tables(SQLITE, shape)
    query = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY rowid"
    there = [sql for (sql,) in connection.execute(query, (table,))]
    if there == statements:
        return
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements:
        connection.execute(statement)


def _kept(rows: sqlite3.Cursor) -> Iterator[KeptRow]:
    make: Callable[[tuple[object, ...]], KeptRow] = KeptRow._make
    for row in rows:
        yield make(row if row[-1] is not None else (*row[:-1], FIRST_HEAD.hash if row[0] == 1 else b""))


class SqliteTransaction:
    """A `Transaction` on one connection."""

    def __init__(self, connection: sqlite3.Connection, shapes: dict[str, TableShape]) -> None:
        self.connection = connection
        self._shapes = shapes

    def head(self) -> Head:
        """The end of the ledger."""
        return Head(*self.connection.execute("SELECT position, hash, closed_until FROM head").fetchone())

    def streams(self, names: Sequence[str]) -> dict[str, Stream]:
        """The streams that exist, by name."""
        query = "SELECT s.id, s.name, s.version, s.state FROM json_each(?) w CROSS JOIN stream s ON s.name = w.value"
        return {row[1]: Stream(*row) for row in self.connection.execute(query, (json.dumps(list(names)),))}

    def next_stream(self) -> int:
        """The id of the next new stream."""
        (last,) = self.connection.execute("SELECT max(id) FROM stream").fetchone()
        return int(last or 0) + 1

    def recorded(self, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[KeptRow]]:
        """Entries already recorded under a key, by (id of the stream, key)."""
        found: dict[tuple[int, str], list[KeptRow]] = {}
        query = "SELECT position FROM entry WHERE stream_id = ? AND key = ? ORDER BY version"
        for place in wanted:
            if positions := [position for (position,) in self.connection.execute(query, place)]:
                found[place] = [row for position in positions for row in self.rows(position - 1, position)]
        return found

    def reversals(self, positions: Sequence[int]) -> dict[int, int]:
        """Position of the entry that reverses, by the position it reverses."""
        query = (
            "SELECT e.reverses, e.position FROM json_each(?) w "
            "CROSS JOIN entry e ON e.reverses = w.value AND e.reverses <> 0"
        )
        return dict(self.connection.execute(query, (json.dumps(list(positions)),)).fetchall())

    def balances(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Balances by (account, unit)."""
        query = "SELECT amount FROM balance WHERE account = ? AND unit = ?"
        found = ((place, self.connection.execute(query, place).fetchone()) for place in wanted)
        return {place: row[0] for place, row in found if row is not None}

    def rows(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[KeptRow]:
        """Rows of entries behind ``after`` up to ``until``, in order."""
        bounds = (after, _LARGEST if until is None else until)
        if kinds:
            query = (
                f"{KEPT_ROWS} WHERE e.position > ? AND e.position <= ? AND e.kind IN ({', '.join('?' * len(kinds))})"
            )
            with closing(self.connection.execute(f"{query} ORDER BY e.position", (*bounds, *kinds))) as rows:
                yield from _kept(rows)
            return
        # One after the other, each row brings the hash that stands before the next: no second look-up.
        first = self.connection.execute("SELECT hash FROM entry WHERE position = ?", (after,)).fetchone()
        position, previous = after, first[0] if first else FIRST_HEAD.hash if after == FIRST_HEAD.position else b""
        with closing(self.connection.execute(_ROWS, bounds)) as rows:
            for row in rows:
                yield KeptRow._make((*row, previous if row[0] == position + 1 else b""))
                position, previous = row[0], row[_HASH]

    def rows_of(self, stream: str) -> list[KeptRow]:
        """Rows of one stream, in order."""
        query = f"{KEPT_ROWS} WHERE e.stream_id = (SELECT id FROM stream WHERE name = ?) ORDER BY e.position"
        return list(_kept(self.connection.execute(query, (stream,))))

    def all_streams(self, after: int = 0) -> Iterator[Stream]:
        """Streams with an id behind ``after``."""
        query = "SELECT id, name, version, state FROM stream WHERE id > ? ORDER BY id"
        with closing(self.connection.execute(query, (after,))) as rows:
            for row in rows:
                yield Stream(*row)

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``."""
        query = "SELECT account, unit, amount FROM balance WHERE account >= ? ORDER BY account, unit"
        with closing(self.connection.execute(query, (prefix,))) as rows:
            for account, unit, amount in rows:
                if not account.startswith(prefix):
                    return
                yield account, unit, amount

    def write(self, written: Written) -> None:
        """Keeps the rows of one commit."""
        run = self.connection.executemany
        run(_PUT_STREAM, written.streams)
        run(_INSERT_ENTRY, written.entries)
        run(_PUT_BALANCE, [(*place, amount) for place, amount in written.balances.items()])
        head = written.head
        self.connection.execute(
            "UPDATE head SET position = ?, hash = ?, closed_until = ?", (head.position, head.hash, head.closed_until)
        )

    def table(self, name: str) -> Table:
        """A projection's table."""
        return SqliteTable(self.connection, self._shapes[name])
