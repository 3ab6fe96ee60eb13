"""What every answer carries and what no request may do: hosts, origins, sizes, pace, headers.

Hides the checks, in plain ASGI so that streaming stays streaming. Keeps the invariants that a page runs no script and
loads nothing but what this server holds; that another site open in the same browser can make a browser do nothing here
but follow a link; and that no answer, whatever goes wrong, shows how the server is made.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import cast
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuoguan.foundation.problems import Problem
from tuoguan.serve.refusing import mishap, refusal
from tuoguan.site import Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = "max-age=31536000; includeSubDomains"
RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
RAW_TLS = [*RAW, (b"strict-transport-security", HSTS.encode())]
MEGABYTE = 1 << 20
BODY_BYTES, FILE_BYTES, TARGET_BYTES = MEGABYTE, 512 * MEGABYTE, 16 << 10
FILE_TYPES = ("multipart/form-data", "application/octet-stream", "application/vnd.openxmlformats-officedocument",
              "application/vnd.apache.parquet", "application/x-ndjson", "application/jsonl", "application/gzip",
              "text/csv")  # fmt: skip
FIRST_SECONDS, PACE_BYTES = 60, 8 << 10  # a body has a minute, and a second more for each so many bytes
READS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
SESSION = "tuoguan_session"
LONG = re.compile(r"[A-Za-z0-9_-]{32,}")  # a link's secret, which no log needs
log = logging.getLogger("tuoguan.serve")


class BodyRefused(Exception):
    """Raised into whoever reads a body that is too large or too slow."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.found)
        self.status, self.problem = status, problem


class Guard:
    """Middleware around everything.

    url  where people reach the server, such as https://shop.example.com, when something before it speaks TLS for it
    """

    def __init__(self, app: ASGIApp, site: Site, url: str = "") -> None:
        self._app, self._site = app, site
        self._scheme, self._host = urlsplit(url).scheme, urlsplit(url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or says why not; adds the headers to what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        scope["scheme"] = self._scheme or scope["scheme"]
        scope.setdefault("state", {})["request_id"] = request_id
        most = self._most(scope, headers)
        answer = _Answer(send, request_id, secure=scope["scheme"] == "https")
        if (wrong := self._wrong(scope, headers, most)) is not None:
            await refusal(scope, *wrong)(scope, receive, answer)
            return
        body = _Body(receive, most)
        answer.body = body
        try:
            await self._app(scope, body, answer)
        except BodyRefused:
            pass
        except Exception:
            log.exception("request %s: %s %s", request_id, scope["method"], LONG.sub("…", scope["path"]))
            if answer.begun:
                raise
            await mishap(scope, request_id)(scope, receive, answer)
        if body.refused is not None and not answer.begun:
            answer.body = None
            await refusal(scope, body.refused.status, body.refused.problem)(scope, receive, answer)

    def _wrong(self, scope: Scope, headers: Mapping[str, str], most: int) -> tuple[int, Problem] | None:
        """What stands in the way of the request, by its head alone."""
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > TARGET_BYTES:
            fix = "ask for less at once"
            return 414, Problem("address", f"{length} bytes", f"{TARGET_BYTES} at most", fix, "too_long")
        host = headers.get("host", "").lower()
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        if hosts != 1 or not self._known(host, scope.get("server") or ("", None)):
            found, fix = f"host {host[:100]!r}", "use the address that the server said when it started"
            return 421, Problem("address", found, "this server's own", fix, "wrong_host")
        if _foreign(scope["method"], headers, host):
            fix = "open the page itself and do it there"
            return 403, Problem("request", "one that another site made", "this server's own", fix, "foreign_request")
        length_told = headers.get("content-length", "0")
        if not length_told.isascii() or not length_told.isdigit() or int(length_told) > most:
            return 413, _too_large(length_told[:20], most)
        return None

    def _known(self, host: str, server: tuple[str, int | None]) -> bool:
        """True when the host is one that leads here for good, and not a name that somebody else moves about."""
        if self._host:
            return host == self._host
        return _is_loopback(host, *server) if self._site.local else HOST.fullmatch(host) is not None

    def _most(self, scope: Scope, headers: Mapping[str, str]) -> int:
        """Bytes that a body may have: files may be large, from somebody we know."""
        kind = headers.get("content-type", "").lower()
        if scope["method"] in READS or not kind.startswith(FILE_TYPES):
            return BODY_BYTES
        scheme, _, token = headers.get("authorization", "").partition(" ")
        signed = self._site.access.signed(_cookie(headers), token.strip() if scheme.lower() == "bearer" else None)
        return FILE_BYTES if signed is not None else BODY_BYTES


class _Answer:
    """What goes back, with our headers. Whatever the application says about a body that was refused is left out."""

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        self._send, self._request_id, self._secure = send, request_id, secure
        self.begun, self.body = False, cast("_Body | None", None)

    async def __call__(self, message: Message) -> None:
        if self.body is not None and self.body.refused is not None and not self.begun:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            said = [pair for pair in message.get("headers", ()) if pair[0] != b"server"]
            names = {name for name, _ in said}
            said += [pair for pair in (RAW_TLS if self._secure else RAW) if pair[0] not in names]
            said.append((b"x-request-id", self._request_id.encode()))
            message = {**message, "headers": said}
        await self._send(message)


class _Body:
    """The request's body, counted and timed while it comes; afterwards only watched for the end of the connection."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._bytes, self._whole = 0, False
        self.refused: BodyRefused | None = None
        self._began = asyncio.get_running_loop().time()

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        until = self._began + FIRST_SECONDS + self._bytes / PACE_BYTES
        try:
            async with asyncio.timeout_at(until):
                message = await self._receive()
        except TimeoutError:
            fix = "send it again over a quicker line"
            found = f"{self._bytes} bytes in all that time"
            told = Problem("body", found, "a body that goes on coming", fix, "too_slow")
            self.refused = BodyRefused(408, told)
            raise self.refused from None
        self._bytes += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._bytes > self._most:
            self.refused = BodyRefused(413, _too_large(str(self._bytes), self._most))
            raise self.refused
        return message


@lru_cache(maxsize=256)
def _is_loopback(host: str, server: str, port: int | None) -> bool:
    """True for the names of the loopback, and for the very address that the server listens on, with its port."""
    if not HOST.fullmatch(host):
        return False
    name, _, told = host.rpartition(":") if re.search(r":[0-9]+$", host) else (host, "", "80")
    return name in LOOPBACK | {server.lower(), f"[{server}]"} and (port is None or told == str(port))


def _foreign(method: str, headers: Mapping[str, str], host: str) -> bool:
    """True for what another site makes a browser send, but for a link that a person follows.

    Browsers say it in Sec-Fetch-Site, older ones in Origin; programs say neither and prove who they are by a token.
    """
    followed = method in READS and headers.get("sec-fetch-mode") == "navigate"
    followed = followed and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and not followed:
        return True
    origin = headers.get("origin")
    return origin is not None and not followed and urlsplit(origin).netloc.lower() != host


def _too_large(found: str, most: int) -> Problem:
    return Problem("body", f"{found} bytes", f"{most} at most", "send it in several parts, or as a file", "too_large")


def _cookie(headers: Mapping[str, str]) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(SESSION)
    except CookieError:
        return None
    return found.value if found is not None else None
