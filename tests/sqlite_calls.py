"""What SQLite asks of the disk, call by call: watched, or cut short.

SQLite reaches files through a table of functions that it fills when it opens one. Here that table is copied and its
write, truncate and sync are led past the test, which writes them down, ends the process or says that the disk is full.
"""

import ctypes
import ctypes.util
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FULL = sqlite3.SQLITE_FULL


@dataclass(frozen=True)
class Call:
    """One thing asked of the disk: "write", "truncate" (to ``at``), "sync"; or a mark that the test made."""

    what: str
    path: str
    at: int = 0
    data: bytes = b""


Each = Callable[[Call], bool]

_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_METHODS = 19  # a version number and 18 functions; write is 3, truncate 4, sync 5


class _Files(ctypes.Structure):
    """The first fields of sqlite3_vfs."""

    _fields_ = [
        ("version", _INT), ("size", _INT), ("path_length", _INT), ("next", _POINTER), ("name", ctypes.c_char_p),
        ("data", _POINTER), ("open", _POINTER),
    ]  # fmt: skip


_kept: list[Any] = []  # what open files point to must live on
_watcher: list[Each] = []


def _driver() -> Any:
    library = ctypes.util.find_library("sqlite3")
    maps = Path("/proc/self/maps")
    if library is None or not maps.exists() or "libsqlite3" not in maps.read_text():
        pytest.skip("this Python carries its SQLite inside, where it cannot be reached")
    found = ctypes.CDLL(library)
    found.sqlite3_vfs_find.restype = ctypes.POINTER(_Files)
    return found.sqlite3_vfs_find(None).contents


def _led_past(file: int, path: str) -> None:
    """Puts a copy of the file's table of functions in the place of the real one."""
    place = ctypes.cast(file, ctypes.POINTER(_POINTER))
    real = ctypes.cast(place[0], ctypes.POINTER(_POINTER))
    table = (_POINTER * _METHODS)(*(real[number] for number in range(_METHODS)))
    write, truncate, sync = _WRITE(real[3]), _TRUNCATE(real[4]), _SYNC(real[5])

    def asked(call: Call) -> bool:
        return not _watcher or _watcher[-1](call)

    def on_write(where: int, data: int, count: int, at: int) -> int:
        wanted = asked(Call("write", path, at, ctypes.string_at(data, count)))
        return int(write(where, data, count, at)) if wanted else FULL

    def on_truncate(where: int, size: int) -> int:
        return int(truncate(where, size)) if asked(Call("truncate", path, size)) else FULL

    def on_sync(where: int, flags: int) -> int:
        return int(sync(where, flags)) if asked(Call("sync", path)) else FULL

    ours = [_WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync)]
    table[3:6] = [ctypes.cast(function, _POINTER).value for function in ours]
    _kept.extend([table, ours])
    place[0] = ctypes.addressof(table)


@contextmanager
def watched(each: Each) -> Iterator[None]:
    """Calls ``each`` before every write, truncation and sync of files opened meanwhile; at False the disk is full."""
    driver = _driver()
    real_open = driver.open
    call_open = _OPEN(real_open)

    def on_open(files: int, name: int | None, file: int, flags: int, out: int) -> int:
        result = int(call_open(files, name, file, flags, out))
        if result == 0 and name:
            _led_past(file, ctypes.string_at(name).decode())
        return result

    ours = _OPEN(on_open)
    _kept.append(ours)
    _watcher.append(each)
    driver.open = ctypes.cast(ours, _POINTER).value
    try:
        yield
    finally:
        driver.open = real_open
        _watcher.remove(each)
