"""Access without the rest of a server: for the command line, beside a server that may be running.

Hides where it lies. Keeps the invariant that nothing of a running server (jobs, webhooks) is touched.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tuoguan.app.ledgers import open_work
from tuoguan.operate import Ledger
from tuoguan.site.access import Access
from tuoguan.site.workspaces import Workspaces

KEEP = ".site"


@contextmanager
def open_access(root: Path, *, many: bool = False, keep: Path | None = None) -> Iterator[tuple[Access, Workspaces]]:
    """People and tokens of the server over ``root``; what was done is in the audit trail when the block ends."""
    workspaces = Workspaces(root, many=many)
    with ExitStack() as stack:
        ledgers: dict[str, Ledger] = {}

        def ledger_of(name: str) -> Ledger:
            if name not in ledgers:
                folder = workspaces.find(name).folder
                ledgers[name] = stack.enter_context(open_work(folder, make=False)).ledger
            return ledgers[name]

        access = Access(keep or workspaces.root / KEEP, workspaces, local=False, ledger_of=ledger_of)
        try:
            yield access, workspaces
        finally:
            access.close()
