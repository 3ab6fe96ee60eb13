"""Entries as text and hashes, and back.

Hides the bytes that the chain of hashes is made over. Keeps the invariant that every column of an entry's row is under
its hash: changing any of them, or the entry before, is found.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from tuoguan.operate.storing import KeptRow
from tuoguan.operate.words import Draft, Entry, Posting

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_postings = msgspec.json.Decoder(tuple[Posting, ...]).decode
_decode_details = msgspec.json.Decoder(dict[str, Any]).decode


def details_text(details: Mapping[str, Any]) -> str:
    """JSON text of details, keys in order, the same for the same content.

    Raises TypeError, ValueError, OverflowError or RecursionError for what JSON cannot hold.
    """
    if not details:
        return "{}"
    text = _encode(dict(details)).decode()
    if "null" in text:
        _refuse_nan(details)
    return text


def _refuse_nan(value: object) -> None:
    # The encoder writes null for a number that is not one; taking it would lose what was said.
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        raise ValueError("a number that is not finite")
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            _refuse_nan(part)


def postings_text(postings: tuple[Posting, ...]) -> str:
    """JSON text of postings: [[account, unit, amount], …]."""
    return _encode(postings).decode() if postings else "[]"


def hashed_part(postings: str, details: str) -> bytes:
    """The bytes of postings and details that are hashed.

    JSON text holds no bare line break, so the parts cannot run into each other.
    """
    return f"\n{postings}\n{details}".encode()


def hash_of(previous: bytes, row: tuple[Any, ...], stream: str, hashed: bytes) -> bytes:
    """SHA-256 over the hash before and everything else the row says; ``row`` starts as an `EntryRow` does.

    The stream's name is hashed in the place of its id; ``hashed`` is the row's `hashed_part`.
    """
    return sha256(previous + _encode((row[0], stream, *row[2:12])) + hashed).digest()


def entry_of(row: KeptRow) -> Entry:
    """The entry that a store's row holds."""
    draft = Draft(
        row.kind,
        row.occurred_at,
        _decode_postings(row.postings),
        _decode_details(row.details),
        row.contract,
        row.cause,
        row.reverses,
    )
    return Entry(
        row.position,
        row.stream,
        row.version,
        row.key,
        row.actor,
        row.recorded_at,
        row.state,
        draft,
        row.previous,
        row.hash,
    )
