"""The server is killed while programs send orders: every order that was answered is in the ledger, and once."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from api_world import CONTRACT, PRODUCTS, SELLER, order
from tuoguan.app.ledgers import open_work
from tuoguan.operate import Ledger
from tuoguan.store import open_store

CLIENTS, KILLS = 8, 3


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A real server, answering."""
    command = [sys.executable, "-m", "tuoguan", "serve", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2_400):  # a machine that others use too
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return server
        assert server.poll() is None
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


class Sender(threading.Thread):
    """Sends orders one after the other; what the server's death left without an answer is sent again."""

    def __init__(self, number: int, port: int, stop: threading.Event) -> None:
        super().__init__()
        self.number, self.port, self.stop, self.answered = number, port, stop, set[str]()

    def run(self) -> None:
        count, connection = 0, None
        while not self.stop.is_set():
            name = f"s{self.number}/{count}"
            body = json.dumps(order(name, contract=CONTRACT))
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("POST", "/api/v1/workspaces/shop/orders", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                connection = None
                time.sleep(0.05)
                continue
            assert answer.status == 201 and told["version"] == 1, told
            self.answered.add(f"order/{name}")
            count += 1


@pytest.mark.slow
def test_no_answered_order_is_lost(tmp_path: Path) -> None:
    """kill -9, three times under load, each time started again on the same folder."""
    folder, port, stop = tmp_path / "shop", free_port(), threading.Event()
    folder.mkdir()
    (folder / "seller.toml").write_text(SELLER, "utf-8")
    (folder / "products.csv").write_text(PRODUCTS, "utf-8")
    senders = [Sender(number, port, stop) for number in range(CLIENTS)]
    server = start(folder, port)
    for sender in senders:
        sender.start()
    try:
        for kill in range(KILLS):
            seen = sum(len(sender.answered) for sender in senders)
            until = time.monotonic() + 240
            while sum(len(sender.answered) for sender in senders) < seen + 40 and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(0.01 * kill)
            server.send_signal(signal.SIGKILL)
            server.wait()
            if kill < KILLS - 1:
                server = start(folder, port)
    finally:
        stop.set()
        server.kill()
        for sender in senders:
            sender.join(30)
    answered = set[str]().union(*(sender.answered for sender in senders))
    assert len(answered) >= 40 * KILLS
    with open_work(folder, make=False) as work:
        entries = [entry for entry in work.ledger.store.entries(kinds=("order.open",))]
    recorded = [entry.stream for entry in entries]
    assert answered <= set(recorded)
    assert len(recorded) == len(set(recorded))
    store = open_store(folder, make=False)
    assert Ledger(store, clock=lambda: 0).verify() == []
    store.close()
