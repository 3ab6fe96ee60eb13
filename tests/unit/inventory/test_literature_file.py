"""The literature command: columns in, columns out, bad rows listed, a stopped run gone on with."""

import csv
import sys
from pathlib import Path

import pytest

from tuoguan.inventory import LostSales, TwoSuppliers

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from benchmarks.literature import instance_of, main, read_rows

GIVEN = """\
# two good rows, one of them twice with another remark, three bad ones
demand,mean,var_to_mean,h,p,L,optimal
poisson,1,,1,4,1,printed
poisson,1,,1,4,1,again
negbin mean 1 v/m 2,,,1,9,0,
nothing,,,1,4,1,
poisson,1,,1,-4,1,
poisson,1,,1,4,1.5,
"""


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_good_rows_are_solved_and_bad_ones_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(GIVEN, encoding="utf-8")
    assert main([str(source), "--out", str(out)]) == 2
    rows = _rows(out)
    assert [row["optimal_given"] for row in rows] == ["printed", "again", ""]
    assert rows[0]["seconds"] == rows[1]["seconds"]  # solved once
    for row in rows:
        costs = [float(row[name]) for name in ("base_stock", "capped_base_stock", "capped_projected_inventory")]
        assert float(row["best_cost"]) <= min(costs) + 1e-6
        assert float(row["optimal"]) <= float(row["best_cost"]) + 1e-6
        assert 0.0 <= float(row["gap_pct"]) < 0.1
        assert row["best_policy"].split("(")[0]
    told = capsys.readouterr().err
    assert "line 6: demand 'nothing' is not understood" in told
    assert "line 7: penalty is -4.0" in told
    assert "line 8: L is 1.5, expected a whole number of periods" in told


def test_a_stopped_run_keeps_its_rows_and_drops_a_torn_line(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("demand,h,p,L\nU{0..2},1,4,1\nU{0..3},1,4,1\n", encoding="utf-8")
    assert main([str(source), "--out", str(out)]) == 0
    header, first, second = out.read_text(encoding="utf-8").splitlines()
    marked = first.replace(first.split(",")[4], "9999.0", 1)
    out.write_text(f"{header}\n{marked}\n{second[:20]}", encoding="utf-8")
    assert main([str(source), "--out", str(out)]) == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[1] == marked  # not solved again
    assert len(lines) == 3
    assert _rows(out)[1]["optimal"] == dict(zip(header.split(","), next(csv.reader([second])), strict=True))["optimal"]


def test_an_output_of_another_file_is_not_overwritten(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("demand,h,p,L\nU{0..2},1,4,1\n", encoding="utf-8")
    out.write_text("something,else\n1,2\n", encoding="utf-8")
    assert main([str(source), "--out", str(out)]) == 2
    assert out.read_text(encoding="utf-8") == "something,else\n1,2\n"


@pytest.mark.parametrize("text", ["", "# nothing\n", "policy,cost\noptimal,3\n"])
def test_a_file_of_other_columns_is_refused(tmp_path: Path, text: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="expected demand,mean,var_to_mean,h,p,L"):
        read_rows(source)
    assert main([str(source), "--out", str(tmp_path / "out.csv")]) == 2


def test_both_layouts_are_read_as_they_are_meant() -> None:
    two = instance_of(dict(zip("demand l_r l_e c_r c_e h b".split(), "U{0..4} 3 0 0 10 5 495".split(), strict=True)))
    assert isinstance(two, TwoSuppliers)
    assert (two.slow_periods, two.fast_periods, two.fast_cost, two.holding, two.penalty) == (3, 0, 10.0, 5.0, 495.0)
    one = instance_of({"demand": "poisson", "mean": "5", "h": "1", "p": "14", "L": "2", "K": "5"})
    assert isinstance(one, LostSales)
    assert (one.lead_periods, one.penalty, one.fixed_cost) == (2, 14.0, 5.0)
    assert one.demand.mean == pytest.approx(5.0)


def test_the_shared_tables_are_read(shared: Path) -> None:
    for name, count in (("lost_sales_zipkin_2008.csv", 36), ("dual_sourcing_instances.csv", 9)):
        _, rows = read_rows(shared / "tables" / name)
        assert len([instance_of(row) for _, row in rows]) == count
