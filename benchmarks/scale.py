"""Measures the large job and its drivers; every command prints one JSON line and appends it to results/scale.jsonl.

    PYTHONPATH=src python -m benchmarks.scale run WORKSPACE OUT --workers 2 [--kill]
    PYTHONPATH=src python -m benchmarks.scale run WORKSPACE OUT --threads 2
    PYTHONPATH=src python -m benchmarks.scale ratio WORKSPACE OUT
    PYTHONPATH=src python -m benchmarks.scale rounds WORKSPACE OUT/threads-0

`run` is the job from Parquet to Parquet, `ratio` plays the same blocks on 2 workers, on 2 threads, and on 2 workers of
which one is killed; `rounds` prices all groups on the driver and on 2 workers, over blocks that `ratio` left.
`benchmarks.scale_workspace` writes workspaces of any size. ``--kill`` sends SIGKILL to one worker when half the blocks
are done.
"""

import argparse
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.app.scale import BLOCK_GROUPS, _models, decide_large
from tuoguan.app.scale_blocks import context_of, cut, groups_in, solve_block
from tuoguan.app.workspace import open_workspace
from tuoguan.choose import shards_of, spread_out, task_of
from tuoguan.choose.spread import Spread
from tuoguan.foundation.executor import Executor, Work
from tuoguan.scale import Threads, cluster

RESULTS = Path(__file__).parent / "results" / "scale.jsonl"
WORKER_BYTES = 3 << 30
TICKS = os.sysconf("SC_CLK_TCK")


def worker_pids(executor: Executor) -> list[int]:
    """Process ids of the workers that were started here."""
    local = getattr(executor, "_local", None)
    return [nanny.pid for nanny in local.workers.values() if nanny.pid] if local is not None else []


def usage(pids: list[int]) -> dict[str, float]:
    """CPU seconds of processes together and the largest peak of one, MB; the dead are not counted."""
    cpu, peak = 0.0, 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        cpu += (int(stat[11]) + int(stat[12])) / TICKS
        peak = max(peak, int(status.split("VmHWM:")[1].split()[0]) // 1024)
    return {"workers_cpu_s": round(cpu, 1), "worker_peak_mb": peak}


class Stages:
    """Clock and CPU seconds by stage; kills a worker when half the blocks are done, if that is wanted."""

    def __init__(self, executor: Executor, kill: bool) -> None:
        self._executor, self._kill, self._stage = executor, kill, ""
        self._clock, self._cpu = time.perf_counter(), time.process_time()
        self.seconds: dict[str, dict[str, float]] = {}
        self.killed: list[int] = []

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Told by the job how far it is."""
        if stage != self._stage:
            self._close()
            self._stage = stage
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {stage}\n")
        if self._kill and stage == "blocks" and not self.killed and 2 * done >= total:
            self.killed = worker_pids(self._executor)[:1]
            for pid in self.killed:
                os.kill(pid, signal.SIGKILL)

    def _close(self) -> None:
        clock, cpu = time.perf_counter(), time.process_time()
        if self._stage:
            workers = usage(worker_pids(self._executor))
            own = {"clock_s": round(clock - self._clock, 1), "driver_cpu_s": round(cpu - self._cpu, 1)}
            own["driver_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            self.seconds[self._stage] = own | (workers if worker_pids(self._executor) else {})
        self._clock, self._cpu = clock, cpu

    def end(self) -> None:
        """Closes the last stage."""
        self._close()


def run(workspace: Path, out: Path, executor: Executor, kill: bool) -> dict[str, Any]:
    """The whole job; ``choice`` is a hash of all parts."""
    stages, began = Stages(executor, kill), time.perf_counter()
    large = decide_large(workspace, out, executor=executor, progress=stages)
    stages.end()
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in large.written[1:])).hexdigest()[:16]
    answer = large.answer
    picked = {name: answer[name] for name in ("objective_minor", "bound_minor", "gap", "rounds", "counts")}
    return {
        "what": "run", "executor": type(executor).__name__, "workers": executor.workers, "clock_s":
        round(time.perf_counter() - began, 1), "killed": len(stages.killed), "stages": stages.seconds,
        "choice": digest, **picked,
    }  # fmt: skip


def _blocks(workspace: Path, folder: Path, groups: int) -> tuple[Any, list[Work]]:
    opened = open_workspace(workspace)
    context = context_of(opened)
    return context, list(cut(opened, context, groups, folder))


def _played(executor: Executor, context: Any, work: list[Work], at_half: Callable[[], None]) -> tuple[float, bytes]:
    """(seconds, hash of all answers) of the blocks; ``at_half`` is called once half are done."""
    shared, began, found, told = executor.share(context), time.perf_counter(), {}, False
    for key, answer in executor.run(solve_block, work, shared=shared):
        found[key] = answer
        if not told and 2 * len(found) >= len(work):
            at_half()
            told = True
    total = b"".join(found[one.key] for one in work)
    return time.perf_counter() - began, hashlib.sha256(total).digest()


def _anew(work: list[Work], folder: Path) -> list[Work]:
    """The same blocks, their answers to be kept in an empty folder."""
    from dataclasses import replace

    folder.mkdir(parents=True)
    return [replace(one, item=replace(one.item, path=str(folder / Path(one.item.path).name))) for one in work]


def ratio(workspace: Path, out: Path, groups: int, pairs: int) -> Iterator[dict[str, Any]]:
    """Threads and workers in turns on the same blocks; then workers with one of them killed half-way."""
    context, work = _blocks(workspace, out, groups)
    threads, workers = Threads(2), cluster(workers=2, memory_bytes=WORKER_BYTES)
    try:
        for number, executor in enumerate((threads, workers)):  # kernels compiled, contracts loaded
            _played(executor, context, _anew(work[:4], out / f"warm-{number}"), _nothing)
        for pair in range(pairs):
            one, same = _played(threads, context, _anew(work, out / f"threads-{pair}"), _nothing)
            two, equal = _played(workers, context, _anew(work, out / f"workers-{pair}"), _nothing)
            killed, kept = _played(workers, context, _anew(work, out / f"killed-{pair}"), lambda: _kill(workers))
            yield {
                "what": "ratio", "blocks": len(work), "groups": sum(len(block.item.sku) for block in work),
                "threads_s": round(one, 2), "workers_s": round(two, 2), "workers_to_threads": round(one / two, 3),
                "killed_s": round(killed, 2), "kill_costs_s": round(killed - two, 2),
                "same_bytes": same == equal == kept,
            }  # fmt: skip
    finally:
        workers.close()
        threads.close()


def _kill(executor: Executor) -> None:
    os.kill(worker_pids(executor)[0], signal.SIGKILL)


def _nothing() -> None:
    """At half time nothing happens."""


def rounds(workspace: Path, folder: Path, repeat: int = 30) -> Iterator[dict[str, Any]]:
    """Milliseconds of one round of pricing over the kept blocks, on threads of the driver and on workers."""
    from tuoguan.intake.log import Log
    from tuoguan.intake.settings import read_seller

    files = [(path, path.stem, groups_in(path)) for path in sorted(folder.glob("*.parquet"))]
    seller = read_seller(workspace, Log())
    assert seller is not None
    task = task_of(seller, _models(files), scenarios=200, seed=1)
    shards = shards_of(files, task.shape)
    for make in (lambda: Threads(2), lambda: cluster(workers=2, memory_bytes=WORKER_BYTES)):
        executor: Executor = make()
        try:
            blocks = spread_out(executor, shards)
            point = np.zeros(blocks.columns)
            times = [_timed(blocks, point) for _ in range(repeat)]
            yield {
                "what": "rounds", "executor": type(executor).__name__, "groups": blocks.groups,
                "options": sum(blocks.rows), "shards": len(blocks.shards), "columns": blocks.columns,
                "ms_a_round_median": round(1000 * float(np.median(times)), 1),
                "ms_a_round_least": round(1000 * min(times), 1), **usage(worker_pids(executor)),
            }  # fmt: skip
        finally:
            executor.close()


def _timed(blocks: Spread, point: Any) -> float:
    began = time.perf_counter()
    blocks.price(point)
    return time.perf_counter() - began


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "ratio", "rounds"))
    parser.add_argument("workspace", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--groups", type=int, default=BLOCK_GROUPS)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    lines: Any
    if arguments.what == "run":
        executor = cluster(workers=arguments.workers, memory_bytes=WORKER_BYTES) if arguments.workers else None
        executor = executor or Threads(arguments.threads)
        try:
            lines = [run(arguments.workspace, arguments.out, executor, arguments.kill)]
        finally:
            executor.close()
    elif arguments.what == "ratio":
        lines = ratio(arguments.workspace, arguments.out, arguments.groups, arguments.pairs)
    else:
        lines = rounds(arguments.workspace, arguments.out)
    RESULTS.parent.mkdir(exist_ok=True)
    for line in lines:
        text = json.dumps({"on": time.strftime("%Y-%m-%d"), "load": round(os.getloadavg()[0], 1), **line})
        sys.stdout.write(text + "\n")
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
