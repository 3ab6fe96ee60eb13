"""The compiled day loop against the slow one, to the unit, on random options over all features."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from differential.simulate.cases import ONE_LANE, policies, scenarios
from differential.simulate.slow import Slow
from tuoguan.contracts import assess
from tuoguan.foundation.facts import FactKind
from tuoguan.simulate import Candidates, PolicyKind, Record, compare, run, trace
from unit.simulate.world import START


def charged(facts):
    """How often each fact that moved money happened, with its listing and its charge."""
    return Counter(told for told in facts if told[2])


PROFILE = settings()
STEPS = [Phase.generate] if PROFILE.derandomize else PROFILE.phases  # options are too large to be made small in time
SOME = settings(PROFILE, max_examples=max(1, PROFILE.max_examples // 12), phases=STEPS)


@pytest.mark.parametrize("kind", PolicyKind)
def test_the_kernel_agrees_with_the_slow_loop_to_the_unit(kind):
    @SOME
    @given(scenarios([kind]), st.integers(0, 5))
    def agree(case, path):
        scenario, demand = case
        check(scenario, demand, path)

    if SOME.derandomize:  # without a seed of its own every kind would see the same options
        agree = seed(list(PolicyKind).index(kind))(agree)
    agree()


def check(scenario, demand, path):
    """Both loops tell the same days, facts and money, and every fact costs what its contract makes of it."""
    told, wanted = trace(scenario, demand, 0, path), Slow(scenario, demand, 0, path).play()
    assert told.on_hand.T.tolist() == wanted.stock
    assert told.minutes.tolist() == wanted.minutes
    assert charged(zip(told.facts, told.listing, told.charge_minor, strict=True)) == charged(wanted.facts)
    assert told.cash_minor.tolist() == wanted.cash
    assert told.component.tolist() == wanted.component
    assert told.profit_minor == wanted.profit
    for fact, at, minor in zip(told.facts, told.listing, told.charge_minor, strict=True):
        contract, values = scenario.options[0].listings[at].contract, wanted.slow.live[at].values
        assert minor == sum(charge.minor for charge in assess(contract, fact, values))
        assert minor == sum(charge.minor for charge in assess(told.happened.listings[at].contract, fact))
    check_happened(told, wanted)


def check_happened(told, wanted):
    """What came from outside is what the slow loop met: units sold, returned, resold and bought, buyers lost."""
    sales, tally = told.happened.sales, wanted.tally
    assert (len(sales), len(sales) + len(told.happened.lost)) == (tally["sold"], tally["demanded"])
    assert sum(sale.returned >= 0 for sale in sales) == tally["returned"]
    assert sum(sale.is_resold for sale in sales) == tally["resold"]
    assert sum(order.units for order in told.happened.stock_orders) == wanted.ordered
    for kind, days in (
        (FactKind.ORDER_PLACED, [sale.day for sale in sales]),
        (FactKind.UNITS_SHIPPED, [sale.shipped for sale in sales]),
        (FactKind.STOCK_OUT, [lost.day for lost in told.happened.lost]),
        (FactKind.UNITS_RETURNED, [sale.returned for sale in sales if sale.returned >= 0]),
    ):  # fmt: skip
        assert Counter(fact.day - START for fact in told.facts if fact.kind is kind) == Counter(days)


@settings(SOME, max_examples=2 * SOME.max_examples)
@given(scenarios(), st.integers(1, 3))
def test_a_run_is_the_mean_of_its_paths(case, threads):
    scenario, demand = case
    out = run(scenario, demand, threads=threads, record=Record.DAILY)
    paths = [Slow(scenario, demand, 0, path).play() for path in range(scenario.paths)]
    total = sum((Counter(path.tally) for path in paths), Counter())
    assert out.profit[0].tolist() == [path.profit for path in paths]
    assert out.units_sold[0] * scenario.paths == total["sold"]
    assert out.units_ordered[0] * scenario.paths == sum(path.ordered for path in paths)
    assert np.isclose(out.fill_rate[0] * total["demanded"], total["sold"]) or not total["demanded"]
    for name, rate in (("late", out.late_rate), ("returned", out.return_rate), ("delivery_days", out.delivery_days)):
        assert np.isclose(rate[0] * total["sold"], total[name])
    weeks = np.array([np.add.reduceat(path.minutes, np.arange(0, scenario.horizon_days, 7)) for path in paths])
    assert np.allclose(out.hours[0], weeks.mean(axis=0) / 60_000)
    assert out.daily.cash_minor[0].tolist() == [path.cash for path in paths]
    assert out.daily.on_hand[0].transpose(0, 2, 1).tolist() == [path.stock for path in paths]
    assert out.daily.minutes[0].tolist() == [path.minutes for path in paths]
    assert (out.units_bought[0] * scenario.paths).tolist() == np.sum([path.bought for path in paths], axis=0).tolist()
    assert (out.units_sent[0] * scenario.paths).tolist() == np.sum([path.sent for path in paths], axis=0).tolist()
    volume = np.array([path.volume for path in paths])
    assert np.abs(out.volume_cm3[0] - volume.mean(axis=0)).max() <= 0.5  # noqa: PLR2004 a rounded mean
    lows = np.array([weekly_lows(path.cash) for path in paths])
    assert np.abs(out.cash_mean[0] - lows.mean(axis=0)).max() <= 0.5  # noqa: PLR2004 a rounded mean
    assert out.cash_low[0].tolist() == np.sort(lows, axis=0)[0].tolist()  # the tenth percentile of four paths


def weekly_lows(cash):
    """The lowest end-of-day balance of each week."""
    return np.minimum.reduceat(np.cumsum(cash), np.arange(0, len(cash), 7))


@settings(SOME, max_examples=2 * SOME.max_examples)
@given(scenarios(), st.data())
def test_comparing_policies_gives_the_profit_of_options_built_with_them(case, data):
    scenario, demand = case
    one, kinds = scenario.options[0], list(PolicyKind)
    two = replace(one, key="two", on_hand=one.on_hand + 7, listings=one.listings[::-1])
    scenario = replace(scenario, options=(one, two))
    wanted, numbers, first = [], [], data.draw(st.integers(0, 3))
    for option in (one, one, two):
        places = tuple(
            replace(
                place,
                policy=data.draw(policies(float(demand.level_mean[0]), PolicyKind if place.fast_lane else ONE_LANE)),
            )
            for place in option.places
        )
        built = replace(scenario, options=(replace(option, places=places),))
        wanted.append([trace(built, demand, 0, path).profit_minor for path in range(first, first + 2)])
        numbers.append([
            [
                kinds.index(rule.kind), rule.order_up_to, rule.review_days, rule.reorder_point, rule.order_cap,
                rule.fast_order_up_to, rule.follows_season,
            ]
            for rule in (place.policy for place in places)
        ])  # fmt: skip
    candidates = Candidates(np.array([0, 0, 1]), np.array(numbers, np.int64))
    assert compare(scenario, demand, candidates, first_path=first, paths=2).tolist() == wanted
