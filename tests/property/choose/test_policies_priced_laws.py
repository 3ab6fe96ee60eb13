"""Laws of policies at shadow prices, over limits and attitudes drawn at random."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import choose, evaluate, study_of
from tuoguan.choose.policies_numbers import CAP, CODE, KIND, NUMBERS, POINT, UP_TO
from tuoguan.choose.policies_search import Effort
from tuoguan.choose.priced import retune
from tuoguan.choose.priced_play import Columns
from tuoguan.choose.priced_prices import Board, Prices
from tuoguan.choose.priced_search import Thrift, ladder
from tuoguan.intake import Limits, Risk, Seller
from tuoguan.simulate import PolicyKind

SMALL = Effort(tune=((16, 2, 0.2), (32, 1, 0.0)), looks=(32, 64), pairs=1)
QUICK = Thrift(paths=32, steps=(0.25,))


@cache
def _book():
    work = batch(
        product("A"), product("B", unit_cost_minor=900), markets=("US", "UK"),
        contracts=("aliexpress/full", "aliexpress/semi", "temu/full"),
    )  # fmt: skip
    known = demand(work, dispersion=1.5)
    return evaluate(groups(work, known), known, paths=40, seed=3, effort=SMALL), known


def _seller(cash: int, hours: float, weight: float) -> Seller:
    return Seller(
        schema=1, name="t", currency="USD", markets=("US", "UK"), horizon_days=91, risk=Risk(weight=weight),
        limits=Limits(cash=str(cash), hours_per_week=hours),
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.integers(500, 12_000), st.floats(0.2, 20.0), st.sampled_from([0.0, 0.3, 1.0]))
def test_the_answer_is_never_worse_and_within_every_limit(cash: int, hours: float, weight: float):
    book, known = _book()
    seller = _seller(cash, hours, weight)
    first = choose(study_of(book), seller)
    again = retune(book, known, seller, portfolio=first, thrift=QUICK, threads=1)
    answer, profit = again.portfolio, again.evaluated.outcomes.profit
    assert first.objective <= answer.objective <= answer.bound
    limits = np.array([capacity.limit for capacity in answer.capacities])
    assert (answer.used <= limits + 1e-6 * np.maximum(limits, 1.0)).all()
    picked = answer.chosen[answer.chosen >= 0]
    assert np.isclose(answer.mean, profit[picked].mean(axis=1).sum())
    for group, row in enumerate(answer.chosen.tolist()):
        assert row == -1 or row in again.evaluated.groups.rows(group)


_levels = st.integers(0, 500)


@given(
    st.lists(st.tuples(st.sampled_from(list(PolicyKind)), _levels, _levels, _levels), min_size=1, max_size=20),
    st.lists(st.floats(0.05, 2.0), min_size=1, max_size=4),
)
def test_a_ladder_keeps_kinds_and_sound_levels(policies, shares):
    number = np.zeros((len(policies), 1, NUMBERS), np.int64)
    for row, (kind, level, point, cap) in enumerate(policies):
        number[row, 0, [KIND, UP_TO, POINT, CAP]] = CODE[kind], level, min(point, max(level - 1, 0)), cap
    columns = Columns(np.arange(len(policies)), number, np.zeros((len(policies), 1)), np.zeros((len(policies), 1)))
    row, made = ladder(columns, tuple(shares))
    assert len(row) == len(made) == len(policies) * len(shares)
    source = number[row]
    np.testing.assert_array_equal(made[:, :, KIND], source[:, :, KIND])
    for column in (UP_TO, CAP):
        np.testing.assert_array_equal(made[:, :, column] > 0, source[:, :, column] > 0)
    assert ((made[:, :, POINT] < made[:, :, UP_TO]) | (made[:, :, POINT] == 0)).all()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-50, 100), st.integers(-20, 50)), min_size=1, max_size=30),
    st.floats(0.0, 5.0), st.integers(1, 8), st.floats(0.0, 100.0),
)  # fmt: skip
def test_the_best_by_price_always_stays_and_none_beyond_the_room(rows, price, bins, room):
    rows.sort()
    group, profit, use = (np.array(column) for column in zip(*rows, strict=True))
    number = np.zeros((len(rows), 1, NUMBERS), np.int64)
    number[:, 0, UP_TO] = np.arange(1, len(rows) + 1)
    columns = Columns(np.arange(len(rows)), number, profit[:, None].astype(float), use[:, None].astype(float))
    board, prices = Board(group, 6), Prices(np.array([price]), np.ones(1), 100.0, 50.0)
    value = prices.value(columns)
    stay = board.spread(columns, prices, bins, room)
    best = board.best(columns, value)
    assert (best[group] - value <= room)[stay].all()
    assert np.bincount(group[stay], minlength=6).max() <= bins
    for one in np.unique(group):
        mine = group == one
        assert value[mine].max() < best[one] - room or value[stay & mine].max() == value[mine].max()
