"""What the terms of a contract make of one fact: charges that name their term, dates, rounding and source.

Hides the kernel. Keeps the invariant that only terms of the day that move money appear, in the contract's order.
"""

from collections.abc import Mapping

from tuoguan.contracts.compiled import NONE, Charge, Compiled, CompiledCard
from tuoguan.contracts.schema import ChargeEntry
from tuoguan.foundation.facts import Fact
from tuoguan.foundation.problems import Problem, Refused


def assess(
    compiled: Compiled | CompiledCard, fact: Fact, values: Mapping[tuple[str, int], int] | None = None
) -> tuple[Charge, ...]:
    """The charges of the fact. ``values`` replaces rates (ppm) or amounts (micro) by (term, step), such as draws.

    Refused when the fact is in another currency than the terms were compiled in, or its numbers pass int64.
    """
    if fact.currency != compiled.currency:
        fix = f"compile the contract in {fact.currency}"
        found = f"a fact in {fact.currency}, terms in {compiled.currency}"
        raise Refused([Problem(f"{compiled.id}: fact", found, "one currency", fix, "currency_differs")])
    import numpy as np

    from tuoguan.contracts.kernels import VALUE, charge_minor

    _bounded(compiled, fact, values or {})
    vector = np.array(fact.vector(), dtype=np.int64)
    deadline = compiled.deadline_index(fact.deadline) if isinstance(compiled, Compiled) else NONE
    charges = []
    for row, term in zip(compiled.charge_matrix(), compiled.terms, strict=True):
        value = (values or {}).get((term.name, term.step), int(row[VALUE]))
        minor = int(charge_minor(row, value, vector, deadline))
        if minor:
            charges.append(_charge(term, minor, compiled.currency))
    return tuple(charges)


def _bounded(compiled: Compiled | CompiledCard, fact: Fact, values: Mapping[tuple[str, int], int]) -> None:
    """Refused when a number is below nought or a product of the kernel would leave int64."""
    fitting = min(fact.vector()) >= 0
    for record, term in zip(compiled.charges, compiled.terms, strict=True):
        value = values.get((term.name, term.step), int(record["value"]))
        if record["fact"] == fact.kind:
            most = int(record["maximum_micro"]) * _count_bound(term.maximum_per, term, fact)
            due = value * (_basis_bound(fact) if term.rate is not None else _count_bound(term.per, term, fact))
            fitting = fitting and max(due, most) < 2**63
    if not fitting:
        fix = "split the fact, or mend its numbers"
        raise Refused([Problem(f"{compiled.id}: fact", str(fact), "numbers from 0 within int64", fix, "out_of_bounds")])


def _basis_bound(fact: Fact) -> int:
    return fact.quantity * max(fact.retail_price_minor, fact.supply_price_minor, fact.customs_value_minor)


def _count_bound(per: str, term: ChargeEntry, fact: Fact) -> int:
    """No less than the numerator of what an amount is multiplied by."""
    if per == "KG":
        divisor = term.divisor_cm3_per_kg
        volumetric = 1000 * fact.volume_cm3 // divisor if divisor else 0
        return fact.quantity * (fact.weight_g + volumetric + 1 + term.grain_g)
    if per == "CBM_DAY":
        return fact.quantity * fact.volume_cm3
    return max(fact.quantity, fact.orders, fact.parcels, fact.lines, 1)


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
