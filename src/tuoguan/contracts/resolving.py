"""Inheritance: a child's entries replace all versions of the same key of its parents.

Keeps the invariant that a resolved contract never mixes versions of one key from two files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tuoguan.contracts.library import Contract, Placed, unknown
from tuoguan.contracts.schema import Head, Provenance
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem


@dataclass(frozen=True, slots=True)
class Parsed:
    """One contract file before inheritance."""

    head: Head
    at: str
    placed: tuple[Placed[Provenance], ...]
    hash: str
    broken: bool


def merge(parent: Sequence[Placed[Provenance]], child: Sequence[Placed[Provenance]]) -> tuple[Placed[Provenance], ...]:
    """The parent's entries whose keys the child does not state, then the child's."""
    stated = {item.key for item in child}
    return tuple(item for item in parent if item.key not in stated) + tuple(child)


def resolve(parsed: dict[str, Parsed], problems: list[Problem]) -> dict[str, Contract]:
    """Every contract with its chain merged; cycles and missing parents are recorded."""
    return {name: _resolved(item, parsed, problems) for name, item in parsed.items()}


def _resolved(item: Parsed, parsed: dict[str, Parsed], problems: list[Problem]) -> Contract:
    chain, whole = _chain(item, parsed, problems)
    placed: tuple[Placed[Provenance], ...] = ()
    for link in reversed(chain):
        placed = merge(placed, link.placed)
    broken = not whole or any(link.broken for link in chain)
    lineage = tuple(link.at for link in chain)
    return Contract(item.head, item.at, placed, lineage, content_hash(*(link.hash.encode() for link in chain)), broken)


def _chain(item: Parsed, parsed: dict[str, Parsed], problems: list[Problem]) -> tuple[list[Parsed], bool]:
    """The file and its parents, nearest first, and whether the chain ends properly.

    A flaw is recorded once, by the file that holds it.
    """
    chain = [item]
    while (parent := chain[-1].head.inherits) is not None:
        at = f"{chain[-1].at}: contract.inherits"
        if parent not in parsed:
            if len(chain) == 1:
                problems.append(unknown(at, parent, parsed, "the id of another file", "missing_parent"))
            return chain, False
        if any(link.head.id == parent for link in chain):
            if parent == item.head.id:
                loop = " -> ".join([link.head.id for link in chain] + [parent])
                problems.append(Problem(at, loop, "a chain that ends", "remove one inherits", "inherits_cycle"))
            return chain, False
        chain.append(parsed[parent])
    return chain, True
