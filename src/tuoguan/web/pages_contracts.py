"""Pages: contracts, what each says on a day, and who does what under which."""

from datetime import date

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.contracts import parse_on
from tuoguan.app.contracts_example import example, parcel_texts, read_parcel
from tuoguan.app.contracts_view import DUTIES, STAGES, Offer, lines, models, offers, offers_table, show, terms_of
from tuoguan.contracts import ChargeEntry, ChargeKind, Placed, Provenance, QuantityName, check
from tuoguan.foundation.days import Day, day_of
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.site import Right
from tuoguan.web import charting, pages_contracts_overlays, pages_contracts_pair
from tuoguan.web.asking import Asking, reading
from tuoguan.web.contracts_say import Say
from tuoguan.web.receiving import file_answer

pages = APIRouter()
pages.include_router(pages_contracts_pair.pages)
pages.include_router(pages_contracts_overlays.pages)

FILTERS = ("platform", "model", "market")
PAYOUT = (
    QuantityName.SETTLEMENT_LAG_DAYS, QuantityName.SETTLEMENT_FALLBACK_DAYS, QuantityName.TRANSFER_DAYS,
    QuantityName.SETTLEMENTS_PER_MONTH, QuantityName.RESERVE_SHARE, QuantityName.RESERVE_DAYS, QuantityName.RESERVE_CAP,
    QuantityName.FREEZE_DAYS, QuantityName.PENALTY_DELAY_DAYS, QuantityName.DEPOSIT,
)  # fmt: skip


def day_asked(ask: Asking, name: str = "on") -> Day:
    """The day in the URL; today without one."""
    return parse_on(ask.request.query_params.get(name) or None, name)


@pages.get("/w/{workspace}/contracts")
def contracts(ask: Asking = Depends(reading())) -> Response:
    """Who does what under which contract; the models beside each other; the plain list."""
    on = day_asked(ask)
    every = offers(ask.place.folder, on)
    found = _filtered(ask, every)
    wanted = ask.request.query_params.getlist("models")
    known = models(found)
    pair = [one for one in known if one.name in wanted] or known[:2]
    return ask.page(
        "contracts/all.html", say=Say(ask.language), on=on, today=day_of(date.today()), every=every, found=found,
        lines=lines(found), models=known, pair=sorted(pair, key=lambda one: one.own_share), stages=STAGES,
        duties=DUTIES, view=ask.request.query_params.get("view", ""), problems=_problems(ask),
        asked={name: ask.request.query_params.getlist(name) for name in FILTERS},
        choices={name: sorted({getattr(one.contract.head, name) for one in every}) for name in FILTERS},
    )  # fmt: skip


@pages.get("/w/{workspace}/contracts.{form}")
def contracts_out(form: str, ask: Asking = Depends(reading())) -> Response:
    """The list that the URL shows, as a file."""
    return file_answer(offers_table(_filtered(ask, offers(ask.place.folder, day_asked(ask)))), form, "contracts")


def _filtered(ask: Asking, every: list[Offer]) -> list[Offer]:
    """The contracts that the URL's filters leave."""
    for name in FILTERS:
        wanted = [value for value in ask.request.query_params.getlist(name) if value]
        if wanted:
            every = [one for one in every if getattr(one.contract.head, name) in wanted]
    return every


def _problems(ask: Asking) -> int:
    """How many errors stand in the seller's own overlays."""
    library = terms_of(ask.place.folder)
    if not len(library.overlays) and not library.overlays.problems:
        return 0
    places = tuple(item.at for item in library.overlays)
    found = [one for one in check(library) if one in library.overlays.problems or one.at.startswith(places)]
    return sum(has_errors([one]) for one in found)


@pages.get("/w/{workspace}/contracts/{platform}/{model}/{market}")
def contract(platform: str, model: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """One contract in full on a day, with an order worked through."""
    on, name = day_asked(ask), f"{platform}/{model}/{market}"
    shown = show(ask.place.folder, name, on)
    wrong: tuple[Problem, ...] = ()
    try:
        parcel = read_parcel(ask.request.query_params)
    except Refused as error:
        parcel, wrong = read_parcel({}), error.problems
    charges = shown.entries("charge")
    return ask.page(
        "contracts/one.html", say=Say(ask.language), on=on, today=day_of(date.today()), shown=shown, stages=STAGES,
        numbers={source: number for number, source in enumerate(shown.sources, 1)}, wrong=wrong,
        fees=[item for item in charges if not _is_penalty(item)],
        penalties=[item for item in charges if _is_penalty(item)],
        payout=_quantities(shown.entries("quantity"), True), others=_quantities(shown.entries("quantity"), False),
        example=example(shown.compiled, parcel), parcel=parcel_texts(parcel),
        may_edit=ask.may(Right.DECIDE),
    )  # fmt: skip


@pages.get("/w/{workspace}/contracts/{platform}/{model}/{market}/days.svg")
def days(platform: str, model: str, market: str, ask: Asking = Depends(reading())) -> Response:
    """From the order to the money, as a picture."""
    name, on = f"{platform}/{model}/{market}", day_asked(ask)
    made = example(show(ask.place.folder, name, on).compiled, read_parcel(ask.request.query_params))
    rows = [
        {"step": ask.t("on the way to the buyer"), "from": 0, "to": made.delivered_days},
        {"step": ask.t("until the money comes"), "from": made.delivered_days, "to": made.payout.paid_on - on},
    ]
    if made.payout.reserve_minor:
        rows.append({"step": ask.t("reserve kept back"), "from": made.payout.paid_on - on,
                     "to": made.payout.released_on - on})  # fmt: skip
    ends = {"low": made.earliest.paid_on - on, "high": made.latest.paid_on - on}
    description = ask.t("Days from the order to the money under {name}", name=name)
    words = {"x": ask.t("days after the order"), "range": ask.t("earliest and latest payment")}
    return charting.chart_response(
        ask.site.keep, "contracts.days", description, rows=rows, ends=ends, words=words
    )  # fmt: skip


def _is_penalty(item: Placed[Provenance]) -> bool:
    return isinstance(item.entry, ChargeEntry) and item.entry.kind is ChargeKind.PENALTY


def _quantities(items: list[Placed[Provenance]], payout: bool) -> list[Placed[Provenance]]:
    """Those about being paid, in the order in which they matter; or all others."""
    place = {name.value: rank for rank, name in enumerate(PAYOUT)}
    found = [item for item in items if (item.key[1] in place) is payout]
    return sorted(found, key=lambda item: place.get(item.key[1], 0))
