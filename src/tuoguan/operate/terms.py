"""The terms under which entries were recorded: compiled contracts by hash, kept in the ledger itself.

Hides how they are kept. Keeps the invariant that a past document is priced by the terms of its day: what is got back
compiles to the hash that its entries name, or is refused.
"""

from collections.abc import Mapping

from tuoguan.contracts import Compiled, QuantityName, compile_kept, keep, pin
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.ledger import Ledger
from tuoguan.operate.words import Append, Draft

KEPT = "contract.keep"
PREFIX = "contract/"
DAY_SECONDS = 86_400


class Terms:
    """Compiled contracts of one ledger by hash; what was asked once stays in hand."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Compiled] = {}

    def add(self, compiled: Compiled, pins: Mapping[str, int] | None = None) -> str:
        """The hash by which the terms can be had again, now and after the ledger was closed; adding twice adds once.

        pins  values by address of a number (`Uncertain.stream` as text) to fix the terms at; those not named stay
        """
        if pins:
            compiled = _pinned(compiled, pins)
        if compiled.hash not in self._known:
            draft = Draft(KEPT, compiled.on * DAY_SECONDS, (), keep(compiled), contract=compiled.hash)
            if not self._recorded(compiled.hash):
                self._ledger.append(Append(PREFIX + compiled.hash, KEPT, (draft,), actor="terms"))
            self._known[compiled.hash] = compiled
        return compiled.hash

    def get(self, hash: str) -> Compiled:  # noqa: A002 the word of every entry that names terms
        """The terms of this hash; Refused when the ledger does not hold them or they no longer compile to it."""
        found = self._known.get(hash)
        if found is None:
            entries = self._ledger.store.stream(PREFIX + hash)
            if not entries:
                fix = "add the compiled contract first"
                raise Refused([Problem(f"contract {hash}", "no such terms", "terms in the ledger", fix, "no_terms")])
            found = self._known[hash] = compile_kept(entries[0].draft.details, hash)
        return found

    def find(self, hash: str) -> Compiled | None:  # noqa: A002
        """The terms of this hash; None for "", under which a document has none."""
        return self.get(hash) if hash else None

    def hashes(self) -> list[str]:
        """All terms of the ledger, in the order they came."""
        return [entry.draft.contract for entry in self._ledger.store.entries(kinds=(KEPT,))]

    def _recorded(self, hash: str) -> bool:  # noqa: A002
        with self._ledger.store.reading() as view:
            return bool(view.streams([PREFIX + hash]))


def _pinned(compiled: Compiled, pins: Mapping[str, int]) -> Compiled:
    """The terms with the values of ``pins``; Refused when an address is not theirs."""
    numbers = [*compiled.quantities.values(), *(term.minutes for term in compiled.deadlines)]
    known = {str(number.stream) for number in numbers} | {str(int(row["stream"])) for row in compiled.charges}
    if strange := sorted(set(pins) - known):
        fix = "use the streams of its charges, quantities and deadlines"
        raise Refused([Problem(f"{compiled.id}: pins", ", ".join(strange), "addresses of its numbers", fix, "no_pin")])
    left: list[QuantityName] = [name for name, item in compiled.quantities.items() if str(item.stream) not in pins]
    return pin(compiled, lambda number: pins.get(str(number.stream), number.value), left)
