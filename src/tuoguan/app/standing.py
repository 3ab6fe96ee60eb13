"""Entries of a ledger that nobody took back.

Keeps the invariant that a reversal and what it takes back are left out together.
"""

from collections.abc import Iterator, Sequence

from tuoguan.operate import Entry, Store

REVERSAL = "ledger.reversal"


def standing(store: Store, kinds: Sequence[str] = ()) -> Iterator[Entry]:
    """The entries (of these kinds) in order, without those that were taken back and without the reversals."""
    gone = {entry.draft.reverses for entry in store.entries(kinds=(REVERSAL,))}
    return (entry for entry in store.entries(kinds=kinds) if entry.position not in gone and not entry.draft.reverses)
