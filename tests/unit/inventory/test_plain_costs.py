"""Average costs of base-stock policies: published values, units that add up, laws as tables, refusals in words."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tuoguan.inventory.instances import Discrete
from tuoguan.inventory.plain import average_costs, drawn, gamma_poisson
from tuoguan.inventory.plain import kernels as kn


def published(shared: Path, policy: str) -> list[dict[str, str]]:
    """Zipkin's rows of one kind of policy."""
    with (shared / "tables" / "lost_sales_zipkin_2008.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [row for row in rows if row["policy"] == policy]


@pytest.mark.parametrize("policy", ["best_base_stock", "best_capped_base_stock"])
def test_best_levels_cost_what_zipkin_says(shared: Path, policy: str) -> None:
    rows, levels = published(shared, policy), np.arange(8, 42)
    caps = np.arange(4, 12) if "capped" in policy else np.array([99])
    level, cap = (grid.ravel() for grid in np.meshgrid(levels, caps))
    setting: dict[str, Any] = {
        "lead_periods": [int(row["L"]) for row in rows], "holding": [float(row["h"]) for row in rows],
        "penalty": [float(row["p"]) for row in rows], "warm_up": 100,
    }  # fmt: skip
    laws, own = gamma_poisson([float(row["mean"]) for row in rows], 1.0), np.arange(len(rows))
    every = np.broadcast_to(level, (len(rows), len(level)))
    # Chosen on one stream, reported on another: the least of many noisy values is too low.
    screened = average_costs(
        every, drawn(laws, seed=1, paths=16), cap=np.broadcast_to(cap, every.shape), periods=1_500, **setting
    )
    best = screened.cost.argmin(axis=1)
    found = average_costs(level[best], drawn(laws, seed=2, paths=256), cap=cap[best][own], periods=5_000, **setting)
    exact = np.array([float(row["computed"]) for row in rows])
    assert np.all(found.standard_error[:, 0] < 0.002 * exact)
    # A neighbor of the best level may win the screen; it costs within a fifth of a percent of it.
    assert np.all(found.cost[:, 0] > exact - 3.0 * found.standard_error[:, 0])
    assert np.all(found.cost[:, 0] < 1.002 * exact + 3.0 * found.standard_error[:, 0])


def test_a_lead_time_of_nought_is_the_newsvendor() -> None:
    law, level = stats.poisson(4), np.arange(2, 9)
    found = average_costs(
        level, drawn(gamma_poisson(4.0, 1.0), seed=5, law=np.zeros(7, np.int64), paths=64), lead_periods=0,
        holding=1.0, penalty=3.0, periods=2_000, warm_up=0,
    )  # fmt: skip
    units = np.arange(80)
    exact = [(law.pmf(units) * (np.maximum(y - units, 0) + 3.0 * np.maximum(units - y, 0))).sum() for y in level]
    assert np.all(np.abs(found.cost[:, 0] - exact) < 3.5 * found.standard_error[:, 0])


def test_what_is_sold_came_in_and_what_is_lost_was_asked_for() -> None:
    units = np.random.default_rng(3).poisson(3.0, (4_000, 256)).astype(np.uint16)
    level = np.arange(256) % 30
    found = average_costs(level, units, lead_periods=3, holding=1.0, penalty=1.0, periods=4_000, warm_up=0, cap=5)
    asked = units.mean(axis=0)
    assert np.allclose(found.fill_rate[:, 0] * asked + found.lost[:, 0], asked, rtol=1e-12)
    assert np.all(found.lost[level == 0, 0] == asked[level == 0]) and np.all(found.on_hand[level == 0] == 0.0)
    assert np.all(found.on_hand[:, 0] <= level) and np.isnan(found.standard_error).all()


def test_more_stock_on_the_same_luck_loses_no_more() -> None:
    levels = np.arange(60)[None, :]
    found = average_costs(
        levels, drawn(gamma_poisson(5.0, 2.0), seed=9, paths=32), lead_periods=4, holding=1.0, penalty=4.0,
        periods=500, warm_up=0,
    )  # fmt: skip
    assert np.all(np.diff(found.lost[0]) <= 0.0) and np.all(np.diff(found.on_hand[0]) >= 0.0)


def test_a_level_for_wide_lanes_gives_what_narrow_ones_give() -> None:
    demand = drawn(gamma_poisson([3.0, 3.0], 1.0), seed=1, address=np.array([7, 7]))
    setting: dict[str, Any] = {"lead_periods": 2, "holding": 1.0, "penalty": 4.0, "periods": 300, "warm_up": 10}
    together = average_costs([[14, 1_000_000], [14, 9]], demand, **setting)
    narrow = average_costs([14, 14], demand, **setting)
    assert np.array_equal(together.cost[:, :1], narrow.cost) and together.lost[0, 1] == 0.0


@pytest.mark.parametrize("mean, ratio", [(0.05, 1.0), (5.0, 1.0), (4.0, 3.0), (150.0, 1.0), (60.0, 8.0)])
def test_laws_are_negative_binomial(mean: float, ratio: float) -> None:
    units = np.arange(2_048)
    law = stats.poisson(mean) if ratio == 1.0 else stats.nbinom(mean / (ratio - 1.0), 1.0 / ratio)
    made = gamma_poisson(mean, ratio)[0]
    assert np.allclose(made, law.pmf(units[: len(made)]), rtol=1e-7, atol=1e-12)
    entry = drawn(made[None], seed=1).entry[0].astype(np.int64)
    full, share = 1 << kn.FRACTION_BITS, np.zeros(len(entry))
    kept = entry & (full - 1)
    np.add.at(share, np.arange(len(entry)), kept / full / len(entry))
    np.add.at(share, entry >> kn.FRACTION_BITS, (full - kept) / full / len(entry))
    assert np.abs(share[: len(made)] - made).max() < 2.0**-20 / len(entry) * 4 and share[len(made) :].sum() < 1e-6
    assert share @ np.arange(len(entry)) == pytest.approx(mean, rel=2e-5)


def test_laws_may_come_as_textbook_demand() -> None:
    dice = Discrete("U{1..6}", np.array([0.0] + [1 / 6] * 6))
    coin = Discrete("U{0..1}", np.array([0.5, 0.5]))
    found = average_costs(
        [6, 1], drawn([dice, coin], seed=4, paths=64), lead_periods=0, holding=1.0, penalty=1.0, periods=1_000,
        warm_up=0,
    )  # fmt: skip
    assert np.all(np.abs(found.on_hand[:, 0] - [2.5, 0.5]) < 0.03) and np.all(found.lost == 0.0)


GOOD: dict[str, Any] = {
    "level": [5, 6], "demand": np.zeros((10, 2), np.uint8), "lead_periods": 2, "holding": 1.0, "penalty": 2.0,
    "periods": 10, "warm_up": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"level": [5, -1]}, "level goes from -1 to 5: expected 0 to 1000000"),
        ({"level": [5, 2_000_000]}, "level goes from 5 to 2000000: expected 0 to 1000000"),
        ({"level": [5.5, 6.0]}, "level is .*: expected whole numbers"),
        ({"level": [[[5]], [[6]]]}, "level has the shape"),
        ({"cap": 0}, "cap goes from 0 to 0: expected 1 to"),
        ({"cap": [1, 2, 3]}, "cap has the shape"),
        ({"lead_periods": -1}, "lead_periods goes from -1 to -1: expected 0 to 200"),
        ({"lead_periods": 10}, "lead_periods is up to 10: expected fewer than the 10 periods"),
        ({"holding": -1.0}, "holding holds .*-1.*: expected numbers from 0 to 1e"),
        ({"penalty": float("nan")}, "penalty holds .*nan.*: expected numbers from 0"),
        ({"periods": 0}, "periods is 0: expected 1 to"),
        ({"periods": 11}, "demand has the shape .*: expected .*11, 2"),
        ({"warm_up": 10}, "warm_up is 10: expected 0 to 9"),
        ({"demand": np.zeros((10, 2))}, "demand is float64: expected uint8 or uint16"),
        ({"demand": np.zeros((10, 3), np.uint8)}, "demand has the shape"),
        ({"demand": drawn(np.ones((3, 1)), seed=1)}, "demand is of 3 SKUs: expected 2"),
        ({"threads": 0}, "threads is 0: expected 1"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name_value_and_range(wrong: dict[str, Any], words: str) -> None:
    average_costs(**GOOD)
    with pytest.raises(ValueError, match=words):
        average_costs(**(GOOD | wrong))


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"laws": []}, "laws is empty"),
        ({"laws": np.array([[0.5, 0.4]])}, "laws add up to .*0.9.*: expected"),
        ({"laws": np.array([[1.5, -0.5]])}, "laws add up to"),
        ({"laws": np.ones((1, 3_000)) / 3_000}, "laws have the shape .*2048 units"),
        ({"law": np.array([0, 1])}, "law holds .*: expected rows of the laws, 0 to 0"),
        ({"address": np.array([0, 1])}, "address has 2 rows: expected one a SKU, 1"),
        ({"paths": 0}, "paths is 0: expected 1 to 1000000"),
        ({"seed": 2**64}, "seed is 18446744073709551616: expected"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drawn(**({"laws": np.array([[0.5, 0.5]]), "seed": 1} | wrong))


@pytest.mark.parametrize(
    "mean, ratio, words",
    [
        (0.0, 1.0, "mean holds .*: expected finite numbers above 0"),
        (float("inf"), 1.0, "mean holds"),
        ([], 1.0, "mean holds"),
        (1.0, 0.5, "variance_to_mean holds .*0.5.*: expected finite numbers from 1 on"),
        (900.0, 1.0, "mean is up to 900"),
        (500.0, 60.0, "a period may ask for more than 2047 units"),
    ],
)
def test_laws_that_cannot_be_tabulated_are_refused(mean: Any, ratio: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gamma_poisson(mean, ratio)
