"""Pages: what if a limit, the attitude to risk, a term or a contract were another. Looking changes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.contracts import parse_on
from tuoguan.app.decision_groups import contracts_of
from tuoguan.app.decision_limits import limits_of, limits_told
from tuoguan.app.decision_read import Read, whole_of
from tuoguan.app.decision_words import place_of, way_of_key, ways_in
from tuoguan.app.decision_worker import ask as ask_study
from tuoguan.app.decision_worker import warm
from tuoguan.app.whatif_asked import Asked
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.pages_decide_shown import read_for

pages = APIRouter()
MOVES_SHOWN = 60
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that a question may change: ``today`` as it stands; an empty field is today's."""

    name: str
    title: str
    unit: str
    today: float
    low: float
    high: float
    step: float
    value: str = ""


def _mark(text: str) -> str:
    """Marks a title for the translators; translated where it is shown."""
    return text


_ = _mark
PERCENT = (
    ("freight", _("Freight"), 0, 300), ("duty", _("Import duty"), 0, 300), ("unit_cost", _("Unit cost"), 50, 200),
    ("minutes", _("Minutes of work"), 25, 200),
)  # fmt: skip


@pages.get("/w/{workspace}/decide/what-if")
def what_if(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The form with what is asked in it; the answer follows in a part, or at once with ``work=1``."""
    read = read_for(ask)
    warm(ask.place.folder, read.folder)
    is_asked = asked_of(ask, read) != Asked()
    at_once = is_asked and ask.request.query_params.get("work") == "1"
    return ask.page(
        "decide/what_if.html", read=read, whole=whole_of(read), limits=sliders(ask, read), percents=percents(ask),
        contracts=contracts_of(read), is_asked=is_asked, said=ask.request.query_params,
        without=ask.request.query_params.getlist("without"), only=ask.request.query_params.getlist("only"),
        ways=ways_in(ask.place.folder, ask.language), answer=_answer(ask, read) if at_once else None,
        query=ask.request.url.query,
    )  # fmt: skip


@pages.get("/w/{workspace}/decide/what-if/answer")
def what_if_answer(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The answer alone; the browser's address becomes the page's."""
    read = read_for(ask)
    page = ask.url("decide/what-if") + (f"?{ask.request.url.query}" if ask.request.url.query else "")
    answer = None if asked_of(ask, read) == Asked() else _answer(ask, read)
    made = ask.page("decide/what_if_answer.html", read=read, answer=answer)
    made.headers["HX-Push-Url"] = page
    return made


def _answer(ask: Asking, read: Read) -> dict[str, Any]:
    told = ask_study(ask.place.folder, read.folder, "what_if", asked_of(ask, read), seconds=SECONDS)
    ways = ways_in(ask.place.folder, ask.language)
    return {
        "told": told, "ways": ways, "place_of": place_of, "way_of_key": way_of_key, "shown": MOVES_SHOWN,
        "worth": told["worth"][ask.language == "zh"], "limits": _limits(read, told),
        "is_same_way": lambda one: one["from"] == one["to"], "settings": _changed(told["settings"]),
        "has_terms": _has_terms(asked_of(ask, read)),
    }  # fmt: skip


def _has_terms(asked: Asked) -> bool:
    return bool(asked.terms or asked.without or asked.only or asked.contracts_on is not None)


def _limits(read: Read, told: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Each limit before and after, side by side."""
    after = {one.family: one for one in limits_told(read, told["after"]["capacities"])}
    return [(one, after[one.family]) for one in limits_of(read) if one.family in after]


def _changed(settings: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Settings that differ: before and after."""
    before, after = settings["before"], settings["after"]
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def sliders(ask: Asking, read: Read) -> list[Slider]:
    """Cash, hours, room and risk, as they stand and as the URL says."""
    said, whole = ask.request.query_params, whole_of(read)
    cash, hours = _today(read, "cash"), _today(read, "hours")
    found = []
    if cash is not None:
        cash /= 10 ** EXPONENT_BY_CURRENCY[read.currency]
        found.append(Slider("cash", ask.t("Cash"), read.currency, cash, 0, 3 * cash, max(1, round(cash / 100))))
    if hours is not None:
        found.append(Slider("hours", ask.t("Hours a week"), ask.t("h"), hours, 0, 3 * hours, max(0.5, hours / 80)))
    if _today(read, "volume") is not None or _today(read, "space") is not None:
        found.append(Slider("space", ask.t("Room at sites and on lanes"), "%", 100, 0, 300, 5))
    found.append(Slider("risk_weight", ask.t("Weight of risk"), "0–1", whole.risk_weight, 0, 1, 0.05))
    found.append(Slider("risk_level", ask.t("Risk level"), "0–1", whole.risk_level, 0.5, 0.99, 0.01))
    return [_with(one, said.get(one.name, "")) for one in found]


def percents(ask: Asking) -> list[Slider]:
    """Terms of which a share of today's value is asked."""
    said = ask.request.query_params
    made = [Slider(name, ask.t(title), "%", 100, low, high, 5) for name, title, low, high in PERCENT]
    return [_with(one, said.get(one.name, "")) for one in made]


def _with(slider: Slider, said: str) -> Slider:
    return replace(slider, value=said.strip() or f"{slider.today:.10g}")


def _today(read: Read, kind: str) -> float | None:
    """The limit of the kind in its first week, in the unit of the decision; None where there is none."""
    return next((float(one["limit"]) for one in read.head["capacities"] if one["kind"] == kind), None)


def asked_of(ask: Asking, read: Read) -> Asked:
    """The question of the URL; what stands as it is today is not asked. Refused with everything that is no number."""
    said, problems = ask.request.query_params, list[Problem]()
    numbers = {one.name: _number(one, problems) for one in (*sliders(ask, read), *percents(ask))}
    shares = {name: numbers.get(name) for name, *_ in PERCENT}
    terms = [f"{name}=x{value / 100}" for name, value in shares.items() if value is not None]
    terms += _of_contracts(said, problems) + [one.strip() for one in said.getlist("set") if one.strip()]
    if problems:
        raise Refused(problems)
    space, day = numbers.get("space"), said.get("on", "").strip()
    weight, level = numbers.get("risk_weight"), numbers.get("risk_level")
    return Asked(
        cash=_text(numbers.get("cash")), hours=_text(numbers.get("hours")),
        space=None if space is None else f"x{space / 100}", risk_weight=None if weight is None else float(weight),
        risk_level=None if level is None else float(level), without=_names(said.getlist("without")),
        only=_names(said.getlist("only")), terms=tuple(terms),
        contracts_on=parse_on(day, "on") if day and day != read.head["decide_on"] else None,
        is_exact=said.get("exact") == "1",
    )  # fmt: skip


def _names(said: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in said if name.strip())


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _number(slider: Slider, problems: list[Problem]) -> Decimal | None:
    """What the field says; None where it is empty or today's."""
    try:
        value = Decimal(slider.value)
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        problems.append(Problem(slider.title, repr(slider.value)[:40], "a number", "write digits", "bad_number"))
        return None
    return None if abs(float(value) - slider.today) <= 1e-9 * max(1.0, abs(slider.today)) else value


def _of_contracts(said: Any, problems: list[Problem]) -> list[str]:
    """Terms of one contract: points of commission, a share of the supply price; points of returns."""
    found = []
    for name, of in (("commission", "commission_of"), ("supply_price", "supply_price_of"), ("return_rate", "")):
        text, whose = said.get(name, "").strip(), said.get(of, "").strip() if of else ""
        if not text or text in ("0", "+0"):
            continue
        if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
            problems.append(Problem(name, repr(text)[:40], "percent, such as +2 or -5", "write digits", "bad_number"))
        elif of and not whose:
            problems.append(Problem(name, "no contract", "whose it is", "choose a contract beside it", "no_contract"))
        else:
            signed = text if text[0] in "+-" else f"+{text}"
            found.append(f"{name}:{whose}={signed}%" if of else f"{name}={signed}%")
    return found
