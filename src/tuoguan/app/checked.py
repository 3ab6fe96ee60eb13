"""A check of a workspace's files, kept until one of them changes: so that pages can show it without reading again.

Hides where it is kept. Keeps the invariant that what is shown was found in exactly the files that lie there now.
"""

import shutil
from pathlib import Path

import msgspec
import polars as pl

from tuoguan.app.check import check_workspace
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import TABLES, table_files

FACTS, GOODS, LISTED_ROWS = "facts.json", "products.parquet", "listed.parquet"


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one file."""

    file: str
    rows_in: int
    rows_used: int
    rows_listed: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found: ``usable`` when a decision can be made from it; days as whole numbers, 0 and -1 for none.

    assumed  products with an assumed value, by column
    """

    problems: list[dict[str, str | int]]
    usable: bool
    counts: list[Counted]
    products: int = 0
    currency: str = ""
    first_day: int = 0
    last_day: int = -1
    history: str = ""
    inputs: str = ""
    assumed: dict[str, int] = {}

    def count(self, severity: str) -> int:
        """How many problems there are of a severity."""
        return sum(problem["severity"] == severity for problem in self.problems)


def signature(workspace: Path) -> str:
    """What changes when a file of the workspace changes: names, sizes and times, contracts included."""
    paths = [workspace / "seller.toml", *(path for path, _ in table_files(workspace))]
    paths += sorted((workspace / "contracts").rglob("*.toml"))
    infos = [(str(path.relative_to(workspace)), path.stat().st_size, path.stat().st_mtime_ns)
             for path in paths if path.is_file()]  # fmt: skip
    return content_hash(repr(sorted(infos)).encode())[:32]


def kept(keep: Path, workspace: Path) -> Facts | None:
    """The check of the files as they are now, None where nobody made it yet."""
    path = keep / signature(workspace) / FACTS
    return msgspec.json.decode(path.read_bytes(), type=Facts) if path.is_file() else None


def check_and_keep(keep: Path, workspace: Path) -> Facts:
    """The check, made where it is not kept yet under ``keep``, the workspace's own folder for it."""
    mark = signature(workspace)
    if (found := kept(keep, workspace)) is not None:
        return found
    checked = check_workspace(workspace)
    batch = checked.batch
    problems = [problem.as_json() for problem in checked.problems]
    facts = Facts(problems=problems, usable=False, counts=[])
    products, listed = pl.DataFrame(), pl.DataFrame()
    if batch is not None:
        products, listed = batch.products, batch.listed
        assumed = products.select(pl.col("assumed").explode()).drop_nulls().to_series().value_counts()
        facts = Facts(
            problems=problems, usable=True, products=products.height, currency=batch.seller.currency,
            counts=[Counted(file=one.file, rows_in=one.rows_in, rows_used=one.rows_used, rows_listed=one.rows_listed)
                    for one in batch.counts],
            first_day=batch.first_day, last_day=batch.last_day, history=batch.history, inputs=batch.hash,
            assumed={str(name): int(count) for name, count in sorted(assumed.rows())},
        )  # fmt: skip
    for folder in keep.iterdir() if keep.is_dir() else ():
        shutil.rmtree(folder, ignore_errors=True)
    place = keep / mark
    place.mkdir(parents=True, exist_ok=True)
    products.write_parquet(place / GOODS)
    listed.write_parquet(place / LISTED_ROWS)
    with whole_file(place / FACTS) as temporary:
        temporary.write_bytes(msgspec.json.encode(facts))
    return facts


def product_rows(
    keep: Path, workspace: Path, *, find: str, after: str | None, limit: int
) -> tuple[pl.DataFrame, str | None]:
    """A page of the catalogue as it was understood, by SKU, and the mark of the next page; empty before a check."""
    path = keep / signature(workspace) / GOODS
    if not path.is_file():
        return pl.DataFrame(), None
    rows = pl.scan_parquet(path)
    if not rows.collect_schema().names():
        return pl.DataFrame(), None
    if find:
        text = find.lower()
        named = [
            pl.col(name).str.to_lowercase().str.contains(text, literal=True) for name in ("sku", "name", "supplier")
        ]
        rows = rows.filter(pl.any_horizontal(named))
    if after:
        rows = rows.filter(pl.col("sku") > after)
    page = rows.head(limit + 1).collect()
    return page.head(limit), str(page["sku"][limit - 1]) if page.height > limit else None


def product_problems(keep: Path, workspace: Path, limit: int = 200) -> pl.DataFrame:
    """Rows of the products' files that are not used, or used with a doubt."""
    path = keep / signature(workspace) / LISTED_ROWS
    if not path.is_file():
        return pl.DataFrame()
    rows = pl.read_parquet(path)
    if not rows.width:
        return rows
    files = [file.relative_to(workspace).as_posix() for file, table in table_files(workspace) if table == "products"]
    return rows.filter(
        pl.any_horizontal(pl.col("file").str.starts_with(name) for name in files) if files else pl.lit(False)
    ).head(limit)


__all__ = ["TABLES", "Counted", "Facts", "check_and_keep", "kept", "product_problems", "product_rows", "signature"]
