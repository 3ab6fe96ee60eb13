"""Are serial systems what Shang & Song (2003) and Snyder & Shen (2019) print, and costs what can be worked by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from tuoguan.inventory.classic import Stage, newsvendor, normal, poisson, serial_bounds, serial_stock
from tuoguan.inventory.classic.laws import Law
from tuoguan.inventory.instances import Discrete

EXAMPLE_6_1 = (Stage(1, 3), Stage(1, 2), Stage(2, 2))


def normal_5(time: float) -> Law:
    return normal(5 * time, math.sqrt(time))


def normal_100(time: float) -> Law:
    return normal(100 * time, 15 * math.sqrt(time))


# Shang & Song (2003), table 1, rows 1, 9, 17, 25: Poisson 16, lead times 1/4; levels and cost as printed.
@pytest.mark.parametrize(
    ("holdings", "penalty", "levels", "cost"),
    [
        ((0.25, 0.25, 0.25, 0.25), 9, (8, 13, 18, 22), 12.688),
        ((0.25, 2.5, 2.5, 0.25), 9, (9, 10, 13, 19), 53.008),
        ((0.25, 0.25, 0.25, 0.25), 99, (11, 17, 22, 27), 16.206),
        ((0.25, 2.5, 2.5, 0.25), 99, (11, 14, 18, 26), 74.564),
    ],
)
def test_printed_serial_systems(
    holdings: tuple[float, ...], penalty: float, levels: tuple[int, ...], cost: float
) -> None:
    stages = [Stage(0.25, holding) for holding in holdings]
    found = serial_stock(lambda time: poisson(16 * time), stages, penalty)
    assert found.levels == levels
    assert round(found.cost, 3) == cost
    low, high = serial_bounds(lambda time: poisson(16 * time), stages, penalty)
    assert all(least <= level <= most for least, level, most in zip(low, levels, high, strict=True))


@pytest.mark.parametrize(
    ("holdings", "penalty", "rounding", "heuristic", "cost"),
    [
        ((0.25, 2.5, 2.5, 0.25), 9, math.floor, (9, 10, 14, 20), 53.258),
        ((0.25, 2.5, 2.5, 0.25), 99, math.ceil, (11, 14, 19, 26), 74.747),
    ],
)
def test_the_printed_heuristic_is_the_middle_of_the_bounds(holdings, penalty, rounding, heuristic, cost) -> None:  # type: ignore[no-untyped-def]
    stages = [Stage(0.25, holding) for holding in holdings]
    low, high = serial_bounds(lambda time: poisson(16 * time), stages, penalty)
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    assert all(abs(a - b) <= 0.5 for a, b in zip(middle, heuristic, strict=True))
    found = serial_stock(lambda time: poisson(16 * time), stages, penalty, levels=heuristic)
    assert found.cost == pytest.approx(cost, abs=0.05)


def test_example_6_1_as_the_lattice_gets_finer() -> None:
    """The book prints 47.65; a fine grid gives 47.660, from above, four times nearer with half the step."""
    costs = [serial_stock(normal_5, EXAMPLE_6_1, 37.12, step).cost for step in (0.2, 0.1, 0.05)]
    assert costs == sorted(costs, reverse=True)
    assert costs[2] == pytest.approx(47.660, abs=3e-3)
    low, high = serial_bounds(normal_5, EXAMPLE_6_1, 37.12)
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    assert middle == pytest.approx([6.490880975286938, 12.027434723327854, 22.634032391786285], abs=5e-6)


def test_example_6_1_with_counts_cut_as_the_peer_cuts_them() -> None:
    """stockpyl prints 72.04354 for Poisson demand, with lead time demand cut at four deviations; else 72.0467."""

    def cut(time: float) -> Discrete:
        law, tail = stats.poisson(5 * time), stats.norm.sf(4)
        low, high = int(law.ppf(tail)), int(law.ppf(1 - tail))
        upto = law.cdf(np.arange(high + 1)) * (np.arange(high + 1) >= low)
        upto[high] = 1.0
        return Discrete("cut", np.diff(upto, prepend=0.0))

    found = serial_stock(cut, EXAMPLE_6_1, 37.12)
    assert found.levels == (9, 15, 26)
    assert found.cost == pytest.approx(72.0435433050749, abs=5e-10)
    assert serial_stock(lambda time: poisson(5 * time), EXAMPLE_6_1, 37.12).cost == pytest.approx(72.0467, abs=5e-5)


def test_levels_that_are_given_are_what_is_charged() -> None:
    """Nothing in stock for long: the cost is all waiting and what is on its way, which is worked by hand."""
    stages = (Stage(1, 1), Stage(1, 1))
    found = serial_stock(normal_100, stages, 15, 1.0, levels=(75, 50))
    assert found.levels == (75.0, 50.0)
    assert found.cost == pytest.approx(15 * 150 + 100, abs=0.01)
    best = serial_stock(normal_100, stages, 15, 1.0)
    assert serial_stock(normal_100, stages, 15, 1.0, levels=best.levels).cost == best.cost


def test_one_stage_is_a_newsvendor() -> None:
    found = serial_stock(lambda time: poisson(6 * time), [Stage(1.0, 1.0)], 4.0)
    assert (found.levels[0], found.cost) == pytest.approx(newsvendor(poisson(6), 1, 4), rel=1e-12)


def test_what_arrives_at_once_needs_no_stock() -> None:
    assert serial_stock(normal_5, [Stage(0, 1), Stage(0, 1)], 2.0) == ((0.0, 0.0), 0.0)


def test_levels_have_to_fit_the_stages() -> None:
    with pytest.raises(ValueError, match="levels has 1 numbers: expected 3, one for each stage"):
        serial_stock(normal_5, EXAMPLE_6_1, 37.12, levels=[4.0])
    with pytest.raises(ValueError, match="step is 1e-05"):
        serial_stock(normal_5, EXAMPLE_6_1, 37.12, 1e-5)
