"""Pages: the charts of the decision, each an SVG made of the decision's numbers."""

from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.charts import major
from tuoguan.app.decision_groups import components_of
from tuoguan.app.decision_limits import limits_of
from tuoguan.app.decision_read import chosen_of, frontier_of, ways_of, whole_of
from tuoguan.app.decision_words import ways_in
from tuoguan.app.decision_worker import ask as ask_study
from tuoguan.app.phrases import component_phrase, phrase
from tuoguan.web.asking import Asking, reading
from tuoguan.web.charting import chart_response
from tuoguan.web.pages_decide_shown import read_for

pages = APIRouter()
AT = "/w/{workspace}/decide/charts"


@pages.get(f"{AT}/ways")
def ways(ask: Asking = Depends(reading())) -> Response:
    """Products by market and way."""
    read, names = read_for(ask), ways_in(ask.place.folder, ask.language)
    rows = [{"market": one.market, "way": names.way(one.way), "count": one.count} for one in chosen_of(read)]
    order = [names.way(way) for way in ways_of(read)]
    return chart_response(
        ask.site.keep, "decide.ways", phrase("ways_chosen", ask.language), rows=rows, order=list(dict.fromkeys(order)),
        none=names.way(""), x=phrase("count", ask.language), market=phrase("market", ask.language),
        way=phrase("way", ask.language),
    )  # fmt: skip


@pages.get(f"{AT}/money")
def money(ask: Asking = Depends(reading())) -> Response:
    """Profit of the whole choice over the futures."""
    read = read_for(ask)
    whole, currency = whole_of(read), read.currency
    values = ask_study(ask.place.folder, read.folder, "futures")["profit_minor"]
    marks = [
        {"name": phrase("mean", ask.language), "at": major(whole.expected_minor, currency)},
        {"name": phrase("worst", ask.language, share=whole.tail_percent), "at": major(whole.worst_minor, currency)},
    ]
    return chart_response(
        ask.site.keep, "decide.money", phrase("profit_distribution", ask.language), x=currency,
        values=[major(value, currency) for value in values], marks=marks, y=phrase("futures", ask.language),
    )  # fmt: skip


@pages.get(f"{AT}/bridge")
def bridge(ask: Asking = Depends(reading())) -> Response:
    """Where the expected profit comes from."""
    read = read_for(ask)
    rows = [
        {"name": component_phrase(name, ask.language), "value": major(minor, read.currency)}
        for name, minor in components_of(read).items() if minor
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "decide.bridge", phrase("profit_bridge", ask.language), rows=rows,
        total=phrase("profit", ask.language), x=read.currency,
    )  # fmt: skip


@pages.get(f"{AT}/frontier")
def frontier(ask: Asking = Depends(reading())) -> Response:
    """Profit against the worst outcomes under other attitudes to risk, other hours and other cash."""
    read = read_for(ask)
    risk, lines = read.head["risk"], _lines(ask)
    points = []
    for one in frontier_of(read):
        line = "hours" if one["limit_share"] != 1.0 else "cash" if one["cash_share"] != 1.0 else "risk"
        said = {"hours": f"×{one['limit_share']:g}", "cash": f"×{one['cash_share']:g}",
                "risk": f"{one['risk_weight']:g}"}  # fmt: skip
        points.append({
            "name": said[line], "line": lines[line], "x": major(one["cvar_minor"], read.currency),
            "y": major(one["expected_profit_minor"], read.currency),
            "yours": line == "risk" and one["risk_weight"] == risk["weight"],
        })  # fmt: skip
    return chart_response(
        ask.site.keep, "decide.frontier", phrase("frontier_part", ask.language), points=points,
        x=f"{phrase('worst_mark', ask.language)} ({read.currency})", yours=phrase("yours", ask.language),
        y=f"{phrase('expected_profit', ask.language)} ({read.currency})",
    )  # fmt: skip


def _lines(ask: Asking) -> dict[str, str]:
    keys = {"risk": "risk_weight", "hours": "limit_share", "cash": "cash_share"}
    return {name: phrase(key, ask.language) for name, key in keys.items()}


@pages.get(f"{AT}/limit/{{number}}")
def limit(number: int, ask: Asking = Depends(reading())) -> Response:
    """What each week takes of one limit, and what one more unit would be worth."""
    read = read_for(ask)
    limits = limits_of(read)
    one = limits[number] if 0 <= number < len(limits) else limits[0]
    unit = one.unit(read.currency, ask.language)
    weeks: list[dict[str, Any]] = [
        {"week": week.week, "used": round(week.used, 3), "limit": week.limit,
         "worth": major(week.worth_minor, read.currency)}
        for week in one.weeks
    ]  # fmt: skip
    return chart_response(
        ask.site.keep, "decide.capacity", one.name(ask.language), weeks=weeks, x=phrase("week", ask.language), y=unit,
        worth=f"{phrase('worth', ask.language)} ({read.currency})", limit=phrase("limit", ask.language),
    )  # fmt: skip
