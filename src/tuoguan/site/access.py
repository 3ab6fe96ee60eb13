"""Who asks, and what they may do: accounts, sessions and tokens."""

import secrets
from pathlib import Path

from tuoguan.site.words import Membership, Role, Signed, Via
from tuoguan.site.workspaces import Workspaces


class Access:
    """People, sessions and tokens of one server."""

    def __init__(self, keep: Path, workspaces: Workspaces, *, local: bool) -> None:
        self._workspaces, self._local = workspaces, local
        self._csrf = secrets.token_urlsafe(24)

    def signed(self, session: str | None, token: str | None) -> Signed | None:
        """Who sent this cookie or bearer token; on a local server the owner; None: nobody we know."""
        if not self._local:
            return None
        members = dict.fromkeys(self._workspaces.names(), Membership(Role.OWNER))
        return Signed("owner", "owner", Via.LOCAL, members, csrf=self._csrf)

    def ready(self) -> bool:
        """True when there is an owner's account, so that the server may be reached from elsewhere."""
        return False

    def close(self) -> None:
        """Lets go of the database."""
