"""Secrets kept at rest: sealed so that a copy of the database tells nobody anything.

Hides the cipher (AES-256-GCM) and where the key lies: in the environment as `TUOGUAN_KEY`, else in the file `key`
beside the databases, which only its owner may read. Keeps the invariants that the key is made once, and that a sealed
text opens only for the purpose it was sealed for, so that one cannot be put in the place of another.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tuoguan.foundation.problems import Problem, Refused

ENVIRONMENT = "TUOGUAN_KEY"
FILE = "key"
KEY_BYTES, NONCE_BYTES = 32, 12
FIRST = b"\x01"  # how it was sealed; another cipher gets another byte


class Secrets:
    """Seals and opens texts with the one key of a server."""

    def __init__(self, keep: Path) -> None:
        said = os.environ.get(ENVIRONMENT)
        where = ENVIRONMENT if said else f"the file {FILE}"  # no path: it is told to who signs in
        self._key = _key_in(said or _kept(keep / FILE), where)
        self._where = where

    def seal(self, text: str, purpose: str = "") -> bytes:
        """The text, sealed for a purpose such as "totp/<account>"; the same text gives other bytes each time."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FIRST + nonce + AESGCM(self._key).encrypt(nonce, text.encode(), purpose.encode())

    def open(self, sealed: bytes, purpose: str = "") -> str:
        """The text that was sealed. Refused when it was sealed with another key, for something else, or changed."""
        nonce, locked = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != FIRST or len(nonce) != NONCE_BYTES:
                raise InvalidTag
            return AESGCM(self._key).decrypt(nonce, locked, purpose.encode()).decode()
        except InvalidTag:
            fix = "bring back the key that was used before, or enter the secret again"
            found = "a secret that does not open"
            raise Refused([Problem(self._where, found, "the key it was sealed with", fix, "wrong_key")]) from None

    def derived(self, purpose: str) -> str:
        """A text that only the holder of the key can make, the same each time."""
        return hmac.new(self._key, f"derived/{purpose}".encode(), hashlib.sha256).hexdigest()


def _kept(path: Path) -> str:
    """The key in the file, made where there is none. Two servers that start at once get the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)))
                file.flush()
                os.fsync(file.fileno())
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii", "replace").strip()


def _key_in(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        fix = "make one: python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
        found = "something that is no key"
        raise Refused([Problem(where, found, f"{KEY_BYTES} random bytes in base64", fix, "bad_key")])
    return key
