"""The rows of the register: a document as lists show it, the slot that it lies in, and the tables of both.

Keeps the invariant that a slot's number is the same however the ledger was folded.
"""

from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import NamedTuple

from tuoguan.operate.storing import Row, TableShape


@dataclass(frozen=True, slots=True)
class Listed:
    """One document in a list.

    sku           the first line's; ``lines`` says how many there are
    amount_minor  what its lines are worth at the price that the seller is paid, at retail where that is unknown; of a
                  document without priced lines the last amount that was told (a quote, a fine, a payout)
    moved_at      when the last thing happened to it
    version       how many entries it has
    """

    stream: str
    flow: str
    number: str
    state: str
    contract_id: str
    market: str
    place: str
    sku: str
    lines: int
    units: int
    amount_minor: int
    currency: str
    opened_at: int
    moved_at: int
    version: int


class Slot(NamedTuple):
    """Documents that stand at the same point under the same contract and place."""

    flow: str
    hidden: int
    state: str
    contract_id: str
    market: str
    place: str


_TYPES = {"str": "text", "int": "int"}
REGISTER = TableShape(
    "register",
    {field.name: _TYPES[str(getattr(field.type, "__name__", field.type))] for field in fields(Listed)}
    | {"hidden": "int", "priced": "int", "worth": "int", "slot": "int"},
    key=("stream",),
    indexes=(
        ("slot", "opened_at", "number"), ("slot", "moved_at", "number"), ("slot", "worth", "number"),
        ("slot", "number"),
    ),
)  # fmt: skip
SLOTS = TableShape(
    "register_slot",
    {"flow": "text", "hidden": "int", "state": "text", "contract_id": "text", "market": "text", "place": "text",
     "documents": "int"},
    key=Slot._fields,
)  # fmt: skip
GOODS = TableShape(
    "register_sku",
    {"sku": "text", "flow": "text", "opened_at": "int", "number": "text"},
    key=("sku", "flow", "opened_at", "number"),
)
LISTED = len(fields(Listed))
AT = {name: number for number, name in enumerate(REGISTER.columns)}


def id_of(slot: Slot) -> int:
    """A number for the slot that is the same however the ledger was folded."""
    return int.from_bytes(blake2b(repr(tuple(slot)).encode(), digest_size=8).digest()) >> 1


def slot_of(row: Row) -> Row:
    return (
        row[AT["flow"]],
        row[AT["hidden"]],
        *(row[AT[name]] for name in ("state", "contract_id", "market", "place")),
    )
