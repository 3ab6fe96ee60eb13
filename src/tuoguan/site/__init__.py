"""A running server's own things: workspaces, people and rights, long jobs, calls to others. Knows nothing of HTTP."""

from tuoguan.site.access import Access
from tuoguan.site.access_alone import open_access
from tuoguan.site.access_secrets import Secrets
from tuoguan.site.access_words import Entered, Invitation, Member, Person, Session, Token, Told
from tuoguan.site.jobs import Jobs
from tuoguan.site.moves import may_move, rights_of
from tuoguan.site.site import Site
from tuoguan.site.webhooks import Webhooks
from tuoguan.site.words import (
    RIGHTS_BY_ROLE,
    Job,
    JobState,
    Membership,
    Right,
    Role,
    Signed,
    Via,
    Workspace,
)
from tuoguan.site.workspaces import Workspaces

__all__ = [
    "RIGHTS_BY_ROLE",
    "Access",
    "Entered",
    "Invitation",
    "Job",
    "JobState",
    "Jobs",
    "Member",
    "Membership",
    "Person",
    "Right",
    "Role",
    "Secrets",
    "Session",
    "Signed",
    "Site",
    "Token",
    "Told",
    "Via",
    "Webhooks",
    "Workspace",
    "Workspaces",
    "open_access",
    "may_move",
    "rights_of",
]
