"""Who asks, and what they may do: accounts, sessions and tokens of one server.

Hides where it is kept. Keeps the invariants that a try to sign in is answered in the same words at the same cost
whoever it names and whatever is wrong with it, and that a session begins anew with every sign-in.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from tuoguan.app.ledgers import now
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Ledger
from tuoguan.site.access_audit import Audit
from tuoguan.site.access_kept import Kept
from tuoguan.site.access_locks import Locks
from tuoguan.site.access_passwords import Passwords
from tuoguan.site.access_people import People, name_key
from tuoguan.site.access_second import Second
from tuoguan.site.access_secrets import Secrets
from tuoguan.site.access_sessions import LOCAL, Sessions, digest_of
from tuoguan.site.access_words import MINUTE, Entered
from tuoguan.site.words import Membership, Role, Signed, Via
from tuoguan.site.workspaces import Workspaces

OWNER = Membership(Role.OWNER)
STEP_SECONDS = 5 * MINUTE  # between a right password and the code


class Access:
    """People, sessions and tokens of one server.

    ledger_of  gives the ledger of a workspace by its name, for the audit trail; None: its lines wait
    """

    def __init__(
        self, keep: Path, workspaces: Workspaces, *, local: bool, clock: Callable[[], int] = now,
        ledger_of: Callable[[str], Ledger] | None = None, passwords: Passwords | None = None,
    ) -> None:  # fmt: skip
        self._workspaces, self._local, self._clock = workspaces, local, clock
        self._secrets, self._kept = Secrets(keep), Kept(keep)
        self._csrf = self._secrets.derived("csrf of the local owner")
        self._passwords = passwords or Passwords()
        self._locks = Locks(self._kept, clock)
        self.audit = Audit(self._kept, clock, ledger_of)
        self.sessions = Sessions(self._kept, self.audit, clock, self._local_memberships if local else None)
        self.people = People(self._kept, self.audit, clock, self._passwords)
        self.second = Second(self._kept, self._secrets, clock)

    def signed(self, session: str | None, token: str | None) -> Signed | None:
        """Who sent this cookie or bearer token; on a local server the owner; None: nobody we know.

        A token that was sent counts alone: a wrong one is nobody's, whatever else came with it.
        """
        if token is not None:
            return self.sessions.of_token(token)
        if self._local:
            return Signed(LOCAL, LOCAL, Via.LOCAL, self._local_memberships(), csrf=self._csrf)
        return self.sessions.of_session(session) if session else None

    def ready(self) -> bool:
        """True when there is an owner's account, so that the server may be reached from elsewhere."""
        rows = self._kept.rows(
            "SELECT DISTINCT workspace FROM member JOIN account ON account.id = account_id "
            "WHERE role = 'owner' AND password <> ''"
        )
        return bool({row["workspace"] for row in rows} & set(self._workspaces.names()))

    def sign_in(self, name: str, password: str, *, address: str, agent: str = "", before: str = "") -> Entered:
        """A new session, or the step before a code. Refused, in the same words whatever is wrong.

        before  the cookie that came along; its session ends, so that nobody can have planted it
        """
        key = name_key(name)
        if not self._locks.address(address).allowed:
            raise _refused()
        tried = self._locks.account(key)
        account = self.people.find(name)
        right = self._passwords.right(account["password"] if account is not None else "", password)
        if account is None or not right or not tried.allowed:
            if tried.allowed:
                self._tell_failure(account["id"] if account else "", "sign_in_failed", address, locks=tried.locks)
            raise _refused()
        if self._passwords.stale(account["password"]):
            again = self._passwords.made(password)
            self._kept.change("UPDATE account SET password = ? WHERE id = ?", again, account["id"])
        if account["totp"] is not None:
            return Entered(step=self._step(account["id"]))
        return self._entered(account["id"], key, address, agent, before)

    def sign_in_second(self, step: str, code: str, *, address: str, agent: str = "", before: str = "") -> Entered:
        """A new session for a right code behind a right password. Refused in the same words whatever is wrong."""
        if not self._locks.address(address).allowed:
            raise _refused()
        row = self._kept.row(
            "SELECT account.* FROM step JOIN account ON account.id = account_id WHERE hash = ? AND expires_at > ?",
            digest_of(step), self._clock(),
        )  # fmt: skip
        if row is None:
            fix = "begin again with name and password"
            raise Refused([Problem("sign in", "a step too long ago", "the code within minutes", fix, "no_step")])
        account_id, code_key = row["id"], f"code/{row['id']}"
        tried = self._locks.account(code_key)
        if not tried.allowed or not self.second.take(account_id, code):
            if tried.allowed:
                self._tell_failure(account_id, "code_failed", address, locks=tried.locks)
            raise _refused()
        self._locks.forgive(code_key)
        self._kept.change("DELETE FROM step WHERE hash = ?", digest_of(step))
        return self._entered(account_id, row["name_key"], address, agent, before)

    def enter(self, account_id: str, *, address: str, agent: str = "") -> str:
        """The cookie of a session for who just set their password by a link."""
        return self.sessions.open(account_id, address, agent)

    def prove(self, signed: Signed, password: str, *, address: str) -> None:
        """Refused unless the password is that of who is signed in: asked again before what matters most."""
        row = self._kept.row("SELECT * FROM account WHERE id = ?", signed.id)
        tried, there = self._locks.account(f"prove/{signed.id}"), self._locks.address(address)
        right = self._passwords.right(row["password"] if row is not None else "", password)
        if not (right and tried.allowed and there.allowed):
            fix = "type the password of today; after several tries wait some minutes"
            raise Refused([Problem("password", "another one", "your password", fix, "wrong_password")])
        self._locks.succeeded(f"prove/{signed.id}", address)

    def unlock(self, name: str) -> None:
        """Lets somebody who was locked out try again at once."""
        account = self.people.find(name)
        keys = [name_key(name)] + ([f"{kind}/{account['id']}" for kind in ("code", "prove")] if account else [])
        for key in keys:
            self._locks.forgive(key)

    def may_found(self, signed: Signed) -> bool:
        """True for who may make workspaces: the local owner, and owners of one who signed in themselves."""
        owns = any(member.role is Role.OWNER for member in signed.memberships.values())
        return signed.via is Via.LOCAL or (signed.via is Via.SESSION and owns)

    def found(self, workspace: str, signed: Signed) -> None:
        """Makes who made a workspace its owner; the local owner is that of every one already."""
        if signed.via is not Via.LOCAL:
            self.people.found(workspace, signed.id, signed.name)

    def close(self) -> None:
        """Lets go of the database."""
        self.audit.close()
        self._kept.close()

    def _local_memberships(self) -> dict[str, Membership]:
        return dict.fromkeys(self._workspaces.names(), OWNER)

    def _step(self, account_id: str) -> str:
        step, now_ = secrets.token_urlsafe(32), self._clock()
        with self._kept.changing():
            self._kept.change("DELETE FROM step WHERE expires_at <= ?", now_)
            self._kept.change("INSERT INTO step VALUES (?, ?, ?)", digest_of(step), account_id, now_ + STEP_SECONDS)
        return step

    def _entered(self, account_id: str, key: str, address: str, agent: str, before: str) -> Entered:
        with self._kept.changing():
            self._locks.succeeded(key, address)
            if before:
                self.sessions.close(before)
            self.people.tell_all(account_id, "signed_in", address=address)
            return Entered(session=self.sessions.open(account_id, address, agent))

    def _tell_failure(self, account_id: str, kind: str, address: str, *, locks: bool) -> None:
        """A line for every workspace of the account; for nobody's name one for none, which takes as long."""
        with self._kept.changing():
            if not account_id:
                self.audit.tell("", "", kind, address=address)
                return
            self.people.tell_all(account_id, kind, address=address)
            if locks:
                self.people.tell_all(account_id, "locked_out", address=address)


def _refused() -> Refused:
    fix = "look at both and try again; after several tries wait some minutes"
    found = "a name, password or code that does not fit, or too many tries"
    return Refused([Problem("sign in", found, "what belongs together", fix, "not_signed_in")])
