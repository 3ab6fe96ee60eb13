# ruff: noqa: I001 the columns stand side by side
"""The tape of an option's listings on one path: who comes on which day, who is marked, and when money moves.

Hides quiet days, which are never looked at. Keeps the invariant that the tape depends on luck and listings alone, never
on stock: any number of policies can be played over it.

Entries of a place stand together in order of days; the buyers of a day, in the order they came, and the marked units of
each listing, in the order of their numbers, stand behind all entries.
"""

import math

import numpy as np

from tuoguan.contracts.kernels import settlement_on, thawed_on
from tuoguan.foundation.kernels import PPM
from tuoguan.simulate.columns.kernels import (
    AT_LIVE, AT_SITE, DAY_MINUTES, E_BUYER, E_BUYERS, E_COLUMNS, E_DAY, E_FIRST, E_HELD, E_PAID, E_SLOT, E_TOTAL,
    E_UNITS, E_WAIT, F_COLUMNS, F_EXPECTED, F_LATE, F_MEAN, F_OVERLAP, F_OVERLAP_EXPECTED, F_QUALITY, F_RETURN,
    F_ROW_FORECAST, F_ROW_LEAST, F_ROW_U, F_ROW_WEEK, F_SPLIT, F_WEIGHT, Floats, G_CALENDAR, G_DEMANDED, G_FORECAST,
    G_HORIZON, G_LATENESS_LOW, G_LISTINGS, G_REPLAY, G_SHOCK, G_SHOCK_DAY, G_WHOLE, H_LAG, H_LATE, H_QUALITY, H_RETURNS,
    H_SPLIT, Hashes, Ints, MARK_FAULT, MARK_INCIDENT, MARK_LATE, MARK_MIND, M_COLUMNS, M_DAYS, M_KIND, M_MINOR, M_MORE,
    M_UNIT, NO_MARK, SLOTS, TRIGGER_RECEIVED, TRIGGER_SHIPPED, V_BACK_FAULT, V_BACK_MIND, V_CLOCKS, V_COLUMNS,
    V_DELIVERY, V_FALLBACK, V_FIRST_CLOCK, V_FREEZE, V_INCIDENT, V_LAG_HIGH, V_LAG_LOW, V_LAG_MODE, V_MARK,
    V_PENALTY_DELAY, V_PERIOD, V_PLACE, V_REFUND_FAULT, V_REFUND_MIND, V_RESALE, V_RESERVE_DAYS, V_RETURN_WORK, V_START,
    V_STOP, V_TODAY, V_TRANSFER, V_TRIGGER, V_UNITS, V_WINDOW, W_COLUMNS, W_ENTRIES, W_LISTINGS, W_ROW, W_TODAY,
)  # fmt: skip
from tuoguan.simulate.counts.kernels import count_above, log_ratio
from tuoguan.simulate.money.kernels import drawn, inner, luck, luck_row, within
from tuoguan.simulate.prices.kernels import price_misses

MARGIN = 1.0 + 1e-9  # far wider than the rounding of the comparison it guards


@inner
def weigh(w: Ints, f: Floats, day: int) -> tuple[float, int]:
    """The option's mean at season 1 from ``day`` on, and the next day on which it changes.

    The strongest listing keeps its full mean; of every other a drawn share would have bought there anyway.
    """
    following, best, strongest = w[G_HORIZON], 0.0, -1
    shock = w[G_SHOCK] / PPM if day >= w[G_SHOCK_DAY] else 1.0
    if w[G_SHOCK_DAY] > day:
        following = min(following, w[G_SHOCK_DAY])
    for own in range(w[G_LISTINGS]):
        live, at = AT_LIVE + own * V_COLUMNS, own * F_COLUMNS
        start, stop = w[live + V_START], w[live + V_STOP]
        if start > day:
            following = min(following, start)
        if stop > day:
            following = min(following, stop)
        f[at + F_WEIGHT] = f[at + F_MEAN] * shock if start <= day < stop else 0.0
        if f[at + F_WEIGHT] > best:
            best, strongest = f[at + F_WEIGHT], own
    total = 0.0
    for own in range(w[G_LISTINGS]):
        if own != strongest:
            f[own * F_COLUMNS + F_WEIGHT] *= 1.0 - f[F_OVERLAP]
        total += f[own * F_COLUMNS + F_WEIGHT]
    return total, following


@inner
def frozen(w: Ints, live: int, day: int) -> int:
    """The day money due on ``day`` is paid out: it waits once the contract has stopped."""
    return int(thawed_on(day, w[live + V_STOP], w[live + V_FREEZE]))


@inner
def settled_on(w: Ints, live: int, day: int) -> int:
    """The settlement day on or behind ``day``, later where money is frozen."""
    return int(frozen(w, live, settlement_on(day, w[live + V_PERIOD])))


@inner
def lag_of(w: Ints, h: Hashes, live: int, day: int) -> int:
    """Days from the trigger of a payout to the bank, drawn for the listing's sales of ``day``."""
    lag = w[live + V_LAG_MODE]
    if w[live + V_LAG_LOW] < w[live + V_LAG_HIGH]:
        slot = (live - AT_LIVE) // V_COLUMNS
        lag = drawn(w, live + V_LAG_LOW, luck(w, h[H_LAG], (day * SLOTS + slot) * SLOTS))
    return int(lag + w[live + V_TRANSFER])


@inner
def _wait(w: Ints, h: Hashes, live: int, day: int) -> int:
    """Days from shipping a unit sold on ``day`` until its payout is due."""
    wait = lag_of(w, h, live, day)
    if w[live + V_TRIGGER] != TRIGGER_SHIPPED:
        wait += w[live + V_DELIVERY]
    if w[live + V_TRIGGER] == TRIGGER_RECEIVED:
        word = (day * SLOTS + (live - AT_LIVE) // V_COLUMNS) * SLOTS + 1
        wait += int(luck(w, h[H_LAG], word) * w[live + V_FALLBACK])
    return int(wait)


@inner
def _enter(w: Ints, h: Hashes, e: Ints, own: int, day: int, buyer: int, buyers: int) -> None:
    """Write one listing's demand of a day behind the entries of its place."""
    live = AT_LIVE + own * V_COLUMNS
    site = AT_SITE + w[live + V_PLACE] * W_COLUMNS
    at, wait = w[site + W_ROW], _wait(w, h, live, day)
    paid = settled_on(w, live, day + wait)
    e[at + E_DAY], e[at + E_SLOT], e[at + E_UNITS] = day, own, w[live + V_TODAY]
    e[at + E_FIRST], e[at + E_TOTAL], e[at + E_WAIT] = w[live + V_UNITS], w[site + W_TODAY], wait
    e[at + E_PAID] = min(paid, w[G_HORIZON])
    e[at + E_HELD] = min(frozen(w, live, paid + w[live + V_RESERVE_DAYS]), w[G_HORIZON])
    e[at + E_BUYER], e[at + E_BUYERS] = buyer, buyers
    w[site + W_ROW] = at + E_COLUMNS
    w[site + W_TODAY] -= w[live + V_TODAY]
    w[live + V_UNITS] += w[live + V_TODAY]


@inner
def _split(w: Ints, f: Floats, h: Hashes, e: Ints, day: int, units: int, total: float) -> None:
    """Buyers arrive one by one in random order and choose a listing by its weight: the fair way to share stock."""
    for buyer in range(units):
        point = luck(w, h[H_SPLIT], day * 65536 + buyer) * total
        own = 0
        while own < w[G_LISTINGS] - 1 and point >= f[own * F_COLUMNS + F_WEIGHT]:
            point -= f[own * F_COLUMNS + F_WEIGHT]
            own += 1
        while f[own * F_COLUMNS + F_WEIGHT] <= 0.0:
            own -= 1
        live = AT_LIVE + own * V_COLUMNS
        e[w[G_WHOLE] + buyer] = own
        w[live + V_TODAY] += 1
        w[AT_SITE + w[live + V_PLACE] * W_COLUMNS + W_TODAY] += 1


@inner
def _write_day(w: Ints, f: Floats, h: Hashes, e: Ints, room: int, day: int, units: int, total: float) -> bool:
    """Write the buyers of a day; False when there is no room for them."""
    w[G_DEMANDED] += units
    if w[G_LISTINGS] == 1:
        w[AT_LIVE + V_TODAY] = units
        w[AT_SITE + w[AT_LIVE + V_PLACE] * W_COLUMNS + W_TODAY] = units
        _enter(w, h, e, 0, day, 0, units)
        return True
    if w[G_WHOLE] + units >= room:
        return False
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        w[live + V_TODAY], w[AT_SITE + w[live + V_PLACE] * W_COLUMNS + W_TODAY] = 0, 0
    _split(w, f, h, e, day, units, total)
    for own in range(w[G_LISTINGS]):
        if w[AT_LIVE + own * V_COLUMNS + V_TODAY] > 0:
            _enter(w, h, e, own, day, w[G_WHOLE], units)
    w[G_WHOLE] += units
    return True


@within
def _write_days(w: Ints, f: Floats, h: Hashes, e: Ints, room: int, season: Floats, dispersion: float) -> bool:
    """Every day on which somebody comes; quiet weeks and days are found by one comparison each."""
    total, following, ratio, horizon = 0.0, 0, log_ratio(dispersion), w[G_HORIZON]
    sure, at = luck_row(w, F_ROW_LEAST), luck_row(w, F_ROW_U)
    reach, mean, nobody = 0.0, -1.0, 1.0
    for first in range(0, horizon, 7):
        end = min(first + 7, horizon)
        if following == first:
            total, following = weigh(w, f, first)
            reach = total * ratio * MARGIN
        if following >= end and reach <= f[luck_row(w, F_ROW_WEEK) + first // 7]:
            continue
        for day in range(first, end):
            if day == following:
                total, following = weigh(w, f, day)
                reach = total * ratio * MARGIN
            if reach > f[sure + day]:
                if mean != total * season[day]:  # days of one mean share the exponential
                    mean = total * season[day]
                    nobody = math.exp(-mean * ratio)
                units = count_above(f[at + day], mean, dispersion, nobody)
                if units > 0 and not _write_day(w, f, h, e, room, day, units, total):
                    return False
    return True


@within
def _replay_days(w: Ints, f: Floats, h: Hashes, e: Ints, room: int, actual: Ints) -> bool:
    """Every day as it really was, times what the listings pull, rounded by the day's luck, which all options share."""
    total, following, at = 0.0, 0, luck_row(w, F_ROW_U)
    for day in range(w[G_HORIZON]):
        if day == following:
            total, following = weigh(w, f, day)
        if actual[day] > 0 and total > 0.0:
            units = math.floor(total * actual[day] + f[at + day])
            if units > 0 and not _write_day(w, f, h, e, room, day, units, total):
                return False
    return True


@inner
def _part_tape(w: Ints) -> None:
    """Where the entries of each place start, and the rest behind them."""
    at = 0
    for own in range(SLOTS):
        site = AT_SITE + own * W_COLUMNS
        w[site + W_LISTINGS] = 0
        for other in range(w[G_LISTINGS]):
            if w[AT_LIVE + other * V_COLUMNS + V_PLACE] == own:
                w[site + W_LISTINGS] += 1
        w[site + W_ENTRIES], w[site + W_ROW] = at, at
        at += (w[site + W_LISTINGS] * w[G_HORIZON] + 1) * E_COLUMNS
    w[G_WHOLE] = at


@within
def write_tape(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, e: Ints, room: int, season: Floats, dispersion: float,
    actual: Ints,
) -> bool:  # fmt: skip
    """Write the tape of the open option; False when ``room`` numbers do not hold it."""
    w[G_DEMANDED], w[G_FORECAST] = 0, 0
    for own in range(w[G_LISTINGS]):
        w[AT_LIVE + own * V_COLUMNS + V_UNITS] = 0
    _part_tape(w)
    if w[G_REPLAY] == 1:
        if not _replay_days(w, f, h, e, room, actual):
            return False
    elif not _write_days(w, f, h, e, room, season, dispersion):
        return False
    for own in range(SLOTS):
        e[w[AT_SITE + own * W_COLUMNS + W_ROW] + E_DAY] = w[G_HORIZON]
    fits = True
    for own in range(w[G_LISTINGS]):
        fits = fits and _write_marks(c, k, v, w, f, h, e, room, own)
    return bool(fits)


@inner
def _decay(share: float) -> float:
    """The logarithm of a share's complement, minus infinity where all units are marked."""
    return math.log(1.0 - share) if share < 1.0 else -math.inf


@inner
def _next(w: Ints, state: np.uint64, own: int, mark: int, decay: float, unit: int) -> int:
    """The number of the unit that carries the next mark, behind ``unit``; gaps are geometric."""
    if decay >= 0.0:
        return NO_MARK
    if decay == -math.inf:
        return unit + 1
    return int(unit + 1 + math.floor(math.log(luck(w, state, (mark * SLOTS + own) * 8)) / decay))


@inner
def _write_marks(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, e: Ints, room: int, own: int) -> bool:
    """The marked units of a listing in order of their numbers; False when there is no room for them."""
    live, at = AT_LIVE + own * V_COLUMNS, own * F_COLUMNS
    late_decay = _decay(f[at + F_LATE]) if w[live + V_CLOCKS] > 0 else 0.0
    back_decay, fault_decay = _decay(f[at + F_RETURN]), _decay(f[at + F_QUALITY])
    lates, backs, faults = 0, 0, 0
    late = _next(w, h[H_LATE], own, 0, late_decay, -1)
    back = _next(w, h[H_RETURNS], own, 0, back_decay, -1)
    fault = _next(w, h[H_QUALITY], own, 0, fault_decay, -1)
    w[live + V_MARK] = w[G_WHOLE]
    while w[G_WHOLE] + 2 * M_COLUMNS <= room:
        unit = min(late, back, fault)
        mark = w[G_WHOLE]
        e[mark + M_UNIT] = unit if unit < w[live + V_UNITS] else NO_MARK
        w[G_WHOLE] += M_COLUMNS
        if unit >= w[live + V_UNITS]:
            return True
        if unit == late:
            _mark_late(c, k, v, w, h, e, mark, live, (lates * SLOTS + own) * 8)
            lates += 1
            late = _next(w, h[H_LATE], own, lates, late_decay, late)
        elif unit == back:
            _mark_back(w, f, h, e, mark, live, (backs * SLOTS + own) * 8)
            backs += 1
            back = _next(w, h[H_RETURNS], own, backs, back_decay, back)
        else:
            e[mark + M_KIND], e[mark + M_DAYS], e[mark + M_MORE] = MARK_INCIDENT, w[live + V_PENALTY_DELAY], 0
            e[mark + M_MINOR] = w[live + V_INCIDENT]
            faults += 1
            fault = _next(w, h[H_QUALITY], own, faults, fault_decay, fault)
    return False


@inner
def _mark_late(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, e: Ints, mark: int, live: int, word: int) -> None:
    """A unit that is late by a drawn time: minutes from the sale, and what that costs."""
    elapsed = w[live + V_FIRST_CLOCK] + drawn(w, G_LATENESS_LOW, luck(w, h[H_LATE], word + 1))
    e[mark + M_KIND], e[mark + M_DAYS] = MARK_LATE, (elapsed + DAY_MINUTES - 1) // DAY_MINUTES
    e[mark + M_MORE] = elapsed
    e[mark + M_MINOR] = price_misses(c, k, v, w, live, elapsed)


@inner
def _mark_back(w: Ints, f: Floats, h: Hashes, e: Ints, mark: int, live: int, word: int) -> None:
    """A unit that comes back: days after delivery, whether it is sold again, and what that costs."""
    state = h[H_RETURNS]
    wait = luck(w, state, word + 1)
    fault = luck(w, state, word + 2) < f[F_SPLIT]
    e[mark + M_KIND] = MARK_FAULT if fault else MARK_MIND
    e[mark + M_DAYS] = 1 + int(wait * wait * w[live + V_WINDOW])
    e[mark + M_MORE] = 1 if luck(w, state, word + 3) < w[live + V_RESALE] / PPM else 0
    minor = (
        w[live + V_BACK_FAULT] + w[live + V_REFUND_FAULT] if fault else w[live + V_BACK_MIND] + w[live + V_REFUND_MIND]
    )
    e[mark + M_MINOR] = minor + w[live + V_RETURN_WORK]


@inner
def expect_sales(w: Ints, f: Floats, own: int, season: Floats, mean: float) -> None:
    """Units that the listings of place ``own`` are expected to sell before each day, central values throughout."""
    at, total = luck_row(w, F_ROW_FORECAST + own), 0.0
    for day in range(w[G_CALENDAR]):
        f[at + day] = total
        best, strongest, sales = 0.0, -1, 0.0
        for other in range(w[G_LISTINGS]):
            live = AT_LIVE + other * V_COLUMNS
            if w[live + V_START] <= day < w[live + V_STOP] and f[other * F_COLUMNS + F_EXPECTED] > best:
                best, strongest = f[other * F_COLUMNS + F_EXPECTED], other
        for other in range(w[G_LISTINGS]):
            live = AT_LIVE + other * V_COLUMNS
            if w[live + V_START] <= day < w[live + V_STOP] and w[live + V_PLACE] == own:
                kept = 1.0 if other == strongest else 1.0 - f[F_OVERLAP_EXPECTED]
                sales += f[other * F_COLUMNS + F_EXPECTED] * kept
        total += mean * sales * season[day]
    f[at + w[G_CALENDAR]] = total
