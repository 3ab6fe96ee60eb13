"""Stock by owner and place: what is where, what comes when, how long it lasts, what it cost, what moved it."""

from typing import Any, Literal

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import strict_router
from tuoguan.api.shapes import shape, told
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.home_money import home_of
from tuoguan.app.stock_product import Curve, Listing, ProductStock, movements, product_stock
from tuoguan.app.stock_view import Coming, PlaceRow, ProductRow, Value, places, product_page, table
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Inbound, StockLine, StockPlace

routes = strict_router()
DAY_SECONDS = 86_400
Tab = Literal["", "short", "arriving", "waiting", "reserved", "lost"]


class ValueShown(BaseModel):
    """What goods are worth at landed cost."""

    component: str
    currency: str
    minor: int


PlaceLine = shape(StockPlace, "PlaceLine")
ProductLine = shape(StockLine, "ProductLine")
InboundShown = shape(Inbound, "InboundShown", but=["sent_on"], sent_on=str)
CurveShown = shape(Curve, "CurveShown", but=["ends_on", "levels"], ends_on=str | None, levels=list[float])
ListingShown = shape(Listing, "ListingOfProduct")


class PlaceShown(BaseModel):
    """A place ("": everywhere), who keeps it, and what it holds."""

    place: str
    kept_by: str
    market: str
    units: PlaceLine  # type: ignore[valid-type]
    value: list[ValueShown]


class ComingShown(BaseModel):
    """Units on their way, and the days they can be expected on."""

    inbound: InboundShown  # type: ignore[valid-type]
    early_on: str | None
    late_on: str | None


class ProductShown(BaseModel):
    """A product at a place or everywhere."""

    units: ProductLine  # type: ignore[valid-type]
    sold_a_day: float
    cover_days: float | None
    band: str = Field(description="red, amber or green by days of cover against the time to refill; none.")
    planned_a_day: float | None
    next_in: ComingShown | None
    value: list[ValueShown]


class LayerShown(BaseModel):
    """Units that one document brought, and what one of them cost."""

    place: str
    document: str
    units: int
    value: list[ValueShown]


class ProductWhole(BaseModel):
    """Everything about one product's stock."""

    sku: str
    places: list[ProductShown]
    coming: list[ComingShown]
    curves: list[CurveShown]  # type: ignore[valid-type]
    layers: list[LayerShown]
    listings: list[ListingShown]  # type: ignore[valid-type]


class MovementShown(BaseModel):
    """One entry that moved the product: units into each kind of account and place."""

    position: int
    at: int
    kind: str
    stream: str
    actor: str
    units: list[tuple[str, str, int]]


@routes.get("/stock/places", tags=["stock"], summary="Places and what they hold", operation_id="stock_places")
def all_places(caller: Caller = Depends(asking())) -> list[PlaceShown]:
    """Everywhere first, then each place that holds anything or ever did."""
    return [_place(one) for one in places(caller.work, caller.place.folder)]


@routes.get(
    "/stock/products.{form}",
    tags=["stock"],
    summary="Products as a file",
    operation_id="export_stock",
    response_class=Response,
)
def export(
    form: Form,
    place: str = Query("", max_length=160),
    tab: Tab = "",
    find: str = Query("", max_length=160),
    caller: Caller = Depends(asking()),
) -> Response:
    """All rows of the same query."""
    frame = table(
        caller.work,
        caller.place.folder,
        _today(caller),
        home_of(caller.place.folder, _today(caller)),
        place=place,
        tab=tab,
        sort="cover",
        find=find,
    )
    return table_answer(frame, form, "stock")


@routes.get("/stock/products", tags=["stock"], summary="Products and their cover", operation_id="stock_products")
def products(
    request: Request,
    response: Response,
    place: str = Query("", max_length=160, description="Empty: everywhere."),
    tab: Tab = Query("", description="short, arriving, waiting, reserved or lost alone."),
    find: str = Query("", max_length=160, description="SKUs that begin so."),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[ProductShown]:
    """Those that run out first stand first."""
    row = _row(after) if after is not None else None
    found = product_page(caller.work, caller.place.folder, _today(caller), place=place, tab=tab, find=find, after=row,
                         limit=limit)  # fmt: skip
    mark = msgspec.json.encode(found.after).decode() if found.after is not None else None
    return paged(request, response, [_product(one) for one in found.rows], mark)


@routes.get(
    "/stock/movements/{sku:path}", tags=["stock"], summary="What moved a product", operation_id="stock_movements"
)
def moved(
    sku: str,
    request: Request,
    response: Response,
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[MovementShown]:
    """Entries that moved it, the latest first."""
    before = number_of(after)
    found, mark = movements(caller.work, sku, before, limit)
    items = [MovementShown(**told(one) | {"units": list(one.units)}) for one in found]
    return paged(request, response, items, None if mark is None else str(mark))


@routes.get("/stock/product/{sku:path}", tags=["stock"], summary="One product's stock", operation_id="stock_product")
def product(sku: str, caller: Caller = Depends(asking())) -> ProductWhole:
    """Every place, what comes, when it runs out, its layers of cost, and what listings may offer."""
    found: ProductStock = product_stock(caller.work, caller.place.folder, sku, _today(caller))
    return ProductWhole(
        sku=found.sku, places=[_product(one) for one in found.rows], coming=[_coming(one) for one in found.coming],
        curves=[CurveShown(**told(one, ends_on=_iso(one.ends_on), levels=list(one.levels))) for one in found.curves],
        layers=[LayerShown(place=one.place, document=one.document, units=one.units, value=_value(one.value))
                for one in found.layers],
        listings=[ListingShown(**told(one)) for one in found.listings],
    )  # fmt: skip


def number_of(after: str | None) -> int | None:
    """The number that a mark is. Refused for one that no page gave."""
    if after is None:
        return None
    if not after.isdigit() or len(after) > 18:
        fix = "begin at the first page"
        raise Refused([Problem("query.after", repr(after)[:40], "a mark of this list", fix, "bad_mark")])
    return int(after)


def _today(caller: Caller) -> Day:
    return caller.now // DAY_SECONDS


def _row(mark: str) -> tuple[Any, ...]:
    try:
        found = msgspec.json.decode(mark, type=tuple[int | str, ...])
    except msgspec.DecodeError:
        found = ()
    if not 1 <= len(found) <= 4 or any(isinstance(one, int) and abs(one) >= 2**63 for one in found):
        fix = "begin at the first page"
        raise Refused([Problem("query.after", repr(mark)[:40], "a mark of this list", fix, "bad_mark")])
    return found


def _place(one: PlaceRow) -> PlaceShown:
    return PlaceShown(place=one.told.place, kept_by=one.kept_by, market=one.market, units=PlaceLine(**told(one.told)),
                      value=_value(one.value))  # fmt: skip


def _product(one: ProductRow) -> ProductShown:
    return ProductShown(
        units=ProductLine(**told(one.line)), sold_a_day=one.sold_a_day, cover_days=one.cover_days, band=one.band,
        planned_a_day=one.planned_a_day, next_in=_coming(one.next_in) if one.next_in else None, value=_value(one.value),
    )  # fmt: skip


def _coming(one: Coming) -> ComingShown:
    inbound = InboundShown(**told(one.inbound, sent_on=iso(one.inbound.sent_on)))
    return ComingShown(inbound=inbound, early_on=_iso(one.early_on), late_on=_iso(one.late_on))


def _value(value: Value) -> list[ValueShown]:
    return [ValueShown(component=key[0], currency=key[1], minor=minor) for key, minor in value.items()]


def _iso(day: Day | None) -> str | None:
    return None if day is None else iso(day)
