# ruff: noqa: I001 the columns stand side by side
"""Paying, charging and drawing inside a path, in int64 minor units.

Hides that tables travel as bare pointers: no owner is counted and no bound or sign of an index is looked at inside the
loop. Keeps the invariant that a charge is priced by the contract kernels alone.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from numba import config, njit, types
from numba.extending import intrinsic

from tuoguan.contracts.kernels import charge_minor, draw_value
from tuoguan.foundation.kernels import HALF_UP, PPM, div_round, mix, mul_ppm, to_unit
from tuoguan.simulate.columns.kernels import (
    AT_DAYS, AT_FACT, AT_LIVE, C_COLUMNS, C_COMPONENT, C_TERM, FACT_CUSTOMS, FACT_DAYS_HELD, FACT_LINES, FACT_MINUTES,
    FACT_ORDERS, FACT_PARCELS, FACT_QUANTITY, FACT_REASON, FACT_RETAIL, FACT_SUPPLY, FACT_VOLUME, FACT_WEIGHT, F_LUCK,
    G_CALENDAR, G_HORIZON, G_LOGGED, G_LOG_ROWS, G_MICRO, G_MIRROR, G_VOLUME, G_WEIGHT, Ints, KINDS, LOG_COLUMNS,
    LOG_CUSTOMS, LOG_DAY, LOG_DEADLINE, LOG_HELD, LOG_KIND, LOG_LISTING, LOG_MINOR, LOG_MINUTES, LOG_ORDERS,
    LOG_QUANTITY, LOG_REASON, ROWS, ROW_WORK, V_COLUMNS, V_CONTRACT, V_RETAIL, V_SUPPLY,
)  # fmt: skip

Kernel = Callable[..., Any]
HUNDREDTHS = 10_000  # micro-units in a minor unit of most currencies

# Called from compiled code only, which keeps it: it needs no wrapper for Python and no cache of its own.
_unwrapped = njit(  # type: ignore[call-overload]
    nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)


def inner(function: Kernel) -> Kernel:
    """Compiled for the types of its arguments, and not once more for every constant that it is called with."""
    made: Any = _unwrapped(function)
    if not config.DISABLE_JIT:  # type: ignore[attr-defined]
        by_literal = made.get_call_template
        made.get_call_template = lambda args, kws: by_literal([types.unliteral(one) for one in args], kws)
    return cast(Kernel, made)


def within(function: Kernel) -> Kernel:
    """Written out in its only caller before that is compiled, so that nothing beneath it is optimized once more."""
    made: Any = njit(inline="always")(function)
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
def luck(w: Ints, state: np.uint64, word: int) -> float:
    """The uniform number at the address whose last word is ``word``; mirrored on a mirrored path."""
    u = to_unit(mix(state, word))
    return 1.0 - u if w[G_MIRROR] == 1 else u


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
    """Minor units of a micro amount, rounded half up once; a division by a known number is a multiplication."""
    if w[G_MICRO] == HUNDREDTHS:
        return divided(micro, HUNDREDTHS)
    return divided(micro, w[G_MICRO])


@inner
def empty(w: Ints, row: int, count: int) -> None:
    """Write nought into the first ``count`` days of a calendar row."""
    at = AT_DAYS + row * w[G_CALENDAR]
    for day in range(at, at + count):
        w[day] = 0


@inner
def drawn_once(w: Ints, row: int, day: int, bounds: int, state: np.uint64) -> int:
    """The lead of the day between the bounds kept at ``bounds``, drawn when it is first asked for on the path."""
    if w[bounds] == w[bounds + 2]:
        return int(w[bounds + 1])
    at = AT_DAYS + row * w[G_CALENDAR] + day
    if w[at] == 0:
        w[at] = 1 + drawn(w, bounds, luck(w, state, day))
    return int(w[at] - 1)


@inner
def row_of(w: Ints, row: int) -> Ints:
    """The start of a calendar row."""
    return past(w, AT_DAYS + row * w[G_CALENDAR])


@inner
def log_at(w: Ints) -> int:
    """Where the facts recorded for `trace` start."""
    return int(AT_DAYS + ROWS * w[G_CALENDAR])


@inner
def luck_row(w: Ints, row: int) -> int:
    """Where a row of ``f`` starts; the rows hold one number more than the calendar."""
    return int(F_LUCK + row * (w[G_CALENDAR] + 1))


@inner
def post(w: Ints, day: int, minor: int) -> None:
    """Pay or receive on ``day``; past the horizon the amount is only owed."""
    w[AT_DAYS + min(day, w[G_HORIZON])] += minor


@inner
def book(w: Ints, component: int, day: int, minor: int) -> None:
    """Enter an amount in the bridge (``component`` is its place in ``w``) and pay it on ``day``."""
    w[component] += minor
    post(w, day, minor)


@inner
def toil(w: Ints, day: int, minutes: int) -> None:
    """Add staff time (thousandths of a minute) to the day."""
    w[AT_DAYS + ROW_WORK * w[G_CALENDAR] + day] += minutes


@inner
def state(w: Ints, kind: int, reason: int, quantity: int, orders: int, minutes: int, held: int) -> None:
    """Fill in the part of the fact that changes; one order is one parcel and one customs line."""
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
    """True when the contract prices this kind of fact."""
    at = w[live + V_CONTRACT] * (KINDS + 1) + kind
    return bool(k[at] < k[at + 1])


@inner
def charge(c: Ints, k: Ints, v: Ints, w: Ints, live: int, deadline: int, to: int) -> int:
    """What the contract makes of the fact, its components added to those that start at ``to`` in ``w``."""
    kind, total = w[AT_FACT], 0
    at = w[live + V_CONTRACT] * (KINDS + 1) + kind
    for row in range(k[at], k[at + 1]):
        term = row * C_COLUMNS
        minor = charge_minor(past(c, term), v[c[term + C_TERM]], past(w, AT_FACT), deadline)
        w[to + c[term + C_COMPONENT]] += minor
        total += minor
    return total


@inner
def record(w: Ints, live: int, day: int, minor: int, deadline: int) -> None:
    """Keep the fact for `trace`; one past the room is counted but not written."""
    row, at = w[G_LOGGED], log_at(w) + w[G_LOGGED] * LOG_COLUMNS
    w[G_LOGGED] += 1
    if row < w[G_LOG_ROWS]:
        w[at + LOG_LISTING], w[at + LOG_DAY], w[at + LOG_MINOR] = (live - AT_LIVE) // V_COLUMNS, day, minor
        w[at + LOG_KIND], w[at + LOG_REASON] = w[AT_FACT], w[AT_FACT + FACT_REASON]
        w[at + LOG_QUANTITY], w[at + LOG_ORDERS] = w[AT_FACT + FACT_QUANTITY], w[AT_FACT + FACT_ORDERS]
        w[at + LOG_MINUTES], w[at + LOG_HELD] = w[AT_FACT + FACT_MINUTES], w[AT_FACT + FACT_DAYS_HELD]
        w[at + LOG_DEADLINE], w[at + LOG_CUSTOMS] = deadline, w[AT_FACT + FACT_CUSTOMS]


@inner
def note(w: Ints, kind: int, day: int) -> int:
    """Begin a note among the facts kept for `trace`, and say where it stands; -1 when it is past the room."""
    row, at = w[G_LOGGED], log_at(w) + w[G_LOGGED] * LOG_COLUMNS
    w[G_LOGGED] += 1
    if row >= w[G_LOG_ROWS]:
        return -1
    w[at + LOG_KIND], w[at + LOG_DAY] = kind, day
    return int(at)


@inner
def share_of_large(amount: int, ppm: int, denominator: int) -> int:
    """amount x ppm / (denominator x 1e6) rounded half up once, though the product may pass 2**63; none negative."""
    bottom = denominator * PPM
    whole = amount // bottom
    return int(whole * ppm + divided((amount - whole * bottom) * ppm, bottom))
