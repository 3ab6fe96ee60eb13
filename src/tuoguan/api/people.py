"""Who may do what: members of the workspace, invitations, tokens for programs, and the trail of what was done."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import IfMatch, seen_text, tag
from tuoguan.api.routing import SECRET, keyed_router
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site import Invitation, Member, Membership, Right, Role, Token

routes = keyed_router()


class MemberShown(BaseModel):
    """Somebody of the workspace; ``etag`` is the version of their part."""

    id: str
    name: str
    role: Role
    desks: list[Desk]
    second_factor: bool
    since: int
    etag: str


class Part(BaseModel):
    """What somebody is in the workspace."""

    model_config = {"extra": "forbid"}

    role: Role
    desks: list[Desk] = Field(list(Desk), min_length=1, max_length=2)


class NewInvitation(Part):
    """Somebody to be let in, once, within a week."""

    note: str = Field("", max_length=100, description="For whom it is.")


class InvitationShown(BaseModel):
    """A link that was sent and not used yet."""

    id: str
    role: Role
    desks: list[Desk]
    note: str
    made_by: str
    expires_at: int


class Link(BaseModel):
    """What a link must carry; shown once."""

    secret: str
    path: str = Field(description="The page that it opens: put the server's address before it.")


class NewToken(BaseModel):
    """A key for a program: what it is for, what it may do of what its owner may, and for how long."""

    model_config = {"extra": "forbid"}

    title: str = Field(min_length=1, max_length=60, examples=["Warehouse scanner"])
    scopes: list[Right] = Field(min_length=1, max_length=8)
    days: int = Field(ge=1, le=366, strict=True, examples=[90])


class TokenShown(BaseModel):
    """A key for programs, without what it opens with."""

    id: str
    title: str
    owner: str
    scopes: list[Right]
    made_at: int
    expires_at: int
    used_at: int | None


class TokenMade(BaseModel):
    """The key itself: shown once and kept nowhere."""

    token: str


class ToldShown(BaseModel):
    """A line of the audit trail: who did what, when; ``position`` is the ledger entry that has it, 0: not yet."""

    at: int
    actor: str
    kind: str
    details: dict[str, Any]
    position: int


@routes.get("/people", tags=["people"], summary="Members", operation_id="people")
def people(caller: Caller = Depends(asking(Right.PEOPLE))) -> list[MemberShown]:
    """Everybody of the workspace, by name; nothing of what they are elsewhere."""
    return [_member(one) for one in caller.site.access.people.members(caller.place.name)]


@routes.put("/people/{person}", tags=["people"], summary="Another part for a member", operation_id="change_person")
def change(
    person: str,
    body: Part,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.PEOPLE)),
) -> MemberShown:
    """Another role or other desks. Refused (412) when it is no longer the part that you saw."""
    caller.require_person()
    kept = caller.site.access.people
    now = kept.member(caller.place.name, person)
    seen = seen_text(if_match)
    if seen is not None and seen != _version(now):
        fix = "read it again and decide anew"
        raise Refused([Problem("If-Match", repr(seen)[:60], _version(now), fix, "wrong_etag")])
    wanted = Membership(body.role, frozenset(body.desks))
    kept.change(caller.place.name, person, Membership(now.role, now.desks), wanted, caller.signed.name)
    found = _member(kept.member(caller.place.name, person))
    response.headers["ETag"] = found.etag
    return found


@routes.delete(
    "/people/{person}", tags=["people"], summary="Take a part away", operation_id="remove_person", status_code=204
)
def remove(person: str, caller: Caller = Depends(asking(Right.PEOPLE))) -> None:
    """Takes the part away, and the person's keys for programs with it. The last owner stays."""
    caller.require_person()
    caller.site.access.people.member(caller.place.name, person)
    caller.site.access.people.remove(caller.place.name, person, caller.signed.name)


@routes.get("/invitations", tags=["people"], summary="Invitations that wait", operation_id="invitations")
def invitations(caller: Caller = Depends(asking(Right.PEOPLE))) -> list[InvitationShown]:
    """Links into the workspace that nobody used yet."""
    return [_invitation(one) for one in caller.site.access.people.invitations(caller.place.name)]


@routes.post(
    "/invitations",
    tags=["people"],
    summary="Invite somebody",
    operation_id="invite",
    status_code=201,
    openapi_extra=SECRET,
)
def invite(body: NewInvitation, caller: Caller = Depends(asking(Right.PEOPLE))) -> Link:
    """What a link must carry for somebody to come in, once, within a week."""
    caller.require_person()
    part = Membership(body.role, frozenset(body.desks))
    secret = caller.site.access.people.invite(caller.place.name, part, body.note, caller.signed.name)
    return Link(secret=secret, path=f"/welcome/{secret}")


@routes.delete(
    "/invitations/{invitation}",
    tags=["people"],
    summary="Withdraw an invitation",
    operation_id="withdraw_invitation",
    status_code=204,
)
def withdraw(invitation: str, caller: Caller = Depends(asking(Right.PEOPLE))) -> None:
    """Ends it; one that is not there any more is ended already."""
    caller.site.access.people.withdraw(caller.place.name, invitation, caller.signed.name)


@routes.get("/tokens", tags=["tokens"], summary="Keys for programs", operation_id="tokens")
def tokens(caller: Caller = Depends(asking())) -> list[TokenShown]:
    """One's own; everybody's with the right to people. What they open with is nowhere."""
    found = caller.site.access.sessions.tokens(workspace=caller.place.name)
    sees_all = caller.signed.may(caller.place.name, Right.PEOPLE)
    return [_token(one) for one in found if sees_all or one.owner == caller.signed.name]


@routes.post(
    "/tokens", tags=["tokens"], summary="Make a key", operation_id="make_token", status_code=201, openapi_extra=SECRET
)
def make_token(body: NewToken, caller: Caller = Depends(asking())) -> TokenMade:
    """A key for a program with some of your own rights, shown this once. A key makes no keys."""
    caller.require_person()
    made = caller.site.access.sessions.make_token(
        caller.signed, caller.place.name, body.title, frozenset(body.scopes), body.days
    )
    return TokenMade(token=made)


@routes.delete("/tokens/{token}", tags=["tokens"], summary="End a key", operation_id="revoke_token", status_code=204)
def revoke(token: str, caller: Caller = Depends(asking())) -> None:
    """Ends one's own, or anybody's with the right to people, at once."""
    caller.site.access.sessions.revoke_token(caller.signed, caller.place.name, token)


@routes.get("/audit", tags=["people"], summary="What was done", operation_id="audit")
def audit(
    month: Annotated[str, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-11"])],
    caller: Caller = Depends(asking(Right.PEOPLE)),
) -> list[ToldShown]:
    """Signing in, roles, keys and settings of a month, the latest first; it stands in the ledger."""
    return [
        ToldShown(at=one.at, actor=one.actor, kind=one.kind, details=dict(one.details), position=one.position)
        for one in caller.site.access.audit.month(caller.place.name, month)
    ]


def _version(one: Member) -> str:
    return f"{one.role.value}-{'-'.join(sorted(desk.value for desk in one.desks))}"


def _member(one: Member) -> MemberShown:
    return MemberShown(id=one.id, name=one.name, role=one.role, desks=sorted(one.desks), since=one.since,
                       second_factor=one.second_factor, etag=tag(_version(one)))  # fmt: skip


def _invitation(one: Invitation) -> InvitationShown:
    return InvitationShown(id=one.id, role=one.role, desks=sorted(one.desks), note=one.note, made_by=one.made_by,
                           expires_at=one.expires_at)  # fmt: skip


def _token(one: Token) -> TokenShown:
    return TokenShown(id=one.id, title=one.title, owner=one.owner, scopes=sorted(one.scopes), made_at=one.made_at,
                      expires_at=one.expires_at, used_at=one.used_at)  # fmt: skip
