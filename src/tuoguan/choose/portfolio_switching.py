"""What leaving today's contract costs once, inside every figure of the options that do.

Hides how a setting is matched with a contract. Keeps the invariant that profit stays the sum of its components: the
money stands under set-up, the hours at the seller's wage under labor; and that it is never counted twice.
"""

from dataclasses import replace

import numpy as np

from tuoguan.choose.policies import Evaluated
from tuoguan.choose.study import Study, evaluated_with, study_of
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.money import parse_minor, to_minor
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Seller, Switching
from tuoguan.simulate import Component

SET_UP, LABOR = (list(Component).index(part) for part in (Component.SET_UP, Component.LABOR))
LISTING = list(Duty).index(Duty.LISTING)
NOTHING = Switching()
ANY = "*"


def with_switching(study: Study, seller: Seller) -> Study:
    """The study with the seller's switching costs in place of those it holds; the same study where they are the same.

    Paid on the first day: every week's cash is lower by it. The hours are worked in the first week, by the duty of
    listing. An option that keeps today's contract among its listings, or whose product has none, switches nothing.
    """
    minor, hours = _asked(study, seller)
    if np.array_equal(minor, study.switch_minor) and np.array_equal(hours, study.switch_hours):
        return study
    wages = np.array([to_minor(spent * study.wage_per_hour_minor) for spent in hours], np.int64)
    before = np.array([to_minor(spent * study.wage_per_hour_minor) for spent in study.switch_hours], np.int64)
    money, labor, worked = minor - study.switch_minor, wages - before, hours - study.switch_hours
    component, weekly, by_duty = study.component.copy(), study.hours.copy(), study.hours_by_duty.copy()
    component[:, SET_UP] -= money
    component[:, LABOR] -= labor
    weekly[:, 0] += worked
    by_duty[:, LISTING] += worked
    paid = (money + labor)[:, None]
    return replace(
        study, profit=study.profit - paid, component=component, cash_low=study.cash_low - paid, hours=weekly,
        hours_by_duty=by_duty, switch_minor=minor, switch_hours=hours,
    )  # fmt: skip


def switched(evaluated: Evaluated, seller: Seller) -> Evaluated:
    """The same options with what leaving today's contract costs in their profit, components, cash and hours."""
    study = study_of(evaluated)
    moved = with_switching(study, seller)
    return evaluated if moved is study else evaluated_with(evaluated, moved)


def _asked(study: Study, seller: Seller) -> tuple[Ints, Floats]:
    """[option] money and hours of leaving today's contract, over all contracts that the option goes to."""
    minor, hours = np.zeros(len(study.key), np.int64), np.zeros(len(study.key))
    if not seller.switching:
        return minor, hours
    for row, group in enumerate(study.group_of.tolist()):
        today, contracts = study.today[group], study.contracts[row].split(" + ")
        if today and today not in contracts:
            moves = [_move(seller, contract) for contract in contracts]
            minor[row] = sum(parse_minor(move.cost, seller.currency) for move in moves)
            hours[row] = sum(move.hours for move in moves)
    return minor, hours


def _move(seller: Seller, contract: str) -> Switching:
    """The seller's word for the contract, its platform and model, its platform, or any: the most specific."""
    parts = contract.split("/")
    names = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((seller.switching[name] for name in (*names, ANY) if name in seller.switching), NOTHING)
