"""Large plain files of order lines → a daily panel sorted by SKU, market and day, in bounded memory.

Hides partitions on disk and the counting sort. Keeps the invariants that each line is in the panel or returned as a
rest to be
read slowly (which names the reason), and that memory holds one batch and one partition per thread, never the file.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.intake.schema import PANEL

FIELDS = ("ordered_at", "sku", "market", "quantity", "unit_price")
LINE = np.dtype([("group", "<i4"), ("price", "<i4"), ("quantity", "<i4"), ("day", "<u2")])
BATCH = 1 << 20
PART_LINES = 1 << 21  # lines of a partition that is summed in memory
MAX_REST = 200_000
THREADS = 2
_MOST = 2**31 - 1
SEED = 20_261_123  # of the 64-bit hash of SKUs: a foreign code meets a known one once in 10**14 lines


@dataclass(frozen=True, slots=True)
class Plain:
    """A file that the fast way can read: ``column_by_field`` names its columns for FIELDS."""

    path: Path
    column_by_field: dict[str, str]
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Built:
    """Parquet files in order, lines in and used, and file positions (0-based data rows) of the lines left for the
    slow way.
    """

    files: tuple[Path, ...]
    lines_in: int
    lines_used: int
    rest: np.ndarray


class TooDirty(Exception):
    """More lines need the slow way than MAX_REST: the fast way gives up before it has written a panel."""


def build_panel(
    plain: Plain, skus: pl.Series, market_by_text: dict[str, str], currency: str, folder: Path, limit: Day | None = None
) -> Built:
    """The sorted panel of a plain file as Parquet files in ``folder``, ordered by name.

    ``skus`` are the sorted codes that count; ``market_by_text`` maps the file's market texts. TooDirty when too many
    lines are
    not plain: an unknown SKU or market, a date that is not ISO, a quantity or price that is not positive or has a
    fraction of a
    minor unit.
    """
    markets = sorted(set(market_by_text.values()))
    frames = _typed(plain, market_by_text, markets, EXPONENT_BY_CURRENCY[currency], limit)
    with tempfile.TemporaryDirectory(dir=folder) as spill:
        total, rest, width, parts = _partition(frames, skus, len(markets), plain.path.stat().st_size, Path(spill))

        def write(part: int) -> tuple[Path, int]:
            lines = np.fromfile(Path(spill) / f"{part}", dtype=LINE)
            target = folder / f"panel-{part:04d}.parquet"
            return target, _write(lines, part * width, width, skus, markets, target)

        with ThreadPoolExecutor(THREADS) as pool:
            written = list(pool.map(write, parts))
    return Built(tuple(path for path, _ in written), total, sum(count for _, count in written), rest)


def _scan(plain: Plain) -> pl.LazyFrame:
    """The file's FIELDS under our names; numbers and dates typed by the reader, unreadable ones null."""
    picked = [pl.col(column).alias(field) for field, column in plain.column_by_field.items()]
    if plain.path.suffix == ".parquet":
        return pl.scan_parquet(plain.path).select(picked)
    kinds = {"quantity": pl.Int64, "unit_price": pl.Float64}
    overrides = {column: kinds.get(field, pl.String) for field, column in plain.column_by_field.items()}
    return pl.scan_csv(
        plain.path, separator=plain.delimiter, schema_overrides=overrides, infer_schema=False, ignore_errors=True
    ).select(picked)


def _typed(
    plain: Plain, market_by_text: dict[str, str], markets: list[str], exponent: int, limit: Day | None
) -> Iterator[pl.DataFrame]:
    """Batches in file order: hash of sku, whether the line is plain, market, day, quantity, price."""
    lines = _scan(plain)
    schema = lines.collect_schema()
    day = pl.col("ordered_at")
    if schema["ordered_at"] == pl.String:
        day = day.str.to_date("%Y-%m-%d", strict=False)
    texts = sorted(market_by_text)
    index = pl.Series([markets.index(market_by_text[text]) for text in texts], dtype=pl.Int32)
    known = pl.col("market").cast(pl.String).cast(pl.Enum(texts), strict=False).to_physical().cast(pl.Int32)
    straight = index.to_list() == list(range(len(texts)))
    market = (
        known if straight else known.replace_strict(pl.Series(range(len(texts)), dtype=pl.Int32), index, default=None)
    )
    minor = pl.col("unit_price").cast(pl.Float64) * 10**exponent
    query = lines.select(
        "sku",
        market=market,
        day=day.cast(pl.Date).to_physical(),
        quantity=pl.col("quantity").cast(pl.Int64, strict=False),
        minor=minor,
        price=minor.round(),
    )
    last = min(limit, 65_536) if limit is not None else 65_536
    plainly = (
        pl.col("sku").is_not_null()
        & pl.col("market").is_not_null()
        & pl.col("day").is_between(7_305, last - 1)
        & pl.col("quantity").is_between(1, _MOST)
        & pl.col("price").is_between(1, _MOST)
        & ((pl.col("minor") - pl.col("price")).abs() < 1e-4)
    ).fill_null(False)
    safe = [
        pl.when("plain").then(name).otherwise(0).cast(pl.Int32).alias(name)
        for name in ("market", "day", "quantity", "price")
    ]
    query = query.with_columns(plain=plainly, sku=pl.col("sku").cast(pl.String).hash(SEED)).select(
        "sku", "plain", *safe
    )
    yield from query.collect_batches(chunk_size=BATCH, maintain_order=True, engine="streaming")


def _partition(
    frames: Iterator[pl.DataFrame], skus: pl.Series, market_count: int, size: int, spill: Path
) -> tuple[int, np.ndarray, int, list[int]]:
    """Spreads lines over partition files by rank of SKU; lines in, rest positions, groups per partition, partitions."""
    part_count = int(np.clip(size // (35 * PART_LINES) + 1, 1, 256))
    table, sku_count = _table(skus), len(skus)
    sku_width = -(-sku_count // part_count)
    width = sku_width * market_count
    parts = -(-sku_count // sku_width)
    handles = [(spill / str(part)).open("wb", buffering=0) for part in range(parts)]
    total, rest, left = 0, [], 0
    from tuoguan.intake.kernels import count_parts, group_lines, scatter

    out, group = np.empty(0, dtype=LINE), np.empty(0, dtype=np.int32)
    try:
        for frame in frames:
            size = frame.height
            if out.size < size:
                out, group = np.empty(size, dtype=LINE), np.empty(size, dtype=np.int32)
            codes = group[:size]
            odd = group_lines(
                frame["sku"].to_numpy(),
                frame["market"].to_numpy(),
                frame["plain"].to_numpy(),
                *table,
                market_count,
                codes,
            )
            if odd:
                rest.append(total + np.flatnonzero(codes < 0))
                left += odd
                if left > MAX_REST:
                    raise TooDirty
            total += size
            bounds = np.cumsum(count_parts(codes, width, parts))
            day, quantity, price = (frame[name].to_numpy() for name in ("day", "quantity", "price"))
            scatter(codes, day, quantity, price, width, bounds[:-1].copy(), out)
            for part, handle in enumerate(handles):
                handle.write(out[bounds[part] : bounds[part + 1]].data.cast("B"))
    finally:
        for handle in handles:
            handle.close()
    return total, np.concatenate(rest) if rest else np.empty(0, dtype=np.int64), width, list(range(parts))


def _table(skus: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Open-addressing table of the codes' hashes and ranks. TooDirty in the unheard-of case that two codes share a
    hash.
    """
    from tuoguan.intake.kernels import build_table

    size = 1 << max(4, (2 * len(skus)).bit_length())
    keys, codes = np.zeros(size, dtype=np.uint64), np.full(size, -1, dtype=np.int32)
    if not build_table(skus.hash(SEED).to_numpy(), keys, codes):
        raise TooDirty
    return keys, codes


def _write(lines: np.ndarray, low: int, width: int, skus: pl.Series, markets: list[str], target: Path) -> int:
    """Sums one partition and writes its rows; returns the number of lines."""
    from tuoguan.intake.kernels import sum_partition

    size = lines.size
    groups, days = np.empty(size, np.int32), np.empty(size, np.int32)
    units, orders, gross = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    count = sum_partition(lines, low, width, groups, days, units, orders, gross)
    sku = pl.Series((groups[:count] // len(markets)).astype(np.uint32))
    market = pl.Series((groups[:count] % len(markets)).astype(np.uint32))
    frame = pl.DataFrame(
        {
            "sku": skus.gather(sku),
            "market": pl.Series(markets, dtype=pl.String).gather(market),
            "day": pl.Series(days[:count]).cast(pl.Date),
            "units": units[:count],
            "orders": orders[:count],
            "gross_minor": gross[:count],
        },
        schema=PANEL,
    )
    frame.write_parquet(target, compression="zstd", compression_level=1, statistics=False)
    return size
