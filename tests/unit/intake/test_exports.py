"""Files of seller centers: each known format is recognized by its headers and read whole; others are refused."""

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

import exports_made as make
from tuoguan.foundation.problems import Refused
from tuoguan.intake import Export, Format, Reader, Table, formats, keep_lines, kept_lines, lines_name, read_export
from tuoguan.intake.exports_schema import SCHEMA_BY_TABLE

KNOWN = formats()


def read_one(path: Path, **asked: object) -> Export:
    """The only sheet of a file that must be readable."""
    exports, problems = read_export(path, KNOWN, Reader(**asked))  # type: ignore[arg-type]
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert len(exports) == 1
    return exports[0]


def codes(export: Export) -> list[str]:
    return [problem.code for problem in export.problems]


@pytest.mark.parametrize("id", make.MADE)
def test_every_format_is_recognized_and_every_row_is_accounted_for(id: str, tmp_path: Path) -> None:
    export = read_one(make.made(tmp_path, id), currency="CNY" if id == "first-leg-bill" else "")
    assert export.format.id == id
    assert dict(export.rows.schema) == dict(SCHEMA_BY_TABLE[export.format.table])
    assert export.counts.rows_in == export.counts.rows_used + export.counts.rows_listed
    given = set(export.rows["row"]) | set(export.listed.filter(~pl.col("used"))["row"])
    assert export.counts.rows_used > 0
    if not export.format.part or export.format.table is Table.STOCK:  # wide files drop amounts of nought
        assert len(given) == export.counts.rows_in
    for text in make.BUYER:
        assert text not in export.rows.write_csv() + export.listed.write_csv() + "".join(map(str, export.problems))


def test_every_known_format_is_made_somewhere() -> None:
    assert {format.id for format in KNOWN} - set(make.MADE) == {"tiktok-orders"}  # the base of the three markets


ORACLE = {
    "temu_semi_order_export": ("temu-semi-orders-zh", ""), "temu_semi_tracking_upload": ("temu-semi-tracking", ""),
    "temu_semi_settlement": ("temu-semi-settled-orders", "SettledParentFlow-1"),
    "first_leg_bill": ("first-leg-bill", ""), "temu_fully_managed_sales_stock": ("temu-full-sales-stock", ""),
    "tiktok_us_order_export": ("tiktok-orders-us", ""), "tiktok_id_order_export": ("tiktok-orders-id", ""),
    "tiktok_settlement_export": ("tiktok-income", ""), "shopify_orders_export": ("shopify-orders", ""),
    "amazon_settlement_flat_v2": ("amazon-settlement", ""), "amazon_fba_inventory_myi": ("amazon-fba-inventory", ""),
    "shopee_id_order_export": ("shopee-orders-id", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ORACLE)
def test_real_headers_are_recognized(name: str, tmp_path: Path) -> None:
    """Headers collected from public samples, which nobody here wrote."""
    id, stem = ORACLE[name]
    headers = make.template_headers(name)
    path = make.put(tmp_path / f"{stem or 'file'}.csv", [headers, ["1"] * len(headers)])
    exports, problems = read_export(path, KNOWN, Reader(currency="USD"))
    assert [export.format.id for export in exports] == [id], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "name", ["dianxiaomi_tiktok_product_import", "tiktok_crossborder_product_upload", "amazon_in_sale_report"]
)
def test_files_about_something_else_are_refused(name: str, tmp_path: Path) -> None:
    path = make.put(tmp_path / "file.csv", [make.template_headers(name)])
    exports, problems = read_export(path, KNOWN)
    assert exports == [] and [problem.code for problem in problems] == ["unknown_export"]


@pytest.mark.parametrize("encoding,sign,suffix", [
    ("gb18030", ",", ".csv"), ("utf-8-sig", ",", ".csv"), ("utf-8", ";", ".csv"), ("utf-8", "\t", ".txt"),
    ("utf-16", ",", ".csv"), ("utf-8", "|", ".csv"),
])  # fmt: skip
def test_encodings_and_delimiters_change_nothing(encoding: str, sign: str, suffix: str, tmp_path: Path) -> None:
    plain = read_one(make.put(tmp_path / "plain.csv", make.temu_zh())).rows
    other = read_one(make.put(tmp_path / f"other{suffix}", make.temu_zh(), encoding=encoding, sign=sign)).rows
    assert other.drop("file").equals(plain.drop("file"))


def test_workbooks_and_text_files_say_the_same(tmp_path: Path) -> None:
    ids = (
        "temu-semi-orders-zh",
        "temu-semi-settled-orders",
        "temu-full-stock-orders",
        "tiktok-income",
        "shopify-orders",
    )
    for id in ids:
        rows = make.MADE[id][1]
        asked = {"currency": "USD", "counted_on": 20_000} | ({"format": id} if "settle" in id else {})
        read = [read_one(make.put(tmp_path / f"{id}{suffix}", rows), **asked) for suffix in (".csv", ".xlsx")]
        drop = ["file", "statement_id"] if "statement_id" in read[0].rows.columns else ["file"]
        assert read[0].rows.drop(drop).equals(read[1].rows.drop(drop)), id


def test_a_wrong_dimension_tag_hides_nothing(tmp_path: Path) -> None:
    path = make.with_wrong_dimension(make.put(tmp_path / "orders.xlsx", make.tiktok()))
    assert read_one(path).rows.height == len(make.SALES)


def test_the_buyer_group_may_be_missing(tmp_path: Path) -> None:
    with_buyers = read_one(make.put(tmp_path / "a.csv", make.temu_zh())).rows
    without = read_one(make.put(tmp_path / "b.csv", make.temu_zh(buyers=False))).rows
    assert with_buyers.drop("file").equals(without.drop("file"))


def test_times_are_instants_of_their_zone(tmp_path: Path) -> None:
    """2026-08-12 10:00 is 02:00 UTC in Shanghai, 17:00 UTC in Los Angeles (daylight saving), 03:00 UTC in Bangkok."""
    shanghai = read_one(make.put(tmp_path / "a.csv", make.temu_zh())).rows["ordered_at"][0]
    assert shanghai == 1_786_500_000  # date -u -d '2026-08-12 02:00' +%s
    zoned = read_one(make.put(tmp_path / "b.csv", make.temu_zh()), zone="UTC-7").rows["ordered_at"][0]
    assert zoned == shanghai + 15 * 3600
    assert read_one(make.put(tmp_path / "c.csv", make.tiktok())).rows["ordered_at"][0] == zoned
    assert read_one(make.put(tmp_path / "d.csv", make.tiktok(market="TH"))).rows["ordered_at"][0] == shanghai + 3600
    inside = read_one(make.put(tmp_path / "e.csv", make.temu_en())).rows["ordered_at"][0]
    assert inside == 1_786_576_500  # 2026-08-12 16:15 at UTC-7, as the cell itself says


def test_day_and_month_are_told_by_the_file_before_the_format(tmp_path: Path) -> None:
    rows = make.tiktok([make.Sale("1", "1", "A", ordered="2026-03-25 10:00:00")])
    at = rows[0].index("Created Time")
    rows[2][at] = "25/03/2026 10:00:00"
    assert read_one(make.put(tmp_path / "a.csv", rows)).rows["ordered_at"][0] == 1_774_458_000


def test_order_amounts_that_repeat_are_never_added(tmp_path: Path) -> None:
    rows = read_one(make.put(tmp_path / "a.csv", make.tiktok())).rows
    assert rows["order_amount_minor"].to_list() == [77777] * 4
    assert rows["amount_minor"].to_list() == [2500, 1250, 3750, 1250]


def test_points_between_thousands_are_no_decimals(tmp_path: Path) -> None:
    rows = read_one(make.put(tmp_path / "a.csv", make.tiktok(market="ID"))).rows
    assert rows["amount_minor"][0] == 25_000_00  # IDR 25.000


def test_an_id_that_went_through_a_float_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        for row, cells in enumerate(make.temu_zh()):
            for column, cell in enumerate(cells):
                page.write_string(row, column, cell)
        page.write_number(2, 3, 2110000000000000021)  # the second line's number, as a number
    export = read_one(path)
    assert export.rows["row"].to_list() == [2, 4, 5]
    assert export.listed.filter(~pl.col("used")).rows() == [
        ("orders.xlsx", 3, "line", export.listed["found"][0], "id_lost_digits", False)
    ]
    rows = make.temu_zh()
    rows[1][3], rows[2][3] = "2.11E+18", "2110000000000000100.0"
    assert read_one(make.put(tmp_path / "a.csv", rows)).rows["row"].to_list() == [4, 5]


def test_each_bad_row_is_listed_with_its_place_and_the_others_are_used(tmp_path: Path) -> None:
    rows = make.temu_zh(make.numbered(8))
    zh = make.TEMU_ZH
    rows[1][zh.index("应履约件数")] = "two"
    rows[2][zh.index("订单创建时间")] = "2026-13-45"
    rows[3][zh.index("订单号")] = "=HYPERLINK(1)"
    rows[4][zh.index("SKU货号")] = rows[4][zh.index("SKUID")] = "--"
    rows[5] += ["too", "many"]
    rows[6][zh.index("应履约件数")] = "0"
    rows[7][zh.index("订单状态")] = "一个新的状态"
    export = read_one(make.put(tmp_path / "orders.csv", rows))
    assert export.listed.select("row", "column", "code", "used").rows() == [
        (2, "quantity", "bad_number", False), (3, "ordered_at", "bad_date", False), 
        (4, "order_number", "formula", False),
        (5, "sku", "missing_sku", False), (6, "", "too_many_cells", False), (7, "quantity", "zero_quantity", False),
        (8, "state_raw", "unknown_state", True),
    ]  # fmt: skip
    assert export.rows["row"].to_list() == [8, 9]
    assert export.rows["state"].to_list() == ["", "placed"] and export.rows["state_raw"][0] == "一个新的状态"
    for problem in export.problems:
        assert problem.at and problem.found and problem.expected and problem.fix


def test_an_unknown_file_is_refused_with_the_nearest_format(tmp_path: Path) -> None:
    rows = make.temu_tracking()
    rows[0] = ["订单号", "子订单号", "商品件数", "快递单号", "物流承运商", "发货仓库名称"]
    exports, problems = read_export(make.put(tmp_path / "upload.csv", rows), KNOWN)
    assert exports == [] and "upload.csv" in str(problems[0])
    assert "nearest is temu-semi-tracking" in problems[0].found and "no column 跟踪单号" in problems[0].found
    assert "--map" in problems[0].fix
    localized = make.tiktok()
    localized[0] = ["Mã đơn hàng", "Trạng thái", "Số lượng", *localized[0][40:]]
    exports, problems = read_export(make.put(tmp_path / "vn.csv", localized), KNOWN)
    assert exports == [] and problems[0].code == "unknown_export"


def test_twins_are_told_apart_by_name_or_asked(tmp_path: Path) -> None:
    rows = [[cell for at, cell in enumerate(row) if at != 3] for row in make.temu_settled()]  # no seller's SKU
    exports, problems = read_export(make.put(tmp_path / "export.xlsx", rows), KNOWN)
    assert exports == [] and "--format" in problems[0].fix
    assert read_one(tmp_path / "export.xlsx", format="temu-semi-settled-orders").format.table is Table.STATEMENT
    assert read_one(make.put(tmp_path / "UnsettleFlow.xlsx", rows)).format.table is Table.UNSETTLED


def test_merged_headers_and_continuation_rows(tmp_path: Path) -> None:
    lines = read_one(make.made(tmp_path, "temu-semi-settled-orders")).rows
    assert lines.group_by("order_number", maintain_order=True).agg(pl.col("amount_minor").sum()).rows() == [
        ("PO-1", 102_299), ("PO-2", 1_000)
    ]  # fmt: skip
    assert lines.filter(pl.col("order_number") == "PO-1")["sku"].unique().to_list() == [
        ""
    ]  # the order's, no good's own
    assert lines["statement_id"].unique().to_list() == ["20260801-20260831"]


@pytest.mark.parametrize("spelled,typed", [
    ("Order/adjustment ID", "Type"), ("Order/adjustment ID  ", "Transaction type"), ("Order\\adjustment ID", "Type "),
    ("ORDER/Adjustment ID", "type"),
])  # fmt: skip
def test_lines_add_up_to_the_total_whatever_nobody_explains(spelled: str, typed: str, tmp_path: Path) -> None:
    export = read_one(make.put(tmp_path / "income.csv", make.tiktok_income(spelled=spelled, typed=typed), sign=";"))
    sums = dict(export.rows.group_by("flow_id").agg(pl.col("amount_minor").sum()).rows())
    assert sums == {
        "577000000000000001": 8550, "577000000000000002": -230, "577000000000000901": -700,
        "577000000000000003": 1800, "577000000000000902": 111,
    }  # fmt: skip
    kinds = {row[0]: row[1] for row in export.rows.select("component", "kind").rows()}
    assert kinds["total fees (rest)"] == "unclassified" and kinds["transaction fee"] == "commission"
    by_flow = {row[0]: row[1] for row in export.rows.select("flow_id", "kind").rows()}
    assert by_flow["577000000000000901"] == "penalty" and by_flow["577000000000000902"] == "unclassified"
    assert "sum_differs" in codes(export) and "unclassified" in codes(export)


def test_a_repeated_block_is_left_out_and_listed(tmp_path: Path) -> None:
    once = read_one(make.put(tmp_path / "a.xlsx", make.tiktok_income()))
    twice = read_one(make.put(tmp_path / "b.xlsx", make.tiktok_income(repeat=True)))
    assert twice.rows["line_key"].to_list() == once.rows["line_key"].to_list()
    assert twice.listed.filter(pl.col("code") == "repeated_line").height == 3


def test_equal_lines_of_one_settlement_are_both_kept(tmp_path: Path) -> None:
    rows = make.temu_account()
    export = read_one(make.put(tmp_path / "a.csv", [*rows[:3], rows[2], *rows[3:]]))
    assert export.rows["line_key"].is_unique().all() and export.rows.height == len(rows)


def test_a_line_has_the_same_key_in_every_file(tmp_path: Path) -> None:
    header, *rows = make.temu_account()
    whole = read_one(make.put(tmp_path / "a.xlsx", [header, *rows])).rows["line_key"].to_list()
    first = read_one(make.put(tmp_path / "b.csv", [header, *rows[:4]])).rows["line_key"].to_list()
    rest = read_one(make.put(tmp_path / "c.csv", [header, *rows[2:]])).rows["line_key"].to_list()
    assert first == whole[:4] and rest == whole[2:]


def test_a_statement_that_does_not_add_up_is_told(tmp_path: Path) -> None:
    assert "sum_differs" not in codes(read_one(make.made(tmp_path, "amazon-settlement")))
    wrong = read_one(make.put(tmp_path / "wrong.txt", make.amazon("8,36")))
    assert "sum_differs" in codes(wrong) and wrong.rows["amount_minor"].sum() == 837


def test_goods_in_one_cell_are_split_only_by_what_the_cell_says(tmp_path: Path) -> None:
    export = read_one(make.made(tmp_path, "aliexpress-orders"))
    assert export.rows.select("row", "sku", "quantity").rows() == [
        (2, "MUG-01", 2),
        (3, "MUG-01", 1),
        (3, "LAMP-02", 2),
    ]
    assert export.listed.filter(~pl.col("used"))["code"].to_list() == ["several_goods"]


def test_units_inside_cells_and_money_without_a_currency(tmp_path: Path) -> None:
    path = make.made(tmp_path, "first-leg-bill")
    assert read_one(path, currency="CNY").rows["amount_minor"].to_list() == [-8810, -2100]
    assert read_one(path, currency="CNY").rows["weight_g"].to_list() == [12_345, 3_000]
    nothing = read_one(path)
    assert nothing.rows.is_empty() and codes(nothing) == ["no_currency"]
    clash = read_one(path, currency="USD")
    assert clash.rows.is_empty() and codes(clash) == ["currency_conflict"]


def test_a_count_needs_a_day(tmp_path: Path) -> None:
    path = make.put(tmp_path / "stock.csv", make.temu_stock())
    assert codes(read_one(path)) == ["no_day"]
    assert str(read_one(path, counted_on=20_677).rows["counted_on"][0]) == "2026-08-12"


def test_a_cell_of_ten_megabytes_is_a_bad_row_and_no_more(tmp_path: Path) -> None:
    rows = make.temu_zh(make.numbered(3))
    rows[2][make.TEMU_ZH.index("订单号")] = "9" * 10_000_000
    rows[3][make.TEMU_ZH.index("商品名称")] = "x" * 10_000_000
    export = read_one(make.put(tmp_path / "a.csv", rows))
    assert export.rows["row"].to_list() == [2, 4]
    assert export.listed.select("row", "code").rows() == [(3, "id_too_long")]
    assert all(len(str(problem)) < 1_000 for problem in export.problems)


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(40):
                member.write(b"\0" * (1 << 20))
    exports, problems = read_export(path, KNOWN)
    assert exports == [] and [problem.code for problem in problems] == ["zip_bomb"]


def test_a_million_rows_with_one_bad_row(tmp_path: Path) -> None:
    path, text = tmp_path / "upload.csv", io.StringIO()
    writer = csv.writer(text)
    writer.writerow(make.temu_tracking()[0])
    writer.writerows((f"PO-{at:07d}", f"L-{at:07d}", "1", f"T{at}", "UPS", "LA") for at in range(1_000_000))
    path.write_text(text.getvalue().replace("PO-0654321,L-0654321,1", "PO-0654321,L-0654321,one"), encoding="utf-8")
    export = read_one(path)
    assert export.listed.select("row", "column", "found", "code").rows() == [(654_323, "quantity", "one", "bad_number")]
    assert export.rows.height == 999_999 == export.counts.rows_used


def test_lines_on_disk_come_back_or_are_refused(tmp_path: Path) -> None:
    lines = read_one(make.made(tmp_path, "tiktok-income")).rows
    name = lines_name("my shop", "statement", "2026/08", lines)
    assert name == lines_name("my shop", "statement", "2026/08", lines.reverse())
    digest = keep_lines(tmp_path, name, lines)
    assert kept_lines(tmp_path, name, digest).equals(lines)
    with pytest.raises(Refused, match="other bytes"):
        kept_lines(tmp_path, name, "0" * 64)
    with pytest.raises(Refused, match="no such file"):
        kept_lines(tmp_path, "other.parquet")


def test_a_saved_mapping_is_a_format_and_never_reads_buyers(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    text = (
        '[[format]]\nid = "full-bill"\ntitle = "bill"\ntable = "statement"\nrequired = ["order_number", "amount"]\n'
        'currency = "CNY"\nkind = "revenue"\n[format.columns]\norder_number = ["备货单号"]\namount = ["结算金额(元)"]\n'
    )
    (folder / "bill.toml").write_text(text, encoding="utf-8")
    path = make.put(tmp_path / "bill.csv", [["备货单号", "商家SKU", "结算金额(元)"], ["WB1", "MUG-01", "12.30"]])
    assert read_export(path, KNOWN)[0] == []
    (export,), _ = read_export(path, formats(tmp_path))
    assert export.format.id == "full-bill" and export.rows["amount_minor"].to_list() == [1230]
    (folder / "bill.toml").write_text(text.replace("备货单号", "收货人姓名"), encoding="utf-8")
    with pytest.raises(Refused, match="speaks of a buyer"):
        formats(tmp_path)
    (folder / "bill.toml").write_text(text.replace("full-bill", "temu-account-flow"), encoding="utf-8")
    with pytest.raises(Refused, match="twice"):
        formats(tmp_path)
    (folder / "bill.toml").write_text(text.replace("statement", "nonsense"), encoding="utf-8")
    with pytest.raises(Refused, match="nonsense"):
        formats(tmp_path)


def test_kinds_and_states_are_words_of_ours() -> None:
    from tuoguan.contracts import ChargeKind
    from tuoguan.intake.words import words

    kinds = {kind.value for kind in ChargeKind}
    assert {kind for table in words("kinds").values() for kind in table} <= kinds
    stocked = {"at", "reserved", "quarantined", "in_transit"}
    for format in KNOWN:
        allowed = stocked if format.table is Table.STOCK else kinds | {"unclassified", "by_type"}
        assert {part.kind for part in format.part} <= allowed, format.id
        assert {part.of for part in format.part} - {""} <= {part.name for part in format.part}, format.id
        assert not format.kind or format.kind in kinds
    assert isinstance(KNOWN[0], Format)
