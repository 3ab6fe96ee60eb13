"""Requests of many callers recorded in common commits.

Hides the thread that writes. Keeps the invariants that a caller is answered only after the commit that holds its
requests, and that requests of one call stay together and in order.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tuoguan.foundation.problems import Refused
from tuoguan.operate import Document, Request, Work

MOST = 1_000  # requests of one commit, so that none waits for long
Answer = Document | Refused
_Waiting = tuple[Sequence[Request], "asyncio.Future[list[Answer]]"]


class Collector:
    """Belongs to the event loop: while one commit is written, what arrives is gathered for the next."""

    def __init__(self, work: Work, pool: ThreadPoolExecutor) -> None:
        self._work, self._pool = work, pool
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def do_all(self, requests: Sequence[Request]) -> list[Answer]:
        """What became of each request, in order, durable when it is told."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[list[Answer]] = loop.create_future()
        self._waiting.append((requests, told))
        if self._writer is None:
            self._writer = loop.create_task(self._write())
        return await told

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group = self._gather()
                together = [request for requests, _ in group for request in requests]
                try:
                    answers = await loop.run_in_executor(self._pool, self._work.do_all, together)
                except BaseException as error:
                    _tell_all(group, error)
                    continue
                start = 0
                for requests, told in group:
                    if not told.done():
                        told.set_result(answers[start : start + len(requests)])
                    start += len(requests)
        finally:
            self._writer = None

    def _gather(self) -> list[_Waiting]:
        group, count = [self._waiting.popleft()], 0
        count = len(group[0][0])
        while self._waiting and count + len(self._waiting[0][0]) <= MOST:
            group.append(self._waiting.popleft())
            count += len(group[-1][0])
        return group


def _tell_all(group: Sequence[_Waiting], error: BaseException) -> None:
    for _, told in group:
        if not told.done():
            told.set_exception(error)
