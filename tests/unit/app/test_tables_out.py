"""Tables as files: the same rows in every form, and nothing in them that a spreadsheet would run."""

import io

import polars as pl
import pytest

from tuoguan.app.tables_out import FORMS, MEDIA_TYPE_BY_FORM, form_of, table_bytes
from tuoguan.foundation.problems import Refused

FRAME = pl.DataFrame(
    {
        "sku": ["MUG-1", "=cmd|'/c calc'!A1", "杯子, 大"],
        "amount_minor": [1_999, -500, None],
        "currency": ["USD", "USD", "JPY"],
        "rate": [0.5, 1.25, None],
    }
)


def test_programs_get_the_values_as_they_are() -> None:
    assert pl.read_parquet(io.BytesIO(table_bytes(FRAME, "parquet")[0])).equals(FRAME)
    assert pl.read_ndjson(io.BytesIO(table_bytes(FRAME, "jsonl")[0])).equals(FRAME)


def test_a_spreadsheet_runs_nothing_and_reads_money() -> None:
    text = table_bytes(FRAME, "csv")[0]
    assert text.startswith(b"\xef\xbb\xbf")
    assert pl.read_csv(io.BytesIO(text))["sku"].to_list() == ["MUG-1", "'=cmd|'/c calc'!A1", "杯子, 大"]
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(table_bytes(FRAME, "xlsx")[0])).active
    assert sheet is not None
    cells = list(sheet.iter_rows())
    assert [cell.value for cell in cells[0]] == ["sku", "amount", "currency", "rate"]
    assert [[cell.value for cell in row] for row in cells[1:]] == [
        ["MUG-1", 19.99, "USD", 0.5], ["=cmd|'/c calc'!A1", -5, "USD", 1.25], ["杯子, 大", None, "JPY", None],
    ]  # fmt: skip
    assert {cell.data_type for row in cells for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("form", FORMS)
def test_equal_tables_are_equal_files_and_an_empty_one_is_a_file(form: str) -> None:
    assert table_bytes(FRAME, form_of(form)) == table_bytes(FRAME, form_of(form))
    data, media_type = table_bytes(FRAME.clear(), form_of(form))
    assert media_type == MEDIA_TYPE_BY_FORM[form_of(form)]
    assert data or form == "jsonl"


def test_no_other_form_is_known() -> None:
    with pytest.raises(Refused):
        form_of("exe")
