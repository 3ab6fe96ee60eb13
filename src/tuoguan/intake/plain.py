"""Large plain sales files inside a workspace: recognized, summed fast, their odd rows handed to the slow way.

Hides when the fast way applies. Keeps the invariant that it changes the time, never the answer: whatever is not plain
about a
row sends that row, or the whole file, through the same reading as every other file.
"""

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.intake.cells import clean
from tuoguan.intake.columns import market_map
from tuoguan.intake.grids import delimiter_of
from tuoguan.intake.log import Log
from tuoguan.intake.panel import FIELDS, Plain, TooDirty, build_panel
from tuoguan.intake.schema import PANEL, Seller
from tuoguan.intake.sheets import Sheet
from tuoguan.intake.words import aliases, is_buyer_header, normalize, words

MIN_BYTES = 32 << 20
_SAMPLE = 200_000
_HARMLESS = {"channel", "description"}


@dataclass(frozen=True, slots=True)
class Summed:
    """A plain file's panel, the rows left for the slow way, and the accounts."""

    panel: pl.DataFrame
    rest: Sheet
    lines_used: int


def plain_of(path: Path, least: int = MIN_BYTES) -> Plain | None:
    """The file as a plain one; None when it is small, carries more than plain columns, or its header is not row 1."""
    if path.stat().st_size < least or path.suffix.lower() not in (".csv", ".parquet"):
        return None
    delimiter, headers = ",", []
    if path.suffix.lower() == ".parquet":
        headers = list(pl.read_parquet_schema(path))
    else:
        with path.open("rb") as handle:
            head = handle.read(65_536)
        try:
            lines = head[: head.rfind(b"\n") + 1].decode("utf-8").splitlines()
        except UnicodeDecodeError:
            return None
        delimiter = delimiter_of(lines[:60])
        headers = next(csv.reader(lines[:1], delimiter=delimiter), [])
    return _plain(path, headers, delimiter)


def _plain(path: Path, headers: list[str], delimiter: str) -> Plain | None:
    """The plain file of these headers, if they name each field once and nothing that needs a second look."""
    found: dict[str, str] = {}
    for header in headers:
        field, _ = aliases("sales").get(normalize(header), ("", 0))
        if not field or field in _HARMLESS or (is_buyer_header(normalize(header)) and field != "customer"):
            continue
        field = "market" if field == "country" else field
        if field in found or field not in FIELDS:
            return None
        found[field] = header
    return Plain(path, found, delimiter) if len(found) == len(FIELDS) and len(set(headers)) == len(headers) else None


def read_plain(plain: Plain, name: str, seller: Seller, skus: pl.Series, limit: Day | None, log: Log) -> Summed | None:
    """The file summed the fast way; None when it must be read the slow way after all."""
    try:
        texts = _sample(plain)
        market_by_text = {
            text: market
            for text, market in market_map(texts, seller.market_by_country).items()
            if market in seller.markets
        }
        goods = _goods(skus, seller)
        if not market_by_text or goods.is_empty():
            return None
        with tempfile.TemporaryDirectory() as folder:
            built = build_panel(plain, goods, market_by_text, seller.currency, Path(folder), limit)
            panel = pl.concat([pl.read_parquet(path) for path in built.files])
        rest = _rest(plain, name, built.rest, built.lines_in)
    except (TooDirty, pl.exceptions.PolarsError, OSError):
        return None
    log.say("plain_lines", name, f"{built.lines_in:,} lines without order numbers, summed at once")
    return Summed(panel.select(list(PANEL)), rest, built.lines_used)


def _sample(plain: Plain) -> pl.Series:
    """Distinct market texts among the first lines."""
    column = plain.column_by_field["market"]
    if plain.path.suffix == ".parquet":
        lines = pl.scan_parquet(plain.path)
    else:
        lines = pl.scan_csv(plain.path, separator=plain.delimiter, infer_schema=False)
    return lines.head(_SAMPLE).select(pl.col(column).cast(pl.String).unique()).collect().to_series()


def _goods(skus: pl.Series, seller: Seller) -> pl.Series:
    """The catalogue's codes that no pattern calls carriage, fees or tests, sorted."""
    patterns = [match for entry in words("not_goods")["pattern"] for match in entry["match"]] + list(seller.not_goods)
    frame = pl.DataFrame({"sku": skus})
    return frame.filter(~pl.col("sku").str.contains("(?i)^(?:" + "|".join(patterns) + ")$"))["sku"].sort()


def _rest(plain: Plain, name: str, positions: np.ndarray, lines_in: int) -> Sheet:
    """The rows left over, as text, for the slow way."""
    if plain.path.suffix == ".parquet":
        lines = pl.scan_parquet(plain.path)
    else:
        lines = pl.scan_csv(plain.path, separator=plain.delimiter, infer_schema=False)
    wanted = pl.Series(positions.astype(np.uint32))
    picked = [clean(pl.col(column).cast(pl.String)).alias(field) for field, column in plain.column_by_field.items()]
    rows = lines.with_row_index("_at") if positions.size else lines.head(0).with_row_index("_at")
    places = [pl.lit(name).alias("file"), (pl.col("_at").cast(pl.Int64) + 2).alias("row")]
    frame = rows.filter(pl.col("_at").is_in(wanted.implode())).select([*places, *picked])
    return Sheet(name, "sales", frame.collect(), lines_in)
