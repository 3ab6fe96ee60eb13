# ruff: noqa: I001 the columns stand side by side
"""How a path begins: the option's numbers and what its listings are on this path, before anybody buys.

Hides what is shared. Keeps the invariant that a path played behind another option of the group has the numbers it would
have alone: what is kept from one option to the next is only what does not depend on the difference.
"""

import math

import numpy as np

from tuoguan.contracts.kernels import settlement_period_days
from tuoguan.foundation.kernels import PPM, mix, u01
from tuoguan.simulate.columns.kernels import (
    AT_LIVE, F_COLUMNS, F_LATE, F_LEVEL, F_MEAN, F_OVERLAP, F_OVERLAP_EXPECTED, F_QUALITY, F_RETURN, F_ROW_LEAST,
    F_ROW_U, F_ROW_WEEK, F_SPLIT, Floats, G_CALENDAR, G_CAPITAL, G_CARTON, G_COVER, G_CUSTOMS, G_DEPOSIT, G_DUE, G_DUES,
    G_DUTY, G_FX, G_HORIZON, G_LATENESS_LOW, G_LISTINGS, G_LOG_ROWS, G_LUCKY, G_MARKET, G_MICRO, G_MIRROR, G_MOQ,
    G_ON_HAND, G_PATH, G_PRODUCT, G_PROFILE, G_REPLAY, G_SALVAGE, G_SEED, G_SHOCK, G_SHOCK_DAY, G_SUPPLIER_LOW,
    G_UNIT_COST, G_VOLUME, G_WAGE, G_WEIGHT, H_DEMAND, H_LANE, H_SHOCK, Hashes, Ints, L_ADDRESS, L_ANSWER_T, L_BULK,
    L_CONTRACT, L_DELIVERY_T, L_DEPOSIT_T, L_FALLBACK_T, L_FREEZE_T, L_GRID_T, L_LABEL_T, L_LAG_T, L_LATE_T, L_LIVE_T,
    L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T, L_NEW, L_ORDER_DUTY, L_PARCEL, L_PENALTY_DELAY_T, L_PICK_T,
    L_PLACE, L_QUALITY_T, L_REACH_T, L_REGIME_T, L_RESALE_T, L_RESERVE_DAYS_T, L_RESERVE_T, L_RETAIL_T, L_RETURN_UNIT_T,
    L_SALVAGE_T, L_SPREAD_T, L_STOCK_DUTY, L_STORE, L_SUPPLY, L_TRANSFER_T, L_TRIGGER, L_VISIBILITY_T, L_WEEK_DUTY,
    L_WINDOW_T, MOST_CLOCKS, NEVER, O_CARTON, O_DAYS_TODAY, O_DUE, O_DUES, O_DUTY_T, O_ELASTICITY_T, O_FX, O_LISTINGS,
    O_MARKET, O_MOQ, O_ON_HAND, O_PRICE_TODAY, O_PRODUCT, O_PROFILE, O_RETURN_T, O_SALVAGE_T, O_SHOCK_T, O_SPEED_T,
    O_SUPPLIER_T, O_UNIT_COST_T, O_VOLUME, O_WEIGHT, ROW_SUPPLIER, SPEED_BELOW_KNEE, SPEED_KNEE_DAYS, STREAMS,
    STREAM_REGIME, S_CALENDAR, S_CAPITAL, S_COVER, S_DEPOSIT, S_FIRST_PATH, S_HORIZON, S_LATENESS_T, S_LOG_ROWS,
    S_MICRO, S_MIRROR, S_OVERLAP_T, S_REPLAY, S_SEED, S_SHOCKS_T, S_SPLIT_T, S_WAGE, T_COLUMNS, V_ANSWER, V_BULK,
    V_CLOCK, V_CLOCKS, V_COLUMNS, V_CONTRACT, V_DELIVERY, V_DEPOSIT, V_FALLBACK, V_FIRST_CLOCK, V_FREEZE, V_LAG_LOW,
    V_MINUTES_ORDER, V_MINUTES_STOCK, V_MINUTES_WEEK, V_NEW, V_ORDER_DUTY, V_PARCEL, V_PARCEL_MICRO, V_PENALTY_DELAY,
    V_PERIOD, V_PLACE, V_RESALE, V_RESERVE, V_RESERVE_DAYS, V_RETAIL, V_RETURN_MICRO, V_SALVAGE, V_START, V_STOCK_DUTY,
    V_STOP, V_STORE, V_SUPPLY, V_TRANSFER, V_TRIGGER, V_WEEK_DUTY, V_WINDOW,
)  # fmt: skip
from tuoguan.simulate.money.kernels import empty, inner, luck, luck_row, share_of, to_minor_units


@inner
def copy_bounds(w: Ints, at: int, b: Ints, term: int) -> None:
    """Keep (low, mode, high, distribution) of what is drawn anew each time."""
    for column in range(T_COLUMNS):
        w[at + column] = b[term * T_COLUMNS + column]


@inner
def begin_group(s: Ints, w: Ints, h: Hashes, option: Ints, path: int) -> None:
    """Write what every option of a product and market shares on the path: the scenario's numbers and hash states."""
    w[G_SEED], w[G_HORIZON], w[G_CALENDAR], w[G_MICRO] = s[S_SEED], s[S_HORIZON], s[S_CALENDAR], s[S_MICRO]
    w[G_WAGE], w[G_CAPITAL], w[G_DEPOSIT], w[G_COVER] = s[S_WAGE], s[S_CAPITAL], s[S_DEPOSIT], s[S_COVER]
    w[G_LOG_ROWS], w[G_REPLAY] = s[S_LOG_ROWS], s[S_REPLAY]
    real = s[S_FIRST_PATH] + path
    w[G_MIRROR] = real % 2 if s[S_MIRROR] == 1 else 0
    w[G_PATH] = real - w[G_MIRROR]
    w[G_PRODUCT], w[G_MARKET], w[G_PROFILE] = option[O_PRODUCT], option[O_MARKET], option[O_PROFILE]
    start = mix(mix(mix(mix(np.uint64(0), w[G_SEED]), w[G_PATH]), w[G_PRODUCT]), w[G_MARKET])
    for index in range(H_LANE):
        h[index] = mix(start, STREAMS[index])


@inner
def draw_days(w: Ints, f: Floats, h: Hashes, season: Floats) -> None:
    """The uniform number of each day's demand, and the least mean at season 1 that could sell on it and in its week.

    Nobody comes when u <= exp(-mean x season), which is at least 1 - mean x season; so a mean below (1 - u) / season
    sells nothing and the exponential need not be taken.
    """
    horizon, at, sure = w[G_HORIZON], luck_row(w, F_ROW_U), luck_row(w, F_ROW_LEAST)
    for day in range(horizon):
        u = luck(w, h[H_DEMAND], day)
        f[at + day] = u
        f[sure + day] = (1.0 - u) / season[day] if season[day] > 0.0 else math.inf
    for week in range((horizon + 6) // 7):
        least = math.inf
        for day in range(week * 7, min(week * 7 + 7, horizon)):
            least = min(least, f[sure + day])
        f[luck_row(w, F_ROW_WEEK) + week] = least


@inner
def same_group(w: Ints, option: Ints) -> bool:
    """True when the scratch already holds the luck of this option's product and market on this path."""
    if w[G_LUCKY] == 0 or w[G_PROFILE] != option[O_PROFILE]:
        return False
    return bool(w[G_PRODUCT] == option[O_PRODUCT] and w[G_MARKET] == option[O_MARKET])


@inner
def _knee(days: int) -> float:
    """Delivery days as buyers feel them: below the knee a day counts a quarter."""
    if days >= SPEED_KNEE_DAYS:
        return float(days)
    return SPEED_KNEE_DAYS - SPEED_BELOW_KNEE * (SPEED_KNEE_DAYS - days)


@inner
def response(v: Ints, option: Ints, listing: Ints) -> float:
    """Units sold under the contract for one sold today: reach x visibility x price response x speed response."""
    factor = v[listing[L_REACH_T]] / PPM * (v[listing[L_VISIBILITY_T]] / PPM)
    today, retail = option[O_PRICE_TODAY], v[listing[L_RETAIL_T]]
    if today > 0 and retail > 0:
        factor *= (retail / today) ** (v[option[O_ELASTICITY_T]] / PPM)
    saved = _knee(option[O_DAYS_TODAY]) - _knee(v[listing[L_DELIVERY_T]])
    return float(factor * (1.0 + v[option[O_SPEED_T]] / PPM) ** saved)


@inner
def open_option(v: Ints, b: Ints, s: Ints, w: Ints, f: Floats, h: Hashes, option: Ints) -> None:
    """Write the header: the option's numbers and what is drawn for it on the path."""
    w[G_WEIGHT], w[G_VOLUME] = option[O_WEIGHT], option[O_VOLUME]
    w[G_MOQ], w[G_CARTON] = option[O_MOQ], max(1, option[O_CARTON])
    w[G_ON_HAND], w[G_DUE], w[G_DUES], w[G_FX] = option[O_ON_HAND], option[O_DUE], option[O_DUES], option[O_FX]
    w[G_LISTINGS] = option[O_LISTINGS]
    w[G_UNIT_COST], w[G_DUTY] = v[option[O_UNIT_COST_T]], v[option[O_DUTY_T]]
    w[G_SALVAGE] = v[option[O_SALVAGE_T]]
    w[G_CUSTOMS] = to_minor_units(w, w[G_UNIT_COST])
    copy_bounds(w, G_SUPPLIER_LOW, b, option[O_SUPPLIER_T])
    empty(w, ROW_SUPPLIER, w[G_HORIZON])
    copy_bounds(w, G_LATENESS_LOW, b, s[S_LATENESS_T])
    f[F_SPLIT], f[F_OVERLAP] = v[s[S_SPLIT_T]] / PPM, v[s[S_OVERLAP_T]] / PPM
    f[F_OVERLAP_EXPECTED] = b[s[S_OVERLAP_T] * T_COLUMNS + 1] / PPM
    w[G_SHOCK], w[G_SHOCK_DAY] = v[option[O_SHOCK_T]], w[G_HORIZON]
    if v[s[S_SHOCKS_T]] > 0 and w[G_REPLAY] == 0:
        wait = -math.log(luck(w, h[H_SHOCK], 0)) * 365.0 * PPM / v[s[S_SHOCKS_T]]
        w[G_SHOCK_DAY] = max(1, math.ceil(min(wait, float(w[G_HORIZON]))))


@inner
def _stop_day(w: Ints, rate_ppm: int, contract_address: int) -> int:
    """The day the contract ends on this path: exponential with its yearly rate, one draw per contract."""
    if rate_ppm <= 0:
        return NEVER
    u = u01(w[G_SEED], w[G_PATH], contract_address, 0, STREAM_REGIME, 0)
    u = 1.0 - u if w[G_MIRROR] == 1 else u
    return int(min(float(NEVER), -math.log(u) * 365.0 * PPM / rate_ppm))


@inner
def _copy_listing(w: Ints, live: int, listing: Ints, v: Ints) -> None:
    """What the listing says and what is drawn for it on this path, column by column."""
    w[live + V_CONTRACT], w[live + V_PLACE] = listing[L_CONTRACT], listing[L_PLACE]
    w[live + V_TRIGGER], w[live + V_PARCEL], w[live + V_BULK] = listing[L_TRIGGER], listing[L_PARCEL], listing[L_BULK]
    w[live + V_ORDER_DUTY], w[live + V_STOCK_DUTY] = listing[L_ORDER_DUTY], listing[L_STOCK_DUTY]
    w[live + V_WEEK_DUTY], w[live + V_NEW], w[live + V_STORE] = listing[L_WEEK_DUTY], listing[L_NEW], listing[L_STORE]
    w[live + V_DELIVERY], w[live + V_RESALE] = v[listing[L_DELIVERY_T]], v[listing[L_RESALE_T]]
    w[live + V_WINDOW], w[live + V_TRANSFER] = v[listing[L_WINDOW_T]], v[listing[L_TRANSFER_T]]
    w[live + V_RESERVE], w[live + V_RESERVE_DAYS] = v[listing[L_RESERVE_T]], v[listing[L_RESERVE_DAYS_T]]
    w[live + V_FALLBACK], w[live + V_FREEZE] = v[listing[L_FALLBACK_T]], v[listing[L_FREEZE_T]]
    w[live + V_PENALTY_DELAY], w[live + V_SALVAGE] = v[listing[L_PENALTY_DELAY_T]], v[listing[L_SALVAGE_T]]
    w[live + V_DEPOSIT], w[live + V_ANSWER] = v[listing[L_DEPOSIT_T]], v[listing[L_ANSWER_T]]
    w[live + V_PARCEL_MICRO] = v[listing[L_PICK_T]] + v[listing[L_LABEL_T]]
    w[live + V_RETURN_MICRO] = v[listing[L_RETURN_UNIT_T]]
    w[live + V_MINUTES_ORDER] = v[listing[L_MINUTES_ORDER_T]]
    w[live + V_MINUTES_STOCK] = v[listing[L_MINUTES_STOCK_T]]
    w[live + V_MINUTES_WEEK] = v[listing[L_MINUTES_WEEK_T]]


@inner
def open_listing(v: Ints, b: Ints, w: Ints, option: Ints, listing: Ints, own: int) -> None:
    """Draw what listing ``own`` is on this path: prices, dates."""
    live = AT_LIVE + own * V_COLUMNS
    retail, supply = v[listing[L_RETAIL_T]], listing[L_SUPPLY]
    if supply < 0:
        supply = share_of(retail, PPM - v[listing[L_SPREAD_T]])
    _copy_listing(w, live, listing, v)
    w[live + V_RETAIL], w[live + V_SUPPLY] = retail, supply
    w[live + V_START] = v[listing[L_LIVE_T]]
    w[live + V_STOP] = _stop_day(w, v[listing[L_REGIME_T]], listing[L_ADDRESS])
    w[live + V_PERIOD] = settlement_period_days(v[listing[L_GRID_T]])
    copy_bounds(w, live + V_LAG_LOW, b, listing[L_LAG_T])


@inner
def open_shares(v: Ints, f: Floats, option: Ints, listing: Ints, own: int) -> None:
    """The listing's mean at season 1 and the shares of its units that are marked."""
    at = own * F_COLUMNS
    f[at + F_MEAN] = f[F_LEVEL] * response(v, option, listing)
    f[at + F_RETURN] = min(1.0, v[option[O_RETURN_T]] / PPM)
    f[at + F_LATE] = min(1.0, v[listing[L_LATE_T]] / PPM)
    f[at + F_QUALITY] = min(1.0, v[listing[L_QUALITY_T]] / PPM)


@inner
def open_clocks(v: Ints, w: Ints, clock: Ints, own: int) -> None:
    """The clocks that a late order of the listing misses, and the shortest of them (-1 where there is none)."""
    live = AT_LIVE + own * V_COLUMNS
    row = w[live + V_CONTRACT] * 2 * MOST_CLOCKS
    count, first = 0, -1
    while count < MOST_CLOCKS and clock[row + 2 * count] >= 0:
        minutes = v[clock[row + 2 * count]]
        w[live + V_CLOCK + 2 * count], w[live + V_CLOCK + 2 * count + 1] = minutes, clock[row + 2 * count + 1]
        first = minutes if first < 0 else min(first, minutes)
        count += 1
    w[live + V_CLOCKS], w[live + V_FIRST_CLOCK] = count, first
