"""The portfolio solver against an exact solver, published optima and full enumeration."""

import csv
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from tuoguan.choose.problem import Infeasible, Portfolio
from tuoguan.choose.solving import solve

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from benchmarks.portfolio import read_instances


def random_problem(seed: int, groups: int, options: int, limits: int, signed: bool) -> tuple[np.ndarray, ...]:
    luck = np.random.default_rng(seed)
    count = groups * options
    values = luck.integers(-20, 100, count).astype(float)
    uses = luck.integers(-10 if signed else 0, 30, (count, limits)).astype(float)
    capacity = np.floor(np.maximum(uses, 0).reshape(groups, options, limits).mean(1).sum(0) * luck.uniform(0.2, 0.9))
    return values, uses, capacity, np.repeat(np.arange(groups), options)


def exact(values: np.ndarray, uses: np.ndarray, capacity: np.ndarray, groups: np.ndarray) -> float:
    """The optimum by scipy's MILP, written down without anything of the solver."""
    member = sparse.csr_array((np.ones(len(values)), (groups, np.arange(len(values)))))
    rows = sparse.vstack([member, sparse.csr_array(uses.T)])
    limit = np.concatenate([np.ones(groups.max() + 1), capacity])
    answer = optimize.milp(
        -values, integrality=np.ones(len(values)), bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(rows, -np.inf, limit), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return float(-answer.fun)


def assert_honest(answer: Portfolio, values: np.ndarray, uses: np.ndarray, groups: np.ndarray) -> None:
    """What the portfolio says of itself follows from what it chose."""
    picked = answer.chosen[answer.chosen >= 0]
    assert (groups[picked] == np.flatnonzero(answer.chosen >= 0)).all()
    assert answer.mean == pytest.approx(values[picked].sum())
    assert answer.used == pytest.approx(uses[picked].sum(0))
    limit = np.array([capacity.limit for capacity in answer.capacities])
    assert (answer.used <= limit + 1e-6 * np.maximum(np.abs(limit), 1)).all()
    assert (answer.shadow_price >= 0).all()
    assert answer.bound >= answer.objective


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), groups=st.integers(1, 14), options=st.integers(1, 6), limits=st.integers(1, 5),
       signed=st.booleans())  # fmt: skip
def test_bound_above_optimum_above_value(seed: int, groups: int, options: int, limits: int, signed: bool) -> None:
    values, uses, capacity, group = random_problem(seed, groups, options, limits, signed)
    answer = solve(values, uses, capacity, groups=group)
    optimum = exact(values, uses, capacity, group)
    assert_honest(answer, values, uses, group)
    assert answer.bound >= optimum - 1e-6
    assert answer.objective <= optimum + 1e-6
    if answer.method.endswith("proven"):
        assert answer.objective == pytest.approx(optimum)
        assert answer.gap == pytest.approx(0.0, abs=1e-12)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), weight=st.sampled_from([0.1, 0.5, 1.0]), level=st.sampled_from([0.0, 0.5, 0.8, 0.9]))
def test_risk_is_the_portfolio_s_by_enumeration(seed: int, weight: float, level: float) -> None:
    """Every subset of four groups x two options; CVaR as the mean of the worst paths of the sum."""
    luck = np.random.default_rng(seed)
    paths = luck.normal(5, 30, (8, 10)) + 25 * luck.normal(size=(1, 10))
    values, uses = paths.mean(1), luck.uniform(0, 1, (8, 2))
    groups, capacity = np.repeat(np.arange(4), 2), np.array([1.4, 1.4])
    answer = solve(values, uses, capacity, groups=groups, scenario_values=paths, weight=weight, level=level)
    worst = round((1 - level) * 10)
    best = -np.inf
    for pick in itertools.product((-1, 0, 1), repeat=4):
        rows = [2 * g + k for g, k in enumerate(pick) if k >= 0]
        if (uses[rows].sum(0) <= capacity).all():
            total = paths[rows].sum(0)
            best = max(best, (1 - weight) * total.mean() + weight * np.sort(total)[:worst].mean())
    assert answer.bound >= best - 1e-6
    assert answer.objective == pytest.approx(best, abs=1e-5)


def test_risk_chooses_the_hedge_that_single_risks_would_miss() -> None:
    """Two lines that fail on opposite paths are safe together, though each alone has the worse CVaR."""
    paths = np.array([[30.0, -10.0] * 5, [-10.0, 30.0] * 5, [8.0, 8.0] * 5, [8.0, 8.0] * 5])
    answer = solve(
        paths.mean(1), np.zeros((4, 1)), np.ones(1), groups=np.array([0, 1, 0, 1]),
        scenario_values=paths, weight=1.0, level=0.5,
    )  # fmt: skip
    assert answer.chosen.tolist() == [0, 1]
    assert answer.cvar == pytest.approx(20.0)


def published(shared: Path, name: str) -> list[dict[str, str]]:
    lines = (shared / "tables" / name).read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize(("name", "gap"), [("I01", 0.0), ("I02", 0.0), ("I03", 0.015), ("I04", 0.012), ("I05", 0.0),
                                           ("I06", 0.0), ("I07", 0.0015)])  # fmt: skip
def test_khan_s_instances(shared: Path, name: str, gap: float) -> None:
    row = next(line for line in published(shared, "mmkp_instances.csv") if line["name"] == name)
    instance = next(read_instances(shared / "tables" / "mmkp" / row["file"]))
    answer = solve(
        # Time enough that a busy machine reaches the same gap; most instances end long before.
        instance.values, instance.uses, instance.capacities, groups=instance.groups, may_skip=False,
        time_limit=10.0 if name == "I07" else 3.0,
    )  # fmt: skip
    found = [row["highs_25s_value"], row["published_best_orlib_xls"], row["published_best_caserta_voss"]]
    best = max(float(value) for value in found if value)
    assert_honest(answer, instance.values, instance.uses, instance.groups)
    assert answer.bound >= best - 1e-6
    assert answer.bound <= float(row["lp_bound"]) * (1 + 1e-5)
    assert answer.gap <= gap
    assert (answer.chosen >= 0).all()


@pytest.mark.parametrize("file", ["TestSet.30GP10IT10KP.txt", "TestSet.100GP10IT10KP.txt"])
def test_hiremath_and_hill_s_library(shared: Path, file: str) -> None:
    rows = [line for line in published(shared, "mmkp_hiremath_hill.csv") if line["file"] == file]
    instances = list(read_instances(shared / "tables" / "mmkp" / "hiremath_hill" / file))[:4]
    for row, instance in zip(rows, instances, strict=False):
        answer = solve(
            instance.values, instance.uses, instance.capacities, groups=instance.groups, may_skip=False, time_limit=2.0
        )
        optimum = float(row["optimum_published_xpress"])
        assert answer.objective <= optimum + 1e-6 <= answer.bound + 2e-6
        assert answer.gap <= 0.003


def test_more_capacity_never_lowers_the_bound() -> None:
    values, uses, capacity, group = random_problem(3, 16, 4, 3, signed=False)
    answers = [solve(values, uses, capacity * share, groups=group) for share in (0.5, 0.8, 1.0, 1.3)]
    bounds = [answer.bound for answer in answers]
    assert bounds == sorted(bounds)


def test_a_shadow_price_is_what_one_more_unit_is_worth() -> None:
    """Many small options of known worth per hour: the price lies at the density of the marginal one."""
    density = np.linspace(1.0, 5.0, 400)
    answer = solve(density * 2.0, np.full((400, 1), 2.0), np.array([400.0]), groups=np.arange(400))
    assert answer.shadow_price[0] == pytest.approx(3.0, rel=0.02)
    assert answer.gap == pytest.approx(0.0, abs=1e-9)


def test_nothing_that_fits_is_said() -> None:
    with pytest.raises(Infeasible):
        solve([5.0], [[10.0]], [1.0], groups=[0], may_skip=False)
    assert solve([5.0], [[10.0]], [1.0], groups=[0]).chosen.tolist() == [-1]
    assert solve(np.zeros(0), np.zeros((0, 1)), [1.0], groups=np.zeros(0, int)).objective == 0.0


def test_the_same_problem_gives_the_same_bytes() -> None:
    values, uses, capacity, group = random_problem(9, 30, 5, 3, signed=True)
    one, two = (solve(values, uses, capacity, groups=group) for _ in range(2))
    assert one.chosen.tobytes() == two.chosen.tobytes()
    assert (one.objective, one.bound) == (two.objective, two.bound)
