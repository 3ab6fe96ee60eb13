"""A sheet on which the rules of one move write: what goes from one account to another.

Keeps the invariant that whatever is written adds up to nought per unit, because nothing is ever written on one side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuoguan.contracts import Compiled
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.flow_words import Document
from tuoguan.operate.words import Posting


@dataclass(slots=True)
class Sheet:
    """One move in the making. ``details`` come with the move, the document's own are those of its earlier entries."""

    flow: str
    move: str
    document: Document
    details: Mapping[str, Any]
    compiled: Compiled | None
    sums: dict[tuple[str, str], int] = field(default_factory=dict)

    def transfer(self, unit: str, source: str, target: str, amount: int) -> None:
        """``amount`` of ``unit`` from one account to another."""
        sums = self.sums
        sums[source, unit] = sums.get((source, unit), 0) - amount
        sums[target, unit] = sums.get((target, unit), 0) + amount

    def postings(self) -> tuple[Posting, ...]:
        """All that is left once both directions are set off against each other."""
        return tuple(Posting(account, unit, amount) for (account, unit), amount in self.sums.items() if amount)

    def said(self, name: str, default: Any = None) -> Any:
        """A detail of the move, or of an earlier one."""
        return self.details[name] if name in self.details else self.document.details.get(name, default)

    def whole(self, name: str, default: int | None = None, *, earlier: bool = True) -> int:
        """A detail that is a whole number; Refused when it is missing or anything else."""
        found = self.said(name, default) if earlier else self.details.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int):
            self.refuse(name, repr(found), "a whole number", "give it in minor units or units", "not_whole")
        return int(found)

    def refuse(self, name: str, found: str, expected: str, fix: str, code: str) -> None:
        """Always raises Refused, with the document and the detail named."""
        raise Refused([Problem(f"{self.document.stream}.{self.move}: {name}", found, expected, fix, code)])

    def own_units(self) -> dict[str, int]:
        """The document's units by SKU."""
        own: dict[str, int] = {}
        for line in self.document.lines:
            own[line.sku] = own.get(line.sku, 0) + line.quantity
        return own

    def units(self, name: str) -> dict[str, int]:
        """Units by SKU under a detail; the document's own where nothing is said."""
        told, own = self.said(name), self.own_units()
        return own if told is None else self.units_told(name, told, own)

    def units_told(self, name: str, told: Any, own: Mapping[str, int]) -> dict[str, int]:
        """The units by SKU that a detail says; SKUs it does not name have none, a single number is the only SKU's.

        Refused when negative or of a SKU the document does not have.
        """
        if isinstance(told, int) and len(own) == 1:
            told = dict.fromkeys(own, told)
        if not isinstance(told, Mapping) or any(not isinstance(units, int) or units < 0 for units in told.values()):
            self.refuse(name, repr(told), "units by SKU, none negative", 'write {"SKU": 3}', "not_units")
        if not told.keys() <= own.keys():
            strangers = ", ".join(sorted(told.keys() - own.keys()))
            self.refuse(name, strangers, f"SKUs of the document: {', '.join(own)}", "mend the SKU", "unknown_sku")
        return {sku: told.get(sku, 0) for sku in own}
