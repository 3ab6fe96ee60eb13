"""The deletion filter against every subset of the limits, tried on every choice there is."""

from itertools import combinations, product

import numpy as np
import pytest

from tuoguan.choose import Capacity, Infeasible, find_clash, solve


def random_limits(seed):
    """A few groups of a few options under limits, of which some ask for at least so much; whole numbers."""
    luck = np.random.default_rng(seed)
    group = np.repeat(np.arange(luck.integers(2, 5)), luck.integers(2, 4))
    limits = int(luck.integers(2, 6))
    uses = luck.integers(0, 9, (len(group), limits)).astype(float)
    top = np.array([[uses[group == g, k].max() for k in range(limits)] for g in range(group.max() + 1)]).sum(0)
    least = luck.random(limits) < 0.5
    limit = np.floor(top * np.where(least, luck.uniform(0.4, 1.1, limits), luck.uniform(0.1, 0.7, limits)))
    named = tuple(Capacity(f"limit {k}", "resource", float(limit[k]), "unit", bool(least[k])) for k in range(limits))
    return uses, named, group, bool(luck.random() < 0.5)


def totals(uses, group, may_skip):
    """[choice, capacity] what every possible choice uses."""
    rows = [[*np.flatnonzero(group == g), *([-1] if may_skip else [])] for g in range(group.max() + 1)]
    padded = np.vstack([uses, np.zeros(uses.shape[1])])
    return np.array([padded[list(choice)].sum(0) for choice in product(*rows)])


def lacks(total, capacities):
    """[choice, capacity] by how much each limit is broken; at most 0 where it is not."""
    sign = np.array([-1.0 if capacity.at_least else 1.0 for capacity in capacities])
    return (total - np.array([capacity.limit for capacity in capacities])) * sign


def check(seed):
    """How many limits clash: 0 when a choice respects all."""
    uses, capacities, group, may_skip = random_limits(seed)
    broken = lacks(totals(uses, group, may_skip), capacities)
    clash = find_clash(uses, capacities, group, may_skip=may_skip)
    if (broken <= 0).all(axis=1).any():
        assert clash is None
        return 0
    assert clash is not None
    held = [capacities.index(capacity) for capacity in clash.capacities]
    assert not (broken[:, held] <= 0).all(axis=1).any()
    for smaller in combinations(held, len(held) - 1):
        assert (broken[:, list(smaller)] <= 0).all(axis=1).any()
    for k, give in zip(held, clash.give, strict=True):
        others = [other for other in range(len(capacities)) if other != k]
        left = broken[(broken[:, others] <= 0).all(axis=1), k]
        assert give == (pytest.approx(left.min()) if len(left) else np.inf)
    return len(held)


def test_a_clash_is_infeasible_irreducible_and_gives_the_least():
    sizes = [check(seed) for seed in range(220)]
    assert min(sizes.count(size) for size in (0, 1, 2, 3)) >= 5


def test_an_integer_clash_is_found_where_the_relaxation_is_feasible():
    """Two groups of one option that uses 2: three is never used, though halves of options would reach it."""
    capacities = (
        Capacity("least", "resource", 3.0, "unit", True), Capacity("most", "resource", 3.0, "unit"),
        Capacity("idle", "resource", 9.0, "unit"),
    )  # fmt: skip
    clash = find_clash(np.full((2, 3), 2.0), capacities, np.array([0, 1]))
    assert clash is not None
    assert [capacity.name for capacity in clash.capacities] == ["least", "most"]
    assert clash.give == pytest.approx((1.0, 1.0))


def test_the_order_of_options_does_not_matter():
    for seed in range(20):
        uses, capacities, group, may_skip = random_limits(seed)
        back = find_clash(uses[::-1], capacities, group.max() - group[::-1], may_skip=may_skip)
        assert (find_clash(uses, capacities, group, may_skip=may_skip) is None) == (back is None)


def test_what_give_asks_for_is_enough():
    """Limits moved by what the clash says, one at a time, can be met by the solver."""
    moved = 0
    for seed in range(60):
        uses, capacities, group, may_skip = random_limits(seed)
        clash = find_clash(uses, capacities, group, may_skip=may_skip)
        for capacity, give in zip(clash.capacities, clash.give, strict=True) if clash else ():
            if np.isfinite(give):
                step = (1.0 + 1e-6) * (-give if capacity.at_least else give)
                if capacity.limit + step < 0.0:
                    continue
                eased = [
                    Capacity(one.name, one.kind, one.limit + step, one.unit, one.at_least) if one == capacity else one
                    for one in capacities
                ]
                solve(np.ones(len(group)), uses, eased, groups=group, may_skip=may_skip)
                moved += 1
    assert moved >= 20


def test_weeks_of_one_setting_give_together():
    """Three hours in either week, of which each allows two: one week alone would not do, both by one would."""
    hours = [Capacity(f"hours week {week}", "hours", 2.0, "hour") for week in (1, 2)]
    capacities = (*hours, Capacity("least", "resource", 1.0, "unit", True))
    clash = find_clash(np.array([[3.0, 3.0, 1.0]]), capacities, np.array([0]))
    assert clash is not None
    assert [capacity.kind for capacity in clash.capacities] == ["hours", "resource"]
    assert clash.give == pytest.approx((1.0, 1.0))


def test_the_solver_names_the_clash():
    capacities = (Capacity("a", "resource", 1.0, "unit"), Capacity("b", "resource", 2.0, "unit", True))
    with pytest.raises(Infeasible, match="cannot hold together: a, b") as told:
        solve([5.0], [[2.0, 2.0]], capacities, groups=[0])
    assert told.value.clash is not None and told.value.clash.give == pytest.approx((1.0, 2.0))
