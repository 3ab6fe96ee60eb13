"""The server on a socket.

Hides uvicorn. Keeps the invariants that a head is read up to a bound and no further, and that a pause to look for
garbage does not grow with what was loaded before the first request.
"""

import gc
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 256 << 10  # above the longest address, so that one that is too long is answered by us and not cut off
ADDRESS_BYTES = 60_000  # the parser takes apart none above 65,535; ours are refused far below
GRACE_SECONDS = 5


class Protocol(HttpToolsProtocol):
    """Cuts off who sends a head without an end: the parser has no bound of its own."""

    _head = 0  # bytes since the last piece of a body, or since the last head was whole

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._head > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        self._head = 0
        self.url = self.url[:ADDRESS_BYTES]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head = 0
        super().on_body(body)


def run(app: ASGIApp, host: str, port: int, told: Callable[[str], None] = lambda url: None) -> None:
    """Serves until stopped; ``told`` gets the address when connections are taken. Port 0: any free one."""
    config = uvicorn.Config(app, host=host, port=port, http=Protocol, log_level="warning", server_header=False,
                            timeout_graceful_shutdown=GRACE_SECONDS)  # fmt: skip
    sock = config.bind_socket()
    # Taken over by every connection: without it the body of an answer waits 40 ms for the reader to confirm its head.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.listen(config.backlog)  # who comes between these words and the first answer waits, and is not sent away
    at, at_port = sock.getsockname()[:2]
    gc.freeze()  # what is loaded stays loaded: looking through it took 130 ms, every two seconds under many orders
    told(f"http://{f'[{at}]' if ':' in at else at}:{at_port}/")
    uvicorn.Server(config).run(sockets=[sock])
