"""Connections to PostgreSQL: made, lent, thrown away when they broke.

Hides reconnecting and what the driver's errors mean. Keeps the invariants that a broken connection is never lent again,
and that whoever holds the ledger and dies is let go by the server.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg import errors

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import StoreLost

Connection = psycopg.Connection[tuple[Any, ...]]

PATIENCE_SECONDS = 20.0
"""How long a server that went away is waited for: a restart takes a few seconds."""
SETTINGS = {
    "synchronous_commit": "on",  # whatever the role or the database says: acknowledged means on disk
    "search_path": "",  # every name is written with its schema
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",  # a writer that hangs must not hold up all others
    "TimeZone": "UTC",
}
_TOLD = {
    errors.DiskFull: ("a full disk at the server", "space for new rows", "free space and do it again", "store_full"),
    errors.LockNotAvailable: (
        "another writer that does not end", "a turn within a minute", "look which connection holds it", "store_busy",
    ),
    errors.ReadOnlySqlTransaction: (
        "a server that takes no writes", "the primary server", "connect to the primary", "store_read_only",
    ),
    errors.InsufficientPrivilege: (
        "", "a user who may use this workspace", "ask the server's owner for the right", "store_forbidden",
    ),
}  # fmt: skip
"""By the driver's error: found ("": what the server says), expected, fix and code."""


class Link:
    """Connections of one store; each is used by one transaction at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[Connection] = []
        self._lock = Lock()
        self._closed = False

    @contextmanager
    def lent(self, first: str, *, reading: bool = False) -> Iterator[tuple[Connection, tuple[Any, ...]]]:
        """A connection inside a transaction, and the row that ``first`` found; commits when the block ends.

        ``first`` must write nothing, for it is asked again when the connection turns out to be broken. Raises StoreLost
        when the connection breaks later on, and Refused for what somebody has to mend at the server.
        """
        connection, row = self._begun(first, reading)
        try:
            yield connection, row
            connection.commit()
        except psycopg.Error as error:
            raise _meaning(error, connection) from error
        finally:
            self._take_back(connection)

    def _begun(self, first: str, reading: bool) -> tuple[Connection, tuple[Any, ...]]:
        patient_until = time.monotonic() + PATIENCE_SECONDS
        pause = 0.02
        while True:
            connection: Connection | None = None
            try:
                connection = self._next()
                connection.read_only = reading
                level = psycopg.IsolationLevel
                connection.isolation_level = level.REPEATABLE_READ if reading else level.READ_COMMITTED
                row = connection.execute(first).fetchone()
                assert row is not None, first
                return connection, row
            except psycopg.Error as error:
                lost = connection is None or connection.broken or connection.closed
                meaning = _meaning(error, connection)
                if connection is not None:
                    connection.close()
                if not lost or time.monotonic() > patient_until:
                    raise meaning from error
            time.sleep(pause)
            pause = min(2 * pause, 0.5)

    def _next(self) -> Connection:
        with self._lock:
            if self._closed:
                raise ValueError("the store is closed")
            if self._idle:
                return self._idle.pop()
        return connect(self._url)

    def _take_back(self, connection: Connection) -> None:
        if not (connection.broken or connection.closed):
            try:
                connection.rollback()  # nothing to take back after a commit
            except psycopg.Error:
                connection.close()
        with self._lock:
            if not (connection.closed or self._closed):
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Lets all connections go; those lent are let go when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def connect(url: str) -> Connection:
    """A connection that is durable on commit and notices within a minute that the other side is gone."""
    words = psycopg.conninfo.conninfo_to_dict(url)
    defaults = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3}
    named = {"application_name": "tuoguan"} | defaults | words
    connection: Connection = psycopg.connect(**named, autocommit=True)  # type: ignore[arg-type]
    given = [text for setting in SETTINGS.items() for text in setting]
    connection.execute(f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(SETTINGS))}", given)
    connection.autocommit = False
    return connection


def _meaning(error: psycopg.Error, connection: Connection | None) -> Exception:
    """What an error of the driver means to whoever uses the store."""
    if connection is None:
        return refused_link(error)
    if connection.broken or connection.closed:
        return StoreLost(_first_line(error))
    for kind, (found, expected, fix, code) in _TOLD.items():
        if isinstance(error, kind):
            problem = Problem("store", found or _first_line(error), expected, f"{fix}; nothing was recorded", code)
            return Refused([problem])
    return error


def refused_link(error: psycopg.Error) -> Refused:
    """A server that cannot be reached, as a problem; never with the password."""
    # The driver quotes an address that it cannot read, password and all.
    found = "an address that cannot be read" if isinstance(error, psycopg.ProgrammingError) else _first_line(error)
    fix = "look whether the server runs, and at host, port, database and user of the address"
    return Refused([Problem("store", found, "a PostgreSQL server", fix, "store_unreachable")])


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
