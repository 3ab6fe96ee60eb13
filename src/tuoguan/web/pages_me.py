"""Pages: one's own password, second factor, browsers, API tokens and language.

Keeps the invariant that what would let somebody else in for good wants the password once more.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right, Via
from tuoguan.web import people_words
from tuoguan.web.asking import LANGUAGE, SESSION, Asking, reading, writing
from tuoguan.web.pages_sign_in import address_of, agent_of, welcome

pages = APIRouter()
Text = Annotated[str, Form()]


@pages.get("/me")
def me(ask: Asking = Depends(reading(None))) -> Response:
    """Who you are to this server."""
    return _me(ask)


@pages.post("/me/password")
def password(ask: Asking = Depends(writing(None)), password: Text = "", fresh: Text = "", again: Text = "") -> Response:
    """Sets another password; every other browser is signed out."""
    access, account_id = ask.site.access, _account(ask)
    try:
        if fresh != again:
            fix = "type both again"
            raise Refused([Problem("password", "two that differ", "the same twice", fix, "not_the_same")])
        access.prove(ask.signed, password, address=address_of(ask.request))
        access.people.set_password(account_id, fresh)
    except Refused as refused:
        return _me(ask, problems=refused.problems)
    session = access.enter(account_id, address=address_of(ask.request), agent=agent_of(ask.request))
    return welcome(ask.request, session, "/me")


@pages.post("/me/language")
def language(ask: Asking = Depends(writing(None)), language: Text = "") -> Response:
    """The language of one's pages, wherever one signs in."""
    ask.site.access.people.set_language(_account(ask), language)
    answer = ask.go("/me")
    answer.delete_cookie(LANGUAGE)
    return answer


@pages.post("/me/second")
def second(ask: Asking = Depends(writing(None)), password: Text = "") -> Response:
    """Begins with a second factor: shows the secret for the app."""
    try:
        ask.site.access.prove(ask.signed, password, address=address_of(ask.request))
    except Refused as refused:
        return _me(ask, problems=refused.problems)
    return _me(ask, enrolment=ask.site.access.second.begin(_account(ask), ask.signed.name))


@pages.post("/me/second/confirm")
def confirm(ask: Asking = Depends(writing(None)), code: Text = "") -> Response:
    """Turns the second factor on behind a right code; codes for paper are shown once."""
    access, account_id = ask.site.access, _account(ask)
    try:
        codes = access.second.confirm(account_id, code)
    except Refused as refused:
        begun = access.second.begun(account_id, ask.signed.name)
        return _me(ask, problems=refused.problems, enrolment=begun)
    access.people.tell_all(account_id, "second_factor_on")
    access.sessions.close_all(account_id, but=ask.request.cookies.get(SESSION, ""))
    return _paper(ask, codes)


@pages.post("/me/second/paper")
def paper(ask: Asking = Depends(writing(None)), password: Text = "") -> Response:
    """Makes new codes for paper."""
    try:
        ask.site.access.prove(ask.signed, password, address=address_of(ask.request))
    except Refused as refused:
        return _me(ask, problems=refused.problems)
    codes = ask.site.access.second.new_recovery(_account(ask))
    ask.site.access.people.tell_all(ask.signed.id, "recovery_made")
    return _paper(ask, codes)


@pages.post("/me/second/end")
def end_second(ask: Asking = Depends(writing(None)), password: Text = "") -> Response:
    """Turns the second factor off."""
    try:
        ask.site.access.prove(ask.signed, password, address=address_of(ask.request))
    except Refused as refused:
        return _me(ask, problems=refused.problems)
    ask.site.access.second.end(_account(ask))
    ask.site.access.people.tell_all(ask.signed.id, "second_factor_off")
    return ask.go("/me")


@pages.post("/me/sessions/end")
def end_all(ask: Asking = Depends(writing(None))) -> Response:
    """Signs out everywhere, here too."""
    ask.site.access.sessions.close_all(_account(ask))
    answer = ask.go("/sign-in")
    answer.delete_cookie(SESSION)
    return answer


@pages.post("/me/sessions/{id}/end")
def end_one(id: str, ask: Asking = Depends(writing(None))) -> Response:  # noqa: A002
    """Signs one browser out."""
    ask.site.access.sessions.close_one(_account(ask), id)
    return ask.go("/me")


@pages.post("/me/tokens")
def make_token(
    ask: Asking = Depends(writing(None)), title: Text = "", workspace: Text = "", days: Text = "",
    right: list[str] = Form([]),
) -> Response:  # fmt: skip
    """Makes an API token and shows it, this once."""
    try:
        if workspace not in ask.signed.memberships:
            ask.site.workspaces.find("")  # the same words as for one that does not exist
        if not set(right) <= set(Right):
            found, fix = ", ".join(right)[:60], "choose among those shown"
            raise Refused([Problem("rights", found, "rights that there are", fix, "bad_right")])
        count = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
        value = ask.site.access.sessions.make_token(
            ask.signed, workspace, title.strip(), frozenset(map(Right, right)), count
        )
    except Refused as refused:
        return _me(ask, problems=refused.problems)
    note = ask.t("Give it to the program now: it is shown only this once. It is sent as “Authorization: Bearer …”.")
    return _me(ask, shown=[value], shown_title=ask.t("The token is ready"), shown_note=note)


@pages.post("/me/tokens/{id}/revoke")
def revoke(id: str, ask: Asking = Depends(writing(None))) -> Response:  # noqa: A002
    """Ends one of one's own tokens."""
    for token in ask.site.access.sessions.tokens(account_id=ask.signed.id):
        if token.id == id:
            ask.site.access.sessions.revoke_token(ask.signed, token.workspace, id)
    return ask.go("/me#tokens")


def _me(ask: Asking, *, problems: Sequence[Problem] = (), **values: Any) -> Response:
    access = ask.site.access
    person = access.people.person(ask.signed.id) if ask.signed.via is Via.SESSION else None
    sessions = access.sessions.all_of(ask.signed.id, ask.request.cookies.get(SESSION, "")) if person else []
    shown: dict[str, Any] = {
        "person": person, "sessions": sessions, "tokens": access.sessions.tokens(account_id=ask.signed.id),
        "problems": problems, "rights": _rights(ask), "enrolment": None, "shown": (), "shown_title": "",
        "shown_note": "", "words": people_words, "browser": browser,
    }  # fmt: skip
    return ask.page("people/me.html", status=422 if problems else 200, **(shown | values))


def browser(agent: str) -> str:
    """What a browser calls itself, in a few words.

    >>> browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0")
    'Edge, Windows'
    """
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    found = [title for mark, title in names if mark in agent][:1] + [name for name in systems if name in agent][:1]
    return ", ".join(found) or agent[:40] or "–"


def _rights(ask: Asking) -> list[Right]:
    """Rights that they have anywhere."""
    return [right for right in Right if any(ask.signed.may(name, right) for name in ask.signed.memberships)]


def _paper(ask: Asking, codes: Sequence[str]) -> Response:
    note = ask.t("Print them or write them down: each works once in place of the app, and they are shown only now.")
    return _me(ask, shown=codes, shown_title=ask.t("Codes on paper"), shown_note=note)


def _account(ask: Asking) -> str:
    """The id of the account; Refused on a local server, which has none for its owner."""
    if ask.signed.via is not Via.SESSION:
        fix = "start the server with --accounts"
        raise Refused([Problem("account", "a server that asks nobody", "an account", fix, "not_allowed")])
    return ask.signed.id
