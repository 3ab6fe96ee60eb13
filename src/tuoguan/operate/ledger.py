"""The ledger: the only place where something is written, append-only, balanced, chained by hashes.

Hides batching, locking and the store. Keeps the invariant that what a caller was told is recorded survives the loss of
the process and of power, and that nothing is recorded twice.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from tuoguan.foundation.cycles import uncollected
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.ledger_deciding import Batch, InHand, negated
from tuoguan.operate.ledger_prepared import CLOSE, REVERSAL, Prepared, prepare
from tuoguan.operate.ledger_projecting import Projection, catch_up, rebuild
from tuoguan.operate.ledger_replay import replay_problems
from tuoguan.operate.ledger_rows import entry_of
from tuoguan.operate.storing import Store, StoreLost
from tuoguan.operate.words import Append, Draft, Recorded

LEDGER_STREAM = "ledger"
"""Where the ledger writes down what it does itself."""
GROUP_COUNT = 1_000
"""At most so many waiting appends are committed together, so that none waits for long."""

Result = Recorded | Refused


@dataclass(slots=True)
class _Waiting:
    """An append whose caller waits; ``result`` is there once its commit is durable, or the error that ended it."""

    prepared: Prepared
    result: Result | None = None
    error: BaseException | None = field(default=None)


class Ledger:
    """One workspace's ledger over a store.

    clock  UTC seconds; only ever written down as ``recorded_at``, never decides anything
    most_behind  entries that a projection may lie behind for `catch_up` to fold them, because somebody waits; None: any
    """

    def __init__(self, store: Store, *, clock: Callable[[], int], most_behind: int | None = None) -> None:
        self.store = store
        self._clock = clock
        self._most_behind = most_behind
        self._queue: deque[_Waiting] = deque()
        self._writer = Lock()
        self._in_hand = InHand()

    def append(self, append: Append) -> Recorded:
        """What became of the append, durable when this returns; raises Refused with everything that is wrong.

        Callers on several threads share commits: whoever gets the writer's lock takes along all who wait.
        """
        return self._append(prepare(append))

    def append_all(self, appends: Sequence[Append]) -> list[Result]:
        """What became of each append, in order, all in one commit; one that is refused leaves the others alone.

        But those behind it on its stream that expect a version are refused with it: they were decided on what it would
        have made, and the number alone cannot tell that from what somebody else made meanwhile.
        """
        with uncollected():
            return self._commit(appends)

    def reverse(self, position: int, *, why: str, at: int, key: str, actor: str) -> Recorded:
        """Takes back the entry at ``position`` by an entry with the opposite postings on the same stream."""
        with self.store.reading() as view:
            rows = list(view.rows(position - 1, position))
        entry = entry_of(rows[0]) if rows else None
        draft = Draft(
            REVERSAL,
            at,
            negated(entry.draft.postings) if entry else (),
            {"why": why},
            contract=entry.draft.contract if entry else "",
            cause=position,
            reverses=position,
        )
        stream = entry.stream if entry else LEDGER_STREAM
        return self._append(prepare(Append(stream, key, (draft,), actor=actor), own=True))

    def close(self, until: int, *, actor: str) -> Recorded:
        """Closes the books before ``until`` (UTC seconds): entries that occurred earlier are refused from then on."""
        draft = Draft(CLOSE, until, (), {"until": until})
        return self._append(prepare(Append(LEDGER_STREAM, f"close/{until}", (draft,), actor=actor), own=True))

    def verify(self) -> list[Problem]:
        """Everything that does not hold: hashes, positions, versions, sums, floors, balances against replay.

        Reads one consistent view of the whole ledger, in flat memory but for 4 bytes a stream and the balances.
        """
        with self.store.reading() as view:
            return replay_problems(view)

    def catch_up(self, projection: Projection) -> int:
        """Folds the entries behind the projection's checkpoint into its tables; returns how many.

        Refused (code "being_made") where that would take longer than ``most_behind`` allows.
        """
        return catch_up(self.store, projection, most=self._most_behind)

    def rebuild(self, projection: Projection | None = None) -> int:
        """Throws the projection's rows away and makes them again, asserting every invariant on the way.

        Without one, the balances and streams themselves are made again. Returns the entries folded; raises Refused when
        the chain is broken.
        """
        return rebuild(self.store, projection)

    def _append(self, prepared: Prepared | Refused) -> Recorded:
        if isinstance(prepared, Refused):
            raise prepared
        waiting = _Waiting(prepared)
        self._queue.append(waiting)
        with self._writer:
            while waiting.result is None and waiting.error is None:
                self._commit_waiting()
        if waiting.error is not None:
            raise waiting.error
        if isinstance(waiting.result, Refused):
            raise waiting.result
        assert waiting.result is not None
        return waiting.result

    def _commit_waiting(self) -> None:
        """Commits all who wait, the caller among them; an error is told to each of them."""
        group = [self._queue.popleft() for _ in range(min(len(self._queue), GROUP_COUNT))]
        try:
            results = self._write([one.prepared for one in group])
        except BaseException as error:
            for one in group:
                one.error = error
            raise
        for one, result in zip(group, results, strict=True):
            one.result = result

    def _commit(self, appends: Sequence[Append]) -> list[Result]:
        all_prepared = [prepare(append) for append in appends]
        good = [prepared for prepared in all_prepared if isinstance(prepared, Prepared)]
        malformed = {
            append.stream for append, one in zip(appends, all_prepared, strict=True) if isinstance(one, Refused)
        }
        with self._writer:
            decided = iter(self._write(good, malformed))
        return [one if isinstance(one, Refused) else next(decided) for one in all_prepared]

    def _write(self, group: Sequence[Prepared], refused: set[str] | None = None) -> list[Result]:
        """``refused``: streams with a refused append of the one caller; None: every append has a caller of its own."""
        if not group:
            return []
        try:
            return self._write_once(group, refused)
        except StoreLost:
            # Nobody knows whether it was recorded; the keys do. What had been is answered with ``again``.
            return self._write_once(group, refused)

    def _write_once(self, group: Sequence[Prepared], refused: set[str] | None) -> list[Result]:
        with self.store.transaction() as transaction:
            batch = Batch(transaction, group, self._clock(), self._in_hand, refused)
            results = [batch.decide(prepared) for prepared in group]
            if (written := batch.written()) is not None:
                transaction.write(written)
        if written is not None:
            self._in_hand.moved(written)
        return results
