"""A program that is called: a real HTTP server on loopback which does what a test tells it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """``statuses`` are given in turn, the last one for ever; ``drip``: seconds between bytes of an endless answer."""

    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"ok"
    drip: float = 0.0
    calls: list[Call] = field(default_factory=list)
    sent_bytes: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?x=1"

    def wait(self, count: int, seconds: float = 20.0) -> list[Call]:
        until = time.monotonic() + seconds
        while len(self.calls) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.calls


@contextmanager
def receiving() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.calls.append(Call(self.path, dict(self.headers.items()), body))
            status = told.statuses.pop(0) if len(told.statuses) > 1 else told.statuses[0]
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                while told.drip:
                    self.wfile.write(b"x")
                    time.sleep(told.drip)
                for first in range(0, len(told.answer), 65_536):
                    told.sent_bytes += self.wfile.write(told.answer[first : first + 65_536])
            except OSError:
                return

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def verified(call: Call, secret: str) -> bool:
    """Checks the signature as the convention's text says, written apart from what signs."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    assert secret.startswith("whsec_")
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), call.body))
    mac = hmac.HMAC(base64.b64decode(secret[6:]), digestmod=hashlib.sha256)
    mac.update(signed)
    right = base64.b64encode(mac.digest()).decode()
    return any(one.split(",", 1) == ["v1", right] for one in headers["webhook-signature"].split(" "))
