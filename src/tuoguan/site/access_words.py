"""The words of access: people, their sessions, tokens, links and what the audit trail says. Computes nothing.

Instants are UTC seconds (``*_at``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuoguan.operate import Desk
from tuoguan.site.words import Right, Role

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Entered:
    """What a right name and password gave: a new ``session``, or a ``step`` to be followed by a code."""

    session: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as its holder sees it."""

    id: str
    name: str
    language: str
    second_factor: bool
    recovery_left: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a workspace as its owner sees them; nothing of what they are elsewhere."""

    id: str
    name: str
    role: Role
    desks: frozenset[Desk]
    second_factor: bool
    since: int


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: str
    created_at: int
    seen_at: int
    address: str
    agent: str
    current: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A key for programs, without what it opens with: that is shown once and kept nowhere."""

    id: str
    title: str
    owner: str
    workspace: str
    scopes: frozenset[Right]
    made_at: int
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was sent and not used yet; for a reset, ``name`` is whose password it sets."""

    id: str
    workspace: str
    role: Role
    desks: frozenset[Desk]
    note: str
    made_by: str
    expires_at: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the audit trail: who did what, when. ``recorded`` is False while the ledger does not have it yet."""

    at: int
    actor: str
    kind: str
    details: Mapping[str, Any]
    position: int = 0

    @property
    def recorded(self) -> bool:
        """True when it stands in the ledger."""
        return self.position > 0
