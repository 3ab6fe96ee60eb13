"""The day loop: one option on one path, in int64 money, with every charge priced by the contract kernels.

Hides the flat layout's columns and the caches. Keeps two invariants that every path checks: the components add up to
what was paid and what is still owed, and every unit ordered is sold, on hand, or on its way.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from tuoguan.contracts.kernels import charge_minor, draw_value
from tuoguan.foundation.facts import FIELD_COUNT, FactKind, Field
from tuoguan.foundation.kernels import HALF_UP, PPM, div_round, mix, mul_ppm, to_unit, u01
from tuoguan.foundation.random import Stream
from tuoguan.simulate.counts.kernels import binomial_quantile, count_quantile

KEPT_COUNTS = 64  # batches below this size are priced once per path and then looked up
SPEED_KNEE_DAYS = 7.0  # delivery days below the knee count a quarter (source E01: little effect below 7 days)
SPEED_BELOW_KNEE = 0.25
DAY_MINUTES = 1440
SLOTS = 8  # draws of one stream, day and listing
COMPONENTS = 15
DUTIES = 13

# Component positions (order of `Component`).
(REVENUE, COMMISSION, PLATFORM_FEES, SUBSIDY, GOODS, FIRST_LEG, DUTY, LAST_MILE, STORAGE, RETURNS, PENALTIES, LABOR,
 CAPITAL, SET_UP, TERMINAL_STOCK) = range(COMPONENTS)  # fmt: skip

# Columns of `Tables.option`; names ending in _T are rows of the term table.
(O_LISTING, O_LISTINGS, O_PLACE, O_PLACES, O_PRODUCT, O_MARKET, O_SERIES, O_PROFILE, O_MOQ, O_CARTON, O_WEIGHT, O_VOLUME,
 O_DAYS_TODAY, O_PRICE_TODAY, O_ON_HAND, O_UNIT_COST_T, O_SUPPLIER_T, O_RETURN_T, O_ELASTICITY_T, O_SPEED_T, O_DUTY_T,
 O_SALVAGE_T, O_COLUMNS) = range(23)  # fmt: skip

# Columns of `Tables.listing`.
(L_CONTRACT, L_ADDRESS, L_PLACE, L_SUPPLY, L_TRIGGER, L_PARCEL, L_BULK, L_CLOCK, L_DEADLINE, L_ORDER_DUTY, L_STOCK_DUTY, L_WEEK_DUTY,
 L_RETAIL_T, L_SPREAD_T, L_REACH_T, L_VISIBILITY_T, L_DELIVERY_T, L_PICK_ORDER_T, L_LABEL_T, L_RETURN_UNIT_T,
 L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T, L_LIVE_T, L_LATE_T, L_WINDOW_T, L_RESALE_T, L_QUALITY_T,
 L_PENALTY_DELAY_T, L_LAG_T, L_TRANSFER_T, L_RESERVE_T, L_RESERVE_DAYS_T, L_DEPOSIT_T, L_REGIME_T, L_SALVAGE_T, L_GRID_T,
 L_NEW, L_COLUMNS) = range(39)  # fmt: skip

# Columns of `Tables.place`.
(P_SELLER, P_JIT, P_LEVEL, P_REVIEW, P_MINIMUM, P_DIVISOR, P_LANE, P_KG_T, P_CBM_T, P_LEAD_T, P_STORAGE_T, P_RECEIVE_T, P_KEEPER,
 P_COLUMNS) = range(14)  # fmt: skip

# Columns of `Tables.term` and `Tables.scalar`.
T_LOW, T_MODE, T_HIGH, T_DISTRIBUTION, T_COLUMNS = range(5)
S_SEED, S_HORIZON, S_WAGE, S_CAPITAL, S_MICRO, S_OVERLAP_T, S_SPLIT_T, S_LATENESS_T, S_DEPOSIT, S_COLUMNS = range(10)

# Columns of `Work.live` (one listing on one path) and `Work.site` (one place on one path).
(V_RETAIL, V_SUPPLY, V_START, V_STOP, V_DELIVERY, V_RESALE, V_WINDOW, V_TRANSFER, V_RESERVE, V_RESERVE_DAYS, V_PERIOD,
 V_PENALTY_DELAY, V_COLUMNS) = range(13)  # fmt: skip
F_MEAN, F_LATE, F_RETURN, F_QUALITY, F_WEIGHT, F_COLUMNS = range(6)
W_ON_HAND, W_PENDING, W_TRANSIT, W_OUT, W_LAST, W_UNIT_DAYS, W_FIRST, W_END, W_STRANDED, W_COLUMNS = range(10)

# Columns of `Work.tally`.
(A_SOLD, A_DEMANDED, A_ORDERED, A_LATE, A_RETURNED, A_DELIVERY_DAYS, A_BEYOND, A_ACCRUED, A_BACK, A_LOGGED, A_BATCHES,
 A_COLUMNS) = range(12)  # fmt: skip
LOG_LISTING, LOG_DAY, LOG_MINOR, LOG_FIELDS = range(4)
LOG_COLUMNS = 3 + FIELD_COUNT

_ORDER_PLACED, _SHIPPED, _DELIVERED = int(FactKind.ORDER_PLACED), int(FactKind.UNITS_SHIPPED), int(FactKind.UNITS_DELIVERED)
_RETURNED, _REFUND = int(FactKind.UNITS_RETURNED), int(FactKind.REFUND_ISSUED)
_MISSED, _STOCK_OUT, _INCIDENT = int(FactKind.DEADLINE_MISSED), int(FactKind.STOCK_OUT), int(FactKind.QUALITY_INCIDENT)
_STOCK_ORDER, _INBOUND, _HELD = int(FactKind.STOCK_ORDER_PLACED), int(FactKind.UNITS_INBOUND), int(FactKind.STOCK_HELD)
_PARCEL, _BULK, _OPENED = int(FactKind.PARCEL_IMPORTED), int(FactKind.BULK_IMPORTED), int(FactKind.LISTING_OPENED)
_PAYOUT = int(FactKind.PAYOUT_SENT)
KINDS = max(int(kind) for kind in FactKind) + 1
_REASON, _QUANTITY, _ORDERS, _PARCELS, _LINES = 1, 2, 3, 4, 5
_RETAIL, _SUPPLY, _WEIGHT, _VOLUME, _MINUTES, _DAYS_HELD, _CUSTOMS = 6, 7, 8, 9, 10, 11, 12
assert _CUSTOMS == int(Field.CUSTOMS_VALUE) and FIELD_COUNT == 13
_CHANGE_OF_MIND, _QUALITY = 1, 2
TRIGGER_INBOUND, TRIGGER_SHIPPED, TRIGGER_DELIVERED = 0, 1, 2
_S_DEMAND, _S_SPLIT, _S_RETURNS, _S_LATE = int(Stream.DEMAND), int(Stream.REACH), int(Stream.RETURNS), int(Stream.LATE)
_S_QUALITY, _S_LAG, _S_REGIME = int(Stream.QUALITY), int(Stream.PAYOUT_LAG), int(Stream.REGIME)
_S_SUPPLIER, _S_LANE = int(Stream.SUPPLIER_LEAD), int(Stream.LANE_LEAD)


class Tables(NamedTuple):
    """What every path reads; see `layout` for how it is built. All int64 but ``level`` and ``season``."""

    option: np.ndarray  # [option, O_COLUMNS]
    listing: np.ndarray  # [listing, L_COLUMNS]
    place: np.ndarray  # [place, P_COLUMNS]
    term: np.ndarray  # [term, T_COLUMNS] bounds of what is drawn anew each time
    value: np.ndarray  # [term, path] drawn once per path
    charge: np.ndarray  # [charge, field]
    charge_term: np.ndarray  # [charge] row of ``value``
    charge_component: np.ndarray  # [charge]
    charge_row: np.ndarray  # charges in the order of contract and fact kind
    charge_start: np.ndarray  # [contract, kind + 1] slices of ``charge_row``
    held_from: np.ndarray  # [contract, class] first day of each storage age class, -1 past the last
    level: np.ndarray  # [series, path]
    dispersion: np.ndarray  # [series]
    season: np.ndarray  # [profile, day of horizon]
    scalar: np.ndarray  # [S_COLUMNS]


class Work(NamedTuple):
    """One thread's scratch: everything a path writes before it is summed up."""

    cash: np.ndarray  # [day]
    arrive: np.ndarray  # [place, day]
    arrived: np.ndarray  # [place, day] cumulative, opening stock included
    component: np.ndarray  # [COMPONENTS]
    fact: np.ndarray  # [FIELD_COUNT]
    live: np.ndarray  # [listing, V_COLUMNS]
    share: np.ndarray  # f8 [listing, F_COLUMNS]
    site: np.ndarray  # [place, W_COLUMNS]
    got: np.ndarray  # [listing, 2] units to deliver, of them made to order
    lost: np.ndarray  # [listing]
    kept: np.ndarray  # [listing, KEPT_COUNTS, 2 + COMPONENTS] net, picking, components of a batch
    hits: np.ndarray  # [listing, KEPT_COUNTS] days with that batch
    work: np.ndarray  # [week] thousandths of a minute
    duty: np.ndarray  # [DUTIES] thousandths of a minute
    volume: np.ndarray  # [week] peak cm3 at the seller's places
    tally: np.ndarray  # [A_COLUMNS]
    stock: np.ndarray  # [place, day] end of day, only when recording
    log: np.ndarray  # [fact, LOG_COLUMNS], no rows when not recording


@njit(cache=True, nogil=True)
def draw_terms(source: np.ndarray, seed: int, paths: int) -> np.ndarray:
    """Values [term, path] of terms (low, mode, high, distribution, first address, second address, stream)."""
    value = np.empty((source.shape[0], paths), np.int64)
    for term in range(source.shape[0]):
        low, mode, high, shape, first, second, stream = source[term]
        for path in range(paths):
            if low == high:
                value[term, path] = mode
            else:
                value[term, path] = draw_value(low, mode, high, shape, u01(seed, path, first, second, stream, 0))
    return value


@njit(cache=True, nogil=True)
def _luck(t: Tables, o: int, k: int, stream: int, slot: int) -> float:
    """The uniform number of this product, market, path and stream at ``slot``."""
    return u01(t.scalar[S_SEED], k, t.option[o, O_PRODUCT], t.option[o, O_MARKET], stream, slot)


@njit(cache=True, nogil=True)
def _post(t: Tables, w: Work, day: int, minor: int) -> None:
    """Pay or receive on ``day``; past the horizon the amount is only owed."""
    if day < t.scalar[S_HORIZON]:
        w.cash[day] += minor
    else:
        w.tally[A_BEYOND] += minor


@njit(cache=True, nogil=True)
def _book(t: Tables, w: Work, component: int, day: int, minor: int) -> None:
    """Enter an amount in the bridge and pay it on ``day``."""
    w.component[component] += minor
    _post(t, w, day, minor)


@njit(cache=True, nogil=True)
def _micro_to_minor(t: Tables, micro: int) -> int:
    """Minor units of a micro amount, rounded half up once."""
    return div_round(micro, t.scalar[S_MICRO], HALF_UP)


@njit(cache=True, nogil=True)
def _state(w: Work, kind: int, reason: int, quantity: int, orders: int, minutes: int, held: int) -> None:
    """Fill in the part of the fact that changes; prices, weight and volume stand there already."""
    w.fact[0] = kind
    w.fact[_REASON] = reason
    w.fact[_QUANTITY] = quantity
    w.fact[_ORDERS] = orders
    w.fact[_PARCELS] = orders
    w.fact[_LINES] = orders
    w.fact[_MINUTES] = minutes
    w.fact[_DAYS_HELD] = held


@njit(cache=True, nogil=True)
def _aim(t: Tables, w: Work, o: int, own: int, customs_minor: int) -> None:
    """Point the fact at listing ``own`` of the option: its prices and the goods' size."""
    w.fact[_RETAIL] = w.live[own, V_RETAIL]
    w.fact[_SUPPLY] = w.live[own, V_SUPPLY]
    w.fact[_WEIGHT] = t.option[o, O_WEIGHT]
    w.fact[_VOLUME] = t.option[o, O_VOLUME]
    w.fact[_CUSTOMS] = customs_minor


@njit(cache=True, nogil=True)
def _charge(t: Tables, w: Work, listing: int, own: int, k: int, day: int, moved: int) -> int:
    """The sum that the contract makes of the fact, entered in the bridge (under ``moved`` when that is not negative)."""
    contract, kind, total = t.listing[listing, L_CONTRACT], w.fact[0], 0
    deadline = t.listing[listing, L_DEADLINE] if kind == _MISSED else -1
    for at in range(t.charge_start[contract, kind], t.charge_start[contract, kind + 1]):
        row = t.charge_row[at]
        minor = charge_minor(t.charge[row], t.value[t.charge_term[row], k], w.fact, deadline)
        w.component[moved if moved >= 0 else t.charge_component[row]] += minor
        total += minor
    if w.log.shape[0] > 0:
        _record(w, own, day, total)
    return total


@njit(cache=True, nogil=True)
def _record(w: Work, own: int, day: int, minor: int) -> None:
    """Keep the fact for `trace`; one row too many is counted but not written."""
    row = w.tally[A_LOGGED]
    if row < w.log.shape[0]:
        w.log[row, LOG_LISTING], w.log[row, LOG_DAY], w.log[row, LOG_MINOR] = own, day, minor
        for column in range(FIELD_COUNT):
            w.log[row, LOG_FIELDS + column] = w.fact[column]
    w.tally[A_LOGGED] += 1


@njit(cache=True, nogil=True)
def _charged(t: Tables, w: Work, listing: int, kind: int) -> bool:
    """True when the contract prices this kind of fact, or when facts are being recorded."""
    contract = t.listing[listing, L_CONTRACT]
    return t.charge_start[contract, kind] < t.charge_start[contract, kind + 1] or w.log.shape[0] > 0


@njit(cache=True, nogil=True)
def _knee(days: int) -> float:
    """Delivery days as buyers feel them: below the knee a day counts a quarter."""
    if days >= SPEED_KNEE_DAYS:
        return float(days)
    return SPEED_KNEE_DAYS - SPEED_BELOW_KNEE * (SPEED_KNEE_DAYS - days)


@njit(cache=True, nogil=True)
def _response(t: Tables, o: int, listing: int, k: int, retail: int) -> float:
    """Units sold under the contract for one sold today: reach x visibility x price response x speed response."""
    factor = t.value[t.listing[listing, L_REACH_T], k] / PPM * (t.value[t.listing[listing, L_VISIBILITY_T], k] / PPM)
    today = t.option[o, O_PRICE_TODAY]
    if today > 0 and retail > 0:
        factor *= (retail / today) ** (t.value[t.option[o, O_ELASTICITY_T], k] / PPM)
    saved = _knee(t.option[o, O_DAYS_TODAY]) - _knee(t.value[t.listing[listing, L_DELIVERY_T], k])
    return factor * (1.0 + t.value[t.option[o, O_SPEED_T], k] / PPM) ** saved


@njit(cache=True, nogil=True)
def _stop_day(t: Tables, listing: int, k: int) -> int:
    """The day the contract ends on this path: exponential with its yearly rate, one draw per contract."""
    rate = t.value[t.listing[listing, L_REGIME_T], k]
    horizon = t.scalar[S_HORIZON]
    if rate <= 0:
        return horizon
    u = u01(t.scalar[S_SEED], k, t.listing[listing, L_ADDRESS], 0, _S_REGIME, 0)
    return int(min(float(horizon), -math.log(u) * 365.0 * PPM / rate))


@njit(cache=True, nogil=True)
def _open_listing(t: Tables, w: Work, o: int, own: int, k: int) -> None:
    """Draw what listing ``own`` is on this path: prices, dates, shares."""
    row = t.option[o, O_LISTING] + own
    live, share = w.live[own], w.share[own]
    retail = t.value[t.listing[row, L_RETAIL_T], k]
    supply = t.listing[row, L_SUPPLY]
    if supply < 0:
        supply = mul_ppm(retail, PPM - t.value[t.listing[row, L_SPREAD_T], k], HALF_UP)
    live[V_RETAIL], live[V_SUPPLY] = retail, supply
    live[V_START] = t.value[t.listing[row, L_LIVE_T], k]
    live[V_STOP] = _stop_day(t, row, k)
    live[V_DELIVERY] = t.value[t.listing[row, L_DELIVERY_T], k]
    live[V_RESALE] = t.value[t.listing[row, L_RESALE_T], k]
    live[V_WINDOW] = t.value[t.listing[row, L_WINDOW_T], k]
    live[V_TRANSFER] = t.value[t.listing[row, L_TRANSFER_T], k]
    live[V_RESERVE] = t.value[t.listing[row, L_RESERVE_T], k]
    live[V_RESERVE_DAYS] = t.value[t.listing[row, L_RESERVE_DAYS_T], k]
    live[V_PENALTY_DELAY] = t.value[t.listing[row, L_PENALTY_DELAY_T], k]
    grid = t.value[t.listing[row, L_GRID_T], k]
    live[V_PERIOD] = max(1, 30 // grid) if grid > 0 else 1
    share[F_MEAN] = t.level[t.option[o, O_SERIES], k] * _response(t, o, row, k, retail)
    share[F_LATE] = t.value[t.listing[row, L_LATE_T], k] / PPM
    share[F_RETURN] = t.value[t.option[o, O_RETURN_T], k] / PPM
    share[F_QUALITY] = t.value[t.listing[row, L_QUALITY_T], k] / PPM


@njit(cache=True, nogil=True)
def _open_place(t: Tables, w: Work, o: int, own: int, k: int) -> None:
    """Start one place: opening stock at the first, first order so that goods can arrive when the listing goes live."""
    row = t.option[o, O_PLACE] + own
    site = w.site[own]
    site[:] = 0
    site[W_ON_HAND] = t.option[o, O_ON_HAND] if own == 0 else 0
    horizon = t.scalar[S_HORIZON]
    start, end, last = horizon, 0, -1
    for listing in range(t.option[o, O_LISTINGS]):
        if t.listing[t.option[o, O_LISTING] + listing, L_PLACE] == own:
            start = min(start, w.live[listing, V_START])
            if w.live[listing, V_STOP] > end or last < 0:
                end, last = w.live[listing, V_STOP], listing
    lead = t.term[t.option[o, O_SUPPLIER_T], T_MODE] + t.term[t.place[row, P_LEAD_T], T_MODE]
    site[W_FIRST] = max(0, start - lead)
    site[W_END] = end
    site[W_STRANDED] = last if end < horizon else -1
    w.arrived[own, 0] = site[W_ON_HAND]


@njit(cache=True, nogil=True)
def _weigh(t: Tables, w: Work, o: int, k: int, day: int) -> tuple[float, int]:
    """The option's mean at season 1 from ``day`` on, and the next day on which a listing opens or stops.

    The strongest listing keeps its full mean; of every other a drawn share would have bought there anyway.
    """
    listings, horizon = t.option[o, O_LISTINGS], t.scalar[S_HORIZON]
    following, best, strongest = horizon, 0.0, -1
    for own in range(listings):
        start, stop = w.live[own, V_START], w.live[own, V_STOP]
        if start > day:
            following = min(following, start)
        if stop > day:
            following = min(following, stop)
        w.share[own, F_WEIGHT] = w.share[own, F_MEAN] if start <= day < stop else 0.0
        if w.share[own, F_WEIGHT] > best:
            best, strongest = w.share[own, F_WEIGHT], own
    total, kept = 0.0, 1.0 - t.value[t.scalar[S_OVERLAP_T], k] / PPM
    for own in range(listings):
        if own != strongest:
            w.share[own, F_WEIGHT] *= kept
        total += w.share[own, F_WEIGHT]
    return total, following


@njit(cache=True, nogil=True)
def _lead(t: Tables, term: int, k: int, first: int, second: int, stream: int, day: int) -> int:
    """Days drawn for one order between the term's bounds."""
    bounds = t.term[term]
    if bounds[T_LOW] == bounds[T_HIGH]:
        return bounds[T_MODE]
    u = u01(t.scalar[S_SEED], k, first, second, stream, day)
    return draw_value(bounds[T_LOW], bounds[T_MODE], bounds[T_HIGH], bounds[T_DISTRIBUTION], u)


@njit(cache=True, nogil=True)
def _freight_minor(t: Tables, o: int, place: int, k: int, units: int) -> int:
    """Freight of one shipment: per kg of chargeable weight and per cubic meter, at least the lane's minimum."""
    grams, cm3 = t.option[o, O_WEIGHT] * units, t.option[o, O_VOLUME] * units
    divisor = t.place[place, P_DIVISOR]
    if divisor > 0:
        grams = max(grams, div_round(cm3 * 1000, divisor, 3))
    micro = div_round(t.value[t.place[place, P_KG_T], k] * grams, 1000, HALF_UP)
    micro += div_round(t.value[t.place[place, P_CBM_T], k] * cm3, PPM, HALF_UP)
    return max(t.place[place, P_MINIMUM], _micro_to_minor(t, micro))


@njit(cache=True, nogil=True)
def _buy(t: Tables, w: Work, o: int, own: int, k: int, day: int, units: int) -> int:
    """The day these goods arrive; everything the order costs is booked now and paid on its own day."""
    place, cost_micro = t.option[o, O_PLACE] + own, t.value[t.option[o, O_UNIT_COST_T], k]
    product, market = t.option[o, O_PRODUCT], t.option[o, O_MARKET]
    ready = day + _lead(t, t.option[o, O_SUPPLIER_T], k, product, market, _S_SUPPLIER, day)
    arrival = ready + _lead(t, t.place[place, P_LEAD_T], k, t.place[place, P_LANE], 0, _S_LANE, day)
    arrival = max(arrival, w.site[own, W_LAST])
    w.site[own, W_LAST] = arrival
    w.tally[A_ORDERED] += units
    goods = _micro_to_minor(t, cost_micro * units)
    _book(t, w, GOODS, day, -goods)
    _book(t, w, FIRST_LEG, ready, -_freight_minor(t, o, place, k, units))
    cm3 = t.option[o, O_VOLUME] * units
    received = div_round(t.value[t.place[place, P_RECEIVE_T], k] * cm3, PPM, HALF_UP)
    _book(t, w, STORAGE, arrival, -_micro_to_minor(t, received))
    _book(t, w, DUTY, arrival, -mul_ppm(goods, t.value[t.option[o, O_DUTY_T], k], HALF_UP))
    _charge_order(t, w, o, place, k, day, arrival, units)
    return arrival


@njit(cache=True, nogil=True)
def _charge_order(t: Tables, w: Work, o: int, place: int, k: int, day: int, arrival: int, units: int) -> None:
    """Staff minutes and contract charges of a stock order, under the first contract that draws on the place."""
    own = t.place[place, P_KEEPER]
    row = t.option[o, O_LISTING] + own
    minutes = t.value[t.listing[row, L_MINUTES_STOCK_T], k]
    w.work[day // 7] += minutes
    w.duty[t.listing[row, L_STOCK_DUTY]] += minutes
    _aim(t, w, o, own, _micro_to_minor(t, t.value[t.option[o, O_UNIT_COST_T], k]))
    if t.place[place, P_SELLER] == 0:
        if _charged(t, w, row, _STOCK_ORDER):
            _state(w, _STOCK_ORDER, 0, units, 1, 0, 0)
            _post(t, w, day, _charge(t, w, row, own, k, day, -1))
        if _charged(t, w, row, _INBOUND):
            _state(w, _INBOUND, 0, units, 1, 0, 0)
            paid = arrival
            if t.listing[row, L_TRIGGER] == TRIGGER_INBOUND:
                paid = _pay_day(t, w, o, own, k, day, arrival)
            _post(t, w, paid, _charge(t, w, row, own, k, arrival, -1))
    if t.listing[row, L_BULK] == 1 and _charged(t, w, row, _BULK):
        _state(w, _BULK, 0, units, 1, 0, 0)
        _post(t, w, arrival, _charge(t, w, row, own, k, arrival, -1))


@njit(cache=True, nogil=True)
def _receive(t: Tables, w: Work, own: int, day: int, arrival: int, units: int) -> None:
    """Put bought units on their way to the place; the same day they are on hand at once."""
    site = w.site[own]
    if arrival == day:
        site[W_ON_HAND] += units
        w.arrived[own, day] += units
        return
    site[W_PENDING] += units
    if arrival < t.scalar[S_HORIZON]:
        w.arrive[own, arrival] += units
    else:
        site[W_TRANSIT] += units


@njit(cache=True, nogil=True)
def _restock(t: Tables, w: Work, o: int, own: int, k: int, day: int) -> None:
    """Receipts, then on a review day an order up to the level, rounded up to the MOQ and whole cartons."""
    site, place = w.site[own], t.option[o, O_PLACE] + own
    came = w.arrive[own, day]
    if day > 0:
        w.arrived[own, day] = w.arrived[own, day - 1]
    if came > 0:
        site[W_ON_HAND] += came
        site[W_PENDING] -= came
        w.arrived[own, day] += came
    if t.place[place, P_JIT] == 1 or day < site[W_FIRST] or day >= site[W_END]:
        return
    if (day - site[W_FIRST]) % t.place[place, P_REVIEW] != 0:
        return
    wanted = t.place[place, P_LEVEL] - site[W_ON_HAND] - site[W_PENDING]
    if wanted > 0:
        carton = max(1, t.option[o, O_CARTON])
        units = max(wanted, t.option[o, O_MOQ])
        units = (units + carton - 1) // carton * carton
        _receive(t, w, own, day, _buy(t, w, o, own, k, day, units), units)


@njit(cache=True, nogil=True)
def _take(t: Tables, w: Work, o: int, listing: int, units: int) -> None:
    """Serve ``units`` of demand of one listing from its place; what is missing is made to order or lost."""
    own = t.listing[t.option[o, O_LISTING] + listing, L_PLACE]
    site = w.site[own]
    served = min(units, site[W_ON_HAND])
    site[W_ON_HAND] -= served
    site[W_OUT] += served
    if t.place[t.option[o, O_PLACE] + own, P_JIT] == 1:
        w.got[listing, 0] += units
        w.got[listing, 1] += units - served
    else:
        w.got[listing, 0] += served
        w.lost[listing] += units - served


@njit(cache=True, nogil=True)
def _split(t: Tables, w: Work, o: int, k: int, day: int, units: int, total: float) -> None:
    """Buyers arrive one by one in random order and choose a listing by its weight: the fair way to share stock."""
    listings = t.option[o, O_LISTINGS]
    for buyer in range(units):
        point = _luck(t, o, k, _S_SPLIT, day * 65536 + buyer) * total
        own = 0
        while own < listings - 1 and point >= w.share[own, F_WEIGHT]:
            point -= w.share[own, F_WEIGHT]
            own += 1
        while w.share[own, F_WEIGHT] <= 0.0:
            own -= 1
        _take(t, w, o, own, 1)


@njit(cache=True, nogil=True)
def _pay_day(t: Tables, w: Work, o: int, own: int, k: int, day: int, trigger: int) -> int:
    """The day a payout triggered on ``trigger`` reaches the bank; the lag is drawn for the batch of ``day``."""
    live, term = w.live[own], t.listing[t.option[o, O_LISTING] + own, L_LAG_T]
    slot = (day * SLOTS + own) * SLOTS
    lag = _lead(t, term, k, t.option[o, O_PRODUCT], t.option[o, O_MARKET], _S_LAG, slot)
    period = live[V_PERIOD]
    return (trigger + lag + live[V_TRANSFER] + period - 1) // period * period


@njit(cache=True, nogil=True)
def _pay_out(t: Tables, w: Work, own: int, paid: int, minor: int) -> None:
    """Post a payout, the reserved share of a positive one later."""
    live = w.live[own]
    held = mul_ppm(minor, live[V_RESERVE], HALF_UP) if minor > 0 else 0
    _post(t, w, paid, minor - held)
    if held != 0:
        _post(t, w, paid + live[V_RESERVE_DAYS], held)


@njit(cache=True, nogil=True)
def _price_batch(t: Tables, w: Work, o: int, own: int, k: int, day: int, shipped: int, units: int) -> int:
    """What the contract settles for ``units`` sold: charges on order, shipment, import and delivery."""
    row = t.option[o, O_LISTING] + own
    delivered = shipped + w.live[own, V_DELIVERY]
    _aim(t, w, o, own, w.live[own, V_RETAIL])
    net = 0
    _state(w, _ORDER_PLACED, 0, units, units, 0, 0)
    net += _charge(t, w, row, own, k, day, -1)
    _state(w, _SHIPPED, 0, units, units, 0, 0)
    net += _charge(t, w, row, own, k, shipped, -1)
    if t.listing[row, L_PARCEL] == 1:
        _state(w, _PARCEL, 0, units, units, 0, 0)
        net += _charge(t, w, row, own, k, shipped, -1)
    _state(w, _DELIVERED, 0, units, units, 0, 0)
    return net + _charge(t, w, row, own, k, delivered, -1)


@njit(cache=True, nogil=True)
def _pick_minor(t: Tables, o: int, own: int, k: int, units: int) -> int:
    """The seller's picking, packing and label cost of ``units`` orders of one unit each (no further units to pick)."""
    row = t.option[o, O_LISTING] + own
    each = t.value[t.listing[row, L_PICK_ORDER_T], k] + t.value[t.listing[row, L_LABEL_T], k]
    return -_micro_to_minor(t, units * each)


@njit(cache=True, nogil=True)
def _batch(t: Tables, w: Work, o: int, own: int, k: int, day: int, shipped: int, units: int) -> int:
    """The net of a batch: small sizes are priced once per path, their components added at its end by `_unpack`."""
    if units >= KEPT_COUNTS or w.log.shape[0] > 0:
        picking = _pick_minor(t, o, own, k, units)
        _book(t, w, LAST_MILE, shipped, picking)
        return _price_batch(t, w, o, own, k, day, shipped, units)
    kept = w.kept[own, units]
    if w.hits[own, units] == 0:
        before = w.tally[A_LOGGED]
        for part in range(COMPONENTS):
            kept[2 + part] = -w.component[part]
        kept[0] = _price_batch(t, w, o, own, k, day, shipped, units)
        kept[1] = _pick_minor(t, o, own, k, units)
        w.component[LAST_MILE] += kept[1]
        for part in range(COMPONENTS):
            kept[2 + part] += w.component[part]
        w.tally[A_LOGGED] = before
    w.hits[own, units] += 1
    _post(t, w, shipped, kept[1])
    return kept[0]


@njit(cache=True, nogil=True)
def _unpack(w: Work, listings: int) -> None:
    """Enter the components of the batches that were looked up rather than priced."""
    for own in range(listings):
        for units in range(KEPT_COUNTS):
            again = w.hits[own, units] - 1
            if again > 0:
                for part in range(COMPONENTS):
                    w.component[part] += again * w.kept[own, units, 2 + part]


@njit(cache=True, nogil=True)
def _sell(t: Tables, w: Work, o: int, own: int, k: int, day: int) -> None:
    """One listing's sales of one day, with everything that follows from them, each on its own day."""
    units, made = w.got[own, 0], w.got[own, 1]
    row = t.option[o, O_LISTING] + own
    place, shipped, overdue = t.listing[row, L_PLACE], day, 0
    if made > 0:
        shipped = _buy(t, w, o, place, k, day, made)
        overdue = max(0, (shipped - day) * DAY_MINUTES - t.listing[row, L_CLOCK])
        if t.listing[row, L_CLOCK] < 0:
            overdue = 0
    minutes = t.value[t.listing[row, L_MINUTES_ORDER_T], k] * units
    w.work[day // 7] += minutes
    w.duty[t.listing[row, L_ORDER_DUTY]] += minutes
    net = _batch(t, w, o, own, k, day, shipped, units)
    delivered = shipped + w.live[own, V_DELIVERY]
    trigger = shipped if t.listing[row, L_TRIGGER] == TRIGGER_SHIPPED else delivered
    paid = _pay_day(t, w, o, own, k, day, trigger)
    _pay_out(t, w, own, paid, net)
    if _charged(t, w, row, _PAYOUT):
        _aim(t, w, o, own, w.live[own, V_RETAIL])
        _state(w, _PAYOUT, 0, units, units, 0, 0)
        _post(t, w, paid, _charge(t, w, row, own, k, paid, -1))
    w.tally[A_SOLD] += units
    w.tally[A_DELIVERY_DAYS] += units * w.live[own, V_DELIVERY] + made * (shipped - day)
    _be_late(t, w, o, own, k, day, units, made, overdue)
    _take_back(t, w, o, own, k, day, delivered, units)
    _fine(t, w, o, own, k, day, delivered, units)


@njit(cache=True, nogil=True)
def _be_late(t: Tables, w: Work, o: int, own: int, k: int, day: int, units: int, made: int, overdue: int) -> None:
    """Missed deadlines: goods made to order that came after the clock, and a drawn share of the rest."""
    row, slot = t.option[o, O_LISTING] + own, (day * SLOTS + own) * SLOTS
    if overdue > 0:
        w.tally[A_LATE] += made
        _miss(t, w, o, own, k, day, made, overdue)
        units -= made
    if w.share[own, F_LATE] <= 0.0 or units == 0:
        return
    late = binomial_quantile(_luck(t, o, k, _S_LATE, slot), units, w.share[own, F_LATE])
    if late > 0:
        minutes = _lead(t, t.scalar[S_LATENESS_T], k, t.option[o, O_PRODUCT], t.option[o, O_MARKET], _S_LATE, slot + 1)
        w.tally[A_LATE] += late
        w.tally[A_DELIVERY_DAYS] += late * ((minutes + DAY_MINUTES - 1) // DAY_MINUTES)
        _miss(t, w, o, own, k, day, late, minutes)


@njit(cache=True, nogil=True)
def _miss(t: Tables, w: Work, o: int, own: int, k: int, day: int, units: int, minutes: int) -> None:
    """Charge a missed deadline on the day it is certain by how much it was missed."""
    row = t.option[o, O_LISTING] + own
    if _charged(t, w, row, _MISSED):
        _aim(t, w, o, own, w.live[own, V_RETAIL])
        _state(w, _MISSED, 0, units, units, minutes, 0)
        known = day + (max(0, t.listing[row, L_CLOCK]) + minutes + DAY_MINUTES - 1) // DAY_MINUTES
        _post(t, w, known, _charge(t, w, row, own, k, known, -1))


@njit(cache=True, nogil=True)
def _take_back(t: Tables, w: Work, o: int, own: int, k: int, day: int, delivered: int, units: int) -> None:
    """Returns of a batch: how many, when within the window (early days likelier), why, and what is resold."""
    if w.share[own, F_RETURN] <= 0.0:
        return
    slot = (day * SLOTS + own) * SLOTS
    back = binomial_quantile(_luck(t, o, k, _S_RETURNS, slot), units, w.share[own, F_RETURN])
    if back == 0:
        return
    w.tally[A_RETURNED] += back
    wait = _luck(t, o, k, _S_RETURNS, slot + 1)
    on = delivered + 1 + int(wait * wait * w.live[own, V_WINDOW])
    split = t.value[t.scalar[S_SPLIT_T], k] / PPM
    faulty = binomial_quantile(_luck(t, o, k, _S_RETURNS, slot + 2), back, split)
    _return_some(t, w, o, own, k, on, faulty, _QUALITY)
    _return_some(t, w, o, own, k, on, back - faulty, _CHANGE_OF_MIND)
    row = t.option[o, O_LISTING] + own
    handling = -_micro_to_minor(t, back * t.value[t.listing[row, L_RETURN_UNIT_T], k])
    _book(t, w, RETURNS, on, handling)
    _resell(t, w, o, own, k, slot, on, back)


@njit(cache=True, nogil=True)
def _resell(t: Tables, w: Work, o: int, own: int, k: int, slot: int, on: int, back: int) -> None:
    """Put the resaleable part back on hand the morning after it came back; the odd part of a unit is drawn."""
    exact = back * w.live[own, V_RESALE] / PPM
    units = min(back, int(exact + _luck(t, o, k, _S_RETURNS, slot + 3)))
    place = t.listing[t.option[o, O_LISTING] + own, L_PLACE]
    w.tally[A_BACK] += units
    if on + 1 < t.scalar[S_HORIZON]:
        w.arrive[place, on + 1] += units
        w.site[place, W_PENDING] += units
    else:
        w.site[place, W_TRANSIT] += units
        w.site[place, W_PENDING] += units


@njit(cache=True, nogil=True)
def _return_some(t: Tables, w: Work, o: int, own: int, k: int, on: int, units: int, reason: int) -> None:
    """Charge units that came back for one reason, and their refund."""
    if units == 0:
        return
    row = t.option[o, O_LISTING] + own
    _aim(t, w, o, own, w.live[own, V_RETAIL])
    _state(w, _RETURNED, reason, units, units, 0, 0)
    minor = _charge(t, w, row, own, k, on, RETURNS)
    _state(w, _REFUND, reason, units, units, 0, 0)
    _post(t, w, on, minor + _charge(t, w, row, own, k, on, RETURNS))


@njit(cache=True, nogil=True)
def _fine(t: Tables, w: Work, o: int, own: int, k: int, day: int, delivered: int, units: int) -> None:
    """Quality incidents of a batch, landing after the contract's own delay."""
    row = t.option[o, O_LISTING] + own
    if w.share[own, F_QUALITY] <= 0.0 or not _charged(t, w, row, _INCIDENT):
        return
    hits = binomial_quantile(_luck(t, o, k, _S_QUALITY, (day * SLOTS + own) * SLOTS), units, w.share[own, F_QUALITY])
    if hits > 0:
        on = delivered + w.live[own, V_PENALTY_DELAY]
        _aim(t, w, o, own, w.live[own, V_RETAIL])
        _state(w, _INCIDENT, _QUALITY, hits, hits, 0, 0)
        _post(t, w, on, _charge(t, w, row, own, k, on, -1))


@njit(cache=True, nogil=True)
def _run_out(t: Tables, w: Work, o: int, own: int, k: int, day: int) -> None:
    """Charge demand that met no stock, where the contract does."""
    row = t.option[o, O_LISTING] + own
    if _charged(t, w, row, _STOCK_OUT):
        _aim(t, w, o, own, w.live[own, V_RETAIL])
        _state(w, _STOCK_OUT, 0, w.lost[own], w.lost[own], 0, 0)
        _post(t, w, day, _charge(t, w, row, own, k, day, -1))


@njit(cache=True, nogil=True)
def _hold(t: Tables, w: Work, o: int, own: int, k: int, day: int) -> None:
    """End of day at one place: unit-days, and the platform's storage charge by age of the goods (first in, first out)."""
    site, place = w.site[own], t.option[o, O_PLACE] + own
    site[W_UNIT_DAYS] += site[W_ON_HAND]
    keeper = t.place[place, P_KEEPER]
    row = t.option[o, O_LISTING] + keeper
    ages = t.held_from[t.listing[row, L_CONTRACT]]
    if ages[0] < 0 or t.place[place, P_SELLER] == 1 or site[W_ON_HAND] == 0:
        return
    _aim(t, w, o, keeper, _micro_to_minor(t, t.value[t.option[o, O_UNIT_COST_T], k]))
    for index in range(ages.shape[0]):
        if ages[index] < 0:
            break
        older = _aged(w, own, day, ages[index + 1]) if index + 1 < ages.shape[0] and ages[index + 1] >= 0 else 0
        units = _aged(w, own, day, ages[index]) - older
        if units > 0:
            _state(w, _HELD, 0, units, 1, 0, ages[index])
            _post(t, w, day, _charge(t, w, row, keeper, k, day, -1))


@njit(cache=True, nogil=True)
def _aged(w: Work, own: int, day: int, age: int) -> int:
    """Units on hand that arrived at least ``age`` days ago, oldest sold first."""
    if age > day:
        return 0
    return max(0, w.arrived[own, day - age] - w.site[own, W_OUT])


@njit(cache=True, nogil=True)
def _demand(t: Tables, w: Work, o: int, k: int, day: int, total: float, state: np.uint64) -> None:
    """Draw the day's buyers and serve them; then sales and lost sales of every listing."""
    listings = t.option[o, O_LISTINGS]
    mean = total * t.season[t.option[o, O_PROFILE], day]
    units = count_quantile(to_unit(mix(state, day)), mean, t.dispersion[t.option[o, O_SERIES]])
    if units == 0:
        return
    w.tally[A_DEMANDED] += units
    for own in range(listings):
        w.got[own, 0], w.got[own, 1], w.lost[own] = 0, 0, 0
    if listings == 1:
        _take(t, w, o, 0, units)
    else:
        _split(t, w, o, k, day, units, total)
    for own in range(listings):
        if w.got[own, 0] > 0:
            _sell(t, w, o, own, k, day)
        if w.lost[own] > 0:
            _run_out(t, w, o, own, k, day)


@njit(cache=True, nogil=True)
def _end_week(t: Tables, w: Work, o: int, k: int, day: int) -> None:
    """Bill a week's storage and staff time on its last day, rounded once each."""
    week, volume = day // 7, t.option[o, O_VOLUME]
    for own in range(t.option[o, O_PLACES]):
        place = t.option[o, O_PLACE] + own
        rate, unit_days = t.value[t.place[place, P_STORAGE_T], k], w.site[own, W_UNIT_DAYS]
        w.site[own, W_UNIT_DAYS] = 0
        _book(t, w, STORAGE, day, -_micro_to_minor(t, div_round(rate * unit_days * volume, PPM, HALF_UP)))
    for own in range(t.option[o, O_LISTINGS]):
        if w.live[own, V_START] <= day and w.live[own, V_STOP] > week * 7:
            row = t.option[o, O_LISTING] + own
            minutes = t.value[t.listing[row, L_MINUTES_WEEK_T], k]
            w.work[week] += minutes
            w.duty[t.listing[row, L_WEEK_DUTY]] += minutes
    _book(t, w, LABOR, day, -div_round(w.work[week] * t.scalar[S_WAGE], 60_000, HALF_UP))


@njit(cache=True, nogil=True)
def _begin(t: Tables, w: Work, o: int, k: int) -> int:
    """Clear the scratch and open listings and places; the value at which opening stock is charged to the option."""
    horizon = t.scalar[S_HORIZON]
    w.cash[:] = 0
    w.component[:] = 0
    w.work[:] = 0
    w.duty[:] = 0
    w.volume[:] = 0
    w.tally[:] = 0
    for own in range(t.option[o, O_LISTINGS]):
        w.hits[own, :] = 0
        _open_listing(t, w, o, own, k)
        _start_listing(t, w, o, own, k, horizon)
    for own in range(t.option[o, O_PLACES]):
        w.arrive[own, :] = 0
        _open_place(t, w, o, own, k)
    value = t.value[t.option[o, O_UNIT_COST_T], k] * t.option[o, O_ON_HAND]
    opening = mul_ppm(_micro_to_minor(t, value), t.value[t.option[o, O_SALVAGE_T], k], HALF_UP)
    w.component[GOODS] -= opening
    return opening


@njit(cache=True, nogil=True)
def _start_listing(t: Tables, w: Work, o: int, own: int, k: int, horizon: int) -> None:
    """Deposit out on the first day and back on the last; opening charges when the listing goes live. New listings only."""
    row, start = t.option[o, O_LISTING] + own, w.live[own, V_START]
    if t.listing[row, L_NEW] == 0:
        return
    deposit = mul_ppm(t.value[t.listing[row, L_DEPOSIT_T], k], t.scalar[S_DEPOSIT], HALF_UP)
    w.cash[0] -= deposit
    w.cash[horizon - 1] += deposit
    if start < horizon and _charged(t, w, row, _OPENED):
        _aim(t, w, o, own, w.live[own, V_RETAIL])
        _state(w, _OPENED, 0, 0, 0, 0, 0)
        _post(t, w, start, _charge(t, w, row, own, k, start, SET_UP))


@njit(cache=True, nogil=True)
def _finish(t: Tables, w: Work, o: int, k: int, opening: int) -> bool:
    """Value what is left, charge the capital tied up, and check that money and units add up; False when they do not."""
    _unpack(w, t.option[o, O_LISTINGS])
    left, at_hand = 0, 0
    for own in range(t.option[o, O_PLACES]):
        site = w.site[own]
        at_hand += site[W_ON_HAND] + site[W_TRANSIT]
        share = t.value[t.option[o, O_SALVAGE_T], k]
        if site[W_STRANDED] >= 0:
            stranded = t.value[t.listing[t.option[o, O_LISTING] + site[W_STRANDED], L_SALVAGE_T], k]
            share = stranded if stranded >= 0 else share
        value = t.value[t.option[o, O_UNIT_COST_T], k] * (site[W_ON_HAND] + site[W_TRANSIT])
        left += mul_ppm(_micro_to_minor(t, value), share, HALF_UP)
    w.component[TERMINAL_STOCK] += left
    capital = _capital(t, w)
    w.component[CAPITAL] -= capital
    w.tally[A_ACCRUED] = left - opening - capital
    money = w.component.sum() == w.cash.sum() + w.tally[A_BEYOND] + w.tally[A_ACCRUED]
    tally = w.tally
    units = t.option[o, O_ON_HAND] + tally[A_ORDERED] + tally[A_BACK] == tally[A_SOLD] + at_hand
    return bool(money and units)


@njit(cache=True, nogil=True)
def _capital(t: Tables, w: Work) -> int:
    """The cost of the cash tied up at the end of each day, at the yearly rate, rounded once."""
    tied, balance = 0, 0
    for day in range(w.cash.shape[0]):
        balance += w.cash[day]
        if balance < 0:
            tied -= balance
    return div_round(div_round(tied, 365, HALF_UP) * t.scalar[S_CAPITAL], PPM, HALF_UP)


@njit(cache=True, nogil=True)
def play(t: Tables, w: Work, o: int, k: int) -> bool:
    """Play option ``o`` on path ``k`` into the scratch; False when money or units do not add up."""
    horizon, places = t.scalar[S_HORIZON], t.option[o, O_PLACES]
    opening = _begin(t, w, o, k)
    state = mix(mix(mix(np.uint64(0), t.scalar[S_SEED]), k), t.option[o, O_PRODUCT])
    state = mix(mix(state, t.option[o, O_MARKET]), _S_DEMAND)
    total, following = 0.0, 0
    for day in range(horizon):
        cm3 = 0
        for own in range(places):
            _restock(t, w, o, own, k, day)
            if t.place[t.option[o, O_PLACE] + own, P_SELLER] == 1:
                cm3 += w.site[own, W_ON_HAND] * t.option[o, O_VOLUME]
        w.volume[day // 7] = max(w.volume[day // 7], cm3)
        if day == following:
            total, following = _weigh(t, w, o, k, day)
        if total > 0.0:
            _demand(t, w, o, k, day, total, state)
        for own in range(places):
            _hold(t, w, o, own, k, day)
            if w.stock.shape[1] > 0:
                w.stock[own, day] = w.site[own, W_ON_HAND]
        if day % 7 == 6 or day == horizon - 1:
            _end_week(t, w, o, k, day)
    return _finish(t, w, o, k, opening)


class Sums(NamedTuple):
    """Results by option, filled by `play_all`; see `Outcomes`."""

    profit: np.ndarray  # [option, path]
    component: np.ndarray  # [option, COMPONENTS] sums over paths
    cash_mean: np.ndarray  # [option, week] sums over paths
    cash_low: np.ndarray  # [option, week]
    work: np.ndarray  # [option, week] sums of thousandths of a minute
    duty: np.ndarray  # [option, DUTIES]
    volume: np.ndarray  # [option, week] sums of peaks
    tally: np.ndarray  # [option, A_COLUMNS] sums


@njit(cache=True, nogil=True)
def _weekly_low(w: Work, lows: np.ndarray) -> None:
    """The lowest end-of-day balance of each week."""
    balance = 0
    for day in range(w.cash.shape[0]):
        balance += w.cash[day]
        week = day // 7
        lows[week] = balance if day % 7 == 0 else min(lows[week], balance)


@njit(cache=True, nogil=True)
def play_all(t: Tables, w: Work, s: Sums, lows: np.ndarray, first: int, last: int) -> int:
    """Play options ``first`` to ``last`` on all paths; the number of paths that did not add up (always 0)."""
    wrong, paths = 0, s.profit.shape[1]
    for o in range(first, last):
        for k in range(paths):
            if not play(t, w, o, k):
                wrong += 1
            s.profit[o, k] = w.component.sum()
            s.component[o] += w.component
            s.work[o] += w.work
            s.duty[o] += w.duty
            s.volume[o] += w.volume
            s.tally[o] += w.tally
            _weekly_low(w, lows[k])
        for week in range(lows.shape[1]):
            s.cash_mean[o, week] = lows[:, week].sum()
            s.cash_low[o, week] = np.sort(lows[:, week])[(paths - 1) // 10]
    return wrong
