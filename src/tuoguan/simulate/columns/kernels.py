# ruff: noqa: I001 the columns stand side by side
"""Positions in the flat tables of the engine, and the tables themselves.

Hides nothing and computes nothing. In a file named kernels because compiled code holds these numbers as constants: the
cache of compiled code is thrown away whenever a kernels.py changes.

A thread writes everything of one path into one int64 vector ``w``, cut by the ``AT_`` offsets and, behind ``AT_DAYS``,
by rows that are as long as the calendar; means and uniform numbers are in ``f``, the hash states of streams in ``h``.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tuoguan.contracts.kernels import COLUMN_COUNT
from tuoguan.foundation.facts import FIELD_COUNT, FactKind, Field
from tuoguan.foundation.random import Stream

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]

SPEED_KNEE_DAYS = 7.0  # delivery days below the knee count a quarter (source E01: little effect below 7 days)
SPEED_BELOW_KNEE = 0.25
DAY_MINUTES = 1440
MONTH_DAYS = 30  # freight and currency move once in so many days
SLOTS = 8  # most listings or places of an option; also draws of one stream, day and listing
COMPONENTS = 15
DUTIES = 13
MOST_CLOCKS = 8  # clocks of one contract that a late order can miss
MOST_AGES = 6  # age classes of stored goods
NEVER = 1 << 40  # a day that does not come

# Component positions (order of `Component`).
(REVENUE, COMMISSION, PLATFORM_FEES, SUBSIDY, GOODS, FIRST_LEG, DUTY, LAST_MILE, STORAGE, RETURNS, PENALTIES, LABOR,
 CAPITAL, SET_UP, TERMINAL_STOCK) = range(COMPONENTS)  # fmt: skip

# Columns of the option, listing and place tables; names ending in _T are rows of the term table.
(O_LISTING, O_LISTINGS, O_PRODUCT, O_MARKET, O_SERIES, O_PROFILE, O_MOQ, O_CARTON, O_WEIGHT, O_VOLUME, O_DAYS_TODAY,
 O_PRICE_TODAY, O_ON_HAND, O_DUE, O_DUES, O_FX, O_UNIT_COST_T, O_SUPPLIER_T, O_RETURN_T, O_ELASTICITY_T, O_SPEED_T,
 O_DUTY_T, O_SALVAGE_T, O_SHOCK_T, O_COLUMNS) = range(25)  # fmt: skip
(L_CONTRACT, L_ADDRESS, L_PLACE, L_SUPPLY, L_TRIGGER, L_PARCEL, L_BULK, L_ORDER_DUTY, L_STOCK_DUTY, L_WEEK_DUTY, L_NEW,
 L_STORE, L_RETAIL_T, L_SPREAD_T, L_REACH_T, L_VISIBILITY_T, L_DELIVERY_T, L_PICK_T, L_LABEL_T, L_RETURN_UNIT_T,
 L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T, L_LIVE_T, L_ANSWER_T, L_LATE_T, L_WINDOW_T, L_RESALE_T,
 L_QUALITY_T, L_PENALTY_DELAY_T, L_LAG_T, L_FALLBACK_T, L_TRANSFER_T, L_RESERVE_T, L_RESERVE_DAYS_T, L_FREEZE_T,
 L_DEPOSIT_T, L_REGIME_T, L_SALVAGE_T, L_GRID_T, L_COLUMNS) = range(41)  # fmt: skip
(P_SELLER, P_HANDLING, P_FAST, P_STORAGE_T, P_RECEIVE_T, P_LANES) = range(6)
(K_MINIMUM, K_DIVISOR, K_CROSS, K_ADDRESS, K_WALK, K_KG_T, K_CBM_T, K_LEAD_T, K_COLUMNS) = range(9)
P_COLUMNS = P_LANES + 2 * K_COLUMNS  # the slow lane, then the fast one (the slow one again where there is none)
(S_SEED, S_HORIZON, S_WAGE, S_CAPITAL, S_MICRO, S_OVERLAP_T, S_SPLIT_T, S_LATENESS_T, S_DEPOSIT, S_COVER, S_SHOCKS_T,
 S_MIRROR, S_FIRST_PATH, S_CALENDAR, S_ROOM, S_LOG_ROWS, S_REPLAY, S_COLUMNS) = range(18)  # fmt: skip
T_LOW, T_MODE, T_HIGH, T_DISTRIBUTION, T_COLUMNS = range(5)
C_COMPONENT, C_TERM, C_COLUMNS = COLUMN_COUNT, COLUMN_COUNT + 1, COLUMN_COUNT + 2
USE_OPTION, USE_PLACE, USE_PLACES, USE_COLUMNS = range(4)  # what a row of policies belongs to

# A policy: kinds are positions in `PolicyKind`.
N_KIND, N_LEVEL, N_REVIEW, N_POINT, N_CAP, N_FAST_LEVEL, N_SEASON, NUMBERS = range(8)
(JIT, NEWSVENDOR, BASE_STOCK, CAPPED_BASE_STOCK, PROJECTED, CAPPED_PROJECTED, REORDER, CAPPED_REORDER, SINGLE_INDEX,
 DUAL_INDEX, CAPPED_DUAL_INDEX, TAILORED_BASE_SURGE) = range(12)  # fmt: skip
OF_THE_DAY = 2  # N_SEASON: levels follow the season of the review day

# The header of ``w``: numbers of the option on this path.
(G_SEED, G_PATH, G_MIRROR, G_HORIZON, G_CALENDAR, G_MICRO, G_WAGE, G_CAPITAL, G_DEPOSIT, G_COVER, G_PRODUCT, G_MARKET,
 G_PROFILE, G_WEIGHT, G_VOLUME, G_MOQ, G_CARTON, G_ON_HAND, G_UNIT_COST, G_DUTY, G_SALVAGE, G_OPENING, G_DUE, G_DUES,
 G_FX, G_LISTINGS, G_PLACES, G_LOG_ROWS, G_LOGGED, G_SUPPLIER_LOW, G_SUPPLIER_MODE, G_SUPPLIER_HIGH, G_SUPPLIER_SHAPE,
 G_LATENESS_LOW, G_LATENESS_MODE, G_LATENESS_HIGH, G_LATENESS_SHAPE, G_CUSTOMS, G_SHOCK_DAY, G_SHOCK, G_OPTION,
 G_PLACE_ROW, G_LUCKY, G_WORKS, G_DEMANDED, G_FORECAST, G_WHOLE, G_FULL, G_REPLAY, G_COLUMNS) = range(50)  # fmt: skip
# One listing on one path: what it is, what a unit brings, what was sold.
(V_ROW, V_CONTRACT, V_PLACE, V_TRIGGER, V_PARCEL, V_BULK, V_ORDER_DUTY, V_STOCK_DUTY, V_WEEK_DUTY, V_NEW, V_STORE,
 V_RETAIL, V_SUPPLY, V_START, V_STOP, V_DELIVERY, V_RESALE, V_WINDOW, V_FALLBACK, V_TRANSFER, V_RESERVE,
 V_RESERVE_DAYS, V_FREEZE, V_PERIOD, V_PENALTY_DELAY, V_DEPOSIT, V_PARCEL_MICRO, V_RETURN_MICRO, V_MINUTES_ORDER,
 V_MINUTES_STOCK, V_MINUTES_WEEK, V_SALVAGE, V_ANSWER, V_LAG_LOW, V_LAG_MODE, V_LAG_HIGH, V_LAG_SHAPE, V_CLOCKS,
 V_FIRST_CLOCK, V_SETTLED, V_NOW, V_HELD, V_WORK, V_LOST, V_INCIDENT, V_RETURN_WORK, V_ORDERED, V_SHIPPED, V_IMPORTED,
 V_DELIVERED, V_PAID_OUT, V_OPENED, V_BACK_MIND, V_BACK_FAULT, V_REFUND_MIND, V_REFUND_FAULT, V_MARK, V_NEXT_MARK,
 V_UNITS, V_TODAY, V_SOLD, V_MISSED, V_LATE, V_WAITED, V_RETURNED, V_CLOCK) = range(66)  # fmt: skip
V_VECTOR = V_CLOCK + 2 * MOST_CLOCKS  # (minutes, position) of each clock, then the components of a unit sold
V_COLUMNS = V_VECTOR + COMPONENTS
# One place on one path; the lanes stand behind it.
(W_ON_HAND, W_PENDING, W_TRANSIT, W_DUE, W_NEXT, W_FIRST, W_END, W_SELLER, W_HANDLING, W_SLOT, W_STORAGE, W_RECEIVE,
 W_KEEPER, W_LAST, W_LISTINGS, W_ENTRIES, W_ENTRY, W_AGES, W_PLAIN, W_SEEN, W_ANSWERS, W_PAID, W_BOUGHT,
 W_TODAY, W_ROW, W_JIT, W_ORDERS, W_ALONE, W_LANES) = range(29)  # fmt: skip
(R_MINIMUM, R_DIVISOR, R_CROSS, R_WALK, R_KG, R_CBM, R_LEAD_LOW, R_LEAD_MODE, R_LEAD_HIGH, R_LEAD_SHAPE, R_LAST,
 R_COLUMNS) = range(12)  # fmt: skip
W_COLUMNS = W_LANES + 2 * R_COLUMNS
(A_SOLD, A_DEMANDED, A_ORDERED, A_LATE, A_RETURNED, A_DELIVERY_DAYS, A_BACK, A_BEYOND, A_ACCRUED, A_ORDERS,
 A_COLUMNS) = range(11)  # fmt: skip
# A listing's demand of one day (E_TOTAL: with that of the day's later entries of the place), and a marked unit.
E_DAY, E_SLOT, E_UNITS, E_FIRST, E_TOTAL, E_PAID, E_HELD, E_WAIT, E_BUYER, E_BUYERS, E_COLUMNS = range(11)
M_UNIT, M_KIND, M_DAYS, M_MORE, M_MINOR, M_COLUMNS = range(6)
MARK_MIND, MARK_FAULT, MARK_LATE, MARK_INCIDENT = range(4)
NO_MARK = 1 << 62
(LOG_LISTING, LOG_DAY, LOG_MINOR, LOG_KIND, LOG_REASON, LOG_QUANTITY, LOG_ORDERS, LOG_MINUTES, LOG_HELD, LOG_DEADLINE,
 LOG_CUSTOMS, LOG_MORE, LOG_COLUMNS) = range(13)  # fmt: skip

# Where each part of ``w`` starts; from AT_DAYS on, rows as long as the calendar.
AT_COMPONENT = G_COLUMNS
AT_DUTY = AT_COMPONENT + COMPONENTS
AT_TALLY = AT_DUTY + DUTIES
AT_FACT = AT_TALLY + A_COLUMNS
AT_SCRAP = AT_FACT + FIELD_COUNT  # components of what is entered elsewhere as a whole
AT_LIVE = AT_SCRAP + COMPONENTS
AT_SITE = AT_LIVE + SLOTS * V_COLUMNS
AT_AGES = AT_SITE + SLOTS * W_COLUMNS
AT_HELD = AT_AGES + SLOTS * (MOST_AGES + 1)  # by age class: unit-days last charged for, what that cost, by component
HELD_COLUMNS = 2 + COMPONENTS
AT_DAYS = AT_HELD + MOST_AGES * HELD_COLUMNS
ROW_CASH, ROW_WORK, ROW_PEAK, ROW_COMING, ROW_CAME, ROW_SUPPLIER = range(6)
ROW_STOCK = ROW_SUPPLIER + 1  # by place: what changed on the day, and once the place is closed, the evening's stock
ROW_LANE = ROW_STOCK + SLOTS  # by place and lane: lead of the day and 1, nought before it is drawn; so ROW_SUPPLIER
ROW_BOUGHT = ROW_LANE + 2 * SLOTS  # by week: units ordered, and behind it by place and lane units that set out
ROW_SENT = ROW_BOUGHT + 1
ROWS = ROW_SENT + 2 * SLOTS

# Columns of ``f`` by listing; behind them rows as long as the calendar.
F_MEAN, F_WEIGHT, F_RETURN, F_LATE, F_QUALITY, F_EXPECTED, F_COLUMNS = range(7)
F_SPLIT, F_OVERLAP, F_OVERLAP_EXPECTED, F_LEVEL, F_DISPERSION = range(SLOTS * F_COLUMNS, SLOTS * F_COLUMNS + 5)
F_LUCK = F_DISPERSION + 1  # rows: uniform number by day, least mean that sells by day, the same by week, forecasts
F_ROW_U, F_ROW_LEAST, F_ROW_WEEK, F_ROW_FORECAST = range(4)
F_ROWS = F_ROW_FORECAST + SLOTS
(H_DEMAND, H_RETURNS, H_LATE, H_QUALITY, H_LAG, H_SPLIT, H_SUPPLIER, H_SHOCK, H_LANE) = range(9)
H_LENGTH = H_LANE + 2 * SLOTS

KIND_ORDER_PLACED, KIND_SHIPPED = int(FactKind.ORDER_PLACED), int(FactKind.UNITS_SHIPPED)
KIND_DELIVERED, KIND_PAYOUT = int(FactKind.UNITS_DELIVERED), int(FactKind.PAYOUT_SENT)
KIND_RETURNED, KIND_REFUND = int(FactKind.UNITS_RETURNED), int(FactKind.REFUND_ISSUED)
KIND_MISSED, KIND_STOCK_OUT = int(FactKind.DEADLINE_MISSED), int(FactKind.STOCK_OUT)
KIND_INCIDENT, KIND_STOCK_ORDER = int(FactKind.QUALITY_INCIDENT), int(FactKind.STOCK_ORDER_PLACED)
KIND_INBOUND, KIND_HELD = int(FactKind.UNITS_INBOUND), int(FactKind.STOCK_HELD)
KIND_PARCEL, KIND_BULK = int(FactKind.PARCEL_IMPORTED), int(FactKind.BULK_IMPORTED)
KIND_OPENED = int(FactKind.LISTING_OPENED)
KINDS = max(int(kind) for kind in FactKind) + 1
# Notes stand among the recorded facts; but for the day and the kind their columns are their own.
NOTE_SALE, NOTE_PURCHASE, NOTE_RESALE = range(KINDS, KINDS + 3)
(SALE_LISTING, SALE_DAY, SALE_SHIPPED, SALE_KIND, SALE_WAIT, SALE_PAID, SALE_RELEASED, SALE_MADE) = range(8)
(BUY_PLACE, BUY_DAY, BUY_UNITS, BUY_KIND, BUY_LANE, BUY_READY, BUY_ARRIVAL, BUY_GOODS, BUY_FREIGHT, BUY_DUTY,
 BUY_RECEIVED, BUY_LAG) = range(12)  # fmt: skip
assert LOG_KIND == SALE_KIND == BUY_KIND and LOG_DAY == SALE_DAY == BUY_DAY and LOG_MORE == BUY_LAG
FACT_REASON, FACT_QUANTITY, FACT_ORDERS, FACT_PARCELS, FACT_LINES = 1, 2, 3, 4, 5
FACT_RETAIL, FACT_SUPPLY, FACT_WEIGHT, FACT_VOLUME, FACT_MINUTES, FACT_DAYS_HELD, FACT_CUSTOMS = 6, 7, 8, 9, 10, 11, 12
assert int(Field.CUSTOMS_VALUE) == FACT_CUSTOMS and FIELD_COUNT == 13
FOR_CHANGE_OF_MIND, FOR_QUALITY = 1, 2
TRIGGER_INBOUND, TRIGGER_SHIPPED, TRIGGER_DELIVERED, TRIGGER_RECEIVED = 0, 1, 2, 3
STREAMS = (
    int(Stream.DEMAND), int(Stream.RETURNS), int(Stream.LATE), int(Stream.QUALITY), int(Stream.PAYOUT_LAG),
    int(Stream.REACH), int(Stream.SUPPLIER_LEAD), int(Stream.SHOCK),
)  # fmt: skip
STREAM_REGIME, STREAM_LANE = int(Stream.REGIME), int(Stream.LANE_LEAD)


class Tables(NamedTuple):
    """What every path reads, built by `layout`; int64 but for ``level``, ``mean``, ``dispersion`` and ``season``."""

    option: Ints  # [option, O_COLUMNS] distinct options, their stock policies aside
    listing: Ints  # [listing, L_COLUMNS]
    place: Ints  # [place, P_COLUMNS]
    due: Ints  # [shipment, 2] (day, units) under way today
    term: Ints  # [term, T_COLUMNS] bounds of what is drawn anew each time
    value: Ints  # [path, term] drawn once per path; behind the terms the walks, month by month
    central: Ints  # [term] central values
    charge: Ints  # [charge, contract columns + C_COMPONENT, C_TERM] sorted by contract and fact kind
    start: Ints  # [contract, kind] first charge of each kind; the next column is the end
    ages: Ints  # [contract, MOST_AGES + 1] first day of each storage age class, -1 past the last
    clock: Ints  # [contract, 2 * MOST_CLOCKS] (term, position) of each clock, -1 past the last
    level: Floats  # [series, path]
    mean: Floats  # [series]
    dispersion: Floats  # [series]
    season: Floats  # [profile, day of calendar]
    ahead: Floats  # [profile, day of calendar + 1] sums of ``season`` before the day
    actual: Ints  # [series, day] units that are replayed; no days where buyers are drawn
    use: Ints  # [row, USE_COLUMNS] what a row of policies belongs to
    number: Ints  # [row, place, NUMBERS] its policies
    scalar: Ints  # [S_COLUMNS]


class Rows(NamedTuple):
    """What paths left behind, by row of policies; a block at a time."""

    profit: Ints  # [row, path]
    total: Ints  # [row, path, COMPONENTS + DUTIES + A_COLUMNS]
    week: Ints  # [row, path, WEEK_SENT + 2 x place, week] staff time, peak volume, lowest balance, units ordered, sent
    stock: Ints  # [row, path, place, day], no rows unless days are kept
    cash: Ints  # [row, path, day]
    minutes: Ints  # [row, path, day]


WEEK_WORK, WEEK_PEAK, WEEK_LOW, WEEK_BOUGHT, WEEK_SENT = range(5)  # sent: two for each place, the slow lane first
