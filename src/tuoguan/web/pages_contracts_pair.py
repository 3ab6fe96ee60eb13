"""Pages: two contracts beside each other, what changed between two days, and which products that moves."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.contracts import COMPARE_CURRENCY, parse_on
from tuoguan.app.contracts_example import parcel_texts, read_parcel
from tuoguan.app.contracts_pair import Compared, changes_between, compared
from tuoguan.app.contracts_view import STAGES, terms_of
from tuoguan.app.decision_worker import ask as ask_study
from tuoguan.app.whatif_asked import Asked
from tuoguan.foundation.days import Day, day_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web import charting
from tuoguan.web.asking import Asking, reading
from tuoguan.web.contracts_say import Say

pages = APIRouter()
YEAR_DAYS = 365
MOVES_SHOWN = 100
DECISION, STUDY = "decision", "study.npz"


def _day(ask: Asking, name: str, otherwise: Day) -> Day:
    text = ask.request.query_params.get(name)
    return parse_on(text, name) if text else otherwise


def _today() -> Day:
    return day_of(date.today())


@pages.get("/w/{workspace}/contracts/compare")
def compare(ask: Asking = Depends(reading())) -> Response:
    """Two contracts: differences first, in money for one order."""
    query, library = ask.request.query_params, terms_of(ask.place.folder)
    a, b, on = query.get("a", ""), query.get("b", ""), _day(ask, "on", _today())
    both = _compared(ask, a, b, on) if a and b else None
    return ask.page(
        "contracts/compare.html", say=Say(ask.language), on=on, a=a, b=b, both=both, names=library.ids(),
        library=library, stages=STAGES, currency=COMPARE_CURRENCY, parcel=parcel_texts(read_parcel(query)),
    )  # fmt: skip


def _compared(ask: Asking, a: str, b: str, on: Day) -> Compared:
    known = terms_of(ask.place.folder).ids()
    wrong = [name for name in (a, b) if name not in known]
    if wrong:
        fix = "choose it from the list"
        raise Refused([Problem("contract", repr(name)[:80], "a contract", fix, "no_page") for name in wrong])
    return compared(ask.place.folder, a, b, on, read_parcel(ask.request.query_params))


@pages.get("/w/{workspace}/contracts/compare.svg")
def compare_drawn(ask: Asking = Depends(reading())) -> Response:
    """What one delivered order moves under both, term by term."""
    query, say = ask.request.query_params, Say(ask.language)
    a, b = query.get("a", ""), query.get("b", "")
    both = _compared(ask, a, b, _day(ask, "on", _today()))
    scale = 10 ** EXPONENT_BY_CURRENCY[COMPARE_CURRENCY]
    rows: list[dict[str, Any]] = [
        {"term": say.charge(term), "contract": name, "amount": (minor or 0) / scale}
        for term, *sides in both.stories.get("delivered", [])
        for name, minor in zip((a, b), sides, strict=True)
    ]
    description = ask.t("One delivered order under {a} and {b}", a=a, b=b)
    words = {"x": f"{COMPARE_CURRENCY}", "y": ask.t("term")}
    return charting.chart_response(ask.site.keep, "contracts.pair", description, rows=rows, words=words, order=[a, b])


@pages.get("/w/{workspace}/contracts/changes")
def changes(ask: Asking = Depends(reading())) -> Response:
    """Every term that differs between two days."""
    after = _day(ask, "to", _today())
    before = _day(ask, "from", after - YEAR_DAYS)
    found = changes_between(ask.place.folder, before, after)
    contract = ask.request.query_params.get("contract", "")
    wanted = [one for one in found if not contract or contract in one.ids]
    return ask.page(
        "contracts/changes.html", say=Say(ask.language), before=before, after=after, found=wanted, contract=contract,
        names=sorted({name for one in found for name in one.ids}), has_study=_has_study(ask),
    )  # fmt: skip


@pages.get("/w/{workspace}/contracts/changes/moves")
def moves(ask: Asking = Depends(reading(Right.DECIDE))) -> Response:
    """Which products the terms of another day would move: the choice made again from the kept study, in seconds."""
    if not _has_study(ask):
        fix = "decide first; the study is kept with the decision"
        raise Refused([Problem("decision", "no kept study", "a decision", fix, "no_study")])
    to = _day(ask, "to", _today())
    folder = ask.place.folder
    told = ask_study(folder, folder / DECISION, "what_if", Asked(contracts_on=to))
    return ask.page("contracts/moves.html", say=Say(ask.language), to=to, told=told, shown=told["moved"][:MOVES_SHOWN])


def _has_study(ask: Asking) -> bool:
    return (ask.place.folder / DECISION / STUDY).is_file()
