"""The words of a kind of job: what it is asked with, what it answers, who may start it. Computes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from tuoguan.foundation.problems import Problem
from tuoguan.site.jobs_folders import Places
from tuoguan.site.words import Right

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job works on: the workspace's folder, its parameters, when it was asked for, the server's own folders."""

    folder: Path
    params: Any
    at: int
    places: Places
    id: str


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended: plain JSON for the page, and what was wrong with rows that were not used."""

    result: Mapping[str, Any]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the result with its title; ``is_money``: minor units of ``result["currency"]``."""

    name: str
    title: str
    title_zh: str
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    params   what it takes; unknown names are refused
    run      does it
    require  what must hold before it is made, beside its parameters; raises Refused
    alone    it writes outputs of the workspace, so that two of them must not run at once
    stages   the parts of the whole by stage, in their order; empty: the stage's own share is shown
    outputs  where the files of its result lie
    """

    title: str
    title_zh: str
    right: Right
    params: type[msgspec.Struct]
    run: Callable[[Asked, Tell], Done]
    require: Callable[[Asked], object] | None = None
    alone: bool = True
    stages: Mapping[str, float] = field(default_factory=dict)
    outputs: Literal["workspace", "backups"] = "workspace"
    figures: Sequence[Figure] = ()
