"""Templates and exports: the same files, so that what is read can be written and read again.

Hides layouts. Keeps the invariant that files appear whole or not at all and that nobody's file is overwritten.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from tuoguan.foundation.money import format_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.rates import format_ppm
from tuoguan.foundation.tables import write_all
from tuoguan.intake.schema import Batch
from tuoguan.intake.words import words

COLUMNS = {
    "products": (
        "sku",
        "name",
        "brand",
        "category",
        "hs_code",
        "supplier",
        "unit_cost",
        "retail_price",
        "currency",
        "weight_g",
        "volume_cm3",
        "moq",
        "carton",
        "supplier_lead_days",
        "return_rate",
        "keep",
        "today",
        "assumed",
    ),
    "sales": (
        "order_id",
        "line",
        "ordered_at",
        "sku",
        "quantity",
        "unit_price",
        "currency",
        "market",
        "status",
        "returned_quantity",
        "returned_at",
    ),
    "stock": ("sku", "site", "day", "on_hand"),
    "prices": ("sku", "market", "contract", "day", "supply_price", "retail_price", "currency"),
    "returns": ("sku", "market", "day", "units"),
}
EXAMPLES = {
    "products": (
        "MUG-01",
        "Mug",
        "",
        "kitchen",
        "691200",
        "",
        "11.50",
        "39.90",
        "CNY",
        "350",
        "1200",
        "200",
        "48",
        "12",
        "",
        "",
        "",
        "",
    ),
    "sales": ("1001", "1", "2026-01-05", "MUG-01", "2", "39.90", "CNY", "US", "", "", ""),
    "stock": ("MUG-01", "origin", "2026-01-31", "120"),
    "prices": ("MUG-01", "US", "", "2026-01-01", "24.00", "39.90", "CNY"),
    "returns": ("MUG-01", "US", "2026-01-20", "1"),
}


def init(folder: Path | str, *, lang: str = "en") -> list[Path]:
    """The files of a new workspace: seller.toml and one workbook per table, each with an example row to overwrite.

    ``lang`` en or zh chooses headers and comments. Refused when a file of that name exists; then nothing is written.
    """
    root = Path(folder)
    if lang not in ("en", "zh"):
        raise Refused([Problem("lang", lang, "en or zh", "choose one of them", "unknown_language")])
    writers: dict[Path, Callable[[Path], None]] = {root / "seller.toml": lambda path: _write_text(path, _seller(lang))}
    for table in COLUMNS:
        writers[root / f"{table}.xlsx"] = _workbook(table, _headers(table, lang), [EXAMPLES[table]])
    _refuse_existing(list(writers))
    write_all(writers)
    return sorted(writers)


def template_rows(table: str, lang: str) -> list[list[str]]:
    """The rows of a table's template: its columns' names in the language, and an example to overwrite."""
    return [_headers(table, lang), ["" if cell is None else str(cell) for cell in EXAMPLES[table]]]


def seller_template(lang: str) -> str:
    """The text of a new seller.toml with its comments in the language."""
    return _seller("zh" if lang == "zh" else "en")


def _headers(table: str, lang: str) -> list[str]:
    """Column names of a template; the Chinese ones are the first Chinese spelling that reading knows."""
    spellings = words("headers")[table]
    return [_chinese(spellings[name]) or name for name in COLUMNS[table]] if lang == "zh" else list(COLUMNS[table])


def _chinese(spellings: list[str]) -> str | None:
    return next((text for text in spellings if not text.isascii()), None)


def _workbook(table: str, headers: list[str], rows: list[tuple[str | int | None, ...]]) -> Callable[[Path], None]:
    """A writer of one sheet in which every cell is text: spreadsheets keep ids and dates as they are."""

    def write(path: Path) -> None:
        import xlsxwriter

        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet(table)
            text = book.add_format({"num_format": "@"})
            sheet.set_column(0, len(headers) - 1, 16, text)
            sheet.freeze_panes(1, 0)
            for row, cells in enumerate([headers, *rows]):
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, "" if cell is None else str(cell), text)

    return write


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path)


def _seller(lang: str) -> str:
    return (Path(__file__).parent / "mappings" / f"seller.{lang}.toml").read_text(encoding="utf-8")


def _refuse_existing(paths: list[Path]) -> None:
    there = [path for path in paths if path.exists()]
    if there:
        raise Refused(
            [
                Problem(
                    str(path),
                    "a file of this name",
                    "no such file",
                    "choose an empty folder; nothing was written",
                    "file_exists",
                )
                for path in there
            ]
        )


def export(batch: Batch, folder: Path | str) -> list[Path]:
    """The batch as a workspace of CSV files in the template's columns; reading it gives the same tables again.

    Daily sums stand for order lines: one line per SKU, market and day. Refused when a file of that name exists.
    """
    root = Path(folder)
    frames = _tables(batch)
    writers: dict[Path, Callable[[Path], None]] = {
        root / f"{name}.csv": partial(_write_csv, frame) for name, frame in frames.items() if frame.height
    }
    settings = toml_text(msgspec.to_builtins(batch.seller))
    writers[root / "seller.toml"] = lambda path: _write_text(path, settings)
    _refuse_existing(list(writers))
    write_all(writers)
    return sorted(writers)


def toml_text(settings: dict[str, Any]) -> str:
    """A settings document as TOML: plain values first, then tables and arrays of tables; nulls are left out."""
    plain, blocks = [], []
    for key, value in settings.items():
        if isinstance(value, dict):
            blocks.append(f"[{key}]\n{_lines(value)}")
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            blocks += [f"[[{key}]]\n{_lines(one)}" for one in value]
        elif value is not None:
            plain.append(f"{key} = {toml_value(value)}")
    return "\n".join(plain) + "\n\n" + "\n".join(blocks)


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{_key(key)} = {toml_value(value)}\n" for key, value in table.items() if value is not None)


def _key(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in value.items() if one is not None) + " }"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _tables(batch: Batch) -> dict[str, pl.DataFrame]:
    """Every table in the template's columns, all text."""
    code = batch.seller.currency

    def money(field: str) -> pl.Expr:
        return pl.col(field).map_elements(lambda minor: format_minor(minor, code), return_dtype=pl.String)

    coin = pl.lit(code).alias("currency")
    lists = [pl.col(name).list.join("|").alias(name) for name in ("keep", "assumed")]
    rate = pl.col("return_rate_ppm").map_elements(format_ppm, return_dtype=pl.String).alias("return_rate")
    products = batch.products.with_columns(
        money("unit_cost_minor").alias("unit_cost"),
        money("retail_price_minor").alias("retail_price"),
        rate,
        coin,
        *lists,
    )
    sold = batch.panel.filter(pl.col("units") > 0)
    sales = sold.select(
        "sku",
        "market",
        coin,
        ordered_at="day",
        quantity="units",
        amount=money("gross_minor"),
    )
    prices = batch.prices.with_columns(
        money("supply_price_minor").alias("supply_price"), money("retail_price_minor").alias("retail_price"), coin
    )
    return {
        "products": products.select(COLUMNS["products"]),
        "sales": sales,
        "stock": batch.stock,
        "stock_outs": batch.stock_outs,
        "prices": prices.select(COLUMNS["prices"]),
        "returns": batch.returns,
    }
