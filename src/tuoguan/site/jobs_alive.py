"""Whether the process of a job lives: it holds a lock on a file for as long as it does.

Hides the system's locks. Keeps the invariant that a lock goes with its process however that ends, so that a number of a
process that was given to another is never taken for the job's.
"""

import fcntl
import os
from pathlib import Path

FOLDER = "jobs"


def lock_file(keep: Path, job_id: str) -> Path:
    """The file that the job's process locks."""
    return keep / FOLDER / f"{job_id}.lock"


def hold(keep: Path, job_id: str) -> int:
    """Locks the job's file until this process ends; waits while another has it."""
    path = lock_file(keep, job_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def is_alive(keep: Path, job_id: str) -> bool:
    """True while a process holds the job's lock."""
    try:
        handle = os.open(lock_file(keep, job_id), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
