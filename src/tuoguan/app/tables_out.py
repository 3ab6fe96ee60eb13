"""A table as a file that somebody takes away: XLSX, CSV, Parquet or JSON Lines of the same rows.

Hides formats. Keeps the invariants that no cell becomes a formula in a spreadsheet, that the files of programs
(Parquet, JSON Lines) hold the values as they are, and that equal tables are equal files.
"""

import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, get_args

from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.text import inert

if TYPE_CHECKING:
    import polars as pl

Form = Literal["xlsx", "csv", "parquet", "jsonl"]
FORMS: tuple[Form, ...] = get_args(Form)
MOST_ROWS = 1_048_575
"""Of a sheet, without its head."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPE_BY_FORM = {
    "xlsx": _XLSX, "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
}  # fmt: skip


def form_of(text: str) -> Form:
    """The form of this name. Refused for any other."""
    for form in FORMS:
        if text == form:
            return form
    expected = f"one of {', '.join(FORMS)}"
    raise Refused([Problem("export", repr(text)[:40], expected, "take one of these endings", "no_page")])


def table_bytes(frame: "pl.DataFrame", form: Form) -> tuple[bytes, str]:
    """The table in the form, and its media type.

    CSV is UTF-8 with a mark that spreadsheets know it by. In XLSX amounts in minor units (``*_minor``) stand in major
    units where a column ``currency`` says whose. Refused when there are more rows than a sheet holds.
    """
    target = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(target)
    elif form == "jsonl":
        frame.write_ndjson(target)
    elif form == "csv":
        target.write(b"\xef\xbb\xbf")
        _inert(frame).write_csv(target)
    else:
        _workbook(frame, target)
    return target.getvalue(), MEDIA_TYPE_BY_FORM[form]


def _inert(frame: "pl.DataFrame") -> "pl.DataFrame":
    """The table with texts that a spreadsheet shows and never runs, titles too."""
    import polars as pl

    safe = [
        pl.Series(column.name, [None if cell is None else inert(str(cell)) for cell in column], pl.String)
        if column.dtype == pl.String or column.dtype.is_nested()
        else column
        for column in frame
    ]
    return pl.DataFrame(safe).rename(inert) if safe else frame


def _workbook(frame: "pl.DataFrame", target: io.BytesIO) -> None:
    import xlsxwriter

    if frame.height > MOST_ROWS:
        fix = "narrow the list, or take CSV or Parquet"
        raise Refused([Problem("export", f"{frame.height} rows", f"at most {MOST_ROWS}", fix, "too_many_rows")])
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True, "constant_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        # A fixed date, so that equal tables are equal files.
        book.set_properties({"title": "tuoguan", "created": datetime(2000, 1, 1)})
        sheet, bold = book.add_worksheet("table"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(frame.height, 1), max(frame.width - 1, 0))
        whose = frame.get_column("currency").to_list() if "currency" in frame.columns else None
        for column, title in enumerate(frame.columns):
            sheet.write_string(0, column, title.removesuffix("_minor") if whose else title, bold)
        for at, row in enumerate(frame.iter_rows()):
            for column, value in enumerate(row):
                if whose and frame.columns[column].endswith("_minor") and isinstance(value, int):
                    sheet.write_number(at + 1, column, value / 10 ** EXPONENT_BY_CURRENCY.get(whose[at], 0))
                elif isinstance(value, bool):
                    sheet.write_boolean(at + 1, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(at + 1, column, value)
                elif value is not None:
                    text = value.isoformat() if isinstance(value, date) else str(value)
                    sheet.write_string(at + 1, column, text)
