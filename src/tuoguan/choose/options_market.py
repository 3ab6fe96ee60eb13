"""What one market offers on the day of the decision: compiled contracts and the numbers of its cards, in book currency.

Hides where contracts and cards come from. Keeps the invariant that every number has the currency of the decision and
that a name nobody states is absent, so that whoever asks must say what is assumed instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from tuoguan.choose.options_terms import CODE_BY_DISTRIBUTION, NOUGHT, fixed, total
from tuoguan.contracts import Basis, ChargeEntry, Compiled, Distribution, Per, SettingName, Uncertain
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.kernels import HALF_UP, div_round
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty

Known = TypeVar("Known")
AT_ORIGIN = "origin."  # prefix of the numbers of the warehouse card at origin
NONE = -1  # "no bound" in a charge's record


@dataclass(frozen=True, slots=True)
class Charges:
    """The charges of one card: records, and the terms they were made from."""

    records: npt.NDArray[np.void]
    terms: tuple[ChargeEntry, ...]


def _nothing_special(contract_id: str, sku: str, category: str) -> Compiled | None:
    return None


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """Contracts and cards of one market. ``numbers`` by name ("sea.per_cbm"), money in micro of the book currency.

    ``excluded_categories`` by contract id; ``divisor``-like numbers are whole.
    """

    market: str
    contracts: tuple[Compiled, ...]
    numbers: Mapping[str, Uncertain]
    last_mile: Charges | None
    duty: Charges | None
    excluded_categories: Mapping[str, tuple[str, ...]]
    currency: str
    overlaid: Callable[[str, str, str], Compiled | None] = _nothing_special
    memo: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: tuple[str, ...], make: Callable[[], Known]) -> Known:
        """What ``make`` gives for this key, computed once for all products of the market."""
        if key not in self.memo:
            self.memo[key] = make()
        return cast(Known, self.memo[key])

    def contract_for(self, general: Compiled, sku: str, category: str) -> Compiled:
        """The contract as it holds for this product: negotiated terms first, the card's parcel duty added."""
        return with_parcel_duty(self.overlaid(general.id, sku, category) or general, self.duty)

    def minor(self, micro: int) -> int:
        """Minor units of the book currency nearest to micro-units, ties away from nought."""
        return div_round(micro, 10 ** (6 - EXPONENT_BY_CURRENCY[self.currency]), HALF_UP)

    def micro(self, minor: int) -> int:
        """Micro-units of minor units of the book currency."""
        return int(minor * 10 ** (6 - EXPONENT_BY_CURRENCY[self.currency]))

    def number(self, name: str) -> Uncertain | None:
        """The number of this name, or None when no card states it."""
        return self.numbers.get(name)


def _of_record(record: npt.NDArray[np.void], term: ChargeEntry) -> Uncertain:
    code = int(record["distribution"])
    low, value, high = int(record["low"]), int(record["value"]), int(record["high"])
    if code == CODE_BY_DISTRIBUTION[Distribution.FIXED]:
        low = high = value
    return Uncertain(value, low, high, code, int(record["stream"]), term.evidence, term.source)


def label_cost(charges: Charges | None, weight_g: int, volume_cm3: int) -> Uncertain | None:
    """Micro per parcel of the cheapest carrier whose tier takes this unit; None when no tier does (too heavy).

    Charges of one name are a carrier's tiers, so within a name every matching row is due, and the names compete.
    """
    if charges is None:
        return None
    by_name: dict[str, list[Uncertain]] = {}
    for record, term in zip(charges.records, charges.terms, strict=True):
        if _takes_parcel(record, weight_g, volume_cm3):
            by_name.setdefault(term.name, []).append(_of_record(record, term))
    offers = [total(parts) for parts in by_name.values()]
    return min(offers, key=lambda offer: (offer.value, offer.high)) if offers else None


def _takes_parcel(record: npt.NDArray[np.void], weight_g: int, volume_cm3: int) -> bool:
    divisor = int(record["divisor_cm3_per_kg"])
    grams = max(weight_g, -(-volume_cm3 * 1000 // divisor)) if divisor > 0 else weight_g
    upper = int(record["weight_to_g"])
    priced = int(record["fact"]) == FactKind.UNITS_SHIPPED and int(record["basis"]) == Basis.NONE
    per_parcel = int(record["per"]) in (Per.PARCEL, Per.ORDER, Per.FACT)
    return priced and per_parcel and int(record["weight_from_g"]) <= grams and (upper == NONE or grams < upper)


def bulk_duty(charges: Charges | None) -> Uncertain:
    """Ppm of customs value due when the seller imports in bulk: all ad-valorem charges of the duty card added up."""
    if charges is None:
        return NOUGHT
    return total(
        _of_record(record, term)
        for record, term in zip(charges.records, charges.terms, strict=True)
        if int(record["fact"]) == FactKind.BULK_IMPORTED and int(record["basis"]) == Basis.CUSTOMS_VALUE
    )


def with_parcel_duty(contract: Compiled, duty: Charges | None) -> Compiled:
    """The contract with the card's parcel duty added where the seller imports parcel by parcel; else the contract."""
    regime = contract.settings.get(SettingName.CUSTOMS_REGIME, "none")
    if duty is None or not contract.owns(Duty.CUSTOMS) or regime != "parcel":
        return contract
    if (contract.charges["fact"] == int(FactKind.PARCEL_IMPORTED)).any():
        return contract
    rows = np.flatnonzero(duty.records["fact"] == int(FactKind.PARCEL_IMPORTED))
    if rows.size == 0:
        return contract
    return replace(
        contract,
        charges=np.concatenate([contract.charges, duty.records[rows]]),
        terms=contract.terms + tuple(duty.terms[row] for row in rows),
        hash=content_hash(contract.hash.encode(), duty.records[rows].tobytes()),
    )


def assumed_or(term: Uncertain | None, value: int) -> Uncertain:
    """The term, or a fixed assumption where it is absent."""
    return fixed(value) if term is None else term
