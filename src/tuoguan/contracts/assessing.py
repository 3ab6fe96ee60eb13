"""What the terms of a contract make of one fact: charges that name their term, dates, rounding and source.

Hides the kernel. Keeps the invariant that only terms of the day that move money appear, in the contract's order.
"""

from collections.abc import Mapping

import numpy as np

from tuoguan.contracts.compiled import NONE, Charge, Compiled, CompiledCard
from tuoguan.contracts.kernels import VALUE, charge_minor
from tuoguan.contracts.schema import ChargeEntry
from tuoguan.foundation.facts import Fact
from tuoguan.foundation.problems import Problem, Refused


def assess(
    compiled: Compiled | CompiledCard, fact: Fact, values: Mapping[tuple[str, int], int] | None = None
) -> tuple[Charge, ...]:
    """The charges of the fact. ``values`` replaces rates (ppm) or amounts (micro) by (term, step), such as draws.

    Refused when the fact is in another currency than the terms were compiled in.
    """
    if fact.currency != compiled.currency:
        fix = f"compile the contract in {fact.currency}"
        found = f"a fact in {fact.currency}, terms in {compiled.currency}"
        raise Refused([Problem(f"{compiled.id}: fact", found, "one currency", fix, "currency_differs")])
    vector = np.array(fact.vector(), dtype=np.int64)
    deadline = compiled.deadline_index(fact.deadline) if isinstance(compiled, Compiled) else NONE
    charges = []
    for row, term in zip(compiled.charge_matrix(), compiled.terms, strict=True):
        value = (values or {}).get((term.name, term.step), int(row[VALUE]))
        minor = int(charge_minor(row, value, vector, deadline))
        if minor:
            charges.append(_charge(term, minor, compiled.currency))
    return tuple(charges)


def _charge(term: ChargeEntry, minor: int, currency: str) -> Charge:
    return Charge(
        term=term.name,
        step=term.step,
        kind=term.kind.value,
        minor=minor,
        currency=currency,
        rounding=term.rounding,
        effective_from=term.effective_from,
        until=term.until,
        source=term.source,
        evidence=term.evidence,
    )
