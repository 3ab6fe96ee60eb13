"""Facts and charges as an entry keeps them, and back.

Hides their layout. Keeps the invariant that what is read back years later is what was told and made of it.
"""

from typing import NamedTuple

from tuoguan.contracts import Charge, Compiled
from tuoguan.foundation.facts import Fact, FactKind, Field, Reason
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.words import Draft

KeptFact = tuple[str | int, ...]


class Said(NamedTuple):
    """One charge as an entry keeps it; `charges_in` gives its source and dates back."""

    term: str
    step: int
    kind: str
    minor: int


def fact_kept(fact: Fact) -> KeptFact:
    """The fact behind its day, which an entry puts before it: only the day differs where the same is told again."""
    return (fact.currency, fact.deadline, *fact.vector())


def charge_said(charge: Charge) -> Said:
    """The charge as an entry keeps it."""
    return Said(charge.term, charge.step, charge.kind, charge.minor)


def facts_in(draft: Draft) -> tuple[Fact, ...]:
    """The facts that an entry recorded."""
    return tuple(_fact(*said) for said in draft.details.get("facts", ()))


def _fact(day: int, currency: str, deadline: str, *numbers: int) -> Fact:
    (kind, reason, quantity, orders, parcels, lines, retail, supply, weight, volume, late, held, customs) = numbers
    return Fact(
        FactKind(kind), day, currency, quantity, orders, parcels, lines, retail, supply, weight, volume, late, held,
        customs, Reason(reason), deadline,
    )  # fmt: skip


def said_in(draft: Draft) -> tuple[Said, ...]:
    """The charges that an entry recorded, as it keeps them."""
    return tuple(Said(*said) for said in draft.details.get("charges", ()))


def charges_in(draft: Draft, compiled: Compiled) -> tuple[Charge, ...]:
    """The charges that an entry recorded, with dates and sources of the terms that priced it."""
    terms = {(term.name, term.step): term for term in compiled.terms}
    found = []
    for said in said_in(draft):
        term = terms.get((said.term, said.step))
        if term is None:
            at, fix = f"{draft.kind}: {said.term}", "price the entry by the terms that it names"
            raise Refused([Problem(at, f"no such term in {compiled.id}", draft.contract, fix, "other_terms")])
        found.append(
            Charge(
                said.term, said.step, said.kind, said.minor, compiled.currency, term.rounding, term.effective_from,
                term.until, term.source, term.evidence,
            )
        )  # fmt: skip
    return tuple(found)


assert len(Field) == 13, "entries keep a fact's numbers in the order of Field"
