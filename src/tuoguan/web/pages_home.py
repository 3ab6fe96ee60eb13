"""Pages: today's work."""

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from tuoguan.app.today import Standing, standing_of, today_of
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Work
from tuoguan.site import JobState
from tuoguan.web.asking import Asking, reading
from tuoguan.web.pages_work_words import PATH_BY_FLOW, words

pages = APIRouter()
STOPPED = (JobState.INTERRUPTED, JobState.FAILED)


@pages.get("/w/{workspace}/home")
def home(ask: Asking = Depends(reading())) -> Response:
    """What is next, by money at risk and deadline; on to the start where there is nothing yet."""
    standing, work = standing_of(ask.place.folder, ask.site.keep / "decisions", ask.now), _work(ask)
    if work is None and not standing.sources and standing.decided_on is None:
        return RedirectResponse(ask.url("start"), 303)
    today = today_of(work, ask.desk, ask.now) if work is not None else None
    listed = work.register.counts(work.ledger.store, "listing", desk=Desk.PLATFORM) if work is not None else {}
    return ask.page(
        "home/home.html", standing=standing, today=today, words=words(ask), paths=PATH_BY_FLOW,
        step="" if ask.desk is Desk.PLATFORM else _next_step(standing, accepted=bool(listed)), stopped=_stopped(ask),
        imported=_last_import(ask), todo=_todo_words(ask), news=_news_words(ask),
    )  # fmt: skip


def _todo_words(ask: Asking) -> dict[str, str]:
    return {
        "ship": ask.t("Ship orders"), "stock_orders": ask.t("Answer and send stock orders"),
        "appeal": ask.t("Appeal or accept violations"), "answer": ask.t("Answer buyers"),
        "returns": ask.t("Decide and inspect returns"), "reviews": ask.t("Answer price reviews"),
        "match": ask.t("Check statements"), "buy": ask.t("Order from suppliers"),
        "list": ask.t("Submit drafted listings"), "arbitrate": ask.t("Decide cases"),
        "disputes": ask.t("Decide disputed returns"), "appeals": ask.t("Decide appeals"),
        "receive": ask.t("Receive, check and put away stock orders"), "quotes": ask.t("Review quotes"),
        "stores": ask.t("Approve stores"), "approve": ask.t("Approve listings and their changes"),
        "settle": ask.t("Settle delivered orders"), "pay": ask.t("Pay out"),
    }  # fmt: skip


def _news_words(ask: Asking) -> dict[str, str]:
    return {
        "fines": ask.t("Violations and fines told by the platform"),
        "counters": ask.t("Counter-offers in price reviews"), "stock_outs": ask.t("Orders refused for lack of stock"),
        "cancels": ask.t("Buyers ask to cancel"), "escalated": ask.t("Cases with the platform"),
        "differences": ask.t("Statements with differences"), "frozen": ask.t("Payouts frozen"),
        "reprices": ask.t("Supply prices under change"),
    }  # fmt: skip


def _work(ask: Asking) -> Work | None:
    try:
        return ask.work
    except Refused as refused:
        if any(problem.code == "no_ledger" for problem in refused.problems):
            return None
        raise


def _next_step(standing: Standing, *, accepted: bool) -> str:
    """What the workspace wants next as a whole: decide, accept, decide again, or nothing."""
    if standing.decided_on is None:
        return "decide"
    if not accepted:
        return "accept"
    return "again" if standing.fresh is not None and "inputs" in standing.fresh.changed else ""


def _stopped(ask: Asking) -> int:
    """Long jobs that were interrupted or failed."""
    counts = ask.site.jobs.counts(ask.place.name)
    return sum(counts.get(state, 0) for state in STOPPED)


def _last_import(ask: Asking) -> int | None:
    """When the last import came in, None where none did through a job."""
    found, _ = ask.site.jobs.page(ask.place.name, kind="import", states=(JobState.DONE,), limit=1)
    return found[0].ended_at if found else None
