"""Listed rows as a table for people: CSV or a workbook.

Hides formats. Keeps the invariant that no cell of somebody's file becomes a formula in a spreadsheet of ours.
"""

import csv
import io
from pathlib import Path

import polars as pl

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.foundation.text import inert


def write_listed(listed: pl.DataFrame, path: Path) -> None:
    """The rows as .csv or .xlsx, whole or not at all. Refused when the name says neither."""
    rows = [list(listed.columns), *([_text(cell) for cell in row] for row in listed.rows())]
    if path.suffix.lower() == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        with whole_file(path) as temporary:
            temporary.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    elif path.suffix.lower() == ".xlsx":
        with whole_file(path) as temporary:
            _workbook(rows, temporary)
    else:
        fix = "name the file .csv or .xlsx"
        raise Refused([Problem(str(path), f'the ending "{path.suffix}"', ".csv or .xlsx", fix, "wrong_kind")])


def _text(cell: object) -> str:
    return "" if cell is None else inert(str(cell))


def _workbook(rows: list[list[str]], path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("listed")
        sheet.freeze_panes(1, 0)
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)
