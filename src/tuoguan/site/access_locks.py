"""Tries counted, and those locked out who failed too often.

Hides how tries are kept. Keeps the invariants that a try is counted before it is judged, so that many at once count as
many; that a restart forgets nothing; and that a name that nobody has is counted as one that somebody has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from tuoguan.site.access_kept import Kept
from tuoguan.site.access_words import DAY, MINUTE

ACCOUNT_TRIES, ADDRESS_TRIES = 5, 20
FIRST_SECONDS, LONGEST_SECONDS = 30, 15 * MINUTE
FORGOTTEN_SECONDS = DAY


@dataclass(frozen=True, slots=True)
class Try:
    """``allowed``: it may be judged. ``locks``: unless it is right, the next ones may not, for a while."""

    allowed: bool
    locks: bool = False


class Locks:
    """Tries by account and by address."""

    def __init__(self, kept: Kept, clock: Callable[[], int]) -> None:
        self._kept, self._clock = kept, clock

    def account(self, name_key: str) -> Try:
        """Counts a try on a name."""
        return self._count(_key("name", name_key), ACCOUNT_TRIES)

    def address(self, address: str) -> Try:
        """Counts a try from an address."""
        return self._count(_key("address", network(address)), ADDRESS_TRIES)

    def succeeded(self, name_key: str, address: str) -> None:
        """The tries on the name are forgiven; from the address, only this one is: it may belong to another account."""
        with self._kept.changing():
            self.forgive(name_key)
            self._kept.change(
                "UPDATE failure SET count = count - 1, until_at = 0 WHERE who = ?", _key("address", network(address))
            )

    def forgive(self, name_key: str) -> None:
        """Lets the name be tried again at once."""
        self._kept.change("DELETE FROM failure WHERE who = ?", _key("name", name_key))

    def _count(self, who: bytes, free: int) -> Try:
        now = self._clock()
        with self._kept.changing():
            self._kept.change("DELETE FROM failure WHERE last_at < ?", now - FORGOTTEN_SECONDS)
            row = self._kept.row("SELECT count, until_at FROM failure WHERE who = ?", who)
            if row is not None and now < row["until_at"]:
                return Try(allowed=False)
            count = (row["count"] if row is not None else 0) + 1
            over = count - free
            until = now + min(FIRST_SECONDS << min(over, 20), LONGEST_SECONDS) if over >= 0 else 0
            self._kept.change("REPLACE INTO failure VALUES (?, ?, ?, ?)", who, count, now, until)
            return Try(allowed=True, locks=until > 0)


def network(address: str) -> str:
    """What one customer of a provider has: an IPv4 address, or the /64 of an IPv6 one.

    >>> network("2001:db8:1:2:3:4:5:6")
    '2001:db8:1:2'
    """
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return ":".join(f"{int(part, 16):x}" for part in known.exploded.split(":")[:4])
    return str(known)


def _key(kind: str, text: str) -> bytes:
    return sha256(f"{kind}/{text}".encode()).digest()
