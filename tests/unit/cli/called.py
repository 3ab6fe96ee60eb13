"""The command line called in this process."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tuoguan.cli.main import main, parser


@dataclass(frozen=True, slots=True)
class Called:
    """What one command answered."""

    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *words: object) -> Called:
    """The answer to ``tuoguan words``; an exception that gets out fails the calling test."""
    capsys.readouterr()
    code = main([str(word) for word in words])
    seen = capsys.readouterr()
    assert "Traceback" not in seen.out + seen.err
    return Called(code, seen.out, seen.err)


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command, groups included, from the grammar itself."""
    waiting = [((), parser())]
    while waiting:
        words, of = waiting.pop()
        for action in of._actions:
            for name, below in (action.choices or {}).items() if hasattr(action.choices, "items") else ():
                yield (*words, name)
                waiting.append(((*words, name), below))
