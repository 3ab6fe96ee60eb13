# ruff: noqa: I001 the columns stand side by side
"""One day's buyers and all that follows from a sale: payout, lateness, returns, fines, each on its own day.

Hides the batches priced once per path. Keeps the invariant that everything a sale leads to is entered in the bridge on
the day of the sale.
"""

import math

import numpy as np

from tuoguan.foundation.kernels import PPM
from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_FACT, AT_KEPT, AT_LIVE, AT_SITE, AT_TALLY, A_BACK, A_DELIVERY_DAYS, A_DEMANDED, A_LATE,
    A_RETURNED, A_SOLD, COMPONENTS, DAY_MINUTES, FOR_CHANGE_OF_MIND, FOR_QUALITY, F_COLUMNS, F_LATE, F_QUALITY,
    F_RETURN, F_SPLIT, F_WEIGHT, Floats, G_LATENESS_LOW, G_LISTINGS, G_LOG_ROWS, H_LATE, H_QUALITY, H_RETURNS,
    H_SPLIT, Hashes, Ints, KEPT_COLUMNS, KEPT_COUNTS, KIND_DELIVERED, KIND_INCIDENT, KIND_MISSED, KIND_ORDER_PLACED,
    KIND_PARCEL, KIND_PAYOUT, KIND_REFUND, KIND_RETURNED, KIND_SHIPPED, KIND_STOCK_OUT, LAST_MILE, RETURNS,
    TRIGGER_SHIPPED, V_CLOCK, V_COLUMNS, V_DELIVERY, V_GOT, V_KEPT, V_LOST, V_MADE, V_MINUTES_ORDER, V_ORDER_DUTY,
    V_PARCEL, V_PARCEL_MICRO, V_PENALTY_DELAY, V_PLACE, V_RESALE, V_RESERVE, V_RESERVE_DAYS, V_RETAIL, V_RETURN_MICRO,
    V_TRIGGER, V_WINDOW, W_COLUMNS,
)  # fmt: skip
from tuoguan.simulate.counts.kernels import binomial_quantile
from tuoguan.simulate.money.kernels import (
    aim,
    book,
    charge,
    charged,
    drawn,
    inner,
    luck,
    post,
    share_of,
    state,
    to_minor_units,
    toil,
)  # fmt: skip
from tuoguan.simulate.stock.kernels import buy, expect, pay_day, slot_of, take

SURE = 1e-9  # far wider than the rounding of the comparisons it guards


@inner
def _split(w: Ints, f: Floats, h: Hashes, day: int, units: int, total: float) -> None:
    """Buyers arrive one by one in random order and choose a listing by its weight: the fair way to share stock."""
    for buyer in range(units):
        point = luck(h[H_SPLIT], day * 65536 + buyer) * total
        own = 0
        while own < w[G_LISTINGS] - 1 and point >= f[own * F_COLUMNS + F_WEIGHT]:
            point -= f[own * F_COLUMNS + F_WEIGHT]
            own += 1
        while f[own * F_COLUMNS + F_WEIGHT] <= 0.0:
            own -= 1
        take(w, AT_LIVE + own * V_COLUMNS, 1)


@inner
def _pay_out(w: Ints, live: int, paid: int, minor: int) -> None:
    """Post a payout, the reserved share of a positive one later."""
    held = 0
    if minor > 0 and w[live + V_RESERVE] > 0:
        held = share_of(minor, w[live + V_RESERVE])
        post(w, paid + w[live + V_RESERVE_DAYS], held)
    post(w, paid, minor - held)


@inner
def _price_batch(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, shipped: int, units: int) -> int:
    """What the contract settles for ``units`` sold: charges on order, shipment, import and delivery."""
    aim(w, live, w[live + V_RETAIL])
    state(w, KIND_ORDER_PLACED, 0, units, units, 0, 0)
    net = 0
    for kind in (KIND_ORDER_PLACED, KIND_SHIPPED, KIND_PARCEL, KIND_DELIVERED):
        if kind == KIND_PARCEL and w[live + V_PARCEL] == 0:
            continue
        on = shipped
        if kind == KIND_ORDER_PLACED:
            on = day
        elif kind == KIND_DELIVERED:
            on = shipped + w[live + V_DELIVERY]
        w[AT_FACT] = kind
        net += charge(c, k, v, w, live, on, -1)
    return int(net)


@inner
def _batch(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, shipped: int, units: int) -> int:
    """The net of a batch: small sizes are priced once per path, their components entered at its end by `unpack`."""
    if units >= KEPT_COUNTS or w[G_LOG_ROWS] > 0:
        book(w, LAST_MILE, shipped, -to_minor_units(w, units * w[live + V_PARCEL_MICRO]))
        return _price_batch(c, k, v, w, live, day, shipped, units)
    kept = AT_KEPT + ((live - AT_LIVE) // V_COLUMNS * KEPT_COUNTS + units) * KEPT_COLUMNS
    if w[kept + 1] == 0:
        w[live + V_KEPT] = max(w[live + V_KEPT], units + 1)
        for part in range(COMPONENTS):
            w[kept + 4 + part] = w[AT_COMPONENT + part]
            w[AT_COMPONENT + part] = 0
        w[kept + 1], w[kept + 2] = 1, _price_batch(c, k, v, w, live, day, shipped, units)
        w[kept + 3] = -to_minor_units(w, units * w[live + V_PARCEL_MICRO])
        w[AT_COMPONENT + LAST_MILE] += w[kept + 3]
        for part in range(COMPONENTS):
            before = w[kept + 4 + part]
            w[kept + 4 + part] = w[AT_COMPONENT + part]
            w[AT_COMPONENT + part] = before
    w[kept] += 1
    post(w, shipped, w[kept + 3])
    return int(w[kept + 2])


@inner
def unpack(w: Ints, own: int) -> None:
    """Enter the components of a listing's batches that were looked up rather than priced."""
    for units in range(w[AT_LIVE + own * V_COLUMNS + V_KEPT]):
        kept = AT_KEPT + (own * KEPT_COUNTS + units) * KEPT_COLUMNS
        if w[kept] > 0:
            for part in range(COMPONENTS):
                w[AT_COMPONENT + part] += w[kept] * w[kept + 4 + part]
            w[kept] = 0


@inner
def forget(w: Ints, own: int) -> None:
    """Price this listing's batches anew from here on."""
    live = AT_LIVE + own * V_COLUMNS
    for units in range(w[live + V_KEPT]):
        w[AT_KEPT + (own * KEPT_COUNTS + units) * KEPT_COLUMNS + 1] = 0
    w[live + V_KEPT] = 0


@inner
def _sell(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int) -> None:
    """One listing's sales of one day, with everything that follows from them, each on its own day."""
    units, made, shipped, overdue = w[live + V_GOT], w[live + V_MADE], day, 0
    if made > 0:
        shipped = buy(c, k, v, w, h, AT_SITE + w[live + V_PLACE] * W_COLUMNS, day, made)
        if w[live + V_CLOCK] >= 0:
            overdue = max(0, (shipped - day) * DAY_MINUTES - w[live + V_CLOCK])
    toil(w, day, w[live + V_ORDER_DUTY], w[live + V_MINUTES_ORDER] * units)
    delivered = shipped + w[live + V_DELIVERY]
    paid = pay_day(w, h, live, day, shipped if w[live + V_TRIGGER] == TRIGGER_SHIPPED else delivered)
    _pay_out(w, live, paid, _batch(c, k, v, w, live, day, shipped, units))
    if charged(k, w, live, KIND_PAYOUT):
        _enter(c, k, v, w, live, paid, KIND_PAYOUT, 0, units, 0)
    w[AT_TALLY + A_SOLD] += units
    w[AT_TALLY + A_DELIVERY_DAYS] += units * w[live + V_DELIVERY] + made * (shipped - day)
    _be_late(c, k, v, w, f, h, live, day, units, made, overdue)
    _take_back(c, k, v, w, f, h, live, day, delivered, units)
    _fine(c, k, v, w, f, h, live, day, delivered, units)


@inner
def _enter(
    c: Ints, k: Ints, v: Ints, w: Ints, live: int, on: int, kind: int, reason: int, units: int, minutes: int
) -> None:
    """Charge a fact about sold units on the day it is certain."""
    aim(w, live, w[live + V_RETAIL])
    state(w, kind, reason, units, units, minutes, 0)
    post(w, on, charge(c, k, v, w, live, on, RETURNS if kind in (KIND_RETURNED, KIND_REFUND) else -1))


@inner
def _hits(f: Floats, at: int, state: np.uint64, slot: int, units: int) -> int:
    """How many of ``units`` meet the share kept at ``at``; the usual answer, none, is found by one comparison.

    (1 - share) ** units is at least 1 - units x share: below that nobody is hit, and no exponential is needed.
    """
    if f[at] <= 0.0:
        return 0
    u = luck(state, slot)
    if u < 1.0 - units * f[at] - SURE or u <= math.exp(units * f[at + 1]):
        return 0
    return int(binomial_quantile(u, units, f[at]))


@inner
def _be_late(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, units: int, made: int, overdue: int
) -> None:
    """Missed deadlines: goods made to order that came after the clock, and a drawn share of the rest."""
    if overdue > 0:
        w[AT_TALLY + A_LATE] += made
        _miss(c, k, v, w, live, day, made, overdue)
        units -= made
    late = _hits(f, (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_LATE, h[H_LATE], slot_of(live, day, 0), units)
    if late > 0:
        minutes = drawn(w, G_LATENESS_LOW, luck(h[H_LATE], slot_of(live, day, 1)))
        w[AT_TALLY + A_LATE] += late
        w[AT_TALLY + A_DELIVERY_DAYS] += late * ((minutes + DAY_MINUTES - 1) // DAY_MINUTES)
        _miss(c, k, v, w, live, day, late, minutes)


@inner
def _miss(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, units: int, minutes: int) -> None:
    """Charge a missed deadline on the day it is certain by how much it was missed."""
    if charged(k, w, live, KIND_MISSED):
        known = day + (max(0, w[live + V_CLOCK]) + minutes + DAY_MINUTES - 1) // DAY_MINUTES
        _enter(c, k, v, w, live, known, KIND_MISSED, 0, units, minutes)


@inner
def _take_back(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, delivered: int, units: int
) -> None:
    """Returns of a batch: how many, when within the window (early days likelier), why, and what is resold."""
    share = (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_RETURN
    back = _hits(f, share, h[H_RETURNS], slot_of(live, day, 0), units)
    if back == 0:
        return
    w[AT_TALLY + A_RETURNED] += back
    wait = luck(h[H_RETURNS], slot_of(live, day, 1))
    on = delivered + 1 + int(wait * wait * w[live + V_WINDOW])
    faulty = binomial_quantile(luck(h[H_RETURNS], slot_of(live, day, 2)), back, f[F_SPLIT])
    for reason in (FOR_QUALITY, FOR_CHANGE_OF_MIND):
        came = faulty if reason == FOR_QUALITY else back - faulty
        if came > 0:
            for kind in (KIND_RETURNED, KIND_REFUND):
                _enter(c, k, v, w, live, on, kind, reason, came, 0)
    book(w, RETURNS, on, -to_minor_units(w, back * w[live + V_RETURN_MICRO]))
    odd = luck(h[H_RETURNS], slot_of(live, day, 3))
    again = min(back, int(back * w[live + V_RESALE] / PPM + odd))
    w[AT_TALLY + A_BACK] += again
    if again > 0:
        expect(w, w[live + V_PLACE], on + 1, again)


@inner
def _fine(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, delivered: int, units: int
) -> None:
    """Quality incidents of a batch, landing after the contract's own delay."""
    if not charged(k, w, live, KIND_INCIDENT):
        return
    share = (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_QUALITY
    hits = _hits(f, share, h[H_QUALITY], slot_of(live, day, 0), units)
    if hits > 0:
        on = delivered + w[live + V_PENALTY_DELAY]
        _enter(c, k, v, w, live, on, KIND_INCIDENT, FOR_QUALITY, hits, 0)


@inner
def serve(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, day: int, units: int, total: float) -> None:
    """Serve the day's buyers; then sales and lost sales of every listing."""
    w[AT_TALLY + A_DEMANDED] += units
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        w[live + V_GOT], w[live + V_MADE], w[live + V_LOST] = 0, 0, 0
    if w[G_LISTINGS] == 1:
        take(w, AT_LIVE, units)
    else:
        _split(w, f, h, day, units, total)
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        if w[live + V_GOT] > 0:
            _sell(c, k, v, w, f, h, live, day)
        if w[live + V_LOST] > 0 and charged(k, w, live, KIND_STOCK_OUT):
            _enter(c, k, v, w, live, day, KIND_STOCK_OUT, 0, w[live + V_LOST], 0)
