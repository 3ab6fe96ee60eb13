"""The day loop: one option on one path, in int64 money, with every charge priced by the contract kernels.

Hides the flat layout's columns and the caches. Keeps two invariants that every path checks: the components add up to
what was paid and what is still owed, and every unit ordered is sold, on hand, or on its way.

Five arrays travel through the loop: ``c`` charges, ``v`` values drawn per path, ``w`` everything this path writes (one
int64 vector cut by the ``AT_`` offsets below), ``f`` its shares and means, ``h`` the hash states of its streams.
They are bare views (`bare`), so that nobody counts references inside the loop.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import config, njit
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from tuoguan.contracts.kernels import COLUMN_COUNT, charge_minor, draw_value
from tuoguan.foundation.facts import FIELD_COUNT, FactKind, Field
from tuoguan.foundation.kernels import HALF_UP, PPM, UP, div_round, mix, mul_ppm, to_unit, u01
from tuoguan.foundation.random import Stream
from tuoguan.simulate.counts.kernels import binomial_quantile, count_at, log_ratio

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]

KEPT_COUNTS = 64  # batches below this size are priced once per path and then looked up
SPEED_KNEE_DAYS = 7.0  # delivery days below the knee count a quarter (source E01: little effect below 7 days)
SPEED_BELOW_KNEE = 0.25
DAY_MINUTES = 1440
SLOTS = 8  # most listings or places of an option; also draws of one stream, day and listing
COMPONENTS = 15
DUTIES = 13

# Component positions (order of `Component`).
(REVENUE, COMMISSION, PLATFORM_FEES, SUBSIDY, GOODS, FIRST_LEG, DUTY, LAST_MILE, STORAGE, RETURNS, PENALTIES, LABOR,
 CAPITAL, SET_UP, TERMINAL_STOCK) = range(COMPONENTS)  # fmt: skip

# Columns of the option, listing and place tables; names ending in _T are rows of the term table.
(O_LISTING, O_LISTINGS, O_PLACE, O_PLACES, O_PRODUCT, O_MARKET, O_SERIES, O_PROFILE, O_MOQ, O_CARTON, O_WEIGHT,
 O_VOLUME,
 O_DAYS_TODAY, O_PRICE_TODAY, O_ON_HAND, O_UNIT_COST_T, O_SUPPLIER_T, O_RETURN_T, O_ELASTICITY_T, O_SPEED_T, O_DUTY_T,
 O_SALVAGE_T, O_COLUMNS) = range(23)  # fmt: skip
(L_CONTRACT, L_ADDRESS, L_PLACE, L_SUPPLY, L_TRIGGER, L_PARCEL, L_BULK, L_CLOCK, L_DEADLINE, L_ORDER_DUTY, L_STOCK_DUTY,
 L_WEEK_DUTY, L_NEW, L_RETAIL_T, L_SPREAD_T, L_REACH_T, L_VISIBILITY_T, L_DELIVERY_T, L_PICK_T, L_LABEL_T,
 L_RETURN_UNIT_T, L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T, L_LIVE_T, L_LATE_T, L_WINDOW_T, L_RESALE_T,
 L_QUALITY_T, L_PENALTY_DELAY_T, L_LAG_T, L_TRANSFER_T, L_RESERVE_T, L_RESERVE_DAYS_T, L_DEPOSIT_T, L_REGIME_T,
 L_SALVAGE_T, L_GRID_T, L_COLUMNS) = range(39)  # fmt: skip
(P_SELLER, P_JIT, P_LEVEL, P_REVIEW, P_MINIMUM, P_DIVISOR, P_LANE, P_KG_T, P_CBM_T, P_LEAD_T, P_STORAGE_T, P_RECEIVE_T,
 P_KEEPER, P_COLUMNS) = range(14)  # fmt: skip
(
    S_SEED,
    S_HORIZON,
    S_WAGE,
    S_CAPITAL,
    S_MICRO,
    S_OVERLAP_T,
    S_SPLIT_T,
    S_LATENESS_T,
    S_DEPOSIT,
    S_LOG_ROWS,
    S_COLUMNS,
) = range(11)
T_LOW, T_MODE, T_HIGH, T_DISTRIBUTION, T_COLUMNS = range(5)
C_COMPONENT, C_TERM = COLUMN_COUNT, COLUMN_COUNT + 1  # two columns behind those of the contract kernels

# The header of ``w``: numbers of the option on this path.
(G_SEED, G_PATH, G_HORIZON, G_MICRO, G_WAGE, G_CAPITAL, G_DEPOSIT, G_PRODUCT, G_MARKET, G_WEIGHT, G_VOLUME, G_MOQ,
 G_CARTON,
 G_UNIT_COST, G_DUTY, G_SALVAGE, G_OPENING, G_LISTINGS, G_PLACES, G_LOG_ROWS, G_SUPPLIER_LOW, G_SUPPLIER_MODE,
 G_SUPPLIER_HIGH, G_SUPPLIER_SHAPE, G_LATENESS_LOW, G_LATENESS_MODE, G_LATENESS_HIGH, G_LATENESS_SHAPE, G_CUSTOMS,
 G_COLUMNS) = range(30)  # fmt: skip
# One listing on one path, and one place on one path.
(V_ROW, V_CONTRACT, V_PLACE, V_TRIGGER, V_PARCEL, V_BULK, V_CLOCK, V_DEADLINE, V_ORDER_DUTY, V_STOCK_DUTY, V_WEEK_DUTY,
 V_RETAIL, V_SUPPLY, V_START, V_STOP, V_DELIVERY, V_RESALE, V_WINDOW, V_TRANSFER, V_RESERVE, V_RESERVE_DAYS, V_PERIOD,
 V_PENALTY_DELAY, V_PARCEL_MICRO, V_RETURN_MICRO, V_MINUTES_ORDER, V_MINUTES_STOCK, V_MINUTES_WEEK, V_SALVAGE,
 V_LAG_LOW, V_LAG_MODE, V_LAG_HIGH, V_LAG_SHAPE, V_GOT, V_MADE, V_LOST, V_COLUMNS) = range(37)  # fmt: skip
(W_ON_HAND, W_PENDING, W_TRANSIT, W_OUT, W_LAST, W_UNIT_DAYS, W_FIRST, W_END, W_STRANDED, W_NEXT, W_SELLER, W_JIT,
 W_LEVEL,
 W_REVIEW, W_MINIMUM, W_DIVISOR, W_LANE, W_KG, W_CBM, W_LEAD_LOW, W_LEAD_MODE, W_LEAD_HIGH, W_LEAD_SHAPE, W_STORAGE,
 W_RECEIVE, W_KEEPER, W_AGES, W_COLUMNS) = range(28)  # fmt: skip
(A_SOLD, A_DEMANDED, A_ORDERED, A_LATE, A_RETURNED, A_DELIVERY_DAYS, A_BEYOND, A_ACCRUED, A_BACK, A_LOGGED,
 A_COLUMNS) = range(11)  # fmt: skip
LOG_LISTING, LOG_DAY, LOG_MINOR, LOG_FIELDS = range(4)
LOG_COLUMNS = 3 + FIELD_COUNT
KEPT_COLUMNS = 3 + COMPONENTS  # days with that batch, its net, its picking cost, its components
MOST_AGES = 6  # age classes of stored goods

# Where each part of ``w`` starts; from AT_DAYS on, rows as long as the horizon.
AT_COMPONENT = G_COLUMNS
AT_DUTY = AT_COMPONENT + COMPONENTS
AT_TALLY = AT_DUTY + DUTIES
AT_FACT = AT_TALLY + A_COLUMNS
AT_LIVE = AT_FACT + FIELD_COUNT
AT_SITE = AT_LIVE + SLOTS * V_COLUMNS
AT_AGES = AT_SITE + SLOTS * W_COLUMNS
AT_KEPT = AT_AGES + SLOTS * (MOST_AGES + 1)
AT_DAYS = AT_KEPT + SLOTS * KEPT_COUNTS * KEPT_COLUMNS
ROW_CASH, ROW_WORK, ROW_PEAK, ROW_ARRIVE, ROW_ARRIVED, ROW_STOCK, ROWS = (
    0,
    1,
    2,
    3,
    3 + SLOTS,
    3 + 2 * SLOTS,
    3 + 3 * SLOTS,
)

# Columns of ``f`` by listing.
(F_MEAN, F_WEIGHT, F_LATE, F_NO_LATE, F_RETURN, F_NO_RETURN, F_QUALITY, F_NO_QUALITY, F_COLUMNS) = range(9)
F_SPLIT, F_OVERLAP = SLOTS * F_COLUMNS, SLOTS * F_COLUMNS + 1
F_LENGTH = F_OVERLAP + 1
H_DEMAND, H_RETURNS, H_LATE, H_QUALITY, H_LAG, H_SPLIT, H_SUPPLIER, H_LENGTH = range(8)

_ORDER_PLACED, _SHIPPED, _DELIVERED = (
    int(FactKind.ORDER_PLACED),
    int(FactKind.UNITS_SHIPPED),
    int(FactKind.UNITS_DELIVERED),
)
_RETURNED, _REFUND = int(FactKind.UNITS_RETURNED), int(FactKind.REFUND_ISSUED)
_MISSED, _STOCK_OUT, _INCIDENT = int(FactKind.DEADLINE_MISSED), int(FactKind.STOCK_OUT), int(FactKind.QUALITY_INCIDENT)
_STOCK_ORDER, _INBOUND, _HELD = int(FactKind.STOCK_ORDER_PLACED), int(FactKind.UNITS_INBOUND), int(FactKind.STOCK_HELD)
_PARCEL, _BULK, _OPENED = int(FactKind.PARCEL_IMPORTED), int(FactKind.BULK_IMPORTED), int(FactKind.LISTING_OPENED)
_PAYOUT = int(FactKind.PAYOUT_SENT)
KINDS = max(int(kind) for kind in FactKind) + 1
_REASON, _QUANTITY, _ORDERS, _PARCELS, _LINES = 1, 2, 3, 4, 5
_RETAIL, _SUPPLY, _WEIGHT, _VOLUME, _MINUTES, _DAYS_HELD, _CUSTOMS = 6, 7, 8, 9, 10, 11, 12
assert int(Field.CUSTOMS_VALUE) == _CUSTOMS and FIELD_COUNT == 13
_CHANGE_OF_MIND, _QUALITY = 1, 2
TRIGGER_INBOUND, TRIGGER_SHIPPED, TRIGGER_DELIVERED = 0, 1, 2
_STREAMS = (
    int(Stream.DEMAND), int(Stream.RETURNS), int(Stream.LATE), int(Stream.QUALITY), int(Stream.PAYOUT_LAG),
    int(Stream.REACH), int(Stream.SUPPLIER_LEAD),
)  # fmt: skip
_S_REGIME, _S_LANE = int(Stream.REGIME), int(Stream.LANE_LEAD)


class Tables(NamedTuple):
    """What every path reads, built by `layout`; int64 but for ``level``, ``dispersion`` and ``season``."""

    option: Ints  # [option, O_COLUMNS]
    listing: Ints  # [listing, L_COLUMNS]
    place: Ints  # [place, P_COLUMNS]
    term: Ints  # [term, T_COLUMNS] bounds of what is drawn anew each time
    value: Ints  # [term, path] drawn once per path
    charge: Ints  # [charge, contract columns + C_COMPONENT, C_TERM] sorted by contract and fact kind
    start: Ints  # [contract, kind] first charge of each kind; the next column is the end
    ages: Ints  # [contract, MOST_AGES + 1] first day of each storage age class, -1 past the last
    level: Floats  # [series, path]
    dispersion: Floats  # [series]
    season: Floats  # [profile, day of horizon]
    scalar: Ints  # [S_COLUMNS]


class Sums(NamedTuple):
    """Results by option, filled by `play_all`; see `Outcomes`."""

    profit: Ints  # [option, path]
    component: Ints  # [option, COMPONENTS] sums over paths
    cash_mean: Ints  # [option, week] sums over paths
    cash_low: Ints  # [option, week]
    work: Ints  # [option, week] sums of thousandths of a minute
    duty: Ints  # [option, DUTIES]
    volume: Ints  # [option, week] sums of peaks
    tally: Ints  # [option, A_COLUMNS] sums


if config.DISABLE_JIT:  # type: ignore[attr-defined]

    def bare(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The array itself where nothing is compiled."""
        return array
else:

    @intrinsic
    def bare(_: Any, array: Any) -> Any:
        """The same memory without an owner, so that passing it on costs nothing; the caller keeps the owner alive."""

        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            view = make_array(signature.args[0])(context, builder, value=values[0])
            for owner in ("meminfo", "parent"):
                setattr(view, owner, getattr(view, owner).type(None))
            return view._getvalue()

        return array(array), build


@njit(cache=True, nogil=True)
def draw_terms(source: Ints, seed: int, paths: int) -> Ints:
    """Values [term, path] of terms (low, mode, high, distribution, first address, second address, stream)."""
    value = np.empty((source.shape[0], paths), np.int64)
    for term in range(source.shape[0]):
        row = source[term]
        for path in range(paths):
            if row[0] == row[2]:
                value[term, path] = row[1]
            else:
                u = u01(seed, path, row[4], row[5], row[6], 0)
                value[term, path] = draw_value(row[0], row[1], row[2], row[3], u)
    return value


@njit(cache=True, nogil=True)
def draw_levels(product: Ints, market: Ints, stream: int, seed: int, paths: int) -> Floats:
    """Uniform numbers [series, path] at the addresses of the series."""
    uniform = np.empty((product.shape[0], paths))
    for series in range(product.shape[0]):
        for path in range(paths):
            uniform[series, path] = u01(seed, path, product[series], market[series], stream, 0)
    return uniform


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _post(w: Ints, day: int, minor: int) -> None:
    """Pay or receive on ``day``; past the horizon the amount is only owed."""
    if day < w[G_HORIZON]:
        w[AT_DAYS + day] += minor
    else:
        w[AT_TALLY + A_BEYOND] += minor


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _book(w: Ints, component: int, day: int, minor: int) -> None:
    """Enter an amount in the bridge and pay it on ``day``."""
    w[AT_COMPONENT + component] += minor
    _post(w, day, minor)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _micro_to_minor(w: Ints, micro: int) -> int:
    """Minor units of a micro amount, rounded half up once."""
    return int(div_round(micro, w[G_MICRO], HALF_UP))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _toil(w: Ints, day: int, duty: int, minutes: int) -> None:
    """Add staff time (thousandths of a minute) to the week and the duty."""
    w[AT_DAYS + ROW_WORK * w[G_HORIZON] + day // 7] += minutes
    w[AT_DUTY + duty] += minutes


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _state(w: Ints, kind: int, reason: int, quantity: int, orders: int, minutes: int, held: int) -> None:
    """Fill in the part of the fact that changes; one unit is one order, one parcel and one customs line."""
    w[AT_FACT] = kind
    w[AT_FACT + _REASON] = reason
    w[AT_FACT + _QUANTITY] = quantity
    w[AT_FACT + _ORDERS] = orders
    w[AT_FACT + _PARCELS] = orders
    w[AT_FACT + _LINES] = orders
    w[AT_FACT + _MINUTES] = minutes
    w[AT_FACT + _DAYS_HELD] = held


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _aim(w: Ints, live: int, customs_minor: int) -> None:
    """Point the fact at a listing: its prices and the goods' size."""
    w[AT_FACT + _RETAIL] = w[live + V_RETAIL]
    w[AT_FACT + _SUPPLY] = w[live + V_SUPPLY]
    w[AT_FACT + _WEIGHT] = w[G_WEIGHT]
    w[AT_FACT + _VOLUME] = w[G_VOLUME]
    w[AT_FACT + _CUSTOMS] = customs_minor


@njit(cache=True, nogil=True, error_model="numpy")
def _charge(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, moved: int) -> int:
    """What the contract makes of the fact, entered in the bridge (under ``moved`` when that is not negative)."""
    contract, kind, total = w[live + V_CONTRACT], w[AT_FACT], 0
    deadline = w[live + V_DEADLINE] if kind == _MISSED else -1
    first, last = k[contract, kind], k[contract, kind + 1]
    if first < last:
        fact = w[AT_FACT : AT_FACT + FIELD_COUNT]
        for row in range(first, last):
            minor = charge_minor(c[row], v[c[row, C_TERM], w[G_PATH]], fact, deadline)
            w[AT_COMPONENT + (moved if moved >= 0 else c[row, C_COMPONENT])] += minor
            total += minor
    if w[G_LOG_ROWS] > 0:
        _record(w, (live - AT_LIVE) // V_COLUMNS, day, total)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _record(w: Ints, own: int, day: int, minor: int) -> None:
    """Keep the fact for `trace`; one past the room is counted but not written."""
    row = w[AT_TALLY + A_LOGGED]
    w[AT_TALLY + A_LOGGED] += 1
    if row < w[G_LOG_ROWS]:
        at = AT_DAYS + ROWS * w[G_HORIZON] + row * LOG_COLUMNS
        w[at + LOG_LISTING], w[at + LOG_DAY], w[at + LOG_MINOR] = own, day, minor
        for column in range(FIELD_COUNT):
            w[at + LOG_FIELDS + column] = w[AT_FACT + column]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _charged(k: Ints, w: Ints, live: int, kind: int) -> bool:
    """True when the contract prices this kind of fact, or when facts are being recorded."""
    contract = w[live + V_CONTRACT]
    return bool(k[contract, kind] < k[contract, kind + 1] or w[G_LOG_ROWS] > 0)


@njit(cache=True, nogil=True, error_model="numpy")
def _knee(days: int) -> float:
    """Delivery days as buyers feel them: below the knee a day counts a quarter."""
    if days >= SPEED_KNEE_DAYS:
        return float(days)
    return SPEED_KNEE_DAYS - SPEED_BELOW_KNEE * (SPEED_KNEE_DAYS - days)


@njit(cache=True, nogil=True, error_model="numpy")
def _response(v: Ints, option: Ints, listing: Ints, path: int, retail: int) -> float:
    """Units sold under the contract for one sold today: reach x visibility x price response x speed response."""
    factor = v[listing[L_REACH_T], path] / PPM * (v[listing[L_VISIBILITY_T], path] / PPM)
    today = option[O_PRICE_TODAY]
    if today > 0 and retail > 0:
        factor *= (retail / today) ** (v[option[O_ELASTICITY_T], path] / PPM)
    saved = _knee(option[O_DAYS_TODAY]) - _knee(v[listing[L_DELIVERY_T], path])
    return float(factor * (1.0 + v[option[O_SPEED_T], path] / PPM) ** saved)


@njit(cache=True, nogil=True, error_model="numpy")
def _stop_day(w: Ints, rate_ppm: int, contract_address: int) -> int:
    """The day the contract ends on this path: exponential with its yearly rate, one draw per contract."""
    if rate_ppm <= 0:
        return int(w[G_HORIZON])
    u = u01(w[G_SEED], w[G_PATH], contract_address, 0, _S_REGIME, 0)
    return int(min(float(w[G_HORIZON]), -math.log(u) * 365.0 * PPM / rate_ppm))


@njit(cache=True, nogil=True, error_model="numpy")
def _copy_bounds(w: Ints, at: int, bounds: Ints) -> None:
    """Keep (low, mode, high, distribution) of what is drawn anew each time."""
    for column in range(4):
        w[at + column] = bounds[column]


@njit(cache=True, nogil=True, error_model="numpy")
def _open_listing(t: Tables, w: Ints, f: Floats, option: Ints, own: int) -> None:
    """Draw what listing ``own`` is on this path: prices, dates, shares."""
    row, live, path, v = option[O_LISTING] + own, AT_LIVE + own * V_COLUMNS, w[G_PATH], t.value
    listing = t.listing[row]
    retail, supply = v[listing[L_RETAIL_T], path], listing[L_SUPPLY]
    if supply < 0:
        supply = mul_ppm(retail, PPM - v[listing[L_SPREAD_T], path], HALF_UP)
    w[live + V_ROW], w[live + V_CONTRACT], w[live + V_PLACE] = row, listing[L_CONTRACT], listing[L_PLACE]
    w[live + V_TRIGGER], w[live + V_PARCEL], w[live + V_BULK] = listing[L_TRIGGER], listing[L_PARCEL], listing[L_BULK]
    w[live + V_CLOCK], w[live + V_DEADLINE] = listing[L_CLOCK], listing[L_DEADLINE]
    w[live + V_ORDER_DUTY], w[live + V_STOCK_DUTY] = listing[L_ORDER_DUTY], listing[L_STOCK_DUTY]
    w[live + V_WEEK_DUTY] = listing[L_WEEK_DUTY]
    w[live + V_RETAIL], w[live + V_SUPPLY] = retail, supply
    w[live + V_START] = v[listing[L_LIVE_T], path]
    w[live + V_STOP] = _stop_day(w, v[listing[L_REGIME_T], path], listing[L_ADDRESS])
    w[live + V_DELIVERY], w[live + V_RESALE] = v[listing[L_DELIVERY_T], path], v[listing[L_RESALE_T], path]
    w[live + V_WINDOW], w[live + V_TRANSFER] = v[listing[L_WINDOW_T], path], v[listing[L_TRANSFER_T], path]
    w[live + V_RESERVE], w[live + V_RESERVE_DAYS] = v[listing[L_RESERVE_T], path], v[listing[L_RESERVE_DAYS_T], path]
    w[live + V_PENALTY_DELAY], w[live + V_SALVAGE] = v[listing[L_PENALTY_DELAY_T], path], v[listing[L_SALVAGE_T], path]
    w[live + V_PARCEL_MICRO] = v[listing[L_PICK_T], path] + v[listing[L_LABEL_T], path]
    w[live + V_RETURN_MICRO] = v[listing[L_RETURN_UNIT_T], path]
    w[live + V_MINUTES_ORDER] = v[listing[L_MINUTES_ORDER_T], path]
    w[live + V_MINUTES_STOCK] = v[listing[L_MINUTES_STOCK_T], path]
    w[live + V_MINUTES_WEEK] = v[listing[L_MINUTES_WEEK_T], path]
    grid = v[listing[L_GRID_T], path]
    w[live + V_PERIOD] = max(1, 30 // grid) if grid > 0 else 1
    _copy_bounds(w, live + V_LAG_LOW, t.term[listing[L_LAG_T]])
    at = own * F_COLUMNS
    f[at + F_MEAN] = t.level[option[O_SERIES], path] * _response(v, option, listing, path, retail)
    _share(f, at + F_LATE, v[listing[L_LATE_T], path])
    _share(f, at + F_RETURN, v[option[O_RETURN_T], path])
    _share(f, at + F_QUALITY, v[listing[L_QUALITY_T], path])


@njit(cache=True, nogil=True, error_model="numpy")
def _share(f: Floats, at: int, ppm: int) -> None:
    """Keep a share, and behind it the logarithm of its complement, so that "none" costs one exponential."""
    share = min(1.0, ppm / PPM)
    f[at] = share
    f[at + 1] = math.log1p(-share) if share < 1.0 else -math.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _open_place(t: Tables, w: Ints, option: Ints, own: int) -> None:
    """Start one place: opening stock at the first, first order so that goods can arrive when the listing goes live."""
    site, path, v, horizon = AT_SITE + own * W_COLUMNS, w[G_PATH], t.value, w[G_HORIZON]
    place = t.place[option[O_PLACE] + own]
    w[site + W_ON_HAND] = option[O_ON_HAND] if own == 0 else 0
    for column in range(W_PENDING, W_FIRST):
        w[site + column] = 0
    w[site + W_SELLER], w[site + W_JIT], w[site + W_LEVEL] = place[P_SELLER], place[P_JIT], place[P_LEVEL]
    w[site + W_REVIEW], w[site + W_MINIMUM], w[site + W_DIVISOR] = place[P_REVIEW], place[P_MINIMUM], place[P_DIVISOR]
    w[site + W_LANE], w[site + W_KEEPER] = place[P_LANE], place[P_KEEPER]
    w[site + W_KG], w[site + W_CBM] = v[place[P_KG_T], path], v[place[P_CBM_T], path]
    w[site + W_STORAGE], w[site + W_RECEIVE] = v[place[P_STORAGE_T], path], v[place[P_RECEIVE_T], path]
    _copy_bounds(w, site + W_LEAD_LOW, t.term[place[P_LEAD_T]])
    start, end, last = horizon, -1, -1
    for other in range(option[O_LISTINGS]):
        live = AT_LIVE + other * V_COLUMNS
        if w[live + V_PLACE] == own:
            start = min(start, w[live + V_START])
            if w[live + V_STOP] > end:
                end, last = w[live + V_STOP], other
    w[site + W_FIRST] = max(0, start - w[G_SUPPLIER_MODE] - w[site + W_LEAD_MODE])
    w[site + W_END] = end
    w[site + W_STRANDED] = last if end < horizon else -1  # a place no listing draws on is not stranded
    w[site + W_NEXT] = horizon if place[P_JIT] == 1 else w[site + W_FIRST]
    contract = w[AT_LIVE + place[P_KEEPER] * V_COLUMNS + V_CONTRACT]
    w[site + W_AGES] = -1 if place[P_SELLER] == 1 else AT_AGES + own * (MOST_AGES + 1)
    for index in range(MOST_AGES + 1):
        w[AT_AGES + own * (MOST_AGES + 1) + index] = t.ages[contract, index]
    if t.ages[contract, 0] < 0:
        w[site + W_AGES] = -1
    arrive = AT_DAYS + (ROW_ARRIVE + own) * horizon
    w[arrive : arrive + horizon] = 0
    w[AT_DAYS + (ROW_ARRIVED + own) * horizon] = w[site + W_ON_HAND]


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh(w: Ints, f: Floats, day: int) -> tuple[float, int]:
    """The option's mean at season 1 from ``day`` on, and the next day on which a listing opens or stops.

    The strongest listing keeps its full mean; of every other a drawn share would have bought there anyway.
    """
    following, best, strongest = w[G_HORIZON], 0.0, -1
    for own in range(w[G_LISTINGS]):
        live, at = AT_LIVE + own * V_COLUMNS, own * F_COLUMNS
        start, stop = w[live + V_START], w[live + V_STOP]
        if start > day:
            following = min(following, start)
        if stop > day:
            following = min(following, stop)
        f[at + F_WEIGHT] = f[at + F_MEAN] if start <= day < stop else 0.0
        if f[at + F_WEIGHT] > best:
            best, strongest = f[at + F_WEIGHT], own
    total = 0.0
    for own in range(w[G_LISTINGS]):
        if own != strongest:
            f[own * F_COLUMNS + F_WEIGHT] *= 1.0 - f[F_OVERLAP]
        total += f[own * F_COLUMNS + F_WEIGHT]
    return total, following


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _drawn(w: Ints, bounds: int, u: float) -> int:
    """A whole number drawn between the bounds kept at ``bounds``."""
    return int(draw_value(w[bounds], w[bounds + 1], w[bounds + 2], w[bounds + 3], u))


@njit(cache=True, nogil=True, error_model="numpy")
def _freight_minor(w: Ints, site: int, units: int) -> int:
    """Freight of one shipment: per kg of chargeable weight and per cubic meter, at least the lane's minimum."""
    grams, cm3 = w[G_WEIGHT] * units, w[G_VOLUME] * units
    if w[site + W_DIVISOR] > 0:
        grams = max(grams, div_round(cm3 * 1000, w[site + W_DIVISOR], UP))
    micro = div_round(w[site + W_KG] * grams, 1000, HALF_UP) + div_round(w[site + W_CBM] * cm3, PPM, HALF_UP)
    return int(max(w[site + W_MINIMUM], _micro_to_minor(w, micro)))


@njit(cache=True, nogil=True, error_model="numpy")
def _buy(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, site: int, day: int, units: int) -> int:
    """The day these goods arrive; everything the order costs is booked now and paid on its own day."""
    ready = day + _drawn(w, G_SUPPLIER_LOW, to_unit(mix(h[H_SUPPLIER], day)))
    sailed = _drawn(w, site + W_LEAD_LOW, u01(w[G_SEED], w[G_PATH], w[site + W_LANE], 0, _S_LANE, day))
    arrival = max(ready + sailed, w[site + W_LAST])
    w[site + W_LAST] = arrival
    w[AT_TALLY + A_ORDERED] += units
    goods = _micro_to_minor(w, w[G_UNIT_COST] * units)
    _book(w, GOODS, day, -goods)
    _book(w, FIRST_LEG, ready, -_freight_minor(w, site, units))
    received = div_round(w[site + W_RECEIVE] * w[G_VOLUME] * units, PPM, HALF_UP)
    _book(w, STORAGE, arrival, -_micro_to_minor(w, received))
    _book(w, DUTY, arrival, -mul_ppm(goods, w[G_DUTY], HALF_UP))
    _charge_order(c, k, v, w, h, site, day, arrival, units)
    return int(arrival)


@njit(cache=True, nogil=True, error_model="numpy")
def _charge_order(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, site: int, day: int, arrival: int, units: int) -> None:
    """Staff minutes and contract charges of a stock order, under the first contract that draws on the place."""
    live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    _toil(w, day, w[live + V_STOCK_DUTY], w[live + V_MINUTES_STOCK])
    _aim(w, live, w[G_CUSTOMS])
    if w[site + W_SELLER] == 0:
        _state(w, _STOCK_ORDER, 0, units, 1, 0, 0)
        if _charged(k, w, live, _STOCK_ORDER):
            _post(w, day, _charge(c, k, v, w, live, day, -1))
        _state(w, _INBOUND, 0, units, 1, 0, 0)
        if _charged(k, w, live, _INBOUND):
            paid = _pay_day(w, h, live, day, arrival) if w[live + V_TRIGGER] == TRIGGER_INBOUND else arrival
            _post(w, paid, _charge(c, k, v, w, live, arrival, -1))
    _state(w, _BULK, 0, units, 1, 0, 0)
    if w[live + V_BULK] == 1 and _charged(k, w, live, _BULK):
        _post(w, arrival, _charge(c, k, v, w, live, arrival, -1))


@njit(cache=True, nogil=True, error_model="numpy")
def _receive(w: Ints, own: int, day: int, arrival: int, units: int) -> None:
    """Put bought units on their way to the place; the same day they are on hand at once."""
    site, horizon = AT_SITE + own * W_COLUMNS, w[G_HORIZON]
    if arrival == day:
        w[site + W_ON_HAND] += units
        w[AT_DAYS + (ROW_ARRIVED + own) * horizon + day] += units
        return
    w[site + W_PENDING] += units
    if arrival < horizon:
        w[AT_DAYS + (ROW_ARRIVE + own) * horizon + arrival] += units
    else:
        w[site + W_TRANSIT] += units


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _arrive(w: Ints, own: int, day: int) -> None:
    """Receipts of the morning."""
    site, horizon = AT_SITE + own * W_COLUMNS, w[G_HORIZON]
    came = w[AT_DAYS + (ROW_ARRIVE + own) * horizon + day]
    arrived = AT_DAYS + (ROW_ARRIVED + own) * horizon + day
    if day > 0:
        w[arrived] = w[arrived - 1] + came
    else:
        w[arrived] += came
    w[site + W_ON_HAND] += came
    w[site + W_PENDING] -= came


@njit(cache=True, nogil=True, error_model="numpy")
def _restock(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, own: int, day: int) -> None:
    """On a review day, an order up to the level, rounded up to the MOQ and whole cartons."""
    site = AT_SITE + own * W_COLUMNS
    w[site + W_NEXT] = day + w[site + W_REVIEW]
    if day >= w[site + W_END]:
        w[site + W_NEXT] = w[G_HORIZON]
        return
    wanted = w[site + W_LEVEL] - w[site + W_ON_HAND] - w[site + W_PENDING]
    if wanted > 0:
        units = (max(wanted, w[G_MOQ]) + w[G_CARTON] - 1) // w[G_CARTON] * w[G_CARTON]
        _receive(w, own, day, _buy(c, k, v, w, h, site, day, units), units)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _take(w: Ints, live: int, units: int) -> None:
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


@njit(cache=True, nogil=True, error_model="numpy")
def _split(w: Ints, f: Floats, h: Hashes, day: int, units: int, total: float) -> None:
    """Buyers arrive one by one in random order and choose a listing by its weight: the fair way to share stock."""
    for buyer in range(units):
        point = to_unit(mix(h[H_SPLIT], day * 65536 + buyer)) * total
        own = 0
        while own < w[G_LISTINGS] - 1 and point >= f[own * F_COLUMNS + F_WEIGHT]:
            point -= f[own * F_COLUMNS + F_WEIGHT]
            own += 1
        while f[own * F_COLUMNS + F_WEIGHT] <= 0.0:
            own -= 1
        _take(w, AT_LIVE + own * V_COLUMNS, 1)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _slot(live: int, day: int, draw: int) -> int:
    """The last address word of a listing's ``draw`` on one day; the first listing's is the same in every option."""
    return (day * SLOTS + (live - AT_LIVE) // V_COLUMNS) * SLOTS + draw


@njit(cache=True, nogil=True, error_model="numpy")
def _pay_day(w: Ints, h: Hashes, live: int, day: int, trigger: int) -> int:
    """The day a payout triggered on ``trigger`` reaches the bank; the lag is drawn for the batch of ``day``."""
    lag = w[live + V_LAG_MODE]
    if w[live + V_LAG_LOW] < w[live + V_LAG_HIGH]:
        lag = _drawn(w, live + V_LAG_LOW, to_unit(mix(h[H_LAG], _slot(live, day, 0))))
    paid, period = trigger + lag + w[live + V_TRANSFER], w[live + V_PERIOD]
    return int(paid) if period == 1 else int((paid + period - 1) // period * period)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pay_out(w: Ints, live: int, paid: int, minor: int) -> None:
    """Post a payout, the reserved share of a positive one later."""
    held = 0
    if minor > 0 and w[live + V_RESERVE] > 0:
        held = mul_ppm(minor, w[live + V_RESERVE], HALF_UP)
        _post(w, paid + w[live + V_RESERVE_DAYS], held)
    _post(w, paid, minor - held)


@njit(cache=True, nogil=True, error_model="numpy")
def _price_batch(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, shipped: int, units: int) -> int:
    """What the contract settles for ``units`` sold: charges on order, shipment, import and delivery."""
    _aim(w, live, w[live + V_RETAIL])
    _state(w, _ORDER_PLACED, 0, units, units, 0, 0)
    net = _charge(c, k, v, w, live, day, -1)
    w[AT_FACT] = _SHIPPED
    net += _charge(c, k, v, w, live, shipped, -1)
    if w[live + V_PARCEL] == 1:
        w[AT_FACT] = _PARCEL
        net += _charge(c, k, v, w, live, shipped, -1)
    w[AT_FACT] = _DELIVERED
    return int(net + _charge(c, k, v, w, live, shipped + w[live + V_DELIVERY], -1))


@njit(cache=True, nogil=True, error_model="numpy")
def _batch(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, shipped: int, units: int) -> int:
    """The net of a batch: small sizes are priced once per path, their components added at its end by `_unpack`."""
    if units >= KEPT_COUNTS or w[G_LOG_ROWS] > 0:
        _book(w, LAST_MILE, shipped, -_micro_to_minor(w, units * w[live + V_PARCEL_MICRO]))
        return _price_batch(c, k, v, w, live, day, shipped, units)
    kept = AT_KEPT + ((live - AT_LIVE) // V_COLUMNS * KEPT_COUNTS + units) * KEPT_COLUMNS
    if w[kept] == 0:
        for part in range(COMPONENTS):
            w[kept + 3 + part] = -w[AT_COMPONENT + part]
        w[kept + 1] = _price_batch(c, k, v, w, live, day, shipped, units)
        w[kept + 2] = -_micro_to_minor(w, units * w[live + V_PARCEL_MICRO])
        w[AT_COMPONENT + LAST_MILE] += w[kept + 2]
        for part in range(COMPONENTS):
            w[kept + 3 + part] += w[AT_COMPONENT + part]
    w[kept] += 1
    _post(w, shipped, w[kept + 2])
    return int(w[kept + 1])


@njit(cache=True, nogil=True, error_model="numpy")
def _unpack(w: Ints) -> None:
    """Enter the components of the batches that were looked up rather than priced."""
    for batch in range(w[G_LISTINGS] * KEPT_COUNTS):
        kept = AT_KEPT + batch * KEPT_COLUMNS
        if w[kept] > 1:
            for part in range(COMPONENTS):
                w[AT_COMPONENT + part] += (w[kept] - 1) * w[kept + 3 + part]


@njit(cache=True, nogil=True, error_model="numpy")
def _sell(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int) -> None:
    """One listing's sales of one day, with everything that follows from them, each on its own day."""
    units, made, shipped, overdue = w[live + V_GOT], w[live + V_MADE], day, 0
    if made > 0:
        shipped = _buy(c, k, v, w, h, AT_SITE + w[live + V_PLACE] * W_COLUMNS, day, made)
        if w[live + V_CLOCK] >= 0:
            overdue = max(0, (shipped - day) * DAY_MINUTES - w[live + V_CLOCK])
    _toil(w, day, w[live + V_ORDER_DUTY], w[live + V_MINUTES_ORDER] * units)
    delivered = shipped + w[live + V_DELIVERY]
    paid = _pay_day(w, h, live, day, shipped if w[live + V_TRIGGER] == TRIGGER_SHIPPED else delivered)
    _pay_out(w, live, paid, _batch(c, k, v, w, live, day, shipped, units))
    if _charged(k, w, live, _PAYOUT):
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _PAYOUT, 0, units, units, 0, 0)
        _post(w, paid, _charge(c, k, v, w, live, paid, -1))
    w[AT_TALLY + A_SOLD] += units
    w[AT_TALLY + A_DELIVERY_DAYS] += units * w[live + V_DELIVERY] + made * (shipped - day)
    _be_late(c, k, v, w, f, h, live, day, units, made, overdue)
    _take_back(c, k, v, w, f, h, live, day, delivered, units)
    _fine(c, k, v, w, f, h, live, day, delivered, units)


@njit(cache=True, nogil=True, error_model="numpy")
def _hits(f: Floats, at: int, state: np.uint64, slot: int, units: int) -> int:
    """How many of ``units`` meet the share kept at ``at``; the usual answer, none, is found by one comparison."""
    if f[at] <= 0.0:
        return 0
    u = to_unit(mix(state, slot))
    if u <= math.exp(units * f[at + 1]):
        return 0
    return int(binomial_quantile(u, units, f[at]))


@njit(cache=True, nogil=True, error_model="numpy")
def _be_late(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, units: int, made: int, overdue: int
) -> None:
    """Missed deadlines: goods made to order that came after the clock, and a drawn share of the rest."""
    if overdue > 0:
        w[AT_TALLY + A_LATE] += made
        _miss(c, k, v, w, live, day, made, overdue)
        units -= made
    late = _hits(f, (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_LATE, h[H_LATE], _slot(live, day, 0), units)
    if late > 0:
        minutes = _drawn(w, G_LATENESS_LOW, to_unit(mix(h[H_LATE], _slot(live, day, 1))))
        w[AT_TALLY + A_LATE] += late
        w[AT_TALLY + A_DELIVERY_DAYS] += late * ((minutes + DAY_MINUTES - 1) // DAY_MINUTES)
        _miss(c, k, v, w, live, day, late, minutes)


@njit(cache=True, nogil=True, error_model="numpy")
def _miss(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, units: int, minutes: int) -> None:
    """Charge a missed deadline on the day it is certain by how much it was missed."""
    if _charged(k, w, live, _MISSED):
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _MISSED, 0, units, units, minutes, 0)
        known = day + (max(0, w[live + V_CLOCK]) + minutes + DAY_MINUTES - 1) // DAY_MINUTES
        _post(w, known, _charge(c, k, v, w, live, known, -1))


@njit(cache=True, nogil=True, error_model="numpy")
def _take_back(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, delivered: int, units: int
) -> None:
    """Returns of a batch: how many, when within the window (early days likelier), why, and what is resold."""
    share = (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_RETURN
    back = _hits(f, share, h[H_RETURNS], _slot(live, day, 0), units)
    if back == 0:
        return
    w[AT_TALLY + A_RETURNED] += back
    wait = to_unit(mix(h[H_RETURNS], _slot(live, day, 1)))
    on = delivered + 1 + int(wait * wait * w[live + V_WINDOW])
    faulty = binomial_quantile(to_unit(mix(h[H_RETURNS], _slot(live, day, 2))), back, f[F_SPLIT])
    _return_some(c, k, v, w, live, on, faulty, _QUALITY)
    _return_some(c, k, v, w, live, on, back - faulty, _CHANGE_OF_MIND)
    _book(w, RETURNS, on, -_micro_to_minor(w, back * w[live + V_RETURN_MICRO]))
    odd = to_unit(mix(h[H_RETURNS], _slot(live, day, 3)))
    _resell(w, w[live + V_PLACE], on + 1, min(back, int(back * w[live + V_RESALE] / PPM + odd)))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _resell(w: Ints, place: int, on: int, units: int) -> None:
    """Put resaleable goods back on hand on the morning of ``on``, or on their way at the end."""
    w[AT_TALLY + A_BACK] += units
    w[AT_SITE + place * W_COLUMNS + W_PENDING] += units
    if on < w[G_HORIZON]:
        w[AT_DAYS + (ROW_ARRIVE + place) * w[G_HORIZON] + on] += units
    else:
        w[AT_SITE + place * W_COLUMNS + W_TRANSIT] += units


@njit(cache=True, nogil=True, error_model="numpy")
def _return_some(c: Ints, k: Ints, v: Ints, w: Ints, live: int, on: int, units: int, reason: int) -> None:
    """Charge units that came back for one reason, and their refund."""
    if units > 0:
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _RETURNED, reason, units, units, 0, 0)
        minor = _charge(c, k, v, w, live, on, RETURNS)
        w[AT_FACT] = _REFUND
        _post(w, on, minor + _charge(c, k, v, w, live, on, RETURNS))


@njit(cache=True, nogil=True, error_model="numpy")
def _fine(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, live: int, day: int, delivered: int, units: int
) -> None:
    """Quality incidents of a batch, landing after the contract's own delay."""
    if not _charged(k, w, live, _INCIDENT):
        return
    share = (live - AT_LIVE) // V_COLUMNS * F_COLUMNS + F_QUALITY
    hits = _hits(f, share, h[H_QUALITY], _slot(live, day, 0), units)
    if hits > 0:
        on = delivered + w[live + V_PENALTY_DELAY]
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _INCIDENT, _QUALITY, hits, hits, 0, 0)
        _post(w, on, _charge(c, k, v, w, live, on, -1))


@njit(cache=True, nogil=True, error_model="numpy")
def _run_out(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int) -> None:
    """Charge demand that met no stock, where the contract does."""
    if _charged(k, w, live, _STOCK_OUT):
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _STOCK_OUT, 0, w[live + V_LOST], w[live + V_LOST], 0, 0)
        _post(w, day, _charge(c, k, v, w, live, day, -1))


@njit(cache=True, nogil=True, error_model="numpy")
def _store(c: Ints, k: Ints, v: Ints, w: Ints, own: int, day: int) -> None:
    """The platform's storage charge at the end of a day, by age of the goods (first in, first out)."""
    site, older = AT_SITE + own * W_COLUMNS, 0
    live = AT_LIVE + w[site + W_KEEPER] * V_COLUMNS
    _aim(w, live, w[G_CUSTOMS])
    for index in range(MOST_AGES - 1, -1, -1):
        age = w[w[site + W_AGES] + index]
        if age < 0 or age > day:
            continue
        arrived = w[AT_DAYS + (ROW_ARRIVED + own) * w[G_HORIZON] + day - age]
        units = max(0, arrived - w[site + W_OUT])
        if units > older:
            _state(w, _HELD, 0, units - older, 1, 0, age)
            _post(w, day, _charge(c, k, v, w, live, day, -1))
            older = units


@njit(cache=True, nogil=True, error_model="numpy")
def _serve(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, day: int, units: int, total: float) -> None:
    """Serve the day's buyers; then sales and lost sales of every listing."""
    w[AT_TALLY + A_DEMANDED] += units
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        w[live + V_GOT], w[live + V_MADE], w[live + V_LOST] = 0, 0, 0
    if w[G_LISTINGS] == 1:
        _take(w, AT_LIVE, units)
    else:
        _split(w, f, h, day, units, total)
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        if w[live + V_GOT] > 0:
            _sell(c, k, v, w, f, h, live, day)
        if w[live + V_LOST] > 0:
            _run_out(c, k, v, w, live, day)


@njit(cache=True, nogil=True, error_model="numpy")
def _end_week(w: Ints, day: int) -> None:
    """Bill a week's storage and staff time on its last day, rounded once each."""
    week = day // 7
    for own in range(w[G_PLACES]):
        site = AT_SITE + own * W_COLUMNS
        micro = div_round(w[site + W_STORAGE] * w[site + W_UNIT_DAYS] * w[G_VOLUME], PPM, HALF_UP)
        w[site + W_UNIT_DAYS] = 0
        _book(w, STORAGE, day, -_micro_to_minor(w, micro))
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        if w[live + V_START] <= day and w[live + V_STOP] > week * 7:
            _toil(w, day, w[live + V_WEEK_DUTY], w[live + V_MINUTES_WEEK])
    minutes = w[AT_DAYS + ROW_WORK * w[G_HORIZON] + week]
    _book(w, LABOR, day, -div_round(minutes * w[G_WAGE], 60_000, HALF_UP))


@njit(cache=True, nogil=True, error_model="numpy")
def _head(t: Tables, w: Ints, h: Hashes, option: Ints, path: int) -> None:
    """Write the header of the path: the option's numbers, what is drawn for it, and its hash states."""
    s, v = t.scalar, t.value
    w[G_SEED], w[G_PATH], w[G_HORIZON], w[G_MICRO] = s[S_SEED], path, s[S_HORIZON], s[S_MICRO]
    w[G_WAGE], w[G_CAPITAL], w[G_DEPOSIT], w[G_LOG_ROWS] = s[S_WAGE], s[S_CAPITAL], s[S_DEPOSIT], s[S_LOG_ROWS]
    w[G_PRODUCT], w[G_MARKET] = option[O_PRODUCT], option[O_MARKET]
    w[G_WEIGHT], w[G_VOLUME] = option[O_WEIGHT], option[O_VOLUME]
    w[G_MOQ], w[G_CARTON] = option[O_MOQ], max(1, option[O_CARTON])
    w[G_LISTINGS], w[G_PLACES] = option[O_LISTINGS], option[O_PLACES]
    w[G_UNIT_COST], w[G_DUTY] = v[option[O_UNIT_COST_T], path], v[option[O_DUTY_T], path]
    w[G_SALVAGE] = v[option[O_SALVAGE_T], path]
    w[G_CUSTOMS] = _micro_to_minor(w, w[G_UNIT_COST])
    _copy_bounds(w, G_SUPPLIER_LOW, t.term[option[O_SUPPLIER_T]])
    _copy_bounds(w, G_LATENESS_LOW, t.term[s[S_LATENESS_T]])
    state = mix(mix(mix(mix(np.uint64(0), s[S_SEED]), path), option[O_PRODUCT]), option[O_MARKET])
    for index in range(H_LENGTH):
        h[index] = mix(state, _STREAMS[index])
    w[AT_COMPONENT:AT_FACT] = 0
    w[AT_DAYS : AT_DAYS + ROW_ARRIVE * w[G_HORIZON]] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def _begin(t: Tables, w: Ints, f: Floats, h: Hashes, option: Ints, path: int) -> None:
    """Open the option on this path; opening stock is charged at what selling it off would bring."""
    _head(t, w, h, option, path)
    f[F_SPLIT] = t.value[t.scalar[S_SPLIT_T], path] / PPM
    f[F_OVERLAP] = t.value[t.scalar[S_OVERLAP_T], path] / PPM
    for own in range(option[O_LISTINGS]):
        for units in range(KEPT_COUNTS):
            w[AT_KEPT + (own * KEPT_COUNTS + units) * KEPT_COLUMNS] = 0
        _open_listing(t, w, f, option, own)
        if t.listing[option[O_LISTING] + own, L_NEW] == 1:
            _start_listing(t, w, option, own)
    for own in range(option[O_PLACES]):
        _open_place(t, w, option, own)
    w[G_OPENING] = mul_ppm(_micro_to_minor(w, w[G_UNIT_COST] * option[O_ON_HAND]), w[G_SALVAGE], HALF_UP)
    w[AT_COMPONENT + GOODS] -= w[G_OPENING]


@njit(cache=True, nogil=True, error_model="numpy")
def _start_listing(t: Tables, w: Ints, option: Ints, own: int) -> None:
    """A new listing: deposit out on the first day and back on the last, opening charges when it goes live."""
    live = AT_LIVE + own * V_COLUMNS
    held = t.value[t.listing[option[O_LISTING] + own, L_DEPOSIT_T], w[G_PATH]]
    deposit = mul_ppm(held, w[G_DEPOSIT], HALF_UP)
    w[AT_DAYS] -= deposit
    w[AT_DAYS + w[G_HORIZON] - 1] += deposit
    if w[live + V_START] < w[G_HORIZON] and _charged(t.start, w, live, _OPENED):
        _aim(w, live, w[live + V_RETAIL])
        _state(w, _OPENED, 0, 0, 0, 0, 0)
        _post(w, w[live + V_START], _charge(t.charge, t.start, t.value, w, live, w[live + V_START], SET_UP))


@njit(cache=True, nogil=True, error_model="numpy")
def _finish(w: Ints, on_hand: int) -> bool:
    """Value what is left, charge the capital tied up, and check that money and units add up; False when they do not."""
    _unpack(w)
    left, held = 0, 0
    for own in range(w[G_PLACES]):
        site, share = AT_SITE + own * W_COLUMNS, w[G_SALVAGE]
        units = w[site + W_ON_HAND] + w[site + W_TRANSIT]
        if w[site + W_STRANDED] >= 0 and w[AT_LIVE + w[site + W_STRANDED] * V_COLUMNS + V_SALVAGE] >= 0:
            share = w[AT_LIVE + w[site + W_STRANDED] * V_COLUMNS + V_SALVAGE]
        held += units
        left += mul_ppm(_micro_to_minor(w, w[G_UNIT_COST] * units), share, HALF_UP)
    capital, balance = _capital(w)
    w[AT_COMPONENT + TERMINAL_STOCK] += left
    w[AT_COMPONENT + CAPITAL] -= capital
    tally = AT_TALLY
    w[tally + A_ACCRUED] = left - w[G_OPENING] - capital
    money = profit_of(w) == balance + w[tally + A_BEYOND] + w[tally + A_ACCRUED]
    return bool(money and on_hand + w[tally + A_ORDERED] + w[tally + A_BACK] == w[tally + A_SOLD] + held)


@njit(cache=True, nogil=True, error_model="numpy")
def profit_of(w: Ints) -> int:
    """The sum of the components."""
    total = 0
    for part in range(COMPONENTS):
        total += w[AT_COMPONENT + part]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _capital(w: Ints) -> tuple[int, int]:
    """(the cost of the cash tied up at the end of each day at the yearly rate, rounded once; the last balance)."""
    tied, balance = 0, 0
    for day in range(w[G_HORIZON]):
        balance += w[AT_DAYS + day]
        if balance < 0:
            tied -= balance
    return int(div_round(div_round(tied, 365, HALF_UP) * w[G_CAPITAL], PPM, HALF_UP)), balance


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _morning(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, day: int) -> None:
    """Receipts, then orders of places whose review day it is; the week's peak volume at the seller's places."""
    held = 0
    for own in range(w[G_PLACES]):
        site = AT_SITE + own * W_COLUMNS
        _arrive(w, own, day)
        if day == w[site + W_NEXT]:
            _restock(c, k, v, w, h, own, day)
        if w[site + W_SELLER] == 1:
            held += w[site + W_ON_HAND]
    peak = AT_DAYS + ROW_PEAK * w[G_HORIZON] + day // 7
    w[peak] = max(w[peak], held * w[G_VOLUME])


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _evening(c: Ints, k: Ints, v: Ints, w: Ints, day: int) -> None:
    """End-of-day holding at every place."""
    for own in range(w[G_PLACES]):
        site = AT_SITE + own * W_COLUMNS
        w[site + W_UNIT_DAYS] += w[site + W_ON_HAND]
        if w[site + W_AGES] >= 0 and w[site + W_ON_HAND] > 0:
            _store(c, k, v, w, own, day)
        if w[G_LOG_ROWS] > 0:
            w[AT_DAYS + (ROW_STOCK + own) * w[G_HORIZON] + day] = w[site + W_ON_HAND]


@njit(cache=True, nogil=True, error_model="numpy")
def _days(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, season: Floats, dispersion: float) -> None:
    """All days of the horizon in order."""
    total, following, ratio = 0.0, 0, log_ratio(dispersion)
    for day in range(w[G_HORIZON]):
        _morning(c, k, v, w, h, day)
        if day == following:
            total, following = _weigh(w, f, day)
        if total > 0.0:
            units = count_at(to_unit(mix(h[H_DEMAND], day)), total * season[day], dispersion, ratio)
            if units > 0:
                _serve(c, k, v, w, f, h, day, units, total)
        _evening(c, k, v, w, day)
        if day % 7 == 6 or day == w[G_HORIZON] - 1:
            _end_week(w, day)


@njit(cache=True, nogil=True, error_model="numpy")
def play(t: Tables, work: Ints, shares: Floats, states: Hashes, o: int, path: int) -> bool:
    """Play option ``o`` on ``path`` into the scratch; False when money or units do not add up."""
    w, f, h, option = bare(work), bare(shares), bare(states), bare(t.option)[o]
    c, k, v = bare(t.charge), bare(t.start), bare(t.value)
    _begin(t, w, f, h, option, path)
    _days(c, k, v, w, f, h, bare(t.season)[option[O_PROFILE]], t.dispersion[option[O_SERIES]])
    return _finish(w, option[O_ON_HAND])


@njit(cache=True, nogil=True, error_model="numpy")
def _weekly_low(w: Ints, lows: Ints) -> None:
    """The lowest end-of-day balance of each week."""
    balance = 0
    for day in range(w[G_HORIZON]):
        balance += w[AT_DAYS + day]
        week = day // 7
        lows[week] = balance if day % 7 == 0 else min(lows[week], balance)


@njit(cache=True, nogil=True, error_model="numpy")
def _add(total: Ints, w: Ints, at: int) -> None:
    for index in range(total.shape[0]):
        total[index] += w[at + index]


@njit(cache=True, nogil=True, error_model="numpy")
def play_all(t: Tables, s: Sums, w: Ints, f: Floats, h: Hashes, lows: Ints, first: int, last: int) -> int:
    """Play options ``first`` to ``last`` on all paths; the number of paths that did not add up (always 0)."""
    wrong, paths = 0, s.profit.shape[1]
    for o in range(first, last):
        for path in range(paths):
            if not play(t, w, f, h, o, path):
                wrong += 1
            s.profit[o, path] = profit_of(w)
            _add(s.component[o], w, AT_COMPONENT)
            _add(s.duty[o], w, AT_DUTY)
            _add(s.tally[o], w, AT_TALLY)
            _add(s.work[o], w, AT_DAYS + ROW_WORK * w[G_HORIZON])
            _add(s.volume[o], w, AT_DAYS + ROW_PEAK * w[G_HORIZON])
            _weekly_low(w, lows[path])
        for week in range(lows.shape[1]):
            s.cash_mean[o, week] = lows[:, week].sum()
            s.cash_low[o, week] = np.sort(lows[:, week])[(paths - 1) // 10]
    return wrong
