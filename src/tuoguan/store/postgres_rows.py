"""One transaction in PostgreSQL: rows read and written in sets, never one by one.

Hides statements. Keeps the promise that rows come back to the letter, and that no walk holds all of them in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tuoguan.operate import FIRST_HEAD, Head, KeptRow, Stream, TableShape, Written
from tuoguan.store.postgres_link import Connection
from tuoguan.store.postgres_tables import PostgresTable, arrays
from tuoguan.store.schema import KEPT_ROWS

PAGE_ROWS = 5_000
"""Rows read at once when all are walked through."""
LAST_CHARACTER = "\U0010ffff"

_LARGEST = 2**63 - 1
_MOVE_STREAM = (
    "UPDATE stream s SET version = w.version, state = w.state"
    " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) w (id, version, state) WHERE s.id = w.id"
)
_SET_BALANCE = (
    "UPDATE balance b SET amount = w.amount FROM unnest(%s::text[], %s::text[], %s::bigint[]) w (account, unit, amount)"
    " WHERE b.account = w.account AND b.unit = w.unit"
)
_NEW_BALANCE = (
    "INSERT INTO balance SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])"
    " ON CONFLICT (account, unit) DO NOTHING"
)
_RECORDED = KEPT_ROWS + (
    " JOIN unnest(%s::bigint[], %s::text[]) w (stream_id, key) ON w.stream_id = e.stream_id AND w.key = e.key"
    " ORDER BY e.position"
)
_SPAN_OF_KINDS = f"{KEPT_ROWS} WHERE e.position > %s AND e.position <= %s AND e.kind = ANY(%s) ORDER BY e.position"
_SPAN = f"{KEPT_ROWS} WHERE e.position > %s AND e.position <= %s ORDER BY e.position"
_BALANCES = (
    "SELECT b.account, b.unit, b.amount FROM unnest(%s::text[], %s::text[]) w (account, unit)"
    " JOIN balance b ON b.account = w.account AND b.unit = w.unit"
)
_ALL_BALANCES = (
    "SELECT account, unit, amount FROM balance WHERE (account, unit) > (%s, %s) AND account < %s"
    f" ORDER BY account, unit LIMIT {PAGE_ROWS}"
)


class PostgresRows:
    """A `Transaction` on one connection."""

    def __init__(self, connection: Connection, head: Head, shapes: Mapping[str, TableShape]) -> None:
        self._connection = connection
        self._head = head
        self._shapes = shapes
        self._next_stream: int | None = None

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values, binary=True).fetchall()

    def head(self) -> Head:
        """The end of the ledger."""
        return self._head

    def streams(self, names: Sequence[str]) -> dict[str, Stream]:
        """The streams that exist, by name."""
        rows = self._rows("SELECT id, name, version, state FROM stream WHERE name = ANY(%s::text[])", arrays([names]))
        return {row[1]: Stream(*row) for row in rows}

    def next_stream(self) -> int:
        """The id of the next new stream."""
        if self._next_stream is None:
            self._next_stream = int(self._rows("SELECT coalesce(max(id), 0) + 1 FROM stream")[0][0])
        return self._next_stream

    def recorded(self, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[KeptRow]]:
        """Entries already recorded under a key, by (id of the stream, key)."""
        found: dict[tuple[int, str], list[KeptRow]] = {}
        if not wanted:
            return found
        for row in map(_kept, self._rows(_RECORDED, arrays(zip(*wanted, strict=True)))):
            found.setdefault((row.stream_id, row.key), []).append(row)
        return found

    def reversals(self, positions: Sequence[int]) -> dict[int, int]:
        """Position of the entry that reverses, by the position it reverses."""
        statement = "SELECT reverses, position FROM entry WHERE reverses <> 0 AND reverses = ANY(%s::bigint[])"
        return {row[0]: row[1] for row in self._rows(statement, arrays([positions]))}

    def balances(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Balances by (account, unit); what was never posted to is left out."""
        rows = self._rows(_BALANCES, arrays(zip(*wanted, strict=True))) if wanted else []
        return {(row[0], row[1]): row[2] for row in rows}

    def page(self, after: int, until: int, kinds: Sequence[str]) -> tuple[list[KeptRow], int]:
        """The next rows behind ``after`` up to ``until``, and the position up to which all were looked at."""
        while after < until:
            # A span of positions and not a LIMIT: for that the server may sort everything behind ``after`` each time.
            end = min(after + PAGE_ROWS, until)
            values = (after, end, list(kinds)) if kinds else (after, end)
            if rows := self._rows(_SPAN_OF_KINDS if kinds else _SPAN, values):
                return list(map(_kept, rows)), end
            following = self._rows("SELECT min(position) FROM entry WHERE position > %s", (end,))[0][0]
            after = until if following is None else following - 1
        return [], until

    def rows(self, after: int = 0, until: int | None = None, kinds: Sequence[str] = ()) -> Iterator[KeptRow]:
        """Rows of entries behind ``after`` up to ``until``, in order."""
        last = _LARGEST if until is None else until
        while after < last:
            page, after = self.page(after, last, kinds)
            yield from page

    def of_stream(self, name: str) -> list[KeptRow]:
        """Rows of one stream, in order."""
        where = " WHERE e.stream_id = (SELECT id FROM stream WHERE name = %s) ORDER BY e.position"
        return list(map(_kept, self._rows(KEPT_ROWS + where, (name,))))

    def all_streams(self, after: int = 0) -> Iterator[Stream]:
        """Streams with an id behind ``after``, by id."""
        statement = "SELECT id, name, version, state FROM stream WHERE id > %s AND id <= %s ORDER BY id"
        following: int | None = after + 1
        while following is not None:
            end = min(following - 1 + PAGE_ROWS, _LARGEST)
            yield from (Stream(*row) for row in self._rows(statement, (following - 1, end)))
            following = self._rows("SELECT min(id) FROM stream WHERE id > %s", (end,))[0][0]

    def all_balances(self, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """(account, unit, balance) of accounts whose name starts with ``prefix``, in order."""
        last = (prefix, "")
        while page := self._rows(_ALL_BALANCES, (*last, prefix + LAST_CHARACTER)):
            yield from ((row[0], row[1], row[2]) for row in page)
            last = page[-1][0], page[-1][1]

    def write(self, written: Written) -> None:
        """Keeps the rows of one commit. No other writer is there, so that rows are looked for before they are made."""
        run = self._connection.execute
        if written.streams:
            first = self.next_stream()
            self._copy(
                "stream", [(one.id, one.name, one.version, one.state) for one in written.streams if one.id >= first]
            )
            moved = [(one.id, one.version, one.state) for one in written.streams if one.id < first]
            if moved:
                run(_MOVE_STREAM, arrays(zip(*moved, strict=True)))
            self._next_stream = max(first, *(one.id + 1 for one in written.streams))
        self._copy("entry", written.entries)
        if written.balances:
            rows = [(*place, amount) for place, amount in sorted(written.balances.items())]
            columns = arrays(zip(*rows, strict=True))
            if run(_SET_BALANCE, columns).rowcount < len(rows):
                run(_NEW_BALANCE, columns)
        head = written.head
        run(
            "UPDATE head SET position = %s, hash = %s, closed_until = %s", (head.position, head.hash, head.closed_until)
        )
        self._head = head

    def _copy(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            with self._connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    def table(self, name: str) -> PostgresTable:
        """A projection's table."""
        return PostgresTable(self._connection, self._shapes[name])


def _kept(row: tuple[Any, ...]) -> KeptRow:
    if row[-1] is None:
        row = (*row[:-1], FIRST_HEAD.hash if row[0] == 1 else b"")
    return KeptRow._make(row)
