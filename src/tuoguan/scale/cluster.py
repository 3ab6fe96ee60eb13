"""The driver on a cluster: Dask's workers, started here or found at an address the user gave.

Hides Dask. Keeps the invariants of every driver (`tuoguan.foundation.executor`): workers may die at any moment, their
unfinished blocks are given to others by lineage, and what is lost for good ends in one sentence. Workers started here
listen on 127.0.0.1 alone, show no dashboard, have a bound on their memory, and are gone when the driver closes.
"""

import contextlib
import importlib.util
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from tuoguan.foundation.executor import Answers, Executor, ExecutorLost, Progress, Work
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 3  # blocks given out for each worker, so that none waits and little is on its way when one dies
LISTEN_SECONDS = 1.0  # between two looks at whether the cluster still lives; an answer is heard at once
PATIENCE_SECONDS = 30.0  # how long no worker at all may be there
CONNECT_SECONDS = 10.0
DEATHS_MOST = 3  # of workers that had the same block, before the block itself is to blame
GO_ON = "Start the cluster anew and run the same command again: it goes on from the blocks that are kept"
HERE = "127.0.0.1:0"
HIDDEN = {  # no page is served beside the work
    "distributed.scheduler.http.routes": [], "distributed.worker.http.routes": [],
    "distributed.scheduler.allowed-failures": DEATHS_MOST,
}  # fmt: skip
QUIET = {name: "critical" for name in ("distributed", "distributed.nanny", "distributed.worker", "tornado")}


def cluster(
    *, workers: int | None = None, scheduler: str | None = None, memory_bytes: int | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Executor:  # fmt: skip
    """Workers of a cluster: ``workers`` processes on this machine, or those of the ``scheduler`` at an address.

    ``memory_bytes`` bounds each local worker (a fair share of nine tenths of the machine without it). Refused in one
    sentence when the package is absent or nobody answers at the address. Close it in a ``finally``.
    """
    if importlib.util.find_spec("distributed") is None:
        raise Refused([
            Problem("cluster", "the package distributed is not installed", "the extra for clusters",
                    "pip install 'tuoguan[cluster]', or leave --workers and --scheduler out to run on threads",
                    "no_cluster_package")
        ])  # fmt: skip
    return Cluster(workers or len(os.sched_getaffinity(0)), scheduler, memory_bytes, patience)


class Cluster:
    """An `Executor` on Dask's workers; made by `cluster`."""

    def __init__(self, workers: int, scheduler: str | None, memory_bytes: int | None, patience: float) -> None:
        import dask
        from distributed import Client, LocalCluster

        self._patience, self._local = patience, None
        self._given, self._there = count(), list[str]()
        with dask.config.set({**HIDDEN, "logging": QUIET}):
            if scheduler is None:
                self._local = LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=HERE,
                    worker_dashboard_address=HERE, memory_limit=memory_bytes or fair_share(workers),
                    silence_logs="CRITICAL",
                )  # fmt: skip
            try:
                self._client: Client = Client(
                    self._local if self._local is not None else scheduler, timeout=CONNECT_SECONDS, set_as_default=False
                )
            except (OSError, TimeoutError, ValueError) as error:
                self.close()
                raise Refused([_nobody(str(scheduler), error)]) from None

    @property
    def workers(self) -> int:
        """Worker threads that are there now, at least 1."""
        return max(1, len(self._client.nthreads()))

    def share(self, value: Any) -> Any:
        """A future of the value that any worker can make again, should those that hold it die."""
        blob = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        return self._client.submit(pickle.loads, blob, key=f"shared-{content_hash(blob)}", pure=True)

    def run(
        self, function: Callable[[Any, Any], bytes], work: Sequence[Work], *, shared: Any = None,
        progress: Progress | None = None,
    ) -> Iterator[tuple[str, bytes]]:  # fmt: skip
        """(key, answer) of every block as it is done; a block's own error is raised as it is, `ExecutorLost` else."""
        answers, waiting = Answers(work), iter(work)
        running: dict[Future[bytes], Work] = {}
        watch = _Watch(self._client, self._patience)
        try:
            self._there = sorted(self._client.nthreads())
            room = AHEAD * max(1, len(self._there))
            while answers.left:
                for one in waiting:
                    running[self._begin(function, shared, one)] = one
                    if len(running) >= room:
                        break
                for future in _finished(running):
                    one = running.pop(future)
                    answer = _answer(future, answers)
                    if answer is None:
                        running[self._begin(function, shared, one)] = one
                    elif answers.take(one.key, answer):
                        yield one.key, answer
                        if progress is not None:
                            progress(answers.done, len(work))
                watch.look(answers)
        finally:
            with contextlib.suppress(Exception):  # a lost cluster cannot be told to stop
                self._client.cancel(list(running), force=True)

    def _begin(self, function: Callable[[Any, Any], bytes], shared: Any, one: Work) -> "Future[bytes]":
        """The block given out, to the worker that had its home before where there is one."""
        name, there = f"{one.key}-{next(self._given)}", self._there
        home = [there[one.home % len(there)]] if one.home is not None and there else None
        return self._client.submit(
            function, shared, one.item, key=name, pure=False, workers=home, allow_other_workers=home is not None
        )

    def close(self) -> None:
        """Disconnects, and ends the workers that were started here."""
        client = getattr(self, "_client", None)
        for one in (client, self._local):
            if one is not None:
                with contextlib.suppress(Exception):  # what is gone already needs no closing
                    one.close(timeout=5)
        self._local = None


class _Watch:
    """Looks whether scheduler and workers still live; `ExecutorLost` when they do not."""

    def __init__(self, client: "Client", patience: float) -> None:
        self._client, self._patience, self._alive = client, patience, time.monotonic()

    def look(self, answers: Answers) -> None:
        """Raises once the scheduler is gone, or no worker has been there for as long as patience lasts."""
        now = time.monotonic()
        if self._client.status != "running":
            raise _lost("the cluster's scheduler does not answer any more", answers)
        if now - self._alive < min(1.0, self._patience / 2):
            return
        try:
            there = self._client.nthreads()
        except Exception as error:
            raise _lost("the cluster's scheduler does not answer any more", answers) from error
        if there:
            self._alive = now
        elif now - self._alive > self._patience:
            raise _lost(f"the cluster has had no worker for {self._patience:.0f} seconds", answers)


def _finished(running: "dict[Future[bytes], Work]") -> "list[Future[bytes]]":
    """Blocks that are done, failed or lost; waits a moment where there is none."""
    from distributed import wait

    with contextlib.suppress(Exception):  # a time-out, or a lost block: its status tells below
        wait(list(running), timeout=LISTEN_SECONDS, return_when="FIRST_COMPLETED")
    return [future for future in running if future.status != "pending"]


def _answer(future: "Future[bytes]", answers: Answers) -> bytes | None:
    """What the block answered; None when its answer died with its worker before it came here, to be given out again."""
    from distributed import KilledWorker

    if future.status == "finished":
        try:
            return bytes(future.result())
        except OSError:
            return None
    if future.status == "lost":
        return None
    if future.status != "error":
        raise _lost("the cluster lost its scheduler, or forgot a block that it was given", answers)
    error = future.exception()
    if isinstance(error, KilledWorker):
        why = f"{DEATHS_MOST + 1} workers died one after the other over the same block"
        fix = "Most likely it needs more memory than a worker has: take smaller blocks, or fewer workers"
        raise ExecutorLost(why, answers.done, len(answers.left), f"{fix}. {GO_ON}") from error
    raise error if error is not None else _lost("a block failed without a word", answers)


def _lost(why: str, answers: Answers) -> ExecutorLost:
    return ExecutorLost(why, answers.done, len(answers.left), GO_ON)


def fair_share(workers: int) -> int:
    """Bytes of memory for each of so many workers: nine tenths of the machine's, shared."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 0.9 / max(workers, 1))


def _nobody(address: str, error: Exception) -> Problem:
    found = f"no answer from {address} ({type(error).__name__})"
    fix = "start it (dask scheduler) or correct --scheduler; without it, work is done on this machine"
    return Problem(
        "--scheduler", found, "the address of a running scheduler, such as tcp://10.0.0.5:8786", fix, "no_cluster"
    )
