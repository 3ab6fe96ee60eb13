"""An append looked at by itself: is it well formed, does every entry sum to nought, what text does it become.

Hides the limits of names and numbers. Needs no store, so it is done before anybody waits for the writer. Keeps the
invariant that whatever gets past here can be kept by every store and comes back to the letter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.accounts import is_floored
from tuoguan.operate.ledger_rows import details_text, hashed_part, postings_text
from tuoguan.operate.words import Append, Draft

LARGEST, SMALLEST = 2**63 - 1, -(2**63 - 1)
"""Between these lie amounts, balances and instants."""
NAME_LENGTH = 200
DETAILS_LENGTH = 1_000_000
CLOSE = "ledger.close"
REVERSAL = "ledger.reversal"


@dataclass(slots=True)
class PreparedEntry:
    """One draft: ``nets`` are the sums by (account, unit); ``hashed`` is the part of its bytes known beforehand."""

    draft: Draft
    postings: str
    details: str
    hashed: bytes
    nets: dict[tuple[str, str], int]


@dataclass(slots=True)
class Prepared:
    """An append that is well formed."""

    append: Append
    entries: list[PreparedEntry]

    def content(self) -> list[tuple[Any, ...]]:
        """What must be the same in a redelivery."""
        drafts = [(entry, entry.draft) for entry in self.entries]
        return [
            (d.kind, d.occurred_at, d.contract, d.cause, d.reverses, entry.postings, entry.details)
            for entry, d in drafts
        ]


def prepare(append: Append, *, own: bool = False) -> Prepared | Refused:
    """The append ready to be decided, or everything that is wrong with it.

    own  True for the kinds that only the ledger itself records
    """
    problems: list[Problem] = []
    _check_names(append, problems)
    entries = []
    for draft in append.entries:
        if (entry := _prepare_entry(append, draft, own, problems)) is not None:
            entries.append(entry)
    if len(entries) > 1:
        _check_reversed_once(append, problems)
    if problems:
        return Refused(problems)
    return Prepared(append, entries)


def where(append: Append, draft: Draft | None = None) -> str:
    """The place that a problem names: stream, key, and the kind of entry."""
    place = f"{str(append.stream)[:NAME_LENGTH]} (key {str(append.key)[:NAME_LENGTH]})"
    return place if draft is None else f"{place}, {str(draft.kind)[:NAME_LENGTH]}"


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= NAME_LENGTH and text.isprintable()


# Names that come again and again are looked at once. None of these caches grows without end.
_is_known_name = lru_cache(maxsize=10_000)(_is_name)


_known_places: set[tuple[str, str]] = set()
_KNOWN_PLACES = 200_000


def _bad_name(at: str, what: str, found: object) -> Problem:
    return Problem(
        at=at,
        found=f"{what} {str(found)[:60]!r}",
        expected=f"1 to {NAME_LENGTH} printable characters",
        fix=f"give a {what} without line breaks and control characters",
        code="bad_name",
    )


def _check_names(append: Append, problems: list[Problem]) -> None:
    stream, key, version = append.stream, append.key, append.expected_version
    if not _is_name(stream):
        problems.append(_bad_name(where(append), "stream", stream))
    if not _is_name(key):
        problems.append(_bad_name(where(append), "key", key))
    if append.actor and not _is_known_name(append.actor):
        problems.append(_bad_name(where(append), "actor", append.actor))
    if append.state and not _is_known_name(append.state):
        problems.append(_bad_name(where(append), "state", append.state))
    if version is not None and (type(version) is not int or version < 0):
        problems.append(_not_whole(where(append), "expected version", version))
    if not append.entries:
        problems.append(
            Problem(
                at=where(append),
                found="no entries",
                expected="at least one entry",
                fix="append what happened",
                code="empty_append",
            )
        )


def _not_whole(at: str, what: str, found: object) -> Problem:
    return Problem(
        at=at,
        found=f"{what} {found!r:.60}",
        expected="a whole number that fits in 64 bits",
        fix="give minor units, units or seconds as an int",
        code="not_whole",
    )


def _prepare_entry(append: Append, draft: Draft, own: bool, problems: list[Problem]) -> PreparedEntry | None:
    found = len(problems)
    _check_draft(append, draft, own, problems)
    nets = _nets(append, draft, problems)
    details = _details(append, draft, problems)
    if len(problems) > found:
        return None
    postings = postings_text(draft.postings)
    return PreparedEntry(draft, postings, details, hashed_part(postings, details), nets)


def _check_draft(append: Append, draft: Draft, own: bool, problems: list[Problem]) -> None:
    for what, number in (("instant", draft.occurred_at), ("cause", draft.cause), ("reversed entry", draft.reverses)):
        if type(number) is not int or not SMALLEST <= number <= LARGEST:
            problems.append(_not_whole(where(append, draft), what, number))
    if not _is_known_name(draft.kind) or (draft.contract and not _is_known_name(draft.contract)):
        problems.append(_bad_name(where(append, draft), "kind or contract", f"{draft.kind} {draft.contract}".strip()))
    if draft.kind.startswith("ledger.") and not own:
        problems.append(
            Problem(
                at=where(append, draft),
                found=f"kind {draft.kind}",
                expected="a kind of a flow; those of the ledger are its own",
                fix="use reverse() or close()",
                code="own_kind",
            )
        )


def _check_reversed_once(append: Append, problems: list[Problem]) -> None:
    seen: set[int] = set()
    for draft in append.entries:
        if draft.reverses and draft.reverses in seen:
            problems.append(
                Problem(
                    at=where(append, draft),
                    found=f"entry {draft.reverses} reversed twice in one append",
                    expected="an entry that nobody has reversed",
                    fix="reverse it once",
                    code="reversed_already",
                )
            )
        seen.add(draft.reverses)


def _nets(append: Append, draft: Draft, problems: list[Problem]) -> dict[tuple[str, str], int]:
    """Sums by (account, unit); says what is wrong with a posting and which unit does not sum to nought."""
    nets: dict[tuple[str, str], int] = {}
    sums: dict[str, int] = {}
    for account, unit, amount in draft.postings:
        if type(amount) is not int or not SMALLEST <= amount <= LARGEST:
            problems.append(_not_whole(f"{where(append, draft)}, {account}", f"amount of {unit}", amount))
            return nets
        place = (account, unit)
        nets[place] = nets[place] + amount if place in nets else amount
        sums[unit] = sums[unit] + amount if unit in sums else amount
    if not _known_places.issuperset(nets):
        _check_places(append, draft, nets, problems)
    if any(sums.values()):
        problems += [_unbalanced(append, draft, unit, total) for unit, total in sums.items() if total]
    return nets


def _check_places(append: Append, draft: Draft, places: Iterable[tuple[str, str]], problems: list[Problem]) -> None:
    if len(_known_places) > _KNOWN_PLACES:
        _known_places.clear()
    for account, unit in places:
        if _is_name(account) and _is_name(unit):
            _known_places.add((account, unit))
        else:
            problems.append(_bad_name(where(append, draft), "account or unit", f"{account} {unit}"))


def _unbalanced(append: Append, draft: Draft, unit: str, total: int) -> Problem:
    return Problem(
        at=where(append, draft),
        found=f"postings of {unit} that add up to {total}",
        expected="a sum of nought per unit",
        fix="post where it comes from as well as where it goes",
        code="unbalanced",
    )


def _details(append: Append, draft: Draft, problems: list[Problem]) -> str:
    try:
        text = details_text(draft.details)
        if len(text) <= DETAILS_LENGTH:
            return text
        found = f"details of {len(text)} characters"
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        found = f"details that JSON cannot hold ({error})"
    problems.append(
        Problem(
            at=where(append, draft),
            found=found,
            expected=f"text, whole numbers, true, false, lists and maps of them, up to {DETAILS_LENGTH} characters",
            fix="say it in plain values; keep files outside and name them by their hash",
            code="bad_details",
        )
    )
    return ""


floored = lru_cache(maxsize=100_000)(is_floored)
"""`accounts.is_floored`, remembered: it is asked for every posting."""
