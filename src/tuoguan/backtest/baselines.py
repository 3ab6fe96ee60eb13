"""What somebody without a simulator would choose: the dearest unit margin, as far as cash and hours reach.

Hides how a margin is read off a contract. Keeps the invariant that nothing here looks at simulated profit; what an
option needs of cash and hours is taken from the simulation, as the other portfolios' limits are.
"""

import numpy as np

from tuoguan.choose import Evaluated
from tuoguan.contracts import SettingName, assess
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.facts import Fact, FactKind
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.intake import Seller
from tuoguan.simulate import Option

PPM = 1_000_000
SALE = (FactKind.ORDER_PLACED, FactKind.UNITS_SHIPPED, FactKind.UNITS_DELIVERED, FactKind.PAYOUT_SENT)


def unit_margin(option: Option, day: int, currency: str) -> float:
    """Minor a unit sold brings at likely terms: charges of the contract less goods, freight, duty and own work."""
    one, lane, micro = option.listings[0], option.places[0].lane, 10 ** (6 - EXPONENT_BY_CURRENCY[currency])
    retail = one.retail_price.value
    supply = one.supply_price_minor if one.supply_price_minor >= 0 else retail * (PPM - one.spread.value) // PPM
    cost = option.unit_cost.value
    parcel = one.contract.settings.get(SettingName.CUSTOMS_REGIME, "none") == "parcel"
    kinds = (*SALE, *([FactKind.PARCEL_IMPORTED] if parcel else []))
    kinds += () if option.places[0].owner_is_seller else (FactKind.UNITS_INBOUND,)
    income = sum(
        charge.minor
        for kind in kinds
        for charge in assess(one.contract, _fact(kind, option, day, currency, retail, supply, cost // micro))
    )
    grams, cm3 = option.unit_weight_g, option.unit_volume_cm3
    if lane.divisor_cm3_per_kg:
        grams = max(grams, cm3 * 1000 // lane.divisor_cm3_per_kg)
    freight = lane.per_kg.value * grams / 1000 + lane.per_cbm.value * cm3 / PPM
    spent = cost * (1 + option.duty_ad_valorem.value / PPM) + freight + one.pick_order.value + one.label_parcel.value
    return float(income - spent / micro)


def _fact(
    kind: FactKind, option: Option, day: int, currency: str, retail: int, supply: int, cost: int
) -> Fact:  # fmt: skip
    customs = cost if kind is FactKind.UNITS_INBOUND else retail
    return Fact(
        kind, day, currency, 1, 1, 1, 1, retail, supply, option.unit_weight_g, option.unit_volume_cm3,
        customs_value_minor=customs,
    )  # fmt: skip


def greedy(evaluated: Evaluated, seller: Seller, daily: Floats) -> Ints:
    """[group] the row of the dearest unit margin, -1 where none is above nought or cash or hours are spent.

    Groups come by margin x ``daily`` [series] units of the history, dearest first, and are taken while every week's
    cash and hours last: what a seller does with a spreadsheet.
    """
    groups, outcomes = evaluated.groups, evaluated.outcomes
    margin = np.array([unit_margin(one, groups.start_on, groups.currency) for one in groups.options])
    chosen = np.full(groups.count, -1, np.int64)
    best = [max(groups.rows(g), key=lambda row: (margin[row], -row)) for g in range(groups.count)]
    worth = np.array([margin[row] * daily[groups.options[row].series] for row in best])
    cash, hours = float(parse_minor(seller.limits.cash, seller.currency)), seller.limits.hours_per_week
    left_cash, left_hours = np.full(outcomes.hours.shape[1], cash), np.full(outcomes.hours.shape[1], hours)
    for group in np.argsort(-worth, kind="stable"):
        row = best[group]
        need = np.maximum(-outcomes.cash_low[row], 0)
        if margin[row] > 0 and (need <= left_cash).all() and (outcomes.hours[row] <= left_hours).all():
            chosen[group] = row
            left_cash, left_hours = left_cash - need, left_hours - outcomes.hours[row]
    return chosen
