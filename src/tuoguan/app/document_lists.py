"""Documents as tables to look at and to take away: one query for page, counts and export.

Hides how pages are read. Keeps the invariant that an export holds exactly the rows that the list shows page by page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk, Listed, Step, Work

if TYPE_CHECKING:
    import polars as pl

MOST_OUT = 200_000
"""Rows of one export; more are taken by API or narrowed."""
OUT_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: all that stands in its URL but the page."""

    flow: str
    desk: Desk
    states: tuple[str, ...] = ()
    find: str = ""
    contract: str = ""
    market: str = ""
    place: str = ""
    sku: str = ""
    sort: str = "-opened_at"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``steps``: what is next for each document at the desk; ``counts`` by state under the same
    contract, market and place.
    """

    rows: tuple[Listed, ...]
    after: str | None
    steps: dict[str, list[Step]]
    counts: dict[str, int]
    choices: dict[str, tuple[str, ...]]


def page_of(work: Work, query: Query, *, after: str | None, at: int, limit: int) -> Page:
    """A page of the list. Refused for a sort or mark that is none."""
    work.catch_up()
    store, register = work.ledger.store, work.register
    rows, mark = _rows(work, query, after, limit)
    steps = work.queue.steps_of(store, [row.stream for row in rows], query.desk, at)
    counts = register.counts(
        store, query.flow, desk=query.desk, contract=query.contract, market=query.market, place=query.place
    )
    return Page(tuple(rows), mark, steps, counts, register.choices(store, query.flow, desk=query.desk))


def table_of(work: Work, query: Query) -> "pl.DataFrame":
    """Every row of the list as a table. Refused where there are more than `MOST_OUT`."""
    import polars as pl

    work.catch_up()
    found: list[Listed] = []
    after: str | None = None
    while True:
        rows, after = _rows(work, query, after, OUT_PAGE)
        found += rows
        if after is None:
            break
        if len(found) >= MOST_OUT:
            fix = "choose a state, a contract, a place or a SKU first"
            raise Refused([Problem("export", f"more than {MOST_OUT:,} rows", "fewer", fix, "too_many_rows")])
    whole = {name: pl.Int64 for name in ("lines", "units", "amount_minor", "version", "opened_at", "moved_at")}
    columns = {field.name: [getattr(row, field.name) for row in found] for field in fields(Listed)}
    table = pl.DataFrame(columns, schema={name: whole.get(name, pl.String) for name in columns})
    instants = (pl.from_epoch(pl.col(name), "s").dt.to_string("iso:strict") + "Z" for name in ("opened_at", "moved_at"))
    return table.with_columns(*instants)


def _rows(work: Work, query: Query, after: str | None, limit: int) -> tuple[Sequence[Listed], str | None]:
    return work.register.page(
        work.ledger.store, query.flow, desk=query.desk, states=query.states, find=query.find, contract=query.contract,
        market=query.market, place=query.place, sku=query.sku, sort=query.sort, after=after, limit=limit,
    )  # fmt: skip
