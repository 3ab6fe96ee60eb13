# ruff: noqa: I001 the columns stand side by side
"""Goods: ordering, receiving, serving from stock, and what holding them costs.

Hides the calendar of arrivals. Keeps two invariants: goods on their way stand in the calendar until their day and are
nought behind it, and ``W_DUE`` is the next day on which any arrive.
"""

from tuoguan.foundation.kernels import PPM, UP, div_round, u01
from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_HELD, AT_LIVE, AT_SITE, AT_TALLY, A_ORDERED, COMPONENTS, DUTY, FIRST_LEG, GOODS,
    G_CARTON, G_CUSTOMS, G_DUTY, G_HORIZON, G_LOG_ROWS, G_MOQ, G_PATH, G_SEED, G_SUPPLIER_LOW, G_UNIT_COST, G_VOLUME,
    G_WEIGHT, HELD_COLUMNS, H_LAG, H_SUPPLIER, Hashes, Ints, KIND_BULK, KIND_HELD, KIND_INBOUND, KIND_STOCK_ORDER,
    MOST_AGES, ROW_ARRIVE, ROW_ARRIVED, ROW_STOCK, SLOTS, STORAGE, STREAM_LANE, TRIGGER_INBOUND, V_BULK, V_COLUMNS,
    V_GOT, V_LAG_HIGH, V_LAG_LOW, V_LAG_MODE, V_LOST, V_MADE, V_MINUTES_STOCK, V_PERIOD, V_PLACE, V_STOCK_DUTY,
    V_TRANSFER, V_TRIGGER, W_AGES, W_BILL, W_BILLED, W_CBM, W_COLUMNS, W_DIVISOR, W_DUE, W_END, W_JIT, W_KEEPER, W_KG,
    W_LANE, W_LAST, W_LEAD_HIGH, W_LEAD_LOW, W_LEAD_MODE, W_LEVEL, W_MINIMUM, W_NEXT, W_ON_HAND, W_OUT, W_PENDING,
    W_RECEIVE, W_REVIEW, W_SELLER, W_STORAGE, W_TRANSIT, W_UNIT_DAYS,
)  # fmt: skip
from tuoguan.simulate.money.kernels import (
    aim,
    book,
    charge,
    charged,
    divided,
    drawn,
    inner,
    luck,
    post,
    share_of,
    state,
    to_minor_units,
    toil,
)  # fmt: skip


@inner
def slot_of(live: int, day: int, draw: int) -> int:
    """The last address word of a listing's ``draw`` on one day; the first listing's is the same in every option."""
    return (day * SLOTS + (live - AT_LIVE) // V_COLUMNS) * SLOTS + draw


@inner
def pay_day(w: Ints, h: Hashes, live: int, day: int, trigger: int) -> int:
    """The day a payout triggered on ``trigger`` reaches the bank; the lag is drawn for the batch of ``day``."""
    lag = w[live + V_LAG_MODE]
    if w[live + V_LAG_LOW] < w[live + V_LAG_HIGH]:
        lag = drawn(w, live + V_LAG_LOW, luck(h[H_LAG], slot_of(live, day, 0)))
    paid, period = trigger + lag + w[live + V_TRANSFER], w[live + V_PERIOD]
    return int(paid) if period == 1 else int((paid + period - 1) // period * period)


@inner
def freight_minor(w: Ints, site: int, units: int) -> int:
    """Freight of one shipment: per kg of chargeable weight and per cubic meter, at least the lane's minimum."""
    grams, cm3 = w[G_WEIGHT] * units, w[G_VOLUME] * units
    if w[site + W_DIVISOR] > 0:
        grams = max(grams, div_round(cm3 * 1000, w[site + W_DIVISOR], UP))
    micro = divided(w[site + W_KG] * grams, 1000) + divided(w[site + W_CBM] * cm3, PPM)
    return int(max(w[site + W_MINIMUM], to_minor_units(w, micro)))


@inner
def buy(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, site: int, day: int, units: int) -> int:
    """The day these goods arrive; everything the order costs is booked now and paid on its own day."""
    ready = day + drawn(w, G_SUPPLIER_LOW, luck(h[H_SUPPLIER], day))
    sailed = w[site + W_LEAD_MODE]
    if w[site + W_LEAD_LOW] < w[site + W_LEAD_HIGH]:
        sailed = drawn(w, site + W_LEAD_LOW, u01(w[G_SEED], w[G_PATH], w[site + W_LANE], 0, STREAM_LANE, day))
    arrival = max(ready + sailed, w[site + W_LAST])
    w[site + W_LAST] = arrival
    w[AT_TALLY + A_ORDERED] += units
    goods = to_minor_units(w, w[G_UNIT_COST] * units)
    book(w, GOODS, day, -goods)
    book(w, FIRST_LEG, ready, -freight_minor(w, site, units))
    received = divided(w[site + W_RECEIVE] * w[G_VOLUME] * units, PPM)
    book(w, STORAGE, arrival, -to_minor_units(w, received))
    book(w, DUTY, arrival, -share_of(goods, w[G_DUTY]))
    _charge_order(c, k, v, w, h, site, day, arrival, units)
    return int(arrival)


@inner
def _charge_order(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, site: int, day: int, arrival: int, units: int) -> None:
    """Staff minutes and contract charges of a stock order, under the first contract that draws on the place."""
    live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    toil(w, day, w[live + V_STOCK_DUTY], w[live + V_MINUTES_STOCK])
    aim(w, live, w[G_CUSTOMS])
    for kind in (KIND_STOCK_ORDER, KIND_INBOUND, KIND_BULK):
        wanted = w[live + V_BULK] == 1 if kind == KIND_BULK else w[site + W_SELLER] == 0
        if not wanted or not charged(k, w, live, kind):
            continue
        known = day if kind == KIND_STOCK_ORDER else arrival
        paid = known
        if kind == KIND_INBOUND and w[live + V_TRIGGER] == TRIGGER_INBOUND:
            paid = pay_day(w, h, live, day, arrival)
        state(w, kind, 0, units, 1, 0, 0)
        post(w, paid, charge(c, k, v, w, live, known, -1))


@inner
def _receive(w: Ints, own: int, day: int, arrival: int, units: int) -> None:
    """Put bought units on their way to the place; the same day they are on hand at once."""
    site = AT_SITE + own * W_COLUMNS
    if arrival == day:
        w[site + W_ON_HAND] += units
        w[AT_DAYS + (ROW_ARRIVED + own) * w[G_HORIZON] + day] += units
    else:
        expect(w, own, arrival, units)


@inner
def expect(w: Ints, own: int, on: int, units: int) -> None:
    """Units that come on a later morning, or stay on their way at the end."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_PENDING] += units
    if on < w[G_HORIZON]:
        w[AT_DAYS + (ROW_ARRIVE + own) * w[G_HORIZON] + on] += units
        w[site + W_DUE] = min(w[site + W_DUE], on)
    else:
        w[site + W_TRANSIT] += units


@inner
def arrive(w: Ints, own: int, day: int) -> None:
    """Receipts of the morning; the calendar is empty behind it."""
    site, row = AT_SITE + own * W_COLUMNS, AT_DAYS + (ROW_ARRIVE + own) * w[G_HORIZON]
    came = w[row + day]
    w[row + day] = 0
    w[site + W_ON_HAND] += came
    w[site + W_PENDING] -= came
    w[AT_DAYS + (ROW_ARRIVED + own) * w[G_HORIZON] + day] += came
    due = w[G_HORIZON]
    if w[site + W_PENDING] > w[site + W_TRANSIT]:
        due = day + 1
        while w[row + due] == 0:
            due += 1
    w[site + W_DUE] = due


@inner
def restock(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, own: int, day: int) -> None:
    """On a review day, an order up to the level, rounded up to the MOQ and whole cartons."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_NEXT] = day + w[site + W_REVIEW]
    if day >= w[site + W_END]:
        w[site + W_NEXT] = w[G_HORIZON]
        return
    wanted = w[site + W_LEVEL] - w[site + W_ON_HAND] - w[site + W_PENDING]
    if wanted > 0:
        units = (max(wanted, w[G_MOQ]) + w[G_CARTON] - 1) // w[G_CARTON] * w[G_CARTON]
        _receive(w, own, day, buy(c, k, v, w, h, site, day, units), units)


@inner
def rests(w: Ints, own: int, end: int) -> bool:
    """True when nothing arrives and nothing will be ordered before ``end``, as long as nobody buys."""
    site = AT_SITE + own * W_COLUMNS
    if w[site + W_DUE] < end:
        return False
    return bool(w[site + W_NEXT] >= end or w[site + W_LEVEL] <= w[site + W_ON_HAND] + w[site + W_PENDING])


@inner
def skip_reviews(w: Ints, own: int, end: int) -> None:
    """Let the reviews before ``end`` pass, none of which orders anything."""
    site = AT_SITE + own * W_COLUMNS
    while w[site + W_NEXT] < end:
        if w[site + W_NEXT] < w[site + W_END]:
            w[site + W_NEXT] += w[site + W_REVIEW]
        else:
            w[site + W_NEXT] = w[G_HORIZON]


@inner
def take(w: Ints, live: int, units: int) -> None:
    """Serve ``units`` of demand of one listing from its place; what is missing is made to order or lost."""
    site = AT_SITE + w[live + V_PLACE] * W_COLUMNS
    served = min(units, w[site + W_ON_HAND])
    w[site + W_ON_HAND] -= served
    w[site + W_OUT] += served
    if w[site + W_JIT] == 1:
        w[live + V_GOT] += units
        w[live + V_MADE] += units - served
    else:
        w[live + V_GOT] += served
        w[live + V_LOST] += units - served


@inner
def hold(c: Ints, k: Ints, v: Ints, w: Ints, own: int, first: int, last: int) -> None:
    """The evenings ``first`` to ``last`` at a place where nothing moves between them."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_UNIT_DAYS] += w[site + W_ON_HAND] * (last - first + 1)
    if w[site + W_AGES] >= 0 and w[site + W_ON_HAND] > 0:
        for day in range(first, last + 1):
            _store(c, k, v, w, own, day)
    if w[G_LOG_ROWS] > 0:
        for day in range(first, last + 1):
            w[AT_DAYS + (ROW_STOCK + own) * w[G_HORIZON] + day] = w[site + W_ON_HAND]


@inner
def follow_ages(w: Ints, own: int, first: int, last: int) -> None:
    """Carry the count of units ever received over to these mornings."""
    if w[AT_SITE + own * W_COLUMNS + W_AGES] >= 0:
        row = AT_DAYS + (ROW_ARRIVED + own) * w[G_HORIZON]
        for day in range(max(1, first), last + 1):
            w[row + day] = w[row + day - 1]


@inner
def _store(c: Ints, k: Ints, v: Ints, w: Ints, own: int, day: int) -> None:
    """The platform's storage charge at the end of a day, by age of the goods (first in, first out)."""
    site, older = AT_SITE + own * W_COLUMNS, 0
    for index in range(MOST_AGES - 1, -1, -1):
        age = w[w[site + W_AGES] + index]
        if age < 0 or age > day:
            continue
        arrived = w[AT_DAYS + (ROW_ARRIVED + own) * w[G_HORIZON] + day - age]
        units = max(0, arrived - w[site + W_OUT])
        if units > older:
            _hold_class(c, k, v, w, own, index, day, units - older, age)
            older = units


@inner
def _hold_class(c: Ints, k: Ints, v: Ints, w: Ints, own: int, index: int, day: int, units: int, age: int) -> None:
    """Charge one age class for a day; the same number of units as the day before costs the same and is looked up."""
    kept = AT_HELD + (own * MOST_AGES + index) * HELD_COLUMNS
    if w[kept] != units or w[G_LOG_ROWS] > 0:
        live = AT_LIVE + w[AT_SITE + own * W_COLUMNS + W_KEEPER] * V_COLUMNS
        unpack_held(w, own, index)
        for part in range(COMPONENTS):
            w[kept + 3 + part] = w[AT_COMPONENT + part]
        aim(w, live, w[G_CUSTOMS])
        state(w, KIND_HELD, 0, units, 1, 0, age)
        w[kept], w[kept + 1] = units, charge(c, k, v, w, live, day, -1)
        for part in range(COMPONENTS):
            before = w[kept + 3 + part]
            w[kept + 3 + part] = w[AT_COMPONENT + part] - before
            w[AT_COMPONENT + part] = before
    w[kept + 2] += 1
    post(w, day, w[kept + 1])


@inner
def unpack_held(w: Ints, own: int, index: int) -> None:
    """Enter the components of the days that an age class was charged for at its present size."""
    kept = AT_HELD + (own * MOST_AGES + index) * HELD_COLUMNS
    if w[kept + 2] > 0:
        for part in range(COMPONENTS):
            w[AT_COMPONENT + part] += w[kept + 2] * w[kept + 3 + part]
        w[kept + 2] = 0


@inner
def bill_storage(w: Ints, own: int, day: int) -> None:
    """Bill a week's storage on its last day, rounded once; an unchanged week costs what the week before did."""
    site = AT_SITE + own * W_COLUMNS
    if w[site + W_UNIT_DAYS] != w[site + W_BILLED]:
        w[site + W_BILLED] = w[site + W_UNIT_DAYS]
        w[site + W_BILL] = -to_minor_units(w, divided(w[site + W_STORAGE] * w[site + W_UNIT_DAYS] * w[G_VOLUME], PPM))
    w[site + W_UNIT_DAYS] = 0
    if w[site + W_BILL] != 0:
        book(w, STORAGE, day, w[site + W_BILL])
