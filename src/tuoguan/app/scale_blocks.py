"""A workspace cut into blocks of products, each small enough to be worked on alone and known by what it holds.

Hides how tables are cut and shipped. Keeps two invariants: a block's name is a hash of its own rows, the contracts, the
seller's settings and the code, so that a kept answer is only ever read by a run that would give it; and what is
computed for a product does not depend on which other products are in its block.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from tuoguan.app.workspace import Opened
from tuoguan.choose import Terms, closed_form, kept_options, list_ways, read_terms
from tuoguan.contracts import Library
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.days import Day, date_of
from tuoguan.foundation.executor import Contradiction, Work
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import Batch

PRICE_DAYS = 180  # of the panel that tell today's price
NUMBERS = ("level_mean", "level_shape", "dispersion", "profile", "observed_days")


@dataclass(frozen=True, slots=True)
class Context:
    """What all blocks share; ``name`` is a hash of it."""

    name: str
    batch: Batch  # without rows
    library: Library
    fx: FxTable
    on: Day
    season: Floats


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of some products: tables as Arrow files, demand as arrays; ``path`` is where the answer is kept."""

    tables: dict[str, bytes]
    demand: dict[str, bytes]
    sku: tuple[str, ...]
    market: tuple[str, ...]
    method: tuple[str, ...]
    path: str


def context_of(opened: Opened) -> Context:
    """What every block of the workspace shares."""
    batch = opened.batch
    made = {
        **opened.hashes(),
        "on": opened.on,
        "seller": repr(batch.seller),
        "fx": repr(opened.fx),
        "last": batch.last_day,
    }
    made.pop("inputs")  # a block's own rows stand in its own name
    name = content_hash(json_bytes(made), np.ascontiguousarray(opened.demand.season).tobytes())
    shared = replace(
        batch, products=batch.products.clear(), panel=batch.panel.clear(), stock=batch.stock.clear(),
        prices=batch.prices.clear(), stock_outs=batch.stock_outs.clear(), returns=batch.returns.clear(),
        listed=batch.listed.clear(), counts=(), problems=(), notes=(),
    )  # fmt: skip
    return Context(name, shared, opened.library, opened.fx, opened.on, opened.demand.season)


def cut(opened: Opened, context: Context, groups: int, folder: Path) -> Iterator[Work]:
    """Blocks of about so many products x markets in the order of names; a product is never split."""
    demand, batch = opened.demand, opened.batch
    names = pl.DataFrame({"sku": demand.sku, "market": demand.market}).with_row_index("row").sort("sku", "market")
    rows, skus = names["row"].to_numpy(), names["sku"]
    recent = batch.panel.filter(pl.col("day") > date_of(batch.last_day - PRICE_DAYS))
    whole = {"products": batch.products, "panel": recent, "stock": batch.stock, "prices": batch.prices}
    tables = {name: table.sort("sku", maintain_order=True) for name, table in whole.items()}
    for first, last in _spans(skus, groups):
        own = rows[first:last]
        parts = {name: _between(table, skus[first], skus[last - 1]) for name, table in tables.items()}
        yield _work(context, parts, demand, own, folder)


def _spans(skus: pl.Series, groups: int) -> list[tuple[int, int]]:
    """Half-open ranges of rows that end where a product ends."""
    ends = np.append(np.flatnonzero((skus != skus.shift(-1)).fill_null(True).to_numpy()) + 1, len(skus))
    found, first = [], 0
    while first < len(skus):
        last = int(ends[np.searchsorted(ends, min(first + groups, len(skus)))])
        found.append((first, last))
        first = last
    return found


def _between(table: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """Rows of a table sorted by product, from one to another."""
    low = table["sku"].search_sorted(first, side="left")
    high = table["sku"].search_sorted(last, side="right")
    return table.slice(low, high - low)


def _work(context: Context, parts: dict[str, pl.DataFrame], demand: Demand, rows: Ints, folder: Path) -> Work:
    tables = {name: _arrow(part) for name, part in parts.items()}
    numbers = {name: np.ascontiguousarray(getattr(demand, name)[rows]).tobytes() for name in NUMBERS}
    sku, market, method = (tuple(column[row] for row in rows) for column in (demand.sku, demand.market, demand.method))
    said = json_bytes([sku, market, method])
    key = content_hash(context.name.encode(), said, *tables.values(), *numbers.values())
    return Work(key, Block(tables, numbers, sku, market, method, str(folder / f"{key}.parquet")))


def _arrow(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.rechunk().write_ipc(file)
    return file.getvalue()


_TERMS: dict[str, Terms] = {}


def solve_block(context: Context, block: Block) -> bytes:
    """The hash of the file in which the block's kept options now lie; written whole, or not at all."""
    terms = _TERMS.get(context.name)
    if terms is None:
        seller = context.batch.seller
        terms = _TERMS[context.name] = read_terms(seller, context.library, on=context.on, fx=context.fx)
    batch, demand = _opened(context, block)
    ways = list_ways(terms, batch, demand)
    table = kept_options(ways, closed_form(ways, terms, batch.seller.currency))
    file = io.BytesIO()
    table.write_parquet(file, compression="zstd", compression_level=1)
    return keep(Path(block.path), file.getvalue())


def _opened(context: Context, block: Block) -> tuple[Batch, Demand]:
    table = {name: pl.read_ipc(io.BytesIO(data)) for name, data in block.tables.items()}
    own = block.demand
    demand = Demand(
        sku=block.sku, market=block.market, method=block.method, start_on=context.on, season=context.season,
        level_mean=np.frombuffer(own["level_mean"], np.float64),
        level_shape=np.frombuffer(own["level_shape"], np.float64),
        dispersion=np.frombuffer(own["dispersion"], np.float64), profile=np.frombuffer(own["profile"], np.int64),
        observed_days=np.frombuffer(own["observed_days"], np.int64),
    )  # fmt: skip
    batch = replace(
        context.batch, products=table["products"], panel=table["panel"], stock=table["stock"], prices=table["prices"]
    )
    return batch, demand


def keep(path: Path, data: bytes) -> bytes:
    """The hash of the data once it is the file at the path; `Contradiction` where another answer lies there."""
    if path.exists():
        if path.read_bytes() != data:
            raise Contradiction(path.stem)
    else:
        with whole_file(path) as partial:
            partial.write_bytes(data)
            with partial.open("rb") as written:
                os.fsync(written.fileno())
    return content_hash(data).encode()


def is_kept(path: Path) -> bool:
    """True where a whole file of kept options lies; what cannot be read is removed, to be made anew."""
    try:
        return path.exists() and groups_in(path) > 0
    except (pl.exceptions.PolarsError, OSError, TypeError):
        path.unlink(missing_ok=True)
        return False


def groups_in(path: Path) -> int:
    """Products x markets in a file of kept options."""
    return int(pl.scan_parquet(path).select(pl.struct("sku", "market").rle_id().last()).collect().item()) + 1
