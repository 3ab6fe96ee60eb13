"""Real days replayed: an unchanged listing sells exactly them, other contracts differ by their pull alone."""

from dataclasses import replace

import numpy as np

from tuoguan.simulate import Candidates, Policy, PolicyKind, Record, compare, run
from unit.simulate import world

DAYS = np.array([[3, 0, 1, 7, 0, 0, 2] * 4 + [1, 2, 3] * 10])  # a horizon of 28 days and 30 more


def scenario(*reaches, **given):
    listing = world.listing(world.contract())
    site = world.place(policy=Policy(PolicyKind.NEWSVENDOR, 1))
    options = tuple(
        world.option((replace(listing, reach=world.fixed(reach)),), (site,), on_hand=500, key=f"at {reach}")
        for reach in reaches
    )
    return world.scenario(options, actual=DAYS, terminal_cover_days=30, **given)


def sold(out, path=0):
    """Units of each day [option, day]."""
    stock = out.daily.on_hand[:, path, 0]
    return np.concatenate([500 - stock[:, :1], -np.diff(stock, axis=1)], axis=1)


def test_todays_listing_sells_exactly_what_was_sold_on_every_path():
    out = run(scenario(1_000_000), world.demand(40.0), record=Record.DAILY)
    for path in range(4):
        assert sold(out, path)[0].tolist() == DAYS[0, :28].tolist()


def test_more_reach_never_sells_less_on_any_day_and_is_right_on_average():
    out = run(scenario(1_000_000, 1_150_000, 1_300_000, paths=400), world.demand(0.1), record=Record.DAILY)
    days = np.stack([sold(out, path) for path in range(400)])
    assert (np.diff(days, axis=1) >= 0).all()
    expected = DAYS[0, :28].sum() * np.array([1.0, 1.15, 1.3])
    assert np.allclose(days.sum(axis=2).mean(axis=0), expected, rtol=0.02)


def test_at_the_end_stock_is_worth_what_would_really_have_been_sold_behind_it():
    """Sixty units sell in the thirty days behind the end: so many keep their cost, the others are salvage."""
    for reach, kept in ((1_000_000, 60), (500_000, 30)):
        option = replace(scenario(reach).options[0], salvage=world.fixed(0))
        out = run(replace(scenario(reach), options=(option,)), world.demand(9.0))
        assert out.component[0, -1] == kept * option.unit_cost.value // 10_000


def test_a_level_computed_anew_at_every_review_follows_the_season_of_that_day():
    season = np.ones((1, 365))
    season[0, 7:14], season[0, 14:] = 3.0, 0.5
    plain = scenario(1_000_000)
    none = replace(plain, actual=np.zeros_like(DAYS), options=(replace(plain.options[0], on_hand=0),))
    number = np.array([[[list(PolicyKind).index(PolicyKind.BASE_STOCK), 10, 7, 0, 0, 0, rule]] for rule in (0, 2)])
    demand = replace(world.demand(1.0), season=season)
    still = [compare(none, demand, Candidates(np.array([0]), number[at : at + 1]), paths=1)[0, 0] for at in (0, 1)]
    place = replace(plain.options[0].places[0], policy=Policy(PolicyKind.BASE_STOCK, 10, follows_season=2))
    moving = replace(none, options=(replace(none.options[0], places=(place,)),))
    out = run(moving, demand, record=Record.DAILY)
    assert out.units_ordered[0] == 30 and out.profit[0, 0] == still[1] != still[0]
