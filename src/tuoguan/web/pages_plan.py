"""Pages: the plan, week by week, beside what was done of it."""

from dataclasses import fields
from datetime import date
from typing import Any

import polars as pl
from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app import plan_done, plan_read
from tuoguan.app.decision_fresh import freshness
from tuoguan.app.decision_read import Read, read_decision
from tuoguan.app.plan_read import BY, Asked, Plan, read_plan
from tuoguan.foundation.days import date_of, day_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Work, load_flows
from tuoguan.web import charting
from tuoguan.web.asking import Asking, reading
from tuoguan.web.contracts_say import Say
from tuoguan.web.receiving import file_answer

pages = APIRouter()
VIEWS = ("", "purchases", "late", "quotes", "totals")
ROWS = 60
MODES = ("sea", "air", "rail", "express", "domestic")


def _asked(ask: Asking) -> Asked:
    """The filters in the URL."""
    return Asked(**{field.name: ask.request.query_params.get(field.name, "")[:80] for field in fields(Asked)})


def _plan(ask: Asking) -> tuple[Plan, Read]:
    return read_plan(ask.place.folder, ask.site.keep), read_decision(ask.place.folder, ask.site.keep / "decisions")


def _work(ask: Asking) -> Work | None:
    """The workspace's ledger; None where the plan was never taken into one."""
    try:
        return ask.work
    except Refused:
        return None


@pages.get("/w/{workspace}/plan")
def plan(ask: Asking = Depends(reading())) -> Response:
    """The calendar; purchases with what became of them; what is late; quotes; totals."""
    try:
        kept, decision = _plan(ask)
    except Refused as refused:
        if {one.code for one in refused.problems} != {"no_decision"}:
            raise
        return ask.page("plan/none.html", problems=refused.problems)
    asked, today, work = _asked(ask), day_of(date.today()), _work(ask)
    view = ask.request.query_params.get("view", "")
    values: dict[str, Any] = {"kept": kept, "decision": decision, "asked": asked, "today": today, "view": view}
    values |= {"flows": load_flows(), "say": Say(ask.language), "choices": plan_read.choices(kept)}
    values |= {"weeks": plan_read.weeks(kept, asked), "taken": plan_done.counts(work) if work else {}}
    values |= {"query": {field.name: getattr(asked, field.name) for field in fields(Asked)}}
    fresh = freshness(ask.place.folder, decision.hashes, decision.on, today)
    return ask.page(f"plan/{_template(view)}", fresh=fresh, **values, **_view(ask, view, kept, asked, work, today))


def _template(view: str) -> str:
    if view not in VIEWS:
        raise Refused([Problem("view", repr(view)[:40], "one of the plan's pages", "choose a tab", "no_page")])
    return f"{view or 'calendar'}.html"


def _view(ask: Asking, view: str, kept: Plan, asked: Asked, work: Work | None, today: int) -> dict[str, Any]:
    """What the tab shows."""
    after = ask.request.query_params.get("after")
    if view == "purchases":
        rows, following = plan_read.page(kept, asked, after, ROWS)
        return {"rows": rows, "following": following, "done": plan_done.done(work, kept, rows) if work else {}}
    if view == "late":
        return {"late": plan_done.late(work, kept, asked, today) if work else None, "days_late": plan_done.days_late}
    if view == "quotes":
        rows, following, count = plan_read.quotes(kept, asked, after, ROWS)
        return {"rows": rows, "following": following, "count": count}
    if view == "totals":
        return {"totals": {by: plan_read.totals(kept, asked, by) for by in BY}}
    return {"hours_limits": _hours_limits(ask)}


def _hours_limits(ask: Asking) -> list[float | None]:
    """The limit of each week's hours, in the order of weeks."""
    head = read_decision(ask.place.folder, ask.site.keep / "decisions").head
    return [one["limit"] for one in head["capacities"] if one["kind"] == "hours" and not one["at_least"]]


@pages.get("/w/{workspace}/plan.{form}")
def plan_out(form: str, ask: Asking = Depends(reading())) -> Response:
    """A table of the plan as a file: purchases with their shipments as the URL filters them, or another by name."""
    kept, decision = _plan(ask)
    name = ask.request.query_params.get("table", "purchases")
    if name not in ("purchases", "quotes", "cash", "hours"):
        raise Refused([Problem("table", repr(name)[:40], "a table of the plan", "choose one of them", "no_page")])
    frame = plan_read.everything(kept, _asked(ask)) if name == "purchases" else kept.table(name)  # type: ignore[arg-type]
    return file_answer(frame.with_columns(currency=pl.lit(decision.currency)), form, f"plan-{name}")


@pages.get("/w/{workspace}/plan/weeks.svg")
def weeks_drawn(ask: Asking = Depends(reading())) -> Response:
    """What is to be paid for, and what leaves by which way, week by week."""
    kept, decision = _plan(ask)
    found = plan_read.weeks(kept, _asked(ask))
    scale = 10 ** EXPONENT_BY_CURRENCY[decision.currency]
    money = [
        {"week": _first_day(week.starts_on), "what": what, "amount": minor / scale}
        for week in found
        for what, minor in ((ask.t("goods"), week.cost_minor), (ask.t("freight"), week.freight_minor))
        if minor
    ]
    words: dict[str, Any] = {"money": decision.currency, "units": ask.t("units leaving"), "mode": ask.t("way")}
    words |= {"what": [ask.t("goods"), ask.t("freight")], "modes": _modes(ask, kept)}
    description = ask.t("Money for purchases by week, and units that leave by each way")
    leaving = [
        {"week": _first_day(week.starts_on), "mode": ask.t(mode), "units": units}
        for week in found
        for mode, units in week.leaving.items()
    ]
    return charting.chart_response(
        ask.site.keep,
        "plan.weeks",
        description,
        money=money,
        leaving=leaving,
        words=words,
        starts=[_first_day(week.starts_on) for week in found],
    )


def _modes(ask: Asking, kept: Plan) -> list[str]:
    """The plan's ways of transport in the reader's words, always in one order."""
    used = plan_read.choices(kept)["mode"]
    return [ask.t(mode) for mode in (*MODES, *(mode for mode in used if mode not in MODES)) if mode in used]


def _first_day(day: int) -> str:
    return date_of(day).isoformat()


@pages.get("/w/{workspace}/plan/lines.svg")
def lines_drawn(ask: Asking = Depends(reading())) -> Response:
    """From ordering to arrival, a bar each: by site and way, or by product where there are few."""
    kept, _ = _plan(ask)
    found = plan_read.bars(kept, _asked(ask))
    days = ("order_on", "dispatch_on", "arrive_on", "arrive_early_on", "arrive_late_on")
    rows = [
        {
            **{name: row[name].isoformat() for name in days}, "units": row["units"], "count": row["count"],
            "line": row["sku"] or row["site"], "mode": ask.t(row["mode"]),
        }
        for row in found
    ]  # fmt: skip
    words = {"units": ask.t("units"), "mode": ask.t("way"), "modes": _modes(ask, kept)}
    description = ask.t("Shipments from the day they leave to the most likely day they arrive")
    return charting.chart_response(ask.site.keep, "plan.shipments", description, rows=rows, words=words)


@pages.get("/w/{workspace}/plan/cash.svg")
def cash_drawn(ask: Asking = Depends(reading())) -> Response:
    """Money tied up by week, in the mean and in bad futures, against the limit."""
    kept, decision = _plan(ask)
    scale = 10 ** EXPONENT_BY_CURRENCY[decision.currency]
    rows = [
        {
            "week": row["starts_on"].isoformat(), "mean": -row["cash_mean_minor"] / scale,
            "bad": -row["cash_low_minor"] / scale, "limit": row["limit_minor"] / scale,
        }
        for row in kept.table("cash").iter_rows(named=True)
    ]  # fmt: skip
    words = {"y": decision.currency, "mean": ask.t("in the mean"), "bad": ask.t("in bad futures"),
             "limit": ask.t("limit")}  # fmt: skip
    description = ask.t("Cash tied up by week against the limit")
    return charting.chart_response(ask.site.keep, "plan.cash", description, rows=rows, words=words)


@pages.get("/w/{workspace}/plan/hours.svg")
def hours_drawn(ask: Asking = Depends(reading())) -> Response:
    """Staff hours by week and duty against the limit."""
    kept, _ = _plan(ask)
    say, limits = Say(ask.language), _hours_limits(ask)
    rows = [
        {"week": row["starts_on"].isoformat(), "duty": say.label(row["duty"]), "hours": round(row["hours"], 3)}
        for row in kept.table("hours").iter_rows(named=True)
    ]
    first = kept.on
    bound = [{"week": date_of(first + 7 * at).isoformat(), "limit": limit} for at, limit in enumerate(limits) if limit]
    words = {"y": ask.t("hours a week"), "limit": ask.t("limit"), "duty": ask.t("duty")}
    description = ask.t("Staff hours by week and duty against the limit")
    return charting.chart_response(ask.site.keep, "plan.hours", description, rows=rows, bound=bound, words=words)
