"""Who calls, in which workspace, at which desk, with which right.

Hides cookies, tokens and headers. Keeps the invariants that nobody reads or writes without the right, that a workspace
one may not see answers as one that does not exist, and that a browser writes only for the page it was given.
"""

import secrets
from collections.abc import Callable

import msgspec
from fastapi import Query, Request

from tuoguan.app.ledgers import now
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk, Work
from tuoguan.site import Right, Signed, Site, Via, Workspace

SESSION, CSRF_HEADER = "tuoguan_session", "X-CSRF"  # as the page sets them
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Caller(msgspec.Struct, frozen=True):
    """One request's caller; ``workspace`` is None on the few paths outside of any."""

    request: Request
    site: Site
    signed: Signed
    workspace: Workspace | None
    desk: Desk
    now: int

    @property
    def place(self) -> Workspace:
        """The workspace; only on paths of one."""
        assert self.workspace is not None
        return self.workspace

    @property
    def work(self) -> Work:
        """The engine over the workspace's ledger. Refused where there is none yet."""
        return self.site.work(self.place)

    def require(self, right: Right) -> None:
        """Refused without the right here, at this desk."""
        if not self.signed.may(self.place.name, right, self.desk):
            raise Refused([_not_allowed(right, self.desk)])

    def require_person(self) -> None:
        """Refused for programs: who may do what, and whom this server may call, is a person's to say."""
        if self.signed.via is Via.TOKEN:
            fix = "sign in and do it on the page"
            raise Refused([Problem("Authorization", "a token", "a person who is signed in", fix, "not_allowed")])

    def url(self, path: str) -> str:
        """A path of the API inside the workspace."""
        return f"/api/v1/workspaces/{self.place.name}/{path}"


def signed_of(request: Request) -> Signed:
    """Who sent the request. Refused when nobody we know did, or a browser for another page."""
    known = getattr(request.state, "signed", None)
    if isinstance(known, Signed):
        return known
    site: Site = request.app.state.site
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    signed = None
    if not scheme or (scheme.lower() == "bearer" and token.strip()):
        cookie = None if scheme or "cookie" not in request.headers else request.cookies.get(SESSION)
        signed = site.access.signed(cookie, token.strip() or None)
    if signed is None:
        fix = "send `Authorization: Bearer TOKEN`; tokens are made under Settings or with POST …/tokens"
        raise Refused([Problem("Authorization", "nobody known", "a valid token", fix, "not_signed")])
    if request.method not in SAFE:
        _from_own_page(request, signed)
    request.state.signed = signed
    return signed


def member_of(site: Site, signed: Signed, name: str) -> Workspace:
    """The workspace of the name, for its members; Refused alike for one that is not there and one not theirs."""
    if name not in signed.memberships:
        fix = "see GET /api/v1/workspaces"
        raise Refused([Problem("workspace", repr(name)[:60], "one you may see", fix, "no_workspace")])
    return site.workspaces.find(name)


def caller_of(request: Request, right: Right | None, desk: Desk = Desk.SELLER) -> Caller:
    """The caller of a path of a workspace (or of none). Refused without the right."""
    site: Site = request.app.state.site
    signed = signed_of(request)
    name = request.path_params.get("workspace")
    workspace = member_of(site, signed, name) if name is not None else None
    caller = Caller(request, site, signed, workspace, desk, now())
    if right is not None and workspace is not None:
        caller.require(right)
    return caller


def asking(right: Right | None = Right.VIEW) -> Callable[..., Caller]:
    """A dependency: ``caller: Caller = Depends(asking(Right.WORK))``."""

    def depend(
        request: Request, desk: Desk = Query(Desk.SELLER, description="At which desk the caller sits.")
    ) -> Caller:
        return caller_of(request, right, desk)

    return depend


def _from_own_page(request: Request, signed: Signed) -> None:
    """A browser sends cookies by itself: a write with one must bring what the page carries. (That no other site makes
    a browser write to loopback is the guard's.)
    """
    if signed.via is Via.TOKEN:
        return
    brought = request.headers.get(CSRF_HEADER)
    if brought is None and signed.via is Via.LOCAL:
        return
    if not signed.csrf or not secrets.compare_digest((brought or "").encode(), signed.csrf.encode()):
        fix = "send the header X-CSRF that the page carries, or a token instead of the cookie"
        raise Refused([Problem(CSRF_HEADER, "no proof that the page sent it", "the page's own value", fix, "csrf")])


def _not_allowed(right: Right, desk: Desk) -> Problem:
    fix = "ask an owner of the workspace for a role or a token that has it"
    return Problem(f"the {desk} desk", "a role or token without it", f"the right to {right}", fix, "not_allowed")
