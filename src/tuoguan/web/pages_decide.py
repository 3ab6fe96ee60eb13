"""Pages: the decision. What was chosen and what it earns, its money, its limits, what to find out, and the rule."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.decision_fresh import Freshness, freshness
from tuoguan.app.decision_groups import (
    NOT_SOLD,
    Wanted,
    components_of,
    filtered,
    group_of,
    groups_page,
    products_page,
)
from tuoguan.app.decision_limits import limits_of
from tuoguan.app.decision_read import (
    Read,
    chosen_of,
    frontier_of,
    is_decided,
    pilots_of,
    ways_of,
    whole_of,
)
from tuoguan.app.decision_words import Ways, ways_in
from tuoguan.app.decision_worker import ask as ask_study
from tuoguan.app.phrases import component_phrase, phrase
from tuoguan.choose import name_of
from tuoguan.web import pages_decide_charts, pages_decide_take, pages_decide_whatif
from tuoguan.web.asking import Asking, reading
from tuoguan.web.pages_decide_shown import color_of, exported, query_of, read_for

pages = APIRouter()
for part in (pages_decide_charts, pages_decide_take, pages_decide_whatif):
    pages.include_router(part.pages)
PAGE_PRODUCTS, PAGE_GROUPS = 40, 50
PILOTS, RULE_ROWS = 30, 20
QUANTILES = (0, 5, 25, 50, 75, 95, 100)
Tab = Literal["map", "money", "limits", "unknowns", "rule"]


@pages.get("/w/{workspace}/decide")
def decide(ask: Asking = Depends(reading()), tab: Tab = "map") -> Response:
    """The decision that is kept, or the way to one."""
    if not is_decided(ask.place.folder):
        return ask.page("decide/none.html")
    read = read_for(ask)
    ways = ways_in(ask.place.folder, ask.language)
    made = {"map": _map, "money": _money, "limits": _limits, "unknowns": _unknowns, "rule": _rule}[tab]
    return ask.page(
        f"decide/{tab}.html", read=read, whole=whole_of(read), fresh=_fresh(ask, read), tab=tab, ways=ways,
        limits=limits_of(read), pilot_count=len(pilots_of(read)), **made(ask, read, ways),
    )  # fmt: skip


@pages.get("/w/{workspace}/decide.{form}")
def decide_out(form: str, ask: Asking = Depends(reading())) -> Response:
    """The rows that the page's question asks for, as a file."""
    return exported(read_for(ask), query_of(ask, 50), form, "decision")


def _fresh(ask: Asking, read: Read) -> Freshness:
    return freshness(ask.place.folder, read.hashes, read.on, ask.now // 86_400)


def _map(ask: Asking, read: Read, ways: Ways) -> dict[str, Any]:
    """Products beside their markets, or one row for each product and market."""
    is_list = ask.request.query_params.get("view") == "list"
    wanted = query_of(ask, PAGE_GROUPS if is_list else PAGE_PRODUCTS)
    rows, after, count = (groups_page if is_list else products_page)(read, wanted)
    chosen, order = chosen_of(read), ways_of(read)
    markets = tuple(dict.fromkeys(one.market for one in chosen))
    cells = {(one.market, one.way): one for one in chosen}
    return {
        "is_list": is_list, "wanted": wanted, "rows": rows, "after": after, "count": count, "markets": markets,
        "order": order, "cells": cells, "not_sold": NOT_SOLD, "color": partial(color_of, order),
    }  # fmt: skip


def _money(ask: Asking, read: Read, ways: Ways) -> dict[str, Any]:
    yours = (read.head["risk"]["weight"], 1.0, 1.0)
    parts = [(component_phrase(name, ask.language), minor) for name, minor in components_of(read).items() if minor]
    return {
        "frontier": frontier_of(read), "components": parts,
        "is_yours": lambda one: (one["risk_weight"], one["limit_share"], one["cash_share"]) == yours,
        "frontier_query": partial(_frontier_query, ask, read),
    }  # fmt: skip


def _frontier_query(ask: Asking, read: Read, point: Mapping[str, Any]) -> dict[str, str]:
    """The what-if that a point of the frontier answers: its hours and cash in the fields' own units."""
    today = {one.name: one.today for one in pages_decide_whatif.sliders(ask, read)}
    shares = {"hours": point["limit_share"], "cash": point["cash_share"]}
    return {name: f"{today[name] * share:.10g}" for name, share in shares.items() if share != 1.0 and name in today}


@pages.get("/w/{workspace}/decide/money/table")
def money_table(ask: Asking = Depends(reading())) -> Response:
    """Quantiles of the profit over the futures, behind its chart."""
    read = read_for(ask)
    values = sorted(ask_study(ask.place.folder, read.folder, "futures")["profit_minor"])
    rows = [(share, values[round((len(values) - 1) * share / 100)]) for share in QUANTILES]
    return ask.page("decide/money_table.html", rows=rows, currency=read.currency)


def _limits(ask: Asking, read: Read, ways: Ways) -> dict[str, Any]:
    return {}


def _unknowns(ask: Asking, read: Read, ways: Ways) -> dict[str, Any]:
    return {
        "pilots": pilots_of(read)[:PILOTS], "unknown": lambda one: name_of(one["unknown"], ask.language),
        "owner": lambda one: ways.contract(one["owner"]),
        "how": lambda one: phrase("sell_units" if one["weeks"] else "ask", ask.language, units=f"{one['units']:,}",
                                  weeks=one["weeks"]),
    }  # fmt: skip


def _rule(ask: Asking, read: Read, ways: Ways) -> dict[str, Any]:
    """Where the rule of thumb and the answer lie furthest apart, both ways."""
    found = filtered(read, Wanted()).select("n", "rule_gain_minor")
    apart = found.filter(found["rule_gain_minor"] != 0)
    order = apart.sort(apart["rule_gain_minor"].abs(), descending=True).head(RULE_ROWS)
    return {
        "rows": tuple(group_of(read, n) for n in order.get_column("n")), "differing": apart.height,
        "why": phrase("rule_why", ask.language),
        "says": phrase("rule_handed" if whole_of(read).rule_says == "handed over" else "rule_kept", ask.language),
    }  # fmt: skip
