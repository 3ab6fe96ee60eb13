"""Pages: stock. Places and products, one product with its run-out and layers, and what moved it."""

from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.home_money import home_of
from tuoguan.app.planned_sales import names_of
from tuoguan.app.stock_places import places_of
from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.operate import EVERYWHERE, STOCK_ORDERS, Costing
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.charting import chart_response
from tuoguan.web.listing import EPOCH, as_file, mark_of, mark_text, move_title, today_of
from tuoguan.web.pages_stock_count import pages as count_pages

pages = APIRouter()
pages.include_router(count_pages)
ON_LANE = "in_transit:"
BAND_KIND = {"red": "bad", "orange": "warn", "green": "good", "none": ""}


def costing_of(ask: Asking) -> Costing:
    """How goods are costed on this page."""
    return Costing.AVERAGE if ask.request.query_params.get("costing") == Costing.AVERAGE else Costing.FIFO


def _asked(ask: Asking) -> dict[str, Any]:
    """What the URL asks of the list."""
    query = ask.request.query_params
    sort = query.get("sort", "cover")
    sort = sort if sort in STOCK_ORDERS else "cover"
    kinds = tuple(str if column.removeprefix("-") == "sku" else int for column in STOCK_ORDERS[sort])
    return {
        "place": query.get("place", EVERYWHERE), "tab": query.get("tab", ""), "sort": sort,
        "find": query.get("find", "").strip()[:80], "kinds": kinds,
    }  # fmt: skip


@pages.get("/w/{workspace}/stock")
def stock(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """Places, then products of one place or of all, shortest cover first."""
    from tuoguan.app import stock_view

    asked, costing, folder, today = _asked(ask), costing_of(ask), ask.place.folder, today_of(ask)
    if asked["tab"] in stock_view.TABS:
        column = stock_view.TABS[asked["tab"]][0]
        asked["kinds"] = tuple(str if name.removeprefix("-") == "sku" else int for name in STOCK_ORDERS[column])
    after = mark_of(ask.request.query_params.get("after", ""), asked["kinds"])
    places = stock_view.places(ask.work, folder, costing)
    page = stock_view.product_page(
        ask.work, folder, today, place=asked["place"], tab=asked["tab"], sort=asked["sort"], find=asked["find"],
        after=after, costing=costing,
    )  # fmt: skip
    chosen = next((row for row in places if row.told.place == asked["place"]), None)
    return ask.page(
        "stock/stock.html", places=places, chosen=chosen, page=page, after=mark_text(page.after), costing=costing,
        names=names_of(folder, [row.line.sku for row in page.rows]), home=home_of(folder, today), today=today,
        lanes=stock_view.BOOK.lanes(ask.work.ledger.store), band_kind=BAND_KIND, **{k: asked[k] for k in _SHOWN},
    )  # fmt: skip


_SHOWN = ("place", "tab", "sort", "find")


@pages.get("/w/{workspace}/stock.{form}")
def stock_file(form: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The list as a file."""
    from tuoguan.app import stock_view

    asked = _asked(ask)
    frame = stock_view.table(
        ask.work, ask.place.folder, today_of(ask), home_of(ask.place.folder, today_of(ask)), place=asked["place"],
        tab=asked["tab"], sort=asked["sort"], find=asked["find"],
    )  # fmt: skip
    return as_file(*table_bytes(frame, form_of(form)), f"stock.{form}")


@pages.get("/w/{workspace}/stock/products/{sku:path}")
def product(sku: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """One product: every place, run-out, what comes, layers of cost, listings, movements."""
    from tuoguan.app import stock_product

    folder, today = ask.place.folder, today_of(ask)
    found = stock_product.product_stock(ask.work, folder, sku, today, costing_of(ask))
    before = mark_of(ask.request.query_params.get("after", ""), (int,))
    moved, after = stock_product.movements(ask.work, sku, before[0] if before else None)
    return ask.page(
        "stock/product.html", sku=sku, found=found, moved=moved, after=mark_text((after,) if after else None),
        name=names_of(folder, [sku]).get(sku, ""), home=home_of(folder, today), today=today, band_kind=BAND_KIND,
        costing=costing_of(ask), places=places_of(folder), place_words=partial(place_words, ask),
        move_title=move_title(ask),
    )  # fmt: skip


@pages.get("/w/{workspace}/stock/runout/{sku:path}")
def runout(sku: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The run-out curve as a picture."""
    from tuoguan.app import stock_product

    today = today_of(ask)
    found = stock_product.product_stock(ask.work, ask.place.folder, sku, today)
    start = EPOCH + timedelta(days=today)
    series = [
        {"name": one.place, "from": start.isoformat(), "levels": list(one.levels)} for one in found.curves
    ]  # fmt: skip
    coming = [
        {"name": one.inbound.place, "day": (EPOCH + timedelta(days=max(today, one.late_on))).isoformat(),
         "units": one.inbound.units}
        for one in found.coming if one.late_on is not None
    ]  # fmt: skip
    description = ask.t("Units on hand by day at each place, with what is on its way arriving at the latest day told.")
    return chart_response(
        ask.site.keep, "stock.runout", description, series=series, coming=coming,
        words=[ask.t("day"), ask.t("units on hand"), ask.t("arrival")],
    )  # fmt: skip


@pages.get("/w/{workspace}/stock/cost/{sku:path}")
def cost(sku: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What a unit of each layer cost, by component, in the home currency."""
    from tuoguan.app import stock_product

    home = home_of(ask.place.folder, today_of(ask))
    found = stock_product.product_stock(ask.work, ask.place.folder, sku, today_of(ask), costing_of(ask))
    words = component_words(ask)
    bars = []
    for number, layer in enumerate(found.layers):
        for (component, currency), minor in layer.value.items():
            worth = home.minor(minor, currency)
            if worth is not None and layer.units:
                label = f"{number + 1}. {place_words(ask, layer.place)} ({layer.units})"
                bars.append({"layer": label, "component": words.get(component, component),
                             "cost": round(home.major(worth) / layer.units, 4)})  # fmt: skip
    description = ask.t("What one unit of each layer cost, by what it was paid for.")
    return chart_response(
        ask.site.keep,
        "stock.cost",
        description,
        bars=bars,
        words=[ask.t("layer"), f"{ask.t('per unit')}, {home.currency}"],
    )


def place_words(ask: Asking, place: str) -> str:
    """A place of a layer, or the lane that the goods are on."""
    lane, _, goes_to = place.removeprefix(ON_LANE).partition(":")
    return ask.t("on lane {lane} to {place}", lane=lane, place=goes_to) if place.startswith(ON_LANE) else place


def component_words(ask: Asking) -> dict[str, str]:
    """The parts of a landed cost."""
    return {
        "goods": ask.t("Purchase"), "first_leg": ask.t("First leg"), "duty": ask.t("Import duty"),
        "other": ask.t("Receiving"),
    }  # fmt: skip
