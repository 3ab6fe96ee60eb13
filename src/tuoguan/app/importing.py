"""Files of seller centers → the ledger of a workspace.

Hides the order in which files must be taken: counts and stock orders bring goods, orders move them, statements pay for
them. Keeps the invariants that importing twice is importing once, that files given apart are files given together, and
that an import which was stopped is finished by the same command.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import available_timezones

import polars as pl

from tuoguan.app.importing_lines import import_lines
from tuoguan.app.importing_orders import Progress, import_orders, import_tracking
from tuoguan.app.importing_shop import Shop
from tuoguan.app.importing_stock import import_counts, import_stock_orders
from tuoguan.app.importing_told import Told
from tuoguan.app.ledgers import open_work
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.intake import (
    Export,
    FileCount,
    Reader,
    Table,
    formats,
    offset_of,
    read_catalogue,
    read_export,
    template,
)
from tuoguan.operate import Work

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says beside the files, "" or None where they say nothing.

    store     what the store is called in the ledger; ``contract``, ``place``: of all orders in the files
    currency, zone, counted_on, format   as in `intake.Reader`
    """

    store: str = ""
    contract: str = ""
    place: str = ""
    currency: str = ""
    zone: str = ""
    counted_on: Day | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: per file its format and rows; documents opened, moves made, statements and lines kept.

    ``listed`` are all rows that were not used, or used with a doubt (`intake.LISTED`).
    """

    formats: tuple[tuple[str, str], ...]
    counts: tuple[FileCount, ...]
    problems: tuple[Problem, ...]
    listed: pl.DataFrame
    opened: int
    moved: int
    unchanged: int
    statements: int
    lines: int


def import_files(
    workspace: Path, paths: Sequence[Path], asked: Asked, *, now: int, progress: Progress, work: Work | None = None
) -> Imported:
    """Reads the files and records what they say; ``now`` (UTC seconds) dates what has no day of its own.

    Refused, with nothing recorded, when settings or saved mappings are wrong, or none of the files could be read.
    ``work`` is an engine that is open already; without one the workspace's own ledger is opened.
    """
    check_asked(asked)
    catalogue = read_catalogue(workspace, now // DAY_SECONDS)
    own = dict(catalogue.seller.market_by_country) if catalogue.seller else {}
    reader = Reader(asked.currency, asked.zone, asked.counted_on, asked.format, own)
    known, exports, problems = formats(workspace), list[Export](), list[Problem]()
    for done, path in enumerate(paths):
        progress("reading", done, len(paths))
        found, wrong = read_export(path, known, reader)
        exports += found
        problems += wrong
    if not exports:
        raise Refused(problems)
    told = Told()
    with nullcontext(work) if work is not None else open_work(workspace) as engine:
        shop = Shop(workspace, catalogue, engine.terms, asked.store, asked.contract, asked.place)
        _record(shop, engine, exports, now, told, progress)
    return _summed(exports, problems, told)


def check_asked(asked: Asked) -> None:
    """Refuses words that mean nothing before a file is opened."""
    wrong = []
    if asked.currency and asked.currency not in EXPONENT_BY_CURRENCY:
        wrong.append(
            Problem("--currency", asked.currency, "an ISO 4217 code such as USD", "correct it", "unknown_currency")
        )
    if asked.zone and offset_of(asked.zone) is None and asked.zone not in available_timezones():
        wrong.append(
            Problem("--zone", asked.zone, "a zone such as Asia/Shanghai or UTC-7", "correct it", "unknown_zone")
        )
    for name, text in (("--store", asked.store), ("--place", asked.place)):
        if any(sign in text for sign in "/:\n"):
            wrong.append(Problem(name, text, "a name without / and :", "choose another name", "bad_name"))
    if wrong:
        raise Refused(wrong)


def _record(shop: Shop, work: Work, exports: Sequence[Export], now: int, told: Told, progress: Progress) -> None:
    """Everything the exports say, goods first."""

    def of(*tables: Table) -> list[Export]:
        return [export for export in exports if export.format.table in tables and export.rows.height]

    import_stock_orders(shop, work, of(Table.STOCK_ORDERS), told, progress)
    import_counts(shop, work, of(Table.STOCK), told)
    if orders := of(Table.ORDER_LINES):
        import_orders(shop, work, orders, told, progress)
    import_tracking(shop, work, of(Table.TRACKING), told, progress)
    money = of(Table.STATEMENT, Table.ACCOUNT, Table.PAYOUT, Table.UNSETTLED, Table.BILL)
    import_lines(shop, work, money, now, told, progress)


def _summed(exports: Sequence[Export], problems: Sequence[Problem], told: Told) -> Imported:
    """The accounts of reading and recording together."""
    listed = pl.concat([*(export.listed for export in exports), told.listed()])
    unused = listed.filter(~pl.col("used")).select("file", "row").unique().group_by("file").len()
    out = dict(unused.rows())
    counts = []
    for export in exports:
        one = export.counts
        left = int(out.get(one.file, 0))
        counts.append(replace(one, rows_used=one.rows_in - left, rows_listed=left))
    every = [*problems, *(problem for export in exports for problem in export.problems), *told.problems()]
    return Imported(
        tuple((export.file, export.format.id) for export in exports), tuple(counts), Refused(every).problems, listed,
        told.opened, told.moved, told.unchanged, told.statements, told.lines,
    )  # fmt: skip


def write_mapping(workspace: Path, path: Path) -> Path:
    """A template of a mapping for a file's headers, written to the workspace. Refused when there is one already."""
    return template(workspace, path)


def failed(imported: Imported) -> bool:
    """True when rows or files were refused."""
    return has_errors(imported.problems)
