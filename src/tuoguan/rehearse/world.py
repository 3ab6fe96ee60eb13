"""One option on one path as its days: what comes from outside on each of them, and nothing of what follows from it.

Hides how a path is told by the simulator. Keeps the invariant that a day holds only what a seller cannot work out:
buyers, suppliers, carriers and the platform's lags. Charges, stock, storage, payouts and hours are left to the ledger.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tuoguan.contracts import Compiled, QuantityName
from tuoguan.foundation.days import Day
from tuoguan.simulate import DrawnListing, Option, Place, Sale, Scenario, StockOrder, Trace

DAY_MINUTES, HOUR_SECONDS, DAY_SECONDS = 1_440, 3_600, 86_400
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Today:
    """What comes from outside on one day; units sold and stock orders by their position in the world's tuples.

    opening    positions of listings that buyers see from today on for the first time
    ordered    stock orders that are placed; ``ready``: that leave the supplier; ``arrived``: that reach their place
    came       units under way since before the first day that reach the first place
    bought     units sold, in the order of their buyers; ``lost``: listings of buyers who found nothing
    shipped, delivered, returned  units that leave, reach their buyer, come back
    put_back   units that came back yesterday and are on hand again this morning
    seen_to    units that were late for no reason of stock or hands, and are seen to today
    faulty     units for which a quality incident is told today
    """

    opening: tuple[int, ...] = ()
    ordered: tuple[int, ...] = ()
    ready: tuple[int, ...] = ()
    arrived: tuple[int, ...] = ()
    came: int = 0
    bought: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    shipped: tuple[int, ...] = ()
    delivered: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()
    put_back: tuple[int, ...] = ()
    seen_to: tuple[int, ...] = ()
    faulty: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Days in order, and the things their positions speak of.

    name     market and SKU: the numbers of its documents begin with it
    keepers  by place: the listing whose contract the place's stock lies under
    """

    name: str
    option: Option
    start_on: Day
    wage_per_hour_minor: int
    listings: tuple[DrawnListing, ...]
    sales: tuple[Sale, ...]
    stock_orders: tuple[StockOrder, ...]
    days: tuple[Today, ...]
    customs_value_minor: int
    storage_micro: tuple[int, ...]
    keepers: tuple[int, ...]


def world_of(scenario: Scenario, option: Option, trace: Trace) -> World:
    """The days of the horizon of one option as traced on one path."""
    told, days = trace.happened, range(scenario.horizon_days)
    sales, orders, listings = told.sales, told.stock_orders, told.listings
    came: dict[int, int] = defaultdict(int)
    for day, units in option.on_order:
        came[day] += units
    lost = defaultdict(list)
    for one in told.lost:
        lost[one.day].append(one.listing)
    by = {
        "opening": _by_day(listings, lambda one: one.starts if one.is_new else -1),
        "ordered": _by_day(orders, lambda one: one.day), "ready": _by_day(orders, lambda one: one.ready),
        "arrived": _by_day(orders, lambda one: one.arrival), "bought": _by_day(sales, lambda one: one.day),
        "shipped": _by_day(sales, lambda one: one.shipped),
        "delivered": _by_day(sales, lambda one: _delivered(one, listings)),
        "returned": _by_day(sales, lambda one: one.returned),
        "put_back": _by_day(sales, lambda one: one.returned + 1 if one.is_resold else -1),
        "seen_to": _by_day(sales, _seen_to),
        "faulty": _by_day(sales, lambda one: _told_faulty(one, listings) if one.is_faulty else -1),
    }  # fmt: skip
    return World(
        f"{option.market}/{option.sku}", option, scenario.start_on, scenario.wage_per_hour_minor, listings, sales,
        orders,
        tuple(
            Today(came=came[day], lost=tuple(lost[day]), **{name: tuple(found[day]) for name, found in by.items()})
            for day in days
        ),
        told.customs_value_minor, told.storage_micro, _keepers(option),
    )  # fmt: skip


def quantity(contract: Compiled, name: QuantityName) -> int:
    """What a pinned contract says, nought where it says nothing."""
    number = contract.quantities.get(name)
    return number.value if number is not None else 0


def _by_day(items: Sequence[T], day_of: Callable[[T], int]) -> dict[int, list[int]]:
    """Positions by day; -1 stands for never."""
    found: dict[int, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        found[day_of(item)].append(at)
    return found


def _seen_to(sale: Sale) -> int:
    return sale.day - -sale.late_minutes // DAY_MINUTES if sale.late_minutes >= 0 else -1


def _delivered(sale: Sale, listings: Sequence[DrawnListing]) -> int:
    return sale.shipped + listings[sale.listing].delivery_days


def _told_faulty(sale: Sale, listings: Sequence[DrawnListing]) -> int:
    delay = quantity(listings[sale.listing].contract, QuantityName.PENALTY_DELAY_DAYS)
    return _delivered(sale, listings) + delay


def _keepers(option: Option) -> tuple[int, ...]:
    """The first listing that draws on each place; the first of all where none does."""

    def first(place: int) -> int:
        return next((at for at, one in enumerate(option.listings) if one.place == place), 0)

    return tuple(first(place) for place in range(len(option.places)))


def place_name(option: Option, place: Place) -> str:
    """The place in the ledger's accounts: sites of one name in two markets are two places."""
    return f"{option.market}/{place.id}"


def at_hour(world: World, day: int, hour: int) -> int:
    """The instant (UTC seconds) of an hour of a day of the world."""
    return (world.start_on + day) * DAY_SECONDS + hour * HOUR_SECONDS
