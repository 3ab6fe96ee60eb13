"""A kept decision in a form that is looked into without being loaded: numbers by row in memory, all else on disk.

Hides those files: made once from the decision's own table, so that a page of a hundred thousand products costs what it
shows. Keeps two invariants: they are made again whenever the decision is, and a large one is made by a process of its
own, so that a server stays small.
"""

import mmap
import os
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from tuoguan.foundation.arrays import Ints
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused

TABLE = "decision.parquet"
VERSION = b"3"
ROWS_APART = 20_000  # from here on a process of its own makes the files
GROUP = ("sku", "market")
FIRST = {
    "name": "name", "today": "today", "profit_minor": "profit_minor", "gain_minor": "gain_minor",
    "low_minor": "gain_p05_minor", "high_minor": "gain_p95_minor", "chance": "best_probability",
    "undecided": "undecided", "runner_up": "runner_up", "hours": "hours_per_week", "cash_minor": "cash_peak_minor",
    "reason_en": "reason_en", "reason_zh": "reason_zh", "rule_option": "rule_option",
    "rule_gain_minor": "rule_gain_minor", "floor_minor": "floor_minor", "quote_minor": "quote_minor",
}  # fmt: skip
# Sums over the markets of a product, but the least chance.
OF_PRODUCT = {
    "profit_minor": pl.col("profit_minor").sum(), "gain_minor": pl.col("gain_minor").sum(),
    "hours": pl.col("hours").sum(), "cash_minor": pl.col("cash_minor").sum(), "chance": pl.col("chance").min(),
    "rule_gain_minor": pl.col("rule_gain_minor").sum(), "n": pl.col("n").min(),
    "undecided": pl.col("undecided").cast(pl.Int64).sum(),
}  # fmt: skip
JOINED = ("way", "contract", "place")  # of a pair of listings, joined by " + "
NUMBERS = ("n", "product", "market", "way", "moves", *(name for name in OF_PRODUCT if name != "n"))


@dataclass(frozen=True, eq=False)
class Index:
    """``groups`` has the numbers of every product and market, ``products`` sums by product and what to search in.

    Rows stand in the order of SKU and market; ``n`` numbers groups, ``product`` products, ``first`` is the first group
    of each product.
    """

    groups: pl.DataFrame
    products: pl.DataFrame
    first: Ints
    _ends: Ints = field(repr=False)
    _rows: mmap.mmap = field(repr=False)

    def row(self, n: int) -> bytes:
        """The whole row of a group as JSON."""
        return self._rows[int(self._ends[n - 1]) if n else 0 : int(self._ends[n])]


def stamp_of(folder: Path) -> str:
    """What tells one state of the kept decision from another; "" where there is none."""
    try:
        told = (folder / TABLE).stat()
    except OSError:
        return ""
    return content_hash(str(folder.resolve()).encode(), f"{told.st_mtime_ns} {told.st_size}".encode(), VERSION)


def index_of(folder: Path, keep: Path | None) -> Index:
    """The index; from ``keep`` where it was made before, else it is made there (None: in a folder of this process)."""
    keep = keep or _own_folder()
    made = _place(folder, keep)
    if not made.is_dir():
        keep.mkdir(parents=True, exist_ok=True)
        old = list(keep.glob(f"{made.name.partition('-')[0]}-*"))
        _make(folder, made)
        for one in old:
            shutil.rmtree(one, ignore_errors=True)
    return _opened(made)


def require_index(folder: Path, keep: Path) -> None:
    """Refused (being_made) where the index of a large decision is not in ``keep``: making it takes half a minute."""
    if not _place(folder, keep).is_dir() and _rows(folder) >= ROWS_APART:
        fix = "ask again in some seconds: it is being made"
        raise Refused([Problem("decision", "no index of it yet", "one made beside the server", fix, "being_made")])


def _place(folder: Path, keep: Path) -> Path:
    return keep / f"{content_hash(str(folder.resolve()).encode())}-{stamp_of(folder)}"


def _rows(folder: Path) -> int:
    return int(pl.scan_parquet(folder / TABLE).select(pl.len()).collect().item())


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    scratch = tempfile.TemporaryDirectory(prefix="tuoguan-")
    _SCRATCH.append(scratch)  # lives, and is removed, with the process
    return Path(scratch.name)


_SCRATCH: list["tempfile.TemporaryDirectory[str]"] = []


def _make(folder: Path, made: Path) -> None:
    """Makes the files beside their place, then moves them there at once."""
    fresh = Path(tempfile.mkdtemp(dir=made.parent, prefix="making-"))
    try:
        if _rows(folder) >= ROWS_APART:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                pool.submit(_write, folder, fresh).result()
        else:
            _write(folder, fresh)
        fresh.replace(made)
    except OSError:
        if not made.is_dir():  # else another thread was first
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(folder: Path, into: Path) -> None:
    table = _table(folder)
    numbers = table.with_columns(pl.col("market", "way").cast(pl.Categorical)).select(NUMBERS)
    numbers.write_ipc(into / "groups.arrow", compression="uncompressed")
    sums = table.group_by("product", maintain_order=True).agg(
        *(value.alias(name) for name, value in OF_PRODUCT.items()),
        words=(pl.col("sku") + "\n" + pl.col("name")).first().str.to_lowercase(),
    )
    sums.write_ipc(into / "products.arrow", compression="uncompressed")
    np.save(into / "first.npy", sums.get_column("n").to_numpy().astype(np.int64))
    table.drop("moves").write_ndjson(into / "rows.jsonl")
    np.save(into / "ends.npy", np.fromiter(_ends(into / "rows.jsonl"), np.int64, table.height))


def _ends(path: Path) -> Iterable[int]:
    at = 0
    with path.open("rb") as lines:
        for line in lines:
            at += len(line)
            yield at


def _table(folder: Path) -> pl.DataFrame:
    """One row per product and market in their order, listings joined by " + "."""
    way = pl.col("platform") + "/" + pl.col("model")
    rows = pl.scan_parquet(folder / TABLE).select(
        *GROUP, *JOINED[1:], "listing", *dict.fromkeys(FIRST.values()), way=way
    )
    second = rows.filter(pl.col("listing") == 1).select(*GROUP, *(pl.col(name).alias(f"{name}_2") for name in JOINED))
    return (
        rows.filter(pl.col("listing").fill_null(0) == 0)
        .join(second, on=GROUP, how="left")
        .select(
            *GROUP,
            *(pl.concat_str(name, f"{name}_2", separator=" + ", ignore_nulls=True).alias(name) for name in JOINED),
            *(pl.col(source).alias(name) for name, source in FIRST.items()),
        )
        .sort(*GROUP)
        .with_row_index("n")
        .with_columns(
            product=pl.col("sku").rle_id(), moves=(pl.col("way") != "") & (pl.col("contract") != pl.col("today"))
        )
        .collect()
    )


def _opened(made: Path) -> Index:
    with (made / "rows.jsonl").open("rb") as rows:
        size = os.fstat(rows.fileno()).st_size
        mapped = mmap.mmap(rows.fileno(), size, access=mmap.ACCESS_READ)
    return Index(
        pl.read_ipc(made / "groups.arrow").with_columns(pl.col("product").set_sorted()),
        pl.read_ipc(made / "products.arrow"), np.load(made / "first.npy"),
        np.load(made / "ends.npy", mmap_mode="r"), mapped,
    )  # fmt: skip
