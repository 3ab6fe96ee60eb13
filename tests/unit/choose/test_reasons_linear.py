"""Thresholds without playing again, against those that are played: how near, term by term; and all reasons at once."""

import numpy as np
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import evaluate, explain_group, reasons_of
from tuoguan.choose.policies import THOROUGH
from tuoguan.choose.reasons_flips import Duel, asks_of, flips_of
from tuoguan.choose.reasons_linear import (
    CHANGES_SALES,
    FIRST_ORDER,
    NOT_COMPUTED,
    PLAYED,
    SUPPLY,
    TERMS,
    played_first,
    thresholds,
)
from tuoguan.foundation.parties import Duty

# How far the first order may be off, as a share of the way from today's value to the threshold; measured below.
TOLERANCE = {
    "commission": 0.03, "supply price": 0.10, "unit cost": 0.12, "freight": 0.12, "duty": 0.12,
    "minutes per order": 0.30, "return rate": 0.60,
}  # fmt: skip


@pytest.fixture(scope="module")
def played():
    """Six products of different weight and cost, evaluated, with picks, runners-up and doubts."""
    rows = [product(f"P{n}", unit_cost_minor=300 + 90 * n, weight_g=200 + 250 * n) for n in range(6)]
    work = batch(*rows, markets=("US", "UK"))
    known = demand(work, level=3.0)
    evaluated = evaluate(groups(work, known), known, paths=60, seed=11, threads=2, effort=THOROUGH)
    mean = evaluated.mean()
    platform = [is_platform_priced(option) for option in evaluated.groups.options]
    # In every other group the best platform-priced way is the pick, so that supply prices are looked at too.
    picks = [
        max(evaluated.groups.rows(group), key=lambda row: (platform[row] and group % 2 == 1, mean[row]))
        for group in range(evaluated.groups.count)
    ]
    return evaluated, known, [explain_group(evaluated, known, group, pick) for group, pick in enumerate(picks)]


def is_platform_priced(option):
    return len(option.listings) == 1 and not option.listings[0].contract.owns(Duty.RETAIL_PRICE)


def sides(whys):
    pick = np.array([why.pick for why in whys])
    return pick, np.array([why.runner_up for why in whys]), np.array([why.undecided for why in whys])


def test_first_order_thresholds_are_near_those_played_again(played):
    evaluated, known, whys = played
    pick, other, undecided = sides(whys)
    found = thresholds(evaluated, known, pick, other, undecided, 2, plays_max=0)
    assert (found.how[:, list(CHANGES_SALES)] == NOT_COMPUTED).all()
    options = evaluated.groups.options
    near: dict[str, list[float]] = {term: [] for term in TOLERANCE}
    for group in range(evaluated.groups.count):
        rival = options[other[group]] if other[group] >= 0 else None
        duel = Duel(evaluated.scenario, known, options[pick[group]], rival, 2)
        for flip in flips_of(asks_of(duel, float(found.now[group, 0]))):
            at = float(found.at[group, TERMS.index(flip.term)])
            known_here = found.how[group, TERMS.index(flip.term)] == FIRST_ORDER
            # Only thresholds within three times today's value: beyond, the policy would long have been another.
            within = flip.at is not None and abs(flip.at - flip.now) < 2 * max(flip.now, 0.1)
            if known_here and within and np.isfinite(at):
                near[flip.term].append((at - flip.now) / (flip.at - flip.now))
                assert found.loses_above[group, TERMS.index(flip.term)] == (flip.loses == "above")
    assert sum(map(len, near.values())) >= 12
    for term, shares in near.items():
        assert np.abs(np.array(shares) - 1.0).max(initial=0.0) <= TOLERANCE[term], (term, shares)


def test_what_is_played_again_is_the_undecided_first_then_the_money_at_stake():
    order = played_first(np.array([5.0, 9.0, 1.0, 0.0, 7.0]), np.array([False, False, True, True, True]))
    assert order.tolist() == [4, 2, 1, 0]


def test_reasons_are_the_same_on_any_number_of_threads_and_plays_are_counted_not_timed(played):
    evaluated, known, whys = played
    one, two = (reasons_of(evaluated, known, whys, threads=count, plays_max=120) for count in (1, 2))
    assert one.played == two.played == 2
    assert one.pilots == two.pilots
    for name in ("at", "now", "how", "loses_above"):
        np.testing.assert_array_equal(getattr(one.thresholds, name), getattr(two.thresholds, name))
    for name in ("floor", "counter", "chance", "worth"):
        np.testing.assert_array_equal(getattr(one.offers, name), getattr(two.offers, name))
    played_columns = {*CHANGES_SALES, SUPPLY}
    assert {int(column) for column in np.nonzero(one.thresholds.how == PLAYED)[1]} <= played_columns


def test_offers_are_made_where_a_platform_prices_and_never_below_the_floor(played):
    evaluated, known, whys = played
    found = reasons_of(evaluated, known, whys, plays_max=0).offers
    made = np.isfinite(found.counter)
    assert made.any()
    assert (found.counter[made] >= found.floor[made]).all() and (found.worth[made] > 0).all()
    turns = reasons_of(evaluated, known, whys, plays_max=0).thresholds.at[:, SUPPLY]
    assert (found.floor[made] >= turns[made]).all() and (found.floor[made] < turns[made] + 1).all()
