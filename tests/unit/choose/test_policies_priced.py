"""Policies at shadow prices: against every set of a grid, on fresh luck, and with nothing lost on the way."""

from dataclasses import fields, replace
from functools import cache
from itertools import product as every

import numpy as np
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import choose, evaluate, study_of
from tuoguan.choose import priced_play as played_on
from tuoguan.choose.policies import search_seed
from tuoguan.choose.policies_numbers import policies_of, with_policies
from tuoguan.choose.policies_search import Effort
from tuoguan.choose.portfolio import build_limits
from tuoguan.choose.priced import Retuned, extended, further, retune
from tuoguan.choose.priced_play import Columns, Stage, joined, priced_seed
from tuoguan.choose.priced_prices import Board, Prices, priced
from tuoguan.choose.priced_search import Pool, Thrift, waiting
from tuoguan.intake import Limits, Risk, Seller, Site
from tuoguan.simulate import Outcomes, PolicyKind, run

SMALL = Effort(tune=((16, 2, 0.2), (32, 1, 0.0)), looks=(32, 64), pairs=0)
QUICK = Thrift()
PATHS, SEED = 64, 5
CONTRACT = ("aliexpress/full", "aliexpress/semi")


def _seller(cash: str, risk: float = 0.0, hours: float = 100.0) -> Seller:
    work = batch(product("A"))
    return replace_seller(work.seller, limits=Limits(cash=cash, hours_per_week=hours), risk=Risk(weight=risk))


def replace_seller(seller: Seller, **changes: object) -> Seller:
    """The seller with some settings changed."""
    named = {name: getattr(seller, name) for name in seller.__struct_fields__}
    return Seller(**(named | changes))


@cache
def _book():
    """Three products of one market, their best policies, and their demand."""
    goods = (product("A"), product("B", unit_cost_minor=900), product("C", retail_price_minor=4_000))
    work = batch(*goods, contracts=CONTRACT)
    known = replace(demand(work, dispersion=1.5), level_shape=np.full(len(goods), 4.0))
    return evaluate(groups(work, known), known, paths=PATHS, seed=SEED, effort=SMALL), known


@cache
def _scarce() -> Seller:
    """A seller with half of the cash that the best set without a limit ties up."""
    book, _ = _book()
    first = choose(study_of(book), _seller("1000000"))
    cash = max(u for u, c in zip(first.used, first.capacities, strict=True) if c.kind == "cash")
    return _seller(str(round(cash / 200)))


@cache
def _retuned() -> Retuned:
    book, known = _book()
    return retune(book, known, _scarce(), portfolio=choose(study_of(book), _scarce()), thrift=QUICK)


def test_where_nothing_binds_and_no_risk_is_weighed_everything_stays_as_it_is():
    book, known = _book()
    first = choose(study_of(book), _seller("1000000"))
    again = retune(book, known, _seller("1000000"), portfolio=first, thrift=QUICK)
    assert again.evaluated is book and again.rounds == ()
    assert again.portfolio.chosen.tolist() == first.chosen.tolist()


def test_scarce_cash_sells_more_with_less_stock():
    book, _ = _book()
    first, again = choose(study_of(book), _scarce()), _retuned()
    assert again.portfolio.objective > 1.1 * first.objective
    assert again.portfolio.bound >= again.portfolio.objective
    assert (again.portfolio.used <= [c.limit + 1e-6 for c in again.portfolio.capacities]).all()
    assert (again.portfolio.chosen >= 0).sum() > (first.chosen >= 0).sum()


def test_it_is_as_good_as_the_best_of_all_sets_of_a_grid_of_levels():
    book, known = _book()
    profit, use = _grid(book, known)
    best = max(_worth_of_sets(profit, use, float(_scarce().limits.cash) * 100))
    assert _retuned().portfolio.objective >= 0.97 * best


def _grid(book, known):
    """(mean profits, weekly cash) by group of a fine grid of levels of all ways, played on the report's luck."""
    profit, use = [], []
    for group in range(book.groups.count):
        options = []
        for row in book.groups.rows(group):
            number = policies_of(book.groups.options[row], 1)
            for share in np.linspace(0.05, 1.2, 16):
                scaled = number.copy()
                scaled[:, [1, 3, 4]] = np.rint(number[:, [1, 3, 4]] * share)
                scaled[:, 3] = np.minimum(scaled[:, 3], scaled[:, 1] - 1).clip(0)
                options.append(with_policies(book.groups.options[row], np.maximum(scaled, [[0, 1, 1, 0, 0, 0, 0]])))
        outcomes = run(replace(book.scenario, options=tuple(options)), known)
        profit.append(np.append(outcomes.profit.mean(axis=1), 0.0))
        use.append(np.concatenate([-outcomes.cash_low, np.zeros((1, outcomes.cash_low.shape[1]), np.int64)]))
    return profit, use


def _worth_of_sets(profit, use, cash):
    """The mean profit of every set of the grid that fits into the cash."""
    for chosen in every(*(range(len(one)) for one in profit)):
        if sum(use[g][at] for g, at in enumerate(chosen)).max() <= cash:
            yield sum(profit[g][at] for g, at in enumerate(chosen))


def test_the_gain_is_there_on_luck_that_nobody_saw():
    book, known = _book()
    first = choose(study_of(book), _scarce()).chosen
    again = _retuned()
    assert _fresh(again.evaluated, known, again.portfolio.chosen) > 1.1 * _fresh(book, known, first)


def _fresh(book, known, chosen) -> float:
    options = tuple(book.groups.options[row] for row in chosen[chosen >= 0])
    return float(run(replace(book.scenario, options=options, paths=512, seed=777), known).profit.sum(axis=0).mean())


def test_luck_of_the_report_of_the_search_and_of_the_prices_are_three():
    assert len({SEED, search_seed(SEED), priced_seed(SEED)}) == 3


def test_the_old_rows_stay_and_the_new_ones_are_told_from_them():
    book, _ = _book()
    again = _retuned().evaluated
    for group in range(book.groups.count):
        rows, old = again.groups.rows(group), book.groups.rows(group)
        keys = [again.groups.options[row].key for row in rows]
        assert len(set(keys)) == len(keys)
        assert keys[: len(old)] == [book.groups.options[row].key for row in old]
        assert {key.split("#")[0] for key in keys} == set(keys[: len(old)])
        np.testing.assert_array_equal(
            again.outcomes.profit[rows.start : rows.start + len(old)], book.outcomes.profit[old.start : old.stop]
        )
        assert {again.groups.options[row].sku for row in rows} == {again.groups.sku[group]}
        assert further(again.groups)[rows.start : rows.stop].tolist() == [False] * len(old) + [True] * (
            len(rows) - len(old)
        )
    assert not further(book.groups).any()
    assert (again.search.tried >= book.search.tried).all() and again.searched > book.searched


def test_the_scenario_replays_the_outcomes_row_by_row():
    _, known = _book()
    again = _retuned().evaluated
    assert again.scenario.options == again.groups.options
    played = run(again.scenario, known)
    for name in (one.name for one in fields(Outcomes) if one.name not in ("error", "daily")):
        np.testing.assert_array_equal(getattr(played, name), getattr(again.outcomes, name))
    for name, error in played.error.items():
        np.testing.assert_array_equal(error, again.outcomes.error[name])


def test_the_bytes_are_the_same_for_any_number_of_threads():
    book, known = _book()
    first = choose(study_of(book), _scarce())
    one = retune(book, known, _scarce(), portfolio=first, thrift=QUICK, threads=1)
    two = _retuned()
    assert one.evaluated.groups.options == two.evaluated.groups.options and one.rounds == two.rounds
    assert one.evaluated.outcomes.profit.tobytes() == two.evaluated.outcomes.profit.tobytes()
    assert one.portfolio.chosen.tobytes() == two.portfolio.chosen.tobytes()


def test_no_round_adds_more_than_was_announced():
    rounds = _retuned().rounds
    assert len(rounds) >= 2
    for before, after in zip(rounds, rounds[1:], strict=False):
        # The relaxed optimum cannot exceed the old prices' dual function on the larger book (weak duality).
        assert after.bound <= before.bound + after.added + 1e-5 * abs(before.bound)


def test_what_was_played_is_read_again_and_a_broken_file_is_played_again(tmp_path, monkeypatch):
    book, known = _book()
    first = choose(study_of(book), _scarce())
    one = retune(book, known, _scarce(), portfolio=first, thrift=QUICK, keep=tmp_path)
    assert one.portfolio.chosen.tobytes() == _retuned().portfolio.chosen.tobytes()
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 3 and all(file.suffix == ".npz" for file in files)
    played = []
    monkeypatch.setattr(played_on, "run", lambda *a, **k: played.append(len(a[0].options)) or run(*a, **k))
    retune(book, known, _scarce(), portfolio=first, thrift=QUICK, keep=tmp_path)
    assert not played
    files[0].write_bytes(files[0].read_bytes()[:100])
    two = retune(book, known, _scarce(), portfolio=first, thrift=QUICK, keep=tmp_path)
    assert len(played) == 1 and two.portfolio.chosen.tobytes() == one.portfolio.chosen.tobytes()


def test_risk_alone_moves_policies_too():
    book, known = _book()
    seller = _seller("1000000", risk=0.9)
    first = choose(study_of(book), seller)
    again = retune(book, known, seller, portfolio=first, thrift=QUICK)
    assert len(again.evaluated.groups.options) > len(book.groups.options)
    assert again.portfolio.objective >= first.objective


def test_dear_hours_make_orders_fewer():
    book, known = _book()
    free = choose(study_of(book), _seller("1000000"))
    hours = max(u for u, c in zip(free.used, free.capacities, strict=True) if c.kind == "hours")
    seller = _seller("1000000", hours=hours / 3)
    first = choose(study_of(book), seller)
    again = retune(book, known, seller, portfolio=first, thrift=QUICK)
    assert again.portfolio.objective > first.objective


def _stage(seller: Seller) -> Stage:
    book, known = _book()
    return Stage(book, known, seller, build_limits(study_of(book), seller)[0], 64, 1, None)


def test_uses_are_those_of_the_choice_limit_by_limit():
    seller = replace_seller(_scarce(), sites=(Site(id="own", market="US", volume_cbm=2.0),))
    book, known = _book()
    stage = replace(_stage(seller), capacities=build_limits(study_of(book), seller)[0])
    rows = np.arange(len(book.groups.options))
    columns = stage.play(rows, np.stack([policies_of(option, 2) for option in book.groups.options]))
    luck = replace(book.scenario, paths=64, seed=priced_seed(SEED), antithetic=True)
    again = study_of(replace(book, scenario=luck, outcomes=run(luck, known)))
    np.testing.assert_array_equal(columns.use, build_limits(again, seller)[1])
    np.testing.assert_array_equal(columns.profit, again.profit)
    few = stage.play(rows[1:3], columns.number[1:3])
    np.testing.assert_array_equal(few.use, columns.use[1:3])


def test_prices_bound_what_the_columns_are_worth():
    stage = _stage(_scarce())
    book = stage.evaluated
    rows = np.flatnonzero(book.mean() > 0)
    columns = stage.play(rows, np.stack([policies_of(book.groups.options[row], 2) for row in rows]))
    board = Board(book.groups.group_of(), book.groups.count)
    prices = priced(stage, board, columns)
    assert prices.limit.max() > 0.0 and prices.weight.sum() == pytest.approx(1.0)
    groups, cash = book.groups.group_of()[columns.row], float(_scarce().limits.cash) * 100
    weeks = [k for k, capacity in enumerate(stage.capacities) if capacity.kind == "cash"]
    ways = [np.flatnonzero(groups == group) for group in range(book.groups.count)]
    for chosen in every(*(np.append(rows, -1) for rows in ways)):
        picked = np.array([at for at in chosen if at >= 0], np.int64)
        if columns.use[picked][:, weeks].sum(axis=0).max(initial=0.0) <= cash:
            assert columns.profit[picked].mean(axis=1).sum() <= prices.bound * (1 + 1e-9)


def _columns(rows: list[int], profits: list[float], uses: list[float]) -> Columns:
    number = np.zeros((len(rows), 1, 7), np.int64)
    number[:, 0, 1] = np.arange(1, len(rows) + 1)
    return Columns(np.array(rows), number, np.array(profits)[:, None], np.array(uses)[:, None])


def test_the_best_of_every_burden_stays_unless_it_is_far_behind_in_price():
    prices, board = Prices(np.array([2.0]), np.ones(1), 100.0, 90.0), Board(np.array([0, 0, 1]), 2)
    columns = _columns([0, 1, 1, 2, 2], [10.0, 9.0, 14.0, 1.0, 3.0], [1.0, 0.0, 3.0, 1.0, 1.5])
    np.testing.assert_array_equal(prices.value(columns), [8.0, 9.0, 8.0, -1.0, 0.0])
    np.testing.assert_array_equal(board.spread(columns, prices, 2, 0.5), [False, True, False, False, True])
    np.testing.assert_array_equal(board.spread(columns, prices, 2, 1.0), [False, True, True, False, True])
    np.testing.assert_array_equal(board.spread(columns, prices, 4, 1.0), [True, True, True, True, True])
    np.testing.assert_array_equal(board.spread(columns, prices, 1, 9.0), [False, True, False, False, True])
    more = _columns([0, 2], [13.0, 0.5], [1.0, 0.0])
    assert board.missed(columns, more, prices) == pytest.approx(2.0 + 0.5)
    assert joined(more, columns).row.tolist() == [0, 0, 1, 1, 2, 2, 2]


def test_the_first_set_survives_where_the_larger_book_gives_no_more():
    book, known = _book()
    row = np.flatnonzero(book.mean() > 0)[:1]
    number = policies_of(book.groups.options[row[0]], 2)[None]
    pool = Pool(row, number, np.zeros(len(book.groups.options), np.int64), ())
    larger, moved = extended(book, pool, known, None)
    first = choose(study_of(book), _scarce())
    old, new = first.chosen[first.chosen >= 0], moved[first.chosen[first.chosen >= 0]]
    assert [book.groups.options[at] for at in old] == [larger.groups.options[at] for at in new]
    np.testing.assert_array_equal(book.outcomes.profit[old], larger.outcomes.profit[new])


@pytest.mark.parametrize("days", [1, 3, 12])
@pytest.mark.parametrize("market", ["US", "UK"])
def test_waiting_is_offered_where_it_was_when_the_ways_were_listed(days, market):
    work = batch(product("A", supplier_lead_days=days), markets=(market,))
    found = groups(work)
    for option in found.options:
        jit = option.places[0].policy.kind is PolicyKind.JIT
        assert (waiting(option).places[0].policy.kind is PolicyKind.JIT) is jit, option.key
    assert days > 1 or any(option.places[0].policy.kind is PolicyKind.JIT for option in found.options)
