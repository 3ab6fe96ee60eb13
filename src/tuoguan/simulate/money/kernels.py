# ruff: noqa: I001 the columns stand side by side
"""Booking, paying and charging inside the day loop, in int64 minor units.

Hides that tables travel as bare pointers: no owner is counted and no bound or sign of an index is looked at inside the
loop. Keeps the invariant that what enters the bridge is also paid or owed, and that a charge is priced by the contract
kernels alone.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from numba import config, njit, types
from numba.extending import intrinsic

from tuoguan.contracts.kernels import charge_minor, draw_value
from tuoguan.foundation.kernels import HALF_UP, div_round, mix, mul_ppm, to_unit
from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_DUTY, AT_FACT, AT_LIVE, AT_TALLY, A_BEYOND, A_LOGGED, C_COLUMNS, C_COMPONENT, C_TERM,
    FACT_CUSTOMS, FACT_DAYS_HELD, FACT_LINES, FACT_MINUTES, FACT_ORDERS, FACT_PARCELS, FACT_QUANTITY, FACT_REASON,
    FACT_RETAIL, FACT_SUPPLY, FACT_VOLUME, FACT_WEIGHT, G_HORIZON, G_LOG_ROWS, G_MICRO, G_VOLUME, G_WEIGHT, Ints,
    KINDS, KIND_MISSED, LOG_COLUMNS, LOG_DAY, LOG_FIELDS, LOG_LISTING, LOG_MINOR, ROWS, ROW_WORK, V_COLUMNS,
    V_CONTRACT, V_DEADLINE, V_RETAIL, V_SUPPLY,
)  # fmt: skip

Kernel = Callable[..., Any]

# Called from compiled code only: it needs no wrapper for Python.
_unwrapped = njit(  # type: ignore[call-overload]
    cache=True, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)


def inner(function: Kernel) -> Kernel:
    """Compiled for the types of its arguments, and not once more for every constant that it is called with."""
    made: Any = _unwrapped(function)
    if not config.DISABLE_JIT:  # type: ignore[attr-defined]
        by_literal = made.get_call_template
        made.get_call_template = lambda args, kws: by_literal([types.unliteral(one) for one in args], kws)
    return cast(Kernel, made)


if config.DISABLE_JIT:  # type: ignore[attr-defined]

    def bare(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The array's numbers in one row, where nothing is compiled."""
        return array.reshape(-1)

    def past(row: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
        """The row from ``count`` on."""
        return row[count:]
else:

    @intrinsic
    def bare(_: Any, array: Any) -> Any:
        """A pointer to the first number of a contiguous array; the caller keeps the array alive."""

        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return context.make_array(signature.args[0])(context, builder, value=values[0]).data

        return types.CPointer(array.dtype)(array), build

    @intrinsic
    def past(_: Any, row: Any, count: Any) -> Any:
        """The pointer ``count`` numbers further."""

        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.gep(values[0], [values[1]])

        return row(row, types.intp), build


@inner
def luck(state: np.uint64, word: int) -> float:
    """The uniform number at the address whose last word is ``word``."""
    return to_unit(mix(state, word))


@inner
def drawn(w: Ints, bounds: int, u: float) -> int:
    """A whole number drawn between the bounds kept at ``bounds``."""
    return int(draw_value(w[bounds], w[bounds + 1], w[bounds + 2], w[bounds + 3], u))


@inner
def divided(numerator: int, denominator: int) -> int:
    """The quotient rounded half up."""
    return int(div_round(numerator, denominator, HALF_UP))


@inner
def share_of(minor: int, ppm: int) -> int:
    """A share of an amount, rounded half up once."""
    return int(mul_ppm(minor, ppm, HALF_UP))


@inner
def to_minor_units(w: Ints, micro: int) -> int:
    """Minor units of a micro amount, rounded half up once."""
    return divided(micro, w[G_MICRO])


@inner
def post(w: Ints, day: int, minor: int) -> None:
    """Pay or receive on ``day``; past the horizon the amount is only owed."""
    if day < w[G_HORIZON]:
        w[AT_DAYS + day] += minor
    else:
        w[AT_TALLY + A_BEYOND] += minor


@inner
def book(w: Ints, component: int, day: int, minor: int) -> None:
    """Enter an amount in the bridge and pay it on ``day``."""
    w[AT_COMPONENT + component] += minor
    post(w, day, minor)


@inner
def toil(w: Ints, day: int, duty: int, minutes: int) -> None:
    """Add staff time (thousandths of a minute) to the week and the duty."""
    w[AT_DAYS + ROW_WORK * w[G_HORIZON] + day // 7] += minutes
    w[AT_DUTY + duty] += minutes


@inner
def state(w: Ints, kind: int, reason: int, quantity: int, orders: int, minutes: int, held: int) -> None:
    """Fill in the part of the fact that changes; one unit is one order, one parcel and one customs line."""
    w[AT_FACT] = kind
    w[AT_FACT + FACT_REASON] = reason
    w[AT_FACT + FACT_QUANTITY] = quantity
    w[AT_FACT + FACT_ORDERS] = orders
    w[AT_FACT + FACT_PARCELS] = orders
    w[AT_FACT + FACT_LINES] = orders
    w[AT_FACT + FACT_MINUTES] = minutes
    w[AT_FACT + FACT_DAYS_HELD] = held


@inner
def aim(w: Ints, live: int, customs_minor: int) -> None:
    """Point the fact at a listing: its prices and the goods' size."""
    w[AT_FACT + FACT_RETAIL] = w[live + V_RETAIL]
    w[AT_FACT + FACT_SUPPLY] = w[live + V_SUPPLY]
    w[AT_FACT + FACT_WEIGHT] = w[G_WEIGHT]
    w[AT_FACT + FACT_VOLUME] = w[G_VOLUME]
    w[AT_FACT + FACT_CUSTOMS] = customs_minor


@inner
def charged(k: Ints, w: Ints, live: int, kind: int) -> bool:
    """True when the contract prices this kind of fact, or when facts are being recorded."""
    at = w[live + V_CONTRACT] * (KINDS + 1) + kind
    return bool(k[at] < k[at + 1] or w[G_LOG_ROWS] > 0)


@inner
def charge(c: Ints, k: Ints, v: Ints, w: Ints, live: int, day: int, moved: int) -> int:
    """What the contract makes of the fact, entered in the bridge (under ``moved`` when that is not negative)."""
    kind, total = w[AT_FACT], 0
    deadline = w[live + V_DEADLINE] if kind == KIND_MISSED else -1
    at = w[live + V_CONTRACT] * (KINDS + 1) + kind
    for row in range(k[at], k[at + 1]):
        term = row * C_COLUMNS
        minor = charge_minor(past(c, term), v[c[term + C_TERM]], past(w, AT_FACT), deadline)
        w[AT_COMPONENT + (moved if moved >= 0 else c[term + C_COMPONENT])] += minor
        total += minor
    if w[G_LOG_ROWS] > 0:
        _record(w, (live - AT_LIVE) // V_COLUMNS, day, total)
    return total


@inner
def _record(w: Ints, own: int, day: int, minor: int) -> None:
    """Keep the fact for `trace`; one past the room is counted but not written."""
    row = w[AT_TALLY + A_LOGGED]
    w[AT_TALLY + A_LOGGED] += 1
    if row < w[G_LOG_ROWS]:
        at = AT_DAYS + ROWS * w[G_HORIZON] + row * LOG_COLUMNS
        w[at + LOG_LISTING], w[at + LOG_DAY], w[at + LOG_MINOR] = own, day, minor
        for column in range(LOG_COLUMNS - LOG_FIELDS):
            w[at + LOG_FIELDS + column] = w[AT_FACT + column]
