"""People of workspaces: accounts, their parts, and links by which somebody comes in or sets a new password.

Hides how names are compared and links kept. Keeps the invariants that a workspace that has an owner never loses its
last one, that nobody sees of another workspace who is in it, and that a link works once.
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from sqlite3 import Row

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site.access_audit import Audit
from tuoguan.site.access_kept import Kept
from tuoguan.site.access_passwords import Passwords, check_new
from tuoguan.site.access_sessions import desks_in, digest_of
from tuoguan.site.access_words import DAY, Invitation, Member, Person
from tuoguan.site.words import Membership, Role

NAME_LENGTH = 40
LINK_DAYS = 7
ALL_DESKS = frozenset(Desk)


class People:
    """Accounts and memberships of one server. ``by`` is always the name of who does it, as the audit trail says it."""

    def __init__(self, kept: Kept, audit: Audit, clock: Callable[[], int], passwords: Passwords) -> None:
        self._kept, self._audit, self._clock, self._passwords = kept, audit, clock, passwords

    def find(self, name: str) -> Row | None:
        """The account of the name."""
        return self._kept.row("SELECT * FROM account WHERE name_key = ?", name_key(name))

    def person(self, account_id: str) -> Person:
        """The account as its holder sees it. Refused when it is gone."""
        row = self._kept.row(
            "SELECT *, (SELECT count(*) FROM recovery WHERE account_id = id) AS recovery_left FROM account "
            "WHERE id = ?", account_id,
        )  # fmt: skip
        if row is None:
            raise Refused([Problem("account", "none", "an account of your own", "sign in again", "no_account")])
        return Person(row["id"], row["name"], row["language"], row["totp"] is not None, row["recovery_left"],
                      row["created_at"])  # fmt: skip

    def add(self, name: str, password: str) -> str:
        """The id of a new account. Refused for a name that is taken or no name, and for a weak password."""
        check_name(name)
        check_new(password, name)
        return self._insert(name, self._passwords.made(password))

    def _insert(self, name: str, kept: str) -> str:
        account_id = secrets.token_hex(8)
        with self._kept.changing():
            if self.find(name) is not None:
                raise Refused([Problem("name", repr(name), "a name of your own", "choose another one", "name_taken")])
            self._kept.change(
                "INSERT INTO account (id, name, name_key, password, created_at) VALUES (?, ?, ?, ?, ?)",
                account_id, name, name_key(name), kept, self._clock(),
            )  # fmt: skip
        return account_id

    def set_password(self, account_id: str, password: str) -> None:
        """A new password; every session ends, and so does every link and half-done sign-in of the account."""
        check_new(password, self.person(account_id).name)
        kept = self._passwords.made(password)
        with self._kept.changing():
            self._kept.change("UPDATE account SET password = ? WHERE id = ?", kept, account_id)
            for table in ("session", "step", "link"):
                self._kept.change(f"DELETE FROM {table} WHERE account_id = ?", account_id)  # noqa: S608 ours
            self.tell_all(account_id, "password_set")

    def set_language(self, account_id: str, language: str) -> None:
        """Language of the account's pages: "en", "zh", or "" for what the browser asks for."""
        if language in ("", "en", "zh"):
            self._kept.change("UPDATE account SET language = ? WHERE id = ?", language, account_id)

    def tell_all(self, account_id: str, kind: str, **details: str) -> None:
        """A line about the account into the audit trail of every workspace that it is in."""
        name = self.person(account_id).name
        for row in self._kept.rows("SELECT workspace FROM member WHERE account_id = ?", account_id):
            self._audit.tell(row["workspace"], name, kind, **details)

    def members(self, workspace: str) -> list[Member]:
        """Everybody of the workspace, by name."""
        rows = self._kept.rows(
            "SELECT account.id, name, totp IS NOT NULL AS second, role, desks, since FROM member "
            "JOIN account ON account.id = account_id WHERE workspace = ? ORDER BY name_key", workspace,
        )  # fmt: skip
        return [
            Member(row["id"], row["name"], Role(row["role"]), desks_in(row["desks"]), bool(row["second"]), row["since"])
            for row in rows
        ]

    def member(self, workspace: str, account_id: str) -> Member:
        """One of the workspace. Refused in the same words for who is elsewhere and who is nowhere."""
        for one in self.members(workspace):
            if one.id == account_id:
                return one
        raise Refused([Problem("person", repr(account_id[:32]), "one of the list", "open the list again", "no_person")])

    def join(self, workspace: str, account_id: str, membership: Membership, by: str) -> None:
        """Gives the account a part in the workspace, or another one. Refused where the last owner would go."""
        with self._kept.changing():
            before = self._part(workspace, account_id)
            if before is not None and membership.role is not Role.OWNER:
                self._keep_an_owner(workspace, account_id)
            self._kept.change(
                "INSERT INTO member VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role, "
                "desks = excluded.desks", account_id, workspace, membership.role.value, desks_text(membership.desks),
                self._clock(),
            )  # fmt: skip
            kind = "member_added" if before is None else "member_changed"
            told = {"who": self.person(account_id).name, "role": membership.role.value}
            self._audit.tell(workspace, by, kind, **told, desks=desks_text(membership.desks))

    def change(self, workspace: str, account_id: str, seen: Membership, wanted: Membership, by: str) -> None:
        """Another part for a member. Refused when it is no longer the one that was seen: somebody else was quicker."""
        with self._kept.changing():
            now = self.member(workspace, account_id)
            if (now.role, now.desks) != (seen.role, seen.desks):
                found = f"{now.role} by now"
                fix = "look at the list again and change it from there"
                raise Refused([Problem(now.name, found, f"{seen.role}, as you saw it", fix, "changed_meanwhile")])
            if wanted != seen:
                self.join(workspace, account_id, wanted, by)

    def remove(self, workspace: str, account_id: str, by: str) -> None:
        """Takes the part away, and the keys for programs with it. The account goes where it has no other part."""
        with self._kept.changing():
            who = self.member(workspace, account_id)
            self._keep_an_owner(workspace, account_id)
            self._audit.tell(workspace, by, "member_removed", who=who.name, role=who.role.value)
            self._kept.change("DELETE FROM member WHERE account_id = ? AND workspace = ?", account_id, workspace)
            self._kept.change("DELETE FROM token WHERE account_id = ? AND workspace = ?", account_id, workspace)
            self._kept.change(
                "DELETE FROM account WHERE id = ? AND NOT EXISTS (SELECT 1 FROM member WHERE account_id = id)",
                account_id,
            )

    def found(self, workspace: str, account_id: str, by: str) -> None:
        """Makes somebody the owner of a workspace that was just made; who was in an earlier one of the name is not."""
        with self._kept.changing():
            for table in ("member", "token", "link"):
                self._kept.change(f"DELETE FROM {table} WHERE workspace = ?", workspace)  # noqa: S608 ours
            self.join(workspace, account_id, Membership(Role.OWNER), by)

    def invite(self, workspace: str, membership: Membership, note: str, by: str) -> str:
        """What a link must carry for somebody to come in, once, within a week. ``note`` says for whom it is."""
        if len(note) > 60 or not note.isprintable():
            found, expected = repr(note[:60]), "60 characters at most"
            raise Refused([Problem("for whom", found, expected, "say it shorter", "bad_note")])
        with self._kept.changing():
            self._audit.tell(workspace, by, "invited", role=membership.role.value, note=note)
            return self._link(None, workspace, membership, note, by)

    def reset_link(self, account_id: str, by: str) -> str:
        """What a link must carry to set a password once; the old one and all sessions end now."""
        with self._kept.changing():
            self._kept.change("UPDATE account SET password = '' WHERE id = ?", account_id)
            for table in ("session", "step", "link"):
                self._kept.change(f"DELETE FROM {table} WHERE account_id = ?", account_id)  # noqa: S608 ours
            self.tell_all(account_id, "password_reset", by=by)
            return self._link(account_id, "", Membership(Role.VIEWER), "", by)

    def invitations(self, workspace: str) -> list[Invitation]:
        """Links into the workspace that wait to be used."""
        rows = self._kept.rows(
            "SELECT * FROM link WHERE workspace = ? AND account_id IS NULL AND expires_at > ? ORDER BY expires_at",
            workspace, self._clock(),
        )  # fmt: skip
        return [self._invitation(row) for row in rows]

    def withdraw(self, workspace: str, id: str, by: str) -> None:  # noqa: A002
        """Ends an invitation."""
        with self._kept.changing():
            if self._kept.change("DELETE FROM link WHERE workspace = ? AND id = ?", workspace, id):
                self._audit.tell(workspace, by, "invitation_withdrawn")

    def invitation(self, value: str) -> Invitation:
        """What a link stands for. Refused, in the same words, when it was used, withdrawn, too old or never made."""
        row = self._kept.row("SELECT * FROM link WHERE hash = ? AND expires_at > ?", digest_of(value), self._clock())
        if row is None:
            fix = "ask for a new one"
            raise Refused([Problem("link", "one that does not work", "one not used within a week", fix, "no_link")])
        return self._invitation(row)

    def accept(self, value: str, name: str, password: str) -> str:
        """The id of the account that a link was used for: a new one, or the one whose password it sets."""
        link = self.invitation(value)
        if link.name:
            account = self.find(link.name)
            assert account is not None
            self.set_password(account["id"], password)
            return str(account["id"])
        check_name(name)
        check_new(password, name)
        kept = self._passwords.made(password)  # before the change begins: everybody else would wait for the hash
        with self._kept.changing():
            account_id = self._insert(name, kept)
            self.accept_as(value, account_id)
        return account_id

    def accept_as(self, value: str, account_id: str) -> str:
        """Uses an invitation for an account that there is; the workspace's name. A part it has already stays."""
        with self._kept.changing():
            link = self.invitation(value)
            if link.name:
                raise Refused([Problem("link", "one for a password", "an invitation", "open it again", "no_link")])
            self._kept.change("DELETE FROM link WHERE hash = ?", digest_of(value))
            if self._part(link.workspace, account_id) is None:
                self.join(link.workspace, account_id, Membership(link.role, link.desks), link.made_by)
        return link.workspace

    def _link(self, account_id: str | None, workspace: str, membership: Membership, note: str, by: str) -> str:
        value, now = secrets.token_urlsafe(32), self._clock()
        self._kept.change("DELETE FROM link WHERE expires_at <= ?", now)
        self._kept.change(
            "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            digest_of(value), secrets.token_hex(8), account_id, workspace, membership.role.value,
            desks_text(membership.desks), note, by, now + LINK_DAYS * DAY,
        )  # fmt: skip
        return value

    def _invitation(self, row: Row) -> Invitation:
        name = self.person(row["account_id"]).name if row["account_id"] else ""
        return Invitation(row["id"], row["workspace"], Role(row["role"]), desks_in(row["desks"]), row["note"],
                          row["made_by"], row["expires_at"], name)  # fmt: skip

    def _part(self, workspace: str, account_id: str) -> Row | None:
        return self._kept.row("SELECT * FROM member WHERE workspace = ? AND account_id = ?", workspace, account_id)

    def _keep_an_owner(self, workspace: str, leaving: str) -> None:
        owners = [one for one in self.members(workspace) if one.role is Role.OWNER]
        if [one.id for one in owners] == [leaving]:
            found, fix = "the last owner", "make somebody else an owner first"
            raise Refused([Problem(owners[0].name, found, "a workspace with an owner", fix, "last_owner")])


def name_key(name: str) -> str:
    """What two names have in common that are the same to a reader.

    >>> name_key(" Wei ") == name_key("ＷＥＩ")
    True
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()[:200].encode("utf-8", "replace").decode()


def check_name(name: str) -> None:
    """Refused for what cannot be somebody's name."""
    good = 1 <= len(name) <= NAME_LENGTH and name.isprintable() and name == name.strip() and not set(name) & set("()/")
    if not good:
        expected = f"1 to {NAME_LENGTH} characters without ( ) and /"
        raise Refused([Problem("name", repr(name[:60]), expected, "choose another one", "bad_name")])


def desks_text(desks: Iterable[Desk]) -> str:
    """Desks as they are kept."""
    return " ".join(sorted(desk.value for desk in desks))
