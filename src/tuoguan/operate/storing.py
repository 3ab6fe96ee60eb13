"""What the ledger asks of a store: one place that keeps rows, atomically and durably, and nothing more.

Every rule of the ledger (sums, versions, keys, floors, hashes, closed periods) lives in `operate.ledger` and is written
once; a store that keeps these promises needs no rule of its own:

* a transaction sees all that was committed before it began, and no two that write run at once in a workspace;
* when ``commit`` has returned, the rows survive the loss of the process and of power; when it has not, none is seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from tuoguan.operate.words import Entry, Head, Stream

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of one commit. ``streams`` are new or moved on; ``balances`` are whole new values by (account, unit)."""

    entries: Sequence[tuple[int, Entry]]  # (id of the stream, entry), by position
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

    def keys(self, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], tuple[int, int]]:
        """(first position, version behind the last entry) of keys already recorded, by (id of the stream, key)."""

    def balances(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Balances by (account, unit); nought where there is none."""

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
    """A projection's table: columns with their types ("int", "text", "bytes"), key, and orders it is read in."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()


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
        """Make the projections' tables that do not exist yet."""

    def close(self) -> None:
        """Let go of files and connections."""
