"""A workspace folder → a `Batch`: which file is which table, and the accounts of every row.

Hides the order in which tables need each other. Keeps the invariant rows_in == rows_used + rows_listed for every file.
"""

import hashlib
from datetime import date
from pathlib import Path

import polars as pl

from tuoguan.foundation.days import Day, day_of
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Refused
from tuoguan.foundation.tables import conform
from tuoguan.intake.grids import grids_of
from tuoguan.intake.guard import may_open
from tuoguan.intake.log import Log
from tuoguan.intake.money import Fx, default_fx
from tuoguan.intake.panel import Plain
from tuoguan.intake.plain import Summed, plain_of, read_plain
from tuoguan.intake.products import completed, tell_assumed, typed_products, with_costs
from tuoguan.intake.sales import Sold, read_sales
from tuoguan.intake.schema import PANEL, RETURNS, Batch, FileCount, Seller
from tuoguan.intake.settings import FILE, decide_day, read_seller
from tuoguan.intake.settings_limits import unknown_suppliers
from tuoguan.intake.sheets import Sheet, sheet_of
from tuoguan.intake.side import read_side
from tuoguan.intake.snapshots import is_snapshot, read_snapshots
from tuoguan.intake.words import table_of_name

SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".gz", ".parquet")
NOT_TABLES = ("contracts", "decision", "ledger", "mappings", "plan", "out", "output", "readme")
MAX_FILES = 2_000
HASH_CHUNK = 1 << 22


def read(folder: Path | str, *, on: Day | date | None = None, fx: Fx | None = None) -> Batch:
    """The workspace as typed tables with every problem found.

    ``on`` is the day of decision (nothing known on or after it is used); default: seller.toml's decide_on, else all
    history.
    ``fx`` gives units of the seller's currency for one unit of a code on a day. Refused when seller.toml or products
    are unusable.
    """
    root, log = Path(folder), Log()
    seller = read_seller(root, log) if root.is_dir() else None
    if not root.is_dir():
        log.say("missing_file", str(root), "no such folder")
    sheets, plains = _sheets(root, log) if root.is_dir() else ({}, [])
    if seller is None or not sheets.get("products"):
        if not sheets.get("products"):
            log.say("missing_file", "products", "no products file that can be read")
        raise Refused(log.problems)
    return _batch(root, seller, sheets, plains, _day(on), fx or default_fx(seller), log)


def _day(on: Day | date | None) -> Day | None:
    return day_of(on) if isinstance(on, date) else on


def _batch(
    root: Path,
    seller: Seller,
    sheets: dict[str, list[Sheet]],
    plains: list[tuple[Plain, str]],
    on: Day | None,
    fx: Fx,
    log: Log,
) -> Batch:
    """The batch of a workspace whose settings and catalogue can be used."""
    limit = on if on is not None else decide_day(seller)
    today = limit if limit is not None else day_of(date.today())
    products = typed_products(sheets["products"], seller, fx, today, log)
    in_use = products["sku"]
    if products.is_empty():
        log.say("no_products", "products", "no usable row")
        raise Refused(log.problems)
    tables, used = read_side(sheets, seller, in_use, today, limit, fx, log)
    products = with_costs(products, tables.pop("costs"))
    fast = _summed(plains, sheets, seller, in_use, limit, log)
    counters = [sheet for sheet in sheets.get("sales", []) if is_snapshot(sheet)]
    sold = read_sales([s for s in sheets.get("sales", []) if not is_snapshot(s)], seller, products, limit, fx, log)
    counted, points = read_snapshots(counters, seller, products, limit, log)
    sold = _with_fast(sold, fast)
    panel = _with_stock_outs(_joined(sold, counted), tables["stock_outs"])
    returns = _returns(sold, tables["returns"], log)
    products = completed(products, _sold_by_sku(sold, panel, returns), seller, log)
    for place, found, expected in unknown_suppliers(seller, products["supplier"].to_list()):
        log.say("seller_setting", f"{FILE}: {place}", found, expected=expected, fix="spell it as in products")
    if products.is_empty() or unknown_suppliers(seller, products["supplier"].to_list()):
        raise Refused(log.problems)
    panel = panel.filter(pl.col("sku").is_in(products["sku"].implode()))
    tell_assumed(products, log)
    if panel.is_empty():
        log.say("no_sales", "sales", "no usable sales")
    listed = log.table().sort("file", "row", "code", "column")
    taken = pl.concat([used, sold.used, points])
    counts = _counts(sheets, listed, taken, {part.rest.file: part.lines_used for part in fast})
    first, last = _span(panel)
    history = "snapshots" if counters and sold.panel.is_empty() else "orders"
    return Batch(
        seller, products, panel, tables["stock"], tables["stock_outs"], returns, tables["prices"], listed, counts,
        Refused(log.problems).problems, first, last, input_hash(root), history, tuple(log.notes),
    )  # fmt: skip


def _summed(
    plains: list[tuple[Plain, str]],
    sheets: dict[str, list[Sheet]],
    seller: Seller,
    skus: pl.Series,
    limit: Day | None,
    log: Log,
) -> list[Summed]:
    """Large plain files summed the fast way; their odd rows, and files that are not plain after all, join
    ``sheets``.
    """
    done = []
    for plain, name in plains:
        part = read_plain(plain, name, seller, skus, limit, log)
        if part:
            done.append(part)
        for sheet in [part.rest] if part else _best(plain.path, name, "sales", log):
            sheets.setdefault(sheet.table, []).append(sheet)
    return done


def _with_fast(sold: Sold, fast: list[Summed]) -> Sold:
    """Demand of both ways in one panel; a SKU's price where only sums are known is its mean."""
    if not fast:
        return sold
    keys = ["sku", "market", "day"]
    panel = pl.concat([sold.panel, *(part.panel for part in fast)])
    if len(fast) > 1 or sold.panel.height:
        panel = conform(panel.group_by(keys).agg(pl.col("units", "orders", "gross_minor").sum()), PANEL).sort(keys)
    mean = panel.group_by("sku").agg(price_minor=pl.col("gross_minor").sum() // pl.col("units").sum())
    prices = pl.concat([sold.prices, mean.join(sold.prices, on="sku", how="anti")])
    return Sold(panel, sold.returns, sold.used, prices)


def _joined(sold: Sold, counted: pl.DataFrame) -> pl.DataFrame:
    """Demand of order lines and of counters; where both know a SKU and market, order lines win."""
    other = counted.join(sold.panel.select("sku", "market").unique(), on=["sku", "market"], how="anti")
    return pl.concat([sold.panel, other]).sort("sku", "market", "day")


def _with_stock_outs(panel: pl.DataFrame, outs: pl.DataFrame) -> pl.DataFrame:
    """The panel with a row of no units for every known stock-out day without a sale."""
    silent = outs.join(panel, on=["sku", "market", "day"], how="anti").with_columns(units=0, orders=0, gross_minor=0)
    return pl.concat([panel, conform(silent, PANEL)]).sort("sku", "market", "day")


def _returns(sold: Sold, table: pl.DataFrame, log: Log) -> pl.DataFrame:
    """Returns of the returns table, else those that order lines tell; both would count twice."""
    if table.is_empty():
        return sold.returns
    if sold.returns.height:
        log.say("returns_twice", "returns", f"{sold.returns.height:,} returns in sales beside the returns table")
    return conform(table.group_by("sku", "market", "day").agg(pl.col("units").sum()), RETURNS).sort(
        "sku", "market", "day"
    )


def _sold_by_sku(sold: Sold, panel: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Median price, units and returned units per SKU."""
    units = panel.group_by("sku").agg(units=pl.col("units").sum())
    back = returns.group_by("sku").agg(returned=pl.col("units").sum())
    return units.join(back, on="sku", how="left").join(sold.prices, on="sku", how="full", coalesce=True)


def _span(panel: pl.DataFrame) -> tuple[Day, Day]:
    """First and last day of the panel; (0, -1) when it is empty."""
    if panel.is_empty():
        return 0, -1
    days = panel["day"].to_physical()
    return int(days.min()), int(days.max())  # type: ignore[arg-type]


def _counts(
    sheets: dict[str, list[Sheet]], listed: pl.DataFrame, taken: pl.DataFrame, more: dict[str, int]
) -> tuple[FileCount, ...]:
    """Rows in, used and listed of every file; products count as used when they are not listed."""
    unused = listed.filter(~pl.col("used")).select("file", "row").unique().group_by("file").len()
    left_out = dict(unused.rows())
    used = dict(taken.unique().group_by("file").len().rows())
    counts = []
    for table, parts in sheets.items():
        for sheet in parts:
            out = int(left_out.get(sheet.file, 0))
            inside = (
                sheet.rows_in - out if table == "products" else int(used.get(sheet.file, 0)) + more.get(sheet.file, 0)
            )
            counts.append(FileCount(sheet.file, sheet.rows_in, inside, out))
    return tuple(sorted(counts, key=lambda count: count.file))


def _sheets(root: Path, log: Log) -> tuple[dict[str, list[Sheet]], list[tuple[Plain, str]]]:
    """The recognized sheets of the workspace by table, and large plain sales files with their names, not yet read."""
    found: dict[str, list[Sheet]] = {}
    plains = []
    for path, name, table in _files(root, log):
        if not may_open(path, name, log):
            continue
        if table == "sales" and (plain := plain_of(path)):
            plains.append((plain, name))
            continue
        for sheet in _best(path, name, table, log):
            found.setdefault(sheet.table, []).append(sheet)
    return found, plains


def sheets_of(root: Path, tables: tuple[str, ...], log: Log) -> dict[str, list[Sheet]]:
    """The recognized sheets of the files whose names say that they are one of ``tables``."""
    found: dict[str, list[Sheet]] = {}
    for path, name, table in _files(root, log):
        if table in tables and may_open(path, name, log):
            for sheet in _best(path, name, table, log):
                found.setdefault(sheet.table, []).append(sheet)
    return found


def _best(path: Path, name: str, table: str | None, log: Log) -> list[Sheet]:
    """The file's sheets; of a workbook with several, those with a known header, and the others told."""
    grids = grids_of(path, name, log)
    if len(grids) == 1:
        sheet = sheet_of(grids[0], table, log)
        return [sheet] if sheet else []
    kept = []
    for grid in grids:
        aside = Log(guarded=log.guarded)
        label = grid.file.split("[")[-1].rstrip("]")
        sheet = sheet_of(grid, table or table_of_name(label), aside)
        if sheet and sheet.table:
            kept.append(sheet)
            log.problems += aside.problems
            log.frames += aside.frames
        else:
            log.say("sheet_ignored", grid.file, "a sheet without known column names")
    return kept


def table_files(root: Path) -> list[tuple[Path, str]]:
    """The files of the workspace that may hold tables, each with the table that its name says, "" for none."""
    return [(path, table or "") for path, _, table in _files(root, Log())] if root.is_dir() else []


def _files(root: Path, log: Log) -> list[tuple[Path, str, str | None]]:
    """Every file that may be a table, with the table that its name or folder says."""
    found: list[tuple[Path, str, str | None]] = []
    for path in sorted(root.iterdir()):
        if path.name.startswith((".", "~$")) or path.name == FILE or path.stem.lower() in NOT_TABLES:
            continue
        table = table_of_name(path.name.split(".")[0])
        if path.is_dir() and not path.is_symlink():
            if table:
                found += [
                    (inner, f"{path.name}/{inner.name}", table)
                    for inner in sorted(path.iterdir())
                    if not inner.name.startswith(".")
                ]
            else:
                log.say("unknown_file", path.name, "a folder that is none of our tables")
        elif path.suffix.lower() in SUFFIXES:
            found.append((path, path.name, table))
        elif table:
            log.say("wrong_kind", path.name, f"a {path.suffix or 'nameless'} file")
        else:
            log.say("unknown_file", path.name, "a file that is none of our tables")
    if len(found) > MAX_FILES:
        log.say("too_many_files", str(root.name), f"{len(found):,} files")
    return found[:MAX_FILES]


def input_hash(root: Path) -> str:
    """A content hash over the workspace's input files, names and bytes, in name order, read in pieces."""
    quiet, parts = Log(), []
    paths = [root / FILE, *(path for path, _, _ in _files(root, quiet))]
    for path in sorted(paths):
        if not path.is_file() or path.is_symlink():
            continue
        digest = hashlib.sha256()
        with path.open("rb") as handle:
            while chunk := handle.read(HASH_CHUNK):
                digest.update(chunk)
        parts += [path.relative_to(root).as_posix().encode(), digest.digest()]
    return content_hash(*parts)
