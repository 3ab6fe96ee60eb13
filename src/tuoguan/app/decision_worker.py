"""Processes that keep a decision's study loaded, so that questions are answered at once and a server stays small.

Hides that they come and go: one for a workspace, begun with its first question, ended when nobody asked for a while,
when a question takes too long, or when others need the room. Keeps the invariants that a question is answered, refused
or given up in a time that is known, and that no process outlives its parent.
"""

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tuoguan.foundation.problems import Problem, Refused

IDLE_SECONDS = 120.0
MOST = 2  # processes at a time
SECONDS = 60.0  # that a question may take, the first of a workspace included
log = logging.getLogger(__name__)


class _Worker:
    """One process; questions to it wait for one another."""

    def __init__(self) -> None:
        here, there = (context := get_context("spawn")).Pipe()
        self.process = context.Process(target=_serve, args=(there,), daemon=True)
        self.process.start()
        there.close()
        self.pipe, self.lock, self.used_at = here, threading.Lock(), time.monotonic()

    def end(self) -> None:
        """Kills it; nothing is lost, for it only reads."""
        self.pipe.close()
        self.process.kill()
        self.process.join(5.0)


class _Pool:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.workers: OrderedDict[Path, _Worker] = OrderedDict()
        self.timer: threading.Timer | None = None

    def get(self, workspace: Path) -> _Worker:
        """The workspace's process, begun where there is none; the one unused for longest makes room."""
        with self.lock:
            worker = self.workers.pop(workspace, None)
            if worker is None or not worker.process.is_alive():
                for place in [one for one, other in self.workers.items() if not other.lock.locked()]:
                    if len(self.workers) >= MOST:
                        self.workers.pop(place).end()
                if len(self.workers) >= MOST:
                    raise _busy()
                worker = _Worker()
            self.workers[workspace] = worker
            worker.used_at = time.monotonic()
            self.watch()
            return worker

    def drop(self, workspace: Path, worker: _Worker) -> None:
        """Ends the process."""
        with self.lock:
            if self.workers.get(workspace) is worker:
                del self.workers[workspace]
        worker.end()

    def watch(self) -> None:
        """Looks again when the next process may have been idle for long enough."""
        if self.timer is None and self.workers:
            self.timer = threading.Timer(IDLE_SECONDS / 4, self.sweep)
            self.timer.daemon = True
            self.timer.start()

    def sweep(self) -> None:
        """Ends what nobody asked for a while."""
        with self.lock:
            self.timer = None
            for place, worker in list(self.workers.items()):
                if time.monotonic() - worker.used_at > IDLE_SECONDS and not worker.lock.locked():
                    self.workers.pop(place).end()
            self.watch()


_POOL = _Pool()


def ask(workspace: Path, folder: Path, question: str, *values: Any, seconds: float = SECONDS) -> dict[str, Any]:
    """The answer of `decision_asked` to the question, about the decision in ``folder``.

    Refused as there, and where it takes longer than ``seconds`` (code "too_long") or too many ask at once ("busy").
    """
    end = time.monotonic() + seconds
    worker = _POOL.get(workspace)
    if not worker.lock.acquire(timeout=seconds):
        raise _busy()
    try:
        worker.pipe.send((question, (workspace, folder, *values)))
        if not worker.pipe.poll(max(0.0, end - time.monotonic())):
            _POOL.drop(workspace, worker)
            raise _too_long(seconds)
        kind, told = worker.pipe.recv()
    except (EOFError, OSError) as gone:
        _POOL.drop(workspace, worker)
        raise _gone() from gone
    finally:
        worker.used_at = time.monotonic()
        worker.lock.release()
    if kind == "refused":
        raise Refused(told)
    if kind == "failed":
        log.error("a question to the study failed: %s", told)
        raise _gone()
    return told  # type: ignore[no-any-return]


def warm(workspace: Path, folder: Path) -> None:
    """Begins the workspace's process behind the request, where there is none: somebody is about to ask."""
    with _POOL.lock:
        if workspace in _POOL.workers:
            return

    def begin() -> None:
        with suppress(Refused):
            ask(workspace, folder, "ready")

    threading.Thread(target=begin, daemon=True).start()


def end_all() -> None:
    """Ends every process; the next question begins another."""
    with _POOL.lock:
        gone, _POOL.workers = list(_POOL.workers.values()), OrderedDict()
    for worker in gone:
        worker.end()


atexit.register(end_all)


def _serve(pipe: Connection) -> None:
    """Answers until the parent goes away."""
    from tuoguan.app.decision_asked import ANSWERS

    while True:
        try:
            question, values = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[str, Any] = ("told", ANSWERS[question](*values))
        except Refused as refused:
            answer = ("refused", list(refused.problems))
        except Exception as error:  # the process must go on; the parent is told
            answer = ("failed", f"{type(error).__name__}: {error}")
        pipe.send(answer)


def _busy() -> Refused:
    return Refused([_problem("more questions than can be worked on at once", "try again in a moment", "busy")])


def _too_long(seconds: float) -> Refused:
    fix = "ask for less, or use `tuoguan what-if`"
    return Refused([_problem(f"no answer within {seconds:.0f} s", fix, "too_long")])


def _gone() -> Refused:
    return Refused([_problem("the process that works it out ended", "ask again", "no_answer")])


def _problem(found: str, fix: str, code: str) -> Problem:
    return Problem("the kept study", found, "an answer", fix, code)


__all__: Sequence[str] = ["ask", "end_all", "warm"]
