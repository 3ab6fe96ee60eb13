"""Pages: deciding now, and taking a decision into the daily work, shown before it is done."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.accepting_shown import preview
from tuoguan.app.decision_fresh import freshness
from tuoguan.app.decision_read import require_seen, whole_of
from tuoguan.app.decision_words import ways_in
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.pages_decide_shown import read_for

pages = APIRouter()


@pages.post("/w/{workspace}/decide/now")
def decide_now(ask: Asking = Depends(writing(Right.DECIDE))) -> Response:
    """A job that decides, and its page."""
    job = ask.site.jobs.start(ask.place.name, "decide", {"language": ask.language}, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))


@pages.get("/w/{workspace}/decide/accept")
def accept_shown(ask: Asking = Depends(reading(Right.DECIDE))) -> Response:
    """What taking the decision would open."""
    read = read_for(ask)
    fresh = freshness(ask.place.folder, read.hashes, read.on, ask.now // 86_400)
    return ask.page(
        "decide/accept.html", read=read, whole=whole_of(read), fresh=fresh, shown=preview(ask.place.folder),
        ways=ways_in(ask.place.folder, ask.language),
    )  # fmt: skip


@pages.post("/w/{workspace}/decide/accept")
async def accept(ask: Asking = Depends(writing(Right.DECIDE))) -> Response:
    """A job that takes the decision that was seen; refused when another one was made since."""
    form = await ask.request.form()
    require_seen(ask.place.folder, str(form.get("seen", "")))
    job = ask.site.jobs.start(ask.place.name, "accept", {}, ask.signed.name)
    return ask.go(ask.url(f"jobs/{job.id}"))
