"""What somebody does to a document, as a request to the engine.

Hides nothing and computes nothing. A deed names the flow, the document and the move; who does it is read from the
document's contract by whoever performs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuoguan.operate import Line

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new document is about; ``contract`` is the hash of its terms, "" where none applies."""

    contract: str
    place: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """One move of one document at ``at`` (UTC seconds); ``key`` tells two moves of one name apart.

    opening  given with the move "open", and with it alone
    """

    flow: str
    number: str
    move: str
    at: int
    details: Mapping[str, Any] = field(default_factory=dict)
    opening: Opening | None = None
    key: str = ""

    @property
    def stream(self) -> str:
        """The document's stream."""
        return f"{self.flow}/{self.number}"
