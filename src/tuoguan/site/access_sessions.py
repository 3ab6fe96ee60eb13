"""Signed-in browsers and keys of programs: what a cookie or a bearer token says about who asks.

Hides that only hashes are kept, and that what was looked up once stays in hand until anything changes. Keeps the
invariants that a session ends after it was idle or old, a token at its day; and that neither outlives its account or
its holder's part in the workspace.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site import access_words as words
from tuoguan.site.access_audit import Audit
from tuoguan.site.access_kept import Kept
from tuoguan.site.access_words import DAY, HOUR, MINUTE
from tuoguan.site.words import Membership, Right, Role, Signed, Via

IDLE_SECONDS, LONGEST_SECONDS = 12 * HOUR, 14 * DAY
SEEN_SECONDS = 5 * MINUTE  # how exactly it is known when something was last used
TOKEN_PREFIX, TOKEN_DAYS_MAX = "tg_", 366
LOCAL = "owner"  # id and name of whom a local server serves
IN_HAND_COUNT = 10_000


@dataclass(slots=True)
class _Known:
    """What a hash stands for. ``ends_at`` moves on with use for a session."""

    signed: Signed
    id: str
    ends_at: int
    seen_at: int
    oldest: int


class Sessions:
    """Sessions and tokens of one server. ``local`` gives the local owner's memberships; None: not a local server."""

    def __init__(
        self, kept: Kept, audit: Audit, clock: Callable[[], int], local: Callable[[], dict[str, Membership]] | None
    ) -> None:
        self._kept, self._audit, self._clock, self._local = kept, audit, clock, local
        self._in_hand: dict[bytes, _Known] = {}
        self._mark = (-1, -1)

    def of_session(self, value: str) -> Signed | None:
        """Who signed in with this cookie; None: nobody, or it has ended."""
        return self._signed(digest_of(value), lambda digest: self._find_session(digest, value), "session", "seen_at")

    def of_token(self, value: str) -> Signed | None:
        """Whose key this is; None: nobody's, or its day has come."""
        if not value.startswith(TOKEN_PREFIX):
            return None
        return self._signed(digest_of(value), self._find_token, "token", "used_at")

    def open(self, account_id: str, address: str, agent: str) -> str:
        """The cookie of a new session."""
        value, now = secrets.token_urlsafe(32), self._clock()
        with self._kept.changing():
            self._kept.change(
                "DELETE FROM session WHERE seen_at < ? OR created_at < ?", now - IDLE_SECONDS, now - LONGEST_SECONDS
            )
            self._kept.change(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)",
                digest_of(value), secrets.token_hex(8), account_id, now, now, address[:64], agent[:200],
            )  # fmt: skip
        return value

    def close(self, value: str) -> None:
        """Ends the session of this cookie."""
        self._kept.change("DELETE FROM session WHERE hash = ?", digest_of(value))

    def close_all(self, account_id: str, but: str = "") -> int:
        """Ends every session of the account, or all but the one of a cookie; how many."""
        return self._kept.change("DELETE FROM session WHERE account_id = ? AND hash <> ?", account_id, digest_of(but))

    def close_one(self, account_id: str, id: str) -> None:  # noqa: A002
        """Ends a session from the list."""
        self._kept.change("DELETE FROM session WHERE account_id = ? AND id = ?", account_id, id)

    def all_of(self, account_id: str, current: str = "") -> list[words.Session]:
        """Sessions of the account that go on, the last used first."""
        now = self._clock()
        rows = self._kept.rows(
            "SELECT * FROM session WHERE account_id = ? AND seen_at >= ? AND created_at >= ? ORDER BY seen_at DESC",
            account_id, now - IDLE_SECONDS, now - LONGEST_SECONDS,
        )  # fmt: skip
        mine = digest_of(current)
        return [
            words.Session(row["id"], row["created_at"], row["seen_at"], row["address"], row["agent"],
                          row["hash"] == mine)
            for row in rows
        ]  # fmt: skip

    def make_token(self, signed: Signed, workspace: str, title: str, scopes: frozenset[Right], days: int) -> str:
        """A new key for a program, shown this once. Refused beyond the rights of who makes it."""
        problems = []
        if not 1 <= len(title) <= 60 or not title.isprintable():
            problems.append(Problem("title", repr(title[:60]), "1 to 60 characters", "say what it is for", "bad_title"))
        if not 1 <= days <= TOKEN_DAYS_MAX:
            fix = "make a new one when it ends"
            problems.append(Problem("days", str(days), f"1 to {TOKEN_DAYS_MAX}", fix, "bad_days"))
        if not scopes:
            problems.append(Problem("rights", "none", "at least one right", "choose what it may do", "no_scope"))
        if lacking := sorted(scope for scope in scopes if not signed.may(workspace, scope)):
            fix = "choose among your own"
            problems.append(Problem("rights", ", ".join(lacking), "rights that you have", fix, "not_allowed"))
        if signed.via is Via.TOKEN and not signed.may(workspace, Right.PEOPLE):
            # A key that leaked must not live on in others that it made.
            found, fix = "a token that asks for another", "make it on your own page, signed in"
            problems.append(Problem("token", found, "somebody signed in", fix, "not_allowed"))
        if problems:
            raise Refused(problems)
        value, now = TOKEN_PREFIX + secrets.token_urlsafe(32), self._clock()
        with self._kept.changing():
            self._kept.change(
                "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                digest_of(value), secrets.token_hex(8), signed.id, workspace, title, " ".join(sorted(scopes)), now,
                now + days * DAY,
            )  # fmt: skip
            self._audit.tell(workspace, signed.name, "token_made", title=title, scopes=sorted(scopes), days=days)
        return value

    def revoke_token(self, signed: Signed, workspace: str, id: str) -> None:  # noqa: A002
        """Ends a key of the workspace: one's own, or anybody's with the right to people. Refused for others."""
        row = self._kept.row("SELECT * FROM token WHERE id = ? AND workspace = ?", id, workspace)
        if row is None or not (row["account_id"] == signed.id or signed.may(workspace, Right.PEOPLE)):
            raise Refused([Problem("token", repr(id[:32]), "one of the list", "open the list again", "no_token")])
        with self._kept.changing():
            if self._kept.change("DELETE FROM token WHERE id = ?", id):
                self._audit.tell(workspace, signed.name, "token_revoked", title=row["title"])

    def tokens(self, *, workspace: str | None = None, account_id: str | None = None) -> list[words.Token]:
        """Keys of a workspace, or of one account, the latest first; those whose day has come stay until revoked."""
        rows = self._kept.rows(
            "SELECT token.*, account.name FROM token LEFT JOIN account ON account.id = account_id "
            "WHERE workspace = coalesce(?, workspace) AND account_id = coalesce(?, account_id) ORDER BY made_at DESC",
            workspace, account_id,
        )  # fmt: skip
        return [
            words.Token(row["id"], row["title"], row["name"] or LOCAL, row["workspace"], _rights(row["scopes"]),
                        row["made_at"], row["expires_at"], row["used_at"])
            for row in rows
        ]  # fmt: skip

    def memberships(self, account_id: str) -> dict[str, Membership]:
        """What the account is, by workspace."""
        rows = self._kept.rows("SELECT workspace, role, desks FROM member WHERE account_id = ?", account_id)
        return {row["workspace"]: Membership(Role(row["role"]), desks_in(row["desks"])) for row in rows}

    def _signed(self, digest: bytes, find: Callable[[bytes], _Known | None], table: str, column: str) -> Signed | None:
        now, mark = self._clock(), self._kept.mark()
        with self._kept.lock:
            if mark != self._mark or len(self._in_hand) > IN_HAND_COUNT:
                self._in_hand.clear()
                self._mark = mark
            known = self._in_hand.get(digest) or find(digest)
            if known is None or now >= known.ends_at:
                self._in_hand.pop(digest, None)
                return None
            self._in_hand[digest] = known
            if now - known.seen_at >= SEEN_SECONDS:
                known.seen_at = now
                if table == "session":
                    known.ends_at = min(now + IDLE_SECONDS, known.oldest)
                self._kept.touch(f"UPDATE {table} SET {column} = ? WHERE hash = ?", now, digest)  # noqa: S608 ours
            return known.signed

    def _find_session(self, digest: bytes, value: str) -> _Known | None:
        row = self._kept.row(
            "SELECT session.*, account.name, account.language FROM session JOIN account ON account.id = account_id "
            "WHERE hash = ?", digest,
        )  # fmt: skip
        if row is None:
            return None
        # Made from the cookie and kept nowhere: whoever reads the database cannot write a form.
        csrf = hmac.new(value.encode(), b"csrf", sha256).hexdigest()
        signed = Signed(row["account_id"], row["name"], Via.SESSION, self.memberships(row["account_id"]), csrf,
                        language=row["language"])  # fmt: skip
        oldest = row["created_at"] + LONGEST_SECONDS
        return _Known(signed, row["id"], min(row["seen_at"] + IDLE_SECONDS, oldest), row["seen_at"], oldest)

    def _find_token(self, digest: bytes) -> _Known | None:
        row = self._kept.row(
            "SELECT token.*, account.name FROM token LEFT JOIN account ON account.id = account_id WHERE hash = ?",
            digest,
        )
        if row is None:
            return None
        if row["account_id"] == LOCAL:
            members, name = self._local() if self._local is not None else {}, LOCAL
        else:
            members, name = self.memberships(row["account_id"]), row["name"]
        member = members.get(row["workspace"])
        if member is None:
            return None
        signed = Signed(row["account_id"], f"{name} ({row['title']})", Via.TOKEN, {row["workspace"]: member},
                        scopes=_rights(row["scopes"]))  # fmt: skip
        return _Known(signed, row["id"], row["expires_at"], row["used_at"] or 0, row["expires_at"])


def desks_in(text: str) -> frozenset[Desk]:
    """Desks as they are kept: their names with blanks between."""
    return frozenset(Desk(name) for name in text.split())


def _rights(text: str) -> frozenset[Right]:
    return frozenset(Right(name) for name in text.split())


def digest_of(value: str) -> bytes:
    """What is kept of a cookie, key or link: enough to recognize it, for each is 256 random bits."""
    return sha256(value.encode("utf-8", "surrogatepass")).digest()
