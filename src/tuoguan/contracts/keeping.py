"""A compiled contract as plain values that can be kept for years, and compiled again from them alone.

Hides what compiling needs. Keeps the invariant that what comes back has the hash of what was kept, or is refused: files
may be mended meanwhile, a past order is still priced by the terms of its day.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import msgspec
import numpy as np

from tuoguan.contracts.compiled import Compiled
from tuoguan.contracts.compiling import compile as compile_terms
from tuoguan.contracts.library import SECTION_TYPES, Contract, Placed
from tuoguan.contracts.schema import Head
from tuoguan.foundation.fx import PIVOT, FxRate, FxTable
from tuoguan.foundation.problems import Problem, Refused

PINNED = "~"  # stands in a hash between what was compiled and the values it was pinned to
NUMBER_FIELDS = ("value", "low", "high", "distribution")


def keep(compiled: Compiled) -> dict[str, Any]:
    """Plain values (JSON) that say the contract as of its day: entries in force, rates used, values it is pinned to."""
    if compiled.head is None:
        at = f"{compiled.id}: {compiled.hash}"
        raise Refused([Problem(at, "no head", "a contract made by compile", "compile it from its files", "no_head")])
    return {
        "id": compiled.id,
        "on": compiled.on,
        "currency": compiled.currency,
        "overlays": list(compiled.overlays),
        "head": msgspec.to_builtins(compiled.head),
        "legs": [asdict(leg) for leg in compiled.fx],
        "entries": [
            # As text: a table inside an entry keeps the order of its keys, which is under the hash.
            [list(item.key), item.at, item.start, item.end, msgspec.json.encode(item.entry).decode()]
            for item in compiled.in_force
        ],
        "pinned": _pinned(compiled) if PINNED in compiled.hash else {},
    }


def compile_kept(kept: Mapping[str, Any], expected: str) -> Compiled:
    """The contract that was kept; Refused when it no longer compiles to the hash ``expected``."""
    placed = tuple(
        Placed(msgspec.json.decode(entry, type=SECTION_TYPES[key[0]]), at, tuple(key), start, end)
        for key, at, start, end, entry in kept["entries"]
    )
    contract = Contract(msgspec.convert(kept["head"], Head), kept["id"], placed, (), "")
    fx = _table(kept["on"], [FxRate(**leg) for leg in kept["legs"]])
    compiled = compile_terms(contract, on=kept["on"], currency=kept["currency"], fx=fx)
    origin, _, pins = expected.partition(PINNED)
    if compiled.hash != origin:
        raise Refused([_disagrees(kept["id"], compiled.hash, origin)])
    compiled = replace(compiled, overlays=tuple(kept["overlays"]))
    return _pin_again(compiled, kept["pinned"], expected) if pins else compiled


def _pinned(compiled: Compiled) -> dict[str, Any]:
    """Every number of the contract, in its own order: a pinned one has no range left."""
    return {
        "charges": [[int(row[name]) for name in NUMBER_FIELDS] for row in compiled.charges],
        "quantities": {
            name.value: [getattr(number, part) for part in NUMBER_FIELDS]
            for name, number in compiled.quantities.items()
        },
        "minutes": [[getattr(term.minutes, part) for part in NUMBER_FIELDS] for term in compiled.deadlines],
    }


def _pin_again(compiled: Compiled, pinned: Mapping[str, Any], expected: str) -> Compiled:
    """The contract with the numbers it was pinned to."""
    charges = compiled.charges.copy()
    for column, values in zip(NUMBER_FIELDS, np.array(pinned["charges"], np.int64).reshape(-1, 4).T, strict=True):
        charges[column] = values
    charges.flags.writeable = False
    quantities = {
        name: replace(number, **dict(zip(NUMBER_FIELDS, pinned["quantities"][name.value], strict=True)))
        for name, number in compiled.quantities.items()
    }
    deadlines = tuple(
        replace(term, minutes=replace(term.minutes, **dict(zip(NUMBER_FIELDS, minutes, strict=True))))
        for term, minutes in zip(compiled.deadlines, pinned["minutes"], strict=True)
    )
    return replace(compiled, charges=charges, quantities=quantities, deadlines=deadlines, hash=expected)


def _table(on: int, legs: list[FxRate]) -> FxTable:
    """A table of just these legs: those of the pivot and pegs by currency, a seller's own by pair."""
    by_quote, by_pair = {}, {}
    for leg in legs:
        if leg.base == PIVOT or "peg" in leg.source:
            by_quote[leg.quote] = leg
        else:
            by_pair[leg.base, leg.quote] = leg
    return FxTable(on, by_quote, by_pair)


def _disagrees(name: str, found: str, expected: str) -> Problem:
    return Problem(
        at=f"contract {name}",
        found=f"terms that compile to {found}",
        expected=f"{expected}, under which entries were recorded",
        fix="use the version of the program that recorded them, or run verify: the terms in the ledger were changed",
        code="terms_differ",
    )
