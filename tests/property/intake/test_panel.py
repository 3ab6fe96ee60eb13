"""The fast way against a dictionary, and against the slow way on the same workspace."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tuoguan.intake.plain as plain_module
from tuoguan.intake import read, reading
from tuoguan.intake.panel import FIELDS, Plain, TooDirty, build_panel

START = date(2023, 6, 1)
SKUS = pl.Series([f"K{n:03d}" for n in range(40)])
MARKETS = {"US": "US", "Germany": "EU", "France": "EU"}
COLUMNS = {field: field for field in FIELDS}


def lines_of(seed: int, size: int) -> pl.DataFrame:
    luck = random.Random(seed)
    rows = [
        (
            START + timedelta(luck.randint(0, 400)),
            f"K{luck.randint(0, 39):03d}",
            luck.choice(list(MARKETS)),
            luck.randint(1, 9),
            luck.randint(1, 99999) / 100,
        )
        for _ in range(size)
    ]
    return pl.DataFrame(rows, schema=list(FIELDS), orient="row")


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 600), kind=st.sampled_from(["csv", "parquet"]))
def test_against_a_dictionary(tmp_path_factory: pytest.TempPathFactory, seed: int, size: int, kind: str) -> None:
    folder = tmp_path_factory.mktemp("panel")
    frame = lines_of(seed, size)
    path = folder / f"lines.{kind}"
    frame.write_csv(path) if kind == "csv" else frame.write_parquet(path)
    built = build_panel(Plain(path, COLUMNS), SKUS, MARKETS, "USD", folder)
    sums: dict[tuple[str, str, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    for day, sku, country, quantity, price in frame.rows():
        cell = sums[sku, MARKETS[country], day]
        cell[0], cell[1], cell[2] = cell[0] + quantity, cell[1] + 1, cell[2] + quantity * round(price * 100)
    panel = pl.concat([pl.read_parquet(part) for part in built.files])
    assert panel.rows() == [(*key, *sums[key]) for key in sorted(sums)]
    assert built.lines_in == built.lines_used == size


def test_many_partitions_stay_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuoguan.intake.panel.PART_LINES", 20)
    frame = lines_of(5, 5_000)
    frame.write_csv(tmp_path / "lines.csv")
    built = build_panel(Plain(tmp_path / "lines.csv", COLUMNS), SKUS, MARKETS, "USD", tmp_path)
    panel = pl.concat([pl.read_parquet(part) for part in built.files])
    assert len(built.files) > 10 and panel.equals(panel.sort("sku", "market", "day"))
    assert panel["units"].sum() == frame["quantity"].sum()


def test_odd_lines_come_back_by_position(tmp_path: Path) -> None:
    odd = [
        "2024-13-01,K001,US,1,2.00",
        "2024-01-01,XX,US,1,2.00",
        "2024-01-01,K001,Mars,1,2.00",
        "2024-01-01,K001,US,-1,2.00",
        "2024-01-01,K001,US,1,2.005",
    ]
    text = [",".join(FIELDS), "2024-01-01,K001,US,1,2.00", *odd, "2024-01-02,K002,US,2,2.00"]
    (tmp_path / "lines.csv").write_text("\n".join(text) + "\n")
    built = build_panel(Plain(tmp_path / "lines.csv", COLUMNS), SKUS, MARKETS, "USD", tmp_path)
    assert built.rest.tolist() == [1, 2, 3, 4, 5] and built.lines_used == 2 and built.lines_in == 7


def test_a_dirty_file_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuoguan.intake.panel.MAX_REST", 3)
    (tmp_path / "lines.csv").write_text(",".join(FIELDS) + "\n" + "2024-01-01,XX,US,1,2.00\n" * 9)
    with pytest.raises(TooDirty):
        build_panel(Plain(tmp_path / "lines.csv", COLUMNS), SKUS, MARKETS, "USD", tmp_path)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_fast_way_changes_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    (tmp_path / "seller.toml").write_text(
        'schema = 1\nname = "P"\ncurrency = "USD"\nmarkets = ["US", "EU"]\n'
        'limits = { cash = "1", hours_per_week = 1 }\n'
    )
    SKUS.to_frame("sku").with_columns(retail_price=pl.lit("9.99")).write_csv(tmp_path / "products.csv")
    frame = lines_of(11, 3_000).with_columns(
        pl.col("ordered_at").cast(pl.String), pl.col("quantity").cast(pl.String), pl.col("unit_price").cast(pl.String)
    )
    spoiled = ["many", "-4", "0", "2.5", "1,000"]
    frame = (
        frame.with_row_index()
        .with_columns(
            quantity=pl.when(pl.col("index") % 500 == 7)
            .then(pl.Series([spoiled[n // 500 % 5] for n in range(3_000)]))
            .otherwise("quantity"),
            sku=pl.when(pl.col("index") % 700 == 9).then(pl.lit("POST")).otherwise("sku"),
        )
        .drop("index")
    )
    frame.write_csv(tmp_path / "sales.csv") if kind == "csv" else frame.write_parquet(tmp_path / "sales.parquet")
    slow = read(tmp_path)
    taken = []
    monkeypatch.setattr(reading, "plain_of", lambda path: taken.append(path) or plain_module.plain_of(path, 1))
    fast = read(tmp_path)
    assert taken and any(problem.code == "plain_lines" for problem in fast.problems)
    assert fast.panel.equals(slow.panel) and fast.counts == slow.counts and fast.returns.equals(slow.returns)
    unused = [batch.listed.filter(~pl.col("used")).select("row", "code").sort("row") for batch in (fast, slow)]
    assert unused[0].equals(unused[1])
