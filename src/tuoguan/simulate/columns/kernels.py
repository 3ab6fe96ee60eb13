"""Positions in the flat tables of the day loop, and the tables themselves.

Hides nothing and computes nothing. In a file named kernels because compiled code holds these numbers as constants: the
cache of compiled code is thrown away whenever a kernels.py changes.

Every path writes into one int64 vector ``w``, cut by the ``AT_`` offsets; its shares, means and uniform numbers are in
``f``, the hash states of its streams in ``h``.
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
 O_VOLUME, O_DAYS_TODAY, O_PRICE_TODAY, O_ON_HAND, O_UNIT_COST_T, O_SUPPLIER_T, O_RETURN_T, O_ELASTICITY_T,
 O_SPEED_T, O_DUTY_T, O_SALVAGE_T, O_COLUMNS) = range(23)  # fmt: skip
(L_CONTRACT, L_ADDRESS, L_PLACE, L_SUPPLY, L_TRIGGER, L_PARCEL, L_BULK, L_CLOCK, L_DEADLINE, L_ORDER_DUTY, L_STOCK_DUTY,
 L_WEEK_DUTY, L_NEW, L_RETAIL_T, L_SPREAD_T, L_REACH_T, L_VISIBILITY_T, L_DELIVERY_T, L_PICK_T, L_LABEL_T,
 L_RETURN_UNIT_T, L_MINUTES_ORDER_T, L_MINUTES_STOCK_T, L_MINUTES_WEEK_T, L_LIVE_T, L_LATE_T, L_WINDOW_T, L_RESALE_T,
 L_QUALITY_T, L_PENALTY_DELAY_T, L_LAG_T, L_TRANSFER_T, L_RESERVE_T, L_RESERVE_DAYS_T, L_DEPOSIT_T, L_REGIME_T,
 L_SALVAGE_T, L_GRID_T, L_STORE, L_COLUMNS) = range(40)  # fmt: skip
(P_SELLER, P_JIT, P_LEVEL, P_REVIEW, P_MINIMUM, P_DIVISOR, P_LANE, P_KG_T, P_CBM_T, P_LEAD_T, P_STORAGE_T, P_RECEIVE_T,
 P_KEEPER, P_COLUMNS) = range(14)  # fmt: skip
(S_SEED, S_HORIZON, S_WAGE, S_CAPITAL, S_MICRO, S_OVERLAP_T, S_SPLIT_T, S_LATENESS_T, S_DEPOSIT, S_LOG_ROWS,
 S_COLUMNS) = range(11)  # fmt: skip
T_LOW, T_MODE, T_HIGH, T_DISTRIBUTION, T_COLUMNS = range(5)
C_COMPONENT, C_TERM, C_COLUMNS = COLUMN_COUNT, COLUMN_COUNT + 1, COLUMN_COUNT + 2

# The header of ``w``: numbers of the option on this path.
(G_SEED, G_PATH, G_HORIZON, G_MICRO, G_WAGE, G_CAPITAL, G_DEPOSIT, G_PRODUCT, G_MARKET, G_WEIGHT, G_VOLUME, G_MOQ,
 G_CARTON, G_UNIT_COST, G_DUTY, G_SALVAGE, G_OPENING, G_LISTINGS, G_PLACES, G_LOG_ROWS, G_SUPPLIER_LOW, G_SUPPLIER_MODE,
 G_SUPPLIER_HIGH, G_SUPPLIER_SHAPE, G_LATENESS_LOW, G_LATENESS_MODE, G_LATENESS_HIGH, G_LATENESS_SHAPE, G_CUSTOMS,
 G_MINUTES, G_LABOR, G_OPEN, G_COLUMNS) = range(33)  # fmt: skip
# One listing on one path, and one place on one path.
(V_ROW, V_CONTRACT, V_PLACE, V_TRIGGER, V_PARCEL, V_BULK, V_CLOCK, V_DEADLINE, V_ORDER_DUTY, V_STOCK_DUTY, V_WEEK_DUTY,
 V_RETAIL, V_SUPPLY, V_START, V_STOP, V_DELIVERY, V_RESALE, V_WINDOW, V_TRANSFER, V_RESERVE, V_RESERVE_DAYS, V_PERIOD,
 V_PENALTY_DELAY, V_PARCEL_MICRO, V_RETURN_MICRO, V_MINUTES_ORDER, V_MINUTES_STOCK, V_MINUTES_WEEK, V_SALVAGE,
 V_LAG_LOW, V_LAG_MODE, V_LAG_HIGH, V_LAG_SHAPE, V_GOT, V_MADE, V_LOST, V_KEPT, V_COLUMNS) = range(38)  # fmt: skip
(W_ON_HAND, W_PENDING, W_TRANSIT, W_OUT, W_LAST, W_UNIT_DAYS, W_FIRST, W_END, W_STRANDED, W_NEXT, W_SELLER, W_JIT,
 W_LEVEL, W_REVIEW, W_MINIMUM, W_DIVISOR, W_LANE, W_KG, W_CBM, W_LEAD_LOW, W_LEAD_MODE, W_LEAD_HIGH, W_LEAD_SHAPE,
 W_STORAGE, W_RECEIVE, W_KEEPER, W_AGES, W_DUE, W_BILLED, W_BILL, W_COLUMNS) = range(31)  # fmt: skip
(A_SOLD, A_DEMANDED, A_ORDERED, A_LATE, A_RETURNED, A_DELIVERY_DAYS, A_BEYOND, A_ACCRUED, A_BACK, A_LOGGED,
 A_COLUMNS) = range(11)  # fmt: skip
LOG_LISTING, LOG_DAY, LOG_MINOR, LOG_FIELDS = range(4)
LOG_COLUMNS = 3 + FIELD_COUNT
KEPT_COLUMNS = 4 + COMPONENTS  # days with that batch, 1 once it is priced, its net, its picking cost, its components
HELD_COLUMNS = 3 + COMPONENTS  # units last charged for, what that cost, days it was charged, its components
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
AT_HELD = AT_KEPT + SLOTS * KEPT_COUNTS * KEPT_COLUMNS
AT_OPTION = AT_HELD + SLOTS * MOST_AGES * HELD_COLUMNS  # the option row that the scratch was opened for
AT_DAYS = AT_OPTION + O_COLUMNS
ROW_CASH, ROW_WORK, ROW_PEAK, ROW_ARRIVE = range(4)
ROW_ARRIVED, ROW_STOCK, ROWS = ROW_ARRIVE + SLOTS, ROW_ARRIVE + 2 * SLOTS, ROW_ARRIVE + 3 * SLOTS

# Columns of ``f`` by listing.
(F_MEAN, F_WEIGHT, F_LATE, F_NO_LATE, F_RETURN, F_NO_RETURN, F_QUALITY, F_NO_QUALITY, F_COLUMNS) = range(9)
F_SPLIT, F_OVERLAP = SLOTS * F_COLUMNS, SLOTS * F_COLUMNS + 1
F_LUCK = F_OVERLAP + 1  # from here on: uniform number by day, least mean that sells by day, the same by week
H_DEMAND, H_RETURNS, H_LATE, H_QUALITY, H_LAG, H_SPLIT, H_SUPPLIER, H_LENGTH = range(8)

KIND_ORDER_PLACED, KIND_SHIPPED = int(FactKind.ORDER_PLACED), int(FactKind.UNITS_SHIPPED)
KIND_DELIVERED, KIND_PAYOUT = int(FactKind.UNITS_DELIVERED), int(FactKind.PAYOUT_SENT)
KIND_RETURNED, KIND_REFUND = int(FactKind.UNITS_RETURNED), int(FactKind.REFUND_ISSUED)
KIND_MISSED, KIND_STOCK_OUT = int(FactKind.DEADLINE_MISSED), int(FactKind.STOCK_OUT)
KIND_INCIDENT, KIND_STOCK_ORDER = int(FactKind.QUALITY_INCIDENT), int(FactKind.STOCK_ORDER_PLACED)
KIND_INBOUND, KIND_HELD = int(FactKind.UNITS_INBOUND), int(FactKind.STOCK_HELD)
KIND_PARCEL, KIND_BULK = int(FactKind.PARCEL_IMPORTED), int(FactKind.BULK_IMPORTED)
KIND_OPENED = int(FactKind.LISTING_OPENED)
KINDS = max(int(kind) for kind in FactKind) + 1
FACT_REASON, FACT_QUANTITY, FACT_ORDERS, FACT_PARCELS, FACT_LINES = 1, 2, 3, 4, 5
FACT_RETAIL, FACT_SUPPLY, FACT_WEIGHT, FACT_VOLUME, FACT_MINUTES, FACT_DAYS_HELD, FACT_CUSTOMS = 6, 7, 8, 9, 10, 11, 12
assert int(Field.CUSTOMS_VALUE) == FACT_CUSTOMS and FIELD_COUNT == 13
FOR_CHANGE_OF_MIND, FOR_QUALITY = 1, 2
TRIGGER_INBOUND, TRIGGER_SHIPPED, TRIGGER_DELIVERED = 0, 1, 2
STREAMS = (
    int(Stream.DEMAND), int(Stream.RETURNS), int(Stream.LATE), int(Stream.QUALITY), int(Stream.PAYOUT_LAG),
    int(Stream.REACH), int(Stream.SUPPLIER_LEAD),
)  # fmt: skip
STREAM_REGIME, STREAM_LANE = int(Stream.REGIME), int(Stream.LANE_LEAD)


class Tables(NamedTuple):
    """What every path reads, built by `layout`; int64 but for ``level``, ``dispersion`` and ``season``."""

    option: Ints  # [option, O_COLUMNS]
    listing: Ints  # [listing, L_COLUMNS]
    place: Ints  # [place, P_COLUMNS]
    term: Ints  # [term, T_COLUMNS] bounds of what is drawn anew each time
    value: Ints  # [path, term] drawn once per path
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
    work: Ints  # [option, week] sums of thousandths of a minute
    duty: Ints  # [option, DUTIES]
    volume: Ints  # [option, week] sums of peaks
    tally: Ints  # [option, A_COLUMNS] sums
