"""A process beside the server that makes what pages will read, once it has started.

Hides processes. Keeps the invariants that the server answers meanwhile, and that nothing waits for it.
"""

import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer

from tuoguan.foundation.problems import Refused
from tuoguan.site.jobs_watch import same_program
from tuoguan.site.workspaces import Workspaces

NICE = 10


def main(keep: str, *folders: str) -> int:
    """Makes all workspaces ready, one after the other."""
    from tuoguan.app.ready import make_ready

    if hasattr(os, "nice"):
        os.nice(NICE)
    for folder in folders:
        make_ready(Path(folder), Path(keep))
    return 0


class Ready:
    """One such process, after a while."""

    def __init__(self, keep: Path, workspaces: Workspaces, delay_seconds: float = 0.0) -> None:
        self._keep, self._workspaces = keep, workspaces
        self._process: subprocess.Popen[bytes] | None = None
        self._lock, self._closed = Lock(), False
        self._timer = Timer(delay_seconds, self._start)
        self._timer.daemon = True
        self._timer.start()

    def _start(self) -> None:
        folders = []
        for name in self._workspaces.names():
            try:
                folders.append(str(self._workspaces.find(name).folder.resolve()))
            except Refused:
                continue  # it went away meanwhile
        program = f"import sys; from {__name__} import main; sys.exit(main(*sys.argv[1:]))"
        command = [sys.executable, "-c", program, str(self._keep.resolve()), *folders]
        quiet = subprocess.DEVNULL
        with self._lock:
            if self._closed:
                return
            self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, env=same_program())
        self._process.wait()  # so that it leaves nothing behind in the list of processes

    def is_busy(self) -> bool:
        """True until it has ended."""
        return self._timer.is_alive()

    def close(self) -> None:
        """Ends it; what it had made stays."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.terminate()
        self._timer.join(10)
