"""A workspace's ledger in PostgreSQL, in a schema of its own.

Hides schemas, locks and the making of tables. Keeps the invariants that writers of a workspace come one after the other
(each locks the head's row first), and that every transaction sees the tables of its own workspace only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import errors

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import FIRST_HEAD, Entry, Head, TableShape, entry_of
from tuoguan.store.migrations import missing_steps
from tuoguan.store.postgres_link import Connection, Link, connect, refused_link
from tuoguan.store.postgres_rows import PostgresRows
from tuoguan.store.schema import SCHEMA_VERSION, Dialect, projection_tables, table_name, tables

POSTGRES = Dialect("bigint", 'text COLLATE "C"', "bytea", "%s")
SERVER_OLDEST = 140_000


class PostgresStore:
    """The store of one workspace; may be used from several threads at once."""

    def __init__(self, url: str, workspace: str) -> None:
        self._schema = f"tuoguan_{workspace}"
        self._shapes: dict[str, TableShape] = {}
        self._make(url)
        self._link = Link(url)
        # Said anew in every transaction, so that it also holds where a pooler mixes sessions.
        settings = f"set_config('search_path', '{self._schema}', true), set_config('synchronous_commit', 'on', true)"
        self._begin = f'SELECT position, hash, closed_until, {settings} FROM "{self._schema}".head'

    def _make(self, url: str) -> None:
        """Makes the schema and its tables, or brings those of an older release up to this one."""
        try:
            connection = connect(url)
        except psycopg.Error as error:
            raise refused_link(error) from error
        try:
            with connection:
                _check_server(connection)
                # Two who open a new workspace at once make it one after the other.
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (self._schema,))
                found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,)).fetchone()
                if not found:
                    connection.execute(f'CREATE SCHEMA "{self._schema}"')
                connection.execute(f"SET LOCAL search_path = '{self._schema}'")
                _make_tables(connection, self._schema, new=not found)
        except errors.InsufficientPrivilege as error:
            raise Refused([_forbidden(self._schema, str(error).splitlines()[0])]) from error

    @contextmanager
    def transaction(self) -> Iterator[PostgresRows]:
        """Commits when the block ends, takes everything back when it raises."""
        with self._link.lent(f"{self._begin} FOR UPDATE") as (connection, row):
            yield PostgresRows(connection, Head(*row[:3]), self._shapes)

    @contextmanager
    def reading(self) -> Iterator[PostgresRows]:
        """A consistent view that writes nothing and holds nobody up."""
        with self._link.lent(self._begin, reading=True) as (connection, row):
            yield PostgresRows(connection, Head(*row[:3]), self._shapes)

    def entries(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[Entry]:
        """Entries behind ``after`` up to ``until``, in order; no view is held between two pages."""
        with self.reading() as view:
            last = view.head().position
        last = last if until is None else min(last, until)
        while after < last:
            with self.reading() as view:
                page, after = view.page(after, last, kinds)
            yield from map(entry_of, page)

    def stream(self, name: str) -> list[Entry]:
        """All entries of one stream, in order."""
        with self.reading() as view:
            return [entry_of(row) for row in view.of_stream(name)]

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``, in order, from one moment."""
        with self.reading() as view:
            yield from view.all_balances(prefix)

    def declare(self, shapes: Sequence[TableShape]) -> None:
        """Makes the projections' tables that do not exist yet; one of another shape is made anew, empty."""
        missing = [shape for shape in shapes if self._shapes.get(shape.name) != shape]
        if not missing:
            return
        with self._link.lent(f"{self._begin} FOR UPDATE") as (connection, _):
            for shape in missing:
                _make_projection(connection, shape)
        self._shapes |= {shape.name: shape for shape in missing}

    def close(self) -> None:
        """Lets go of all connections."""
        self._link.close()


def _check_server(connection: Connection) -> None:
    """Refuses a server that would lose what it acknowledged, or that is too old."""
    version = connection.info.server_version
    if version < SERVER_OLDEST:
        found, expected = f"PostgreSQL {version // 10_000}", f"PostgreSQL {SERVER_OLDEST // 10_000} or newer"
        raise Refused([Problem("store", found, expected, "use a newer server", "store_too_old")])
    for name in ("fsync", "full_page_writes"):
        if connection.execute("SELECT current_setting(%s)", (name,)).fetchone() != ("on",):
            fix = f"set {name} = on in the server's settings: without it a power cut loses the ledger"
            raise Refused([Problem("store", f"{name} = off", f"{name} = on", fix, "store_not_durable")])


def _make_tables(connection: Connection, schema: str, *, new: bool) -> None:
    """Makes the tables of an empty ledger, or takes the steps from an older schema."""
    if new:
        for statement in tables(POSTGRES):
            connection.execute(statement)
        first = (FIRST_HEAD.position, FIRST_HEAD.hash, FIRST_HEAD.closed_until)
        connection.execute("INSERT INTO head VALUES (1, %s, %s, %s)", first)
        # Room on each page for the next value of a row, so that its index is left alone.
        connection.execute("ALTER TABLE balance SET (fillfactor = 60)")
        connection.execute("CREATE TABLE about (schema_version bigint NOT NULL)")
        connection.execute("CREATE TABLE made (name text PRIMARY KEY, statements text NOT NULL)")
        connection.execute("INSERT INTO about VALUES (%s)", (SCHEMA_VERSION,))
        return
    # With its schema named: in a schema that is not ours PostgreSQL finds no table, rather than one that is forbidden.
    row = connection.execute(f'SELECT schema_version FROM "{schema}".about').fetchone()
    steps = missing_steps(row[0] if row else 0, POSTGRES)
    for statement in steps:
        connection.execute(statement)
    if steps:
        connection.execute("UPDATE about SET schema_version = %s", (SCHEMA_VERSION,))


def _make_projection(connection: Connection, shape: TableShape) -> None:
    statements = projection_tables(POSTGRES, shape)
    text, table = "\n".join(statements), table_name(shape.name)
    if connection.execute("SELECT statements FROM made WHERE name = %s", (shape.name,)).fetchone() == (text,):
        return
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements:
        connection.execute(statement)
    connection.execute("DELETE FROM made WHERE name = %s", (shape.name,))
    connection.execute("INSERT INTO made VALUES (%s, %s)", (shape.name, text))


def _forbidden(schema: str, found: str) -> Problem:
    fix = f"ask the server's owner for the schema {schema}, or use the workspace that is yours"
    return Problem("store", found, "a user who may use this workspace", fix, "store_forbidden")
