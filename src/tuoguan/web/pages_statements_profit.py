"""Pages: planned against realized profit of the decision, and what own orders and statements teach."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.charting import chart_response
from tuoguan.web.listing import as_file, form_of_request

pages = APIRouter()
PARTS = ("demand", "price", "fee", "penalty", "delay", "cost")
SHOWN = 50


def part_words(ask: Asking) -> dict[str, str]:
    """Why realized profit is not the planned one."""
    return {
        "planned": ask.t("Planned"), "demand": ask.t("Demand"), "price": ask.t("Price"), "fee": ask.t("Fees"),
        "penalty": ask.t("Fines"), "delay": ask.t("Delay"), "cost": ask.t("Costs"), "realized": ask.t("Realized"),
    }  # fmt: skip


def _profit(ask: Asking) -> dict[str, Any]:
    from tuoguan.app import statements_view

    told = statements_view.profit_of(ask.place.folder)
    if told is None:
        fix = "decide first, then reconcile once days of the plan are gone"
        raise Refused([Problem("profit", "nothing to compare", "a decision and a run", fix, "no_page")])
    return told


def sums_of(rows: list[dict[str, Any]]) -> dict[str, int]:
    """All products together."""
    return {name: sum(row[f"{name}_minor"] for row in rows) for name in ("planned", *PARTS, "realized")}


@pages.get("/w/{workspace}/statements/profit")
def profit(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The bridge over all products, and product by product, largest gap first."""
    from tuoguan.app import statements_view

    told = statements_view.profit_of(ask.place.folder)
    if told is None:
        return ask.page("statements/profit_none.html")
    first = max(0, int(after)) if (after := ask.request.query_params.get("after", "")).isdecimal() else 0
    rows = told["rows"][first : first + SHOWN]
    more = str(first + SHOWN) if len(told["rows"]) > first + SHOWN else None
    return ask.page(
        "statements/profit.html", told=told, rows=rows, after=more, sums=sums_of(told["rows"]), parts=PARTS,
        words=part_words(ask), total=len(told["rows"]),
    )  # fmt: skip


@pages.get("/w/{workspace}/statements/profit.{form}")
def profit_file(form: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """All products as a file."""
    from tuoguan.app import statements_view

    return as_file(*table_bytes(statements_view.profit_table(_profit(ask)), form_of(form)), f"profit.{form}")


@pages.get("/w/{workspace}/statements/profit/chart")
def profit_chart(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The bridge as a picture."""
    told, words = _profit(ask), part_words(ask)
    sums, unit = sums_of(told["rows"]), 10 ** EXPONENT_BY_CURRENCY[told["currency"]]
    steps = [{"name": words[name], "value": sums[name] / unit, "total": name in ("planned", "realized")}
             for name in ("planned", *PARTS, "realized")]  # fmt: skip
    description = ask.t("From planned to realized profit, all products together.")
    return chart_response(ask.site.keep, "money.bridge", description, steps=steps, axis=told["currency"])


@pages.get("/w/{workspace}/statements/learned")
def learned(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What was learned, beside what the contracts say, with a button that writes it for the next decision."""
    from tuoguan.app import statements_view
    from tuoguan.contracts import label

    told = statements_view.learned_of(ask.place.folder)
    return ask.page(
        "statements/learned.html", told=told, term_word=lambda name: label(name, ask.language), number=_number
    )


def _number(row: Mapping[str, Any], value: int) -> str:
    """A value in the scale of its number: days as they are, everything else in millionths."""
    is_days = row["section"] == "quantity" and row["name"].endswith("_days")
    return str(value) if is_days else f"{value / 1_000_000:.3g}"


@pages.post("/w/{workspace}/statements/learn")
def learn(
    ask: Asking = Depends(writing(Right.DECIDE)), form: Mapping[str, str] = Depends(form_of_request)
) -> Response:  # fmt: skip
    """Starts the job that learns; with ``write`` it also writes the dated overlay."""
    params = {"write": form.get("write") == "yes"} | ({"until": form["until"]} if form.get("until") else {})
    job = ask.site.jobs.start(ask.place.name, "calibrate", params, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))
