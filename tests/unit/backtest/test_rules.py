"""Restock rules in use against a day loop written from their descriptions."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tuoguan.backtest.rules import RULES, pull, restocked
from tuoguan.simulate import run
from unit.simulate import world

LEAD, HORIZON = 5, 84
BY_NAME = {rule.name: rule for rule in RULES}


def days(seed, busy):
    random = np.random.default_rng(seed)
    return random.poisson(busy, (1, 90)), random.poisson(busy * (1 + np.arange(HORIZON) / 60), (1, HORIZON))


def levels(name, so_far):
    """(order when at or below, order up to) as the rule's description says it, from the units of every day so far."""

    def mean(window):
        return so_far[-window:].mean()

    if name == "bigseller":  # (purchase + safety) x daily; (cycle + purchase + safety) x daily
        return (LEAD + 7) * mean(30), (7 + LEAD + 7) * mean(30)
    if name == "lingxing":  # six means alike; lead + frequency + safety
        return math.inf, (LEAD + 7 + 7) * np.mean([mean(window) for window in (3, 7, 14, 30, 60, 90)])
    if name == "ops":  # ten days' cover, seven above fifty a day
        return math.inf, (7 if mean(7) > 50 else 10) * mean(7)
    if name == "omni":  # seven-day mean x 30 x 1.3
        return math.inf, 39 * mean(7)
    return math.inf, (LEAD + 30) * mean(90)


def by_hand(name, past, actual):
    """Units ordered and units sold by a plain day loop."""
    on_hand, coming, ordered, sold = 0, {}, 0, 0
    for day in range(HORIZON):
        on_hand += coming.pop(day, 0)
        if day % 7 == 0:
            point, level = levels(name, np.concatenate([past[0], actual[0, :day]]))
            position = on_hand + sum(coming.values())
            if position <= point and round(level) > position:
                coming[day + LEAD] = round(level) - position
                ordered += round(level) - position
        taken = min(on_hand, actual[0, day])
        on_hand, sold = on_hand - taken, sold + taken
    return ordered, sold


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize(("seed", "busy"), [(1, 4.0), (2, 30.0), (3, 70.0)])
def test_a_rule_orders_what_its_description_says(name, seed, busy):
    past, actual = days(seed, busy)
    option = world.option((world.listing(world.contract()),), (world.place(lane=world.lane(world.fixed(LEAD))),))
    scenario = world.scenario((option,), horizon_days=HORIZON, actual=actual, paths=1)
    out = restocked(BY_NAME[name], scenario, world.demand(busy), past, 1)
    ordered, sold = by_hand(name, past, actual)
    # Levels are kept in millionths of daily; a rounding may move an order by a unit.
    assert abs(out.units_ordered[0] - ordered) <= 3 and abs(out.units_sold[0] - sold) <= 3


def test_a_rule_needs_real_days():
    option = world.option((world.listing(world.contract()),))
    with pytest.raises(ValueError, match="actual"):
        restocked(RULES[0], world.scenario((option,)), world.demand(1.0), np.zeros((1, 90), np.int64), 1)


def test_the_expected_pull_is_what_the_simulator_sells():
    listing = world.listing(
        world.contract(), reach=world.fixed(1_150_000), retail_price=world.fixed(1_700), delivery_days=world.fixed(12)
    )
    option = world.option((listing,), on_hand=10**6)
    actual = np.full((1, 28), 500)
    out = run(world.scenario((option,), actual=actual, paths=2), world.demand(1.0))
    assert out.units_sold[0] / actual.sum() == pytest.approx(pull(option), rel=1e-3)
    faster = replace(option, listings=(replace(listing, delivery_days=world.fixed(3)),))
    assert pull(faster) > pull(option)
