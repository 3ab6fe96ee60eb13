"""Where calls may go: addresses of the open internet, and hosts that were allowed by name.

Keeps the invariants that what was checked is what is connected to (a name is looked up once), and that no name leads to
this machine or its neighbors unless somebody who may allow it did.
"""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from tuoguan.foundation.problems import Problem, Refused

LENGTH = 500
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; ``path`` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """Host and port as they stand in the request's Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """The URL taken apart. Refused when it is none of http or https, or carries a password or a fragment."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _bad(url) from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= LENGTH
    if not plain or parts.scheme not in ("http", "https") or parts.username is not None or parts.fragment or port == 0:
        raise _bad(url)
    if not is_host(host):
        raise _bad(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def is_host(name: str) -> bool:
    """True for a name or a literal address, in small letters."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return HOST.fullmatch(name) is not None
    return True


def require_reachable(target: Target, allowed: Collection[str]) -> None:
    """Refused when the URL itself says that it leads to this machine or its neighbors."""
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        is_near = target.host == "localhost" or target.host.endswith((".localhost", ".local", ".internal"))
    else:
        is_near = not is_open(address)
    if is_near and target.host not in allowed:
        raise Refused([_near(target.host)])


def addresses_of(target: Target, allowed: Collection[str]) -> list[str]:
    """The addresses to connect to, in the resolver's order. Refused when one of them is not of the open internet.

    OSError when the name is not known.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if target.host not in allowed:
        for text in addresses:
            if not is_open(ipaddress.ip_address(text.partition("%")[0])):
                raise Refused([_near(target.host)])
    return addresses


def is_open(address: Address) -> bool:
    """True for an address of the open internet; one inside of another (mapped, translated, tunneled) counts too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if not all(is_open(one) for one in inner if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast


def _bad(url: str) -> Refused:
    expected = f"http:// or https://, a host and a path, at most {LENGTH} ASCII characters, no password in it"
    fix = "give the address at which the other program listens"
    return Refused([Problem("url", repr(url[:80]), expected, fix, "bad_url")])


def _near(host: str) -> Problem:
    fix = "name an address of the open internet, or have the host allowed by name first"
    return Problem("url", f"{host}, which leads to this machine or its network", "the open internet", fix, "near_host")
