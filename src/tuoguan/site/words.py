"""The words of a running server: workspaces, who asks, what they may do, and long jobs. Computes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from tuoguan.foundation.problems import Problem
from tuoguan.operate import Desk


class Right(StrEnum):
    """What somebody may do in a workspace."""

    VIEW = "view"  # look at everything of their desks
    WORK = "work"  # do moves of documents: orders, reviews, cases, appeals
    HANDLE = "handle"  # do moves of goods: receive, put away, pick, pack, ship, count
    DECIDE = "decide"  # decide, ask what-if, accept, overlay contracts
    MONEY = "money"  # statements, claims, moves of money
    IMPORT = "import"  # bring files in
    SETTINGS = "settings"  # seller's files, tokens of the workspace, webhooks, backups
    PEOPLE = "people"  # accounts and roles


class Role(StrEnum):
    """What somebody is in a workspace."""

    OWNER = "owner"
    DECIDER = "decider"
    OPERATOR = "operator"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    VIEWER = "viewer"


RIGHTS_BY_ROLE: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.DECIDER: frozenset({Right.VIEW, Right.WORK, Right.DECIDE, Right.IMPORT}),
    Role.OPERATOR: frozenset({Right.VIEW, Right.WORK, Right.HANDLE, Right.IMPORT}),
    Role.WAREHOUSE: frozenset({Right.VIEW, Right.HANDLE}),
    Role.FINANCE: frozenset({Right.VIEW, Right.MONEY, Right.IMPORT}),
    Role.VIEWER: frozenset({Right.VIEW}),
}


@dataclass(frozen=True, slots=True)
class Workspace:
    """One seller's (or an agency's client's) folder under a name that stands in URLs."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in one workspace, and at which desks they sit."""

    role: Role
    desks: frozenset[Desk] = frozenset(Desk)


class Via(StrEnum):
    """How it is known who asks: the one owner of a loopback server, a signed-in browser, a token."""

    LOCAL = "local"
    SESSION = "session"
    TOKEN = "token"


class Signed(msgspec.Struct, frozen=True):
    """Who asks. ``name`` stands as the actor in the ledger.

    csrf      what a form of this session must bring back; "" for tokens, which no browser sends by itself
    scopes    rights that a token is cut down to; None: all that the role has
    language  "en", "zh", or "" for what the browser asks for
    """

    id: str
    name: str
    via: Via
    memberships: Mapping[str, Membership]
    csrf: str = ""
    scopes: frozenset[Right] | None = None
    language: str = ""

    def may(self, workspace: str, right: Right, desk: Desk | None = None) -> bool:
        """True when they hold the right in the workspace, and sit at the desk where one is named."""
        member = self.memberships.get(workspace)
        if member is None or right not in RIGHTS_BY_ROLE[member.role]:
            return False
        return (self.scopes is None or right in self.scopes) and (desk is None or desk in member.desks)


class JobState(StrEnum):
    """queued, running: not over. interrupted: the machine went away under it; it can be taken up again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Job:
    """Something long, done outside the request; times in UTC seconds.

    kind      a key of `jobs.KINDS`: "decide", "import", "reconcile", "rehearse", "sample", "backup", ...
    share     done so far, 0 to 1; None while nobody can tell
    stage     what it is at, as the use case says it
    result    what the page shows when it is done: plain JSON; "next" is the path in the workspace where to go on
    attempt   how many times it was taken up;  is_stopping  asked to end, and not over yet
    """

    id: str
    workspace: str
    kind: str
    params: Mapping[str, Any]
    state: JobState
    by: str
    created_at: int
    started_at: int | None = None
    ended_at: int | None = None
    share: float | None = None
    stage: str = ""
    problems: Sequence[Problem] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    is_stopping: bool = False

    @property
    def over(self) -> bool:
        """True when nothing more will happen to it by itself."""
        return self.state not in (JobState.QUEUED, JobState.RUNNING)
