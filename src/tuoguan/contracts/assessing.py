"""What the terms of a contract make of one fact: charges that name their term, dates, rounding and source.

Hides the kernel, and that the terms of each kind of fact are laid out once per compiled contract. Keeps the invariant
that only terms of the day that move money appear, in the contract's order.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tuoguan.contracts.compiled import NONE, Charge, Compiled, CompiledCard
from tuoguan.contracts.schema import ChargeEntry
from tuoguan.foundation.facts import Fact
from tuoguan.foundation.problems import Problem, Refused

Values = Mapping[tuple[str, int], int]
MOST_LAID_OUT = 1024


class _Terms(NamedTuple):
    """The terms of one kind of fact: rows for the kernel, their own values, and the most of each (-1: no bound)."""

    terms: tuple[ChargeEntry, ...]
    rows: npt.NDArray[np.int64]
    values: npt.NDArray[np.int64]
    maxima_micro: tuple[int, ...]


# By the identity of the compiled terms, which are kept here so that it is not given to others: two that share a hash
# may still have been given other values.
_laid_out: dict[int, tuple[Compiled | CompiledCard, dict[int, _Terms]]] = {}


def assess(compiled: Compiled | CompiledCard, fact: Fact, values: Values | None = None) -> tuple[Charge, ...]:
    """The charges of the fact. ``values`` replaces rates (ppm) or amounts (micro) by (term, step), such as draws.

    Refused when the fact is in another currency than the terms were compiled in, or its numbers pass int64.
    """
    if fact.currency != compiled.currency:
        fix = f"compile the contract in {fact.currency}"
        found = f"a fact in {fact.currency}, terms in {compiled.currency}"
        raise Refused([Problem(f"{compiled.id}: fact", found, "one currency", fix, "currency_differs")])
    of_kind, numbers = _terms_of(compiled).get(fact.kind), fact.vector()
    used = [] if of_kind is None else _values(of_kind, values)
    _bounded(compiled, fact, of_kind, used, min(numbers))
    if of_kind is None:
        return ()
    from tuoguan.contracts.kernels import charges_minor

    deadline = compiled.deadline_index(fact.deadline) if isinstance(compiled, Compiled) else NONE
    minor = np.empty(len(used), np.int64)
    charges_minor(of_kind.rows, np.array(used, np.int64), np.array(numbers, np.int64), deadline, minor)
    moved = zip(of_kind.terms, minor.tolist(), strict=True)
    return tuple(_charge(term, amount, compiled.currency) for term, amount in moved if amount)


def _terms_of(compiled: Compiled | CompiledCard) -> dict[int, _Terms]:
    """The terms by kind of fact, laid out when the contract is first asked."""
    known = _laid_out.get(id(compiled))
    if known is None or known[0] is not compiled:
        if len(_laid_out) >= MOST_LAID_OUT:
            _laid_out.clear()
        known = _laid_out[id(compiled)] = (compiled, _lay_out(compiled))
    return known[1]


def _lay_out(compiled: Compiled | CompiledCard) -> dict[int, _Terms]:
    matrix, kinds, found = compiled.charge_matrix(), compiled.charges["fact"], {}
    for kind in np.unique(kinds).tolist():
        at = np.flatnonzero(kinds == kind)
        rows = np.ascontiguousarray(matrix[at])
        maxima = tuple(compiled.charges["maximum_micro"][at].tolist())
        terms = tuple(compiled.terms[index] for index in at.tolist())
        found[int(kind)] = _Terms(terms, rows, compiled.charges["value"][at].astype(np.int64), maxima)
    return found


def _values(of_kind: _Terms, values: Values | None) -> list[int]:
    """The value of each term: its own, or the one given in its place."""
    own: list[int] = of_kind.values.tolist()
    if not values:
        return own
    return [values.get((term.name, term.step), value) for term, value in zip(of_kind.terms, own, strict=True)]


def _bounded(
    compiled: Compiled | CompiledCard, fact: Fact, of_kind: _Terms | None, values: list[int], least: int
) -> None:
    """Refused when a number is below nought or a product of the kernel would leave int64."""
    fitting = least >= 0
    if of_kind is not None:
        for term, maximum, value in zip(of_kind.terms, of_kind.maxima_micro, values, strict=True):
            due = value * (_basis_bound(fact) if term.rate is not None else _count_bound(term.per, term, fact))
            most = maximum * _count_bound(term.maximum_per, term, fact) if maximum > 0 else 0
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
