"""A running server: its workspaces, people, long jobs and calls to others, with ledgers kept open.

Hides what is opened when. Keeps the invariants that a ledger is opened once in a process, and that closing
loses nothing.
"""

from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from tuoguan.app.ledgers import open_work, require_own_ledgers
from tuoguan.operate import Ledger, Work
from tuoguan.site.access import Access
from tuoguan.site.jobs import Jobs
from tuoguan.site.ready import Ready
from tuoguan.site.webhooks import Webhooks
from tuoguan.site.words import Workspace
from tuoguan.site.workspaces import Workspaces

MOST_BEHIND = 20_000  # entries that a request reads for its page, a second's work; more are read beside the server


class Site:
    """Everything that requests share. ``keep`` is the folder of accounts, jobs, webhooks and pictures kept.

    local  True: on loopback for one owner who is not asked for a password
    Refused when many workspaces would share one ledger.
    """

    def __init__(self, root: Path, *, many: bool = False, local: bool = True, keep: Path | None = None) -> None:
        if many:
            require_own_ledgers()
        self.workspaces = Workspaces(root, many=many)
        self.local = local
        self.keep = keep or self.workspaces.root / ".site"
        self.keep.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._stack = ExitStack()
        self._work_by_workspace: dict[str, Work] = {}
        self._ready: Ready | None = None
        self.access = Access(self.keep, self.workspaces, local=local, ledger_of=self._ledger_of)
        self.jobs = Jobs(self.keep, self.workspaces)
        self.webhooks = Webhooks(
            self.keep, self.workspaces, ledger_of=self._ledger_of, jobs=self.jobs, tell=self.access.audit.tell
        )

    def work(self, workspace: Workspace, *, make: bool = False) -> Work:
        """The engine over the workspace's ledger; threads share it. Refused where there is none, unless ``make``."""
        with self._lock:
            work = self._work_by_workspace.get(workspace.name)
            if work is None:
                work = self._stack.enter_context(open_work(workspace.folder, make=make, most_behind=MOST_BEHIND))
                self._work_by_workspace[workspace.name] = work
            return work

    def get_ready(self, delay_seconds: float = 0.0) -> None:
        """Begins to make what pages read, unless that is under way; for a server that goes on running."""
        with self._lock:
            if self._ready is None or not self._ready.is_busy():
                self._ready = Ready(self.keep, self.workspaces, delay_seconds)

    def forget(self, workspace: Workspace) -> None:
        """Lets go of a ledger that was replaced on disk (restored); the next request opens it anew."""
        with self._lock:
            self._work_by_workspace.pop(workspace.name, None)

    def _ledger_of(self, name: str) -> Ledger:
        return self.work(self.workspaces.find(name)).ledger

    def close(self) -> None:
        """Ends what was opened; jobs go on by themselves."""
        if self._ready is not None:
            self._ready.close()
        self.webhooks.close()
        self.jobs.close()
        self.access.close()
        self._stack.close()
