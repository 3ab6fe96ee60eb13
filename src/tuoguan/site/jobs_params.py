"""What each kind of job is asked with, checked before the job is made.

Keeps the invariant that an unknown name, a wrong type and a number out of range are refused in one sentence each.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.jobs_words import Kind

Seed = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Paths = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Language = Literal["en", "zh"]
AT = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?$", re.DOTALL)


class Params(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """No parameters; the others add theirs."""


class Sample(Params):
    """Whose means the sample is written with."""

    seller: Literal["solo", "team", "brand"] = "team"


class Init(Params):
    """Language of headers and comments."""

    language: Language = "en"


class Decide(Params):
    """``paths``: futures to play; without it as many as the catalog's size leaves time for."""

    seed: Seed = 1
    paths: Paths | None = None
    language: Language = "en"


class Import(Params):
    """``upload`` names the files; the rest is what a person says beside them."""

    upload: Text
    files: tuple[Text, ...] = ()
    store: Text = ""
    contract: Text = ""
    place: Text = ""
    currency: Text = ""
    zone: Text = ""
    counted_on: Text = ""
    format: Text = ""

    def __post_init__(self) -> None:
        day_or_none(self.counted_on)


class Until(Params):
    """As known on a day; the day of the asking without one."""

    until: Text = ""

    def __post_init__(self) -> None:
        day_or_none(self.until)


class Reconcile(Until):
    """``statement``: only what touches this one; ``appeal_days``: how long one may object."""

    statement: Text = ""
    appeal_days: Annotated[int, msgspec.Meta(ge=0, le=3_660)] | None = None


class Rehearse(Until):
    """``path``: which future; ``again``: throw away what was rehearsed before."""

    path: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    again: bool = False


class Backtest(Params):
    """The test on history."""

    decide_on: tuple[Text, ...] = ()
    weeks: Annotated[int, msgspec.Meta(ge=1, le=52)] = 13
    grid: Literal["small", "full"] = "small"
    seed: Seed = 1

    def __post_init__(self) -> None:
        for day in self.decide_on:
            day_or_none(day)


class Restore(Params):
    """``file`` is a backup of this workspace, or with ``upload`` one that was uploaded."""

    file: Text
    upload: Text = ""


def day_or_none(text: str) -> Day | None:
    """The day as text; None for nothing. ValueError when it is no day."""
    try:
        return parse_day(text) if text else None
    except ValueError:
        raise ValueError(f"expected a day such as 2026-11-22, got {text[:40]!r}") from None


def params_of(name: str, kind: Kind, params: Mapping[str, Any]) -> Any:
    """The parameters in their types, numbers written as text too, as forms send them. Refused with what is wrong."""
    try:
        return msgspec.convert(dict(params), kind.params, strict=False)
    except msgspec.ValidationError as error:
        said, where = AT.fullmatch(str(error)).groups()  # type: ignore[union-attr]
        expected, _, found = said.partition(", got ")
        found = found or said
        expected = expected.removeprefix("Expected ").removeprefix("expected ") if found != said else _names(kind)
        at = f"{name}: {where}" if where else name
        raise Refused([Problem(at, found, expected, "correct the parameter", "bad_params")]) from None


def _names(kind: Kind) -> str:
    """What may be said, as a person reads it."""
    names = [one.name for one in msgspec.structs.fields(kind.params)]
    return "parameters of " + ", ".join(names) if names else "no parameters"
