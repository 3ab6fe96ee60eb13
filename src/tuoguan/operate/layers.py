"""One SKU's goods at landed cost, in layers, by place: first in first out, or the moving average of a place.

Hides how a cost is cut. Keeps two invariants, to the minor unit: what layers, goods not yet there, goods sold and goods
lost are worth adds up to all bills; and units leave a place only where there are any.

A value is minor units by (component, currency), so that goods bought in one currency and shipped in another keep both.
A lot is the document that brought the goods; its bills may come before the goods, or after some of them are gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = dict[tuple[str, str], int]
BEFORE = "before"  # the lot of goods that come back and were sold before the books began
POOLED = ""  # the lot of goods that lie together at their average cost


class Costing(StrEnum):
    """Which cost goods take with them: the oldest layer's, or the average of the place."""

    FIFO = "fifo"
    AVERAGE = "average"


class Gone(StrEnum):
    """What became of goods that are no longer the seller's."""

    SOLD = "sold"
    LOST = "lost"


@dataclass(slots=True)
class Layer:
    """Units of one lot and what all of them together cost."""

    lot: str
    units: int
    value: Value = field(default_factory=dict)

    def take(self, units: int) -> "Layer":
        """A part of it, with its share of the cost; the last unit takes what is left."""
        part = {key: minor * units // self.units for key, minor in self.value.items()}
        for key, minor in part.items():
            self.value[key] -= minor
        self.units -= units
        return Layer(self.lot, units, {key: minor for key, minor in part.items() if minor})


@dataclass(slots=True)
class Lot:
    """Units that a document brought, how many of them were lost, and bills that wait for the goods."""

    units: int = 0
    lost: int = 0
    waiting: Value = field(default_factory=dict)
    place: str = ""


@dataclass(slots=True)
class Shelf:
    """The layers of one SKU. ``layers`` by place, oldest first; ``gone`` are units and value that left for good.

    A place whose name is in ``pools`` mixes its goods where the costing is the average; goods under way never mix.
    """

    costing: Costing = Costing.FIFO
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    gone: dict[Gone, Layer] = field(default_factory=lambda: {word: Layer(word, 0) for word in Gone})

    def come(self, lot: str, units: int) -> list[Layer]:
        """New units from the supplier, with the bills that waited for them."""
        known = self.lots.setdefault(lot, Lot())
        known.units += units
        value, known.waiting = known.waiting, {}
        return [Layer(lot, units, value)]

    def go_back(self, lot: str, given: Iterable[Layer], place: str) -> None:
        """Units back to the supplier: what they cost waits for a credit note or for other goods of the lot."""
        for layer in given:
            known = self.lots.setdefault(layer.lot or lot, Lot())
            known.place = known.place or place
            known.units -= layer.units
            add(known.waiting, layer.value)

    def put(self, place: str, given: Iterable[Layer], *, pooled: bool) -> None:
        """Units arrive at a place, behind those that lie there."""
        here = self.layers.setdefault(place, [])
        for layer in given:
            if pooled and self.costing is Costing.AVERAGE:
                layer.lot = POOLED
            if here and here[-1].lot == layer.lot:
                here[-1].units += layer.units
                add(here[-1].value, layer.value)
            else:
                here.append(layer)

    def take(self, place: str, units: int, lot: str = "") -> list[Layer]:
        """Units leave a place: those of ``lot`` first, then the oldest. ValueError when there are not so many."""
        here = self.layers.get(place, [])
        if sum(layer.units for layer in here) < units:
            raise ValueError(f"{units} units asked of {place or 'nowhere'}, fewer are there")
        here.sort(key=lambda layer: layer.lot != lot)  # stable: the rest stays in order of arrival
        taken = []
        while units:
            part = here[0] if here[0].units <= units else here[0].take(units)
            if part is here[0]:
                here.pop(0)
            units -= part.units
            taken.append(part)
        return taken

    def leave(self, word: Gone, given: Iterable[Layer]) -> None:
        """Units that are sold or lost."""
        for layer in given:
            self.gone[word].units += layer.units
            add(self.gone[word].value, layer.value)
            if word is Gone.LOST and layer.lot in self.lots:
                self.lots[layer.lot].lost += layer.units

    def come_back(self, word: Gone, units: int, at_cost: Iterable[Layer] = ()) -> list[Layer]:
        """Units that were gone: at the cost they left with where it is known, the rest at the average of all that left.

        Units that never left in these books (sold before they began) come back at no cost.
        """
        found, pool = list(at_cost), self.gone[word]
        for layer in found:
            pool.units -= layer.units
            subtract(pool.value, layer.value)
        left = units - sum(layer.units for layer in found)
        if pooled := min(left, pool.units):
            found.append(pool.take(pooled))
        if left > pooled:
            found.append(Layer(BEFORE, left - pooled))
        return found

    def bill(self, lot: str, key: tuple[str, str], minor: int, place: str) -> None:
        """A bill for a lot on its way to ``place``: on the units that are still there, the rest on those that left."""
        known = self.lots.setdefault(lot, Lot())
        known.place = place
        if known.units <= 0:
            add(known.waiting, {key: minor})
            return
        own = [layer for layers in self.layers.values() for layer in layers if layer.lot == lot]
        shares = [(layer, layer.units) for layer in own]
        missing = known.units - sum(layer.units for layer in own)
        for layer in self.layers.get(place, []) if self.costing is Costing.AVERAGE else []:
            if layer.lot == POOLED:
                shares.append((layer, min(layer.units, missing)))
                missing -= shares[-1][1]
        lost = min(known.lost, missing)
        shares += [(self.gone[Gone.LOST], lost), (self.gone[Gone.SOLD], missing - lost)]
        for (layer, _), part in zip(shares, split(minor, [units for _, units in shares]), strict=True):
            add(layer.value, {key: part})

    def units(self, place: str) -> int:
        """Units at a place."""
        return sum(layer.units for layer in self.layers.get(place, []))

    def value(self, place: str | None = None) -> Value:
        """What the goods of a place cost, of all places where none is named, bills that wait for goods aside."""
        total: Value = {}
        for at, layers in self.layers.items():
            for layer in layers if place in (None, at) else []:
                add(total, layer.value)
        return total

    def as_json(self) -> dict[str, Any]:
        """The shelf as JSON values."""
        return {
            "layers": {place: [layer_told(one) for one in layers] for place, layers in self.layers.items() if layers},
            "lots": {
                name: [lot.units, lot.lost, _listed(lot.waiting), lot.place] for name, lot in self.lots.items()
            },
            "gone": [layer_told(self.gone[word]) for word in Gone],
        }  # fmt: skip

    @classmethod
    def from_json(cls, costing: Costing, told: Mapping[str, Any]) -> "Shelf":
        """The shelf that `as_json` told of."""
        layers = {place: [layer_of(item) for item in items] for place, items in told["layers"].items()}
        lots = {
            name: Lot(units, lost, _valued(value), place) for name, (units, lost, value, place) in told["lots"].items()
        }
        return cls(costing, layers, lots, dict(zip(Gone, map(layer_of, told["gone"]), strict=True)))


def add(total: Value, value: Mapping[tuple[str, str], int]) -> None:
    """Add a value to a total."""
    for key, minor in value.items():
        total[key] = total.get(key, 0) + minor


def subtract(total: Value, value: Mapping[tuple[str, str], int]) -> None:
    """Take a value off a total."""
    for key, minor in value.items():
        total[key] = total.get(key, 0) - minor


def split(minor: int, weights: list[int]) -> list[int]:
    """An amount in parts by weight that add up to it: each part is rounded where the sum so far is.

    >>> split(100, [1, 1, 1])
    [33, 33, 34]
    """
    total, before, parts = sum(weights), 0, []
    for weight in weights:
        parts.append(minor * (before + weight) // total - minor * before // total)
        before += weight
    return parts


def layer_told(layer: Layer) -> list[Any]:
    """The layer as JSON values."""
    return [layer.lot, layer.units, _listed(layer.value)]


def layer_of(told: list[Any]) -> Layer:
    """The layer that JSON values tell of."""
    lot, units, value = told
    return Layer(lot, units, _valued(value))


def _listed(value: Value) -> list[list[Any]]:
    return [[component, currency, minor] for (component, currency), minor in value.items() if minor]


def _valued(told: list[list[Any]]) -> Value:
    return {(component, currency): minor for component, currency, minor in told}
