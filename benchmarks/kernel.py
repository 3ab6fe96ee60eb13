"""Measures the plain lost-sales kernel in SKU-days per cpu-second, beside a C loop, NumPy, SimPy and stockpyl.

    PYTHONPATH=src python benchmarks/kernel.py [--peers PYTHON]

PYTHON is an interpreter that has the peers (pip install simpy stockpyl); those that it cannot import are left out, as
is the C loop where no gcc is found. Ours and C play the same demand in turn, their sums must be equal, and the best of
several rounds counts. Appends one JSON line to benchmarks/results/kernel.jsonl.
"""

import argparse
import ctypes
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.inventory.plain import average_costs, drawn, gamma_poisson
from tuoguan.inventory.plain import kernels as kn

HERE = Path(__file__).parent
BLOCKS, PERIODS, WARM_UP, LEAD, LEVEL, CAP = 16, 365, 50, 4, 33, 9
ROUNDS, ROUND_SECONDS, PEER_SECONDS = 7, 0.15, 120
SKUS = BLOCKS * kn.BLOCK
FIRST_CALL = """
import time
import numba
numba_seconds = time.process_time()
from tuoguan.inventory.plain import average_costs, drawn, gamma_poisson
imported = time.process_time()
demand = drawn(gamma_poisson(2.0, 1.0), seed=1)
average_costs([9], demand, lead_periods=1, holding=1.0, penalty=4.0, periods=100, warm_up=0)
print(numba_seconds, imported, time.process_time())
"""


def case(laws: int, candidates: int, given: bool) -> tuple[Any, ...]:
    """What `kernels.play` takes for SKUs with ``laws`` different Poisson demands of mean 5 on average."""
    random = np.random.default_rng(1)
    law = np.arange(SKUS) % laws
    table = drawn(gamma_poisson(np.linspace(2.0, 8.0, laws) if laws > 1 else 5.0, 1.0), seed=1, law=law).entry
    bits, key = table.shape[1].bit_length() - 1, np.zeros((BLOCKS, 3, kn.BLOCK), np.uint32)
    kn.keys(1, np.zeros(SKUS, np.int64), np.arange(SKUS), law, bits, key)
    units = random.poisson(5.0, (PERIODS, SKUS)) if given else np.zeros((0, 0))
    shape = (BLOCKS, candidates, kn.BLOCK)
    level = np.full(shape, LEVEL, np.uint16) + np.arange(candidates, dtype=np.uint16)[:, None]
    sums = [np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros((BLOCKS, kn.BLOCK), np.int64)]
    return (units.astype(np.uint16), 0, table.ravel(), bits, key, level, np.full(shape, CAP, np.uint16), LEAD, PERIODS,
            WARM_UP, *sums)  # fmt: skip


def in_c(library: ctypes.CDLL, arguments: tuple[Any, ...]) -> Callable[[], None]:
    """The same call of the C loop, with sums of its own."""
    given, _, entry, bits, key, level, cap, lead, periods, warm_up, *_ = arguments
    sums = [np.zeros_like(total) for total in arguments[-3:]]

    def call() -> None:
        for total in sums:
            total.fill(0)
        library.play(
            given.ctypes.data_as(ctypes.c_void_p) if len(given) else None, ctypes.c_int64(SKUS),
            entry.ctypes.data_as(ctypes.c_void_p), ctypes.c_int(bits), key.ctypes.data_as(ctypes.c_void_p),
            level.ctypes.data_as(ctypes.c_void_p), cap.ctypes.data_as(ctypes.c_void_p),
            *map(ctypes.c_int64, (lead, periods, warm_up, BLOCKS)),
            *(total.ctypes.data_as(ctypes.c_void_p) for total in sums),
        )  # fmt: skip

    for total in arguments[-3:]:
        total.fill(0)
    kn.play(*arguments)
    call()
    if not all(np.array_equal(*pair) for pair in zip(arguments[-3:], sums, strict=True)):
        raise ArithmeticError("the C loop and the kernel disagree")
    return call


def best_rates(calls: dict[str, Callable[[], None]], sku_days: int) -> dict[str, float]:
    """SKU-days per cpu-second of each call, taken in turn so that all see the same machine."""
    rates = dict.fromkeys(calls, 0.0)
    for _ in range(ROUNDS):
        for name, call in calls.items():
            count, begun = 0, time.process_time()
            while (used := time.process_time() - begun) < ROUND_SECONDS:
                call()
                count += 1
            rates[name] = max(rates[name], count * sku_days / used)
    return rates


def compiled_c(folder: str) -> ctypes.CDLL | None:
    """The C loop, or None where there is no gcc."""
    target = Path(folder) / "plain.so"
    if shutil.which("gcc") is None:
        return None
    options = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run(["gcc", *options, "-o", str(target), str(HERE / "peers" / "plain.c")], check=True)
    return ctypes.CDLL(str(target))


def kernel_rates(library: ctypes.CDLL | None) -> dict[str, float]:
    """Rates of the kernel, and of the C loop where there is one policy a SKU."""
    rates: dict[str, float] = {}
    for name, laws, given in (("given", 1, True), ("drawn_one_law", 1, False), ("drawn_own_laws", SKUS, False)):
        alone, eight = case(laws, 1, given), case(laws, 8, given)
        kn.play(*alone)
        calls: dict[str, Callable[[], None]] = {name: lambda alone=alone: kn.play(*alone)}
        if library is not None:
            calls[f"c_{name}"] = in_c(library, alone)
        rates |= best_rates(calls, SKUS * PERIODS)
        rates |= best_rates({f"{name}_8_levels": lambda eight=eight: kn.play(*eight)}, 8 * SKUS * PERIODS)
    return rates


def front_door(skus: int = 100_000) -> dict[str, float]:
    """Rates of `average_costs` with a law a SKU on one and two threads, per cpu-second and by the clock (*_wall)."""
    demand = drawn(gamma_poisson(np.linspace(2.0, 8.0, skus), 1.0), seed=1)
    level, rates = np.full(skus, LEVEL), dict[str, float]()
    for name, threads in (("door_one", 1), ("door_two", 2)) * 5:
        cpu, wall = time.process_time(), time.perf_counter()
        average_costs(level, demand, lead_periods=LEAD, holding=1.0, penalty=4.0, periods=PERIODS, warm_up=WARM_UP,
                      threads=threads)  # fmt: skip
        rates[name] = max(rates.get(name, 0.0), skus * PERIODS / (time.process_time() - cpu))
        rates[f"{name}_wall"] = max(rates.get(f"{name}_wall", 0.0), skus * PERIODS / (time.perf_counter() - wall))
    return rates


def peer_rates(python: str) -> dict[str, float]:
    """Rates of the peers that can be imported, each in a process of its own with a time limit."""
    rates = {}
    for script in ("numpy_lanes", "simpy_days", "stockpyl_days"):
        try:
            done = subprocess.run(
                [python, str(HERE / "peers" / f"{script}.py")], capture_output=True, text=True, timeout=PEER_SECONDS,
                check=False,
            )  # fmt: skip
            rates[script] = float(done.stdout.split()[-1])
        except (subprocess.TimeoutExpired, IndexError, ValueError):
            sys.stderr.write(f"{script}: left out (pip install simpy stockpyl, then --peers PYTHON)\n")
    return rates


def first_calls() -> dict[str, float]:
    """Cpu-seconds of a process until numba is imported, we are, the first answer is there; empty cache, then filled."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "warm", "warm"):
            environment = os.environ | {"NUMBA_CACHE_DIR": folder}
            done = subprocess.run([sys.executable, "-c", FIRST_CALL], env=environment, capture_output=True, text=True,
                                  check=True)  # fmt: skip
            numba, imported, answered = map(float, done.stdout.split())
            seconds |= {"import_numba": numba, f"import_{name}": imported, f"first_answer_{name}": answered}
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = compiled_c(folder)
        rates = kernel_rates(library) | front_door() | peer_rates(asked.peers)
    ratios = {f"{name}_to_c": rates[name] / rates[f"c_{name}"] for name in list(rates) if f"c_{name}" in rates}
    ratios |= {f"drawn_to_{peer}": rates["drawn_one_law"] / rates[peer]
               for peer in ("numpy_lanes", "simpy_days", "stockpyl_days") if peer in rates}  # fmt: skip
    ratios["two_threads_to_one_wall"] = rates["door_two_wall"] / rates["door_one_wall"]
    ratios["two_threads_to_one_cpu"] = rates["door_two"] / rates["door_one"]
    line = {
        "what": "SKU-days per cpu-second, lost sales, lead time 4 (*_wall: per second)",
        "rates": {name: round(rate) for name, rate in rates.items()},
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
        "cpu_seconds": {name: round(value, 2) for name, value in first_calls().items()}, "load": os.getloadavg()[0],
        "machine": platform.processor() or platform.machine(), "python": platform.python_version(),
    }  # fmt: skip
    target = HERE / "results" / "kernel.jsonl"
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main()
