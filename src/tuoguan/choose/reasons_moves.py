"""How one term is moved in an option: times a factor, or by a rate added.

Hides where a term stands in an option. Keeps the invariant that nothing else of the option changes, its policies least.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from msgspec import structs

from tuoguan.choose.options_terms import PPM, scaled
from tuoguan.contracts import Basis, ChargeEntry, ChargeKind, Compiled, Uncertain
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import content_hash
from tuoguan.simulate import Lane, Listing, Option

KINDS = list(ChargeKind)
SALES = (FactKind.UNITS_DELIVERED, FactKind.UNITS_SHIPPED, FactKind.UNITS_INBOUND, FactKind.ORDER_PLACED)
Move = Callable[[Option, str, int], Option]


def _moved(term: Uncertain, factor: int) -> Uncertain:
    return scaled(term, factor, PPM)


def _listings(option: Option, contract: str, change: Callable[[Listing], Listing]) -> Option:
    own = tuple(change(one) if one.contract.id == contract else one for one in option.listings)
    return replace(option, listings=own)


def move_visibility(option: Option, contract: str, factor: int) -> Option:
    """The option with the contract's visibility times the factor (ppm)."""
    return _listings(option, contract, lambda one: replace(one, visibility=_moved(one.visibility, factor)))


def move_retail(option: Option, contract: str, factor: int) -> Option:
    """The option with the contract's retail price times the factor."""
    return _listings(option, contract, lambda one: replace(one, retail_price=_moved(one.retail_price, factor)))


def move_supply(option: Option, contract: str, factor: int) -> Option:
    """The option with the contract's supply price times the factor: the quote itself, or through the spread."""

    def change(one: Listing) -> Listing:
        if one.supply_price_minor >= 0:
            return replace(one, supply_price_minor=one.supply_price_minor * factor // PPM)
        low, value, high = (
            PPM - (PPM - bound) * factor // PPM for bound in (one.spread.low, one.spread.value, one.spread.high)
        )
        return replace(one, spread=replace(one.spread, low=low, value=value, high=high))

    return _listings(option, contract, change)


def move_freight(option: Option, contract: str, factor: int) -> Option:
    """The option with the rates of every lane, the fast ones too, times the factor."""
    places = tuple(
        replace(
            place, lane=_dearer_lane(place.lane, factor),
            fast_lane=_dearer_lane(place.fast_lane, factor) if place.fast_lane else None,
        )
        for place in option.places
    )  # fmt: skip
    return replace(option, places=places)


def _dearer_lane(lane: Lane, factor: int) -> Lane:
    return replace(
        lane, per_kg=_moved(lane.per_kg, factor), per_cbm=_moved(lane.per_cbm, factor),
        minimum_minor=lane.minimum_minor * factor // PPM,
    )  # fmt: skip


def move_minutes(option: Option, contract: str, factor: int) -> Option:
    """The option with the staff minutes of every order times the factor."""
    own = tuple(replace(one, minutes_order=_moved(one.minutes_order, factor)) for one in option.listings)
    return replace(option, listings=own)


def move_cost(option: Option, contract: str, factor: int) -> Option:
    """The option with the unit cost times the factor."""
    return replace(option, unit_cost=_moved(option.unit_cost, factor))


def move_duty(option: Option, contract: str, factor: int) -> Option:
    """The option with all duty times the factor: the seller's own on bulk, and what contracts charge as duty."""
    own = tuple(replace(one, contract=_dutiable(one.contract, factor)) for one in option.listings)
    return replace(option, listings=own, duty_ad_valorem=_moved(option.duty_ad_valorem, factor))


def _dutiable(contract: Compiled, factor: int) -> Compiled:
    here = contract.charges["kind"] == KINDS.index(ChargeKind.DUTY)
    if not here.any():
        return contract
    charges = contract.charges.copy()
    for name in ("value", "low", "high"):
        charges[name][here] = charges[name][here] * factor // PPM
    return replace(contract, charges=charges, hash=content_hash(contract.hash.encode(), b"duty", str(factor).encode()))


def move_returns(option: Option, contract: str, factor: int) -> Option:
    """The option with the return rate times the factor."""
    return replace(option, return_rate=_moved(option.return_rate, factor))


def move_commission(option: Option, contract: str, added: int) -> Option:
    """The option whose contract takes ``added`` ppm of its revenue more, on the fact and basis of that revenue."""
    return _listings(option, contract, lambda one: replace(one, contract=_dearer(one.contract, added)))


def _dearer(contract: Compiled, added: int) -> Compiled:
    kind = KINDS.index(ChargeKind.REVENUE)
    rows = [
        row for row, record in enumerate(contract.charges)
        if int(record["kind"]) == kind and int(record["basis"]) != int(Basis.NONE) and int(record["sign"]) > 0
        and int(record["fact"]) in SALES
    ]  # fmt: skip
    extra = contract.charges[rows].copy()
    extra["kind"], extra["sign"] = KINDS.index(ChargeKind.COMMISSION), -1 if added >= 0 else 1
    for name in ("value", "low", "high"):
        extra[name] = abs(added)
    extra["distribution"] = 0
    terms = tuple(_commission_of(contract.terms[row]) for row in rows)
    return replace(
        contract, charges=np.concatenate([contract.charges, extra]), terms=contract.terms + terms,
        hash=content_hash(contract.hash.encode(), str(added).encode()),
    )  # fmt: skip


def _commission_of(term: ChargeEntry) -> ChargeEntry:
    return structs.replace(term, name="added_charge", kind=ChargeKind.COMMISSION)
