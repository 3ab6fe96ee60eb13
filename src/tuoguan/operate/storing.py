"""What the ledger asks of a store: one place that keeps rows, atomically and durably, and nothing more.

Every rule of the ledger (sums, versions, keys, floors, hashes, closed periods) lives in `operate.ledger` and is written
once; a store that keeps these promises needs no rule of its own:

* a transaction sees all that was committed before it began, and no two that write run at once in a workspace;
* when ``commit`` has returned, the rows survive the loss of the process and of power; when it has not, none is seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from tuoguan.operate.words import Entry, Head, Stream

Row = tuple[Any, ...]


class EntryRow(NamedTuple):
    """An entry as a store keeps it, column by column; `operate.ledger_rows` makes it and reads it.

    ``postings`` and ``details`` are JSON text and must come back to the letter, for the hash is over them.
    """

    position: int
    stream_id: int
    version: int
    kind: str
    key: str
    actor: str
    recorded_at: int
    occurred_at: int
    state: str
    contract: str
    cause: int
    reverses: int
    postings: str
    details: str
    hash: bytes


class KeptRow(NamedTuple):
    """An entry's row as read: the columns of `EntryRow`, its stream as the store knows it, the hash before it.

    ``previous`` is empty when no row has the position before.
    """

    position: int
    stream_id: int
    version: int
    kind: str
    key: str
    actor: str
    recorded_at: int
    occurred_at: int
    state: str
    contract: str
    cause: int
    reverses: int
    postings: str
    details: str
    hash: bytes
    stream: str
    previous: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of one commit. ``streams`` are new or moved on; ``balances`` are whole new values by (account, unit)."""

    entries: Sequence[tuple[Any, ...]]  # in the order of `EntryRow`, by position
    streams: Sequence[Stream]
    balances: Mapping[tuple[str, str], int]
    head: Head


class Transaction(Protocol):
    """Reads and writes of one commit."""

    def head(self) -> Head:
        """The end of the ledger; nobody else moves it before this transaction ends."""

    def streams(self, names: Sequence[str]) -> dict[str, Stream]:
        """The streams that exist, by name."""

    def next_stream(self) -> int:
        """The id the next new stream will have; the following ones count on from it."""

    def recorded(self, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[KeptRow]]:
        """Entries recorded under a key, by (id of the stream, key), in order; keys not yet used are left out."""

    def reversals(self, positions: Sequence[int]) -> dict[int, int]:
        """Position of the entry that reverses, by the position it reverses; what nobody reversed is left out."""

    def balances(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Balances by (account, unit); what was never posted to is left out."""

    def rows(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[KeptRow]:
        """Rows of entries behind position ``after`` up to ``until``, in order, never all of them in memory."""

    def all_streams(self, after: int = 0) -> Iterator[Stream]:
        """Streams with an id behind ``after``, by id."""

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``, in order."""

    def write(self, written: Written) -> None:
        """Keep the rows."""

    def table(self, name: str) -> "Table":
        """A projection's table, to be written in this transaction."""


class Table(Protocol):
    """A projection's rows: can be thrown away and made again from the entries."""

    def put(self, rows: Iterable[Row]) -> None:
        """Insert or replace by the table's key."""

    def drop(self, keys: Iterable[Row]) -> None:
        """Remove rows by the table's key."""

    def clear(self) -> None:
        """Remove all rows."""

    def get(self, keys: Sequence[Row]) -> dict[Row, Row]:
        """Rows by the table's key."""

    def page(
        self, equal: Mapping[str, Any], order: Sequence[str], after: Row | None = None, limit: int = 100
    ) -> list[Row]:
        """Rows whose columns equal the given ones, in ``order`` ("-column": falling), behind ``after`` (values of the
        order columns), at most ``limit``.
        """

    def count(self, equal: Mapping[str, Any], by: Sequence[str] = ()) -> dict[Row, int]:
        """Rows by the values of ``by``."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A projection's table: columns with their types ("int", "text", "bytes"), key, and orders it is read in.

    No column is ever empty (None): a value that may be missing has one that says so. Text is ordered by code point.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()  # "-column": falling


class Store(Protocol):
    """One workspace's rows."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Commits when the block ends, takes everything back when it raises."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A consistent view that writes nothing and holds nobody up."""

    def entries(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[Entry]:
        """Entries behind position ``after`` up to ``until``, in order, without holding them all in memory."""

    def stream(self, name: str) -> list[Entry]:
        """All entries of one stream."""

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``, in order."""

    def declare(self, shapes: Sequence[TableShape]) -> None:
        """Make the projections' tables that do not exist yet; one of another shape is thrown away and made empty."""

    def close(self) -> None:
        """Let go of files and connections."""


class StoreLost(Exception):
    """The store went away before it said whether the transaction is recorded: it is, whole, or it is not.

    Doing it again tells, for a key is recorded once.
    """
