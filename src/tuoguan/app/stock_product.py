"""One product's stock: every place, what comes when, when it runs out, what it cost, what moved it, what may be sold.

Hides where each of these is kept. Keeps the invariants that the run-out curve starts from what is on hand now and never
goes below nought, and that it says what it was drawn from.
"""

from dataclasses import dataclass
from pathlib import Path

from tuoguan.app.planned_sales import Arrival, Planned, planned_arrivals, planned_sales
from tuoguan.app.stock_places import places_of
from tuoguan.app.stock_view import BOOK, Coming, ProductRow, Value, coming_of, layers
from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Costing, Desk, Work, stream_of

CURVE_DAYS = 120
UNITS_OF = {"stock:at": "on_hand", "stock:reserved": "reserved", "stock:quarantined": "quarantined",
            "stock:in_transit": "in_transit", "stock:buyer": "with_buyers", "stock:lost": "lost",
            "stock:scrapped": "scrapped", "stock:supplier": "supplier"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """Units that one document brought, and what one of them cost by (component, currency), in minor units."""

    place: str
    document: str
    units: int
    value: Value


@dataclass(frozen=True, slots=True)
class Curve:
    """Units on hand at a place at the end of each day from today on.

    by       "plan", "sales" or "none": what the demand was taken from
    ends_on  the first day without any; None: not within the curve
    """

    place: str
    by: str
    units_a_day: float
    levels: tuple[float, ...]
    ends_on: Day | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of the product: what it leaves alone, and what it may offer."""

    stream: str
    contract: str
    state: str
    place: str
    buffer_units: int
    sellable: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry that moved the product: units into each kind of account and place."""

    position: int
    at: int
    kind: str
    stream: str
    actor: str
    units: tuple[tuple[str, str, int], ...]  # kind of account, place, units


@dataclass(frozen=True, slots=True)
class ProductStock:
    """Everything about one product's stock."""

    sku: str
    rows: tuple[ProductRow, ...]
    coming: tuple[Coming, ...]
    planned: tuple[Planned, ...]
    arrivals: tuple[Arrival, ...]
    curves: tuple[Curve, ...]
    layers: tuple[Layer, ...]
    listings: tuple[Listing, ...]


def product_stock(work: Work, folder: Path, sku: str, today: Day, costing: Costing = Costing.FIFO) -> ProductStock:
    """The product. Refused (code "no_document") where no entry ever moved it."""
    work.ledger.catch_up(BOOK)
    store, known = work.ledger.store, places_of(folder)
    lines = BOOK.of_sku(store, sku)
    if not lines:
        fix = "open it from the list"
        raise Refused([Problem(sku, "no goods of it in the ledger", "a product that was moved", fix, "no_document")])
    shelf = layers(work, costing).shelves_of(store, [sku]).get(sku)
    rows = []
    for line in lines:
        value = (shelf.value(line.place) if line.place else shelf.value()) if shelf else {}
        cover = line.cover_days(today)
        band = known.refill(line.place).band(cover)
        rows.append(ProductRow(line, line.sold_a_day(today), cover, band, None, None, value))
    coming = tuple(coming_of(known, one) for one in BOOK.inbound(store, sku))
    planned = tuple(planned_sales(folder, sku))
    return ProductStock(
        sku, tuple(rows), coming, planned, tuple(planned_arrivals(folder, sku)),
        tuple(_curve(row, coming, planned, today) for row in rows if row.line.place),
        tuple(
            Layer(place, layer.lot, layer.units, {key: minor for key, minor in layer.value.items() if minor})
            for place, found in (shelf.layers.items() if shelf else ()) for layer in found
        ),
        tuple(_listings(work, sku)),
    )  # fmt: skip


def _curve(row: ProductRow, coming: tuple[Coming, ...], planned: tuple[Planned, ...], today: Day) -> Curve:
    """The place's units by day: what is on hand, less what will be wanted, and what arrives at the latest day told."""
    place = row.line.place
    plans = [one for one in planned if one.place == place and one.since <= today + CURVE_DAYS]
    rate = sum(one.units_a_day for one in plans) if plans else row.sold_a_day
    by = "plan" if plans else "sales" if rate > 0 else "none"
    arriving: dict[int, int] = {}
    for one in coming:
        if one.inbound.place == place and one.late_on is not None:
            day = max(0, one.late_on - today)
            arriving[day] = arriving.get(day, 0) + one.inbound.units
    level, levels, ends_on = float(row.line.on_hand), [], None
    for day in range(CURVE_DAYS):
        level += arriving.get(day, 0)
        levels.append(round(level, 2))
        level = max(0.0, level - rate)
        if level <= 0 and rate > 0 and ends_on is None:
            ends_on = today + day
    return Curve(place, by, rate, tuple(levels), ends_on)


def _listings(work: Work, sku: str) -> list[Listing]:
    """The product's listings under each contract that has any, with what they may offer."""
    contracts = {name for (flow, name, _), _ in work.status_counts(Desk.PLATFORM).items() if flow == "listing"}
    streams = [stream_of("listing", f"{name}/{sku}") for name in sorted(contracts)]
    with work.ledger.store.reading() as view:
        known = view.streams(streams)
    found = []
    for stream in streams:
        if stream in known:
            document = work.document(stream)
            buffer_units = document.details.get("buffer_units", 0)
            may = work.sellable(document.place, sku, buffer_units) if document.place else 0
            found.append(Listing(stream, document.contract_id, document.state, document.place, buffer_units, may))
    return found


def movements(work: Work, sku: str, before: int | None = None, limit: int = 50) -> tuple[list[Movement], int | None]:
    """What moved the product, the latest entry first; the mark of the next page."""
    work.ledger.catch_up(BOOK)
    store = work.ledger.store
    positions = BOOK.moves(store, sku, before, limit + 1)
    found = []
    for position in positions[:limit]:
        for entry in store.entries(position - 1, position):
            units = [
                (*_spelled(account), amount) for account, unit, amount in entry.draft.postings if unit == f"sku/{sku}"
            ]
            found.append(
                Movement(position, entry.draft.occurred_at, entry.draft.kind, entry.stream, entry.actor, tuple(units))
            )
    return found, positions[limit - 1] if len(positions) > limit else None


def _spelled(account: str) -> tuple[str, str]:
    """The kind of account as screens name it, and the place."""
    first, second, *rest = account.split(":", 2)
    return UNITS_OF.get(f"{first}:{second}", second), rest[0] if rest else ""
