"""Workspaces that the caller may see, and new ones."""

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

import tuoguan
from tuoguan.api.asking import Caller, asking
from tuoguan.api.routing import keyed_router
from tuoguan.app.decision_read import is_decided
from tuoguan.app.freshness import own_sources
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site import Right, Role

routes = keyed_router()


class WorkspaceShown(BaseModel):
    """A workspace as its member sees it."""

    name: str
    role: Role
    desks: list[Desk]
    rights: list[Right] = Field(description="What the caller (their role, less what a token leaves out) may do here.")
    has_files: bool = Field(description="There is a seller and a catalogue.")
    has_decision: bool


class NewWorkspace(BaseModel):
    """An empty workspace to make."""

    name: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$")


class CallerShown(BaseModel):
    """Who the server takes the caller for."""

    id: str
    name: str
    via: str = Field(description="local, session or token")
    version: str = Field(description="The server's version.")


@routes.get("/me", tags=["workspaces"], summary="Who you are to the server", operation_id="me")
def me(caller: Caller = Depends(asking(None))) -> CallerShown:
    """The caller as the server knows them."""
    signed = caller.signed
    return CallerShown(id=signed.id, name=signed.name, via=signed.via.value, version=tuoguan.__version__)


@routes.get("/workspaces", tags=["workspaces"], summary="Workspaces that you may see", operation_id="workspaces")
def workspaces(caller: Caller = Depends(asking(None))) -> list[WorkspaceShown]:
    """Every workspace of the caller, by name; of others nothing is told, not even that they exist."""
    names = [name for name in caller.site.workspaces.names() if name in caller.signed.memberships]
    return [_shown(caller, name) for name in names]


@routes.post(
    "/workspaces", tags=["workspaces"], summary="Make a workspace", operation_id="make_workspace", status_code=201
)
def make(
    new: NewWorkspace, response: Response, request: Request, caller: Caller = Depends(asking(None))
) -> WorkspaceShown:
    """An empty workspace of which the caller is the owner; on a server of many, for who may make them."""
    access = caller.site.access
    if not access.may_found(caller.signed):
        fix = "sign in as an owner"
        raise Refused([Problem("workspace", "a caller who makes none", "an owner in person", fix, "not_allowed")])
    caller.site.workspaces.make(new.name)
    access.found(new.name, caller.signed)
    signed = access.signed(request.cookies.get("tuoguan_session"), None) or caller.signed
    response.headers["Location"] = f"/api/v1/workspaces/{new.name}"
    return _shown(Caller(request, caller.site, signed, None, caller.desk, caller.now), new.name)


@routes.get("/workspaces/{workspace}", tags=["workspaces"], summary="One workspace", operation_id="workspace")
def one(caller: Caller = Depends(asking(Right.VIEW))) -> WorkspaceShown:
    """The workspace, and what the caller may do in it."""
    return _shown(caller, caller.place.name)


def _shown(caller: Caller, name: str) -> WorkspaceShown:
    member, folder = caller.signed.memberships[name], caller.site.workspaces.find(name).folder
    return WorkspaceShown(
        name=name, role=member.role, desks=sorted(member.desks),
        rights=[right for right in Right if caller.signed.may(name, right)],
        has_files=bool(own_sources(folder)), has_decision=is_decided(folder),
    )  # fmt: skip
