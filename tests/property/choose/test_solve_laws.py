"""Laws that every answer of the portfolio solver keeps, on problems drawn by Hypothesis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoguan.choose import Capacity, Factors, Infeasible, Portfolio, solve

SECONDS = 2.0
seeds = st.integers(0, 10**6)


def drawn(seed: int, groups: int = 40, options: int = 4, limits: int = 3) -> tuple[np.ndarray, ...]:
    """Values, uses, limits and groups of unequal size."""
    luck = np.random.default_rng(seed)
    group = np.sort(np.concatenate([np.arange(groups), luck.integers(0, groups, groups * (options - 1))]))
    values = np.exp(luck.normal(3, 1, len(group)))
    uses = luck.uniform(0, 1, (len(group), limits)) * values[:, None]
    return values, uses, luck.uniform(0.15, 0.5, limits) * uses.sum(0), group


def again(answer: Portfolio, other: Portfolio) -> None:
    """Both intervals [objective, bound] hold the same optimum."""
    assert answer.objective <= other.bound * (1 + 1e-9) + 1e-9
    assert other.objective <= answer.bound * (1 + 1e-9) + 1e-9


@settings(max_examples=15)
@given(seed=seeds)
def test_the_order_of_options_and_the_names_of_groups_do_not_matter(seed: int) -> None:
    values, uses, limits, group = drawn(seed)
    luck = np.random.default_rng(seed + 1)
    order, name = luck.permutation(len(values)), luck.permutation(group.max() + 1)
    one = solve(values, uses, limits, groups=group, time_limit=SECONDS)
    two = solve(values[order], uses[order], limits, groups=name[group[order]], time_limit=SECONDS)
    again(one, two)
    assert one.bound == pytest.approx(two.bound, rel=2e-3)
    picked = order[two.chosen[two.chosen >= 0]]
    assert values[picked].sum() == pytest.approx(two.objective)
    assert (uses[picked].sum(0) <= limits * (1 + 1e-9)).all()


@settings(max_examples=10)
@given(seed=seeds, threads=st.integers(1, 5))
def test_threads_change_no_byte(seed: int, threads: int) -> None:
    values, uses, limits, group = drawn(seed, groups=6_000, options=3)
    one, many = (
        solve(values, uses, limits, groups=group, threads=count, time_limit=60.0, node_limit=1)
        for count in (1, threads)
    )
    assert one.chosen.tobytes() == many.chosen.tobytes()
    assert one.shadow_price.tobytes() == many.shadow_price.tobytes()
    assert (one.objective, one.bound) == (many.objective, many.bound)


@settings(max_examples=15)
@given(seed=seeds, more=st.floats(0.01, 1.0))
def test_more_of_a_limit_never_lowers_what_can_be_had(seed: int, more: float) -> None:
    values, uses, limits, group = drawn(seed)
    few, many = (solve(values, uses, limits * share, groups=group, time_limit=SECONDS) for share in (1.0, 1.0 + more))
    assert few.objective <= many.bound * (1 + 1e-9)
    assert (many.bound - few.bound) / few.bound >= -max(few.gap, 1e-6)


@settings(max_examples=12)
@given(seed=seeds, weight=st.sampled_from([0.2, 0.7, 1.0]), level=st.sampled_from([0.0, 0.5, 0.9]))
def test_factors_are_a_short_way_to_write_scenarios(seed: int, weight: float, level: float) -> None:
    values, uses, limits, group = drawn(seed, groups=15, options=3, limits=2)
    luck = np.random.default_rng(seed)
    common = Factors(values[:, None] * luck.normal(0.2, 0.4, (len(values), 3)), luck.normal(size=(12, 3)))
    table = values[:, None] + common.loading @ common.factor.T
    short = solve(values, uses, limits, groups=group, factors=common, weight=weight, level=level, time_limit=SECONDS)
    long = solve(
        values, uses, limits, groups=group, scenario_values=table, weight=weight, level=level, time_limit=SECONDS
    )
    assert short.objective == pytest.approx(long.objective, rel=1e-9)
    assert short.bound == pytest.approx(long.bound, rel=1e-6)
    if short.scenario_weight.size:
        assert short.scenario_weight.sum() == pytest.approx(1.0)
        assert (short.scenario_weight <= 1.0 / ((1.0 - level) * 12) + 1e-12).all()


@settings(max_examples=12)
@given(seed=seeds, change=st.floats(0.8, 1.25))
def test_an_earlier_answer_s_prices_make_nothing_worse(seed: int, change: float) -> None:
    values, uses, limits, group = drawn(seed, groups=400)
    earlier = solve(values, uses, limits, groups=group, time_limit=SECONDS, node_limit=1)
    cold, warm = (
        solve(values, uses, limits * change, groups=group, start=start, time_limit=SECONDS, node_limit=1)
        for start in (None, earlier)
    )
    again(cold, warm)
    assert warm.bound <= cold.bound * (1 + 1e-5)


@settings(max_examples=15)
@given(seed=seeds)
def test_at_least_is_at_most_of_the_opposite(seed: int) -> None:
    values, uses, limits, group = drawn(seed, groups=12, limits=2)
    least = 0.3 * uses[:, 1].sum() / 4
    upper = Capacity("hours", "hours", float(limits[0]), "hour")
    said = [upper, Capacity("units", "volume", float(least), "cm3", at_least=True)]
    try:
        answer = solve(values, uses, said, groups=group, time_limit=SECONDS)
    except Infeasible:
        # What even the most frugal way to reach it cannot do within the other limit.
        with pytest.raises(Infeasible):
            solve(np.zeros(len(values)), uses, said, groups=group, time_limit=SECONDS)
        return
    assert answer.used[1] >= least * (1 - 1e-9)
    assert answer.used[0] <= limits[0] * (1 + 1e-9)
    assert (answer.shadow_price >= 0).all()
    assert answer.objective <= solve(values, uses[:, :1], [upper], groups=group, time_limit=SECONDS).bound * (1 + 1e-9)
