"""Price reviews: the best quote against a grid and against Monte Carlo; no answer below the floor."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from choose_workspace import batch, demand, groups, product
from tuoguan.choose.reasons_review import (
    ASKS,
    STANDS,
    Ceiling,
    answer_to,
    answers,
    best_price,
    ceiling_of,
    offers,
    worth_of,
)
from tuoguan.foundation.parties import Duty

BOUNDS = st.tuples(st.floats(50, 500), st.floats(0.05, 0.95), st.floats(20, 900), st.floats(-0.5, 0.95))


def ceiling_and_floor(drawn):
    """A ceiling as arrays of one, scipy's own triangular, and a floor below its top."""
    low, share, width, at = drawn
    one = Ceiling(*(np.array([value]) for value in (low, low + share * width, low + width)))
    return one, stats.triang(share, low, width), low + at * width


@given(BOUNDS)
@settings(max_examples=40)
def test_chances_and_areas_are_scipys(drawn):
    one, law, floor = ceiling_and_floor(drawn)
    for share in (-0.2, 0.0, 0.1, 0.5, 0.9, 1.0):
        price = float(one.low[0] + share * (one.high[0] - one.low[0]))
        assert one.chance(np.array([price]))[0] == pytest.approx(law.sf(price), abs=1e-9)
    top = float(one.low[0] + 0.8 * (one.high[0] - one.low[0]))
    if floor < top:
        area = one.area(np.array([top])) - one.area(np.array([floor]))
        wanted = integrate.quad(law.sf, floor, top, points=[float(one.low[0]), float(one.mode[0])], limit=200)[0]
        assert area[0] == pytest.approx(wanted, rel=1e-6)


@given(BOUNDS)
@settings(max_examples=40)
def test_the_best_quote_is_the_best_of_a_fine_grid_and_not_below_the_floor(drawn):
    one, _, floor = ceiling_and_floor(drawn)
    least = np.array([floor])
    found = best_price(least, one)
    grid = np.linspace(max(floor, one.low[0]), one.high[0], 4_001)
    worths = worth_of(grid, least, one)
    assert worth_of(found, least, one)[0] >= worths.max() - 1e-6 * abs(worths.max())
    assert max(floor, one.low[0]) - 1e-9 <= found[0] <= one.high[0]


def test_the_worth_of_a_quote_is_what_reviews_played_one_by_one_pay():
    """A ceiling is drawn; a quote at or below it is taken, else the platform asks for the ceiling, which may stand."""
    random = np.random.default_rng(4)
    low, mode, high, floor, quote = 400.0, 550.0, 800.0, 480.0, 640.0
    drawn = random.triangular(low, mode, high, 400_000)
    asked = np.where(random.random(drawn.size) < STANDS, np.maximum(drawn - floor, 0.0), 0.0)
    paid = np.where(drawn >= quote, quote - floor, asked)
    one = Ceiling(*(np.array([value]) for value in (low, mode, high)))
    found = worth_of(np.array([quote]), np.array([floor]), one)[0]
    assert found == pytest.approx(paid.mean(), abs=4 * paid.std() / np.sqrt(drawn.size))


def test_no_offer_is_made_where_none_can_be_taken():
    one = Ceiling(*(np.full(4, value) for value in (100.0, 150.0, 200.0)))
    found = offers(np.array([np.nan, 250.0, 120.0, 120.0]), np.array([1.0, 1.0, 0.0, 3.0]), one)
    assert np.isnan(found.counter[:3]).all() and np.isfinite(found.counter[3])
    assert found.counter_low[3] - 1e-3 <= found.counter[3] <= found.counter_high[3] + 1e-3
    assert 0.0 < found.chance[3] < 1.0 and found.worth[3] > 0.0


@pytest.fixture(scope="module")
def listing():
    """A platform-priced listing of a real contract with a quote of 15.00."""
    made = groups(batch(product("A")), demand(batch(product("A"))))
    own = next(o.listings[0] for o in made.options if not o.listings[0].contract.owns(Duty.RETAIL_PRICE))
    return replace(own, supply_price_minor=1_500)


def test_answers_are_worth_at_least_leaving_and_at_least_accepting(listing):
    found = answers(listing, 900.0, 3.0)
    assert len(found) == len(ASKS)
    assert [one.ask_minor for one in found] == sorted((one.ask_minor for one in found), reverse=True)
    for one in found:
        assert one.worth_minor >= max(0, one.accept_minor) - 1
        assert one.answer == "leave" or one.offer_minor >= one.ask_minor
        assert one.answer != "accept" or one.ask_minor >= 900
    low, mode, high = ceiling_of(listing)
    assert (low, mode, high) == (750.0, 1_050.0, 1_350.0), "cuts of 50, 30 and 10 % of the quote"
    assert answer_to(1_000.0, listing, 2_000.0, 3.0).answer == "leave"
    assert answer_to(1_349.0, listing, 900.0, 3.0).answer == "accept"


def test_a_refused_counter_that_costs_nothing_is_always_made(listing):
    """Where the ask stands for certain, asking for more is free; where it never does, only a small step may pay."""
    free, final = (answer_to(1_000.0, listing, 900.0, 3.0, stands=share) for share in (1.0, 0.0))
    assert free.answer == "counter" and free.offer_minor > final.offer_minor >= 1_000


def test_seller_priced_listings_have_no_review():
    made = groups(batch(product("A")), demand(batch(product("A"))))
    own = next(o.listings[0] for o in made.options if o.listings[0].contract.owns(Duty.RETAIL_PRICE))
    assert answers(own, 100.0, 1.0) == ()
