"""Are (s, S), base stock and (s, nQ) what a published table and a slow Markov chain say."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.classic import evaluate_backlog, optimal_backlog
from tuoguan.inventory.closed import reorder_levels
from tuoguan.inventory.instances import Backlog, Discrete
from tuoguan.inventory.policies import BaseStock, ReorderMultiples, ReorderUpTo

SLOTS = 400


def negative_binomial(mean: float, dispersion: float) -> Discrete:
    law = stats.poisson(mean) if dispersion == 1.0 else stats.nbinom(mean / (dispersion - 1.0), 1.0 / dispersion)
    share = law.pmf(np.arange(int(mean + 12.0 * np.sqrt(mean * dispersion) + 40.0 * dispersion) + 40))
    share = share[: np.flatnonzero(share > 1e-17)[-1] + 1]
    return Discrete(f"mean {mean} v/m {dispersion}", share / share.sum())


def costs_of_positions(instance: Backlog, lowest: int) -> Floats:
    """Expected cost, a lead time later, of every position from ``lowest`` on: by summing over the demand of it all."""
    lead = np.ones(1)
    for _ in range(instance.lead_periods + 1):
        lead = np.convolve(lead, instance.demand.probability)
    gap = lowest + np.arange(SLOTS)[:, None] - np.arange(len(lead))
    return (instance.holding * np.maximum(gap, 0) + instance.penalty * np.maximum(-gap, 0)) @ lead  # type: ignore[no-any-return]


def chain_cost(instance: Backlog, ordered_to: dict[int, int], lowest: int) -> float:
    """Average cost from the stationary law of the position after ordering; ``ordered_to`` says what follows a position.

    A position that is not named stays as it is.
    """
    move = np.zeros((SLOTS, SLOTS))
    pays = np.zeros(SLOTS)
    for start in range(SLOTS):
        for units, share in enumerate(instance.demand.probability):
            left = lowest + start - units
            after = ordered_to.get(left, left)
            move[start, min(max(after - lowest, 0), SLOTS - 1)] += share
            pays[start] += share * instance.fixed_cost * (after != left)
    reached = np.zeros(SLOTS)
    reached[max(ordered_to.values()) - lowest] = 1.0
    matrix = np.eye(SLOTS) - move + np.outer(np.ones(SLOTS), reached)
    stationary = np.linalg.solve(matrix.T, reached)
    return float(stationary @ (pays + costs_of_positions(instance, lowest)))


INSTANCES = [
    Backlog(negative_binomial(0.4, 1.0), 0, 1.0, 19.0, 6.0),
    Backlog(negative_binomial(2.5, 2.0), 2, 1.0, 9.0, 20.0),
    Backlog(negative_binomial(6.0, 3.5), 1, 0.3, 0.9, 11.0),
    Backlog(Discrete("0 w.p. .5 else U{1..6}", np.array([0.5] + [1 / 12] * 6)), 3, 1.0, 4.0, 15.0),
    Backlog(Discrete("never nothing", np.array([0.0, 0.2, 0.5, 0.3])), 0, 2.0, 5.0, 9.0),
]


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: instance.demand.text)
def test_every_policy_costs_what_a_markov_chain_says(instance: Backlog) -> None:
    lowest = -150
    for s, up_to in ((3, 9), (-2, 1), (7, 8)):
        chain = chain_cost(instance, {y: up_to for y in range(-600, s + 1)}, lowest)
        assert evaluate_backlog(instance, ReorderUpTo(s, up_to)).value == pytest.approx(chain, rel=1e-9)
    chain = chain_cost(instance, {y: 6 for y in range(-600, 6)}, lowest)
    assert evaluate_backlog(instance, BaseStock(6)).value == pytest.approx(chain, rel=1e-9)
    lifted = {y: y + 5 * (-(-(4 - y) // 5)) for y in range(-600, 4)}
    chain = chain_cost(instance, lifted, lowest)
    assert evaluate_backlog(instance, ReorderMultiples(3, 5)).value == pytest.approx(chain, rel=1e-9)


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: instance.demand.text)
def test_no_pair_of_numbers_is_better(instance: Backlog) -> None:
    found = optimal_backlog(instance)
    best = min(
        evaluate_backlog(instance, ReorderUpTo(s, up_to)).value for s in range(-20, 50) for up_to in range(s + 1, 80)
    )  # fmt: skip
    assert found.cost.value == pytest.approx(best, rel=1e-12)
    assert evaluate_backlog(instance, found.policy).value == pytest.approx(best, rel=1e-12)


def test_a_catalog_gets_what_each_product_would_get_alone() -> None:
    random = np.random.default_rng(11)
    for lead_periods in (0, 3):
        mean, dispersion = np.exp(random.uniform(-3.0, 3.5, 25)), 1.0 + random.gamma(1.0, 1.0, 25)
        holding, penalty = random.uniform(0.1, 2.0, 25), random.uniform(1.0, 60.0, 25)
        fixed = random.choice([0.0, 1.0, 30.0, 400.0], 25)
        s, up_to, cost = reorder_levels(mean, dispersion, penalty, holding, fixed, lead_periods)
        for at in range(25):
            demand = negative_binomial(mean[at], dispersion[at])
            instance = Backlog(demand, lead_periods, holding[at], penalty[at], fixed[at])
            assert optimal_backlog(instance).cost.value == pytest.approx(cost[at], rel=1e-8)
            policy = ReorderUpTo(int(s[at]), int(up_to[at]))
            assert evaluate_backlog(instance, policy).value == pytest.approx(cost[at], rel=1e-8)


def test_the_printed_table_of_zheng_and_federgruen(shared: Path) -> None:
    with (shared / "tables" / "sS_zheng_federgruen_1991.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert len(rows) == 6
    for row in rows:
        given = [float(row[name]) for name in ("mu", "p", "h", "K", "L")]
        s, up_to, cost = reorder_levels(given[0], 1.0, *given[1:])
        assert (s[0], up_to[0]) == (int(row["s_published"]), int(row["S_published"]))
        assert round(cost[0], 3) == float(row["cost_published"])
        assert cost[0] == pytest.approx(float(row["cost_computed"]), abs=6e-7)
        instance = Backlog(negative_binomial(given[0], 1.0), int(row["L"]), given[2], given[1], given[3])
        published = ReorderUpTo(int(row["s_published"]), int(row["S_published"]))
        assert evaluate_backlog(instance, published).value == pytest.approx(
            float(row["cost_of_published_policy"]), abs=6e-7
        )


# Zheng & Federgruen (1991), all 24 instances: K = 64, h = 1, p = 9, Poisson; mean: s, S, cost as printed.
PRINTED = {
    10: (6, 40, 35.022), 15: (10, 49, 42.698), 20: (14, 62, 49.173), 25: (19, 56, 54.262), 30: (23, 66, 57.819),
    35: (28, 77, 61.215), 40: (33, 87, 64.512), 45: (37, 97, 67.776), 50: (42, 108, 70.975), 55: (47, 118, 74.149),
    60: (52, 129, 77.306), 65: (56, 75, 78.518), 70: (62, 81, 79.037), 75: (67, 86, 79.554), 21: (15, 65, 50.406),
    22: (16, 68, 51.632), 23: (17, 52, 52.757), 24: (18, 54, 53.518), 51: (43, 110, 71.611), 52: (44, 112, 72.246),
    59: (51, 126, 76.679), 61: (52, 131, 77.929), 63: (54, 73, 78.287), 64: (55, 74, 78.402),
}  # fmt: skip


def test_all_instances_of_zheng_and_federgruen() -> None:
    s, up_to, cost = reorder_levels(list(PRINTED), 1.0, 9.0, 1.0, 64.0)
    found = dict(zip(PRINTED, zip(s, up_to, np.round(cost, 3), strict=True), strict=True))
    assert found == PRINTED
