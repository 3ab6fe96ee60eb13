"""Pages: the charts of one product, and what is worked out of the kept study when it is asked for."""

from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.charts import major
from tuoguan.app.decision_product import Market, Option, market_of
from tuoguan.app.decision_read import Read
from tuoguan.app.decision_words import Ways, place_of, ways_in
from tuoguan.app.decision_worker import ask as ask_study
from tuoguan.app.phrases import component_phrase, phrase, word
from tuoguan.app.plan import read_inbound
from tuoguan.web.asking import Asking, reading
from tuoguan.web.charting import chart_response
from tuoguan.web.pages_decide_shown import read_for

pages = APIRouter()
AT = "/w/{workspace}/products/{sku}"
SIDES, CURVES = 4, 4


def _kept(ask: Asking, sku: str, market: str) -> tuple[Read, Market, Ways]:
    read = read_for(ask)
    return read, market_of(read, sku, market), ways_in(ask.place.folder, ask.language)


@pages.get(f"{AT}/charts/sides")
def sides(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """Unit economics of the best ways side by side: what a unit sold brings and costs, on one scale."""
    read, kept, ways = _kept(ask, sku, market)
    shown = kept.options[:SIDES]
    used = [name for name in (shown[0].components if shown else {}) if any(one.components[name] for one in shown)]
    rows = [
        {
            "title": ways.option(one.key),
            "rows": [{"name": component_phrase(name, ask.language), "value": _per_unit(read, one, name)}
                     for name in used],
        }
        for one in shown
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "product.waterfall", ask.t("What one unit sold brings and costs"), sides=rows,
        total=phrase("profit", ask.language), x=read.currency,
    )  # fmt: skip


def _per_unit(read: Read, option: Option, name: str) -> float:
    return round(major(option.components[name], read.currency) / max(option.units_sold, 1e-9), 4)


@pages.get(f"{AT}/charts/spread")
def spread(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """Each way's profit from 5 % to 95 % of the futures."""
    read, kept, ways = _kept(ask, sku, market)
    rows = [
        {
            "name": f"{ways.option(one.key)} · {place_of(one.key)}"[:70], "low": major(one.p05_minor, read.currency),
            "middle": major(one.p50_minor, read.currency), "high": major(one.p95_minor, read.currency),
            "mean": major(one.mean_minor, read.currency), "chosen": one.chosen,
        }
        for one in kept.options[:10]
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "product.spread", ask.t("Profit by way, 5 % to 95 % of the futures"), rows=rows, x=read.currency
    )


@pages.get(f"{AT}/charts/density")
def density(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """The same futures, way by way."""
    read, kept, ways = _kept(ask, sku, market)
    told = ask_study(ask.place.folder, read.folder, "spread", sku, market)["options"]
    series = [
        {"name": ways.option(one.key), "values": [major(value, read.currency) for value in told[one.key]]}
        for one in kept.options[:CURVES] if one.key in told
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "product.density", ask.t("Profit over the futures by way"), series=series, x=read.currency,
        y=ask.t("how often"),
    )  # fmt: skip


@pages.get(f"{AT}/charts/turns")
def turns(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """How far each term may move before the answer turns."""
    _, kept, _ = _kept(ask, sku, market)
    known = [one for one in kept.turns if one.distance is not None]
    rows = [
        {"term": word(one.term, ask.language), "distance": round(one.distance or 0.0, 4)}
        for one in sorted(known, key=lambda one: abs(one.distance or 0.0))
    ]
    return chart_response(
        ask.site.keep, "product.turns", ask.t("Where the answer turns"), rows=rows,
        x=ask.t("change from today's value (cut at ±100 %)"),
    )  # fmt: skip


@pages.get(f"{AT}/goods")
def goods(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """Stock and demand, played again for this product: a part of its page."""
    read = read_for(ask)
    told = _goods(ask, read, sku, market)
    inbound = read_inbound(read.folder / "plan", sku, market)
    return ask.page(
        "product/goods.html", read=read, told=told, sku=sku, market=market, inbound=inbound,
        ways=ways_in(ask.place.folder, ask.language),
    )  # fmt: skip


def _goods(ask: Asking, read: Read, sku: str, market: str) -> dict[str, Any]:
    return ask_study(ask.place.folder, read.folder, "goods", sku, market)


@pages.get(f"{AT}/charts/stock/{{number}}")
def stock(sku: str, market: str, number: int, ask: Asking = Depends(reading())) -> Response:
    """Stock at one place by day, with what the plan has under way."""
    read = read_for(ask)
    told = _goods(ask, read, sku, market)
    place = told["places"][number] if 0 <= number < len(told["places"]) else told["places"][0]
    inbound = [
        {"day": str(row["arrive_on"]), "units": row["units"]}
        for row in read_inbound(read.folder / "plan", sku, market) if row["place"] == place["place"]
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "product.fan", ask.t("Stock at {place}", place=place["place"]), days=told["days"],
        bands=place["bands"], inbound=inbound, y=ask.t("units"), arrives=ask.t("arrives"),
    )  # fmt: skip


@pages.get(f"{AT}/charts/demand")
def demand(sku: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """What was sold by week, and what is expected."""
    read = read_for(ask)
    told = _goods(ask, read, sku, market)
    return chart_response(
        ask.site.keep, "product.demand", ask.t("Demand by week"), history=told["history"], forecast=told["forecast"],
        y=ask.t("units a week"), seen=ask.t("sold, by week of your history"), ahead=ask.t("expected, by week ahead"),
    )  # fmt: skip
