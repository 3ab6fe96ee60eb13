"""A running server's own things: workspaces, people and rights, long jobs, calls to others. Knows nothing of HTTP."""

from tuoguan.site.access import Access
from tuoguan.site.access_alone import open_access
from tuoguan.site.access_secrets import Secrets
from tuoguan.site.access_words import Entered, Invitation, Member, Person, Session, Token, Told
from tuoguan.site.jobs import KINDS, Jobs, Kind
from tuoguan.site.site import Site
from tuoguan.site.webhooks import Webhooks
from tuoguan.site.webhooks_events import Event, events
from tuoguan.site.webhooks_words import Delivery, DeliveryState, Hook, Try
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
    "Access",
    "Delivery",
    "DeliveryState",
    "Entered",
    "Event",
    "Hook",
    "Invitation",
    "Job",
    "JobState",
    "Jobs",
    "KINDS",
    "Kind",
    "Member",
    "Membership",
    "Person",
    "RIGHTS_BY_ROLE",
    "Right",
    "Role",
    "Secrets",
    "Session",
    "Signed",
    "Site",
    "Token",
    "Told",
    "Try",
    "Via",
    "Webhooks",
    "Workspace",
    "Workspaces",
    "events",
    "open_access",
]
