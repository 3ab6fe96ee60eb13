# ruff: noqa: I001 the columns stand side by side
"""How a play starts and ends: the opening entries, the weeks' bills, what is left, and whether everything adds up.

Hides that storage and staff time are billed from the days kept, once the days are over. Keeps two invariants that every
full play checks: the components add up to what was paid and what is still owed, and every unit that came is sold, on
hand, or on its way.
"""

import math

from tuoguan.foundation.kernels import PPM
from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_DUTY, AT_FACT, AT_HELD, AT_LIVE, AT_SITE, AT_TALLY, A_ACCRUED, A_BACK, A_BEYOND,
    A_DELIVERY_DAYS, A_DEMANDED, A_LATE, A_ORDERED, A_ORDERS, A_RETURNED, A_SOLD, CAPITAL, COMPONENTS, F_COLUMNS,
    F_WEIGHT, Floats, GOODS, G_CALENDAR, G_CAPITAL, G_CUSTOMS, G_DEMANDED, G_DEPOSIT, G_DUE, G_DUES, G_FULL,
    G_HORIZON, G_LISTINGS, G_LOG_ROWS, G_ON_HAND, G_OPENING, G_PLACES, G_SALVAGE, G_UNIT_COST, G_VOLUME, G_WAGE,
    HELD_COLUMNS, Ints, KIND_HELD, KIND_OPENED, LABOR, LAST_MILE, MOST_AGES, PENALTIES, ROW_BOUGHT, ROW_CAME, ROW_CASH,
    ROW_COMING, ROW_PEAK, ROW_SENT, ROW_STOCK, ROW_WORK, SET_UP, STORAGE, TERMINAL_STOCK, V_COLUMNS, V_DELIVERY,
    V_DEPOSIT, V_LATE, V_LOST, V_MARK, V_MINUTES_ORDER, V_MINUTES_STOCK, V_MINUTES_WEEK, V_MISSED, V_NEW, V_NEXT_MARK,
    V_OPENED, V_ORDER_DUTY, V_PLACE, V_RETAIL, V_RETURNED, V_SALVAGE, V_SOLD, V_START, V_STOCK_DUTY, V_STOP, V_STORE,
    V_VECTOR, V_WAITED, V_WEEK_DUTY, V_WORK, W_AGES, W_BOUGHT, W_COLUMNS, W_KEEPER, W_LAST, W_ON_HAND, W_ORDERS, W_PAID,
    W_PENDING, W_SELLER, W_STORAGE, W_TRANSIT,
)  # fmt: skip
from tuoguan.simulate.money.kernels import (
    aim,
    book,
    charge,
    divided,
    empty,
    inner,
    record,
    row_of,
    share_of,
    share_of_large,
    state,
    to_minor_units,
    within,
)  # fmt: skip
from tuoguan.simulate.tape.kernels import weigh


@inner
def start_play(w: Ints, due: Ints) -> None:
    """Nought everywhere; opening stock charged at what selling it off would bring; new stores and listings."""
    for at in range(AT_COMPONENT, AT_FACT):
        w[at] = 0
    cash, work = row_of(w, ROW_CASH), row_of(w, ROW_WORK)
    for day in range(w[G_HORIZON] + 1):
        cash[day], work[day] = 0, 0
    if w[G_FULL] == 1:
        empty(w, ROW_PEAK, w[G_HORIZON])
        for row in range(ROW_BOUGHT, ROW_SENT + 2 * w[G_PLACES]):
            empty(w, row, (w[G_HORIZON] + 6) // 7)
    units = w[G_ON_HAND]
    for index in range(w[G_DUE], w[G_DUE] + w[G_DUES]):
        units += due[2 * index + 1]
    w[G_OPENING] = share_of(to_minor_units(w, w[G_UNIT_COST] * units), w[G_SALVAGE])
    w[AT_COMPONENT + GOODS] -= w[G_OPENING]
    for own in range(w[G_LISTINGS]):
        _start_listing(w, AT_LIVE + own * V_COLUMNS)


@inner
def _start_listing(w: Ints, live: int) -> None:
    """A new listing: a new store's deposit out on the first day and back on the last; opening charges once live."""
    w[live + V_SOLD], w[live + V_MISSED], w[live + V_LATE] = 0, 0, 0
    w[live + V_WAITED], w[live + V_RETURNED], w[live + V_NEXT_MARK] = 0, 0, w[live + V_MARK]
    if w[live + V_NEW] == 0:
        return
    if w[live + V_STORE] == 1:
        deposit = share_of(w[live + V_DEPOSIT], w[G_DEPOSIT])
        w[AT_DAYS] -= deposit
        w[AT_DAYS + w[G_HORIZON] - 1] += deposit
    if w[live + V_START] < w[G_HORIZON]:
        book(w, AT_COMPONENT + SET_UP, w[live + V_START], w[live + V_OPENED])
        if w[G_LOG_ROWS] > 0:
            aim(w, live, w[live + V_RETAIL])
            state(w, KIND_OPENED, 0, 0, 0, 0, 0)
            record(w, live, w[live + V_START], w[live + V_OPENED], -1)


@inner
def _add_up_stock(w: Ints, own: int) -> None:
    """The stock of each evening from what changed on the day, and of each morning: what was sold from it more."""
    units, stock, peak = 0, row_of(w, ROW_STOCK + own), row_of(w, ROW_PEAK)
    for day in range(w[G_HORIZON]):
        units += stock[day]
        stock[day] = units
    if w[G_FULL] == 1 and w[AT_SITE + own * W_COLUMNS + W_SELLER] == 1:
        for day in range(w[G_HORIZON]):
            peak[day] += stock[day]


@within
def close_place(c: Ints, k: Ints, v: Ints, w: Ints, own: int) -> None:
    """Bill the place's storage by the week, and leave the calendar empty."""
    site = AT_SITE + own * W_COLUMNS
    _add_up_stock(w, own)
    if w[site + W_SELLER] == 1:
        if w[site + W_STORAGE] > 0:
            _bill_storage(w, own)
    elif w[site + W_AGES] >= 0:
        _bill_ages(c, k, v, w, own)
    if w[site + W_TRANSIT] > 0:
        coming = row_of(w, ROW_COMING)
        for day in range(w[G_HORIZON], w[G_CALENDAR]):
            coming[day] = 0


@inner
def _bill_storage(w: Ints, own: int) -> None:
    """The seller's own storage: unit-days of the week x volume x rate, to the micro-unit, then to the minor unit."""
    horizon, stock, total, known, minor = w[G_HORIZON], row_of(w, ROW_STOCK + own), 0, 0, 0
    for first in range(0, horizon, 7):
        end, unit_days = min(first + 7, horizon), 0
        for day in range(first, end):
            unit_days += stock[day]
        if unit_days != known:
            known = unit_days
            micro = divided(w[AT_SITE + own * W_COLUMNS + W_STORAGE] * unit_days * w[G_VOLUME], PPM)
            minor = to_minor_units(w, micro)
        w[AT_DAYS + end - 1] -= minor
        total += minor
    w[AT_COMPONENT + STORAGE] -= total


@inner
def _bill_ages(c: Ints, k: Ints, v: Ints, w: Ints, own: int) -> None:
    """The platform's storage by the week and by age of the goods (first in, first out)."""
    horizon, stock, came = w[G_HORIZON], row_of(w, ROW_STOCK + own), row_of(w, ROW_CAME)
    for day in range(1, horizon):
        came[day] += came[day - 1]
    ages = w[AT_SITE + own * W_COLUMNS + W_AGES]
    for index in range(MOST_AGES):
        w[AT_HELD + index * HELD_COLUMNS] = 0
    for first in range(0, horizon, 7):
        end, held = min(first + 7, horizon), 0
        for day in range(first, end):
            held += stock[day]
        index = 0
        while held > 0 and w[ages + index] >= 0:
            older = _unit_days(w, own, first, end, w[ages + index + 1]) if w[ages + index + 1] >= 0 else 0
            if held > older:
                _charge_held(c, k, v, w, own, end - 1, held - older, index)
            held = older
            index += 1


@inner
def _unit_days(w: Ints, own: int, first: int, end: int, age: int) -> int:
    """Unit-days of these evenings of goods that had lain there ``age`` days or more."""
    stock, came, total = row_of(w, ROW_STOCK + own), row_of(w, ROW_CAME), 0
    for day in range(max(first, age), end):
        total += max(0, came[day - age] - came[day] + stock[day])
    return total


@inner
def _charge_held(c: Ints, k: Ints, v: Ints, w: Ints, own: int, day: int, unit_days: int, index: int) -> None:
    """Charge one age class for a week, on its last day; as many unit-days as the week before cost the same."""
    site, kept = AT_SITE + own * W_COLUMNS, AT_HELD + index * HELD_COLUMNS
    live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    if w[kept] != unit_days or w[G_LOG_ROWS] > 0:
        aim(w, live, w[G_CUSTOMS])
        state(w, KIND_HELD, 0, unit_days, 1, 0, w[w[site + W_AGES] + index])
        for part in range(COMPONENTS):
            w[kept + 2 + part] = 0
        w[kept], w[kept + 1] = unit_days, charge(c, k, v, w, live, -1, kept + 2)
    minor = w[kept + 1]
    if w[G_FULL] == 1:
        for part in range(COMPONENTS):
            w[AT_COMPONENT + part] += w[kept + 2 + part]
    w[AT_DAYS + day] += minor
    if w[G_LOG_ROWS] > 0:
        record(w, live, day, minor, -1)


@inner
def bill_work(w: Ints) -> None:
    """The weeks' staff time: per listing at the end of the week, and labor, rounded once a week."""
    horizon, work, total, known, labor = w[G_HORIZON], row_of(w, ROW_WORK), 0, 0, 0
    for first in range(0, horizon, 7):
        last, minutes = min(first + 7, horizon) - 1, 0
        for own in range(w[G_LISTINGS]):
            live = AT_LIVE + own * V_COLUMNS
            if w[live + V_START] <= last and w[live + V_STOP] > first:
                work[last] += w[live + V_MINUTES_WEEK]
                w[AT_DUTY + w[live + V_WEEK_DUTY]] += w[live + V_MINUTES_WEEK]
        for day in range(first, last + 1):
            minutes += work[day]
        if minutes != known:
            known, labor = minutes, divided(minutes * w[G_WAGE], 60_000)
        w[AT_DAYS + last] -= labor
        total += labor
    w[AT_COMPONENT + LABOR] -= total


@inner
def enter_sales(w: Ints) -> None:
    """The components, minutes and counts of all units sold."""
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        sold = w[live + V_SOLD]
        for part in range(COMPONENTS):
            w[AT_COMPONENT + part] += sold * w[live + V_VECTOR + part]
        w[AT_COMPONENT + LAST_MILE] += sold * w[live + V_WORK]
        w[AT_COMPONENT + PENALTIES] += w[live + V_MISSED] * w[live + V_LOST]
        w[AT_DUTY + w[live + V_ORDER_DUTY]] += sold * w[live + V_MINUTES_ORDER]
        w[AT_TALLY + A_SOLD] += sold
        w[AT_TALLY + A_LATE] += w[live + V_LATE]
        w[AT_TALLY + A_RETURNED] += w[live + V_RETURNED]
        w[AT_TALLY + A_DELIVERY_DAYS] += sold * w[live + V_DELIVERY] + w[live + V_WAITED]
    for own in range(w[G_PLACES]):
        site = AT_SITE + own * W_COLUMNS
        live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
        w[AT_DUTY + w[live + V_STOCK_DUTY]] += w[site + W_ORDERS] * w[live + V_MINUTES_STOCK]
        w[AT_TALLY + A_ORDERS] += w[site + W_ORDERS]
    w[AT_TALLY + A_DEMANDED] = w[G_DEMANDED]


@inner
def _left_at(w: Ints, f: Floats, own: int, units_of_day: float, days: int) -> int:
    """What stock left at a place is worth: at a living place the sales of some days at landed cost, else salvage."""
    site, mean, living = AT_SITE + own * W_COLUMNS, 0.0, 0
    units = w[site + W_ON_HAND] + w[site + W_PENDING]
    if units == 0:
        return 0
    for other in range(w[G_LISTINGS]):
        live = AT_LIVE + other * V_COLUMNS
        if w[live + V_PLACE] == own and w[live + V_START] < w[G_HORIZON] <= w[live + V_STOP]:
            mean += f[other * F_COLUMNS + F_WEIGHT] * units_of_day
            living += 1
    share, kept = w[G_SALVAGE], min(units, math.floor(mean * days)) if living > 0 else 0
    last = AT_LIVE + w[site + W_LAST] * V_COLUMNS
    if w[site + W_LAST] >= 0 and w[last + V_STOP] < w[G_HORIZON] and w[last + V_SALVAGE] >= 0:
        share = w[last + V_SALVAGE]
    landed = min(kept, w[site + W_BOUGHT])
    worth = divided(max(0, w[site + W_PAID]) * landed, max(1, w[site + W_BOUGHT]))
    worth += to_minor_units(w, w[G_UNIT_COST] * (kept - landed))
    return int(worth + share_of(to_minor_units(w, w[G_UNIT_COST] * (units - kept)), share))


@inner
def _tied(w: Ints) -> tuple[int, int]:
    """(sum of the negative balances at the end of each day, made positive; the last balance)."""
    tied, balance = 0, 0
    for day in range(w[G_HORIZON]):
        balance += w[AT_DAYS + day]
        tied -= min(balance, 0)
    return tied, balance


@inner
def finish(w: Ints, f: Floats, units_of_day: float, days: int) -> int:
    """Value what is left, charge the capital tied up; the profit, as it follows from what was paid and is owed.

    Behind the end a listing sells its weight x ``units_of_day`` on each of ``days`` days.
    """
    weigh(w, f, w[G_HORIZON] - 1)
    left = 0
    for own in range(w[G_PLACES]):
        left += _left_at(w, f, own, units_of_day, days)
    tied, balance = _tied(w)
    capital = share_of_large(tied, w[G_CAPITAL], 365)
    w[AT_COMPONENT + TERMINAL_STOCK] += left
    w[AT_COMPONENT + CAPITAL] -= capital
    w[AT_TALLY + A_BEYOND] = w[AT_DAYS + w[G_HORIZON]]
    w[AT_TALLY + A_ACCRUED] = left - w[G_OPENING] - capital
    return int(balance + w[AT_TALLY + A_BEYOND] + w[AT_TALLY + A_ACCRUED])


@inner
def adds_up(w: Ints, due: Ints, profit: int) -> bool:
    """True when the components are the profit and no unit came from nowhere or went missing."""
    total, held, came = 0, 0, w[G_ON_HAND] + w[AT_TALLY + A_ORDERED] + w[AT_TALLY + A_BACK]
    for part in range(COMPONENTS):
        total += w[AT_COMPONENT + part]
    for own in range(w[G_PLACES]):
        held += w[AT_SITE + own * W_COLUMNS + W_ON_HAND] + w[AT_SITE + own * W_COLUMNS + W_PENDING]
    for index in range(w[G_DUE], w[G_DUE] + w[G_DUES]):
        came += due[2 * index + 1]
    return bool(total == profit and came == w[AT_TALLY + A_SOLD] + held)
