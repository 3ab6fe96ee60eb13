"""Orders over HTTP into a durable ledger: our route, a bare one doing the same, batches; keeps a line of results.

    PYTHONPATH=src python -m benchmarks.api                    # rounds of 4 s each, 64 connections
    PYTHONPATH=src python -m benchmarks.api --seconds 2 --rounds 1 --no-keep

The server is a process of its own, the load another. The bare route is Starlette with msgspec on the same ledger, in
the same process, with the same common commits, and nothing else: no rights, no headers of ours, no contract looked up.
Rounds alternate, so that both meet the same machine; the medians are told. CPU is the server's alone, all its threads.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "api.jsonl"
CONTRACT, PLACED_AT, SKUS = "temu/semi/US", 1_772_452_800, 200
PATHS = {
    "ours": "/api/v1/workspaces/shop/orders", "bare": "/bare/orders", "batch": "/api/v1/workspaces/shop/orders/batch",
}  # fmt: skip
Values = dict[str, object]


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    if arguments.job == "server":
        return serve(Path(arguments.folder), arguments.port)
    if arguments.job == "load":
        sys.stdout.write(json.dumps(asyncio.run(load(arguments))) + "\n")
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.disk) as folder:
        line = measure(arguments, Path(folder) / "shop")
    if arguments.keep:
        RESULTS.parent.mkdir(exist_ok=True)
        with RESULTS.open("a") as file:
            file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")
    return 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", nargs="?", default="all", choices=("all", "server", "load"))
    parser.add_argument("folder", nargs="?", default="")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--route", choices=tuple(PATHS), default="ours")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--batch-clients", type=int, default=8)
    parser.add_argument("--disk", help="folder on the disk to measure")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(words)


def serve(folder: Path, port: int) -> int:
    """Our server, and the bare route beside it on the same ledger."""
    from tuoguan.serve import Server, run
    from tuoguan.site import Site

    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    ours, bare = Server(site), bare_app(site)

    async def both(scope, receive, send):  # type: ignore[no-untyped-def]
        await (bare if scope["path"].startswith("/bare/") else ours)(scope, receive, send)

    run(both, "127.0.0.1", port)
    site.close()
    return 0


def bare_app(site):  # type: ignore[no-untyped-def]
    """The least that can take an order: decode, record in a common commit, encode."""
    from concurrent.futures import ThreadPoolExecutor

    import msgspec
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    from tuoguan.api.collecting import Collector
    from tuoguan.api.orders import NewOrder, taken_of
    from tuoguan.contracts import compile, load
    from tuoguan.operate import Desk, Line, Request

    work = site.work(site.workspaces.find(site.workspaces.names()[0]), make=True)
    terms = work.terms.add(compile(load().contract(CONTRACT), on=PLACED_AT // 86_400))
    collector = Collector(work, ThreadPoolExecutor(1))
    decode, encode = msgspec.json.Decoder(NewOrder).decode, msgspec.json.Encoder().encode

    async def take(request):  # type: ignore[no-untyped-def]
        order = decode(await request.body())
        lines = tuple(Line(one.sku, one.quantity, one.retail_price_minor, one.supply_price_minor, one.weight_g,
                           one.volume_cm3) for one in order.lines)  # fmt: skip
        one = Request(f"order/{order.number}", "open", order.placed_at, Desk.SELLER, order.details, None, None, terms,
                      "USD", order.place, lines)  # fmt: skip
        answers = await collector.do_all([one])
        return Response(encode(taken_of(answers[0])), 201, None, "application/json")

    return Starlette(routes=[Route("/bare/orders", take, methods=["POST"])])


def measure(arguments: argparse.Namespace, folder: Path) -> Values:
    """All rounds against one server."""
    line: Values = {"what": "orders over HTTP", "python": sys.version.split()[0], "cores": os.cpu_count()}
    line |= {"clients": arguments.clients, "batch": arguments.batch, "load": os.getloadavg()[0]}
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.api", "server", str(folder), "--port", str(port)], cwd=ROOT
    )
    try:
        _until_it_answers(port)
        for route in PATHS:
            _load(arguments, port, route, 1.0, server.pid)  # warm: terms compiled, connections made
        rounds = [
            {route: _load(arguments, port, route, arguments.seconds, server.pid) for route in PATHS}
            for _ in range(arguments.rounds)
        ]
    finally:
        server.terminate()
        server.wait(20)
    line["fsync_per_s"] = _fsync_rate(folder)
    for route in PATHS:
        names = rounds[0][route]
        line[route] = {name: round(median(one[route][name] for one in rounds), 2) for name in names}
    line["entries_kept"] = _kept(folder)
    ratios = [(one["ours"]["orders_per_s"] / one["bare"]["orders_per_s"]) for one in rounds]
    cpu = [(one["bare"]["cpu_us_per_order"] / one["ours"]["cpu_us_per_order"]) for one in rounds]
    return line | {"ours_to_bare_clock": round(median(ratios), 3), "ours_to_bare_cpu": round(median(cpu), 3)}


def _load(arguments: argparse.Namespace, port: int, route: str, seconds: float, server: int) -> dict[str, float]:
    """One round of one route: what the load's process saw, and the CPU that the server used meanwhile."""
    clients = arguments.batch_clients if route == "batch" else arguments.clients
    command = [sys.executable, "-m", "benchmarks.api", "load", "--port", str(port), "--route", route, "--seconds",
               str(seconds), "--clients", str(clients), "--batch", str(arguments.batch)]  # fmt: skip
    before = _cpu_seconds(server)
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    spent = _cpu_seconds(server) - before
    found: dict[str, float] = json.loads(done.stdout)
    found["cpu_us_per_order"] = 1e6 * spent / max(found["orders"], 1)
    sys.stderr.write(f"{route}: {json.dumps(found)}\n")
    return found


async def load(arguments: argparse.Namespace) -> dict[str, float]:
    """Orders from many keep-alive connections for some seconds; each sends the next when it was answered."""
    orders = arguments.batch if arguments.route == "batch" else 1
    until = time.perf_counter() + arguments.seconds
    begun, cpu = time.perf_counter(), time.process_time()
    runs = await asyncio.gather(*(_client(arguments, number, until, orders) for number in range(arguments.clients)))
    seconds = time.perf_counter() - begun
    waits = sorted(wait for run in runs for wait in run)
    count = len(waits) * orders
    return {
        "orders": count, "orders_per_s": count / seconds, "p50_ms": 1e3 * waits[len(waits) // 2],
        "p99_ms": 1e3 * waits[int(len(waits) * 0.99)], "most_ms": 1e3 * waits[-1],
        "client_cpu_share": (time.process_time() - cpu) / seconds,
    }  # fmt: skip


async def _client(arguments: argparse.Namespace, number: int, until: float, orders: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", arguments.port)
    waits, bodies = [], _bodies(f"{arguments.route}{os.getpid()}-{number}", orders)
    head = (
        f"POST {PATHS[arguments.route]} HTTP/1.1\r\nHost: 127.0.0.1:{arguments.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    while time.perf_counter() < until:
        body = next(bodies)
        begun = time.perf_counter()
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        length = int(told.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        waits.append(time.perf_counter() - begun)
        if told[9:12] not in (b"200", b"201") or b'"problems"' in answer:
            raise RuntimeError(f"{told[:12]!r} {answer[:500]!r}")
    writer.close()
    return waits


def _bodies(name: str, orders: int) -> Iterator[bytes]:
    """Orders of one line each, never the same twice."""
    luck, count = random.Random(name), 0
    while True:
        made = []
        for _ in range(orders):
            count += 1
            line = {"sku": f"SKU{luck.randrange(SKUS)}", "quantity": luck.randint(1, 3), "retail_price_minor": 1_999,
                    "supply_price_minor": 1_200, "weight_g": 300, "volume_cm3": 800}  # fmt: skip
            made.append({"number": f"{name}/{count}", "placed_at": PLACED_AT, "contract": CONTRACT, "place": "ny",
                         "lines": [line]})  # fmt: skip
        yield json.dumps(made[0] if orders == 1 else {"orders": made}).encode()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kept(folder: Path) -> int:
    """Entries of the ledger when all is over: every one that was answered is there."""
    from tuoguan.store import open_store

    store = open_store(folder, make=False)
    with store.reading() as view:
        position = view.head().position
    store.close()
    return position


def _fsync_rate(folder: Path) -> float:
    path, count = folder / "fsync", 0
    with path.open("wb") as file:
        begun = time.perf_counter()
        while time.perf_counter() - begun < 0.5:
            file.write(b"x" * 4_096)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
    return round(count / 0.5)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_it_answers(port: int) -> None:
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
