"""What happened on one path as a person would tell it: units sold, buyers lost, stock orders, and the terms drawn.

Hides the log of the kernels. Keeps the invariant that nothing here follows from anything else here: what a contract, a
stock or a calendar makes of it is for the reader to work out, and must come to what the simulator made of it.

Days count from the start of the scenario and may lie past its horizon; -1 says that something never happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import Compiled, QuantityName, Uncertain, pin
from tuoguan.foundation.facts import Reason
from tuoguan.foundation.ids import address
from tuoguan.foundation.kernels import HALF_UP, mul_ppm
from tuoguan.foundation.random import Stream
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.draws import kernels as draws
from tuoguan.simulate.scenario import Listing, Scenario

Ints = npt.NDArray[np.int64]
NEVER = -1


@dataclass(frozen=True, slots=True)
class Sale:
    """One unit sold: a consumer order of its own, in the order in which buyers came to their place.

    shipped        day it left; behind ``day`` where it was packed in turn or ``is_made`` to order
    lag_days       from the trigger of its payout until the platform pays, before transfer and settlement days
    confirm_days   from delivery until the buyer's receipt counts, under contracts that wait for it
    late_minutes   from the order until it was really seen to, where it was late for another reason than its shipping
    returned       day it came back; ``reason`` why, ``is_resold``: on hand again on the following morning
    is_faulty      a quality incident follows upon its delivery
    """

    listing: int
    day: int
    shipped: int
    is_made: bool
    lag_days: int
    confirm_days: int
    late_minutes: int = NEVER
    returned: int = NEVER
    reason: Reason = Reason.ANY
    is_resold: bool = False
    is_faulty: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A buyer who found nothing."""

    listing: int
    day: int


@dataclass(frozen=True, slots=True)
class StockOrder:
    """Goods bought for a place: their days, and the bills of supplier, carrier, customs and warehouse.

    lane      0 the slow one of the place, 1 the fast one
    lag_days  from arrival until the platform pays what it pays on arrival, as in `Sale`
    """

    place: int
    lane: int
    day: int
    units: int
    ready: int
    arrival: int
    goods_minor: int
    freight_minor: int
    duty_minor: int
    receiving_minor: int
    lag_days: int


@dataclass(frozen=True, slots=True)
class DrawnListing:
    """A listing as it is on the path: ``contract`` is pinned to what was drawn, but for the lag of payouts.

    starts, stops    it sells from the first day until before the second; ``stops`` -1: its contract never ends
    parcel_minor     the seller's packing and label of one unit; ``return_minor`` its work on a returned one
    minutes_*        staff time in thousandths of a minute: per order, stock order and week
    deposit_minor    paid for a new store on the first day, and back on the last; nought for a store that is there
    is_new           it was opened for this, and pays what opening costs
    """

    contract: Compiled
    retail_price_minor: int
    supply_price_minor: int
    starts: int
    stops: int
    delivery_days: int
    parcel_minor: int
    return_minor: int
    minutes_order: int
    minutes_stock_order: int
    minutes_week: int
    deposit_minor: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """Everything that came from outside on one path, each part in the order of its days.

    customs_value_minor  a unit's, in facts about stock
    storage_micro        by place: the rate of a cubic meter and day, nought at the platform's own places
    """

    sales: tuple[Sale, ...]
    lost: tuple[Lost, ...]
    stock_orders: tuple[StockOrder, ...]
    listings: tuple[DrawnListing, ...]
    customs_value_minor: int
    storage_micro: tuple[int, ...]


def happened(log: Ints, work: Ints, alone: Scenario) -> Happened:
    """The log of one option on one path [row, column], told."""
    option = alone.options[0]
    listings = tuple(_listing(work, alone, at) for at in range(len(option.listings)))
    sales = sorted(_sales(log, work, alone), key=lambda sale: sale.day)
    lost = [Lost(int(row[col.LOG_LISTING]), int(row[col.LOG_DAY])) for row in log[log[:, col.LOG_KIND] == _LOST]]
    orders = [_stock_order(row, work) for row in log[log[:, col.LOG_KIND] == col.NOTE_PURCHASE]]
    return Happened(
        tuple(sales), tuple(sorted(lost, key=lambda one: one.day)), tuple(sorted(orders, key=lambda one: one.day)),
        listings, int(work[col.G_CUSTOMS]), tuple(_storage(work, at) for at in range(len(option.places))),
    )  # fmt: skip


_LOST = col.KIND_STOCK_OUT


def _storage(work: Ints, place: int) -> int:
    site = col.AT_SITE + place * col.W_COLUMNS
    return int(work[site + col.W_STORAGE]) if work[site + col.W_SELLER] else 0


def _sales(log: Ints, work: Ints, alone: Scenario) -> Iterator[Sale]:
    """Each note of a sale with the facts behind it, which are its own until the next note."""
    sale: Sale | None = None
    for row in log:
        kind = int(row[col.LOG_KIND])
        if kind == col.NOTE_SALE:
            if sale is not None:
                yield sale
            sale = _sale(row, work, alone)
        elif sale is not None:
            sale = _with(sale, kind, row, work)
    if sale is not None:
        yield sale


def _with(sale: Sale, kind: int, row: Ints, work: Ints) -> Sale:
    """The sale with what the row adds to it."""
    if kind == col.NOTE_RESALE:
        return replace(sale, is_resold=True)
    if kind == col.KIND_RETURNED:
        return replace(sale, returned=int(row[col.LOG_DAY]), reason=Reason(int(row[col.LOG_REASON])))
    if kind == col.KIND_INCIDENT:
        return replace(sale, is_faulty=True)
    if kind == col.KIND_MISSED:
        late = int(row[col.LOG_MINUTES]) + _clock(work, sale.listing, int(row[col.LOG_DEADLINE]))
        own = (sale.shipped - sale.day) * col.DAY_MINUTES
        return sale if late == own else replace(sale, late_minutes=late)
    return sale


def _clock(work: Ints, listing: int, deadline: int) -> int:
    """Minutes of the clock at this position of the contract's deadlines."""
    at = col.AT_LIVE + listing * col.V_COLUMNS
    clocks = work[at + col.V_CLOCK : at + col.V_CLOCK + 2 * int(work[at + col.V_CLOCKS])].reshape(-1, 2)
    return int(clocks[clocks[:, 1] == deadline][0, 0])


def _sale(row: Ints, work: Ints, alone: Scenario) -> Sale:
    slot, day = int(row[col.SALE_LISTING]), int(row[col.SALE_DAY])
    at = col.AT_LIVE + slot * col.V_COLUMNS
    trigger, confirm = int(work[at + col.V_TRIGGER]), 0
    if trigger == col.TRIGGER_RECEIVED:
        home = int(work[col.G_PRODUCT]), int(work[col.G_MARKET])
        path = int(work[col.G_PATH] + work[col.G_MIRROR])
        word = (day * col.SLOTS + slot) * col.SLOTS + 1
        u = draws.unit_of_path(alone.seed, path, alone.antithetic, *home, int(Stream.PAYOUT_LAG), word)
        confirm = int(u * int(work[at + col.V_FALLBACK]))
    lag = int(row[col.SALE_WAIT]) - confirm - int(work[at + col.V_TRANSFER])
    if trigger != col.TRIGGER_SHIPPED:
        lag -= int(work[at + col.V_DELIVERY])
    return Sale(slot, day, int(row[col.SALE_SHIPPED]), bool(row[col.SALE_MADE]), lag, confirm)


_BUY = (
    col.BUY_PLACE, col.BUY_LANE, col.BUY_DAY, col.BUY_UNITS, col.BUY_READY, col.BUY_ARRIVAL, col.BUY_GOODS,
    col.BUY_FREIGHT, col.BUY_DUTY, col.BUY_RECEIVED,
)  # fmt: skip


def _stock_order(row: Ints, work: Ints) -> StockOrder:
    keeper = int(work[col.AT_SITE + int(row[col.BUY_PLACE]) * col.W_COLUMNS + col.W_KEEPER])
    transfer = int(work[col.AT_LIVE + keeper * col.V_COLUMNS + col.V_TRANSFER])
    place, lane, day, units, ready, arrival, goods, freight, duty, received = (int(row[at]) for at in _BUY)
    lag = int(row[col.BUY_LAG]) - transfer
    return StockOrder(place, lane, day, units, ready, arrival, goods, freight, duty, received, lag)


def _listing(work: Ints, alone: Scenario, slot: int) -> DrawnListing:
    row, at = alone.options[0].listings[slot], col.AT_LIVE + slot * col.V_COLUMNS

    def said(column: int) -> int:
        return int(work[at + column])

    stops, is_new = said(col.V_STOP), bool(said(col.V_NEW))
    deposit = int(mul_ppm(said(col.V_DEPOSIT), alone.deposit_ppm, HALF_UP)) if is_new and said(col.V_STORE) else 0
    return DrawnListing(
        contract=pinned(row, alone, int(work[col.G_PATH] + work[col.G_MIRROR])),
        retail_price_minor=said(col.V_RETAIL), supply_price_minor=said(col.V_SUPPLY), starts=said(col.V_START),
        stops=NEVER if stops == col.NEVER else stops, delivery_days=said(col.V_DELIVERY),
        parcel_minor=-said(col.V_WORK), return_minor=-said(col.V_RETURN_WORK), minutes_order=said(col.V_MINUTES_ORDER),
        minutes_stock_order=said(col.V_MINUTES_STOCK), minutes_week=said(col.V_MINUTES_WEEK), deposit_minor=deposit,
        is_new=is_new,
    )  # fmt: skip


def pinned(listing: Listing, alone: Scenario, path: int) -> Compiled:
    """The listing's contract with its terms as drawn on the path; the lag of payouts, drawn sale by sale, stays."""
    home = address(listing.contract.id)

    def drawn(number: Uncertain) -> int:
        row = [number.low, number.value, number.high, number.distribution, home, 0, number.stream]
        return int(draws.draw_terms(np.array([row], np.int64), alone.seed, 1, path, alone.antithetic)[0, 0])

    return pin(listing.contract, drawn, left=(QuantityName.SETTLEMENT_LAG_DAYS,))
