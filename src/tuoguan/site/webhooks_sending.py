"""One call: signed as the Standard Webhooks convention says, sent once, its answer hardly read.

Hides HTTP. Keeps the invariants that no redirect is followed, that the address which was checked is connected to, and
that a call ends within `CALL_SECONDS` whatever the other side does.
"""

import base64
import hashlib
import hmac
import http.client
import secrets
import socket
import ssl
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

import tuoguan
from tuoguan.foundation.problems import Refused
from tuoguan.site.webhooks_target import Target, addresses_of, target_of

CONNECT_SECONDS, CALL_SECONDS = 5.0, 15.0
ANSWER_BYTES = 4_096
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: status 0 when nothing did; ``said`` is the beginning of the answer, or what went wrong."""

    status: int
    milliseconds: int
    said: str
    retry_after: int = 0

    @property
    def is_good(self) -> bool:
        """True when the other side took it."""
        return 200 <= self.status < 300


def new_secret() -> str:
    """A secret as the convention writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """The signature over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def send(
    url: str, message_id: str, body: bytes, keys: Sequence[str], at: int, allowed: Collection[str]
) -> Answered:  # fmt: skip
    """Sends the message once; never raises for what the other side does."""
    started = time.monotonic()
    try:
        target = target_of(url)
        headers = {
            "Host": target.place, "Content-Type": "application/json", "User-Agent": f"tuoguan/{tuoguan.__version__}",
            "webhook-id": message_id, "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(key, message_id, at, body) for key in keys),
        }  # fmt: skip
        status, said, after = _post(target, body, headers, allowed)
    except Refused as refused:
        status, said, after = 0, refused.problems[0].found, 0
    except ssl.SSLError as error:
        status, said, after = 0, f"TLS: {error.reason or error}", 0
    except (OSError, http.client.HTTPException) as error:
        is_late = time.monotonic() - started >= CALL_SECONDS
        status, said, after = 0, "no answer in time" if is_late else _words(error), 0
    if 300 <= status < 400:
        said = "a redirect, which is not followed"
    return Answered(status, round((time.monotonic() - started) * 1_000), said[:300], after)


def _post(target: Target, body: bytes, headers: dict[str, str], allowed: Collection[str]) -> tuple[int, str, int]:
    link = _connected(target, addresses_of(target, allowed))
    watch = Timer(CALL_SECONDS, _cut, [link.sock])
    watch.daemon = True
    watch.start()
    try:
        link.request("POST", target.path, body, headers)
        answer = link.getresponse()
        said = answer.read(ANSWER_BYTES).decode("utf-8", "replace")
        after = answer.getheader("Retry-After", "")
        return answer.status, _printable(said), int(after) if after.isdigit() and len(after) < 7 else 0
    finally:
        watch.cancel()
        link.close()


def _connected(target: Target, addresses: Sequence[str]) -> http.client.HTTPConnection:
    """A connection to the first of the addresses that answers, under the host's name."""
    link = http.client.HTTPConnection(target.host, target.port, timeout=CALL_SECONDS)
    for number, address in enumerate(addresses):
        try:
            sock = socket.create_connection((address, target.port), CONNECT_SECONDS)
            break
        except OSError:
            if number == len(addresses) - 1:
                raise
    sock.settimeout(CALL_SECONDS)
    if target.scheme == "https":
        try:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise
    link.sock = sock
    return link


def _cut(sock: socket.socket) -> None:
    """Ends a call that takes too long, in whatever it is."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text).strip()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "no such host"
    if isinstance(error, http.client.HTTPException):
        return "an answer that is no HTTP, or none"
    return ((error.strerror if isinstance(error, OSError) else "") or "the connection failed").lower()
