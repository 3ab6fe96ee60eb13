# ruff: noqa: I001 the columns stand side by side
"""A day's buyers at a place and all that follows from a sale: payout, lateness, returns, fines, each on its own day.

Hides that a day's units are sold together wherever nobody can tell. Keeps the invariant that everything a sale leads to
is entered in the profit on the day of the sale.
"""

from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_LIVE, AT_SITE, DAY_MINUTES, E_BUYER, E_BUYERS, E_COLUMNS, E_DAY, E_FIRST, E_HELD, E_PAID,
    E_SLOT, E_TOTAL, E_UNITS, E_WAIT, FOR_CHANGE_OF_MIND, FOR_QUALITY, G_HORIZON, G_LISTINGS, G_LOG_ROWS, Hashes, Ints,
    KIND_DELIVERED, KIND_INCIDENT, KIND_ORDER_PLACED, KIND_PARCEL, KIND_PAYOUT, KIND_REFUND, KIND_RETURNED,
    KIND_SHIPPED, KIND_STOCK_OUT, MARK_FAULT, MARK_INCIDENT, MARK_LATE, M_COLUMNS, M_DAYS, M_KIND, M_MINOR, M_MORE,
    M_UNIT, NOTE_RESALE, NOTE_SALE, PENALTIES, RETURNS, ROW_PEAK, SALE_LISTING, SALE_MADE, SALE_PAID, SALE_RELEASED,
    SALE_SHIPPED, SALE_WAIT, V_BACK_FAULT, V_BACK_MIND, V_CLOCK, V_CLOCKS, V_COLUMNS, V_DELIVERED, V_DELIVERY,
    V_FIRST_CLOCK, V_HELD, V_IMPORTED, V_INCIDENT, V_LATE, V_LOST, V_MINUTES_ORDER, V_MISSED, V_NEXT_MARK, V_NOW,
    V_ORDERED, V_PAID_OUT, V_PARCEL, V_PLACE, V_REFUND_FAULT, V_REFUND_MIND, V_RESERVE_DAYS, V_RETAIL, V_RETURNED,
    V_SHIPPED, V_SOLD, V_TODAY, V_WAITED, V_WORK, W_ALONE, W_COLUMNS, W_ENTRY, W_HANDLING, W_JIT, W_ON_HAND, W_PLAIN,
    W_SELLER, W_SLOT,
)  # fmt: skip
from tuoguan.simulate.money.kernels import aim, book, inner, note, record, row_of, state, toil, within
from tuoguan.simulate.places.kernels import add, buy, expect, expect_back, in_cartons, take
from tuoguan.simulate.prices.kernels import price_miss, price_misses
from tuoguan.simulate.tape.kernels import frozen, settled_on


@within
def serve(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, e: Ints, own: int) -> None:
    """Serve the next buyers of a place: a listing's together where stock lasts or it is alone, else one by one."""
    site = AT_SITE + own * W_COLUMNS
    at = w[site + W_ENTRY]
    if w[site + W_PLAIN] == 1 and w[site + W_ON_HAND] >= e[at + E_TOTAL]:
        _sell_at_once(c, k, v, w, e, at, own, e[at + E_UNITS])
        w[site + W_ENTRY] = at + E_COLUMNS
    elif w[site + W_ALONE] == 1 and w[site + W_JIT] == 0:
        _run_short(c, k, v, w, e, at, own)
        w[site + W_ENTRY] = at + E_COLUMNS
    else:
        _make_and_serve(c, k, v, w, h, e, own, e[at + E_DAY])


@inner
def _run_short(c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, at: int, own: int) -> None:
    """The only listing's buyers of a day, of whom the last find nothing."""
    live, sold = AT_LIVE + e[at + E_SLOT] * V_COLUMNS, w[AT_SITE + own * W_COLUMNS + W_ON_HAND]
    missed = e[at + E_UNITS] - sold
    w[live + V_MISSED] += missed
    w[AT_DAYS + e[at + E_DAY]] += missed * w[live + V_LOST]
    if sold > 0:
        _sell_at_once(c, k, v, w, e, at, own, sold)


@inner
def _sell_at_once(c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, at: int, own: int, units: int) -> None:
    """Sell ``units`` of a listing's buyers from stock, shipped on the day."""
    day, live = e[at + E_DAY], AT_LIVE + e[at + E_SLOT] * V_COLUMNS
    take(w, own, day, units)
    w[live + V_SOLD] += units
    w[AT_DAYS + e[at + E_PAID]] += units * w[live + V_NOW]
    w[AT_DAYS + e[at + E_HELD]] += units * w[live + V_HELD]
    w[AT_DAYS + day] += units * w[live + V_WORK]
    toil(w, day, units * w[live + V_MINUTES_ORDER])
    if e[w[live + V_NEXT_MARK] + M_UNIT] < e[at + E_FIRST] + units:
        _follow_marks(c, k, v, w, e, live, e[at + E_FIRST], units, day, day, False)


@within
def _make_and_serve(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, e: Ints, own: int, day: int) -> None:
    """A day on which goods are made to order, run short among listings, or are packed in turn."""
    site, ready, spare = AT_SITE + own * W_COLUMNS, day, 0
    at = w[site + W_ENTRY]
    made = max(0, e[at + E_TOTAL] - w[site + W_ON_HAND]) if w[site + W_JIT] == 1 else 0
    if made > 0:
        spare = in_cartons(w, made) - made
        ready = buy(c, k, v, w, h, own, 0, day, made + spare)
    if w[site + W_ALONE] == 1:
        _serve_made(c, k, v, w, e, at, own, day, ready)
    else:
        _serve_each(c, k, v, w, e, own, day, ready)
    if spare > 0:
        if ready == day:
            add(w, own, day, spare)
            row_of(w, ROW_PEAK)[day] -= spare if w[site + W_SELLER] == 1 else 0  # it was not there in the morning
        else:
            expect(w, own, ready, spare)
    while e[at + E_DAY] == day:
        at += E_COLUMNS
    w[site + W_ENTRY] = at


@within
def _serve_made(c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, at: int, own: int, day: int, ready: int) -> None:
    """The buyers of the only listing, from stock first, the rest from what was made for them."""
    live, units = AT_LIVE + e[at + E_SLOT] * V_COLUMNS, e[at + E_UNITS]
    sold = min(units, w[AT_SITE + own * W_COLUMNS + W_ON_HAND])
    if sold > 0:
        take(w, own, day, sold)
        _sell(c, k, v, w, e, at, live, e[at + E_FIRST], sold, day, 0)
    _sell(c, k, v, w, e, at, live, e[at + E_FIRST] + sold, units - sold, ready, 1)


@inner
def _serve_each(c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, own: int, day: int, ready: int) -> None:
    """Buyers one by one in the order they came."""
    site = AT_SITE + own * W_COLUMNS
    start = w[site + W_ENTRY]
    for other in range(w[G_LISTINGS]):
        w[AT_LIVE + other * V_COLUMNS + V_TODAY] = 0
    for buyer in range(e[start + E_BUYERS]):
        slot = e[e[start + E_BUYER] + buyer] if w[G_LISTINGS] > 1 else 0
        live, at = AT_LIVE + slot * V_COLUMNS, start
        if w[live + V_PLACE] != own:
            continue
        while e[at + E_SLOT] != slot:
            at += E_COLUMNS
        number = e[at + E_FIRST] + w[live + V_TODAY]
        w[live + V_TODAY] += 1
        if w[site + W_ON_HAND] > 0:
            take(w, own, day, 1)
            _sell(c, k, v, w, e, at, live, number, 1, _packed(w, site, day), 0)
        elif w[site + W_JIT] == 1:
            _sell(c, k, v, w, e, at, live, number, 1, _packed(w, site, ready), 1)
        else:
            _lose(w, live, day)


@inner
def _packed(w: Ints, site: int, ready: int) -> int:
    """The shipping day of the next unit in order of sale."""
    most = w[site + W_HANDLING]
    if most == 0:
        return ready
    w[site + W_SLOT] = max(ready * most, w[site + W_SLOT] + 1)
    return int(w[site + W_SLOT] // most)


@inner
def _lose(w: Ints, live: int, day: int) -> None:
    """A buyer who finds nothing."""
    w[live + V_MISSED] += 1
    w[AT_DAYS + day] += w[live + V_LOST]
    if w[G_LOG_ROWS] > 0:
        _tell(w, live, KIND_STOCK_OUT, 0, day, w[live + V_LOST])


@inner
def _tell(w: Ints, live: int, kind: int, reason: int, day: int, minor: int) -> None:
    """Record one unit's fact."""
    aim(w, live, w[live + V_RETAIL])
    state(w, kind, reason, 1, 1, 0, 0)
    record(w, live, day, minor, -1)


@inner
def _sell(
    c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, at: int, live: int, first: int, units: int, shipped: int, made: int
) -> None:
    """Sell ``units`` of a listing's buyers from number ``first`` on, all shipped on one day; ``made`` 1: to order."""
    day, paid, held, elapsed = e[at + E_DAY], e[at + E_PAID], e[at + E_HELD], 0
    if shipped != day:
        paid = settled_on(w, live, shipped + e[at + E_WAIT])
        held = min(frozen(w, live, paid + w[live + V_RESERVE_DAYS]), w[G_HORIZON])
        paid = min(paid, w[G_HORIZON])
        w[live + V_WAITED] += units * (shipped - day)
        elapsed = (shipped - day) * DAY_MINUTES
    w[live + V_SOLD] += units
    w[AT_DAYS + paid] += units * w[live + V_NOW]
    w[AT_DAYS + held] += units * w[live + V_HELD]
    w[AT_DAYS + min(shipped, w[G_HORIZON])] += units * w[live + V_WORK]
    toil(w, day, units * w[live + V_MINUTES_ORDER])
    overdue = w[live + V_CLOCKS] > 0 and elapsed > w[live + V_FIRST_CLOCK]
    if w[G_LOG_ROWS] > 0:
        _note_sale(w, live, day, shipped, e[at + E_WAIT], made)
    if overdue:
        _be_late(c, k, v, w, live, day, elapsed, units)
    if e[w[live + V_NEXT_MARK] + M_UNIT] < first + units:
        _follow_marks(c, k, v, w, e, live, first, units, day, shipped, overdue)


@inner
def _be_late(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, elapsed: int, units: int) -> None:
    """Units that took longer than the shortest clock: every clock they missed is charged on the day it is certain."""
    known = day + (elapsed + DAY_MINUTES - 1) // DAY_MINUTES
    w[live + V_LATE] += units
    book(w, AT_COMPONENT + PENALTIES, known, units * price_misses(c, k, v, w, live, elapsed))
    if w[G_LOG_ROWS] > 0:
        for clock in range(w[live + V_CLOCKS]):
            minor = price_miss(c, k, v, w, live, clock, elapsed)
            if elapsed > w[live + V_CLOCK + 2 * clock]:
                record(w, live, known, minor, w[live + V_CLOCK + 2 * clock + 1])


@inner
def _follow_marks(
    c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, live: int, first: int, units: int, day: int, shipped: int,
    overdue: bool,
) -> None:  # fmt: skip
    """What the marks on units ``first`` and following lead to; those on units before them mean nothing."""
    mark = w[live + V_NEXT_MARK]
    while e[mark + M_UNIT] < first + units:
        if e[mark + M_UNIT] >= first:
            if e[mark + M_KIND] != MARK_LATE:
                _come_back(w, e, mark, live, shipped + w[live + V_DELIVERY] + e[mark + M_DAYS])
            elif not overdue:
                _mark_late(c, k, v, w, e, mark, live, day)
        mark += M_COLUMNS
    w[live + V_NEXT_MARK] = mark


@inner
def _mark_late(c: Ints, k: Ints, v: Ints, w: Ints, e: Ints, mark: int, live: int, day: int) -> None:
    """One unit that is late for no reason of stock or hands."""
    elapsed = e[mark + M_MORE]
    w[live + V_WAITED] += (elapsed - w[live + V_FIRST_CLOCK] + DAY_MINUTES - 1) // DAY_MINUTES
    if w[G_LOG_ROWS] > 0:
        _be_late(c, k, v, w, live, day, elapsed, 1)
        return
    w[live + V_LATE] += 1
    book(w, AT_COMPONENT + PENALTIES, day + e[mark + M_DAYS], e[mark + M_MINOR])


@inner
def _come_back(w: Ints, e: Ints, mark: int, live: int, on: int) -> None:
    """A return or a quality incident of one unit."""
    kind, minor = e[mark + M_KIND], e[mark + M_MINOR]
    if kind == MARK_INCIDENT:
        book(w, AT_COMPONENT + PENALTIES, on, minor)
        if w[G_LOG_ROWS] > 0:
            _tell(w, live, KIND_INCIDENT, FOR_QUALITY, on, w[live + V_INCIDENT])
        return
    w[live + V_RETURNED] += 1
    book(w, AT_COMPONENT + RETURNS, on, minor)
    if e[mark + M_MORE] == 1:
        expect_back(w, w[live + V_PLACE], on + 1)
        if w[G_LOG_ROWS] > 0:
            note(w, NOTE_RESALE, on)
    if w[G_LOG_ROWS] > 0:
        fault = kind == MARK_FAULT
        reason = FOR_QUALITY if fault else FOR_CHANGE_OF_MIND
        _tell(w, live, KIND_RETURNED, reason, on, w[live + V_BACK_FAULT] if fault else w[live + V_BACK_MIND])
        _tell(w, live, KIND_REFUND, reason, on, w[live + V_REFUND_FAULT] if fault else w[live + V_REFUND_MIND])


@inner
def _note_sale(w: Ints, live: int, day: int, shipped: int, wait: int, made: int) -> None:
    """Note one unit sold, with the days its money moves, and record its facts."""
    paid, at = settled_on(w, live, shipped + wait), note(w, NOTE_SALE, day)
    if at >= 0:
        w[at + SALE_LISTING], w[at + SALE_SHIPPED] = (live - AT_LIVE) // V_COLUMNS, shipped
        w[at + SALE_WAIT], w[at + SALE_PAID], w[at + SALE_MADE] = wait, paid, made
        w[at + SALE_RELEASED] = frozen(w, live, paid + w[live + V_RESERVE_DAYS])
    _tell_sale(w, live, day, shipped, paid)


@inner
def _tell_sale(w: Ints, live: int, day: int, shipped: int, paid: int) -> None:
    """Record the facts of one unit sold."""
    delivered = shipped + w[live + V_DELIVERY]
    _tell(w, live, KIND_ORDER_PLACED, 0, day, w[live + V_ORDERED])
    _tell(w, live, KIND_SHIPPED, 0, shipped, w[live + V_SHIPPED])
    if w[live + V_PARCEL] == 1:
        _tell(w, live, KIND_PARCEL, 0, shipped, w[live + V_IMPORTED])
    _tell(w, live, KIND_DELIVERED, 0, delivered, w[live + V_DELIVERED])
    _tell(w, live, KIND_PAYOUT, 0, paid, w[live + V_PAID_OUT])
