"""Lost sales against numbers nobody here computed: Zipkin (2008), Bijvank et al. (2015), the improvement steps' table.

The whole of Zipkin's 32 instances runs in `benchmarks/literature.py`; here is what takes seconds.
"""

import csv
from pathlib import Path

import pytest

from tuoguan.inventory import (
    BaseStock,
    CappedProjectedInventory,
    CappedReorderUpTo,
    ConstantOrder,
    Improved,
    LostSales,
    Policy,
    ReorderMultiples,
    ReorderUpTo,
    best_policy,
    demand_of,
    evaluate,
    optimal,
)

Row = dict[str, str]
BIJVANK = LostSales(demand_of("poisson 5"), 2, 1.0, 14.0, 5.0)
# Average cost of the optimum: Zipkin (2008), Tables 1 to 4, h = 1, mean 5, L = 4; the rest is in the shared table.
ZIPKIN_FOUR = {("poisson 5", 4): 4.73, ("poisson 5", 39): 10.79, ("geometric mean 5", 4): 10.61}


def _rows(folder: Path, name: str) -> list[Row]:
    lines = (folder / "tables" / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _instance(row: Row) -> LostSales:
    demand = demand_of(row["demand"], float(row.get("mean") or 5.0))
    return LostSales(demand, int(row["L"]), float(row.get("h") or 1.0), float(row["p"]))


def _newsvendor(instance: LostSales) -> int:
    """The level of the "standard" base stock: the newsvendor's for lead + 1 periods (computed here anew)."""
    share = instance.demand.probability
    total = share
    for _ in range(instance.lead_periods):
        total = [
            sum(total[unit - more] * share[more] for more in range(len(share)) if 0 <= unit - more < len(total))
            for unit in range(80)
        ]
    covered, level = 0.0, -1
    while covered < instance.penalty / (instance.penalty + instance.holding):
        level += 1
        covered += total[level]
    return level


def test_zipkin_is_met_to_the_printed_digits(shared: Path) -> None:
    kinds = {
        "best_base_stock": "BaseStock",
        "best_capped_base_stock": "CappedBaseStock",
        "best_pil": "ProjectedInventory",
    }
    met = 0
    for row in _rows(shared, "lost_sales_zipkin_2008.csv"):
        instance = _instance(row)
        if row["policy"] == "optimal":
            found = optimal(instance)
        elif row["policy"] == "std_base_stock":
            found = evaluate(instance, BaseStock(_newsvendor(instance)))
        elif row["policy"] in kinds:
            found = best_policy(instance, kinds[row["policy"]]).cost
        else:
            continue  # myopic policies are none of ours
        assert found is not None
        assert found.method == "exact"
        # A grid of levels a bit finer or coarser moves the best projected level in the third digit.
        near = 3e-4 if row["policy"] == "best_pil" else 1e-6
        assert found.value == pytest.approx(float(row["computed"]), rel=near), row
        assert not row["published"] or abs(found.value - float(row["published"])) <= 0.00501, row
        met += 1
    assert met == 30


@pytest.mark.parametrize(("demand", "penalty"), ZIPKIN_FOUR)
def test_four_periods_of_lead_are_met(demand: str, penalty: int) -> None:
    found = optimal(LostSales(demand_of(demand), 4, 1.0, penalty))
    assert found is not None
    assert round(found.value, 2) == ZIPKIN_FOUR[demand, penalty]


def test_projected_inventory_and_improvement_steps_meet_the_table(shared: Path) -> None:
    """Rounding of a level like 7.75, and one and two exact steps from two kinds of start.

    The steps from base stock are left out: their base may be played on fewer states there.
    """
    for row in _rows(shared, "lost_sales_policy_improvement.csv"):
        instance = _instance(row)
        level, cap = (float(part.split("=")[1]) for part in row["capped_pil_par"].split())
        assert _gap(row, instance, CappedProjectedInventory(level, int(cap))) == pytest.approx(
            float(row["capped_pil_gap"]), abs=6e-5
        )
        for kind, name in (("CappedBaseStock", "cbs"), ("ProjectedInventory", "pil")):
            base = best_policy(instance, kind).policy
            # The best level lies on a grid as fine as its seeker's: 0.01 % is what a sixteenth of a unit moves.
            assert _gap(row, instance, base) == pytest.approx(float(row[f"{name}_gap"]), abs=0.015)
            assert _gap(row, instance, Improved(base, 1)) == pytest.approx(float(row[f"{name}_1step_gap"]), abs=2e-4)
            assert _gap(row, instance, Improved(base, 2)) == pytest.approx(float(row[f"{name}_2step_gap"]), abs=1e-4)


def _gap(row: Row, instance: LostSales, policy: Policy) -> float:
    """Per cent above the table's optimum."""
    return 100.0 * (evaluate(instance, policy).value / float(row["optimal"]) - 1.0)


@pytest.mark.parametrize(
    ("policy", "cost"),
    [
        (ReorderUpTo(17, 23), 11.61815),
        (ReorderMultiples(17, 7), 11.555217),
        (CappedReorderUpTo(17, 23, 7), 11.497398),
    ],
)
def test_fixed_cost_meets_bijvank(policy: Policy, cost: float) -> None:
    assert evaluate(BIJVANK, policy).value == pytest.approx(cost, abs=6e-7)
    assert best_policy(BIJVANK, type(policy)).policy == policy


def test_the_optimum_with_a_fixed_cost_meets_bijvank() -> None:
    found = optimal(BIJVANK)
    assert found is not None
    assert found.value == pytest.approx(11.46305, abs=6e-6)


@pytest.mark.parametrize(
    ("demand", "penalty", "cost"),
    [("poisson 5", 19, 20.27), ("poisson 5", 39, 40.27), ("geometric mean 5", 9, 19), ("geometric mean 5", 19, 29)],
)
def test_constant_orders_meet_the_exact_walk(demand: str, penalty: int, cost: float) -> None:
    """The values that Zipkin's table does not have because its stock was cut (science notes, "Pitfalls")."""
    found = best_policy(LostSales(demand_of(demand), 3, 1.0, penalty), ConstantOrder)
    assert found.cost.value == pytest.approx(cost, abs=0.005)


def test_orders_for_eighty_periods_and_certain_demand_are_solved_exactly() -> None:
    """Chains that all but repeat themselves: many sweeps, and no cost at all."""
    rare = LostSales(demand_of("poisson 3"), 1, 0.01, 9.0, 100.0)
    assert evaluate(rare, ReorderUpTo(8, 252)).method == "exact"
    certain = optimal(LostSales(demand_of("4"), 3, 1.0, 9.0))
    assert certain is not None
    assert certain.value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    "policy", [BaseStock(-1), ReorderUpTo(5, 4), ReorderMultiples(2, 0), ConstantOrder(-1), Improved(BaseStock(9), -1)]
)
def test_numbers_out_of_range_are_refused(policy: Policy) -> None:
    with pytest.raises(ValueError, match="expected"):
        evaluate(BIJVANK, policy)
