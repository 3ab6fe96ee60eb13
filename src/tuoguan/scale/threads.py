"""The local driver: threads of this process, for blocks whose time is spent in kernels that release the GIL.

Keeps the invariant of every driver (`tuoguan.foundation.executor`); nothing is shipped and nothing can be lost.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from tuoguan.foundation.executor import Answers, Progress, Work

LISTEN_SECONDS = 0.1  # how long an interrupt may go unheard
AHEAD = 2  # blocks begun for each thread, so that none waits


class Threads:
    """An `Executor` on ``count`` threads; all cores without it."""

    def __init__(self, count: int | None = None) -> None:
        self._count = max(1, count or len(os.sched_getaffinity(0)))
        self._pool = ThreadPoolExecutor(self._count)

    @property
    def workers(self) -> int:
        """Threads."""
        return self._count

    def share(self, value: Any) -> Any:
        """The value itself: threads see the same memory."""
        return value

    def run(
        self, function: Callable[[Any, Any], bytes], work: Sequence[Work], *, shared: Any = None,
        progress: Progress | None = None,
    ) -> Iterator[tuple[str, bytes]]:  # fmt: skip
        """(key, answer) of every block as it is done; a block that raises ends the run and its error is raised."""
        answers, waiting = Answers(work), iter(work)
        running: dict[Future[bytes], str] = {}
        try:
            while answers.left:
                for one in waiting:
                    running[self._pool.submit(function, shared, one.item)] = one.key
                    if len(running) >= AHEAD * self._count:
                        break
                for future in wait(running, LISTEN_SECONDS, FIRST_COMPLETED).done:
                    key, answer = running.pop(future), future.result()
                    if answers.take(key, answer):
                        yield key, answer
                        if progress is not None:
                            progress(answers.done, len(work))
        finally:
            for future in running:
                future.cancel()

    def close(self) -> None:
        """Ends the threads once their present blocks are done."""
        self._pool.shutdown(wait=True, cancel_futures=True)
