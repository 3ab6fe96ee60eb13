# ruff: noqa: I001 the columns stand side by side
"""What one unit brings and costs under each listing on a path: sold, late, returned, faulty or lost.

Hides that a contract is asked once per path and not once per sale. Keeps the invariant that every charge on a consumer
order is priced for an order of one unit and rounded there, so that n units move n times as much.
"""

from tuoguan.contracts.kernels import reserve_minor
from tuoguan.simulate.columns.kernels import (
    AT_LIVE, AT_SCRAP, COMPONENTS, FOR_CHANGE_OF_MIND, FOR_QUALITY, Ints, KIND_DELIVERED, KIND_INCIDENT, KIND_MISSED,
    KIND_OPENED, KIND_ORDER_PLACED, KIND_PARCEL, KIND_PAYOUT, KIND_REFUND, KIND_RETURNED, KIND_SHIPPED, KIND_STOCK_OUT,
    V_BACK_FAULT, V_BACK_MIND, V_CLOCK, V_CLOCKS, V_COLUMNS, V_DELIVERED, V_HELD, V_IMPORTED, V_INCIDENT, V_LOST, V_NOW,
    V_OPENED, V_ORDERED, V_PAID_OUT, V_PARCEL, V_PARCEL_MICRO, V_REFUND_FAULT, V_REFUND_MIND, V_RESERVE, V_RETAIL,
    V_RETURN_MICRO, V_RETURN_WORK, V_SETTLED, V_SHIPPED, V_VECTOR, V_WORK,
)  # fmt: skip
from tuoguan.simulate.money.kernels import aim, charge, inner, state, to_minor_units


@inner
def price_unit(c: Ints, k: Ints, v: Ints, w: Ints, live: int, kind: int, reason: int, to: int) -> int:
    """What the contract makes of one unit's fact, its components added at ``to``."""
    state(w, kind, reason, 1, 1, 0, 0)
    return int(charge(c, k, v, w, live, -1, to))


@inner
def price_miss(c: Ints, k: Ints, v: Ints, w: Ints, live: int, clock: int, elapsed: int) -> int:
    """What one order that took ``elapsed`` minutes costs for missing the clock; the fact is left for recording."""
    at = live + V_CLOCK + 2 * clock
    if elapsed <= w[at]:
        return 0
    aim(w, live, w[live + V_RETAIL])
    state(w, KIND_MISSED, 0, 1, 1, elapsed - w[at], 0)
    return int(charge(c, k, v, w, live, w[at + 1], AT_SCRAP))


@inner
def price_misses(c: Ints, k: Ints, v: Ints, w: Ints, live: int, elapsed: int) -> int:
    """What one order that took ``elapsed`` minutes costs for all the clocks it missed."""
    total = 0
    for clock in range(w[live + V_CLOCKS]):
        total += price_miss(c, k, v, w, live, clock, elapsed)
    return total


@inner
def _price_sale(c: Ints, k: Ints, v: Ints, w: Ints, live: int) -> None:
    """The components of a unit sold and paid out, by fact, and what of it is held in reserve."""
    to = live + V_VECTOR
    for part in range(COMPONENTS):
        w[to + part] = 0
    w[live + V_ORDERED] = price_unit(c, k, v, w, live, KIND_ORDER_PLACED, 0, to)
    w[live + V_SHIPPED] = price_unit(c, k, v, w, live, KIND_SHIPPED, 0, to)
    w[live + V_IMPORTED] = price_unit(c, k, v, w, live, KIND_PARCEL, 0, to) if w[live + V_PARCEL] == 1 else 0
    w[live + V_DELIVERED] = price_unit(c, k, v, w, live, KIND_DELIVERED, 0, to)
    net = w[live + V_ORDERED] + w[live + V_SHIPPED] + w[live + V_IMPORTED] + w[live + V_DELIVERED]
    w[live + V_PAID_OUT] = price_unit(c, k, v, w, live, KIND_PAYOUT, 0, to)
    w[live + V_SETTLED] = net
    w[live + V_HELD] = reserve_minor(net, w[live + V_RESERVE])
    w[live + V_NOW] = net - w[live + V_HELD] + w[live + V_PAID_OUT]


@inner
def price_listing(c: Ints, k: Ints, v: Ints, w: Ints, own: int) -> None:
    """Ask the contract once for everything that can happen to one unit of listing ``own``."""
    live = AT_LIVE + own * V_COLUMNS
    aim(w, live, w[live + V_RETAIL])
    _price_sale(c, k, v, w, live)
    w[live + V_WORK] = -to_minor_units(w, w[live + V_PARCEL_MICRO])
    w[live + V_RETURN_WORK] = -to_minor_units(w, w[live + V_RETURN_MICRO])
    w[live + V_LOST] = price_unit(c, k, v, w, live, KIND_STOCK_OUT, 0, AT_SCRAP)
    w[live + V_INCIDENT] = price_unit(c, k, v, w, live, KIND_INCIDENT, FOR_QUALITY, AT_SCRAP)
    w[live + V_BACK_MIND] = price_unit(c, k, v, w, live, KIND_RETURNED, FOR_CHANGE_OF_MIND, AT_SCRAP)
    w[live + V_BACK_FAULT] = price_unit(c, k, v, w, live, KIND_RETURNED, FOR_QUALITY, AT_SCRAP)
    w[live + V_REFUND_MIND] = price_unit(c, k, v, w, live, KIND_REFUND, FOR_CHANGE_OF_MIND, AT_SCRAP)
    w[live + V_REFUND_FAULT] = price_unit(c, k, v, w, live, KIND_REFUND, FOR_QUALITY, AT_SCRAP)
    state(w, KIND_OPENED, 0, 0, 0, 0, 0)
    w[live + V_OPENED] = charge(c, k, v, w, live, -1, AT_SCRAP)
