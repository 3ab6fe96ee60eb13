"""Documents in hand: read from the ledger once, then carried along.

Hides the cache. Keeps the invariant that a document in hand is exactly what its entries made at the version it says;
who decides on it names that version, so that the ledger refuses what was decided too late.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tuoguan.operate.flow_words import Document
from tuoguan.operate.storing import Store
from tuoguan.operate.words import Entry
from tuoguan.operate.work_documents import document_of

MOST_HELD = 50_000


class Held(msgspec.Struct, frozen=True):
    """A document with the keys of its entries; no document: the stream has no entries."""

    document: Document | None = None
    keys: frozenset[str] = frozenset()

    @property
    def version(self) -> int:
        """Number of entries the document has."""
        return self.document.version if self.document is not None else 0


NOBODY = Held()


class Hands:
    """The documents in hand of one engine. Threads may share it: what is held is never changed, only replaced."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[str, Held] = {}

    def take(self, streams: Iterable[str]) -> dict[str, Held]:
        """Documents by stream, as they are in hand or in the ledger."""
        wanted = dict.fromkeys(streams)
        found = {name: held for name in wanted if (held := self._held.get(name)) is not None}
        missing = [name for name in wanted if name not in found]
        if missing:
            with self._store.reading() as view:
                known = view.streams(missing)
            for name in missing:
                found[name] = self._read(name) if name in known else NOBODY
        return found

    def put(self, stream: str, held: Held) -> None:
        """Holds what was just recorded; lets go of older ones when there are too many."""
        if len(self._held) >= MOST_HELD:
            for name in list(self._held)[: MOST_HELD // 2]:
                self._held.pop(name, None)
        self._held[stream] = held

    def drop(self, stream: str) -> None:
        """Lets go of a document that may have moved on."""
        self._held.pop(stream, None)

    def drop_stale(self, streams: Sequence[str]) -> set[str]:
        """Lets go of those that others have moved on meanwhile, and names them."""
        held = {name: one for name in streams if (one := self._held.get(name)) is not None}
        if not held:
            return set()
        with self._store.reading() as view:
            now = view.streams(list(held))
        stale = {name for name, one in held.items() if name not in now or now[name].version != one.version}
        for name in stale:
            self.drop(name)
        return stale

    def entry(self, stream: str, key: str) -> Entry | None:
        """The first entry that was recorded under the key."""
        return next((entry for entry in self._store.stream(stream) if entry.key == key), None)

    def _read(self, stream: str) -> Held:
        entries = self._store.stream(stream)
        held = Held(document_of(entries), frozenset(entry.key for entry in entries))
        self.put(stream, held)
        return held


def same(entry: Entry, kind: str, at: int, details: Mapping[str, Any]) -> bool:
    """True when the entry says what the request says: the same move, instant and details."""
    told = entry.draft.details
    return (
        entry.draft.kind == kind
        and entry.draft.occurred_at == at
        and all(told.get(name) == value for name, value in details.items())
    )
