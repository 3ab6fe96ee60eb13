# ruff: noqa: I001 the columns stand side by side
"""Goods at a place: ordered by its policy, bought, under way, received.

Hides the calendar of arrivals. Keeps two invariants: goods on their way stand in the calendar until their day and are
nought behind it, and ``W_DUE`` is the next day of the horizon on which any arrive.
"""

import math

import numpy as np

from tuoguan.foundation.kernels import PPM, UP, div_round, mix
from tuoguan.inventory.orders.kernels import fast_order, order_up_to, reorder
from tuoguan.simulate.columns.kernels import (
    AT_AGES, AT_COMPONENT, AT_LIVE, AT_SITE, AT_TALLY, A_BACK, A_ORDERED, BUY_ARRIVAL, BUY_DUTY, BUY_FREIGHT, BUY_GOODS,
    BUY_LAG, BUY_LANE, BUY_PLACE, BUY_READY, BUY_RECEIVED, BUY_UNITS, CAPPED_BASE_STOCK, CAPPED_DUAL_INDEX,
    CAPPED_PROJECTED, CAPPED_REORDER, DUTY, FIRST_LEG, F_DISPERSION, F_ROW_FORECAST, Floats, GOODS, G_CALENDAR,
    G_CARTON, G_CUSTOMS, G_DUE, G_DUES, G_DUTY, G_FULL, G_FX, G_HORIZON, G_LISTINGS, G_LOG_ROWS, G_MICRO, G_MOQ,
    G_ON_HAND, G_PATH, G_SEED, G_SHOCK, G_SHOCK_DAY, G_SUPPLIER_LOW, G_SUPPLIER_MODE, G_UNIT_COST, G_VOLUME, G_WEIGHT,
    H_LANE, H_SUPPLIER, Hashes, Ints, JIT, KIND_BULK, KIND_INBOUND, KIND_STOCK_ORDER, K_ADDRESS, K_CBM_T, K_COLUMNS,
    K_CROSS, K_DIVISOR, K_KG_T, K_LEAD_T, K_MINIMUM, K_WALK, MONTH_DAYS, MOST_AGES, NEVER, NEWSVENDOR, N_CAP,
    N_FAST_LEVEL, N_KIND, N_LEVEL, N_POINT, N_REVIEW, N_SEASON, NOTE_PURCHASE, OF_THE_DAY, PROJECTED, P_HANDLING,
    P_LANES, P_RECEIVE_T, P_SELLER, P_STORAGE_T, REORDER, ROW_BOUGHT, ROW_CAME, ROW_COMING, ROW_LANE, ROW_PEAK,
    ROW_SENT, ROW_STOCK, ROW_SUPPLIER, R_CBM, R_COLUMNS, R_CROSS, R_DIVISOR, R_KG, R_LAST, R_LEAD_LOW, R_LEAD_MODE,
    R_MINIMUM, R_WALK, SINGLE_INDEX, STORAGE, STREAM_LANE, TAILORED_BASE_SURGE, TRIGGER_INBOUND, V_ANSWER, V_BULK,
    V_COLUMNS, V_CONTRACT, V_MINUTES_STOCK, V_PLACE, V_START, V_STOP, V_TRIGGER, W_AGES, W_ALONE, W_ANSWERS, W_BOUGHT,
    W_COLUMNS, W_DUE, W_END, W_ENTRIES, W_ENTRY, W_FIRST, W_HANDLING, W_JIT, W_KEEPER, W_LANES, W_LAST, W_LISTINGS,
    W_NEXT, W_ON_HAND, W_ORDERS, W_PAID, W_PENDING, W_PLAIN, W_RECEIVE, W_SELLER, W_SLOT, W_STORAGE, W_TRANSIT,
)  # fmt: skip
from tuoguan.simulate.money.kernels import (
    aim, book, charge, charged, divided, drawn_once, empty, inner, luck_row, note, past, post, record, row_of, share_of,
    share_of_large, state, to_minor_units, toil, within,
)  # fmt: skip
from tuoguan.simulate.opening.kernels import copy_bounds
from tuoguan.simulate.tape.kernels import lag_of, settled_on

EDGE = 1e-9  # an order is rounded up from the projected need, but not for the rounding of that need
ROOT_HALF, ROOT_TWO_PI = 0.7071067811865476, 2.5066282746310002


@inner
def open_place(v: Ints, b: Ints, w: Ints, h: Hashes, ages: Ints, place: Ints, own: int) -> None:
    """What place ``own`` is on this path, its policy aside."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_SELLER] = place[P_SELLER]
    w[site + W_HANDLING] = place[P_HANDLING] if place[P_SELLER] == 1 else 0
    w[site + W_STORAGE], w[site + W_RECEIVE] = v[place[P_STORAGE_T]], v[place[P_RECEIVE_T]]
    for lane in range(2):
        _open_lane(v, b, w, h, past(place, P_LANES + lane * K_COLUMNS), own, lane)
    _meet_listings(w, own)
    keeper = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    w[site + W_ANSWERS] = w[G_SHOCK_DAY] + w[keeper + V_ANSWER]
    first = AT_AGES + own * (MOST_AGES + 1)
    for index in range(MOST_AGES + 1):
        w[first + index] = ages[w[keeper + V_CONTRACT] * (MOST_AGES + 1) + index]
    w[site + W_AGES] = -1 if place[P_SELLER] == 1 or w[first] < 0 else first


@inner
def _open_lane(v: Ints, b: Ints, w: Ints, h: Hashes, row: Ints, own: int, lane: int) -> None:
    at = AT_SITE + own * W_COLUMNS + W_LANES + lane * R_COLUMNS
    w[at + R_MINIMUM], w[at + R_DIVISOR], w[at + R_CROSS] = row[K_MINIMUM], row[K_DIVISOR], row[K_CROSS]
    w[at + R_WALK], w[at + R_KG], w[at + R_CBM] = row[K_WALK], v[row[K_KG_T]], v[row[K_CBM_T]]
    copy_bounds(w, at + R_LEAD_LOW, b, row[K_LEAD_T])
    state_ = mix(mix(mix(mix(np.uint64(0), w[G_SEED]), w[G_PATH]), row[K_ADDRESS]), 0)
    h[H_LANE + own * 2 + lane] = mix(state_, STREAM_LANE)
    empty(w, ROW_LANE + own * 2 + lane, w[G_HORIZON])


@inner
def _meet_listings(w: Ints, own: int) -> None:
    """When the place first orders, until when it does, its first listing, and the one that stops last."""
    site, start, end, keeper, last = AT_SITE + own * W_COLUMNS, NEVER, -1, -1, -1
    for other in range(w[G_LISTINGS]):
        live = AT_LIVE + other * V_COLUMNS
        if w[live + V_PLACE] == own:
            keeper = other if keeper < 0 else keeper
            start = min(start, w[live + V_START])
            if w[live + V_STOP] > end:
                end, last = w[live + V_STOP], other
    lead = w[G_SUPPLIER_MODE] + w[site + W_LANES + R_LEAD_MODE]
    w[site + W_FIRST], w[site + W_END] = max(0, start - lead), min(end, w[G_HORIZON])
    w[site + W_KEEPER], w[site + W_LAST] = max(0, keeper), last


@inner
def start_place(w: Ints, policy: Ints, due: Ints, own: int) -> None:
    """The place before the first day of a play: opening stock and goods under way at the first place."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_ON_HAND] = w[G_ON_HAND] if own == 0 else 0
    w[site + W_PENDING], w[site + W_TRANSIT], w[site + W_DUE], w[site + W_SLOT] = 0, 0, w[G_HORIZON], -1
    w[site + W_PAID], w[site + W_BOUGHT], w[site + W_ORDERS] = 0, 0, 0
    w[site + W_LANES + R_LAST], w[site + W_LANES + R_COLUMNS + R_LAST] = 0, 0
    w[site + W_JIT] = 1 if policy[N_KIND] == JIT else 0
    starts = w[site + W_FIRST] < w[site + W_END] and policy[N_KIND] != JIT
    w[site + W_NEXT] = w[site + W_FIRST] if starts else w[G_HORIZON]
    w[site + W_PLAIN] = 1 if w[site + W_HANDLING] == 0 and w[G_LOG_ROWS] == 0 else 0
    w[site + W_ALONE] = 1 if w[site + W_PLAIN] == 1 and w[site + W_LISTINGS] == 1 else 0
    w[site + W_ENTRY] = w[site + W_ENTRIES]
    empty(w, ROW_STOCK + own, w[G_HORIZON])
    row_of(w, ROW_STOCK + own)[0] = w[site + W_ON_HAND]
    if w[site + W_AGES] >= 0:
        empty(w, ROW_CAME, w[G_HORIZON])
        row_of(w, ROW_CAME)[0] = w[site + W_ON_HAND]
    if own == 0:
        for index in range(w[G_DUE], w[G_DUE] + w[G_DUES]):
            expect(w, 0, due[2 * index], due[2 * index + 1])


@inner
def expect(w: Ints, own: int, on: int, units: int) -> None:
    """Units that come on a later morning, or stay on their way at the end."""
    site = AT_SITE + own * W_COLUMNS
    row_of(w, ROW_COMING)[min(on, w[G_CALENDAR] - 1)] += units
    w[site + W_PENDING] += units
    if on < w[G_HORIZON]:
        w[site + W_DUE] = min(w[site + W_DUE], on)
    else:
        w[site + W_TRANSIT] += units


@inner
def expect_back(w: Ints, own: int, on: int) -> None:
    """A returned unit that will be sold again."""
    w[AT_TALLY + A_BACK] += 1
    expect(w, own, on, 1)


@inner
def add(w: Ints, own: int, day: int, units: int) -> None:
    """Units on hand from now on."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_ON_HAND] += units
    row_of(w, ROW_STOCK + own)[day] += units
    if w[site + W_AGES] >= 0:
        row_of(w, ROW_CAME)[day] += units


@inner
def take(w: Ints, own: int, day: int, units: int) -> None:
    """Units sold from stock; they were there in the morning."""
    w[AT_SITE + own * W_COLUMNS + W_ON_HAND] -= units
    row_of(w, ROW_STOCK + own)[day] -= units
    if w[G_FULL] == 1 and w[AT_SITE + own * W_COLUMNS + W_SELLER] == 1:
        row_of(w, ROW_PEAK)[day] += units


@inner
def arrive(w: Ints, own: int, day: int) -> None:
    """Receipts of the morning; the calendar is empty behind it."""
    site, coming = AT_SITE + own * W_COLUMNS, row_of(w, ROW_COMING)
    w[site + W_PENDING] -= coming[day]
    add(w, own, day, coming[day])
    coming[day] = 0
    due = w[G_HORIZON]
    if w[site + W_PENDING] > w[site + W_TRANSIT]:
        due = day + 1
        while coming[due] == 0:
            due += 1
    w[site + W_DUE] = due


@inner
def bring(w: Ints, own: int, day: int, arrival: int, units: int) -> None:
    """Put bought units on their way to the place; those of today are on hand at once."""
    if arrival == day:
        add(w, own, day, units)
    elif units > 0:
        expect(w, own, arrival, units)


@inner
def in_cartons(w: Ints, units: int) -> int:
    """At least the minimum order, in whole cartons."""
    units = max(units, w[G_MOQ])
    return int(units if w[G_CARTON] == 1 else (units + w[G_CARTON] - 1) // w[G_CARTON] * w[G_CARTON])


@inner
def _freight_minor(v: Ints, w: Ints, lane: int, units: int, ready: int) -> int:
    """Freight of one shipment: per kg of chargeable weight and per cubic meter, at least the lane's minimum."""
    grams, cm3 = w[G_WEIGHT] * units, w[G_VOLUME] * units
    if w[lane + R_DIVISOR] > 0:
        grams = max(grams, div_round(cm3 * 1000, w[lane + R_DIVISOR], UP))
    micro = divided(w[lane + R_KG] * grams, 1000) + divided(w[lane + R_CBM] * cm3, PPM)
    if w[lane + R_WALK] >= 0:
        micro = share_of(micro, v[w[lane + R_WALK] + ready // MONTH_DAYS])
    return int(max(w[lane + R_MINIMUM], to_minor_units(w, micro)))


@inner
def _goods_minor(v: Ints, w: Ints, day: int, units: int) -> int:
    """What the goods cost: unit cost times the currency's walk of the day times units, rounded once."""
    if w[G_FX] < 0:
        return int(to_minor_units(w, w[G_UNIT_COST] * units))
    return int(share_of_large(w[G_UNIT_COST] * units, v[w[G_FX] + day // MONTH_DAYS], w[G_MICRO]))


@inner
def _arrival(w: Ints, h: Hashes, own: int, fast: int, day: int, ready: int) -> int:
    """The day goods that leave the supplier on ``ready`` arrive; orders of a lane do not cross unless it lets them."""
    lane = AT_SITE + own * W_COLUMNS + W_LANES + fast * R_COLUMNS
    sailed = drawn_once(w, ROW_LANE + own * 2 + fast, day, lane + R_LEAD_LOW, h[H_LANE + own * 2 + fast])
    if w[lane + R_CROSS] == 1:
        return int(ready + sailed)
    w[lane + R_LAST] = max(ready + sailed, w[lane + R_LAST])
    return int(w[lane + R_LAST])


@inner
def buy(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, own: int, fast: int, day: int, units: int) -> int:
    """The day these goods arrive; everything the order costs is booked now and paid on its own day."""
    site = AT_SITE + own * W_COLUMNS
    ready = day + drawn_once(w, ROW_SUPPLIER, day, G_SUPPLIER_LOW, h[H_SUPPLIER])
    arrival = _arrival(w, h, own, fast, day, ready)
    goods = _goods_minor(v, w, day, units)
    freight = _freight_minor(v, w, site + W_LANES + fast * R_COLUMNS, units, ready)
    received, duty = 0, 0
    if w[site + W_RECEIVE] > 0:
        received = to_minor_units(w, divided(w[site + W_RECEIVE] * w[G_VOLUME] * units, PPM))
    if w[G_DUTY] > 0:
        duty = share_of(goods, w[G_DUTY])
    book(w, AT_COMPONENT + GOODS, day, -goods)
    book(w, AT_COMPONENT + FIRST_LEG, ready, -freight)
    book(w, AT_COMPONENT + STORAGE, arrival, -received)
    book(w, AT_COMPONENT + DUTY, arrival, -duty)
    if w[G_LOG_ROWS] > 0:
        _note_order(w, h, own, fast, day, units, ready, arrival, goods, freight, duty, received)
    told = _charge_order(c, k, v, w, h, own, day, arrival, units)
    w[site + W_PAID] += goods + freight + received + duty - told
    w[site + W_BOUGHT] += units
    w[site + W_ORDERS] += 1
    w[AT_TALLY + A_ORDERED] += units
    if w[G_FULL] == 1:
        _count(w, own, fast, day, ready, units)
    return arrival


@inner
def _note_order(
    w: Ints, h: Hashes, own: int, fast: int, day: int, units: int, ready: int, arrival: int, goods: int, freight: int,
    duty: int, received: int,
) -> None:  # fmt: skip
    """Note a stock order with its days and bills, and the lag of the day for what the contract pays on arrival."""
    live, at = AT_LIVE + w[AT_SITE + own * W_COLUMNS + W_KEEPER] * V_COLUMNS, note(w, NOTE_PURCHASE, day)
    if at >= 0:
        w[at + BUY_PLACE], w[at + BUY_UNITS], w[at + BUY_LANE] = own, units, fast
        w[at + BUY_READY], w[at + BUY_ARRIVAL], w[at + BUY_GOODS] = ready, arrival, goods
        w[at + BUY_FREIGHT], w[at + BUY_DUTY], w[at + BUY_RECEIVED] = freight, duty, received
        w[at + BUY_LAG] = lag_of(w, h, live, day)


@inner
def _count(w: Ints, own: int, fast: int, day: int, ready: int, units: int) -> None:
    """Units of the week in which they were ordered, and of that in which they set out along their lane."""
    row_of(w, ROW_BOUGHT)[day // 7] += units
    if ready < w[G_HORIZON]:
        row_of(w, ROW_SENT + own * 2 + fast)[ready // 7] += units


@inner
def _charge_order(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, own: int, day: int, arrival: int, units: int) -> int:
    """Staff minutes and contract charges of a stock order, under the first contract that draws on the place."""
    site, total = AT_SITE + own * W_COLUMNS, 0
    live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    toil(w, day, w[live + V_MINUTES_STOCK])
    if w[site + W_SELLER] == 0:
        total += _charge_kind(c, k, v, w, live, KIND_STOCK_ORDER, day, day, units)
        paid = arrival
        if w[live + V_TRIGGER] == TRIGGER_INBOUND:
            paid = settled_on(w, live, arrival + lag_of(w, h, live, day))
        total += _charge_kind(c, k, v, w, live, KIND_INBOUND, arrival, paid, units)
    if w[live + V_BULK] == 1:
        total += _charge_kind(c, k, v, w, live, KIND_BULK, arrival, arrival, units)
    return int(total)


@inner
def _charge_kind(c: Ints, k: Ints, v: Ints, w: Ints, live: int, kind: int, known: int, paid: int, units: int) -> int:
    """What the contract charges on one fact of a stock order, paid on its day."""
    if w[G_LOG_ROWS] == 0 and not charged(k, w, live, kind):
        return 0
    aim(w, live, w[G_CUSTOMS])
    state(w, kind, 0, units, 1, 0, 0)
    minor = charge(c, k, v, w, live, -1, AT_COMPONENT)
    post(w, paid, minor)
    if w[G_LOG_ROWS] > 0:
        record(w, live, known, minor, -1)
    return int(minor)


@inner
def _scaled(w: Ints, a: Floats, policy: Ints, own: int, day: int, number: int) -> int:
    """A number of the policy as of today: by the season ahead, and by a change of demand once it is known."""
    site = AT_SITE + own * W_COLUMNS
    if policy[N_SEASON] == 1:
        days = policy[N_REVIEW] + w[G_SUPPLIER_MODE] + w[site + W_LANES + R_LEAD_MODE]
        mean = (a[day + days] - a[day]) / days
        number = share_of(number, math.floor(mean * PPM + 0.5))
    elif policy[N_SEASON] == OF_THE_DAY:
        number = share_of(number, math.floor((a[day + 1] - a[day]) * PPM + 0.5))
    if day >= w[site + W_ANSWERS]:
        number = share_of(number, w[G_SHOCK])
    return int(max(0, number))


@inner
def _left_over(units: float, mean: float, dispersion: float) -> float:
    """E[(units - D)+] for normal D with this mean and variance-to-mean ratio."""
    if mean <= 0.0:
        return max(0.0, units)
    deviation = math.sqrt(mean * dispersion)
    z = (units - mean) / deviation
    below = 0.5 * math.erfc(-z * ROOT_HALF)
    return (units - mean) * below + deviation * math.exp(-0.5 * z * z) / ROOT_TWO_PI


@inner
def _projected(w: Ints, f: Floats, own: int, day: int) -> float:
    """Expected units on hand when an order placed today arrives, from arrival to arrival."""
    site, coming, sold = AT_SITE + own * W_COLUMNS, row_of(w, ROW_COMING), luck_row(w, F_ROW_FORECAST + own)
    until = day + w[G_SUPPLIER_MODE] + w[site + W_LANES + R_LEAD_MODE]
    units, since = float(w[site + W_ON_HAND]), day
    for arrival in range(day + 1, until + 1):
        if coming[arrival] > 0 or arrival == until:
            units = _left_over(units, f[sold + arrival] - f[sold + since], f[F_DISPERSION]) + coming[arrival]
            since = arrival
    return units


@inner
def _arriving(w: Ints, own: int, day: int) -> int:
    """Units that arrive before an order by the fast lane placed today would."""
    site, coming, units = AT_SITE + own * W_COLUMNS, row_of(w, ROW_COMING), 0
    lead = w[G_SUPPLIER_MODE] + w[site + W_LANES + R_COLUMNS + R_LEAD_MODE]
    for arrival in range(day + 1, day + lead + 1):
        units += coming[arrival]
    return units


@inner
def _wanted(w: Ints, f: Floats, a: Floats, policy: Ints, own: int, day: int) -> int:
    """Units that a policy with one lane wants today."""
    site, kind = AT_SITE + own * W_COLUMNS, policy[N_KIND]
    position = w[site + W_ON_HAND] + w[site + W_PENDING]
    level = _scaled(w, a, policy, own, day, policy[N_LEVEL])
    if kind in (REORDER, CAPPED_REORDER):
        units = reorder(position, _scaled(w, a, policy, own, day, policy[N_POINT]), level)
    elif kind in (PROJECTED, CAPPED_PROJECTED):
        units = max(0, math.ceil(level - _projected(w, f, own, day) - EDGE))
    else:
        units = order_up_to(position, level)
    if units > 0 and kind in (CAPPED_BASE_STOCK, CAPPED_PROJECTED, CAPPED_REORDER):
        units = min(units, _scaled(w, a, policy, own, day, policy[N_CAP]))
    return int(units)


@inner
def restock(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, a: Floats, policy: Ints, own: int, day: int
) -> None:
    """A review day: what the policy wants is bought, rounded up to the minimum order and whole cartons."""
    site = AT_SITE + own * W_COLUMNS
    following = w[G_HORIZON] if policy[N_KIND] == NEWSVENDOR else day + policy[N_REVIEW]
    w[site + W_NEXT] = following if following < w[site + W_END] else w[G_HORIZON]
    if policy[N_KIND] >= SINGLE_INDEX:
        _restock_twice(c, k, v, w, h, a, policy, own, day)
        return
    units = _wanted(w, f, a, policy, own, day)
    if units > 0:
        units = in_cartons(w, units)
        bring(w, own, day, buy(c, k, v, w, h, own, 0, day, units), units)


@within
def _restock_twice(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, a: Floats, policy: Ints, own: int, day: int) -> None:
    """A review day with two lanes: the fast one fills its own position first, the slow one the rest."""
    site, kind = AT_SITE + own * W_COLUMNS, policy[N_KIND]
    position = w[site + W_ON_HAND] + w[site + W_PENDING]
    soon = position if kind == SINGLE_INDEX else w[site + W_ON_HAND] + _arriving(w, own, day)
    fast = fast_order(soon, _scaled(w, a, policy, own, day, policy[N_FAST_LEVEL]))
    if fast > 0:
        fast = in_cartons(w, fast)
    slow = order_up_to(position + fast, _scaled(w, a, policy, own, day, policy[N_LEVEL]))
    if kind in (CAPPED_DUAL_INDEX, TAILORED_BASE_SURGE):
        cap = _scaled(w, a, policy, own, day, policy[N_CAP])
        slow = cap if kind == TAILORED_BASE_SURGE else min(slow, cap)
    if fast > 0:
        bring(w, own, day, buy(c, k, v, w, h, own, 1, day, fast), fast)
    if slow > 0:
        slow = in_cartons(w, slow)
        bring(w, own, day, buy(c, k, v, w, h, own, 0, day, slow), slow)
