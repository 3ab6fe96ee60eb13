"""Texts of cells → numbers, money, days, as polars expressions over String columns.

Hides how people write numbers. Keeps the invariant that money and ids never pass through a float and that an unreadable
cell becomes null, to be listed by the caller, never zero.
"""

import polars as pl

from tuoguan.foundation.money import EXPONENT_BY_CURRENCY

NULLS = ["", "-", "--", "---", "/", "//", "—", "——", "\\", "n/a", "N/A", "#N/A"]
_BLANK = " \t\r\n\u3000\ufeff\xa0"
_BEFORE = r"(?:[A-Za-z]{3}|[A-Za-z]{0,2}[¥$€£₩₽])?"
_AFTER = r"(?:[\p{Han}]{1,3}|[A-Za-z]{1,6}³?3?|%|[¥$€£₩₽])?"
_NUMBER = rf"^{_BEFORE}\s*(\(?[-+]?[\d.,' ]*\d[\d.,' ]*\)?)\s*{_AFTER}$"
_THOUSANDS = r"^[-+]?\d{1,3}([,' ]\d{3})+(\.\d+)?$"
_EUROPEAN = r"^[-+]?\d{1,3}(\.\d{3})+,\d{1,2}$|^[-+]?\d+,\d{1,2}$"
_PLAIN = r"^[-+]?(\d+(\.\d*)?|\.\d+)$"


def clean(text: pl.Expr) -> pl.Expr:
    """The trimmed text; the usual signs for "nothing" become null."""
    trimmed = text.str.strip_chars(_BLANK)
    return pl.when(trimmed.is_in(NULLS)).then(None).otherwise(trimmed)


def decimal_text(text: pl.Expr) -> pl.Expr:
    """Plain decimal text of a number as people write it ("1,234.50", "999.00元", "¥12", "(3)", "12,50"); null
    otherwise.
    """
    core = text.str.normalize("NFKC").str.extract(_NUMBER, 1).str.strip_chars(" ")
    negative = core.str.starts_with("(") & core.str.ends_with(")")
    core = pl.when(negative).then("-" + core.str.strip_chars("()")).otherwise(core)
    plain = (
        pl.when(core.str.contains(_THOUSANDS)).then(core.str.replace_all(r"[,' ]", ""))
        .when(core.str.contains(_EUROPEAN)).then(core.str.replace_all(r"\.", "").str.replace(",", "."))
        .otherwise(core)
    )  # fmt: skip
    return pl.when(plain.str.contains(_PLAIN)).then(plain.str.strip_chars_start("+")).otherwise(None)


def integer(text: pl.Expr) -> pl.Expr:
    """Int64 of a whole number ("12", "12.0", "1,200", "-3"); null when it has a fraction or is no number."""
    plain = decimal_text(text)
    whole = plain.str.extract(r"^(-?\d{1,15})(?:\.0*)?$", 1)
    return whole.cast(pl.Int64, strict=False)


def scaled(text: pl.Expr, exponent: pl.Expr | int) -> pl.Expr:
    """Int64 of a decimal text times ``10**exponent`` (0 to 6), half away from zero; exact, through digits only."""
    plain = decimal_text(text)
    sign = pl.when(plain.str.starts_with("-")).then(-1).otherwise(1)
    whole = plain.str.extract(r"^-?(\d*)", 1)
    digits = plain.str.extract(r"\.(\d*)", 1).fill_null("")
    shift = pl.lit(exponent) if isinstance(exponent, int) else exponent
    kept = digits.str.pad_end(7, "0").str.head(shift)
    tie = digits.str.pad_end(7, "0").str.slice(shift, 1).cast(pl.Int64, strict=False) >= 5
    number = (whole + kept).replace({"": "0"}).cast(pl.Int64, strict=False)
    fits = plain.is_not_null() & (whole.str.len_chars() <= 12)
    return pl.when(fits).then(sign * (number + tie.cast(pl.Int64))).otherwise(None)


def exponent_of(code: pl.Expr) -> pl.Expr:
    """Decimals of a currency code; null for a code that is not known."""
    return code.replace_strict(EXPONENT_BY_CURRENCY, default=None, return_dtype=pl.Int64)


def lost_digits(text: pl.Expr) -> pl.Expr:
    """True for an id that went through a float: exponent notation, or 16 and more digits that end in zeros after the
    15th.
    """
    return (
        text.str.contains(r"^\d(\.\d+)?[eE]\+?\d+$")
        | text.str.contains(r"^\d{15}0{2,}(\.0)?$")
        | text.str.contains(r"^\d{16,}\.0$")
    )


def formula(text: pl.Expr) -> pl.Expr:
    """True for a cell that a spreadsheet would evaluate: it begins with = + - @ and is neither a number nor empty."""
    return text.str.contains(r"^[=@＝]|^[+\-][^\d\s.,¥$€£\-]")
