"""Where an answer turns: the value of one term at which the pick stops earning more than its runner-up.

Hides how a term is moved in an option and how the crossing is found. Keeps the invariant that both options keep their
policies and their luck while the term moves; a term of the market moves in both, a contract's wherever it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from tuoguan.choose.options_terms import PPM, scaled
from tuoguan.contracts import Basis, ChargeEntry, ChargeKind, Compiled, Uncertain
from tuoguan.demand import Demand
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Listing, Option, Scenario, run

STEP = 100_000  # a tenth, in ppm: the first secant
FACTOR_MAX = 8 * PPM
TOLERANCE_PPM = 200
KINDS = list(ChargeKind)
SALES = (FactKind.UNITS_DELIVERED, FactKind.UNITS_SHIPPED, FactKind.UNITS_INBOUND, FactKind.ORDER_PLACED)
Move = Callable[[Option, str, int], Option]


@dataclass(frozen=True, slots=True)
class Flip:
    """One threshold. ``at`` in ``unit`` is where pick and runner-up are equal; the pick loses above or below it.

    ``factor_ppm`` is ``at`` as a multiple of today's value, or the added rate itself for ``added charge``. ``at`` is
    None when no value between nought and eight times today's turns the answer.
    """

    term: str
    now: float
    at: float | None
    unit: str
    loses: str
    factor_ppm: int | None


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
    """The option with every lane's rates times the factor."""
    places = tuple(
        replace(
            place,
            lane=replace(
                place.lane, per_kg=_moved(place.lane.per_kg, factor), per_cbm=_moved(place.lane.per_cbm, factor),
                minimum_minor=place.lane.minimum_minor * factor // PPM,
            ),
        )
        for place in option.places
    )  # fmt: skip
    return replace(option, places=places)


def move_minutes(option: Option, contract: str, factor: int) -> Option:
    """The option with all staff minutes times the factor."""
    own = tuple(
        replace(
            one, minutes_order=_moved(one.minutes_order, factor), minutes_week=_moved(one.minutes_week, factor),
            minutes_stock_order=_moved(one.minutes_stock_order, factor),
        )
        for one in option.listings
    )  # fmt: skip
    return replace(option, listings=own)


def move_returns(option: Option, contract: str, factor: int) -> Option:
    """The option with the return rate times the factor."""
    return replace(option, return_rate=_moved(option.return_rate, factor))


def move_charge(option: Option, contract: str, added: int) -> Option:
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


@dataclass(frozen=True, slots=True)
class Duel:
    """Two options on one scenario's luck; ``other`` None is "do not sell", which earns nought."""

    scenario: Scenario
    demand: Demand
    pick: Option
    other: Option | None
    threads: int | None = None

    def own_listing(self) -> Listing:
        """The pick's first listing under a contract the other lacks; its first where they share them all."""
        shared = {one.contract.id for one in self.other.listings} if self.other is not None else set()
        return next((one for one in self.pick.listings if one.contract.id not in shared), self.pick.listings[0])

    def difference(self, move: Move, contract: str, factor: int) -> float:
        """Mean profit of the pick less the other's after the move, minor."""
        both = [self.pick] if self.other is None else [self.pick, self.other]
        moved = tuple(move(option, contract, factor) for option in both)
        profit = run(replace(self.scenario, options=moved), self.demand, threads=self.threads).profit.mean(axis=1)
        return float(profit[0] - (profit[1] if self.other is not None else 0.0))

    def crossing(self, move: Move, contract: str, now: int, low: int, high: int) -> int | None:
        """The factor in [``low``, ``high``] where the difference changes sign, nearest to ``now``; None if none."""
        here = self.difference(move, contract, now)
        found = [at for end in (low, high) if (at := self._towards(move, contract, now, here, end)) is not None]
        return min(found, key=lambda at: abs(at - now)) if found else None

    def _towards(self, move: Move, contract: str, now: int, here: float, end: int) -> int | None:
        """Bracket by growing steps, then regula falsi with bisection as a guard (Illinois)."""
        step = STEP if end > now else -STEP
        near, near_value = now, here
        while True:
            far = min(near + step, end) if step > 0 else max(near + step, end)
            far_value = self.difference(move, contract, far)
            if (far_value > 0) != (here > 0):
                return self._close(move, contract, (near, near_value), (far, far_value))
            if far == end:
                return None
            near, near_value, step = far, far_value, step * 2

    def _close(self, move: Move, contract: str, left: tuple[int, float], right: tuple[int, float]) -> int:
        for turn in range(24):
            if abs(right[0] - left[0]) <= TOLERANCE_PPM:
                break
            middle = (left[0] + right[0]) // 2
            if turn % 3 < 2 and left[1] != right[1]:
                middle = round(left[0] + (right[0] - left[0]) * left[1] / (left[1] - right[1]))
                inside = sorted((left[0], right[0]))
                margin = TOLERANCE_PPM // 2
                middle = min(max(middle, inside[0] + margin), inside[1] - margin)
            value = self.difference(move, contract, middle)
            if (value > 0) == (left[1] > 0):
                left = (middle, value)
            else:
                right = (middle, value)
        return (left[0] + right[0]) // 2


def flips(duel: Duel) -> tuple[Flip, ...]:
    """Thresholds by re-simulation on the same luck: charge rate, visibility, prices, freight, minutes, return rate."""
    main = duel.own_listing()
    contract, market = main.contract.id, "market"
    price = float(main.retail_price.value)
    supply = main.supply_price_minor if main.supply_price_minor >= 0 else price * (PPM - main.spread.value) / PPM
    wanted: list[tuple[str, Move, str, float, str]] = [
        ("visibility", move_visibility, contract, main.visibility.value / PPM, "x"),
        ("retail price", move_retail, contract, price, "minor"),
        ("freight", move_freight, market, 1.0, "x today"),
        ("staff minutes", move_minutes, market, 1.0, "x today"),
        ("return rate", move_returns, market, duel.pick.return_rate.value / PPM, "share"),
    ]
    if not main.contract.owns(Duty.RETAIL_PRICE):
        wanted.insert(2, ("supply price", move_supply, contract, float(supply), "minor"))
    return (_charge_flip(duel, contract), *(_flip(duel, *entry) for entry in wanted))


def _flip(duel: Duel, name: str, move: Move, contract: str, now: float, unit: str) -> Flip:
    at = duel.crossing(move, contract, PPM, 0, FACTOR_MAX)
    if at is None:
        return Flip(name, now, None, unit, "never", None)
    return Flip(name, now, now * at / PPM, unit, "above" if at > PPM else "below", at)


def _charge_flip(duel: Duel, contract: str) -> Flip:
    at = duel.crossing(move_charge, contract, 0, -PPM, PPM)
    if at is None:
        return Flip("added charge", 0.0, None, "share", "never", None)
    return Flip("added charge", 0.0, at / PPM, "share", "above" if at > 0 else "below", at)


def lowest_supply_price(duel: Duel) -> int | None:
    """The supply price, minor, at which the platform-priced pick earns just what the other does; None if it never can.

    Revenue is linear in the supply price on a fixed policy, so this is the price to defend in a price review.
    """
    main = duel.own_listing()
    if main.contract.owns(Duty.RETAIL_PRICE):
        return None
    found = _flip(duel, "supply price", move_supply, main.contract.id, 1.0, "x")
    if found.factor_ppm is None:
        return None
    price = main.retail_price.value
    supply = main.supply_price_minor if main.supply_price_minor >= 0 else price * (PPM - main.spread.value) // PPM
    return -(-supply * found.factor_ppm // PPM)
