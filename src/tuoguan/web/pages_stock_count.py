"""Pages: a count of stock typed in, looked at, then recorded."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.planned_sales import names_of
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.listing import form_of_request, iso_day, mark_of, mark_text, today_of

pages = APIRouter()


@pages.get("/w/{workspace}/stock/count")
def count_form(ask: Asking = Depends(reading(Right.HANDLE))) -> Response:
    """Products of a place with a field for what was counted."""
    from tuoguan.app import stock_view

    query = ask.request.query_params
    place, find = query.get("place", ""), query.get("find", "").strip()[:80]
    after = mark_of(query.get("after", ""), (str,))
    page = stock_view.product_page(
        ask.work, ask.place.folder, today_of(ask), place=place, sort="sku", find=find, after=after
    )
    return ask.page(
        "stock/count.html", place=place, find=find, rows=page.rows, after=mark_text(page.after),
        day=iso_day(today_of(ask)),
        names=names_of(ask.place.folder, [row.line.sku for row in page.rows]),
    )  # fmt: skip


@pages.post("/w/{workspace}/stock/count")
def count(ask: Asking = Depends(writing(Right.HANDLE)), form: Mapping[str, str] = Depends(form_of_request)) -> Response:
    """First shown beside what the ledger believes; with what was shown brought back, recorded."""
    from tuoguan.app import counting

    day, counted = _day(form.get("day", "")), _counted(form)
    prepared = counting.prepare(ask.work, form.get("place", ""), day, counted, today_of(ask))
    if not form.get("seen"):
        return ask.page("stock/count_check.html", count=prepared, day=form["day"])
    counting.record(ask.work, prepared, actor=ask.signed.name, seen=form["seen"])
    return ask.go(ask.url("stock", place=prepared.place))


def _day(text: str) -> Day:
    try:
        return parse_day(text)
    except ValueError:
        raise Refused([Problem("day", repr(text)[:40], "a day", "write it as 2026-11-22", "bad_date")]) from None


def _counted(form: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Units by (account's word, SKU) of the fields that were filled in."""
    found, problems = {}, []
    for name, text in form.items():
        account, sign, sku = name.partition("/")
        if not sign or not text:
            continue
        if not text.isdecimal() or len(text) > 9:
            problems.append(Problem(sku, repr(text)[:40], "a whole number of units", "correct it", "bad_quantity"))
        else:
            found[account, sku] = int(text)
    if problems:
        raise Refused(problems)
    return found
