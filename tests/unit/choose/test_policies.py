"""The search finds what brute force finds, reports on other luck, and says how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from choose_workspace import HORIZON, batch, demand, groups, product
from tuoguan.choose.options import is_handed_over
from tuoguan.choose.policies import (
    LEAN,
    THOROUGH,
    effort_for,
    evaluate,
    kept,
    promising,
    reported,
    scenario_of,
    search_seed,
)
from tuoguan.choose.policies_numbers import CODE, KIND, NUMBERS, REVIEW, UP_TO, numbers_of
from tuoguan.choose.policies_search import Best, Effort, Player, settle, tune
from tuoguan.foundation.kernels import u01
from tuoguan.simulate import Candidates, PolicyKind, compare, run

SMALL = Effort(tune=((16, 2, 0.2), (32, 1, 0.0)), looks=(32, 64))


def test_a_large_catalogue_is_searched_leanly():
    assert effort_for(10) is THOROUGH and effort_for(100_000) is LEAN and not LEAN.whole


def _hill(peaks: dict[int, int], heights: dict[int, float], noise: float):
    """Profits with a known best level per option: height - (level - peak)^2, common luck and some of their own."""

    def play(scenario, demand, candidates, *, first_path=0, paths, threads=None):
        del demand, threads
        rows = []
        for at, number in zip(candidates.option.tolist(), candidates.number[:, 0], strict=True):
            row = int(scenario.options[at].key)
            value = heights[row] - float(number[UP_TO] - peaks[row]) ** 2
            luck = [
                40.0 * (u01(1, path, 0, 0, 1, 0) - 0.5) + noise * (u01(1, path, row, 0, 2, int(number[UP_TO])) - 0.5)
                for path in range(first_path, first_path + paths)
            ]
            rows.append(np.rint(100.0 * (value + np.array(luck))))
        return np.array(rows, np.int64).reshape(-1, paths)

    return play


def _arena(count: int, play):
    work = batch(product("A"))
    found = groups(work, demand(work))
    options = tuple(replace(found.options[0], key=str(row)) for row in range(count))
    return Player(replace(scenario_of(found, 1, 1), options=options), demand(work), play)


def _levels(count: int, levels: tuple[int, ...]):
    option = np.repeat(np.arange(count), len(levels))
    number = np.zeros((len(option), 1, NUMBERS), np.int64)
    number[:, 0, KIND], number[:, 0, REVIEW] = CODE[PolicyKind.BASE_STOCK], 7
    number[:, 0, UP_TO] = np.tile(levels, count)
    return option, number


def test_tuning_climbs_to_the_peak_of_every_option_and_drops_the_hopeless():
    play = _hill({0: 23, 1: 37, 2: 30}, {0: 5_000.0, 1: 5_100.0, 2: -9_000.0}, 1.0)
    player, best = _arena(3, play), Best(np.zeros((3, 1, NUMBERS), np.int64), np.full(3, -np.inf))
    field = tune(player, *_levels(3, (10, 20, 40)), np.zeros(3, np.int64), THOROUGH, best)
    assert field.option.tolist() == [0, 1]
    assert np.abs(field.number[:, 0, UP_TO] - np.array([23, 37])).max() <= 2
    assert best.mean[2] < 0 and player.tried.sum() > 9


def test_settling_stops_early_where_luck_is_small_and_late_where_it_is_large():
    option, number = _levels(2, (30,))
    seen = {}
    for noise in (2.0, 200.0, 5_000.0):
        play = _hill({0: 30, 1: 30}, {0: 1_000.0, 1: 1_012.0}, noise)
        player, best = _arena(2, play), Best(np.zeros((2, 1, NUMBERS), np.int64), np.full(2, -np.inf))
        field = tune(player, option, number, np.zeros(2, np.int64), replace(THOROUGH, tune=((16, 1, 0.0),)), best)
        answer = settle(player, field, np.zeros(2, np.int64), 1, THOROUGH, 1)
        seen[noise] = (int(answer.paths[0]), bool(answer.decided[0]))
    assert seen[2.0] == (32, True)
    assert seen[200.0][1] and 32 < seen[200.0][0] <= 512
    assert seen[5_000.0] == (512, False)


def test_options_are_compared_on_paths_that_no_policy_was_tuned_on():
    asked: list[tuple[int, int]] = []
    hill = _hill({0: 30, 1: 30}, {0: 1_000.0, 1: 1_001.0}, 900.0)

    def spying(*arguments, first_path=0, paths, **named):
        asked.append((first_path, first_path + paths))
        return hill(*arguments, first_path=first_path, paths=paths, **named)

    player, best = _arena(2, spying), Best(np.zeros((2, 1, NUMBERS), np.int64), np.full(2, -np.inf))
    field = tune(player, *_levels(2, (25, 35)), np.zeros(2, np.int64), SMALL, best)
    tuned = len(asked)
    settle(player, field, np.zeros(2, np.int64), 1, SMALL, 1)
    assert max(until for _, until in asked[:tuned]) == 32 == min(first for first, _ in asked[tuned:])


def test_search_finds_the_brute_force_level_on_its_own_luck():
    work = batch(product("A"), contracts=("aliexpress/overseas", "temu/full"))
    known = demand(work, level=1.5)
    found = groups(work, known)
    chosen = evaluate(found, known, paths=32, seed=5, threads=2)
    luck = replace(scenario_of(chosen.groups, 1, search_seed(5)), antithetic=True)
    for row, option in enumerate(chosen.groups.options):
        if len(option.places) > 1 or len(option.listings) > 1:
            continue
        tried = np.zeros((121, 2, NUMBERS), np.int64)
        tried[:, 0], tried[:, 0, KIND] = numbers_of(option.places[0].policy), CODE[PolicyKind.BASE_STOCK]
        tried[:, 0, UP_TO] = np.arange(121) + 1
        tried[-1, 0] = numbers_of(option.places[0].policy)
        profit = compare(luck, known, Candidates(np.full(121, row), tried), paths=64).mean(axis=1)
        spread = profit.max() - min(0.0, profit.min())
        assert profit[-1] >= profit.max() - 0.03 * spread, option.key


def test_reported_luck_is_not_the_searched_luck_and_rows_replay():
    work = batch(product("A"))
    known = demand(work)
    found = evaluate(groups(work, known), known, paths=20, seed=3, threads=1, effort=SMALL)
    assert found.scenario.seed == 3 != search_seed(3)
    again = run(found.scenario, known, threads=2)
    assert np.array_equal(again.profit, found.outcomes.profit)
    error = found.outcomes.profit.std(axis=1, ddof=1) / np.sqrt(20)
    assert found.error() == pytest.approx(error)


def test_one_and_two_threads_give_the_same_policies_and_money():
    work = batch(product("A"), product("B", weight_g=900))
    known = demand(work)
    one, two = (
        evaluate(groups(work, known), known, paths=16, seed=3, threads=threads, effort=SMALL) for threads in (1, 2)
    )
    assert [o.places for o in one.groups.options] == [o.places for o in two.groups.options]
    assert np.array_equal(one.outcomes.profit, two.outcomes.profit)
    assert np.array_equal(one.search.paths, two.search.paths)


def test_every_group_says_how_many_policies_and_paths_it_took_and_whether_it_is_settled():
    work = batch(product("A"), product("B", retail_price_minor=900, unit_cost_minor=800))
    known = demand(work)
    found = evaluate(groups(work, known), known, paths=16, seed=3, effort=SMALL)
    search = found.search
    assert found.searched == search.tried.sum() > 50
    assert set(search.paths.tolist()) <= {0, 32, 64}
    assert search.settled[1], "what only loses is surely not sold"


def test_what_a_large_catalogue_leaves_out_is_recorded_as_screened():
    found = groups(batch(product("A"), product("B")))
    worth = np.arange(len(found.options), dtype=float)
    rows = np.array([0, 1, found.rows(0).stop + 1])
    small = kept(found, rows, worth, "before the search")
    assert [len(small.rows(group)) for group in range(small.count)] == [2, 1]
    screened = [item for item in small.excluded if item.code == "screened"]
    assert len(screened) == len(found.options) - 3
    assert small.options == tuple(found.options[row] for row in rows)


def test_screening_keeps_what_is_near_todays_way_and_both_sides_of_the_rule():
    found = groups(batch(product("A", today="temu/full/US")))
    count = len(found.options)
    worth = np.full(count, -50.0)
    handed = np.array([is_handed_over(option) for option in found.options])
    worth[np.flatnonzero(~handed)[0]], worth[np.flatnonzero(~handed)[1]] = 100.0, 70.0
    kept_rows = np.flatnonzero(promising(found, worth))
    ids = {found.options[row].listings[0].contract.id for row in kept_rows}
    assert "temu/full/US" in ids and handed[kept_rows].any() and worth[kept_rows].tolist().count(70.0) == 1
    assert len(kept_rows) < count


def test_a_report_holds_what_is_leaner_or_better_and_never_the_worse_and_fatter():
    found = groups(batch(product("A")))
    count = len(found.options)
    worth = np.full(count, 10.0)
    worth[0], worth[1], worth[2] = 100.0, 90.0, 80.0
    sizes = {0: 50, 1: 60, 2: 20}
    stock = np.array([sizes.get(row, 99) for row in range(count)])
    options = []
    for row, option in enumerate(found.options):
        place = option.places[0]
        policy = replace(place.policy, kind=PolicyKind.BASE_STOCK, order_up_to=int(stock[row]))
        options.append(replace(option, places=(replace(place, policy=policy),)))
    flags = reported(replace(found, options=tuple(options)), worth)
    handed = np.array([is_handed_over(option) for option in found.options])
    for row in range(count):
        beaten = ((worth >= worth[row]) & (stock <= stock[row]) & (np.arange(count) != row)).any()
        best_of_its_side = row == np.flatnonzero(handed == handed[row])[worth[handed == handed[row]].argmax()]
        assert flags[row] == (not beaten or best_of_its_side)
    assert flags[0] and flags[2] and 2 < flags.sum() < count


def test_a_large_catalogues_search_still_offers_todays_way():
    work = batch(product("A", today="temu/full/US"), product("B", today="temu/full/US"))
    known = demand(work)
    found = evaluate(groups(work, known), known, paths=8, seed=2, effort=replace(SMALL, whole=False))
    for group in range(found.groups.count):
        ids = [[one.contract.id for one in found.groups.options[row].listings] for row in found.groups.rows(group)]
        assert ["temu/full/US"] in ids
    assert any(item.code == "screened" for item in found.groups.excluded)


def test_pairs_hold_two_platforms_and_share_a_site_once():
    work = batch(product("A", unit_cost_minor=200))
    known = demand(work, level=5.0)
    found = evaluate(groups(work, known), known, paths=12, seed=2, threads=2, effort=replace(SMALL, pairs=6))
    pairs = [option for option in found.groups.options if len(option.listings) == 2]
    assert pairs
    for option in pairs:
        platforms = {one.contract.id.split("/")[0] for one in option.listings}
        assert len(platforms) == 2
        assert len({place.id for place in option.places}) == len(option.places)
        assert {one.place for one in option.listings} == set(range(len(option.places)))


def test_no_option_at_all_is_refused():
    found = groups(batch(product("A")))
    empty = kept(found, np.zeros(0, np.int64), np.zeros(len(found.options)), "before the search")
    with pytest.raises(ValueError, match="no option"):
        evaluate(empty, demand(batch(product("A"))), paths=4, seed=1)
    assert found.horizon_days == HORIZON
