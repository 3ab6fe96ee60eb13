"""The choice as dated work: what to buy, ship and quote, and the money and hours it takes week by week.

Hides how rows are dated and priced. Keeps two invariants: every shipment belongs to a purchase and never leaves before
it is ready, and the calendars are the sums of the simulator's own outcomes, so plan and decision cannot disagree.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tuoguan.choose import Evaluated, Portfolio
from tuoguan.demand import Demand
from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor, to_minor
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Batch
from tuoguan.plan.orders import Order, expected_sales, orders, season_of
from tuoguan.plan.schema import CASH, HOURS, PURCHASES, QUOTES, SHIPMENTS, Plan
from tuoguan.simulate import Lane, Listing, Option

NOTES = (
    "purchases follow the policy on the mean path: the first order, then reviews as expected sales use stock up",
    "arrival is the most likely day; early and late add the ends of the supplier's and the lane's ranges",
    "weeks start on the first day of the plan; cash is cumulative at the lowest day of the week",
)
PPM = 1_000_000


def make_plan(
    evaluated: Evaluated, portfolio: Portfolio, batch: Batch, demand: Demand, *, on: Day,
    floor_minor_by_group: Mapping[int, int] | None = None,
) -> Plan:  # fmt: skip
    """The plan of the chosen options, day 0 of the horizon being ``on``.

    ``floor_minor_by_group`` gives lowest supply prices found by simulation; elsewhere the floor is the break-even price
    at unchanged units: supply price less mean profit per unit sold.
    """
    supplier = dict(batch.products.select("sku", "supplier").iter_rows())
    exponent = EXPONENT_BY_CURRENCY[batch.seller.currency]
    bought: list[dict[str, Any]] = []
    shipped: list[dict[str, Any]] = []
    quoted: list[dict[str, Any]] = []
    for group, row in enumerate(portfolio.chosen.tolist()):
        if row < 0:
            continue
        option = evaluated.scenario.options[row]
        sold = float(evaluated.outcomes.units_sold[row])
        days = evaluated.scenario.horizon_days
        for order in orders(option, expected_sales(option, demand, sold, days), season_of(option, demand, days)):
            number = len(bought) + 1
            bought.append(_purchase(number, option, order, supplier.get(option.sku) or "", on, exponent))
            shipped.append(_shipment(number, option, order, on, exponent))
        profit = float(evaluated.outcomes.profit[row].mean())
        quoted += _quotes(option, profit, sold, (floor_minor_by_group or {}).get(group))
    chosen = portfolio.chosen[portfolio.chosen >= 0]
    return Plan(
        on, batch.seller.currency, _table(bought, PURCHASES).sort("order_on", "purchase"),
        _table(shipped, SHIPMENTS).sort("dispatch_on", "purchase"),
        _table(quoted, QUOTES), _cash(evaluated, chosen, batch, on), _hours(evaluated, chosen, on), NOTES,
    )  # fmt: skip


def _table(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _minor(micro: float, exponent: int) -> int:
    """Minor units of micro-units of a major unit, rounded once."""
    return to_minor(micro / 10 ** (6 - exponent))


def _purchase(number: int, option: Option, order: Order, supplier: str, on: Day, exponent: int) -> dict[str, Any]:
    return {
        "purchase": number, "sku": option.sku, "market": option.market, "option": option.key, "supplier": supplier,
        "place": option.places[order.place].id, "why": order.why, "order_on": date_of(on + order.day),
        "ready_on": date_of(on + order.ready), "units": order.units,
        "cartons": -(-order.units // max(option.carton, 1)),
        "cost_minor": _minor(order.units * option.unit_cost.value, exponent),
    }  # fmt: skip


def _shipment(number: int, option: Option, order: Order, on: Day, exponent: int) -> dict[str, Any]:
    place = option.places[order.place]
    weight_g, volume_cm3 = order.units * option.unit_weight_g, order.units * option.unit_volume_cm3
    return {
        "purchase": number, "sku": option.sku, "market": option.market, "place": place.id, "lane": order.lane.id,
        "mode": order.lane.mode, "dispatch_on": date_of(on + order.ready), "arrive_on": date_of(on + order.arrive),
        "arrive_early_on": date_of(on + order.arrive_early), "arrive_late_on": date_of(on + order.arrive_late),
        "units": order.units, "weight_g": weight_g, "volume_cm3": volume_cm3,
        "freight_minor": _freight(order.lane, weight_g, volume_cm3, exponent),
    }  # fmt: skip


def _freight(lane: Lane, weight_g: int, volume_cm3: int, exponent: int) -> int:
    """Most likely freight: chargeable kilograms and cubic meters at the lane's rates, at least its minimum."""
    chargeable_g = max(weight_g, volume_cm3 * 1000 // lane.divisor_cm3_per_kg) if lane.divisor_cm3_per_kg else weight_g
    micro = lane.per_kg.value * chargeable_g / 1000 + lane.per_cbm.value * volume_cm3 / 1_000_000
    return max(_minor(micro, exponent), lane.minimum_minor)


def _quotes(option: Option, profit: float, sold: float, floor: int | None) -> list[dict[str, Any]]:
    """One quote per listing that pays a supply or base price: the platform sets the retail price or keeps a spread."""
    return [
        _quote(option, listing, profit, sold, floor)
        for listing in option.listings
        if listing.spread.value > 0 or listing.supply_price_minor >= 0 or not listing.contract.owns(Duty.RETAIL_PRICE)
    ]


def _quote(option: Option, listing: Listing, profit: float, sold: float, floor: int | None) -> dict[str, Any]:
    given = listing.supply_price_minor >= 0
    spread = listing.retail_price.value * (PPM - listing.spread.value) / PPM
    supply_minor = listing.supply_price_minor if given else to_minor(spread)
    per_unit = profit / sold if sold > 0.0 else 0.0
    return {
        "sku": option.sku, "market": option.market, "contract": listing.contract.id, "supply_price_minor": supply_minor,
        "floor_minor": floor if floor is not None else max(to_minor(supply_minor - per_unit), 0),
        "floor_from": "simulated" if floor is not None else "break_even", "assumed": not given,
    }  # fmt: skip


def _cash(evaluated: Evaluated, chosen: Any, batch: Batch, on: Day) -> pl.DataFrame:
    mean, low = evaluated.outcomes.cash_mean[chosen].sum(0), evaluated.outcomes.cash_low[chosen].sum(0)
    limit_minor = parse_minor(batch.seller.limits.cash, batch.seller.currency)
    rows = [
        (week + 1, date_of(on + 7 * week), int(mean[week]), int(low[week]), limit_minor, limit_minor + int(low[week]))
        for week in range(len(mean))
    ]
    return pl.DataFrame(rows, schema=CASH, orient="row")


def _hours(evaluated: Evaluated, chosen: Any, on: Day) -> pl.DataFrame:
    """Each option's weekly hours split among duties as its hours over the horizon are."""
    weekly, by_duty = evaluated.outcomes.hours[chosen], evaluated.outcomes.hours_by_duty[chosen]
    total = by_duty.sum(1, keepdims=True)
    share = np.divide(by_duty, total, out=np.full_like(by_duty, 1.0 / by_duty.shape[1]), where=total > 0)
    table = weekly.T @ share
    rows = [
        (week + 1, date_of(on + 7 * week), duty.value, float(table[week, number]))
        for week in range(len(table))
        for number, duty in enumerate(Duty)
        if table[week, number] > 0.0
    ]
    return pl.DataFrame(rows, schema=HOURS, orient="row")
