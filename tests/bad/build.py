"""Broken workspaces that are awkward to keep as files: built anew, each with the code and words it must cause."""

import gzip
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import xlsxwriter

ORDERS = ["order_id", "ordered_at", "sku", "quantity", "unit_price", "country"]
ROW = ["1", "2024-01-02", "A1", "1", "2.50", "UK"]
Builder = Callable[[Path], None]


def _book(path: Path, rows: list[list[object]], formula: tuple[int, int] | None = None) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("sales")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell) if not isinstance(cell, str) else sheet.write_string(row, column, cell)
        if formula:
            sheet.write_formula(*formula, "=1+1", None, 2)


def _rewrite(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)


def zip_bomb(folder: Path) -> None:
    with zipfile.ZipFile(folder / "sales.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(40):
                member.write(b"\0" * (1 << 20))


def zip_claims_two_gigabytes(folder: Path) -> None:
    path = folder / "sales.xlsx"
    _book(path, [ORDERS, ROW])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 2 << 30)
    path.write_bytes(data)


def gzip_bomb(folder: Path) -> None:
    with gzip.open(folder / "sales.csv.gz", "wb", compresslevel=6) as handle:
        for _ in range(80):
            handle.write(b"0" * (1 << 20))


def parquet_claims_two_gigabytes(folder: Path) -> None:
    path = folder / "sales.parquet"
    pl.DataFrame({name: [cell] for name, cell in zip(ORDERS, ROW, strict=True)}).write_parquet(path)
    data = path.read_bytes()
    path.write_bytes(data[:-8] + struct.pack("<I", 2_000_000_000) + b"PAR1")


def parquet_truncated(folder: Path) -> None:
    path = folder / "sales.parquet"
    pl.DataFrame({name: [cell] * 500 for name, cell in zip(ORDERS, ROW, strict=True)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:300])


def parquet_garbage(folder: Path) -> None:
    (folder / "sales.parquet").write_bytes(b"PAR1" + b"\x15\x04\x99" * 50 + struct.pack("<I", 100) + b"PAR1")


def wrong_dimension(folder: Path) -> None:
    path = folder / "sales.xlsx"
    _book(path, [ORDERS, *([str(n), *ROW[1:]] for n in range(1, 31)), ["31", "2024-01-02", "A1", "many", "2.50", "UK"]])
    _rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:F32"', b'ref="A1:F2"'))


def dimension_claims_a_million(folder: Path) -> None:
    path = folder / "sales.xlsx"
    _book(path, [ORDERS, ["1", "2024-01-02", "A1", "many", "2.50", "UK"]])
    _rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:F2"', b'ref="A1:XFD1048576"'))


def formula_in_workbook(folder: Path) -> None:
    _book(folder / "sales.xlsx", [ORDERS, ROW, ["2", *ROW[1:]]], formula=(2, 3))


def long_id_as_number(folder: Path) -> None:
    _book(folder / "sales.xlsx", [ORDERS, [2882303761517123456, *ROW[1:]], ["2", *ROW[1:]]])


def encrypted_workbook(folder: Path) -> None:
    (folder / "sales.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


def not_a_workbook(folder: Path) -> None:
    (folder / "sales.xlsx").write_text("this is no workbook")


def broken_workbook(folder: Path) -> None:
    path = folder / "sales.xlsx"
    _book(path, [ORDERS, ROW])
    _rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])


def macro_workbook(folder: Path) -> None:
    path = folder / "sales.xlsx"
    _book(path, [ORDERS, ROW])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")


def gbk_with_bad_number(folder: Path) -> None:
    text = "订单号,下单时间,SKU货号,数量,单价,国家\n1,2024-01-02,A1,三,2.50,英国\n"
    (folder / "sales.csv").write_bytes(text.encode("gbk"))


def latin_bytes(folder: Path) -> None:
    text = ",".join(ORDERS) + "\n1,2024-01-02,A1,1,2.50,C\xf4\n"
    (folder / "sales.csv").write_bytes(text.encode("latin-1"))


def zero_bytes(folder: Path) -> None:
    (folder / "sales.csv").write_bytes(b"\0" * 4096)


def symlink_out(folder: Path) -> None:
    (folder / "sales.csv").unlink()
    os.symlink("../elsewhere.csv", folder / "sales.csv")


def folder_named_csv(folder: Path) -> None:
    (folder / "sales.csv").unlink()
    (folder / "sales").mkdir()
    (folder / "sales" / "inner.csv").mkdir()


def absurd_width(folder: Path) -> None:
    header = ",".join([*ORDERS, *(f"x{n}" for n in range(3000))])
    (folder / "sales.csv").write_text(header + "\n" + ",".join(ROW) + "\n")


def picture(folder: Path) -> None:
    (folder / "sales.csv").unlink()
    (folder / "sales.pdf").write_bytes(b"%PDF-1.4")


def gzip_truncated(folder: Path) -> None:
    data = gzip.compress((",".join(ORDERS) + "\n" + (",".join(ROW) + "\n") * 200).encode())
    (folder / "sales.csv.gz").write_bytes(data[: len(data) // 2])


BUILT: dict[str, tuple[Builder, str]] = {
    "zip-bomb": (zip_bomb, "zip_bomb | sales.xlsx | packed into"),
    "zip-claims-2gb": (zip_claims_two_gigabytes, "zip_bomb | sales.xlsx | 2,147"),
    "gzip-bomb": (gzip_bomb, "zip_bomb | sales.csv.gz"),
    "parquet-claims-2gb": (parquet_claims_two_gigabytes, "false_size | 2,000,000,000 bytes"),
    "parquet-truncated": (parquet_truncated, "truncated_parquet | sales.parquet"),
    "parquet-garbage": (parquet_garbage, "unreadable_file | sales.parquet"),
    "wrong-dimension": (wrong_dimension, 'bad_number | row 32 | "many"'),
    "dimension-million": (dimension_claims_a_million, 'bad_number | row 2 | "many"'),
    "formula-xlsx": (formula_in_workbook, "formula | sales.xlsx, row 3, column quantity"),
    "long-id-number": (long_id_as_number, "id_lost_digits | sales.xlsx, row 2, column order_id"),
    "encrypted": (encrypted_workbook, "encrypted_file | password"),
    "not-a-workbook": (not_a_workbook, "unreadable_file | no workbook inside"),
    "broken-workbook": (broken_workbook, "unreadable_file | sales.xlsx"),
    "macro": (macro_workbook, "macro | never run"),
    "gbk": (gbk_with_bad_number, 'bad_number | "三"'),
    "latin": (latin_bytes, "wrong_encoding | sales.csv | UTF-8"),
    "zero-bytes": (zero_bytes, "wrong_kind | sales.csv"),
    "symlink": (symlink_out, "symlink | copy the file"),
    "folder-as-file": (folder_named_csv, "not_a_file | sales/inner.csv"),
    "absurd-width": (absurd_width, "too_wide | 2,000 columns"),
    "picture": (picture, "wrong_kind | .pdf"),
    "gzip-truncated": (gzip_truncated, "unreadable_file | sales.csv.gz"),
}

WORKSPACES = Path(__file__).parent / "workspaces"
BASE = WORKSPACES / "_base"
PLAIN = sorted(path.name for path in WORKSPACES.iterdir() if (path / ".expect").exists())
# Each of these stands beside the sound sales file; the others take its place.
BESIDE = ("symlink", "folder-as-file", "picture", "gbk", "latin", "zero-bytes", "absurd-width")


def make(name: str, folder: Path) -> str:
    """Makes the broken workspace in a new folder; the code and the words it must cause, between bars."""
    shutil.copytree(BASE, folder)
    if name in BUILT:
        builder, expectation = BUILT[name]
        if name not in BESIDE:
            (folder / "sales.csv").unlink()
        builder(folder)
        return expectation
    shutil.copytree(WORKSPACES / name, folder, dirs_exist_ok=True)
    expectation, *rest = (folder / ".expect").read_text(encoding="utf-8").splitlines()
    for line in rest:
        (folder / line.removeprefix("without ")).unlink()
    return expectation
