"""One commit: appends decided one after the other, each standing alone, as rows to be written together.

Hides what is loaded and kept in hand meanwhile. Keeps the invariants of the ledger: a key records once, versions and
positions have no gaps, floored accounts never go below nought, closed periods stay closed, an entry is reversed once.
What is refused leaves no trace, so no savepoint is needed.
"""

from collections.abc import Sequence
from typing import Any

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.ledger_prepared import CLOSE, LARGEST, SMALLEST, Prepared, PreparedEntry, floored, where
from tuoguan.operate.ledger_rows import entry_of, hash_of, postings_text
from tuoguan.operate.storing import KeptRow, Transaction, Written
from tuoguan.operate.words import FIRST_HEAD, Append, Draft, Head, Posting, Recorded, Stream

Place = tuple[str, str]
IN_HAND_COUNT = 200_000
"""Balances kept in hand between commits, some 50 MB of them at most."""


class InHand:
    """Balances read or written lately, so that busy accounts are not read again for every commit.

    They hold for one end of the ledger; when somebody else has moved it, all of them are forgotten.
    """

    def __init__(self) -> None:
        self._head = FIRST_HEAD
        self._balances: dict[Place, int] = {}

    def at(self, head: Head, places: set[Place], transaction: Transaction) -> dict[Place, int]:
        """Balances, those wanted among them, at this end of the ledger."""
        if head != self._head or len(self._balances) > IN_HAND_COUNT:
            self._balances = {}
            self._head = head
        if missing := places.difference(self._balances):
            self._balances.update(dict.fromkeys(missing, 0))
            self._balances.update(transaction.balances(list(missing)))
        return self._balances

    def moved(self, written: Written) -> None:
        """Takes over what was committed."""
        self._head = written.head
        self._balances.update(written.balances)


class Batch:
    """Appends of one transaction, decided against what it sees and against each other.

    refused  streams with a refused append of the one caller all come from; None: each comes from a caller of its own
    """

    def __init__(
        self,
        transaction: Transaction,
        prepared: Sequence[Prepared],
        recorded_at: int,
        in_hand: "InHand",
        refused: set[str] | None,
    ) -> None:
        self._recorded_at = recorded_at
        self._refused = None if refused is None else set(refused)
        self._in_hand = in_hand
        self._head = transaction.head()
        self._position, self._hash, self._closed_until = (
            self._head.position,
            self._head.hash,
            self._head.closed_until,
        )
        self._streams = transaction.streams(list({one.append.stream for one in prepared}))
        self._next_stream = transaction.next_stream()
        self._load(transaction, prepared)
        self._rows: list[tuple[Any, ...]] = []
        self._moved: dict[str, Stream] = {}
        self._changed: dict[Place, int] = {}
        self._fresh: dict[tuple[str, str], tuple[Prepared, Recorded]] = {}

    def _load(self, transaction: Transaction, prepared: Sequence[Prepared]) -> None:
        streams = self._streams
        wanted = {(streams[one.append.stream].id, one.append.key) for one in prepared if one.append.stream in streams}
        self._recorded = transaction.recorded(list(wanted)) if wanted else {}
        places: set[Place] = set()
        reversed_at: set[int] = set()
        for one in prepared:
            for entry in one.entries:
                places.update(entry.nets)
                if entry.draft.reverses:
                    reversed_at.add(entry.draft.reverses)
        self._balances = self._in_hand.at(self._head, places, transaction)
        self._reversals = transaction.reversals(list(reversed_at)) if reversed_at else {}
        self._taken_back = {
            row.position: row for position in reversed_at for row in transaction.rows(position - 1, position)
        }

    def written(self) -> Written | None:
        """The rows of all appends that were recorded; None when there are none."""
        if not self._rows:
            return None
        head = Head(self._position, self._hash, self._closed_until)
        return Written(self._rows, list(self._moved.values()), self._changed, head)

    def decide(self, one: Prepared) -> Recorded | Refused:
        """What becomes of one append; its rows are added when it is recorded."""
        result = self._decide(one)
        if self._refused is not None and isinstance(result, Refused):
            self._refused.add(one.append.stream)
        return result

    def _decide(self, one: Prepared) -> Recorded | Refused:
        append = one.append
        stream = self._streams.get(append.stream)
        if stream is not None and (again := self._again(one, stream)) is not None:
            return again
        if self._refused and append.stream in self._refused and append.expected_version is not None:
            return Refused([_rests_on_refused(append)])
        version = stream.version if stream is not None else 0
        if append.expected_version is not None and append.expected_version != version:
            return Refused([_wrong_version(append, version)])
        balances: dict[Place, int] = {}
        problems: list[Problem] = []
        for entry in one.entries:
            draft = entry.draft
            if draft.occurred_at < self._closed_until or draft.cause or draft.reverses or draft.kind == CLOSE:
                self._check_time_and_cause(append, entry, problems)
            self._add_up(append, entry, balances, problems)
        if problems:
            return Refused(problems)
        return self._record(one, stream, balances)

    def _again(self, one: Prepared, stream: Stream) -> Recorded | Refused | None:
        """What the key's first delivery became, refused when it said something else; None for a new key."""
        append = one.append
        if fresh := self._fresh.get((append.stream, append.key)):
            first, recorded = fresh
            same = first.content() == one.content() and append.state in (None, first.append.state)
        elif rows := self._recorded.get((stream.id, append.key)):
            recorded = Recorded(rows[0].position, rows[-1].version)
            same = [_content(row) for row in rows] == one.content() and append.state in (None, rows[0].state)
        else:
            return None
        if same:
            return Recorded(recorded.position, recorded.version, again=True)
        return Refused([_other_content(append, recorded.position)])

    def _check_time_and_cause(self, append: Append, entry: PreparedEntry, problems: list[Problem]) -> None:
        draft = entry.draft
        if draft.occurred_at < self._closed_until:
            problems.append(_back_dated(append, draft, self._closed_until))
        if draft.kind == CLOSE and draft.details["until"] <= self._closed_until:
            problems.append(_closed_already(append, draft, self._closed_until))
        if draft.reverses:
            problems += self._wrong_reversal(append, entry)
        if draft.cause and not 0 < draft.cause <= self._position:
            problems.append(_unknown_entry(append, draft, "cause", draft.cause))

    def _wrong_reversal(self, append: Append, entry: PreparedEntry) -> list[Problem]:
        draft = entry.draft
        row = self._taken_back.get(draft.reverses)
        if row is None:
            return [_unknown_entry(append, draft, "entry to reverse", draft.reverses)]
        if by := self._reversals.get(draft.reverses):
            return [_reversed_already(append, draft, by)]
        if row.kind == CLOSE or postings_text(negated(entry_of(row).draft.postings)) != entry.postings:
            return [_no_reversal(append, draft)]
        return []

    def _add_up(
        self, append: Append, entry: PreparedEntry, balances: dict[Place, int], problems: list[Problem]
    ) -> None:
        """Carries the entry into ``balances``, the new values of this append alone."""
        changed, before = self._changed, self._balances
        for place, net in entry.nets.items():
            if place in balances:
                balance = balances[place]
            elif place in changed:
                balance = changed[place]
            else:
                balance = before[place]
            balances[place] = after = balance + net
            if after < 0 and net < 0 and floored(place[0]):
                problems.append(_below_nought(append, entry.draft, place, balance, net))
            elif not SMALLEST <= after <= LARGEST:
                problems.append(_too_large(append, entry.draft, place, after))

    def _record(self, one: Prepared, stream: Stream | None, balances: dict[Place, int]) -> Recorded:
        append = one.append
        if stream is not None:
            stream_id, version, state = stream.id, stream.version, stream.state
        else:
            stream_id, version, state = self._next_stream, 0, ""
            self._next_stream += 1
        if append.state is not None:
            state = append.state
        first = self._position + 1
        for entry in one.entries:
            version += 1
            self._add_row(append, entry, stream_id, version, state)
        self._streams[append.stream] = self._moved[append.stream] = Stream(stream_id, append.stream, version, state)
        self._changed.update(balances)
        recorded = Recorded(first, version)
        self._fresh[append.stream, append.key] = (one, recorded)
        return recorded

    def _add_row(self, append: Append, entry: PreparedEntry, stream_id: int, version: int, state: str) -> None:
        draft = entry.draft
        self._position += 1
        row = (
            self._position,
            stream_id,
            version,
            draft.kind,
            append.key,
            append.actor,
            self._recorded_at,
            draft.occurred_at,
            state,
            draft.contract,
            draft.cause,
            draft.reverses,
            entry.postings,
            entry.details,
        )
        self._hash = hash_of(self._hash, row, append.stream, entry.hashed)
        self._rows.append((*row, self._hash))
        if draft.reverses:
            self._reversals[draft.reverses] = self._position
        if draft.kind == CLOSE:
            self._closed_until = draft.details["until"]


def negated(postings: Sequence[Posting]) -> tuple[Posting, ...]:
    """The postings that take these back."""
    return tuple(Posting(account, unit, -amount) for account, unit, amount in postings)


def _content(row: KeptRow) -> tuple[Any, ...]:
    return (row.kind, row.occurred_at, row.contract, row.cause, row.reverses, row.postings, row.details)


def _wrong_version(append: Append, version: int) -> Problem:
    return Problem(
        at=where(append),
        found=f"{version} entries on the stream",
        expected=f"{append.expected_version}",
        fix="read what has happened since, then decide again",
        code="wrong_version",
    )


def _rests_on_refused(append: Append) -> Problem:
    return Problem(
        at=where(append),
        found="an append before it on the stream that was refused",
        expected=f"the version {append.expected_version} that it would have made",
        fix="read what has happened since, then decide again",
        code="wrong_version",
    )


def _other_content(append: Append, position: int) -> Problem:
    return Problem(
        at=where(append),
        found=f"something else recorded under this key at position {position}",
        expected="the same content for the same key",
        fix="use a new key for something new; reverse the entry if it was wrong",
        code="key_used",
    )


def _back_dated(append: Append, draft: Draft, closed_until: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"occurred at {_instant(draft.occurred_at)}",
        expected=f"{_instant(closed_until)} or later: the books before are closed",
        fix="date it into the open period and name the entry that it corrects",
        code="period_closed",
    )


def _closed_already(append: Append, draft: Draft, closed_until: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"closing until {_instant(draft.details['until'])}",
        expected=f"later than {_instant(closed_until)}, until when the books are closed already",
        fix="give a later instant; a closed period is never opened again",
        code="period_closed",
    )


def _unknown_entry(append: Append, draft: Draft, what: str, position: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"{what} {position}",
        expected="the position of a recorded entry",
        fix="look the entry up",
        code="unknown_entry",
    )


def _reversed_already(append: Append, draft: Draft, by: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"entry {draft.reverses}, reversed at position {by}",
        expected="an entry that nobody has reversed",
        fix="nothing to do; or reverse the reversal",
        code="reversed_already",
    )


def _no_reversal(append: Append, draft: Draft) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"postings that do not take entry {draft.reverses} back",
        expected="the same postings with the opposite sign; closing the books cannot be taken back",
        fix="use reverse()",
        code="no_reversal",
    )


def _below_nought(append: Append, draft: Draft, place: Place, balance: int, net: int) -> Problem:
    account, unit = place
    return Problem(
        at=where(append, draft),
        found=f"{-net} of {unit} out of {account}, which holds {balance}",
        expected=f"at most {max(balance, 0)}",
        fix="book what came in first, or take less",
        code="below_nought",
    )


def _too_large(append: Append, draft: Draft, place: Place, after: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"a balance of {after} {place[1]} in {place[0]}",
        expected="a number that fits in 64 bits",
        fix="look whether the amount is in the right unit",
        code="not_whole",
    )


def _instant(at: int) -> str:
    """An instant for people; far-away ones as plain seconds."""
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"second {at}"
