"""The door to PostgreSQL, without needing its driver before it is opened.

Keeps the invariant that a workspace's name is safe to stand in a schema's name, and that two names never share one.
"""

import re

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Store

WORKSPACE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def open_postgres(url: str, workspace: str) -> Store:
    """The store of one workspace, made when it is not there yet.

    url        libpq's address, "postgresql://user@host/database" or "host=… dbname=…"
    workspace  a small letter, then small letters, digits and "_", 40 at most; each has a schema of its own
    Raises Refused when the name, the driver, the address, the server or its rights do not do.
    """
    if not WORKSPACE.fullmatch(workspace):
        expected = "a small letter, then small letters, digits and _, 40 characters at most"
        fix = "name the workspace in another way, such as client_a"
        raise Refused([Problem("workspace", repr(workspace), expected, fix, "bad_workspace")])
    try:
        from tuoguan.store.postgres_store import PostgresStore
    except ModuleNotFoundError as missing:
        if missing.name != "psycopg":
            raise
        fix = 'pip install "tuoguan[server]"'
        raise Refused([Problem("store", "no psycopg", "the driver of PostgreSQL", fix, "no_driver")]) from None
    return PostgresStore(url, workspace)
