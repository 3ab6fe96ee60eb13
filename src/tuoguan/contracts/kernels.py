"""What one term makes of one fact, and when and in which parts it is paid, for loops that run a hundred million times.

Hides the arithmetic of steps, tiers, caps, shares and settlement days. Keeps the invariant that an amount is exact
until it is rounded once. ``row`` is one row of `Compiled.charge_matrix` (columns below), ``fact`` a vector in `Field`
order, ``deadline`` the position of the missed clock in `Compiled.deadlines` or -1.

Bounds: exact while |price x quantity x value| and |value x count| stay below 2**63 and the seller's amount below 9e12
minor units. With money up to 1e12 minor units a rate of 900 % fits; with amounts up to 10,000 a count of 9e8 fits.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from tuoguan.foundation.kernels import HALF_UP, div_round, mul_ppm

Row = npt.NDArray[np.int64]

(
    FACT, REASON, DEADLINE, KIND, SIGN, BASIS, BASIS_CAP_MINOR, PER, SHARE_PPM, VALUE, LOW, HIGH, DISTRIBUTION,
    MINIMUM_MINOR, MAXIMUM_MICRO, MAXIMUM_PER, AFTER_MINUTES, UNTIL_MINUTES, WEIGHT_FROM_G, WEIGHT_TO_G,
    DIVISOR_CM3_PER_KG, GRAIN_G, FREE_DAYS, VALUE_FROM_MINOR, VALUE_TO_MINOR, ROUNDING, EXPONENT, STREAM,
) = range(28)  # fmt: skip
COLUMN_COUNT = 28
ANY = -1
PPM = 1_000_000
# Positions in a fact's vector and codes of basis, per and distribution; tests hold them against the enums.
F_KIND, F_REASON, F_QUANTITY, F_ORDERS, F_PARCELS, F_LINES, F_RETAIL, F_SUPPLY = range(8)
F_WEIGHT_G, F_VOLUME_CM3, F_MINUTES_LATE, F_DAYS_HELD, F_CUSTOMS = range(8, 13)
RETAIL_VALUE, SUPPLY_VALUE, CUSTOMS_VALUE = 1, 2, 3
PER_FACT, PER_ORDER, PER_UNIT, PER_PARCEL, PER_LINE, PER_KG, PER_UNIT_DAY, PER_CBM_DAY = range(8)
FIXED, UNIFORM, TRIANGULAR, LOGUNIFORM = range(4)


@njit(cache=True, nogil=True, inline="always")
def chargeable_grams(weight_g: int, volume_cm3: int, divisor: int) -> int:
    """Grams of one unit: its weight, or its volume over the divisor (cm3 per kg) rounded up to a gram if larger."""
    if divisor <= 0:
        return weight_g
    volumetric = (volume_cm3 * 1000 + divisor - 1) // divisor
    return max(weight_g, volumetric)


@njit(cache=True, nogil=True)
def applies(row: Row, fact: Row, deadline: int) -> bool:
    """True when kind, reason, clock, lateness, weight, value and days held all fit the term."""
    if row[FACT] != fact[F_KIND] or (row[REASON] != 0 and row[REASON] != fact[F_REASON]):
        return False
    if row[DEADLINE] != ANY and row[DEADLINE] != deadline:
        return False
    late = fact[F_MINUTES_LATE]
    if row[AFTER_MINUTES] > 0 and late <= row[AFTER_MINUTES]:
        return False
    if row[UNTIL_MINUTES] != ANY and late > row[UNTIL_MINUTES]:
        return False
    grams = chargeable_grams(fact[F_WEIGHT_G], fact[F_VOLUME_CM3], row[DIVISOR_CM3_PER_KG])
    if grams < row[WEIGHT_FROM_G] or (row[WEIGHT_TO_G] != ANY and grams >= row[WEIGHT_TO_G]):
        return False
    worth = fact[F_CUSTOMS]
    if worth < row[VALUE_FROM_MINOR] or (row[VALUE_TO_MINOR] != ANY and worth >= row[VALUE_TO_MINOR]):
        return False
    return bool(fact[F_DAYS_HELD] >= row[FREE_DAYS])


@njit(cache=True, nogil=True)
def count_parts(per: int, row: Row, fact: Row) -> tuple[int, int]:
    """(numerator, denominator) of what an amount is multiplied by; kilograms and cubic meters are fractions."""
    quantity = fact[F_QUANTITY]
    if per == PER_ORDER:
        return fact[F_ORDERS], 1
    if per in (PER_UNIT, PER_UNIT_DAY):
        return quantity, 1
    if per == PER_PARCEL:
        return fact[F_PARCELS], 1
    if per == PER_LINE:
        return fact[F_LINES], 1
    if per == PER_KG:
        grams = chargeable_grams(fact[F_WEIGHT_G], fact[F_VOLUME_CM3], row[DIVISOR_CM3_PER_KG])
        grain = row[GRAIN_G]
        return quantity * ((grams + grain - 1) // grain) * grain, 1000
    if per == PER_CBM_DAY:
        return quantity * fact[F_VOLUME_CM3], 1_000_000
    return 1, 1


@njit(cache=True, nogil=True)
def basis_minor(row: Row, fact: Row) -> int:
    """Minor units that a rate is a share of: the capped price of one unit times the quantity."""
    basis = row[BASIS]
    price = fact[F_CUSTOMS]
    if basis == RETAIL_VALUE:
        price = fact[F_RETAIL]
    elif basis == SUPPLY_VALUE:
        price = fact[F_SUPPLY]
    if row[BASIS_CAP_MINOR] != ANY and price > row[BASIS_CAP_MINOR]:
        price = row[BASIS_CAP_MINOR]
    return int(price * fact[F_QUANTITY])


@njit(cache=True, nogil=True)
def shared_round(product: int, denominator: int, share_ppm: int, mode: int) -> int:
    """product / denominator x share, rounded once; exact although product x share may pass 2**63.

    Splits off whole units first: product = q d + r, then q share = a 1e6 + b leaves (b d + r share) / (d 1e6).
    """
    whole, rest = product // denominator, product % denominator
    if share_ppm == PPM:
        return int(whole + _fraction_round(rest, denominator, whole, mode))
    scaled = whole * share_ppm
    units, left = scaled // PPM, scaled % PPM
    numerator, bottom = left * denominator + rest * share_ppm, denominator * PPM
    carry = numerator // bottom
    return int(units + carry + _fraction_round(numerator - carry * bottom, bottom, units + carry, mode))


@njit(cache=True, nogil=True, inline="always")
def _fraction_round(rest: int, denominator: int, whole: int, mode: int) -> int:
    """0 or 1: what the fraction rest / denominator adds to ``whole`` when rounded by ``mode``."""
    parity = whole % 2
    return div_round(parity * denominator + rest, denominator, mode) - parity


@njit(cache=True, nogil=True)
def charge_minor(row: Row, value: int, fact: Row, deadline: int) -> int:
    """Signed minor units that the term moves for the fact; nought when it does not apply.

    ``value`` is the rate (ppm) or amount (micro) to use: ``row[VALUE]``, or a draw between low and high.
    """
    if not applies(row, fact, deadline):
        return 0
    scale = 10 ** (6 - row[EXPONENT])
    if row[BASIS] != 0:
        product, denominator = basis_minor(row, fact) * value, PPM
    else:
        count, parts = count_parts(row[PER], row, fact)
        product, denominator = value * count, parts * scale
    if product <= 0:
        return 0
    minor = shared_round(product, denominator, row[SHARE_PPM], row[ROUNDING])
    if row[MAXIMUM_MICRO] != ANY:
        count, parts = count_parts(row[MAXIMUM_PER], row, fact)
        minor = min(minor, shared_round(row[MAXIMUM_MICRO] * count, parts * scale, PPM, row[ROUNDING]))
    return int(row[SIGN] * max(minor, row[MINIMUM_MINOR]))


@njit(cache=True, nogil=True)
def charges_minor(rows: Row, values: Row, fact: Row, deadline: int, minor: Row) -> None:
    """Write what each of the terms [row, column] moves for the fact, at its own value, into ``minor`` [row]."""
    for index in range(rows.shape[0]):
        minor[index] = charge_minor(rows[index], values[index], fact, deadline)


@njit(cache=True, nogil=True, inline="always")
def settlement_period_days(settlements_per_month: int) -> int:
    """Days from one settlement day to the next; 0 settlements a month: every day is one."""
    return max(1, 30 // settlements_per_month) if settlements_per_month > 0 else 1


@njit(cache=True, nogil=True, inline="always")
def thawed_on(day: int, stop_day: int, freeze_days: int) -> int:
    """The day money due on ``day`` really comes: from the day the contract stops on, it waits until it is thawed."""
    return day if day < stop_day else max(day, stop_day + freeze_days)


@njit(cache=True, nogil=True, inline="always")
def settlement_on(day: int, period_days: int) -> int:
    """The settlement day on or behind ``day``: days divisible by the period."""
    return day if period_days <= 1 else (day + period_days - 1) // period_days * period_days


@njit(cache=True, nogil=True, inline="always")
def reserve_minor(net_minor: int, share_ppm: int) -> int:
    """What is kept back of what is owed, rounded half up; nothing of a debt."""
    return mul_ppm(max(0, net_minor), share_ppm, HALF_UP)


@njit(cache=True, nogil=True)
def draw_value(low: int, mode: int, high: int, distribution: int, u: float) -> int:
    """A value in [low, high] by the inverse of its distribution at ``u`` in (0, 1); never falls as u rises.

    Uniform over whole numbers; triangular with its peak at ``mode``; loguniform needs low > 0 (else uniform).
    """
    if distribution == FIXED or high <= low:
        return mode
    width = float(high - low)
    if distribution == TRIANGULAR:
        split = (mode - low) / width
        if u < split:
            drawn = low + math.sqrt(u * width * (mode - low))
        else:
            drawn = high - math.sqrt((1.0 - u) * width * (high - mode))
        return int(min(max(int(math.floor(drawn + 0.5)), low), high))
    if distribution == LOGUNIFORM and low > 0:
        drawn = low * math.exp(u * math.log(high / low))
        return int(min(max(int(math.floor(drawn + 0.5)), low), high))
    return int(min(low + int(math.floor(u * (width + 1.0))), high))
