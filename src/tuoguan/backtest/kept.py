"""What was played so far, one file per cell, so that a stopped test goes on where it was.

Hides file names. Keeps two invariants: a file appears whole or not at all, and it is only read where the same would be
played: its name is a hash of all that it was made from.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.tables import whole_file


def kept(folder: Path | None, key: Any, play: Callable[[], Any]) -> Any:
    """The answer kept under ``key`` (plain values), or what ``play`` makes now; None as a folder keeps nothing.

    A file that cannot be read is made again.
    """
    if folder is None:
        return play()
    path = folder / f"{content_hash(json_bytes(key))}.json"
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        pass
    answer = play()
    with whole_file(path) as partial:
        partial.write_bytes(json_bytes(answer))
    return answer
