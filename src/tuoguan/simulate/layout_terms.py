"""Distinct uncertain numbers, each with the address of its draw.

Hides names and objects. Keeps the invariant that a draw's address depends on what the number is (contract, lane,
market, product), never on the option's place in the scenario, so that options which share an unknown share its luck.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from tuoguan.contracts import Distribution, Evidence, Uncertain
from tuoguan.foundation.ids import address as address_of

PPM = 1_000_000
MOST = 10**15
# The least and most of terms that are not just nought or more; -1 is the salvage share that a contract does not state.
RANGE_BY_TERM = {
    "elasticity": (-100 * PPM, 100 * PPM), "speed_response": (-PPM + 1, 10 * PPM), "spread": (-10 * PPM, PPM),
    "overlap": (0, PPM), "quality_returns": (0, PPM), "salvage": (0, PPM), "salvage_share": (-1, PPM),
}  # fmt: skip

address = lru_cache(maxsize=200_000)(address_of)  # a catalogue names its products and markets again and again


@dataclass(slots=True)
class Terms:
    """Distinct uncertain numbers in the order they were met, and what is wrong with any of them."""

    rows: list[tuple[int, ...]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    row_by_key: dict[tuple[int, ...], int] = field(default_factory=dict)
    kept: list[Uncertain] = field(default_factory=list)  # so that no other number takes the identity of one seen
    row_by_use: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def row(self, name: str, term: Uncertain, first: int = 0, second: int = 0) -> int:
        """The row of this number at this address; a number without a range needs no address.

        The same object is looked up by its identity: the scenario keeps all of them alive while it is laid out.
        """
        use = (id(term), first, second)
        found = self.row_by_use.get(use)
        if found is None:
            self.kept.append(term)
            self._check(name, term)
            found = self.row_by_use[use] = self._row_of_value(term, first, second)
        return found

    def _check(self, name: str, term: Uncertain) -> None:
        least, most = RANGE_BY_TERM.get(name.rsplit(" ", maxsplit=1)[-1], (0, MOST))
        if not least <= term.low <= term.value <= term.high <= most:
            found = f"{term.value} in [{term.low}, {term.high}]"
            self.problems.append(f"{name}: {found}, allowed {least} to {most} with low <= value <= high")

    def _row_of_value(self, term: Uncertain, first: int, second: int) -> int:
        if term.low == term.high or term.distribution == 0:
            key = (term.value, term.value, term.value, 0, 0, 0, 0)
        else:
            key = (term.low, term.value, term.high, term.distribution, first, second, term.stream)
        found = self.row_by_key.get(key)
        if found is None:
            found = self.row_by_key[key] = len(self.rows)
            self.rows.append(key)
        return found


def fixed(value: int) -> Uncertain:
    """A number without a range."""
    return Uncertain(value, value, value, list(Distribution).index(Distribution.FIXED), 0, Evidence.ASSUMED, ())


def drawn_charge(record: np.void) -> Uncertain:
    """The rate or amount of a charge record as a number with its range."""
    value, low, high, shape = (int(record[name]) for name in ("value", "low", "high", "distribution"))
    return Uncertain(value, low, high, shape, int(record["stream"]), Evidence.ASSUMED, ())
