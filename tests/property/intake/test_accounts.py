"""Whatever is done to a file, every row of it is used or listed, and nothing but Refused comes out."""

import csv
import io
import random
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuoguan.foundation.problems import Refused
from tuoguan.intake import Batch, read

SELLER = (
    'schema = 1\nname = "P"\ncurrency = "GBP"\nmarkets = ["UK", "US"]\nlimits = { cash = "1", hours_per_week = 1 }\n'
)
PRODUCTS = "sku,name,retail_price,unit_cost,weight_g\n" + "".join(f"A{n},n{n},2.5{n},1,100\n" for n in range(6))
HEADER = [
    "order_id",
    "line",
    "ordered_at",
    "sku",
    "quantity",
    "unit_price",
    "currency",
    "country",
    "status",
    "returned_quantity",
    "returned_at",
]
JUNK = [
    "",
    "--",
    "x",
    "=1+1",
    "-5",
    "0",
    "1e5",
    "1.23457E+18",
    "99/99/9999",
    "03/04/2024",
    "25/12/2024",
    "12/25/2024",
    "NO",
    "Atlantis",
    "ZZZ",
    "POST",
    "a0",
    "C77",
    "cancelled",
    '"',
    "1,000",
    "80995",
    "-80995",
    "\ufeff",
    "2024-02-30",
    "￥5",
    "人民币",
    "9" * 30,
    "1;2",
    "\t",
    "@x",
    "Bermuda",
]


def row(n: int, luck: random.Random) -> list[str]:
    return [
        str(luck.randint(1, 9)),
        str(n),
        f"2024-01-{luck.randint(1, 28):02d}",
        f"A{luck.randint(0, 6)}",
        str(luck.randint(-2, 9)),
        f"{luck.randint(0, 999) / 100:.2f}",
        "GBP",
        luck.choice(["UK", "US", "France"]),
        "shipped",
        "0",
        "",
    ]


def text_of(rows: list[list[str]], sign: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(rows)
    return out.getvalue()


def check(files: dict[str, bytes]) -> Batch | None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {"seller.toml": SELLER.encode(), "products.csv": PRODUCTS.encode(), **files}.items():
            (Path(folder) / name).write_bytes(data)
        try:
            batch = read(folder)
        except Refused as refused:
            assert refused.problems
            return None
    for count in batch.counts:
        assert count.rows_in == count.rows_used + count.rows_listed, (count, batch.listed.rows())
    assert batch.panel.equals(batch.panel.sort("sku", "market", "day"))
    assert (batch.panel["units"] > 0).all() and (batch.panel["gross_minor"] >= 0).all()
    assert set(batch.panel["sku"]) <= set(batch.products["sku"])
    return batch


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(0, 25),
    sign=st.sampled_from([",", ";", "\t"]),
    spoils=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.sampled_from(JUNK)), max_size=12),
    repeats=st.lists(st.integers(0, 24), max_size=3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_corrupted_cells(
    seed: int, size: int, sign: str, spoils: list[tuple[int, int, str]], repeats: list[int], encoding: str
) -> None:
    luck = random.Random(seed)
    rows = [HEADER] + [row(n, luck) for n in range(size)]
    for at, column, junk in spoils:
        if at < len(rows):
            rows[at] = [*rows[at][:column], junk, *rows[at][column + 1 :]]
    rows += [rows[at] for at in repeats if 0 < at < len(rows)]
    check({"sales.csv": text_of(rows, sign).encode(encoding)})


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(["sales.csv", "sales.parquet", "sales.xlsx", "sales.csv.gz", "products.csv"]),
)
def test_any_bytes(data: bytes, name: str) -> None:
    check({name: data})


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32),
    cut=st.integers(0, 2000),
    at=st.integers(0, 2000),
    byte=st.integers(0, 255),
    kind=st.sampled_from(["parquet", "xlsx"]),
)
def test_damaged_containers(seed: int, cut: int, at: int, byte: int, kind: str) -> None:
    luck = random.Random(seed)
    frame = pl.DataFrame([row(n, luck) for n in range(9)], schema=HEADER, orient="row")
    buffer = io.BytesIO()
    frame.write_parquet(buffer) if kind == "parquet" else frame.write_excel(buffer)
    data = bytearray(buffer.getvalue())
    data[at % len(data)] = byte
    check({f"sales.{kind}": bytes(data[: max(1, len(data) - cut)] if cut > 1000 else data)})
