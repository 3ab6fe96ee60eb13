"""The grid of what no data hold: what a model does to demand and what it pays; and options with these terms pinned.

Hides how a term of the grid becomes a number of an option. Keeps two invariants: a contract is told apart by who owns
which duty, never by its name, and what the grid does not speak of keeps its own range.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose import Groups, is_handed_over
from tuoguan.contracts import Distribution, Evidence, Uncertain
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Listing, Option

PERCENT = 10_000  # ppm
KINDS = list(Distribution)
TRAFFIC = (100, 115, 130)
PRICES = ((0, -240), (15, -110), (15, -240), (15, -330), (30, -110), (30, -240), (30, -330))
COST_SHARES, SUPPLY_SHARES = (15, 30, 60), (45, 55, 65)
SMALL_STEP = 16


# Who does the work: on the full side the platform stores, ships and prices; on the semi side the seller stores, and the
# platform prices or takes back returns; everything else is other.
FULL, SEMI, OTHER = "full", "semi", "other"


def side_of(option: Option) -> str:
    """`FULL`, `SEMI` or `OTHER`; several listings are other."""
    contract = option.listings[0].contract
    if len(option.listings) > 1:
        return OTHER
    if is_handed_over(option):
        return OTHER if contract.owns(Duty.RETAIL_PRICE) else FULL
    shared = not (contract.owns(Duty.RETAIL_PRICE) and contract.owns(Duty.RETURNS))
    return SEMI if contract.owns(Duty.STORAGE) and shared else OTHER


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One assumption about the fully-managed side; whole percent but for the elasticity, which is in hundredths.

    traffic       its reach for one buyer reached today
    price_cut     how far below today's price the platform sells
    elasticity    of demand to that price
    cost_share    unit cost of today's price
    supply_share  what the platform pays the seller of today's price
    """

    traffic: int
    price_cut: int
    elasticity: int
    cost_share: int
    supply_share: int

    @property
    def name(self) -> str:
        """A short name that is unique within the grid."""
        price = f"p{self.price_cut}" + (f"e{-self.elasticity}" if self.price_cut else "")
        return f"t{self.traffic}-{price}-c{self.cost_share}-s{self.supply_share}"


def full_grid() -> tuple[Cell, ...]:
    """All 189 distinct cells: without a price cut the elasticities coincide."""
    return tuple(
        Cell(traffic, cut, elasticity, cost, supply)
        for traffic in TRAFFIC for cut, elasticity in PRICES for cost in COST_SHARES for supply in SUPPLY_SHARES
    )  # fmt: skip


def small_grid() -> tuple[Cell, ...]:
    """Every sixteenth cell of the full grid: 12 of them."""
    return full_grid()[::SMALL_STEP]


def truths(cost_share: int, supply_share: int) -> tuple[Cell, ...]:
    """The cells that a seller who knows its cost and its supply price holds possible."""
    return tuple(cell for cell in full_grid() if (cell.cost_share, cell.supply_share) == (cost_share, supply_share))


def compact(groups: Groups) -> Groups:
    """Only options with one listing and one lane of the two sides; today's contract stays whatever its side."""
    own = []
    for group in range(groups.count):
        options = groups.options[groups.first[group] : groups.first[group + 1]]
        own.append([one for one in options if _counts(one, groups.today[group])])
    return rebuilt(groups, own)


def _counts(option: Option, today: str) -> bool:
    if len(option.listings) != 1 or option.places[0].fast_lane is not None:
        return False
    return side_of(option) != OTHER or option.listings[0].contract.id == today


def rebuilt(groups: Groups, own: Iterable[Iterable[Option]]) -> Groups:
    """The groups with other options; groups without any are left out."""
    lists = [tuple(options) for options in own]
    kept = [group for group in range(groups.count) if lists[group]]
    first = [0]
    for group in kept:
        first.append(first[-1] + len(lists[group]))
    return replace(
        groups, options=tuple(one for group in kept for one in lists[group]), first=np.array(first, np.int64),
        sku=tuple(groups.sku[g] for g in kept), market=tuple(groups.market[g] for g in kept),
        today=tuple(groups.today[g] for g in kept),
    )  # fmt: skip


def fixed(value: int) -> Uncertain:
    """A number without a range."""
    return Uncertain(value, value, value, KINDS.index(Distribution.FIXED), 0, Evidence.ASSUMED, ())


def pinned(groups: Groups, cell: Cell) -> Groups:
    """The groups as if the cell were known to be true."""

    def listing(one: Listing, price_minor: int) -> Listing:
        return replace(
            one, reach=fixed(cell.traffic * PERCENT), visibility=fixed(100 * PERCENT),
            retail_price=fixed(price_minor * (100 - cell.price_cut) // 100),
            supply_price_minor=price_minor * cell.supply_share // 100,
        )  # fmt: skip

    return _changed(groups, cell.cost_share, lambda _: fixed(cell.elasticity * PERCENT), listing)


def ranging(groups: Groups, cost_share: int, supply_share: int) -> Groups:
    """The groups as a seller sees them who knows its cost and supply price, and of the rest only the grid's ranges."""

    def listing(one: Listing, price_minor: int) -> Listing:
        reach = _range(*(traffic * PERCENT for traffic in TRAFFIC), like=one.reach)
        cuts = sorted({cut for cut, _ in PRICES}, reverse=True)
        retail = _range(*(price_minor * (100 - cut) // 100 for cut in cuts), like=one.retail_price)
        return replace(
            one, reach=reach, visibility=fixed(100 * PERCENT), retail_price=retail,
            supply_price_minor=price_minor * supply_share // 100,
        )  # fmt: skip

    slopes = sorted({slope for _, slope in PRICES})
    return _changed(
        groups, cost_share, lambda one: _range(*(slope * PERCENT for slope in slopes), like=one.elasticity), listing
    )


def _range(low: int, value: int, high: int, *, like: Uncertain) -> Uncertain:
    """A triangular range at the address of another number's luck."""
    return Uncertain(value, low, high, KINDS.index(Distribution.TRIANGULAR), like.stream, Evidence.ASSUMED, ())


def _changed(
    groups: Groups, cost_share: int, elasticity: Callable[[Option], Uncertain],
    full_listing: Callable[[Listing, int], Listing],
) -> Groups:  # fmt: skip
    """The groups with the seller's cost, and the terms of the sides: the full one's as told, the other as today."""
    micro = 10 ** (6 - EXPONENT_BY_CURRENCY[groups.currency])
    options = []
    for option in groups.options:
        price = option.retail_price_today_minor
        one = option.listings[0]
        if side_of(option) == FULL:
            one = full_listing(one, price)
        else:
            central = fixed(one.spread.value)
            one = replace(
                one, reach=fixed(100 * PERCENT), visibility=fixed(100 * PERCENT), retail_price=fixed(price),
                spread=central,
            )  # fmt: skip
        cost = fixed(price * micro * cost_share // 100)
        options.append(replace(option, listings=(one,), unit_cost=cost, elasticity=elasticity(option)))
    return replace(groups, options=tuple(options))
