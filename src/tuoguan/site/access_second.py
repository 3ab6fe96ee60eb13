"""The second factor: codes of an app that change twice a minute, and codes on paper for when it is lost.

Hides the library and the sealing. Keeps the invariants that a code is taken once, that its secret is nowhere in plain,
and that codes on paper are kept only so that one can be recognized by the holder of the key.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

import pyotp

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.access_kept import Kept
from tuoguan.site.access_secrets import Secrets

STEP_SECONDS = 30
AROUND = 1  # steps by which a clock may be off, either way
RECOVERY_COUNT, RECOVERY_LENGTH = 10, 12
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


class Enrolment(NamedTuple):
    """What an app is told: by reading ``uri`` (otpauth://), or by typing the secret, shown in groups."""

    secret: str
    uri: str


class Second:
    """Second factors of all accounts."""

    def __init__(self, kept: Kept, secrets_: Secrets, clock: Callable[[], int]) -> None:
        self._kept, self._secrets, self._clock = kept, secrets_, clock

    def begin(self, account_id: str, name: str) -> Enrolment:
        """A new secret, which counts once a code of it was shown."""
        secret = pyotp.random_base32()
        sealed = self._secrets.seal(secret, _purpose(account_id))
        self._kept.change("UPDATE account SET totp_next = ? WHERE id = ?", sealed, account_id)
        return self._enrolment(secret, name)

    def begun(self, account_id: str, name: str) -> Enrolment | None:
        """The secret that waits for its first code; None: there is none."""
        row = self._kept.row("SELECT totp_next FROM account WHERE id = ?", account_id)
        if row is None or row["totp_next"] is None:
            return None
        return self._enrolment(self._secrets.open(row["totp_next"], _purpose(account_id)), name)

    def confirm(self, account_id: str, code: str) -> list[str]:
        """Turns the second factor on when the code is one of the new secret; codes for paper, shown this once."""
        row = self._kept.row("SELECT totp_next FROM account WHERE id = ?", account_id)
        step = None
        if row is not None and row["totp_next"] is not None:
            step = self._step_of(self._secrets.open(row["totp_next"], _purpose(account_id)), code)
        if step is None:
            fix = "type the six digits that the app shows now; look at the clock of the phone if they are not taken"
            raise Refused([Problem("code", "one that does not fit", "the app's code", fix, "wrong_code")])
        with self._kept.changing():
            self._kept.change(
                "UPDATE account SET totp = totp_next, totp_next = NULL, totp_step = ? WHERE id = ?", step, account_id
            )
            return self.new_recovery(account_id)

    def new_recovery(self, account_id: str) -> list[str]:
        """Fresh codes for paper; those from before no longer count."""
        codes = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_COUNT)]
        with self._kept.changing():
            self._kept.change("DELETE FROM recovery WHERE account_id = ?", account_id)
            for code in codes:
                self._kept.change("INSERT INTO recovery VALUES (?, ?)", account_id, self._digest(account_id, code))
        return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]

    def end(self, account_id: str) -> None:
        """Turns the second factor off."""
        with self._kept.changing():
            self._kept.change("UPDATE account SET totp = NULL, totp_next = NULL WHERE id = ?", account_id)
            self._kept.change("DELETE FROM recovery WHERE account_id = ?", account_id)

    def take(self, account_id: str, code: str) -> bool:
        """True when the code is right and was not taken before; from now on it was."""
        told = "".join(code.split()).replace("-", "").lower()
        if not told.isascii() or not told.isdigit():
            digest = self._digest(account_id, told)
            return self._kept.change("DELETE FROM recovery WHERE account_id = ? AND hash = ?", account_id, digest) == 1
        row = self._kept.row("SELECT totp FROM account WHERE id = ?", account_id)
        if row is None or row["totp"] is None:
            return False
        step = self._step_of(self._secrets.open(row["totp"], _purpose(account_id)), told)
        if step is None:
            return False
        taken = "UPDATE account SET totp_step = ? WHERE id = ? AND totp_step < ?"
        return self._kept.change(taken, step, account_id, step) == 1

    def _step_of(self, secret: str, code: str) -> int | None:
        """The half minute that the code belongs to; all that count are tried, right or not."""
        told, made = "".join(code.split()), pyotp.TOTP(secret, interval=STEP_SECONDS)
        now, found = self._clock() // STEP_SECONDS, None
        for step in range(now - AROUND, now + AROUND + 1):
            if hmac.compare_digest(made.generate_otp(step).encode(), told.encode()):
                found = step
        return found

    def _digest(self, account_id: str, code: str) -> bytes:
        key = self._secrets.derived("recovery").encode()
        return hmac.new(key, f"{account_id}/{code}".encode("utf-8", "replace"), sha256).digest()

    def _enrolment(self, secret: str, name: str) -> Enrolment:
        uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name="tuoguan")
        return Enrolment(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), uri)


def _purpose(account_id: str) -> str:
    return f"totp/{account_id}"
