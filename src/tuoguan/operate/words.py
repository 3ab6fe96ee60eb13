"""What the ledger is made of: postings, drafts of entries, entries as recorded.

Computes nothing. All amounts are whole numbers: minor units of a currency, or units of a SKU. Instants are seconds
since 1970 in UTC (``*_at``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec


class Posting(NamedTuple):
    """``amount`` of ``unit`` into ``account`` (negative: out of it). Account names are made in `operate.accounts`.

    unit  ISO 4217 code for money ("USD", amount in minor units) or "sku/" and the SKU for goods (amount in units)
    """

    account: str
    unit: str
    amount: int


class Draft(msgspec.Struct, frozen=True):
    """An entry as somebody wants it recorded; its postings add up to nought per unit.

    kind      what happened: "flow.move" ("order.ship") or one of the ledger's own ("ledger.reversal", "ledger.close")
    details   JSON values that the entry's readers need; never anything about a buyer
    contract  hash of the compiled terms that price it, "" where none does
    cause     position of the entry that led to this one, 0: none
    reverses  position of the entry that this one takes back, 0: none
    """

    kind: str
    occurred_at: int
    postings: tuple[Posting, ...] = ()
    details: Mapping[str, Any] = {}
    contract: str = ""
    cause: int = 0
    reverses: int = 0


class Append(msgspec.Struct, frozen=True):
    """Entries of one stream that stand or fall together: the only thing that is ever written.

    stream            the document they belong to ("order/<store>/<number>"), or a book of its own
    key               what makes a redelivery harmless: a second append of the same key to the stream changes nothing
    expected_version  number of entries the writer knows the stream to have; None: whatever it has
    state             state of the document afterwards; None: unchanged
    actor             who did it: "seller", "platform", a person's name, "import", "rehearsal"
    """

    stream: str
    key: str
    entries: tuple[Draft, ...]
    expected_version: int | None = None
    state: str | None = None
    actor: str = ""


class Recorded(NamedTuple):
    """What became of an append: position of its first entry and the stream's version behind its last.

    ``again`` is True when the key had been recorded before; then ``position`` is where.
    """

    position: int
    version: int
    again: bool = False


class Entry(NamedTuple):
    """One line of the ledger, never changed. ``hash`` is SHA-256 over ``previous`` and everything else it says.

    position   1, 2, 3, … over the whole workspace, without gaps
    version    1, 2, 3, … within the stream
    state      state of the document behind the append that this entry came with
    """

    position: int
    stream: str
    version: int
    key: str
    actor: str
    recorded_at: int
    state: str
    draft: Draft
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: entries dated before ``closed_until`` (UTC seconds) are refused."""

    position: int
    hash: bytes
    closed_until: int


FIRST_HEAD = Head(0, bytes(32), -(2**63))
"""The end of a ledger with no entries and nothing closed."""


class Stream(NamedTuple):
    """One document's line in the store; ``id`` grows with the order in which streams came."""

    id: int
    name: str
    version: int
    state: str
