"""Whether a kept decision still speaks of the workspace as it is: of its files, its contracts and this program.

Hides that hashing is done once for each state of the files. Keeps the invariant that what is told as changed is what
would make `decide` another answer.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tuoguan.app.workspace import code_hash, contracts_hash
from tuoguan.contracts import Library, load, load_overlays
from tuoguan.foundation.days import Day
from tuoguan.foundation.ids import content_hash
from tuoguan.intake import input_hash

LEDGER = "ledger."  # grows with the daily work, and no decision reads it


@dataclass(frozen=True, slots=True)
class Freshness:
    """``changed`` names what is other than it was: "inputs", "contracts", "code"; ``days`` since the day decided on."""

    changed: tuple[str, ...]
    days: int

    @property
    def is_fresh(self) -> bool:
        """True when deciding again on the same day would give the same answer."""
        return not self.changed


def freshness(workspace: Path, hashes: Mapping[str, str], on: Day, today: Day) -> Freshness:
    """The state now beside the hashes that a decision of the day ``on`` was made of."""
    now = hashes_now(workspace)
    return Freshness(tuple(name for name, value in hashes.items() if now.get(name) != value), today - on)


def hashes_now(workspace: Path) -> Mapping[str, str]:
    """Hashes of inputs, contracts and code as they are."""
    return {
        "inputs": _inputs(workspace, _signature(workspace)), "code": code_hash(),
        "contracts": _contracts(workspace, _signature(workspace / "contracts")),
    }  # fmt: skip


def library_of(workspace: Path) -> Library:
    """The contracts with the seller's overlays; read again when one of the seller's files changed."""
    return _library(workspace / "contracts", _signature(workspace / "contracts"))


def _signature(folder: Path) -> str:
    return content_hash(json.dumps(sorted(_files(folder))).encode())


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith(LEDGER):
            told = path.stat()
            yield path.name, told.st_mtime_ns, told.st_size


@lru_cache(maxsize=16)
def _inputs(workspace: Path, signature: str) -> str:
    return input_hash(workspace)


@lru_cache(maxsize=16)
def _contracts(workspace: Path, signature: str) -> str:
    return contracts_hash(_library(workspace / "contracts", signature))


@lru_cache(maxsize=2)
def _library(folder: Path, signature: str) -> Library:
    return load(overlays=load_overlays(folder))
