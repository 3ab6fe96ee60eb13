"""Pages: products. All of them, and one: its options side by side in every market, why, and where the answer turns."""

from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.decision_fresh import freshness
from tuoguan.app.decision_groups import Group, product_groups, products_page
from tuoguan.app.decision_product import Market, beside_of, market_of
from tuoguan.app.decision_read import Read, chosen_of, is_decided, ways_of
from tuoguan.app.decision_words import place_of, policy_words, ways_in
from tuoguan.app.phrases import component_phrase, phrase, word
from tuoguan.app.wording import in_unit, money
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import load_flows
from tuoguan.web import pages_product_charts
from tuoguan.web.asking import Asking, reading
from tuoguan.web.pages_decide_shown import color_of, exported, query_of, read_for

pages = APIRouter()
pages.include_router(pages_product_charts.pages)
PAGE_PRODUCTS = 60
DOCUMENTS_SHOWN = 8
PATH_BY_FLOW = {
    "listing": "listings", "price_review": "price-reviews", "restock": "purchases", "stock_order": "stock-orders",
    "order": "orders",
}  # fmt: skip


@pages.get("/w/{workspace}/products")
def products(ask: Asking = Depends(reading())) -> Response:
    """Every product of the decision with what was chosen for it."""
    if not is_decided(ask.place.folder):
        return ask.page("decide/none.html")
    read, wanted = read_for(ask), query_of(ask, PAGE_PRODUCTS)
    rows, after, count = products_page(read, wanted)
    order = ways_of(read)
    return ask.page(
        "product/products.html", read=read, wanted=wanted, rows=rows, after=after, count=count, order=order,
        markets=tuple(dict.fromkeys(one.market for one in chosen_of(read))), not_sold="none",
        ways=ways_in(ask.place.folder, ask.language), color=lambda way: color_of(order, way),
    )  # fmt: skip


@pages.get("/w/{workspace}/products.{form}")
def products_out(form: str, ask: Asking = Depends(reading())) -> Response:
    """The rows that the page's question asks for, as a file."""
    return exported(read_for(ask), query_of(ask, PAGE_PRODUCTS), form, "products")


@pages.get("/w/{workspace}/products/{sku}")
def product(sku: str, ask: Asking = Depends(reading()), market: str = "") -> Response:
    """One product in one of its markets; the others by their tabs."""
    read = read_for(ask)
    groups = product_groups(read, sku)
    group = next((one for one in groups if one.market == market), groups[0] if groups else None)
    if group is None or (market and group.market != market):
        fix = "choose it from the list of products"
        raise Refused([Problem("product", f"{sku} {market}"[:60], "one of the decision", fix, "no_page")])
    ways, order, kept = ways_in(ask.place.folder, ask.language), ways_of(read), market_of(read, sku, group.market)
    return ask.page(
        "product/product.html", read=read, markets=groups, group=group, kept=kept, ways=ways,
        beside=beside_of(read, kept, ask.place.folder, ways, ask.language), turns=_turns(ask, read, kept),
        fresh=freshness(ask.place.folder, read.hashes, read.on, ask.now // 86_400), place_of=place_of,
        policy_words=lambda text: policy_words(text, ask.language),
        color=lambda way: color_of(order, way), components=_components(ask, kept),
        assumed=_assumed(ask, kept), rule=_rule(ask, read, group), documents=_documents(ask, sku),
        query={"market": group.market},
    )  # fmt: skip


def _turns(ask: Asking, read: Read, kept: Market) -> list[dict[str, Any]]:
    """Thresholds in words, the nearest first."""
    rows = [
        {
            "term": word(one.term, ask.language), "distance": one.distance,
            "now": "–" if one.now is None else in_unit(one.now, one.unit, read.currency, ask.language),
            "at": in_unit(one.at, one.unit, read.currency, ask.language),
            "loses": word("above" if one.loses_above else "below", ask.language),
        }
        for one in kept.turns
    ]  # fmt: skip
    return sorted(rows, key=lambda row: 9.0 if row["distance"] is None else abs(row["distance"]))


def _components(ask: Asking, kept: Market) -> list[tuple[str, str]]:
    """Parts of the bridge that any option shown has, with their words."""
    names = [name for name in (kept.options[0].components if kept.options else {})]
    return [
        (name, component_phrase(name, ask.language)) for name in names
        if any(option.components[name] for option in kept.options)
    ]  # fmt: skip


def _assumed(ask: Asking, kept: Market) -> list[str]:
    return [word(name, ask.language) for name in dict.fromkeys(w for one in kept.options for w in one.assumed)]


def _rule(ask: Asking, read: Read, group: Group) -> str:
    """The rule of thumb beside the pick, as the report says it."""
    ways = ways_in(ask.place.folder, ask.language)
    if not group.rule_gain_minor:
        return phrase("rule_same", ask.language)
    key = "rule_less" if group.rule_gain_minor > 0 else "rule_more"
    difference = phrase(key, ask.language, money=money(abs(group.rule_gain_minor), read.currency))
    return phrase("rule_line", ask.language, way=ways.option(group.rule_option), difference=difference)


def _documents(ask: Asking, sku: str) -> list[dict[str, Any]]:
    """Today's documents that begin with the product, by flow; none where there is no ledger yet."""
    try:
        work = ask.work
        work.catch_up()
    except Refused:
        return []
    found, flows, zh = [], load_flows(), ask.language == "zh"
    for name, path in PATH_BY_FLOW.items():
        rows, after = work.register.page(work.ledger.store, name, desk=ask.desk, sku=sku, limit=DOCUMENTS_SHOWN)
        if rows:
            states = {one.name: one.title_zh if zh else one.title for one in flows[name].states}
            title = flows[name].title_zh if zh else flows[name].title
            found.append({"title": title, "path": path, "rows": rows, "states": states, "more": after is not None})
    return found
