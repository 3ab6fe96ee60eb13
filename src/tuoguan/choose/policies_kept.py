"""What a search has found so far, one file per block of groups, so that a stopped search goes on where it was.

Hides file names and formats. Keeps two invariants: a file appears whole or not at all, and it is only read by a search
that would have found the same (its name holds a hash of all that the block was made from).
"""

import os
import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from tuoguan.foundation.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of one block; rows of options and groups count from the block's first.

    number [option, place, NUMBERS], mean [option] profit in the search; pair [pair, 2] rows of its parts, pair_number
    and pair_mean likewise; tried [group] policies played, paths [group] that the comparison took, decided [group].
    """

    number: Ints
    mean: Floats
    pair: Ints
    pair_number: Ints
    pair_mean: Floats
    tried: Ints
    paths: Ints
    decided: Flags


def load_found(folder: Path, name: str) -> Found | None:
    """What was kept under the name, None when there is nothing or it cannot be read."""
    path = folder / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Found(*(kept[one.name] for one in fields(Found)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def keep_found(folder: Path, name: str, found: Found) -> None:
    """Writes the file at once or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.{os.getpid()}.part"
    try:
        with partial.open("wb") as file:
            np.savez(file, **{one.name: getattr(found, one.name) for one in fields(Found)})
        os.replace(partial, folder / f"{name}.npz")
    finally:
        partial.unlink(missing_ok=True)
