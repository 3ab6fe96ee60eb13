"""Measures the page: time and size of every screen on a large workspace, start, memory, paint, many readers at once.

    PYTHONPATH=src python benchmarks/web.py DIR [--clients 20] [--rounds 5] [--paint]

DIR is made by `web_workspace.py`. The server runs in a process of its own. When what pages read has been made, each
screen is asked alone (every filter and next page of `ASKED`), then by CLIENTS readers at once who look at a page for a
second before they ask for the next.
Times are those of the reader on loopback, connection kept; sizes are of the HTML, before charts. `--paint` opens every
screen in Chromium and tells its first contentful paint. Appends one JSON line to benchmarks/results/web.jsonl.
"""

import argparse
import http.client
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tuoguan.web.menu import GROUPS

ASKED = (
    *[screen.path for _, group in GROUPS for screen in group],
    "orders?state=placed", "orders?state=shipped&sort=moved_at", "orders?sort=-amount_minor", "orders?find=0009",
    "home?desk=platform", "products?sort=-gain", "decide?undecided=1", "stock?sort=-units", "money?tab=fees",
)  # fmt: skip
SERVING = re.compile(r"http://([\w.]+):(\d+)/")
ROOT = Path(__file__).resolve().parents[1]


def main(words: list[str]) -> int:
    """Measures, prints and keeps one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--paint", action="store_true")
    asked = parser.parse_args(words)
    started = time.perf_counter()
    process, host, port = serve(asked.folder)
    try:
        base = f"/w/{asked.folder.resolve().name}"
        take(host, port, f"{base}/jobs")
        line: dict[str, Any] = {"start_to_first_page_s": round(time.perf_counter() - started, 2)}
        line["idle_mb"] = memory_mb(process.pid)
        line["made_ready_s"] = made_ready(host, port, base)
        line["pages"] = {path: alone(host, port, f"{base}/{path}", asked.rounds) for path in ASKED}
        line["next_page_ms"] = next_pages(host, port, f"{base}/orders")
        line["at_once"] = at_once(host, port, base, asked.clients)
        line["after_mb"] = memory_mb(process.pid)
        if asked.paint:
            line["paint_ms"] = painted(f"http://{host}:{port}{base}")
    finally:
        process.terminate()
        process.wait(20)
    line |= {"load": round(os.getloadavg()[0], 1), "machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps(line, indent=1))
    with (Path(__file__).parent / "results" / "web.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return 0


def serve(folder: Path) -> tuple["subprocess.Popen[str]", str, int]:
    """The server on a free port."""
    command = [sys.executable, "-m", "tuoguan", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.stderr is not None
    for said in process.stderr:
        if found := SERVING.search(said):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, found.group(1), int(found.group(2))
    raise SystemExit("the server did not start")


def take(host: str, port: int, path: str, connection: http.client.HTTPConnection | None = None) -> bytes:
    """The page, which must be one."""
    connection = connection or http.client.HTTPConnection(host, port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": "identity"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 303):
        raise SystemExit(f"{answer.status} {path}: {body[:500]!r}")
    return body


def made_ready(host: str, port: int, base: str) -> float:
    """Seconds until no page says any more that what it reads is being made."""
    began = time.perf_counter()
    for path in ASKED:
        while True:
            connection = http.client.HTTPConnection(host, port, timeout=60)
            connection.request("GET", f"{base}/{path}")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 503:
                break
            time.sleep(1)
    return round(time.perf_counter() - began, 1)


def alone(host: str, port: int, path: str, rounds: int) -> dict[str, float]:
    """Milliseconds of the first and of the following answers, and kB."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    times, size = [], 0
    for _ in range(rounds + 1):
        began = time.perf_counter()
        size = len(take(host, port, path, connection))
        times.append((time.perf_counter() - began) * 1_000)
    return {
        "first_ms": round(times[0], 1), "median_ms": round(statistics.median(times[1:]), 1),
        "most_ms": round(max(times[1:]), 1), "kb": round(size / 1_000, 1),
    }  # fmt: skip


def next_pages(host: str, port: int, path: str, pages: int = 20) -> dict[str, float]:
    """Milliseconds of following "next page" again and again."""
    connection, times = http.client.HTTPConnection(host, port, timeout=60), []
    for _ in range(pages):
        began = time.perf_counter()
        text = take(host, port, path, connection).decode()
        times.append((time.perf_counter() - began) * 1_000)
        found = re.search(r'data-next[^>]*href="([^"]+)"', text)
        if found is None:
            raise SystemExit(f"{path} has no next page")
        path = found.group(1).replace("&amp;", "&")
    return {"median_ms": round(statistics.median(times), 1), "most_ms": round(max(times), 1)}


def at_once(host: str, port: int, base: str, clients: int, seconds: float = 20.0) -> dict[str, float]:
    """Milliseconds while so many readers ask for every screen in turn, each a second after its last answer.

    They come one after the other within the first second; ``burst_p95_ms`` is what they wait who come at one instant.
    """
    times, together = list[float](), list[float]()
    gate = threading.Barrier(clients)

    def read(number: int) -> None:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        take(host, port, f"{base}/jobs", connection)
        gate.wait()
        began = time.perf_counter()
        take(host, port, f"{base}/{ASKED[number % len(ASKED)]}", connection)
        together.append((time.perf_counter() - began) * 1_000)
        gate.wait()
        time.sleep(number / clients)
        turn, until = number, time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            take(host, port, f"{base}/{ASKED[turn % len(ASKED)]}", connection)
            times.append((time.perf_counter() - began) * 1_000)
            turn += 1
            time.sleep(1)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    together.sort()
    return {
        "clients": clients, "pages": len(times), "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1), "most_ms": round(times[-1], 1),
        "burst_p95_ms": round(together[int(len(together) * 0.95)], 1),
    }  # fmt: skip


def memory_mb(pid: int) -> float:
    """Resident megabytes of the process and its children."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        status = Path(f"/proc/{one}/status").read_text("utf-8")
        if found := re.search(r"VmRSS:\s+(\d+)", status):  # a process that has ended and waits to be told so has none
            total += int(found.group(1)) / 1_024
        waiting += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text("utf-8").split()]
    return round(total, 1)


def painted(base: str) -> dict[str, float]:
    """Milliseconds to the first contentful paint of every screen in Chromium."""
    from playwright.sync_api import sync_playwright

    asked = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        for path in ASKED:
            page.goto(f"{base}/{path}")
            page.wait_for_timeout(300)
            found[path] = round(float(page.evaluate(asked)), 0)
        browser.close()
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
