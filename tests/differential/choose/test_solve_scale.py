"""Large portfolios: the bound against HiGHS' relaxation, arrays read in place, options that live in blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from tuoguan.choose import Capacity, Factors, solve
from tuoguan.choose.solve_blocks import Near, Shared, Smooth
from tuoguan.choose.solve_given import checked, laid_out
from tuoguan.choose.solve_local import LocalBlocks
from tuoguan.choose.solve_prices import find_prices, proven
from tuoguan.foundation.arrays import Floats, Ints

LATER = 1e18  # a deadline nobody reaches


def correlated(groups: int, options: int = 4, limits: int = 3, seed: int = 1) -> tuple[Floats, Floats, Floats, Ints]:
    luck = np.random.default_rng(seed)
    uses = luck.uniform(0, 100, (groups * options, limits))
    values = uses.mean(1) + luck.uniform(0, 30, len(uses))
    return values, uses, 0.4 * uses.sum(0) / options, np.repeat(np.arange(groups), options)


def relaxed(
    values: Floats, uses: Floats, limits: Floats, group: Ints, table: Floats, weight: float, tail: float
) -> float:
    """HiGHS' optimum of the relaxation, CVaR as Rockafellar and Uryasev's linear program; empty table: no risk."""
    count, scenarios = table.shape
    member = sparse.csr_array((np.ones(count), (group, np.arange(count))))
    short = sparse.hstack([-sparse.csr_array(table.T), np.ones((scenarios, 1)), -sparse.eye_array(scenarios)])
    plain = sparse.vstack([member, sparse.csr_array(uses.T)])
    rows = sparse.vstack([sparse.hstack([plain, sparse.csr_array((plain.shape[0], 1 + scenarios))]), short])
    cost = np.concatenate([-(1 - weight) * values, [-weight], np.full(scenarios, weight * tail)])
    upper = np.concatenate([np.ones(group.max() + 1), limits, np.zeros(scenarios)])
    ends = [(0, 1)] * count + [(None, None) if scenarios else (0, 0)] + [(0, None)] * scenarios
    answer = optimize.linprog(cost, A_ub=rows, b_ub=upper, bounds=ends, method="highs")
    return float(-answer.fun)


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), groups=st.integers(2, 300), limits=st.integers(1, 6))
def test_the_bound_is_the_relaxation_s(seed: int, groups: int, limits: int) -> None:
    values, uses, limit, group = correlated(groups, 3, limits, seed)
    layout = laid_out(checked(values, uses, limit, group, None, None, 0.0, 0.9, True), None)
    bound = find_prices(layout.blocks, layout.shared, LATER).bound / layout.shared.value_scale
    exact = relaxed(values, uses, limit, group, np.zeros((len(values), 0)), 0.0, 0.0)
    assert exact * (1 - 1e-9) <= bound <= exact * (1 + 1e-5)


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), level=st.sampled_from([0.5, 0.8, 0.9]))
def test_with_risk_too(seed: int, level: float) -> None:
    values, uses, limit, group = correlated(60, 3, 2, seed)
    luck = np.random.default_rng(seed)
    common = Factors(values[:, None] * luck.normal(0.2, 0.5, (len(values), 3)), luck.normal(size=(20, 3)))
    table = values[:, None] + common.loading @ common.factor.T
    exact = relaxed(values, uses, limit, group, table, 0.6, 1 / ((1 - level) * 20))
    for paths, factors in ((table, None), (None, common)):
        layout = laid_out(checked(values, uses, limit, group, paths, factors, 0.6, level, True), None)
        bound = find_prices(layout.blocks, layout.shared, LATER).bound / layout.shared.value_scale
        assert exact * (1 - 1e-9) <= bound <= exact * (1 + 1e-5)


def test_a_large_problem_is_read_in_place_and_nearly_solved() -> None:
    values, uses, limit, group = correlated(60_000)
    given_ = checked(values, uses, limit, group, None, None, 0.0, 0.9, True)
    layout = laid_out(given_, None)
    assert np.shares_memory(layout.blocks.base, values)
    assert np.shares_memory(layout.blocks.first, uses)
    answer = solve(values, uses, limit, groups=group, node_limit=1)
    assert answer.gap <= 2e-5
    assert (answer.used <= limit * (1 + 1e-9)).all()
    assert answer.mean == pytest.approx(values[answer.chosen[answer.chosen >= 0]].sum())
    # Where prices are paid for use, no set earns more than the best options do.
    paid = np.maximum((values - uses @ answer.shadow_price).reshape(-1, 4).max(1), 0.0).sum()
    assert answer.bound == pytest.approx(paid + limit @ answer.shadow_price, rel=1e-9)


def test_options_in_any_order_are_the_same_problem() -> None:
    values, uses, limit, group = correlated(60_000)
    order = np.random.default_rng(3).permutation(len(values))
    one = solve(values, uses, limit, groups=group, node_limit=1)
    two = solve(values[order], uses[order], limit, groups=group[order], node_limit=1)
    assert two.bound == pytest.approx(one.bound, rel=1e-7)
    assert two.gap <= 2e-5
    assert (group[order[two.chosen[two.chosen >= 0]]] == np.flatnonzero(two.chosen >= 0)).all()


def test_many_scenarios_of_few_factors() -> None:
    values, uses, limit, group = correlated(20_000)
    luck = np.random.default_rng(4)
    common = Factors(values[:, None] * luck.normal(0.1, 0.4, (len(values), 4)), luck.normal(size=(300, 4)))
    answer = solve(values, uses, limit, groups=group, factors=common, weight=0.5, level=0.95, node_limit=1)
    assert answer.gap <= 5e-4
    picked = answer.chosen[answer.chosen >= 0]
    outcomes = np.sort(values[picked].sum() + common.factor @ common.loading[picked].sum(0))
    assert answer.cvar == pytest.approx(outcomes[:15].mean())
    assert answer.objective == pytest.approx(0.5 * answer.mean + 0.5 * answer.cvar)
    # The proof, written down anew from prices and weights.
    lean = answer.scenario_weight @ common.factor
    worth = values + 0.5 * common.loading @ lean - uses @ answer.shadow_price
    bound = np.maximum(worth.reshape(-1, 4).max(1), 0.0).sum() + limit @ answer.shadow_price
    assert answer.bound == pytest.approx(bound, rel=1e-9)


class Elsewhere:
    """Blocks whose halves know nothing of each other, as on two machines."""

    def __init__(self, halves: list[LocalBlocks]) -> None:
        self.halves, self.columns = halves, halves[0].columns
        self.groups = sum(half.groups for half in halves)
        self.longest = max(half.longest for half in halves)
        self.magnitude = np.max([half.magnitude for half in halves], axis=0)

    def price(self, point: Floats) -> tuple[Floats, Floats]:
        sums, gradient = zip(*(half.price(point) for half in self.halves), strict=True)
        return np.concatenate(sums), np.concatenate(gradient)

    def smooth(self, point: Floats, width: float) -> Smooth:
        parts = [half.smooth(point, width) for half in self.halves]
        return Smooth(*(np.concatenate([getattr(part, name) for part in parts]) for name in Smooth.__slots__))

    def choose(self, point: Floats) -> Ints:
        return np.concatenate([half.choose(point) for half in self.halves])

    def near(self, point: Floats, loss: float) -> Near:
        raise NotImplementedError

    def sample(self, stride: int) -> LocalBlocks:
        return self.halves[0].sample(max(stride // 2, 1))


def test_blocks_may_live_apart() -> None:
    values, uses, limit, group = correlated(4_000)
    layout = laid_out(checked(values, uses, limit, group, None, None, 0.0, 0.9, True), None)
    blocks, shared = layout.blocks, layout.shared
    cut = int(blocks.start[1_500])
    parts = [
        LocalBlocks(start, blocks.base[rows], blocks.first[rows], blocks.second[rows], blocks.scale, blocks.skip,
                    blocks.magnitude)
        for start, rows in ((blocks.start[:1_501], slice(0, cut)), (blocks.start[1_500:] - cut, slice(cut, None)))
    ]  # fmt: skip
    whole, apart = find_prices(blocks, shared, LATER), find_prices(Elsewhere(parts), shared, LATER)
    assert apart.bound == pytest.approx(whole.bound, rel=2e-6)
    assert proven(Elsewhere(parts), shared, whole.point).bound == pytest.approx(whole.bound, rel=1e-12)


def test_the_rounded_off_dual_has_the_slope_and_bend_it_says() -> None:
    values, uses, limit, group = correlated(200, limits=4)
    blocks = laid_out(checked(values, uses, limit, group, None, None, 0.0, 0.9, True), None).blocks
    luck = np.random.default_rng(2)
    point, step, width = luck.uniform(0.1, 0.4, 4), 1e-5 * luck.normal(size=4), 20.0
    low, here, high = (blocks.smooth(point + sign * step, width) for sign in (-1, 0, 1))
    assert (high.sums - low.sums).sum() / 2 == pytest.approx(here.gradient.sum(0) @ step, rel=1e-5)
    assert (high.gradient - low.gradient).sum(0) / 2 == pytest.approx(here.curvature.sum(0) @ step, rel=1e-4)
    assert (here.sums >= here.exact).all()
    assert here.exact == pytest.approx(blocks.price(point)[0])


def test_cash_that_binds_in_many_weeks_leaves_little_open() -> None:
    """Limits that are nearly copies of each other, options of very unequal size."""
    luck = np.random.default_rng(6)
    size = np.repeat(np.exp(luck.normal(0, 1, 1_000)), 4) * np.exp(luck.normal(0, 0.4, 4_000))
    values, week = 1000 * size * luck.uniform(0.1, 0.6, 4_000), np.arange(20)
    begin = luck.integers(0, 6, 4_000)[:, None]
    cash = size[:, None] * np.clip((week - begin) / 3, 0, 1) * np.clip(1 - (week - begin) / 14, 0, None)
    best = np.arange(1_000) * 4 + values.reshape(-1, 4).argmax(1)
    named = [Capacity(f"cash week {at}", "cash", 0.3 * float(cash[best].sum(0).max()), "USD") for at in week]
    paths = values[:, None] * (1 + 0.5 * luck.normal(size=(4_000, 30)) + 0.3 * luck.normal(size=(1, 30)))
    answer = solve(values, cash, named, groups=np.repeat(np.arange(1_000), 4), scenario_values=paths, weight=0.3)
    assert answer.gap <= 3e-3
    assert (answer.used <= named[0].limit * (1 + 1e-9)).all()


def test_shared_scales_with_its_share() -> None:
    half = Shared(np.array([4.0]), np.ones(1), 1.0, 0.5).part(0.5)
    assert half.limit.tolist() == [2.0]
    assert half.tail == 0.5


def test_every_mistake_is_told() -> None:
    with pytest.raises(ValueError, match="values: 1 numbers are not finite, the first in row 1") as told:
        solve([1.0, np.nan], [[1.0], [np.inf]], [-1.0], groups=[0, 2], weight=2.0, level=1.0)
    text = str(told.value)
    for words in ("uses: 1 numbers", "limit -1.0 found", "groups: 2 found", "weight: 2.0 found", "level: 1.0 found"):
        assert words in text
    with pytest.raises(ValueError, match=r"group 1 has no option, and nothing may be skipped"):
        solve(np.ones(3), np.ones((3, 1)), [1.0], groups=[0, 2, 2], may_skip=False)
    with pytest.raises(ValueError, match="both found"):
        solve(
            [1.0],
            [[1.0]],
            [1.0],
            groups=[0],
            scenario_values=[[1.0]],
            factors=Factors(np.ones((1, 1)), np.ones((2, 1))),
        )
    with pytest.raises(ValueError, match=r"uses: shape \(3, 1\) found"):
        solve([1.0], np.ones((3, 1)), [1.0], groups=[0])
