"""Two suppliers against what others computed: every number of the published tables, to the digits printed."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tuoguan.inventory.dual import best_dual, evaluate_dual, optimal_dual
from tuoguan.inventory.instances import Discrete, TwoSuppliers
from tuoguan.inventory.policies import CappedDualIndex, Cost, DualIndex, Improved, SingleIndex, TailoredBaseSurge

KIND_BY_COLUMN = {"cdi": CappedDualIndex, "di": DualIndex, "si": SingleIndex, "tbs": TailoredBaseSurge}
MILLIONTH = 1.01e-6  # the tables' own last digit is not always rounded the same way


def _rows(shared: Path, name: str) -> list[dict[str, str]]:
    lines = (shared / "tables" / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _instance(row: dict[str, str]) -> TwoSuppliers:
    assert row["demand"] == "U{0..4}"
    demand = Discrete(row["demand"], np.full(5, 0.2))
    leads = int(row["l_r"]), int(row["l_e"])
    return TwoSuppliers(demand, *leads, *(float(row[name]) for name in ("c_r", "c_e", "h", "b")))


def _optimum(instance: TwoSuppliers) -> float:
    cost = optimal_dual(instance)
    assert isinstance(cost, Cost)
    return cost.value


def test_the_optimum_and_the_best_of_each_kind_are_the_published_ones(shared: Path) -> None:
    for row in _rows(shared, "dual_sourcing_instances.csv"):
        instance = _instance(row)
        assert _optimum(instance) == pytest.approx(float(row["optimal_computed"]), abs=MILLIONTH)
        for column, kind in KIND_BY_COLUMN.items():
            found = best_dual(instance, kind)
            assert found.cost.value == pytest.approx(float(row[f"{column}_computed"]), abs=MILLIONTH)
            assert found.cost.standard_error == 0.0


def test_the_published_numbers_of_the_capped_dual_index_cost_what_is_printed(shared: Path) -> None:
    for row in _rows(shared, "dual_sourcing_instances.csv"):
        policy = CappedDualIndex(*(int(text) for text in row["cdi_params"].strip("()").split(",")))
        cost = evaluate_dual(_instance(row), policy)
        assert cost.value == pytest.approx(float(row["cdi_computed"]), abs=MILLIONTH)


def test_whole_costs_and_gaps_are_the_printed_ones_over_either_denominator(shared: Path) -> None:
    for row in _rows(shared, "dual_sourcing_gijsbrechts_2022_fig9.csv"):
        instance = _instance(row)
        optimum, unavoidable = _optimum(instance), instance.slow_cost * instance.demand.mean
        assert optimum == pytest.approx(float(row["optimal_total_computed"]), abs=MILLIONTH)
        assert optimum - unavoidable == pytest.approx(float(row["optimal_controllable"]), abs=MILLIONTH)
        for column, kind in KIND_BY_COLUMN.items():
            above = 100.0 * (best_dual(instance, kind).cost.value - optimum)
            on_total = float(row[f"{column}_gap_pct_computed_on_total"])
            on_controllable = float(row[f"{column}_gap_pct_on_controllable"])
            assert above / optimum == pytest.approx(on_total, abs=0.00005 + 1e-6)
            assert above / (optimum - unavoidable) == pytest.approx(on_controllable, abs=0.0005 + 1e-6)


def test_the_fast_path_and_the_improved_policy_are_as_near_as_promised(shared: Path) -> None:
    gaps, improved_gaps = [], []
    for row in _rows(shared, "dual_sourcing_instances.csv"):
        instance = _instance(row)
        optimum = _optimum(instance)
        gaps.append(100.0 * (best_dual(instance).cost.value / optimum - 1.0))
        improved_gaps.append(100.0 * (best_dual(instance, Improved).cost.value / optimum - 1.0))
    assert np.mean(gaps) <= 0.4 and max(gaps) <= 1.3
    assert max(improved_gaps) <= 0.05
