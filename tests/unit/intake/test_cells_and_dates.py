"""Cells as people write them; the expected numbers are read off the text itself."""

from datetime import date

import polars as pl
import pytest

from tuoguan.intake.cells import clean, decimal_text, formula, integer, lost_digits, scaled
from tuoguan.intake.dates import day_of_text, order_of
from tuoguan.intake.words import is_buyer_header, normalize, table_of_name


def one(expression: pl.Expr, text: str | None) -> object:
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(expression).item()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234.50", "1234.50"),
        ("999.00元", "999.00"),
        ("¥12", "12"),
        ("USD 3.10", "3.10"),
        ("(3)", "-3"),
        ("12,50", "12.50"),
        ("1.234,50", "1234.50"),
        ("１２．５", "12.5"),
        ("-7", "-7"),
        ("+7", "7"),
        ("350 g", "350"),
        ("5%", "5"),
        ("three", None),
        ("1-2", None),
        ("", None),
        ("1.2.3", None),
        ("=1+1", None),
        ("1e5", None),
    ],
)
def test_decimal_text(text: str, plain: str | None) -> None:
    assert one(decimal_text(pl.col("t")), text) == plain


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [
        ("19.99", 2, 1999),
        ("0.1", 2, 10),
        ("1,200", 0, 1200),
        ("1.005", 2, 101),
        ("-1.005", 2, -101),
        ("0.004", 2, 0),
        ("123456789012.99", 2, 12345678901299),
    ],
)
def test_scaled_is_exact(text: str, exponent: int, minor: int) -> None:
    assert one(scaled(pl.col("t"), exponent), text) == minor


def test_integer_refuses_fractions() -> None:
    assert [one(integer(pl.col("t")), text) for text in ("12", "12.0", "1,200", "1.5", "x")] == [
        12,
        12,
        1200,
        None,
        None,
    ]


@pytest.mark.parametrize("text", ["", "  ", "--", "/", "\t", "—", "\u3000"])
def test_signs_for_nothing(text: str) -> None:
    assert one(clean(pl.col("t")), text) is None


def test_norway_is_text() -> None:
    assert one(clean(pl.col("t")), "NO") == "NO"


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("1.23457E+18", True),
        ("2882303761517120000", True),
        ("2882303761517123456", False),
        ("1001.0", False),
        ("576461234567890123", False),
    ],
)
def test_lost_digits(text: str, lost: bool) -> None:
    assert one(lost_digits(pl.col("t")), text) is lost


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        ("=cmd|'/C calc'!A0", True),
        ("@SUM(A1)", True),
        ("+cmd", True),
        ("-cmd", True),
        ("-5", False),
        ("+5.2", False),
        ("-¥5", False),
        ("a=b", False),
    ],
)
def test_formula(text: str, is_formula: bool) -> None:
    assert one(formula(pl.col("t")), text) is is_formula


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05 10:11",
        "20240305",
        "2024年3月5日",
        "5 Mar 2024",
        "Mar 5, 2024, 3:04 am PST",
        "2024-03-05T23:59:59Z",
        "5-March-2024",
        "45356",
        "2024-03-05 00:00:00",
    ],
)
def test_one_reading(text: str) -> None:
    assert one(day_of_text(pl.col("t"), ""), text) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["25/12/2024", "01/02/2024"], "dmy"),
        (["12/25/2024", "01/02/2024"], "mdy"),
        (["25/12/2024", "12/25/2024"], "both"),
        (["01/02/2024", "03/04/2024"], "ambiguous"),
        (["01/01/2024"], ""),
        (["2024-01-02"], ""),
        (["25/12/2024"] * 300 + ["12/25/2024"], "dmy"),
    ],
)
def test_order_by_evidence(texts: list[str], name: str) -> None:
    assert order_of(pl.Series(texts)).name == name


def test_order_decides_the_reading() -> None:
    assert one(day_of_text(pl.col("t"), "dmy"), "03/04/2024 10:00") == date(2024, 4, 3)
    assert one(day_of_text(pl.col("t"), "mdy"), "03/04/24") == date(2024, 3, 4)
    assert one(day_of_text(pl.col("t"), "ambiguous"), "03/04/2024") is None


def test_headers() -> None:
    assert normalize(" *Order_ID （必填）") == normalize("order id")
    assert is_buyer_header(normalize("收货人姓名")) and is_buyer_header("phone #") and is_buyer_header("buyer username")
    assert not is_buyer_header("sku") and not is_buyer_header("quantity")
    assert table_of_name("订单2024") == "sales" and table_of_name("salesman") is None
