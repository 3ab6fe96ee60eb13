"""The server on a real socket: what the parser reads, and where it stops reading."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tuoguan.serve.running import HEAD_BYTES

# Answers with the length of the address and of the body.
PROGRAM = """
from tuoguan.serve import run

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    told = f"{len(scope['raw_path'])} {length}".encode()
    headers = [(b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told})

run(app, "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    at = urlsplit(process.stdout.readline().strip())
    assert at.hostname is not None
    assert at.port is not None
    yield at.hostname, at.port
    process.terminate()
    process.wait(20)
    process.stdout.close()


def test_a_head_without_an_end_is_cut_off(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")
        sent = 0
        with pytest.raises(OSError):  # the other end is gone long before all this is taken
            while sent < 64 * HEAD_BYTES:
                line.sendall(b"a" * 16_384)
                sent += 16_384
    assert sent < 64 * HEAD_BYTES


def test_who_is_cut_off_is_told_why(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * (HEAD_BYTES - 20))
        told = b""
        while part := line.recv(4_096):
            told += part
    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.endswith(b"\r\n\r\nThe head of the request is too long.")


@pytest.mark.parametrize(("length", "read"), [(16_385, 16_385), (60_000, 60_000), (65_536, 60_000), (200_000, 60_000)])
def test_long_addresses_reach_whoever_refuses_them(address: tuple[str, int], length: int, read: int) -> None:
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.request("GET", "/" + "a" * (length - 1))
    assert connection.getresponse().read() == f"{read} 0".encode()


def test_many_heads_and_long_bodies_on_one_connection_are_no_long_head(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=20)
    for _ in range(20):
        connection.request("GET", "/", headers={"A": "a" * 20_000})
        assert connection.getresponse().read() == b"1 0"
    connection.request("POST", "/", body=b"b" * (4 * HEAD_BYTES))
    assert connection.getresponse().read() == f"1 {4 * HEAD_BYTES}".encode()
    pieces = (b"c" * 1_000 for _ in range(2 * HEAD_BYTES // 1_000))
    connection.request("POST", "/", body=pieces, encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read() == f"1 {2 * HEAD_BYTES // 1_000 * 1_000}".encode()
