"""What a workspace becomes: known exports, returns, snapshots, assumptions, round trips, and no trace of a buyer."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.problems import Refused
from tuoguan.intake import Batch, ProductCount, Switching, export, init, read
from tuoguan.intake.words import market_by_country, words

BASE = Path(__file__).parents[2] / "bad" / "workspaces" / "_base"
HEADER = "order_id,ordered_at,sku,quantity,unit_price,country"
Write = Callable[..., Batch]


@pytest.fixture
def workspace(tmp_path: Path) -> Write:
    def build(
        sales: str | bytes = "", *, seller: str = "", products: str = "", on: int | None = None, **more: str
    ) -> Batch:
        folder = tmp_path / "w"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(BASE, folder)
        data = sales if isinstance(sales, bytes) else sales.encode()
        (folder / "sales.csv").write_bytes(data)
        if seller:
            (folder / "seller.toml").write_text((folder / "seller.toml").read_text() + seller)
        if products:
            (folder / "products.csv").write_text(products)
        for name, text in more.items():
            (folder / f"{name}.csv").write_text(text)
        batch = read(folder, on=on, fx=lambda code, day: Fraction(2))
        assert all(count.rows_in == count.rows_used + count.rows_listed for count in batch.counts)
        return batch

    return build


def codes(batch: Batch) -> set[str]:
    return {problem.code for problem in batch.problems}


def test_units_and_money_add_up(workspace: Write) -> None:
    batch = workspace(
        f"{HEADER}\n1,2024-01-02,A1,3,2.50,UK\n2,2024-01-02,A1,2,2.40,GB\n3,2024-01-03,A2,1,3.00,Deutschland\n3,2024-01-03,A2,1,3.00,Germany\n"
    )
    assert batch.panel.rows() == [
        ("A1", "UK", date(2024, 1, 2), 5, 2, 3 * 250 + 2 * 240),
        ("A2", "EU", date(2024, 1, 3), 1, 1, 300),
    ]
    assert "unknown_country" in codes(batch)


def test_gbk_semicolon_and_decimal_comma(workspace: Write) -> None:
    batch = workspace("订单号;下单时间;SKU货号;数量;单价;国家\n1;2024年1月2日;A1;2;2,50;英国\n".encode("gbk"))
    assert batch.panel.rows() == [("A1", "UK", date(2024, 1, 2), 2, 1, 500)]


def test_foreign_money_is_converted_once(workspace: Write) -> None:
    batch = workspace(f"{HEADER},currency\n1,2024-01-02,A1,2,2.50,UK,USD\n2,2024-01-02,A2,1,300,UK,JPY\n")
    assert batch.panel["gross_minor"].to_list() == [2 * 250 * 2, 300 * 2 * 100]


def test_banner_and_merged_header(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "w")
    (tmp_path / "w" / "sales.csv").unlink()
    with xlsxwriter.Workbook(str(tmp_path / "w" / "sales.xlsx")) as book:
        sheet = book.add_worksheet("orders")
        sheet.write(0, 0, "Shop export (UTC+8)")
        sheet.merge_range(2, 0, 3, 0, "Order ID")
        sheet.merge_range(2, 1, 2, 3, "Goods")
        for column, text in enumerate(["SKU", "Quantity", "Unit price"], 1):
            sheet.write(3, column, text)
        sheet.merge_range(2, 4, 3, 4, "Order date")
        sheet.merge_range(2, 5, 3, 5, "Country")
        sheet.write_row(4, 0, ["2882303761517123456", "A1", 2, 2.5, "2024-01-02", "UK"])
    batch = read(tmp_path / "w")
    assert batch.panel.rows() == [("A1", "UK", date(2024, 1, 2), 2, 1, 500)]
    assert any(p.code == "time_zone" and "UTC+8" in p.found for p in batch.problems)


def test_canceled_order_and_later_credit(workspace: Write) -> None:
    head = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID,Country\n"
    batch = workspace(
        head + "581483,A1,80995,2011-12-09 09:15,2.08,16446,United Kingdom\n"
        "C581484,A1,-80995,2011-12-09 09:27,2.08,16446,United Kingdom\n"
        "581485,A1,7,2011-12-01 09:00,2.08,17000,United Kingdom\n"
        "C581486,A1,-3,2011-12-09 10:00,2.08,17000,United Kingdom\n"
    )
    assert batch.panel["units"].sum() == 7
    assert batch.returns.rows() == [("A1", "UK", date(2011, 12, 9), 3)]
    assert "return_unmatched" not in codes(batch)


def test_a_return_is_known_only_on_its_day(workspace: Write) -> None:
    text = f"{HEADER},returned_quantity,returned_at\n1,2024-01-02,A1,3,2.50,UK,1,2024-02-10\n"
    assert workspace(text, on=parse_day("2024-02-11")).returns["units"].to_list() == [1]
    early = workspace(text, on=parse_day("2024-02-10"))
    assert early.returns.is_empty() and early.panel["units"].to_list() == [3]


def test_snapshots_difference_the_total_only(workspace: Write) -> None:
    batch = workspace(
        "date,sku,market,last7,last30,total\n2024-01-01,A1,UK,999,999,100\n2024-01-08,A1,UK,14,20,114\n2024-01-18,A1,UK,1,30,117\n"
    )
    assert batch.history == "snapshots" and batch.panel["units"].sum() == 17
    first = batch.panel.filter(pl.col("day") <= date(2024, 1, 8))
    assert first["units"].to_list() == [2] * 7


def test_stock_outs_are_days_without_units(workspace: Write) -> None:
    batch = workspace(
        f"{HEADER}\n1,2024-01-02,A1,3,2.50,UK\n", stock_outs="sku,market,day,until\nA1,UK,2024-01-02,2024-01-04\n"
    )
    assert batch.panel["units"].to_list() == [3, 0, 0] and batch.stock_outs.height == 3


def test_missing_cells_are_assumed_and_named(workspace: Write) -> None:
    batch = workspace(
        f"{HEADER}\n1,2024-01-02,A1,1,2.50,UK\n", products="sku,category,weight_g\nA1,x,\nA2,x,200\nA3,x,400\n"
    )
    product = batch.products.row(0, named=True)
    assert product["retail_price_minor"] == 250 and product["unit_cost_minor"] == 75 and product["weight_g"] == 300
    assert {"unit_cost_minor", "weight_g", "volume_cm3", "moq"} <= set(product["assumed"])
    assert "retail_price_minor" not in product["assumed"], "the median price paid is the seller's own record"
    assert "no_price" in codes(batch) and batch.products.height == 1


def test_an_outlier_is_shown_and_kept(workspace: Write) -> None:
    rows = "".join(f"{n},2024-01-02,A1,1,2.50,UK\n" for n in range(20))
    batch = workspace(f"{HEADER}\n{rows}99,2024-01-02,A1,900,2.50,UK\n")
    assert "outlier" in codes(batch) and batch.panel["units"].sum() == 920


def test_no_buyer_survives(workspace: Write) -> None:
    people = ["Jane Roe", "jane@example.com", "+44 7700 900123", "12 High Street", "SW1A 1AA", "CUST-77123", "王小明"]
    batch = workspace(
        "订单号,下单时间,SKU货号,数量,单价,国家,Recipient,email,phone,address,postcode,customer_ref,收货人姓名\n"
        f"1,2024-01-02,A1,1,2.50,UK,{','.join(people)}\n"
        f"2,2024-01-02,A1,{people[0]},2.50,UK,{','.join(people)}\n"
        f"3,{people[1]},A1,{people[2]},2.50,{people[3]},{','.join(people)}\n"
        f"4,2024-01-02,A1,1,2.50,UK,{','.join(people)},{people[3]},x\n"
        f"5,2024-01-02,{people[3]},900,2.50,UK,{','.join(people)}\n"
    )
    texts = [repr(batch.problems), repr(batch.notes), repr(batch.counts)]
    for name in ("products", "panel", "stock", "stock_outs", "returns", "prices", "listed"):
        texts.append(getattr(batch, name).write_json())
    whole = json.dumps(texts, ensure_ascii=False)
    assert batch.panel["units"].sum() == 1
    for person in people:
        assert person not in whole, person


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_template_reads_clean_and_round_trips(tmp_path: Path, lang: str) -> None:
    init(tmp_path / "a", lang=lang)
    batch = read(tmp_path / "a")
    assert {problem.code for problem in batch.problems} <= {"assumed_cells"}
    export(batch, tmp_path / "b")
    again = read(tmp_path / "b")
    assert again.seller == batch.seller
    for name in ("products", "panel", "stock", "returns", "prices"):
        assert getattr(again, name).equals(getattr(batch, name)), name


def test_every_shared_limit_is_read_and_round_trips(tmp_path: Path) -> None:
    """The limits that the template shows as comments, all written out, are read as they stand and survive an export."""
    init(tmp_path / "a")
    path = tmp_path / "a" / "seller.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            'wage_per_hour = "30"',
            'wage_per_hour = "30"\nhours_by_duty = { storage = 20 }\nprofit_share = { alpha = "0.6" }\n'
            'products = { "alpha/semi" = { at_most = 200, at_least_if_any = 20 }, beta = { at_least = 5 } }\n',
            1,
        )
        + '[switching."alpha/semi"]\ncost = "300"\nhours = 2.0\n[[lanes]]\nid = "s"\nmarket = "US"\nmode = "sea"\n'
        'currency = "USD"\nspace_cbm = 12.5\nsailing_days = 10\n',
        encoding="utf-8",
    )
    seller = read(tmp_path / "a").seller
    assert seller.limits.hours_by_duty == {Duty.STORAGE: 20.0} and seller.limits.profit_share == {"alpha": "0.6"}
    assert seller.limits.products["alpha/semi"] == ProductCount(at_most=200, at_least_if_any=20)
    assert seller.switching == {"alpha/semi": Switching(cost="300", hours=2.0)}
    assert (seller.lanes[0].space_cbm, seller.lanes[0].sailing_days) == (12.5, 10)
    export(read(tmp_path / "a"), tmp_path / "b")
    assert read(tmp_path / "b").seller == seller


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "sales.xlsx").write_text("mine")
    with pytest.raises(Refused, match="nothing was written"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.xlsx"]


def test_every_code_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "rooms" / "intake.md").read_text(encoding="utf-8")
    assert [code for code in words("codes") if f"`{code}`" not in page] == []


def test_the_same_bytes_give_the_same_hash(workspace: Write) -> None:
    one, two = workspace(f"{HEADER}\n1,2024-01-02,A1,1,2.50,UK\n"), workspace(f"{HEADER}\n1,2024-01-02,A1,1,2.50,UK\n")
    assert one.hash == two.hash != workspace(f"{HEADER}\n1,2024-01-02,A1,2,2.50,UK\n").hash


def test_the_customs_union_has_27_members() -> None:
    members = [country for country, market in market_by_country().items() if market == "EU"]
    assert len(members) == 27
    assert market_by_country()["GB"] == "UK"
