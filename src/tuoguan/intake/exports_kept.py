"""Lines of statements on disk: one Parquet file per statement and import, beside the ledger that vouches for it.

Hides where files lie and how they are named. Keeps the invariant that a file is written whole, once, under a name made
from its lines, and that lines which are not those the ledger recorded are refused.
"""

import hashlib
import os
import re
from pathlib import Path

import polars as pl

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import conform, whole_file
from tuoguan.intake.exports_schema import MONEY_LINES

FOLDER = "ledger/statements"  # in a workspace


def lines_name(store: str, table: str, statement_id: str, lines: pl.DataFrame) -> str:
    """The file name of these lines: the same lines have the same name."""
    digest = hashlib.blake2b("".join(sorted(lines["line_key"])).encode(), digest_size=8).hexdigest()
    return f"{lines_start(store, table, statement_id)}{digest}.parquet"


def lines_start(store: str, table: str, statement_id: str) -> str:
    """What the names of a statement's files begin with."""
    return re.sub(r"[^\w.\-]", "_", f"{table}-{store}-{statement_id}"[:120]) + "-"


def keep_lines(workspace: Path, name: str, lines: pl.DataFrame) -> str:
    """Writes MONEY_LINES durably under ``name``; the SHA-256 of the file's bytes."""
    path = workspace / FOLDER / name
    with whole_file(path) as temporary:
        conform(lines, MONEY_LINES).write_parquet(temporary, compression="zstd", statistics=False)
        data = temporary.read_bytes()
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return hashlib.sha256(data).hexdigest()


def kept_lines(workspace: Path, name: str, sha256: str = "") -> pl.DataFrame:
    """MONEY_LINES kept under ``name``. Refused when the file is gone or is not the one that ``sha256`` speaks of."""
    path = workspace / FOLDER / name
    if not path.is_file():
        raise Refused([_problem(name, "no such file")])
    if sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise Refused([_problem(name, "other bytes than the ledger recorded")])
    return conform(pl.read_parquet(path), MONEY_LINES)


def _problem(name: str, found: str) -> Problem:
    fix = "put the file back from a backup, or reverse the statement's entry and import it again"
    return Problem(f"{FOLDER}/{name}", found, "the lines that the ledger recorded", fix, "changed_lines")
