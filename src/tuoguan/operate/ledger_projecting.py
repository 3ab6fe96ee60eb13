"""Projections: tables made from the entries, thrown away and made again at will.

Hides checkpoints. Keeps the invariant that a projection's rows and the position they stand for are written in one
transaction, so that an interrupted run goes on where it stopped and folds no entry twice.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Protocol

from tuoguan.foundation.cycles import uncollected
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.ledger_replay import Replay
from tuoguan.operate.ledger_rows import entry_of
from tuoguan.operate.storing import KeptRow, Store, TableShape, Transaction, Written
from tuoguan.operate.words import Entry

CHUNK = 5_000
"""Entries folded in one transaction: enough to pay for its fsync, few enough that no append waits long."""

CHECKPOINTS = TableShape("checkpoint", {"projection": "text", "position": "int", "shapes": "text"}, key=("projection",))

Progress = Callable[[int, int], None]
"""Called with (position folded up to, position of the ledger's end)."""


class Projection(Protocol):
    """Rows that entries make: an account's history, a queue, a search index.

    ``apply`` folds entries, in order, into the tables of ``shapes`` (``transaction.table(name)``); what it writes may
    depend on the entries and on those tables alone.
    """

    @property
    def name(self) -> str: ...

    @property
    def shapes(self) -> tuple[TableShape, ...]: ...

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None: ...


def catch_up(store: Store, projection: Projection, progress: Progress | None = None, *, most: int | None = None) -> int:
    """Folds what is behind the checkpoint; returns how many entries. Refused (being_made) with more than ``most``."""
    _declare(store, projection)
    if most is not None and (behind := _behind(store, projection)) > most:
        fix = "ask again in some seconds: they are being read"
        raise Refused(
            [Problem("ledger", "entries not read yet", f"{most} at most", fix, "being_made", row_count=behind)]
        )
    folded = 0
    while count := _fold(store, projection, None, progress):
        folded += count
    return folded


def rebuild(store: Store, projection: Projection | None, progress: Progress | None = None) -> int:
    """Makes the rows again from the first entry, asserting every invariant; raises Refused when one does not hold."""
    if projection is None:
        return _rebuild_balances(store)
    _declare(store, projection)
    with store.transaction() as transaction:
        _start_again(transaction, projection)
    replay = Replay()
    while _fold(store, projection, replay, progress):
        pass
    with store.reading() as view:
        for row in view.rows(
            replay.position
        ):  # recorded by others meanwhile; the projection catches up with them later
            replay.take(row)
        replay.compare(view)
    if replay.problems:
        raise Refused(replay.problems)
    return replay.position


def _behind(store: Store, projection: Projection) -> int:
    with store.reading() as view:
        return view.head().position - (_checkpoint(view, projection) or 0)


def _declare(store: Store, projection: Projection) -> None:
    store.declare((CHECKPOINTS, *projection.shapes))
    with store.reading() as view:
        stale = _checkpoint(view, projection) is None
    if stale:
        with store.transaction() as transaction:
            if _checkpoint(transaction, projection) is None:
                _start_again(transaction, projection)


def _fold(store: Store, projection: Projection, replay: Replay | None, progress: Progress | None) -> int:
    """Folds one chunk; returns how many entries, nought at the end."""
    with uncollected():
        return _fold_chunk(store, projection, replay, progress)


def _fold_chunk(store: Store, projection: Projection, replay: Replay | None, progress: Progress | None) -> int:
    with store.reading() as view:
        after = _checkpoint(view, projection) or 0
        end = view.head().position
        rows = list(view.rows(after, min(after + CHUNK, end)))
    if not rows:
        return 0
    entries = [entry_of(row) for row in rows]
    if replay is not None:
        _assert_sound(replay, rows, entries)
    with store.transaction() as transaction:
        if (_checkpoint(transaction, projection) or 0) == after:  # nobody else has folded them meanwhile
            projection.apply(entries, transaction)
            _set_checkpoint(transaction, projection, rows[-1].position)
    if progress is not None:
        progress(rows[-1].position, end)
    return len(rows)


def _assert_sound(replay: Replay, rows: Sequence[KeptRow], entries: Sequence[Entry]) -> None:
    for row, entry in zip(rows, entries, strict=True):
        replay.take(row, entry.draft.postings)
    if replay.problems:
        raise Refused(replay.problems)


def _shapes_id(projection: Projection) -> str:
    """Changes when a table's shape does; rows of another shape are no longer this projection's."""
    return sha256(repr(projection.shapes).encode()).hexdigest()


def _checkpoint(transaction: Transaction, projection: Projection) -> int | None:
    """The position folded up to; None when the projection was never folded into tables of these shapes."""
    row = transaction.table(CHECKPOINTS.name).get([(projection.name,)]).get((projection.name,))
    return row[1] if row is not None and row[2] == _shapes_id(projection) else None


def _set_checkpoint(transaction: Transaction, projection: Projection, position: int) -> None:
    transaction.table(CHECKPOINTS.name).put([(projection.name, position, _shapes_id(projection))])


def _start_again(transaction: Transaction, projection: Projection) -> None:
    for shape in projection.shapes:
        transaction.table(shape.name).clear()
    _set_checkpoint(transaction, projection, 0)


def _rebuild_balances(store: Store) -> int:
    """Sets balances, streams and the end of the ledger to what the entries make of them."""
    with store.transaction() as transaction:
        replay = Replay()
        for row in transaction.rows():
            replay.take(row)
            if replay.problems:
                raise Refused(replay.problems)
        streams = [replay.right(stream) for stream in replay.wrong_streams(transaction)]
        balances = {place: right for place, (_, right) in replay.wrong_balances(transaction)}
        head = transaction.head()
        if streams or balances or head != replay.head():
            transaction.write(Written((), streams, balances, replay.head()))
    return replay.position
