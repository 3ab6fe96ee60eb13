"""What whoever runs many blocks of work must guarantee, on threads or on a cluster.

Hides where and in which order blocks are computed. Keeps two invariants: a block is a pure function of its own input,
known by a key that is a hash of all that can change the answer, and a finished block is never worked for again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Work:
    """One block of work: ``key`` names its content, ``item`` is what the function gets; both must pickle.

    Blocks of one ``home`` would rather be worked on by the same worker, which may remember what they share.
    """

    key: str
    item: Any
    home: int | None = None


class Executor(Protocol):
    """Runs a function over keyed blocks.

    What every driver guarantees:

    * every key is answered exactly once, as soon as it is done, in no promised order;
    * a block that is computed again (its worker died, or two workers had it) must give the same bytes: another answer
      raises `Contradiction`, because then the function is not pure and no result of it can be trusted;
    * what a block raises reaches the caller as it is, and nothing more is begun;
    * a driver that is lost for good raises `ExecutorLost` with what is done and what is not; it never waits forever
      and never leaves a block out silently.
    """

    @property
    def workers(self) -> int:
        """Blocks that are worked on at a time."""

    def share(self, value: Any) -> Any:
        """A handle to what every block needs, sent to each worker once; give it to `run` as ``shared``."""

    def run(
        self, function: Callable[[Any, Any], bytes], work: Sequence[Work], *, shared: Any = None,
        progress: Progress | None = None,
    ) -> Iterator[tuple[str, bytes]]:  # fmt: skip
        """(key, ``function(shared, item)``) of every block as it is done. ValueError when two blocks have one key."""

    def close(self) -> None:
        """Gives back all threads, processes and sockets; may be called twice."""


class ExecutorLost(RuntimeError):
    """The machines that worked are gone. ``done`` blocks were answered, ``left`` were not; answered ones stay good."""

    def __init__(self, why: str, done: int, left: int, fix: str) -> None:
        super().__init__(f"{why}; {done} blocks are done and kept, {left} are not. {fix}")
        self.done, self.left = done, left


class Contradiction(RuntimeError):
    """One block was answered twice, and not with the same bytes."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"block {key} was answered twice with different bytes: a worker runs other code or has a broken machine; "
            "no answer is taken. Give every worker the same installation, and run again"
        )
        self.key = key


class Answers:
    """The answers so far: lets each key through once and compares whatever comes again."""

    def __init__(self, work: Sequence[Work]) -> None:
        keys = [one.key for one in work]
        self.left = set(keys)
        if len(self.left) != len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"blocks have the same key: {', '.join(twice[:3])}; expected one block per content")
        self._digest: dict[str, bytes] = {}

    @property
    def done(self) -> int:
        """Keys that have an answer."""
        return len(self._digest)

    def take(self, key: str, answer: bytes) -> bool:
        """True when this is the first answer of the key; `Contradiction` when it differs from the first one."""
        digest = _digest(answer)
        known = self._digest.setdefault(key, digest)
        if known != digest:
            raise Contradiction(key)
        fresh = key in self.left
        self.left.discard(key)
        return fresh


def _digest(answer: bytes) -> bytes:
    import hashlib

    return hashlib.sha256(answer).digest()


def in_order(answers: Iterator[tuple[str, bytes]], work: Sequence[Work]) -> Mapping[str, bytes]:
    """All answers by key, in the order of the work, whatever the order they came in."""
    found = dict(answers)
    return {one.key: found[one.key] for one in work}
