"""A seller's negotiated terms over a contract: the most specific file wins, key by key.

Keeps the invariant that two files of equal specificity never decide the same term of the same product by their order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import TypeVar

from tuoguan.contracts.library import Contract, PlacedCard, PlacedOverlay
from tuoguan.contracts.resolving import merge
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem

C = TypeVar("C", Contract, PlacedCard)


def specificity(overlay: PlacedOverlay) -> int:
    """2 for named products, 1 for a category, 0 for the whole contract."""
    return 2 if overlay.head.products else 1 if overlay.head.category is not None else 0


def applies(overlay: PlacedOverlay, contract_id: str, sku: str | None, category: str | None) -> bool:
    """True when the overlay changes this contract for this product."""
    if overlay.head.overlays != contract_id:
        return False
    if overlay.head.products:
        return sku in overlay.head.products
    return overlay.head.category is None or overlay.head.category == category


def select(
    overlays: Iterable[PlacedOverlay], contract_id: str, sku: str | None, category: str | None
) -> tuple[PlacedOverlay, ...]:
    """The overlays that apply, least specific first, so that later ones win."""
    found = [overlay for overlay in overlays if applies(overlay, contract_id, sku, category)]
    return tuple(sorted(found, key=lambda overlay: (specificity(overlay), overlay.at)))


def overlaid(contract: C, overlays: Iterable[PlacedOverlay]) -> C:
    """The contract or card with the overlays' entries in place of the same keys; later overlays win."""
    placed, hashes = contract.placed, [contract.hash]
    for overlay in overlays:
        placed = merge(placed, overlay.placed)
        hashes.append(overlay.hash)
    if len(hashes) == 1:
        return contract
    return replace(contract, placed=placed, hash=content_hash(*(part.encode() for part in hashes)))


def conflicts(overlays: Iterable[PlacedOverlay]) -> Iterator[Problem]:
    """One problem for every key that two equally specific overlays change for the same product."""
    for first, second in combinations(overlays, 2):
        shared = _shared_scope(first, second)
        if shared is None:
            continue
        place_by_key = {item.key: item.at for item in first.placed}
        for item in second.placed:
            if item.key in place_by_key:
                found = f"{' '.join(item.key)} for {shared}, also in {place_by_key[item.key]}"
                fix = "keep the term in one of the two files, or make one more specific"
                yield Problem(item.at, found, "one overlay per term and product", fix, "overlay_conflict")


def _shared_scope(first: PlacedOverlay, second: PlacedOverlay) -> str | None:
    """What both change with equal specificity, in words; None when they cannot meet."""
    one, two = first.head, second.head
    if one.overlays != two.overlays or specificity(first) != specificity(second):
        return None
    if one.products:
        both = sorted(set(one.products) & set(two.products))
        return ", ".join(both) or None
    if one.category is not None:
        return f"category {one.category}" if one.category == two.category else None
    return f"all products of {one.overlays}"
