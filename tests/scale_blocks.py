"""Blocks of work for tests of the drivers: importable, so that worker processes find them."""

import hashlib
import os
import signal
import time
from pathlib import Path


def digest(shared: bytes, item: tuple[int, float]) -> bytes:
    """A hash of the item after so many seconds."""
    number, seconds = item
    time.sleep(seconds)
    return hashlib.sha256(shared + str(number).encode()).digest()


def dies_once(shared: str, item: tuple[int, float]) -> bytes:
    """As `digest`; block 3 kills its own worker the first time, without a last word."""
    number, _ = item
    mark = Path(shared) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return digest(b"", item)


def always_dies(shared: str, item: tuple[int, float]) -> bytes:
    """Kills every worker that takes it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def fails(shared: str, item: tuple[int, float]) -> bytes:
    """ValueError for block 3."""
    if item[0] == 3:
        raise ValueError("block 3 cannot be done")
    return digest(b"", item)
