"""Pages: signing in and out, and coming in by a link.

Keeps the invariants that nothing here tells whether somebody has an account, and that it leads on only to pages of
this server.
"""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from tuoguan.app.ledgers import now
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site import Signed, Site, Via
from tuoguan.web import people_words
from tuoguan.web.asking import SESSION, Asking, writing
from tuoguan.web.translating import language_of

pages = APIRouter()
STEP, STEP_PATH, STEP_SECONDS = "tuoguan_step", "/sign-in", 300
COOKIE_SECONDS = 14 * 86_400  # the session itself ends earlier when it is not used
LOCAL_PATH = re.compile(r"/(?:[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?")
NOBODY = Signed("", "", Via.SESSION, {})
Text = Annotated[str, Form()]


def nobody(request: Request) -> Asking:
    """The request of somebody who is not signed in, or need not be."""
    site: Site = request.app.state.site
    return Asking(request, site, NOBODY, None, language_of(request, None), Desk.SELLER, now())


def known(request: Request) -> Signed | None:
    """Who is signed in already; on a local server the owner."""
    site: Site = request.app.state.site
    return site.access.signed(request.cookies.get(SESSION), None)


def leads_on(to: str) -> str:
    """The path when it is one of this server, else the way in.

    >>> leads_on("//evil.example/"), leads_on("/w/shop/orders?state=placed")
    ('/', '/w/shop/orders?state=placed')
    """
    return to if LOCAL_PATH.fullmatch(to) and len(to) < 2_000 else "/"


@pages.get("/sign-in")
def sign_in_page(request: Request, to: str = "/") -> Response:
    """Asks for name and password."""
    if known(request) is not None:
        return RedirectResponse(leads_on(to), 303)
    return nobody(request).page("sign_in/sign_in.html", to=leads_on(to), name="", problems=())


@pages.post("/sign-in")
def sign_in(request: Request, name: Text = "", password: Text = "", to: Text = "/") -> Response:
    """Lets in, asks for a code, or says that it does not fit."""
    ask = nobody(request)
    try:
        entered = ask.site.access.sign_in(
            name,
            password,
            address=address_of(request),
            agent=agent_of(request),
            before=request.cookies.get(SESSION, ""),
        )
    except Refused as refused:
        return ask.page("sign_in/sign_in.html", status=422, to=leads_on(to), name=name[:60], problems=refused.problems)
    if entered.step:
        answer = RedirectResponse(f"{STEP_PATH}/code?{urlencode({'to': leads_on(to)})}", 303)
        answer.set_cookie(STEP, entered.step, max_age=STEP_SECONDS, path=STEP_PATH, httponly=True, samesite="strict",
                          secure=request.url.scheme == "https")  # fmt: skip
        return answer
    return welcome(request, entered.session, leads_on(to))


@pages.get("/sign-in/code")
def code_page(request: Request, to: str = "/") -> Response:
    """Asks for a code of the second factor."""
    if STEP not in request.cookies:
        return RedirectResponse("/sign-in", 303)
    return nobody(request).page("sign_in/code.html", to=leads_on(to), problems=())


@pages.post("/sign-in/code")
def code(request: Request, code: Text = "", to: Text = "/") -> Response:
    """Lets in behind a right code."""
    ask = nobody(request)
    try:
        entered = ask.site.access.sign_in_second(
            request.cookies.get(STEP, ""), code[:40], address=address_of(request), agent=agent_of(request),
            before=request.cookies.get(SESSION, ""),
        )  # fmt: skip
    except Refused as refused:
        return ask.page("sign_in/code.html", status=422, to=leads_on(to), problems=refused.problems)
    return welcome(request, entered.session, leads_on(to))


@pages.post("/sign-out")
def sign_out(ask: Asking = Depends(writing(None))) -> Response:
    """Ends the session of this browser."""
    ask.site.access.sessions.close(ask.request.cookies.get(SESSION, ""))
    answer = ask.go("/sign-in")
    answer.delete_cookie(SESSION)
    return answer


@pages.get("/welcome/{link}")
def link_page(request: Request, link: str) -> Response:
    """What a link is for: coming in, or a new password."""
    ask, signed = nobody(request), known(request)
    try:
        invitation = ask.site.access.people.invitation(link)
    except Refused as refused:
        return ask.page("sign_in/no_link.html", status=404, problems=refused.problems)
    return ask.page("sign_in/welcome.html", invitation=invitation, who=signed, name="", problems=(), words=people_words)


@pages.post("/welcome/{link}")
def use_link(request: Request, link: str, name: Text = "", password: Text = "", again: Text = "") -> Response:
    """Makes the account, or sets its password, and lets in."""
    ask, access = nobody(request), request.app.state.site.access
    invitation = access.people.invitation(link)
    try:
        if password != again:
            raise Refused([_not_the_same()])
        account_id = access.people.accept(link, name.strip(), password)
    except Refused as refused:
        return ask.page("sign_in/welcome.html", status=422, invitation=invitation, who=None, name=name[:60],
                        problems=refused.problems, words=people_words)  # fmt: skip
    if invitation.name:
        return RedirectResponse("/sign-in", 303)  # behind a new password the second factor still counts
    session = access.enter(account_id, address=address_of(request), agent=agent_of(request))
    return welcome(request, session, "/")


@pages.post("/welcome/{link}/join")
def join(link: str, ask: Asking = Depends(writing(None))) -> Response:
    """Uses an invitation for the account that is signed in."""
    if ask.signed.via is not Via.SESSION:
        fix = "sign in with an account first"
        raise Refused([Problem("link", "nobody signed in", "an account", fix, "not_allowed")])
    workspace = ask.site.access.people.accept_as(link, ask.signed.id)
    return ask.go(f"/w/{workspace}/home")


def welcome(request: Request, session: str, to: str) -> Response:
    """On to where they wanted, with the new session."""
    answer = RedirectResponse(to, 303)
    answer.set_cookie(SESSION, session, max_age=COOKIE_SECONDS, httponly=True, samesite="lax",
                      secure=request.url.scheme == "https")  # fmt: skip
    answer.delete_cookie(STEP, path=STEP_PATH)
    return answer


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client is not None else ""


def agent_of(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")[:200]


def _not_the_same() -> Problem:
    return Problem("password", "two that differ", "the same twice", "type both again", "not_the_same")
