# ruff: noqa: I001 the columns stand side by side
"""How a path begins: the option's numbers, what its listings and places are on this path, and its hash states.

Hides what is shared. Keeps the invariant that a path played behind another option of the group has the numbers it would
have alone: what is kept from one option to the next is only what does not depend on the difference.
"""

import math

import numpy as np

from tuoguan.foundation.kernels import PPM, mix, u01
from tuoguan.simulate.columns.kernels import (
    AT_AGES, AT_COMPONENT, AT_DAYS, AT_FACT, AT_HELD, AT_LIVE, AT_OPTION, AT_SITE, F_COLUMNS, F_LATE, F_LUCK, F_MEAN,
    F_OVERLAP, F_QUALITY, F_RETURN, F_SPLIT, Floats, G_CAPITAL, G_CARTON, G_CUSTOMS, G_DEPOSIT, G_DUTY, G_HORIZON,
    G_LATENESS_LOW, G_LISTINGS, G_LOG_ROWS, G_MARKET, G_MICRO, G_MOQ, G_OPEN, G_PATH, G_PRODUCT, G_SALVAGE, G_SEED,
    G_SUPPLIER_LOW, G_SUPPLIER_MODE, G_UNIT_COST, G_VOLUME, G_WAGE, G_WEIGHT, HELD_COLUMNS, H_DEMAND, H_LENGTH,
    Hashes, Ints, KIND_OPENED, L_ADDRESS, L_BULK, L_CLOCK, L_CONTRACT, L_DEADLINE, L_DELIVERY_T, L_DEPOSIT_T,
    L_GRID_T, L_LABEL_T, L_LAG_T, L_LATE_T, L_LIVE_T, L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T,
    L_ORDER_DUTY, L_PARCEL, L_PENALTY_DELAY_T, L_PICK_T, L_PLACE, L_QUALITY_T, L_REACH_T, L_REGIME_T, L_RESALE_T,
    L_RESERVE_DAYS_T, L_RESERVE_T, L_RETAIL_T, L_RETURN_UNIT_T, L_SALVAGE_T, L_SPREAD_T, L_STOCK_DUTY, L_STORE,
    L_SUPPLY, L_TRANSFER_T, L_TRIGGER, L_VISIBILITY_T, L_WEEK_DUTY, L_WINDOW_T, MOST_AGES, O_CARTON, O_COLUMNS,
    O_DAYS_TODAY, O_DUTY_T, O_ELASTICITY_T, O_LISTINGS, O_MARKET, O_MOQ, O_ON_HAND, O_PLACE, O_PLACES, O_PRICE_TODAY,
    O_PRODUCT, O_PROFILE, O_RETURN_T, O_SALVAGE_T, O_SPEED_T, O_SUPPLIER_T, O_UNIT_COST_T, O_VOLUME, O_WEIGHT,
    P_CBM_T, P_DIVISOR, P_JIT, P_KEEPER, P_KG_T, P_LANE, P_LEAD_T, P_LEVEL, P_MINIMUM, P_RECEIVE_T, P_REVIEW,
    P_SELLER, P_STORAGE_T, ROW_ARRIVED, ROW_PEAK, ROW_WORK, SET_UP, SPEED_BELOW_KNEE, SPEED_KNEE_DAYS, STREAMS,
    STREAM_REGIME, S_CAPITAL, S_DEPOSIT, S_HORIZON, S_LATENESS_T, S_LOG_ROWS, S_MICRO, S_OVERLAP_T, S_SEED, S_SPLIT_T,
    S_WAGE, T_COLUMNS, V_BULK, V_CLOCK, V_COLUMNS, V_CONTRACT, V_DEADLINE, V_DELIVERY, V_LAG_LOW, V_MINUTES_ORDER,
    V_MINUTES_STOCK, V_MINUTES_WEEK, V_ORDER_DUTY, V_PARCEL, V_PARCEL_MICRO, V_PENALTY_DELAY, V_PERIOD, V_PLACE,
    V_RESALE, V_RESERVE, V_RESERVE_DAYS, V_RETAIL, V_RETURN_MICRO, V_SALVAGE, V_START, V_STOCK_DUTY, V_STOP, V_SUPPLY,
    V_TRANSFER, V_TRIGGER, V_WEEK_DUTY, V_WINDOW, W_AGES, W_BILL, W_BILLED, W_CBM, W_COLUMNS, W_DIVISOR, W_DUE, W_END,
    W_FIRST, W_JIT, W_KEEPER, W_KG, W_LANE, W_LEAD_LOW, W_LEAD_MODE, W_LEVEL, W_MINIMUM, W_NEXT, W_ON_HAND, W_PENDING,
    W_RECEIVE, W_REVIEW, W_SELLER, W_STORAGE, W_STRANDED,
)  # fmt: skip
from tuoguan.simulate.money.kernels import (
    aim,
    charge,
    charged,
    inner,
    luck,
    post,
    share_of,
    state,
    to_minor_units,
)  # fmt: skip
from tuoguan.simulate.sales.kernels import forget


@inner
def _knee(days: int) -> float:
    """Delivery days as buyers feel them: below the knee a day counts a quarter."""
    if days >= SPEED_KNEE_DAYS:
        return float(days)
    return SPEED_KNEE_DAYS - SPEED_BELOW_KNEE * (SPEED_KNEE_DAYS - days)


@inner
def _response(v: Ints, option: Ints, listing: Ints, retail: int) -> float:
    """Units sold under the contract for one sold today: reach x visibility x price response x speed response."""
    factor = v[listing[L_REACH_T]] / PPM * (v[listing[L_VISIBILITY_T]] / PPM)
    today = option[O_PRICE_TODAY]
    if today > 0 and retail > 0:
        factor *= (retail / today) ** (v[option[O_ELASTICITY_T]] / PPM)
    saved = _knee(option[O_DAYS_TODAY]) - _knee(v[listing[L_DELIVERY_T]])
    return float(factor * (1.0 + v[option[O_SPEED_T]] / PPM) ** saved)


@inner
def _stop_day(w: Ints, rate_ppm: int, contract_address: int) -> int:
    """The day the contract ends on this path: exponential with its yearly rate, one draw per contract."""
    if rate_ppm <= 0:
        return int(w[G_HORIZON])
    u = u01(w[G_SEED], w[G_PATH], contract_address, 0, STREAM_REGIME, 0)
    return int(min(float(w[G_HORIZON]), -math.log(u) * 365.0 * PPM / rate_ppm))


@inner
def _copy_bounds(w: Ints, at: int, b: Ints, term: int) -> None:
    """Keep (low, mode, high, distribution) of what is drawn anew each time."""
    for column in range(T_COLUMNS):
        w[at + column] = b[term * T_COLUMNS + column]


@inner
def _copy_listing(w: Ints, live: int, listing: Ints, v: Ints) -> None:
    """What the listing says and what is drawn for it on this path, column by column."""
    w[live + V_CONTRACT], w[live + V_PLACE] = listing[L_CONTRACT], listing[L_PLACE]
    w[live + V_TRIGGER], w[live + V_PARCEL], w[live + V_BULK] = listing[L_TRIGGER], listing[L_PARCEL], listing[L_BULK]
    w[live + V_CLOCK], w[live + V_DEADLINE] = listing[L_CLOCK], listing[L_DEADLINE]
    w[live + V_ORDER_DUTY], w[live + V_STOCK_DUTY] = listing[L_ORDER_DUTY], listing[L_STOCK_DUTY]
    w[live + V_WEEK_DUTY] = listing[L_WEEK_DUTY]
    w[live + V_DELIVERY], w[live + V_RESALE] = v[listing[L_DELIVERY_T]], v[listing[L_RESALE_T]]
    w[live + V_WINDOW], w[live + V_TRANSFER] = v[listing[L_WINDOW_T]], v[listing[L_TRANSFER_T]]
    w[live + V_RESERVE], w[live + V_RESERVE_DAYS] = v[listing[L_RESERVE_T]], v[listing[L_RESERVE_DAYS_T]]
    w[live + V_PENALTY_DELAY], w[live + V_SALVAGE] = v[listing[L_PENALTY_DELAY_T]], v[listing[L_SALVAGE_T]]
    w[live + V_PARCEL_MICRO] = v[listing[L_PICK_T]] + v[listing[L_LABEL_T]]
    w[live + V_RETURN_MICRO] = v[listing[L_RETURN_UNIT_T]]
    w[live + V_MINUTES_ORDER] = v[listing[L_MINUTES_ORDER_T]]
    w[live + V_MINUTES_STOCK] = v[listing[L_MINUTES_STOCK_T]]
    w[live + V_MINUTES_WEEK] = v[listing[L_MINUTES_WEEK_T]]


@inner
def open_listing(v: Ints, b: Ints, w: Ints, f: Floats, option: Ints, listing: Ints, own: int, level: float) -> None:
    """Draw what listing ``own`` is on this path: prices, dates, shares."""
    live, at = AT_LIVE + own * V_COLUMNS, own * F_COLUMNS
    retail, supply = v[listing[L_RETAIL_T]], listing[L_SUPPLY]
    if supply < 0:
        supply = share_of(retail, PPM - v[listing[L_SPREAD_T]])
    forget(w, own)
    _copy_listing(w, live, listing, v)
    w[live + V_RETAIL], w[live + V_SUPPLY] = retail, supply
    w[live + V_START] = v[listing[L_LIVE_T]]
    w[live + V_STOP] = _stop_day(w, v[listing[L_REGIME_T]], listing[L_ADDRESS])
    grid = v[listing[L_GRID_T]]
    w[live + V_PERIOD] = max(1, 30 // grid) if grid > 0 else 1
    _copy_bounds(w, live + V_LAG_LOW, b, listing[L_LAG_T])
    f[at + F_MEAN] = level * _response(v, option, listing, retail)
    _share(f, at + F_LATE, v[listing[L_LATE_T]])
    _share(f, at + F_RETURN, v[option[O_RETURN_T]])
    _share(f, at + F_QUALITY, v[listing[L_QUALITY_T]])


@inner
def _share(f: Floats, at: int, ppm: int) -> None:
    """Keep a share, and behind it the logarithm of its complement, so that "none" costs one exponential."""
    share = min(1.0, ppm / PPM)
    f[at] = share
    f[at + 1] = math.log1p(-share) if share < 1.0 else -math.inf


@inner
def open_place(v: Ints, b: Ints, w: Ints, ages: Ints, option: Ints, place: Ints, own: int) -> None:
    """Start one place: opening stock at the first, first order so that goods can arrive when the listing goes live."""
    site, horizon = AT_SITE + own * W_COLUMNS, w[G_HORIZON]
    for column in range(W_PENDING, W_FIRST):
        w[site + column] = 0
    w[site + W_ON_HAND] = option[O_ON_HAND] if own == 0 else 0
    w[site + W_DUE], w[site + W_BILLED], w[site + W_BILL] = horizon, 0, 0
    w[site + W_SELLER], w[site + W_JIT], w[site + W_LEVEL] = place[P_SELLER], place[P_JIT], place[P_LEVEL]
    w[site + W_REVIEW], w[site + W_MINIMUM], w[site + W_DIVISOR] = place[P_REVIEW], place[P_MINIMUM], place[P_DIVISOR]
    w[site + W_LANE], w[site + W_KEEPER] = place[P_LANE], place[P_KEEPER]
    w[site + W_KG], w[site + W_CBM] = v[place[P_KG_T]], v[place[P_CBM_T]]
    w[site + W_STORAGE], w[site + W_RECEIVE] = v[place[P_STORAGE_T]], v[place[P_RECEIVE_T]]
    _copy_bounds(w, site + W_LEAD_LOW, b, place[P_LEAD_T])
    _set_season_of_place(w, own)
    w[site + W_NEXT] = horizon if place[P_JIT] == 1 else w[site + W_FIRST]
    contract, first = w[AT_LIVE + place[P_KEEPER] * V_COLUMNS + V_CONTRACT], AT_AGES + own * (MOST_AGES + 1)
    for index in range(MOST_AGES + 1):
        w[first + index] = ages[contract * (MOST_AGES + 1) + index]
    for index in range(MOST_AGES):
        w[AT_HELD + (own * MOST_AGES + index) * HELD_COLUMNS] = -1
    w[site + W_AGES] = -1 if place[P_SELLER] == 1 or w[first] < 0 else first
    w[AT_DAYS + (ROW_ARRIVED + own) * horizon] = w[site + W_ON_HAND]


@inner
def _set_season_of_place(w: Ints, own: int) -> None:
    """When the place first orders, until when it does, and which listing leaves goods stranded there."""
    site, horizon = AT_SITE + own * W_COLUMNS, w[G_HORIZON]
    start, end, last = horizon, -1, -1
    for other in range(w[G_LISTINGS]):
        live = AT_LIVE + other * V_COLUMNS
        if w[live + V_PLACE] == own:
            start = min(start, w[live + V_START])
            if w[live + V_STOP] > end:
                end, last = w[live + V_STOP], other
    w[site + W_FIRST] = max(0, start - w[G_SUPPLIER_MODE] - w[site + W_LEAD_MODE])
    w[site + W_END] = end
    w[site + W_STRANDED] = last if end < horizon else -1  # a place no listing draws on is not stranded


@inner
def head(v: Ints, b: Ints, s: Ints, w: Ints, f: Floats, h: Hashes, option: Ints, path: int) -> None:
    """Write the header of the path: the option's numbers, what is drawn for it, and its hash states."""
    w[G_SEED], w[G_PATH], w[G_HORIZON], w[G_MICRO] = s[S_SEED], path, s[S_HORIZON], s[S_MICRO]
    w[G_WAGE], w[G_CAPITAL], w[G_DEPOSIT], w[G_LOG_ROWS] = s[S_WAGE], s[S_CAPITAL], s[S_DEPOSIT], s[S_LOG_ROWS]
    w[G_PRODUCT], w[G_MARKET] = option[O_PRODUCT], option[O_MARKET]
    w[G_WEIGHT], w[G_VOLUME] = option[O_WEIGHT], option[O_VOLUME]
    w[G_MOQ], w[G_CARTON] = option[O_MOQ], max(1, option[O_CARTON])
    w[G_LISTINGS] = option[O_LISTINGS]
    w[G_UNIT_COST], w[G_DUTY] = v[option[O_UNIT_COST_T]], v[option[O_DUTY_T]]
    w[G_SALVAGE] = v[option[O_SALVAGE_T]]
    w[G_CUSTOMS] = to_minor_units(w, w[G_UNIT_COST])
    _copy_bounds(w, G_SUPPLIER_LOW, b, option[O_SUPPLIER_T])
    _copy_bounds(w, G_LATENESS_LOW, b, s[S_LATENESS_T])
    f[F_SPLIT], f[F_OVERLAP] = v[s[S_SPLIT_T]] / PPM, v[s[S_OVERLAP_T]] / PPM
    start = mix(mix(mix(mix(np.uint64(0), s[S_SEED]), path), option[O_PRODUCT]), option[O_MARKET])
    for index in range(H_LENGTH):
        h[index] = mix(start, STREAMS[index])


@inner
def clear(w: Ints) -> None:
    """Nought in the bridge, the tallies and the daily and weekly rows that are added up."""
    horizon = w[G_HORIZON]
    for at in range(AT_COMPONENT, AT_FACT):
        w[at] = 0
    for at in range(AT_DAYS, AT_DAYS + horizon):
        w[at] = 0
    for week in range((horizon + 6) // 7):
        w[AT_DAYS + ROW_WORK * horizon + week] = 0
        w[AT_DAYS + ROW_PEAK * horizon + week] = 0


@inner
def same_group(w: Ints, option: Ints, path: int) -> bool:
    """True when the scratch already holds the luck of this option's product and market on this path."""
    if w[G_OPEN] == 0 or w[G_PATH] != path or w[AT_OPTION + O_PROFILE] != option[O_PROFILE]:
        return False
    return bool(w[G_PRODUCT] == option[O_PRODUCT] and w[G_MARKET] == option[O_MARKET])


@inner
def same_listings(w: Ints, option: Ints, path: int) -> bool:
    """True when the option differs from the one before it only in its places, on the same path."""
    if w[G_OPEN] == 0 or w[G_PATH] != path:
        return False
    for column in range(O_COLUMNS):
        if column not in (O_PLACE, O_PLACES) and w[AT_OPTION + column] != option[column]:
            return False
    return True


@inner
def draw_days(w: Ints, f: Floats, h: Hashes, season: Floats) -> None:
    """The uniform number of each day's demand, and the least mean at season 1 that could sell on it and in its week.

    Nobody comes when u <= exp(-mean x season), which is at least 1 - mean x season; so a mean below (1 - u) / season
    sells nothing and the exponential need not be taken.
    """
    horizon = w[G_HORIZON]
    for day in range(horizon):
        u = luck(h[H_DEMAND], day)
        f[F_LUCK + day] = u
        f[F_LUCK + horizon + day] = (1.0 - u) / season[day] if season[day] > 0.0 else math.inf
    for week in range((horizon + 6) // 7):
        least = math.inf
        for day in range(week * 7, min(week * 7 + 7, horizon)):
            least = min(least, f[F_LUCK + horizon + day])
        f[F_LUCK + 2 * horizon + week] = least


@inner
def start_listing(c: Ints, k: Ints, v: Ints, w: Ints, listing: Ints, own: int) -> None:
    """A new listing: a new store's deposit out on the first day and back on the last; opening charges once live."""
    live = AT_LIVE + own * V_COLUMNS
    if listing[L_STORE] == 1:
        deposit = share_of(v[listing[L_DEPOSIT_T]], w[G_DEPOSIT])
        w[AT_DAYS] -= deposit
        w[AT_DAYS + w[G_HORIZON] - 1] += deposit
    if w[live + V_START] < w[G_HORIZON] and charged(k, w, live, KIND_OPENED):
        aim(w, live, w[live + V_RETAIL])
        state(w, KIND_OPENED, 0, 0, 0, 0, 0)
        post(w, w[live + V_START], charge(c, k, v, w, live, w[live + V_START], SET_UP))
