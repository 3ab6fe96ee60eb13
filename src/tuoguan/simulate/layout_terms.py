"""Distinct uncertain numbers, each with the address of its draw.

Hides names and objects: what many options have in common is read once, known by its identity first and by its value
after that. Keeps the invariant that a draw's address depends on what the number is (contract, lane, market, product),
never on the option's place in the scenario, so that options which share an unknown share its luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import Distribution, Evidence, Uncertain
from tuoguan.foundation.ids import address as address_of

Ints = npt.NDArray[np.int64]
Number = tuple[int, int, int, int, int]  # low, value, high, distribution, stream
PPM = 1_000_000
MOST = 10**15
HOMES = 1 << 32  # more addresses than a scenario has
# The least and most of terms that are not just nought or more; -1 is the salvage share that a contract does not state.
RANGE_BY_TERM = {
    "elasticity": (-100 * PPM, 100 * PPM), "speed_response": (-PPM + 1, 10 * PPM), "spread": (-10 * PPM, PPM),
    "overlap": (0, PPM), "quality_returns": (0, PPM), "salvage": (0, PPM), "salvage_share": (-1, PPM),
}  # fmt: skip
NUMBER = attrgetter("low", "value", "high", "distribution", "stream")

address = lru_cache(maxsize=200_000)(address_of)  # a catalogue names its products and markets again and again


@dataclass(slots=True)
class Terms:
    """Distinct numbers and addresses in the order they were met, and what is wrong with any number."""

    problems: dict[str, None] = field(default_factory=dict)
    homes: dict[tuple[int, int], int] = field(default_factory=lambda: {(0, 0): 0})
    row_by_key: dict[tuple[Number, int], int] = field(default_factory=dict)

    def home(self, first: int, second: int = 0) -> int:
        """The position of an address; 0 is the address of what belongs to the scenario as a whole."""
        return self.homes.setdefault((first, second), len(self.homes))

    def row(self, name: str, term: Uncertain, home: int = 0) -> int:
        """The row of this number at this address; a number without a range needs no address."""
        return self._row(name, NUMBER(term), home)

    def rows_of(self, names: tuple[str, ...], terms: list[Uncertain], home: Ints) -> Ints:
        """Rows [item, name] of the numbers that items have under these names, item by item, at addresses [item, name].

        Each object is read once: whoever calls keeps all of them alive.
        """
        width, ids = len(names), np.fromiter(map(id, terms), np.int64, len(terms))
        _, at, which = np.unique(ids, return_index=True, return_inverse=True)
        order, numbers = at.argsort(), dict[Number, int]()
        met = map(NUMBER, map(terms.__getitem__, at[order].tolist()))
        known = np.empty(len(at), np.int64)
        known[order] = [numbers.setdefault(number, len(numbers)) for number in met]
        number = known[which].reshape(-1, width)
        drawn = np.array([_is_drawn(number) for number in numbers], np.bool_)[number]
        keys = (number * width + np.arange(width)) * HOMES + np.where(drawn, home, 0)
        distinct, row = np.unique(keys, return_inverse=True)
        distinct_number = list(numbers)
        found = [
            self._row(names[used % width], distinct_number[used // width], place)
            for used, place in zip((distinct // HOMES).tolist(), (distinct % HOMES).tolist(), strict=True)
        ]
        return np.array(found, np.int64)[row].reshape(-1, width)

    def table(self) -> Ints:
        """Rows [term, 7]: low, central, high, distribution, two addresses, stream."""
        homes = list(self.homes)
        rows = [(*number[:4], *homes[home], number[4]) for number, home in self.row_by_key]
        return np.array(rows, np.int64).reshape(-1, 7)

    def _row(self, name: str, number: Number, home: int) -> int:
        low, value, high, _, _ = number
        least, most = RANGE_BY_TERM.get(name.rsplit(" ", maxsplit=1)[-1], (0, MOST))
        if not least <= low <= value <= high <= most:
            self.problems[
                f"{name}: {value} in [{low}, {high}], allowed {least} to {most} with low <= value <= high"
            ] = None
        key = (number, home) if _is_drawn(number) else ((value, value, value, 0, 0), 0)
        return self.row_by_key.setdefault(key, len(self.row_by_key))


def values(items: Sequence[object], names: tuple[str, ...]) -> list[Any]:
    """What the items have under these names (two or more), item by item."""
    return list(chain.from_iterable(map(attrgetter(*names), items)))


def integers(items: Sequence[object], names: tuple[str, ...]) -> Ints:
    """The whole numbers [item, name] that the items have under these names (two or more)."""
    numbers = chain.from_iterable(map(attrgetter(*names), items))
    return np.fromiter(numbers, np.int64, len(items) * len(names)).reshape(-1, len(names))


def _is_drawn(number: Number) -> bool:
    """True when the number has a range at all."""
    return number[0] != number[2] and number[3] != 0


def fixed(value: int) -> Uncertain:
    """A number without a range."""
    return Uncertain(value, value, value, list(Distribution).index(Distribution.FIXED), 0, Evidence.ASSUMED, ())


def drawn_charge(record: np.void) -> Uncertain:
    """The rate or amount of a charge record as a number with its range."""
    value, low, high, shape = (int(record[name]) for name in ("value", "low", "high", "distribution"))
    return Uncertain(value, low, high, shape, int(record["stream"]), Evidence.ASSUMED, ())
