"""A running server's own things: workspaces, people and rights, long jobs, calls to others. Knows nothing of HTTP."""

from tuoguan.site.access import Access
from tuoguan.site.jobs import Jobs
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
    "Job",
    "JobState",
    "Jobs",
    "Membership",
    "Right",
    "Role",
    "Signed",
    "Site",
    "Via",
    "Webhooks",
    "Workspace",
    "Workspaces",
]
