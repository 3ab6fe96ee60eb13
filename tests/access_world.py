"""A small server for tests of access: real databases, real ledgers, a clock that is set by hand, quick hashes."""

from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from argon2 import PasswordHasher

from tuoguan.app.ledgers import open_work
from tuoguan.operate import Desk, Ledger
from tuoguan.site import Access, Membership, Role, Signed, Workspaces
from tuoguan.site.access_passwords import Passwords

PASSWORD = "four words at random"
OTHER = "another four words at random"
NOON = 1_795_435_200  # 2026-11-23 12:00 UTC
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def quick() -> Passwords:
    """Argon2id at its lowest cost: the same code, less waiting."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class World:
    """A folder of two workspaces, "east" with a ledger and "west" without, and the access of a server over it."""

    root: Path
    now: int = NOON
    local: bool = False
    passwords: Passwords = field(default_factory=quick)

    def __post_init__(self) -> None:
        for name in ("east", "west"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.workspaces = Workspaces(self.root, many=True)
        self._opened = open_work(self.root / "east", make=True)
        self.ledger: Ledger = self._opened.__enter__().ledger
        self.start()

    def start(self) -> None:
        """Opens access, as at the start of a server."""
        self.access = Access(self.root / ".site", self.workspaces, local=self.local, clock=lambda: self.now,
                             ledger_of=self.ledger_of, passwords=self.passwords)  # fmt: skip

    def restart(self) -> None:
        """Ends the server and starts it again."""
        self.access.close()
        self.start()

    def end(self) -> None:
        self.access.close()
        self._opened.__exit__(None, None, None)

    def ledger_of(self, name: str) -> Ledger:
        """The ledger of "east"; Refused for the others, which have none."""
        if name == "east":
            return self.ledger
        with open_work(self.workspaces.find(name).folder, make=False) as work:
            return work.ledger

    def add(
        self, name: str, role: Role = Role.OWNER, workspace: str = "east", desks: frozenset[Desk] = frozenset(Desk)
    ) -> str:
        """The id of an account with a part in a workspace."""
        account = self.access.people.find(name)
        account_id = account["id"] if account is not None else self.access.people.add(name, PASSWORD)
        self.access.people.join(workspace, account_id, Membership(role, desks), "console")
        return account_id

    def enter(self, name: str, password: str = PASSWORD, address: str = HERE) -> str:
        """The cookie of a new session."""
        return self.access.sign_in(name, password, address=address).session

    def signed(self, name: str) -> Signed:
        """Who a new session says it is."""
        signed = self.access.signed(self.enter(name), None)
        assert signed is not None
        return signed

    def enrol(self, account_id: str, name: str) -> tuple[pyotp.TOTP, list[str]]:
        """An app with the account's secret, and the codes on paper."""
        secret = self.access.second.begin(account_id, name).secret.replace(" ", "")
        app = pyotp.TOTP(secret)
        return app, self.access.second.confirm(account_id, app.at(self.now))

    def told(self, workspace: str = "east") -> list[tuple[str, str]]:
        """(who, kind) of the audit trail, the first first."""
        self.access.audit.deliver()
        return [(one.actor, one.kind) for one in self.access.audit.month(workspace, "2026-11")[::-1]]

    def signed_id(self, name: str) -> str:
        """The id of an account."""
        account = self.access.people.find(name)
        assert account is not None
        return str(account["id"])
