"""An option with one term changed, so that it can be played again.

Hides where a term stands in an option. Keeps the invariant that a range moves as a whole: its draw keeps its address,
so the luck of a changed term is the luck it had.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from msgspec import structs

from tuoguan.contracts import Basis, ChargeKind, Compiled, SettingName, Uncertain
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.rates import PPM
from tuoguan.simulate import Lane, Listing, Option

KINDS = list(ChargeKind)
SALES = (FactKind.UNITS_DELIVERED, FactKind.UNITS_SHIPPED, FactKind.UNITS_INBOUND, FactKind.ORDER_PLACED)
# (option, whose term: a contract, a mode or "", factor in ppm, points in ppm) -> the option changed
Change = Callable[[Option, str, int, int], Option]
Move = Callable[[Option], Option]


def changed(term: Uncertain, factor_ppm: int, points_ppm: int = 0, most: int | None = None) -> Uncertain:
    """The number times the factor, plus points of a rate; never below nought nor above ``most``."""
    bounds = (term.value, term.low, term.high)
    value, low, high = (max(bound * factor_ppm // PPM + points_ppm, 0) for bound in bounds)
    if most is not None:
        value, low, high = min(value, most), min(low, most), min(high, most)
    return replace(term, value=value, low=low, high=high)


def is_of(listing: Listing, contract: str) -> bool:
    """True when the listing's contract is the named one, or lies below it (``platform/model``)."""
    return listing.contract.id == contract or listing.contract.id.startswith(f"{contract}/")


def _listings(option: Option, contract: str, change: Callable[[Listing], Listing]) -> Option:
    own = tuple(change(one) if not contract or is_of(one, contract) else one for one in option.listings)
    return replace(option, listings=own)


def _commission(option: Option, of: str, factor: int, points: int) -> Option:
    return _listings(option, of, lambda one: replace(one, contract=_dearer(one.contract, factor, points)))


@lru_cache(maxsize=4_096)
def _dearer(contract: Compiled, factor: int, points: int) -> Compiled:
    """The contract with its commissions times the factor, and with points of every revenue taken or given more."""
    charges = contract.charges.copy()
    own = charges["kind"] == KINDS.index(ChargeKind.COMMISSION)
    for name in ("value", "low", "high"):
        charges[name][own] = charges[name][own] * factor // PPM
    revenue = (
        (charges["kind"] == KINDS.index(ChargeKind.REVENUE)) & (charges["basis"] != int(Basis.NONE))
        & (charges["sign"] > 0) & np.isin(charges["fact"], [int(fact) for fact in SALES])
    )  # fmt: skip
    rows = np.flatnonzero(revenue) if points else np.zeros(0, np.int64)
    extra = charges[rows].copy()
    extra["kind"], extra["sign"] = KINDS.index(ChargeKind.COMMISSION), -1 if points >= 0 else 1
    extra["distribution"] = 0
    for name in ("value", "low", "high"):
        extra[name] = abs(points)
    terms = tuple(structs.replace(contract.terms[row], name="what_if", kind=ChargeKind.COMMISSION) for row in rows)
    return _renamed(contract, np.concatenate([charges, extra]), contract.terms + terms, ("commission", factor, points))


def _renamed(
    contract: Compiled, charges: "np.ndarray[tuple[int], np.dtype[np.void]]", terms: "tuple[object, ...]", what: object
) -> Compiled:  # fmt: skip
    name = content_hash(contract.hash.encode(), repr(what).encode())
    return replace(contract, charges=charges, terms=terms, hash=name)  # type: ignore[arg-type]


def _duty(option: Option, of: str, factor: int, points: int) -> Option:
    bulk = any(_imports_in_bulk(one.contract) for one in option.listings)
    rate = changed(option.duty_ad_valorem, factor, points if bulk else 0)
    return _listings(
        replace(option, duty_ad_valorem=rate), "",
        lambda one: replace(one, contract=_dutied(one.contract, factor, points)),
    )  # fmt: skip


def _imports_in_bulk(contract: Compiled) -> bool:
    return contract.settings.get(SettingName.CUSTOMS_REGIME) == "bulk" and contract.owns(Duty.CUSTOMS)


@lru_cache(maxsize=4_096)
def _dutied(contract: Compiled, factor: int, points: int) -> Compiled:
    """The contract with its charges of customs times the factor, and points added to its rates of customs value."""
    charges = contract.charges.copy()
    own = charges["kind"] == KINDS.index(ChargeKind.DUTY)
    if not own.any():
        return contract
    rates = own & (charges["basis"] == int(Basis.CUSTOMS_VALUE))
    for name in ("value", "low", "high"):
        charges[name][own] = charges[name][own] * factor // PPM
        charges[name][rates] = np.maximum(charges[name][rates] + points, 0)
    return _renamed(contract, charges, contract.terms, ("duty", factor, points))


def _supply_price(option: Option, of: str, factor: int, _: int) -> Option:
    """The quote itself, or through the spread; a price that the seller sets for buyers is no supply price."""

    def change(one: Listing) -> Listing:
        if one.contract.owns(Duty.RETAIL_PRICE):
            return one
        if one.supply_price_minor >= 0:
            return replace(one, supply_price_minor=one.supply_price_minor * factor // PPM)
        spread = one.spread
        value, low, high = (PPM - (PPM - bound) * factor // PPM for bound in (spread.value, spread.low, spread.high))
        return replace(one, spread=replace(spread, value=value, low=low, high=high))

    return _listings(option, of, change)


def _freight(option: Option, of: str, factor: int, _: int) -> Option:
    def change(lane: Lane) -> Lane:
        if of and lane.mode != of:
            return lane
        return replace(
            lane, per_kg=changed(lane.per_kg, factor), per_cbm=changed(lane.per_cbm, factor),
            minimum_minor=lane.minimum_minor * factor // PPM,
        )  # fmt: skip

    places = tuple(
        replace(place, lane=change(place.lane), fast_lane=change(place.fast_lane) if place.fast_lane else None)
        for place in option.places
    )
    return replace(option, places=places)


def _minutes(option: Option, of: str, factor: int, _: int) -> Option:
    return _listings(
        option, of,
        lambda one: replace(
            one, minutes_order=changed(one.minutes_order, factor), minutes_week=changed(one.minutes_week, factor),
            minutes_stock_order=changed(one.minutes_stock_order, factor),
        ),
    )  # fmt: skip


def _unit_cost(option: Option, of: str, factor: int, _: int) -> Option:
    return replace(option, unit_cost=changed(option.unit_cost, factor))


def _return_rate(option: Option, of: str, factor: int, points: int) -> Option:
    return replace(option, return_rate=changed(option.return_rate, factor, points, PPM))


def _of_listing(name: str) -> Change:
    """The change of one number of the contract's listings."""
    return lambda option, of, factor, _: _listings(
        option,
        of,
        lambda one: replace(one, **{name: changed(getattr(one, name), factor)}),  # type: ignore[arg-type]
    )


MOVES: Mapping[str, Change] = {
    "commission": _commission, "supply_price": _supply_price, "freight": _freight, "duty": _duty, "minutes": _minutes,
    "unit_cost": _unit_cost, "return_rate": _return_rate, "visibility": _of_listing("visibility"),
    "retail_price": _of_listing("retail_price"), "delivery_days": _of_listing("delivery_days"),
}  # fmt: skip
