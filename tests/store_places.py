"""Where tests keep a ledger: a fresh SQLite file or a fresh workspace of a running PostgreSQL."""

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import postgres
from tuoguan.operate import Store, StoreLost
from tuoguan.store import open_postgres, open_sqlite

KINDS = ("sqlite", "postgres")
Acknowledge = Callable[[int], None]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Place:
    """One workspace; ``open`` may be called in any process."""

    kind: str
    path: Path
    workspace: str

    def open(self) -> Store:
        """The store, made when it is not there yet."""
        return open_sqlite(self.path) if self.kind == "sqlite" else open_postgres(postgres.url(), self.workspace)


def new_place(kind: str, folder: Path) -> Place:
    """An empty workspace that no other test uses."""
    name = postgres.new_workspace()
    if kind == "postgres":
        postgres.url()  # started here and not in a child
    return Place(kind, folder / f"{name}.db", name)


class Child:
    """Work in a process of its own, which says number by number what was acknowledged to it."""

    def __init__(self, work: Callable[[Acknowledge], None]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                work(lambda number: os.write(writing, number.to_bytes(4, "big")) and None)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(70)
        os.close(writing)

    def acknowledged(self, most: int = 2**30) -> list[int]:
        """Numbers acknowledged so far, until there are ``most`` or the child has ended."""
        found = []
        while len(found) < most and (data := os.read(self._reading, 4)):
            found.append(int.from_bytes(data, "big"))
        return found

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """Its exit status, negative for a signal."""
        os.close(self._reading)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def until_it_answers(ask: Callable[[], Answer], seconds: float = 60.0) -> Answer:
    """What a client does when a server was lost: it asks again with the same key."""
    until = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except StoreLost:
            if time.monotonic() > until:
                raise
