"""The words of calls to other programs: subscriptions, messages, tries. Computes nothing."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class DeliveryState(StrEnum):
    """waiting: to be sent, for the first time or again. given_up: tried for days in vain; it can be sent again."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Hook:
    """A subscription: ``events`` of a workspace go to ``url``.

    why_off        why it was switched off by the server, "" when it was not
    failing_since  of the first try in a row that failed, None while the last one went well
    position       of the ledger's last entry that was looked at
    """

    id: str
    workspace: str
    url: str
    events: tuple[str, ...]
    is_active: bool
    by: str
    created_at: int
    why_off: str = ""
    failing_since: int | None = None
    position: int = 0

    @property
    def mark(self) -> str:
        """Changes when what a person may change of it did."""
        return sha256(repr((self.url, self.events)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, to be told to one subscription; ``id`` is the same whenever it is made of the same thing."""

    id: str
    hook: str
    event: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way. ``status`` is of the last answer, 0 for none; ``said`` why the last try failed."""

    id: str
    hook: str
    event: str
    body: bytes
    state: DeliveryState
    created_at: int
    tries: int
    next_at: int
    ended_at: int | None
    status: int
    said: str


@dataclass(frozen=True, slots=True)
class Try:
    """One try: the answer's status (0: none), how long it took, and what was said or went wrong."""

    at: int
    status: int
    milliseconds: int
    said: str
