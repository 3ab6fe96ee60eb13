"""The whole ledger walked again from its first entry, every invariant asserted on the way.

Hides what is kept while walking: the balances, and 12 bytes a stream. Keeps the promise that a row which anybody
changed behind the ledger's back is named by its position.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from sys import intern

import msgspec

from tuoguan.foundation.problems import Problem
from tuoguan.operate.ledger_prepared import CLOSE, floored
from tuoguan.operate.ledger_rows import hash_of, hashed_part
from tuoguan.operate.storing import KeptRow, Transaction
from tuoguan.operate.words import FIRST_HEAD, Head, Posting, Stream

MOST_PROBLEMS = 100
"""A walk lists no more than this; whoever changed so much changed everything."""

_decode_postings = msgspec.json.Decoder(tuple[Posting, ...]).decode
_decode_until = msgspec.json.Decoder(dict[str, int]).decode


def replay_problems(view: Transaction) -> list[Problem]:
    """Everything in the view that does not hold."""
    replay = Replay()
    for row in view.rows():
        replay.take(row)
        if len(replay.problems) >= MOST_PROBLEMS:
            return replay.problems
    replay.compare(view)
    return replay.problems


class Replay:
    """The ledger as its entries alone make it; ``problems`` grows with what does not hold."""

    def __init__(self) -> None:
        self.position = FIRST_HEAD.position
        self.hash = FIRST_HEAD.hash
        self.closed_until = FIRST_HEAD.closed_until
        self.balances: dict[tuple[str, str], int] = {}
        self.problems: list[Problem] = []
        self._versions = array("I")
        self._states: list[str] = []

    def take(self, row: KeptRow, postings: Iterable[Posting] | None = None) -> None:
        """Carries one row; rows come in order. ``postings`` saves decoding them a second time."""
        if row.position != self.position + 1:
            self._say(row.position, f"position {row.position} behind {self.position}", "positions without gaps", "gap")
        if row.hash != hash_of(self.hash, row, row.stream, hashed_part(row.postings, row.details)):
            self._say(row.position, "a hash that is not that of the entry", f"the hash over {_before(row)}", "tampered")
        self.position, self.hash = row.position, row.hash
        self._count_version(row)
        if row.occurred_at < self.closed_until:
            self._say(row.position, "an entry dated into a closed period", "a later date", "period_closed")
        if row.kind == CLOSE:
            self.closed_until = _until(row)
        self._add_up(row, _postings(row) if postings is None else postings)

    def head(self) -> Head:
        """The end of the ledger as its entries say."""
        return Head(self.position, self.hash, self.closed_until)

    def compare(self, view: Transaction) -> None:
        """Says where the view's head, streams and balances are not what the entries make of them."""
        head = view.head()
        if (head.position, head.hash) != (self.position, self.hash):
            self._say(self.position, f"the last entry at {self.position}", f"the head's {head.position}", "cut_off")
        if head.closed_until != self.closed_until:
            self._say(self.position, f"books closed until {head.closed_until}", str(self.closed_until), "wrong_close")
        for stream in islice(self.wrong_streams(view), MOST_PROBLEMS):
            right = self.right(stream)
            self._say(self.position, _told(stream), f"{_told(right)}, as its entries say", "wrong_stream")
        for (account, unit), (kept, replayed) in islice(self.wrong_balances(view), MOST_PROBLEMS):
            self._say(self.position, f"a balance of {kept} {unit} in {account}", f"{replayed}", "wrong_balance")

    def wrong_streams(self, view: Transaction) -> Iterator[Stream]:
        """Streams of the view that are not what their entries say, as the view has them."""
        return (stream for stream in view.all_streams() if stream != self.right(stream))

    def right(self, stream: Stream) -> Stream:
        """The stream as its entries say."""
        if stream.id >= len(self._versions):
            return Stream(stream.id, stream.name, 0, "")
        return Stream(stream.id, stream.name, self._versions[stream.id], self._states[stream.id])

    def wrong_balances(self, view: Transaction) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
        """(account, unit) and (kept, replayed) wherever the two differ."""
        seen = 0
        for account, unit, kept in view.all_balances():
            replayed = self.balances.get((account, unit))
            seen += replayed is not None
            if kept != (replayed or 0):
                yield (account, unit), (kept, replayed or 0)
        if seen < len(self.balances):
            kept_places = {(account, unit) for account, unit, _ in view.all_balances()}
            for place in self.balances.keys() - kept_places:
                yield place, (0, self.balances[place])

    def _count_version(self, row: KeptRow) -> None:
        while len(self._versions) <= row.stream_id:
            self._versions.append(0)
            self._states.append("")
        self._versions[row.stream_id] += 1
        self._states[row.stream_id] = intern(row.state)
        if row.version != self._versions[row.stream_id]:
            expected = f"version {self._versions[row.stream_id]} of {row.stream}"
            self._say(row.position, f"version {row.version}", expected, "wrong_version")

    def _add_up(self, row: KeptRow, postings: Iterable[Posting]) -> None:
        sums: dict[str, int] = {}
        touched = []
        balances = self.balances
        for account, unit, amount in postings:
            sums[unit] = sums.get(unit, 0) + amount
            place = (account, unit)
            balances[place] = balances.get(place, 0) + amount
            if amount < 0:
                touched.append(place)
        for unit, total in sums.items():
            if total:
                self._say(row.position, f"postings of {unit} that add up to {total}", "a sum of nought", "unbalanced")
        for place in touched:
            if balances[place] < 0 and floored(place[0]):
                self._say(row.position, f"{balances[place]} {place[1]} in {place[0]}", "nought or more", "below_nought")

    def _say(self, position: int, found: str, expected: str, code: str) -> None:
        self.problems.append(
            Problem(
                at=f"ledger, position {position}",
                found=found,
                expected=expected,
                fix="restore a backup from before the change; the entries up to there are sound",
                code=code,
            )
        )


def _before(row: KeptRow) -> str:
    return f"entry {row.position - 1} and all that entry {row.position} says: one of the two was changed"


def _told(stream: Stream) -> str:
    return f"stream {stream.name} at version {stream.version}, state {stream.state!r}"


def _postings(row: KeptRow) -> tuple[Posting, ...]:
    try:
        return _decode_postings(row.postings)
    except msgspec.DecodeError:
        return ()  # the hash has told already


def _until(row: KeptRow) -> int:
    try:
        return _decode_until(row.details)["until"]
    except (msgspec.DecodeError, KeyError):
        return row.occurred_at
