"""Content hashes: the same bytes in, the same name out, on every machine."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def content_hash(*parts: bytes) -> str:
    """The first 16 hexadecimal digits of SHA-256 over length-prefixed parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:16]


def json_bytes(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """One hash over names (relative to ``root``) and contents, in name order."""
    parts: list[bytes] = []
    for path in sorted(paths):
        parts += [path.relative_to(root).as_posix().encode(), path.read_bytes()]
    return content_hash(*parts)


def address(text: str) -> int:
    """A 62-bit address for a name, so that randomness does not depend on the order of rows."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 2
