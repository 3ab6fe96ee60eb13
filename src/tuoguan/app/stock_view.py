"""Stock as a screen shows it: places and what they hold, products with their cover, one product with all that is known.

Hides which projections are asked. Keeps the invariants that a page reads what it shows and no more, and that looking
changes nothing but what can be made again from the ledger.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.app.home_money import Home
from tuoguan.app.planned_sales import planned_a_day
from tuoguan.app.stock_places import KeptBy, Places, Refill, places_of
from tuoguan.foundation.days import Day
from tuoguan.operate import Costing, CostLayers, Inbound, Row, StockBook, StockLine, StockPlace, Work

# Which rows a tab shows: the order that brings them to the front, and the column that is above nought in all of them.
TABS = {"short": ("cover", ""), "arriving": ("-in_transit", "in_transit"), "waiting": ("-quarantined", "quarantined"),
        "reserved": ("-reserved", "reserved"), "lost": ("-lost", "lost")}  # fmt: skip
COMPONENTS = ("goods", "first_leg", "duty", "other")
EXPORT_ROWS_MAX = 1_000_000
BOOK = StockBook()
Value = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place with what it holds and what that is worth at landed cost, by (component, currency)."""

    told: StockPlace
    kept_by: KeptBy
    market: str
    value: Value


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product at a place or everywhere.

    planned_a_day  None where no decision plans it;  next_in  what arrives next;  value  at landed cost
    """

    line: StockLine
    sold_a_day: float
    cover_days: float | None
    band: str
    planned_a_day: float | None
    next_in: "Coming | None"
    value: Value


@dataclass(frozen=True, slots=True)
class Coming:
    """Units on their way and the days they can be expected on; None where nobody states how long the lane takes."""

    inbound: Inbound
    early_on: Day | None
    late_on: Day | None


@dataclass(frozen=True, slots=True)
class StockPage:
    """Rows of the list; ``after`` is the mark of the next page."""

    rows: tuple[ProductRow, ...]
    after: Row | None
    refill: Refill


def layers(work: Work, costing: Costing) -> CostLayers:
    """Goods at cost, caught up."""
    kept = CostLayers(costing)
    work.ledger.catch_up(kept)
    return kept


def places(work: Work, folder: Path, costing: Costing = Costing.FIFO) -> list[PlaceRow]:
    """Everywhere first, then the places that hold anything or ever did."""
    work.ledger.catch_up(BOOK)
    known, worth = places_of(folder), dict[str, Value]()
    for place, component, currency, minor in layers(work, costing).worth(work.ledger.store):
        for name in ("", place.rpartition(":")[2] if place.startswith("in_transit:") else place):
            value = worth.setdefault(name, {})
            value[component, currency] = value.get((component, currency), 0) + minor
    return [
        PlaceRow(told, known.kept_by(told.place), known.market_of(told.place), worth.get(told.place, {}))
        for told in BOOK.places(work.ledger.store)
    ]


def product_page(
    work: Work, folder: Path, today: Day, *, place: str = "", tab: str = "", sort: str = "cover", find: str = "",
    after: Row | None = None, limit: int = 50, costing: Costing = Costing.FIFO,
) -> StockPage:  # fmt: skip
    """A page of products of a place, in an order; ``find``: those whose number begins so."""
    work.ledger.catch_up(BOOK)
    store, known = work.ledger.store, places_of(folder)
    refill = known.refill(place)
    order, column = TABS.get(tab, (sort, ""))
    if find:
        lines, mark = BOOK.found(store, place, find, limit), None
    else:
        lines, mark = BOOK.page(store, place=place, sort=order, after=after, limit=limit)
    fitting = [line for line in lines if _fits(line, tab, column, refill, today)]
    if len(fitting) < len(lines) and tab:
        mark = None  # the order puts what does not fit behind all that does
    return StockPage(_rows(work, folder, known, fitting, place, today, costing), mark, refill)


def _fits(line: StockLine, tab: str, column: str, refill: Refill, today: Day) -> bool:
    if tab == "short":
        return refill.band(line.cover_days(today)) == "red"
    return not column or getattr(line, column) > 0


def _rows(
    work: Work, folder: Path, known: Places, lines: Sequence[StockLine], place: str, today: Day, costing: Costing
) -> tuple[ProductRow, ...]:  # fmt: skip
    skus = [line.sku for line in lines]
    planned = planned_a_day(folder, skus, place)
    shelves = layers(work, costing).shelves_of(work.ledger.store, skus) if skus else {}
    refill, found = known.refill(place), []
    for line in lines:
        cover = line.cover_days(today)
        shelf = shelves.get(line.sku)
        value = (shelf.value(place) if place else shelf.value()) if shelf else {}
        found.append(
            ProductRow(
                line, line.sold_a_day(today), cover, refill.band(cover), planned.get(line.sku),
                _next_in(work, known, line), {key: minor for key, minor in value.items() if minor},
            )
        )  # fmt: skip
    return tuple(found)


def _next_in(work: Work, known: Places, line: StockLine) -> Coming | None:
    """The first of what is on its way of a row."""
    if line.in_transit <= 0:
        return None
    under_way = BOOK.inbound(work.ledger.store, line.sku, limit=20)
    coming = [coming_of(known, one) for one in under_way if line.place in ("", one.place)]
    return min(coming, key=lambda one: (one.late_on is None, one.late_on or 0), default=None)


def coming_of(known: Places, inbound: Inbound) -> Coming:
    """When units that were sent can be there, as the seller states the lane."""
    span = known.lead_days(inbound.lane)
    if span is None:
        return Coming(inbound, None, None)
    return Coming(inbound, inbound.sent_on + span[0], inbound.sent_on + span[1])


def table(
    work: Work, folder: Path, today: Day, home: Home, *, place: str, tab: str, sort: str, find: str
) -> pl.DataFrame:  # fmt: skip
    """The same list, all of it, as a table to be carried away."""
    rows, after = list[ProductRow](), None
    while len(rows) < EXPORT_ROWS_MAX:
        found = product_page(work, folder, today, place=place, tab=tab, sort=sort, find=find, after=after, limit=1000)
        rows += found.rows
        after = found.after
        if after is None:
            break
    return pl.DataFrame(list(_told(rows, home)), schema=SCHEMA, orient="row")


SCHEMA = {
    "place": pl.String, "sku": pl.String, "on_hand": pl.Int64, "reserved": pl.Int64, "quarantined": pl.Int64,
    "in_transit": pl.Int64, "with_buyers": pl.Int64, "lost": pl.Int64, "scrapped": pl.Int64,
    "sold_a_day": pl.Float64, "cover_days": pl.Float64, "band": pl.String, "planned_a_day": pl.Float64,
    "next_units": pl.Int64, "next_early_on": pl.Date, "next_late_on": pl.Date,
    "value_minor": pl.Int64, "currency": pl.String,
}  # fmt: skip


def _told(rows: Sequence[ProductRow], home: Home) -> Iterator[tuple[object, ...]]:
    for row in rows:
        line, coming = row.line, row.next_in
        yield (
            line.place, line.sku, line.on_hand, line.reserved, line.quarantined, line.in_transit, line.with_buyers,
            line.lost, line.scrapped, round(row.sold_a_day, 3),
            None if row.cover_days is None else round(row.cover_days, 1), row.band, row.planned_a_day,
            coming.inbound.units if coming else None, coming.early_on if coming else None,
            coming.late_on if coming else None, home.value(row.value), home.currency,
        )  # fmt: skip
