"""Passwords: hashed with argon2id, tried at the same cost whether there is an account or not.

Hides the library and its parameters. Keeps the invariants that every try costs one hash, no more and no less, and
that no more than a few are computed at once, so that tries cannot use up the memory.
"""

import secrets
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from tuoguan.foundation.problems import Problem, Refused

LENGTH_MIN, LENGTH_MAX = 12, 200
DIFFERENT_MIN, REST_MIN = 5, 8
AT_ONCE = 2


class Passwords:
    """Makes and tries hashes; ``computed`` counts them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(AT_ONCE)
        self.computed = 0

    def made(self, password: str) -> str:
        """The hash to keep."""
        with self._turn:
            self.computed += 1
            return self._hasher.hash(_bytes(password))

    def right(self, kept: str, password: str) -> bool:
        """True when the password is the one. ``kept`` of "" stands for nobody: always False, at the same cost."""
        against = kept or self._nobody
        with self._turn:
            self.computed += 1
            try:
                return self._hasher.verify(against, _bytes(password[: LENGTH_MAX + 1])) and bool(kept)
            except (Argon2Error, InvalidHashError):
                return False

    def stale(self, kept: str) -> bool:
        """True when the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(32))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def check_new(password: str, name: str) -> None:
    """Refused when the password is easy to guess. Length counts; no rule asks for signs nobody remembers."""
    found = ""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        found = f"{len(password)} characters"
    elif len(set(password)) < DIFFERENT_MIN:
        found = "the same few characters again and again"
    elif name and len(password.casefold().replace(name.casefold(), "")) < REST_MIN:
        found = "little but your own name"
    if found:
        expected = f"{LENGTH_MIN} to {LENGTH_MAX} characters that nobody guesses"
        raise Refused([Problem("password", found, expected, "take four or five words at random", "weak_password")])
