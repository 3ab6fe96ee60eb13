"""A contract whose numbers with a range are fixed at given values: what a seller knows once the terms are on the table.

Hides which numbers a contract has. Keeps two invariants: a pinned contract differs from its origin in values alone, and
has a hash of its own, so that whatever was priced under it can name it.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from tuoguan.contracts.compiled import Compiled, Uncertain
from tuoguan.contracts.converting import DISTRIBUTION_CODE
from tuoguan.contracts.schema import Distribution, QuantityName
from tuoguan.foundation.ids import content_hash, json_bytes

FIXED = DISTRIBUTION_CODE[Distribution.FIXED]


def pin(compiled: Compiled, choose: Callable[[Uncertain], int], left: Collection[QuantityName] = ()) -> Compiled:
    """The contract with ``choose(number)`` in place of every charge, quantity and clock; quantities in ``left`` stay.

    Idempotent: pinned again it is the same contract, hash included, when ``left`` is the same.
    """
    charges = compiled.charges.copy()
    for record, term in zip(charges, compiled.terms, strict=True):
        low, value, high, shape = (int(record[name]) for name in ("low", "value", "high", "distribution"))
        number = Uncertain(value, low, high, shape, int(record["stream"]), term.evidence, term.source)
        record["value"] = record["low"] = record["high"] = choose(number)
        record["distribution"] = FIXED
    quantities = {
        name: number if name in left else _fixed(number, choose) for name, number in compiled.quantities.items()
    }
    deadlines = tuple(replace(term, minutes=_fixed(term.minutes, choose)) for term in compiled.deadlines)
    said = {
        "value": np.ravel(charges["value"]).tolist(),
        "quantity": {name.value: number.value for name, number in quantities.items() if name not in left},
        "minutes": [term.minutes.value for term in deadlines],
    }
    origin = compiled.hash.partition("~")[0]
    return replace(
        compiled, charges=charges, quantities=quantities, deadlines=deadlines,
        hash=f"{origin}~{content_hash(json_bytes(said))}",
    )  # fmt: skip


def _fixed(number: Uncertain, choose: Callable[[Uncertain], int]) -> Uncertain:
    value = choose(number)
    return replace(number, value=value, low=value, high=value, distribution=FIXED)
