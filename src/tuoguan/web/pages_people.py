"""Pages: people of a workspace, their API tokens, and the audit trail."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site import RIGHTS_BY_ROLE, Membership, Right, Role
from tuoguan.web import pages_me, people_words
from tuoguan.web.asking import Asking, reading, writing

pages = APIRouter()
pages.include_router(pages_me.pages)
LINES = 100
ROLES = frozenset(role.value for role in Role)


@pages.get("/w/{workspace}/people")
def people(ask: Asking = Depends(reading(Right.PEOPLE)), open: str = "") -> Response:  # noqa: A002 as the URL says
    """Who may do what; one of them opened to be changed."""
    return _people_page(ask, opened=open)


@pages.post("/w/{workspace}/people/invite")
def invite(
    ask: Asking = Depends(writing(Right.PEOPLE)), role: Annotated[str, Form()] = "", note: Annotated[str, Form()] = "",
    desk: list[str] = Form([]),
) -> Response:  # fmt: skip
    """Makes an invitation and shows its link, this once."""
    value = ask.site.access.people.invite(ask.place.name, _part(role, desk), note.strip(), ask.signed.name)
    return _people_page(ask, link=f"{str(ask.request.base_url).rstrip('/')}/welcome/{value}")


@pages.post("/w/{workspace}/people/invitations/{id}/withdraw")
def withdraw(id: str, ask: Asking = Depends(writing(Right.PEOPLE))) -> Response:  # noqa: A002
    """Ends an invitation that was not used."""
    ask.site.access.people.withdraw(ask.place.name, id, ask.signed.name)
    return ask.go(ask.url("people"))


@pages.post("/w/{workspace}/people/{id}")
def change(
    id: str, ask: Asking = Depends(writing(Right.PEOPLE)), role: Annotated[str, Form()] = "",  # noqa: A002
    seen_role: Annotated[str, Form()] = "", desk: list[str] = Form([]), seen_desk: list[str] = Form([]),
) -> Response:  # fmt: skip
    """Another role or other desks for somebody."""
    seen, wanted = _part(seen_role, seen_desk), _part(role, desk)
    ask.site.access.people.change(ask.place.name, id, seen, wanted, ask.signed.name)
    return ask.go(ask.url("people"))


@pages.post("/w/{workspace}/people/{id}/remove")
def remove(id: str, ask: Asking = Depends(writing(Right.PEOPLE))) -> Response:  # noqa: A002
    """Takes somebody's part in the workspace away."""
    ask.site.access.people.remove(ask.place.name, id, ask.signed.name)
    return ask.go(ask.url("people"))


@pages.get("/w/{workspace}/people/tokens")
def tokens(ask: Asking = Depends(reading(Right.PEOPLE))) -> Response:
    """Every API token of the workspace."""
    tokens = ask.site.access.sessions.tokens(workspace=ask.place.name)
    return ask.page("people/tokens.html", tokens=tokens, words=people_words)


@pages.post("/w/{workspace}/people/tokens/{id}/revoke")
def revoke(id: str, ask: Asking = Depends(writing(Right.PEOPLE))) -> Response:  # noqa: A002
    """Ends a token."""
    ask.site.access.sessions.revoke_token(ask.signed, ask.place.name, id)
    return ask.go(ask.url("people/tokens"))


@pages.get("/w/{workspace}/people/trail")
def trail(ask: Asking = Depends(reading(Right.PEOPLE)), month: str = "", find: str = "", after: str = "") -> Response:
    """The audit trail of a month, the latest first."""
    shown, today = _month(month, ask.now), _month("", ask.now)
    told = ask.site.access.audit.month(ask.place.name, shown.strftime("%Y-%m"))
    lines = [(one, people_words.sentence(one, ask.t)) for one in told]
    if find:
        lines = [(one, said) for one, said in lines if find.casefold() in f"{one.actor} {said}".casefold()]
    total = len(lines)
    if after.isdigit():
        lines = [(one, said) for one, said in lines if one.recorded and one.position < int(after)]
    page = lines[:LINES]
    following = _next(shown) if shown < today else None
    return ask.page(
        "people/trail.html", month=shown.strftime("%Y-%m"), find=find, lines=page, total=total,
        before=(shown - timedelta(days=1)).strftime("%Y-%m"),
        following=following.strftime("%Y-%m") if following else "",
        after=str(page[-1][0].position) if len(lines) > LINES else None,
    )  # fmt: skip


def _people_page(ask: Asking, opened: str = "", link: str = "") -> Response:
    access = ask.site.access.people
    return ask.page(
        "people/people.html", members=access.members(ask.place.name), link=link,
        opened=access.member(ask.place.name, opened) if opened else None,
        invitations=access.invitations(ask.place.name), roles=list(Role), all_desks=list(Desk), rights=list(Right),
        rights_by_role=RIGHTS_BY_ROLE, words=people_words,
    )  # fmt: skip


def _part(role: str, desks: list[str]) -> Membership:
    """What a form says somebody is."""
    if role not in ROLES or not desks or not set(desks) <= set(Desk):
        found, expected = f"{role or 'no role'}, {len(desks)} desks", "a role and at least one desk"
        raise Refused([Problem("role and desks", found, expected, "choose both", "bad_part")])
    return Membership(Role(role), frozenset(map(Desk, desks)))


def _month(text: str, now: int) -> date:
    """The first day of a month such as "2026-11"; of this one when it is none."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return datetime.fromtimestamp(now, UTC).date().replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
